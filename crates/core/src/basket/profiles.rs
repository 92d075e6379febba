//! A few checkouts, solved by what each of them is to use.
//!
//! A profile says for each checkout which discounts of the whole checkout it uses: a platform coupon, a code, free
//! shipping. Only these couple lines of different stores. Under a profile the total falls apart into what each group of
//! lines adds, but for the minimums and caps of the profile's discounts; with a multiplier for each of these it falls
//! apart altogether, and the cheapest spread of each group gives a lower bound ([`relax`](super::relax)). Profiles whose
//! bound is not under the best total are done; the others are gone through, group by group. A split that could be
//! better is priced by the till itself, so that a bound may be rough but never wrong.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "places come from the case's own lists, and amounts are bounded on the way in"
)]

mod ascent;
mod choice;
mod descent;
mod duals;
mod kinds;
pub(super) mod weigh;

use alloc::collections::{BTreeSet, BinaryHeap};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::case::{Case, Split};
use super::groups::{Groups, MOST_BINS};
use super::relax::Relaxed;
use crate::discount::{Benefit, Discount};
use crate::money::Money;
use crate::rules::{Per, Step};
use choice::Choice;
use descent::Descent;
use duals::Duals;
use weigh::SCALE;

/// More profiles than this are not listed.
const MOST_PROFILES: usize = 400_000;

/// So many spreads are gone through under a profile at first, four times as many whenever it comes up again, and how
/// often that is.
const NODES: u64 = 10_000;
const MOST_TURNS: usize = 7;

/// How often what lines bring is changed for all choices of kinds together, where a part of the search follows and where
/// all of it does, and for one choice.
const FEW_ROUNDS: usize = 150;
const MANY_ROUNDS: usize = 300;
const KIND_ROUNDS: usize = 60;

/// So many splits are remembered as dealt.
const MOST_DEALT: usize = 100_000;

/// Larger amounts are left alone, so that nothing overflows.
const MOST_LISTED: i64 = 1_000_000_000;

/// What a discount of a whole checkout does when its minimum is met; one with tiers stands once for each.
pub(super) struct Variant {
    pub(super) offer: usize,
    pub(super) takes: Takes,
    /// The least that its lines must come to as listed.
    pub(super) needs: i64,
    /// What each unit adds to that, and to the shipping that it can take.
    pub(super) spend: Vec<i64>,
    pub(super) fees: Vec<i64>,
    /// Whether it covers every line.
    pub(super) whole: bool,
    exclusive: bool,
    automatic: bool,
}

impl Variant {
    fn capped(&self) -> bool {
        matches!(self.takes, Takes::Share(_, cap) | Takes::Fees(cap) if cap < MOST_LISTED)
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Takes {
    Amount(i64),
    /// Basis points of what is running, at most so much.
    Share(i64, i64),
    /// Shipping, at most so much.
    Fees(i64),
}

/// A step of whole checkouts, with what could be chosen there.
pub(super) struct Slot {
    pub(super) step: usize,
    pub(super) variants: Vec<Variant>,
}

/// For each checkout and each slot a variant, counted from one; zero is none.
pub(super) type Profile = Vec<[u8; MOST_SLOTS]>;

/// No rule set has more steps of whole checkouts.
pub(super) const MOST_SLOTS: usize = 6;

/// What all profiles share.
pub(super) struct Setting {
    pub(super) slots: Vec<Slot>,
    pub(super) groups: Groups,
    pub(super) bins: usize,
    /// For each unit its listed price and its shipping.
    pub(super) listed: Vec<i64>,
    pub(super) shipping: Vec<i64>,
    /// The steps of stores and sellers, whether one of their discounts takes from shipping, and whether one applies even
    /// beside an exclusive discount.
    pub(super) own_steps: Vec<usize>,
    pub(super) own_fees: bool,
    own_layers: bool,
    /// Whether what tolerates no other keeps free shipping away.
    strict: bool,
    /// How many steps the rules have.
    pub(super) steps: usize,
    pub(super) rounding: crate::money::Rounding,
}

impl Setting {
    fn new(case: &Case<'_, '_>) -> Option<Self> {
        let bins = case.most_checkouts;
        let lines = &case.parts.checkout.lines;
        let total: i64 = case.units.iter().map(|unit| unit.listed).sum();
        if bins > MOST_BINS || case.units.len() > 64 || total > MOST_LISTED {
            return None;
        }
        let groups = Groups::new(case)?;
        let steps = case.parts.rules.steps.iter().enumerate();
        let slots: Vec<Slot> = steps
            .clone()
            .filter(|(_, rule)| rule.per == Per::Checkout)
            .map(|(step, rule)| slot(case, step, rule))
            .filter(|slot| !slot.variants.is_empty())
            .collect();
        if slots.len() > MOST_SLOTS || slots.iter().any(|slot| slot.variants.len() > 200) {
            return None;
        }
        let own_fees = groups
            .own
            .iter()
            .any(|offer| case.discount(*offer).benefit.is_shipping());
        let automatic = groups.own.iter().any(|offer| case.discount(*offer).kind.is_automatic());
        let fee = |unit: &super::case::Unit| {
            unit.lines
                .iter()
                .map(|line| lines[*line as usize].shipping.minor())
                .sum()
        };
        Some(Self {
            slots,
            groups,
            bins,
            listed: case.units.iter().map(|unit| unit.listed).collect(),
            shipping: case.units.iter().map(fee).collect(),
            own_steps: steps
                .filter(|(_, rule)| rule.per != Per::Checkout)
                .map(|(step, _)| step)
                .collect(),
            own_layers: own_fees || automatic,
            strict: case.parts.rules.exclusive_blocks_free_shipping,
            steps: case.parts.rules.steps.len(),
            own_fees,
            rounding: case.parts.rules.rounding,
        })
    }

    /// The variant of a checkout of a profile in a slot.
    pub(super) fn variant(&self, profile: &Profile, bin: usize, slot: usize) -> Option<&Variant> {
        self.chosen(&profile[bin], slot)
    }

    /// The variant of a checkout in a slot.
    pub(super) fn chosen(&self, chosen: &[u8; MOST_SLOTS], slot: usize) -> Option<&Variant> {
        Some(&self.slots[slot].variants[usize::from(chosen[slot]).checked_sub(1)?])
    }

    /// Whether a checkout keeps the coupons of stores and sellers away.
    pub(super) fn keeps_away(&self, chosen: &[u8; MOST_SLOTS]) -> bool {
        let alone = |slot| {
            self.chosen(chosen, slot)
                .is_some_and(|variant| variant.exclusive && !matches!(variant.takes, Takes::Fees(_)))
        };
        !self.own_layers && (0..self.slots.len()).any(alone)
    }
}

fn slot(case: &Case<'_, '_>, step: usize, rule: &Step) -> Slot {
    let own = (0..case.parts.offers.len()).filter(|offer| case.parts.offers[*offer].step == step);
    let mut variants = Vec::new();
    for offer in own {
        let discount = case.discount(offer);
        let sum = |amount: &dyn Fn(u32) -> i64| -> Vec<i64> {
            let touched = |line: &&u32| case.parts.offers[offer].touches(**line);
            let own = |unit: &super::case::Unit| unit.lines.iter().filter(touched).map(|line| amount(*line)).sum();
            case.units.iter().map(own).collect()
        };
        let lines = &case.parts.checkout.lines;
        let spend = sum(&|line| lines[line as usize].listed().minor());
        let fees = sum(&|line| lines[line as usize].shipping.minor());
        let whole = spend.iter().zip(&case.units).all(|(spend, unit)| *spend == unit.listed);
        let smallest = spend.iter().copied().filter(|spend| *spend > 0).min().unwrap_or(0);
        for (takes, needs) in takes(discount) {
            let needs = case.listed_for(needs.max(discount.min_spend.map_or(0, Money::minor)));
            variants.push(Variant {
                offer,
                takes,
                // Whatever applies has a line.
                needs: needs.max(smallest),
                spend: spend.clone(),
                fees: fees.clone(),
                whole,
                exclusive: discount.exclusive && !rule.is_automatic(),
                automatic: rule.is_automatic(),
            });
        }
    }
    Slot { step, variants }
}

/// What a discount takes, and from which spend on, apart from its own minimum.
fn takes(discount: &Discount) -> Vec<(Takes, i64)> {
    let most = |cap: &Option<Money>| cap.map_or(MOST_LISTED, Money::minor);
    match &discount.benefit {
        Benefit::Fixed { amount } => vec![(Takes::Amount(amount.minor()), 0)],
        Benefit::Percent { percent, cap } => vec![(Takes::Share(i64::from(percent.0.points()), most(cap)), 0)],
        Benefit::Tiers { tiers } => {
            let tier = |tier: &crate::discount::Tier| (Takes::Amount(tier.amount.minor()), tier.min_spend.minor());
            tiers.iter().map(tier).collect()
        }
        // As often as the listed price of everything could allow.
        Benefit::PerSpend { every, amount, cap } => {
            let most = most(cap);
            let times = 1..=MOST_TIMES;
            let enough = |times: &i64| (*times - 1).saturating_mul(amount.minor()) < most;
            let take = |times: i64| {
                let last = if times == MOST_TIMES {
                    most
                } else {
                    times.saturating_mul(amount.minor()).min(most)
                };
                (Takes::Amount(last), times.saturating_mul(every.minor()))
            };
            times.take_while(enough).map(take).collect()
        }
        Benefit::Pieces { tiers } => {
            let most = tiers.iter().map(|tier| i64::from(tier.percent.0.points())).max();
            vec![(Takes::Share(most.unwrap_or(0), MOST_LISTED), 0)]
        }
        Benefit::Shipping { cap } => vec![(Takes::Fees(most(cap)), 0)],
        Benefit::Unknown { .. } => Vec::new(),
    }
}

/// A discount that repeats stands once for each of so many times, and then for all.
const MOST_TIMES: i64 = 12;

/// What is known of the choices of kinds that are left, by how much was done for each; the smallest bound stands first.
type Open = Reverse<(i64, usize, Vec<usize>)>;

/// What bounds a case as a whole.
pub(super) struct Guide {
    /// What each unit brings, and the toll of each offer.
    pub(super) lines: Vec<i64>,
    pub(super) tolls: Vec<i64>,
}

impl Guide {
    /// Each line by its share of what a split costs, with certain tolls.
    pub(super) fn plain(case: &Case<'_, '_>, total: i64, tolls: Vec<i64>) -> Self {
        let back: i64 = case.uses.iter().zip(&tolls).map(|(uses, toll)| uses.map_or(0, i64::from) * toll).sum();
        let all: i64 = case.units.iter().map(|unit| unit.listed).sum();
        let share = |unit: &super::case::Unit| {
            let part = i128::from(unit.listed) * i128::from(total.saturating_add(back)) / i128::from(all.max(1));
            i64::try_from(part).unwrap_or(unit.listed)
        };
        Self {
            lines: case.units.iter().map(share).collect(),
            tolls,
        }
    }
}

/// What each line is to bring and each use of a coupon to cost, so that the bound of a total is high.
pub(super) fn guide(case: &mut Case<'_, '_>, total: i64) -> Option<Guide> {
    let setting = Setting::new(case)?;
    let mut duals = Duals::new(case, &setting)?;
    let mut choice = Choice::new(&case.uses, setting.bins);
    let height = ascent::root(case, &mut duals, &mut choice, total, FEW_ROUNDS)?;
    case.bound = case.bound.max(whole(height.bound).min(total));
    let mut tolls: Vec<i64> = choice.tolls.iter().map(|toll| toll / SCALE).collect();
    for (offer, toll) in setting.groups.own.iter().zip(&height.tolls) {
        tolls[*offer] = toll / SCALE;
    }
    Some(Guide {
        lines: height.lines.iter().map(|line| line / SCALE).collect(),
        tolls,
    })
}

/// The least whole amount that is no less.
fn whole(parts: i64) -> i64 {
    -(-parts).div_euclid(SCALE)
}

/// Makes a split the best one where there are few checkouts and few ways, and raises the case's bound by what is done.
///
/// What bounds all choices of kinds leaves some of them. The one with the smallest bound is looked at closer first, so
/// that the bound of all rises with each.
pub(super) fn search(case: &mut Case<'_, '_>, split: &mut Split) {
    let Some(mut setting) = Setting::new(case) else { return };
    let bins = setting.bins;
    let spread = setting.groups.spread(case, bins);
    let Some(mut duals) = Duals::new(case, &setting) else { return };
    let mut choice = Choice::new(&case.uses, bins);
    let Some(root) = ascent::root(case, &mut duals, &mut choice, split.total, MANY_ROUNDS) else {
        return;
    };
    case.bound = case.bound.max(whole(root.bound).min(split.total));
    if !duals.price_all(case) {
        return;
    }
    for kind in 0..duals.kinds.len() {
        while duals.better(kind) {}
        if !case.go_on(8) {
            return;
        }
    }
    let base = duals.base();
    let room = (split.total - 1) * SCALE + 1 - base;
    let Some(all) = choice.under(&duals.kinds, room, MOST_PROFILES) else {
        return;
    };
    let open = all.into_iter().map(|(value, kinds)| Reverse((whole(base + value), 0, kinds)));
    let mut heap: BinaryHeap<Open> = open.collect();
    let mut relaxed = Relaxed::new(&setting);
    let mut dealt = BTreeSet::new();
    // What no unfinished choice goes below.
    let mut unfinished = i64::MAX;
    while let Some(Reverse((least, turn, kinds))) = heap.pop() {
        case.bound = case.bound.max(least.min(unfinished).min(split.total));
        if least >= split.total {
            return;
        }
        if !case.go_on(8) {
            return;
        }
        if turn == 0 {
            let Some(height) = ascent::of_kinds(case, &mut duals, &root, &kinds, split.total, KIND_ROUNDS) else {
                return;
            };
            heap.push(Reverse((least.max(whole(height.bound)), 1, kinds)));
            continue;
        }
        if !spread || turn > MOST_TURNS {
            unfinished = unfinished.min(least);
            continue;
        }
        let mut profile: Profile = kinds.iter().map(|kind| duals.kinds[*kind].kind.chosen).collect();
        profile.resize(bins, [0; MOST_SLOTS]);
        // The multipliers of this very profile.
        let least = least.max(relaxed.bound(&setting, &profile, split.total));
        if least >= split.total {
            continue;
        }
        let nodes = NODES << (2 * turn - 2);
        let done = Descent::new(&setting, &mut relaxed, &profile, split.total, nodes).go(case, split, &mut dealt);
        if case.stopped {
            return;
        }
        if !done {
            heap.push(Reverse((least, turn + 1, kinds)));
        }
    }
    case.bound = case.bound.max(unfinished.min(split.total));
}
