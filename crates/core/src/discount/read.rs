//! Discounts from JSON: the raw form, and the checks that make a [`Discount`] of it.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::{Audience, Benefit, Discount, Kind, Percent, PieceTier, Provenance, Scope, Tier, Uses};
use crate::country::Country;
use crate::id::{CategoryId, DiscountId, IdError, ItemId, SellerId, StoreId, Warehouse};
use crate::input::{self, InputError, Text, Warnings, raw_object};
use crate::instant::Instant;
use crate::money::{BasisPoints, Currency, Money};

raw_object! {
    /// A discount before it is checked.
    RawDiscount: "a discount (an object)" {
        id: Text<'a> = "id",
        kind: Text<'a> = "kind",
        benefit: RawBenefit<'a> = "benefit",
        currency: Text<'a> = "currency",
        min_spend: Text<'a> = "min_spend",
        valid_from: Text<'a> = "valid_from",
        valid_until: Text<'a> = "valid_until",
        scope: RawScope<'a> = "scope",
        regions: Vec<Text<'a>> = "regions",
        warehouses: Vec<Text<'a>> = "warehouses",
        audience: Text<'a> = "audience",
        exclusive: bool = "exclusive",
        uses: RawUses = "uses",
        code: Text<'a> = "code",
        provenance: RawProvenance<'a> = "provenance",
    }
}

raw_object! {
    /// A benefit before it is checked.
    RawBenefit: "a benefit (an object with a \"type\")" {
        kind: Text<'a> = "type",
        amount: Text<'a> = "amount",
        percent: Text<'a> = "percent",
        cap: Text<'a> = "cap",
        every: Text<'a> = "every",
        tiers: Vec<RawTier<'a>> = "tiers",
        name: Text<'a> = "name",
    }
}

raw_object! {
    /// A tier of amounts or of pieces before it is checked.
    RawTier: "a tier (an object)" {
        min_spend: Text<'a> = "min_spend",
        amount: Text<'a> = "amount",
        pieces: u32 = "pieces",
        percent: Text<'a> = "percent",
    }
}

raw_object! {
    /// A scope before it is checked.
    RawScope: "a scope (an object of lists)" {
        stores: Vec<Text<'a>> = "stores",
        sellers: Vec<Text<'a>> = "sellers",
        categories: Vec<Text<'a>> = "categories",
        items: Vec<Text<'a>> = "items",
        excluded_items: Vec<Text<'a>> = "excluded_items",
    }
}

raw_object! {
    /// A provenance before it is checked.
    RawProvenance: "a provenance (an object)" {
        source: Text<'a> = "source",
        seen_at: Text<'a> = "seen_at",
        confidence: Text<'a> = "confidence",
        text: Text<'a> = "text",
        expiry_assumed: bool = "expiry_assumed",
        left: u32 = "left",
    }
}

/// `uses`: a number, or `"unlimited"`.
pub(crate) struct RawUses(pub(crate) Uses);

impl<'de> Deserialize<'de> for RawUses {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct UsesVisitor;
        impl<'de> Visitor<'de> for UsesVisitor {
            type Value = RawUses;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number of checkouts, or \"unlimited\"")
            }
            fn visit_u64<E: serde::de::Error>(self, count: u64) -> Result<RawUses, E> {
                // Nobody makes four milliards of checkouts: more than fit are as good as that.
                Ok(RawUses(Uses::Limited(u32::try_from(count).unwrap_or(u32::MAX))))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<RawUses, E> {
                match text {
                    "unlimited" => Ok(RawUses(Uses::Unlimited)),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }
            // A number that keeps its digits arrives as a map of one text.
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<RawUses, M::Error> {
                let number = serde_json::Number::deserialize(MapAccessDeserializer::new(map))?;
                match number.as_u64() {
                    Some(count) => self.visit_u64(count),
                    None => Err(M::Error::invalid_value(
                        serde::de::Unexpected::Other(&number.to_string()),
                        &self,
                    )),
                }
            }
        }
        from.deserialize_any(UsesVisitor)
    }
}

/// A place within an input, written only when something is wrong there.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) base: &'a dyn fmt::Display,
    pub(crate) field: &'a str,
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)?;
        if !self.field.is_empty() {
            let joined = self.field.starts_with('[');
            f.write_str(if joined { "" } else { "." })?;
            f.write_str(self.field)?;
        }
        Ok(())
    }
}

/// Reads each of a list of texts, naming the one that is wrong.
pub(crate) fn each<T, E: fmt::Display>(
    texts: Option<Vec<Text<'_>>>,
    place: At<'_>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Vec<T>, InputError> {
    let Some(texts) = texts else { return Ok(Vec::new()) };
    texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            parse(text.as_str()).map_err(|error| InputError::wrong(format_args!("{place}[{index}]"), error))
        })
        .collect()
}

/// Reads a text that may be absent, naming its place when it is wrong.
pub(crate) fn optional<T, E: fmt::Display>(
    text: Option<&Text<'_>>,
    place: At<'_>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, InputError> {
    text.map(|text| parse(text.as_str()).map_err(|error| InputError::wrong(place, error)))
        .transpose()
}

/// Reads an id that must be there.
pub(crate) fn id<T>(
    text: Option<&Text<'_>>,
    place: At<'_>,
    parse: impl Fn(&str) -> Result<T, IdError>,
) -> Result<T, InputError> {
    optional(text, place, parse)?.ok_or_else(|| InputError::missing(place, "an id in quotes is needed"))
}

/// Reads one discount as its [`Serialize`](serde::Serialize) wrote it, also one whose window is never open: pages show
/// such, and what was kept must come back.
pub fn read(json: &[u8]) -> Result<Discount, InputError> {
    discount(input::read(json)?, &"", &mut Warnings::default())
}

/// That a window is open at some time.
pub(crate) fn open_at_all(discount: &Discount, base: &dyn fmt::Display) -> Result<(), InputError> {
    match (discount.valid_from, discount.valid_until) {
        (Some(from), Some(until)) if until <= from => Err(InputError::conflict(
            At {
                base,
                field: "valid_until",
            },
            format_args!("{until} is not after valid_from ({from})"),
        )),
        _ => Ok(()),
    }
}

/// Makes a [`Discount`] of its raw form, or names what is wrong and what is allowed.
pub(crate) fn discount(
    raw: RawDiscount<'_>,
    base: &dyn fmt::Display,
    warnings: &mut Warnings,
) -> Result<Discount, InputError> {
    let at = |field| At { base, field };
    let id = id(raw.id.as_ref(), at("id"), DiscountId::parse)?;
    let kind = raw.kind.ok_or_else(|| {
        InputError::missing(
            at("kind"),
            "allowed: store_discount, spend_and_save, platform, category, welcome, store, seller, code, free_shipping",
        )
    })?;
    let currency = optional(raw.currency.as_ref(), at("currency"), Currency::parse)?;
    let money = |text: Option<&Text<'_>>, place: At<'_>| -> Result<Option<Money>, InputError> {
        let Some(text) = text else { return Ok(None) };
        let Some(currency) = currency else {
            return Err(InputError::missing(
                at("currency"),
                format_args!("{place} is an amount and needs it"),
            ));
        };
        Money::parse(text.as_str(), currency)
            .map(Some)
            .map_err(|error| InputError::wrong(place, error))
    };
    let benefit = match raw.benefit {
        Some(raw) => benefit(raw, at("benefit"), &money, warnings)?,
        None => {
            return Err(InputError::missing(
                at("benefit"),
                format_args!("allowed types: {BENEFITS}"),
            ));
        }
    };
    let min_spend = money(raw.min_spend.as_ref(), at("min_spend"))?;
    let valid_from = optional(raw.valid_from.as_ref(), at("valid_from"), Instant::parse)?;
    let valid_until = optional(raw.valid_until.as_ref(), at("valid_until"), Instant::parse)?;
    let scope = raw
        .scope
        .map(|raw| scope(raw, at("scope"), warnings))
        .transpose()?
        .unwrap_or_default();
    let audience = match raw.audience.as_ref().map(Text::as_str) {
        None | Some("public") => Audience::Public,
        Some("personal") => Audience::Personal,
        Some(other) => {
            return Err(InputError::wrong(
                at("audience"),
                format_args!("{other:?} is neither \"public\" nor \"personal\""),
            ));
        }
    };
    warnings.unknown(base, raw.unknown);
    Ok(Discount {
        id,
        kind: Kind::from_name(kind.as_str()),
        benefit,
        currency,
        min_spend,
        valid_from,
        valid_until,
        scope,
        regions: each(raw.regions, at("regions"), Country::parse)?,
        warehouses: each(raw.warehouses, at("warehouses"), Warehouse::parse)?,
        audience,
        exclusive: raw.exclusive.unwrap_or(false),
        uses: raw.uses.map(|uses| uses.0),
        code: raw.code.map(|code| code.as_str().into()),
        provenance: raw
            .provenance
            .map(|raw| provenance(raw, at("provenance"), warnings))
            .unwrap_or_default(),
    })
}

/// Reads an amount that may be absent, in the discount's currency.
type ReadMoney<'a> = dyn Fn(Option<&Text<'_>>, At<'_>) -> Result<Option<Money>, InputError> + 'a;

const BENEFITS: &str = "fixed, percent, tiers, per_spend, pieces, shipping";

fn benefit(
    raw: RawBenefit<'_>,
    place: At<'_>,
    money: &ReadMoney<'_>,
    warnings: &mut Warnings,
) -> Result<Benefit, InputError> {
    let at = |field| At { base: &place, field };
    let needed = |text: &Option<Text<'_>>, field| -> Result<Money, InputError> {
        money(text.as_ref(), at(field))?
            .ok_or_else(|| InputError::missing(at(field), "an amount such as \"5.00\" is needed"))
    };
    let cap = |text: &Option<Text<'_>>| money(text.as_ref(), at("cap"));
    let name = raw
        .kind
        .as_ref()
        .ok_or_else(|| InputError::missing(at("type"), format_args!("allowed: {BENEFITS}")))?;
    let known = match name.as_str() {
        "fixed" => Benefit::Fixed {
            amount: needed(&raw.amount, "amount")?,
        },
        "percent" => Benefit::Percent {
            percent: percent(raw.percent.as_ref(), at("percent"))?,
            cap: cap(&raw.cap)?,
        },
        "shipping" => Benefit::Shipping { cap: cap(&raw.cap)? },
        "per_spend" => {
            let every = needed(&raw.every, "every")?;
            if every.is_zero() {
                return Err(InputError::wrong(
                    at("every"),
                    "is zero; the spend that earns the amount once must be more",
                ));
            }
            Benefit::PerSpend {
                every,
                amount: needed(&raw.amount, "amount")?,
                cap: cap(&raw.cap)?,
            }
        }
        "tiers" => Benefit::Tiers {
            tiers: tiers(raw.tiers, at("tiers"), money, warnings)?,
        },
        "pieces" => Benefit::Pieces {
            tiers: piece_tiers(raw.tiers, at("tiers"), warnings)?,
        },
        other => Benefit::Unknown {
            name: raw.name.as_ref().map_or(other, Text::as_str).into(),
        },
    };
    if !matches!(known, Benefit::Unknown { .. }) {
        warnings.unknown(&place, raw.unknown);
    }
    Ok(known)
}

fn percent(text: Option<&Text<'_>>, place: At<'_>) -> Result<Percent, InputError> {
    optional(text, place, BasisPoints::parse)?
        .map(Percent)
        .ok_or_else(|| InputError::missing(place, "a percentage such as \"10\" is needed"))
}

fn tiers(
    raw: Option<Vec<RawTier<'_>>>,
    place: At<'_>,
    money: &ReadMoney<'_>,
    warnings: &mut Warnings,
) -> Result<Vec<Tier>, InputError> {
    let mut tiers = Vec::new();
    for (index, tier) in raw.unwrap_or_default().into_iter().enumerate() {
        let tier_place = format!("{place}[{index}]");
        let needed = |text: &Option<Text<'_>>, field| -> Result<Money, InputError> {
            let at = At {
                base: &tier_place,
                field,
            };
            money(text.as_ref(), at)?.ok_or_else(|| InputError::missing(at, "an amount such as \"5.00\" is needed"))
        };
        tiers.push(Tier {
            min_spend: needed(&tier.min_spend, "min_spend")?,
            amount: needed(&tier.amount, "amount")?,
        });
        warnings.unknown(&tier_place, tier.unknown);
    }
    rising(&mut tiers, place, |tier| tier.min_spend.minor())?;
    Ok(tiers)
}

fn piece_tiers(
    raw: Option<Vec<RawTier<'_>>>,
    place: At<'_>,
    warnings: &mut Warnings,
) -> Result<Vec<PieceTier>, InputError> {
    let mut tiers = Vec::new();
    for (index, tier) in raw.unwrap_or_default().into_iter().enumerate() {
        let base = format!("{place}[{index}]");
        let at = |field| At { base: &base, field };
        let pieces = tier.pieces.filter(|pieces| *pieces > 0);
        let pieces =
            pieces.ok_or_else(|| InputError::missing(at("pieces"), "a number of pieces from 1 on is needed"))?;
        tiers.push(PieceTier {
            pieces,
            percent: percent(tier.percent.as_ref(), at("percent"))?,
        });
        warnings.unknown(&base, tier.unknown);
    }
    rising(&mut tiers, place, |tier| i64::from(tier.pieces))?;
    Ok(tiers)
}

/// Puts tiers in rising order; none, or two with one minimum, cannot be told apart and are an error.
fn rising<T>(tiers: &mut [T], place: At<'_>, minimum: impl Fn(&T) -> i64) -> Result<(), InputError> {
    if tiers.is_empty() {
        return Err(InputError::missing(place, "at least one tier is needed"));
    }
    tiers.sort_by_key(&minimum);
    if tiers.is_sorted_by(|a, b| minimum(a) < minimum(b)) {
        Ok(())
    } else {
        Err(InputError::conflict(place, "two tiers have the same minimum"))
    }
}

pub(crate) fn scope(raw: RawScope<'_>, place: At<'_>, warnings: &mut Warnings) -> Result<Scope, InputError> {
    let at = |field| At { base: &place, field };
    warnings.unknown(&place, raw.unknown);
    Ok(Scope {
        stores: each(raw.stores, at("stores"), StoreId::parse)?,
        sellers: each(raw.sellers, at("sellers"), SellerId::parse)?,
        categories: each(raw.categories, at("categories"), CategoryId::parse)?,
        items: each(raw.items, at("items"), ItemId::parse)?,
        excluded_items: each(raw.excluded_items, at("excluded_items"), ItemId::parse)?,
    })
}

fn provenance(raw: RawProvenance<'_>, place: At<'_>, warnings: &mut Warnings) -> Provenance {
    warnings.unknown(&place, raw.unknown);
    // What cannot be read of when it was seen loses nothing that the arithmetic needs, but it is not passed over.
    let seen_at = optional(
        raw.seen_at.as_ref(),
        At {
            base: &place,
            field: "seen_at",
        },
        Instant::parse,
    );
    let seen_at = seen_at.unwrap_or_else(|error| {
        warnings.0.push(format!("{error}; it was not used"));
        None
    });
    Provenance {
        source: raw.source.map(|text| text.as_str().into()),
        seen_at,
        confidence: raw.confidence.map(|text| text.as_str().into()),
        text: raw.text.map(|text| text.as_str().into()),
        expiry_assumed: raw.expiry_assumed.unwrap_or(false),
        left: raw.left,
    }
}
