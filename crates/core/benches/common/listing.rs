//! Five years of a made-up listing, from a seed: the model that the benchmarks of history share.
//!
//! Asked every 30 minutes. Sticker prices change as a Poisson process whose rate differs from listing to listing
//! (lognormal, median once in 14 days, sigma 1), each time by a factor of exp(N(0, 0.06)). Six listings of ten have a
//! public stack, which each Wednesday changes with the listing's own chance of 0 to 0.6, and each Sunday evening with
//! half of it: half of the changes clear it, the others set 0 to 12 %. Five sales a year, each joined with a chance of
//! 0.7, take 5 to 30 % for 4 to 9 days.
#![expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "made-up prices are drawn from distributions"
)]

use std::f64::consts::TAU;

use tillwatch_core::history::{Minute, Price, Run, Tail};

/// Days of each series.
pub(crate) const DAYS: u32 = 1_825;
/// Minutes of a day.
pub(crate) const DAY: u32 = 1_440;
/// Minutes between two readings.
pub(crate) const POLL: u32 = 30;
/// The minute at which all begin: the first of January 2021, a Friday.
pub(crate) const BEGIN: u32 = 26_824_320;

/// The runs of one made-up listing, tail last: the price is asked before and after each change.
pub(crate) fn listing(seed: u64) -> Vec<Run> {
    let mut dice = Dice(seed);
    let mut state = State {
        sticker: 2_500.0 * dice.normal().exp(),
        stack: 0.0,
        sale: 0.0,
    };
    let phase = (dice.unit() * f64::from(POLL)) as u32;
    let (begin, end) = (Minute::new(BEGIN + phase), Minute::new(BEGIN + DAYS * DAY));
    let mut tail = Tail::open(begin, state.price());
    let mut runs = Vec::new();
    for (day, change) in changes(&mut dice) {
        let polls = (day * f64::from(DAY)) as u32 / POLL + 1;
        let at = begin.plus(polls * POLL);
        if at >= end {
            break;
        }
        if tail.run().end() < at {
            tail.observe(at.minus(POLL), tail.run().value).unwrap();
        }
        change.applied(&mut state);
        runs.extend(tail.observe(at, state.price()).unwrap());
    }
    tail.observe(end, tail.run().value).unwrap();
    runs.push(tail.run());
    runs
}

/// What a price is made of: minor units, and shares that are taken off.
struct State {
    sticker: f64,
    stack: f64,
    sale: f64,
}

impl State {
    fn price(&self) -> Price {
        let minor = self.sticker * (1.0 - self.stack) * (1.0 - self.sale);
        Price::new((minor.round() as i64).max(1)).unwrap()
    }
}

/// What happens to a price.
enum Change {
    /// The sticker is multiplied.
    Sticker(f64),
    /// The public stack takes this share from now on.
    Stack(f64),
    /// A sale takes this share from now on.
    Sale(f64),
}

impl Change {
    fn applied(self, state: &mut State) {
        match self {
            Self::Sticker(factor) => state.sticker *= factor,
            Self::Stack(share) => state.stack = share,
            Self::Sale(share) => state.sale = share,
        }
    }
}

/// The changes of a listing with their days, in order.
fn changes(dice: &mut Dice) -> Vec<(f64, Change)> {
    let mut changes = Vec::new();
    let rate = dice.normal().exp() / 14.0;
    let mut day = dice.wait(rate);
    while day < f64::from(DAYS) {
        changes.push((day, Change::Sticker((0.06 * dice.normal()).exp())));
        day += dice.wait(rate);
    }
    let chance = if dice.unit() < 0.6 { 0.6 * dice.unit() } else { 0.0 };
    for week in (0..DAYS).step_by(7).map(f64::from) {
        // The first day is a Friday.
        for (day, chance) in [(week + 2.75, chance / 2.0), (week + 5.33, chance)] {
            if dice.unit() < chance {
                let share = if dice.unit() < 0.5 { 0.0 } else { 0.12 * dice.unit() };
                changes.push((day, Change::Stack(share)));
            }
        }
    }
    for year in (0..DAYS).step_by(365).map(f64::from) {
        for sale in [75.0, 155.0, 230.0, 314.0, 340.0] {
            if dice.unit() < 0.7 {
                changes.push((year + sale, Change::Sale(0.05 + 0.25 * dice.unit())));
                changes.push((year + sale + 4.0 + 5.0 * dice.unit(), Change::Sale(0.0)));
            }
        }
    }
    changes.sort_by(|one, other| one.0.total_cmp(&other.0));
    changes
}

/// A small generator of numbers that is its own seed (splitmix64).
struct Dice(u64);

impl Dice {
    /// From 0 to 1, without 1.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From a normal distribution of mean 0 and sigma 1 (Box and Muller).
    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (TAU * self.unit()).cos()
    }

    /// The days until the next event of a Poisson process.
    fn wait(&mut self, rate: f64) -> f64 {
        -(1.0 - self.unit()).ln() / rate
    }
}
