//! The two ways to a proof agree: over all subsets, and over what each checkout is to use.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

#[path = "../../tests/common/generate.rs"]
mod generate;
#[path = "../../tests/common/wishes.rs"]
mod wishes;

use core::ops::ControlFlow;

use generate::{Dice, Shape};

use super::case::Case;
use super::estimate::Estimate;
use super::{Limits, Wishlist, bound, improve, profiles, subsets};
use crate::discount::Uses;
use crate::rules::{RuleBook, RuleSet};

fn agree(wishlist: &Wishlist, rules: &RuleSet) {
    let mut on = |_: &super::Progress| ControlFlow::Continue(());
    let mut case = Case::new(&wishlist.checkout, wishlist, rules, &mut on).unwrap();
    let start = improve::by_hand(&mut case).unwrap();
    case.best = start.total;
    let mut one = start.clone();
    let estimate = Estimate::new(&case).unwrap();
    let tolls = alloc::vec![0; case.uses.len()];
    subsets::search(&mut case, estimate, tolls, &mut one);
    assert_eq!(case.bound, one.total);
    let mut on = |_: &super::Progress| ControlFlow::Continue(());
    let mut case = Case::new(&wishlist.checkout, wishlist, rules, &mut on).unwrap();
    let cheap = bound::lower(&case);
    assert!(cheap <= one.total, "{cheap} is over {} under {}", one.total, rules.id);
    (case.best, case.bound) = (start.total, cheap);
    let mut other = start;
    profiles::search(&mut case, &mut other);
    assert!(
        case.bound <= one.total,
        "{} is over {} under {}",
        case.bound,
        one.total,
        rules.id
    );
    assert!(other.total >= one.total);
    assert!(case.bound < other.total || other.total == one.total);
}

#[test]
fn both_ways_to_a_proof_come_to_the_same_on_odd_wishlists() {
    let book = RuleBook::built_in().unwrap();
    for seed in 0..if cfg!(debug_assertions) { 20 } else { 300 } {
        let mut dice = Dice::new(seed);
        let shape = Shape {
            lines: usize::try_from(dice.between(4, 7)).unwrap(),
            stores: usize::try_from(dice.between(1, 4)).unwrap(),
            discounts: usize::try_from(dice.between(2, 8)).unwrap(),
            odd: dice.once_in(2),
            cents: dice.once_in(3),
            exclusive: 9,
        };
        let mut checkout = generate::checkout(seed, shape);
        for discount in &mut checkout.discounts {
            if dice.once_in(2) {
                discount.uses = Some(Uses::Limited(u32::try_from(dice.between(1, 2)).unwrap()));
            }
        }
        let wishlist = Wishlist {
            checkout,
            limits: Limits {
                max_checkouts: Some(usize::try_from(dice.between(2, 3)).unwrap()),
                ..Limits::default()
            },
            import: None,
        };
        for rules in book.iter() {
            agree(&wishlist, rules);
        }
    }
}

#[test]
fn both_ways_to_a_proof_come_to_the_same_on_usual_wishlists() {
    let book = RuleBook::built_in().unwrap();
    for seed in 0..if cfg!(debug_assertions) { 3 } else { 20 } {
        for lines in [6, 8] {
            agree(&wishes::wishlist(seed, lines), book.get(None).unwrap());
        }
    }
}
