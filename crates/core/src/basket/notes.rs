//! What the markets say of the checkouts of a basket.

use alloc::vec::Vec;

use super::{Basket, Part, Wishlist};
use crate::market::{MarketNote, Markets};

/// For each checkout of a basket what its market says of it: of the goods as they are paid.
pub fn notes(markets: &Markets, wishlist: &Wishlist, basket: &Basket) -> Vec<Vec<MarketNote>> {
    let parts = basket.parts.iter();
    parts.map(|part| notes_of(markets, wishlist, part)).collect()
}

fn notes_of(markets: &Markets, wishlist: &Wishlist, part: &Part) -> Vec<MarketNote> {
    let checkout = &wishlist.checkout;
    let origins = part
        .lines
        .iter()
        .filter_map(|line| checkout.lines.get(*line))
        .map(|line| line.warehouse.as_ref());
    let mut said: Vec<MarketNote> = Vec::new();
    for origin in origins {
        for note in markets.notes_for(checkout.market, Some(part.stack.after.merchandise), origin, checkout.at) {
            if !said.contains(&note) {
                said.push(note);
            }
        }
    }
    said
}
