//! Listings as the text search answers them: one price each, the lowest of its variants.

use serde_json::Value;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

use crate::readers::npi;
use crate::readers::price;
use crate::readers::priced::priced;
use crate::readers::value::{self, at, categories, country, digits, item, text, wrapped};

/// One snapshot for each listing found.
pub(super) fn read(result: &Value, seen_at: Option<Instant>) -> Vec<Snapshot> {
    let products = wrapped(at(result, "products")).unwrap_or_default();
    if products.is_empty() {
        let words = "The search found nothing.";
        return vec![Snapshot::refused("ds_text_search", Outcome::NotAListing, words)];
    }
    products.iter().map(|product| one(product, seen_at)).collect()
}

fn one(product: &Value, seen_at: Option<Instant>) -> Snapshot {
    // The lowest price stands once more as JSON inside a text, with its country and its cents.
    let lowest: Value = text(at(product, "originMinPrice"))
        .and_then(|text| value::parse(&text).ok())
        .unwrap_or_default();
    let currency = value::currency(at(product, "targetSalePriceCurrency"))
        .or_else(|| value::currency(at(&lowest, "currencyCode")))
        .or_else(|| value::currency(at(product, "targetOriginalPriceCurrency")));
    let sku = text(at(product, "itemUrl"))
        .and_then(|link| npi::parameter(&link, "skuId"))
        .and_then(|id| SkuId::parse(&id).ok());
    let mut snapshot = Snapshot {
        item: item(at(product, "itemId")),
        title: value::shown(at(product, "title"), 500),
        categories: categories([at(product, "cateId")]),
        market: country(at(&lowest, "shipToCountry")),
        currency,
        seen_at,
        selected_sku: sku.clone(),
        ..Snapshot::empty("ds_text_search")
    };
    let Some(currency) = currency else {
        return snapshot.without_price(Outcome::OtherCurrency, "The listing names no currency for the shopper.");
    };
    let price = price::price(at(product, "targetSalePrice"), currency);
    let cents = digits(at(&lowest, "cent")).and_then(|cents| cents.parse().ok());
    let again = (value::currency(at(&lowest, "currencyCode")) == Some(currency))
        .then(|| cents.map(|cents| Money::new(cents, currency)))
        .flatten();
    if let (Some(price), Some(again)) = (price, again)
        && price != again
    {
        snapshot.notes.push(format!(
            "The lowest price is also given as {again} {currency}, not {price}."
        ));
    }
    snapshot.variants.extend(price.map(|price| Variant {
        sku,
        list_price: price::price(at(product, "targetOriginalPrice"), currency).filter(|_| {
            value::currency(at(product, "targetOriginalPriceCurrency")).is_none_or(|list| list == currency)
        }),
        ..Variant::at(price)
    }));
    priced(snapshot)
}
