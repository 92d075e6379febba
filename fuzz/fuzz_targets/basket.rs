//! Any bytes that are a wishlist are split, and the split holds together.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use tillwatch_core::basket;
use tillwatch_core::discount::Uses;
use tillwatch_core::market::Markets;
use tillwatch_core::rules::RuleBook;
use tillwatch_core::stack;

/// What one input may have: more lines or discounts take longer and find nothing new.
const MOST: usize = 6;

fuzz_target!(|bytes: &[u8]| {
    let markets = Markets::built_in().expect("the built-in markets are read");
    let Ok(read) = basket::read(bytes, &markets) else { return };
    let wishlist = read.value;
    let (lines, discounts) = (wishlist.checkout.lines.len(), wishlist.checkout.discounts.len());
    if lines > MOST || discounts > MOST {
        return;
    }
    let book = RuleBook::built_in().expect("the built-in rules are read");
    let rules = book.get(None).expect("there is a default");
    let Ok(basket) = basket::best(&wishlist, rules, &mut |_| ControlFlow::Continue(())) else { return };
    let mut own: Vec<usize> = basket.parts.iter().flat_map(|part| part.lines.iter().copied()).collect();
    own.sort_unstable();
    assert!(own.into_iter().eq(0..lines));
    let mut total = 0;
    for part in &basket.parts {
        let alone = stack::best(&part.checkout(&wishlist), rules);
        assert_eq!(alone, part.stack);
        total += part.total().minor();
    }
    assert_eq!(total, basket.total.minor());
    assert!(basket.lower_bound.minor() <= total);
    for (place, discount) in wishlist.checkout.discounts.iter().enumerate() {
        if let Uses::Limited(uses) = discount.uses() {
            let used = basket.parts.iter().filter(|part| part.stack.has(place)).count();
            assert!(used <= usize::try_from(uses).expect("a count"));
        }
    }
});
