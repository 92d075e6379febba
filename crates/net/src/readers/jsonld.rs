//! `application/ld+json` of a page: a schema.org Product with its offer.

use serde_json::Value;
use tillwatch_core::id::ItemId;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

use super::page::is_foreign;
use super::price::price;
use super::value::{at, currency, each, first, item, shown, sku, text};

const SHAPE: &str = "json_ld";

/// Reads it if it is this shape: a Product, or a list or graph with one in it.
pub(super) fn read(value: &Value) -> Option<Vec<Snapshot>> {
    let product = product(value, 3)?;
    Some(vec![listing(product)])
}

fn product(value: &Value, depth: u8) -> Option<&Value> {
    let depth = depth.checked_sub(1)?;
    if is_a(value, "Product") {
        return Some(value);
    }
    let below = if value.is_array() { value } else { at(value, "@graph") };
    each(below).take(50).find_map(|below| product(below, depth))
}

fn is_a(value: &Value, kind: &str) -> bool {
    let named = at(value, "@type");
    named == kind || each(named).any(|named| named == kind)
}

fn listing(product: &Value) -> Snapshot {
    let mut seen = Snapshot::empty(SHAPE);
    let offers = at(product, "offers");
    let offer = if offers.is_array() { at(offers, "0") } else { offers };
    let links = [
        at(offer, "url"),
        at(product, "url"),
        at(product, "@id"),
        at(product, "mainEntityOfPage"),
    ];
    seen.item = links
        .into_iter()
        .find_map(|link| item_in_link(link.as_str()?))
        .or_else(|| item(first(product, &["productID", "sku"])));
    seen.title = shown(at(product, "name"), 500);
    seen.store_name = shown(first(offer, &["seller.name", "offeredBy.name"]), 200);
    seen.currency = currency(at(offer, "priceCurrency"));
    let sold_out = text(at(offer, "availability")).is_some_and(|word| {
        ["OutOfStock", "SoldOut", "Discontinued"]
            .iter()
            .any(|gone| word.ends_with(gone))
    });
    let own = [at(offer, "url"), at(product, "url")];
    if own.into_iter().filter_map(Value::as_str).any(is_foreign) {
        let why = "The data is of another site. Open the listing on AliExpress and save that page as HTML only.";
        return Snapshot::refused(SHAPE, Outcome::ParseFailed, why);
    }
    let Some(currency) = seen.currency else {
        return seen.without_price(
            Outcome::OtherCurrency,
            "The page's summary names no currency: save the listing's whole page.",
        );
    };
    if sold_out {
        return seen.without_price(
            Outcome::SoldOut,
            "The page's summary says that it is out of stock: try again when the store has it back.",
        );
    }
    let Some(variant) = variant(offer, currency) else {
        return seen.without_price(
            Outcome::NoPrice,
            "The page's summary has no price above zero: save the listing's whole page.",
        );
    };
    seen.variants.push(variant);
    let note = "From the page's summary for search engines: one price, no variants, no shipping, no coupons, and no \
                word on whether it is a first order's price.";
    seen.notes.push(note.into());
    seen
}

fn variant(offer: &Value, currency: Currency) -> Option<Variant> {
    Some(Variant {
        sku: sku(at(offer, "sku")),
        ..Variant::at(price(first(offer, &["price", "lowPrice"]), currency)?)
    })
}

/// The listing of a link: the digits after the last `/` of `/item/…` or `/i/…`.
pub(super) fn item_in_link(link: &str) -> Option<ItemId> {
    let path = link.split(['?', '#']).next()?;
    if !["/item/", "/i/"].iter().any(|form| path.contains(form)) {
        return None;
    }
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    item(&Value::from(last.strip_suffix(".html").unwrap_or(last)))
}
