//! Runs: the spans of which history is made, and the open one at its end.

use core::fmt::Debug;

use super::minute::Minute;
use crate::money::{BasisPoints, Rounding};
use crate::snapshot::Outcome;

/// A price in minor units of the series' currency: always more than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(i64);

impl Price {
    /// The only door: `None` for nothing and less, so that neither can become a low.
    pub fn new(minor: i64) -> Option<Self> {
        (minor > 0).then_some(Self(minor))
    }

    /// The minor units.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// How far it lies under an average, as a share of the average, half up. A price above it has no drop.
    pub fn drop_against(self, average: Self) -> BasisPoints {
        let below = i128::from(average.0.saturating_sub(self.0).max(0));
        let points = Rounding::HalfUp.divide(below.saturating_mul(10_000), i128::from(average.0));
        u16::try_from(points)
            .ok()
            .and_then(BasisPoints::new)
            .unwrap_or(BasisPoints::WHOLE)
    }
}

/// What a run can hold: a [`Price`], or the [`Outcome`] of checks. Each has a number by which it is stored.
pub trait Value: Copy + Eq + Debug {
    /// The number by which it is stored.
    fn number(self) -> i64;

    /// What is stored by a number; `None` where nothing is.
    fn from_number(number: i64) -> Option<Self>;
}

impl Value for Price {
    fn number(self) -> i64 {
        self.0
    }

    fn from_number(number: i64) -> Option<Self> {
        Self::new(number)
    }
}

impl Value for Outcome {
    fn number(self) -> i64 {
        i64::from(Self::number(self))
    }

    fn from_number(number: i64) -> Option<Self> {
        u8::try_from(number).ok().and_then(Self::from_number)
    }
}

/// A span in which one value was found each time that somebody looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run<V = Price> {
    /// The minute of the first reading.
    pub start: Minute,
    /// The minutes from there to the last reading that found the same; none after a single one.
    pub confirmed: u32,
    /// What was found.
    pub value: V,
}

impl<V> Run<V> {
    /// The minute of the last reading.
    pub const fn end(&self) -> Minute {
        self.start.plus(self.confirmed)
    }
}

/// Why a run or a reading is not taken into a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Older than what is there already. History is only ever added to at its end.
    #[error("{at} is before {last}, the last minute that is recorded; history is never put in another order")]
    Earlier {
        /// The minute of what was to be added.
        at: Minute,
        /// The last minute that is recorded.
        last: Minute,
    },
    /// More runs than one segment has.
    #[error("{0} runs are more than one segment takes (64)")]
    TooMany(usize),
}

/// Refuses runs that do not follow each other. Several may begin in the minute in which one ends.
pub(super) fn in_order<V>(runs: &[Run<V>]) -> Result<(), Refused> {
    let mut last = Minute::FIRST;
    for run in runs {
        if run.start < last {
            return Err(Refused::Earlier { at: run.start, last });
        }
        last = run.end();
    }
    Ok(())
}

/// The open run at the end of a line, kept outside the segments since nearly every reading changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail<V = Price>(Run<V>);

impl<V: Value> Tail<V> {
    /// The tail that a first reading opens.
    pub const fn open(at: Minute, value: V) -> Self {
        Self(Run {
            start: at,
            confirmed: 0,
            value,
        })
    }

    /// The run as it stands.
    pub const fn run(&self) -> Run<V> {
        self.0
    }

    /// Takes in a reading. The same value extends what is confirmed; another one closes the run, which is returned,
    /// and opens the next.
    pub fn observe(&mut self, at: Minute, value: V) -> Result<Option<Run<V>>, Refused> {
        let closed = self.change(at, value)?;
        self.0.confirmed = at.since(self.0.start);
        Ok(closed)
    }

    /// Takes in a value that was computed and not read, such as the price from the minute in which a known coupon ends.
    /// It confirms nothing: the closed run's span stays what it was, and the same value changes nothing.
    pub fn change(&mut self, at: Minute, value: V) -> Result<Option<Run<V>>, Refused> {
        let last = self.0.end();
        if at < last {
            return Err(Refused::Earlier { at, last });
        }
        if value == self.0.value {
            return Ok(None);
        }
        Ok(Some(core::mem::replace(self, Self::open(at, value)).0))
    }
}

/// A tail that was stored.
impl<V> From<Run<V>> for Tail<V> {
    fn from(run: Run<V>) -> Self {
        Self(run)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    fn price(minor: i64) -> Price {
        Price::new(minor).unwrap()
    }

    fn run(start: u32, confirmed: u32, minor: i64) -> Run {
        Run {
            start: Minute::new(start),
            confirmed,
            value: price(minor),
        }
    }

    #[test]
    fn nothing_and_less_are_no_prices() {
        assert_eq!(
            (Price::new(0), Price::new(-1), Price::new(i64::MIN)),
            (None, None, None)
        );
        assert_eq!(Price::new(1).map(Price::minor), Some(1));
    }

    #[test]
    fn a_drop_is_a_share_of_the_average_rounded_half_up() {
        let drop = |minor, average| price(minor).drop_against(price(average)).points();
        assert_eq!([drop(75, 100), drop(100, 100), drop(120, 100)], [2_500, 0, 0]);
        // 1 of 3 is 33.333.. %, 1 of 16 is 6.25 %, 1 of 800 is 0.125 %.
        assert_eq!([drop(2, 3), drop(15, 16), drop(799, 800)], [3_333, 625, 13]);
        assert_eq!([drop(1, i64::MAX), drop(i64::MAX, 1)], [10_000, 0]);
    }

    #[test]
    fn the_same_price_extends_what_is_confirmed_and_another_opens_a_run() {
        let mut tail = Tail::open(Minute::new(100), price(999));
        assert_eq!(tail.observe(Minute::new(130), price(999)), Ok(None));
        assert_eq!(tail.observe(Minute::new(160), price(899)), Ok(Some(run(100, 30, 999))));
        assert_eq!(tail.observe(Minute::new(160), price(799)), Ok(Some(run(160, 0, 899))));
        assert_eq!(tail.run(), run(160, 0, 799));
    }

    #[test]
    fn a_computed_change_confirms_nothing() {
        let mut tail = Tail::open(Minute::new(100), price(999));
        assert_eq!(tail.change(Minute::new(150), price(999)), Ok(None));
        assert_eq!(tail.change(Minute::new(170), price(899)), Ok(Some(run(100, 0, 999))));
        assert_eq!(tail.run(), run(170, 0, 899));
    }

    #[test]
    fn a_reading_older_than_the_tail_is_refused_and_changes_nothing() {
        let mut tail = Tail::from(run(100, 30, 999));
        let (at, last) = (Minute::new(129), Minute::new(130));
        for minor in [999, 899] {
            assert_eq!(tail.observe(at, price(minor)), Err(Refused::Earlier { at, last }));
            assert_eq!(tail.change(at, price(minor)), Err(Refused::Earlier { at, last }));
        }
        assert_eq!(tail.run(), run(100, 30, 999));
    }
}
