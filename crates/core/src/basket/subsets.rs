//! A short wishlist, solved over all its subsets.
//!
//! Each subset of the units is a checkout that could be. The uses of a coupon are counted by a toll: whoever uses it pays
//! for it, and the tolls of all its uses are given back at the end. With any tolls the cheapest division of all lines
//! among such checkouts, found from the smaller sets to the larger, is a lower bound; raising the tolls of what is used
//! too often and lowering the others brings it up. What then lies between it and the best split is gone through.
//!
//! A subset costs what the [estimate](super::estimate) says at least. Only those that could be part of something better
//! are priced by the till.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "places come from the search's own lists, and amounts are bounded on the way in"
)]

mod through;

use alloc::vec;
use alloc::vec::Vec;

use super::case::{Bin, Case, Split};
use super::estimate::{Estimate, Set};
use super::improve::FEW_DEALS;
use super::pairs::Pairs;
use super::profiles::Guide;

/// Up to so many units everything is gone through, and in up to so many checkouts up to more units.
pub(super) const MOST_UNITS: usize = 12;
const MORE_UNITS: usize = 20;
const FEW_CHECKOUTS: usize = 4;

/// How often tolls are changed where a division takes no time. Where it does, those to begin with have to do.
const ROUNDS: usize = 24;

/// So many divisions are gone through for the least total.
const MOST_NODES: u64 = 3_000_000;

/// What no checkout can cost.
const NEVER: i64 = i64::MAX / 4;

struct Subsets {
    estimate: Estimate,
    /// Whether all that can be gone through takes no time.
    short: bool,
    full: usize,
    most: usize,
    /// What each unit brings, by its bit.
    weights: Vec<i64>,
    /// Offers whose uses may run out, and how often they can be used.
    scarce: Vec<(usize, i64)>,
    /// For each offer its toll, and what is given back of all.
    tolls: Vec<i64>,
    back: i64,
    /// For each subset what it costs with tolls at least, and whether the till has said so.
    cost: Vec<i64>,
    priced: Vec<bool>,
    /// For each number of checkouts from two on, and each subset, the cheapest division into at most so many. One list
    /// is enough where there may be as many as units.
    least: Vec<Vec<i64>>,
    /// For many units, each subset in at most two checkouts.
    pairs: Option<Pairs>,
    nodes: u64,
    /// Whether a split of the same total was found.
    found: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// A smaller total.
    Cheaper,
    /// The first that comes to the same.
    Same,
}

pub(super) fn few_enough(case: &Case<'_, '_>) -> bool {
    let units = case.units.len();
    units <= MOST_UNITS || units <= MORE_UNITS && case.most_checkouts <= FEW_CHECKOUTS
}

/// Makes a split the best one, and raises the case's bound to it if all was gone through. The guide is where to begin.
pub(super) fn search(case: &mut Case<'_, '_>, estimate: Estimate, guide: Guide, split: &mut Split) {
    let short = case.units.len() <= MOST_UNITS;
    search_as(short, case, estimate, guide, split);
}

/// The same as for a short wishlist, or as for a longer one in few checkouts.
pub(super) fn search_as(short: bool, case: &mut Case<'_, '_>, estimate: Estimate, guide: Guide, split: &mut Split) {
    let mut subsets = Subsets::new(case, estimate, &guide);
    subsets.short = short;
    if !short {
        subsets.estimate.refine();
    }
    subsets.set(guide.tolls);
    let mut best: Option<(i64, Vec<i64>)> = None;
    // Steps get shorter where they lead nowhere.
    let mut shorter = 0;
    for _ in 0..ROUNDS {
        if !subsets.estimate(case) || !subsets.divide(case) {
            return;
        }
        let (bound, bins) = subsets.cheapest();
        if best.as_ref().is_none_or(|(least, _)| bound > *least) {
            best = Some((bound, subsets.tolls.clone()));
        } else {
            shorter += 1;
        }
        case.bound = case.bound.max(bound.min(split.total));
        let usage = subsets.usage(case, &bins);
        subsets.consider(case, &bins, split);
        let enough = bound >= split.total || usage.iter().all(|over| *over == 0);
        if enough || subsets.pairs.is_some() {
            break;
        }
        if !subsets.charge(&usage, (split.total - bound) >> shorter) {
            break;
        }
    }
    if let Some((_, tolls)) = best
        && tolls != subsets.tolls
    {
        subsets.set(tolls);
        if !subsets.estimate(case) || !subsets.divide(case) {
            return;
        }
    }
    if case.bound < split.total {
        subsets.nodes = MOST_NODES;
        let (full, most) = (subsets.full, subsets.most);
        let done = if most == FEW_CHECKOUTS && subsets.pairs.is_some() {
            subsets.go_through_pairs(case, split)
        } else {
            subsets.go_through(case, full, most, 0, &mut Vec::new(), split, Goal::Cheaper)
        };
        if !done || case.unproven {
            return;
        }
        case.bound = split.total;
    }
    if subsets.short {
        subsets.settle(case, split);
    }
}

impl Subsets {
    fn new(case: &Case<'_, '_>, estimate: Estimate, guide: &Guide) -> Self {
        let units = case.units.len();
        let scarce = |offer: usize| {
            let uses = case.uses[offer].filter(|uses| (*uses as usize) < units)?;
            Some((offer, i64::from(uses)))
        };
        let bits = estimate.units.iter();
        Self {
            weights: bits.map(|unit| guide.lines[*unit as usize]).collect(),
            estimate,
            short: true,
            full: (1 << units) - 1,
            most: case.most_checkouts,
            scarce: (0..case.uses.len()).filter_map(scarce).collect(),
            tolls: vec![0; case.uses.len()],
            back: 0,
            cost: vec![NEVER; 1 << units],
            priced: vec![false; 1 << units],
            least: Vec::new(),
            pairs: None,
            nodes: 0,
            found: false,
        }
    }

    /// What every subset that may stand together costs at least; false if the search was ended.
    fn estimate(&mut self, case: &mut Case<'_, '_>) -> bool {
        self.estimate.charge(&self.tolls);
        self.priced.fill(false);
        let limited = case.limited();
        let (estimate, cost) = (&self.estimate, &mut self.cost);
        let mut on = true;
        estimate.each(self.full as Set, &mut |set, own| {
            if set % 256 == 0 {
                on = case.go_on(16);
            }
            if !limited || case.fits(&estimate.bin(set)) {
                cost[set as usize] = own;
            }
            on
        });
        on
    }

    /// The cheapest division of every subset; false if the search was ended.
    fn divide(&mut self, case: &mut Case<'_, '_>) -> bool {
        let size = self.full + 1;
        // The last number of checkouts is asked for the whole alone.
        if !self.short {
            let total = case.best.saturating_add(self.back);
            self.pairs = Pairs::new(case, &self.cost, &self.weights, total, self.most);
            return self.pairs.is_some();
        }
        let lists = if self.unlimited() {
            1
        } else {
            self.most.saturating_sub(2)
        };
        self.least.resize_with(lists, || vec![NEVER; size]);
        for list in 0..lists {
            for set in 1..size {
                if set % 16 == 0 && !case.go_on(16) {
                    return false;
                }
                let least = self.divided(set, list + 2).0;
                self.least[list][set] = least;
            }
        }
        true
    }

    /// The cheapest two pairs of checkouts: what they cost, and the units of the one with the first.
    fn paired(&self) -> (i64, usize) {
        let first = (1..=self.full).step_by(2);
        let cost = |set: &usize| self.least(*set, 2) + self.least(self.full ^ set, 2);
        first.map(|set| (cost(&set), set)).min().unwrap_or((NEVER, self.full))
    }

    /// Whether there may be as many checkouts as units.
    fn unlimited(&self) -> bool {
        self.most >= self.full.count_ones() as usize
    }

    /// The least that a set costs in at most so many checkouts.
    fn least(&self, set: usize, most: usize) -> i64 {
        match (set, most, &self.pairs) {
            (0, ..) => 0,
            (_, 0, _) => NEVER,
            (_, 1, Some(_)) => self.cost[set],
            (_, _, Some(pairs)) => pairs.least(set),
            _ if self.unlimited() => self.least[0][set],
            (_, 1, _) => self.cost[set],
            _ => self.least[most - 2][set],
        }
    }

    /// The cheapest division of a set into at most so many checkouts: what it costs, and the one with the first unit.
    fn divided(&self, set: usize, most: usize) -> (i64, usize) {
        let low = set & set.wrapping_neg();
        let rest = set ^ low;
        let mut best = (self.cost[set], set);
        if self.pairs.is_some() {
            let cost = |(own, other): (usize, usize)| (self.cost[own] + self.least(other, most.saturating_sub(1)), own);
            return halves(set).map(cost).min().unwrap_or(best);
        }
        let others: &[i64] = match most {
            _ if self.unlimited() => &self.least[0],
            0 | 1 => return best,
            2 => &self.cost,
            _ => &self.least[most - 3],
        };
        // All but the whole, whose rest is nothing.
        let mut part = rest;
        while part != 0 {
            part = (part - 1) & rest;
            let own = part | low;
            let cost = self.cost[own] + others[set ^ own];
            if cost < best.0 {
                best = (cost, own);
            }
        }
        best
    }

    /// The cheapest division of all, and what no division costs less than.
    fn cheapest(&self) -> (i64, Vec<usize>) {
        if self.pairs.is_some() && self.most == FEW_CHECKOUTS {
            let (least, pair) = self.paired();
            let bins = [pair, self.full ^ pair]
                .into_iter()
                .flat_map(|pair| self.divisions(pair, 2));
            return (least - self.back, bins.collect());
        }
        (
            self.divided(self.full, self.most).0 - self.back,
            self.divisions(self.full, self.most),
        )
    }

    fn divisions(&self, mut set: usize, mut most: usize) -> Vec<usize> {
        let mut bins = Vec::new();
        while set != 0 {
            let (_, own) = self.divided(set, most);
            bins.push(own);
            set ^= own;
            most -= 1;
        }
        bins
    }

    /// Has the till price a subset, and says what it uses; what is not proven could be cheaper and bounds nothing.
    fn price(&mut self, case: &mut Case<'_, '_>, set: usize) -> Vec<usize> {
        let price = case.price_with(&self.bin(set), |offer| Some(self.tolls[offer]));
        self.priced[set] = true;
        if price.proven {
            self.cost[set] = self.cost[set].max(price.total);
        }
        price.used
    }

    /// For each scarce offer how often too much it is used; below zero what is left where it has a toll.
    fn usage(&mut self, case: &mut Case<'_, '_>, bins: &[usize]) -> Vec<i64> {
        let used: Vec<Vec<usize>> = bins.iter().map(|set| self.price(case, *set)).collect();
        let over = |(offer, uses): &(usize, i64)| {
            let over = used.iter().filter(|used| used.contains(offer)).count() as i64 - uses;
            if self.tolls[*offer] == 0 { over.max(0) } else { over }
        };
        self.scarce.iter().map(over).collect()
    }

    /// Raises and lowers the tolls by the usage, as far as the gap suggests; false if nothing changes.
    fn charge(&mut self, usage: &[i64], gap: i64) -> bool {
        let square: i64 = usage.iter().map(|over| over * over).sum();
        let mut tolls = self.tolls.clone();
        for ((offer, _), over) in self.scarce.iter().zip(usage) {
            tolls[*offer] = (tolls[*offer] + gap * over / square.max(1)).max(0);
        }
        let changed = tolls != self.tolls;
        self.set(tolls);
        changed
    }

    fn set(&mut self, tolls: Vec<i64>) {
        self.back = self.scarce.iter().map(|(offer, uses)| tolls[*offer] * uses).sum();
        self.tolls = tolls;
    }

    /// Deals out the coupons of a division, and keeps it if that is cheaper.
    fn consider(&self, case: &mut Case<'_, '_>, bins: &[usize], split: &mut Split) {
        let bins: Vec<Bin> = bins.iter().map(|set| self.bin(*set)).collect();
        let uses = case.uses.clone();
        if let (Some(better), _) = case.deal(&bins, &uses, split.total, FEW_DEALS) {
            *split = better;
            case.best = split.total;
        }
    }

    /// The units of a set.
    fn bin(&self, set: usize) -> Bin {
        self.estimate.bin(set as Set)
    }
}

/// All ways to take a set apart into one with its first unit and another; nothing has one way.
fn halves(set: usize) -> impl Iterator<Item = (usize, usize)> {
    let low = set & set.wrapping_neg();
    let rest = set ^ low;
    let mut next = Some(rest);
    core::iter::from_fn(move || {
        let part = next?;
        next = (part != 0).then(|| (part - 1) & rest);
        Some((part | low, rest ^ part))
    })
}
