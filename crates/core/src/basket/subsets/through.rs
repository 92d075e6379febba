//! What lies between the bound and the best split, gone through: only what could be better is priced by the till.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "places come from the search's own lists, and amounts are bounded on the way in"
)]

use alloc::vec::Vec;
use core::cmp::Reverse;

use super::{Goal, Subsets};
use crate::basket::case::{Bin, Case, Split};
use crate::basket::estimate::Set;
use crate::basket::improve::MANY_DEALS;

/// So many divisions are gone through to settle ties.
const TIES_NODES: u64 = 300_000;

impl Subsets {
    /// Fewer checkouts at the same total, and of these the split that comes first; the best so far where that takes too
    /// long to tell.
    pub(super) fn settle(&mut self, case: &mut Case<'_, '_>, split: &mut Split) {
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
        let bins: Vec<Bin> = chosen.iter().map(|set| self.bin(*set)).collect();
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
    pub(super) fn go_through(
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
        if most == 0 || self.nodes == 0 || !case.go_on(8) {
            return self.nodes > 0 && !case.stopped;
        }
        for own in self.promising(set, most, before, split.total, goal) {
            let left = self.least(set ^ own, most - 1) - self.back;
            if !reaches(before + self.cost[own] + left, split.total, goal) {
                continue;
            }
            if !self.priced[own] {
                self.price(case, own);
            }
            let with = before + self.cost[own];
            if !reaches(with + left, split.total, goal) {
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

    /// Goes through the divisions into two pairs of checkouts that could be cheaper; false if that was cut short.
    ///
    /// Of the ways to pair four checkouts, the one counts that has the checkout of the first unit and that of the first
    /// unit outside it in one pair.
    pub(super) fn go_through_pairs(&mut self, case: &mut Case<'_, '_>, split: &mut Split) -> bool {
        for (bound, pair) in self.better_pairs(split.total) {
            // Whatever has not come up yet costs no less.
            case.bound = case.bound.max(bound.min(split.total));
            if bound >= split.total {
                break;
            }
            let other = self.full ^ pair;
            let rest = self.least(other, 2) - self.back;
            let mut ways: Option<Vec<(usize, usize)>> = None;
            for (one, two) in self.halved(pair, split.total - rest) {
                // The checkout of the first unit comes first.
                let (one, two) = if one & 1 == 1 { (one, two) } else { (two, one) };
                let outside = self.full ^ one;
                if outside != 0 && two & outside & outside.wrapping_neg() == 0 {
                    continue;
                }
                if !case.go_on(4) {
                    return false;
                }
                if !self.could(case, one, two, rest, split.total) {
                    continue;
                }
                let before = self.own_cost(one) + self.own_cost(two) - self.back;
                let own = self.least(pair, 2) - self.back;
                let ways = ways.get_or_insert_with(|| self.halved(other, split.total - own));
                for (three, four) in ways.clone() {
                    if self.could(case, three, four, before, split.total) {
                        let chosen: Vec<usize> = [one, two, three, four].into_iter().filter(|set| *set != 0).collect();
                        if !self.reached(case, &chosen, split, Goal::Cheaper) {
                            return false;
                        }
                    }
                }
            }
            if !case.go_on(4) {
                return false;
            }
        }
        true
    }

    /// The ways to have a set in two checkouts that could cost less than so much.
    fn halved(&self, set: usize, below: i64) -> Vec<(usize, usize)> {
        self.pairs
            .as_ref()
            .map_or_else(Vec::new, |pairs| pairs.under(set, below))
    }

    /// The pairs of checkouts with the first unit beside which another pair could come under a total.
    fn better_pairs(&self, total: i64) -> Vec<(i64, usize)> {
        let first = (1..=self.full).step_by(2);
        let bound = |set: usize| (self.least(set, 2) + self.least(self.full ^ set, 2) - self.back, set);
        let mut pairs: Vec<(i64, usize)> = first.map(bound).filter(|(bound, _)| *bound < total).collect();
        pairs.sort_unstable();
        pairs
    }

    fn own_cost(&self, set: usize) -> i64 {
        if set == 0 { 0 } else { self.cost[set] }
    }

    /// Whether two checkouts beside what the others cost could come under a total; the till is asked if they could.
    fn could(&mut self, case: &mut Case<'_, '_>, one: usize, two: usize, others: i64, total: i64) -> bool {
        for set in [one, two] {
            if self.own_cost(one) + self.own_cost(two) + others >= total {
                return false;
            }
            if set != 0 && !self.priced[set] {
                self.price(case, set);
            }
        }
        self.own_cost(one) + self.own_cost(two) + others < total
    }

    /// The checkouts for the first unit of a set with which the goal could be reached: the most promising first, or
    /// where that is the goal, those that come first.
    fn promising(&self, set: usize, most: usize, before: i64, total: i64, goal: Goal) -> Vec<usize> {
        let low = match goal {
            Goal::Cheaper => set & set.wrapping_neg(),
            Goal::Same => 1 << self.estimate.first(set as Set),
        };
        let rest = set ^ low;
        let mut owns: Vec<(i64, usize)> = Vec::new();
        let mut part = rest;
        loop {
            let own = part | low;
            let bound = before + self.cost[own] + self.least(set ^ own, most - 1) - self.back;
            if reaches(bound, total, goal) {
                owns.push((bound, own));
            }
            if part == 0 {
                break;
            }
            part = (part - 1) & rest;
        }
        match goal {
            Goal::Cheaper => owns.sort_unstable(),
            // A unit in the first checkout stands before one in a later.
            Goal::Same => owns.sort_unstable_by_key(|(_, own)| Reverse(self.order(*own))),
        }
        owns.into_iter().map(|(_, own)| own).collect()
    }

    /// The units of a set as bits, the first unit highest.
    fn order(&self, set: usize) -> u64 {
        self.bin(set).iter().fold(0, |order, unit| order | 1 << (63 - unit))
    }
}

fn reaches(bound: i64, total: i64, goal: Goal) -> bool {
    bound < total || bound == total && goal == Goal::Same
}
