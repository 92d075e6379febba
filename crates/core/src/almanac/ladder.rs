//! Ladders: sets of discounts that belong together, as a file states them.
//!
//! The compact form has tiers and one window in local time; whatever does not fit it stands beside them as discounts
//! in the checkout's own form.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::read::{Index, Zones, confidence, from_zoned, in_schema, local_day_or_time, needed, text, texts};
use super::{Confidence, Lifetimes};
use crate::checkout::Read;
use crate::country::Country;
use crate::discount::read::{At, RawDiscount, RawScope, RawUses, discount, each, open_at_all, optional, scope};
use crate::discount::{Audience, Benefit, Discount, Kind, Provenance, Scope, Tier, Uses};
use crate::id::DiscountId;
use crate::input::{self, InputError, Text, Warnings, raw_object};
use crate::instant::Instant;
use crate::money::{Currency, Money};

/// The name of the ladder format.
pub const SCHEMA: &str = "tillwatch/ladder/1";

/// The most discounts that one ladder has.
const MOST: usize = 1_000;

/// A set of discounts that were published or seen together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ladder {
    /// Its name in lists of files; unique in an almanac.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The ship-to countries of its tiers; empty is everywhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Country>,
    /// Who says so: an address, or `owner/name` of a public repository.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// What it holds.
    pub discounts: Vec<Discount>,
    /// What else there is to say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

raw_object! {
    /// A ladder before it is checked.
    RawLadder: "a ladder (an object)" {
        schema: Text<'a> = "schema",
        id: Text<'a> = "id",
        name: Text<'a> = "name",
        kind: Text<'a> = "kind",
        currency: Text<'a> = "currency",
        regions: Vec<Text<'a>> = "regions",
        scope: RawScope<'a> = "scope",
        audience: Text<'a> = "audience",
        exclusive: bool = "exclusive",
        uses: RawUses = "uses",
        starts: Text<'a> = "starts",
        ends: Text<'a> = "ends",
        zone: Text<'a> = "zone",
        seen_at: Text<'a> = "seen_at",
        expiry_assumed: bool = "expiry_assumed",
        tiers: Vec<RawStep<'a>> = "tiers",
        discounts: Vec<RawDiscount<'a>> = "discounts",
        source: Text<'a> = "source",
        confidence: Text<'a> = "confidence",
        text: Text<'a> = "text",
        notes: Vec<Text<'a>> = "notes",
    }
}

raw_object! {
    /// A tier before it is checked.
    RawStep: "a tier (an object)" {
        code: Text<'a> = "code",
        off: Text<'a> = "off",
        min_spend: Text<'a> = "min_spend",
        every: Text<'a> = "every",
        cap: Text<'a> = "cap",
    }
}

/// A field of the ladder itself.
fn at<'a>(field: &'a &'a str) -> At<'a> {
    At { base: field, field: "" }
}

/// Reads a ladder in the format of [`SCHEMA`].
///
/// Tiers with codes become one discount each, by code; tiers without become one discount, by the ladder's id, whose
/// deepest tier counts. A window is `starts` to `ends`, both included, in `zone`; a day alone is the whole day. Without
/// `ends` the usual life of the kind is assumed from `seen_at` (or else `starts`) on, and marked.
pub fn read_ladder(json: &[u8]) -> Result<Read<Ladder>, InputError> {
    read(json, &mut Zones::default())
}

/// [`read_ladder`] for one of many.
pub(super) fn read(json: &[u8], zones: &mut Zones) -> Result<Read<Ladder>, InputError> {
    let mut raw: RawLadder<'_> = input::read(json)?;
    let mut warnings = Warnings::default();
    in_schema(raw.schema.as_ref(), SCHEMA)?;
    let id = needed(
        raw.id.as_ref(),
        at(&"id"),
        "an id in quotes is needed",
        DiscountId::parse,
    )?;
    let confidence = confidence(raw.confidence.as_ref(), at(&"confidence"))?;
    let provenance = Provenance {
        source: Some(text(raw.source.as_ref(), at(&"source"))?),
        seen_at: optional(raw.seen_at.as_ref(), at(&"seen_at"), Instant::parse)?,
        confidence: Some(confidence.name().into()),
        text: raw.text.as_ref().map(|text| text.as_str().into()),
        expiry_assumed: false,
        left: None,
    };
    let regions = each(raw.regions.take(), at(&"regions"), Country::parse)?;
    if raw.tiers.is_none() && raw.discounts.is_none() {
        let detail = "at least one tier or a list of discounts is needed, which is empty where nothing runs now";
        return Err(InputError::missing("tiers", detail));
    }
    let steps = raw.tiers.take().unwrap_or_default();
    let others = raw.discounts.take().unwrap_or_default();
    not_too_many(steps.len().saturating_add(others.len()))?;
    let mut discounts = Vec::with_capacity(steps.len().saturating_add(others.len()));
    if !steps.is_empty() {
        let common = common(&mut raw, &regions, &provenance, zones, &mut warnings)?;
        tiers(steps, &id, &common, &mut discounts, &mut warnings)?;
    }
    let after = discounts.len();
    for (index, raw) in others.into_iter().enumerate() {
        let base = Index("discounts", index);
        let mut read = discount(raw, &base, &mut warnings)?;
        open_at_all(&read, &base)?;
        // What one of them does not say of its origin the ladder says for it.
        let own = &mut read.provenance;
        own.source = own.source.take().or_else(|| provenance.source.clone());
        own.confidence = own.confidence.take().or_else(|| provenance.confidence.clone());
        own.seen_at = own.seen_at.or(provenance.seen_at);
        discounts.push(read);
    }
    each_once(&discounts, after)?;
    let value = Ladder {
        id: id.to_string(),
        name: text(raw.name.as_ref(), at(&"name"))?,
        regions,
        source: provenance.source.unwrap_or_default(),
        confidence,
        discounts,
        notes: texts(raw.notes.as_deref()),
    };
    warnings.unknown(&"", raw.unknown);
    Ok(Read {
        value,
        warnings: warnings.0,
    })
}

fn not_too_many(count: usize) -> Result<(), InputError> {
    match count {
        0..=MOST => Ok(()),
        many => Err(InputError::too_much(
            "tiers",
            format_args!("{many} tiers and discounts; at most {MOST} are accepted"),
        )),
    }
}

fn common(
    raw: &mut RawLadder<'_>,
    regions: &[Country],
    provenance: &Provenance,
    zones: &mut Zones,
    warnings: &mut Warnings,
) -> Result<Common, InputError> {
    let kind = Kind::from_name(&text(raw.kind.as_ref(), at(&"kind"))?);
    let window = window(
        raw.starts.as_ref(),
        raw.ends.as_ref(),
        &zones.get(raw.zone.as_ref(), at(&"zone"))?,
        provenance.seen_at,
        &kind,
    )?;
    Ok(Common {
        currency: needed(
            raw.currency.as_ref(),
            at(&"currency"),
            "a currency such as \"USD\" is needed",
            Currency::parse,
        )?,
        scope: match raw.scope.take() {
            Some(raw) => scope(raw, at(&"scope"), warnings)?,
            None => Scope::default(),
        },
        regions: regions.to_vec(),
        audience: audience(raw.audience.as_ref())?,
        exclusive: raw.exclusive.unwrap_or(false),
        uses: raw.uses.take().map(|uses| uses.0),
        provenance: Provenance {
            expiry_assumed: window.assumed || raw.expiry_assumed.unwrap_or(false),
            ..provenance.clone()
        },
        kind,
        window,
    })
}

/// When a ladder's tiers hold.
#[derive(Clone, Copy)]
struct Window {
    from: Option<Instant>,
    until: Instant,
    assumed: bool,
}

fn window(
    starts: Option<&Text<'_>>,
    ends: Option<&Text<'_>>,
    zone: &TimeZone,
    seen_at: Option<Instant>,
    kind: &Kind,
) -> Result<Window, InputError> {
    let starts = optional(starts, at(&"starts"), |text| local_day_or_time(text, "T00:00:00", zone))?;
    let ends = optional(ends, at(&"ends"), |text| local_day_or_time(text, "T23:59:59", zone))?;
    // The end is written with its last second.
    let ends = ends.map(|last| last.plus_seconds(1));
    let from = match (starts, seen_at) {
        (Some(starts), _) => Some(starts),
        (None, Some(seen)) => Some(start_of_day(seen, zone)),
        (None, None) => None,
    };
    let (until, assumed) = match (ends, seen_at.or(from)) {
        (Some(ends), _) => (Some(ends), false),
        (None, Some(seen)) => (Lifetimes::built_in()?.assumed_end(kind, seen), true),
        (None, None) => (None, false),
    };
    let until = until.ok_or_else(|| {
        InputError::missing(
            "ends",
            "a last moment such as \"2026-06-10T23:59:59\" is needed, or seen_at for a kind with a usual life",
        )
    })?;
    match from {
        Some(from) if until <= from => Err(InputError::conflict(
            "ends",
            format_args!("the end ({until}) is not after the start ({from})"),
        )),
        _ => Ok(Window { from, until, assumed }),
    }
}

/// Midnight before a moment.
fn start_of_day(seen: Instant, zone: &TimeZone) -> Instant {
    let zoned = seen.moment().to_zoned(zone.clone());
    zoned.start_of_day().map_or(seen, |start| from_zoned(&start))
}

fn audience(text: Option<&Text<'_>>) -> Result<Audience, InputError> {
    match text.map(Text::as_str) {
        None | Some("public") => Ok(Audience::Public),
        Some("personal") => Ok(Audience::Personal),
        Some(other) => Err(InputError::wrong(
            "audience",
            format_args!("{other:?} is neither \"public\" nor \"personal\""),
        )),
    }
}

/// What all tiers of a ladder share.
struct Common {
    kind: Kind,
    currency: Currency,
    window: Window,
    regions: Vec<Country>,
    scope: Scope,
    audience: Audience,
    exclusive: bool,
    uses: Option<Uses>,
    provenance: Provenance,
}

impl Common {
    fn discount(&self, id: DiscountId, benefit: Benefit, min_spend: Option<Money>) -> Discount {
        Discount {
            min_spend,
            valid_from: self.window.from,
            valid_until: Some(self.window.until),
            scope: self.scope.clone(),
            regions: self.regions.clone(),
            audience: self.audience,
            exclusive: self.exclusive,
            uses: self.uses,
            provenance: self.provenance.clone(),
            ..Discount::new(id, self.kind.clone(), benefit, Some(self.currency))
        }
    }
}

fn tiers(
    steps: Vec<RawStep<'_>>,
    id: &DiscountId,
    common: &Common,
    into: &mut Vec<Discount>,
    warnings: &mut Warnings,
) -> Result<(), InputError> {
    let only = steps.len() == 1;
    let coded = common.kind == Kind::Code || steps.iter().any(|step| step.code.is_some());
    let mut nameless = Vec::new();
    for (index, step) in steps.into_iter().enumerate() {
        let base = Index("tiers", index);
        let at = |field| At { base: &base, field };
        let money = |text: &Option<Text<'_>>, field| {
            let read = optional(text.as_ref(), at(field), |text| Money::parse(text, common.currency))?;
            match read {
                Some(amount) if amount.is_zero() => Err(InputError::wrong(at(field), "is zero; it must be more")),
                read => Ok(read),
            }
        };
        let off = money(&step.off, "off")?
            .ok_or_else(|| InputError::missing(at("off"), "an amount such as \"6.00\" is needed"))?;
        let (min_spend, every) = (money(&step.min_spend, "min_spend")?, money(&step.every, "every")?);
        let cap = money(&step.cap, "cap")?;
        warnings.unknown(&base, step.unknown);
        let benefit = match every {
            Some(_) if min_spend.is_some() => {
                return Err(InputError::conflict(
                    at("every"),
                    "a tier has min_spend or every, not both",
                ));
            }
            Some(every) => Benefit::PerSpend {
                every,
                amount: off,
                cap,
            },
            None if cap.is_some() => {
                return Err(InputError::conflict(
                    at("cap"),
                    "only a tier with every has a largest amount",
                ));
            }
            None => Benefit::Fixed { amount: off },
        };
        if coded {
            let code = needed(
                step.code.as_ref(),
                at("code"),
                "a code such as \"AFSO6\" is needed",
                DiscountId::parse,
            )?;
            into.push(common.discount(code, benefit, min_spend));
        } else if let Some(min_spend) = min_spend {
            nameless.push(Tier { min_spend, amount: off });
        } else if only {
            into.push(common.discount(id.clone(), benefit, None));
        } else {
            return Err(InputError::missing(
                at("min_spend"),
                "one of several tiers without codes needs a minimum",
            ));
        }
    }
    if nameless.is_empty() {
        return Ok(());
    }
    nameless.sort_by_key(|tier| tier.min_spend.minor());
    if !nameless.is_sorted_by(|a, b| a.min_spend.minor() < b.min_spend.minor()) {
        return Err(InputError::conflict("tiers", "two tiers have the same minimum"));
    }
    into.push(common.discount(id.clone(), Benefit::Tiers { tiers: nameless }, None));
    Ok(())
}

/// Refuses a second discount of one id, naming its place; the first `tiers` of them come from tiers.
fn each_once(discounts: &[Discount], tiers: usize) -> Result<(), InputError> {
    let mut seen = BTreeSet::new();
    match discounts.iter().enumerate().find(|(_, one)| !seen.insert(&one.id)) {
        None => Ok(()),
        Some((index, twice)) => {
            let (list, index, field) = match index.checked_sub(tiers) {
                Some(index) => ("discounts", index, "id"),
                None => ("tiers", index, "code"),
            };
            Err(InputError::conflict(
                At {
                    base: &Index(list, index),
                    field,
                },
                format_args!("{:?} stands twice", twice.id.as_str()),
            ))
        }
    }
}
