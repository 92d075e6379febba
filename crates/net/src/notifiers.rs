//! The channels: how a message reaches somebody, and what they share.

pub mod apprise;
pub mod discord;
pub mod email;
pub mod gotify;
pub mod ntfy;
pub mod telegram;
mod text;
pub mod webhook;

use std::fmt::Write as _;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Why};
use tillwatch_core::instant::Instant;

use crate::http::{Answer, HttpError};

/// How long a channel may take to say yes.
const DEADLINE: Duration = Duration::from_secs(15);

/// The most that is kept of a channel's own words.
const WORDS: usize = 200;

/// No answer: what went wrong on the way names the host alone.
impl From<HttpError> for Delivery {
    fn from(error: HttpError) -> Self {
        Self::Unreachable { why: error.to_string() }
    }
}

const fn delivered(id: Option<String>) -> Delivery {
    Delivery::Delivered { id, moved: None }
}

/// What an answer's status alone says.
fn by_status(answer: &Answer, now: Instant) -> Delivery {
    let wait = answer.wait(now);
    let why = Why::Status(answer.status).to_string();
    match answer.status {
        200..300 => delivered(None),
        429 => later(wait, why),
        503 if wait.is_some() => later(wait, why),
        300..400 => Delivery::Unreachable {
            why: format!("{why}, a redirect, which is not followed"),
        },
        _ => Delivery::Unreachable { why },
    }
}

fn later(wait: Option<Duration>, why: String) -> Delivery {
    Delivery::Later {
        seconds: wait.map(whole_seconds),
        why,
    }
}

/// Rounded up: whoever comes too early is sent away again.
fn whole_seconds(wait: Duration) -> u32 {
    let up = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
    u32::try_from(up).unwrap_or(u32::MAX)
}

/// A mistake in the set-up: an address that is another channel's.
fn misdirected(channel: Channel, to: &Address) -> Delivery {
    Delivery::Unreachable {
        why: format!("{channel} was given an address of {}", to.channel()),
    }
}

/// A name that is the same for the same parts: hexadecimal digits, so that it fits into any header.
fn stable_id(parts: &[&str]) -> String {
    // The length first, so that no two lists of parts run into the same bytes.
    let hash = parts.iter().fold(Sha256::new(), |hash, part| {
        hash.chain_update(part.len().to_le_bytes()).chain_update(part)
    });
    hash.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}
