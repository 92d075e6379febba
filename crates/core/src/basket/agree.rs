//! The ways to a proof agree: over all subsets, over pairs of checkouts, and over what each checkout is to use.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

#[path = "../../tests/common/generate.rs"]
mod generate;
#[path = "../../tests/common/wishes.rs"]
mod wishes;

use alloc::vec::Vec;
use core::ops::ControlFlow;

use generate::{Dice, Shape};

use super::case::Case;
use super::estimate::Estimate;
use super::pairs::Pairs;
use super::profiles::Guide;
use super::{Limits, Wishlist, bound, improve, moves, profiles, subsets};
use crate::discount::Uses;
use crate::rules::{RuleBook, RuleSet};

fn agree(wishlist: &Wishlist, rules: &RuleSet) {
    let mut on = |_: &super::Progress| ControlFlow::Continue(());
    let mut case = Case::new(&wishlist.checkout, wishlist, rules, &mut on).unwrap();
    let start = improve::by_hand(&mut case).unwrap();
    case.best = start.total;
    let mut one = start.clone();
    let estimate = Estimate::new(&case).unwrap();
    let guide = Guide::plain(&case, one.total, alloc::vec![0; case.uses.len()]);
    subsets::search(&mut case, estimate, guide, &mut one);
    assert_eq!(case.bound, one.total);
    if case.most_checkouts <= 4 && case.units.len() >= 4 {
        let mut on = |_: &super::Progress| ControlFlow::Continue(());
        let mut case = Case::new(&wishlist.checkout, wishlist, rules, &mut on).unwrap();
        case.best = start.total;
        let mut long = start.clone();
        let mut estimate = Estimate::new(&case).unwrap();
        let tolls = moves::search(&mut case, &mut estimate, &mut long);
        let guide = profiles::guide(&mut case, long.total);
        assert!(
            case.bound <= one.total,
            "{} is over {} under {}",
            case.bound,
            one.total,
            rules.id
        );
        let guide = guide.unwrap_or_else(|| Guide::plain(&case, long.total, tolls));
        subsets::search_as(false, &mut case, estimate, guide, &mut long);
        assert_eq!(
            (case.bound, long.total),
            (one.total, one.total),
            "in pairs, {}",
            rules.id
        );
    }
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
fn all_ways_to_a_proof_come_to_the_same_on_odd_wishlists() {
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
                max_checkouts: Some(usize::try_from(dice.between(2, 4)).unwrap()),
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
fn all_ways_to_a_proof_come_to_the_same_on_usual_wishlists() {
    let book = RuleBook::built_in().unwrap();
    for seed in 0..if cfg!(debug_assertions) { 3 } else { 20 } {
        for lines in [6, 8] {
            agree(&wishes::wishlist(seed, lines), book.get(None).unwrap());
        }
    }
}

#[test]
fn an_estimate_is_never_above_the_till() {
    let book = RuleBook::built_in().unwrap();
    for seed in 0..if cfg!(debug_assertions) { 60 } else { 600 } {
        let mut dice = Dice::new(seed);
        let shape = Shape {
            lines: usize::try_from(dice.between(2, 7)).unwrap(),
            stores: usize::try_from(dice.between(1, 4)).unwrap(),
            discounts: usize::try_from(dice.between(2, 10)).unwrap(),
            odd: dice.once_in(2),
            cents: dice.once_in(3),
            exclusive: 4,
        };
        let wishlist = Wishlist {
            checkout: generate::checkout(seed, shape),
            limits: Limits::default(),
            import: None,
        };
        for rules in book.iter() {
            let mut on = |_: &super::Progress| ControlFlow::Continue(());
            let mut case = Case::new(&wishlist.checkout, &wishlist, rules, &mut on).unwrap();
            let mut estimate = Estimate::new(&case).unwrap();
            let tolls: Vec<i64> = case.uses.iter().map(|_| dice.between(0, 3) * 70).collect();
            estimate.charge(&tolls);
            for set in 1_u64..1 << case.units.len() {
                let least = estimate.cost(set);
                let price = case.price_with(&estimate.bin(set), |offer| Some(tolls[offer]));
                assert!(
                    least <= price.total,
                    "{least} is over {} under {}",
                    price.total,
                    rules.id
                );
            }
        }
    }
}

#[test]
fn halves_of_many_units_are_those_that_trying_each_finds() {
    let mut dice = Dice::new(7);
    let (units, weights) = (8, [900, 40, 300, 5, 1_200, 77, 650, 210]);
    let cost: Vec<i64> = (0_i64..1 << units)
        .map(|set| i64::from(set.count_ones()) * 400 + dice.between(-300, 300))
        .collect();
    let wishlist = wishes::wishlist(0, 6);
    let mut on = |_: &super::Progress| ControlFlow::Continue(());
    let book = RuleBook::built_in().unwrap();
    let mut case = Case::new(&wishlist.checkout, &wishlist, book.get(None).unwrap(), &mut on).unwrap();
    let pairs = Pairs::new(&mut case, &cost, &weights, 8_000, 2).unwrap();
    for set in 1..cost.len() {
        let halves = (1..=set).filter(|own| own & !set == 0);
        let both = halves.map(|own| cost[own] + if own == set { 0 } else { cost[set ^ own] });
        assert_eq!(pairs.least(set), both.min().unwrap());
    }
}
