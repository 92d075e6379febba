//! Where a price stands at a moment: whether it is known now, and how far above its low. An old price is never the
//! present one.

use tillwatch_core::history::{Extreme, Known, Minute, Period, Price, Run, Series};
use tillwatch_core::money::Rounding;
use tillwatch_core::snapshot::Outcome;

/// Minutes in which a price counts as present after its last reading: a day and a half, past the floor of the schedule.
pub const FRESH: u32 = 36 * 60;

/// What is known of a series at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The price now, or why there is none.
    pub present: Present,
    /// The lowest price that counts, of all time.
    pub low: Option<Extreme>,
}

/// The price of this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Present {
    /// It is known.
    Holds {
        /// How much.
        price: Price,
        /// Why it counts in no low, where it is voided.
        void: Option<String>,
    },
    /// Nobody can see it.
    Hidden {
        /// Why.
        outcome: Outcome,
        /// Since when none was seen.
        since: Minute,
        /// What was seen last.
        last: Option<Last>,
    },
    /// Nobody looked for too long.
    Old(Last),
    /// Nothing was ever seen.
    Nothing,
}

/// The last price that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// How much it was.
    pub price: Price,
    /// When it was last confirmed.
    pub confirmed: Minute,
}

impl Standing {
    /// Of a series, which is taken to stay fresh for [`FRESH`].
    pub fn of(series: &Series, now: Minute) -> Self {
        let series = series.clone().fresh_for(FRESH);
        let read = series.prices().iter().rev().find(|run| run.start <= now);
        let last = read.map(|run| Last {
            price: run.value,
            confirmed: run.end().min(now),
        });
        let present = match (series.at(now), last) {
            (Some(Known::Price { price, void, .. }), _) => Present::Holds {
                price,
                void: void.map(|void| void.reason.clone()),
            },
            (Some(Known::Gap(outcome)), last) => Present::Hidden {
                outcome,
                since: blind_since(series.checks(), now),
                last,
            },
            (None, Some(last)) => Present::Old(last),
            (None, None) => Present::Nothing,
        };
        let windows = series.windows(now);
        let all = windows.iter().find(|window| window.period == Period::All);
        Self {
            present,
            low: all.and_then(|all| all.figures).map(|figures| figures.low),
        }
    }

    /// The price, where it is known now and counts.
    pub const fn price(&self) -> Option<Price> {
        match self.present {
            Present::Holds { price, void: None } => Some(price),
            _ => None,
        }
    }

    /// How far the present price lies above the low, in tenths of a percent of the low, half up.
    pub fn above_low(&self) -> Option<i64> {
        let (price, low) = (self.price()?.minor(), self.low?.price.minor());
        let above = i128::from(price.saturating_sub(low));
        Some(Rounding::HalfUp.divide(above.saturating_mul(1_000), i128::from(low)))
    }
}

/// The first of the failed checks that no good one followed.
fn blind_since(checks: &[Run<Outcome>], now: Minute) -> Minute {
    let begun = checks.iter().rev().skip_while(|run| run.start > now);
    let failed = begun.take_while(|run| run.value != Outcome::Ok);
    failed.last().map_or(now, |run| run.start)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    fn run<V>(start: u32, confirmed: u32, value: V) -> Run<V> {
        Run {
            start: Minute::new(start),
            confirmed,
            value,
        }
    }

    fn standing(checks: &[Run<Outcome>], now: u32) -> Standing {
        let price = |minor| Price::new(minor).unwrap();
        let prices = vec![run(0, 90, price(1_000)), run(100, 50, price(1_041))];
        let series = Series::new(prices, checks.to_vec()).unwrap();
        Standing::of(&series, Minute::new(now))
    }

    #[test]
    fn a_price_that_is_known_now_stands_so_far_above_its_low() {
        let now = standing(&[run(0, 150, Outcome::Ok)], 200);
        assert_eq!(
            (now.price().map(Price::minor), now.above_low()),
            (Some(1_041), Some(41))
        );
    }

    #[test]
    fn an_old_price_and_one_behind_a_gap_are_not_the_present_one() {
        let last = Last {
            price: Price::new(1_041).unwrap(),
            confirmed: Minute::new(150),
        };
        let old = standing(&[run(0, 150, Outcome::Ok)], 150 + FRESH + 1);
        assert_eq!(
            (&old.present, old.price(), old.above_low()),
            (&Present::Old(last), None, None)
        );
        let checks = [
            run(0, 150, Outcome::Ok),
            run(160, 5, Outcome::Blocked),
            run(180, 0, Outcome::Removed),
        ];
        let hidden = Present::Hidden {
            outcome: Outcome::Removed,
            since: Minute::new(160),
            last: Some(last),
        };
        assert_eq!(standing(&checks, 200).present, hidden);
    }
}
