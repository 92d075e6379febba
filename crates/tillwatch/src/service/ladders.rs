//! What is known of discounts while the program runs: the operator's files, looked at again when they change, and the
//! ladders that someone publishes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tillwatch_core::almanac::{Almanac, Ladder};
use tillwatch_core::instant::Instant;
use tillwatch_net::sources::ladder::{Feed, Polled};

use crate::home::{Home, Stamp};

/// A published ladder that is polled.
pub(crate) struct Subscription {
    /// Its name in the log.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) feed: Feed,
}

/// All that can change of the known discounts.
pub(crate) struct Ladders {
    home: Home,
    subscriptions: Vec<Subscription>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    files: Option<Stamp>,
    published: BTreeMap<String, (Option<String>, Ladder)>,
    /// Whether a published one changed since the last look.
    fresh: bool,
    /// What the publishers that do not answer said last, so that it is said once.
    troubles: BTreeMap<String, String>,
}

impl Ladders {
    /// Those of a data directory, and these published ones.
    pub(crate) fn new(home: Home, subscriptions: Vec<Subscription>) -> Self {
        let files = home.stamp();
        let seen = Mutex::new(Seen {
            files: Some(files),
            ..Seen::default()
        });
        Self {
            home,
            subscriptions,
            seen,
        }
    }

    /// How often [`Ladders::poll`] is to be called.
    pub(crate) const EVERY: Duration = Duration::from_mins(5);

    /// The almanac anew, if anything changed since the last call.
    pub(crate) fn news(&self) -> Option<Almanac> {
        let files = self.home.stamp();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.fresh && seen.files.as_ref() == Some(&files) {
            return None;
        }
        let mut almanac = match self.home.almanac() {
            Ok(almanac) => almanac,
            Err(error) => {
                tracing::error!(%error, "the ladders cannot be read");
                return None;
            }
        };
        seen.fresh = false;
        seen.files = Some(files);
        for (_, ladder) in seen.published.values() {
            almanac.add(ladder.clone());
        }
        Some(almanac)
    }

    /// Asks every publisher once. One that does not answer keeps what it said last.
    pub(crate) async fn poll(&self, now: Instant) {
        for subscription in &self.subscriptions {
            let known = {
                let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.published
                    .get(&subscription.name)
                    .and_then(|(version, _)| version.clone())
            };
            let polled = subscription.feed.poll(known.as_deref(), now).await;
            self.note(&subscription.name, polled.as_ref().err().map(ToString::to_string));
            match polled {
                Ok(Polled::Unchanged) | Err(_) => {}
                Ok(Polled::Ladder { read, version }) => {
                    for warning in &read.warnings {
                        tracing::warn!(ladder = subscription.name, %warning, "the published ladder");
                    }
                    let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                    let before = seen
                        .published
                        .insert(subscription.name.clone(), (version, read.value.clone()));
                    seen.fresh |= before.is_none_or(|(_, ladder)| ladder != read.value);
                }
            }
        }
    }

    /// Says what troubles a publisher when it begins, and that it is over.
    fn note(&self, name: &str, trouble: Option<String>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match trouble {
            Some(trouble) if seen.troubles.get(name) != Some(&trouble) => {
                tracing::warn!(ladder = name, %trouble, "a published ladder cannot be had; its last codes stay");
                seen.troubles.insert(name.to_owned(), trouble);
            }
            None if seen.troubles.remove(name).is_some() => {
                tracing::info!(ladder = name, "the ladder is published again");
            }
            _ => {}
        }
    }
}
