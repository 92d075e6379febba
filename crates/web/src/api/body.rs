//! Bodies and queries of calls: what is wrong with one is named by its place, never by a library's sentence.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use tillwatch_core::input;

use crate::Problem;
use crate::problem::Kind;

/// A body of JSON as it came.
pub(crate) struct Raw(pub(crate) Bytes);

/// A body of JSON, read. Fields that nobody knows and keys that stand twice are refused where `T` says so.
pub(crate) struct Body<T>(pub(crate) T);

/// The values of a query.
pub(crate) struct Query<T>(pub(crate) T);

/// The values of an address.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(is_json) {
            let told = "the body is JSON, and its content-type says so: application/json";
            return Err(Problem::new(Kind::UnsupportedMediaType, told));
        }
        let body = Bytes::from_request(request, state).await.map_err(|error| {
            let status = error.into_response().status();
            match status {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    Problem::new(Kind::TooLarge, "the body is longer than this address takes")
                }
                _ => Problem::new(Kind::BadRequest, "the body did not arrive whole"),
            }
        })?;
        Ok(Self(body))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Raw(body) = Raw::from_request(request, state).await?;
        Ok(Self(input::read(&body)?))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::from_request_parts(parts, state).await;
        let told = |error: axum::extract::rejection::QueryRejection| Problem::new(Kind::BadValue, error.body_text());
        query.map(|axum::extract::Query(query)| Self(query)).map_err(told)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        // Its own words would give back what may be a secret.
        let told = |_| Problem::new(Kind::BadRequest, "the address is not readable as UTF-8");
        path.map(|axum::extract::Path(path)| Self(path)).map_err(told)
    }
}

/// `application/json`, or a kind of it such as `application/problem+json`, with or without parameters.
fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn json_is_what_says_so() {
        for kind in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/vnd.a+json",
        ] {
            assert!(is_json(kind), "{kind}");
        }
        for kind in [
            "",
            "text/plain",
            "text/json",
            "application/jsonp",
            "application/x-www-form-urlencoded",
            "json",
        ] {
            assert!(!is_json(kind), "{kind}");
        }
    }
}
