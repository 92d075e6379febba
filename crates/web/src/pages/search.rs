//! Search: the form is the page, what was found stands under it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use tillwatch_core::history::Minute;

use super::cards::{Form, Row, Teller};
use super::html;
use crate::reader::{Frame, Reader};
use crate::sought::{Asked, Kind};
use crate::words::fill;
use crate::{Problem, Site};

/// Cards on a page.
const CARDS: usize = 24;

#[derive(Template)]
#[template(path = "search.html")]
struct Page<'a> {
    frame: Frame<'a>,
    form: Form,
    rows: Vec<Row>,
    next: Option<String>,
    read_as: Option<String>,
}

/// `GET /search`
pub(crate) async fn show(State(site): State<Site>, reader: Reader, asked: Asked) -> Result<Response, Problem> {
    let frame = reader.frame(&site);
    let words = frame.words;
    let wish = asked.read(Kind::Search, &site.app, reader.market(), CARDS);
    let (market, wrong) = match &wish {
        Ok(wish) => (wish.sought.market, None),
        Err(wrong) => (reader.market(), Some(wrong.clone())),
    };
    let finding = match wish {
        Ok(wish) => Some(
            site.ask(move |app, _| Ok(app.search(&wish.text, &wish.sought)?))
                .await?,
        ),
        Err(_) => None,
    };
    let teller = Teller {
        words,
        now: Minute::of((site.clock)()),
    };
    let found = finding.iter().flat_map(|finding| &finding.found);
    let next = finding.as_ref().and_then(|finding| finding.next);
    let read_as = finding.as_ref().and_then(|finding| finding.read_as.as_ref());
    let page = Page {
        rows: found.map(|found| teller.row(found)).collect(),
        next: next.map(|next| format!("/search?{}", asked.next(next))),
        read_as: read_as.map(|read| fill(&words.board.read_as, &[("typed", asked.q.trim()), ("read", read)])),
        form: Form::new(&site, words, Kind::Search, asked, market, wrong.as_ref()),
        frame,
    };
    let mut response = html(&reader, &page);
    if wrong.is_some() {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    Ok(response)
}
