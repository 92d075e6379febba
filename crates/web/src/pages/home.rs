//! The start page: one field that takes a link, share text, an id, or many lines.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillwatch_app::conversation::Nowhere;
use tillwatch_core::country::Country;
use tillwatch_core::link::{Identity, identify};

use super::{html, listing, shortened};
use crate::reader::{Frame, Reader};
use crate::words::{Words, fill};
use crate::{Problem, Site};

/// So many lines are taken at once.
const MOST_LINES: usize = 500;

/// The most bytes of them: links with all that campaigns put behind them.
const MOST_BYTES: usize = 256 * 1024;

/// No more short links are asked where they lead: each is a call to the marketplace.
const MOST_FOLLOWED: usize = 10;

#[derive(Template)]
#[template(path = "home.html")]
struct Page<'a> {
    frame: Frame<'a>,
    markets: Vec<Choice>,
    market: String,
    text: String,
    refused: Vec<String>,
    found: Vec<Found>,
}

/// A country to ship to.
pub(crate) struct Choice {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) chosen: bool,
}

/// One listing of several.
struct Found {
    item: String,
    href: String,
}

#[derive(Deserialize)]
pub(crate) struct Pasted {
    text: String,
    market: Option<String>,
}

/// How much may be pasted.
pub(crate) fn size() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MOST_BYTES)
}

/// `GET /`
pub(crate) async fn show(State(site): State<Site>, reader: Reader) -> Response {
    page(&site, &reader, reader.market(), String::new(), Vec::new(), Vec::new())
}

/// What was pasted, line by line.
pub(crate) struct Lines {
    pub(crate) market: Country,
    /// What leads to a listing.
    pub(crate) known: Vec<Identity>,
    /// What does not, in sentences, with why.
    pub(crate) refused: Vec<String>,
    /// Whether it is one listing with the words that the app shares beside it.
    is_share_text: bool,
}

/// Reads what was pasted; short links are asked where they lead. An error where the market is none, or there are too many.
pub(crate) async fn lines(site: &Site, reader: &Reader, text: &str, market: Option<&str>) -> Result<Lines, Problem> {
    let words = reader.words(&site.tongues);
    let market = market.map(|code| Country::parse(code).map_err(|_| no_market(words, code)));
    let market = market.transpose()?;
    let all: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if all.len() > MOST_LINES {
        let (count, most) = (all.len().to_string(), MOST_LINES.to_string());
        let told = fill(&words.home.too_many, &[("count", &count), ("most", &most)]);
        return Err(Problem::too_large("more lines than are taken at once")
            .at("text")
            .told(told));
    }
    let (identities, led_nowhere) = followed(site, all.into_iter().map(identify).collect()).await;
    let refused = |identity: &Identity| {
        let reason = led_nowhere
            .get(&identity.input)
            .map(|how| words.link.nowhere(*how).to_owned());
        let reason = reason.unwrap_or_else(|| words.link.why(identity));
        let input = shortened(&identity.input);
        fill(&words.home.refused, &[("input", &input), ("reason", &reason)])
    };
    Ok(Lines {
        market: market.unwrap_or_else(|| reader.market()),
        // Lines without a link or a number are the words that the app shares with one.
        is_share_text: identities
            .iter()
            .all(|identity| identity.item.is_some() || is_words(&identity.input)),
        refused: identities
            .iter()
            .filter(|identity| identity.item.is_none())
            .map(refused)
            .collect(),
        known: identities
            .into_iter()
            .filter(|identity| identity.item.is_some())
            .collect(),
    })
}

/// `POST /`: one listing is shown, several are listed, and what is none is said.
pub(crate) async fn paste(State(site): State<Site>, reader: Reader, Form(pasted): Form<Pasted>) -> Response {
    let read = match lines(&site, &reader, &pasted.text, pasted.market.as_deref()).await {
        Ok(read) => read,
        Err(problem) => {
            let refused = vec![problem.detail().to_owned()];
            let mut response = page(&site, &reader, reader.market(), pasted.text, refused, Vec::new());
            *response.status_mut() = problem.status();
            return response;
        }
    };
    if let [one] = read.known.as_slice()
        && read.is_share_text
    {
        // Whoever pastes one listing waits for it; where it cannot be asked for now, its page says what to do.
        let mut to = address(one, read.market);
        if let Some(item) = &one.item {
            let sku = one.pinned().map(ToString::to_string);
            let asked = listing::first_check(&site, &reader, item.to_string(), read.market.to_string(), sku);
            to = asked.await.unwrap_or(to);
        }
        return Redirect::to(&to).into_response();
    }
    let found = read.known.iter().filter_map(|identity| {
        Some(Found {
            item: identity.item.as_ref()?.to_string(),
            href: address(identity, read.market),
        })
    });
    let found = found.collect();
    page(&site, &reader, read.market, pasted.text, read.refused, found)
}

/// The same with short links followed, and why some led nowhere, by what was pasted.
async fn followed(site: &Site, identities: Vec<Identity>) -> (Vec<Identity>, BTreeMap<String, Nowhere>) {
    let (mut all, mut led_nowhere) = (Vec::with_capacity(identities.len()), BTreeMap::new());
    let mut calls = 0;
    for identity in identities {
        let found = match (&site.follow, &identity.redirect) {
            (Some(follow), Some(link)) if calls < MOST_FOLLOWED => {
                calls += 1;
                Some(follow.follow(link).await)
            }
            _ => None,
        };
        match found {
            Some(Ok(found)) => all.push(found),
            Some(Err(why)) => {
                led_nowhere.insert(identity.input.clone(), why.how);
                all.push(identity);
            }
            None => all.push(identity),
        }
    }
    (all, led_nowhere)
}

fn page(
    site: &Site,
    reader: &Reader,
    market: Country,
    text: String,
    refused: Vec<String>,
    found: Vec<Found>,
) -> Response {
    let frame = reader.frame(site);
    html(
        reader,
        &Page {
            markets: choices(site, frame.words, market),
            frame,
            market: market.to_string(),
            text,
            refused,
            found,
        },
    )
}

/// The markets that are known, by name in the reader's alphabet.
pub(crate) fn choices(site: &Site, words: &Words, chosen: Country) -> Vec<Choice> {
    let almanac = site.app.almanac();
    let markets = words.countries.all().filter_map(|(code, name)| {
        let country = Country::parse(code).ok()?;
        almanac.markets.get(country)?;
        Some(Choice {
            code: code.to_owned(),
            name: name.to_owned(),
            chosen: country == chosen,
        })
    });
    markets.collect()
}

/// That a text is no market that is known.
pub(crate) fn no_market(words: &Words, text: &str) -> Problem {
    let told = fill(&words.checkout.wrong.market, &[("value", &shortened(text))]);
    Problem::bad_value("market", "no market that is known").told(told)
}

/// The page of a listing in a market.
fn address(identity: &Identity, market: Country) -> String {
    let item = identity.item.as_ref().map(ToString::to_string).unwrap_or_default();
    match identity.pinned() {
        Some(sku) => format!("/i/{item}?market={market}&sku={sku}"),
        None => format!("/i/{item}?market={market}"),
    }
}

fn is_words(line: &str) -> bool {
    !line.contains("://") && !line.bytes().all(|byte| byte.is_ascii_digit())
}
