//! Named sales and weekly rounds for programs, with what those that are over did to prices.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use tillwatch_app::effects::Effect;
use tillwatch_core::calendar::{Event, events_between};
use tillwatch_core::instant::Instant;

use super::body::Query;
use super::shapes;
use crate::{Problem, Site};

/// How far back and ahead it looks, in seconds: two years, a year; weekly rounds two weeks.
const BACK: i64 = 730 * 86_400;
const AHEAD: i64 = 366 * 86_400;
const ROUNDS: i64 = 14 * 86_400;

/// Nothing can be asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Named sales and weekly rounds
///
/// Those of two years back and a year ahead, and what those that are over did to the prices that are tracked.
#[utoipa::path(
    get, path = "/api/v1/promotions", operation_id = "promotions", tag = "discovery",
    responses((status = 200, description = "The sales", body = shapes::Promotions)),
)]
pub(crate) async fn show(State(site): State<Site>, Query(Nothing {}): Query<Nothing>) -> Result<Json<Value>, Problem> {
    let answer = site.ask(|app, now| {
        let (almanac, effects) = (app.almanac(), app.effects()?);
        let mut events = events_between(&almanac, now.plus_seconds(-BACK), now.plus_seconds(AHEAD));
        events.extend(almanac.events.rotations_between(now, now.plus_seconds(ROUNDS)));
        let items: Vec<Value> = events.iter().map(|event| row(event, &effects, now)).collect();
        Ok(json!({"items": items, "next": null}))
    });
    Ok(Json(answer.await?))
}

fn row(event: &Event, effects: &BTreeMap<String, Effect>, now: Instant) -> Value {
    let utc = |at: Option<Instant>| at.map(|at| Instant::utc(at.moment()).to_string());
    let time = match (event.starts, event.ends) {
        (_, Some(ends)) if ends <= now => "over",
        (Some(starts), _) if now < starts => "coming",
        _ => "on",
    };
    let effect = effects.get(&event.id).map(|effect| {
        json!({
            "listings": effect.listings,
            "cheaper_than_30_days_before": effect.cheaper,
            "all_time_lows": effect.lows,
            "median_change_percent": tenths(effect.median),
            "low_confidence": effect.is_of_few(),
        })
    });
    json!({
        "id": event.id,
        "name": event.name,
        "phase": event.phase,
        "label": event.label,
        "confidence": event.confidence,
        "rule": event.rule,
        "time": time,
        "starts": utc(event.starts),
        "ends": utc(event.ends),
        "source": event.source,
        "top_coupon": event.top_coupon,
        "notes": event.notes,
        "effect": effect,
    })
}

/// `-7.5` of tenths of a percent, and `-7` without any.
fn tenths(tenths: i32) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, part) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    match part {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{part}"),
    }
}
