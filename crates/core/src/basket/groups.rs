//! Groups of lines: lines that share a store or a seller, with all ways to spread them over a few checkouts and what
//! the coupons of their own stores and sellers take at most then.
//!
//! Between groups only the discounts of whole checkouts couple anything, so that once these are settled each group is
//! spread by itself.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "places come from the case's own lists, and amounts are bounded on the way in"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::case::Case;
use crate::discount::{Benefit, Discount};
use crate::money::Money;
use crate::rules::Per;

/// No more ways to spread the lines of all groups are listed.
const MOST_SPREADS: usize = 400_000;

/// No more choices of own coupons are kept for a set of lines.
const MOST_CHOICES: usize = 24;

/// Groups of more units are left alone.
const MOST_UNITS: usize = 12;

/// Checkouts of a split, at most.
pub(super) const MOST_BINS: usize = 4;

pub(super) struct Group {
    pub(super) units: Vec<u32>,
    /// For each set of the units what own coupons could take of it.
    pub(super) choices: Vec<Vec<Choice>>,
    /// The ways to spread the units; none where those of all groups are too many to list.
    pub(super) spreads: Vec<Spread>,
}

/// One way to spread a group over the checkouts, with its own coupons.
pub(super) struct Spread {
    /// For each checkout its units of the group, a bit each.
    pub(super) sets: [u16; MOST_BINS],
    /// What the group's own coupons take there, at most.
    pub(super) saved: [i64; MOST_BINS],
}

pub(super) struct Groups {
    pub(super) groups: Vec<Group>,
    /// The offers of stores and sellers.
    pub(super) own: Vec<usize>,
}

/// What some coupons take together.
#[derive(Clone)]
pub(super) struct Choice {
    pub(super) saved: i64,
    /// The places of those used in the list of own offers, a bit each.
    pub(super) used: u64,
}

impl Groups {
    /// The groups of a case; `None` where one is too large.
    pub(super) fn new(case: &Case<'_, '_>) -> Option<Self> {
        let steps = &case.parts.rules.steps;
        let own =
            (0..case.parts.offers.len()).filter(|offer| steps[case.parts.offers[*offer].step].per != Per::Checkout);
        let own: Vec<usize> = own.collect();
        if own.len() > 64 {
            return None;
        }
        let mut groups = Vec::new();
        for units in connected(case) {
            if units.len() > MOST_UNITS {
                return None;
            }
            let sets = 1_usize << units.len();
            groups.push(Group {
                choices: (0..sets).map(|set| choices(case, &own, &units, set)).collect(),
                spreads: Vec::new(),
                units,
            });
        }
        Some(Self { groups, own })
    }

    /// Lists the ways to spread the units of every group over so many checkouts; false where there are too many.
    pub(super) fn spread(&mut self, case: &Case<'_, '_>, bins: usize) -> bool {
        let mut room = MOST_SPREADS;
        for place in 0..self.groups.len() {
            let Some(found) = self.spreads(case, place, bins, &mut room) else {
                return false;
            };
            self.groups[place].spreads = found;
        }
        true
    }

    fn spreads(&self, case: &Case<'_, '_>, place: usize, bins: usize, room: &mut usize) -> Option<Vec<Spread>> {
        let group = &self.groups[place];
        let count = (0..group.units.len()).try_fold(1_usize, |count, _| count.checked_mul(bins))?;
        *room = room.checked_sub(count)?;
        let found = spreads(case, &self.own, group, bins)?;
        *room = room.checked_sub(found.len())?;
        Some(found)
    }
}

/// Units that share a store or a seller where the rules have slots for them.
pub(super) fn connected(case: &Case<'_, '_>) -> Vec<Vec<u32>> {
    let per = |per: Per| case.parts.rules.steps.iter().any(|step| step.per == per);
    let (stores, sellers) = (per(Per::Store), per(Per::Seller));
    let lines = &case.parts.checkout.lines;
    let meet = |one: &u32, other: &u32| {
        let own = |unit: &u32| {
            case.units[*unit as usize]
                .lines
                .iter()
                .map(|line| &lines[*line as usize])
        };
        own(one).any(|a| own(other).any(|b| stores && a.store == b.store || sellers && a.seller == b.seller))
    };
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for unit in 0..case.units.len() as u32 {
        let (own, others): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group| group.iter().any(|one| meet(one, &unit)));
        groups = others;
        let mut joined: Vec<u32> = own.into_iter().flatten().collect();
        joined.push(unit);
        joined.sort_unstable();
        groups.push(joined);
    }
    groups
}

fn spreads(case: &Case<'_, '_>, own: &[usize], group: &Group, bins: usize) -> Option<Vec<Spread>> {
    let (units, choices) = (&group.units, &group.choices);
    let mut found = Vec::new();
    let mut at = vec![0_u8; units.len()];
    loop {
        let mut parts = [0_usize; MOST_BINS];
        for (unit, bin) in at.iter().enumerate() {
            parts[*bin as usize] |= 1 << unit;
        }
        let fits = |set: &usize| {
            let bin: Vec<u32> = (0..units.len())
                .filter(|n| set >> n & 1 == 1)
                .map(|n| units[n])
                .collect();
            case.fits(&bin)
        };
        if parts.iter().all(fits) {
            let mut used = [0; MOST_BINS];
            combine(
                case,
                own,
                choices,
                &parts[..bins],
                [0; MOST_BINS],
                &mut used,
                0,
                &mut found,
            );
            if found.len() > MOST_SPREADS {
                return None;
            }
        }
        // The next in order.
        let Some(place) = at.iter().position(|bin| (*bin as usize) + 1 < bins) else {
            return Some(found);
        };
        at[place] += 1;
        at[..place].fill(0);
    }
}

/// The choices of own coupons over the checkouts that do not use one too often. With enough for all, the best of each.
#[expect(
    clippy::too_many_arguments,
    reason = "what changes on the way down, and what is filled"
)]
fn combine(
    case: &Case<'_, '_>,
    own: &[usize],
    choices: &[Vec<Choice>],
    parts: &[usize],
    saved: [i64; MOST_BINS],
    used: &mut [u64; MOST_BINS],
    bin: usize,
    found: &mut Vec<Spread>,
) {
    if bin == parts.len() {
        let mut sets = [0; MOST_BINS];
        for (set, part) in sets.iter_mut().zip(parts) {
            *set = *part as u16;
        }
        found.push(Spread { sets, saved });
        return;
    }
    for choice in &choices[parts[bin]] {
        let over = (0..own.len()).filter(|n| choice.used >> n & 1 == 1).any(|n| {
            let before = used[..bin].iter().filter(|used| *used >> n & 1 == 1).count();
            case.uses[own[n]].is_some_and(|uses| before >= uses as usize)
        });
        if over {
            continue;
        }
        let mut saved = saved;
        saved[bin] = choice.saved;
        used[bin] = choice.used;
        combine(case, own, choices, parts, saved, used, bin + 1, found);
        used[bin] = 0;
        // The first takes most; only where it is scarce could another be better.
        let scarce = (0..own.len()).any(|n| {
            let rivals = parts
                .iter()
                .filter(|set| choices[**set].iter().any(|other| other.used >> n & 1 == 1))
                .count();
            choice.used >> n & 1 == 1 && case.uses[own[n]].is_some_and(|uses| rivals > uses as usize)
        });
        if !scarce {
            return;
        }
    }
}

/// What own coupons could take of a set of a group's units, the most first; none that takes less with as many uses.
fn choices(case: &Case<'_, '_>, own: &[usize], units: &[u32], set: usize) -> Vec<Choice> {
    let checkout = case.parts.checkout;
    let rules = case.parts.rules;
    let inside = (0..units.len()).filter(|n| set >> n & 1 == 1);
    let lines: Vec<u32> = inside
        .flat_map(|n| case.units[units[n] as usize].lines.iter().copied())
        .collect();
    let mut all = vec![Choice { saved: 0, used: 0 }];
    for (step, rule) in rules
        .steps
        .iter()
        .enumerate()
        .filter(|(_, rule)| rule.per != Per::Checkout)
    {
        let mut slots: Vec<Vec<u32>> = Vec::new();
        for line in &lines {
            let (own, same) = (&checkout.lines[*line as usize], rule.per == Per::Store);
            let here = |other: &u32| {
                let other = &checkout.lines[*other as usize];
                if same {
                    other.store == own.store
                } else {
                    other.seller == own.seller
                }
            };
            match slots.iter_mut().find(|slot| here(&slot[0])) {
                Some(slot) => slot.push(*line),
                None => slots.push(vec![*line]),
            }
        }
        for slot in slots {
            let mut takes: Vec<Choice> = vec![Choice { saved: 0, used: 0 }];
            for (n, offer) in own
                .iter()
                .enumerate()
                .filter(|(_, offer)| case.parts.offers[**offer].step == step)
            {
                let offer = &case.parts.offers[*offer];
                let touched = slot.iter().filter(|line| offer.touches(**line));
                let (mut listed, mut fees, mut pieces) = (0, 0, 0_u32);
                for line in touched.map(|line| &checkout.lines[*line as usize]) {
                    listed += line.listed().minor();
                    fees += line.shipping.minor();
                    pieces = pieces.saturating_add(line.quantity);
                }
                let saved = most(case, &checkout.discounts[offer.discount], listed, listed, fees, pieces);
                if saved > 0 {
                    takes.push(Choice { saved, used: 1 << n });
                }
            }
            let both = all.iter().flat_map(|one| {
                takes.iter().map(move |other| Choice {
                    saved: one.saved + other.saved,
                    used: one.used | other.used,
                })
            });
            all = kept(both.collect());
        }
    }
    all
}

/// The most first, without those that take no more than one that uses no more. Where too many are left, the rest is
/// taken for one that uses nothing: that bounds it all the same.
fn kept(mut all: Vec<Choice>) -> Vec<Choice> {
    all.sort_by_key(|choice| (core::cmp::Reverse(choice.saved), choice.used.count_ones(), choice.used));
    let mut kept: Vec<Choice> = Vec::new();
    for choice in all {
        if !kept.iter().any(|other| other.used & !choice.used == 0) {
            kept.push(choice);
        }
        if kept.len() > MOST_CHOICES {
            if let Some(last) = kept.last_mut() {
                last.used = 0;
            }
            break;
        }
    }
    kept
}

/// The most that a discount takes of lines that were listed at so much, of which others have left so much at most.
pub(super) fn most(case: &Case<'_, '_>, discount: &Discount, listed: i64, left: i64, fees: i64, pieces: u32) -> i64 {
    let spend = case.parts.net(listed);
    if discount.min_spend.is_some_and(|least| spend < least.minor()) {
        return 0;
    }
    let rounding = case.parts.rules.rounding;
    let capped = |amount: i64, cap: &Option<Money>| cap.map_or(amount, |cap| amount.min(cap.minor()));
    match &discount.benefit {
        Benefit::Fixed { amount } => amount.minor().min(listed),
        Benefit::Percent { percent, cap } => capped(percent.0.of(left, rounding), cap),
        // A lower tier may take more, and the minimum of a deeper one may be lost on the way.
        Benefit::Tiers { tiers } => {
            let met = tiers.iter().filter(|tier| tier.min_spend.minor() <= spend);
            met.map(|tier| tier.amount.minor()).max().unwrap_or(0).min(listed)
        }
        Benefit::PerSpend { every, amount, cap } => {
            capped((spend / every.minor().max(1)).saturating_mul(amount.minor()), cap).min(listed)
        }
        Benefit::Pieces { tiers } => {
            let met = tiers.iter().filter(|tier| tier.pieces <= pieces);
            met.map(|tier| tier.percent.0.of(left, rounding)).max().unwrap_or(0)
        }
        Benefit::Shipping { cap } => capped(fees, cap),
        Benefit::Unknown { .. } => 0,
    }
}
