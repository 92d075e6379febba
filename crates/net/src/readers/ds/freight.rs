//! Ways of shipping as the freight query answers them.

use serde_json::Value;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{Outcome, Shipping, Snapshot};

use crate::readers::freight::{days_of, line_fee};
use crate::readers::price::{amount, words};
use crate::readers::priced::{add_shipping, unpriced};
use crate::readers::value::{self, at, first, warehouse, wrapped};

/// The ways of shipping of one listing; the answer names neither the listing nor the country.
pub(super) fn read(result: &Value, seen_at: Option<Instant>) -> Snapshot {
    let mut snapshot = Snapshot {
        seen_at,
        ..Snapshot::empty("ds_freight")
    };
    for option in wrapped(at(result, "delivery_options")).unwrap_or_default() {
        match way(option, &mut snapshot.notes) {
            Some(way) if snapshot.currency.is_none_or(|currency| currency == way.fee.currency()) => {
                snapshot.currency = Some(way.fee.currency());
                add_shipping(&mut snapshot.shipping, way);
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
    unpriced(snapshot, "The answer has the shipping of a listing and no price.")
}

fn way(option: &Value, notes: &mut Vec<String>) -> Option<Shipping> {
    let currency = value::currency(at(option, "shipping_fee_currency"))?;
    // In spite of its name the field has whole units with decimals: "1.99" beside "1,99€" (recorded in April 2026).
    let plain = amount(at(option, "shipping_fee_cent"), currency);
    let shown = words(at(option, "shipping_fee_format"), currency);
    let waived = (option.get("free_shipping") == Some(&Value::Bool(true))).then(|| Money::zero(currency));
    if let (Some(plain), Some(shown)) = (plain, shown)
        && plain != shown
    {
        notes.push(format!(
            "A fee is written as {plain} and shown as {shown}; the shown one is taken."
        ));
    }
    let fee = waived.or(shown).or(plain)?;
    let free_from = amount(at(option, "free_shipping_threshold"), currency).filter(|from| from.is_positive());
    if let Some(from) = free_from {
        notes.push(format!(
            "The fee of {fee} {currency} is waived from {from} on; whether other listings share it is not said."
        ));
    }
    Some(Shipping {
        free_from,
        service: value::shown(first(option, &["company", "code"]), 80),
        from: warehouse(at(option, "ship_from_country")),
        days: days_of(at(option, "min_delivery_days"), at(option, "max_delivery_days")),
        ..line_fee(fee)
    })
}
