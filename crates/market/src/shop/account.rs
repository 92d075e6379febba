//! The pages of an account: its cart and its coupons, as a browser shows them, with their data in a script.
//!
//! An account is in the address, since nobody signs in here: what lies in the cart, and on whose page the coupons were got.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};
use tillwatch_core::id::ItemId;

use super::Marketplace;
use super::asked::Asked;
use super::escape::{in_script, markup};
use super::visit::{Reply, Visit};
use super::words::Words;
use crate::faults::Surface;
use crate::world::Market;

/// `GET /p/shoppingcart/index.html?lines=ITEM:SKU:PIECES,…`, and `attached` coupons, `held` ones and `typed` codes, each
/// with commas between. What is not named is not in it: the till attaches nothing by itself but what always applies.
pub(super) async fn cart(
    State(shop): State<Arc<Marketplace>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::of_cookie(&headers);
    shop.visit(Surface::Cart, |visit| {
        let answer = super::cart::answer(visit, &brought(&query, &asked));
        Reply::html(page("Shopping cart", &cart_seen(&answer), &answer))
    })
}

/// `GET /p/my-coupons/index.html?item=ITEM`: the coupons of the platform and of the store that this listing's page shows.
pub(super) async fn coupons(
    State(shop): State<Arc<Marketplace>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::of_cookie(&headers);
    shop.visit(Surface::Cart, |visit| {
        let coupons = query.get("item").map(|item| held(visit, item, &asked));
        let coupons = coupons.unwrap_or_default();
        let word = |entry: &Value, key: &str| markup(entry[key].as_str().unwrap_or_default());
        let rows = coupons.iter().map(|entry| {
            format!(
                "<li>{} {}</li>",
                word(entry, "promotionDesc"),
                word(entry, "promotionDetail")
            )
        });
        let seen = format!("<ul>{}</ul>", rows.collect::<String>());
        Reply::html(page("My coupons", &seen, &json!({"couponList": coupons})))
    })
}

/// What the address says, as a call of the cart brings it.
fn brought(query: &HashMap<String, String>, asked: &Asked) -> Value {
    let all = |name: &str| {
        let texts = query.get(name).map_or("", String::as_str).split(',');
        let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
        texts
    };
    let line = |text: &str| {
        let mut parts = text.split(':');
        let (item, sku) = (parts.next(), parts.next());
        let pieces = parts.next().and_then(|pieces| pieces.parse().ok()).unwrap_or(1_u32);
        json!({"item": item, "sku": sku, "quantity": pieces})
    };
    let lines: Vec<Value> = all("lines").into_iter().map(line).collect();
    let own = Market::of(&asked.country).map(Market::currency);
    json!({
        "market": asked.country,
        "currency": asked.currency.or(own).map(|currency| currency.to_string()),
        "lines": lines,
        "held": all("held"),
        "attached": all("attached"),
        "typed": all("typed"),
    })
}

/// The entries of a listing's panel that somebody collects.
fn held(visit: &Visit<'_>, item: &str, asked: &Asked) -> Vec<Value> {
    let listing = ItemId::parse(item)
        .ok()
        .and_then(|item| visit.glance(&item, asked).ok());
    let Some(listing) = listing else { return Vec::new() };
    let panel = super::panel::coupons(&listing, Words::of(listing.market), visit.now);
    let groups = ["platformCoupon", "shopCoupon"].map(|group| &panel["promotionPanelDTO"][group][0]);
    let entries = groups
        .into_iter()
        .filter_map(|group| group["promotionPanelDetailDTOList"].as_array());
    entries.flatten().cloned().collect()
}

/// The lines of the summary, as people read them.
fn cart_seen(answer: &Value) -> String {
    let fields = &answer["data"]["data"]["app_cart_summary_component_summary"]["fields"];
    let lines = fields["summaryTabVO"]["priceBlockList"][0]["summaryLines"].as_array();
    let row = |line: &Value| {
        let word = |part: &str| markup(line[part][part].as_str().unwrap_or_default());
        format!("<dt>{}</dt><dd>{}</dd>", word("title"), word("content"))
    };
    format!("<dl>{}</dl>", lines.into_iter().flatten().map(row).collect::<String>())
}

fn page(title: &str, seen: &str, data: &Value) -> String {
    let script = in_script(data);
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head>\n<meta charset=\"utf-8\">\n<title>{title} - AliExpress</title>\n\
         </head><body>\n<h1>{title}</h1>\n{seen}\n<script>\n    \
         window._dida_config_ = window._dida_config_ || {{}};\n    \
         window._dida_config_._init_data_= {{ data: {script} }};\n</script>\n</body></html>\n"
    )
}
