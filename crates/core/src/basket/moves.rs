//! Lines moved about by estimates, while tolls on coupons find their height.
//!
//! A split under tolls is improved by moving single units, exchanging two and moving whole stores, which an estimate
//! tells in no time. What it uses too often gets dearer, what it leaves gets cheaper, and the next round starts from
//! there. Each split that could be better has its coupons dealt out by the till. The tolls in the end are about those
//! that give the best bound.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_wrap,
    reason = "places come from the search's own lists, and amounts are bounded on the way in"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::case::{Bin, Case, Split};
use super::estimate::{Estimate, Set};
use super::improve::{FEW_DEALS, in_order};

/// How often tolls are changed.
const ROUNDS: u64 = 160;

/// After so many rounds without anything better some units are moved at random.
const PATIENCE: u64 = 4;

/// More checkouts are not made here.
const MOST_BINS: usize = 8;

struct Moves<'e> {
    estimate: &'e Estimate,
    bins: Vec<Set>,
    costs: Vec<i64>,
    /// The units of each group.
    groups: Vec<Set>,
    limited: bool,
}

/// Makes a split better where it can, and gives back the tolls of the round that bounds most.
pub(super) fn search(case: &mut Case<'_, '_>, estimate: &mut Estimate, split: &mut Split) -> Vec<i64> {
    let units = case.units.len();
    let scarce = |offer: usize| {
        let uses = case.uses[offer].filter(|uses| (*uses as usize) < units)?;
        Some((offer, i64::from(uses)))
    };
    let scarce: Vec<(usize, i64)> = (0..case.uses.len()).filter_map(scarce).collect();
    let mut tolls = vec![0; case.uses.len()];
    let mut best = (i64::MIN, tolls.clone());
    let mut bins: Vec<Set> = split.bins.iter().map(|bin| estimate.set(bin)).collect();
    bins.resize(case.most_checkouts.min(MOST_BINS).max(bins.len()), 0);
    let groups = estimate.groups(case);
    // A fixed start: a search answers the same each time.
    let mut dice = 0x9E37_79B9_7F4A_7C15_u64;
    for round in 0..ROUNDS {
        estimate.charge(&tolls);
        let mut moves = Moves {
            costs: bins.iter().map(|set| estimate.cost(*set)).collect(),
            estimate,
            bins,
            groups: groups.clone(),
            limited: case.limited(),
        };
        if round % PATIENCE == PATIENCE - 1 {
            moves.shake(case, &mut dice);
        }
        if !moves.descend(case) {
            return best.1;
        }
        bins = moves.bins;
        let back: i64 = scarce.iter().map(|(offer, uses)| tolls[*offer] * uses).sum();
        let least = moves.costs.iter().sum::<i64>() - back;
        let own: Vec<Bin> = bins
            .iter()
            .filter(|set| **set != 0)
            .map(|set| estimate.bin(*set))
            .collect();
        if least < split.total {
            let uses = case.uses.clone();
            if let (Some(better), _) = case.deal(&own, &uses, split.total, FEW_DEALS) {
                *split = in_order(better);
                case.best = split.total;
            }
        }
        if least > best.0 && round >= ROUNDS / 4 {
            best = (least, tolls.clone());
        }
        let used: Vec<Vec<usize>> = own
            .iter()
            .map(|bin| case.price_with(bin, |offer| Some(tolls[offer])).used)
            .collect();
        let over = |(offer, uses): &(usize, i64)| {
            let over = used.iter().filter(|used| used.contains(offer)).count() as i64 - uses;
            if tolls[*offer] == 0 { over.max(0) } else { over }
        };
        let usage: Vec<i64> = scarce.iter().map(over).collect();
        let square: i64 = usage.iter().map(|over| over * over).sum();
        let step = (split.total - least).max(split.total / 2_000) * (ROUNDS - round) as i64 / ROUNDS as i64;
        for ((offer, _), over) in scarce.iter().zip(&usage) {
            tolls[*offer] = (tolls[*offer] + step * over / square.max(1)).max(0);
        }
    }
    best.1
}

impl Moves<'_> {
    /// Better and better until nothing is; false if the search was ended.
    fn descend(&mut self, case: &mut Case<'_, '_>) -> bool {
        loop {
            let mut better = false;
            for one in 0..self.bins.len() {
                for other in one + 1..self.bins.len() {
                    if !case.go_on(32) {
                        return false;
                    }
                    better |= self.between(case, one, other);
                }
            }
            if !better {
                return true;
            }
        }
    }

    /// Makes the best of what can be done between two checkouts, as long as that is better.
    fn between(&mut self, case: &Case<'_, '_>, one: usize, other: usize) -> bool {
        let mut better = false;
        loop {
            let (first, second) = (self.bins[one], self.bins[other]);
            let now = self.costs[one] + self.costs[other];
            let mut best = (now, 0);
            let mut consider = |moved: Set| {
                let (a, b) = (first ^ moved, second ^ moved);
                let cost = self.estimate.cost(a) + self.estimate.cost(b);
                if cost < best.0 && (!self.limited || self.fits(case, a) && self.fits(case, b)) {
                    best = (cost, moved);
                }
            };
            for unit in bits(first | second) {
                consider(unit);
            }
            for unit in bits(first) {
                for with in bits(second) {
                    consider(unit | with);
                }
            }
            for group in &self.groups {
                consider(group & first);
                consider(group & second);
                consider(group & (first | second));
            }
            consider(first);
            if best.0 >= now {
                return better;
            }
            better = true;
            for bin in [one, other] {
                self.bins[bin] ^= best.1;
                self.costs[bin] = self.estimate.cost(self.bins[bin]);
            }
        }
    }

    /// Moves some units to where chance says.
    fn shake(&mut self, case: &Case<'_, '_>, dice: &mut u64) {
        for _ in 0..4 {
            *dice = dice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let unit = 1 << ((*dice >> 33) % self.estimate.units.len() as u64);
            let to = (*dice >> 20) as usize % self.bins.len();
            let Some(from) = self.bins.iter().position(|set| set & unit != 0) else {
                continue;
            };
            if from != to && self.fits(case, self.bins[to] | unit) {
                for bin in [from, to] {
                    self.bins[bin] ^= unit;
                    self.costs[bin] = self.estimate.cost(self.bins[bin]);
                }
            }
        }
    }

    fn fits(&self, case: &Case<'_, '_>, set: Set) -> bool {
        case.fits(&self.estimate.bin(set))
    }
}

/// The units of a set, each as a set.
fn bits(mut set: Set) -> impl Iterator<Item = Set> {
    core::iter::from_fn(move || {
        let low = set & set.wrapping_neg();
        set ^= low;
        (low != 0).then_some(low)
    })
}
