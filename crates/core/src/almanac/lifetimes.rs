//! How long a discount usually lives when nobody states its end.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::Confidence;
use super::read::{Index, confidence, in_schema, no_others, text};
use crate::discount::Kind;
use crate::discount::read::At;
use crate::input::{self, InputError, Text, raw_object};
use crate::instant::Instant;

/// The usual life of a kind of discount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lifetime {
    /// The kind.
    #[serde(rename = "for")]
    pub kind: Kind,
    /// How long.
    #[serde(flatten)]
    pub life: Life,
    /// Who says so.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// What else there is to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "life", rename_all = "snake_case")]
pub enum Life {
    /// A number of days.
    Days {
        /// Not fewer; nothing is ever gated earlier than after these.
        least: u32,
        /// Not more.
        most: u32,
    },
    /// To the last second of the sale it belongs to.
    WithSale,
}

/// The usual lives of `data/lifetimes.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lifetimes(Vec<Lifetime>);

impl Lifetimes {
    /// The usual lives that stand in this program.
    pub fn built_in() -> Result<Self, InputError> {
        read(include_bytes!("../../data/lifetimes.json"))
    }

    /// All of them.
    pub fn all(&self) -> &[Lifetime] {
        &self.0
    }

    /// The usual life of a kind, where one is known.
    pub fn of(&self, kind: &Kind) -> Option<&Lifetime> {
        self.0.iter().find(|lifetime| lifetime.kind == *kind)
    }

    /// The end to assume for a discount that was seen at a moment and names none: that moment and the fewest days of
    /// its kind. `None` where the kind ends with its sale, or is not known.
    ///
    /// An end that comes from here must be marked ([`crate::discount::Provenance::expiry_assumed`]).
    pub fn assumed_end(&self, kind: &Kind, seen: Instant) -> Option<Instant> {
        match self.of(kind)?.life {
            Life::Days { least, .. } => Some(seen.plus_seconds(i64::from(least).saturating_mul(24 * 60 * 60))),
            Life::WithSale => None,
        }
    }
}

raw_object! {
    /// The file before it is checked.
    RawLifetimes: "lifetimes (an object)" {
        schema: Text<'a> = "schema",
        lifetimes: Vec<RawLifetime<'a>> = "lifetimes",
    }
}

raw_object! {
    /// A life before it is checked.
    RawLifetime: "a lifetime (an object)" {
        kind: Text<'a> = "kind",
        least_days: u32 = "least_days",
        most_days: u32 = "most_days",
        with_sale: bool = "with_sale",
        source: Text<'a> = "source",
        confidence: Text<'a> = "confidence",
        note: Text<'a> = "note",
    }
}

fn read(json: &[u8]) -> Result<Lifetimes, InputError> {
    let raw: RawLifetimes<'_> = input::read(json)?;
    in_schema(raw.schema.as_ref(), "tillwatch/lifetimes/1")?;
    let one = |(index, raw): (usize, RawLifetime<'_>)| {
        let base = Index("lifetimes", index);
        let at = |field| At { base: &base, field };
        no_others(&base, &raw.unknown)?;
        let life = match (raw.least_days, raw.most_days, raw.with_sale) {
            (Some(least), Some(most), None) if least <= most => Life::Days { least, most },
            (None, None, Some(true)) => Life::WithSale,
            _ => {
                return Err(InputError::conflict(
                    &base,
                    "either least_days and most_days, in that order, or with_sale is needed",
                ));
            }
        };
        Ok(Lifetime {
            kind: Kind::from_name(&text(raw.kind.as_ref(), at("kind"))?),
            life,
            source: text(raw.source.as_ref(), at("source"))?,
            confidence: confidence(raw.confidence.as_ref(), at("confidence"))?,
            note: raw.note.map(|note| note.as_str().into()),
        })
    };
    let lifetimes = raw.lifetimes.unwrap_or_default();
    lifetimes
        .into_iter()
        .enumerate()
        .map(one)
        .collect::<Result<_, _>>()
        .map(Lifetimes)
}
