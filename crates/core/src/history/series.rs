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
