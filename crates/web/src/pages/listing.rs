//! A listing: what it costs now and why, what it cost before, and what else there is to know.

pub(crate) mod past;
mod present;
pub(crate) use present::shortened;
pub(crate) mod watch;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillwatch_app::App;
use tillwatch_app::look::Look;
use tillwatch_app::ports::store::ListingKey;
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Minute};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::clean_url;
use tillwatch_core::stack::Receipt;

use super::home::{Choice, choices, no_market};
use super::notes::Note;
use super::{again, html, partner, tills, wrong};
use crate::chart::{Dress, Width};
use crate::painter::View;
use crate::reader::{Frame, Reader};
use crate::typed::Typed;
use crate::words::{Words, fill};
use crate::{Problem, Site, api};

/// What an address asks for beside the listing.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    pub(crate) market: Option<String>,
    pub(crate) sku: Option<String>,
    pub(crate) lane: Option<String>,
    pub(crate) range: Option<String>,
    pub(crate) dark: Option<String>,
    pub(crate) width: Option<String>,
}

impl Asked {
    /// Which listing.
    fn meant(&self, app: &App, words: &Words, reader: &Reader, item: &str) -> Result<Meant, Problem> {
        meant(app, words, reader, item, self.market.as_deref(), self.sku.as_deref())
    }
}

/// A listing whose price was read at least once.
#[derive(Template)]
#[template(path = "listing.html")]
struct Page<'a> {
    frame: Frame<'a>,
    head: present::Head,
    ask: watch::Ask,
    receipt: Option<crate::receipt::View>,
    /// Where the receipt stays.
    receipt_link: String,
    /// What the till showed, while the receipt is that of now.
    till: Option<tills::Ask>,
    /// Where the reader's own coupons are added.
    own: String,
    /// What the struck-out price is worth.
    claim: Vec<String>,
    /// Whether to wait, and why.
    advice: Vec<String>,
    partner: Option<partner::Offer>,
    lanes: Vec<present::LanePrice>,
    variants: Vec<present::Variant>,
    notes: Vec<Note>,
    past: Option<past::Past>,
    /// The chart's whole address, for previews of links; absent without a public address.
    preview: Option<String>,
    markets: Vec<Choice>,
    others: Vec<(String, String)>,
}

/// A listing that nothing is known of yet.
#[derive(Template)]
#[template(path = "unread.html")]
struct Unread<'a> {
    frame: Frame<'a>,
    title: String,
    /// Whether its first check is on its way; else nobody has asked for it.
    is_checking: bool,
    /// Why the last check saw no price.
    failed: Option<String>,
    market: String,
    sku: Option<String>,
    link: String,
}

/// What is meant: a listing, a market with its currency, perhaps a variant.
struct Meant {
    key: ListingKey,
    sku: Option<SkuId>,
}

/// `GET /i/{item}?market=&sku=&lane=&range=`
pub(crate) async fn show(
    State(site): State<Site>,
    reader: Reader,
    Path(item): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let (here, asking) = (site.clone(), reader.clone());
    let answer = site.ask(move |app, now| {
        let meant = asked.meant(app, asking.words(&here.tongues), &asking, &item)?;
        let lane = lane(asked.lane.as_deref())?;
        match app.look_in(&meant.key, meant.sku.as_ref(), lane, now)? {
            Some(look) if look.state.snapshot.is_some() || look.standing.low.is_some() => {
                let page = page(&here, &asking, app, &look, &asked, now)?;
                Ok(html(&asking, &page))
            }
            look => {
                let page = unread(asking.frame(&here), &meant, look.as_ref());
                let waits = page.is_checking;
                let response = html(&asking, &page);
                Ok(if waits { again(response, 3) } else { response })
            }
        }
    });
    match answer.await {
        Ok(response) => response,
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

/// `GET /i/{item}/chart.svg?market=&sku=&lane=&range=&dark`
pub(crate) async fn chart(
    State(site): State<Site>,
    reader: Reader,
    Path(item): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let here = site.clone();
    let answer = site.ask(move |app, now| {
        let meant = asked.meant(app, reader.words(&here.tongues), &reader, &item)?;
        let lane = lane(asked.lane.as_deref())?;
        let words = reader.words(&here.tongues);
        let look = app.look_in(&meant.key, meant.sku.as_ref(), lane, now)?;
        let look = look.ok_or_else(|| Problem::not_found("the listing is not tracked there"))?;
        let dress = Dress {
            dark: asked.dark.is_some(),
            large: false,
        };
        let days = past::days(asked.range.as_deref())?;
        let svg = past::picture(app, &look, words, days, dress, now)?;
        let svg = svg.ok_or_else(|| Problem::not_found("nothing was read of this yet"))?;
        // It stands alone, so that its style comes with it; nothing else is allowed in it.
        let headers = [
            (CONTENT_TYPE, "image/svg+xml"),
            (CACHE_CONTROL, "public, max-age=300"),
            (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
        ];
        let open = [(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin")];
        Ok((headers, open, svg).into_response())
    });
    answer.await
}

/// `GET /i/{item}/chart.png?market=&sku=&lane=&range=&dark&width=`: the same for whatever shows no SVG.
pub(crate) async fn photo(
    State(site): State<Site>,
    reader: Reader,
    Path(item): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let here = site.clone();
    let turn = site.pictures.turn().await?;
    let answer = site.ask(move |app, now| {
        let _turn = turn;
        let meant = asked.meant(app, reader.words(&here.tongues), &reader, &item)?;
        let lane = lane(asked.lane.as_deref())?;
        let view = View {
            days: past::days(asked.range.as_deref())?,
            dark: asked.dark.is_some(),
            width: asked
                .width
                .as_deref()
                .map_or(Ok(Width::USUAL), Width::parse)
                .map_err(|why| Problem::bad_value("width", why))?,
        };
        let look = app.look_in(&meant.key, meant.sku.as_ref(), lane, now)?;
        let look = look.ok_or_else(|| Problem::not_found("the listing is not tracked there"))?;
        let png = here.pictures.png(app, &look, reader.words(&here.tongues), view, now)?;
        let png = png.ok_or_else(|| Problem::not_found("nothing was read of this yet"))?;
        let headers = [(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "public, max-age=300")];
        let open = [(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin")];
        Ok((headers, open, png).into_response())
    });
    answer.await
}

#[derive(Deserialize)]
pub(crate) struct Start {
    market: String,
    sku: Option<String>,
}

/// `POST /i/{item}`: asks for a first check; the page says when it is there.
pub(crate) async fn start(
    State(site): State<Site>,
    reader: Reader,
    Path(item): Path<String>,
    Form(start): Form<Start>,
) -> Response {
    match first_check(&site, &reader, item, start.market, start.sku).await {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

/// Asks for a check of a listing, in a market and perhaps of one variant, for somebody who waits: on the page that is
/// returned.
pub(crate) async fn first_check(
    site: &Site,
    reader: &Reader,
    item: String,
    market: String,
    sku: Option<String>,
) -> Result<String, Problem> {
    let (here, asking) = (site.clone(), reader.clone());
    let answer = site.ask(move |app, now| {
        let words = asking.words(&here.tongues);
        let meant = meant(app, words, &asking, &item, Some(&market), sku.as_deref())?;
        app.ask(&meant.key, meant.sku.as_ref(), now)?;
        Ok(address(&meant.key, meant.sku.as_ref()))
    });
    answer.await
}

/// The listing in the market that is named, else in one where it is tracked, the reader's before others.
fn meant(
    app: &App,
    words: &Words,
    reader: &Reader,
    item: &str,
    market: Option<&str>,
    sku: Option<&str>,
) -> Result<Meant, Problem> {
    let item = api::item(item)?;
    let sku = sku.filter(|sku| !sku.is_empty()).map(SkuId::parse).transpose();
    let sku = sku.map_err(|error| Problem::bad_value("sku", error.to_string()))?;
    let named = market.map(|code| Country::parse(code).map_err(|_| no_market(words, code)));
    let named = named.transpose()?;
    let market = named.unwrap_or_else(|| reader.market());
    let mut keys = app.store().markets_of(&item)?;
    let place = keys.iter().position(|key| key.market == market);
    let place = place.or_else(|| (named.is_none() && !keys.is_empty()).then_some(0));
    if let Some(place) = place {
        return Ok(Meant {
            key: keys.swap_remove(place),
            sku,
        });
    }
    let almanac = app.almanac();
    let known = almanac.markets.get(market);
    let currency = known.map(|market| market.currency);
    let currency = currency.ok_or_else(|| no_market(words, market.code()))?;
    let key = ListingKey { item, market, currency };
    Ok(Meant { key, sku })
}

fn lane(asked: Option<&str>) -> Result<Lane, Problem> {
    let name = asked.unwrap_or(Lane::Public.name());
    Lane::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Lane::ALL.iter().map(|lane| lane.name()).collect();
        Problem::bad_value("lane", format!("{name:?} is no lane; there are {}", names.join(", ")))
    })
}

fn page<'a>(
    site: &'a Site,
    reader: &Reader,
    app: &App,
    look: &Look,
    asked: &Asked,
    now: Instant,
) -> Result<Page<'a>, Problem> {
    let frame = reader.frame(site);
    let almanac = app.almanac();
    let key = &look.state.tracked.key;
    let present = present::Present {
        look,
        almanac: &almanac,
        rules: app.rules(),
        words: frame.words,
        now,
    };
    let past = past::past(app, look, &frame, asked, now)?;
    let others = app
        .store()
        .markets_of(&key.item)?
        .into_iter()
        .filter(|other| other.market != key.market);
    Ok(Page {
        head: present.head(),
        ask: watch::ask(look, frame.words, site),
        receipt: present.receipt(),
        receipt_link: format!("/r/{}", past::name(look, app, Minute::of(now))),
        till: till(look, app, frame.words, now),
        own: own(key, look.variant.sku.as_ref()),
        claim: app
            .claim(look, Minute::of(now))?
            .map(|claim| present.claim(&claim))
            .unwrap_or_default(),
        advice: app
            .advice(look, now)?
            .map(|advice| present.advice(&advice))
            .unwrap_or_default(),
        partner: partner::offer(site, reader, key, look.variant.sku.as_ref()),
        lanes: present.lanes(),
        variants: present.variants(),
        notes: present.notes(),
        preview: past.as_ref().and_then(|_| preview(app, look, asked, frame.words)),
        past,
        markets: choices(site, frame.words, key.market),
        others: others
            .map(|other| (address(&other, None), frame.words.countries.of(other.market)))
            .collect(),
        frame,
    })
}

/// What is asked of the till of this moment, where its receipt stays.
fn till(look: &Look, app: &App, words: &Words, now: Instant) -> Option<tills::Ask> {
    let stays = look.is_present() && look.variant.checkout.is_some();
    let till = look.till.as_ref().filter(|_| stays)?;
    let receipt = Receipt::new(&till.checkout, app.rules(), &till.stack);
    let name = past::name(look, app, Minute::of(now));
    tills::ask(&name, &receipt, till.delivered, words, &Typed::default())
}

/// Where the page's chart is as a PNG. All that it is asked by was read already, so that nothing needs to be escaped.
fn preview(app: &App, look: &Look, asked: &Asked, words: &Words) -> Option<String> {
    let chart = format!("i/{}/chart.png", look.state.tracked.key.item);
    let sku = look.variant.sku.as_ref().map(|sku| format!("&sku={sku}"));
    let range = asked.range.as_ref().map(|range| format!("&range={range}"));
    let query = format!(
        "?market={}{}&lane={}{}&lang={}",
        look.state.tracked.key.market,
        sku.unwrap_or_default(),
        look.lane.name(),
        range.unwrap_or_default(),
        words.code
    );
    app.page(&(chart + &query)).map(String::from)
}

fn unread<'a>(frame: Frame<'a>, meant: &Meant, look: Option<&Look>) -> Unread<'a> {
    let words = &frame.words.listing;
    let failed = look.and_then(Look::failed);
    Unread {
        title: fill(&words.untitled, &[("item", meant.key.item.as_str())]),
        is_checking: look.is_some(),
        failed: failed.map(|outcome| fill(&words.failed, &[("outcome", words.outcomes.of(outcome))])),
        market: meant.key.market.to_string(),
        sku: meant.sku.as_ref().map(ToString::to_string),
        link: clean_url(&meant.key.item, meant.sku.as_ref()),
        frame,
    }
}

/// The calculator with what is known of a listing.
fn own(key: &ListingKey, sku: Option<&SkuId>) -> String {
    let sku = sku.map(|sku| format!("&sku={sku}")).unwrap_or_default();
    format!("/checkout?item={}&market={}{sku}", key.item, key.market)
}

/// The page of a listing in a market.
pub(crate) fn address(key: &ListingKey, sku: Option<&SkuId>) -> String {
    match sku {
        Some(sku) => format!("/i/{}?market={}&sku={sku}", key.item, key.market),
        None => format!("/i/{}?market={}", key.item, key.market),
    }
}
