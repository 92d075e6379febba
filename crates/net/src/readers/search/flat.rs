//! A card that another program flattened: id, price, currency and the words of its tags (seen in lists of 2023 to 2025).

use serde_json::Value;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

use super::tags::{self, Tag};
use crate::readers::json;

/// Reads one record; `None` where it is none. Each has its own currency: one recorded run had two.
pub(super) fn read(record: &Value) -> Option<Snapshot> {
    let known = ["id", "price", "currency", "selling_points"];
    if !known.into_iter().all(|key| record.get(key).is_some()) {
        return None;
    }
    let currency = json::currency(record, "currency");
    let mut snapshot = Snapshot {
        item: json::item(record, "id"),
        title: json::text(record, "title"),
        store: json::store(record, "store_id"),
        store_name: json::text(record, "store_name"),
        currency,
        ..Snapshot::empty("search_flattened")
    };
    let Some(currency) = currency else {
        return Some(snapshot.without_price(Outcome::OtherCurrency, "The record names no currency."));
    };
    let tags: Vec<Tag> = json::list(record, "selling_points")
        .unwrap_or_default()
        .iter()
        .filter_map(|tag| Tag::bare(tag.as_str()?))
        .collect();
    tags::tell(&tags, &mut snapshot, currency);
    if tags.iter().any(Tag::is_for_new_shoppers) {
        let words = "The price contains a new shopper's allowance that the record does not list apart.";
        return Some(snapshot.without_price(Outcome::NoPrice, words));
    }
    snapshot
        .variants
        .extend(json::price(record, "price", currency).map(Variant::at));
    let words = "Another program flattened this record: a new shopper's allowance or a mocked price would not show.";
    snapshot.notes.push(words.into());
    Some(json::priced(snapshot))
}
