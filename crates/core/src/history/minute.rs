//! Minutes: the grain of history.

use core::fmt;

use jiff::Timestamp;

use crate::instant::Instant;

/// Seconds of a minute.
const SECONDS: i64 = 60;

/// A minute, counted from the first one of 1970 in UTC. Spans begin with one and end before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(u32);

impl Minute {
    /// The first minute of 1970.
    pub const FIRST: Self = Self(0);

    /// The last that can be counted, some hundred years past the last [`Instant`]: stands for "never".
    pub const LAST: Self = Self(u32::MAX);

    /// The minute of a number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The minute that a moment falls in: rounded down. A moment before 1970 becomes [`Minute::FIRST`].
    pub fn of(moment: Instant) -> Self {
        let minutes = moment.moment().as_second().div_euclid(SECONDS).max(0);
        u32::try_from(minutes).map_or(Self::LAST, Self)
    }

    /// The moment that it begins, in UTC. A minute past the year 9999 becomes the last moment of that year.
    pub fn instant(self) -> Instant {
        let seconds = i64::from(self.0).saturating_mul(SECONDS);
        Instant::utc(Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX))
    }

    /// So many minutes later, at most [`Minute::LAST`].
    #[must_use]
    pub const fn plus(self, minutes: u32) -> Self {
        Self(self.0.saturating_add(minutes))
    }

    /// So many minutes earlier, at least [`Minute::FIRST`].
    #[must_use]
    pub const fn minus(self, minutes: u32) -> Self {
        Self(self.0.saturating_sub(minutes))
    }

    /// The minutes from an earlier one to this one; none from a later one.
    pub const fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The moment that it begins, as RFC 3339.
impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.instant().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;
    use alloc::string::ToString;

    fn minute(text: &str) -> Minute {
        Minute::of(Instant::parse(text).unwrap())
    }

    #[test]
    fn a_moment_falls_in_the_minute_that_has_begun() {
        assert_eq!(minute("2026-06-03T12:00:59.9Z"), minute("2026-06-03T14:00:00+02:00"));
        assert_eq!(minute("2026-06-03T12:00:59Z").to_string(), "2026-06-03T12:00:00Z");
        assert_eq!(minute("1970-01-01T00:01:00Z"), Minute::new(1));
    }

    #[test]
    fn moments_that_cannot_be_counted_stay_at_the_ends() {
        assert_eq!(minute("1969-12-31T23:59:59Z"), Minute::FIRST);
        let end = Minute::LAST.instant();
        assert_eq!(end.moment(), Timestamp::MAX);
        assert!(Minute::of(end) < Minute::LAST);
    }
}
