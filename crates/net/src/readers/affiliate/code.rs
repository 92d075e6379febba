//! The two official sources of discounts: the code on a product, and the promotions of a listing.

use serde_json::Value;
use tillwatch_core::discount::{Benefit, Discount, Kind, Percent, Provenance, Scope, Uses};
use tillwatch_core::instant::{Instant, MARKETPLACE_ZONE};
use tillwatch_core::money::{BasisPoints, Currency, Money};
use tillwatch_core::snapshot::Snapshot;

use crate::readers::amount::{self, Offer};
use crate::readers::coupon_id::{add, named, unnamed};
use crate::readers::price;
use crate::readers::priced::unpriced;
use crate::readers::value::{self, at, count, item, text, wrapped};

/// The codes on a product: one object, or a list of them.
pub(super) fn of_product(product: &Value, snapshot: &Snapshot) -> Vec<Discount> {
    let info = product.get("promo_code_info");
    let several = wrapped(at(product, "promo_code_info")).unwrap_or_default();
    let one = info.filter(|info| info.is_object() && several.is_empty());
    let mut found = Vec::new();
    for info in several.iter().chain(one) {
        if let Some(discount) = code(info, snapshot) {
            add(&mut found, discount);
        }
    }
    found
}

/// One code. What it takes is read from its sentence and never from `code_campaigntype`: the two documents that explain
/// that number contradict each other, and the recorded code has "1" with a fixed amount (September 2026).
fn code(info: &Value, snapshot: &Snapshot) -> Option<Discount> {
    let sentence = value::shown(at(info, "code_value"), 500);
    let typed = value::shown(at(info, "promo_code"), 60);
    let item = snapshot.item.as_ref()?;
    let name = typed.clone().or_else(|| {
        let described = sentence.is_some() || info.get("code_mini_spend").is_some();
        described.then(|| format!("promo-code-{item}"))
    })?;
    let target = snapshot.currency?;
    let read = sentence.as_deref().and_then(|sentence| offer(sentence, target));
    let (offer, currency) = read.unwrap_or_else(|| (unread(sentence.as_deref()), target));
    let mut said: Vec<String> = sentence.into_iter().collect();
    // "0" is no minimum. Where the number and the sentence differ, the higher one is the safe one.
    let stated = price::price(at(info, "code_mini_spend"), currency);
    if stated.is_some() && offer.min_spend.is_some() && stated != offer.min_spend {
        said.push("the stated minimum and the sentence's differ".into());
    }
    let min_spend = [stated, offer.min_spend]
        .into_iter()
        .flatten()
        .max_by_key(|spend| spend.minor());
    let without_amount = matches!(
        offer.benefit,
        Benefit::Percent { cap: None, .. } | Benefit::Unknown { .. }
    );
    let currency = (!without_amount || min_spend.is_some()).then_some(currency);
    let left = count(at(info, "code_quantity"));
    let mut window = |key: &str| {
        let written = text(at(info, key))?;
        let read = Instant::local(&written, MARKETPLACE_ZONE).ok();
        if read.is_none() {
            said.push(format!("unreadable time {written}"));
        }
        read.map(|moment| (moment, written))
    };
    let valid_from = window("code_availabletime_start").map(|(moment, _)| moment);
    let valid_until = window("code_availabletime_end").map(|(moment, written)| exclusive(moment, &written));
    let discount = Discount {
        min_spend,
        valid_from,
        valid_until,
        scope: Scope {
            items: vec![item.clone()],
            ..Scope::default()
        },
        uses: left.filter(|left| *left == 0).map(|_| Uses::Limited(0)),
        provenance: Provenance {
            left: left.map(|left| u32::try_from(left).unwrap_or(u32::MAX)),
            ..provenance(snapshot.seen_at, &said)
        },
        code: typed,
        ..unnamed(Kind::Code, offer.benefit, currency)
    };
    Some(named(discount, &name))
}

/// Reads a sentence in the answer's currency, or else in the one that the sentence itself names.
fn offer(sentence: &str, target: Currency) -> Option<(Offer, Currency)> {
    let named = sentence
        .split(|char: char| !char.is_ascii_alphabetic())
        .filter_map(|word| Currency::parse(word).ok());
    // An amount in another currency would be left out of a reading in this one, and a minimum with it.
    let mut several: Vec<Currency> = named.collect();
    several.dedup();
    let currency = match several.as_slice() {
        [] => target,
        [only] => *only,
        _ => return None,
    };
    amount::offer(sentence, currency).map(|offer| (offer, currency))
}

fn unread(sentence: Option<&str>) -> Offer {
    let name: String = sentence.unwrap_or("no sentence").chars().take(200).collect();
    Offer {
        benefit: Benefit::Unknown { name: name.into() },
        min_spend: None,
    }
}

/// The first moment after a window whose end is written as its last second.
fn exclusive(end: Instant, written: &str) -> Instant {
    if written.trim_end_matches('Z').ends_with(":59") {
        end.plus_seconds(1)
    } else {
        end
    }
}

fn provenance(seen_at: Option<Instant>, text: &[String]) -> Provenance {
    Provenance {
        source: Some("affiliate API".into()),
        seen_at,
        text: (!text.is_empty()).then(|| text.join("; ")),
        ..Provenance::default()
    }
}

/// The promotions of one listing (`promotion.info.get`). No real answer is known: only the documented field names,
/// which are those of Merchant promotions, so what does not read as one is kept as unknown.
pub(super) fn promotions(result: &Value, seen_at: Option<Instant>) -> Snapshot {
    let mut snapshot = Snapshot {
        item: item(at(result, "product_id")),
        seen_at,
        ..Snapshot::empty("affiliate_promotion_info")
    };
    for one in wrapped(at(result, "promotions")).unwrap_or_default() {
        if let Some(discount) = promotion(one, &snapshot) {
            add(&mut snapshot.discounts, discount);
        }
    }
    unpriced(snapshot, "The answer has the promotions of the listing and no price.")
}

fn promotion(one: &Value, snapshot: &Snapshot) -> Option<Discount> {
    let title = value::shown(at(one, "long_title"), 300);
    let typed = value::shown(at(one, "generic_redemption_code"), 60);
    let name = typed
        .clone()
        .or_else(|| value::shown(at(one, "promotion_id"), 60))
        .or_else(|| title.clone())?;
    let minimum = text(at(one, "minimum_purchase_amount")).and_then(|text| with_code(&text));
    let fixed = text(at(one, "money_off_amount"))
        .and_then(|text| with_code(&text))
        .filter(|amount| amount.is_positive());
    let share = || {
        let points = BasisPoints::parse(text(at(one, "percent_off"))?.trim_end_matches(['%', ' '])).ok()?;
        (points.points() > 0).then_some(Percent(points))
    };
    let benefit = match (text(at(one, "coupon_value_type")).as_deref(), fixed) {
        (Some("money_off") | None, Some(amount)) => Benefit::Fixed { amount },
        (Some("percent_off"), _) => share().map_or_else(
            || unread(title.as_deref()).benefit,
            |percent| Benefit::Percent { percent, cap: None },
        ),
        (other, _) => unread(other.or(title.as_deref())).benefit,
    };
    let kind = match text(at(one, "offer_type")).as_deref() {
        Some("generic_code") | None if typed.is_some() => Kind::Code,
        other => Kind::Unknown(other.unwrap_or("promotion").into()),
    };
    let dates = text(at(one, "promotion_effective_dates")).unwrap_or_default();
    let (from, until) = dates.split_once('/').unwrap_or(("", ""));
    let currency = fixed.or(minimum).map(Money::currency);
    let discount = Discount {
        min_spend: minimum.filter(|minimum| minimum.is_positive()),
        valid_from: Instant::parse(from).ok(),
        valid_until: Instant::parse(until).ok().map(|end| exclusive(end, until)),
        // Also where it is said to be for all products: it was only seen with this one.
        scope: Scope {
            items: snapshot.item.iter().cloned().collect(),
            ..Scope::default()
        },
        provenance: provenance(snapshot.seen_at, title.as_slice()),
        code: typed,
        ..unnamed(kind, benefit, currency)
    };
    Some(named(discount, &name))
}

/// An amount with its currency behind it, such as `5.00 USD`.
fn with_code(text: &str) -> Option<Money> {
    let (amount, code) = text.trim().rsplit_once(' ')?;
    amount::parse(amount, Currency::parse(code).ok()?)
}
