//! The sources: places where prices are read, and what they share.

pub mod affiliate;
pub mod feed;
pub mod ladder;
pub mod page;

use tillwatch_app::ports::source::{Ask, Reading, SourceError};
use tillwatch_core::country::Country;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::snapshot::{Outcome, Snapshot};

use crate::http::{Answer, HttpError};

/// A country as the marketplace writes it.
fn marketplace_code(country: &Country) -> &str {
    match country.code() {
        "GB" => "UK",
        code => code,
    }
}

/// Refuses a call with more listings than it may have, which its maker has to mend.
fn too_many(ask: &Ask, most: u16) -> Result<(), SourceError> {
    let count = ask.items.len();
    if count > usize::from(most) {
        let why = format!("{count} listings were asked for in one call, and at most {most} are answered");
        return Err(SourceError::Misconfigured { why });
    }
    Ok(())
}

/// The same refusal for each listing of a call.
fn refused(ask: &Ask, shape: &'static str, outcome: Outcome, detail: &str) -> Vec<Reading> {
    let reading = |item: &ItemId| Reading {
        item: item.clone(),
        snapshot: Snapshot {
            item: Some(item.clone()),
            ..Snapshot::refused(shape, outcome, detail)
        },
    };
    ask.items.iter().map(|wanted| reading(&wanted.item)).collect()
}

/// What it means for the schedule that a call had no answer.
impl From<HttpError> for SourceError {
    fn from(error: HttpError) -> Self {
        let why = error.to_string();
        match error {
            HttpError::Forbidden { .. } => Self::Misconfigured { why },
            HttpError::TooSlow { .. }
            | HttpError::TooLarge { .. }
            | HttpError::TooManyRedirects { .. }
            | HttpError::LostRedirect { .. }
            | HttpError::Unreachable { .. } => Self::Unreachable { why },
        }
    }
}

/// What an answer's status alone says: too fast, or out of order.
fn by_status(answer: &Answer, now: Instant) -> Option<SourceError> {
    let why = format!("status {}", answer.status);
    let after = answer.wait(now);
    match answer.status {
        429 => Some(SourceError::Later { after, why }),
        503 if after.is_some() => Some(SourceError::Later { after, why }),
        408 | 500.. => Some(SourceError::Unreachable { why }),
        _ => None,
    }
}
