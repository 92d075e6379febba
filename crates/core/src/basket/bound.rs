//! A lower bound that costs next to nothing: what the discounts of each slot could take at most.
//!
//! In a slot each line stands under at most one discount, so that the uses of a slot's discounts share the listed
//! merchandise of its lines among them: a use with a minimum takes up at least that much of it, a share of the price
//! goes as far as there is any. The best filling, fractions allowed, is more than any split can take.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "places come from the case's own lists, and amounts are bounded on the way in"
)]

use alloc::vec::Vec;

use super::case::Case;
use crate::discount::{Benefit, Discount};
use crate::money::Money;
use crate::rules::Per;

/// Something that takes an amount from so much of the merchandise, so many times.
struct Use {
    takes: i64,
    needs: i64,
    times: i64,
}

/// What no split of a case can go below.
pub(super) fn lower(case: &Case<'_, '_>) -> i64 {
    let lines = &case.parts.checkout.lines;
    let merchandise: i64 = lines.iter().map(|line| line.listed().minor()).sum();
    let shipping: i64 = lines.iter().map(|line| line.shipping.minor()).sum();
    let (mut prices, mut fees) = (0, 0);
    for (step, rule) in case.parts.rules.steps.iter().enumerate() {
        let mut seen: Vec<Vec<usize>> = Vec::new();
        for line in 0..lines.len() {
            let same = |other: &usize| match rule.per {
                Per::Checkout => true,
                Per::Store => lines[*other].store == lines[line].store,
                Per::Seller => lines[*other].seller == lines[line].seller,
            };
            match seen.iter_mut().find(|slot| same(&slot[0])) {
                Some(slot) => slot.push(line),
                None => seen.push(alloc::vec![line]),
            }
        }
        for slot in seen {
            let (price, fee) = most_of_slot(case, step, &slot);
            prices += price;
            fees += fee;
        }
    }
    (merchandise - prices).max(0) + (shipping - fees).max(0)
}

/// The most that a slot's discounts can take from prices and from shipping, over all checkouts.
pub(super) fn most_of_slot(case: &Case<'_, '_>, step: usize, slot: &[usize]) -> (i64, i64) {
    let lines = &case.parts.checkout.lines;
    let checkouts = case.most_checkouts.min(slot.len()) as i64;
    let room: i64 = slot.iter().map(|line| lines[*line].listed().minor()).sum();
    let mut uses: Vec<Use> = Vec::new();
    let (mut fees, mut share, mut rounds) = (0, 0, false);
    for (offer, own) in case
        .parts
        .offers
        .iter()
        .enumerate()
        .filter(|(_, offer)| offer.step == step)
    {
        let touched = slot.iter().filter(|line| own.touches(**line as u32));
        let (mut listed, mut fee, mut count) = (0, 0, 0);
        for line in touched {
            listed += lines[*line].listed().minor();
            fee += lines[*line].shipping.minor();
            count += 1;
        }
        if count == 0 {
            continue;
        }
        let times = case.uses[offer].map_or(i64::MAX, i64::from).min(checkouts).min(count);
        let discount = &case.parts.checkout.discounts[own.discount];
        let least = discount.min_spend.map_or(0, Money::minor);
        let fixed = |takes: i64, needs: i64| Use {
            takes,
            needs: needs.max(least).max(takes),
            times,
        };
        match &discount.benefit {
            Benefit::Fixed { amount } => uses.push(fixed(amount.minor().min(listed), 0)),
            Benefit::Tiers { tiers } => {
                uses.extend(
                    tiers
                        .iter()
                        .map(|tier| fixed(tier.amount.minor().min(listed), tier.min_spend.minor())),
                );
            }
            Benefit::PerSpend { every, amount, cap } => {
                let most = listed / every.minor().max(1) * amount.minor();
                let most = cap.map_or(most, |cap| most.min(cap.minor()));
                let needs = i128::from(most) * i128::from(every.minor()) / i128::from(amount.minor().max(1));
                uses.push(fixed(most, needs as i64));
            }
            Benefit::Percent { .. } | Benefit::Pieces { .. } => {
                rounds = true;
                match capped(discount) {
                    (points, Some(cap)) => {
                        let needs = i128::from((cap - 1).max(0)) * 10_000 / i128::from(points.max(1));
                        uses.push(fixed(cap, needs as i64));
                    }
                    (points, None) => share = share.max(points),
                }
            }
            Benefit::Shipping { cap } => {
                let most = cap.map_or(fee, |cap| fee.min(cap.minor().saturating_mul(times)));
                fees += most;
            }
            Benefit::Unknown { .. } => {}
        }
    }
    // A rounding gives less than a unit, in each checkout once.
    let rounding = if rounds { checkouts } else { 0 };
    ((filled(uses, share, room) + rounding).min(room), fees)
}

/// The share of a percent discount, and the most that it takes.
fn capped(discount: &Discount) -> (i64, Option<i64>) {
    match &discount.benefit {
        Benefit::Percent { percent, cap } => (i64::from(percent.0.points()), cap.map(Money::minor)),
        Benefit::Pieces { tiers } => {
            let most = tiers.iter().map(|tier| i64::from(tier.percent.0.points())).max();
            (most.unwrap_or(0), None)
        }
        _ => (0, None),
    }
}

/// The densest uses first, until the merchandise runs out; then the share of what is left.
fn filled(mut uses: Vec<Use>, share: i64, room: i64) -> i64 {
    let dense = |one: &Use| i128::from(one.takes) * 10_000;
    uses.retain(|one| one.takes > 0 && dense(one) > i128::from(share) * i128::from(one.needs));
    uses.sort_by(|a, b| (dense(b) * i128::from(a.needs)).cmp(&(dense(a) * i128::from(b.needs))));
    let (mut taken, mut left) = (0_i64, room);
    for one in &uses {
        let full = (left / one.needs.max(1)).min(one.times);
        taken += full * one.takes;
        left -= full * one.needs;
        if full < one.times {
            // The fraction that still fits.
            let part = i128::from(one.takes) * i128::from(left) / i128::from(one.needs.max(1));
            taken += part as i64 + 1;
            left = 0;
            break;
        }
    }
    let rest = i128::from(left) * i128::from(share) / 10_000;
    taken + rest as i64 + 1
}
