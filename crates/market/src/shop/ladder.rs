//! Published ladders of codes, in the format that tillwatch itself reads (`tillwatch/ladder/1`).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value, json};
use tillwatch_core::id::{CategoryId, ItemId, SellerId, StoreId, Warehouse};
use tillwatch_core::money::Money;

use super::Marketplace;
use super::gateway::hex_md5;
use super::visit::Reply;
use crate::faults::Surface;
use crate::view::{Offer, OfferKind, Takes};
use crate::world::Market;

/// `/ladder/{market}.json`: the public codes of a country that are for more than single listings, running and announced;
/// none of them is an empty list.
pub(super) async fn file(
    State(shop): State<Arc<Marketplace>>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let country = file.trim_end_matches(".json").to_ascii_uppercase();
    shop.visit(Surface::Ladder, |visit| {
        if Market::of(&country).is_none() {
            return Reply::text("Not Found").status(StatusCode::NOT_FOUND);
        }
        let mut codes = visit.world(|world| world.public_codes(&country, visit.now));
        // What is for single listings only the API tells.
        codes.retain(|offer| offer.items.is_empty());
        let ladder = ladder(&country, &codes);
        let tag = format!("\"{}\"", hex_md5(&ladder.to_string()).to_lowercase());
        let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let reply = if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
            Reply::text("").status(StatusCode::NOT_MODIFIED)
        } else {
            Reply::json(&ladder)
        };
        reply.header(header::ETAG, tag)
    })
}

/// The file of a country. Each code has a window of its own, so that they stand one by one.
fn ladder(country: &str, codes: &[Offer]) -> Value {
    json!({
        "schema": "tillwatch/ladder/1",
        "id": format!("codes-{}", country.to_lowercase()),
        "name": format!("Public codes for {country}"),
        "regions": [country],
        "source": "the simulated marketplace",
        "confidence": "high",
        "discounts": codes.iter().map(discount).collect::<Vec<_>>(),
    })
}

/// One code in the form of a checkout's discounts.
fn discount(offer: &Offer) -> Value {
    let texts = |ids: Vec<&str>| Value::from(ids);
    let mut discount = Map::new();
    let mut add = |name: &str, value: Value| discount.insert(name.to_owned(), value);
    add("id", offer.id.as_str().into());
    add("kind", kind(offer.kind).into());
    add("benefit", benefit(&offer.takes));
    add("currency", offer.currency.code().into());
    add("valid_from", offer.starts.to_string().into());
    add("valid_until", offer.ends.to_string().into());
    if offer.minimum.is_positive() {
        add("min_spend", offer.minimum.to_string().into());
    }
    if offer.exclusive {
        add("exclusive", true.into());
    }
    if let Some(code) = offer.code.as_deref().filter(|code| *code != offer.id.as_str()) {
        add("code", code.into());
    }
    if !offer.regions.is_empty() {
        add("regions", texts(offer.regions.clone()));
    }
    if !offer.warehouses.is_empty() {
        add(
            "warehouses",
            texts(offer.warehouses.iter().map(Warehouse::as_str).collect()),
        );
    }
    let mut scope = Map::new();
    let lists = [
        ("stores", offer.stores.iter().map(StoreId::as_str).collect::<Vec<_>>()),
        ("sellers", offer.sellers.iter().map(SellerId::as_str).collect()),
        ("categories", offer.categories.iter().map(CategoryId::as_str).collect()),
        ("items", offer.items.iter().map(ItemId::as_str).collect()),
        ("excluded_items", offer.excluded.iter().map(ItemId::as_str).collect()),
    ];
    for (name, ids) in lists.into_iter().filter(|(_, ids)| !ids.is_empty()) {
        scope.insert(name.to_owned(), texts(ids));
    }
    if !scope.is_empty() {
        add("scope", scope.into());
    }
    discount.into()
}

const fn kind(kind: OfferKind) -> &'static str {
    match kind {
        OfferKind::StoreDiscount => "store_discount",
        OfferKind::SpendAndSave => "spend_and_save",
        OfferKind::Platform => "platform",
        OfferKind::Category => "category",
        OfferKind::Welcome => "welcome",
        OfferKind::Store => "store",
        OfferKind::Seller => "seller",
        OfferKind::Code => "code",
        OfferKind::FreeShipping => "free_shipping",
    }
}

fn benefit(takes: &Takes) -> Value {
    let capped = |mut benefit: Value, cap: &Option<Money>| {
        if let Some(cap) = cap {
            benefit["cap"] = cap.to_string().into();
        }
        benefit
    };
    match takes {
        Takes::Fixed(amount) => json!({"type": "fixed", "amount": amount.to_string()}),
        Takes::Percent(share, cap) => capped(json!({"type": "percent", "percent": share.to_string()}), cap),
        Takes::Tiers(tiers) => {
            let tier = |(minimum, amount): &(Money, Money)| json!({"min_spend": minimum.to_string(), "amount": amount.to_string()});
            json!({"type": "tiers", "tiers": tiers.iter().map(tier).collect::<Vec<_>>()})
        }
        Takes::PerSpend { every, amount, cap } => {
            let benefit = json!({"type": "per_spend", "every": every.to_string(), "amount": amount.to_string()});
            capped(benefit, cap)
        }
        Takes::Pieces(tiers) => {
            let tiers = tiers
                .iter()
                .map(|(pieces, share)| json!({"pieces": pieces, "percent": share.to_string()}));
            json!({"type": "pieces", "tiers": tiers.collect::<Vec<_>>()})
        }
        Takes::Shipping(cap) => capped(json!({"type": "shipping"}), cap),
    }
}
