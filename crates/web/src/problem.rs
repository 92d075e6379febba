//! What went wrong, as `application/problem+json` (RFC 9457): a stable name, the field at fault, what is allowed.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tillwatch_app::ports::store::StoreError;
use tillwatch_core::input::InputError;
use utoipa::ToSchema;

use crate::mishap;

/// The names of problems. They stay; another one may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A value that is not accepted; `field` names it.
    BadValue,
    /// A body that is not JSON, ends too early, or names a key twice.
    NotJson,
    /// A field that must be there and is not.
    Missing,
    /// Two values that do not go together.
    Conflict,
    /// More than is accepted, such as a thousand lines.
    TooMuch,
    /// A head that no server should have to guess at, such as one with two hosts; a form that cannot be read.
    BadRequest,
    /// A form or a call that another site sent.
    Forbidden,
    /// Nothing is there, or nothing that this secret opens.
    NotFound,
    /// The address answers other methods; `Allow` names them.
    MethodNotAllowed,
    /// What is there is not to be had in a form that was asked for.
    NotAcceptable,
    /// It took too long to arrive, or to answer.
    Timeout,
    /// It was there, and is over.
    Gone,
    /// A body that is longer than the address takes.
    TooLarge,
    /// A body that is not said to be JSON, or of a form not to be a form.
    UnsupportedMediaType,
    /// It was understood and does not fit what is kept, or is one too many.
    Refused,
    /// A short link that leads nowhere, or to where nothing may be asked for.
    LinkLedNowhere,
    /// More calls than the limit; `Retry-After` says when there are more.
    TooManyRequests,
    /// A fault of the program itself; `instance` finds it in the log.
    Internal,
    /// Something that is kept can no longer be read.
    Damaged,
    /// For now it cannot be done; `Retry-After` says when it is worth another try.
    Unavailable,
}

impl Kind {
    /// The status that it comes with.
    const fn status(self) -> StatusCode {
        match self {
            Self::BadValue | Self::NotJson | Self::Missing | Self::Conflict | Self::TooMuch | Self::BadRequest => {
                StatusCode::BAD_REQUEST
            }
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::Gone => StatusCode::GONE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Refused | Self::LinkLedNowhere => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal | Self::Damaged => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What a status means that a library gave without a word of ours.
    fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::NOT_ACCEPTABLE => Self::NotAcceptable,
            StatusCode::REQUEST_TIMEOUT => Self::Timeout,
            StatusCode::GONE => Self::Gone,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            status if status.is_server_error() => Self::Internal,
            _ => Self::BadRequest,
        }
    }
}

/// One problem. Its `type` is a name that stays; its `detail` is for people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// The name.
    #[serde(rename = "type")]
    kind: Kind,
    /// The status of the answer.
    status: u16,
    /// The place of the value at fault, such as `checkout.lines[0].unit_price`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    field: Option<Cow<'static, str>>,
    /// Of a link, what it was taken for, such as `unsupported_scheme`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// What went wrong and what is allowed, in a sentence.
    detail: String,
    /// Under what the fault is found in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// In how many seconds another try is worth it.
    #[serde(skip)]
    retry_after: Option<u32>,
    /// Whether the detail is in the reader's words.
    #[serde(skip)]
    is_told: bool,
}

impl Problem {
    /// A problem of this name.
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            status: kind.status().as_u16(),
            field: None,
            reason: None,
            detail: detail.into(),
            instance: None,
            retry_after: None,
            is_told: false,
        }
    }

    /// A value that is not accepted.
    pub fn bad_value(field: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self::new(Kind::BadValue, detail).at(field)
    }

    /// Something that is not there.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, detail)
    }

    /// Something that was there, and is over.
    pub fn gone(detail: impl Into<String>) -> Self {
        Self::new(Kind::Gone, detail)
    }

    /// More than is taken at a time.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(Kind::TooLarge, detail)
    }

    /// A fault of the program itself.
    pub fn internal() -> Self {
        Self {
            instance: Some(mishap::take()),
            ..Self::new(Kind::Internal, "something went wrong here; it is in the log")
        }
    }

    /// What cannot be done for so many seconds.
    pub(crate) fn unavailable(detail: impl Into<String>, seconds: u32) -> Self {
        Self::new(Kind::Unavailable, detail).after(seconds)
    }

    /// What a status means that came without a word of ours.
    pub(crate) fn of(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status: status.as_u16(),
            ..Self::new(Kind::of(status), detail)
        }
    }

    /// The same, at a field.
    #[must_use]
    pub(crate) fn at(self, field: impl Into<Cow<'static, str>>) -> Self {
        let field = Some(field.into()).filter(|field| !field.is_empty());
        Self { field, ..self }
    }

    /// The same in a sentence of the catalogue, which a page shows as it is.
    #[must_use]
    pub(crate) fn told(self, detail: String) -> Self {
        Self {
            detail,
            is_told: true,
            ..self
        }
    }

    /// The same with what a link was taken for.
    #[must_use]
    pub(crate) fn because(self, reason: Option<&'static str>) -> Self {
        Self { reason, ..self }
    }

    /// The same, worth another try in so many seconds.
    #[must_use]
    pub(crate) fn after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds.max(1)),
            ..self
        }
    }

    /// The same, whose field stands within another one.
    #[must_use]
    pub(crate) fn within(self, base: &str) -> Self {
        let field = match self.field.as_deref() {
            Some(field) => format!("{base}.{field}"),
            None => base.to_owned(),
        };
        self.at(field)
    }

    /// Its status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Its name.
    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    /// In how many seconds another try is worth it, where that is known.
    pub(crate) fn wait(&self) -> u32 {
        self.retry_after.unwrap_or(1)
    }

    /// Under what the fault is found in the log.
    pub(crate) fn instance(&self) -> &str {
        self.instance.as_deref().unwrap_or_default()
    }

    /// The field at fault, if it is one.
    pub(crate) fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Whether [`Problem::detail`] is in the reader's words.
    pub(crate) const fn is_told(&self) -> bool {
        self.is_told
    }

    /// What went wrong, for people.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }
}

impl From<InputError> for Problem {
    fn from(error: InputError) -> Self {
        let kind = match error.kind {
            "not_json" => Kind::NotJson,
            "missing" => Kind::Missing,
            "conflict" => Kind::Conflict,
            "too_much" => Kind::TooMuch,
            _ => Kind::BadValue,
        };
        Self::new(kind, error.detail).at(error.path)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotThere(_) => Self::not_found(error.to_string()),
            StoreError::Damaged { .. } => {
                tracing::error!(%error, "something that is kept cannot be read");
                Self::new(Kind::Damaged, error.to_string())
            }
            // What was asked for does not fit what is kept, or is one too many.
            StoreError::Refused(detail) => Self::new(Kind::Refused, detail),
            // A full disk is made room on; what is read meanwhile is still answered.
            StoreError::Unusable(_) | StoreError::Newer { .. } => {
                tracing::error!(%error, "the store refused");
                Self::unavailable("nothing can be read or kept at the moment; it is in the log", 30)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // Whoever reads pages is shown one: see `layers`.
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// H187.
    #[test]
    fn a_store_that_takes_nothing_more_is_worth_another_try() {
        let full = StoreError::Unusable("database or disk is full".to_owned());
        let answer = Problem::from(full).into_response();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.headers().contains_key(header::RETRY_AFTER));
    }
}
