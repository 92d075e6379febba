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
mod filling;
mod guide;
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
use filling::Filling;
pub(super) use guide::{Guide, guide};
use weigh::SCALE;

/// More profiles than this are not listed.
const MOST_PROFILES: usize = 400_000;

/// So many spreads are gone through under a profile at first, four times as many whenever it comes up again, and how
/// often that is.
const NODES: u64 = 10_000;
const MOST_TURNS: usize = 7;

/// How often what lines bring is changed for all choices of kinds together, and for one.
const ROUNDS: usize = 300;
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
    /// The most that it can take over all checkouts.
    most: i64,
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
        self.chosen(profile[bin], slot)
    }

    /// The variant of a checkout in a slot.
    pub(super) fn chosen(&self, chosen: [u8; MOST_SLOTS], slot: usize) -> Option<&Variant> {
        Some(&self.slots[slot].variants[usize::from(chosen[slot]).checked_sub(1)?])
    }

    /// Whether a checkout keeps the coupons of stores and sellers away.
    pub(super) fn keeps_away(&self, chosen: [u8; MOST_SLOTS]) -> bool {
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
    let all: Vec<usize> = (0..case.parts.checkout.lines.len()).collect();
    let (prices, fees) = super::bound::most_of_slot(case, step, &all);
    Slot {
        step,
        variants,
        most: prices + fees,
    }
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

/// A profile whose first slots are settled, with its bound; the smallest bound stands first.
type Open = Reverse<(i64, Reverse<usize>, Profile)>;

/// The least whole amount that is no less.
fn whole(parts: i64) -> i64 {
    -(-parts).div_euclid(SCALE)
}

/// Makes a split the best one where there are few checkouts and few ways, and raises the case's bound by what is done.
pub(super) fn search(case: &mut Case<'_, '_>, split: &mut Split) {
    let Some(mut setting) = Setting::new(case) else { return };
    let spread = setting.groups.spread(case, setting.bins);
    let mut duals = Duals::new(case, &setting);
    if let Some(duals) = &mut duals {
        let mut choice = Choice::new(&case.uses, setting.bins);
        let Some(root) = ascent::root(case, duals, &mut choice, split.total, ROUNDS) else {
            return;
        };
        case.bound = case.bound.max(whole(root.bound).min(split.total));
        if !duals.price_all(case) || !(0..duals.kinds.len()).all(|kind| duals.settle(case, kind)) {
            return;
        }
        if !spread && let Some(all) = choice.under(&duals.kinds, split.total * SCALE - duals.base(), MOST_PROFILES) {
            by_kinds(case, duals, &root, all, split.total);
        }
    }
    if spread {
        by_profiles(case, &setting, duals.as_ref(), split);
    }
}

/// Raises the bound where the ways to spread the lines are too many: the choice of kinds with the smallest bound is
/// looked at closer first.
fn by_kinds(
    case: &mut Case<'_, '_>,
    duals: &mut Duals<'_>,
    root: &ascent::Height,
    all: Vec<(i64, Vec<usize>)>,
    total: i64,
) {
    let base = duals.base();
    let open = all
        .into_iter()
        .map(|(value, kinds)| Reverse((whole(base + value), false, kinds)));
    let mut heap: BinaryHeap<Reverse<(i64, bool, Vec<usize>)>> = open.collect();
    while let Some(Reverse((least, done, kinds))) = heap.pop() {
        case.bound = case.bound.max(least.min(total));
        if done || least >= total {
            return;
        }
        let Some(height) = ascent::of_kinds(case, duals, root, &kinds, total, KIND_ROUNDS) else {
            return;
        };
        heap.push(Reverse((least.max(whole(height.bound)), true, kinds)));
    }
    case.bound = case.bound.max(total);
}

/// Goes through the profiles. The one with the smallest bound is settled further first, so that the bound of all rises
/// with each.
fn by_profiles(case: &mut Case<'_, '_>, setting: &Setting, duals: Option<&Duals<'_>>, split: &mut Split) {
    let mut relaxed = Relaxed::new(setting);
    let mut filling = Filling::new(case, setting);
    let mut heap: BinaryHeap<Open> = BinaryHeap::new();
    heap.push(Reverse((case.bound, Reverse(0), vec![[0; MOST_SLOTS]; setting.bins])));
    let mut dealt = BTreeSet::new();
    // What no unfinished profile goes below.
    let mut open = i64::MAX;
    while let Some(Reverse((least, Reverse(at), profile))) = heap.pop() {
        case.bound = case.bound.max(least.min(open).min(split.total));
        if least >= split.total {
            return;
        }
        if !case.go_on(8) || heap.len() > MOST_PROFILES {
            return;
        }
        if at < setting.slots.len() {
            filling.fill(at, profile, split.total);
            // The most that the slots to come could take beside what is settled.
            let rest = filling.rest(at + 1);
            for profile in filling.found.drain(..) {
                if !case.go_on(8) {
                    return;
                }
                let settled = &filling.order[..=at];
                let by_kinds = duals.map_or(least, |duals| whole(duals.least(&profile, settled)));
                if by_kinds >= split.total {
                    continue;
                }
                let bound = relaxed.bound(setting, &profile, split.total + rest, false) - rest;
                if bound < split.total {
                    heap.push(Reverse((bound.max(by_kinds).max(least), Reverse(at + 1), profile)));
                }
            }
            continue;
        }
        // The multipliers of this very profile.
        let bound = relaxed.bound(setting, &profile, split.total, true);
        if bound >= split.total {
            continue;
        }
        let turn = at - setting.slots.len();
        let nodes = NODES << (2 * turn);
        let done = Descent::new(setting, &mut relaxed, &profile, split.total, nodes).go(case, split, &mut dealt);
        if case.stopped {
            return;
        }
        if !done && turn < MOST_TURNS {
            heap.push(Reverse((bound.max(least), Reverse(at + 1), profile)));
        } else if !done {
            open = open.min(bound.max(least));
        }
    }
    case.bound = case.bound.max(open.min(split.total));
}
