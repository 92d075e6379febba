//! Coupons of an account's own page: a `couponList` whose entries are those of a listing's panel. No such page was ever
//! recorded; the entries are, so that whatever has them is read and nothing else is.

use serde_json::Value;
use tillwatch_core::discount::Discount;

use super::coupons;
use super::value::{at, inside, list};

/// Reads the coupons, wherever in an answer they stand; none where there are none.
pub(super) fn read(value: &Value) -> Vec<Discount> {
    let is_list = |list: &Value| at(list, "0.promotionDesc").is_string();
    let found = inside(value, |map| map.get("couponList").is_some_and(is_list));
    let entries = found.and_then(|map| map.get("couponList"));
    entries.map_or_else(Vec::new, |entries| coupons::own(list(entries)))
}
