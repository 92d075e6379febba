//! Any bytes that are a checkout are priced under every built-in rule set, and the receipt holds together.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tillwatch_core::checkout::{self, Checkout, Tax};
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::stack::{self, Stack};

/// What one input may have: more lines or discounts take longer and find nothing new.
const MOST: usize = 12;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = checkout::read(bytes, |_| Tax::default()) else {
        return;
    };
    let checkout = read.value;
    if checkout.lines.len() > MOST || checkout.discounts.len() > MOST {
        return;
    }
    for rules in RuleBook::built_in().expect("the built-in rules are read").iter() {
        holds(&checkout, rules);
    }
});

fn holds(checkout: &Checkout, rules: &RuleSet) {
    let stack = stack::best(checkout, rules);
    parts_add_up(&stack);
    each_discount_once(checkout, &stack);
    let least = stack::least(checkout, rules);
    assert_eq!(least.total, stack.total());
    let applied: Vec<usize> = stack.applied.iter().map(|one| one.discount).collect();
    assert_eq!(least.discounts, applied);
}

/// Before, less everything that applied, is after; what a discount took is what the lines and pools got of it.
fn parts_add_up(stack: &Stack) {
    let mut taken = 0;
    for applied in &stack.applied {
        let parts = applied.by_line.iter().chain(&applied.by_pool);
        assert!(applied.amount.is_positive());
        assert_eq!(parts.map(|part| part.minor()).sum::<i64>(), applied.amount.minor());
        taken += applied.amount.minor();
    }
    assert_eq!(stack.before.total().minor() - taken, stack.after.total().minor());
    assert!(stack.after.merchandise.minor() >= 0 && stack.after.shipping.minor() >= 0);
}

/// Each discount of the checkout comes back once: applied or refused.
fn each_discount_once(checkout: &Checkout, stack: &Stack) {
    let applied = stack.applied.iter().map(|one| one.discount);
    let mut places: Vec<usize> = applied.chain(stack.refused.iter().map(|one| one.discount)).collect();
    places.sort_unstable();
    assert!(places.into_iter().eq(0..checkout.discounts.len()));
}
