//! Carts (`mtop.aliexpress.trade.cart.render`, 2026): a component for each line, and a summary with what is paid. Money is
//! `{amount: {cent, currencyCode}}`; what else was seen of it is the summary, whose lines are words with amounts.

use serde_json::{Map, Value};
use tillwatch_app::ports::browser::{Cart, CartLine};
use tillwatch_core::checkout::MOST_PIECES;
use tillwatch_core::money::{Currency, MOST_MINOR, Money};

use super::amount::amounts_in;
use super::value::{at, count, country, currency, first, inside, item, list, no, shown, sku, text, whole};

/// No more lines of a cart are read.
const MOST_LINES: usize = 200;

/// What the keys of a line and of the summary begin with and hold.
const LINE: &str = "product_item_component";
const SUMMARY: &str = "cart_summary_component";

/// Reads a cart, wherever in an answer it stands.
pub(super) fn read(value: &Value) -> Option<Cart> {
    let is_summary = |key: &String| key.contains(SUMMARY);
    let components = inside(value, |map| map.keys().any(is_summary))?;
    let (_, summary) = components.iter().find(|(key, _)| is_summary(key))?;
    let summary = at(summary, "fields");
    let currency = currency(at(summary, "payCurrencyCode"))?;
    let (lines, unread) = lines(components, currency);
    let total = money(at(summary, "total"), currency).or_else(|| named(summary, "total", currency));
    Some(Cart {
        market: country(first(summary, &["shipToCountry", "shipToCode"])),
        currency,
        shipping: named(summary, "shipping", currency),
        // A total of more than what was read tells nothing of what was dropped.
        total: total.filter(|total| total.is_positive() && unread == 0),
        lines,
    })
}

/// The lines that can be bought, and how many of them could not be read.
fn lines(components: &Map<String, Value>, currency: Currency) -> (Vec<CartLine>, usize) {
    let fields = components
        .iter()
        .filter(|(key, _)| key.starts_with(LINE))
        .map(|(_, component)| at(component, "fields"))
        .filter(|fields| !no(at(fields, "valid")));
    let (mut lines, mut unread) = (Vec::new(), 0);
    for fields in fields {
        match line(fields, currency) {
            Some(line) if lines.len() < MOST_LINES => lines.push(line),
            _ => unread += 1,
        }
    }
    (lines, unread)
}

fn line(fields: &Value, currency: Currency) -> Option<CartLine> {
    let quantity = count(at(fields, "quantity")).and_then(|pieces| u32::try_from(pieces).ok());
    let quantity = quantity.filter(|pieces| (1..=MOST_PIECES).contains(pieces))?;
    let listed = money(at(fields, "prices.listed"), currency)?.minor();
    // What is listed is for all pieces of the line; where it cannot be shared out, something else stands there.
    let price = listed
        .checked_rem(i64::from(quantity))
        .filter(|rest| *rest == 0)
        .and_then(|_| listed.checked_div(i64::from(quantity)))
        .filter(|price| *price > 0)?;
    Some(CartLine {
        item: item(at(fields, "itemId"))?,
        sku: sku(at(fields, "skuId")),
        title: shown(at(fields, "title"), 500),
        quantity,
        price: Money::new(price, currency),
    })
}

/// An amount of the cart, in its currency and in no other.
fn money(value: &Value, currency: Currency) -> Option<Money> {
    let amount = at(value, "amount");
    let code = text(at(amount, "currencyCode"))?;
    let minor = whole(at(amount, "cent")).filter(|minor| (0..=MOST_MINOR).contains(minor))?;
    (code == currency.code()).then(|| Money::new(minor, currency))
}

/// The amount of the summary's line of a kind, out of its words.
fn named(summary: &Value, kind: &str, currency: Currency) -> Option<Money> {
    let blocks = list(at(summary, "summaryTabVO.priceBlockList"));
    let mut lines = blocks.iter().flat_map(|block| list(at(block, "summaryLines")));
    let line = lines.find(|line| text(at(line, "type")).is_some_and(|one| one == kind))?;
    match amounts_in(&text(at(line, "content.content"))?, currency).as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}
