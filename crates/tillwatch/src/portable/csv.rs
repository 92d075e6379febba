//! The same as a table: one row a run, a void or a watch, and one for each variant.
//!
//! Quoted as RFC 4180 says. A text that a spreadsheet could take for a formula gets an apostrophe in front, which is
//! taken away when it is read back.

use std::collections::BTreeMap;

use tillwatch_app::csv::{cell, records};
use tillwatch_app::ports::store::{ListingKey, ListingPast, SeriesPast, Terms, VariantPast, WatchPast};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Minute, Void};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Outcome;

use super::json::price;
use super::{Read, amount, minute, run};

pub(super) const BEGIN: &[u8] =
    b"kind,item,market,currency,selected,sku,rules,with_shipping,lane,from,minutes,value,reason\n";

/// How many columns there are.
const COLUMNS: usize = 13;

/// One row; what does not belong to its kind is empty.
#[derive(Default)]
struct Row {
    kind: &'static str,
    sku: String,
    selected: &'static str,
    rules: String,
    with_shipping: &'static str,
    lane: &'static str,
    from: String,
    minutes: String,
    value: String,
    reason: String,
}

/// The rows of a listing: itself, its checks, and of each variant itself, its watches, voids and prices.
pub(super) fn listing(past: &ListingPast, to: &mut Vec<u8>) {
    let mut write = |row: Row| put(past, &row, to);
    write(Row {
        kind: "listing",
        ..Row::default()
    });
    for check in &past.checks {
        write(Row {
            kind: "check",
            from: check.start.to_string(),
            minutes: check.confirmed.to_string(),
            value: check.value.name().to_owned(),
            ..Row::default()
        });
    }
    for variant in &past.variants {
        let row = |kind| Row {
            kind,
            sku: variant.sku.as_ref().map(ToString::to_string).unwrap_or_default(),
            selected: yes_or_no(variant.selected),
            ..Row::default()
        };
        write(row("variant"));
        for watch in &variant.watches {
            write(Row {
                lane: watch.lane.name(),
                from: watch.since.to_string(),
                value: watch.target.map(|target| target.to_string()).unwrap_or_default(),
                ..row("watch")
            });
        }
        for void in &variant.voids {
            write(Row {
                from: void.from.to_string(),
                minutes: void.until.since(void.from).to_string(),
                reason: void.reason.clone(),
                ..row("void")
            });
        }
        for series in &variant.series {
            for price in &series.runs {
                write(Row {
                    rules: series.terms.rules.clone(),
                    with_shipping: yes_or_no(series.terms.delivered),
                    lane: series.lane.name(),
                    from: price.start.to_string(),
                    minutes: price.confirmed.to_string(),
                    value: amount(price.value.minor(), past).to_string(),
                    ..row("price")
                });
            }
        }
    }
}

const fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn put(past: &ListingPast, row: &Row, to: &mut Vec<u8>) {
    let cells: [&str; COLUMNS] = [
        row.kind,
        past.key.item.as_str(),
        past.key.market.code(),
        past.key.currency.code(),
        row.selected,
        &row.sku,
        &row.rules,
        row.with_shipping,
        row.lane,
        &row.from,
        &row.minutes,
        &row.value,
        &row.reason,
    ];
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    to.extend_from_slice(cells.join(",").as_bytes());
    to.push(b'\n');
}

/// The listings of a file, a refused one with the row that is at fault.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Read>, InputError> {
    let text = std::str::from_utf8(bytes).map_err(|why| InputError::wrong("", format_args!("is no text: {why}")))?;
    let mut records = records(text)?.into_iter();
    let head = records.next().map(|(_, cells)| cells.join(",")).unwrap_or_default();
    if head.as_bytes() != BEGIN.trim_ascii_end() {
        let detail = "is neither JSON of tillwatch/export/1 nor a CSV with its columns in the first row";
        return Err(InputError::wrong("", format_args!("the file {detail}")));
    }
    let mut order: Vec<ListingKey> = Vec::new();
    let mut found: BTreeMap<ListingKey, Result<(String, ListingPast), InputError>> = BTreeMap::new();
    for (line, cells) in records {
        let place = format!("row {line}");
        let cells: [String; COLUMNS] = cells.try_into().map_err(|cells: Vec<String>| {
            InputError::wrong(&place, format_args!("has {} columns and not {COLUMNS}", cells.len()))
        })?;
        let key = key(&cells).map_err(|why| InputError::wrong(&place, why))?;
        let listing = found.entry(key.clone()).or_insert_with(|| {
            order.push(key.clone());
            let past = ListingPast {
                key,
                checks: Vec::new(),
                variants: Vec::new(),
            };
            Ok((place.clone(), past))
        });
        let failed = match listing {
            Ok((_, past)) => take(&cells, past).err(),
            Err(_) => None,
        };
        if let Some(why) = failed {
            *listing = Err(InputError::wrong(place, why));
        }
    }
    Ok(order.iter().filter_map(|key| found.remove(key)).collect())
}

fn key(cells: &[String; COLUMNS]) -> Result<ListingKey, String> {
    let [_, item, market, currency, ..] = cells;
    Ok(ListingKey {
        item: ItemId::parse(item).map_err(|why| format!("item {why}"))?,
        market: Country::parse(market).map_err(|why| why.to_string())?,
        currency: Currency::parse(currency).map_err(|why| why.to_string())?,
    })
}

/// Takes a row into its listing.
fn take(cells: &[String; COLUMNS], past: &mut ListingPast) -> Result<(), String> {
    let currency = past.key.currency;
    let [
        kind,
        _,
        _,
        _,
        selected,
        sku,
        rules,
        with_shipping,
        lane,
        from,
        minutes,
        value,
        reason,
    ] = cells;
    let count = || {
        minutes
            .parse::<u32>()
            .map_err(|_| format!("{minutes:?} is no number of minutes"))
    };
    match kind.as_str() {
        "listing" => return Ok(()),
        "check" => {
            past.checks.push(run(from, count()?, Outcome::from_name(value))?);
            return Ok(());
        }
        "variant" | "watch" | "void" | "price" => {}
        _ => {
            return Err(format!(
                "{kind:?} is no kind; there are listing, check, variant, watch, void, price"
            ));
        }
    }
    let lane = || Lane::from_name(lane).ok_or_else(|| format!("{lane:?} is no lane"));
    let variant = variant(&mut past.variants, flag(selected)?, sku)?;
    match kind.as_str() {
        "watch" => variant.watches.push(WatchPast {
            lane: lane()?,
            target: match value.as_str() {
                "" => None,
                text => Some(Money::parse(text, currency).map_err(|why| why.to_string())?),
            },
            since: Instant::parse(from).map_err(|why| why.to_string())?,
        }),
        "void" => {
            let from: Minute = minute(from)?;
            variant.voids.push(Void {
                from,
                until: from.plus(count()?),
                reason: reason.clone(),
            });
        }
        "price" => {
            let terms = Terms {
                rules: rules.clone(),
                delivered: flag(with_shipping)?,
            };
            let (lane, run) = (lane()?, run(from, count()?, price(value, currency))?);
            match variant
                .series
                .iter_mut()
                .find(|one| one.terms == terms && one.lane == lane)
            {
                Some(series) => series.runs.push(run),
                None => variant.series.push(SeriesPast {
                    terms,
                    lane,
                    runs: vec![run],
                }),
            }
        }
        _ => {}
    }
    Ok(())
}

fn flag(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("{text:?} is neither yes nor no")),
    }
}

fn variant<'a>(variants: &'a mut Vec<VariantPast>, selected: bool, sku: &str) -> Result<&'a mut VariantPast, String> {
    let sku = match sku {
        "" if selected => None,
        text => Some(SkuId::parse(text).map_err(|why| format!("sku {why}"))?),
    };
    let place = variants
        .iter()
        .position(|one| one.selected == selected && one.sku == sku);
    let place = place.unwrap_or_else(|| {
        variants.push(VariantPast {
            sku,
            selected,
            ..VariantPast::default()
        });
        variants.len() - 1
    });
    variants.get_mut(place).ok_or_else(|| "the variant is gone".to_owned())
}
