//! The API's envelopes, and its ways of saying no.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::Request;

/// Why a call is refused by the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    kind: &'static str,
    pub(super) code: &'static str,
    message: String,
}

impl Refusal {
    fn new(kind: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
        }
    }

    pub(super) fn missing(name: &str) -> Self {
        let message =
            format!("The input parameter \"{name}\" that is mandatory for processing this request is not supplied");
        Self::new("ISV", "MissingParameter", message)
    }

    pub(super) fn wrong(name: &str) -> Self {
        let message = format!("The input parameter \"{name}\" is not valid");
        Self::new("ISV", "InvalidParameter", message)
    }

    pub(super) fn unknown_key() -> Self {
        Self::new("ISV", "InvalidAppKey", "The specified app key is not valid")
    }

    /// For a wrong signature and for a clock that is off alike.
    pub(super) fn signature() -> Self {
        let message = "The request signature does not conform to platform standards";
        Self::new("ISV", "IncompleteSignature", message)
    }

    pub(super) fn permission() -> Self {
        Self::new(
            "ISV",
            "InsufficientPermission",
            "App does not have permission to access this api",
        )
    }

    pub(super) fn no_such_method() -> Self {
        Self::new("ISV", "InvalidApiPath", "The specified Api Path is invalid")
    }

    /// With the seconds to wait, rounded up.
    pub(super) fn too_often(ban: SignedDuration) -> Self {
        let seconds = ban.as_millis().max(1).div_euclid(1_000) + i128::from(ban.as_millis() % 1_000 > 0);
        let message = format!("Api access frequency exceeds the limit. this ban will last {seconds} seconds");
        Self::new("ISP", "ApiCallLimit", message)
    }

    pub(super) fn written(&self, trace: &str) -> Value {
        json!({"error_response": {
            "type": self.kind,
            "code": self.code,
            "msg": self.message,
            "request_id": trace,
        }})
    }
}

impl Request<'_> {
    /// A result under its method's name, as most methods answer.
    pub(super) fn named(&self, result: &Value) -> Value {
        self.enveloped(&json!({"resp_code": 200, "resp_msg": "Call succeeds", "result": result}))
    }

    /// No result: the listing is not in the programme, or not for this country.
    pub(super) fn nothing(&self) -> Value {
        self.enveloped(&json!({"resp_code": 405, "resp_msg": "The result is empty"}))
    }

    fn enveloped(&self, result: &Value) -> Value {
        let method = self.get("method").unwrap_or_default().replace('.', "_");
        json!({format!("{method}_response"): {
            "resp_result": result,
            "request_id": self.visit.trace(),
            "_trace_id_": self.visit.trace(),
        }})
    }

    /// A list: flat where the call asks for simple answers, else under the name of its elements.
    pub(super) fn list(&self, element: &str, list: Vec<Value>) -> Value {
        if self.simplified() {
            Value::Array(list)
        } else {
            json!({element: list})
        }
    }
}
