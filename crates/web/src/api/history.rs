//! The series of a variant: what is known of each span, and the lows, highs and averages of the usual windows.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tillwatch_app::standing::FRESH;
use tillwatch_core::history::{Figures, Known, Lane, Minute, Period, Span, Window};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};

use super::Which;
use crate::{Problem, Site};

/// The name of the format.
const SCHEMA: &str = "tillwatch/history/1";

#[derive(Deserialize)]
pub(crate) struct Asked {
    market: Option<String>,
    sku: Option<String>,
    from: Option<String>,
    to: Option<String>,
    lane: Option<String>,
    rules: Option<String>,
}

/// One span: a price, or why there is none.
#[derive(Serialize)]
struct Point {
    from: String,
    until: String,
    price: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voided: Option<String>,
}

/// `GET /api/v1/listings/{item}/history?market=&sku=&from=&to=&lane=&rules=`
pub(crate) async fn show(
    State(site): State<Site>,
    Path(item): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Problem> {
    let answer = site.ask(move |app, now| {
        let lane = asked.lane.as_deref().unwrap_or(Lane::Public.name());
        let lane = Lane::from_name(lane).ok_or_else(|| {
            let names: Vec<&str> = Lane::ALL.iter().map(|lane| lane.name()).collect();
            Problem::bad_value("lane", format!("{lane:?} is no lane; there are {}", names.join(", ")))
        })?;
        let which = Which {
            market: asked.market,
            sku: asked.sku,
        };
        let from = minute("from", asked.from.as_deref())?.unwrap_or(Minute::FIRST);
        let until = minute("to", asked.to.as_deref())?.unwrap_or_else(|| Minute::of(now).plus(1));
        let (key, sku) = which.find(app, &item)?;
        let found = app.history(&key, sku.as_ref(), lane, asked.rules.as_deref())?;
        let found = found.ok_or_else(|| Problem::not_found("nothing was read of this yet"))?;
        let series = found.series.fresh_for(FRESH);
        let currency = key.currency;
        let windows = series.windows(Minute::of(now)).map(|one| window(&one, currency));
        let points: Vec<Point> = series
            .spans(from, until)
            .iter()
            .map(|span| point(span, currency))
            .collect();
        Ok(json!({
            "schema": SCHEMA,
            "item": key.item,
            "sku": found.variant.sku,
            "market": key.market,
            "currency": currency,
            "lane": lane.name(),
            "rules": found.terms.rules,
            "with_shipping": found.terms.delivered,
            "windows": windows,
            "points": points,
        }))
    });
    Ok(Json(answer.await?))
}

fn minute(field: &'static str, text: Option<&str>) -> Result<Option<Minute>, Problem> {
    let instant = text.map(Instant::parse).transpose();
    let instant = instant.map_err(|error| Problem::bad_value(field, error.to_string()))?;
    Ok(instant.map(Minute::of))
}

fn point(span: &Span<'_>, currency: Currency) -> Point {
    let (price, outcome, voided) = match span.known {
        Known::Price { price, void, .. } => (
            Some(Money::new(price.minor(), currency)),
            None,
            void.map(|void| void.reason.clone()),
        ),
        Known::Gap(outcome) => (None, Some(outcome.name()), None),
    };
    Point {
        from: span.from.instant().to_string(),
        until: span.until.instant().to_string(),
        price,
        outcome,
        voided,
    }
}

fn window(window: &Window, currency: Currency) -> Value {
    let days = match window.period {
        Period::Days(days) => Some(days),
        Period::All => None,
    };
    let amount = |minor: i64| Money::new(minor, currency);
    let figures = window.figures.map(|figures: Figures| {
        json!({
            "low": amount(figures.low.price.minor()),
            "low_at": figures.low.at.instant().to_string(),
            "high": amount(figures.high.price.minor()),
            "high_at": figures.high.at.instant().to_string(),
            "average": amount(figures.average.minor()),
            "at_low": figures.at_low,
        })
    });
    json!({"days": days, "blind_minutes": window.blind, "figures": figures})
}
