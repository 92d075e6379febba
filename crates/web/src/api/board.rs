//! Deals and search for programs: the cards of the board, page by page.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tillwatch_app::find::Finding;
use tillwatch_app::ports::store::Found;
use tillwatch_core::country::Country;
use tillwatch_core::history::Price;
use tillwatch_core::money::{Currency, Money};
use utoipa::ToSchema;

use super::body::Query;
use super::shapes;
use crate::reader::Reader;
use crate::sought::{Asked, Kind, cursor};
use crate::{Problem, Site};

/// Cards of a page.
const CARDS: usize = 50;

/// What is asked of the board. An empty value is as good as none.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filters {
    #[serde(default)]
    #[param(ignore)]
    q: Option<String>,
    /// The ship-to country; without it the United States, or what the call's cookie or language says.
    #[serde(default)]
    #[param(example = "US", required = false)]
    market: String,
    /// `automatic`, `public` or `code`; without it `public`.
    #[serde(default)]
    #[param(example = "public", required = false)]
    lane: String,
    /// Deals by `drop`, `usual`, `saved` or `newest`, what is searched for by `saved`, `drop`, `price` or `newest`; the
    /// first of each is the usual one.
    #[serde(default)]
    #[param(example = "saved", required = false)]
    sort: String,
    /// The least that the lane takes off the sticker; without it 0 among deals, 20 in a search.
    #[serde(default)]
    #[param(example = "7.5", required = false)]
    min_percent: String,
    /// The least price, in the market's currency.
    #[serde(default)]
    #[param(example = "5", required = false)]
    min_price: String,
    /// The highest price.
    #[serde(default)]
    #[param(example = "12.50", required = false)]
    max_price: String,
    /// The country that it ships from.
    #[serde(default)]
    #[param(example = "CN", required = false)]
    warehouse: String,
    /// The number of a category.
    #[serde(default)]
    #[param(example = "3", required = false)]
    category: String,
    /// `true` leaves out what is not known to ship for nothing.
    #[serde(default)]
    #[param(example = "true", required = false)]
    free_shipping: String,
    /// Where to go on: the `next` of an answer.
    #[serde(default)]
    #[param(required = false)]
    cursor: String,
}

impl From<Filters> for Asked {
    fn from(filters: Filters) -> Self {
        Self {
            q: filters.q.unwrap_or_default(),
            market: filters.market,
            lane: filters.lane,
            sort: filters.sort,
            min_percent: filters.min_percent,
            min_price: filters.min_price,
            max_price: filters.max_price,
            warehouse: filters.warehouse,
            category: filters.category,
            free_shipping: filters.free_shipping,
            cursor: filters.cursor,
            answer: String::new(),
        }
    }
}

/// Cards, a page at a time.
#[derive(Serialize, ToSchema)]
pub(crate) struct Cards {
    items: Vec<Row>,
    /// Where to go on; absent where there are no more.
    next: Option<String>,
}

/// Cards that were searched for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Finds {
    #[serde(flatten)]
    cards: Cards,
    /// What was searched for instead, where no card has what was asked for.
    read_as: Option<String>,
}

/// A variant with a present price, and where that stands against its past. Moments are in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = Card)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Row {
    #[schema(value_type = shapes::Id)]
    item: String,
    #[schema(value_type = Option<shapes::Id>)]
    sku: Option<String>,
    title: Option<String>,
    /// The variant's name.
    variant: Option<String>,
    #[schema(value_type = shapes::Market)]
    market: Country,
    #[schema(value_type = shapes::CurrencyCode)]
    currency: Currency,
    #[schema(example = "public")]
    lane: &'static str,
    /// The price with nothing taken off.
    #[schema(value_type = shapes::Amount)]
    sticker: Money,
    /// What is paid in the lane.
    #[schema(value_type = shapes::Amount)]
    total: Money,
    /// How far that lies under the sticker.
    #[schema(value_type = shapes::Percentage)]
    saved_percent: String,
    /// The lowest price of the last 30 days, this one included.
    #[schema(value_type = shapes::Amount)]
    low_30: Money,
    /// The lowest price of the 30 days before this one began.
    #[schema(value_type = Option<shapes::Amount>)]
    former_low_30: Option<Money>,
    #[schema(value_type = shapes::Percentage)]
    below_former_low_percent: String,
    /// The average of the last 30 days.
    #[schema(value_type = shapes::Amount)]
    usual: Money,
    #[schema(value_type = shapes::Percentage)]
    below_usual_percent: String,
    /// The lowest price that is known.
    #[schema(value_type = shapes::Amount)]
    low: Money,
    #[schema(value_type = shapes::Moment)]
    low_at: String,
    is_lowest: bool,
    /// When this price began.
    #[schema(value_type = shapes::Moment)]
    since: String,
    /// Full days of which a price is known.
    days_known: u32,
    /// Whether these are too few to say much.
    low_confidence: bool,
    /// Whether minutes of the last 30 days were taken out of its lows.
    partly_voided: bool,
    /// Whether a first order pays less, which is counted nowhere.
    newcomers_pay_less: bool,
    /// The country that it ships from.
    warehouse: Option<String>,
    categories: Vec<String>,
    /// Whether its shipping is known to cost nothing.
    free_shipping: bool,
    #[schema(value_type = shapes::Moment)]
    checked_at: String,
}

/// What became cheaper
///
/// Variants whose price lies under their usual one or under their former low, in one market and currency.
#[utoipa::path(
    get, path = "/api/v1/deals", operation_id = "deals", tag = "discovery", params(Filters),
    responses((status = 200, description = "The deals", body = Cards)),
)]
pub(crate) async fn deals(
    State(site): State<Site>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Cards>, Problem> {
    if filters.q.is_some() {
        let told = "deals are not searched by text: /api/v1/search takes q";
        return Err(Problem::bad_value("q", told));
    }
    let wish = Asked::from(filters).read(Kind::Deals, &site.app, reader.market(), CARDS)?;
    let finding = site.ask(move |app, _| Ok(app.deals(&wish.sought)?)).await?;
    Ok(Json(cards(&finding)))
}

/// Search among what is tracked
///
/// Parts of words of titles, names and ids, taken as they are; where nothing has them, words that are nearly the same.
#[utoipa::path(
    get, path = "/api/v1/search", operation_id = "search", tag = "discovery",
    params(("q" = Option<String>, Query, description = "Up to 12 words", example = "earbuds"), Filters),
    responses((status = 200, description = "What was found", body = Finds)),
)]
pub(crate) async fn search(
    State(site): State<Site>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Finds>, Problem> {
    let wish = Asked::from(filters).read(Kind::Search, &site.app, reader.market(), CARDS)?;
    let finding = site
        .ask(move |app, _| Ok(app.search(&wish.text, &wish.sought)?))
        .await?;
    Ok(Json(Finds {
        cards: cards(&finding),
        read_as: finding.read_as,
    }))
}

fn cards(finding: &Finding) -> Cards {
    Cards {
        items: finding.found.iter().map(row).collect(),
        next: finding.next.map(cursor),
    }
}

fn row(found: &Found) -> Row {
    let (card, offer) = (&found.card, &found.offer);
    let money = |price: Price| Money::new(price.minor(), card.key.currency);
    Row {
        item: card.key.item.to_string(),
        sku: card.sku.as_ref().map(ToString::to_string),
        title: card.title.clone(),
        variant: card.name.clone(),
        market: card.key.market,
        currency: card.key.currency,
        lane: offer.lane.name(),
        sticker: money(card.sticker),
        total: money(offer.total),
        saved_percent: offer.saved.to_string(),
        low_30: money(offer.low_30),
        former_low_30: offer.former.map(money),
        below_former_low_percent: offer.below_low.to_string(),
        usual: money(offer.usual),
        below_usual_percent: offer.below_usual.to_string(),
        low: money(offer.low.price),
        low_at: offer.low.at.to_string(),
        is_lowest: offer.is_lowest(),
        since: offer.began.to_string(),
        days_known: card.days,
        low_confidence: card.is_young(),
        partly_voided: card.voided,
        newcomers_pay_less: card.newcomers,
        warehouse: card.warehouse.as_ref().map(ToString::to_string),
        categories: card.categories.iter().map(ToString::to_string).collect(),
        free_shipping: card.free_shipping,
        checked_at: card.confirmed.to_string(),
    }
}
