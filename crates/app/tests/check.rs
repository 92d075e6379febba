//! What a reading means, and what it does not.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use tillwatch_app::check::{Bench, Doubts};
use tillwatch_app::ports::source::{Depth, Reading};
use tillwatch_app::ports::store::{
    Check, Latest, ListingId, ListingKey, ListingState, Schedule, Tracked, TrackedVariant, VariantId,
};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::history::Minute;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::snapshot::{Outcome, Shipping, Snapshot, Variant};

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn at(second: i64) -> Instant {
    Instant::parse("2026-06-05T00:00:00Z").unwrap().plus_seconds(second)
}

fn item() -> ItemId {
    ItemId::parse("1005006367324382").unwrap()
}

fn sku(text: &str) -> SkuId {
    SkuId::parse(text).unwrap()
}

/// One tracked variant, `1200`, of which nothing is known yet.
fn fresh() -> ListingState {
    ListingState {
        tracked: Tracked {
            id: ListingId(1),
            key: ListingKey {
                item: item(),
                market: Country::US,
                currency: Currency::USD,
            },
            schedule: Schedule::default(),
            variants: vec![TrackedVariant {
                id: VariantId(1),
                selected: false,
                sku: Some(sku("1200")),
                watches: Vec::new(),
                checkout: None,
                latest: None,
            }],
        },
        snapshot: None,
        last_check: None,
    }
}

/// What a page shows: the variant at a price, with 1.99 of shipping.
fn page(price: i64) -> Snapshot {
    Snapshot {
        item: Some(item()),
        market: Some(Country::US),
        currency: Some(Currency::USD),
        variants: vec![Variant {
            sku: Some(sku("1200")),
            ..Variant::at(usd(price))
        }],
        shipping: vec![Shipping {
            fee: usd(199),
            pool: None,
            free_from: None,
            service: None,
            from: None,
            to: None,
            days: None,
        }],
        ..Snapshot::empty("test")
    }
}

fn rules() -> RuleSet {
    RuleBook::built_in().unwrap().get(None).unwrap().clone()
}

/// Checks one reading.
fn check(state: &ListingState, depth: Depth, seen: Snapshot, second: i64, doubts: &mut Doubts) -> Check {
    let (almanac, rules) = (
        Almanac {
            ladders: Vec::new(),
            ..Almanac::built_in().unwrap()
        },
        rules(),
    );
    let bench = Bench {
        almanac: &almanac,
        rules: &rules,
        now: at(second),
        source: "test",
        depth,
    };
    let reading = Reading {
        item: item(),
        snapshot: seen,
    };
    bench.check(state, &reading, doubts)
}

/// The state after a check, as a store would give it back.
fn after(mut state: ListingState, check: &Check) -> ListingState {
    state.tracked.schedule = check.schedule;
    if let Some(snapshot) = &check.snapshot {
        state.snapshot = Some(snapshot.clone());
    }
    for priced in &check.prices {
        let variant = &mut state.tracked.variants[0];
        variant.latest = Some(Latest {
            lanes: priced.lanes,
            terms: priced.terms.clone(),
            confirmed: Minute::of(check.at),
        });
        if let Some(checkout) = &priced.checkout {
            variant.checkout = Some(checkout.clone());
        }
    }
    state
}

fn sticker(check: &Check) -> Option<i64> {
    check.prices.first().map(|priced| priced.lanes.sticker.minor())
}

#[test]
fn a_brief_reading_brings_a_price_to_the_shipping_that_a_page_showed() {
    let mut doubts = Doubts::new();
    let first = check(&fresh(), Depth::Full, page(2_000), 0, &mut doubts);
    assert_eq!((first.outcome, sticker(&first)), (Outcome::Ok, Some(2_199)));
    assert!(first.prices[0].terms.delivered);
    let state = after(fresh(), &first);
    let mut brief = page(1_500);
    brief.shipping.clear();
    let second = check(&state, Depth::Brief, brief, 600, &mut doubts);
    assert_eq!(sticker(&second), Some(1_699));
    assert!(second.prices[0].terms.delivered, "the shipping is still known");
    assert_eq!(second.schedule.changes, 1);
}

#[test]
fn a_brief_reading_of_another_variant_says_nothing_of_the_watched_one() {
    let mut doubts = Doubts::new();
    let state = after(fresh(), &check(&fresh(), Depth::Full, page(2_000), 0, &mut doubts));
    let mut other = page(100);
    other.variants[0].sku = Some(sku("1201"));
    let check = check(&state, Depth::Brief, other, 600, &mut doubts);
    assert_eq!((check.outcome, check.prices.len()), (Outcome::Ok, 0));
}

#[test]
fn a_brief_reading_that_names_shipping_or_another_variant_brings_it() {
    let mut doubts = Doubts::new();
    let state = after(fresh(), &check(&fresh(), Depth::Full, page(2_000), 0, &mut doubts));
    let mut brief = page(1_500);
    brief.shipping[0].fee = usd(299);
    brief.variants.push(Variant {
        sku: Some(sku("1201")),
        ..Variant::at(usd(1_000))
    });
    let check = check(&state, Depth::Brief, brief, 600, &mut doubts);
    assert_eq!(
        sticker(&check),
        Some(1_799),
        "the watched variant with the shipping of now"
    );
    let kept = check.snapshot.unwrap();
    let shown: Vec<_> = kept.variants.iter().map(|one| one.sku.clone().unwrap()).collect();
    assert_eq!(shown, [sku("1200"), sku("1201")]);
}

#[test]
fn a_steep_fall_is_believed_at_its_second_reading_a_minute_later_and_not_before() {
    let mut doubts = Doubts::new();
    let state = after(fresh(), &check(&fresh(), Depth::Full, page(10_000), 0, &mut doubts));
    let outcome = |seen: Snapshot, second: i64, doubts: &mut Doubts| {
        let check = check(&state, Depth::Full, seen, second, doubts);
        assert_eq!(check.outcome == Outcome::Ok, !check.prices.is_empty());
        check.outcome
    };
    assert_eq!(outcome(page(3_000), 100, &mut doubts), Outcome::Doubtful);
    assert_eq!(outcome(page(3_000), 130, &mut doubts), Outcome::Doubtful, "too soon");
    assert_eq!(
        outcome(page(3_000), 161, &mut doubts),
        Outcome::Ok,
        "again, and a minute apart"
    );
    assert_eq!(
        outcome(page(3_000), 200, &mut doubts),
        Outcome::Doubtful,
        "the state is still the dear one"
    );
    assert_eq!(outcome(page(9_000), 230, &mut doubts), Outcome::Ok, "it was a slip");
    assert_eq!(
        outcome(page(3_000), 300, &mut doubts),
        Outcome::Doubtful,
        "what was believed wrong begins anew"
    );
    assert_eq!(
        outcome(page(2_500), 400, &mut doubts),
        Outcome::Doubtful,
        "another price is another doubt"
    );
    assert_eq!(
        outcome(page(6_000), 500, &mut doubts),
        Outcome::Ok,
        "forty per cent off is no steep fall"
    );
}

#[test]
fn a_page_for_a_first_order_has_no_price_and_the_api_brings_it() {
    let mut doubts = Doubts::new();
    let mut first_order = page(9_900);
    first_order.variants[0].new_shopper_price = Some(usd(99));
    let seen = check(&fresh(), Depth::Full, first_order, 0, &mut doubts);
    assert_eq!((seen.outcome, seen.prices.len()), (Outcome::NoPrice, 0));
    assert!(
        seen.snapshot.is_some() && seen.schedule.last_full.is_some(),
        "all else was seen"
    );
    let state = after(fresh(), &seen);
    let mut brief = page(3_000);
    brief.shipping.clear();
    let brief = check(&state, Depth::Brief, brief, 60, &mut doubts);
    assert_eq!((brief.outcome, sticker(&brief)), (Outcome::Ok, Some(3_199)));
}

#[test]
fn a_reading_without_a_price_makes_none() {
    let mut doubts = Doubts::new();
    for outcome in Outcome::ALL.into_iter().filter(|outcome| *outcome != Outcome::Ok) {
        let refused = Snapshot::refused("test", outcome, "why");
        let check = check(&fresh(), Depth::Full, refused, 0, &mut doubts);
        assert_eq!(
            (check.outcome, check.prices.len(), &check.snapshot),
            (outcome, 0, &None)
        );
        assert_eq!((check.schedule.failures, check.schedule.last_good), (1, None));
    }
    let mut gone = page(2_000);
    gone.variants[0].salable = false;
    assert_eq!(
        check(&fresh(), Depth::Full, gone, 0, &mut doubts).outcome,
        Outcome::SoldOut
    );
}
