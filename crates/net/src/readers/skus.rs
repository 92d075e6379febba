//! Variants: their names and warehouses out of the property lists, their prices and what can be bought.

use std::collections::BTreeMap;

use serde_json::Value;
use tillwatch_core::id::Warehouse;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Variant;

use super::price::{amount_object, local_parts};
use super::value::{at, count, first, fold, list, no, shown, sku, text};

/// The property that names the warehouse ("Ships From"); the same number on every page since 2022.
pub(super) const SHIPS_FROM: &str = "200007763";

/// The most variants of one listing; recorded pages have up to some hundred.
const MOST: usize = 5_000;

/// The names of the properties' values: (property, value) to what is shown.
pub(super) struct Properties<'a>(BTreeMap<(String, String), &'a Value>);

impl<'a> Properties<'a> {
    /// Out of a `productSKUPropertyList`, `propertyList` or `skuProperties`.
    pub(super) fn new(properties: &'a Value) -> Self {
        let mut names = BTreeMap::new();
        for property in list(properties) {
            let Some(id) = text(at(property, "skuPropertyId")) else {
                continue;
            };
            for value in list(at(property, "skuPropertyValues")).iter().take(MOST) {
                if let Some(value_id) = text(first(value, &["propertyValueIdLong", "propertyValueId"])) {
                    names.insert((id.to_string(), value_id.into_owned()), value);
                }
            }
        }
        Self(names)
    }

    /// The name and the warehouse of `200007763:201336100;14:193#Grey`.
    ///
    /// The words after `#` are the seller's own and go before the property's; a name leaves the warehouse out.
    pub(super) fn describe(&self, attributes: &str) -> (Option<String>, Option<Warehouse>) {
        let mut names = Vec::new();
        let mut warehouse = None;
        for attribute in attributes.split(';').take(32) {
            let (ids, own) = attribute
                .split_once('#')
                .map_or((attribute, None), |(ids, own)| (ids, Some(own)));
            let Some((property, value)) = ids.split_once(':') else {
                continue;
            };
            let (property, value) = (property.trim(), value.trim());
            let value_shown = self
                .0
                .get(&(property.to_owned(), value.to_owned()))
                .and_then(|shown_as| {
                    shown(
                        first(
                            shown_as,
                            &[
                                "propertyValueDisplayName",
                                "propertyValueDefinitionName",
                                "propertyValueName",
                            ],
                        ),
                        80,
                    )
                });
            let own = own.map(|own| fold(own, 80)).filter(|own| !own.is_empty());
            if property == SHIPS_FROM {
                warehouse = warehouse_of(value).or_else(|| super::value::warehouse(&Value::from(own.or(value_shown)?)));
            } else if let Some(name) = value_shown.or(own) {
                names.push(name);
            }
        }
        let name = (!names.is_empty()).then(|| fold(&names.join(", "), 200));
        (name, warehouse)
    }
}

/// The country of a "Ships From" value. The numbers stand for these countries on recorded pages of 2022 to 2026.
fn warehouse_of(value: &str) -> Option<Warehouse> {
    let code = match value {
        "201336100" => "CN",
        "201336103" => "RU",
        "201336104" => "ES",
        "201336105" => "GB",
        "201336106" => "US",
        _ => return None,
    };
    Warehouse::parse(code).ok()
}

/// The variants of a `skuPriceList` or `skuList`, as the pages of 2022 to 2024 carry it.
pub(super) fn price_list(skus: &Value, properties: &Properties<'_>, page: Option<Currency>) -> Vec<Variant> {
    list(skus)
        .iter()
        .take(MOST)
        .map(|entry| {
            let values = at(entry, "skuVal");
            let (name, warehouse) = properties.describe(&text(at(entry, "skuAttr")).unwrap_or_default());
            let stock = count(first(values, &["availQuantity", "inventory"])).or_else(|| count(at(entry, "skuStock")));
            let full = amount(values, "skuAmount", "skuAmountLocal", page);
            let sale = amount(values, "skuActivityAmount", "skuActivityAmountLocal", page)
                .filter(|_| !no(at(values, "isActivity")));
            Variant {
                sku: sku(first(entry, &["skuIdStr", "skuId"])),
                name,
                price: sale.or(full),
                list_price: full.filter(|_| sale.is_some()),
                stock,
                warehouse,
                salable: !no(at(entry, "salable")) && stock != Some(0),
                new_shopper_price: None,
            }
        })
        .collect()
}

fn amount(values: &Value, object: &str, local: &str, page: Option<Currency>) -> Option<Money> {
    let object = at(values, object);
    amount_object(object, page).or_else(|| {
        let currency = super::price::own_currency(object).or(page)?;
        local_parts(at(values, local), currency)
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    #[test]
    fn a_variant_is_named_by_what_is_shown_and_its_warehouse_stands_apart() {
        let properties: Value = serde_json::from_str(
            r#"[{"skuPropertyId": 14, "skuPropertyValues": [{"propertyValueIdLong": 193, "propertyValueDisplayName": "Moss"}]},
                {"skuPropertyId": 200007763, "skuPropertyValues": [
                    {"propertyValueId": 201336999, "propertyValueDisplayName": "Atlantis"}]}]"#,
        )
        .unwrap();
        let properties = Properties::new(&properties);
        let read = |attributes: &str| {
            let (name, warehouse) = properties.describe(attributes);
            (
                name.unwrap_or_default(),
                warehouse.map(|w| w.to_string()).unwrap_or_default(),
            )
        };
        assert_eq!(
            read("200007763:201336106;14:193#own words"),
            ("Moss".into(), "US".into())
        );
        assert_eq!(
            read("14:10#Rust;200007763:201336999"),
            ("Rust".into(), "Atlantis".into())
        );
        assert_eq!(read(""), (String::new(), String::new()));
    }
}
