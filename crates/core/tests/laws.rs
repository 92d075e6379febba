//! Laws of the best stack, on made-up checkouts: whatever is put in, these hold.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

mod common;

use common::generate::{Shape, checkout};
use common::oracle;
use proptest::prelude::*;
use tillwatch_core::checkout::Checkout;
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::stack::{self, Stack};

fn rule_sets() -> Vec<RuleSet> {
    RuleBook::built_in().unwrap().iter().cloned().collect()
}

fn shape() -> impl Strategy<Value = Shape> {
    (
        prop_oneof![Just(1_usize), 2..=5_usize],
        1..=3_usize,
        0..=7_usize,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(lines, stores, discounts, odd, cents)| Shape {
            lines,
            stores,
            discounts,
            odd,
            cents,
            exclusive: 9,
        })
}

fn ids(checkout: &Checkout, stack: &Stack) -> Vec<String> {
    let mut ids: Vec<String> = stack
        .discounts(checkout)
        .map(|discount| discount.id.to_string())
        .collect();
    ids.sort();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_best_stack_is_the_one_that_trying_everything_finds(seed: u64, shape in shape()) {
        let checkout = checkout(seed, shape);
        for rules in rule_sets() {
            let stack = stack::best(&checkout, &rules);
            let all = oracle::best(&checkout, &rules);
            prop_assert_eq!(stack.total().minor(), all.total, "{} {:?}", rules.id, all.ids);
            prop_assert_eq!(ids(&checkout, &stack), all.ids, "{}", rules.id);
            prop_assert!(stack.proven);
            let least = stack::least(&checkout, &rules);
            prop_assert_eq!(least.total, stack.total());
            let applied: Vec<usize> = stack.applied.iter().map(|one| one.discount).collect();
            prop_assert_eq!(least.discounts, applied, "{}", rules.id);
        }
    }
}
