//! The two extra methods of the affiliate API: the fee of shipping, and all variants with tax.
//!
//! No real answer of either is known; the field names are the documented ones.

use serde_json::Value;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Shipping, Snapshot, Variant};

use crate::readers::freight::{days_of, line_fee};
use crate::readers::price::{self, amount};
use crate::readers::priced::{add_shipping, priced, unpriced};
use crate::readers::value::{self, at, first, item, warehouse, wrapped};

/// The answer of `product.shipping.get`. It names no currency, so that the one that was asked for counts, if it is known.
pub(super) fn shipping(result: &Value, seen_at: Option<Instant>, asked: Option<Currency>) -> Snapshot {
    let snapshot = Snapshot {
        item: item(at(result, "product_id")),
        seen_at,
        ..Snapshot::empty("affiliate_shipping")
    };
    let named = ["shipping_fee_currency", "currency", "target_currency"]
        .into_iter()
        .find_map(|key| value::currency(at(result, key)));
    let Some(currency) = named.or(asked) else {
        let words = "The answer names a shipping fee and no currency, so that the fee cannot be used.";
        return snapshot.without_price(Outcome::OtherCurrency, words);
    };
    let Some(way) = way(result, "shipping_fee", currency) else {
        let words = "The answer has no shipping fee that can be read.";
        return snapshot.without_price(Outcome::ParseFailed, words);
    };
    let words = "The answer has the shipping of the listing and no price.";
    let mut seen = unpriced(
        Snapshot {
            currency: Some(currency),
            shipping: vec![way],
            ..snapshot
        },
        words,
    );
    if named.is_none() {
        let words =
            format!("The shipping fee names no currency; it is taken to be in {currency}, which was asked for.");
        seen.notes.push(words);
    }
    seen
}

/// The answer of `product.sku.detail.get`.
pub(super) fn variants(result: &Value, seen_at: Option<Instant>) -> Snapshot {
    let info = at(result, "ae_item_info");
    let list = ["ae_item_sku_info", "traffic_sku_info_list"]
        .into_iter()
        .find_map(|key| wrapped(at(result, key)))
        .unwrap_or_default();
    let currency = list.iter().find_map(|sku| value::currency(at(sku, "currency")));
    let mut snapshot = Snapshot {
        item: item(at(info, "product_id")),
        title: value::shown(at(info, "title"), 500),
        store_name: value::shown(at(info, "store_name"), 200),
        currency,
        seen_at,
        ..Snapshot::empty("affiliate_sku_detail")
    };
    let Some(currency) = currency else {
        return snapshot.without_price(Outcome::OtherCurrency, "The answer names no currency.");
    };
    for sku in list {
        if value::currency(at(sku, "currency")) != Some(currency) {
            let words = "A variant in another currency than the first one's is left out.";
            snapshot.notes.push(words.into());
            continue;
        }
        let price = price::price(at(sku, "sale_price_with_tax"), currency).or_else(|| {
            let listed = price::price(at(sku, "price_with_tax"), currency);
            listed.filter(|_| sku.get("sale_price_with_tax").is_none())
        });
        let name: Vec<String> = ["color", "size"]
            .into_iter()
            .filter_map(|key| value::shown(at(sku, key), 80))
            .collect();
        snapshot.variants.extend(price.map(|price| Variant {
            sku: value::sku(at(sku, "sku_id")),
            name: (!name.is_empty()).then(|| name.join(", ")),
            list_price: price::price(at(sku, "price_with_tax"), currency),
            warehouse: warehouse(at(sku, "ship_from_country")),
            ..Variant::at(price)
        }));
        if let Some(way) = way(sku, "shipping_fees", currency) {
            add_shipping(&mut snapshot.shipping, way);
        }
    }
    if !snapshot.variants.is_empty() {
        let words = "The prices contain the tax of the country that the call named; the answer does not repeat it.";
        snapshot.notes.push(words.into());
    }
    priced(snapshot)
}

fn way(value: &Value, key: &str, currency: Currency) -> Option<Shipping> {
    let days = |key| first(value, &[key, "delivery_days"]);
    Some(Shipping {
        from: warehouse(at(value, "ship_from_country")),
        days: days_of(days("min_delivery_days"), days("max_delivery_days")),
        ..line_fee(amount(at(value, key), currency)?)
    })
}
