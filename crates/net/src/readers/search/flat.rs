//! A card that another program flattened: id, price, currency and the words of its tags (seen in lists of 2023 to 2025).

use serde_json::Value;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

use super::tags::{self, Tag};
use crate::readers::price;
use crate::readers::priced::priced;
use crate::readers::value::{self, at, item, store, wrapped};

/// Reads one record; `None` where it is none. Each has its own currency: one recorded run had two.
pub(super) fn read(record: &Value) -> Option<Snapshot> {
    let known = ["id", "price", "currency", "selling_points"];
    if !known.into_iter().all(|key| record.get(key).is_some()) {
        return None;
    }
    let currency = value::currency(at(record, "currency"));
    let mut snapshot = Snapshot {
        item: item(at(record, "id")),
        title: value::shown(at(record, "title"), 500),
        store: store(at(record, "store_id")),
        store_name: value::shown(at(record, "store_name"), 200),
        currency,
        ..Snapshot::empty("search_flattened")
    };
    let Some(currency) = currency else {
        return Some(snapshot.without_price(Outcome::OtherCurrency, "The record names no currency."));
    };
    let tags: Vec<Tag> = wrapped(at(record, "selling_points"))
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
        .extend(price::price(at(record, "price"), currency).map(Variant::at));
    let words = "Another program flattened this record: a new shopper's allowance or a mocked price would not show.";
    snapshot.notes.push(words.into());
    Some(priced(snapshot))
}
