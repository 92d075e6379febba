//! Ways of shipping as the freight query answers them.

use serde_json::Value;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{Outcome, Shipping, Snapshot};

use crate::readers::{amount, json};

/// The ways of shipping of one listing; the answer names neither the listing nor the country.
pub(super) fn read(result: &Value, at: Option<Instant>) -> Snapshot {
    let mut snapshot = Snapshot {
        seen_at: at,
        ..Snapshot::empty("ds_freight")
    };
    for option in json::list(result, "delivery_options").unwrap_or_default() {
        match way(option, &mut snapshot.notes) {
            Some(way) if snapshot.currency.is_none_or(|currency| currency == way.fee.currency()) => {
                snapshot.currency = Some(way.fee.currency());
                json::add_shipping(&mut snapshot.shipping, way);
            }
            _ => {
                let words = "A way of shipping is left out: its fee cannot be read or is in another currency.";
                snapshot.notes.push(words.into());
            }
        }
    }
    if snapshot.shipping.is_empty() {
        let words = "The answer has no way of shipping with a readable fee.";
        return snapshot.without_price(Outcome::NoPrice, words);
    }
    json::unpriced(snapshot, "The answer has the shipping of a listing and no price.")
}

fn way(option: &Value, notes: &mut Vec<String>) -> Option<Shipping> {
    let currency = json::currency(option, "shipping_fee_currency")?;
    // In spite of its name the field has whole units with decimals: "1.99" beside "1,99€" (recorded in April 2026).
    let plain = json::amount_of(option, "shipping_fee_cent", currency);
    let shown = json::text(option, "shipping_fee_format").and_then(|text| amount::parse(&text, currency));
    let waived = (option.get("free_shipping") == Some(&Value::Bool(true))).then(|| Money::zero(currency));
    if let (Some(plain), Some(shown)) = (plain, shown)
        && plain != shown
    {
        notes.push(format!(
            "A fee is written as {plain} and shown as {shown}; the shown one is taken."
        ));
    }
    let fee = waived.or(shown).or(plain)?;
    let days = |key: &str| json::count(option, key).and_then(|days| u16::try_from(days).ok());
    let free_from = json::amount_of(option, "free_shipping_threshold", currency).filter(|from| from.is_positive());
    if let Some(from) = free_from {
        notes.push(format!(
            "The fee of {fee} {currency} is waived from {from} on; whether other listings share it is not said."
        ));
    }
    Some(Shipping {
        fee,
        pool: None,
        free_from,
        service: json::text(option, "company").or_else(|| json::text(option, "code")),
        from: json::text(option, "ship_from_country").and_then(|text| json::warehouse(&text)),
        to: None,
        days: days("min_delivery_days")
            .zip(days("max_delivery_days"))
            .filter(|(fewest, most)| fewest <= most),
    })
}
