//! `alerts`: what was told, what became of it at each channel, and another try for what was given up.

use std::cmp::Reverse;
use std::path::Path;

use serde::Serialize;
use tillwatch_app::message;
use tillwatch_app::ports::notifier::Address;
use tillwatch_app::ports::store::{Fate, Letter, ParcelId, Store, WatchId};
use tillwatch_core::alert::read_notice;
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;

use super::Refusal;
use crate::failure::Status;
use crate::home::Home;
use crate::output::Output;
use crate::page::Ink;
use crate::receipt::moment;
use crate::table::{Align, Table};

/// Show what was told and what became of it; send again what was given up
///
/// Without an action: the alerts of every watch, the newest first. Addresses are shown as their channel and host alone.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch alerts
  tillwatch alerts --watch 3
  tillwatch alerts dead
  tillwatch alerts resend 17")]
pub(crate) struct Arguments {
    /// Of this watch alone
    #[arg(long, value_name = "ID")]
    watch: Option<i64>,
    /// Not more than so many of each watch
    #[arg(long, value_name = "N", default_value_t = 20)]
    most: usize,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Show those that were given up
    Dead,
    /// Send again what was given up
    Resend {
        /// Their numbers, as `alerts dead` names them
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
    },
}

/// Runs one of the actions.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let home = Home::find(data);
    let Some(store) = home.existing_store()? else {
        return show(Vec::new(), output);
    };
    match &arguments.action {
        Some(Action::Resend { ids }) => resend(&store, ids, output),
        Some(Action::Dead) => {
            let letters = store.dead_letters(arguments.most)?;
            show(letters.iter().map(|letter| row(letter, None)).collect(), output)
        }
        None => {
            let watches = match arguments.watch {
                Some(id) => match store.watch(WatchId(id))? {
                    Some(watch) => vec![watch.id],
                    None => return Err(InputError::wrong("--watch", format!("there is no watch {id}")).into()),
                },
                None => store.watches()?.into_iter().map(|watch| watch.id).collect(),
            };
            let mut rows = Vec::new();
            for watch in watches {
                for logged in store.alert_log(watch, arguments.most)? {
                    if logged.letters.is_empty() {
                        rows.push(untold(watch, logged.at, &logged.notice));
                    }
                    rows.extend(logged.letters.iter().map(|letter| row(letter, Some(&logged.notice))));
                }
            }
            rows.sort_by_key(|row| Reverse(row.at));
            show(rows, output)
        }
    }
}

/// What became of one alert at one channel.
#[derive(Serialize)]
struct Row {
    /// The number for `resend`; absent where the watch had no channel.
    id: Option<i64>,
    watch: i64,
    at: Instant,
    what: String,
    /// The channel, and the host or domain.
    channel: Option<String>,
    attempts: u32,
    state: &'static str,
    /// When it was delivered or given up, or when it is tried next.
    state_at: Option<Instant>,
    why: Option<String>,
}

fn row(letter: &Letter, notice: Option<&str>) -> Row {
    let (state, state_at, why) = match &letter.fate {
        Fate::Waiting { due, why } => ("waiting", *due, why.clone()),
        Fate::Delivered { at, .. } => ("delivered", *at, None),
        Fate::Dead { at, why } => ("dead", *at, Some(why.clone())),
    };
    let address = Address::parse(&letter.address);
    Row {
        id: Some(letter.id.0),
        watch: letter.watch.0,
        at: letter.at,
        what: what(notice.unwrap_or(&letter.notice)),
        channel: Some(address.map_or_else(|_| "unreadable".to_owned(), |address| address.label())),
        attempts: letter.attempts,
        state,
        state_at: Some(state_at),
        why,
    }
}

/// An alert of a watch that had no channel to tell it by.
fn untold(watch: WatchId, at: Instant, notice: &str) -> Row {
    Row {
        id: None,
        watch: watch.0,
        at,
        what: what(notice),
        channel: None,
        attempts: 0,
        state: "no_channel",
        state_at: None,
        why: None,
    }
}

fn what(notice: &str) -> String {
    read_notice(notice.as_bytes()).map_or_else(|error| error.to_string(), |notice| message::headline(&notice))
}

fn show(rows: Vec<Row>, output: &mut Output) -> anyhow::Result<Status> {
    if output.json {
        output.value(&serde_json::json!({ "schema": "tillwatch/alerts/1", "alerts": rows }))?;
        return Ok(Status::Done);
    }
    let mut page = output.page();
    if rows.is_empty() {
        page.line(Ink::Plain, "Nothing was told yet.");
        output.show(&page)?;
        return Ok(Status::Done);
    }
    let columns = [
        ("ID", Align::Right),
        ("WATCH", Align::Right),
        ("WHEN", Align::Left),
        ("WHAT", Align::Left),
        ("BY", Align::Left),
        ("STATE", Align::Left),
    ];
    let mut table = Table::new(0, columns);
    for row in rows {
        let ink = match row.state {
            "delivered" => Ink::Good,
            "dead" => Ink::Bold,
            _ => Ink::Plain,
        };
        let state = match (row.state, row.state_at, row.why) {
            ("waiting", Some(due), Some(why)) => format!("again {}: {why}", moment(due)),
            ("waiting", Some(due), None) => format!("waits until {}", moment(due)),
            ("dead", _, Some(why)) => format!("given up: {why}"),
            ("no_channel", ..) => "no channel".to_owned(),
            (state, ..) => state.to_owned(),
        };
        let cells = [
            row.id.map_or_else(|| "-".to_owned(), |id| id.to_string()),
            row.watch.to_string(),
            moment(row.at),
            row.what,
            row.channel.unwrap_or_else(|| "-".to_owned()),
            state,
        ];
        table.inked(ink, cells);
    }
    page.table(&table);
    output.show(&page)?;
    Ok(Status::Done)
}

fn resend(store: &dyn Store, ids: &[i64], output: &mut Output) -> anyhow::Result<Status> {
    let now = crate::clock::now()?;
    let mut all = true;
    for id in ids {
        let there = store.resend(ParcelId(*id), now)?;
        all &= there;
        let missing = InputError::wrong("ID", format!("{id} is no alert that was given up"));
        match (there, output.json) {
            (true, true) => output.value(&serde_json::json!({ "alert": id, "done": "sent_again" }))?,
            (false, true) => output.value(&Refusal { error: &missing })?,
            (true, false) => {
                let mut page = output.page();
                page.line(Ink::Plain, &format!("alert {id} goes out again"));
                output.show(&page)?;
            }
            (false, false) => eprintln!("tillwatch: {missing}"),
        }
    }
    Ok(Status::all_answered(all))
}
