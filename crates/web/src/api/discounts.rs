//! Public codes for programs, each with its terms and what visitors say of it.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use tillwatch_app::codes::Code;
use tillwatch_core::country::Country;
use tillwatch_core::instant::Instant;

use super::body::Query;
use super::shapes;
use crate::{Problem, Site};

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Only what is meant for this ship-to country.
    #[serde(default)]
    #[param(example = "US", required = false)]
    market: String,
}

/// Public codes
///
/// Each with its terms and what visitors say of it: those that hold, then those to come, then those that are over.
#[utoipa::path(
    get, path = "/api/v1/discounts", operation_id = "discounts", tag = "discovery", params(Asked),
    responses((status = 200, description = "The codes", body = shapes::Codes)),
)]
pub(crate) async fn show(State(site): State<Site>, Query(asked): Query<Asked>) -> Result<Json<Value>, Problem> {
    let market = match asked.market.trim() {
        "" => None,
        code => Some(Country::parse(code).map_err(|error| Problem::bad_value("market", error.to_string()))?),
    };
    let codes = site.ask(move |app, now| Ok(app.codes(market, now)?)).await?;
    let items: Vec<Value> = codes.iter().map(row).collect();
    Ok(Json(json!({"items": items, "next": null})))
}

fn row(code: &Code) -> Value {
    let utc = |at: Option<Instant>| at.map(|at| Instant::utc(at.moment()).to_string());
    let ledger = &code.ledger;
    let (proven, tried) = ledger.of_source;
    json!({
        "code": code.text,
        "campaign": code.campaign,
        "source": code.source,
        "confidence": code.confidence,
        "time": code.time.name(),
        "valid_from": utc(code.discount.valid_from),
        "valid_until": utc(code.discount.valid_until),
        "discount": code.discount,
        "tries": ledger.tries(),
        "proven": ledger.proven,
        "refused": ledger.refused,
        "last_proven_at": utc(ledger.last_proven),
        "likelihood_percent": ledger.likelihood.to_string(),
        "low_confidence": ledger.is_of_few(),
        "codes_of_source_tried": tried,
        "codes_of_source_proven": proven,
    })
}
