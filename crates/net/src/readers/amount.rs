//! Amounts as the marketplace shows them to people, read exactly: no float is ever in between.

mod figures;
mod marks;
mod offer;

use serde_json::Value;
use tillwatch_core::money::{Currency, Money};

pub use offer::{Offer, offer};

/// The longest text that is searched for amounts; a price tag has a dozen characters, a sentence a hundred.
const LONGEST: usize = 2_000;

/// One amount of a sentence.
struct Seen {
    /// Where its first character stands, the mark of its currency included.
    from: usize,
    /// The amount.
    money: Money,
}

/// Reads one displayed amount, such as `US $1,192.72`, `1.192,72 €`, `1 789,11kr` or `45.90 ILS`.
///
/// The currency is the data's; a text that names another one is refused, `$` alone is any dollar's or peso's. The
/// digits of the currency decide what one mark before three digits is: `1.000 €` is a thousand euros and `1.000` of a
/// currency with three digits is one. Negative texts, percentages, ranges and sentences are no single amount.
pub fn parse(text: &str, currency: Currency) -> Option<Money> {
    if text.len() > LONGEST {
        return None;
    }
    let figures = figures::scan(text);
    let [figure] = figures.as_slice() else { return None };
    let (before, after) = (text.get(..figure.from)?, text.get(figure.to..)?);
    let bare = marks::is_short(before) && marks::is_short(after);
    if !bare || marks::around(text, figure, 0, currency) == marks::Mark::Foreign {
        return None;
    }
    figure.money(currency)
}

/// All amounts of a sentence, in order: `$12 off on $109` has two.
///
/// A number counts only with a mark of the currency beside it, so that pieces, days and percentages are left out; an
/// amount in another currency is left out as well.
pub fn amounts_in(text: &str, currency: Currency) -> Vec<Money> {
    seen_in(text, currency).iter().map(|seen| seen.money).collect()
}

fn seen_in(text: &str, currency: Currency) -> Vec<Seen> {
    let mut found = Vec::new();
    let mut floor = 0;
    if text.len() > LONGEST {
        return found;
    }
    for figure in figures::scan(text) {
        if let marks::Mark::Ours { from, to } = marks::around(text, &figure, floor, currency) {
            found.extend(figure.money(currency).map(|money| Seen { from, money }));
            floor = to;
        } else {
            floor = figure.to;
        }
    }
    found
}

/// The digits of a JSON number, or of a text that is one, as they were written: `6.7`, `45`, `33.81`.
///
/// Only plain decimals without a sign: a price or an id in exponent form has lost digits somewhere before.
pub fn number(value: &Value) -> Option<String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    let digits = |text: &str| !text.is_empty() && text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(part)).then_some(text)
}

/// The amount of a JSON number or decimal text, exactly: `6.7` is 6.70, and zeros past the currency's digits are none.
pub fn money_value(value: &Value, currency: Currency) -> Option<Money> {
    let text = number(value)?;
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    figures::exact(whole, part, currency)
}
