//! What a shopper's own browser saved or sent, read for listings, cart and coupons at once.
//!
//! The extension and the bookmarklet send `{"schema": "tillwatch/browser/1", "address", "market", "data": [...]}`: data
//! as the open page has it, each piece in the shape that its reader knows. A saved page, a HAR or an answer is read as it
//! is. All of it is somebody's word.

use std::collections::BTreeMap;

use serde_json::Value;
use tillwatch_app::ports::browser::{Brought, Unpack};
use tillwatch_core::id::ItemId;
use tillwatch_core::snapshot::{Outcome, Snapshot};

use super::value::{self, at, country, list, text};
use super::{MOST_BYTES, cart, drawer, har, jsonld, page, shapes, trimmed, unwrapped};

/// The name of the format that the extension sends.
const SCHEMA: &str = "tillwatch/browser/1";

/// No more pieces of data are read of one page.
const MOST_PIECES: usize = 40;

/// Reads what browsers bring.
#[derive(Debug, Clone, Copy, Default)]
pub struct Browser;

impl Unpack for Browser {
    fn unpack(&self, bytes: &[u8]) -> Brought {
        unpack(bytes)
    }
}

/// Reads a page, a recording, an answer, or what the extension sends.
pub fn unpack(bytes: &[u8]) -> Brought {
    let text = String::from_utf8_lossy(bytes.get(..MOST_BYTES).unwrap_or(bytes));
    let text = trimmed(&text);
    if let Some(parcel) = parcel(text) {
        return opened(&parcel);
    }
    let mut brought = Brought::default();
    for value in own_data(text) {
        add_own(&mut brought, &value);
    }
    brought.listings = super::read(bytes);
    // A cart is no listing, and need not be told so where it was read as what it is.
    if brought.cart.is_some() || !brought.coupons.is_empty() {
        brought.listings.retain(|seen| seen.outcome == Outcome::Ok);
    }
    brought
}

/// The extension's own format.
fn parcel(text: &str) -> Option<Value> {
    let is_one = text.starts_with('{') && text.contains(SCHEMA);
    let parcel = is_one.then(|| value::parse(text).ok()).flatten()?;
    (at(&parcel, "schema") == SCHEMA).then_some(parcel)
}

fn opened(parcel: &Value) -> Brought {
    let address = text(at(parcel, "address")).unwrap_or_default();
    let (item, market) = (jsonld::item_in_link(&address), country(at(parcel, "market")));
    let mut brought = Brought::default();
    let mut listings: BTreeMap<Option<ItemId>, Snapshot> = BTreeMap::new();
    for piece in list(at(parcel, "data")).iter().take(MOST_PIECES) {
        let Some(seen) = shapes(piece).filter(|seen| seen.iter().any(is_listing)) else {
            add_own(&mut brought, piece);
            continue;
        };
        for mut seen in seen {
            seen.item = seen.item.or_else(|| item.clone());
            seen.market = seen.market.or(market);
            match listings.get(&seen.item) {
                Some(other) if har::fullness(other) >= har::fullness(&seen) => {}
                _ => drop(listings.insert(seen.item.clone(), seen)),
            }
        }
    }
    brought.listings = listings.into_values().collect();
    if let Some(cart) = &mut brought.cart {
        cart.market = cart.market.or(market);
    }
    if brought == Brought::default() {
        let detail = "The open page has no data that is known: open a listing, the cart or the coupons, and wait until it is \
                      there.";
        let nothing = Snapshot::refused("browser", Outcome::EmptyShell, detail);
        brought.listings = vec![Snapshot { item, ..nothing }];
    }
    brought
}

/// Whether a reading is of a listing; a cart says that it is none.
fn is_listing(seen: &Snapshot) -> bool {
    seen.outcome != Outcome::NotAListing
}

/// Adds the cart or the coupons that a piece of data holds; the first cart counts.
fn add_own(brought: &mut Brought, value: &Value) {
    if let Some(cart) = cart::read(value) {
        brought.cart.get_or_insert(cart);
    }
    for coupon in drawer::read(value) {
        if brought.coupons.iter().all(|known| known.id != coupon.id) {
            brought.coupons.push(coupon);
        }
    }
}

/// The data of a page, a recording or an answer in which a cart or coupons may stand.
fn own_data(text: &str) -> Vec<Value> {
    if har::is_har(text) {
        return har::own(text).iter().flat_map(|body| data_of(body)).collect();
    }
    data_of(text)
}

fn data_of(text: &str) -> Vec<Value> {
    let text = trimmed(text);
    if page::is_page(text) {
        return page::values(text);
    }
    value::parse(unwrapped(text)).into_iter().collect()
}
