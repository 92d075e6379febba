//! Deals and search for programs: the cards of the board, page by page.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Value, json};
use tillwatch_app::find::Finding;
use tillwatch_app::ports::store::Found;
use tillwatch_core::country::Country;
use tillwatch_core::history::Price;
use tillwatch_core::money::{Currency, Money};

use crate::reader::Reader;
use crate::sought::{Asked, Kind, cursor};
use crate::{Problem, Site};

/// Cards of a page.
const CARDS: usize = 50;

/// A card as programs read it. Amounts and percentages are decimal texts, moments are in UTC.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Row {
    item: String,
    sku: Option<String>,
    title: Option<String>,
    variant: Option<String>,
    market: Country,
    currency: Currency,
    lane: &'static str,
    sticker: Money,
    total: Money,
    saved_percent: String,
    low_30: Money,
    former_low_30: Option<Money>,
    below_former_low_percent: String,
    usual: Money,
    below_usual_percent: String,
    low: Money,
    low_at: String,
    is_lowest: bool,
    since: String,
    days_known: u32,
    low_confidence: bool,
    partly_voided: bool,
    newcomers_pay_less: bool,
    warehouse: Option<String>,
    categories: Vec<String>,
    free_shipping: bool,
    checked_at: String,
}

/// `GET /api/v1/deals`
pub(crate) async fn deals(State(site): State<Site>, reader: Reader, asked: Asked) -> Result<Json<Value>, Problem> {
    let wish = asked.read(Kind::Deals, &site.app, reader.market(), CARDS)?;
    let finding = site.ask(move |app, _| Ok(app.deals(&wish.sought)?)).await?;
    Ok(Json(answer(&finding)))
}

/// `GET /api/v1/search?q=&min_percent=20&market=`
pub(crate) async fn search(State(site): State<Site>, reader: Reader, asked: Asked) -> Result<Json<Value>, Problem> {
    let wish = asked.read(Kind::Search, &site.app, reader.market(), CARDS)?;
    let finding = site
        .ask(move |app, _| Ok(app.search(&wish.text, &wish.sought)?))
        .await?;
    let mut answer = answer(&finding);
    answer["read_as"] = finding.read_as.into();
    Ok(Json(answer))
}

fn answer(finding: &Finding) -> Value {
    let rows: Vec<Row> = finding.found.iter().map(row).collect();
    json!({"items": rows, "next": finding.next.map(cursor)})
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
