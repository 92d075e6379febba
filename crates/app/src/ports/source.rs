//! Where prices are read: one call, several listings of one market, a typed outcome for each.

use std::time::Duration;

use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::Snapshot;

use super::Later;

/// One call: listings of one ship-to country in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The ship-to country.
    pub market: Country,
    /// The currency that the shopper pays in.
    pub currency: Currency,
    /// The listings; not more than [`Limits::items_per_call`].
    pub items: Vec<Wanted>,
}

/// One listing of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The listing, in its global form.
    pub item: ItemId,
    /// The variants that someone watches; a source that can show only one says which it showed.
    pub skus: Vec<SkuId>,
    /// When any source read it well last. What was seen before that is no news.
    pub since: Option<Instant>,
}

/// What a call answered for one listing. A listing of the call has at most one; one that the answer was to have and has
/// not has a snapshot that says so. Where a source has nothing to say of a listing, which is no failure, it has none, and
/// nothing is recorded of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The listing that was asked for.
    pub item: ItemId,
    /// What was seen, with its outcome. An ok one is of this listing, this market and this currency.
    pub snapshot: Snapshot,
}

/// How much a reading shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All variants, shipping and the discounts shown: what is not there is gone.
    Full,
    /// The price of one variant and perhaps a code: what is not there is only not said.
    Brief,
}

/// How often a source may be called; the watch never exceeds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Listings a call, at least 1.
    pub items_per_call: u16,
    /// Calls a day, by the source's own day.
    pub calls_per_day: u32,
    /// When the source's day turns, as seconds east of UTC: 28,800 for the official API.
    pub day_offset: i32,
    /// The least time between two calls.
    pub spacing: Duration,
}

/// Why a whole call answered nothing. Each is a decision for the schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Too fast, or briefly out of order: try again after this time, or after a back-off where none was named.
    #[error("the source asks to wait: {why}")]
    Later {
        /// The wait that it named.
        after: Option<Duration>,
        /// Its words, without anything secret.
        why: String,
    },
    /// The day's calls are used up; not before this moment.
    #[error("the source's calls for today are used up, until {until}")]
    Spent {
        /// When they begin anew.
        until: Instant,
    },
    /// A challenge: nothing is worked around, the source rests for the day.
    #[error("the source wants to know whether a person is there: {why}")]
    Challenged {
        /// What it showed.
        why: String,
    },
    /// Key or signature: no later call will do better.
    #[error("the source refuses this set-up: {why}")]
    Misconfigured {
        /// Its words, without anything secret.
        why: String,
    },
    /// The app may not call this method; others may answer it all the same.
    #[error("the source does not permit this: {why}")]
    NotPermitted {
        /// Its words, without anything secret.
        why: String,
    },
    /// No answer, a broken one, or one that took too long.
    #[error("the source cannot be reached: {why}")]
    Unreachable {
        /// What happened on the way.
        why: String,
    },
}

/// A place where prices are read.
pub trait Source: Send + Sync {
    /// Its name in history, metrics and logs, such as `affiliate`.
    fn name(&self) -> &'static str;

    /// The account that its calls are charged to: its own, unless it uses another's key.
    fn account(&self) -> &'static str {
        self.name()
    }

    /// How often it may be called.
    fn limits(&self) -> Limits;

    /// How much its readings show.
    fn depth(&self) -> Depth;

    /// One call. `now` is what the source signs and stamps with.
    fn read<'a>(&'a self, ask: &'a Ask, now: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>>;
}
