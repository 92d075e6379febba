//! Many listings onto a list at once: each at its suggested target, or for any new low where nothing is known yet.

use std::collections::BTreeSet;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use tillwatch_app::ports::store::{ListId, ListingKey, NewChannel};
use tillwatch_app::token::Token;
use tillwatch_app::{App, Wanted};
use tillwatch_core::alert::{Rule, Settings};
use tillwatch_core::history::{Lane, Period};
use tillwatch_core::instant::Instant;

use super::change::find;
use crate::pages::home::{Lines, lines, no_market};
use crate::pages::listing::watch::{joined, told_by_all};
use crate::pages::{html, wrong};
use crate::reader::{Frame, Reader};
use crate::secret::token;
use crate::words::Words;
use crate::{Problem, Site};

#[derive(Template)]
#[template(path = "bulk.html")]
struct Page<'a> {
    frame: Frame<'a>,
    done: String,
    refused: Vec<String>,
    list: String,
}

#[derive(Deserialize)]
pub(crate) struct Pasted {
    text: String,
    market: Option<String>,
    /// The list that the browser remembers.
    list: Option<String>,
}

/// `POST /l/{secret}/add`
pub(crate) async fn add(
    State(site): State<Site>,
    reader: Reader,
    Path(secret): Path<String>,
    Form(pasted): Form<Pasted>,
) -> Response {
    let opened = move |site: &Site, _| {
        let list = find(&site.app, &secret)?;
        Ok((list.id, told_by_all(&list), token(&secret)?))
    };
    watch(site, reader, pasted, opened).await
}

/// `POST /watch`: onto the list that the browser remembers, or a new one.
pub(crate) async fn start(State(site): State<Site>, reader: Reader, Form(mut pasted): Form<Pasted>) -> Response {
    let known = pasted.list.take();
    let opened = move |site: &Site, now| joined(site, known.as_deref(), now);
    watch(site, reader, pasted, opened).await
}

/// Watches what was pasted on a list that is opened once the lines are read.
async fn watch(
    site: Site,
    reader: Reader,
    pasted: Pasted,
    opened: impl FnOnce(&Site, Instant) -> Result<(ListId, BTreeSet<String>, Token), Problem> + Send + 'static,
) -> Response {
    let read = match lines(&site, &reader, &pasted.text, pasted.market.as_deref()).await {
        Ok(read) => read,
        Err(problem) => return wrong(&site, &reader, &problem),
    };
    let (here, asking) = (site.clone(), reader.clone());
    let answer = site.ask(move |app, now| {
        let (list, told, secret) = opened(&here, now)?;
        let frame = asking.frame(&here);
        let count = watch_all(app, frame.words, list, &told, &read, now)?;
        let page = Page {
            done: frame.words.list.bulk_done.of(frame.words.code, count),
            refused: read.refused,
            list: format!("/l/{}", secret.text()),
            frame,
        };
        Ok(html(&asking, &page))
    });
    answer.await.unwrap_or_else(|problem| wrong(&site, &reader, &problem))
}

/// Watches each listing; how many there were.
fn watch_all(
    app: &App,
    words: &Words,
    list: ListId,
    told: &BTreeSet<String>,
    read: &Lines,
    now: Instant,
) -> Result<usize, Problem> {
    let almanac = app.almanac();
    let currency = almanac.markets.get(read.market).map(|market| market.currency);
    let currency = currency.ok_or_else(|| no_market(words, read.market.code()))?;
    let mut count = 0;
    for identity in &read.known {
        let Some(item) = identity.item.clone() else { continue };
        let key = ListingKey {
            item,
            market: read.market,
            currency,
        };
        let sku = identity.pinned().cloned();
        let look = app.look(&key, sku.as_ref(), now)?;
        let target = look.and_then(|look| look.target);
        let unconfirmed = |address: &String| NewChannel {
            address: address.clone(),
            confirmed: false,
        };
        let wanted = Wanted {
            key,
            sku,
            lane: Lane::Public,
            rules: vec![target.map_or(Rule::NewLow(Period::All), Rule::Below)],
            settings: Settings::default(),
            channels: told.iter().map(unconfirmed).collect(),
        };
        app.watch_in_list(list, &wanted, now)?;
        count += 1;
    }
    Ok(count)
}
