//! A series: its two lines and its voids, and what they say of a moment.

use alloc::string::String;
use alloc::vec::Vec;

use super::minute::Minute;
use super::run::{Price, Refused, Run, in_order};
use crate::snapshot::Outcome;

/// Minutes taken out of every low, high and average, such as those of a shop's typing error. They stay visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Void {
    /// The first minute that does not count.
    pub from: Minute,
    /// The first that counts again.
    pub until: Minute,
    /// Why, for people.
    pub reason: String,
}

impl Void {
    fn covers(&self, at: Minute) -> bool {
        self.from <= at && at < self.until
    }
}

/// What is known of a moment of which something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'a> {
    /// The price that held.
    Price {
        /// How much.
        price: Price,
        /// Which run of the prices says so, by place.
        run: usize,
        /// What takes it out of lows and averages.
        void: Option<&'a Void>,
    },
    /// That nobody could see a price, and why.
    Gap(Outcome),
}

/// A stretch of time in which the same is known: the unit of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<'a> {
    /// Its first minute.
    pub from: Minute,
    /// The first minute after it: the same as `from` for a price that came and went within that minute.
    pub until: Minute,
    /// What is known.
    pub known: Known<'a>,
}

/// The history of one series in one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    prices: Vec<Run<Price>>,
    checks: Vec<Run<Outcome>>,
    voids: Vec<Void>,
    fresh: u32,
}

impl Series {
    /// A series of all its runs, the tails last. Runs that do not follow each other are refused.
    ///
    /// The prices' last run holds until its last reading and no longer; see [`Series::fresh_for`]. Each run of checks
    /// holds until the next: a gap lasts from the first failed check to the next good one.
    pub fn new(prices: Vec<Run<Price>>, checks: Vec<Run<Outcome>>) -> Result<Self, Refused> {
        in_order(&prices)?;
        in_order(&checks)?;
        Ok(Self {
            prices,
            checks,
            voids: Vec::new(),
            fresh: 0,
        })
    }

    /// The runs of the prices, in order.
    pub fn prices(&self) -> &[Run<Price>] {
        &self.prices
    }

    /// The runs of the checks, in order.
    pub fn checks(&self) -> &[Run<Outcome>] {
        &self.checks
    }

    /// The voids, in the order in which they are named.
    pub fn voids(&self) -> &[Void] {
        &self.voids
    }

    /// The same with these voids, in place of any before. Where two overlap, the first of the list is named.
    #[must_use]
    pub fn voided(self, voids: Vec<Void>) -> Self {
        Self { voids, ..self }
    }

    /// The same with so many minutes in which the last price still counts as present after its last reading.
    #[must_use]
    pub fn fresh_for(self, minutes: u32) -> Self {
        Self { fresh: minutes, ..self }
    }

    /// What is known at the end of a minute: the price that held or the gap that it fell in.
    ///
    /// A price holds from its reading to the next one that differs, however long nobody looked, except in gaps. `None`
    /// before the first observation, and when the last price is no longer fresh.
    pub fn at(&self, at: Minute) -> Option<Known<'_>> {
        let check = last_begun(&self.checks, at).and_then(|place| self.checks.get(place));
        if let Some(check) = check
            && check.value != Outcome::Ok
        {
            return Some(Known::Gap(check.value));
        }
        let run = last_begun(&self.prices, at).filter(|_| at < self.end())?;
        self.price(run, at)
    }

    /// The one walk behind every figure and every chart: what is known from a minute until before another, in order.
    ///
    /// Neighbours differ in what they know. A price that was replaced in the minute of its reading, by another or by a
    /// gap, comes as a span without length before what replaced it, unless it was computed while nobody could see.
    pub fn spans(&self, from: Minute, until: Minute) -> Vec<Span<'_>> {
        let mut spans = Vec::new();
        let mut from = from;
        while from < until {
            let next = self.next_turn(from).min(until);
            let now = self.at(from);
            spans.extend(self.passing(from, now).map(|known| Span {
                from,
                until: from,
                known,
            }));
            match (spans.last_mut(), now) {
                (Some(last), Some(known)) if last.known == known && last.until == from => last.until = next,
                (_, Some(known)) => spans.push(Span {
                    from,
                    until: next,
                    known,
                }),
                (_, None) => {}
            }
            from = next;
        }
        spans
    }

    /// The first minute of which anything is known, even if only that nobody could see.
    pub(super) fn first(&self) -> Option<Minute> {
        let price = self.prices.first().map(|run| run.start);
        let check = self.checks.first().map(|run| run.start);
        price.into_iter().chain(check).min()
    }

    /// The first minute in which the last price no longer holds.
    fn end(&self) -> Minute {
        self.prices
            .last()
            .map_or(Minute::FIRST, |last| last.end().plus(self.fresh).plus(1))
    }

    /// The first minute after this one in which anything may become different.
    fn next_turn(&self, at: Minute) -> Minute {
        let turns = [
            next_start(&self.prices, at),
            next_start(&self.checks, at),
            Some(self.end()),
        ];
        let voids = self.voids.iter().flat_map(|void| [void.from, void.until]);
        let later = turns.into_iter().flatten().chain(voids).filter(|turn| *turn > at);
        later.min().unwrap_or(Minute::LAST)
    }

    /// The prices that were read in a minute and do not hold at its end.
    fn passing(&self, at: Minute, now: Option<Known<'_>>) -> impl Iterator<Item = Known<'_>> {
        let begun =
            self.prices.partition_point(|run| run.start < at)..self.prices.partition_point(|run| run.start <= at);
        let holds = match now {
            Some(Known::Price { run, .. }) => Some(run),
            _ => None,
        };
        begun
            .filter(move |run| Some(*run) != holds && self.seen_in(at))
            .filter_map(move |run| self.price(run, at))
    }

    /// Whether at some time within a minute there was no gap.
    fn seen_in(&self, at: Minute) -> bool {
        let before = self.checks.partition_point(|run| run.start < at);
        let carried = before.saturating_sub(1);
        let mut in_force = self.checks.iter().skip(carried).take_while(|run| run.start <= at);
        before == 0 || in_force.any(|run| run.value == Outcome::Ok)
    }

    fn price(&self, run: usize, at: Minute) -> Option<Known<'_>> {
        Some(Known::Price {
            price: self.prices.get(run)?.value,
            run,
            void: self.voids.iter().find(|void| void.covers(at)),
        })
    }
}

/// The last run that began in or before a minute, by place.
fn last_begun<V>(runs: &[Run<V>], at: Minute) -> Option<usize> {
    runs.partition_point(|run| run.start <= at).checked_sub(1)
}

/// The start of the first run that begins after a minute.
fn next_start<V>(runs: &[Run<V>], at: Minute) -> Option<Minute> {
    runs.get(runs.partition_point(|run| run.start <= at))
        .map(|run| run.start)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;
    use alloc::vec;

    fn run<V>(start: u32, confirmed: u32, value: V) -> Run<V> {
        let start = Minute::new(start);
        Run {
            start,
            confirmed,
            value,
        }
    }

    fn price(minor: i64) -> Price {
        Price::new(minor).unwrap()
    }

    /// Each span as its minutes and its price in minor units, or 0 for a gap.
    fn shown(series: &Series) -> Vec<(u32, u32, i64)> {
        let spans = series.spans(Minute::FIRST, Minute::new(1_000));
        let shown = spans.into_iter().map(|span| {
            let minor = match span.known {
                Known::Price { price, .. } => price.minor(),
                Known::Gap(_) => 0,
            };
            (span.from.number(), span.until.number(), minor)
        });
        shown.collect()
    }

    #[test]
    fn a_gap_lasts_until_the_next_good_check_and_the_price_before_it_is_not_drawn_on() {
        let prices = vec![run(10, 90, price(999)), run(130, 0, price(899))];
        let checks = vec![
            run(10, 20, Outcome::Ok),
            run(40, 5, Outcome::Blocked),
            run(60, 70, Outcome::Ok),
        ];
        let series = Series::new(prices, checks).unwrap();
        let spans = [(10, 40, 999), (40, 60, 0), (60, 130, 999), (130, 131, 899)];
        assert_eq!(shown(&series), spans);
        assert_eq!(shown(&series.fresh_for(30)).last(), Some(&(130, 161, 899)));
    }

    #[test]
    fn a_price_that_was_computed_in_a_gap_is_known_once_the_gap_ends() {
        let prices = vec![run(10, 30, price(999)), run(50, 0, price(899)), run(55, 20, price(799))];
        let checks = vec![
            run(10, 30, Outcome::Ok),
            run(45, 5, Outcome::Blocked),
            run(60, 15, Outcome::Ok),
        ];
        let series = Series::new(prices, checks).unwrap();
        assert_eq!(shown(&series), [(10, 45, 999), (45, 60, 0), (60, 76, 799)]);
    }

    #[test]
    fn prices_that_were_replaced_in_their_minute_are_shown_in_their_order() {
        let prices = vec![
            run(10, 20, price(5)),
            run(30, 0, price(9)),
            run(30, 0, price(2)),
            run(30, 4, price(5)),
        ];
        let checks = vec![run(10, 24, Outcome::Ok), run(34, 0, Outcome::Removed)];
        let series = Series::new(prices, checks).unwrap();
        let spans = [(10, 30, 5), (30, 30, 9), (30, 30, 2), (30, 34, 5), (34, 1_000, 0)];
        assert_eq!(shown(&series), spans);
    }

    #[test]
    fn runs_that_do_not_follow_each_other_are_no_series() {
        let refused = Series::new(vec![run(10, 20, price(5)), run(29, 0, price(9))], Vec::new());
        let (at, last) = (Minute::new(29), Minute::new(30));
        assert_eq!(refused, Err(Refused::Earlier { at, last }));
    }
}
