//! What is kept comes back as it was: checkouts, discounts and snapshots through their JSON.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

#[path = "common/generate.rs"]
mod generate;

use generate::{Dice, Shape, checkout, currency, instant};
use proptest::prelude::*;
use tillwatch_core::checkout::{self, Checkout, Tax};
use tillwatch_core::country::Country;
use tillwatch_core::discount::{self, Discount, Provenance};
use tillwatch_core::id::{CategoryId, ItemId, PoolId, SellerId, SkuId, StoreId, Warehouse};
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{self, Outcome, Shipping, Snapshot, Variant};

const SHAPE: Shape = Shape {
    lines: 3,
    stores: 2,
    discounts: 8,
    odd: true,
    cents: false,
    exclusive: 5,
};

fn made_up(seed: u64) -> Checkout {
    let mut made = checkout(seed, SHAPE);
    let mut dice = Dice::new(seed ^ 0x51);
    for discount in &mut made.discounts {
        if dice.once_in(2) {
            discount.provenance = Provenance {
                source: Some("a \"page\" \u{1F4A1}".into()),
                seen_at: Some(instant("2026-06-01T09:30:00.25-07:00")),
                confidence: Some("high".into()),
                text: Some(String::new()),
                expiry_assumed: dice.once_in(2),
                left: dice.once_in(2).then_some(19_999),
            };
        }
    }
    made
}

fn snapshot(seed: u64) -> Snapshot {
    let mut dice = Dice::new(seed);
    let checkout = made_up(seed);
    let money = |minor| Money::new(minor, checkout.currency);
    let variants = (0..dice.between(0, 4)).map(|place| Variant {
        sku: (place > 0).then(|| SkuId::parse(&format!("1200{place}")).unwrap()),
        name: (place > 1).then(|| "red\n\"XL\"".into()),
        list_price: (place > 2).then(|| money(99)),
        stock: (place > 1).then_some(u64::MAX),
        warehouse: (place > 2).then(|| Warehouse::parse("CN").unwrap()),
        salable: place % 2 == 0,
        new_shopper_price: (place > 2).then(|| money(1)),
        ..Variant::at(money(12_20 + place))
    });
    let shipping = (0..dice.between(0, 3)).map(|place| Shipping {
        fee: Money::new(place * 199, currency(if place == 1 { "KWD" } else { "USD" })),
        pool: (place > 1).then(|| PoolId::parse("choice").unwrap()),
        free_from: (place == 1).then(|| Money::new(10_000, currency("KWD"))),
        service: (place > 0).then(|| "Standard".into()),
        from: (place > 1).then(|| Warehouse::parse("US").unwrap()),
        to: (place > 0).then_some(Country::US),
        days: (place > 1).then_some((7, 15)),
    });
    Snapshot {
        item: Some(ItemId::parse("1005006367324382").unwrap()),
        title: Some("Lamp".into()),
        store: Some(StoreId::parse("1101").unwrap()),
        store_name: dice.once_in(2).then(|| "A store".into()),
        seller: dice.once_in(2).then(|| SellerId::parse("2").unwrap()),
        categories: vec![CategoryId::parse("15").unwrap(), CategoryId::parse("1501").unwrap()],
        market: Some(checkout.market),
        currency: Some(checkout.currency),
        seen_at: Some(checkout.at),
        selected_sku: dice.once_in(2).then(|| SkuId::parse("12001").unwrap()),
        variants: variants.collect(),
        shipping: shipping.collect(),
        discounts: checkout.discounts,
        notes: vec!["One.".into(), "Two.".into()],
        ..Snapshot::empty("page_components")
    }
}

fn back(json: &[u8]) -> Checkout {
    let kept = checkout::read(json, |_| Tax::default()).unwrap();
    assert_eq!(kept.warnings, Vec::<String>::new());
    kept.value
}

proptest! {
    #[test]
    fn a_checkout_comes_back_from_its_json(seed: u64) {
        let made = made_up(seed);
        prop_assert_eq!(back(&serde_json::to_vec(&made).unwrap()), made);
    }

    #[test]
    fn a_discount_comes_back_from_its_json(seed: u64) {
        for made in made_up(seed).discounts {
            prop_assert_eq!(discount::read(&serde_json::to_vec(&made).unwrap()).unwrap(), made);
        }
    }

    #[test]
    fn a_snapshot_comes_back_from_its_json(seed: u64) {
        let made = snapshot(seed);
        let json = serde_json::to_string(&made).unwrap();
        let opening = format!("{{\"schema\":\"{}\",", snapshot::SCHEMA);
        prop_assert!(json.starts_with(&opening), "{}", json);
        prop_assert_eq!(snapshot::read(json.as_bytes()).unwrap(), made);
    }
}

#[test]
fn a_reading_without_a_price_comes_back_too() {
    let made = snapshot(7).without_price(Outcome::OtherRegion, "not sold there");
    assert_eq!(snapshot::read(&serde_json::to_vec(&made).unwrap()).unwrap(), made);
    let made = Snapshot::refused("page", Outcome::Blocked, "a challenge");
    assert_eq!(snapshot::read(&serde_json::to_vec(&made).unwrap()).unwrap(), made);
}

#[test]
fn a_window_that_is_never_open_is_kept_and_not_accepted_from_people() {
    let mut made: Discount = made_up(1).discounts.remove(0);
    made.valid_from = Some(instant("2026-06-02T00:00:00Z"));
    made.valid_until = Some(instant("2026-06-01T00:00:00Z"));
    let json = serde_json::to_string(&made).unwrap();
    assert_eq!(discount::read(json.as_bytes()).unwrap(), made);
    let list = format!("{{\"discounts\": [{json}]}}");
    let told = checkout::read_discounts(list.as_bytes()).unwrap_err();
    assert_eq!(
        (told.kind, told.path.as_str()),
        ("conflict", "discounts[0].valid_until")
    );
}

#[test]
fn what_is_no_snapshot_is_named_by_its_place() {
    for (json, told) in [
        ("{}", "outcome: is missing; an outcome such as \"ok\" is needed"),
        (r#"{"outcome": "fine"}"#, "outcome: \"fine\" is no outcome"),
        (
            r#"{"outcome": "ok", "schema": "x/2"}"#,
            "schema: \"x/2\" is not \"tillwatch/snapshot/1\"",
        ),
        (
            r#"{"outcome": "ok", "variants": [{"price": "1", "salable": true}]}"#,
            "currency: is missing; variants[0].price is an amount",
        ),
        (
            r#"{"outcome": "ok", "currency": "USD", "shipping": [{"fee": "1"}, {}]}"#,
            "shipping[1].fee: is missing; an amount such as \"1.99\" is needed",
        ),
    ] {
        assert_eq!(snapshot::read(json.as_bytes()).unwrap_err().to_string(), told);
    }
}
