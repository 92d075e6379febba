//! Deals: the biggest drops of what is really paid, as a page and as a feed.

use askama::Template;
use atom_syndication::{Entry, Feed, Generator, Person, Text};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use tillwatch_core::history::Minute;

use super::cards::{Form, Row, Teller};
use super::html;
use super::list::feed::{link, moment, visible};
use crate::reader::{Frame, Reader};
use crate::sought::{Asked, Kind};
use crate::{Problem, Site};

/// Cards on a page, and in the feed.
const CARDS: usize = 24;
const ENTRIES: usize = 50;

#[derive(Template)]
#[template(path = "deals.html")]
struct Page<'a> {
    frame: Frame<'a>,
    form: Form,
    rows: Vec<Row>,
    next: Option<String>,
    feed: String,
}

/// `GET /deals`
pub(crate) async fn show(State(site): State<Site>, reader: Reader, asked: Asked) -> Result<Response, Problem> {
    let frame = reader.frame(&site);
    let words = frame.words;
    let wish = asked.read(Kind::Deals, &site.app, reader.market(), CARDS);
    let (market, wrong) = match &wish {
        Ok(wish) => (wish.sought.market, None),
        Err(wrong) => (reader.market(), Some(wrong.clone())),
    };
    let finding = match wish {
        Ok(wish) => Some(site.ask(move |app, _| Ok(app.deals(&wish.sought)?)).await?),
        Err(_) => None,
    };
    let teller = Teller {
        words,
        now: Minute::of((site.clock)()),
    };
    let found = finding.iter().flat_map(|finding| &finding.found);
    let next = finding.as_ref().and_then(|finding| finding.next);
    let page = Page {
        rows: found.map(|found| teller.row(found)).collect(),
        next: next.map(|next| format!("/deals?{}", asked.next(next))),
        feed: format!("/deals.atom?market={market}"),
        form: Form::new(&site, words, Kind::Deals, asked, market, wrong.as_ref()),
        frame,
    };
    let mut response = html(&reader, &page);
    if wrong.is_some() {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    Ok(response)
}

/// `GET /deals.atom`: the newest first, where nothing else is asked for.
pub(crate) async fn feed(State(site): State<Site>, reader: Reader, mut asked: Asked) -> Result<Response, Problem> {
    if asked.sort.is_empty() {
        "newest".clone_into(&mut asked.sort);
    }
    let wish = asked.read(Kind::Deals, &site.app, reader.market(), ENTRIES)?;
    let market = wish.sought.market;
    let finding = site.ask(move |app, _| Ok(app.deals(&wish.sought)?)).await?;
    let now = (site.clock)();
    let teller = Teller {
        words: reader.words(&site.tongues),
        now: Minute::of(now),
    };
    let address = |path: &str| site.app.page(path).map_or_else(|| format!("/{path}"), Into::into);
    let entries = finding.found.iter().map(|found| {
        let row = teller.row(found);
        let (key, began) = (&found.card.key, found.offer.began);
        let variant = found.place.variant.0;
        let summary = row
            .drop
            .iter()
            .chain(&row.facts)
            .chain(&row.doubt)
            .cloned()
            .collect::<Vec<_>>();
        Ok(Entry {
            id: format!(
                "urn:tillwatch:deal:{}:{}:{variant}:{}",
                key.item,
                key.market,
                began.number()
            ),
            title: Text::plain(visible(&format!("{}: {}", row.title, row.total))),
            updated: moment(began.instant())?,
            summary: Some(Text::plain(visible(&summary.join(" · ")))),
            links: vec![link("alternate", address(row.href.trim_start_matches('/')))],
            ..Entry::default()
        })
    });
    let entries: Vec<Entry> = entries.collect::<Result<_, Problem>>()?;
    let newest = finding.found.iter().map(|found| found.offer.began).max();
    let feed = Feed {
        id: format!("urn:tillwatch:deals:{market}"),
        title: Text::plain(format!("tillwatch · {} · {market}", teller.words.board.deals_title)),
        updated: moment(newest.map_or(now, Minute::instant))?,
        authors: vec![Person {
            name: "tillwatch".to_owned(),
            ..Person::default()
        }],
        generator: Some(Generator {
            value: "tillwatch".to_owned(),
            ..Generator::default()
        }),
        links: vec![
            link("self", address(&format!("deals.atom?market={market}"))),
            link("alternate", address(&format!("deals?market={market}"))),
        ],
        entries,
        ..Feed::default()
    };
    let headers = [
        (CONTENT_TYPE, "application/atom+xml; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=300"),
        (VARY, "accept-language, cookie"),
    ];
    Ok((headers, feed.to_string()).into_response())
}
