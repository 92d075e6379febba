//! Markets from JSON: the raw form, and the checks that make [`Markets`] of it.

use alloc::vec::Vec;

use super::{Market, MarketNote, Markets, Note, SCHEMA, Threshold, Union};
use crate::almanac::read::{Index, confidence, in_schema, needed, no_others, text};
use crate::checkout::{Percent, Tax};
use crate::country::Country;
use crate::discount::read::{At, each, optional};
use crate::input::{self, InputError, Text, raw_object};
use crate::instant::Instant;
use crate::money::{BasisPoints, Currency, Money};

raw_object! {
    /// The file before it is checked.
    RawMarkets: "markets (an object)" {
        schema: Text<'a> = "schema",
        unions: Vec<RawUnion<'a>> = "unions",
        markets: Vec<RawMarket<'a>> = "markets",
    }
}

raw_object! {
    /// A customs union before it is checked.
    RawUnion: "a union (an object)" {
        id: Text<'a> = "id",
        members: Vec<Text<'a>> = "members",
        thresholds: Vec<RawThreshold<'a>> = "thresholds",
        notes: Vec<RawNote<'a>> = "notes",
    }
}

raw_object! {
    /// A market before it is checked.
    RawMarket: "a market (an object)" {
        country: Text<'a> = "country",
        name: Text<'a> = "name",
        currency: Text<'a> = "currency",
        tax: RawMarketTax<'a> = "tax",
        tax_name: Text<'a> = "tax_name",
        standard_rate: Text<'a> = "standard_rate",
        confidence: Text<'a> = "confidence",
        thresholds: Vec<RawThreshold<'a>> = "thresholds",
        notes: Vec<RawNote<'a>> = "notes",
    }
}

raw_object! {
    /// A market's tax before it is checked.
    RawMarketTax: "a tax (an object)" {
        included: bool = "included",
        rate: Text<'a> = "rate",
        minimum_spend_net: bool = "minimum_spend_net",
    }
}

raw_object! {
    /// A limit before it is checked.
    RawThreshold: "a threshold (an object)" {
        name: Text<'a> = "name",
        limit: Text<'a> = "limit",
        currency: Text<'a> = "currency",
        from: Text<'a> = "from",
        until: Text<'a> = "until",
        per_heading: Text<'a> = "per_heading",
        source: Text<'a> = "source",
    }
}

raw_object! {
    /// A sentence before it is checked.
    RawNote: "a note (an object)" {
        id: Text<'a> = "id",
        text: Text<'a> = "text",
        source: Text<'a> = "source",
        as_of: Text<'a> = "as_of",
        confidence: Text<'a> = "confidence",
        from: Text<'a> = "from",
        until: Text<'a> = "until",
        currency: Text<'a> = "currency",
        total_up_to: Text<'a> = "total_up_to",
        total_over: Text<'a> = "total_over",
        ships_from: Vec<Text<'a>> = "ships_from",
        ships_from_outside: Vec<Text<'a>> = "ships_from_outside",
    }
}

pub(super) fn markets(json: &[u8]) -> Result<Markets, InputError> {
    let raw: RawMarkets<'_> = input::read(json)?;
    in_schema(raw.schema.as_ref(), SCHEMA)?;
    let mut unions = Vec::new();
    // With the names of the unions, so that notes can say "EU" for all of its members.
    let mut named: Vec<(Country, Vec<Country>)> = Vec::new();
    let mut shared: Vec<Vec<Threshold>> = Vec::new();
    for (index, raw) in raw.unions.unwrap_or_default().into_iter().enumerate() {
        let base = Index("unions", index);
        let at = |field| At { base: &base, field };
        no_others(&base, &raw.unknown)?;
        let id = needed(raw.id.as_ref(), at("id"), "two letters are needed", Country::parse)?;
        let members = each(raw.members, at("members"), Country::parse)?;
        named.push((id, members.clone()));
        shared.push(thresholds(raw.thresholds, at("thresholds"))?);
        let notes = notes(raw.notes, at("notes"), &named)?;
        unions.push(Union { members, notes });
    }
    let mut markets = Vec::new();
    for (index, raw) in raw.markets.unwrap_or_default().into_iter().enumerate() {
        let base = Index("markets", index);
        let mut market = market(raw, &base, &named)?;
        market.union = unions
            .iter()
            .position(|union: &Union| union.members.contains(&market.country));
        let shared = market.union.and_then(|union| shared.get(union));
        market.thresholds.extend(shared.into_iter().flatten().cloned());
        markets.push(market);
    }
    markets.sort_by_key(|market: &Market| market.country);
    if let Some(country) = markets
        .iter()
        .zip(markets.iter().skip(1))
        .find_map(|(one, next)| (one.country == next.country).then_some(one.country))
    {
        return Err(InputError::conflict("markets", format_args!("{country} stands twice")));
    }
    Ok(Markets { markets, unions })
}

fn market(raw: RawMarket<'_>, base: &Index, named: &[(Country, Vec<Country>)]) -> Result<Market, InputError> {
    let at = |field| At { base, field };
    let tax = raw.tax.unwrap_or_default();
    no_others(base, &raw.unknown)?;
    no_others(at("tax"), &tax.unknown)?;
    let rate = |text: Option<&Text<'_>>, field| Ok(optional(text, at(field), BasisPoints::parse)?.map(Percent));
    let tax = Tax {
        included: tax.included.unwrap_or(true),
        rate: rate(tax.rate.as_ref(), "tax.rate")?,
        minimum_spend_net: tax.minimum_spend_net.unwrap_or(false),
    };
    if tax.minimum_spend_net && tax.rate.is_none() {
        return Err(InputError::missing(
            at("tax.rate"),
            "minimum_spend_net needs the rate to take out",
        ));
    }
    Ok(Market {
        country: needed(
            raw.country.as_ref(),
            at("country"),
            "two letters are needed",
            Country::parse,
        )?,
        name: text(raw.name.as_ref(), at("name"))?,
        currency: needed(
            raw.currency.as_ref(),
            at("currency"),
            "a currency is needed",
            Currency::parse,
        )?,
        tax,
        tax_name: raw.tax_name.map(|name| name.as_str().into()),
        standard_rate: rate(raw.standard_rate.as_ref(), "standard_rate")?,
        confidence: confidence(raw.confidence.as_ref(), at("confidence"))?,
        thresholds: thresholds(raw.thresholds, at("thresholds"))?,
        notes: notes(raw.notes, at("notes"), named)?,
        union: None,
    })
}

fn thresholds(raw: Option<Vec<RawThreshold<'_>>>, place: At<'_>) -> Result<Vec<Threshold>, InputError> {
    let read = |(index, raw): (usize, RawThreshold<'_>)| {
        let base = Place(place, index);
        let at = |field| At { base: &base, field };
        no_others(&base, &raw.unknown)?;
        let currency = needed(
            raw.currency.as_ref(),
            at("currency"),
            "a currency is needed",
            Currency::parse,
        )?;
        Ok(Threshold {
            name: text(raw.name.as_ref(), at("name"))?,
            limit: needed(raw.limit.as_ref(), at("limit"), "an amount is needed", |text| {
                Money::parse(text, currency)
            })?,
            from: optional(raw.from.as_ref(), at("from"), Instant::parse)?,
            until: optional(raw.until.as_ref(), at("until"), Instant::parse)?,
            per_heading: optional(raw.per_heading.as_ref(), at("per_heading"), |text| {
                Money::parse(text, currency)
            })?,
            source: text(raw.source.as_ref(), at("source"))?,
        })
    };
    raw.unwrap_or_default().into_iter().enumerate().map(read).collect()
}

fn notes(
    raw: Option<Vec<RawNote<'_>>>,
    place: At<'_>,
    named: &[(Country, Vec<Country>)],
) -> Result<Vec<Note>, InputError> {
    let read = |(index, raw): (usize, RawNote<'_>)| {
        let base = Place(place, index);
        let at = |field| At { base: &base, field };
        no_others(&base, &raw.unknown)?;
        let currency = optional(raw.currency.as_ref(), at("currency"), Currency::parse)?;
        let limit = |text: Option<&Text<'_>>, field| match (text, currency) {
            (Some(_), None) => Err(InputError::missing(at("currency"), "a limit needs it")),
            (text, currency) => Ok(currency
                .map(|currency| optional(text, at(field), |text| Money::parse(text, currency)))
                .transpose()?
                .flatten()),
        };
        let places = |texts, field| -> Result<Vec<Country>, InputError> {
            let mut all = each(texts, at(field), Country::parse)?;
            for (_, members) in named.iter().filter(|(id, _)| all.contains(id)).collect::<Vec<_>>() {
                all.extend(members);
            }
            Ok(all)
        };
        Ok(Note {
            said: MarketNote {
                id: text(raw.id.as_ref(), at("id"))?,
                text: text(raw.text.as_ref(), at("text"))?,
                source: text(raw.source.as_ref(), at("source"))?,
                as_of: text(raw.as_of.as_ref(), at("as_of"))?,
                confidence: confidence(raw.confidence.as_ref(), at("confidence"))?,
            },
            from: optional(raw.from.as_ref(), at("from"), Instant::parse)?,
            until: optional(raw.until.as_ref(), at("until"), Instant::parse)?,
            up_to: limit(raw.total_up_to.as_ref(), "total_up_to")?,
            over: limit(raw.total_over.as_ref(), "total_over")?,
            ships_from: places(raw.ships_from, "ships_from")?,
            ships_from_outside: places(raw.ships_from_outside, "ships_from_outside")?,
        })
    };
    raw.unwrap_or_default().into_iter().enumerate().map(read).collect()
}

/// `markets[3].notes[1]`.
struct Place<'a>(At<'a>, usize);

impl core::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}[{}]", self.0, self.1)
    }
}
