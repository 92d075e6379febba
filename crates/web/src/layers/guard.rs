//! Before a call is answered: whether its head can be trusted, and whether its network may ask. After: what went wrong in
//! one voice, as a page for people and as a problem for programs, and a line in the log without what was asked for.

use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;

use crate::limits::{Kind as Counted, Left};
use crate::problem::Kind;
use crate::reader::Reader;
use crate::visitor::Visitor;
use crate::{Problem, Site, mishap, pages};

/// No call takes longer, its body included.
const LONGEST: Duration = Duration::from_secs(30);

/// What an address is, as far as all its answers have something in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A page.
    Page,
    /// A picture, a feed, a file.
    File,
    /// Data for programs.
    Api,
    /// For whoever runs it; not limited.
    Operations,
}

impl Place {
    fn of(path: &str) -> Self {
        let last = path.rsplit('/').next().unwrap_or_default();
        match path {
            "/healthz" | "/readyz" | "/metrics" => Self::Operations,
            "/openapi.json" => Self::Api,
            _ if path.starts_with("/static/") => Self::Operations,
            _ if path.starts_with("/api/") || path == "/api" => Self::Api,
            _ if last.contains('.') => Self::File,
            _ => Self::Page,
        }
    }
}

/// Where a secret stands in the address.
fn has_secret(path: &str) -> bool {
    ["/l/", "/confirm/", "/stop/", "/api/v1/lists/"]
        .iter()
        .any(|start| path.starts_with(start))
}

/// See the module.
pub(super) async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let (place, method) = (Place::of(&path), parts.method.clone());
    let template = parts
        .extensions
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let visitor = Visitor::of(&parts.extensions, &parts.headers, &site.proxies);
    parts.extensions.insert(visitor);
    let Ok(reader) = Reader::from_request_parts(&mut parts, &site).await;
    let is_shared = place == Place::Api && is_read(&method) && !has_secret(&path) && is_nobody(&parts.headers);
    let mut left = None;
    let response = if let Err(problem) = may_pass(&site, &parts, place, visitor, &mut left) {
        problem.into_response()
    } else {
        let answer = next.run(Request::from_parts(parts, body));
        let late = |_| Problem::new(Kind::Timeout, "the call took too long").into_response();
        tokio::time::timeout(LONGEST, mishap::caught(answer))
            .await
            .unwrap_or_else(late)
    };
    if has_secret(&path) && response.status() == StatusCode::NOT_FOUND {
        // Only whether there may be another one is asked, and that by the next call.
        _ = site.limiter.take(Counted::Guess, visitor);
    }
    let mut response = told(&site, &reader, place, response);
    let headers = response.headers_mut();
    if place == Place::Api {
        let keep = if is_read(&method) { "no-cache" } else { "no-store" };
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(keep));
        headers.append(VARY, HeaderValue::from_static("origin"));
        if let Some((name, left)) = left {
            tell_limit(headers, name, left);
        }
    }
    if is_shared {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        let shown = HeaderValue::from_static("etag, ratelimit, ratelimit-policy, retry-after");
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, shown);
    }
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && template.is_none() {
        // Nothing is there, so that it answers what everything does; elsewhere the router says what is answered.
        let methods = HeaderValue::from_static("GET,HEAD");
        response.headers_mut().entry(ALLOW).or_insert(methods);
    }
    let (status, template) = (response.status().as_u16(), template.unwrap_or_default());
    tracing::debug!(%method, template, status, millis, "answered");
    response
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Whether a call comes with nothing by which its sender is known, from a place that has a name.
fn is_nobody(headers: &HeaderMap) -> bool {
    let from_nowhere = headers.get(ORIGIN).is_some_and(|origin| origin == "null");
    !from_nowhere && !headers.contains_key(COOKIE) && !headers.contains_key(AUTHORIZATION)
}

/// Whether a call is answered at all. `left` is told what is left of its limit.
fn may_pass(
    site: &Site,
    parts: &axum::http::request::Parts,
    place: Place,
    visitor: Visitor,
    left: &mut Option<(&'static str, Left)>,
) -> Result<(), Problem> {
    let hosts = parts.headers.get_all(HOST).iter().count();
    let came_by_wire = visitor.household().is_some();
    if hosts > 1 || (hosts == 0 && came_by_wire && parts.version == Version::HTTP_11) {
        return Err(Problem::new(Kind::BadRequest, "the call names no host, or several"));
    }
    if matches!(parts.method, Method::TRACE | Method::CONNECT) {
        return Err(Problem::new(Kind::MethodNotAllowed, "this method is answered nowhere"));
    }
    if place == Place::Operations {
        return Ok(());
    }
    let (name, kind) = if is_read(&parts.method) {
        ("read", Counted::Read)
    } else {
        ("send", Counted::Send)
    };
    *left = site
        .limiter
        .take(kind, visitor)
        .map_err(too_many)?
        .map(|left| (name, left));
    if has_secret(parts.uri.path()) {
        site.limiter.peek(Counted::Guess, visitor).map_err(too_many)?;
    }
    Ok(())
}

/// What is said of a call that is one too many.
pub(crate) fn too_many(left: Left) -> Problem {
    let told = format!(
        "too many calls from your network; there may be {} at once, and one more every {}",
        left.limit.burst,
        match left.limit.each.as_secs() {
            0 => format!("{} ms", left.limit.each.as_millis()),
            seconds => format!("{seconds} s"),
        }
    );
    Problem::new(Kind::TooManyRequests, told).after(left.seconds)
}

/// The limit and what is left of it, in the headers of the HTTPAPI working group.
fn tell_limit(headers: &mut HeaderMap, name: &str, left: Left) {
    let window = left.limit.each.saturating_mul(left.limit.burst).as_secs().max(1);
    let policy = format!("\"{name}\";q={};w={window}", left.limit.burst);
    let now = format!("\"{name}\";r={};t={}", left.calls, left.seconds);
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", now)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// What went wrong, as whoever asked reads it: a page as a page, everything else as a problem. What a library answered in
/// words of its own is said in ours.
fn told(site: &Site, reader: &Reader, place: Place, response: Response) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let is_page = |response: &Response| {
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        kind.is_some_and(|kind| kind.starts_with("text/html"))
    };
    let (parts, own) = match response.extensions().get::<Problem>().cloned() {
        Some(_) if place != Place::Page => return response,
        Some(problem) => (response.into_parts().0, problem),
        None if is_page(&response) => return response,
        None => {
            let parts = response.into_parts().0;
            let problem = Problem::of(status, sentence(status));
            (parts, problem)
        }
    };
    let answer = if place == Place::Page {
        pages::wrong(site, reader, &own)
    } else {
        own.into_response()
    };
    let (mut new, body) = answer.into_parts();
    // Whatever else was said of the answer still holds, such as the methods that are allowed.
    for (name, value) in &parts.headers {
        let of_body = [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING].contains(name);
        if !of_body && !new.headers.contains_key(name) {
            new.headers.insert(name.clone(), value.clone());
        }
    }
    Response::from_parts(new, body)
}

/// What a status says that a library gave.
fn sentence(status: StatusCode) -> &'static str {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => "this address answers other methods: the header Allow names them",
        StatusCode::NOT_FOUND => "there is no such address",
        StatusCode::FORBIDDEN => "this was sent by a page of another site",
        StatusCode::PAYLOAD_TOO_LARGE => "more was sent than this address takes",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "what was sent is of a form that this address does not take",
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => {
            "a field is missing, or has a value that it cannot have"
        }
        status if status.is_server_error() => "something went wrong here",
        _ => "this cannot be answered",
    }
}
