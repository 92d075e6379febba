//! The search as a whole: what a shopper would do, better splits by moving lines, and the proofs where they can be had.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "places come from the case's own lists, and amounts are bounded on the way in"
)]

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::case::{Bin, Case, Split};
use super::estimate::Estimate;
use super::profiles::Guide;
use super::{bound, moves, profiles, subsets};
use crate::input::InputError;

/// So many ways to deal out coupons are looked at for a split that is only a step on the way.
pub(super) const FEW_DEALS: u32 = 48;

/// So many for one that is an answer.
pub(super) const MANY_DEALS: u32 = 4_000;

/// After so many prices moving lines ends by itself: before a proof is tried, and where there was none.
const FEW_MOVES: u64 = 4_000;
const MANY_MOVES: u64 = 400_000;

/// The most checkouts that a start from even ones has.
const MOST_EVEN: usize = 6;

/// What a move is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// A smaller total.
    Cheaper,
    /// The same total, with fewer checkouts or in an order that comes first.
    Same,
}

/// What was found.
pub(super) struct Found {
    pub(super) split: Split,
    pub(super) bound: i64,
    pub(super) one: i64,
    pub(super) alone: i64,
    pub(super) by_hand: i64,
}

pub(super) fn search(case: &mut Case<'_, '_>) -> Result<Found, InputError> {
    let all: Bin = (0..case.units.len() as u32).collect();
    let singles: Vec<Bin> = all.iter().map(|unit| vec![*unit]).collect();
    case.bound = bound::lower(case);
    let by_hand = by_hand(case);
    case.best = by_hand.as_ref().map_or(case.best, |split| split.total);
    let uses = case.uses.clone();
    let together = core::slice::from_ref(&all);
    let one = case.deal(together, &uses, i64::MAX, MANY_DEALS).0;
    let one = one.unwrap_or_else(|| one_after_the_other(case, together));
    let alone = alone(case, &singles);
    let (one_total, alone_total) = (one.total, alone.total);
    let mut starts: Vec<Split> = by_hand.clone().into_iter().collect();
    starts.extend(Some(one).filter(|_| case.fits(&all)));
    starts.extend(Some(alone).filter(|_| singles.len() <= case.most_checkouts));
    let start = starts.into_iter().min_by_key(|split| (split.total, split.bins.len()));
    let start = start.or_else(|| first_that_fits(case).map(|bins| in_order(one_after_the_other(case, &bins))));
    let Some(mut split) = start else {
        let detail = format!(
            "no split of {} lines that keeps to them was found",
            case.parts.checkout.lines.len()
        );
        return Err(InputError::conflict("limits", detail));
    };
    case.best = split.total;
    match (!case.stopped).then(|| Estimate::new(case)).flatten() {
        _ if case.stopped => {}
        Some(estimate) if case.units.len() <= subsets::MOST_UNITS => {
            let guide = Guide::plain(case, split.total, vec![0; case.uses.len()]);
            subsets::search(case, estimate, guide, &mut split);
        }
        Some(mut estimate) => {
            for bins in 2..=case.most_checkouts.min(MOST_EVEN) {
                let other = even(case, bins).filter(|other| other.total < split.total);
                split = other.unwrap_or(split);
            }
            case.best = split.total;
            let tolls = moves::search(case, &mut estimate, &mut split);
            if subsets::few_enough(case) {
                let guide = profiles::guide(case, split.total);
                let guide = guide.unwrap_or_else(|| Guide::plain(case, split.total, tolls));
                subsets::search(case, estimate, guide, &mut split);
            } else {
                profiles::search(case, &mut split);
            }
            polish(case, &mut split);
        }
        None => {
            improve(case, &mut split, Goal::Cheaper, FEW_MOVES);
            profiles::search(case, &mut split);
            polish(case, &mut split);
        }
    }
    if case.unproven {
        case.bound = case.bound.min(bound::lower(case));
    }
    Ok(Found {
        by_hand: by_hand.map_or(split.total, |by_hand| by_hand.total),
        bound: case.bound.min(split.total),
        split,
        one: one_total,
        alone: alone_total,
    })
}

/// Moves lines by what the till says: for less where that is not ruled out, else for the split that comes first.
fn polish(case: &mut Case<'_, '_>, split: &mut Split) {
    if case.bound < split.total {
        improve(case, split, Goal::Cheaper, MANY_MOVES);
    } else {
        improve(case, split, Goal::Same, FEW_MOVES);
    }
}

/// Each unit alone; a coupon that several could use goes where it gains most, as far as dealing tells.
fn alone(case: &mut Case<'_, '_>, singles: &[Bin]) -> Split {
    let uses = case.uses.clone();
    if let (Some(split), _) = case.deal(singles, &uses, i64::MAX, FEW_DEALS.max(4 * singles.len() as u32)) {
        return split;
    }
    one_after_the_other(case, singles)
}

/// Coupons go to the checkouts in their order.
fn one_after_the_other(case: &mut Case<'_, '_>, bins: &[Bin]) -> Split {
    let mut left = case.uses.clone();
    let mut split = Split {
        total: 0,
        bins: bins.to_vec(),
        used: Vec::with_capacity(bins.len()),
    };
    for bin in bins {
        let price = case.price(bin, &used_up(&left));
        take(&mut left, &price.used);
        split.total += price.total;
        split.used.push(price.used.clone());
    }
    split
}

/// The units, the dearest first.
fn dearest_first(case: &Case<'_, '_>) -> Bin {
    let mut order: Bin = (0..case.units.len() as u32).collect();
    order.sort_by_key(|unit| (core::cmp::Reverse(case.units[*unit as usize].listed), *unit));
    order
}

/// Line after line, the dearest first, each into the first checkout that it may stand in: a split without a price, where
/// there is no time for one.
fn first_that_fits(case: &Case<'_, '_>) -> Option<Vec<Bin>> {
    let mut bins: Vec<Bin> = Vec::new();
    for unit in dearest_first(case) {
        let with = |bin: &Bin| joined(bin, &[unit]);
        if let Some(bin) = bins.iter_mut().find(|bin| case.fits(&with(bin))) {
            *bin = with(bin);
        } else if bins.len() < case.most_checkouts {
            bins.push(vec![unit]);
        } else {
            return None;
        }
    }
    Some(bins)
}

/// Line after line, the dearest first, each into the checkout that it makes dearer by least, or into a new one. What
/// another checkout has used up is not taken from it. `None` where that leads nowhere, or the search was ended.
pub(super) fn by_hand(case: &mut Case<'_, '_>) -> Option<Split> {
    let order = dearest_first(case);
    let mut left = case.uses.clone();
    let mut split = Split {
        total: 0,
        bins: Vec::new(),
        used: Vec::new(),
    };
    let mut totals: Vec<i64> = Vec::new();
    for unit in order {
        let mut best: Option<(i64, usize, Bin)> = None;
        for place in 0..=split.bins.len().min(case.most_checkouts - 1) {
            if case.stopped {
                return None;
            }
            let mut bin = split.bins.get(place).cloned().unwrap_or_default();
            bin.insert(bin.partition_point(|other| *other < unit), unit);
            if !case.fits(&bin) {
                continue;
            }
            let mut free = left.clone();
            give_back(&mut free, split.used.get(place).map_or(&[][..], Vec::as_slice));
            let rise = case.price(&bin, &used_up(&free)).total - totals.get(place).copied().unwrap_or(0);
            if best.as_ref().is_none_or(|(least, ..)| rise < *least) {
                best = Some((rise, place, bin));
            }
        }
        let (_, place, bin) = best?;
        if place == split.bins.len() {
            split.bins.push(Bin::new());
            split.used.push(Vec::new());
            totals.push(0);
        }
        give_back(&mut left, &split.used[place]);
        let price = case.price(&bin, &used_up(&left));
        take(&mut left, &price.used);
        (split.bins[place], split.used[place], totals[place]) = (bin, price.used.clone(), price.total);
    }
    split.total = totals.iter().sum();
    Some(in_order(split))
}

/// Store after store, the dearest first, each whole into the checkout that has least so far: from there other splits
/// can be reached than from one checkout.
fn even(case: &mut Case<'_, '_>, bins: usize) -> Option<Split> {
    let store = |unit: u32| &case.parts.checkout.lines[case.units[unit as usize].lines[0] as usize].store;
    let mut stores: Vec<Bin> = Vec::new();
    for unit in 0..case.units.len() as u32 {
        match stores.iter_mut().find(|own| store(own[0]) == store(unit)) {
            Some(own) => own.push(unit),
            None => stores.push(vec![unit]),
        }
    }
    stores.sort_by_key(|own| core::cmp::Reverse(case.listed(own)));
    let mut even: Vec<Bin> = vec![Bin::new(); bins];
    for own in stores {
        let least = (0..bins).min_by_key(|bin| case.listed(&even[*bin]))?;
        even[least] = joined(&even[least], &own);
    }
    even.retain(|bin| !bin.is_empty());
    let fits = even.iter().all(|bin| case.fits(bin));
    let uses = case.uses.clone();
    fits.then(|| case.deal(&even, &uses, i64::MAX, MANY_DEALS).0)
        .flatten()
        .map(in_order)
}

/// The checkouts by their first lines.
pub(super) fn in_order(split: Split) -> Split {
    let mut pairs: Vec<(Bin, Vec<usize>)> = split.bins.into_iter().zip(split.used).collect();
    pairs.retain(|(bin, _)| !bin.is_empty());
    pairs.sort();
    let (bins, used) = pairs.into_iter().unzip();
    Split { bins, used, ..split }
}

fn take(left: &mut [Option<u32>], used: &[usize]) {
    for offer in used {
        left[*offer] = left[*offer].map(|left| left.saturating_sub(1));
    }
}

fn give_back(left: &mut [Option<u32>], used: &[usize]) {
    for offer in used {
        left[*offer] = left[*offer].map(|left| left + 1);
    }
}

fn used_up(left: &[Option<u32>]) -> Vec<u32> {
    (0..left.len() as u32)
        .filter(|offer| left[*offer as usize] == Some(0))
        .collect()
}

/// Moves single units, exchanges two and joins two checkouts, as long as that serves the goal.
fn improve(case: &mut Case<'_, '_>, split: &mut Split, goal: Goal, most: u64) {
    let end = case.work.saturating_add(most);
    loop {
        let before = rank(split);
        let mut one = 0;
        while one < split.bins.len() {
            let mut other = one + 1;
            // One past the last stands for a checkout that is not there yet.
            while other <= split.bins.len() && other < case.most_checkouts.max(split.bins.len()) + 1 {
                while pair(case, split, one, other, goal) {}
                if !case.go_on(0) || case.work > end {
                    *split = in_order(core::mem::replace(
                        split,
                        Split {
                            total: 0,
                            bins: Vec::new(),
                            used: Vec::new(),
                        },
                    ));
                    return;
                }
                other += 1;
            }
            one += 1;
        }
        *split = in_order(split.clone());
        case.best = case.best.min(split.total);
        if rank(split) == before {
            return;
        }
    }
}

/// How splits are told apart: by total, number of checkouts, and each unit as the number of its checkout.
fn rank(split: &Split) -> (i64, usize, Vec<(u32, u32)>) {
    let mut bins: Vec<&Bin> = split.bins.iter().filter(|bin| !bin.is_empty()).collect();
    bins.sort();
    let numbered = bins
        .iter()
        .zip(0..)
        .flat_map(|(bin, number)| bin.iter().map(move |unit| (*unit, number)));
    let mut written: Vec<(u32, u32)> = numbered.collect();
    written.sort_unstable();
    (split.total, bins.len(), written)
}

/// Tries all that can be done between two checkouts; whether something served the goal.
fn pair(case: &mut Case<'_, '_>, split: &mut Split, one: usize, other: usize, goal: Goal) -> bool {
    let (first, second) = (
        split.bins[one].clone(),
        split.bins.get(other).cloned().unwrap_or_default(),
    );
    if first.is_empty() || other == split.bins.len() && (first.len() < 2 || split.bins.len() >= case.most_checkouts) {
        return false;
    }
    let mut left = case.uses.clone();
    for (place, used) in split.used.iter().enumerate() {
        if place != one && place != other {
            take(&mut left, used);
        }
    }
    let mut own = 0;
    for bin in [one, other] {
        if let Some(used) = split.used.get(bin) {
            // What the two pay now: their part of the total.
            let denied: Vec<u32> = (0..case.uses.len() as u32)
                .filter(|offer| case.uses[*offer as usize].is_some() && !used.contains(&(*offer as usize)))
                .collect();
            own += case.price(&split.bins[bin], &denied).total;
        }
    }
    let mut tries: Vec<(Bin, Bin)> = vec![(joined(&first, &second), Bin::new())];
    for unit in &first {
        tries.push((without(&first, *unit), joined(&second, &[*unit])));
    }
    for unit in &second {
        tries.push((joined(&first, &[*unit]), without(&second, *unit)));
    }
    for unit in &first {
        for with in &second {
            tries.push((
                joined(&without(&first, *unit), &[*with]),
                joined(&without(&second, *with), &[*unit]),
            ));
        }
    }
    for (one_bin, other_bin) in tries {
        if !case.go_on(0) {
            return false;
        }
        if !case.fits(&one_bin) || !case.fits(&other_bin) {
            continue;
        }
        let bins: Vec<Bin> = [one_bin, other_bin].into_iter().filter(|bin| !bin.is_empty()).collect();
        let below = own + i64::from(goal == Goal::Same);
        if let (Some(dealt), _) = case.deal(&bins, &left, below, FEW_DEALS) {
            let mut better = split.clone();
            better.total += dealt.total - own;
            put(&mut better, one, other, dealt);
            if better.total < split.total || rank(&better) < rank(split) {
                *split = better;
                return true;
            }
        }
    }
    false
}

fn put(split: &mut Split, one: usize, other: usize, dealt: Split) {
    let mut dealt = dealt.bins.into_iter().zip(dealt.used);
    for place in [one, other] {
        let (bin, used) = dealt.next().unwrap_or_default();
        if place < split.bins.len() {
            (split.bins[place], split.used[place]) = (bin, used);
        } else if !bin.is_empty() {
            split.bins.push(bin);
            split.used.push(used);
        }
    }
}

fn joined(one: &[u32], other: &[u32]) -> Bin {
    let mut both: Bin = one.iter().chain(other).copied().collect();
    both.sort_unstable();
    both
}

fn without(bin: &[u32], unit: u32) -> Bin {
    bin.iter().copied().filter(|other| *other != unit).collect()
}
