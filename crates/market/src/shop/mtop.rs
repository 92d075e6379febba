//! The storefront's own product call: the handshake of its token, and the answer that a page of today loads.

mod answer;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};
use tillwatch_core::id::ItemId;

use super::Marketplace;
use super::asked::{Asked, cookie};
use super::gateway::hex_md5;
use super::visit::{Reply, Visit};
use crate::faults::{Fault, Surface};
use crate::world::Absence;

/// The key of the storefront on the web.
const APP_KEY: &str = "12574478";

/// How long a token is good.
const TOKEN_LIVES: i64 = 2 * 3_600 * 1_000;

/// A token by the moment at which it ends, so that none need be remembered.
fn token(ends: i64) -> String {
    hex_md5(&format!("token of the simulated marketplace until {ends}")).to_lowercase()
}

pub(super) async fn product(
    State(shop): State<Arc<Marketplace>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    shop.visit(Surface::Product, |visit| {
        let field = |name: &str| query.get(name).map_or("", String::as_str);
        let (answer, renewed) = match refused(&headers, field, visit.now) {
            Some((refusal, renew)) => {
                visit
                    .shop
                    .count(|counts| *counts.refusals.entry(refusal).or_default() += 1);
                (json!({"ret": [format!("{refusal}::refused")], "data": {}}), renew)
            }
            None => (answered(visit, field("data"), &headers), false),
        };
        let callback = field("callback");
        let named = !callback.is_empty()
            && callback
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let reply = if named {
            Reply::script(format!("{callback}({answer})"))
        } else {
            Reply::json(&answer)
        };
        if renewed { with_token(reply, visit.now) } else { reply }
    })
}

/// Why a call is refused, and whether its token is renewed with that. The misspelling is theirs.
fn refused<'a>(headers: &HeaderMap, field: impl Fn(&str) -> &'a str, now: Timestamp) -> Option<(&'static str, bool)> {
    if field("appKey") != APP_KEY {
        return Some(("FAIL_SYS_ILLEGAL_ACCESS", false));
    }
    let Some((shown, ends)) = cookie(headers, "_m_h5_tk").and_then(|value| value.split_once('_')) else {
        return Some(("FAIL_SYS_TOKEN_EMPTY", true));
    };
    let ends: i64 = ends.parse().unwrap_or(0);
    let signed = format!("{shown}&{}&{APP_KEY}&{}", field("t"), field("data"));
    let good = shown == token(ends) && ends > now.as_millisecond() && field("sign") == hex_md5(&signed).to_lowercase();
    (!good).then_some(("FAIL_SYS_TOKEN_EXOIRED", true))
}

/// Hands out a token in the two cookies that carry it.
fn with_token(reply: Reply, now: Timestamp) -> Reply {
    let ends = now.as_millisecond() + TOKEN_LIVES;
    let token = token(ends);
    reply
        .header(header::SET_COOKIE, format!("_m_h5_tk={token}_{ends}; Path=/"))
        .header(
            header::SET_COOKIE,
            format!("_m_h5_tk_enc={}; Path=/; HttpOnly", hex_md5(&token).to_lowercase()),
        )
}

fn answered(visit: &Visit<'_>, data: &str, headers: &HeaderMap) -> Value {
    let data: Value = serde_json::from_str(data).unwrap_or_default();
    let text = |key: &str| data.get(key).and_then(Value::as_str);
    let asked = match text("country") {
        Some(country) => Asked::new(Some(country), text("_currency")),
        None => Asked::of_cookie(headers),
    };
    let id = text("productId").unwrap_or_default();
    let result = if visit.fault == Some(Fault::Hollow) {
        json!({})
    } else {
        let item = ItemId::parse(id).map_err(|_| Absence::Unknown);
        match item.and_then(|item| visit.listing(&item, &asked)) {
            Ok(listing) => answer::result(id, &listing, visit.now),
            Err(Absence::NotSoldThere) => answer::banned(id),
            // Nothing tells a listing that is gone from one that is blocked.
            Err(Absence::Unknown | Absence::Removed) => json!({}),
        }
    };
    json!({
        "api": "mtop.aliexpress.pdp.pc.query",
        "data": {"result": result},
        "ret": ["SUCCESS::ok"],
        "traceId": visit.trace(),
        "v": "1.0",
    })
}

/// The answer that asks whether a person is there.
pub(super) fn validate() -> Value {
    json!({
        "ret": ["FAIL_SYS_USER_VALIDATE", "RGV587_ERROR::SM::please try again later"],
        "data": {"url": "https://acs.aliexpress.com/_____tmd_____/punish?x5step=2"},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_signed_as_the_storefront_signs_it() {
        let signed = hex_md5("tok&1700000000000&12574478&{\"a\":1}").to_lowercase();
        assert_eq!(signed, "807afcd60b992c88954b79d8d24d911d");
    }
}
