//! Answers of the official dropshipping API: a product with all its variants, its freight, and a text search.

mod found;
mod freight;

use serde_json::Value;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

use super::envelope;
use super::price;
use super::priced::priced;
use super::skus::SHIPS_FROM;
use super::value::{self, at, categories, count, country, digits, item, store, text, warehouse, wrapped};

/// Reads an answer of `aliexpress.ds.product.get`, `.freight.query` or `.text.search`.
///
/// A refusal or an empty answer is one snapshot that says why; freight alone has no price and says
/// [`Outcome::NoPrice`] with its ways of shipping. `None` for anything else.
pub fn read(value: &Value) -> Option<Vec<Snapshot>> {
    if let Some(refused) = envelope::refused(value) {
        return Some(vec![refused]);
    }
    let answer = envelope::open(value)?;
    let result = answer.result.unwrap_or(&Value::Null);
    let has = |key: &str| result.get(key).is_some();
    let product = has("ae_item_sku_info_dtos") || has("ae_item_base_info_dto");
    let products = result
        .pointer("/products")
        .filter(|_| has("totalCount") || answer.method.is_some());
    let shape = match answer.method {
        Some("ds_product_get" | "ds_product_wholesale_get") => "ds_product",
        Some("ds_freight_query") => "ds_freight",
        Some("ds_text_search") => "ds_text_search",
        Some(method) if method.starts_with("ds_") => "ds_other",
        None if product => "ds_product",
        None if has("delivery_options") => "ds_freight",
        None if products.is_some() => "ds_text_search",
        _ => return None,
    };
    // The freight query says no inside of its result.
    let inner = || (shape == "ds_freight").then(|| envelope::refusal(result)).flatten();
    if let Some(words) = answer.refusal.or_else(inner) {
        return Some(vec![Snapshot::refused(shape, Outcome::ApiRefused, words)]);
    }
    Some(if product {
        vec![one(result, answer.at)]
    } else if shape == "ds_freight" {
        vec![freight::read(result, answer.at)]
    } else if products.is_some() {
        found::read(result, answer.at)
    } else {
        let words = "The answer has no product.";
        vec![Snapshot::refused(shape, Outcome::NotAListing, words)]
    })
}

fn one(result: &Value, seen_at: Option<Instant>) -> Snapshot {
    let (base, shop) = (at(result, "ae_item_base_info_dto"), at(result, "ae_store_info"));
    let skus = wrapped(at(result, "ae_item_sku_info_dtos")).unwrap_or_default();
    let currency = skus.iter().find_map(|sku| value::currency(at(sku, "currency_code")));
    let mut snapshot = Snapshot {
        // The converter names the global id beside the storefronts'; the base repeats the one that was asked for.
        item: item(at(result, "product_id_converter_result.main_product_id")).or_else(|| item(at(base, "product_id"))),
        title: value::shown(at(base, "subject"), 500),
        store: store(at(shop, "store_id")),
        store_name: value::shown(at(shop, "store_name"), 200),
        categories: categories([at(base, "category_id")]),
        market: country(at(result, "logistics_info_dto.ship_to_country")),
        currency,
        seen_at,
        ..Snapshot::empty("ds_product")
    };
    match text(at(base, "product_status_type")).as_deref() {
        None | Some("onSelling") => {}
        Some(status) => {
            let words = format!("The listing is not on sale (status {status}).");
            return snapshot.without_price(Outcome::Removed, words);
        }
    }
    let Some(currency) = currency else {
        let words = "The answer has no variant with a price in a named currency.";
        return snapshot.without_price(Outcome::NoPrice, words);
    };
    for sku in skus {
        if value::currency(at(sku, "currency_code")) == Some(currency) {
            snapshot.variants.push(variant(sku, currency));
        } else {
            let words = "A variant in another currency than the first one's is left out.";
            snapshot.notes.push(words.into());
        }
    }
    notes(skus, &mut snapshot, currency);
    priced(snapshot)
}

fn variant(sku: &Value, currency: Currency) -> Variant {
    let stock = count(at(sku, "sku_available_stock"));
    // What cannot be bought carries placeholders such as 149,799.85 in its price.
    let salable = stock != Some(0);
    let price = price::price(at(sku, "offer_sale_price"), currency).filter(|_| salable);
    let properties = wrapped(at(sku, "ae_sku_property_dtos")).unwrap_or_default();
    let from = |property: &&Value| digits(at(property, "sku_property_id")).as_deref() == Some(SHIPS_FROM);
    let names: Vec<String> = properties
        .iter()
        .filter(|property| !from(property))
        .filter_map(|property| value::shown(at(property, "sku_property_value"), 80))
        .collect();
    Variant {
        sku: value::sku(at(sku, "sku_id")),
        name: (!names.is_empty()).then(|| names.join(", ")),
        price,
        list_price: price::price(at(sku, "sku_price"), currency).filter(|_| price.is_some()),
        stock,
        warehouse: properties
            .iter()
            .find(from)
            .and_then(|property| warehouse(at(property, "sku_property_value"))),
        salable: salable && price.is_some(),
        new_shopper_price: None,
    }
}

fn notes(skus: &[Value], snapshot: &mut Snapshot, currency: Currency) {
    if skus
        .iter()
        .any(|sku| sku.get("price_include_tax") == Some(&Value::Bool(true)))
    {
        snapshot.notes.push("The prices include tax.".into());
    }
    let bulk = skus.iter().any(|sku| {
        let bulk = price::price(at(sku, "offer_bulk_sale_price"), currency);
        bulk.is_some() && bulk != price::price(at(sku, "offer_sale_price"), currency)
    });
    if bulk {
        let words = "Some variants cost less in bulk; the prices here are for one piece.";
        snapshot.notes.push(words.into());
    }
}
