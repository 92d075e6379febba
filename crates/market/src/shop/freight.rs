//! Ways of shipping as pages quote them: rows of `bizData`, each for one country.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::panel::is_running;
use super::words::{Words, number};
use crate::view::{Listing, OfferKind, Shipping};

/// One row for each way.
pub(super) fn rows(listing: &Listing, words: Words, now: Timestamp) -> Value {
    let free_over = listing
        .offers
        .iter()
        .filter(|offer| offer.kind == OfferKind::FreeShipping && !offer.personal && is_running(offer, now))
        .find(|offer| offer.minimum.is_positive())
        .map(|offer| words.free_shipping(offer.minimum));
    let ways = listing.shipping.iter();
    ways.map(|way| json!({"bizData": data(listing, way, words, free_over.as_deref())}))
        .collect()
}

/// A free way names no amount. One of the pool says `choiceFreeShipping` and from which spend its one fee is waived;
/// the currency beside the shown one is that in which the fee was set.
fn data(listing: &Listing, way: &Shipping, words: Words, free_over: Option<&str>) -> Map<String, Value> {
    let mut data = Map::new();
    let mut add = |key: &str, value: Value| data.insert(key.to_owned(), value);
    add("itemId", listing.item.as_str().into());
    add("shipToCode", listing.market.into());
    add("shipFromCode", way.from.as_str().into());
    add("company", way.carrier.into());
    add("deliveryProviderName", way.carrier.into());
    add(
        "deliveryOptionCode",
        way.carrier.to_uppercase().replace(' ', "_").into(),
    );
    add("deliveryDayMin", way.days.0.into());
    add("deliveryDayMax", way.days.1.into());
    add("tracking", "visible".into());
    add("unreachable", false.into());
    add("currency", "CNY".into());
    if way.fee.is_zero() {
        add("shippingFee", "free".into());
    } else {
        add("shippingFee", "charge".into());
        add("displayAmount", number(way.fee));
        add("displayCurrency", way.fee.currency().code().into());
        add("formattedAmount", words.amount(way.fee).into());
    }
    if way.pool.is_some() {
        add("choiceFreeShipping", "yes".into());
        add(
            "thresholdOverZero",
            if way.free_from.is_some() { "yes" } else { "no" }.into(),
        );
        if let Some(threshold) = way.free_from {
            add("logisticsComposeThreshold", words.amount(threshold).into());
        }
    }
    if let Some(words) = free_over {
        add("freeShippingPromotion", words.into());
    }
    data
}
