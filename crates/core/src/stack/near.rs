//! Near misses: what a little more of eligible spend would unlock, and whether it pays.

use alloc::vec::Vec;

use super::till::{net, touches};
use super::{Reason, Stack, best, least};
use crate::checkout::{Checkout, Line};
use crate::discount::{Benefit, Discount};
use crate::money::{Money, Rounding};
use crate::rules::{Basis, Per, RuleSet};

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

/// How often an addition is raised because other discounts took from it before its minimum was tested.
const MOST_RAISES: usize = 4;

/// For each discount that was refused for its minimum: what adding the missing spend would do.
///
/// The addition stands as one more piece of the store and the categories of a line that the discount can touch,
/// shipped with it; then the best stack is searched anew. Nothing is said of minimums in pieces, of benefits that
/// nobody can read, where a little more is not enough, and beside a stack that is not proven: it is hard enough once.
pub fn near_misses(checkout: &Checkout, rules: &RuleSet, stack: &Stack) -> Vec<NearMiss> {
    if !stack.proven {
        return Vec::new();
    }
    let mut more: Option<Checkout> = None;
    let refused = stack.refused.iter();
    refused
        .filter_map(|refused| {
            let Reason::BelowMinimum { needs, has, short } = refused.reason else {
                return None;
            };
            let discount = checkout.discounts.get(refused.discount)?;
            if matches!(discount.benefit, Benefit::Unknown { .. }) {
                return None;
            }
            let (line, listed) = nearest(checkout, rules, discount, has)?;
            let more = more.get_or_insert_with(|| checkout.clone());
            let start = addition(checkout, rules, needs, has, listed);
            let (add, total_if_met) = met(more, rules, refused.discount, line, start)?;
            let rise = total_if_met.minor().saturating_sub(stack.total().minor());
            Some(NearMiss {
                discount: refused.discount,
                short,
                add: Money::new(add, checkout.currency),
                total_if_met,
                gain: Money::new(add.saturating_sub(rise), checkout.currency),
                pays: rise <= 0,
            })
        })
        .collect()
}

/// The addition with which the minimum is met, and the best total with it. With a minimum on the running spend, what
/// comes before takes its part of the addition too, so that it may have to be raised.
fn met(more: &mut Checkout, rules: &RuleSet, discount: usize, line: &Line, start: i64) -> Option<(i64, Money)> {
    let currency = more.currency;
    let step = rules
        .step_of(&more.discounts.get(discount)?.kind)
        .map(|(_, step)| step.basis);
    let by_pieces = matches!(more.discounts.get(discount)?.benefit, Benefit::Pieces { .. });
    let settled = step == Some(Basis::Listed) && !by_pieces;
    let mut add = start;
    for _ in 0..=MOST_RAISES {
        let unit_price = Money::new(add, currency);
        more.lines.push(Line {
            unit_price,
            quantity: 1,
            shipping: Money::zero(currency),
            ..line.clone()
        });
        let (reason, total) = if settled {
            (None, least(more, rules).total)
        } else {
            let stack = best(more, rules);
            (stack.reason(discount).cloned(), stack.total())
        };
        more.lines.pop();
        match reason {
            Some(Reason::BelowMinimum { needs, has, .. }) => {
                add = add.saturating_add(addition(more, rules, needs, has, None));
            }
            Some(Reason::TooFewPieces { .. }) => return None,
            _ => return Some((add, total)),
        }
    }
    None
}

/// The line beside which the addition reaches the minimum first: of the slot with the most eligible spend, and where
/// minimums are tested on that, of the slot that the refusal speaks of; a larger one may want pieces, not spend. With
/// that spend.
fn nearest<'a>(
    checkout: &'a Checkout,
    rules: &RuleSet,
    discount: &Discount,
    has: Money,
) -> Option<(&'a Line, Option<i64>)> {
    let step = rules.steps.iter().find(|step| step.kinds.contains(&discount.kind))?;
    let eligible = || checkout.lines.iter().filter(|line| touches(discount, line));
    let together = |one: &Line, other: &Line| match step.per {
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
    if step.basis == Basis::Listed {
        let told = |spend: &i64| net(checkout, rules, *spend) == has.minor();
        let mut spends = eligible().map(|line| (line, spend(line)));
        return spends
            .find(|(_, spend)| told(spend))
            .map(|(line, spend)| (line, Some(spend)));
    }
    // The first of the largest, and not the last.
    Some((eligible().rev().max_by_key(|line| spend(line))?, None))
}

/// The smallest amount with which the spend, tested as this market does, reaches the minimum. Where only the tested
/// spend is known and not the one with tax, it may be a unit more.
fn addition(checkout: &Checkout, rules: &RuleSet, needs: Money, has: Money, listed: Option<i64>) -> i64 {
    let short = needs.minor().saturating_sub(has.minor());
    let Some(rate) = checkout.tax.taken_out() else {
        return short;
    };
    // Taking tax out and adding it on round apart, by no more than a unit or two.
    let gross = |of: Money| {
        let with = i128::from(of.minor()).saturating_mul(i128::from(rate.points()).saturating_add(10_000));
        Rounding::Down.divide(with, 10_000)
    };
    let spend = listed.unwrap_or_else(|| gross(has).saturating_sub(1));
    let start = gross(needs).saturating_sub(spend).saturating_sub(3).max(0);
    (start..start.saturating_add(8))
        .find(|add| net(checkout, rules, spend.saturating_add(*add)) >= needs.minor())
        .unwrap_or(short)
}
