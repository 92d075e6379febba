//! Kinds of checkouts priced under what each line brings in.
//!
//! Each line brings a price of its own to the checkout that has it, and each use of a coupon of a store or seller costs
//! a toll. What the checkouts of a split then come to at least, with what all lines bring and without the tolls of all
//! uses, is a lower bound: the lines no longer need to be divided among the checkouts. A kind of checkout is priced
//! store by store, in three ways, each better than the one before: with the multipliers at hand, with the best that are
//! found, and over whole sets of lines that meet its minimums.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "places come from the setting's own lists; a setting has no amounts over 10^9"
)]

mod dive;

use alloc::vec;
use alloc::vec::Vec;

use super::kinds::{Kind, kinds};
use super::weigh::{MIX, Multipliers, SCALE, weigh};
use super::{MOST_SLOTS, Profile, Setting};
use crate::basket::case::Case;

/// What a use costs that is not to be had.
const NEVER: i64 = i64::MAX / 4;

/// So many multipliers are tried for a minimum, and how often each minimum comes up.
const TRIES: usize = 10;
const SWEEPS: usize = 2;

/// How well a price is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told {
    Roughly,
    Tightly,
    /// Over whole sets of lines.
    Wholly,
}

/// What a kind of checkout comes to at least.
pub(super) struct Priced {
    pub(super) kind: Kind,
    pub(super) value: i64,
    pub(super) told: Told,
    with: Multipliers,
    /// What a unit of own savings weighs, and the set of each group's units that comes to the least.
    own: i64,
    sets: Vec<u16>,
}

/// A choice of own coupons for each set of a group's units.
struct Layer {
    saved: Vec<i64>,
    used: Vec<u64>,
    /// The tolls of its uses; and those where coupons that tolerate no other are not to be had.
    tolls: [Vec<i64>; 2],
}

struct Own {
    units: Vec<u32>,
    layers: Vec<Layer>,
}

pub(super) struct Duals<'s> {
    pub(super) setting: &'s Setting,
    pub(super) kinds: Vec<Priced>,
    own: Vec<Own>,
    /// What each unit brings, and the toll of each own coupon with its uses.
    pub(super) lines: Vec<i64>,
    pub(super) tolls: Vec<i64>,
    uses: Vec<i64>,
    /// Own coupons that tolerate no other.
    alone: u64,
    /// Kept for their memory.
    unit: Vec<i64>,
    sums: Vec<i64>,
    most: Vec<i64>,
    sets: Vec<u16>,
}

impl<'s> Duals<'s> {
    pub(super) fn new(case: &Case<'_, '_>, setting: &'s Setting) -> Option<Self> {
        let offers = &setting.groups.own;
        let exclusive = |offer: usize| {
            let discount = case.discount(offer);
            discount.exclusive && !discount.kind.is_automatic()
        };
        let alone = (0..offers.len()).filter(|n| exclusive(offers[*n]));
        let (units, groups) = (setting.listed.len(), &setting.groups.groups);
        let own = groups.iter().map(|group| Own {
            units: group.units.clone(),
            layers: layers(&group.choices),
        });
        let kinds = kinds(setting, &case.uses)?.into_iter().map(|kind| Priced {
            kind,
            value: 0,
            told: Told::Roughly,
            with: Multipliers::NONE,
            own: 0,
            sets: vec![0; groups.len()],
        });
        Some(Self {
            setting,
            kinds: kinds.collect(),
            own: own.collect(),
            lines: vec![0; units],
            tolls: vec![0; offers.len()],
            // One for each checkout is as good as any number.
            uses: offers
                .iter()
                .map(|offer| case.uses[*offer].map_or(i64::MAX, i64::from).min(setting.bins as i64))
                .collect(),
            alone: alone.fold(0, |alone, n| alone | 1 << n),
            unit: vec![0; units],
            sums: Vec::new(),
            most: Vec::new(),
            sets: vec![0; groups.len()],
        })
    }

    /// What does not depend on the checkouts.
    pub(super) fn base(&self) -> i64 {
        let back: i64 = self.tolls.iter().zip(&self.uses).map(|(toll, uses)| toll * uses).sum();
        self.lines.iter().sum::<i64>() - back
    }

    /// Prices every kind roughly, once lines or tolls have changed; false if the search was ended.
    pub(super) fn price_all(&mut self, case: &mut Case<'_, '_>) -> bool {
        self.charge();
        let work = self
            .own
            .iter()
            .map(|own| own.layers.len() << own.units.len())
            .sum::<usize>() as u64;
        for place in 0..self.kinds.len() {
            let value = self.value(place);
            let priced = &mut self.kinds[place];
            (priced.value, priced.told) = (value, Told::Roughly);
            if !case.go_on(work / 64 + 1) {
                return false;
            }
        }
        true
    }

    /// Sets the tolls of all choices.
    pub(super) fn charge(&mut self) {
        for layer in self.own.iter_mut().flat_map(|own| &mut own.layers) {
            for (set, used) in layer.used.iter().enumerate() {
                let mut toll = 0;
                let mut rest = *used;
                while rest != 0 {
                    toll += self.tolls[rest.trailing_zeros() as usize];
                    rest &= rest - 1;
                }
                layer.tolls[0][set] = toll;
                layer.tolls[1][set] = if used & self.alone == 0 { toll } else { NEVER };
            }
        }
    }

    /// Prices a kind as well as it can be; false if the search was ended.
    pub(super) fn settle(&mut self, case: &mut Case<'_, '_>, place: usize) -> bool {
        while self.better(place) {}
        case.go_on(8)
    }

    /// What no split under a profile goes below of which some slots are settled.
    pub(super) fn least(&self, profile: &Profile, settled: &[usize]) -> i64 {
        let of = |chosen: &[u8; MOST_SLOTS]| {
            let same = |priced: &&Priced| settled.iter().all(|slot| priced.kind.chosen[*slot] == chosen[*slot]);
            self.kinds
                .iter()
                .filter(same)
                .map(|priced| priced.value)
                .min()
                .unwrap_or(NEVER / 8)
        };
        self.base() + profile.iter().map(of).sum::<i64>()
    }

    /// Prices a kind better than it is; false once there is no better.
    pub(super) fn better(&mut self, place: usize) -> bool {
        match self.kinds[place].told {
            Told::Roughly => self.tighten(place),
            Told::Tightly => self.dive(place),
            Told::Wholly => return false,
        }
        true
    }

    /// What a kind comes to with its multipliers; the sets that do stand in `sets`.
    fn value(&mut self, place: usize) -> i64 {
        let priced = &mut self.kinds[place];
        let weights = weigh(self.setting, priced.kind.chosen, &priced.with, &mut self.unit);
        priced.own = weights.own;
        for (unit, line) in self.unit.iter_mut().zip(&self.lines) {
            *unit -= line;
        }
        let mut total = weights.fixed;
        for (own, chosen) in self.own.iter().zip(&mut self.sets) {
            sums(own, &self.unit, &mut self.sums);
            if weights.own > 0 {
                own.most(weights.own, priced.kind.tolerant, &mut self.most);
                for (sum, most) in self.sums.iter_mut().zip(&self.most) {
                    *sum -= most;
                }
            }
            let least = self.sums.iter().copied().min().unwrap_or(0);
            *chosen = self.sums.iter().position(|sum| *sum == least).unwrap_or(0) as u16;
            total += least;
        }
        total
    }

    /// How much of a minimum the sets at hand leave open.
    fn missing(&self, place: usize, slot: usize) -> i64 {
        let Some(variant) = self.setting.chosen(self.kinds[place].kind.chosen, slot) else {
            return 0;
        };
        let inside = self.own.iter().zip(&self.sets).flat_map(|(own, set)| own.inside(*set));
        variant.needs - inside.map(|unit| variant.spend[unit]).sum::<i64>()
    }

    /// Finds about the best multipliers of a kind.
    fn tighten(&mut self, place: usize) {
        let mut best = self.value(place);
        let minimums = self.kinds[place].kind.minimums.clone();
        for _ in 0..if minimums.len() > 1 { SWEEPS } else { 1 } {
            for slot in &minimums {
                best = self.line_search(place, *slot, best);
            }
            for slot in self.kinds[place].kind.capped.clone() {
                for step in [-MIX / 4, MIX / 4, -MIX / 8, MIX / 8] {
                    let before = self.kinds[place].with.mix[slot];
                    self.kinds[place].with.mix[slot] = (before + step).clamp(0, MIX);
                    let value = self.value(place);
                    if value > best {
                        best = value;
                    } else {
                        self.kinds[place].with.mix[slot] = before;
                    }
                }
            }
        }
        let value = self.value(place);
        let priced = &mut self.kinds[place];
        (priced.value, priced.told) = (value, Told::Tightly);
        priced.sets.clone_from(&self.sets);
    }

    /// The best multiplier of one minimum, between one that leaves it open and one that overshoots it: where the lines
    /// of the two meet.
    fn line_search(&mut self, place: usize, slot: usize, mut best: i64) -> i64 {
        let mut kept = self.kinds[place].with.needs[slot];
        let (mut toll, mut low, mut high): (_, Option<[i64; 3]>, Option<[i64; 3]>) = (kept, None, None);
        for _ in 0..TRIES {
            self.kinds[place].with.needs[slot] = toll;
            let value = self.value(place);
            if value > best {
                (best, kept) = (value, toll);
            }
            let missing = self.missing(place, slot);
            match missing {
                0 => break,
                1.. => low = Some([toll, value, missing]),
                _ => high = Some([toll, value, missing]),
            }
            toll = match (low, high) {
                (Some([at, one, open]), Some([to, other, over])) => {
                    let meet = (other - one + open * at - over * to) / (open - over);
                    if meet <= at || meet >= to || one + open * (meet - at) <= best {
                        break;
                    }
                    meet
                }
                (Some([at, ..]), None) if at < 2 * SCALE => (at * 2).clamp(SCALE / 16, 2 * SCALE),
                (None, Some([to, ..])) if to > 0 => {
                    if to < SCALE / 64 {
                        0
                    } else {
                        to / 2
                    }
                }
                _ => break,
            };
        }
        self.kinds[place].with.needs[slot] = kept;
        best
    }

    /// How the checkouts of some kinds miss what is to be had: for each line how often it is left out, for each own
    /// coupon how often too much it is used.
    pub(super) fn missed(&self, kinds: &[usize]) -> Vec<i64> {
        let mut lines = vec![1; self.lines.len()];
        let mut over: Vec<i64> = self.uses.iter().map(|uses| -uses).collect();
        for priced in kinds.iter().map(|kind| &self.kinds[*kind]) {
            for (own, set) in self.own.iter().zip(&priced.sets) {
                for unit in own.inside(*set) {
                    lines[unit] -= 1;
                }
                let used = own.used(*set, priced.own, priced.kind.tolerant);
                for (n, over) in over.iter_mut().enumerate() {
                    *over += (used >> n & 1) as i64;
                }
            }
        }
        for (over, toll) in over.iter_mut().zip(&self.tolls) {
            if *toll == 0 {
                *over = (*over).max(0);
            }
        }
        lines.extend(over);
        lines
    }
}

impl Own {
    fn inside(&self, set: u16) -> impl Iterator<Item = usize> {
        let inside = self.units.iter().enumerate().filter(move |(n, _)| set >> n & 1 == 1);
        inside.map(|(_, unit)| *unit as usize)
    }

    /// What own coupons take of each set at most, with their tolls.
    fn most(&self, weight: i64, tolerant: bool, most: &mut Vec<i64>) {
        most.clear();
        most.resize(1 << self.units.len(), 0);
        for layer in &self.layers {
            let tolls = &layer.tolls[usize::from(tolerant)];
            for (most, (saved, toll)) in most.iter_mut().zip(layer.saved.iter().zip(tolls)) {
                *most = (*most).max(weight * saved - toll);
            }
        }
    }

    /// The own coupons that take most of a set.
    fn used(&self, set: u16, weight: i64, tolerant: bool) -> u64 {
        let take = |layer: &Layer| {
            let toll = layer.tolls[usize::from(tolerant)][usize::from(set)];
            (
                weight * layer.saved[usize::from(set)] - toll,
                layer.used[usize::from(set)],
            )
        };
        let most = self.layers.iter().map(take).filter(|(most, _)| *most > 0);
        most.max_by_key(|(most, _)| *most).map_or(0, |(_, used)| used)
    }
}

/// For each set of a group's units the sum of what they weigh.
fn sums(own: &Own, unit: &[i64], sums: &mut Vec<i64>) {
    sums.clear();
    sums.push(0);
    for own in &own.units {
        let weight = unit[*own as usize];
        for set in 0..sums.len() {
            sums.push(sums[set] + weight);
        }
    }
}

/// The choices of each set, the first of all sets together, then the second.
fn layers(choices: &[Vec<crate::basket::groups::Choice>]) -> Vec<Layer> {
    let most = choices.iter().map(Vec::len).max().unwrap_or(0);
    let layer = |place: usize| {
        let own = choices.iter().map(|own| own.get(place));
        Layer {
            saved: own
                .clone()
                .map(|choice| choice.map_or(0, |choice| choice.saved))
                .collect(),
            used: own.map(|choice| choice.map_or(0, |choice| choice.used)).collect(),
            tolls: [vec![0; choices.len()], vec![0; choices.len()]],
        }
    };
    (0..most).map(layer).collect()
}
