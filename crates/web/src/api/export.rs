//! Public history in bulk: a listing a line, read one after the other as fast as it is taken, with none of it in memory
//! but the one that is written. Who watches what, and for which price, is not in it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use serde::{Deserialize, Serialize};
use tillwatch_app::App;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::store::{ListingId, ListingPast};
use tillwatch_app::transfer::public_past;
use tillwatch_core::country::Country;
use tillwatch_core::history::Run;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::money::{Currency, Money};
use utoipa::ToSchema;

use super::body::Query;
use super::shapes;
use crate::{Problem, Site};

/// Listings of other markets that are passed over before the next look at who waits.
const PAGE: usize = 64;

/// Where an export begins.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// One ship-to country only.
    #[param(example = "US")]
    market: Option<String>,
    /// The `cursor` of the last line that was received, to go on behind it.
    #[param(example = "0")]
    after: Option<String>,
}

/// The history of one listing in one market. A run is when it began, for how many minutes it was confirmed, and the value.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportLine {
    #[schema(value_type = shapes::Id)]
    item: ItemId,
    #[schema(value_type = shapes::Market)]
    market: Country,
    #[schema(value_type = shapes::CurrencyCode)]
    currency: Currency,
    /// What became of its readings.
    checks: Vec<Written>,
    variants: Vec<ExportVariant>,
    /// What `after` goes on behind.
    cursor: String,
}

#[derive(Serialize, ToSchema)]
struct ExportVariant {
    #[schema(value_type = Option<shapes::Id>)]
    sku: Option<SkuId>,
    /// Whether it is whichever the page selects.
    selected: bool,
    /// Spans that count no more, and why.
    voids: Vec<ExportVoid>,
    series: Vec<ExportSeries>,
}

#[derive(Serialize, ToSchema)]
struct ExportVoid {
    #[schema(value_type = shapes::Moment)]
    from: String,
    #[schema(value_type = shapes::Moment)]
    until: String,
    reason: String,
}

#[derive(Serialize, ToSchema)]
struct ExportSeries {
    rules: String,
    with_shipping: bool,
    lane: &'static str,
    runs: Vec<Written>,
}

/// A run.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportRun)]
struct Written(
    #[schema(value_type = shapes::Moment)] String,
    u32,
    #[schema(value_type = String)] String,
);

/// Public history in bulk
///
/// Every listing that is tracked, one a line (NDJSON), in an order that stays. A transfer that broke off goes on behind the
/// last line that arrived whole. Watches, targets and lists are not in it.
#[utoipa::path(
    get, path = "/api/v1/export", operation_id = "export", tag = "export", params(Asked),
    responses((status = 200, description = "A listing a line", body = ExportLine, content_type = "application/x-ndjson")),
)]
pub(crate) async fn export(State(site): State<Site>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let market = asked.market.as_deref().map(Country::parse).transpose();
    let market = market.map_err(|error| Problem::bad_value("market", error.to_string()))?;
    let after = match asked.after.as_deref() {
        None => 0,
        Some(text) => text
            .parse()
            .map_err(|_| Problem::bad_value("after", "this is no cursor of an export"))?,
    };
    // What can fail at once fails with a status.
    let next = next(&site, market, ListingId(after)).await?;
    let lines = Lines {
        site,
        market,
        coming: Some(Box::pin(std::future::ready(Ok(next)))),
    };
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], Body::new(lines)).into_response())
}

/// A line, and behind which listing it goes on.
type Next = Option<(Bytes, ListingId)>;

/// The lines of an export, each read when the one before was taken.
struct Lines {
    site: Site,
    market: Option<Country>,
    coming: Option<Later<'static, Result<Next, Problem>>>,
}

impl http_body::Body for Lines {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Some(coming) = self.coming.as_mut() else {
            return Poll::Ready(None);
        };
        let done = ready!(coming.as_mut().poll(context));
        self.coming = None;
        match done {
            Ok(None) => Poll::Ready(None),
            Ok(Some((line, after))) => {
                let (site, market) = (self.site.clone(), self.market);
                self.coming = Some(Box::pin(async move { next(&site, market, after).await }));
                Poll::Ready(Some(Ok(Frame::data(line))))
            }
            // The head is sent; to break off is the only way to say that this is not the end.
            Err(problem) => Poll::Ready(Some(Err(std::io::Error::other(problem.detail().to_owned())))),
        }
    }
}

async fn next(site: &Site, market: Option<Country>, after: ListingId) -> Result<Next, Problem> {
    site.ask(move |app, _| line(app, market, after)).await
}

/// The first line behind a listing.
fn line(app: &App, market: Option<Country>, mut after: ListingId) -> Result<Next, Problem> {
    loop {
        let page = app.store().tracked(after, if market.is_some() { PAGE } else { 1 })?;
        let Some(last) = page.last().map(|tracked| tracked.id) else {
            return Ok(None);
        };
        let mut fitting = page
            .iter()
            .filter(|tracked| market.is_none_or(|market| tracked.key.market == market));
        if let Some(tracked) = fitting.next() {
            let past = public_past(app.store(), tracked)?;
            let mut line = serde_json::to_vec(&written(past, tracked.id)).map_err(|_| Problem::internal())?;
            line.push(b'\n');
            return Ok(Some((line.into(), tracked.id)));
        }
        after = last;
    }
}

fn written(past: ListingPast, id: ListingId) -> ExportLine {
    let currency = past.key.currency;
    let price = |run: &Run| {
        Written(
            run.start.instant().to_string(),
            run.confirmed,
            Money::new(run.value.minor(), currency).to_string(),
        )
    };
    let variants = past.variants.into_iter().map(|variant| ExportVariant {
        sku: variant.sku,
        selected: variant.selected,
        voids: variant
            .voids
            .into_iter()
            .map(|void| ExportVoid {
                from: void.from.instant().to_string(),
                until: void.until.instant().to_string(),
                reason: void.reason,
            })
            .collect(),
        series: variant
            .series
            .into_iter()
            .map(|series| ExportSeries {
                rules: series.terms.rules,
                with_shipping: series.terms.delivered,
                lane: series.lane.name(),
                runs: series.runs.iter().map(price).collect(),
            })
            .collect(),
    });
    ExportLine {
        variants: variants.collect(),
        checks: past
            .checks
            .iter()
            .map(|run| {
                Written(
                    run.start.instant().to_string(),
                    run.confirmed,
                    run.value.name().to_owned(),
                )
            })
            .collect(),
        item: past.key.item,
        market: past.key.market,
        currency,
        cursor: id.0.to_string(),
    }
}
