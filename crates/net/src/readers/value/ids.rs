//! What identifies: listings, stores, sellers, variants, categories, countries, currencies and warehouses.

use std::borrow::Cow;

use serde_json::Value;
use tillwatch_core::country::Country;
use tillwatch_core::id::{CategoryId, ItemId, SellerId, SkuId, StoreId, Warehouse};
use tillwatch_core::money::Currency;

use super::{digits, text};

/// The most categories of one listing; it has up to half a dozen levels.
const MOST_CATEGORIES: usize = 32;

/// An id as data writes it: letters and digits, and never a number that lost some. Zeros and "null" stand for none.
fn id(value: &Value) -> Option<Cow<'_, str>> {
    let whole = value.is_string() || digits(value).is_some();
    text(value).filter(|id| whole && is_id(id))
}

fn is_id(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain && (1..=64).contains(&text.len()) && !text.starts_with('0') && text != "null"
}

/// A listing, folded into its global id.
pub(in crate::readers) fn item(value: &Value) -> Option<ItemId> {
    // No listing has a number of less than 9 digits; zeros and small numbers are placeholders.
    let id = digits(value).filter(|id| id.len() >= 9 && is_id(id))?;
    ItemId::parse(&id).ok()
}

/// A store.
pub(in crate::readers) fn store(value: &Value) -> Option<StoreId> {
    StoreId::parse(&id(value)?).ok()
}

/// A seller.
pub(in crate::readers) fn seller(value: &Value) -> Option<SellerId> {
    SellerId::parse(&id(value)?).ok()
}

/// A variant.
pub(in crate::readers) fn sku(value: &Value) -> Option<SkuId> {
    SkuId::parse(&id(value)?).ok()
}

/// Categories, none twice: each value is one, or a list of several with commas or slashes between.
pub(in crate::readers) fn categories<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<CategoryId> {
    let mut found: Vec<CategoryId> = Vec::new();
    for several in values.into_iter().filter_map(text) {
        let several = several.split([',', '/']).map(str::trim).filter(|id| is_id(id));
        for category in several.filter_map(|id| CategoryId::parse(id).ok()) {
            if found.len() < MOST_CATEGORIES && !found.contains(&category) {
                found.push(category);
            }
        }
    }
    found
}

/// A country by its two letters.
pub(in crate::readers) fn country(value: &Value) -> Option<Country> {
    Country::parse(&text(value)?).ok()
}

/// A currency by a code that stands alone.
pub(in crate::readers) fn currency(value: &Value) -> Option<Currency> {
    Currency::parse(&text(value)?).ok()
}

/// A warehouse as data names it: two letters, another name, or the two countries whose long names were seen.
pub(in crate::readers) fn warehouse(value: &Value) -> Option<Warehouse> {
    let text = text(value)?;
    let known = match text.to_lowercase().as_str() {
        "china" | "china mainland" | "mainland china" => "CN",
        "united states" => "US",
        _ => &text,
    };
    Warehouse::parse(known).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_digits_that_are_whole_and_no_placeholder() {
        let read = |json: &str| store(&serde_json::from_str(json).unwrap_or_default()).map(|id| id.to_string());
        assert_eq!(read("1101252900").as_deref(), Some("1101252900"));
        assert_eq!(read("\" 1101252900 \"").as_deref(), Some("1101252900"));
        for none in ["0", "\"0\"", "\"null\"", "null", "1.5", "1e9", "-3", "\"\"", "[1]"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn categories_come_one_by_one_or_several_in_a_text() {
        let values = [
            Value::from("15/1501"),
            Value::from(1501),
            Value::from("44, 0,15"),
            Value::Null,
        ];
        let found: Vec<String> = categories(&values).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["15", "1501", "44"]);
    }
}
