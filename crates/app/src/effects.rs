//! What past sales did to the prices that are tracked: worked out beside, once for each sale, and kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tillwatch_core::calendar::{Event, events_between};
use tillwatch_core::history::{Lane, Minute, Series};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Rounding;

use crate::App;
use crate::ports::store::{ListingId, Store, StoreError};

/// Under which name they are kept.
const NAME: &str = "effects";

/// How far back sales are looked at, in seconds: two years.
pub(crate) const BACK: i64 = 730 * 86_400;

/// A sale that is said to last longer is none that a price could be held against, in minutes: two months.
const LONGEST: u32 = 60 * 1_440;

/// How long before a sale its prices are compared with, in minutes: thirty days.
const BEFORE: u32 = 30 * 1_440;

/// Listings that are looked at in one go.
const LISTINGS: usize = 20;

/// Under so many listings an effect says little.
const FEW: u32 = 20;

/// What a sale did to the prices of the public lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Listings with prices in it and in the thirty days before it.
    pub listings: u32,
    /// Those that became cheaper than their low of these thirty days.
    pub cheaper: u32,
    /// Those that became cheaper than ever before.
    pub lows: u32,
    /// How far the low of the sale lay from that of the thirty days before, in tenths of a percent of the latter, half
    /// up: the median of all, of two the one that is less of a fall. Below zero is cheaper.
    pub median: i32,
}

impl Effect {
    /// Whether it rests on so few listings that it says little.
    pub const fn is_of_few(&self) -> bool {
        self.listings < FEW
    }
}

/// A working out of what sales did, on its way through the listings.
#[derive(Debug)]
pub struct Survey {
    sales: Vec<(Sale, Tally)>,
    after: ListingId,
}

/// A sale that is over.
#[derive(Debug)]
pub(crate) struct Sale {
    id: String,
    from: Minute,
    until: Minute,
}

/// What sales did, counted one price history at a time.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    cheaper: u32,
    lows: u32,
    /// How many listings changed by so many tenths of a percent.
    changes: BTreeMap<i32, u32>,
}

impl App {
    /// What is known of past sales, by their ids.
    pub fn effects(&self) -> Result<BTreeMap<String, Effect>, StoreError> {
        let kept = self.store.recall(NAME)?;
        // What cannot be read is worked out anew.
        Ok(kept
            .and_then(|kept| serde_json::from_str(&kept).ok())
            .unwrap_or_default())
    }

    /// The sales that are over and of which nothing is known yet; `None` where there is none.
    pub fn survey(&self, now: Instant) -> Result<Option<Survey>, StoreError> {
        let known = self.effects()?;
        let events = events_between(&self.almanac(), now.plus_seconds(-BACK), now);
        let sales = events.iter().filter(|event| !known.contains_key(&event.id));
        let sales: Vec<_> = sales
            .filter_map(|event| Sale::of(event, now))
            .map(|sale| (sale, Tally::default()))
            .collect();
        let after = ListingId(0);
        Ok((!sales.is_empty()).then_some(Survey { sales, after }))
    }

    /// Goes on with a survey by some listings. Whether it is done: what it came to is kept then.
    pub fn go_on(&self, survey: &mut Survey) -> Result<bool, StoreError> {
        let listings = self.store.tracked(survey.after, LISTINGS)?;
        for tracked in &listings {
            survey.after = tracked.id;
            for variant in tracked.variants.iter().take(1) {
                let series = match self.past(variant, Lane::Public) {
                    // What is damaged has no prices: an examination names it.
                    Err(StoreError::Damaged { .. }) => None,
                    other => other?,
                };
                let Some(series) = series else { continue };
                for (sale, tally) in &mut survey.sales {
                    tally.take(&series, sale);
                }
            }
        }
        if listings.len() == LISTINGS {
            return Ok(false);
        }
        let mut known = self.effects()?;
        known.extend(
            survey
                .sales
                .iter()
                .map(|(sale, tally)| (sale.id.clone(), tally.effect())),
        );
        let json = serde_json::to_string(&known).map_err(|error| StoreError::Refused(error.to_string()))?;
        self.store.remember(NAME, &json)?;
        Ok(true)
    }
}

/// Has every sale worked out anew: another past was taken in.
pub fn forget(store: &dyn Store) -> Result<(), StoreError> {
    store.remember(NAME, "{}")
}

impl Sale {
    /// Of an event that is over, and whose whole window is known.
    pub(crate) fn of(event: &Event, now: Instant) -> Option<Self> {
        let (starts, ends) = (event.starts?, event.ends.filter(|ends| *ends <= now)?);
        let (from, until) = (Minute::of(starts), Minute::of(ends));
        (from < until && until.since(from) <= LONGEST).then(|| Self {
            id: event.id.clone(),
            from,
            until,
        })
    }
}

impl Tally {
    /// Counts a listing, where prices of it are known before and during a sale.
    pub(crate) fn take(&mut self, series: &Series, sale: &Sale) {
        let low = |from, until| series.figures_between(from, until).map(|of| of.low.price);
        let before = low(sale.from.minus(BEFORE), sale.from);
        let (Some(before), Some(during)) = (before, low(sale.from, sale.until)) else {
            return;
        };
        let change = i128::from(during.minor().saturating_sub(before.minor())).saturating_mul(1_000);
        let change = Rounding::HalfUp.divide(change, i128::from(before.minor()));
        let change = i32::try_from(change).unwrap_or(i32::MAX);
        let count = self.changes.entry(change).or_default();
        *count = count.saturating_add(1);
        if during < before {
            self.cheaper = self.cheaper.saturating_add(1);
        }
        if low(Minute::FIRST, sale.from).is_some_and(|ever| during < ever) {
            self.lows = self.lows.saturating_add(1);
        }
    }

    pub(crate) fn effect(&self) -> Effect {
        let listings = self
            .changes
            .values()
            .fold(0_u32, |sum, count| sum.saturating_add(*count));
        let mut left = listings / 2;
        let middle = self.changes.iter().find(|(_, count)| {
            let is_here = left < **count;
            left = left.saturating_sub(**count);
            is_here
        });
        Effect {
            listings,
            cheaper: self.cheaper,
            lows: self.lows,
            median: middle.map_or(0, |(change, _)| *change),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;
    use tillwatch_core::history::{Price, Run};

    const DAY: u32 = 1_440;

    /// A sale of the days 100 to 103, and a price before, in and after it.
    fn listing(before: i64, during: i64, ever: i64) -> Series {
        let run = |from: u32, until: u32, minor| Run {
            start: Minute::new(from * DAY),
            confirmed: (until - from) * DAY - 1,
            value: Price::new(minor).unwrap(),
        };
        let runs = vec![
            run(1, 9, ever),
            run(60, 101, before),
            run(101, 103, during),
            run(103, 110, before),
        ];
        Series::new(runs, Vec::new()).unwrap()
    }

    #[test]
    fn a_sale_is_held_against_the_month_before_it_and_against_all_time() {
        let sale = Sale {
            id: "sale".to_owned(),
            from: Minute::new(100 * DAY),
            until: Minute::new(103 * DAY),
        };
        let mut tally = Tally::default();
        tally.take(&listing(2_000, 1_500, 1_900), &sale);
        tally.take(&listing(2_000, 1_800, 1_000), &sale);
        tally.take(&listing(2_000, 2_500, 1_900), &sale);
        let after = Series::new(listing(9, 8, 7).prices()[3..].to_vec(), Vec::new()).unwrap();
        tally.take(&after, &sale);
        let effect = Effect {
            listings: 3,
            cheaper: 2,
            lows: 1,
            median: -100,
        };
        assert_eq!(tally.effect(), effect);
        assert!(effect.is_of_few());
        let none = Effect {
            listings: 0,
            cheaper: 0,
            lows: 0,
            median: 0,
        };
        assert_eq!(Tally::default().effect(), none);
    }
}
