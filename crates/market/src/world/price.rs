//! Prices: a level that moves in steps, a rise before some sales and a cut in them, the rate of a currency.

use super::DAY;
use super::calendar::{Calendar, Sale};
use super::catalog::Plan;
use super::draw::{Draw, named};
use super::markets::Market;

const WHOLE: i64 = 1_000_000;

/// A rate of exchange holds for so long.
const RATE_HOLDS: i64 = 28 * DAY;

/// How a currency turns dollars into its minor units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Purse {
    pub(super) market: &'static Market,
    /// Minor units for a dollar, in thousandths.
    rate: i64,
}

impl Purse {
    pub(super) fn of(seed: u64, market: &'static Market, at: i64) -> Self {
        let block = at.div_euclid(RATE_HOLDS).cast_unsigned();
        let letters = market.letters();
        let moves = if letters == "USD" { 0 } else { 3_000 };
        let drift = Draw::of(seed, named(letters), &[block]).between(-moves, moves);
        Self {
            market,
            rate: market.rate() * (WHOLE + drift) / WHOLE,
        }
    }

    /// Cents of a dollar at the rate, times so many thousandths and millionths; half up, never nothing.
    pub(super) fn times(&self, cents: i64, thousandths: i64, millionths: i64) -> i64 {
        // One division, since views are made by the million.
        let over = i128::from(cents * thousandths) * i128::from(self.rate) * i128::from(millionths);
        let under = 100_000 * 1_000 * i128::from(WHOLE);
        let minor = (2 * over + under) / (2 * under);
        i64::try_from(minor.max(1)).unwrap_or(i64::MAX)
    }

    /// Cents of a dollar at the rate, as coupons of stores are converted.
    pub(super) fn converted(&self, cents: i64) -> i64 {
        self.times(cents, 1_000, WHOLE)
    }

    /// The same as a round amount, as ladders are made.
    pub(super) fn round(&self, cents: i64) -> i64 {
        (cents * self.market.round() / 100).max(1)
    }
}

/// When the rate of a currency moves, between two seconds.
pub(super) fn rate_moves(market: &Market, from: i64, until: i64, into: &mut Vec<i64>) {
    if market.letters() != "USD" {
        into.extend((from.div_euclid(RATE_HOLDS)..=until.div_euclid(RATE_HOLDS)).map(|block| block * RATE_HOLDS));
    }
}

/// Which step of its level a listing stands on, and when one begins.
pub(super) fn step(seed: u64, place: u64, plan: &Plan, at: i64) -> u64 {
    let block = at.div_euclid(plan.pace);
    let begun = at >= step_begins(seed, place, plan, block);
    (if begun { block } else { block - 1 }).cast_unsigned()
}

fn step_begins(seed: u64, place: u64, plan: &Plan, block: i64) -> i64 {
    block * plan.pace
        + Draw::of(seed, const { named("step") }, &[place, block.cast_unsigned()])
            .below(plan.pace.cast_unsigned())
            .cast_signed()
}

pub(super) fn steps(seed: u64, place: u64, plan: &Plan, from: i64, until: i64, into: &mut Vec<i64>) {
    let blocks = from.div_euclid(plan.pace)..=until.div_euclid(plan.pace);
    into.extend(blocks.map(|block| step_begins(seed, place, plan, block)));
}

/// The level of a step in millionths. Short, middling and long swings, so that it wanders and yet stays near its base.
fn level(seed: u64, place: u64, step: u64) -> i64 {
    let swing =
        |of: u64, by: i64| Draw::of(seed, const { named("swing") }, &[place, of, step >> (2 * of)]).between(-by, by);
    WHOLE + swing(0, 55_000) + swing(1, 65_000) + swing(2, 100_000)
}

/// What a sale does to a listing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) starts: i64,
    pub(super) ends: i64,
    pub(super) announced: i64,
    /// The cut in millionths.
    cut: i64,
    /// From when to its start the price stands higher, and by how many millionths.
    pub(super) rise: Option<(i64, i64)>,
}

impl Part {
    fn of(seed: u64, place: u64, sale: &Sale, calendar: &Calendar) -> Option<Self> {
        let mut draw = Draw::of(seed, const { named("part") }, &[place, sale.number]);
        let (joins, deepest) = if sale.grand { (700, 300_000) } else { (250, 120_000) };
        if !draw.chance(joins) {
            return None;
        }
        let cut = draw.between(if sale.grand { 50_000 } else { 30_000 }, deepest);
        let rise = (sale.grand && draw.chance(250)).then(|| {
            let days = draw.between(5, 40);
            let from = calendar.midnight(calendar.day(sale.starts) - days);
            (from, draw.between(100_000, 300_000))
        });
        Some(Self {
            starts: sale.starts,
            ends: sale.ends,
            announced: sale.announced,
            cut,
            rise,
        })
    }
}

/// The sales that a listing takes part in and that touch its price, its announcement or what leads to them between two
/// seconds.
pub(super) fn parts(
    seed: u64,
    place: u64,
    calendar: &Calendar,
    from: i64,
    until: i64,
) -> impl Iterator<Item = Part> + '_ {
    calendar
        .sales(from, until + 41 * DAY)
        .filter_map(move |sale| Part::of(seed, place, sale, calendar))
}

/// What level, rise and cut make of the base at a second, in millionths. Of several rises or cuts the largest holds.
pub(super) fn factor(seed: u64, place: u64, plan: &Plan, parts: &[Part], at: i64) -> i64 {
    let rise = parts
        .iter()
        .filter_map(|part| part.rise.filter(|(from, _)| (*from..part.starts).contains(&at)))
        .map(|(_, by)| by);
    let cut = parts
        .iter()
        .filter(|part| (part.starts..part.ends).contains(&at))
        .map(|part| part.cut);
    let level = level(seed, place, step(seed, place, plan, at));
    level * (WHOLE + rise.max().unwrap_or(0)) / WHOLE * (WHOLE - cut.max().unwrap_or(0)) / WHOLE
}
