//! `watch`: what is watched, and at which price someone wants to know.

mod add;
mod rest;
mod telling;

use std::path::Path;

use serde::Serialize;
use tillwatch_app::ports::notifier::Address;
use tillwatch_app::ports::store::{ChannelOf, ListingState, Rest, Store, Watch, WatchId};
use tillwatch_app::standing::Standing;
use tillwatch_core::alert::Rule;
use tillwatch_core::country::Country;
use tillwatch_core::history::Minute;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::clean_url;
use tillwatch_core::money::{Currency, Money};

use super::Refusal;
use crate::failure::Status;
use crate::home::Home;
use crate::output::Output;
use crate::page::Ink;
use crate::table::{Align, Table};
use crate::words;

/// Watch listings, and list or remove what is watched
///
/// A watch is one variant, one ship-to country, one currency and one lane: sticker (nothing taken off), automatic (what
/// applies by itself), public (also coupons that anyone can save), code (also a public code that is typed).
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch watch add https://www.aliexpress.com/item/1005006367324382.html --market US --target 31.50
  tillwatch watch list")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Watch listings, from links, share texts, ids or lines of them
    Add(add::Arguments),
    /// List what is watched
    #[command(after_help = "Example:\n  tillwatch watch list --json")]
    List {
        /// The moment, such as 2026-06-03T12:00:00Z [default: now]
        #[arg(long, value_name = "T", value_parser = Instant::parse)]
        at: Option<Instant>,
    },
    /// Show one watch
    #[command(after_help = "Example:\n  tillwatch watch show 3")]
    Show {
        /// Its number
        id: i64,
        /// The moment, such as 2026-06-03T12:00:00Z [default: now]
        #[arg(long, value_name = "T", value_parser = Instant::parse)]
        at: Option<Instant>,
    },
    /// Remove watches; their history stays
    #[command(after_help = "Example:\n  tillwatch watch remove 3 4")]
    Remove {
        /// Their numbers
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
    },
    /// Let watches tell nothing for a while; their history goes on
    Snooze(rest::Snooze),
    /// Let watches tell nothing more; their history goes on
    #[command(after_help = "Example:\n  tillwatch watch stop 3")]
    Stop {
        /// Their numbers
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
    },
    /// Let watches tell again, by channels too that had refused
    #[command(after_help = "Example:\n  tillwatch watch resume 3")]
    Resume {
        /// Their numbers
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
    },
}

/// Runs one of the actions.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let home = Home::find(data);
    match &arguments.action {
        Action::Add(arguments) => add::run(arguments, &home, output),
        Action::List { at } => {
            let now = at.map_or_else(crate::clock::now, Ok)?;
            list(&home, now, output)
        }
        Action::Show { id, at } => {
            let now = at.map_or_else(crate::clock::now, Ok)?;
            show(&home, *id, now, output)
        }
        Action::Remove { ids } => remove(&home, ids, output),
        Action::Snooze(arguments) => rest::snooze(arguments, &home, output),
        Action::Stop { ids } => rest::each(ids, Rest::Stopped, &home, output),
        Action::Resume { ids } => rest::each(ids, Rest::Awake, &home, output),
    }
}

/// A watch as it stands.
#[derive(Serialize)]
struct Row {
    id: i64,
    item: ItemId,
    sku: Option<SkuId>,
    title: Option<String>,
    market: Country,
    currency: Currency,
    lane: &'static str,
    target: Option<Money>,
    /// What it tells of.
    rules: Vec<Rule>,
    /// Where to: the channel, and its host or domain.
    channels: Vec<String>,
    since: Instant,
    /// The price, where it is known now.
    now: Option<Money>,
    low: Option<Money>,
    low_at: Option<Instant>,
    /// Whether the price is known now and at or below the target.
    met: bool,
    checked_at: Option<Instant>,
    outcome: Option<&'static str>,
    #[serde(skip)]
    standing: Option<Standing>,
}

fn row(store: &dyn Store, watch: Watch, now: Instant) -> anyhow::Result<Row> {
    let state = store.listing(&watch.key)?;
    let standing = standing(store, &watch, now)?;
    let amount = |minor: i64| Money::new(minor, watch.key.currency);
    let price = standing
        .as_ref()
        .and_then(Standing::price)
        .map(|price| amount(price.minor()));
    let low = standing.as_ref().and_then(|standing| standing.low);
    let check = state.as_ref().and_then(|state| state.last_check.as_ref());
    Ok(Row {
        id: watch.id.0,
        met: met(price, watch.target()),
        now: price,
        low: low.map(|low| amount(low.price.minor())),
        low_at: low.map(|low| low.at.instant()),
        checked_at: check.map(|check| check.at),
        outcome: check.map(|check| check.outcome.name()),
        target: watch.target(),
        rules: watch.rules.iter().map(|ruled| ruled.rule).collect(),
        channels: watch.channels.iter().map(channel).collect(),
        title: state.as_ref().and_then(title),
        item: watch.key.item,
        sku: watch.sku,
        market: watch.key.market,
        currency: watch.key.currency,
        lane: watch.lane.name(),
        since: watch.since,
        standing,
    })
}

/// A channel for people, with what keeps it from being used.
fn channel(channel: &ChannelOf) -> String {
    let label = Address::parse(&channel.address).map_or_else(|_| "unreadable".to_owned(), |address| address.label());
    match (&channel.paused, channel.confirmed) {
        (Some(why), _) => format!("{label}, paused: {why}"),
        (None, false) => format!("{label}, not confirmed"),
        (None, true) => label,
    }
}

/// Whether a price has reached a target.
fn met(price: Option<Money>, target: Option<Money>) -> bool {
    let below = price.zip(target).and_then(|(price, target)| target.checked_sub(price));
    below.is_some_and(|below| below.minor() >= 0)
}

fn standing(store: &dyn Store, watch: &Watch, now: Instant) -> anyhow::Result<Option<Standing>> {
    let newest = store.terms_of(watch.variant)?.into_iter().next();
    let Some(terms) = newest else { return Ok(None) };
    let series = store.series(watch.variant, watch.lane, &terms)?;
    Ok(series.map(|series| Standing::of(&series, Minute::of(now))))
}

fn title(state: &ListingState) -> Option<String> {
    state.snapshot.as_ref().and_then(|snapshot| snapshot.title.clone())
}

#[derive(Serialize)]
struct Listed<'a> {
    schema: &'static str,
    at: Instant,
    watches: &'a [Row],
}

fn list(home: &Home, now: Instant, output: &mut Output) -> anyhow::Result<Status> {
    let mut rows = Vec::new();
    if let Some(store) = home.existing_store()? {
        for watch in store.watches()? {
            rows.push(row(&store, watch, now)?);
        }
    }
    if output.json {
        output.value(&Listed {
            schema: "tillwatch/watches/1",
            at: now,
            watches: &rows,
        })?;
        return Ok(Status::Done);
    }
    let mut page = output.page();
    if rows.is_empty() {
        page.line(
            Ink::Plain,
            "Nothing is watched yet. Begin with: tillwatch watch add LINK",
        );
        output.show(&page)?;
        return Ok(Status::Done);
    }
    let columns = [
        ("ID", Align::Right),
        ("WHAT", Align::Left),
        ("TO", Align::Left),
        ("LANE", Align::Left),
        ("TARGET", Align::Right),
        ("NOW", Align::Right),
        ("LOW", Align::Right),
        ("CHECKED", Align::Left),
    ];
    let mut table = Table::new(0, columns);
    for row in &rows {
        let amount = |money: Option<Money>| money.map_or_else(|| "-".to_owned(), |money| money.to_string());
        let what = row.title.clone().unwrap_or_else(|| row.item.to_string());
        let what = match &row.sku {
            Some(sku) => format!("{what} ({sku})"),
            None => what,
        };
        let checked = match (row.checked_at, row.outcome) {
            (Some(at), Some("ok")) => words::ago(Minute::of(at), Minute::of(now)),
            (Some(at), Some(other)) => {
                format!(
                    "{} {}",
                    other.replace('_', " "),
                    words::ago(Minute::of(at), Minute::of(now))
                )
            }
            _ => "not yet".to_owned(),
        };
        let cells = [
            row.id.to_string(),
            what,
            format!("{} {}", row.market, row.currency),
            row.lane.to_owned(),
            amount(row.target),
            amount(row.now),
            amount(row.low),
            checked,
        ];
        table.inked(if row.met { Ink::Good } else { Ink::Plain }, cells);
    }
    page.table(&table);
    output.show(&page)?;
    Ok(Status::Done)
}

fn show(home: &Home, id: i64, now: Instant, output: &mut Output) -> anyhow::Result<Status> {
    let store = home.existing_store()?;
    let watch = store
        .as_ref()
        .map(|store| store.watch(WatchId(id)))
        .transpose()?
        .flatten();
    let (Some(store), Some(watch)) = (store, watch) else {
        return Err(InputError::wrong("ID", format!("there is no watch {id}")).into());
    };
    let row = row(&store, watch, now)?;
    if output.json {
        output.value(&row)?;
        return Ok(Status::Done);
    }
    let mut page = output.page();
    page.paragraph(0, Ink::Bold, row.title.as_deref().unwrap_or(row.item.as_str()));
    page.line(Ink::Dim, &clean_url(&row.item, row.sku.as_ref()));
    page.end();
    let mut facts = Table::new(0, [("", Align::Left), ("", Align::Left)]);
    let target = match (row.target, row.met) {
        (None, _) => "none; only the history is kept".to_owned(),
        (Some(target), met) => format!("{target} {}{}", row.currency, if met { ", met now" } else { "" }),
    };
    for (name, fact) in [
        ("Watch", row.id.to_string()),
        (
            "Variant",
            row.sku
                .as_ref()
                .map_or("the one that the page selects".into(), ToString::to_string),
        ),
        ("Ships to", row.market.to_string()),
        ("Lane", row.lane.to_owned()),
        ("Target", target),
        (
            "Tells",
            listed(&row.rules.iter().map(telling::written).collect::<Vec<_>>()),
        ),
        ("By", listed(&row.channels)),
        ("Since", crate::receipt::moment(row.since)),
    ] {
        facts.row([name.to_owned(), fact]);
    }
    page.table(&facts);
    page.end();
    let checked = row
        .checked_at
        .zip(row.outcome.and_then(tillwatch_core::snapshot::Outcome::from_name));
    let nothing = Standing {
        present: tillwatch_app::standing::Present::Nothing,
        low: None,
    };
    let standing = row.standing.as_ref().unwrap_or(&nothing);
    let sentence = words::sentence(standing, row.currency, checked, Minute::of(now));
    page.paragraph(0, Ink::Plain, &sentence);
    output.show(&page)?;
    Ok(Status::Done)
}

fn listed(words: &[String]) -> String {
    if words.is_empty() {
        "nothing".to_owned()
    } else {
        words.join(" · ")
    }
}

fn remove(home: &Home, ids: &[i64], output: &mut Output) -> anyhow::Result<Status> {
    let store = home.existing_store()?;
    let mut all = true;
    for id in ids {
        let gone = match &store {
            Some(store) => store.remove_watch(WatchId(*id))?,
            None => false,
        };
        all &= gone;
        let missing = InputError::wrong("ID", format!("there is no watch {id}"));
        match (gone, output.json) {
            (true, true) => output.value(&serde_json::json!({ "watch": id, "done": "removed" }))?,
            (false, true) => output.value(&Refusal { error: &missing })?,
            (true, false) => {
                let mut page = output.page();
                page.line(Ink::Plain, &format!("removed watch {id}; its history stays"));
                output.show(&page)?;
            }
            (false, false) => eprintln!("tillwatch: {missing}"),
        }
    }
    Ok(Status::all_answered(all))
}
