//! Near misses: what a little more of eligible spend would unlock, and whether it pays.

use alloc::vec::Vec;

use super::till::{net, touches};
use super::{Reason, Stack, least};
use crate::checkout::{Checkout, Line};
use crate::discount::Discount;
use crate::money::Money;
use crate::rules::{Per, RuleSet};

/// A discount that only its minimum keeps away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NearMiss {
    /// Which discount of the checkout, by place.
    pub discount: usize,
    /// What is missing, as the minimum is tested in this market.
    pub short: Money,
    /// What to add at the till for it: more than `short` where minimums are tested without tax.
    pub add: Money,
    /// The best total with goods for `add` more in the checkout.
    pub total_if_met: Money,
    /// What of `add` need not be paid: `add` less the rise of the total.
    pub gain: Money,
    /// Whether the total would not rise at all, so that the added goods cost nothing.
    pub pays: bool,
}

/// For each discount that was refused for its minimum: what adding the missing spend would do.
///
/// The addition stands as one more piece of the store and the categories of a line that the discount can touch,
/// shipped with it; then the best stack is searched anew. Nothing is said of minimums in pieces.
pub fn near_misses(checkout: &Checkout, rules: &RuleSet, stack: &Stack) -> Vec<NearMiss> {
    let mut misses = Vec::new();
    let mut more: Option<Checkout> = None;
    for refused in &stack.refused {
        let Reason::BelowMinimum { needs, has, short } = refused.reason else {
            continue;
        };
        let Some(discount) = checkout.discounts.get(refused.discount) else {
            continue;
        };
        let Some(line) = nearest(checkout, rules, discount) else {
            continue;
        };
        let add = with_tax(checkout, rules, needs, has, short);
        let more = more.get_or_insert_with(|| checkout.clone());
        let none = Money::zero(checkout.currency);
        more.lines.push(Line {
            unit_price: add,
            quantity: 1,
            shipping: none,
            ..line.clone()
        });
        let total_if_met = least(more, rules).total;
        more.lines.pop();
        let rise = total_if_met.minor().saturating_sub(stack.total().minor());
        misses.push(NearMiss {
            discount: refused.discount,
            short,
            add,
            total_if_met,
            gain: Money::new(add.minor().saturating_sub(rise), checkout.currency),
            pays: rise <= 0,
        });
    }
    misses
}

/// The line beside which the addition reaches the minimum first: of the slot with the most eligible spend.
fn nearest<'a>(checkout: &'a Checkout, rules: &RuleSet, discount: &Discount) -> Option<&'a Line> {
    let per = rules
        .steps
        .iter()
        .find(|step| step.kinds.contains(&discount.kind))
        .map(|step| step.per)?;
    let eligible = || checkout.lines.iter().filter(|line| touches(discount, line));
    let together = |one: &Line, other: &Line| match per {
        Per::Checkout => true,
        Per::Store => one.store == other.store,
        Per::Seller => one.seller == other.seller,
    };
    let spend = |line: &Line| -> i64 {
        eligible()
            .filter(|other| together(line, other))
            .map(|other| other.listed().minor())
            .fold(0, i64::saturating_add)
    };
    // The first of the largest, and not the last.
    eligible().rev().max_by_key(|line| spend(line))
}

/// The smallest amount with which the spend, tested as this market does, reaches the minimum.
fn with_tax(checkout: &Checkout, rules: &RuleSet, needs: Money, has: Money, short: Money) -> Money {
    let Some(rate) = checkout.tax.taken_out() else {
        return short;
    };
    // Taking tax out and adding it on round apart, by no more than a unit or two.
    let gross = |of: Money| {
        let with = i128::from(of.minor()).saturating_mul(i128::from(rate.points()).saturating_add(10_000));
        crate::money::Rounding::Down.divide(with, 10_000)
    };
    let start = gross(needs).saturating_sub(gross(has)).saturating_sub(3).max(0);
    let reached = (start..start.saturating_add(8))
        .find(|add| net(checkout, rules, gross(has).saturating_add(*add)) >= needs.minor());
    Money::new(reached.unwrap_or(short.minor()), checkout.currency)
}
