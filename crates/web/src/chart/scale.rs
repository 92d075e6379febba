//! Where a price and a minute lie in the picture, and which of them are named at its edges.

use jiff::ToSpan;
use jiff::tz::TimeZone;
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;

use super::SIZE;

/// Room above the highest price, for its label.
const TOP: u32 = 40;

/// Where the plot ends; below are the dates.
pub(super) const BOTTOM: u32 = SIZE.1 - 48;

/// No more lines across.
const MOST_LINES: i64 = 5;

/// No more dates below.
const MOST_DATES: u32 = 7;

const DAY: u32 = 1_440;

/// The prices and minutes of a picture.
pub(super) struct Scale {
    from: Minute,
    minutes: u32,
    low: i64,
    high: i64,
    step: i64,
}

impl Scale {
    /// For prices from a lowest to a highest; the axis is of round numbers around them.
    pub(super) fn new(from: Minute, until: Minute, low: i64, high: i64) -> Self {
        // A price that never moved is drawn in the middle.
        let (low, high) = if low == high {
            (low - low / 10 - 1, high + high / 10 + 1)
        } else {
            (low, high)
        };
        let step = round_step(high - low);
        Self {
            from,
            minutes: until.since(from).max(1),
            low: low.div_euclid(step) * step,
            high,
            step,
        }
    }

    /// From the left edge.
    pub(super) fn x(&self, at: Minute) -> u32 {
        let along = u64::from(at.since(self.from).min(self.minutes));
        u32::try_from(along * u64::from(SIZE.0) / u64::from(self.minutes)).unwrap_or(SIZE.0)
    }

    /// From the upper edge; what lies outside is drawn at the edge.
    pub(super) fn y(&self, price: i64) -> u32 {
        let height = i128::from(BOTTOM - TOP);
        let range = i128::from((self.high - self.low).max(1));
        let above = i128::from(price.clamp(self.low, self.high) - self.low);
        BOTTOM - u32::try_from(above * height / range).unwrap_or(0)
    }

    /// Whether a price lies within the picture.
    pub(super) const fn shows(&self, price: i64) -> bool {
        self.low <= price && price <= self.high
    }

    /// The prices that are named, the lowest first.
    pub(super) fn prices(&self) -> impl Iterator<Item = i64> {
        let lines = (self.high - self.low) / self.step;
        (1..=lines).map(|number| self.low + number * self.step)
    }

    /// The days that are named: Mondays, firsts of months or of years, whichever are few enough.
    pub(super) fn days(&self) -> Vec<Minute> {
        let until = self.from.plus(self.minutes);
        let date = |at: Minute| at.instant().moment().to_zoned(TimeZone::UTC).date();
        let (first, last) = (date(self.from), date(until));
        let days = self.minutes / DAY;
        let mut day = first;
        let (start, span) = if days <= MOST_DATES {
            (first, 1.day())
        } else if days <= MOST_DATES * 7 {
            day = first.saturating_add((7 - i64::from(first.weekday().to_monday_zero_offset())).days());
            (day, 7.days())
        } else {
            let months = i64::from((days / 30).div_ceil(MOST_DATES));
            // Spans by which the year is divided evenly.
            let months = [1, 2, 3, 4, 6, 12]
                .into_iter()
                .find(|even| *even >= months)
                .unwrap_or(12 * (months / 12 + 1));
            day = first.first_of_month();
            (day, months.months())
        };
        if start.year() != last.year() && days > 365 {
            day = first.first_of_year();
        }
        let mut named = Vec::new();
        while day <= last && named.len() < 40 {
            if let Ok(midnight) = day.to_zoned(TimeZone::UTC) {
                let at = Minute::of(Instant::utc(midnight.timestamp()));
                // A label too near an edge would run over it.
                let margin = self.minutes / 24;
                if at > self.from.plus(margin) && at.plus(margin) < until {
                    named.push(at);
                }
            }
            let Ok(next) = day.checked_add(span) else { break };
            day = next;
        }
        named
    }
}

/// A round number of which a few fit into a range: 1, 2 or 5 with noughts.
fn round_step(range: i64) -> i64 {
    let mut unit = 1_i64;
    loop {
        for factor in [1, 2, 5] {
            let step = unit.saturating_mul(factor);
            if range / step <= MOST_LINES {
                return step;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    fn minute(text: &str) -> Minute {
        Minute::of(Instant::parse(text).unwrap())
    }

    #[test]
    fn an_axis_is_of_few_round_prices_around_what_is_seen() {
        for (low, high, expected) in [
            (3_149, 3_600, vec![3_200, 3_300, 3_400, 3_500, 3_600]),
            (999, 1_001, vec![1_000, 1_001]),
            (500, 500, vec![460, 480, 500, 520, 540]),
        ] {
            let scale = Scale::new(Minute::new(0), Minute::new(100), low, high);
            let prices: Vec<i64> = scale.prices().collect();
            assert_eq!(prices, expected, "{low} to {high}");
            assert!(scale.y(low) <= BOTTOM && scale.y(high) >= TOP);
        }
    }

    #[test]
    fn dates_are_first_days_that_are_few_enough() {
        for (from, until, expected) in [
            ("2026-06-10T00:00:00Z", "2026-07-20T00:00:00Z", 5),
            ("2026-04-10T00:00:00Z", "2026-07-09T00:00:00Z", 3),
            ("2025-07-09T00:00:00Z", "2026-07-09T00:00:00Z", 5),
            ("2021-07-09T00:00:00Z", "2026-07-09T00:00:00Z", 5),
            ("2026-07-08T00:00:00Z", "2026-07-09T00:00:00Z", 0),
        ] {
            let scale = Scale::new(minute(from), minute(until), 1, 2);
            let days = scale.days();
            assert_eq!(days.len(), expected, "{from} to {until}: {days:?}");
        }
    }
}
