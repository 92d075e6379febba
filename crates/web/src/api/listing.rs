//! A listing as it stands: its prices in every lane, when they were confirmed, and what became of the last check.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use tillwatch_app::ports::store::TrackedVariant;
use tillwatch_core::country::Country;
use tillwatch_core::id::ItemId;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::observation::Lanes;
use utoipa::ToSchema;

use super::body::{Path, Query};
use super::{Which, shapes};
use crate::{Problem, Site};

/// The name of the format.
const SCHEMA: &str = "tillwatch/listing/1";

/// A listing as it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Listing {
    #[schema(example = "tillwatch/listing/1")]
    schema: &'static str,
    #[schema(value_type = shapes::Id)]
    item: ItemId,
    title: Option<String>,
    #[schema(value_type = shapes::Market)]
    market: Country,
    #[schema(value_type = shapes::CurrencyCode)]
    currency: Currency,
    /// When it was last tried to read it.
    #[schema(value_type = Option<shapes::Moment>)]
    checked_at: Option<String>,
    /// What became of that.
    #[schema(value_type = Option<shapes::OutcomeName>)]
    outcome: Option<&'static str>,
    detail: Option<String>,
    /// Who read it.
    source: Option<String>,
    /// How many seconds usually lie between two readings.
    checked_about_every_seconds: Option<u32>,
    variants: Vec<Variant>,
}

/// A variant that is tracked; its prices are absent until the first reading.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingVariant)]
struct Variant {
    #[schema(value_type = Option<shapes::Id>)]
    sku: Option<String>,
    #[schema(value_type = Option<shapes::Amount>)]
    sticker: Option<Money>,
    #[schema(value_type = Option<shapes::Amount>)]
    automatic: Option<Money>,
    #[schema(value_type = Option<shapes::Amount>)]
    public: Option<Money>,
    #[schema(value_type = Option<shapes::Amount>)]
    code: Option<Money>,
    with_shipping: Option<bool>,
    rules: Option<String>,
    #[schema(value_type = Option<shapes::Moment>)]
    confirmed_at: Option<String>,
    watchers: u32,
}

/// The price of one piece in each lane.
#[derive(Serialize, ToSchema)]
pub(crate) struct LanePrices {
    /// With nothing taken off.
    #[schema(value_type = shapes::Amount)]
    sticker: Money,
    /// With what applies by itself.
    #[schema(value_type = shapes::Amount)]
    automatic: Money,
    /// With public coupons as well.
    #[schema(value_type = shapes::Amount)]
    public: Money,
    /// With a public typed code as well.
    #[schema(value_type = shapes::Amount)]
    code: Money,
}

impl From<Lanes> for LanePrices {
    fn from(lanes: Lanes) -> Self {
        Self {
            sticker: lanes.sticker,
            automatic: lanes.automatic,
            public: lanes.public,
            code: lanes.code,
        }
    }
}

/// A listing as it stands
#[utoipa::path(
    get, path = "/api/v1/listings/{item}", operation_id = "listing", tag = "listings",
    params(("item" = shapes::Id, Path, description = "The listing"), Which),
    responses((status = 200, description = "The listing", body = Listing)),
)]
pub(crate) async fn show(
    State(site): State<Site>,
    Path(item): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<Listing>, Problem> {
    let answer = site.ask(move |app, now| {
        let (key, sku) = which.find(app, &item)?;
        let state = app.store().listing(&key)?;
        let state = state.ok_or_else(|| Problem::not_found("the listing is not tracked"))?;
        let variants = state.tracked.variants.iter();
        let variants = variants.filter(|variant| sku.is_none() || variant.sku == sku);
        let checked = state.last_check.as_ref();
        Ok(Listing {
            schema: SCHEMA,
            title: state.snapshot.as_ref().and_then(|seen| seen.title.clone()),
            item: key.item,
            market: key.market,
            currency: key.currency,
            checked_at: checked.map(|check| check.at.to_string()),
            outcome: checked.map(|check| check.outcome.name()),
            detail: checked.and_then(|check| check.detail.clone()),
            source: checked.map(|check| check.source.clone()),
            checked_about_every_seconds: app.interval(state.tracked.id, now),
            variants: variants.map(variant).collect(),
        })
    });
    Ok(Json(answer.await?))
}

fn variant(variant: &TrackedVariant) -> Variant {
    let latest = variant.latest.as_ref();
    let lanes = latest.map(|latest| latest.lanes);
    Variant {
        sku: variant.sku.as_ref().map(ToString::to_string),
        sticker: lanes.map(|lanes| lanes.sticker),
        automatic: lanes.map(|lanes| lanes.automatic),
        public: lanes.map(|lanes| lanes.public),
        code: lanes.map(|lanes| lanes.code),
        with_shipping: latest.map(|latest| latest.terms.delivered),
        rules: latest.map(|latest| latest.terms.rules.clone()),
        confirmed_at: latest.map(|latest| latest.confirmed.instant().to_string()),
        watchers: variant.watchers(),
    }
}
