//! The ways to fill the next slot of a profile, as far as they could lead to something better.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "places come from the case's own lists, and amounts are bounded on the way in"
)]

use alloc::vec::Vec;
use core::cmp::Reverse;

use super::{MOST_LISTED, Profile, Setting, Takes, Variant};
use crate::basket::case::Case;
use crate::basket::groups::Group;

/// Fills the next slot of a profile in every way.
pub(super) struct Filling<'s> {
    setting: &'s Setting,
    /// The slots that can take most are settled first.
    pub(super) order: Vec<usize>,
    uses: Vec<Option<u32>>,
    below: i64,
    /// Everything as listed with its shipping, less what own coupons could take.
    start: i64,
    whole: i64,
    bins: i64,
    strict: bool,
    profile: Profile,
    pub(super) found: Vec<Profile>,
}

impl<'s> Filling<'s> {
    pub(super) fn new(case: &Case<'_, '_>, setting: &'s Setting) -> Self {
        let most = |group: &Group| group.spreads.iter().map(|spread| spread.saved.iter().sum()).max();
        let own: i64 = setting.groups.groups.iter().map(|group| most(group).unwrap_or(0)).sum();
        let mut order: Vec<usize> = (0..setting.slots.len()).collect();
        order.sort_by_key(|slot| Reverse(setting.slots[*slot].most));
        Self {
            setting,
            order,
            uses: case.uses.clone(),
            below: 0,
            start: setting.listed.iter().chain(&setting.shipping).sum::<i64>() - own,
            whole: setting.listed.iter().sum(),
            bins: i64::try_from(setting.bins).unwrap_or(0),
            strict: case.parts.rules.exclusive_blocks_free_shipping,
            profile: Profile::new(),
            found: Vec::new(),
        }
    }

    /// The most that the slots from one on could take.
    pub(super) fn rest(&self, at: usize) -> i64 {
        self.order
            .iter()
            .skip(at)
            .map(|slot| self.setting.slots[*slot].most)
            .sum()
    }

    /// Collects the ways to fill a slot that could come under a total.
    pub(super) fn fill(&mut self, at: usize, profile: Profile, below: i64) {
        (self.profile, self.below) = (profile, below);
        self.go(at, 0);
    }

    fn go(&mut self, at: usize, bin: usize) {
        if bin == self.setting.bins {
            if self.bound(at + 1) < self.below {
                self.found.push(self.profile.clone());
            }
            return;
        }
        let slot = self.order[at];
        // Checkouts that are alike so far are interchangeable.
        let same = |slot: &usize| bin > 0 && self.profile[bin][*slot] == self.profile[bin - 1][*slot];
        let last = if bin > 0 && self.order[..at].iter().all(same) {
            self.profile[bin - 1][slot]
        } else {
            u8::try_from(self.setting.slots[slot].variants.len()).unwrap_or(u8::MAX)
        };
        for chosen in 0..=last {
            self.profile[bin][slot] = chosen;
            let offer = self
                .setting
                .variant(&self.profile, bin, slot)
                .map(|variant| variant.offer);
            let left = |used: u32| offer.and_then(|offer| self.uses[offer]).is_none_or(|uses| used <= uses);
            let users = (0..=bin).filter_map(|bin| self.setting.variant(&self.profile, bin, slot));
            let used = users.filter(|variant| Some(variant.offer) == offer).count();
            let enough = u32::try_from(used).is_ok_and(left);
            if (offer.is_none() || enough) && self.goes_together(bin) && self.room() {
                self.go(at, bin + 1);
            }
        }
        self.profile[bin][slot] = 0;
    }

    /// Whether the minimums leave each checkout what it needs.
    fn room(&self) -> bool {
        let need = |bin: usize| {
            let variants =
                (0..self.setting.slots.len()).filter_map(|slot| self.setting.variant(&self.profile, bin, slot));
            variants.map(|variant| variant.needs).max().unwrap_or(0)
        };
        (0..self.setting.bins).map(need).sum::<i64>() <= self.whole
    }

    fn goes_together(&self, bin: usize) -> bool {
        let all = (0..self.setting.slots.len()).filter_map(|slot| self.setting.variant(&self.profile, bin, slot));
        let chosen: Vec<&Variant> = all.filter(|variant| !variant.automatic).collect();
        let layers = |variant: &Variant| matches!(variant.takes, Takes::Fees(_)) && !self.strict && !variant.exclusive;
        !chosen.iter().any(|variant| variant.exclusive) || chosen.iter().filter(|variant| !layers(variant)).count() <= 1
    }

    /// What the slots so far leave at least; the others take the most that they ever can.
    fn bound(&self, at: usize) -> i64 {
        let mut total = self.start;
        for (place, slot) in self.order.iter().enumerate() {
            let most = self.setting.slots[*slot].most;
            if place >= at {
                total -= most;
                continue;
            }
            let (mut fixed, mut share) = (0, 0);
            for bin in 0..self.setting.bins {
                let Some(variant) = self.setting.variant(&self.profile, bin, *slot) else {
                    continue;
                };
                let of = |parts: &[i64]| parts.iter().sum::<i64>();
                match variant.takes {
                    Takes::Amount(amount) => fixed += amount,
                    Takes::Share(points, cap) if cap < MOST_LISTED => {
                        fixed += cap.min(of(&variant.spend) * points / 10_000 + 1);
                    }
                    // Together they take no more than the largest of everything.
                    Takes::Share(points, _) => share = share.max(self.whole * points / 10_000 + 1 + self.bins),
                    Takes::Fees(cap) => fixed += cap.min(of(&variant.fees)),
                }
            }
            total -= (fixed + share).min(most);
        }
        total
    }
}
