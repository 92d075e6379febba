//! What went wrong, as `application/problem+json` (RFC 9457): a stable name, the field at fault, what is allowed.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tillwatch_app::ports::store::StoreError;

/// One problem. Its `type` is a name that stays; its `detail` is for people.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    detail: String,
}

impl Problem {
    /// A value that is not accepted.
    pub fn bad_value(field: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "bad_value",
            status: 400,
            field: Some(field),
            detail: detail.into(),
        }
    }

    /// Something that is not there.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self {
            kind: "not_found",
            status: 404,
            field: None,
            detail: detail.into(),
        }
    }

    /// Something that was there, and is over.
    pub fn gone(detail: impl Into<String>) -> Self {
        Self {
            kind: "gone",
            status: 410,
            field: None,
            detail: detail.into(),
        }
    }

    /// More than is taken at a time.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self {
            kind: "too_large",
            status: 413,
            field: None,
            detail: detail.into(),
        }
    }

    /// A fault of the program itself.
    pub fn internal() -> Self {
        Self {
            kind: "internal",
            status: 500,
            field: None,
            detail: "something went wrong here; it is in the log".to_owned(),
        }
    }
}

impl Problem {
    /// Its status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The field at fault, if it is one.
    pub(crate) const fn field(&self) -> Option<&'static str> {
        self.field
    }

    /// What went wrong, for people.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotThere(_) => Self::not_found(error.to_string()),
            StoreError::Damaged { .. } => Self {
                kind: "damaged",
                status: 500,
                field: None,
                detail: error.to_string(),
            },
            // What was asked for does not fit what is kept, or is one too many.
            StoreError::Refused(detail) => Self {
                kind: "refused",
                status: 422,
                field: None,
                detail,
            },
            StoreError::Unusable(_) | StoreError::Newer { .. } => Self::internal(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = serde_json::to_string(&self).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}
