//! The official API's envelopes: three ways of wrapping a result, three of saying no.

use std::borrow::Cow;

use serde_json::Value;
use tillwatch_core::instant::Instant;
use tillwatch_core::snapshot::{Outcome, Snapshot};

use super::npi;
use super::value::{self, at, text};

/// An answer without its envelope.
pub(super) struct Answer<'a> {
    /// The method that it names, such as `affiliate_productdetail_get`.
    pub(super) method: Option<&'a str>,
    /// What was answered; absent where only a code was.
    pub(super) result: Option<&'a Value>,
    /// When, as its trace id says.
    pub(super) at: Option<Instant>,
    /// Why it was refused.
    pub(super) refusal: Option<String>,
}

/// Takes an answer out of its envelope.
///
/// With the method's name around it (`aliexpress_…_response`), with `resp_result` at the top, or with `result` at the
/// top: all three were seen. `None` for anything else.
pub(super) fn open(value: &Value) -> Option<Answer<'_>> {
    let named = value.as_object()?.iter().find_map(|(key, body)| {
        let method = key.strip_prefix("aliexpress_")?.strip_suffix("_response")?;
        body.is_object().then_some((method, body))
    });
    let (method, body) = named.map_or((None, value), |(method, body)| (Some(method), body));
    let inner = body.get("resp_result").filter(|inner| inner.is_object());
    let holder = inner.unwrap_or(body);
    let result = holder.get("result").or_else(|| holder.get("data"));
    if method.is_none() && result.is_none() && inner.is_none() {
        return None;
    }
    let at = ["_trace_id_", "request_id"]
        .into_iter()
        .find_map(|key| npi::traced(body.get(key)?.as_str()?));
    Some(Answer {
        method,
        result: result.filter(|result| result.is_object()),
        at,
        refusal: [holder, body].into_iter().find_map(refusal),
    })
}

/// A refusal in the API's own words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Its code, which may be a name, a number or empty.
    pub(crate) code: String,
    /// What it said beside the code.
    pub(crate) said: Vec<String>,
}

/// The refusal that an answer is, by the gateway or by the method; `None` where it is an answer, or no JSON.
pub(crate) fn refusal_in(answer: &[u8]) -> Option<Refusal> {
    let value = value::parse(std::str::from_utf8(answer).ok()?).ok()?;
    gateway(&value).or_else(|| {
        let body = value
            .as_object()?
            .iter()
            .find_map(|(key, body)| key.ends_with("_response").then_some(body));
        let body = body.unwrap_or(&value);
        [body.get("resp_result").unwrap_or(body), body]
            .into_iter()
            .find_map(method)
    })
}

/// The gateway's refusal, if the whole answer is one: `error_response`, or a bare object with type, code and message.
pub(super) fn refused(value: &Value) -> Option<Snapshot> {
    let Refusal { code, said } = gateway(value)?;
    let words = gateway_words(&code, &said.join(" "));
    let told = [&[code][..], &said].concat().join(", ");
    Some(Snapshot::refused(
        "api_error",
        Outcome::ApiRefused,
        format!("{words} The answer was: {}.", told.trim_end_matches('.')),
    ))
}

fn gateway(value: &Value) -> Option<Refusal> {
    let error = value.get("error_response").filter(|error| error.is_object());
    let bare = || {
        let kind = value.get("type")?.as_str()?;
        (matches!(kind, "ISV" | "ISP" | "SYSTEM") && value.get("result").is_none()).then_some(value)
    };
    let error = error.or_else(bare)?;
    let field = |key: &str| text(at(error, key)).map(Cow::into_owned);
    let code = field("code");
    if std::ptr::eq(error, value) && is_fine(code.as_deref()) {
        return None;
    }
    Some(Refusal {
        code: code.unwrap_or_default(),
        said: ["msg", "message", "sub_code", "sub_msg"]
            .into_iter()
            .filter_map(field)
            .collect(),
    })
}

/// The refusal in a body's own code, if it is one.
pub(super) fn refusal(body: &Value) -> Option<String> {
    let Refusal { code, said } = method(body)?;
    let words = match &*code {
        "405" => "No result: the listing is not in the programme, or not for this country.",
        "404" => "The API had an error of its own; a later call can succeed.",
        "402" => "The tracking id is wrong: a matter of configuration.",
        "401" => "The publisher is not registered: a matter of configuration.",
        other => gateway_words(other, &said.join(" ")),
    };
    Some(format!(
        "{words} The answer was: {}.",
        [&[code][..], &said].concat().join(", ")
    ))
}

fn method(body: &Value) -> Option<Refusal> {
    let field = |key: &str| text(at(body, key)).map(Cow::into_owned);
    let code = ["resp_code", "rsp_code", "code"].into_iter().find_map(field);
    if is_fine(code.as_deref()) {
        return None;
    }
    let said = ["resp_msg", "rsp_msg", "msg", "message"].into_iter().find_map(field);
    Some(Refusal {
        code: code.unwrap_or_default(),
        said: said.into_iter().collect(),
    })
}

fn is_fine(code: Option<&str>) -> bool {
    code.is_none_or(|code| matches!(code, "" | "0" | "00" | "200"))
}

/// The gateway's errors in plain words: by their names where they have one, by the old numbers otherwise.
fn gateway_words(code: &str, said: &str) -> &'static str {
    let all = format!("{code} {said}").to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| all.contains(word));
    if has(&["calllimit", "flow-control", "flowcontrol", "too many requests"]) {
        "Too many calls: the API asks to wait."
    } else if has(&["signature", "sign check"]) {
        "The signature is wrong or the clock is off: a matter of configuration."
    } else if has(&["permission", "account-migration"]) {
        "The app may not call this method: a matter of configuration."
    } else if has(&["accesstoken", "access-token", "session"]) {
        "The access token is invalid or has expired."
    } else if has(&["parameter", "invalidapipath"]) {
        "The call was wrong or incomplete."
    } else if has(&["delivery_info_empty"]) {
        "No way of shipping is known for this listing, variant and country."
    } else {
        match code {
            "7" => "Too many calls: the API asks to wait.",
            "27" => "The access token is invalid or has expired.",
            "15" | "11006" => "The app may not call this method: a matter of configuration.",
            _ => "The API refused the call.",
        }
    }
}
