//! A short wishlist, solved over all its subsets.
//!
//! Each subset of the units is a checkout that could be. The uses of a coupon are counted by a toll: whoever uses it pays
//! for it, and the tolls of all its uses are given back at the end. With any tolls the cheapest division of all lines
//! among such checkouts, found from the smaller sets to the larger, is a lower bound; raising the tolls of what is used
//! too often and lowering the others brings it up. What then lies between it and the best split is gone through.
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
use super::improve::MANY_DEALS;

/// More units are too many.
const MOST_UNITS: usize = 12;

/// How often tolls are changed.
const ROUNDS: usize = 24;

/// So many divisions are gone through for the least total, and so many to settle ties.
const MOST_NODES: u64 = 3_000_000;
const TIES_NODES: u64 = 300_000;

/// What no checkout can cost.
const NEVER: i64 = i64::MAX / 4;

pub(super) fn few_enough(case: &Case<'_, '_>) -> bool {
    case.units.len() <= MOST_UNITS
}

struct Subsets {
    full: usize,
    most: usize,
    /// Offers whose uses may run out.
    scarce: Vec<usize>,
    /// How often they can be used.
    allowed: Vec<i64>,
    tolls: Vec<i64>,
    /// The tolls that the costs were worked out with.
    priced: Option<Vec<i64>>,
    /// For each scarce offer the units that it can touch.
    touched: Vec<usize>,
    /// The tolls that are given back.
    back: i64,
    /// For each subset what it costs with tolls, and the scarce offers that it uses then, a bit each.
    cost: Vec<i64>,
    used: Vec<u64>,
    /// For each number of checkouts and each subset the cheapest division into at most so many.
    least: Vec<Vec<i64>>,
    nodes: u64,
    /// Whether a split of the same total was found.
    found: bool,
}

/// Makes a split the best one, and raises the case's bound to it if all was gone through.
pub(super) fn search(case: &mut Case<'_, '_>, split: &mut Split) {
    let mut subsets = Subsets::new(case);
    let mut best: Option<(i64, Vec<i64>)> = None;
    // Steps get shorter where they lead nowhere.
    let mut shorter = 0;
    for _ in 0..ROUNDS {
        if !subsets.price(case) {
            return;
        }
        subsets.divide();
        let bound = subsets.least[subsets.most][subsets.full] - subsets.back;
        if best.as_ref().is_none_or(|(least, _)| bound > *least) {
            best = Some((bound, subsets.tolls.clone()));
        } else {
            shorter += 1;
        }
        case.bound = case.bound.max(bound.min(split.total));
        let bins = subsets.cheapest();
        let usage = subsets.usage(&bins);
        Subsets::consider(case, &bins, split);
        if bound >= split.total || usage.iter().all(|over| *over == 0) {
            break;
        }
        if !subsets.charge(&usage, (split.total - bound) >> shorter) {
            break;
        }
    }
    if let Some((_, tolls)) = best {
        let priced = subsets.priced.as_ref() == Some(&tolls);
        subsets.set(tolls);
        if !priced {
            if !subsets.price(case) {
                return;
            }
            subsets.divide();
        }
    }
    if case.bound < split.total {
        subsets.nodes = MOST_NODES;
        let (full, most) = (subsets.full, subsets.most);
        let done = subsets.go_through(case, full, most, 0, &mut Vec::new(), split, Goal::Cheaper);
        if !done || case.unproven {
            return;
        }
        case.bound = split.total;
    }
    subsets.settle(case, split);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// A smaller total.
    Cheaper,
    /// The first that comes to the same.
    Same,
}

impl Subsets {
    fn new(case: &Case<'_, '_>) -> Self {
        let units = case.units.len();
        let runs_out = |offer: &usize| case.uses[*offer].is_some_and(|uses| (uses as usize) < units);
        let scarce: Vec<usize> = (0..case.uses.len()).filter(runs_out).take(64).collect();
        Self {
            full: (1 << units) - 1,
            most: case.most_checkouts,
            tolls: vec![0; scarce.len()],
            priced: None,
            touched: scarce.iter().map(|offer| touched(case, *offer)).collect(),
            allowed: scarce
                .iter()
                .map(|offer| case.uses[*offer].map_or(0, i64::from))
                .collect(),
            scarce,
            back: 0,
            cost: vec![NEVER; 1 << units],
            used: vec![0; 1 << units],
            least: Vec::new(),
            nodes: 0,
            found: false,
        }
    }

    /// Prices every subset that may stand together; false if the search was ended.
    fn price(&mut self, case: &mut Case<'_, '_>) -> bool {
        let mut tolls = vec![0; case.uses.len()];
        for (offer, toll) in self.scarce.iter().zip(&self.tolls) {
            tolls[*offer] = *toll;
        }
        let free = self.tolls.iter().all(|toll| *toll == 0);
        let (mut raised, mut lowered) = (0_u64, 0);
        for (bit, toll) in self.tolls.iter().enumerate() {
            let before = self.priced.as_ref().map_or(*toll, |priced| priced[bit]);
            raised |= u64::from(*toll > before) << bit;
            lowered |= if *toll < before { self.touched[bit] } else { 0 };
        }
        let first = self.priced.replace(self.tolls.clone()).is_none();
        for set in 1..=self.full {
            // What uses nothing that got dearer, and can use nothing that got cheaper, costs the same.
            if !first && self.used[set] & raised == 0 && set & lowered == 0 {
                continue;
            }
            let bin = bin(set);
            if !case.fits(&bin) {
                continue;
            }
            let price = if free {
                case.price(&bin, &[])
            } else {
                case.price_with(&bin, |offer| Some(tolls[offer]))
            };
            // What is not proven could be cheaper: it bounds nothing.
            case.unproven |= !price.proven;
            self.cost[set] = price.total;
            let bits = self
                .scarce
                .iter()
                .enumerate()
                .filter(|(_, offer)| price.used.contains(offer));
            self.used[set] = bits.fold(0, |bits, (bit, _)| bits | 1 << bit);
            if case.stopped {
                return false;
            }
        }
        true
    }

    /// The cheapest division of every subset.
    fn divide(&mut self) {
        let size = self.full + 1;
        self.least.clear();
        self.least.push(vec![NEVER; size]);
        self.least[0][0] = 0;
        for most in 1..=self.most {
            let before = &self.least[most - 1];
            let mut now = before.clone();
            for set in 1..size {
                let low = set & set.wrapping_neg();
                let rest = set ^ low;
                let mut part = rest;
                let mut least = now[set];
                loop {
                    let own = part | low;
                    least = least.min(self.cost[own] + before[set ^ own]);
                    if part == 0 {
                        break;
                    }
                    part = (part - 1) & rest;
                }
                now[set] = least;
            }
            let same = now == *before;
            self.least.push(now);
            if same {
                // More checkouts change nothing any more.
                let last = self.least[most].clone();
                self.least.resize(self.most + 1, last);
                break;
            }
        }
    }

    /// The division that the bound comes from.
    fn cheapest(&self) -> Vec<usize> {
        let (mut set, mut most) = (self.full, self.most);
        let mut bins = Vec::new();
        while set != 0 && most > 0 {
            let low = set & set.wrapping_neg();
            let rest = set ^ low;
            let mut part = rest;
            let own = loop {
                let own = part | low;
                if self.cost[own] + self.least[most - 1][set ^ own] == self.least[most][set] {
                    break own;
                }
                if part == 0 {
                    break low;
                }
                part = (part - 1) & rest;
            };
            bins.push(own);
            set ^= own;
            most -= 1;
        }
        bins
    }

    /// For each scarce offer how often too much it is used; below zero what is left where it has a toll.
    fn usage(&self, bins: &[usize]) -> Vec<i64> {
        let count = |bit: usize| bins.iter().filter(|set| self.used[**set] >> bit & 1 == 1).count() as i64;
        let over = |(bit, toll): (usize, &i64)| {
            let over = count(bit) - self.allowed[bit];
            if *toll == 0 { over.max(0) } else { over }
        };
        self.tolls.iter().enumerate().map(over).collect()
    }

    /// Raises and lowers the tolls by the usage, as far as the gap suggests; false if nothing changes.
    fn charge(&mut self, usage: &[i64], gap: i64) -> bool {
        let square: i64 = usage.iter().map(|over| over * over).sum();
        let tolls = self.tolls.iter().zip(usage);
        let tolls: Vec<i64> = tolls
            .map(|(toll, over)| (toll + gap * over / square.max(1)).max(0))
            .collect();
        let changed = tolls != self.tolls;
        self.set(tolls);
        changed
    }

    fn set(&mut self, tolls: Vec<i64>) {
        self.back = tolls.iter().zip(&self.allowed).map(|(toll, uses)| toll * uses).sum();
        self.tolls = tolls;
    }

    /// Deals out the coupons of a division, and keeps it if that is cheaper.
    fn consider(case: &mut Case<'_, '_>, bins: &[usize], split: &mut Split) {
        let bins: Vec<Bin> = bins.iter().map(|set| bin(*set)).collect();
        let uses = case.uses.clone();
        if let (Some(better), _) = case.deal(&bins, &uses, split.total, MANY_DEALS) {
            *split = better;
            case.best = split.total;
        }
    }

    /// Fewer checkouts at the same total, and of these the split that comes first; the best so far where that takes too
    /// long to tell.
    fn settle(&mut self, case: &mut Case<'_, '_>, split: &mut Split) {
        self.nodes = TIES_NODES;
        self.found = false;
        for most in 1..=split.bins.len() {
            let full = self.full;
            if !self.go_through(case, full, most, 0, &mut Vec::new(), split, Goal::Same) || self.found {
                return;
            }
        }
    }

    /// A division that could reach the goal, its coupons dealt out; false if that could not be made sure.
    fn reached(&mut self, case: &mut Case<'_, '_>, chosen: &[usize], split: &mut Split, goal: Goal) -> bool {
        let bins: Vec<Bin> = chosen.iter().map(|set| bin(*set)).collect();
        let uses = case.uses.clone();
        let below = split.total + i64::from(goal == Goal::Same);
        let (better, sure) = case.deal(&bins, &uses, below, MANY_DEALS);
        if let Some(better) = better {
            *split = better;
            case.best = split.total;
            self.found = true;
        }
        sure
    }

    /// Goes through the divisions of a set that could reach the goal, the first in order first; false if that was cut
    /// short. Those found are kept.
    #[expect(
        clippy::too_many_arguments,
        reason = "what changes on the way down, and what is filled"
    )]
    fn go_through(
        &mut self,
        case: &mut Case<'_, '_>,
        set: usize,
        most: usize,
        before: i64,
        chosen: &mut Vec<usize>,
        split: &mut Split,
        goal: Goal,
    ) -> bool {
        if set == 0 {
            return self.reached(case, chosen, split, goal);
        }
        self.nodes = self.nodes.saturating_sub(1);
        if most == 0 || self.nodes == 0 || self.nodes.is_multiple_of(64) && !case.go_on(64) {
            return self.nodes > 0 && !case.stopped;
        }
        let low = set & set.wrapping_neg();
        let rest = set ^ low;
        let mut owns: Vec<usize> = Vec::new();
        let mut part = rest;
        loop {
            owns.push(part | low);
            if part == 0 {
                break;
            }
            part = (part - 1) & rest;
        }
        if goal == Goal::Same {
            // A line in the first checkout stands before one in a later.
            owns.sort_unstable_by_key(|own| core::cmp::Reverse(own.reverse_bits()));
        }
        for own in owns {
            let with = before + self.cost[own];
            let bound = with + self.least[most - 1][set ^ own] - self.back;
            if bound > split.total || bound == split.total && goal == Goal::Cheaper {
                continue;
            }
            chosen.push(own);
            let done = self.go_through(case, set ^ own, most - 1, with, chosen, split, goal);
            chosen.pop();
            if !done || goal == Goal::Same && self.found {
                return done;
            }
        }
        true
    }
}

/// The units that an offer can touch, a bit each.
fn touched(case: &Case<'_, '_>, offer: usize) -> usize {
    let touches = |unit: &usize| {
        let lines = &case.units[*unit].lines;
        lines.iter().any(|line| case.parts.offers[offer].touches(*line))
    };
    (0..case.units.len())
        .filter(touches)
        .fold(0, |set, unit| set | 1 << unit)
}

/// The units of a set.
fn bin(set: usize) -> Bin {
    (0..usize::BITS).filter(|unit| set >> unit & 1 == 1).collect()
}
