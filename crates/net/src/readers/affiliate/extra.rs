//! The two extra methods of the affiliate API: the fee of shipping, and all variants with tax.
//!
//! No real answer of either is known; the field names are the documented ones.

use serde_json::Value;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Shipping, Snapshot, Variant};

use crate::readers::json;

/// The answer of `product.shipping.get`.
pub(super) fn shipping(result: &Value, at: Option<Instant>) -> Snapshot {
    let snapshot = Snapshot {
        item: json::item(result, "product_id"),
        seen_at: at,
        ..Snapshot::empty("affiliate_shipping")
    };
    let named = ["shipping_fee_currency", "currency", "target_currency"]
        .into_iter()
        .find_map(|key| json::currency(result, key));
    let Some(currency) = named else {
        let words = "The answer names a shipping fee and no currency, so that the fee cannot be used.";
        return snapshot.without_price(Outcome::OtherCurrency, words);
    };
    let Some(way) = way(result, "shipping_fee", currency) else {
        let words = "The answer has no shipping fee that can be read.";
        return snapshot.without_price(Outcome::ParseFailed, words);
    };
    let words = "The answer has the shipping of the listing and no price.";
    json::unpriced(
        Snapshot {
            currency: Some(currency),
            shipping: vec![way],
            ..snapshot
        },
        words,
    )
}

/// The answer of `product.sku.detail.get`.
pub(super) fn variants(result: &Value, at: Option<Instant>) -> Snapshot {
    let info = result.get("ae_item_info").unwrap_or(&Value::Null);
    let list = ["ae_item_sku_info", "traffic_sku_info_list"]
        .into_iter()
        .find_map(|key| json::list(result, key))
        .unwrap_or_default();
    let currency = list.iter().find_map(|sku| json::currency(sku, "currency"));
    let mut snapshot = Snapshot {
        item: json::item(info, "product_id"),
        title: json::text(info, "title"),
        store_name: json::text(info, "store_name"),
        currency,
        seen_at: at,
        ..Snapshot::empty("affiliate_sku_detail")
    };
    let Some(currency) = currency else {
        return snapshot.without_price(Outcome::OtherCurrency, "The answer names no currency.");
    };
    for sku in list {
        if json::currency(sku, "currency") != Some(currency) {
            let words = "A variant in another currency than the first one's is left out.";
            snapshot.notes.push(words.into());
            continue;
        }
        let price = json::price(sku, "sale_price_with_tax", currency).or_else(|| {
            let listed = json::price(sku, "price_with_tax", currency);
            listed.filter(|_| sku.get("sale_price_with_tax").is_none())
        });
        let name: Vec<String> = ["color", "size"]
            .into_iter()
            .filter_map(|key| json::text(sku, key))
            .collect();
        snapshot.variants.extend(price.map(|price| Variant {
            sku: json::sku(sku, "sku_id"),
            name: (!name.is_empty()).then(|| name.join(", ")),
            list_price: json::price(sku, "price_with_tax", currency),
            warehouse: json::text(sku, "ship_from_country").and_then(|text| json::warehouse(&text)),
            ..Variant::at(price)
        }));
        if let Some(way) = way(sku, "shipping_fees", currency) {
            json::add_shipping(&mut snapshot.shipping, way);
        }
    }
    if !snapshot.variants.is_empty() {
        let words = "The prices contain the tax of the country that the call named; the answer does not repeat it.";
        snapshot.notes.push(words.into());
    }
    json::priced(snapshot)
}

fn way(value: &Value, key: &str, currency: Currency) -> Option<Shipping> {
    let days = |key: &str| json::count(value, key).and_then(|days| u16::try_from(days).ok());
    let single = days("delivery_days");
    let fewest = days("min_delivery_days").or(single);
    let most = days("max_delivery_days").or(single);
    Some(Shipping {
        fee: json::amount_of(value, key, currency)?,
        pool: None,
        free_from: None,
        service: None,
        from: json::text(value, "ship_from_country").and_then(|text| json::warehouse(&text)),
        to: None,
        days: fewest.zip(most).filter(|(fewest, most)| fewest <= most),
    })
}
