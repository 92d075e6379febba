//! Facts of recorded answers and cards, where the recordings lie beside the project; skipped where they do not.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]
#![expect(clippy::indexing_slicing, reason = "a test that finds nothing must stop")]
#![expect(clippy::print_stdout, reason = "a test that did not run says so")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tillwatch_core::discount::{Audience, Benefit, Kind};
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_net::readers::{affiliate, amount, ds, search};

fn shared(path: &str) -> Option<String> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        println!("skipped: the recordings are not here");
    }
    text
}

fn recorded(path: &str) -> Option<Value> {
    Some(serde_json::from_str(&shared(&format!("fixtures/{path}"))?).unwrap())
}

fn price(snapshot: &Snapshot) -> String {
    snapshot.variants[0].price.unwrap().to_string()
}

#[test]
fn the_recorded_code_takes_3_11_shekels_from_62_20_on_until_the_end_of_2026() {
    let Some(value) = recorded("affiliate-api/2026-09-featuredpromo.products.get-ILS-with-promo-code.excerpt.json")
    else {
        return;
    };
    let seen = affiliate::read(&value).unwrap();
    let prices: Vec<String> = seen.iter().map(price).collect();
    assert_eq!(prices, ["8.84", "5.30", "106.56"]);
    assert!(
        seen.iter()
            .all(|one| one.seen_at.unwrap().to_string().starts_with("2026-09-27T"))
    );
    assert!(seen[0].discounts.is_empty() && seen[1].discounts.is_empty());
    let code = &seen[2].discounts[0];
    assert_eq!((code.code.as_deref(), &code.kind), (Some("AJO7RM0ITRX2"), &Kind::Code));
    let ils = Currency::parse("ILS").unwrap();
    assert_eq!(
        code.benefit,
        Benefit::Fixed {
            amount: Money::new(311, ils)
        }
    );
    assert_eq!(code.min_spend, Some(Money::new(6_220, ils)));
    assert_eq!(code.valid_from.unwrap().moment().to_string(), "2026-08-18T07:00:00Z");
    assert_eq!(code.valid_until.unwrap().moment().to_string(), "2027-01-01T08:00:00Z");
    assert_eq!(code.uses, None, "19999 are left");
}

#[test]
fn the_recorded_product_of_a_shop_in_yuan_is_priced_in_shekels() {
    let Some(value) = recorded("affiliate-api/2026-09-productdetail.get-ILS-cny-store.json") else {
        return;
    };
    let seen = &affiliate::read(&value).unwrap()[0];
    assert_eq!((price(seen).as_str(), seen.currency.unwrap().code()), ("15.68", "ILS"));
    assert_eq!(seen.selected_sku.as_ref().unwrap().as_str(), "12000036815593862");
    assert_eq!(seen.variants[0].list_price.unwrap().to_string(), "31.36");
    for name in ["promotion.info", "product.shipping"] {
        let value = recorded(&format!("affiliate-api/synthetic-{name}.get.json")).unwrap();
        assert_ne!(affiliate::read(&value).unwrap()[0].outcome, Outcome::Ok);
    }
}

#[test]
fn the_recorded_dropshipping_answers_are_read_whole() {
    let Some(value) = recorded("ds-api/real_product_get_response.json") else {
        return;
    };
    let seen = &ds::read(&value).unwrap()[0];
    assert_eq!(
        (seen.item.as_ref().unwrap().as_str(), seen.market.unwrap().code()),
        ("1005008177221739", "FR")
    );
    let prices: Vec<String> = seen.variants.iter().map(|one| one.price.unwrap().to_string()).collect();
    assert_eq!(prices, ["8.01", "5.19", "8.19", "5.09", "8.19", "5.19"]);
    assert_eq!(seen.seen_at.unwrap().to_string(), "2026-04-21T08:25:11.475Z");
    let freight = &ds::read(&recorded("ds-api/real_freight_query_success_response.json").unwrap()).unwrap()[0];
    assert_eq!(
        (freight.shipping[0].fee.to_string().as_str(), freight.shipping[0].days),
        ("1.99", Some((6, 8)))
    );
    let found = ds::read(&recorded("ds-api/real_text_search_response.json").unwrap()).unwrap();
    assert_eq!(found.iter().map(price).collect::<Vec<_>>(), ["3.29", "3.99", "5.69"]);
    for name in [
        "error_auth",
        "error_generic",
        "error_permission",
        "error_rate_limit",
        "real_freight_query_error_response",
    ] {
        let refused = ds::read(&recorded(&format!("ds-api/{name}.json")).unwrap()).unwrap();
        assert_eq!((refused.len(), refused[0].outcome), (1, Outcome::ApiRefused), "{name}");
    }
}

#[test]
fn the_recorded_cards_agree_with_the_table_of_their_sums() {
    let (Some(value), Some(table)) = (
        recorded("search/2025-12-us-search-itemlist-120.json"),
        shared("data/listing-cards-us-2025-12.tsv"),
    ) else {
        return;
    };
    // id, shown and original cents -> allowance and whether the price is a mocked one.
    let rows: HashMap<(String, i64, i64), (i64, bool)> = table
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let cents = |at: usize| fields[at].parse().unwrap();
            (
                (fields[2].to_owned(), cents(4), cents(3)),
                (cents(7), fields[8] == "yes"),
            )
        })
        .collect();
    let cards: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    let count = |column: usize, word: &str| cards.iter().filter(|card| card[column] == word).count();
    assert_eq!(
        (cards.len(), count(6, "yes"), count(9, "yes"), count(8, "yes")),
        (420, 185, 382, 38)
    );
    let seen = search::read(&value).unwrap();
    assert_eq!(seen.len(), 120);
    let mut separated = 0;
    for (card, one) in value.as_array().unwrap().iter().zip(&seen) {
        let cents = |path: &str| card.pointer(path).unwrap().as_i64().unwrap();
        let (shown, original) = (cents("/prices/salePrice/cent"), cents("/prices/originalPrice/cent"));
        let item = one.item.as_ref().unwrap().as_str().to_owned();
        let (allowance, mocked) = rows[&(item, shown, original)];
        assert_eq!(one.market.map(|market| market.code().to_owned()).as_deref(), Some("US"));
        assert!(one.seen_at.unwrap().to_string().starts_with("2025-12-"));
        let Some(variant) = one.variants.first() else {
            assert_eq!(one.outcome, Outcome::NoPrice);
            assert!(mocked, "{:?}", one.detail);
            continue;
        };
        assert!(!mocked);
        assert_eq!(variant.price.unwrap().minor(), shown + allowance, "{:?}", one.item);
        if allowance > 0 {
            separated += 1;
            assert_eq!(variant.new_shopper_price.unwrap().minor(), shown);
        }
    }
    let refused = seen.iter().filter(|one| one.outcome == Outcome::NoPrice).count();
    assert_eq!((separated, refused), (38, 18));
    let coupons = seen
        .iter()
        .flat_map(|one| &one.discounts)
        .filter(|one| one.kind == Kind::Platform);
    assert!(
        coupons
            .clone()
            .all(|one| one.audience == Audience::Public && one.min_spend.is_some())
    );
    let coins = seen
        .iter()
        .flat_map(|one| &one.discounts)
        .filter(|one| one.kind == Kind::Unknown("coins".into()));
    println!("{} coupons, {} coins", coupons.count(), coins.clone().count());
    assert!(coins.clone().all(|one| one.audience == Audience::Personal));
}

#[test]
fn flattened_lists_of_2023_and_2024_have_two_currencies_each() {
    for (file, count, currencies, repeating) in [
        ("2023-06-02-parsed-119-GBP-and-USD", 119, ["GBP", "USD"], 31),
        ("2024-09-06-parsed-120-EUR-and-CAD", 120, ["EUR", "CAD"], 0),
    ] {
        let Some(value) = recorded(&format!("search/{file}.json")) else {
            return;
        };
        let seen = search::read(&value).unwrap();
        assert_eq!(seen.len(), count);
        assert!(seen.iter().all(|one| one.outcome == Outcome::Ok));
        assert!(
            seen.iter()
                .all(|one| currencies.contains(&one.currency.unwrap().code()))
        );
        let every = seen.iter().flat_map(|one| &one.discounts);
        let every = every
            .filter(|one| matches!(one.benefit, Benefit::PerSpend { .. }))
            .count();
        assert_eq!(every, repeating);
        assert!(
            seen.iter()
                .filter(|one| one.shipping.iter().any(|way| way.fee.is_zero()))
                .count()
                >= 50
        );
    }
}

#[test]
fn a_single_card_of_the_app_is_read_too() {
    let Some(value) = recorded("mtop/2026-10-search-item-il-usd.trimmed.json") else {
        return;
    };
    let seen = &search::read(&value).unwrap()[0];
    assert_eq!((price(seen).as_str(), seen.outcome), ("5.27", Outcome::Ok));
    assert_eq!(seen.variants[0].list_price.unwrap().to_string(), "5.69");
}

/// Every object that shows an amount beside its number: how many agree, and the texts of those that do not.
fn compare(value: &Value, agreed: &mut u32, others: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|inner| compare(inner, agreed, others)),
        Value::Object(fields) => {
            let text = |keys: [&str; 3]| keys.into_iter().find_map(|key| fields.get(key)?.as_str());
            let shown = text(["formatedAmount", "formattedPrice", "shipping_fee_format"]);
            let code =
                text(["currency", "currencyCode", "shipping_fee_currency"]).and_then(|code| Currency::parse(code).ok());
            let number = ["value", "minPrice", "shipping_fee_cent"]
                .into_iter()
                .find_map(|key| fields.get(key));
            if let (Some(shown), Some(code), Some(number)) = (shown, code, number)
                && let Some(plain) = amount::money_value(number, code)
            {
                if amount::parse(shown, code) == Some(plain) {
                    *agreed += 1;
                } else {
                    others.push(format!("{shown} is not {plain} {code}"));
                }
            }
            fields.values().for_each(|inner| compare(inner, agreed, others));
        }
        _ => {}
    }
}

#[test]
fn every_recorded_amount_is_shown_as_the_number_beside_it() {
    let mut agreed = 0;
    let mut others = Vec::new();
    let mut values: Vec<Value> = [
        "search/2025-12-us-search-itemlist-120",
        "ds-api/real_freight_query_success_response",
    ]
    .into_iter()
    .filter_map(|name| recorded(&format!("{name}.json")))
    .collect();
    for id in [
        "2724686123",
        "5424987520",
        "6016288213",
        "6113315011",
        "6296391749",
        "6485810735",
    ] {
        values.extend(recorded(&format!("pdp-json-2024-03-mx/item-100500{id}.json")));
    }
    let panels = shared("fixtures/derived/us-2022-12-listing-and-coupon-panels.jsonl").unwrap_or_default();
    values.extend(
        panels
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok()),
    );
    for value in &values {
        compare(value, &mut agreed, &mut others);
    }
    println!("{agreed} amounts agree, {others:?} do not");
    assert!(others.is_empty(), "{others:?}");
    assert!(values.is_empty() || agreed > 500, "{agreed}");
}
