//! Under a profile, with a multiplier for each minimum and each cap, every group of lines is spread by itself: the sum
//! of the cheapest spreads is a lower bound, and better multipliers raise it.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "places come from the setting's own lists; a setting has no amounts over 10^9"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::groups::MOST_BINS;
use super::profiles::weigh::{MIX, Multipliers, SCALE, weigh};
use super::profiles::{MOST_SLOTS, Profile, Setting, Takes};
use crate::money::BasisPoints;

/// How often multipliers are changed for a profile, as long as some of its slots are to be filled, and then.
const FEW_ROUNDS: usize = 12;
const MANY_ROUNDS: usize = 80;

pub(super) struct Relaxed {
    at: [Multipliers; MOST_BINS],
    best: [Multipliers; MOST_BINS],
    /// For each checkout what each unit costs there.
    unit: Vec<[i64; MOST_BINS]>,
    /// What a unit of own savings weighs in each checkout.
    own: [i64; MOST_BINS],
    fixed: i64,
    /// Kept for its memory, as is what each checkout and set of a group's units costs.
    column: Vec<i64>,
    sets: Vec<[i64; MOST_BINS]>,
    /// The cheapest spread of each group.
    cheapest: Vec<u32>,
}

impl Relaxed {
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            at: [Multipliers::NONE; MOST_BINS],
            best: [Multipliers::NONE; MOST_BINS],
            unit: vec![[0; MOST_BINS]; setting.listed.len()],
            own: [0; MOST_BINS],
            fixed: 0,
            column: vec![0; setting.listed.len()],
            sets: Vec::new(),
            cheapest: vec![0; setting.groups.groups.len()],
        }
    }

    /// Whether a bound leaves room for less than a total.
    pub(super) fn under(bound: i64, total: i64) -> bool {
        bound <= (total - 1) * SCALE
    }

    /// A total that no split under the profile goes below; the best multipliers are kept for what follows.
    pub(super) fn bound(&mut self, setting: &Setting, profile: &Profile, total: i64, filled: bool) -> i64 {
        let mut most = i64::MIN;
        let mut shorter = 0;
        for at in &mut self.at {
            at.mix = Multipliers::NONE.mix;
        }
        for _ in 0..if filled { MANY_ROUNDS } else { FEW_ROUNDS } {
            self.weigh(setting, profile);
            let bound = self.spread(setting);
            if bound > most {
                most = bound;
                self.best = self.at;
            } else {
                // Steps get shorter where they lead nowhere.
                shorter += 1;
            }
            let gap = (total * SCALE - bound) >> (shorter / 4);
            if !Self::under(bound, total) || !self.turn(setting, profile, gap) {
                break;
            }
        }
        self.at = self.best;
        -(-most).div_euclid(SCALE)
    }

    /// The spreads of each group that could be part of something under a total, the cheapest first, and what is fixed.
    pub(super) fn open(&mut self, setting: &Setting, profile: &Profile, total: i64) -> (Vec<Vec<(i64, u32)>>, i64) {
        self.weigh(setting, profile);
        let bound = self.spread(setting);
        let room = (total - 1) * SCALE - bound;
        let mut open = Vec::with_capacity(setting.groups.groups.len());
        for place in 0..setting.groups.groups.len() {
            self.fill(setting, place);
            let group = &setting.groups.groups[place];
            let costs = group.spreads.iter().map(|spread| self.cost(spread));
            let mut own: Vec<(i64, u32)> = costs.zip(0..).collect();
            let least = own.iter().map(|(cost, _)| *cost).min().unwrap_or(0);
            own.retain(|(cost, _)| *cost - least <= room);
            own.sort_unstable();
            open.push(own);
        }
        (open, self.fixed)
    }

    /// The bound of a whole split with every rounding, or `None` where a minimum is not met.
    pub(super) fn settled(setting: &Setting, profile: &Profile, chosen: &[u32]) -> Option<i64> {
        let mut total = 0;
        for bin in 0..setting.bins {
            let (mut listed, mut shipping, mut own) = (0, 0, 0);
            let mut spend = [0; MOST_SLOTS];
            let mut fees = [0; MOST_SLOTS];
            for (group, chosen) in setting.groups.groups.iter().zip(chosen) {
                let spread = &group.spreads[*chosen as usize];
                own += spread.saved[bin];
                let inside = group
                    .units
                    .iter()
                    .enumerate()
                    .filter(|(n, _)| spread.sets[bin] >> n & 1 == 1);
                for unit in inside.map(|(_, unit)| *unit as usize) {
                    listed += setting.listed[unit];
                    shipping += setting.shipping[unit];
                    for slot in 0..setting.slots.len() {
                        if let Some(variant) = setting.variant(profile, bin, slot) {
                            spend[slot] += variant.spend[unit];
                            fees[slot] += variant.fees[unit];
                        }
                    }
                }
            }
            if setting.keeps_away(profile[bin]) {
                own = 0;
            }
            // Own savings come off as late as they can: shares before them then take most.
            let last = setting.own_steps.last().copied();
            let mut left = listed;
            let mut taken = false;
            for (slot, place) in setting.slots.iter().enumerate() {
                if !taken && last.is_some_and(|last| last < place.step) {
                    left = (left - own).max(0);
                    taken = true;
                }
                let Some(variant) = setting.variant(profile, bin, slot) else {
                    continue;
                };
                if spend[slot] < variant.needs {
                    return None;
                }
                match variant.takes {
                    Takes::Amount(amount) => left = (left - amount.min(spend[slot])).max(0),
                    Takes::Share(points, cap) => {
                        let base = if variant.whole { left } else { spend[slot].min(left) };
                        let points = u16::try_from(points)
                            .ok()
                            .and_then(BasisPoints::new)
                            .unwrap_or(BasisPoints::WHOLE);
                        left -= points.of(base, setting.rounding).min(cap);
                    }
                    Takes::Fees(cap) => shipping -= fees[slot].min(cap),
                }
            }
            if !taken {
                left = (left - own).max(0);
            }
            total += left + shipping.max(0);
        }
        Some(total)
    }

    /// What each unit and each own saving weighs in each checkout.
    fn weigh(&mut self, setting: &Setting, profile: &Profile) {
        self.fixed = 0;
        for (bin, chosen) in profile.iter().enumerate() {
            let weights = weigh(setting, *chosen, &self.at[bin], &mut self.column);
            self.fixed += weights.fixed;
            self.own[bin] = weights.own;
            for (unit, weight) in self.unit.iter_mut().zip(&self.column) {
                unit[bin] = *weight;
            }
        }
    }

    /// What each set of a group's units costs in each checkout.
    fn fill(&mut self, setting: &Setting, place: usize) {
        let units = &setting.groups.groups[place].units;
        self.sets.clear();
        self.sets.push([0; MOST_BINS]);
        for unit in units {
            let own = self.unit[*unit as usize];
            for set in 0..self.sets.len() {
                let mut with = self.sets[set];
                for bin in 0..MOST_BINS {
                    with[bin] += own[bin];
                }
                self.sets.push(with);
            }
        }
    }

    fn cost(&self, spread: &super::groups::Spread) -> i64 {
        (0..MOST_BINS)
            .map(|bin| self.sets[usize::from(spread.sets[bin])][bin] - self.own[bin] * spread.saved[bin])
            .sum()
    }

    /// The cheapest spread of every group, and what they come to.
    fn spread(&mut self, setting: &Setting) -> i64 {
        let mut total = self.fixed;
        for place in 0..setting.groups.groups.len() {
            self.fill(setting, place);
            let mut least = (i64::MAX, 0);
            for (spread, number) in setting.groups.groups[place].spreads.iter().zip(0..) {
                let cost = self.cost(spread);
                if cost < least.0 {
                    least = (cost, number);
                }
            }
            self.cheapest[place] = least.1;
            total = total.saturating_add(least.0);
        }
        total
    }

    /// Turns the multipliers to where the cheapest spreads break a minimum or pass a cap; false if they do neither.
    fn turn(&mut self, setting: &Setting, profile: &Profile, gap: i64) -> bool {
        let mut short = [[0_i64; MOST_SLOTS]; MOST_BINS];
        let mut over = [[0_i64; MOST_SLOTS]; MOST_BINS];
        let mut square = 0_i128;
        for bin in 0..setting.bins {
            for slot in 0..setting.slots.len() {
                let Some(variant) = setting.variant(profile, bin, slot) else {
                    continue;
                };
                let (mut spend, mut fees) = (0, 0);
                for (group, chosen) in setting.groups.groups.iter().zip(&self.cheapest) {
                    let set = group.spreads[*chosen as usize].sets[bin];
                    for (_, unit) in group.units.iter().enumerate().filter(|(n, _)| set >> n & 1 == 1) {
                        spend += variant.spend[*unit as usize];
                        fees += variant.fees[*unit as usize];
                    }
                }
                let missing = variant.needs - spend;
                if missing > 0 || self.at[bin].needs[slot] > 0 {
                    short[bin][slot] = missing;
                }
                let past = match variant.takes {
                    Takes::Amount(_) => 0,
                    Takes::Share(points, cap) => spend * points / 10_000 - cap,
                    Takes::Fees(cap) => fees - cap,
                };
                if past > 0 || self.at[bin].mix[slot] < MIX {
                    over[bin][slot] = past;
                }
                square += i128::from(short[bin][slot]).pow(2) + i128::from(over[bin][slot]).pow(2);
            }
        }
        if square == 0 {
            return false;
        }
        let turned = |by: i64| (i128::from(gap) * i128::from(by) / square) as i64;
        for bin in 0..setting.bins {
            for slot in 0..setting.slots.len() {
                let needs = &mut self.at[bin].needs[slot];
                *needs = (*needs + turned(short[bin][slot])).clamp(0, SCALE);
                let mix = &mut self.at[bin].mix[slot];
                *mix = (*mix - turned(over[bin][slot]) * MIX / SCALE).clamp(0, MIX);
            }
        }
        true
    }
}
