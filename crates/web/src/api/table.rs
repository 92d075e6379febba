//! The series of a variant as a table for spreadsheets.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tillwatch_app::csv::cell;
use tillwatch_app::standing::FRESH;
use tillwatch_core::history::Known;
use tillwatch_core::money::Money;

use super::body::{Path, Query};
use super::history::Asked;
use super::shapes;
use crate::{Problem, Site};

const COLUMNS: &str = "item,title,market,currency,sku,lane,from,until,price,outcome,voided\r\n";

/// The series of a variant as a table
///
/// CSV by RFC 4180, a span a row. A cell that a spreadsheet could take for a formula begins with an apostrophe.
#[utoipa::path(
    get, path = "/api/v1/listings/{item}/history.csv", operation_id = "history_table", tag = "listings",
    params(("item" = shapes::Id, Path, description = "The listing"), Asked),
    responses((status = 200, description = "A span a row", body = String, content_type = "text/csv")),
)]
pub(crate) async fn show(
    State(site): State<Site>,
    Path(item): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let answer = site.ask(move |app, now| {
        let (from, until) = asked.bounds(now)?;
        let found = asked.find(app, &item)?;
        let key = &found.state.tracked.key;
        let title = found.state.snapshot.as_ref().and_then(|seen| seen.title.as_deref());
        let sku = found.variant.sku.as_ref().map(ToString::to_string);
        let head = [
            key.item.as_str(),
            title.unwrap_or_default(),
            key.market.code(),
            key.currency.code(),
            sku.as_deref().unwrap_or_default(),
            found.lane.name(),
        ];
        let head = head.map(cell).join(",");
        let mut table = COLUMNS.to_owned();
        for span in found.series.fresh_for(FRESH).spans(from, until) {
            let (price, outcome, voided) = match span.known {
                Known::Price { price, void, .. } => (
                    Money::new(price.minor(), key.currency).to_string(),
                    "",
                    void.map(|void| void.reason.clone()).unwrap_or_default(),
                ),
                Known::Gap(outcome) => (String::new(), outcome.name(), String::new()),
            };
            let (from, until) = (span.from.instant().to_string(), span.until.instant().to_string());
            let rest = [from.as_str(), &until, &price, outcome, &voided].map(cell).join(",");
            table.extend([head.as_str(), ",", &rest, "\r\n"]);
        }
        let name = format!(
            "attachment; filename=\"{}-{}-{}.csv\"",
            key.item,
            key.market,
            found.lane.name()
        );
        let mut response = ([(CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], table).into_response();
        if let Ok(name) = HeaderValue::from_str(&name) {
            response.headers_mut().insert(CONTENT_DISPOSITION, name);
        }
        Ok(response)
    });
    answer.await
}
