//! Neighbours of a checkout: the same with another variant in a line, and the same without what is the buyer's own.

use alloc::vec::Vec;

use super::{Stack, best};
use crate::checkout::{Checkout, Line};
use crate::money::Money;
use crate::rules::RuleSet;

/// What another variant in a line changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The checkout with it.
    pub checkout: Checkout,
    /// Its best stack.
    pub stack: Stack,
    /// What is paid more with it; less than zero where it is cheaper.
    pub difference: Money,
    /// The discounts that applied and do so no more, by place.
    pub lost: Vec<usize>,
    /// The discounts that apply now and did not, by place.
    pub gained: Vec<usize>,
}

/// The best stack with another line in the place of one, beside the stack that was; `None` if there is no such line or
/// the other one is in another currency.
pub fn change(checkout: &Checkout, rules: &RuleSet, stack: &Stack, place: usize, line: Line) -> Option<Change> {
    let mut changed = checkout.clone();
    if line.unit_price.currency() != checkout.currency {
        return None;
    }
    *changed.lines.get_mut(place)? = line;
    let other = best(&changed, rules);
    let all = 0..checkout.discounts.len();
    Some(Change {
        difference: other.total().checked_sub(stack.total())?,
        lost: all
            .clone()
            .filter(|discount| stack.has(*discount) && !other.has(*discount))
            .collect(),
        gained: all
            .filter(|discount| !stack.has(*discount) && other.has(*discount))
            .collect(),
        checkout: changed,
        stack: other,
    })
}

/// The best public stack of a checkout: as if the buyer held nothing of their own.
///
/// The difference to [`best`] of the checkout itself is what the personal layer is worth. Nothing of it is kept.
pub fn public(checkout: &Checkout, rules: &RuleSet) -> Stack {
    if checkout.holds.is_empty() {
        return best(checkout, rules);
    }
    best(
        &Checkout {
            holds: Vec::new(),
            ..checkout.clone()
        },
        rules,
    )
}
