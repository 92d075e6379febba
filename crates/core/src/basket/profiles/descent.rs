//! The spreads under one profile, gone through group by group; whatever could be better is priced by the till.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "places come from the case's own lists, and amounts are bounded on the way in"
)]

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::{MOST_DEALT, Profile, Setting};
use crate::basket::case::{Bin, Case, Split};
use crate::basket::improve::MANY_DEALS;
use crate::basket::relax::Relaxed;

/// The spreads under one profile, gone through.
pub(super) struct Descent<'s> {
    setting: &'s Setting,
    profile: &'s Profile,
    /// For each group the spreads that could be part of something better, the cheapest first.
    open: Vec<Vec<(i64, u32)>>,
    /// What the groups from each one on come to at least.
    rest: Vec<i64>,
    order: Vec<usize>,
    chosen: Vec<u32>,
    nodes: u64,
}

impl<'s> Descent<'s> {
    pub(super) fn new(
        setting: &'s Setting,
        relaxed: &mut Relaxed,
        profile: &'s Profile,
        below: i64,
        nodes: u64,
    ) -> Self {
        let (open, fixed) = relaxed.open(setting, profile, below);
        let mut order: Vec<usize> = (0..open.len()).collect();
        // Where the spreads differ most, most is settled.
        let spread = |group: &usize| {
            open[*group]
                .get(3.min(open[*group].len().saturating_sub(1)))
                .map_or(0, |last| last.0 - open[*group][0].0)
        };
        order.sort_by_key(|group| (Reverse(spread(group)), *group));
        let mut rest = vec![fixed; order.len() + 1];
        for (at, group) in order.iter().enumerate().rev() {
            rest[at] = rest[at + 1] + open[*group].first().map_or(0, |first| first.0);
        }
        Self {
            setting,
            profile,
            chosen: vec![0; open.len()],
            open,
            rest,
            order,
            nodes,
        }
    }

    pub(super) fn go(&mut self, case: &mut Case<'_, '_>, split: &mut Split, dealt: &mut BTreeSet<Vec<Bin>>) -> bool {
        if self.open.iter().any(Vec::is_empty) {
            return true;
        }
        self.descend(case, split, dealt, 0, 0)
    }

    fn descend(
        &mut self,
        case: &mut Case<'_, '_>,
        split: &mut Split,
        dealt: &mut BTreeSet<Vec<Bin>>,
        at: usize,
        before: i64,
    ) -> bool {
        self.nodes = self.nodes.saturating_sub(1);
        if self.nodes == 0 || self.nodes.is_multiple_of(256) && !case.go_on(64) {
            return false;
        }
        let Some(group) = self.order.get(at).copied() else {
            return self.leaf(case, split, dealt);
        };
        for place in 0..self.open[group].len() {
            let (cost, spread) = self.open[group][place];
            if !Relaxed::under(before + cost + self.rest[at + 1], split.total) {
                break;
            }
            self.chosen[group] = spread;
            if !self.descend(case, split, dealt, at + 1, before + cost) {
                return false;
            }
        }
        true
    }

    /// A whole split: its bound to the cent first, then the till itself. What was dealt once need not be again. False if
    /// dealing could not be made sure.
    fn leaf(&mut self, case: &mut Case<'_, '_>, split: &mut Split, dealt: &mut BTreeSet<Vec<Bin>>) -> bool {
        let setting = self.setting;
        if Relaxed::settled(setting, self.profile, &self.chosen).is_none_or(|least| least >= split.total) {
            return true;
        }
        let mut bins: Vec<Bin> = vec![Bin::new(); setting.bins];
        for (group, chosen) in setting.groups.groups.iter().zip(&self.chosen) {
            let sets = &group.spreads[*chosen as usize].sets;
            for (bin, set) in bins.iter_mut().zip(sets) {
                let own = group.units.iter().enumerate().filter(|(n, _)| set >> n & 1 == 1);
                bin.extend(own.map(|(_, unit)| *unit));
            }
        }
        bins.retain(|bin| !bin.is_empty());
        for bin in &mut bins {
            bin.sort_unstable();
        }
        bins.sort();
        if !bins.iter().all(|bin| case.fits(bin)) || dealt.len() < MOST_DEALT && !dealt.insert(bins.clone()) {
            return true;
        }
        let uses = case.uses.clone();
        let (found, sure) = case.deal(&bins, &uses, split.total, MANY_DEALS);
        if let Some(found) = found {
            *split = found;
            case.best = split.total;
        }
        sure
    }
}
