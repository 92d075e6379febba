//! The format `tillwatch/export/1`: one listing a line, runs as `[start, minutes confirmed, value]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tillwatch_app::ports::store::{ListingKey, ListingPast, SeriesPast, Terms, VariantPast, WatchPast};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Price, Run, Void};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Outcome;

use super::{Read, amount, minute, run};

/// The name of the format.
const SCHEMA: &str = "tillwatch/export/1";

pub(super) const BEGIN: &[u8] = br#"{"schema":"tillwatch/export/1","listings":["#;
pub(super) const END: &[u8] = b"\n]}\n";

/// A run: when it began, the minutes from there to its last reading, what was read.
type Written = (String, u32, String);

#[derive(Serialize, Deserialize)]
struct File {
    schema: String,
    listings: Vec<Value>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Listing {
    item: String,
    market: String,
    currency: String,
    checks: Vec<Written>,
    variants: Vec<Variant>,
}

#[derive(Serialize, Deserialize)]
struct Variant {
    sku: Option<String>,
    selected: bool,
    watches: Vec<Watch>,
    voids: Vec<Voided>,
    series: Vec<Series>,
}

#[derive(Serialize, Deserialize)]
struct Watch {
    lane: String,
    target: Option<String>,
    since: String,
}

#[derive(Serialize, Deserialize)]
struct Voided {
    from: String,
    until: String,
    reason: String,
}

#[derive(Serialize, Deserialize)]
struct Series {
    rules: String,
    with_shipping: bool,
    lane: String,
    runs: Vec<Written>,
}

/// A listing as it is written.
pub(super) fn listing(past: &ListingPast) -> Listing {
    let start = |run: &dyn Fn() -> (String, u32), value: String| {
        let (start, confirmed) = run();
        (start, confirmed, value)
    };
    let price = |run: &Run| {
        start(
            &|| (run.start.to_string(), run.confirmed),
            amount(run.value.minor(), past).to_string(),
        )
    };
    let check = |run: &Run<Outcome>| start(&|| (run.start.to_string(), run.confirmed), run.value.name().to_owned());
    let variant = |variant: &VariantPast| Variant {
        sku: variant.sku.as_ref().map(ToString::to_string),
        selected: variant.selected,
        watches: variant
            .watches
            .iter()
            .map(|watch| Watch {
                lane: watch.lane.name().to_owned(),
                target: watch.target.map(|target| target.to_string()),
                since: watch.since.to_string(),
            })
            .collect(),
        voids: variant
            .voids
            .iter()
            .map(|void| Voided {
                from: void.from.to_string(),
                until: void.until.to_string(),
                reason: void.reason.clone(),
            })
            .collect(),
        series: variant
            .series
            .iter()
            .map(|series| Series {
                rules: series.terms.rules.clone(),
                with_shipping: series.terms.delivered,
                lane: series.lane.name().to_owned(),
                runs: series.runs.iter().map(price).collect(),
            })
            .collect(),
    };
    Listing {
        item: past.key.item.to_string(),
        market: past.key.market.to_string(),
        currency: past.key.currency.to_string(),
        checks: past.checks.iter().map(check).collect(),
        variants: past.variants.iter().map(variant).collect(),
    }
}

/// The listings of a file; each one that is refused has its place.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Read>, InputError> {
    let not_json = |error: serde_json::Error| InputError {
        kind: "not_json",
        path: String::new(),
        detail: error.to_string(),
    };
    let file: File = serde_json::from_slice(bytes).map_err(not_json)?;
    if file.schema != SCHEMA {
        return Err(InputError::wrong(
            "schema",
            format_args!("{:?} is not {SCHEMA:?}", file.schema),
        ));
    }
    let mut seen: BTreeMap<ListingKey, String> = BTreeMap::new();
    let listings = file.listings.into_iter().enumerate().map(|(number, value)| {
        let place = format!("listings[{number}]");
        let raw: Listing = serde_json::from_value(value).map_err(|why| InputError::wrong(&place, why))?;
        let past = past(&raw, &place)?;
        if let Some(before) = seen.insert(past.key.clone(), place.clone()) {
            return Err(InputError::conflict(
                &place,
                format_args!("the same listing stands at {before}"),
            ));
        }
        Ok((place, past))
    });
    Ok(listings.collect())
}

/// A value by its parser, or the place that is refused.
fn parsed<T, E: std::fmt::Display>(
    place: &str,
    field: impl std::fmt::Display,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, InputError> {
    parse(text).map_err(|why| InputError::wrong(format_args!("{place}.{field}"), why))
}

fn past(raw: &Listing, place: &str) -> Result<ListingPast, InputError> {
    let key = ListingKey {
        item: parsed(place, "item", &raw.item, ItemId::parse)?,
        market: parsed(place, "market", &raw.market, Country::parse)?,
        currency: parsed(place, "currency", &raw.currency, Currency::parse)?,
    };
    let variants = raw.variants.iter().enumerate();
    let currency = key.currency;
    Ok(ListingPast {
        key,
        checks: runs(&raw.checks, place, "checks", Outcome::from_name)?,
        variants: variants
            .map(|(number, raw)| variant(raw, &format!("{place}.variants[{number}]"), currency))
            .collect::<Result<_, _>>()?,
    })
}

fn runs<V>(
    raw: &[Written],
    place: &str,
    field: &str,
    value: impl Fn(&str) -> Option<V>,
) -> Result<Vec<Run<V>>, InputError> {
    let read = raw.iter().enumerate().map(|(number, (start, confirmed, text))| {
        parsed(place, format_args!("{field}[{number}]"), text, |text| {
            run(start, *confirmed, value(text))
        })
    });
    read.collect()
}

fn variant(raw: &Variant, place: &str, currency: Currency) -> Result<VariantPast, InputError> {
    let sku = raw
        .sku
        .as_deref()
        .map(|sku| parsed(place, "sku", sku, SkuId::parse))
        .transpose()?;
    if sku.is_none() && !raw.selected {
        return Err(InputError::missing(
            format_args!("{place}.sku"),
            "only a selected variant may have none",
        ));
    }
    let series = raw.series.iter().enumerate().map(|(number, raw)| {
        let place = format!("{place}.series[{number}]");
        Ok(SeriesPast {
            terms: Terms {
                rules: raw.rules.clone(),
                delivered: raw.with_shipping,
            },
            lane: lane(&place, &raw.lane)?,
            runs: runs(&raw.runs, &place, "runs", |text| price(text, currency))?,
        })
    });
    let voids = raw.voids.iter().enumerate().map(|(number, raw)| {
        let place = format!("{place}.voids[{number}]");
        Ok(Void {
            from: parsed(&place, "from", &raw.from, minute)?,
            until: parsed(&place, "until", &raw.until, minute)?,
            reason: raw.reason.clone(),
        })
    });
    let watches = raw.watches.iter().enumerate().map(|(number, raw)| {
        let place = format!("{place}.watches[{number}]");
        let target = raw.target.as_deref();
        Ok(WatchPast {
            lane: lane(&place, &raw.lane)?,
            target: target
                .map(|text| parsed(&place, "target", text, |text| Money::parse(text, currency)))
                .transpose()?,
            since: parsed(&place, "since", &raw.since, Instant::parse)?,
        })
    });
    Ok(VariantPast {
        sku,
        selected: raw.selected,
        series: series.collect::<Result<_, InputError>>()?,
        voids: voids.collect::<Result<_, InputError>>()?,
        watches: watches.collect::<Result<_, InputError>>()?,
    })
}

fn lane(place: &str, name: &str) -> Result<Lane, InputError> {
    parsed(place, "lane", name, |name| {
        Lane::from_name(name).ok_or_else(|| {
            format!(
                "{name:?} is no lane; there are {}",
                Lane::ALL.map(Lane::name).join(", ")
            )
        })
    })
}

/// A price that is more than nothing.
pub(super) fn price(text: &str, currency: Currency) -> Option<Price> {
    Price::new(Money::parse(text, currency).ok()?.minor())
}
