//! The notice: an alert as it was at its moment, with its receipt. Whatever is told of it later is told from this.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use serde::de::IgnoredAny;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::read::{RawRule, rule};
use super::{Kind, Rule};
use crate::country::Country;
use crate::history::Lane;
use crate::id::{ItemId, SkuId};
use crate::input::{self, InputError, Text, raw_object};
use crate::instant::Instant;
use crate::money::{Currency, Money};
use crate::stack::Receipt;

/// The name of the notice format.
pub const SCHEMA: &str = "tillwatch/alert/1";

/// An alert as it was at its moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// By which a repeated message is known for a repetition.
    pub reference: String,
    /// What happened.
    pub kind: Kind,
    /// What was asked for.
    pub rule: Rule,
    /// The listing.
    pub item: ItemId,
    /// The variant, once known.
    pub sku: Option<SkuId>,
    /// The listing's title, once known.
    pub title: Option<String>,
    /// The ship-to country.
    pub market: Country,
    /// What the shopper pays in.
    pub currency: Currency,
    /// The lane that the watch follows.
    pub lane: Lane,
    /// The price in that lane.
    pub price: Option<Money>,
    /// Whether the prices are with shipping, where there is a price.
    pub delivered: Option<bool>,
    /// The price with nothing taken off.
    pub sticker: Option<Money>,
    /// The price that held before in that lane.
    pub former: Option<Money>,
    /// At or below which price the rule is met, where it asks for one.
    pub target: Option<Money>,
    /// The lowest price that was seen before, of the rule's period.
    pub low: Option<Money>,
    /// What is taken off, in order.
    pub stack: Vec<Off>,
    /// When the first of that ends.
    pub earliest_expiry: Option<Instant>,
    /// When it happened.
    pub at: Instant,
}

/// One discount of the stack.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Off {
    /// Its id.
    pub id: String,
    /// The name by which people know it: what is typed, or an id without its mark.
    pub name: String,
    /// The name of its kind.
    pub kind: String,
    /// What it takes off.
    pub amount: Money,
}

impl Notice {
    /// Takes the stack's lines and its first end from a receipt.
    #[must_use]
    pub fn with(self, receipt: &Receipt<'_>) -> Self {
        let lines = receipt.stack.applied.iter().filter_map(|applied| {
            Some(Off {
                id: receipt.id(applied.discount).into(),
                name: receipt.name(applied.discount).into(),
                kind: receipt.discount(applied.discount)?.kind.name().into(),
                amount: applied.amount,
            })
        });
        Self {
            stack: lines.collect(),
            earliest_expiry: receipt.stack.earliest_expiry,
            ..self
        }
    }

    /// Its JSON, with the receipt where there is one.
    pub fn to_json(&self, receipt: Option<&Receipt<'_>>) -> String {
        let written = Written { notice: self, receipt };
        serde_json::to_string(&written).unwrap_or_default()
    }
}

struct Written<'a> {
    notice: &'a Notice,
    receipt: Option<&'a Receipt<'a>>,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let notice = self.notice;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("schema", SCHEMA)?;
        map.serialize_entry("reference", &notice.reference)?;
        map.serialize_entry("kind", notice.kind.name())?;
        map.serialize_entry("rule", &notice.rule)?;
        map.serialize_entry("item", &notice.item)?;
        map.serialize_entry("sku", &notice.sku)?;
        map.serialize_entry("title", &notice.title)?;
        map.serialize_entry("market", &notice.market)?;
        map.serialize_entry("currency", &notice.currency)?;
        map.serialize_entry("lane", notice.lane.name())?;
        map.serialize_entry("price", &notice.price)?;
        map.serialize_entry("with_shipping", &notice.delivered)?;
        map.serialize_entry("sticker", &notice.sticker)?;
        map.serialize_entry("former", &notice.former)?;
        map.serialize_entry("target", &notice.target)?;
        map.serialize_entry("low", &notice.low)?;
        map.serialize_entry("stack", &notice.stack)?;
        map.serialize_entry("earliest_expiry", &notice.earliest_expiry)?;
        map.serialize_entry("at", &notice.at)?;
        map.serialize_entry("receipt", &self.receipt)?;
        map.end()
    }
}

raw_object! {
    /// A notice before it is checked.
    RawNotice: "a notice (an object)" {
        schema: Text<'a> = "schema",
        reference: Text<'a> = "reference",
        kind: Text<'a> = "kind",
        rule: RawRule<'a> = "rule",
        item: Text<'a> = "item",
        sku: Text<'a> = "sku",
        title: Text<'a> = "title",
        market: Text<'a> = "market",
        currency: Text<'a> = "currency",
        lane: Text<'a> = "lane",
        price: Text<'a> = "price",
        with_shipping: bool = "with_shipping",
        sticker: Text<'a> = "sticker",
        former: Text<'a> = "former",
        target: Text<'a> = "target",
        low: Text<'a> = "low",
        stack: Vec<RawOff<'a>> = "stack",
        earliest_expiry: Text<'a> = "earliest_expiry",
        at: Text<'a> = "at",
        receipt: IgnoredAny = "receipt",
    }
}

raw_object! {
    /// One discount of a stack before it is checked.
    RawOff: "a discount of the stack (an object)" {
        id: Text<'a> = "id",
        name: Text<'a> = "name",
        kind: Text<'a> = "kind",
        amount: Text<'a> = "amount",
    }
}

/// Reads what [`Notice::to_json`] wrote; the receipt is for others to read.
pub fn read(json: &[u8]) -> Result<Notice, InputError> {
    let raw: RawNotice<'_> = input::read(json)?;
    let schema = raw.schema.as_ref().map_or("", Text::as_str);
    if schema != SCHEMA {
        return Err(InputError::wrong(
            "schema",
            format_args!("{schema:?} is not {SCHEMA:?}"),
        ));
    }
    let currency = needed(raw.currency.as_ref(), "currency", Currency::parse)?;
    let money = |text: Option<&Text<'_>>, place: &str| optional(text, place, |text| Money::parse(text, currency));
    let named = |name: &str| Kind::from_name(name).ok_or("is no kind of alert");
    let lane = |name: &str| Lane::from_name(name).ok_or("is no lane");
    let stack = raw.stack.unwrap_or_default();
    let off = |(place, line): (usize, &RawOff<'_>)| {
        let text = |text: &Option<Text<'_>>| text.as_ref().map_or("", Text::as_str).into();
        Ok(Off {
            id: text(&line.id),
            name: text(&line.name),
            kind: text(&line.kind),
            amount: needed(line.amount.as_ref(), &format!("stack[{place}].amount"), |text| {
                Money::parse(text, currency)
            })?,
        })
    };
    Ok(Notice {
        reference: needed(raw.reference.as_ref(), "reference", |text| {
            Ok::<_, &str>(text.to_string())
        })?,
        kind: needed(raw.kind.as_ref(), "kind", named)?,
        rule: rule(&raw.rule.unwrap_or_default(), "rule.")?,
        item: needed(raw.item.as_ref(), "item", ItemId::parse)?,
        sku: optional(raw.sku.as_ref(), "sku", SkuId::parse)?,
        title: raw.title.as_ref().map(|title| title.as_str().into()),
        market: needed(raw.market.as_ref(), "market", Country::parse)?,
        lane: needed(raw.lane.as_ref(), "lane", lane)?,
        price: money(raw.price.as_ref(), "price")?,
        delivered: raw.with_shipping,
        sticker: money(raw.sticker.as_ref(), "sticker")?,
        former: money(raw.former.as_ref(), "former")?,
        target: money(raw.target.as_ref(), "target")?,
        low: money(raw.low.as_ref(), "low")?,
        stack: stack.iter().enumerate().map(off).collect::<Result<_, InputError>>()?,
        earliest_expiry: optional(raw.earliest_expiry.as_ref(), "earliest_expiry", Instant::parse)?,
        at: needed(raw.at.as_ref(), "at", Instant::parse)?,
        currency,
    })
}

fn optional<T, E: Display>(
    text: Option<&Text<'_>>,
    place: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, InputError> {
    super::read::parsed(text, place, parse)
}

fn needed<T, E: Display>(
    text: Option<&Text<'_>>,
    place: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, InputError> {
    super::read::needed(text, place, "a notice has one", parse)
}
