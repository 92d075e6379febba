//! The cart: what a shopper brings, totalled by the till, as a cart page's data tells it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tillwatch_core::id::{DiscountId, IdError, ItemId, SellerId, SkuId, StoreId};
use tillwatch_core::money::{Currency, Money};

use super::Marketplace;
use super::visit::{Reply, Visit};
use super::words::Words;
use crate::faults::Surface;
use crate::till::{Asked, Attached, Bill, Cart, Place, Unsold, Wanted, total};
use crate::world::Market;

/// `POST /cart` with `{"market", "currency", "lines": [{"item", "sku", "quantity"}], "held"?, "attached"?, "typed"?}`.
/// Held discounts are ids; attached coupons are ids or `{"offer", "store" or "seller"}`; codes are texts.
pub(super) async fn totals(State(shop): State<Arc<Marketplace>>, body: String) -> Response {
    shop.visit(Surface::Cart, |visit| {
        let brought = serde_json::from_str(&body).ok();
        Reply::json(&answer(visit, brought.as_ref().unwrap_or(&Value::Null)))
    })
}

/// What the cart's data says of what a shopper brought.
pub(super) fn answer(visit: &Visit<'_>, brought: &Value) -> Value {
    let read = cart(brought, visit.now).and_then(|cart| Some((cart, asked(brought)?)));
    let Some((cart, asked)) = read else {
        return json!({"ret": ["FAIL_BIZ_PARAM_INVALID::the cart cannot be read"], "data": {}});
    };
    let words = Words::of(Market::of(&cart.market).map_or("US", |market| market.country));
    match visit.world(|world| total(world, &cart, &asked)) {
        Ok(bill) => success(&billed(&bill, &cart, words)),
        Err(why) => unsold(&why),
    }
}

/// The elements of a list that may be absent; nothing where it is no list.
fn list<'a>(value: &'a Value, key: &str) -> Option<&'a [Value]> {
    match value.get(key) {
        None => Some(&[]),
        Some(list) => list.as_array().map(Vec::as_slice),
    }
}

fn id<T>(value: &Value, parse: impl Fn(&str) -> Result<T, IdError>) -> Option<T> {
    parse(value.as_str()?).ok()
}

fn cart(brought: &Value, at: Timestamp) -> Option<Cart> {
    let line = |line: &Value| {
        Some(Wanted {
            item: id(&line["item"], ItemId::parse)?,
            sku: id(&line["sku"], SkuId::parse)?,
            quantity: line["quantity"].as_u64()?.try_into().ok()?,
        })
    };
    Some(Cart {
        market: brought["market"].as_str()?.to_owned(),
        currency: Currency::parse(brought["currency"].as_str()?).ok()?,
        at,
        held: list(brought, "held")?
            .iter()
            .map(|one| id(one, DiscountId::parse))
            .collect::<Option<_>>()?,
        lines: list(brought, "lines")?.iter().map(line).collect::<Option<_>>()?,
    })
}

fn asked(brought: &Value) -> Option<Asked> {
    let coupon = |one: &Value| {
        let place = match (one.get("store"), one.get("seller")) {
            (Some(store), None) => Some(Place::Store(id(store, StoreId::parse)?)),
            (None, Some(seller)) => Some(Place::Seller(id(seller, SellerId::parse)?)),
            _ => None,
        };
        let offer = id(one.get("offer").unwrap_or(one), DiscountId::parse)?;
        Some(Attached { offer, place })
    };
    let code = |one: &Value| one.as_str().map(str::to_owned);
    Some(Asked {
        attached: list(brought, "attached")?.iter().map(coupon).collect::<Option<_>>()?,
        typed: list(brought, "typed")?.iter().map(code).collect::<Option<_>>()?,
    })
}

fn success(components: &Map<String, Value>) -> Value {
    json!({"api": "mtop.aliexpress.trade.cart.render", "data": {"data": components}, "ret": ["SUCCESS::ok"], "v": "1.0"})
}

/// One component for each line, and the summary. No word stands in it on what was dropped.
fn billed(bill: &Bill, cart: &Cart, words: Words) -> Map<String, Value> {
    let mut components = Map::new();
    for (place, (line, wanted)) in bill.lines.iter().zip(&cart.lines).enumerate() {
        let fields = json!({
            "itemId": wanted.item.as_str(),
            "skuId": wanted.sku.as_str(),
            "quantity": wanted.quantity,
            "valid": true,
            "prices": {"listed": amount(line.listed), "paid": amount(line.paid), "shipping": amount(line.shipping)},
        });
        let component = json!({"tag": "product_item_component", "fields": fields});
        components.insert(format!("product_item_component_{place}"), component);
    }
    let line = |kind: &str, title: &str, shown: String| json!({"type": kind, "title": {"title": title}, "content": {"content": shown}});
    let mut lines = vec![line("items_total", "Items total", words.amount(bill.listed))];
    let taken = bill.taken.iter().filter(|taken| taken.amount.is_positive());
    lines.extend(taken.map(|taken| {
        line(
            "promotion",
            taken.offer.as_str(),
            format!("-{}", words.amount(taken.amount)),
        )
    }));
    lines.push(line("shipping", "Shipping", words.amount(bill.shipping)));
    lines.push(line("total", "Total", words.amount(bill.total)));
    let fields = json!({
        "payCurrencyCode": bill.total.currency().code(),
        "summaryTabVO": {"priceBlockList": [{"summaryLines": lines}]},
        "total": amount(bill.total),
    });
    let summary = json!({"tag": "app_cart_summary_component", "fields": fields});
    components.insert("app_cart_summary_component_summary".to_owned(), summary);
    components
}

/// An amount of the cart: minor units with their currency.
fn amount(money: Money) -> Value {
    json!({"amount": {"cent": money.minor(), "currencyCode": money.currency().code()}})
}

/// A line that cannot be bought stands in the cart as invalid; a cart that is wrong as a whole is refused.
fn unsold(why: &Unsold) -> Value {
    let named = match why {
        Unsold::Country(_) | Unsold::Currency { .. } | Unsold::Empty => {
            return json!({"ret": [format!("FAIL_BIZ_CART_INVALID::{why}")], "data": {}});
        }
        Unsold::Listing(item, _) => json!({"itemId": item.as_str()}),
        Unsold::Variant(sku) | Unsold::Pieces { sku, .. } => json!({"skuId": sku.as_str()}),
    };
    let mut fields = named;
    fields["valid"] = false.into();
    fields["invalidText"] = why.to_string().into();
    let component = json!({"tag": "invalid_product_item_component", "fields": fields});
    success(&Map::from_iter([(
        "invalid_product_item_component_0".to_owned(),
        component,
    )]))
}
