//! The cadence: which listings are read next, when a call may be made, and when to stop calling.
//!
//! A shop grants so many calls a day. What counts is the mean delay between a price reaching somebody's target and the
//! reading that sees it. Reading a listing now saves `a * tau^2 / 2` of that delay, where `a` is its [`Urgency`]
//! (watchers times expected crossings a day) and `tau` the time since its last good reading; so each call takes those
//! for which that is largest, and no plan has to be solved. Nothing here knows the time or makes a call: `now` is an
//! argument, and a store keeps what has to outlive the process.

mod breaker;
mod budget;
mod fixed;
mod profile;
mod queue;
mod rate;

use crate::instant::Instant;

pub use breaker::{Breaker, Health, Turn};
pub use budget::{Budget, Share, Terms};
pub use profile::{Profile, Window};
pub use queue::{Call, Limits, Queue};
pub use rate::{Category, Rate, Seen, UNKNOWN_DISTANCE, Urgency};

/// Seconds of an hour.
const HOUR: u32 = 60 * 60;

/// Seconds of a day.
const DAY: u32 = 24 * HOUR;

/// The longest `Retry-After` that is believed, in seconds: a week. A shop that says more is asked again then.
pub const LONGEST_RETRY: u32 = 7 * DAY;

/// A whole second since 1970 UTC, up to the year 2106: half the memory of anything longer, a million times over.
///
/// Its arithmetic stays at the ends of that time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Second(u32);

impl Second {
    /// The end of this time; as an answer it means never.
    pub const NEVER: Self = Self(u32::MAX);

    /// So many seconds after 1970 UTC.
    pub const fn new(seconds: u32) -> Self {
        Self(seconds)
    }

    /// The second that an instant lies in; before 1970 the first, after 2106 the last.
    pub fn of(instant: Instant) -> Self {
        let seconds = instant.moment().as_second();
        Self(u32::try_from(seconds.max(0)).unwrap_or(u32::MAX))
    }

    /// Seconds since 1970 UTC.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// So many seconds later.
    #[must_use]
    pub const fn plus(self, seconds: u32) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// So many seconds earlier.
    #[must_use]
    pub const fn minus(self, seconds: u32) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// Seconds since an earlier one; 0 if that one is later.
    pub const fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }
}
