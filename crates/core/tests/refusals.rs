//! Refusals: every reason with its numbers, the first that holds, and no discount passed over.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

#[path = "common/case.rs"]
mod case;

use case::{check, rule_set};
use tillwatch_core::checkout::{self, Tax};
use tillwatch_core::stack::{self, Receipt, explain};

/// A checkout of one line of 50.00 with one more discount beside it, and what is told of that one.
#[track_caller]
fn refused(discount: &str, told: &str) {
    check(&format!(
        "line 50.00 category=c1 warehouse=CN
         discount {discount}
         under seed-2026
         before 50.00 + 0.00 = 50.00
         after 50.00 + 0.00 = 50.00
         not {told}"
    ));
}

#[test]
fn a_window_is_open_from_its_first_moment_and_closed_at_its_last() {
    refused(
        "D code 5.00 since=2026-06-03T12:00:01Z",
        "D not_started from=2026-06-03T12:00:01Z",
    );
    refused(
        "D code 5.00 until=2026-06-03T14:00:00+02:00",
        "D expired at=2026-06-03T14:00:00+02:00",
    );
    check(
        "line 50.00
         discount D code 5.00 since=2026-06-03T05:00:00-07:00 until=2026-06-03T12:00:01Z
         under seed-2026
         before 50.00 + 0.00 = 50.00
         code D takes 5.00 of 50.00 -> 45.00
         after 45.00 + 0.00 = 45.00",
    );
}

#[test]
fn another_currency_is_never_converted() {
    refused(
        "D code 5.00 currency=EUR",
        "D currency_mismatch checkout_currency=USD discount_currency=EUR",
    );
    refused(
        "D code 10% currency=EUR",
        "D currency_mismatch checkout_currency=USD discount_currency=EUR",
    );
}

#[test]
fn a_percentage_without_an_amount_needs_no_currency() {
    check(
        "line 50.00
         discount D code 10% currency=none
         under seed-2026
         before 50.00 + 0.00 = 50.00
         code D takes 5.00 of 50.00 -> 45.00
         after 45.00 + 0.00 = 45.00",
    );
}

#[test]
fn a_lock_to_other_countries_names_them() {
    refused("D code 5.00 region=DE,FR", "D region_locked market=US regions=DE+FR");
}

#[test]
fn a_personal_discount_and_a_used_up_one_are_told_apart() {
    refused("D code 5.00 personal", "D personal");
    refused("D code 5.00 uses=0", "D exhausted");
    refused("D store_discount 5.00 uses=0", "D exhausted");
}

#[test]
fn what_keeps_the_last_line_away_is_named() {
    refused("D store 5.00 store=B", "D not_eligible by=store");
    refused("D seller 5.00 seller=M", "D not_eligible by=seller");
    refused("D category 5.00 category=c2,c3", "D not_eligible by=category");
    refused("D code 5.00 item=other", "D not_eligible by=item");
    refused("D code 5.00 but=i1", "D not_eligible by=excluded");
    refused("D code 5.00 warehouse=US", "D not_eligible by=warehouse");
    // The first line fails at the store, the second gets as far as the warehouse.
    check(
        "line 10.00 store=A warehouse=CN
         line 10.00 store=B warehouse=CN
         discount D code 1.00 store=B warehouse=US
         under seed-2026
         before 20.00 + 0.00 = 20.00
         after 20.00 + 0.00 = 20.00
         not D not_eligible by=warehouse",
    );
}

#[test]
fn a_line_of_which_a_condition_knows_nothing_is_not_eligible() {
    check(
        "line 10.00 store=nobody seller=nobody
         discount S store 1.00 store=A
         discount L seller 1.00 seller=L
         discount C category 1.00 category=c1
         discount W code 1.00 warehouse=CN
         under seed-2026
         before 10.00 + 0.00 = 10.00
         after 10.00 + 0.00 = 10.00
         not S not_eligible by=store
         not L not_eligible by=seller
         not C not_eligible by=category
         not W not_eligible by=warehouse",
    );
}

#[test]
fn a_minimum_is_told_with_what_it_needs_has_and_lacks() {
    refused(
        "D code 5.00 from=50.01",
        "D below_minimum has=50.00 needs=50.01 short=0.01",
    );
    // Of tiers the lowest, and never less than the stated minimum.
    refused(
        "D code tiers 60.00:5.00,80.00:9.00",
        "D below_minimum has=50.00 needs=60.00 short=10.00",
    );
    refused(
        "D code tiers 40.00:5.00,80.00:9.00 from=70.00",
        "D below_minimum has=50.00 needs=70.00 short=20.00",
    );
    refused(
        "D code per 60.00:5.00",
        "D below_minimum has=50.00 needs=60.00 short=10.00",
    );
    refused(
        "D store_discount pieces 2:3%,5:7%",
        "D below_minimum has_pieces=1 needs_pieces=2 short_pieces=1",
    );
    refused(
        "D free_shipping shipping from=60.00",
        "D below_minimum has=50.00 needs=60.00 short=10.00",
    );
}

#[test]
fn of_several_slots_the_one_nearest_to_the_minimum_is_told() {
    check(
        "line 20.00
         line 30.00 store=B
         discount U store 5.00 from=40.00
         under seed-2026
         before 50.00 + 0.00 = 50.00
         after 50.00 + 0.00 = 50.00
         not U below_minimum has=30.00 needs=40.00 short=10.00",
    );
}

/// Everything that can be wrong with one discount, in the order in which it is told.
#[test]
fn the_first_reason_that_holds_is_told() {
    let wrongs = [
        ("since=2026-07-01T00:00:00Z", "not_started from=2026-07-01T00:00:00Z"),
        ("until=2026-06-01T00:00:00Z", "expired at=2026-06-01T00:00:00Z"),
        (
            "currency=EUR",
            "currency_mismatch checkout_currency=USD discount_currency=EUR",
        ),
        ("region=DE", "region_locked market=US regions=DE"),
        ("personal", "personal"),
        ("uses=0", "exhausted"),
        ("item=other", "not_eligible by=item"),
        ("from=60.00", "below_minimum has=50.00 needs=60.00 short=10.00"),
        ("exclusive", "exclusive_conflict total_alone=49.00 with=P+C"),
        ("", "slot_taken by=C total_with=48.00"),
    ];
    for first in 0..wrongs.len() {
        // A window that has not begun and is over at once cannot be written.
        let rest = wrongs[first..].iter().map(|(wrong, _)| *wrong);
        let all: Vec<&str> = rest.filter(|wrong| first != 0 || !wrong.starts_with("until")).collect();
        check(&format!(
            "line 50.00
             discount P platform 1.00
             discount C code 9.00
             discount D code 1.00 {}
             under seed-2026
             before 50.00 + 0.00 = 50.00
             platform P takes 1.00 of 50.00 -> 49.00
             code C takes 9.00 of 49.00 spend 50.00 -> 40.00
             after 40.00 + 0.00 = 40.00
             not D {}",
            all.join(" "),
            wrongs[first].1
        ));
    }
}

#[test]
fn an_unknown_kind_is_kept_and_every_other_reason_comes_before_it() {
    refused("D coins 5.00", "D unknown_kind kind=coins");
    refused(
        "D coins 5.00 from=60.00",
        "D below_minimum has=50.00 needs=60.00 short=10.00",
    );
    refused("D coins 5.00 item=other", "D not_eligible by=item");
    refused("D coins 5.00 uses=0", "D exhausted");
    refused(
        "D coins 5.00 until=2026-06-01T00:00:00Z",
        "D expired at=2026-06-01T00:00:00Z",
    );
}

#[test]
fn an_unknown_benefit_is_kept_and_named() {
    refused("D platform lucky", "D unknown_kind benefit=lucky kind=platform");
    refused(
        "D platform lucky from=60.00",
        "D below_minimum has=50.00 needs=60.00 short=10.00",
    );
    refused("D coins lucky", "D unknown_kind benefit=lucky kind=coins");
}

#[test]
fn an_exclusive_discount_that_lost_and_those_that_lost_to_one_both_tell_their_total_alone() {
    check(
        "line 80.00 ship=2.00
         discount P platform 6.00
         discount L seller 7.00
         discount X code 15% exclusive
         discount F free_shipping shipping
         under seed-2026
         before 80.00 + 2.00 = 82.00
         platform P takes 6.00 of 80.00 -> 74.00
         seller@L L takes 7.00 of 74.00 spend 80.00 -> 67.00
         free_shipping F takes 2.00 of 2.00 spend 80.00 -> 0.00
         after 67.00 + 0.00 = 67.00
         # With free shipping, which layers: 80.00 less 12.00.
         not X exclusive_conflict total_alone=68.00 with=P+L",
    );
    check(
        "line 100.00 ship=2.00
         discount P platform 6.00
         discount L seller 7.00
         discount X code 15% exclusive
         discount F free_shipping shipping
         under seed-2026
         before 100.00 + 2.00 = 102.00
         code X takes 15.00 of 100.00 -> 85.00
         free_shipping F takes 2.00 of 2.00 spend 100.00 -> 0.00
         after 85.00 + 0.00 = 85.00
         not P exclusive_conflict total_alone=94.00 with=X
         not L exclusive_conflict total_alone=93.00 with=X",
    );
}

#[test]
fn under_the_strict_switch_free_shipping_still_stands_beside_what_is_not_exclusive() {
    check(
        "line 90.00 ship=0.50
         discount L seller 3.00
         discount X code 15% exclusive
         discount F free_shipping shipping
         under strict
         before 90.00 + 0.50 = 90.50
         code X takes 13.50 of 90.00 -> 76.50
         after 76.50 + 0.50 = 77.00
         not L exclusive_conflict total_alone=87.00 with=X
         not F exclusive_conflict total_alone=90.00 with=X",
    );
}

#[test]
fn an_exclusive_free_shipping_coupon_stands_beside_no_price_discount() {
    check(
        "line 50.00 ship=3.00
         discount P platform 5.00
         discount F free_shipping shipping exclusive
         under seed-2026
         before 50.00 + 3.00 = 53.00
         platform P takes 5.00 of 50.00 -> 45.00
         after 45.00 + 3.00 = 48.00
         not F exclusive_conflict total_alone=50.00 with=P",
    );
}

#[test]
fn a_taken_slot_tells_the_total_with_the_other_in_it_and_everything_else_kept() {
    check(
        "line 60.00
         discount P10 platform 10.00
         discount P6 platform 6.00
         discount TEN code 10%
         under seed-2026
         before 60.00 + 0.00 = 60.00
         platform P10 takes 10.00 of 60.00 -> 50.00
         code TEN takes 5.00 of 50.00 spend 60.00 -> 45.00
         after 45.00 + 0.00 = 45.00
         # 54.00 less 5.40.
         not P6 slot_taken by=P10 total_with=48.60",
    );
}

#[test]
fn a_discount_that_would_lower_nothing_is_said_to_have_no_effect() {
    refused("D code 0%", "D no_effect total_with=50.00");
    refused("D free_shipping shipping", "D no_effect total_with=50.00");
    refused("D store_discount 0.00", "D no_effect total_with=50.00");
    check(
        "line 5.00
         discount P platform 9.00
         discount C code 1.00
         under seed-2026
         before 5.00 + 0.00 = 5.00
         platform P takes 5.00 of 5.00 -> 0.00
         after 0.00 + 0.00 = 0.00
         not C no_effect total_with=0.00",
    );
}

#[test]
fn every_discount_comes_back_once_in_the_checkouts_order() {
    check(
        "line 50.00
         line 20.00 store=B
         discount U store 10%
         discount E code 5.00 until=2026-06-01T00:00:00Z
         discount K coins 1.00
         discount P platform 5.00
         discount Q platform 4.00
         under seed-2026
         before 70.00 + 0.00 = 70.00
         # 3.571… and 1.428…
         platform P takes 5.00 of 70.00 -> 65.00 lines 3.57+1.43
         store@A U takes 4.64 of 46.43 spend 50.00 -> 60.36 lines 4.64+0.00
         after 60.36 + 0.00 = 60.36
         not E expired at=2026-06-01T00:00:00Z
         not K unknown_kind kind=coins
         not Q slot_taken by=P total_with=61.29",
    );
}

#[test]
fn every_reason_is_told_in_one_sentence() {
    let json = br#"{"market": "US", "currency": "USD", "at": "2026-06-03T12:00:00Z",
        "lines": [{"item": "1", "unit_price": "50.00"}],
        "discounts": [
            {"id": "a", "kind": "code", "benefit": {"type": "percent", "percent": "1"}, "valid_from": "2026-07-01T00:00:00Z"},
            {"id": "b", "kind": "code", "benefit": {"type": "percent", "percent": "1"}, "valid_until": "2026-06-01T00:00:00Z"},
            {"id": "c", "kind": "code", "benefit": {"type": "percent", "percent": "1"}, "currency": "EUR"},
            {"id": "d", "kind": "code", "benefit": {"type": "percent", "percent": "1"}, "regions": ["DE", "FR", "IT"]},
            {"id": "e", "kind": "code", "benefit": {"type": "percent", "percent": "1"}, "audience": "personal"},
            {"id": "f", "kind": "code", "benefit": {"type": "percent", "percent": "1"}, "uses": 0},
            {"id": "g", "kind": "code", "benefit": {"type": "percent", "percent": "1"}, "scope": {"items": ["2"]}},
            {"id": "h", "kind": "code", "benefit": {"type": "percent", "percent": "1"}, "currency": "USD", "min_spend": "60"},
            {"id": "i", "kind": "code", "benefit": {"type": "percent", "percent": "1"}, "exclusive": true},
            {"id": "j", "kind": "platform", "benefit": {"type": "percent", "percent": "1"}},
            {"id": "k", "kind": "free_shipping", "benefit": {"type": "shipping"}},
            {"id": "l", "kind": "coins", "benefit": {"type": "percent", "percent": "1"}},
            {"id": "m", "kind": "platform", "benefit": {"type": "percent", "percent": "10"}}]}"#;
    let checkout = checkout::read(json, |_| Tax::default()).unwrap().value;
    let rules = rule_set("seed-2026");
    let stack = stack::best(&checkout, &rules);
    let receipt = Receipt::new(&checkout, &rules, &stack);
    let told: Vec<String> = stack
        .refused
        .iter()
        .map(|refused| explain::refusal(&receipt, refused))
        .collect();
    assert_eq!(
        told,
        [
            "It starts on 2026-07-01T00:00:00Z.",
            "It ended on 2026-06-01T00:00:00Z.",
            "It is for checkouts in EUR; this one is in USD, and the till converts nothing.",
            "It is only for orders shipped to DE, FR or IT; this one ships to US.",
            "It is personal: it counts only for a shopper who holds it.",
            "No use of it is left.",
            "It is for other listings.",
            "It needs 60.00 USD of eligible spend; there is 50.00 USD, so 10.00 USD is missing.",
            "It cannot stand beside m; alone it would make the total 49.50 USD.",
            "m has its place; with it instead the total would be 49.50 USD.",
            "It would not lower the total of 45.00 USD.",
            "This version cannot tell what it takes, and does not guess.",
        ]
    );
}

#[test]
fn nobody_is_told_to_buy_more_for_what_more_goods_do_not_bring() {
    let json = br#"{"market": "US", "currency": "USD", "at": "2026-06-03T12:00:00Z",
        "lines": [{"item": "1", "unit_price": "50.00"}],
        "discounts": [
            {"id": "unreadable", "kind": "platform", "currency": "USD", "min_spend": "60", "benefit": {"type": "lucky"}},
            {"id": "unknown", "kind": "coins", "currency": "USD", "min_spend": "60", "benefit": {"type": "shipping"}},
            {"id": "pieces", "kind": "store_discount", "currency": "USD", "min_spend": "60",
             "benefit": {"type": "pieces", "tiers": [{"pieces": 3, "percent": "5"}]}},
            {"id": "code", "kind": "code", "currency": "USD", "min_spend": "60", "benefit": {"type": "percent", "percent": "10"}}]}"#;
    let checkout = checkout::read(json, |_| Tax::default()).unwrap().value;
    let rules = rule_set("seed-2026");
    let stack = stack::best(&checkout, &rules);
    assert!(
        stack
            .refused
            .iter()
            .all(|refused| refused.reason.name() == "below_minimum")
    );
    let misses = stack::near_misses(&checkout, &rules, &stack);
    let told: Vec<(usize, String, String)> = misses
        .iter()
        .map(|miss| (miss.discount, miss.add.to_string(), miss.total_if_met.to_string()))
        .collect();
    assert_eq!(told, [(3, "10.00".to_owned(), "54.00".to_owned())]);
}
