//! A listing as it stands: its prices in every lane, when they were confirmed, and what became of the last check.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Serialize;
use serde_json::{Value, json};
use tillwatch_app::ports::store::TrackedVariant;
use tillwatch_core::history::Lane;
use tillwatch_core::money::Money;

use super::Which;
use crate::{Problem, Site};

/// The name of the format.
const SCHEMA: &str = "tillwatch/listing/1";

#[derive(Serialize)]
struct Variant {
    sku: Option<String>,
    sticker: Option<Money>,
    automatic: Option<Money>,
    public: Option<Money>,
    code: Option<Money>,
    with_shipping: Option<bool>,
    rules: Option<String>,
    confirmed_at: Option<String>,
    watchers: u32,
}

/// `GET /api/v1/listings/{item}?market=&sku=`
pub(crate) async fn show(
    State(site): State<Site>,
    Path(item): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, Problem> {
    let answer = site.ask(move |app, now| {
        let (key, sku) = which.find(app, &item)?;
        let state = app.store().listing(&key)?;
        let state = state.ok_or_else(|| Problem::not_found("the listing is not tracked"))?;
        let variants = state.tracked.variants.iter();
        let variants: Vec<Variant> = variants
            .filter(|variant| sku.is_none() || variant.sku == sku)
            .map(variant)
            .collect();
        let checked = state.last_check.as_ref();
        Ok(json!({
            "schema": SCHEMA,
            "item": key.item,
            "title": state.snapshot.as_ref().and_then(|seen| seen.title.clone()),
            "market": key.market,
            "currency": key.currency,
            "checked_at": checked.map(|check| check.at.to_string()),
            "outcome": checked.map(|check| check.outcome.name()),
            "detail": checked.and_then(|check| check.detail.clone()),
            "source": checked.map(|check| check.source.clone()),
            "checked_about_every_seconds": app.interval(state.tracked.id, now),
            "variants": variants,
        }))
    });
    Ok(Json(answer.await?))
}

fn variant(variant: &TrackedVariant) -> Variant {
    let latest = variant.latest.as_ref();
    let lane = |lane| latest.map(|latest| latest.lanes.get(lane));
    Variant {
        sku: variant.sku.as_ref().map(ToString::to_string),
        sticker: lane(Lane::Sticker),
        automatic: lane(Lane::Automatic),
        public: lane(Lane::Public),
        code: lane(Lane::Code),
        with_shipping: latest.map(|latest| latest.terms.delivered),
        rules: latest.map(|latest| latest.terms.rules.clone()),
        confirmed_at: latest.map(|latest| latest.confirmed.instant().to_string()),
        watchers: variant.watchers,
    }
}
