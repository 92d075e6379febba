//! Pages for people: complete without script, in the reader's language.

pub(crate) mod about;
pub(crate) mod basket;
pub(crate) mod browser;
pub(crate) mod cards;
pub(crate) mod checkout;
pub(crate) mod codes;
pub(crate) mod consent;
pub(crate) mod deals;
pub(crate) mod drawer;
pub(crate) mod guide;
pub(crate) mod home;
pub(crate) mod kept;
pub(crate) mod list;
pub(crate) mod listing;
mod notes;
pub(crate) mod partner;
mod pasted;
pub(crate) mod promotions;
pub(crate) mod search;
pub(crate) mod status;
pub(crate) mod stop;
pub(crate) mod tills;

use askama::Template;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE, VARY};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::api::till;
use crate::problem::Kind;
use crate::reader::{Frame, Reader};
use crate::words::known::Said;
use crate::words::{fill, site};
use crate::{Problem, Site};

/// The pages that compute from what somebody types. No answer of theirs is kept by anybody.
pub(crate) fn private() -> Router<Site> {
    let unkept = SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Router::new()
        .route("/checkout", get(checkout::show).post(checkout::compute))
        .route("/basket", get(basket::show).post(basket::compute))
        .route("/drawer", get(drawer::show).post(drawer::sort))
        .layer(DefaultBodyLimit::max(till::MOST_BYTES))
        .layer(unkept)
}

/// A page as it is sent. It depends on nobody but on the language and the market that are asked for.
pub(crate) fn html(reader: &Reader, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => {
            let mut response = text.into_response();
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            headers.insert(VARY, HeaderValue::from_static("accept-language, cookie"));
            if let Some(cookie) = reader.cookie() {
                headers.insert(SET_COOKIE, cookie);
            }
            response
        }
        Err(_) => Problem::internal().into_response(),
    }
}

/// The same, to be asked for again after so many seconds: something is on its way. A header does so without script.
pub(crate) fn again(mut response: Response, seconds: u8) -> Response {
    if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("refresh"), value);
    }
    response
}

/// A page that says one thing.
#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    frame: Frame<'a>,
    title: &'a str,
    text: &'a str,
    /// What the program itself says of it.
    detail: Option<Said>,
}

/// A page that says one thing.
pub(crate) fn message(site: &Site, reader: &Reader, title: &str, text: &str) -> Response {
    let frame = reader.frame(site);
    html(
        reader,
        &Message {
            frame,
            title,
            text,
            detail: None,
        },
    )
}

/// A page that asks one thing, answered by a button: whoever opens it has changed nothing.
#[derive(Template)]
#[template(path = "question.html")]
pub(crate) struct Question<'a> {
    frame: Frame<'a>,
    title: &'a str,
    text: &'a str,
    button: &'a str,
    /// Another answer with its text and button, sent as `what=all`.
    other: Option<(&'a str, &'a str)>,
}

impl<'a> Question<'a> {
    pub(crate) const fn new(frame: Frame<'a>, title: &'a str, text: &'a str, button: &'a str) -> Self {
        Self {
            frame,
            title,
            text,
            button,
            other: None,
        }
    }
}

/// What went wrong, as a page.
pub(crate) fn wrong(site: &Site, reader: &Reader, problem: &Problem) -> Response {
    let frame = reader.frame(site);
    let words = &frame.words.site;
    let status = problem.status();
    let title = if status == StatusCode::NOT_FOUND {
        &words.missing_title
    } else {
        &words.failed_title
    };
    let (text, is_whole) = sentence(words, problem);
    let detail = (!is_whole).then(|| frame.words.said(None, problem.detail()));
    let mut response = html(
        reader,
        &Message {
            frame,
            title,
            text: &text,
            detail,
        },
    );
    *response.status_mut() = status;
    response
}

/// What went wrong, in the reader's words, and whether that is all there is to say.
fn sentence(words: &site::Words, problem: &Problem) -> (String, bool) {
    let wrong = &words.wrong;
    let seconds = problem.wait().to_string();
    let text = match (problem.kind(), problem.field()) {
        _ if problem.is_told() => problem.detail().to_owned(),
        (Kind::NotFound, _) => words.missing_text.clone(),
        (Kind::BadValue, Some(field)) => return (fill(&wrong.value, &[("field", field)]), false),
        (Kind::TooManyRequests, _) => fill(&wrong.too_many, &[("seconds", &seconds)]),
        (Kind::Unavailable, _) => fill(&wrong.not_now, &[("seconds", &seconds)]),
        (Kind::TooLarge, _) => wrong.too_large.clone(),
        (Kind::BadRequest | Kind::UnsupportedMediaType, _) => wrong.unreadable.clone(),
        (Kind::Forbidden, _) => wrong.elsewhere.clone(),
        (Kind::Timeout, _) => wrong.too_slow.clone(),
        (Kind::Internal, _) => fill(&wrong.fault, &[("number", problem.instance())]),
        _ => return (wrong.refused.clone(), false),
    };
    (text, true)
}

/// No page is there.
pub(crate) async fn missing() -> Problem {
    Problem::not_found("there is no such address")
}

/// A text that is short enough to be said in a sentence.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST - 1).chain(['…']).collect()
}
