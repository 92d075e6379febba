//! Broken and malicious answers: every reader gives typed outcomes or nothing, and never a price that is none.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use tillwatch_core::money::MOST_MINOR;
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_net::readers::{affiliate, ds, search};

fn fixtures() -> Vec<Value> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/api");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
        .collect()
}

/// What holds for every snapshot, whatever it was read from.
fn check(value: &Value) -> Result<(), TestCaseError> {
    for reader in [affiliate::read, ds::read, search::read] {
        let Some(seen) = reader(value) else { continue };
        prop_assert!(!seen.is_empty());
        for one in &seen {
            sound(one)?;
        }
    }
    Ok(())
}

fn sound(one: &Snapshot) -> Result<(), TestCaseError> {
    prop_assert_eq!(one.outcome == Outcome::Ok, one.detail.is_none());
    prop_assert_eq!(one.outcome == Outcome::Ok, one.salable().next().is_some());
    for variant in &one.variants {
        for money in [variant.price, variant.list_price, variant.new_shopper_price]
            .into_iter()
            .flatten()
        {
            prop_assert!(money.is_positive() && money.minor() <= MOST_MINOR);
            prop_assert_eq!(Some(money.currency()), one.currency);
        }
    }
    for way in &one.shipping {
        prop_assert!(way.fee.minor() >= 0);
    }
    prop_assert!(serde_json::to_string(one).is_ok());
    Ok(())
}

fn any_json() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        Just("0"),
        Just("-1"),
        Just("-0.5"),
        Just("1e400"),
        Just("99999999999999999999999999"),
        Just("3.14159"),
        Just("12"),
        Just("0.001"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number.prop_map(|text| serde_json::from_str(text).unwrap()),
        "\\PC{0,24}".prop_map(Value::from),
        prop_oneof![
            Just("USD"),
            Just("-4.00"),
            Just("0.00"),
            Just("NaN"),
            Just("2026-13-45 99:99:99"),
            Just("%%%!@!!")
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((known_key(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn known_key() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "resp_result",
        "result",
        "data",
        "products",
        "product",
        "error_response",
        "code",
        "resp_code",
        "prices",
        "productId",
        "salePrice",
        "trace",
        "utLogMap",
        "sellingPoints",
        "itemList",
        "content",
        "promotion_results",
        "shipping_fee",
        "delivery_options",
        "ae_item_sku_info_dtos",
        "promo_code_info",
        "id",
        "price",
        "currency",
        "selling_points",
        "aliexpress_affiliate_product_query_response",
        "aliexpress_ds_freight_query_response",
    ])
    .prop_map(str::to_owned)
}

/// All places of a value, as pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                places(inner, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (key, inner) in fields {
                places(inner, &format!("{at}/{key}"), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn no_json_makes_a_reader_fall_over(value in any_json()) {
        check(&value)?;
    }

    #[test]
    fn no_wrong_value_in_a_good_answer_makes_a_price_of_nothing(
        which: Index, changes in prop::collection::vec((any::<Index>(), any_json()), 1..4)
    ) {
        let fixtures = fixtures();
        let mut value = fixtures[which.index(fixtures.len())].clone();
        for (place, wrong) in changes {
            let mut all = Vec::new();
            places(&value, "", &mut all);
            *value.pointer_mut(&all[place.index(all.len())]).unwrap() = wrong;
        }
        check(&value)?;
    }
}

/// H061.
#[test]
fn a_price_that_is_zero_negative_huge_or_no_number_is_none() {
    for wrong in [
        "0",
        "0.00",
        "-5.00",
        "1e5",
        "149799.855",
        "99999999999999999999",
        "No discount",
        "",
        "null",
    ] {
        let product =
            json!({"product_id": "1005000999999999", "target_sale_price": wrong, "target_sale_price_currency": "USD"});
        let seen = affiliate::read(&json!({"result": {"products": [product]}})).unwrap();
        assert!(
            seen.iter()
                .all(|one| one.outcome == Outcome::NoPrice && one.variants.is_empty()),
            "{wrong}"
        );
    }
}

#[test]
fn an_answer_of_endless_products_is_cut_and_not_refused() {
    let product =
        json!({"product_id": "1005000999999999", "target_sale_price": "1.00", "target_sale_price_currency": "USD"});
    let seen = affiliate::read(&json!({"result": {"products": vec![product; 5_000]}})).unwrap();
    assert_eq!(seen.len(), 1_000);
}
