//! Pages that were just made, for whoever asks for the same within seconds: a link that many follow costs one page.
//!
//! Only what is open to everybody is kept, whole and as it was packed, and never longer than [`SECONDS`]: a page says by
//! itself when its price was confirmed, to the minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, COOKIE, IF_NONE_MATCH, REFRESH, SET_COOKIE,
};
use axum::http::{HeaderName, Method, StatusCode, response};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::{Problem, Site};

/// How long a page is given again, in seconds of the site's clock.
const SECONDS: i64 = 5;

/// The most bytes of pages and questions that are kept together; with more, all of it is let go.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What a page depends on beside its address.
const ASKED: [HeaderName; 3] = [ACCEPT_LANGUAGE, ACCEPT_ENCODING, COOKIE];

/// The pages of the last seconds.
#[derive(Debug, Default)]
pub(crate) struct Warm(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    by_question: HashMap<Vec<u8>, Page>,
    bytes: usize,
}

#[derive(Debug)]
struct Page {
    until: i64,
    parts: response::Parts,
    body: Bytes,
}

impl Warm {
    fn get(&self, question: &[u8], now: i64) -> Option<Response> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let page = pages.by_question.get(question).filter(|page| now < page.until)?;
        let mut response = Body::from(page.body.clone()).into_response();
        *response.headers_mut() = page.parts.headers.clone();
        *response.status_mut() = page.parts.status;
        Some(response)
    }

    fn put(&self, question: Vec<u8>, page: Page) {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = page.body.len().saturating_add(question.len());
        if pages.bytes.saturating_add(bytes) > MOST_BYTES {
            *pages = Pages::default();
        }
        let length = question.len();
        pages.bytes = pages.bytes.saturating_add(bytes);
        if let Some(former) = pages.by_question.insert(question, page) {
            pages.bytes = pages.bytes.saturating_sub(former.body.len().saturating_add(length));
        }
    }
}

/// Answers with a page of the last seconds, where there is one.
pub(super) async fn warm(State(site): State<Site>, request: Request, next: Next) -> Response {
    let (Some(warm), Some(question)) = (&site.warm, question(&request)) else {
        return next.run(request).await;
    };
    let now = (site.clock)().moment().as_second();
    if let Some(page) = warm.get(&question, now) {
        return page;
    }
    let response = next.run(request).await;
    if !is_kept(&response) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MOST_BYTES).await else {
        return Problem::internal().into_response();
    };
    let page = Page {
        until: now.saturating_add(SECONDS),
        parts: parts.clone(),
        body: body.clone(),
    };
    warm.put(question, page);
    Response::from_parts(parts, Body::from(body))
}

/// What was asked, to the byte; `None` where an answer is for this browser alone.
fn question(request: &Request) -> Option<Vec<u8>> {
    let headers = request.headers();
    if request.method() != Method::GET || headers.contains_key(IF_NONE_MATCH) {
        return None;
    }
    let mut question = request.uri().path_and_query()?.as_str().as_bytes().to_vec();
    for name in ASKED {
        question.push(b'\n');
        for value in headers.get_all(name) {
            question.extend_from_slice(value.as_bytes());
        }
    }
    Some(question)
}

/// A page that is done and the same for everybody who asks so.
fn is_kept(response: &Response) -> bool {
    let headers = response.headers();
    let is_page = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let is_private = headers.get(CACHE_CONTROL).is_some_and(|value| value == "no-store");
    let is_own = headers.contains_key(SET_COOKIE) || headers.contains_key(REFRESH);
    response.status() == StatusCode::OK && is_page && !is_private && !is_own
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    fn page(until: i64, bytes: usize) -> Page {
        let (parts, ()) = Response::new(()).into_parts();
        Page {
            until,
            parts,
            body: Bytes::from(vec![b'x'; bytes]),
        }
    }

    #[test]
    fn a_page_is_given_for_seconds_and_what_is_kept_has_a_bound() {
        let warm = Warm::default();
        warm.put(b"a".to_vec(), page(5, 9));
        assert!(warm.get(b"a", 4).is_some());
        assert!(warm.get(b"a", 5).is_none());
        assert!(warm.get(b"b", 4).is_none());
        for number in 0..100_u8 {
            warm.put(vec![number], page(9, MOST_BYTES / 10));
            assert!(warm.0.lock().unwrap().bytes <= MOST_BYTES);
        }
        warm.put(vec![99], page(9, 1));
        assert!(warm.0.lock().unwrap().by_question.len() <= 10);
    }

    #[test]
    fn a_question_is_the_address_with_all_that_a_page_depends_on() {
        let ask = |address: &str, language: &str| {
            let request = Request::get(address).header(ACCEPT_LANGUAGE, language);
            question(&request.body(Body::empty()).unwrap())
        };
        assert_eq!(ask("/deals?a=1", "de"), ask("/deals?a=1", "de"));
        assert_ne!(ask("/deals?a=1", "de"), ask("/deals?a=1", "en"));
        assert_ne!(ask("/deals?a=1", "de"), ask("/deals?a=2", "de"));
        let again = Request::get("/").header(IF_NONE_MATCH, "\"x\"").body(Body::empty());
        assert_eq!(question(&again.unwrap()), None);
        assert_eq!(question(&Request::post("/").body(Body::empty()).unwrap()), None);
    }
}
