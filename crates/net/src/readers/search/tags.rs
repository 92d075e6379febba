//! The tags on a card: coupons, coins, bulk prices and shipping, told apart by their words and their source.

use serde_json::Value;
use tillwatch_core::discount::{Audience, Benefit, Discount, Kind, Provenance, Scope};
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::{Shipping, Snapshot};

use crate::readers::amount;
use crate::readers::coupon_id::{add, named, unnamed};
use crate::readers::freight::line_fee;
use crate::readers::priced::add_shipping;
use crate::readers::value::{at, text, wrapped};

/// A tag on a card.
pub(super) struct Tag {
    /// Its words.
    text: String,
    /// Where the marketplace took it from, such as `welcomedeal_test`; a flattened list has lost that.
    source: String,
}

/// Free shipping in the languages of the recorded searches and their neighbours.
const FREE: &[&str] = &[
    "free shipping",
    "free delivery",
    "livraison gratuite",
    "envío gratis",
    "kostenloser versand",
    "spedizione gratuita",
    "frete grátis",
    "envio grátis",
    "бесплатная доставка",
    "משלוח חינם",
    "gratis verzending",
    "darmowa dostawa",
    "darmowa wysyłka",
];

/// Coins, by the beginnings of their names.
const COINS: &[&str] = &[
    "coin",
    "moneda",
    "pièce",
    "münze",
    "monet",
    "moeda",
    "монет",
    "מטבע",
    "munten",
];

/// What is said to new shoppers.
const NEW: &[&str] = &[
    "new shopper",
    "new user",
    "welcome deal",
    "nouveaux client",
    "nuevos comprador",
    "neukund",
];

impl Tag {
    /// A tag of a flattened list.
    pub(super) fn bare(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().take(300).collect();
        (!text.is_empty()).then_some(Self {
            text,
            source: String::new(),
        })
    }

    /// Whether the price beside it contains what only a new shopper gets.
    pub(super) fn is_for_new_shoppers(&self) -> bool {
        let source = self.source.starts_with("welcomedeal") || self.source.starts_with("new_user");
        source || self.says(NEW)
    }

    fn says(&self, words: &[&str]) -> bool {
        let small = self.text.to_lowercase();
        words.iter().any(|word| small.contains(word))
    }
}

/// The tags of a raw card that have words.
pub(super) fn of_card(card: &Value) -> Vec<Tag> {
    wrapped(at(card, "sellingPoints"))
        .unwrap_or_default()
        .iter()
        .filter_map(|point| {
            let tag = Tag::bare(&text(at(point.get("tagContent")?, "tagText"))?)?;
            Some(Tag {
                source: text(at(point, "source")).unwrap_or_default().into_owned(),
                ..tag
            })
        })
        .collect()
}

/// Writes down what the tags say: discounts, shipping, notes.
pub(super) fn tell(tags: &[Tag], snapshot: &mut Snapshot, currency: Currency) {
    for tag in tags {
        if tag.says(COINS) {
            if let Some(discount) = coins(tag, snapshot) {
                add(&mut snapshot.discounts, discount);
            }
        } else if tag.is_for_new_shoppers() {
            snapshot.notes.push(format!("The card says: {}.", tag.text));
        } else if let Some(way) = shipping(tag, currency) {
            add_shipping(&mut snapshot.shipping, way);
        } else if let Some(discount) = coupon(tag, snapshot, currency) {
            add(&mut snapshot.discounts, discount);
        } else if is_worth_a_note(tag) {
            snapshot.notes.push(format!("The card says: {}.", tag.text));
        }
    }
}

/// A coupon that everybody sees: so much off from a minimum on, or for every so much.
///
/// The price does not contain it, and a shown coupon does not mean that its minimum is met: 9 of 19 cards with a
/// coupon were below the minimum in December 2025. Such coupons are for an eligible list, so that the listing is all
/// that this one is known for. "Off every" is what listing pages call spend and save, which applies by itself.
fn coupon(tag: &Tag, snapshot: &Snapshot, currency: Currency) -> Option<Discount> {
    let offer = amount::offer(&tag.text, currency)?;
    let (kind, name) = match (&offer.benefit, offer.min_spend) {
        (Benefit::Fixed { amount }, Some(minimum)) => (Kind::Platform, format!("platform-{amount}-from-{minimum}")),
        (Benefit::PerSpend { every, amount, .. }, _) => {
            (Kind::SpendAndSave, format!("spend-and-save-{amount}-every-{every}"))
        }
        _ => return None,
    };
    let coupon = Discount {
        min_spend: offer.min_spend,
        scope: scope(snapshot),
        provenance: provenance(tag, snapshot),
        ..unnamed(kind, offer.benefit, Some(currency))
    };
    Some(named(coupon, &format!("{name}-{currency}")))
}

/// Coins are an account's: kept to be shown, never part of a price.
fn coins(tag: &Tag, snapshot: &Snapshot) -> Option<Discount> {
    let item = snapshot.item.as_ref()?;
    let benefit = Benefit::Unknown {
        name: tag.text.clone().into(),
    };
    let coins = Discount {
        scope: scope(snapshot),
        audience: Audience::Personal,
        provenance: provenance(tag, snapshot),
        ..unnamed(Kind::Unknown("coins".into()), benefit, None)
    };
    Some(named(coins, &format!("coins-{item}")))
}

fn scope(snapshot: &Snapshot) -> Scope {
    Scope {
        items: snapshot.item.iter().cloned().collect(),
        ..Scope::default()
    }
}

fn provenance(tag: &Tag, snapshot: &Snapshot) -> Provenance {
    Provenance {
        source: Some("search card".into()),
        seen_at: snapshot.seen_at,
        text: Some(tag.text.clone()),
        ..Provenance::default()
    }
}

/// Free shipping without a condition, or a fee that is added (`+Shipping: $2.02`).
fn shipping(tag: &Tag, currency: Currency) -> Option<Shipping> {
    let amounts = amount::amounts_in(&tag.text, currency);
    let fee = match amounts.as_slice() {
        [] if tag.says(FREE) && !tag.says(&["over", "dès", "desde", "ab "]) => Money::zero(currency),
        [fee] if tag.text.trim_start().starts_with('+') => *fee,
        _ => return None,
    };
    Some(line_fee(fee))
}

/// Bulk prices, conditions of shipping and the platform's own claim of a low, which a history can check.
fn is_worth_a_note(tag: &Tag) -> bool {
    tag.source.contains("bulk")
        || tag.source.starts_with("lowest_price")
        || tag.says(FREE)
        || tag.says(&["lowest price", "each, ≥", "each, >="])
}
