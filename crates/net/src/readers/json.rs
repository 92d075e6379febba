//! Lenient looks into answers: a field of a wrong type is an absent one, never an error and never a zero.

use serde_json::Value;
use tillwatch_core::discount::Discount;
use tillwatch_core::id::{CategoryId, DiscountId, ItemId, SkuId, StoreId, Warehouse};
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::{Outcome, Shipping, Snapshot, Variant};

use super::amount;

/// The most listings, variants or tags that are read of one answer; the API gives 50 and a search page 60.
pub(super) const MOST: usize = 1_000;

/// The longest text that is kept of a field.
const LONGEST: usize = 1_000;

/// A text that is not blank, cut to a bearable length.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.chars().take(LONGEST).collect())
}

/// The digits of an id or a code, from a number or from a text, and never through a float.
pub(super) fn digits(value: &Value, key: &str) -> Option<String> {
    let number = amount::number(value.get(key)?)?;
    (!number.contains('.')).then_some(number)
}

/// A small count.
pub(super) fn count(value: &Value, key: &str) -> Option<u64> {
    digits(value, key)?.parse().ok()
}

/// The elements of an array: flat, or inside an object whose only array it is (`products: {product: [...]}`).
pub(super) fn list<'a>(value: &'a Value, key: &str) -> Option<&'a [Value]> {
    let array = match value.get(key)? {
        Value::Array(array) => array,
        Value::Object(fields) => {
            let mut arrays = fields.values().filter_map(Value::as_array);
            let (only, None) = (arrays.next()?, arrays.next()) else {
                return None;
            };
            only
        }
        _ => return None,
    };
    Some(array.get(..MOST).unwrap_or(array))
}

/// The currency that a field names.
pub(super) fn currency(value: &Value, key: &str) -> Option<Currency> {
    Currency::parse(value.get(key)?.as_str()?.trim()).ok()
}

/// An amount that is more than nothing, from a plain number or from a displayed one.
pub(super) fn price(value: &Value, key: &str, currency: Currency) -> Option<Money> {
    amount_of(value, key, currency).filter(|money| money.is_positive())
}

/// An amount that may be zero, such as a fee.
pub(super) fn amount_of(value: &Value, key: &str, currency: Currency) -> Option<Money> {
    let value = value.get(key)?;
    amount::money_value(value, currency).or_else(|| amount::parse(value.as_str()?, currency))
}

/// The listing.
pub(super) fn item(value: &Value, key: &str) -> Option<ItemId> {
    // No listing has a number of less than 9 digits; zeros and small numbers are placeholders.
    let id = digits(value, key).filter(|id| id.len() >= 9 && !id.starts_with('0'))?;
    ItemId::parse(&id).ok()
}

/// The variant.
pub(super) fn sku(value: &Value, key: &str) -> Option<SkuId> {
    SkuId::parse(&digits(value, key).filter(|id| !id.starts_with('0'))?).ok()
}

/// The store.
pub(super) fn store(value: &Value, key: &str) -> Option<StoreId> {
    StoreId::parse(&digits(value, key).filter(|id| !id.starts_with('0'))?).ok()
}

/// Categories from a list of ids with commas, or from one.
pub(super) fn categories(texts: impl IntoIterator<Item = String>) -> Vec<CategoryId> {
    let mut found: Vec<CategoryId> = Vec::new();
    for text in texts {
        for id in text.split(',').filter_map(|id| CategoryId::parse(id.trim()).ok()) {
            if !found.contains(&id) {
                found.push(id);
            }
        }
    }
    found
}

/// A warehouse as answers name it: two letters, or the two countries whose long names were seen.
pub(super) fn warehouse(text: &str) -> Option<Warehouse> {
    let known = match text.trim().to_lowercase().as_str() {
        "china" | "china mainland" | "mainland china" => "CN",
        "united states" => "US",
        _ => text.trim(),
    };
    Warehouse::parse(known).ok()
}

/// A discount's name; what a name may not contain is left out of it.
pub(super) fn discount_id(text: &str) -> Option<DiscountId> {
    let name: String = text.chars().filter(|char| !char.is_control()).take(100).collect();
    DiscountId::parse(name.trim()).ok()
}

/// A snapshot of what can be bought, or why nothing can: the outcome follows from the variants.
pub(super) fn priced(snapshot: Snapshot) -> Snapshot {
    if snapshot.item.is_none() {
        return snapshot.without_price(Outcome::ParseFailed, "The listing has no readable id.");
    }
    if snapshot.salable().next().is_some() {
        return snapshot;
    }
    let soldout = !snapshot.variants.is_empty() && snapshot.variants.iter().all(|variant| !variant.salable);
    if soldout {
        snapshot.without_price(Outcome::SoldOut, "Nothing on the listing can be bought now.")
    } else {
        snapshot.without_price(Outcome::NoPrice, "There is no price above zero that can be read.")
    }
}

/// What an answer says about a listing besides prices; no price comes out of it.
pub(super) fn unpriced(snapshot: Snapshot, detail: &str) -> Snapshot {
    Snapshot {
        outcome: Outcome::NoPrice,
        detail: Some(detail.to_owned()),
        variants: Vec::<Variant>::new(),
        ..snapshot
    }
}

/// Adds a way of shipping once, cheapest first.
pub(super) fn add_shipping(ways: &mut Vec<Shipping>, way: Shipping) {
    if !ways.contains(&way) {
        ways.push(way);
        ways.sort_by_key(|way| way.fee.minor());
    }
}

/// Adds a discount unless one of its name is there.
pub(super) fn add_discount(discounts: &mut Vec<Discount>, discount: Discount) {
    if discounts.iter().all(|other| other.id != discount.id) {
        discounts.push(discount);
    }
}
