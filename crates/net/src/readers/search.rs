//! Search results: the raw cards of a search page, and lists that another program flattened from them.

mod card;
mod flat;
mod tags;

use serde_json::Value;
use tillwatch_core::snapshot::{Outcome, Snapshot};

use super::value::{MOST, at};

/// Where a page or an answer keeps its cards.
const PLACES: [&str; 8] = [
    "itemList.content",
    "mods.itemList.content",
    "root.fields.mods.itemList.content",
    "data.root.fields.mods.itemList.content",
    "data.data.root.fields.mods.itemList.content",
    "data.result.mods.itemList.content",
    "data.itemList.content",
    "result.mods.itemList.content",
];

/// Reads search cards, one snapshot each with one variant: from a page's data, from a bare list, or a single card.
///
/// A card's price can contain a new shopper's allowance; what is given back is the price of a returning shopper, and
/// no price at all where it cannot be told. A search that found nothing is one snapshot that says so. `None` where
/// nothing is a card.
pub fn read(value: &Value) -> Option<Vec<Snapshot>> {
    if let Some(cards) = PLACES.into_iter().find_map(|place| at(value, place).as_array()) {
        if cards.is_empty() {
            let words = "The search found nothing.";
            return Some(vec![Snapshot::refused("search_cards", Outcome::NotAListing, words)]);
        }
        return read_all(cards);
    }
    match value {
        Value::Array(cards) => read_all(cards),
        one => read_all(std::slice::from_ref(one)),
    }
}

fn read_all(cards: &[Value]) -> Option<Vec<Snapshot>> {
    let found: Vec<Snapshot> = cards
        .iter()
        .take(MOST)
        .filter_map(|card| card::read(card).or_else(|| flat::read(card)))
        .collect();
    (!found.is_empty()).then_some(found)
}
