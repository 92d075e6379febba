//! What other rule sets come to.

use alloc::vec::Vec;

use super::{OtherRules, Stack, least};
use crate::checkout::Checkout;
use crate::rules::RuleBook;

/// The rule sets of a book that come to another total than this stack.
pub fn other_rules<'a>(book: &'a RuleBook, checkout: &Checkout, stack: &Stack) -> Vec<OtherRules<'a>> {
    let others = book.iter().filter(|rules| rules.id != stack.rules);
    others
        .map(|rules| OtherRules {
            rules: &rules.id,
            total: least(checkout, rules).total,
        })
        .filter(|other| other.total != stack.total())
        .collect()
}
