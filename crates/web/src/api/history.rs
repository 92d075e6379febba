//! The series of a variant: what is known of each span, and the lows, highs and averages of the usual windows.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tillwatch_app::standing::FRESH;
use tillwatch_app::{App, HistoryOf};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Figures, Known, Lane, Minute, Period, Span, Window};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use utoipa::ToSchema;

use super::body::{Path, Query};
use super::{Which, shapes};
use crate::{Problem, Site};

/// The name of the format.
const SCHEMA: &str = "tillwatch/history/1";

/// So many spans are told at once.
const MOST_SPANS: usize = 2_000;

/// Which part of a series is meant.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The ship-to country; it may be left out where the listing is tracked in one only.
    #[param(example = "US")]
    market: Option<String>,
    /// The variant; without it the first.
    sku: Option<String>,
    /// From this moment on, by RFC 3339.
    #[param(example = "2026-06-01T00:00:00Z")]
    from: Option<String>,
    /// Up to this moment.
    to: Option<String>,
    /// `sticker`, `automatic`, `public` or `code`; without it `public`.
    #[param(example = "public")]
    lane: Option<String>,
    /// The rule set that the prices were computed under.
    rules: Option<String>,
    /// The `next` of an answer, to go on behind it.
    cursor: Option<String>,
}

/// The series of a variant in one lane.
#[derive(Serialize, ToSchema)]
pub(crate) struct History {
    #[schema(example = "tillwatch/history/1")]
    schema: &'static str,
    #[schema(value_type = shapes::Id)]
    item: ItemId,
    #[schema(value_type = Option<shapes::Id>)]
    sku: Option<SkuId>,
    #[schema(value_type = shapes::Market)]
    market: Country,
    #[schema(value_type = shapes::CurrencyCode)]
    currency: Currency,
    #[schema(example = "public")]
    lane: &'static str,
    rules: String,
    with_shipping: bool,
    /// Lows, highs and averages of the usual spans of days up to now.
    windows: Vec<WindowOf>,
    /// What is known of each span of time, at most 2,000.
    points: Vec<Point>,
    /// Where the next page begins; null at the end.
    next: Option<String>,
}

/// One span: a price, or why there is none.
#[derive(Serialize, ToSchema)]
#[schema(as = HistoryPoint)]
struct Point {
    #[schema(value_type = shapes::Moment)]
    from: String,
    #[schema(value_type = shapes::Moment)]
    until: String,
    #[schema(value_type = Option<shapes::Amount>)]
    price: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shapes::OutcomeName>)]
    outcome: Option<&'static str>,
    /// Why the price counts no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    voided: Option<String>,
}

/// The figures of so many days.
#[derive(Serialize, ToSchema)]
#[schema(as = HistoryWindow)]
struct WindowOf {
    /// The days; null is all of them.
    days: Option<u32>,
    /// Minutes of which nothing is known.
    blind_minutes: u32,
    figures: Option<FiguresOf>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = HistoryFigures)]
struct FiguresOf {
    #[schema(value_type = shapes::Amount)]
    low: Money,
    #[schema(value_type = shapes::Moment)]
    low_at: String,
    #[schema(value_type = shapes::Amount)]
    high: Money,
    #[schema(value_type = shapes::Moment)]
    high_at: String,
    /// Over the time of which a price is known.
    #[schema(value_type = shapes::Amount)]
    average: Money,
    /// Whether the price stands at its low.
    at_low: bool,
}

/// The series of a variant
///
/// What is known of each span of time in one lane: a price, or why there was none. Nothing is made up in between.
#[utoipa::path(
    get, path = "/api/v1/listings/{item}/history", operation_id = "history", tag = "listings",
    params(("item" = shapes::Id, Path, description = "The listing"), Asked),
    responses((status = 200, description = "The series", body = History)),
)]
pub(crate) async fn show(
    State(site): State<Site>,
    Path(item): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<History>, Problem> {
    let answer = site.ask(move |app, now| {
        let (from, until) = asked.bounds(now)?;
        let found = asked.find(app, &item)?;
        let key = found.state.tracked.key;
        let series = found.series.fresh_for(FRESH);
        let mut spans = series.spans(from, until);
        let next = cut(&mut spans);
        Ok(History {
            schema: SCHEMA,
            sku: found.variant.sku,
            market: key.market,
            currency: key.currency,
            lane: found.lane.name(),
            rules: found.terms.rules,
            with_shipping: found.terms.delivered,
            windows: series
                .windows(Minute::of(now))
                .iter()
                .map(|one| window(one, key.currency))
                .collect(),
            points: spans.iter().map(|span| point(span, key.currency)).collect(),
            next: next.map(|next| next.instant().to_string()),
            item: key.item,
        })
    });
    Ok(Json(answer.await?))
}

impl Asked {
    /// The span that is meant.
    pub(super) fn bounds(&self, now: Instant) -> Result<(Minute, Minute), Problem> {
        let from = minute("from", self.from.as_deref())?.unwrap_or(Minute::FIRST);
        let cursor = minute("cursor", self.cursor.as_deref())?.unwrap_or(Minute::FIRST);
        let until = minute("to", self.to.as_deref())?.unwrap_or_else(|| Minute::of(now).plus(1));
        Ok((from.max(cursor), until))
    }

    /// The series that is meant.
    pub(super) fn find(&self, app: &App, item: &str) -> Result<HistoryOf, Problem> {
        let lane = self.lane.as_deref().unwrap_or(Lane::Public.name());
        let lane = Lane::from_name(lane).ok_or_else(|| {
            let names: Vec<&str> = Lane::ALL.iter().map(|lane| lane.name()).collect();
            Problem::bad_value("lane", format!("{lane:?} is no lane; there are {}", names.join(", ")))
        })?;
        let which = Which {
            market: self.market.clone(),
            sku: self.sku.clone(),
        };
        let (key, sku) = which.find(app, item)?;
        let found = app.history(&key, sku.as_ref(), lane, self.rules.as_deref())?;
        found.ok_or_else(|| Problem::not_found("nothing was read of this yet"))
    }
}

/// Cuts a page off. The next one begins at a minute of its own: of a price that came and went within one, both stay together.
fn cut(spans: &mut Vec<Span<'_>>) -> Option<Minute> {
    let last = spans.get(MOST_SPANS.checked_sub(1)?)?.from;
    let rest = spans.iter().skip(MOST_SPANS);
    let more = rest.take_while(|span| span.from == last).count();
    let next = spans.get(MOST_SPANS + more)?.from;
    spans.truncate(MOST_SPANS + more);
    Some(next)
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

fn window(window: &Window, currency: Currency) -> WindowOf {
    let amount = |minor: i64| Money::new(minor, currency);
    let figures = window.figures.map(|figures: Figures| FiguresOf {
        low: amount(figures.low.price.minor()),
        low_at: figures.low.at.instant().to_string(),
        high: amount(figures.high.price.minor()),
        high_at: figures.high.at.instant().to_string(),
        average: amount(figures.average.minor()),
        at_low: figures.at_low,
    });
    WindowOf {
        days: match window.period {
            Period::Days(days) => Some(days),
            Period::All => None,
        },
        blind_minutes: window.blind,
        figures,
    }
}
