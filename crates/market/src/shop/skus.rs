//! Variants as pages describe them: properties with values, and each variant a choice of values.

use serde_json::{Value, json};
use tillwatch_core::id::Warehouse;

use crate::view::{Listing, Variant};

/// The property of colours, which is also that of anything that a seller calls so.
const COLOUR: u32 = 14;

/// The property "Ships From", the same on every recorded page.
const SHIPS_FROM: u32 = 200_007_763;

/// Ships-from values that were recorded, and their names.
const WAREHOUSES: [(&str, u32, &str); 5] = [
    ("CN", 201_336_100, "China"),
    ("RU", 201_336_103, "Russian Federation"),
    ("ES", 201_336_104, "Spain"),
    ("GB", 201_336_105, "United Kingdom"),
    ("US", 201_336_106, "United States"),
];

/// The properties of a listing: what the variants are called, and where they ship from.
pub(super) fn properties(listing: &Listing) -> Value {
    let colours: Vec<Value> = colours(listing)
        .into_iter()
        .enumerate()
        .map(|(place, name)| {
            json!({
                "propertyValueDefinitionName": name,
                "propertyValueDisplayName": name,
                "propertyValueId": colour_id(place),
                "propertyValueIdLong": colour_id(place),
                "propertyValueName": name,
                "skuPropertyValueShowOrder": place + 1,
            })
        })
        .collect();
    let mut from: Vec<&Warehouse> = listing.variants.iter().map(|variant| &variant.warehouse).collect();
    from.sort();
    from.dedup();
    let from: Vec<Value> = from
        .into_iter()
        .map(|warehouse| {
            let (id, name) = ships_from(warehouse);
            json!({
                "propertyValueDisplayName": name,
                "propertyValueId": id,
                "propertyValueIdLong": id,
                "propertyValueName": name,
                "skuPropertySendGoodsCountryCode": warehouse.as_str(),
            })
        })
        .collect();
    json!([
        {"order": 1, "skuPropertyId": COLOUR, "skuPropertyName": "Color", "skuPropertyValues": colours},
        {"order": 2, "skuPropertyId": SHIPS_FROM, "skuPropertyName": "Ships From", "skuPropertyValues": from},
    ])
}

/// The choice that a variant is: `14:10#Black;200007763:201336100`. What stands behind `#` is the seller's own word.
pub(super) fn attributes(listing: &Listing, variant: &Variant) -> String {
    let name = colour(variant);
    let place = colours(listing).iter().position(|other| *other == name).unwrap_or(0);
    let (from, _) = ships_from(&variant.warehouse);
    format!("{COLOUR}:{}#{name};{SHIPS_FROM}:{from}", colour_id(place))
}

/// The variant's name without its warehouse, which has a property of its own.
pub(super) fn colour(variant: &Variant) -> &str {
    let name = variant.name.as_str();
    name.split_once("; ships from ").map_or(name, |(name, _)| name)
}

/// Each once, in the order of the variants.
fn colours(listing: &Listing) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in listing.variants.iter().map(colour) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

const fn colour_id(place: usize) -> usize {
    10 + place
}

/// The value of a warehouse; one that was never recorded gets a number of its own and its two letters for a name.
fn ships_from(warehouse: &Warehouse) -> (u32, &str) {
    let known = WAREHOUSES.iter().find(|(code, ..)| *code == warehouse.as_str());
    known.map_or_else(
        || {
            let letters = warehouse
                .as_str()
                .bytes()
                .fold(0, |sum, byte| sum * 26 + u32::from(byte % 32));
            (201_337_000 + letters % 1_000, warehouse.as_str())
        },
        |(_, id, name)| (*id, *name),
    )
}
