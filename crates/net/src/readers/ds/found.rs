//! Listings as the text search answers them: one price each, the lowest of its variants.

use serde_json::Value;
use tillwatch_core::country::Country;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

use crate::readers::{json, npi};

/// One snapshot for each listing found.
pub(super) fn read(result: &Value, at: Option<Instant>) -> Vec<Snapshot> {
    let products = json::list(result, "products").unwrap_or_default();
    if products.is_empty() {
        let words = "The search found nothing.";
        return vec![Snapshot::refused("ds_text_search", Outcome::NotAListing, words)];
    }
    products.iter().map(|product| one(product, at)).collect()
}

fn one(product: &Value, at: Option<Instant>) -> Snapshot {
    // The lowest price stands once more as JSON inside a text, with its country and its cents.
    let lowest: Value = json::text(product, "originMinPrice")
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let currency = json::currency(product, "targetSalePriceCurrency")
        .or_else(|| json::currency(&lowest, "currencyCode"))
        .or_else(|| json::currency(product, "targetOriginalPriceCurrency"));
    let sku = json::text(product, "itemUrl")
        .and_then(|link| npi::parameter(&link, "skuId"))
        .and_then(|id| SkuId::parse(&id).ok());
    let mut snapshot = Snapshot {
        item: json::item(product, "itemId"),
        title: json::text(product, "title"),
        categories: json::categories(json::text(product, "cateId")),
        market: json::text(&lowest, "shipToCountry").and_then(|code| Country::parse(&code).ok()),
        currency,
        seen_at: at,
        selected_sku: sku.clone(),
        ..Snapshot::empty("ds_text_search")
    };
    let Some(currency) = currency else {
        return snapshot.without_price(Outcome::OtherCurrency, "The listing names no currency for the shopper.");
    };
    let price = json::price(product, "targetSalePrice", currency);
    let cents = json::digits(&lowest, "cent").and_then(|cents| cents.parse().ok());
    let again = (json::currency(&lowest, "currencyCode") == Some(currency))
        .then(|| cents.map(|cents| Money::new(cents, currency)))
        .flatten();
    if let (Some(price), Some(again)) = (price, again)
        && price != again
    {
        snapshot.notes.push(format!(
            "The lowest price is also given as {again} {currency}, not {price}."
        ));
    }
    snapshot.variants.extend(price.map(|price| {
        Variant {
            sku,
            list_price: json::price(product, "targetOriginalPrice", currency)
                .filter(|_| json::currency(product, "targetOriginalPriceCurrency").is_none_or(|list| list == currency)),
            ..Variant::at(price)
        }
    }));
    json::priced(snapshot)
}
