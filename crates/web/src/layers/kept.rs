//! Names for answers, so that who has one need not be sent it again.

use std::hash::{DefaultHasher, Hasher};

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::Problem;

/// Gives an answer to a GET a name made of its bytes; whoever names it gets 304. What is written while it is sent has no
/// name, and what nobody may keep needs none.
pub(super) async fn named(request: Request, next: Next) -> Response {
    let asks = request.method() == Method::GET;
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    let is_whole = response.body().size_hint().exact().is_some();
    if !asks || response.status() != StatusCode::OK || !is_whole || may_not_be_kept(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Problem::internal().into_response();
    };
    let mut hasher = DefaultHasher::new();
    hasher.write(&bytes);
    // Weak, since it may be sent packed or not.
    let name = format!("W/\"{:016x}\"", hasher.finish());
    let is_known = known.is_some_and(|known| names(&known, &name));
    if let Ok(name) = HeaderValue::from_str(&name) {
        parts.headers.insert(ETAG, name);
    }
    if is_known {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(CONTENT_TYPE);
        parts.headers.remove(CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, bytes.into())
}

fn may_not_be_kept(headers: &HeaderMap) -> bool {
    headers.get(CACHE_CONTROL).is_some_and(|value| value == "no-store")
}

/// Whether one of several names is this one. A strong name compares like a weak one.
fn names(known: &HeaderValue, name: &str) -> bool {
    let Ok(known) = known.to_str() else { return false };
    let bare = |name: &str| name.trim().trim_start_matches("W/").to_owned();
    known.trim() == "*" || known.split(',').any(|known| bare(known) == bare(name))
}
