//! The calculator: what is paid at a checkout and why, and what a checkout dropped that showed another total.
//!
//! Nothing of it is stored or logged: what is typed is in the request's body, and the answer is in the page alone.

pub(super) mod answer;
mod form;
mod rows;

pub(super) use answer::{Diagnosis, diagnosed};
pub(super) use rows::{Bought, rules};

use std::time::Duration;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use tillwatch_app::gather::Piece;
use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::link::clean_url;

use super::home::{Choice, choices};
use super::html;
use crate::counter::{COME_BACK, NotComputed};
use crate::reader::{Frame, Reader};
use crate::typed::{Sent, Typed};
use crate::words::fill;
use crate::{Problem, Site};

/// So long one checkout may take; the search for its best stack has an end of its own.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Template)]
#[template(path = "checkout.html")]
struct Page<'a> {
    frame: Frame<'a>,
    markets: Vec<Choice>,
    form: form::View<'a>,
    /// How many entries are not accepted, in a sentence.
    wrongs: Option<String>,
    answer: Option<answer::View>,
}

/// A listing to begin with.
#[derive(Deserialize)]
pub(crate) struct Asked {
    item: Option<String>,
    sku: Option<String>,
}

/// `GET /checkout?item=&market=&sku=`
pub(crate) async fn show(State(site): State<Site>, reader: Reader, Query(asked): Query<Asked>) -> Response {
    let (here, asking) = (site.clone(), reader.clone());
    let answer = site.ask(move |_, _| {
        let mut typed = Typed::default();
        typed.set("known", "on");
        let market = asking.market();
        if let Some(item) = asked.item.as_deref().and_then(|item| ItemId::parse(item).ok()) {
            let sku = asked.sku.as_deref().and_then(|sku| SkuId::parse(sku).ok());
            begin(&here, market, item, sku, &mut typed)?;
        }
        Ok(page(&here, &asking, market, &typed, None))
    });
    match answer.await {
        Ok(response) => response,
        Err(problem) => super::wrong(&site, &reader, &problem),
    }
}

/// Fills the first line with a listing as it was last read.
fn begin(site: &Site, market: Country, item: ItemId, sku: Option<SkuId>, typed: &mut Typed) -> Result<(), Problem> {
    let almanac = site.app.almanac();
    let Some(known) = almanac.markets.get(market) else {
        return Ok(());
    };
    typed.set("link-1", clean_url(&item, sku.as_ref()));
    let piece = Piece { item, sku, quantity: 1 };
    let gathered = site.app.gather(market, known.currency, &[piece], (site.clock)())?;
    if let Some(line) = gathered.checkout.lines.first() {
        typed.set("price-1", line.unit_price.to_string());
        // A shared fee is the checkout's, so that it stays with the listing.
        let own_fee = gathered.found.iter().flatten().any(|found| found.delivered) && line.pool.is_none();
        if own_fee {
            typed.set("shipping-1", line.shipping.to_string());
        }
        if let Some(store) = &line.store {
            typed.set("store-1", store.as_str());
        }
    }
    Ok(())
}

/// `POST /checkout`
pub(crate) async fn compute(State(site): State<Site>, reader: Reader, sent: Sent) -> Response {
    let words = reader.words(&site.tongues);
    let typed = match sent {
        Ok(pairs) => Typed::of(pairs.0),
        Err(rejection) => {
            let mut typed = Typed::default();
            typed.refused.push(words.site.typed_too_long.clone());
            return with(page(&site, &reader, reader.market(), &typed, None), rejection.status());
        }
    };
    let market = rows::market(&typed).unwrap_or_else(|| reader.market());
    if !typed.text("more").is_empty() {
        return page(&site, &reader, market, &typed, None);
    }
    let (here, asking, kept) = (site.clone(), reader.clone(), typed.clone());
    let answer = site.counter.compute(PATIENCE, move |_| {
        let mut typed = typed;
        let words = asking.words(&here.tongues);
        let bought = rows::read(&here.app, words, &mut typed, (here.clock)())?;
        let answer = bought.map(|bought| answer::View::of(&here.app, words, &bought, (here.clock)()));
        let status = if answer.is_some() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        Ok(with(page(&here, &asking, market, &typed, answer), status))
    });
    match answer.await {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => super::wrong(&site, &reader, &problem),
        Err(why) => {
            let mut typed = kept;
            let status = not_computed(why, &reader, &site, &mut typed);
            come_back(with(page(&site, &reader, market, &typed, None), status))
        }
    }
}

fn page(site: &Site, reader: &Reader, market: Country, typed: &Typed, answer: Option<answer::View>) -> Response {
    let frame = reader.frame(site);
    let page = Page {
        markets: choices(site, frame.words, market),
        form: form::View::of(typed, &frame.words.checkout),
        wrongs: (typed.wrongs() > 0).then(|| frame.words.checkout.wrong.entries.of(frame.words.code, typed.wrongs())),
        answer,
        frame,
    };
    html(reader, &page)
}

/// Says in a form why nothing was computed.
pub(crate) fn not_computed(why: NotComputed, reader: &Reader, site: &Site, typed: &mut Typed) -> StatusCode {
    let words = &reader.words(&site.tongues).site;
    match why {
        NotComputed::Busy => {
            let seconds = COME_BACK.to_string();
            typed.refused.push(fill(&words.busy, &[("seconds", &seconds)]));
            StatusCode::SERVICE_UNAVAILABLE
        }
        NotComputed::Failed => {
            typed.refused.push(words.failed_title.clone());
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// The same with when to ask again.
pub(crate) fn come_back(mut response: Response) -> Response {
    if let Ok(seconds) = HeaderValue::from_str(&COME_BACK.to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

pub(crate) fn with(mut response: Response, status: StatusCode) -> Response {
    *response.status_mut() = status;
    response
}
