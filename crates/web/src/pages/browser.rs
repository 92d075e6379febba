//! What a shopper's own browser shows, computed for them: a page that was saved, or one that the extension or the
//! bookmarklet sends. It changes nothing by itself, and nothing of it is stored or logged.

mod answer;
mod bookmark;

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tillwatch_app::ports::store::StoreError;
use tillwatch_core::country::Country;
use tower_http::set_header::SetResponseHeaderLayer;

use super::checkout::{come_back, not_computed, with};
use super::home::{Choice, choices};
use super::html;
use crate::counter::NotComputed;
use crate::parts;
use crate::problem::Kind;
use crate::reader::{Frame, Reader};
use crate::typed::Typed;
use crate::words::fill;
use crate::{Problem, Site};

/// The most that is taken in at once, in megabytes: a page has half of one, a recording of its load about ten.
const MOST_MEGABYTES: usize = 16;

/// So many are taken in at the same time, since each is held in memory.
pub(crate) const AT_ONCE: usize = 4;

/// So long it may take to read and compute it; the readers have an end of their own.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hosts whose pages may send what they show, each with all below it.
const MARKETPLACES: [&str; 3] = ["aliexpress.com", "aliexpress.us", "aliexpress.ru"];

#[derive(Template)]
#[template(path = "browser.html")]
struct Page<'a> {
    frame: Frame<'a>,
    markets: Vec<Choice>,
    refused: Vec<String>,
    file_hint: String,
    bookmark: Option<String>,
    answer: Option<answer::View>,
}

/// `/browser`, whose answers nobody keeps.
pub(crate) fn routes() -> Router<Site> {
    let unkept = SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Router::new().route("/browser", get(show).post(take)).layer(unkept)
}

/// `GET /browser`
async fn show(State(site): State<Site>, reader: Reader) -> Response {
    page(&site, &reader, reader.market(), Vec::new(), None)
}

/// `POST /browser`: a form of its own page, or of a page of the marketplace.
async fn take(State(site): State<Site>, reader: Reader, request: Request) -> Response {
    let words = &reader.words(&site.tongues).browser.wrong;
    let again = |sentence: String, status| with(page(&site, &reader, reader.market(), vec![sentence], None), status);
    let public = site.app.public().map(|public| public.origin().ascii_serialization());
    if !may_send(request.headers(), public.as_deref()) {
        return Problem::new(Kind::Forbidden, "this was sent by a page of another site").into_response();
    }
    let Some(unpack) = site.unpack.clone() else {
        return Problem::not_found("this site reads no pages").into_response();
    };
    let Ok(held) = Arc::clone(&site.taking).try_acquire_owned() else {
        return busy(&site, &reader);
    };
    let Some((kind, body)) = received(request).await else {
        let sentence = fill(&words.too_large, &[("most", &MOST_MEGABYTES.to_string())]);
        return again(sentence, StatusCode::PAYLOAD_TOO_LARGE);
    };
    let (here, asking) = (site.clone(), reader.clone());
    let computed = site.counter.compute(PATIENCE, move |_| {
        // As long as it is held in memory, it counts.
        let _held = held;
        let form = Form::read(&kind, &body).ok_or(Unread::Broken)?;
        let market = form.market().unwrap_or_else(|| asking.market());
        let brought = unpack.unpack(form.page().ok_or(Unread::Nothing)?);
        let words = asking.words(&here.tongues);
        let answer = answer::View::of(&here.app, words, &brought, market, (here.clock)())?;
        Ok(page(&here, &asking, market, Vec::new(), Some(answer)))
    });
    match computed.await {
        Ok(Ok(response)) => response,
        Ok(Err(Unread::Broken)) => again(words.unreadable.clone(), StatusCode::BAD_REQUEST),
        Ok(Err(Unread::Nothing)) => again(words.nothing.clone(), StatusCode::UNPROCESSABLE_ENTITY),
        Ok(Err(Unread::Store(error))) => Problem::from(error).into_response(),
        Err(NotComputed::Busy) => busy(&site, &reader),
        Err(NotComputed::Failed) => Problem::internal().into_response(),
    }
}

/// Why a form gets no answer.
enum Unread {
    /// It is no such form, or not all of it came.
    Broken,
    /// There is no page in it.
    Nothing,
    Store(StoreError),
}

impl From<StoreError> for Unread {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The fields of the form.
struct Form<'a>(Vec<(String, &'a [u8])>);

impl<'a> Form<'a> {
    fn read(kind: &str, body: &'a [u8]) -> Option<Self> {
        parts::read(kind, body).map(Self)
    }

    /// A field that is filled.
    fn field(&self, name: &str) -> Option<&'a [u8]> {
        let mut filled = self.0.iter().filter(|(_, bytes)| !bytes.trim_ascii().is_empty());
        filled.find(|(known, _)| known == name).map(|(_, bytes)| *bytes)
    }

    fn market(&self) -> Option<Country> {
        Country::parse(std::str::from_utf8(self.field("market")?).ok()?).ok()
    }

    /// A file counts more than what is pasted.
    fn page(&self) -> Option<&'a [u8]> {
        self.field("file").or_else(|| self.field("page"))
    }
}

/// What is sent, with its kind; nothing where it is more than is read. What says so itself is not even taken in.
async fn received(request: Request) -> Option<(String, Bytes)> {
    let most = MOST_MEGABYTES << 20;
    let (parts, body) = request.into_parts();
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let announced = header(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return None;
    }
    let body = to_bytes(body, most).await.ok()?;
    Some((header(CONTENT_TYPE).unwrap_or_default().to_owned(), body))
}

fn busy(site: &Site, reader: &Reader) -> Response {
    let mut typed = Typed::default();
    let status = not_computed(NotComputed::Busy, reader, site, &mut typed);
    come_back(with(page(site, reader, reader.market(), typed.refused, None), status))
}

fn page(site: &Site, reader: &Reader, market: Country, refused: Vec<String>, answer: Option<answer::View>) -> Response {
    let frame = reader.frame(site);
    let page = Page {
        markets: choices(site, frame.words, market),
        refused,
        file_hint: fill(&frame.words.browser.file_hint, &[("most", &MOST_MEGABYTES.to_string())]),
        bookmark: reader.reach(&site.app, "browser").map(|here| bookmark::link(&here)),
        answer,
        frame,
    };
    html(reader, &page)
}

/// Whether a form may come from where it says it does: from here, or from a page of the marketplace, where the bookmarklet
/// runs. A browser that goes from a page with encryption to a site without hides its origin and says `null`; that is let
/// in, too, since whatever comes changes nothing by itself. A site that gives its name is refused.
fn may_send(headers: &HeaderMap, public: Option<&str>) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return headers.get("sec-fetch-site").is_none_or(|site| site != "cross-site");
    };
    let origin = origin.to_str().unwrap_or_default();
    let Some((_, host)) = origin.split_once("://") else {
        return origin == "null";
    };
    let own = headers.get(HOST).and_then(|own| own.to_str().ok());
    let is_ours = public == Some(origin) || own.is_some_and(|own| own.eq_ignore_ascii_case(host));
    let name = host.split(':').next().unwrap_or_default();
    let below = |known: &str| {
        name.strip_suffix(known)
            .map(|below| below.is_empty() || below.ends_with('.'))
    };
    is_ours || MARKETPLACES.iter().any(|known| below(known) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(origin: &'static str) -> bool {
        let pairs = [(ORIGIN, origin), (HOST, "till.example")];
        let headers = pairs.map(|(name, value)| (name, HeaderValue::from_static(value)));
        may_send(&headers.into_iter().collect(), Some("https://till.example"))
    }

    #[test]
    fn the_marketplace_and_this_site_may_send_and_no_other_site() {
        for origin in [
            "https://www.aliexpress.com",
            "https://aliexpress.us",
            "http://de.aliexpress.com:8080",
            "https://till.example",
            "http://till.example",
            "null",
        ] {
            assert!(may(origin), "{origin}");
        }
        for origin in [
            "https://evil.example",
            "https://aliexpress.com.evil.example",
            "https://notaliexpress.com",
            "https://till.example.evil.example",
            "https://evil.example:443",
            "aliexpress.com",
            "",
        ] {
            assert!(!may(origin), "{origin}");
        }
    }
}
