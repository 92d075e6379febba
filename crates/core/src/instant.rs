//! Instants: a moment, and the offset that it was written with, so that an expiry is shown as its source gave it.

use alloc::string::String;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use jiff::fmt::temporal::{DateTimeParser, DateTimePrinter};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};

/// The zone of the marketplace's own days: coupons start at 00:00:00 and end at 23:59:59 there, summer time included
/// (518 of 520 stamps on recorded pages of December 2022, 21 of 22 in March 2024).
pub const MARKETPLACE_ZONE: &str = "America/Los_Angeles";

/// A moment to the nanosecond. Compares by the moment alone; the offset is only for showing.
#[derive(Debug, Clone, Copy)]
pub struct Instant {
    pub(crate) moment: Timestamp,
    pub(crate) offset: Offset,
}

/// Why a text or a day is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstantError {
    /// Not RFC 3339 with an offset.
    #[error("{0:?} is not an instant such as \"2026-06-03T12:00:00Z\" (RFC 3339 with an offset)")]
    NotRfc3339(String),
    /// A zone that the bundled zone data does not know.
    #[error("{0:?} is not a time zone such as \"America/Los_Angeles\"")]
    UnknownZone(String),
    /// Before the year 1 or after 9999, or not a date at all.
    #[error("{0:?} is not a date and time such as \"2026-06-03T00:00:00\"")]
    NotADate(String),
}

impl Instant {
    /// A moment in UTC.
    pub const fn utc(moment: Timestamp) -> Self {
        Self {
            moment,
            offset: Offset::UTC,
        }
    }

    /// Reads RFC 3339 with an offset or `Z`; a local time without one is refused, since nobody can tell which moment
    /// it means.
    pub fn parse(text: &str) -> Result<Self, InstantError> {
        static PARSER: DateTimeParser = DateTimeParser::new();
        let not = || InstantError::NotRfc3339(text.chars().take(64).collect());
        // The parser also reads zone annotations, shortened and basic forms, which RFC 3339 does not have.
        if !has_the_form(text.as_bytes()) {
            return Err(not());
        }
        let pieces = PARSER.parse_pieces(text).map_err(|_| not())?;
        let (Some(time), Some(offset)) = (pieces.time(), pieces.to_numeric_offset()) else {
            return Err(not());
        };
        let moment = offset
            .to_timestamp(pieces.date().to_datetime(time))
            .map_err(|_| not())?;
        Ok(Self { moment, offset })
    }

    /// From milliseconds since 1970 UTC, as the marketplace's pages write times; `None` out of range.
    pub fn from_millis(millis: i64) -> Option<Self> {
        Timestamp::from_millisecond(millis).ok().map(Self::utc)
    }

    /// A local date and time (`2026-06-01T00:00:00` or with a blank) in a zone, with that day's offset.
    pub fn local(text: &str, zone: &str) -> Result<Self, InstantError> {
        let date: civil::DateTime = text
            .parse()
            .map_err(|_| InstantError::NotADate(text.chars().take(64).collect()))?;
        let unknown = || InstantError::UnknownZone(zone.chars().take(64).collect());
        let zone = TimeZone::get(zone).map_err(|_| unknown())?;
        let zoned = date
            .to_zoned(zone)
            .map_err(|_| InstantError::NotADate(text.chars().take(64).collect()))?;
        Ok(Self {
            moment: zoned.timestamp(),
            offset: zoned.offset(),
        })
    }

    /// The same moment as the marketplace's clocks show it.
    #[must_use]
    pub fn in_marketplace_zone(self) -> Self {
        match TimeZone::get(MARKETPLACE_ZONE) {
            Ok(zone) => Self {
                moment: self.moment,
                offset: zone.to_offset(self.moment),
            },
            Err(_) => self,
        }
    }

    /// The moment.
    pub const fn moment(self) -> Timestamp {
        self.moment
    }

    /// The moment so many seconds later (or earlier); stays at the end of time.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let moved = self.moment.checked_add(jiff::SignedDuration::from_secs(seconds));
        Self {
            moment: moved.unwrap_or(self.moment),
            offset: self.offset,
        }
    }
}

/// Whether a text is written as RFC 3339 says, whatever its numbers: `2026-06-03T12:00:00.5+02:00`.
fn has_the_form(text: &[u8]) -> bool {
    let like = |text: &[u8], form: &[u8]| {
        text.len() == form.len()
            && text.iter().zip(form).all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                b'T' => matches!(byte, b'T' | b't' | b' '),
                b'+' => matches!(byte, b'+' | b'-'),
                other => byte == other,
            })
    };
    let Some((start, end)) = text.split_at_checked(19) else {
        return false;
    };
    let offset = match end.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            fraction.get(digits..).filter(|_| digits > 0)
        }
        None => Some(end),
    };
    like(start, b"0000-00-00T00:00:00")
        && offset.is_some_and(|offset| matches!(offset, b"Z" | b"z") || like(offset, b"+00:00"))
}

impl PartialEq for Instant {
    fn eq(&self, other: &Self) -> bool {
        self.moment == other.moment
    }
}

impl Eq for Instant {}

impl Hash for Instant {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.moment.hash(state);
    }
}

impl PartialOrd for Instant {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Instant {
    fn cmp(&self, other: &Self) -> Ordering {
        self.moment.cmp(&other.moment)
    }
}

/// RFC 3339, with the offset that it came with; UTC as `Z`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        static PRINTER: DateTimePrinter = DateTimePrinter::new();
        let printed = if self.offset == Offset::UTC {
            PRINTER.timestamp_to_string(&self.moment)
        } else {
            PRINTER.timestamp_with_offset_to_string(&self.moment, self.offset)
        };
        f.write_str(&printed)
    }
}

impl serde::Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn an_instant_is_shown_as_it_was_written() {
        for text in [
            "2026-06-11T00:00:00-07:00",
            "2026-06-03T12:00:00Z",
            "2026-10-01T09:00:00+02:00",
        ] {
            assert_eq!(Instant::parse(text).map(|i| i.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn instants_compare_by_the_moment() {
        assert_eq!(
            Instant::parse("2026-06-01T00:00:00-07:00"),
            Instant::parse("2026-06-01T07:00:00Z")
        );
    }

    #[test]
    fn a_time_without_an_offset_is_refused() {
        for text in [
            "2026-06-01T00:00:00",
            "2026-06-01",
            "",
            "now",
            "1700000000",
            "2026-06-01T00:00:00[America/Los_Angeles]",
            "2026-13-01T00:00:00Z",
        ] {
            assert!(Instant::parse(text).is_err(), "{text:?} was taken for an instant");
        }
    }

    #[test]
    fn a_day_of_the_marketplace_follows_summer_time() {
        let at = |text| Instant::local(text, MARKETPLACE_ZONE).map(|i| i.to_string());
        assert_eq!(at("2026-06-01T00:00:00").as_deref(), Ok("2026-06-01T00:00:00-07:00"));
        assert_eq!(at("2026-11-08 00:00:00").as_deref(), Ok("2026-11-08T00:00:00-08:00"));
    }
}
