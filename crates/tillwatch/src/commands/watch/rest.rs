//! Watches that tell nothing for a while, and that tell again.

use tillwatch_app::ports::store::{Rest, Store, WatchId};
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;

use crate::commands::Refusal;
use crate::failure::{Status, Usage};
use crate::home::Home;
use crate::output::Output;
use crate::page::Ink;

/// Which watches rest, and until when.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch watch snooze 3
  tillwatch watch snooze 3 4 --days 30
  tillwatch watch snooze 3 --until 2026-11-27T00:00:00Z")]
pub(super) struct Snooze {
    /// Their numbers
    #[arg(required = true, value_name = "ID")]
    ids: Vec<i64>,
    /// For so many days
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=3650))]
    days: u16,
    /// Until a moment, such as 2026-11-27T00:00:00Z
    #[arg(long, value_name = "T", conflicts_with = "days", value_parser = Instant::parse)]
    until: Option<Instant>,
}

/// Lets watches rest until a moment.
pub(super) fn snooze(arguments: &Snooze, home: &Home, output: &mut Output) -> anyhow::Result<Status> {
    let now = crate::clock::now()?;
    let usual = now.plus_seconds(i64::from(arguments.days).saturating_mul(86_400));
    let until = arguments.until.unwrap_or(usual);
    if until <= now {
        return Err(Usage(format!("--until: {until} is over already")).into());
    }
    each(&arguments.ids, Rest::Until(until), home, output)
}

/// Gives each watch the same rest, or none.
pub(super) fn each(ids: &[i64], rest: Rest, home: &Home, output: &mut Output) -> anyhow::Result<Status> {
    let store = home.existing_store()?;
    let (done, until) = match rest {
        Rest::Awake => ("resumed", None),
        Rest::Until(until) => ("snoozed", Some(until)),
        Rest::Stopped => ("stopped", None),
    };
    let mut all = true;
    for id in ids {
        let there = match &store {
            Some(store) => store.rest_watch(WatchId(*id), rest)?,
            None => false,
        };
        all &= there;
        let missing = InputError::wrong("ID", format!("there is no watch {id}"));
        match (there, output.json) {
            (true, true) => output.value(&serde_json::json!({ "watch": id, "done": done, "until": until }))?,
            (false, true) => output.value(&Refusal { error: &missing })?,
            (true, false) => {
                let mut page = output.page();
                let until = until.map(|until| format!(" until {}", crate::receipt::moment(until)));
                page.line(Ink::Plain, &format!("{done} watch {id}{}", until.unwrap_or_default()));
                output.show(&page)?;
            }
            (false, false) => eprintln!("tillwatch: {missing}"),
        }
    }
    Ok(Status::all_answered(all))
}
