//! Times and states in a few words, for sentences and tables.

use tillwatch_app::standing::{Last, Present, Standing};
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Outcome;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A moment's year, month and day in UTC, and its hour and minute, as they are written.
pub(crate) struct Written {
    text: String,
}

impl Written {
    /// The minute's moment.
    pub(crate) fn of(minute: Minute) -> Self {
        Self {
            text: minute.instant().to_string(),
        }
    }

    fn number(&self, from: usize, until: usize) -> usize {
        let digits = self.text.get(from..until);
        digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
    }

    /// The year.
    pub(crate) fn year(&self) -> usize {
        self.number(0, 4)
    }

    /// The month, from 1.
    pub(crate) fn month(&self) -> usize {
        self.number(5, 7)
    }

    /// The day of the month, from 1.
    pub(crate) fn day(&self) -> usize {
        self.number(8, 10)
    }

    /// The month's name.
    pub(crate) fn month_name(&self) -> &'static str {
        MONTHS.get(self.month().saturating_sub(1)).copied().unwrap_or_default()
    }

    /// `06:00`.
    pub(crate) fn time(&self) -> &str {
        self.text.get(11..16).unwrap_or_default()
    }
}

/// A day in UTC: `11 Nov`, with the year where it is not the present one.
pub(crate) fn day(minute: Minute, now: Minute) -> String {
    let (then, now) = (Written::of(minute), Written::of(now));
    if then.year() == now.year() {
        format!("{} {}", then.day(), then.month_name())
    } else {
        format!("{} {} {}", then.day(), then.month_name(), then.year())
    }
}

/// A moment in UTC: `11 Nov 06:00`.
pub(crate) fn moment(minute: Minute, now: Minute) -> String {
    format!("{} {}", day(minute, now), Written::of(minute).time())
}

/// A length: its two largest units, such as `2 d 3 h`.
pub(crate) fn length(minutes: u32) -> String {
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) if days < 10 => format!("{days} d {hours} h"),
        (days, ..) => format!("{days} d"),
    }
}

/// How long ago: one unit.
pub(crate) fn ago(then: Minute, now: Minute) -> String {
    match now.since(then) {
        0 => "just now".to_owned(),
        minutes @ 1..=119 => format!("{minutes} min ago"),
        minutes @ 120..=2_879 => format!("{} h ago", minutes / 60),
        minutes => format!("{} days ago", minutes / 1_440),
    }
}

/// An outcome as words.
pub(crate) fn outcome(outcome: Outcome) -> String {
    outcome.name().replace('_', " ")
}

/// Tenths of a percent: `4.1 %`, and `4 %` where nothing stands after the point.
fn tenths(tenths: i64) -> String {
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        part => format!("{}.{part} %", tenths / 10),
    }
}

/// One sentence on where a price stands and when it was looked at. An old price is told as old.
pub(crate) fn sentence(
    standing: &Standing,
    currency: Currency,
    checked: Option<(Instant, Outcome)>,
    now: Minute,
) -> String {
    let amount = |minor: i64| format!("{} {currency}", Money::new(minor, currency));
    let last = |last: &Last| format!("{} on {}", amount(last.price.minor()), day(last.confirmed, now));
    let present = match &standing.present {
        Present::Holds { price, void: None } => format!("{} now", amount(price.minor())),
        Present::Holds {
            price,
            void: Some(reason),
        } => format!("{} now, which counts in no low ({reason})", amount(price.minor())),
        Present::Hidden {
            outcome: why,
            since,
            last: seen,
        } => {
            let seen = seen
                .as_ref()
                .map(|seen| format!("; the last price seen was {}", last(seen)));
            let why = outcome(*why);
            format!(
                "No price can be seen since {} ({why}){}",
                moment(*since, now),
                seen.unwrap_or_default()
            )
        }
        Present::Old(seen) => format!("The price now is not known; the last one seen was {}", last(seen)),
        Present::Nothing => "No price has been seen yet".to_owned(),
    };
    let low = standing.low.map(|low| {
        let there = format!("{} on {}", Money::new(low.price.minor(), currency), day(low.at, now));
        match standing.above_low() {
            Some(..=0) => format!("; its low, first reached on {}", day(low.at, now)),
            Some(above) => format!("; {} above its low of {there}", tenths(above)),
            None => format!("; its low is {there}"),
        }
    });
    let checked = checked.map(|(at, what)| {
        let ago = ago(Minute::of(at), now);
        match what {
            Outcome::Ok => format!("; checked {ago}"),
            other => format!("; checked {ago}: {}", outcome(other)),
        }
    });
    format!("{present}{}{}.", low.unwrap_or_default(), checked.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;
    use tillwatch_core::history::{Extreme, Price};

    fn minute(text: &str) -> Minute {
        Minute::of(Instant::parse(text).unwrap())
    }

    #[test]
    fn a_price_that_is_known_is_told_beside_its_low_and_its_check() {
        let now = minute("2026-12-03T12:06:00Z");
        let mut standing = Standing {
            present: Present::Holds {
                price: Price::new(3_275).unwrap(),
                void: None,
            },
            low: Some(Extreme {
                price: Price::new(3_149).unwrap(),
                at: minute("2026-11-11T08:00:00Z"),
            }),
        };
        let checked = Some((Instant::parse("2026-12-03T12:00:00Z").unwrap(), Outcome::Ok));
        let told = |standing: &Standing| sentence(standing, Currency::USD, checked, now);
        let wanted = "32.75 USD now; 4 % above its low of 31.49 on 11 Nov; checked 6 min ago.";
        assert_eq!(told(&standing), wanted);
        standing.present = Present::Old(Last {
            price: Price::new(3_275).unwrap(),
            confirmed: minute("2025-12-01T00:00:00Z"),
        });
        let wanted = "The price now is not known; the last one seen was 32.75 USD on 1 Dec 2025; its low is 31.49 on 11 \
                      Nov; checked 6 min ago.";
        assert_eq!(told(&standing), wanted);
    }

    #[test]
    fn lengths_have_their_two_largest_units() {
        let told = [0, 59, 60, 61, 1_440, 1_505, 14_460].map(length);
        assert_eq!(told, ["0 min", "59 min", "1 h", "1 h 1 min", "1 d", "1 d 1 h", "10 d"]);
    }
}
