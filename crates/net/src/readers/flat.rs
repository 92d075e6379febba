//! Listings as public scrapers flatten them (2023 to 2025): one record a listing, with its prices as plain numbers.

use serde_json::Value;
use tillwatch_core::country::Country;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

use super::amount::money_value;
use super::freight::line_fee;
use super::jsonld::item_in_link;
use super::listing::{Said, finish};
use super::skus::Properties;
use super::value::{at, count, currency, item, list, shown, sku, store, text};

const SHAPE: &str = "flat_record";

const NOTE: &str =
    "From a flattened record, which does not say whether a price is a first order's, nor for which country.";

/// Reads it if it is one of the two shapes.
pub(super) fn read(record: &Value) -> Option<Vec<Snapshot>> {
    if at(record, "info").is_object() && at(record, "pricing").is_object() {
        return Some(vec![summary(record)]);
    }
    let variants = at(record, "variants");
    let ours =
        variants.is_array() && at(record, "seller").is_object() && at(record, "variants.0.full_price") != &Value::Null;
    ours.then(|| vec![with_variants(record)])
}

/// `info`, `pricing`, `shipping`, `seller`: the main price alone (2025).
fn summary(record: &Value) -> Snapshot {
    let mut seen = Snapshot::empty(SHAPE);
    seen.item = item(at(record, "info.productId"));
    seen.title = shown(at(record, "info.name"), 500);
    seen.store = store(at(record, "seller.id"));
    seen.store_name = shown(at(record, "seller.name"), 200);
    let prices = at(record, "pricing");
    if seen.title.is_none() && at(prices, "price").is_null() {
        let why = "The record has neither a name nor a price, as of a page that did not load: record it once more.";
        return seen.without_price(Outcome::ParseFailed, why);
    }
    // "USD $": the code is data, the symbol is not.
    let named = text(at(prices, "priceCurrency")).unwrap_or_default();
    seen.currency = named.split_whitespace().find_map(|word| Currency::parse(word).ok());
    let Some(currency) = seen.currency else {
        return seen.without_price(
            Outcome::OtherCurrency,
            "The record names no currency: record it once more with one.",
        );
    };
    let Some(price) = money_value(at(prices, "price"), currency).filter(|price| price.is_positive()) else {
        return seen.without_price(
            Outcome::NoPrice,
            "The record has no price above zero: record it once more.",
        );
    };
    seen.variants.push(Variant {
        list_price: money_value(at(prices, "originalPrice"), currency),
        ..Variant::at(price)
    });
    seen.notes.push(NOTE.into());
    seen.market = shown(at(record, "info.link"), 500).and_then(|link| {
        let (_, to) = link.split_once("_randl_shipto=")?;
        Country::parse(to.split('&').next()?).ok()
    });
    let fee = money_value(at(record, "shipping.cost"), currency);
    let mut seen = finish(seen, Said::default());
    seen.shipping.extend(fee.map(line_fee));
    seen
}

/// `name`, `seller`, `variants`: all variants (2023 and 2024).
fn with_variants(record: &Value) -> Snapshot {
    let mut seen = Snapshot::empty(SHAPE);
    let description = text(at(record, "description_url")).unwrap_or_default();
    seen.item = description
        .split_once("productId=")
        .and_then(|(_, id)| item(&Value::from(id.split('&').next()?)))
        .or_else(|| item_in_link(&text(at(record, "url"))?));
    seen.title = shown(at(record, "name"), 500);
    seen.store = store(at(record, "seller.id"));
    seen.store_name = shown(at(record, "seller.name"), 200);
    let names = Properties::new(&Value::Null);
    seen.variants = list(at(record, "variants"))
        .iter()
        .take(5_000)
        .map(|row| {
            let currency = currency(at(row, "currency"));
            let amount = |key| currency.and_then(|currency| money_value(at(row, key), currency));
            let (full, discounted) = (amount("full_price"), amount("discount_price"));
            let (name, warehouse) = names.describe(&text(at(row, "name")).unwrap_or_default());
            let stock = count(at(row, "available")).or_else(|| count(at(row, "stock")));
            Variant {
                sku: sku(at(row, "sku")),
                name,
                price: discounted.or(full),
                list_price: full.filter(|_| discounted.is_some()),
                stock,
                warehouse,
                salable: stock != Some(0),
                new_shopper_price: None,
            }
        })
        .collect();
    seen.notes.push(NOTE.into());
    finish(seen, Said::default())
}
