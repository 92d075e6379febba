//! Laws of the best stack, on made-up checkouts: whatever is put in, these hold.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

mod common;

use std::sync::LazyLock;

use common::generate::{Dice, Shape, checkout};
use common::oracle;
use proptest::prelude::*;
use serde_json::Value;
use tillwatch_core::checkout::{self, Checkout, Tax};
use tillwatch_core::discount::{Audience, Scope};
use tillwatch_core::id::DiscountId;
use tillwatch_core::money::Money;
use tillwatch_core::rules::{Basis, RuleBook, RuleSet};
use tillwatch_core::stack::diagnose::diagnose;
use tillwatch_core::stack::{self, Reason, Receipt, Slot, Stack};

static BOOK: LazyLock<RuleBook> = LazyLock::new(|| RuleBook::built_in().unwrap());

fn rule_sets() -> impl Iterator<Item = &'static RuleSet> {
    BOOK.iter()
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

/// The whole receipt, its refusals in the order of their ids.
fn receipt(checkout: &Checkout, rules: &RuleSet, stack: &Stack) -> Value {
    let mut receipt = serde_json::to_value(Receipt::new(checkout, rules, stack)).unwrap();
    let refused = receipt["refused"].as_array_mut().unwrap();
    refused.sort_by_key(|one| one["discount"].as_str().unwrap().to_owned());
    receipt
}

fn minor(parts: &[Money]) -> i64 {
    parts.iter().map(|part| part.minor()).sum()
}

fn basis(checkout: &Checkout, rules: &RuleSet, place: usize) -> Option<Basis> {
    let kind = &checkout.discounts[place].kind;
    let step = rules.steps.iter().find(|step| step.kinds.contains(kind));
    step.map(|step| step.basis)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_best_stack_is_the_one_that_trying_everything_finds(seed: u64, shape in shape()) {
        agrees_with_trying_everything(&checkout(seed, shape))?;
    }
}

/// A discount that may take either of two stores' slots leaves the most where what follows is a percentage: the bound
/// once took it from the price before that, closed the search too early, and kept the wrong one of two equal totals.
#[test]
fn the_best_stack_is_found_where_a_percentage_comes_before_a_coupon_of_either_store() {
    let shape = Shape {
        lines: 2,
        stores: 2,
        discounts: 5,
        odd: false,
        cents: false,
        exclusive: 9,
    };
    agrees_with_trying_everything(&checkout(2_126_962_324_531_552_959, shape)).unwrap();
}

fn agrees_with_trying_everything(checkout: &Checkout) -> Result<(), TestCaseError> {
    for rules in rule_sets() {
        let stack = stack::best(checkout, rules);
        let all = oracle::best(checkout, rules);
        prop_assert_eq!(stack.total().minor(), all.total, "{} {:?}", rules.id, all.ids);
        prop_assert_eq!(ids(checkout, &stack), all.ids, "{}", rules.id);
        prop_assert!(stack.proven);
        let least = stack::least(checkout, rules);
        prop_assert_eq!(least.total, stack.total());
        let applied: Vec<usize> = stack.applied.iter().map(|one| one.discount).collect();
        prop_assert_eq!(least.discounts, applied, "{}", rules.id);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_parts_add_up_to_the_last_unit_and_nothing_goes_below_zero(seed: u64, shape in shape()) {
        let checkout = checkout(seed, shape);
        for rules in rule_sets() {
            let stack = stack::best(&checkout, rules);
            let (mut goods, mut shipping) = (stack.before.merchandise.minor(), stack.before.shipping.minor());
            let mut prices: Vec<i64> = checkout.lines.iter().map(|line| line.listed().minor()).collect();
            prop_assert_eq!(goods, prices.iter().sum::<i64>());
            let mut fees: Vec<i64> = checkout.lines.iter().map(|line| line.shipping.minor()).collect();
            for one in &stack.applied {
                let amount = one.amount.minor();
                prop_assert!(amount > 0 && amount <= one.base.minor());
                prop_assert_eq!(minor(&one.by_line) + minor(&one.by_pool), amount);
                let of_shipping = checkout.discounts[one.discount].benefit.is_shipping();
                prop_assert!(of_shipping || minor(&one.by_pool) == 0);
                let (running, lines) = if of_shipping { (&mut shipping, &mut fees) } else { (&mut goods, &mut prices) };
                *running -= amount;
                prop_assert_eq!(one.after.minor(), *running);
                for (line, part) in lines.iter_mut().zip(&one.by_line) {
                    *line -= part.minor();
                    prop_assert!(part.minor() >= 0 && *line >= 0);
                }
                prop_assert!(one.by_pool.iter().all(|part| part.minor() >= 0));
            }
            prop_assert_eq!((stack.after.merchandise.minor(), stack.after.shipping.minor()), (goods, shipping));
            prop_assert!(goods >= 0 && shipping >= 0);
            prop_assert_eq!(goods, prices.iter().sum::<i64>());
            prop_assert_eq!(stack.saved().minor(), stack.before.total().minor() - stack.total().minor());
        }
    }

    #[test]
    fn every_discount_comes_back_once(seed: u64, shape in shape()) {
        let checkout = checkout(seed, shape);
        for rules in rule_sets() {
            let stack = stack::best(&checkout, rules);
            let applied = stack.applied.iter().map(|one| one.discount);
            let mut places: Vec<usize> = applied.chain(stack.refused.iter().map(|one| one.discount)).collect();
            places.sort_unstable();
            prop_assert_eq!(places, (0..checkout.discounts.len()).collect::<Vec<_>>());
            prop_assert!(stack.refused.is_sorted_by_key(|one| one.discount));
        }
    }

    #[test]
    fn the_order_of_the_discounts_changes_nothing(seed: u64, shape in shape()) {
        let checkout = checkout(seed, shape);
        let mut shuffled = checkout.clone();
        let mut dice = Dice::new(seed);
        for place in (1..shuffled.discounts.len()).rev() {
            let other = usize::try_from(dice.between(0, i64::try_from(place).unwrap())).unwrap();
            shuffled.discounts.swap(place, other);
        }
        for rules in rule_sets() {
            let one = receipt(&checkout, rules, &stack::best(&checkout, rules));
            let other = receipt(&shuffled, rules, &stack::best(&shuffled, rules));
            prop_assert_eq!(one, other, "{}", rules.id);
        }
    }

    /// One more chosen discount is one more thing to choose, under any rule set.
    #[test]
    fn one_more_chosen_discount_never_makes_the_total_higher(seed: u64, shape in shape()) {
        let more = checkout(seed, shape);
        let mut fewer = more.clone();
        let Some(last) = fewer.discounts.pop() else { return Ok(()) };
        if last.kind.is_automatic() {
            return Ok(());
        }
        for rules in rule_sets() {
            prop_assert!(stack::best(&more, rules).total().minor() <= stack::best(&fewer, rules).total().minor());
        }
    }

    /// An automatic one is forced upon the checkout, so more is needed: minimums on listed prices, so that it costs no
    /// later one its minimum, and no partial scopes, so that each step leaves less where it finds less.
    #[test]
    fn one_more_automatic_discount_never_makes_the_total_higher_on_whole_checkouts_with_listed_minimums(
        seed: u64,
        shape in shape(),
    ) {
        let mut more = checkout(seed, Shape { stores: 1, ..shape });
        for discount in &mut more.discounts {
            discount.scope = Scope::default();
            discount.warehouses.clear();
        }
        let mut fewer = more.clone();
        fewer.discounts.pop();
        for rules in rule_sets().filter(|rules| rules.steps.iter().all(|step| step.basis == Basis::Listed)) {
            prop_assert!(stack::best(&more, rules).total().minor() <= stack::best(&fewer, rules).total().minor());
        }
    }

    #[test]
    fn a_discount_outside_its_window_changes_nothing_but_its_own_reason(seed: u64, shape in shape()) {
        let checkout = checkout(seed, shape);
        let mut dice = Dice::new(seed);
        let Some(mut other) = (!checkout.discounts.is_empty()).then(|| dice.pick(&checkout.discounts)) else {
            return Ok(());
        };
        other.id = DiscountId::parse("another").unwrap();
        let reason = if dice.once_in(2) {
            other.valid_from = Some(checkout.at.plus_seconds(1));
            other.valid_until = None;
            "not_started"
        } else {
            other.valid_from = None;
            other.valid_until = Some(checkout.at);
            "expired"
        };
        let mut more = checkout.clone();
        let place = dice.between(0, i64::try_from(more.discounts.len()).unwrap());
        more.discounts.insert(usize::try_from(place).unwrap(), other);
        for rules in rule_sets() {
            let mut with = receipt(&more, rules, &stack::best(&more, rules));
            let refused = with["refused"].as_array_mut().unwrap();
            let own = refused.iter().position(|one| one["discount"] == "another").unwrap();
            prop_assert_eq!(&refused.remove(own)["reason"], reason);
            prop_assert_eq!(with, receipt(&checkout, rules, &stack::best(&checkout, rules)));
        }
    }

    #[test]
    fn a_checkout_that_is_written_and_read_again_is_the_same(seed: u64, shape in shape()) {
        let checkout = checkout(seed, shape);
        let written = serde_json::to_vec(&checkout).unwrap();
        let read = checkout::read(&written, |_| Tax::default()).unwrap();
        prop_assert_eq!(&read.warnings, &Vec::<String>::new());
        prop_assert_eq!(&read.value, &checkout);
        let rules = BOOK.get(None).unwrap();
        prop_assert_eq!(stack::best(&read.value, rules), stack::best(&checkout, rules));
    }

    /// What a refusal says that another choice would cost is never less than the best. Not so where the place is one of
    /// an automatic discount: nobody can choose there.
    #[test]
    fn no_other_choice_is_said_to_be_cheaper(seed: u64, shape in shape()) {
        let checkout = checkout(seed, shape);
        for rules in rule_sets() {
            let stack = stack::best(&checkout, rules);
            for refused in &stack.refused {
                let other = match &refused.reason {
                    Reason::SlotTaken { total_with, .. } | Reason::NoEffect { total_with, .. } => *total_with,
                    Reason::ExclusiveConflict { total_alone, .. } => *total_alone,
                    _ => continue,
                };
                let automatic = checkout.discounts[refused.discount].kind.is_automatic();
                prop_assert!(automatic || other.minor() >= stack.total().minor(), "{} {:?}", rules.id, refused);
                if let Reason::NoEffect { loses, .. } = &refused.reason {
                    prop_assert!(loses.iter().all(|place| stack.has(*place)));
                }
            }
        }
    }

    #[test]
    fn a_minimum_on_listed_prices_is_told_as_the_rules_test_it(seed: u64, shape in shape()) {
        let checkout = checkout(seed, shape);
        let rules = BOOK.get(None).unwrap();
        let stack = stack::best(&checkout, rules);
        for one in &stack.applied {
            let spend = oracle::listed_spend(&checkout, &checkout.discounts[one.discount], |line| match &one.slot {
                Slot::Checkout => true,
                Slot::Store(store) => line.store == *store,
                Slot::Seller(seller) => line.seller == *seller,
            });
            prop_assert_eq!(one.eligible_spend.minor(), spend);
        }
        for refused in &stack.refused {
            if let Reason::BelowMinimum { needs, has, short } = refused.reason {
                prop_assert_eq!(needs.minor() - has.minor(), short.minor());
                prop_assert!(short.is_positive());
            }
        }
    }

    #[test]
    fn the_addition_of_a_near_miss_meets_the_minimum_and_one_unit_less_does_not(seed: u64, shape in shape()) {
        near_misses_are_exact(&checkout(seed, shape))?;
    }

    #[test]
    fn a_total_without_some_of_the_stack_is_explained_by_as_few_as_can_be(seed: u64, shape in shape()) {
        let checkout = checkout(seed, shape);
        let mut dice = Dice::new(seed);
        for rules in rule_sets() {
            let stack = stack::best(&checkout, rules);
            let applied: Vec<usize> = stack.applied.iter().map(|one| one.discount).collect();
            let dropped: Vec<usize> = applied.iter().copied().filter(|_| dice.once_in(2)).collect();
            let (shown, _) = oracle::dropping(&checkout, rules, &stack, &dropped);
            let told = diagnose(&checkout, rules, Money::new(shown, checkout.currency));
            prop_assert_eq!(told.best.minor(), stack.total().minor());
            let near = |total: i64| (shown - total).abs() <= told.tolerance.minor();
            // Every way to drop some, and how many are gone then.
            let fewest = (0..1_u32 << applied.len())
                .filter_map(|set| {
                    let out: Vec<usize> = (0..applied.len()).filter(|n| set >> n & 1 == 1).map(|n| applied[n]).collect();
                    let (total, there) = oracle::dropping(&checkout, rules, &stack, &out);
                    near(total).then(|| applied.iter().filter(|place| !there.contains(place)).count())
                })
                .min();
            prop_assert_eq!(told.explanations.first().map(|one| one.dropped.len()), fewest);
            prop_assert!(told.explanations.is_sorted_by_key(|one| one.dropped.len()));
            for one in &told.explanations {
                let out: Vec<usize> = one.dropped.iter().map(|(place, _)| *place).collect();
                let (total, _) = oracle::dropping(&checkout, rules, &stack, &out);
                prop_assert_eq!(one.total.minor(), total, "{} {:?}", rules.id, one);
                prop_assert_eq!(one.difference.minor(), shown - total);
                prop_assert!(near(total));
            }
        }
    }

    /// What the buyer holds can be left aside, unless it is automatic.
    #[test]
    fn what_the_buyer_holds_never_makes_the_total_higher(seed: u64, shape in shape()) {
        let checkout = checkout(seed, shape);
        let forced = checkout.discounts.iter().any(|discount| {
            discount.audience == Audience::Personal && discount.kind.is_automatic()
        });
        for rules in rule_sets().filter(|_| !forced) {
            let public = stack::variant::public(&checkout, rules);
            prop_assert!(public.total().minor() >= stack::best(&checkout, rules).total().minor());
            prop_assert!(public.discounts(&checkout).all(|discount| discount.audience == Audience::Public));
        }
    }

    #[test]
    fn the_same_line_again_in_its_place_changes_nothing(seed: u64, shape in shape()) {
        let checkout = checkout(seed, shape);
        let rules = BOOK.get(None).unwrap();
        let stack = stack::best(&checkout, rules);
        let place = checkout.lines.len() - 1;
        let change = stack::variant::change(&checkout, rules, &stack, place, checkout.lines[place].clone()).unwrap();
        prop_assert!(change.difference.is_zero() && change.lost.is_empty() && change.gained.is_empty());
        prop_assert_eq!(change.stack, stack);
    }
}

/// A coupon for pieces of any store, with a minimum that one store is short of while another wants pieces.
#[test]
fn a_near_miss_is_of_the_store_that_is_short_and_not_of_the_dearer_one_that_wants_pieces() {
    let shape = Shape {
        lines: 3,
        stores: 3,
        discounts: 6,
        odd: true,
        cents: true,
        exclusive: 9,
    };
    near_misses_are_exact(&checkout(17_511_043_247_578_363_695, shape)).unwrap();
}

fn near_misses_are_exact(checkout: &Checkout) -> Result<(), TestCaseError> {
    for rules in rule_sets() {
        let stack = stack::best(checkout, rules);
        for miss in stack::near_misses(checkout, rules, &stack) {
            let below = |reason: Option<&Reason>| reason.is_some_and(|reason| reason.name() == "below_minimum");
            prop_assert!(below(stack.reason(miss.discount)));
            let with = |add: i64, place: usize| {
                let mut more = checkout.clone();
                let mut line = more.lines[place].clone();
                line.unit_price = Money::new(add, more.currency);
                line.quantity = 1;
                line.shipping = Money::zero(more.currency);
                more.lines.push(line);
                let stack = stack::best(&more, rules);
                (stack.total(), below(stack.reason(miss.discount)))
            };
            let add = miss.add.minor();
            let beside = (0..checkout.lines.len()).find(|place| with(add, *place) == (miss.total_if_met, false));
            let listed = basis(checkout, rules, miss.discount) == Some(Basis::Listed);
            prop_assert!(beside.is_some(), "{} {:?}", rules.id, miss);
            // With a running minimum a later choice may be another one, and the least is not searched for.
            if let Some(place) = beside.filter(|_| listed && add > 1) {
                prop_assert!(with(add - 1, place).1, "{} {:?}", rules.id, miss);
            }
            let rise = miss.total_if_met.minor() - stack.total().minor();
            prop_assert_eq!((miss.gain.minor(), miss.pays), (add - rise, rise <= 0));
        }
    }
    Ok(())
}
