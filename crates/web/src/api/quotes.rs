//! The receipt of a listing by its link: what is known of it, or that a first reading is on its way.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{LOCATION, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tillwatch_app::App;
use tillwatch_app::ports::store::{ListingKey, ListingState};
use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::link::{Identity, identify};
use tillwatch_core::money::Currency;
use tillwatch_core::observation::Lanes;
use tillwatch_core::quote::{self, NoQuote, Worked};
use tillwatch_core::snapshot::{Outcome, Snapshot};
use utoipa::ToSchema;

use super::body::Body;
use super::listing::LanePrices;
use super::shapes;
use super::till::written;
use crate::problem::Kind;
use crate::{Problem, Site};

/// The name of the format of what is not known yet.
const PENDING: &str = "tillwatch/quote-pending/1";

/// In how many seconds a first reading is usually there.
const SOON: &str = "3";

/// Which listing is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuoteAsked)]
pub(crate) struct Wish {
    /// A link, a short link, the text that the app shares, or an id.
    #[schema(example = "https://www.aliexpress.com/item/1005006367324382.html")]
    link: String,
    /// The ship-to country; without it the United States.
    #[schema(example = "US")]
    market: Option<String>,
    /// The variant; without it the one that the link pins, else the cheapest.
    #[schema(example = "12000036904138213")]
    sku: Option<String>,
}

/// A quote with what only a watch knows beside it.
#[derive(Serialize)]
struct Quoted<'a> {
    #[serde(flatten)]
    answer: quote::Answer<'a>,
    lanes: Option<LanePrices>,
    checked_at: Option<String>,
    outcome: Option<Outcome>,
    is_present: bool,
}

/// Nothing is known yet.
#[derive(Serialize, ToSchema)]
#[schema(as = QuotePending)]
pub(crate) struct Pending {
    #[schema(example = "tillwatch/quote-pending/1")]
    schema: &'static str,
    #[schema(value_type = shapes::Id)]
    item: ItemId,
    #[schema(value_type = shapes::Market)]
    market: Country,
    #[schema(value_type = shapes::CurrencyCode)]
    currency: Currency,
    /// When the last reading was tried, if one was.
    #[schema(value_type = Option<shapes::Moment>)]
    checked_at: Option<String>,
    /// Why that saw no price.
    #[schema(value_type = Option<shapes::OutcomeName>)]
    outcome: Option<Outcome>,
    detail: Option<String>,
    /// Where the listing stands.
    location: String,
}

/// The receipt of a listing
///
/// For a listing that was read it is answered at once. Any other is read for the first time, which takes some seconds: the
/// answer then says where to look.
#[utoipa::path(
    post, path = "/api/v1/quotes", operation_id = "quote", tag = "listings",
    request_body(content = Wish),
    responses(
        (status = 200, description = "The receipt", body = shapes::Quote),
        (
            status = 202, description = "A first reading is on its way, or came to nothing so far", body = Pending,
            headers(("Location" = String, description = "Where the listing stands"), ("Retry-After" = u32))
        ),
    ),
)]
pub(crate) async fn quote(State(site): State<Site>, Body(wish): Body<Wish>) -> Result<Response, Problem> {
    let identity = site.identity(&wish.link).await?;
    let answer = site.ask(move |app, now| {
        let (key, sku) = meant(app, &identity, &wish)?;
        let state = app.store().listing(&key)?;
        match &state {
            Some(state) if state.snapshot.is_some() => known(app, state, &identity, sku.as_ref(), now),
            Some(state) => Ok(pending(key, Some(state))),
            None => {
                app.ask(&key, sku.as_ref(), now)?;
                Ok(pending(key, None))
            }
        }
    });
    answer.await
}

impl Site {
    /// What a link names; a short link is asked where it leads.
    async fn identity(&self, link: &str) -> Result<Identity, Problem> {
        let identity = identify(link);
        let found = match (&self.follow, &identity.redirect) {
            (Some(follow), Some(link)) => follow.follow(link).await,
            _ => Ok(identity),
        };
        let identity = found.map_err(|why| Problem::new(Kind::LinkLedNowhere, why.sentence).at("link"))?;
        if identity.item.is_some() {
            return Ok(identity);
        }
        let reason = identity.reason.as_ref();
        let told = reason.map_or_else(|| "it leads to no listing".to_owned(), ToString::to_string);
        Err(Problem::bad_value("link", told).because(reason.map(tillwatch_core::link::Reason::name)))
    }
}

fn meant(app: &App, identity: &Identity, wish: &Wish) -> Result<(ListingKey, Option<SkuId>), Problem> {
    let market = Country::parse(wish.market.as_deref().unwrap_or("US"));
    let market = market.map_err(|error| Problem::bad_value("market", error.to_string()))?;
    let almanac = app.almanac();
    let currency = almanac.markets.get(market).map(|row| row.currency);
    let currency = currency.ok_or_else(|| Problem::bad_value("market", format!("nothing is known of {market}")))?;
    let sku = wish.sku.as_deref().map(SkuId::parse).transpose();
    let sku = sku.map_err(|error| Problem::bad_value("sku", error.to_string()))?;
    let item = identity.item.clone().ok_or_else(Problem::internal)?;
    let key = ListingKey { item, market, currency };
    Ok((key, sku.or_else(|| identity.pinned().cloned())))
}

fn known(
    app: &App,
    state: &ListingState,
    identity: &Identity,
    sku: Option<&SkuId>,
    now: Instant,
) -> Result<Response, Problem> {
    let (key, almanac) = (&state.tracked.key, app.almanac());
    let seen: &Snapshot = state.snapshot.as_ref().ok_or_else(Problem::internal)?;
    let wish = quote::Wish {
        market: Some(key.market),
        currency: Some(key.currency),
        sku: sku.cloned(),
        quantity: 1,
        at: now,
    };
    let quoted = quote::quote(seen, &almanac, &wish).map_err(|error| match error {
        NoQuote::NoSuchVariant { .. } => Problem::bad_value("sku", error.to_string()),
        _ => Problem::new(Kind::Refused, error.to_string()),
    })?;
    let worked = Worked::new(seen, quoted, &almanac, app.rules(), &wish, None);
    let look = app.look(key, sku, now)?;
    let last = state.last_check.as_ref();
    written(&Quoted {
        answer: worked.answer(seen, Some(identity), app.rules(), &[]),
        lanes: Lanes::of(&worked.checkout, app.rules()).map(LanePrices::from),
        checked_at: last.map(|check| check.at.to_string()),
        outcome: last.map(|check| check.outcome),
        is_present: look.is_some_and(|look| look.is_present()),
    })
}

fn pending(key: ListingKey, state: Option<&ListingState>) -> Response {
    let last = state.and_then(|state| state.last_check.as_ref());
    let location = format!("/api/v1/listings/{}?market={}", key.item, key.market);
    let told = Pending {
        schema: PENDING,
        item: key.item,
        market: key.market,
        currency: key.currency,
        checked_at: last.map(|check| check.at.to_string()),
        outcome: last.map(|check| check.outcome),
        detail: last.and_then(|check| check.detail.clone()),
        location: location.clone(),
    };
    let headers = [(LOCATION, location), (RETRY_AFTER, SOON.to_owned())];
    (StatusCode::ACCEPTED, headers, Json(told)).into_response()
}
