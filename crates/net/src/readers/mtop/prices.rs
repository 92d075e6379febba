//! Prices of a product answer: a map from variants to prices, with references in it, beside a list of variants.

use std::collections::BTreeSet;

use serde_json::Value;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Variant;

use super::on;
use crate::readers::price::{amount_object, local_parts, own_currency, words};
use crate::readers::skus::Properties;
use crate::readers::value::{at, count, each, first, no, sku, text};

/// References followed one after another; the recorded ones need one step.
const STEPS: usize = 8;

/// The most variants of one listing.
const MOST: usize = 5_000;

/// The prices of a result.
pub(super) struct Prices<'a> {
    result: &'a Value,
    map: &'a Value,
}

impl<'a> Prices<'a> {
    pub(super) fn new(result: &'a Value) -> Self {
        let maps = ["PRICE.skuIdStrPriceInfoMap", "PRICE.skuPriceInfoMap"];
        Self {
            result,
            map: resolve(result, first(result, &maps)),
        }
    }

    /// The one currency that the price objects name, if they agree.
    pub(super) fn named_currency(&self) -> Option<Currency> {
        let named: BTreeSet<Currency> = each(self.map)
            .take(MOST)
            .map(|info| resolve(self.result, info))
            .chain(std::iter::once(self.target()))
            .filter_map(info_currency)
            .collect();
        match named.len() {
            1 => named.into_iter().next(),
            _ => None,
        }
    }

    fn target(&self) -> &'a Value {
        resolve(self.result, at(self.result, "PRICE.targetSkuPriceInfo"))
    }

    /// The variants of `SKU.skuPaths`, which is a list or a map; without one the target's price stands alone, since
    /// nothing says which of the map's prices can be bought.
    pub(super) fn variants(&self, properties: &Properties<'_>, page: Option<Currency>) -> Vec<Variant> {
        let paths = resolve(self.result, at(self.result, "SKU.skuPaths"));
        let variants: Vec<Variant> = each(paths)
            .take(MOST)
            .map(|path| self.variant(resolve(self.result, path), properties, page))
            .collect();
        if !variants.is_empty() {
            return variants;
        }
        let (price, list_price) = price_and_list(self.target(), page);
        let stock = count(at(self.result, "QUANTITY_PC.totalAvailableInventory"));
        price
            .map(|price| Variant {
                sku: sku(at(self.result, "SKU.selectedSkuId")),
                list_price,
                stock,
                salable: stock != Some(0),
                ..Variant::at(price)
            })
            .into_iter()
            .collect()
    }

    fn variant(&self, path: &Value, properties: &Properties<'_>, page: Option<Currency>) -> Variant {
        let id = first(path, &["skuIdStr", "skuId"]);
        let attributes = text(first(path, &["skuAttr", "path"])).unwrap_or_default();
        let (name, warehouse) = properties.describe(&attributes);
        let stock = count(at(path, "skuStock"));
        let salable = at(path, "salable");
        let info = text(id).map_or(&Value::Null, |id| self.map.get(id.as_ref()).unwrap_or(&Value::Null));
        let (price, list_price) = price_and_list(resolve(self.result, info), page);
        Variant {
            sku: sku(id),
            name,
            price,
            list_price,
            stock,
            warehouse,
            salable: stock != Some(0) && !no(salable) && (salable.is_null() || on(salable)),
            new_shopper_price: None,
        }
    }
}

/// The sale price and the crossed-out one of a price object.
fn price_and_list(info: &Value, page: Option<Currency>) -> (Option<Money>, Option<Money>) {
    let original = at(info, "originalPrice");
    let list = amount_object(original, page);
    let sale = info_currency(info).or(page).and_then(|currency| {
        local_parts(at(info, "salePriceLocal"), currency)
            .or_else(|| words(at(info, "salePriceString"), currency))
            .or_else(|| amount_object(at(info, "salePrice"), Some(currency)))
    });
    match sale {
        Some(_) => (sale, list),
        None if at(info, "salePriceString").is_null() => (list, None),
        None => (None, list),
    }
}

/// The currency that any amount of a price object names.
fn info_currency(info: &Value) -> Option<Currency> {
    ["originalPrice", "salePrice", "warmUpPrice"]
        .into_iter()
        .find_map(|amount| own_currency(at(info, amount)))
}

/// Follows `{"$ref": "$.PRICE.targetSkuPriceInfo"}` from the root of the result, a few steps and no more.
fn resolve<'a>(result: &'a Value, value: &'a Value) -> &'a Value {
    let mut found = value;
    for _ in 0..STEPS {
        let Some(path) = found.get("$ref").and_then(Value::as_str) else {
            return found;
        };
        let path = path.trim_start_matches('$').trim_start_matches('.');
        found = at(result, path.strip_prefix("data.result.").unwrap_or(path));
    }
    at(result, "")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    #[test]
    fn a_reference_is_followed_and_a_circle_ends_in_nothing() {
        let result: Value = serde_json::from_str(
            r#"{"PRICE": {"a": {"$ref": "$.PRICE.b"}, "b": {"x": 1}, "c": {"$ref": "$.PRICE.c"}}}"#,
        )
        .unwrap();
        assert_eq!(at(resolve(&result, at(&result, "PRICE.a")), "x"), &Value::from(1));
        assert!(resolve(&result, at(&result, "PRICE.c")).is_null());
    }

    #[test]
    fn the_sale_price_is_read_by_its_parts_before_its_words() {
        let info: Value = serde_json::from_str(
            r#"{"salePriceString": "1.000 zł", "salePriceLocal": "1.000 zł|1000|00",
                "originalPrice": {"currency": "PLN", "value": 1200.5}}"#,
        )
        .unwrap();
        let (price, list) = price_and_list(&info, None);
        assert_eq!(price.map(|m| m.to_string()).as_deref(), Some("1000.00"));
        assert_eq!(list.map(|m| m.to_string()).as_deref(), Some("1200.50"));
    }
}
