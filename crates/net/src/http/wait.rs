//! `Retry-After`: how long a server asks to wait, in seconds or until a date.

use std::time::Duration;

use jiff::fmt::rfc2822;
use tillwatch_core::instant::Instant;

/// No server is believed to want more than a day.
const LONGEST: Duration = Duration::from_hours(24);

/// Reads the header's value. A date that has passed is no wait; nonsense is `None`.
pub(super) fn read(value: &str, now: Instant) -> Option<Duration> {
    let value = value.trim();
    let wait = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        value.parse().map_or(LONGEST, Duration::from_secs)
    } else {
        static PARSER: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new();
        let until = PARSER.parse_timestamp(value).ok()?;
        Duration::try_from(until.duration_since(now.moment())).unwrap_or(Duration::ZERO)
    };
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(value: &str) -> Option<u64> {
        let now = Instant::parse("2026-11-22T12:00:00Z").expect("an instant");
        read(value, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_is_read_from_seconds_and_from_a_date() {
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("Sun, 22 Nov 2026 12:05:00 GMT"), Some(300));
        assert_eq!(seconds("Sun, 22 Nov 2026 11:00:00 GMT"), Some(0));
    }

    #[test]
    fn an_absurd_wait_is_a_day_and_nonsense_is_none() {
        for long in ["999999999999999999999999", "864000", "Sun, 22 Nov 2099 11:00:00 GMT"] {
            assert_eq!(seconds(long), Some(86_400), "{long}");
        }
        for nonsense in ["", "soon", "-5", "1.5", "12s"] {
            assert_eq!(seconds(nonsense), None, "{nonsense}");
        }
    }
}
