//! Receipts worked by hand from the rules: what each step takes, what is left, and why the rest did not apply.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

#[path = "common/case.rs"]
mod case;

use case::check;

/// What several checkouts cost together, under each of the rule sets.
fn together(parts: &[Vec<i64>]) -> Vec<i64> {
    let sum = |place| parts.iter().map(|totals: &Vec<i64>| totals[place]).sum();
    (0..parts[0].len()).map(sum).collect()
}

#[test]
fn the_guides_cart_of_50_00_costs_37_80_and_399_minor_units_of_shipping_become_zero() {
    check(
        "line 50.00 ship=3.99
         discount P5 platform 5.00
         discount S2 store 2.00
         discount L1 seller 1.00
         discount TEN code 10%
         discount FREE free_shipping shipping
         under seed-2026
         before 50.00 + 3.99 = 53.99
         platform P5 takes 5.00 of 50.00 -> 45.00
         store@A S2 takes 2.00 of 45.00 spend 50.00 -> 43.00
         seller@L L1 takes 1.00 of 43.00 spend 50.00 -> 42.00
         code TEN takes 4.20 of 42.00 spend 50.00 -> 37.80
         free_shipping FREE takes 3.99 of 3.99 spend 50.00 -> 0.00
         after 37.80 + 0.00 = 37.80
         under all-on-running
         before 50.00 + 3.99 = 53.99
         platform P5 takes 5.00 of 50.00 -> 45.00
         store@A S2 takes 2.00 of 45.00 -> 43.00
         seller@L L1 takes 1.00 of 43.00 -> 42.00
         code TEN takes 4.20 of 42.00 -> 37.80
         free_shipping FREE takes 3.99 of 3.99 spend 37.80 -> 0.00
         after 37.80 + 0.00 = 37.80",
    );
}

#[test]
fn ce1_the_platform_coupon_is_skipped_where_it_costs_the_store_coupons_minimum() {
    check(
        "line 42.00
         discount P platform 5.00 from=20.00
         discount S store 8.00 from=40.00
         under seed-2026
         before 42.00 + 0.00 = 42.00
         platform P takes 5.00 of 42.00 -> 37.00
         store@A S takes 8.00 of 37.00 spend 42.00 -> 29.00
         after 29.00 + 0.00 = 29.00
         under all-on-running
         before 42.00 + 0.00 = 42.00
         store@A S takes 8.00 of 42.00 -> 34.00
         after 34.00 + 0.00 = 34.00
         not P no_effect loses=S total_with=37.00",
    );
}

#[test]
fn ce2_the_smaller_platform_coupon_leaves_enough_for_the_code() {
    check(
        "line 60.00
         discount P10 platform 10.00 from=50.00
         discount P6 platform 6.00 from=50.00
         discount CODE code 12.00 from=52.00
         under seed-2026
         before 60.00 + 0.00 = 60.00
         platform P10 takes 10.00 of 60.00 -> 50.00
         code CODE takes 12.00 of 50.00 spend 60.00 -> 38.00
         after 38.00 + 0.00 = 38.00
         not P6 slot_taken by=P10 total_with=42.00
         under all-on-running
         before 60.00 + 0.00 = 60.00
         platform P6 takes 6.00 of 60.00 -> 54.00
         code CODE takes 12.00 of 54.00 -> 42.00
         after 42.00 + 0.00 = 42.00
         not P10 slot_taken by=P6 total_with=50.00",
    );
}

#[test]
fn ce3_an_exclusive_code_loses_to_three_that_share() {
    check(
        "line 80.00
         discount P platform 6.00 from=50.00
         discount S store 4.00 from=30.00
         discount L seller 3.00
         discount X code 15% exclusive
         under seed-2026
         before 80.00 + 0.00 = 80.00
         platform P takes 6.00 of 80.00 -> 74.00
         store@A S takes 4.00 of 74.00 spend 80.00 -> 70.00
         seller@L L takes 3.00 of 70.00 spend 80.00 -> 67.00
         after 67.00 + 0.00 = 67.00
         not X exclusive_conflict total_alone=68.00 with=P+S+L
         under all-on-running
         before 80.00 + 0.00 = 80.00
         platform P takes 6.00 of 80.00 -> 74.00
         store@A S takes 4.00 of 74.00 -> 70.00
         seller@L L takes 3.00 of 70.00 -> 67.00
         after 67.00 + 0.00 = 67.00
         not X exclusive_conflict total_alone=68.00 with=P+S+L",
    );
}

#[test]
fn ce3b_an_exclusive_code_wins_against_three_that_share() {
    check(
        "line 90.00
         discount P platform 6.00 from=50.00
         discount S store 4.00 from=30.00
         discount L seller 3.00
         discount X code 15% exclusive
         under seed-2026
         before 90.00 + 0.00 = 90.00
         code X takes 13.50 of 90.00 -> 76.50
         after 76.50 + 0.00 = 76.50
         not P exclusive_conflict total_alone=84.00 with=X
         not S exclusive_conflict total_alone=86.00 with=X
         not L exclusive_conflict total_alone=87.00 with=X
         under all-on-running
         before 90.00 + 0.00 = 90.00
         code X takes 13.50 of 90.00 -> 76.50
         after 76.50 + 0.00 = 76.50
         not P exclusive_conflict total_alone=84.00 with=X
         not S exclusive_conflict total_alone=86.00 with=X
         not L exclusive_conflict total_alone=87.00 with=X",
    );
}

#[test]
fn ce4_a_code_is_skipped_where_it_costs_the_free_shipping() {
    check(
        "line 38.00 ship=6.99
         discount TEN code 10%
         discount FREE free_shipping shipping from=35.00
         under seed-2026
         before 38.00 + 6.99 = 44.99
         code TEN takes 3.80 of 38.00 -> 34.20
         free_shipping FREE takes 6.99 of 6.99 spend 38.00 -> 0.00
         after 34.20 + 0.00 = 34.20
         under all-on-running
         before 38.00 + 6.99 = 44.99
         free_shipping FREE takes 6.99 of 6.99 spend 38.00 -> 0.00
         after 38.00 + 0.00 = 38.00
         not TEN no_effect loses=FREE total_with=41.19",
    );
}

#[test]
fn ce5_two_checkouts_earn_two_platform_coupons() {
    let first = check(
        "line 30.00
         discount P5 platform 5.00 from=30.00
         discount P4 platform 4.00 from=25.00
         under seed-2026
         before 30.00 + 0.00 = 30.00
         platform P5 takes 5.00 of 30.00 -> 25.00
         after 25.00 + 0.00 = 25.00
         not P4 slot_taken by=P5 total_with=26.00
         under all-on-running
         before 30.00 + 0.00 = 30.00
         platform P5 takes 5.00 of 30.00 -> 25.00
         after 25.00 + 0.00 = 25.00
         not P4 slot_taken by=P5 total_with=26.00",
    );
    let second = check(
        "line 26.00
         discount P5 platform 5.00 from=30.00 uses=0
         discount P4 platform 4.00 from=25.00
         under seed-2026
         before 26.00 + 0.00 = 26.00
         platform P4 takes 4.00 of 26.00 -> 22.00
         after 22.00 + 0.00 = 22.00
         not P5 exhausted
         under all-on-running
         before 26.00 + 0.00 = 26.00
         platform P4 takes 4.00 of 26.00 -> 22.00
         after 22.00 + 0.00 = 22.00
         not P5 exhausted",
    );
    let one = check(
        "line 30.00
         line 26.00
         discount P5 platform 5.00 from=30.00
         discount P4 platform 4.00 from=25.00
         under seed-2026
         before 56.00 + 0.00 = 56.00
         # 5.00 in the proportion of 30 to 26 is 2.678… and 2.321…
         platform P5 takes 5.00 of 56.00 -> 51.00 lines 2.68+2.32
         after 51.00 + 0.00 = 51.00
         not P4 slot_taken by=P5 total_with=52.00
         under all-on-running
         before 56.00 + 0.00 = 56.00
         platform P5 takes 5.00 of 56.00 -> 51.00 lines 2.68+2.32
         after 51.00 + 0.00 = 51.00
         not P4 slot_taken by=P5 total_with=52.00",
    );
    assert_eq!(together(&[first, second]), [4700, 4700]);
    assert_eq!(one, [5100, 5100]);
}

#[test]
fn ce6_the_larger_lines_apart_earn_the_coupon_twice() {
    let first = check(
        "line 30.00
         line 20.00
         discount P platform 10.00 from=50.00 uses=2
         under seed-2026
         before 50.00 + 0.00 = 50.00
         platform P takes 10.00 of 50.00 -> 40.00 lines 6.00+4.00
         after 40.00 + 0.00 = 40.00
         under all-on-running
         before 50.00 + 0.00 = 50.00
         platform P takes 10.00 of 50.00 -> 40.00 lines 6.00+4.00
         after 40.00 + 0.00 = 40.00",
    );
    let second = check(
        "line 33.00
         line 20.00
         discount P platform 10.00 from=50.00
         under seed-2026
         before 53.00 + 0.00 = 53.00
         platform P takes 10.00 of 53.00 -> 43.00 lines 6.23+3.77
         after 43.00 + 0.00 = 43.00
         under all-on-running
         before 53.00 + 0.00 = 53.00
         platform P takes 10.00 of 53.00 -> 43.00 lines 6.23+3.77
         after 43.00 + 0.00 = 43.00",
    );
    assert_eq!(together(&[first, second]), [8300, 8300]);
}

#[test]
fn ce7_a_half_is_rounded_up_at_each_checkout() {
    let half = check(
        "line 1.05
         discount TEN code 10% uses=unlimited
         under seed-2026
         before 1.05 + 0.00 = 1.05
         code TEN takes 0.11 of 1.05 -> 0.94
         after 0.94 + 0.00 = 0.94
         under all-on-running
         before 1.05 + 0.00 = 1.05
         code TEN takes 0.11 of 1.05 -> 0.94
         after 0.94 + 0.00 = 0.94",
    );
    let one = check(
        "line 1.05
         line 1.05
         discount TEN code 10% uses=unlimited
         under seed-2026
         before 2.10 + 0.00 = 2.10
         # The odd cent goes to the earlier of two equal lines.
         code TEN takes 0.21 of 2.10 -> 1.89 lines 0.11+0.10
         after 1.89 + 0.00 = 1.89
         under all-on-running
         before 2.10 + 0.00 = 2.10
         code TEN takes 0.21 of 2.10 -> 1.89 lines 0.11+0.10
         after 1.89 + 0.00 = 1.89",
    );
    assert_eq!(together(&[half.clone(), half]), [188, 188]);
    assert_eq!(one, [189, 189]);
}

#[test]
fn ce8_a_cap_holds_for_each_checkout() {
    let half = check(
        "line 30.00
         discount C code 20% cap=5.00 uses=2
         under seed-2026
         before 30.00 + 0.00 = 30.00
         code C takes 5.00 of 30.00 -> 25.00
         after 25.00 + 0.00 = 25.00
         under all-on-running
         before 30.00 + 0.00 = 30.00
         code C takes 5.00 of 30.00 -> 25.00
         after 25.00 + 0.00 = 25.00",
    );
    let one = check(
        "line 30.00
         line 30.00
         discount C code 20% cap=5.00 uses=2
         under seed-2026
         before 60.00 + 0.00 = 60.00
         code C takes 5.00 of 60.00 -> 55.00 lines 2.50+2.50
         after 55.00 + 0.00 = 55.00",
    );
    assert_eq!(together(&[half.clone(), half]), [5000, 5000]);
    assert_eq!(one, [5500]);
}

#[test]
fn ce9_a_later_step_works_on_its_lines_share_of_what_is_left() {
    check(
        "line 30.00
         line 70.00 store=B
         discount P platform 10.00 from=50.00
         discount S store 20% store=A from=28.00
         under seed-2026
         before 100.00 + 0.00 = 100.00
         platform P takes 10.00 of 100.00 -> 90.00 lines 3.00+7.00
         store@A S takes 5.40 of 27.00 spend 30.00 -> 84.60 lines 5.40+0.00
         after 84.60 + 0.00 = 84.60
         under all-on-running
         before 100.00 + 0.00 = 100.00
         platform P takes 10.00 of 100.00 -> 90.00 lines 3.00+7.00
         after 90.00 + 0.00 = 90.00
         not S below_minimum has=27.00 needs=28.00 short=1.00",
    );
    let first = check(
        "line 30.00
         discount P platform 10.00 from=50.00
         discount S store 20% store=A from=28.00
         under seed-2026
         before 30.00 + 0.00 = 30.00
         store@A S takes 6.00 of 30.00 -> 24.00
         after 24.00 + 0.00 = 24.00
         not P below_minimum has=30.00 needs=50.00 short=20.00
         under all-on-running
         before 30.00 + 0.00 = 30.00
         store@A S takes 6.00 of 30.00 -> 24.00
         after 24.00 + 0.00 = 24.00
         not P below_minimum has=30.00 needs=50.00 short=20.00",
    );
    let second = check(
        "line 70.00 store=B
         discount P platform 10.00 from=50.00
         discount S store 20% store=A from=28.00
         under seed-2026
         before 70.00 + 0.00 = 70.00
         platform P takes 10.00 of 70.00 -> 60.00
         after 60.00 + 0.00 = 60.00
         not S not_eligible by=store
         under all-on-running
         before 70.00 + 0.00 = 70.00
         platform P takes 10.00 of 70.00 -> 60.00
         after 60.00 + 0.00 = 60.00
         not S not_eligible by=store",
    );
    assert_eq!(together(&[first, second]), [8400, 8400]);
}

/// With minimums on the running spend, sharing leaves 27.50 of each store's goods: under 30.00, so the platform coupon
/// stands alone. A model that does not share would say 46.00 there too.
#[test]
fn ce10_each_store_has_a_slot_of_its_own() {
    check(
        "line 35.00
         line 35.00 store=B
         discount P platform 15.00 from=60.00
         discount SA store 4.00 store=A from=30.00
         discount SB store 5.00 store=B from=30.00
         under seed-2026
         before 70.00 + 0.00 = 70.00
         platform P takes 15.00 of 70.00 -> 55.00 lines 7.50+7.50
         store@A SA takes 4.00 of 27.50 spend 35.00 -> 51.00 lines 4.00+0.00
         store@B SB takes 5.00 of 27.50 spend 35.00 -> 46.00 lines 0.00+5.00
         after 46.00 + 0.00 = 46.00
         under all-on-running
         before 70.00 + 0.00 = 70.00
         platform P takes 15.00 of 70.00 -> 55.00 lines 7.50+7.50
         after 55.00 + 0.00 = 55.00
         not SA below_minimum has=27.50 needs=30.00 short=2.50
         not SB below_minimum has=27.50 needs=30.00 short=2.50",
    );
}

#[test]
fn ce11_a_deeper_tier_is_reached_only_together() {
    let one = check(
        "line 26.00
         line 25.00
         discount P platform tiers 20.00:3.00,50.00:12.00 uses=2
         under seed-2026
         before 51.00 + 0.00 = 51.00
         platform P takes 12.00 of 51.00 -> 39.00 lines 6.12+5.88
         after 39.00 + 0.00 = 39.00
         under all-on-running
         before 51.00 + 0.00 = 51.00
         platform P takes 12.00 of 51.00 -> 39.00 lines 6.12+5.88
         after 39.00 + 0.00 = 39.00",
    );
    let first = check(
        "line 26.00
         discount P platform tiers 20.00:3.00,50.00:12.00 uses=2
         under seed-2026
         before 26.00 + 0.00 = 26.00
         platform P takes 3.00 of 26.00 -> 23.00
         after 23.00 + 0.00 = 23.00
         under all-on-running
         before 26.00 + 0.00 = 26.00
         platform P takes 3.00 of 26.00 -> 23.00
         after 23.00 + 0.00 = 23.00",
    );
    let second = check(
        "line 25.00
         discount P platform tiers 20.00:3.00,50.00:12.00
         under seed-2026
         before 25.00 + 0.00 = 25.00
         platform P takes 3.00 of 25.00 -> 22.00
         after 22.00 + 0.00 = 22.00
         under all-on-running
         before 25.00 + 0.00 = 25.00
         platform P takes 3.00 of 25.00 -> 22.00
         after 22.00 + 0.00 = 22.00",
    );
    assert_eq!(one, [3900, 3900]);
    assert_eq!(together(&[first, second]), [4500, 4500]);
}

#[test]
fn ce12_the_smallest_coupon_is_skipped_where_it_costs_the_codes_minimum() {
    check(
        "line 50.50
         discount L seller 1.00
         discount CODE code 10.00 from=50.00
         under seed-2026
         before 50.50 + 0.00 = 50.50
         seller@L L takes 1.00 of 50.50 -> 49.50
         code CODE takes 10.00 of 49.50 spend 50.50 -> 39.50
         after 39.50 + 0.00 = 39.50
         under all-on-running
         before 50.50 + 0.00 = 50.50
         code CODE takes 10.00 of 50.50 -> 40.50
         after 40.50 + 0.00 = 40.50
         not L no_effect loses=CODE total_with=49.50",
    );
}

#[test]
fn a_ladder_of_codes_gives_the_deepest_one_that_is_met_and_names_what_the_next_needs() {
    check(
        "line 45.00
         discount AFSO3 code 3.00 from=15.00
         discount AFSO6 code 6.00 from=39.00
         discount AFSO10 code 10.00 from=69.00
         under seed-2026
         before 45.00 + 0.00 = 45.00
         code AFSO6 takes 6.00 of 45.00 -> 39.00
         after 39.00 + 0.00 = 39.00
         not AFSO3 slot_taken by=AFSO6 total_with=42.00
         not AFSO10 below_minimum has=45.00 needs=69.00 short=24.00",
    );
    check(
        "line 38.99
         discount AFSO3 code 3.00 from=15.00
         discount AFSO6 code 6.00 from=39.00
         under seed-2026
         before 38.99 + 0.00 = 38.99
         code AFSO3 takes 3.00 of 38.99 -> 35.99
         after 35.99 + 0.00 = 35.99
         not AFSO6 below_minimum has=38.99 needs=39.00 short=0.01",
    );
}

#[test]
fn in_the_eu_a_minimum_is_tested_without_tax_and_half_a_cent_is_rounded_up_on_the_sum() {
    // 11.91 without 20 % is 9.925, so 9.93; line by line it would be 0.99 and 8.93, so 9.92.
    check(
        "market FR
         currency EUR
         tax included 20 net
         line 1.19
         line 10.72
         discount MET platform 1.00 from=9.93
         under seed-2026
         before 11.91 + 0.00 = 11.91
         platform MET takes 1.00 of 11.91 spend 9.93 -> 10.91 lines 0.10+0.90
         after 10.91 + 0.00 = 10.91",
    );
    check(
        "market FR
         currency EUR
         tax included 20 net
         line 1.19
         line 10.72
         discount MISSED platform 1.00 from=9.94
         under seed-2026
         before 11.91 + 0.00 = 11.91
         after 11.91 + 0.00 = 11.91
         not MISSED below_minimum has=9.93 needs=9.94 short=0.01",
    );
}

#[test]
fn without_tax_also_tiers_and_full_hundreds_are_counted() {
    // 119.00 without 19 % is exactly 100.00.
    check(
        "market DE
         currency EUR
         tax included 19 net
         line 119.00
         discount T platform tiers 100.00:5.00,119.00:50.00
         discount E code per 50.00:3.00
         under seed-2026
         before 119.00 + 0.00 = 119.00
         platform T takes 5.00 of 119.00 spend 100.00 -> 114.00
         code E takes 6.00 of 114.00 spend 100.00 -> 108.00
         after 108.00 + 0.00 = 108.00
         under all-on-running
         before 119.00 + 0.00 = 119.00
         platform T takes 5.00 of 119.00 spend 100.00 -> 114.00
         # 114.00 without tax is 95.80: one full 50.00.
         code E takes 3.00 of 114.00 spend 95.80 -> 111.00
         after 111.00 + 0.00 = 111.00",
    );
}

#[test]
fn a_pools_fee_is_waived_at_the_threshold_exactly_and_counts_every_line_as_listed() {
    check(
        "pool choice 1.99 free_from=10.00
         line 9.99 pool=choice
         under seed-2026
         before 9.99 + 1.99 = 11.98
         after 9.99 + 1.99 = 11.98",
    );
    // Six of it are from outside the pool, and what the coupon takes does not bring the fee back.
    check(
        "pool choice 1.99 free_from=10.00
         line 4.00 pool=choice
         line 6.00
         discount P platform 5.00
         under seed-2026
         before 10.00 + 0.00 = 10.00
         platform P takes 5.00 of 10.00 -> 5.00 lines 2.00+3.00
         after 5.00 + 0.00 = 5.00
         under all-on-running
         before 10.00 + 0.00 = 10.00
         platform P takes 5.00 of 10.00 -> 5.00 lines 2.00+3.00
         after 5.00 + 0.00 = 5.00",
    );
}

#[test]
fn a_pool_costs_once_for_all_its_lines_and_nothing_without_any() {
    check(
        "pool choice 1.99
         pool empty 7.00
         line 4.00 pool=choice
         line 5.00 pool=choice
         under seed-2026
         before 9.00 + 1.99 = 10.99
         after 9.00 + 1.99 = 10.99",
    );
}

#[test]
fn a_capped_shipping_coupon_takes_from_the_lines_in_order_and_then_from_the_pools() {
    check(
        "pool choice 1.99
         line 10.00 ship=3.00
         line 20.00 pool=choice
         discount F free_shipping shipping cap=4.00
         under seed-2026
         before 30.00 + 4.99 = 34.99
         free_shipping F takes 4.00 of 4.99 spend 30.00 -> 0.99 lines 3.00+0.00 pools 1.00
         after 30.00 + 0.99 = 30.99",
    );
}

#[test]
fn a_shipping_coupon_takes_the_whole_fee_of_a_pool_that_has_one_of_its_lines() {
    check(
        "pool choice 1.99
         line 10.00 ship=3.00
         line 20.00 pool=choice
         line 5.00 pool=choice
         discount F free_shipping shipping item=i2
         under seed-2026
         before 35.00 + 4.99 = 39.99
         free_shipping F takes 1.99 of 1.99 spend 20.00 -> 3.00 lines 0.00+0.00+0.00 pools 1.99
         after 35.00 + 3.00 = 38.00",
    );
}

#[test]
fn nothing_is_taken_of_shipping_that_is_already_free() {
    check(
        "line 10.00
         discount F free_shipping shipping
         under seed-2026
         before 10.00 + 0.00 = 10.00
         after 10.00 + 0.00 = 10.00
         not F no_effect total_with=10.00",
    );
}

#[test]
fn the_deepest_tier_that_is_met_counts_even_where_a_lower_one_takes_more() {
    check(
        "line 49.99
         discount T platform tiers 20.00:3.00,50.00:2.00
         under seed-2026
         before 49.99 + 0.00 = 49.99
         platform T takes 3.00 of 49.99 -> 46.99
         after 46.99 + 0.00 = 46.99",
    );
    check(
        "line 50.00
         discount T platform tiers 50.00:2.00,20.00:3.00
         under seed-2026
         before 50.00 + 0.00 = 50.00
         platform T takes 2.00 of 50.00 -> 48.00
         after 48.00 + 0.00 = 48.00",
    );
}

#[test]
fn a_tier_on_the_running_spend_may_need_an_earlier_coupon_to_stand_back() {
    check(
        "line 52.00
         discount P platform 3.00
         discount T code tiers 20.00:2.00,50.00:12.00
         under all-on-running
         before 52.00 + 0.00 = 52.00
         code T takes 12.00 of 52.00 -> 40.00
         after 40.00 + 0.00 = 40.00
         not P no_effect total_with=47.00",
    );
}

#[test]
fn every_full_amount_of_spend_earns_once_up_to_the_cap() {
    check(
        "line 199.99
         discount E code per 40.00:5.00
         under seed-2026
         before 199.99 + 0.00 = 199.99
         code E takes 20.00 of 199.99 -> 179.99
         after 179.99 + 0.00 = 179.99",
    );
    check(
        "line 160.00
         discount E code per 40.00:5.00 cap=15.00
         under seed-2026
         before 160.00 + 0.00 = 160.00
         code E takes 15.00 of 160.00 -> 145.00
         after 145.00 + 0.00 = 145.00",
    );
    check(
        "line 39.99
         discount E code per 40.00:5.00
         under seed-2026
         before 39.99 + 0.00 = 39.99
         after 39.99 + 0.00 = 39.99
         not E below_minimum has=39.99 needs=40.00 short=0.01",
    );
}

#[test]
fn pieces_are_counted_over_the_eligible_lines_alone() {
    check(
        "line 10.00 x2
         line 5.00 x1
         line 7.00 x9 store=B
         discount Q store_discount pieces 2:3%,3:5%,10:50% store=A
         under seed-2026
         before 88.00 + 0.00 = 88.00
         store_discount@A Q takes 1.25 of 25.00 -> 86.75 lines 1.00+0.25+0.00
         after 86.75 + 0.00 = 86.75",
    );
}

#[test]
fn the_automatic_discount_that_takes_most_applies_and_ties_go_by_id() {
    check(
        "line 45.00 x2
         discount PER store_discount per 40.00:4.00
         discount CENT store_discount 10%
         under seed-2026
         before 90.00 + 0.00 = 90.00
         store_discount@A CENT takes 9.00 of 90.00 -> 81.00
         after 81.00 + 0.00 = 81.00
         not PER slot_taken by=CENT total_with=82.00",
    );
    check(
        "line 45.00 x2
         discount B store_discount per 40.00:4.00
         discount A store_discount 8.00
         under seed-2026
         before 90.00 + 0.00 = 90.00
         store_discount@A A takes 8.00 of 90.00 -> 82.00
         after 82.00 + 0.00 = 82.00
         not B slot_taken by=A total_with=82.00",
    );
}

#[test]
fn each_store_has_its_automatic_discount_and_the_checkout_one_spend_and_save() {
    check(
        "line 40.00
         line 60.00 store=B
         discount DA store_discount per 40.00:4.00 store=A
         discount DB store_discount 10% store=B
         discount SAVE spend_and_save per 40.00:5.00 cap=15.00
         under seed-2026
         before 100.00 + 0.00 = 100.00
         store_discount@A DA takes 4.00 of 40.00 -> 96.00 lines 4.00+0.00
         store_discount@B DB takes 6.00 of 60.00 -> 90.00 lines 0.00+6.00
         spend_and_save SAVE takes 10.00 of 90.00 spend 100.00 -> 80.00 lines 4.00+6.00
         after 80.00 + 0.00 = 80.00",
    );
}

#[test]
fn an_automatic_discount_is_never_left_out_even_where_that_would_be_cheaper() {
    check(
        "line 52.00
         discount SAVE spend_and_save 5.00
         discount CODE code 12.00 from=50.00
         under all-on-running
         before 52.00 + 0.00 = 52.00
         spend_and_save SAVE takes 5.00 of 52.00 -> 47.00
         after 47.00 + 0.00 = 47.00
         not CODE below_minimum has=47.00 needs=50.00 short=3.00",
    );
}

#[test]
fn an_automatic_discount_is_no_other_offer_to_an_exclusive_one_and_is_never_exclusive_itself() {
    check(
        "line 100.00
         discount AUTO store_discount 10% exclusive
         discount X code 15% exclusive
         discount P platform 1.00
         under seed-2026
         before 100.00 + 0.00 = 100.00
         store_discount@A AUTO takes 10.00 of 100.00 -> 90.00
         code X takes 13.50 of 90.00 spend 100.00 -> 76.50
         after 76.50 + 0.00 = 76.50
         not P exclusive_conflict total_alone=89.00 with=X",
    );
}

#[test]
fn a_store_takes_one_coupon_and_another_store_takes_its_own() {
    check(
        "line 20.00
         line 30.00 store=B
         discount A3 store 3.00 store=A
         discount A2 store 2.00 store=A
         discount B4 store 4.00 store=B
         under seed-2026
         before 50.00 + 0.00 = 50.00
         store@A A3 takes 3.00 of 20.00 -> 47.00 lines 3.00+0.00
         store@B B4 takes 4.00 of 30.00 -> 43.00 lines 0.00+4.00
         after 43.00 + 0.00 = 43.00
         not A2 slot_taken by=A3 total_with=44.00",
    );
}

#[test]
fn a_store_coupon_that_names_no_store_is_used_once_where_it_takes_most() {
    check(
        "line 20.00
         line 30.00 store=B
         discount U store 10%
         under seed-2026
         before 50.00 + 0.00 = 50.00
         store@B U takes 3.00 of 30.00 -> 47.00 lines 0.00+3.00
         after 47.00 + 0.00 = 47.00",
    );
    // The other way round it would be 46.50.
    check(
        "line 20.00
         line 30.00 store=B
         discount HALF store 5%
         discount U store 10%
         under seed-2026
         before 50.00 + 0.00 = 50.00
         store@A HALF takes 1.00 of 20.00 -> 49.00 lines 1.00+0.00
         store@B U takes 3.00 of 30.00 -> 46.00 lines 0.00+3.00
         after 46.00 + 0.00 = 46.00",
    );
}

/// Either could stand in either store: the id that sorts first takes the store that comes first, however they came in.
#[test]
fn of_equal_choices_with_the_same_discounts_the_first_id_takes_the_first_slot() {
    for (one, other) in [("U1", "U2"), ("U2", "U1")] {
        check(&format!(
            "line 20.00
             line 20.00 store=B
             discount {one} store 2.00
             discount {other} store 2.00
             under seed-2026
             before 40.00 + 0.00 = 40.00
             store@A U1 takes 2.00 of 20.00 -> 38.00 lines 2.00+0.00
             store@B U2 takes 2.00 of 20.00 -> 36.00 lines 0.00+2.00
             after 36.00 + 0.00 = 36.00"
        ));
    }
}

#[test]
fn two_stores_of_one_seller_share_the_sellers_slot() {
    check(
        "line 20.00
         line 30.00 store=B
         discount L seller 10% from=50.00
         discount L2 seller 1.00
         under seed-2026
         before 50.00 + 0.00 = 50.00
         seller@L L takes 5.00 of 50.00 -> 45.00 lines 2.00+3.00
         after 45.00 + 0.00 = 45.00
         not L2 slot_taken by=L total_with=49.00",
    );
}

#[test]
fn platform_category_and_welcome_coupons_share_one_slot() {
    check(
        "line 20.00 category=c1,c11
         line 30.00 category=c2
         discount C category 4.00 category=c11
         discount P platform 3.00
         discount W welcome 5.00
         under seed-2026
         before 50.00 + 0.00 = 50.00
         platform W takes 5.00 of 50.00 -> 45.00 lines 2.00+3.00
         after 45.00 + 0.00 = 45.00
         not C slot_taken by=W total_with=46.00
         not P slot_taken by=W total_with=47.00",
    );
}

#[test]
fn a_personal_coupon_counts_only_for_its_holder() {
    check(
        "line 20.00
         discount WELCOME5 welcome 5.00 personal
         under seed-2026
         before 20.00 + 0.00 = 20.00
         after 20.00 + 0.00 = 20.00
         not WELCOME5 personal",
    );
    check(
        "holds WELCOME5
         line 20.00
         discount WELCOME5 welcome 5.00 personal
         under seed-2026
         before 20.00 + 0.00 = 20.00
         platform WELCOME5 takes 5.00 of 20.00 -> 15.00
         after 15.00 + 0.00 = 15.00",
    );
}

#[test]
fn free_shipping_layers_on_an_exclusive_discount_unless_the_rule_set_says_no() {
    check(
        "line 90.00 ship=5.00
         discount X code 15% exclusive
         discount F free_shipping shipping
         under seed-2026
         before 90.00 + 5.00 = 95.00
         code X takes 13.50 of 90.00 -> 76.50
         free_shipping F takes 5.00 of 5.00 spend 90.00 -> 0.00
         after 76.50 + 0.00 = 76.50
         under strict
         before 90.00 + 5.00 = 95.00
         code X takes 13.50 of 90.00 -> 76.50
         after 76.50 + 5.00 = 81.50
         not F exclusive_conflict total_alone=90.00 with=X",
    );
}

#[test]
fn tax_that_the_prices_do_not_contain_is_added_where_its_rate_is_given() {
    check(
        "tax added 8.25
         line 50.00 ship=4.00
         discount P platform 5.00
         under seed-2026
         before 50.00 + 4.00 = 54.00
         platform P takes 5.00 of 50.00 -> 45.00
         after 45.00 + 4.00 = 49.00
         # 8.25 % of 49.00 is 4.0425.
         tax 8.25% 4.04 = 53.04",
    );
}

#[test]
fn of_two_choices_with_one_total_the_one_with_fewer_discounts_is_taken() {
    check(
        "line 10.00
         discount P platform 6.00
         discount C code 12.00
         under seed-2026
         before 10.00 + 0.00 = 10.00
         code C takes 10.00 of 10.00 -> 0.00
         after 0.00 + 0.00 = 0.00
         not P no_effect total_with=0.00",
    );
}

#[test]
fn of_as_many_discounts_the_ids_that_sort_first_are_taken() {
    check(
        "line 10.00
         discount B code 2.00
         discount A code 2.00
         under seed-2026
         before 10.00 + 0.00 = 10.00
         code A takes 2.00 of 10.00 -> 8.00
         after 8.00 + 0.00 = 8.00
         not B slot_taken by=A total_with=8.00",
    );
    check(
        "line 10.00
         discount Z1 platform 3.00 exclusive
         discount A9 code 3.00 exclusive
         under seed-2026
         before 10.00 + 0.00 = 10.00
         code A9 takes 3.00 of 10.00 -> 7.00
         after 7.00 + 0.00 = 7.00
         not Z1 exclusive_conflict total_alone=7.00 with=A9",
    );
}

#[test]
fn a_currency_without_minor_units_rounds_to_whole_units() {
    check(
        "market JP
         currency JPY
         line 1201 ship=300
         discount C code 7.5%
         under seed-2026
         before 1201 + 300 = 1501
         # 90.075
         code C takes 90 of 1201 -> 1111
         after 1111 + 300 = 1411",
    );
}

#[test]
fn a_currency_of_three_digits_rounds_at_the_third() {
    check(
        "market KW
         currency KWD
         line 1.005
         discount C code 10%
         under seed-2026
         before 1.005 + 0.000 = 1.005
         # 0.1005
         code C takes 0.101 of 1.005 -> 0.904
         after 0.904 + 0.000 = 0.904",
    );
}

#[test]
fn an_amount_larger_than_its_base_takes_the_base_and_no_more() {
    check(
        "line 4.00 store=A
         line 9.00 store=B
         discount S store 5.00 store=A
         under seed-2026
         before 13.00 + 0.00 = 13.00
         store@A S takes 4.00 of 4.00 -> 9.00 lines 4.00+0.00
         after 9.00 + 0.00 = 9.00",
    );
}

#[test]
fn a_share_that_does_not_come_out_gives_its_odd_units_to_the_largest_remainders_then_the_earlier_lines() {
    check(
        "line 1.00
         line 1.00
         line 1.00
         discount P platform 1.00
         under seed-2026
         before 3.00 + 0.00 = 3.00
         platform P takes 1.00 of 3.00 -> 2.00 lines 0.34+0.33+0.33
         after 2.00 + 0.00 = 2.00",
    );
    // 0.10 over 1.00, 2.00 and 4.00 is 1.43, 2.86 and 5.71 cents.
    check(
        "line 1.00
         line 2.00
         line 4.00
         discount P platform 0.10
         under seed-2026
         before 7.00 + 0.00 = 7.00
         platform P takes 0.10 of 7.00 -> 6.90 lines 0.01+0.03+0.06
         after 6.90 + 0.00 = 6.90",
    );
}

#[test]
fn an_excluded_listing_and_another_warehouse_are_left_alone() {
    check(
        "line 10.00 warehouse=CN
         line 20.00 warehouse=US
         line 30.00 warehouse=CN
         discount P platform 50% but=i3 warehouse=CN
         under seed-2026
         before 60.00 + 0.00 = 60.00
         platform P takes 5.00 of 10.00 -> 55.00 lines 5.00+0.00+0.00
         after 55.00 + 0.00 = 55.00",
    );
}

#[test]
fn lines_of_unknown_stores_share_one_nameless_slot() {
    check(
        "line 10.00 store=nobody
         line 20.00 store=nobody
         discount S store 10%
         under seed-2026
         before 30.00 + 0.00 = 30.00
         store S takes 3.00 of 30.00 -> 27.00 lines 1.00+2.00
         after 27.00 + 0.00 = 27.00",
    );
}

#[test]
fn a_stack_ends_with_the_first_of_its_discounts_that_ends() {
    use tillwatch_core::checkout::{self, Tax};
    let json = br#"{"market": "US", "currency": "USD", "at": "2026-06-03T12:00:00Z",
        "lines": [{"item": "1", "unit_price": "10.00"}],
        "discounts": [
            {"id": "C", "kind": "code", "currency": "USD", "benefit": {"type": "fixed", "amount": "1"},
             "valid_until": "2026-06-11T00:00:00-07:00"},
            {"id": "P", "kind": "platform", "currency": "USD", "benefit": {"type": "fixed", "amount": "1"},
             "valid_until": "2026-06-11T01:00:00Z"},
            {"id": "Q", "kind": "platform", "currency": "USD", "benefit": {"type": "fixed", "amount": "0.50"},
             "valid_until": "2026-06-04T00:00:00Z"}]}"#;
    let checkout = checkout::read(json, |_| Tax::default()).unwrap().value;
    let stack = tillwatch_core::stack::best(&checkout, &case::rule_set("seed-2026"));
    assert_eq!(stack.earliest_expiry.unwrap().to_string(), "2026-06-11T01:00:00Z");
}
