//! A ladder of codes that somebody publishes: asked again and again, sent only when it has changed.

use std::time::Duration;

use tillwatch_core::almanac::{Ladder, read_ladder};
use tillwatch_core::checkout::Read;
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;
use url::Url;

use crate::http::{Call, Client, HttpError};

/// A ladder of a thousand discounts has a few hundred kilobytes.
const MOST_BYTES: usize = 1024 * 1024;

/// An address that a ladder is published at. It may hold a key, so that it is never printed.
pub struct Feed {
    address: Url,
    client: Client,
}

/// What a feed answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Polled {
    /// Nothing new since the version that was named.
    Unchanged,
    /// The ladder as it is now.
    Ladder {
        /// The ladder, with warnings about what it has beyond the format.
        read: Read<Ladder>,
        /// The server's name for this version, to be named at the next poll.
        version: Option<String>,
    },
}

/// Why a feed answered no ladder. No address is told in full.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LadderError {
    /// No answer, or none that may be asked for.
    #[error(transparent)]
    NoAnswer(#[from] HttpError),
    /// The server asks to wait.
    #[error("the publisher asks to wait")]
    Later {
        /// The wait that it named.
        after: Option<Duration>,
    },
    /// An answer that is neither a ladder nor the word that nothing changed.
    #[error("the publisher answered with status {0}")]
    Status(u16),
    /// What came is no ladder.
    #[error("what was published is no ladder: {0}")]
    NotALadder(#[from] InputError),
}

impl Feed {
    /// The feed at an address.
    pub const fn new(address: Url, client: Client) -> Self {
        Self { address, client }
    }

    /// Asks whether there is another version than the known one. `now` is for waits that are named as a date.
    pub async fn poll(&self, known: Option<&str>, now: Instant) -> Result<Polled, LadderError> {
        let call = Call::get(self.address.clone())
            .header("accept", "application/json")
            .up_to(MOST_BYTES);
        let call = match known {
            Some(version) => call.header("if-none-match", version),
            None => call,
        };
        let answer = self.client.send(&call).await?;
        let after = answer.wait(now);
        match answer.status {
            304 if known.is_some() => Ok(Polled::Unchanged),
            200 => Ok(Polled::Ladder {
                read: read_ladder(&answer.body)?,
                version: answer.header("etag").map(str::to_owned),
            }),
            429 => Err(LadderError::Later { after }),
            503 if after.is_some() => Err(LadderError::Later { after }),
            status => Err(LadderError::Status(status)),
        }
    }
}
