//! Windows: low, high and average of the last days.

use super::minute::Minute;
use super::run::Price;
use super::series::{Known, Series, Span};
use crate::money::Rounding;

/// Minutes of a day.
const DAY: u32 = 1_440;

/// How far back a window reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// So many days, up to and with the present minute.
    Days(u32),
    /// Everything since the first observation.
    All,
}

impl Period {
    /// The windows that every series has.
    pub const USUAL: [Self; 5] = [
        Self::Days(30),
        Self::Days(90),
        Self::Days(180),
        Self::Days(365),
        Self::All,
    ];

    /// The first minute of the window that ends before a minute.
    fn start(self, end: Minute) -> Minute {
        match self {
            Self::Days(days) => end.minus(days.saturating_mul(DAY)),
            Self::All => Minute::FIRST,
        }
    }
}

/// A series over one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How far back.
    pub period: Period,
    /// The minutes since the first observation in which no price is known: gaps, and a last price no longer fresh.
    pub blind: u32,
    /// The figures, where any price counts.
    pub figures: Option<Figures>,
}

/// What the prices of a window come to. Voided minutes do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// The lowest price.
    pub low: Extreme,
    /// The highest price.
    pub high: Extreme,
    /// The average, half up. Each price weighs the minutes for which it held within the window, and at least one where
    /// it came and went in a minute.
    pub average: Price,
    /// How many runs of the prices count.
    pub runs: u32,
    /// Whether the present price is known, counts and is the low.
    pub at_low: bool,
}

/// The lowest or highest price of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extreme {
    /// How much.
    pub price: Price,
    /// The first minute of the window in which it held.
    pub at: Minute,
}

impl Series {
    /// The usual windows up to and with the present minute. A price that held when a window began counts in it.
    pub fn windows(&self, now: Minute) -> [Window; Period::USUAL.len()] {
        let end = now.plus(1);
        let spans = self.spans(Minute::FIRST, end);
        Period::USUAL.map(|period| {
            let start = period.start(end);
            let mut sums = Sums::default();
            for span in &spans {
                sums.add(span, start);
            }
            let observed = self.first().map_or(0, |first| end.since(first.max(start)));
            Window {
                period,
                blind: observed.saturating_sub(sums.known),
                figures: sums.figures(self.at(now)),
            }
        })
    }
}

impl Series {
    /// What the prices of `from <= t < until` come to; nothing where none of them counts. A price that held when the
    /// stretch began counts in it. [`Figures::at_low`] tells of the last minute of the stretch.
    pub fn figures_between(&self, from: Minute, until: Minute) -> Option<Figures> {
        let mut sums = Sums::default();
        for span in self.spans(from, until) {
            sums.add(&span, from);
        }
        sums.figures(self.at(until.minus(1)))
    }

    /// The minutes up to and with the present one of which a price is known, voided or not.
    pub fn known_minutes(&self, now: Minute) -> u32 {
        let spans = self.spans(Minute::FIRST, now.plus(1));
        let known = spans.iter().filter(|span| matches!(span.known, Known::Price { .. }));
        known.fold(0, |sum, span| sum.saturating_add(span.until.since(span.from)))
    }
}

impl Series {
    /// The lowest price of a period up to a minute that held before the present one, which is the last that was read,
    /// and the first minute after it last did. Voided minutes do not count.
    pub fn low_before(&self, period: Period, now: Minute) -> Option<(Price, Minute)> {
        let end = now.plus(1);
        let start = period.start(end);
        let present = self.prices().len().checked_sub(1)?;
        let before = |span: &Span<'_>| match span.known {
            Known::Price { price, run, void: None } if run < present && (span.until > start || span.from >= start) => {
                Some((price, span.until))
            }
            _ => None,
        };
        let spans = self.spans(Minute::FIRST, end);
        let order = |(price, until): &(Price, Minute)| (*price, core::cmp::Reverse(*until));
        spans.iter().filter_map(before).min_by_key(order)
    }
}

/// What is added up over the spans of a window.
#[derive(Default)]
struct Sums {
    low: Option<Extreme>,
    high: Option<Extreme>,
    weight: i128,
    weighed: i128,
    runs: u32,
    last_run: Option<usize>,
    /// The minutes of which a price is known, voided or not.
    known: u32,
}

impl Sums {
    /// Adds the part of a span that is within the window.
    fn add(&mut self, span: &Span<'_>, start: Minute) {
        let Known::Price { price, run, void } = span.known else {
            return;
        };
        if span.from < start && span.until <= start {
            return;
        }
        let at = span.from.max(start);
        let held = span.until.since(at);
        self.known = self.known.saturating_add(held);
        if void.is_some() {
            return;
        }
        let weight = i128::from(held.max(1));
        self.weight = self.weight.saturating_add(weight);
        self.weighed = self
            .weighed
            .saturating_add(weight.saturating_mul(i128::from(price.minor())));
        if self.last_run.replace(run) != Some(run) {
            self.runs = self.runs.saturating_add(1);
        }
        if self.low.is_none_or(|low| price < low.price) {
            self.low = Some(Extreme { price, at });
        }
        if self.high.is_none_or(|high| price > high.price) {
            self.high = Some(Extreme { price, at });
        }
    }

    fn figures(self, now: Option<Known<'_>>) -> Option<Figures> {
        let low = self.low?;
        let average = Rounding::HalfUp.divide(self.weighed, self.weight);
        Some(Figures {
            low,
            high: self.high?,
            average: Price::new(average)?,
            runs: self.runs,
            at_low: matches!(now, Some(Known::Price { price, void: None, .. }) if price == low.price),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;
    use crate::history::{Run, Void};
    use alloc::vec;
    use alloc::vec::Vec;

    /// 9.99 for 60 days, a minute at 0.10, then 8.00 for 15 days.
    fn typing_error() -> Series {
        let run = |start: u32, confirmed: u32, minor: i64| Run {
            start: Minute::new(start),
            confirmed,
            value: Price::new(minor).unwrap(),
        };
        let runs = vec![
            run(0, 60 * DAY - 30, 999),
            run(60 * DAY, 0, 10),
            run(60 * DAY + 1, 15 * DAY - 2, 800),
        ];
        Series::new(runs, Vec::new()).unwrap()
    }

    const NOW: Minute = Minute::new(75 * DAY - 1);

    fn low_and_average(series: &Series) -> Vec<(i64, i64, bool)> {
        let figures = series.windows(NOW).into_iter().filter_map(|window| window.figures);
        figures
            .map(|of| (of.low.price.minor(), of.average.minor(), of.at_low))
            .collect()
    }

    #[test]
    fn a_price_weighs_the_minutes_for_which_it_held_within_the_window() {
        // 15 days at 9.99, a minute at 0.10, the rest of 15 days at 8.00: 8.9948. Of 75 days: 9.5919.
        let (month, longer) = ((10, 899, false), (10, 959, false));
        assert_eq!(
            low_and_average(&typing_error()),
            [month, longer, longer, longer, longer]
        );
    }

    #[test]
    fn a_voided_minute_is_no_low_and_the_present_price_is_one_again() {
        let void = Void {
            from: Minute::new(60 * DAY),
            until: Minute::new(60 * DAY + 1),
            reason: "typing error of the shop".into(),
        };
        let (month, longer) = ((800, 900, true), (800, 959, true));
        let voided = typing_error().voided(vec![void]);
        assert_eq!(low_and_average(&voided), [month, longer, longer, longer, longer]);
    }

    #[test]
    fn the_low_before_the_present_price_is_the_least_that_still_counts_in_the_period() {
        let low = |series: &Series, period| {
            series
                .low_before(period, NOW)
                .map(|(price, until)| (price.minor(), until))
        };
        let mistyped = Some((10, Minute::new(60 * DAY + 1)));
        assert_eq!(low(&typing_error(), Period::All), mistyped);
        assert_eq!(low(&typing_error(), Period::Days(30)), mistyped);
        assert_eq!(low(&typing_error(), Period::Days(7)), None);
        let void = Void {
            from: Minute::new(60 * DAY),
            until: Minute::new(60 * DAY + 1),
            reason: "typing error of the shop".into(),
        };
        let before = Some((999, Minute::new(60 * DAY)));
        assert_eq!(low(&typing_error().voided(vec![void]), Period::Days(30)), before);
    }

    #[test]
    fn a_stretch_has_the_figures_of_its_own_minutes() {
        let series = typing_error();
        let (before, after) = (Minute::new(60 * DAY), Minute::new(60 * DAY + 1));
        let low = |from, until| series.figures_between(from, until).map(|of| of.low.price.minor());
        assert_eq!(low(Minute::new(30 * DAY), before), Some(999));
        assert_eq!(low(Minute::new(30 * DAY), after), Some(10));
        assert_eq!(low(after, NOW), Some(800));
        assert_eq!((low(before, before), low(NOW.plus(9), NOW.plus(99))), (None, None));
        let month = series.windows(NOW)[0].figures;
        assert_eq!(series.figures_between(NOW.minus(30 * DAY - 1), NOW.plus(1)), month);
        assert_eq!(series.known_minutes(NOW), 75 * DAY);
    }

    #[test]
    fn a_window_in_which_nothing_was_seen_has_no_figures() {
        let empty = Series::new(Vec::new(), Vec::new()).unwrap();
        assert!(
            empty
                .windows(NOW)
                .iter()
                .all(|window| window.figures.is_none() && window.blind == 0)
        );
        let [month, .., all] = typing_error().windows(Minute::new(175 * DAY - 1));
        assert_eq!((month.figures, month.blind), (None, 30 * DAY));
        assert_eq!((all.figures.map(|of| of.runs), all.blind), (Some(3), 100 * DAY));
    }
}
