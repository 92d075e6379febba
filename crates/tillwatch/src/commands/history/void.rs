//! `history void` and `unvoid`: which minutes of a variant count in no low.

use tillwatch_app::ports::store::{Store, StoreError};
use tillwatch_core::history::{Minute, Void};
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;

use crate::commands::which::Which;
use crate::failure::Status;
use crate::output::Output;
use crate::page::Ink;

/// A span of a variant.
#[derive(clap::Args)]
pub(crate) struct Span {
    #[command(flatten)]
    which: Which,
    /// The first moment that does not count, such as 2026-06-03T12:00:00Z; its whole minute is meant
    #[arg(long, value_name = "T", value_parser = Instant::parse)]
    from: Instant,
    /// The first moment that counts again
    #[arg(long, value_name = "T", value_parser = Instant::parse)]
    until: Instant,
}

/// A span and why it does not count.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    span: Span,
    /// Why, for those who read the history
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Voids a span in all lanes.
pub(super) fn void(arguments: &Arguments, store: &dyn Store, output: &mut Output) -> anyhow::Result<Status> {
    let span = &arguments.span;
    let reason = arguments.reason.trim();
    if reason.is_empty() {
        return Err(InputError::missing("--reason", "say why these prices do not count").into());
    }
    let (_, variant) = span.which.find(store)?;
    let void = span.void(reason);
    match store.void(variant.id, &void) {
        Err(StoreError::Refused(why)) => return Err(InputError::wrong("--until", why).into()),
        other => other?,
    }
    tell("voided", &void, output)
}

/// Lets a span count again.
pub(super) fn unvoid(span: &Span, store: &dyn Store, output: &mut Output) -> anyhow::Result<Status> {
    let (_, variant) = span.which.find(store)?;
    let void = span.void("");
    match store.unvoid(variant.id, &void) {
        Err(StoreError::NotThere(_)) => {
            let known: Vec<String> = store
                .voids(variant.id)?
                .iter()
                .map(|void| format!("{} until {}", void.from, void.until))
                .collect();
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            };
            let detail = format!(
                "nothing is voided from {} until {}; voided: {known}",
                void.from, void.until
            );
            Err(InputError::wrong("--from", detail).into())
        }
        other => {
            other?;
            tell("counts_again", &void, output)
        }
    }
}

impl Span {
    /// In whole minutes; a moment within the last one takes it in.
    fn void(&self, reason: &str) -> Void {
        let until = Minute::of(self.until);
        let whole = until.instant() == self.until;
        Void {
            from: Minute::of(self.from),
            until: until.plus(u32::from(!whole)),
            reason: reason.to_owned(),
        }
    }
}

fn tell(done: &'static str, void: &Void, output: &mut Output) -> anyhow::Result<Status> {
    if output.json {
        output.value(&serde_json::json!({
            "done": done, "from": void.from.to_string(), "until": void.until.to_string(),
        }))?;
        return Ok(Status::Done);
    }
    let mut page = output.page();
    let done = done.replace('_', " ");
    page.line(Ink::Plain, &format!("{done}: {} until {}", void.from, void.until));
    output.show(&page)?;
    Ok(Status::Done)
}
