//! What became of readings: outcomes, prices, the new place in the schedule.

use rusqlite::{OptionalExtension, Transaction};
use tillwatch_app::ports::store::{Check, ListingId, Priced, Repriced, Terms, VariantId};
use tillwatch_core::history::{Lane, Minute, Price, Run, Tail, Value};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Snapshot};

use super::checkouts;
use super::failure::{Answer, not_there, refused};
use super::lines::{self, Line};
use super::tails::{self, Tails};
use super::tracking::name;
use super::values::{currency_of, millis, parsed};

pub(super) fn record_checks(to: &Transaction<'_>, checks: &[Check]) -> Answer<()> {
    checks.iter().try_for_each(|check| record_check(to, check))
}

fn record_check(to: &Transaction<'_>, check: &Check) -> Answer<()> {
    let id = check.listing.0;
    if check.outcome != Outcome::Ok && !check.prices.is_empty() {
        let told = format_args!("listing {id}: a reading that is {} has no prices", check.outcome);
        return Err(refused(told));
    }
    let kept = to
        .prepare_cached("SELECT currency, checked, checks FROM listing WHERE id = ?1")?
        .query_row([id], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, Option<i64>>(1)?,
                row.get::<_, Option<Vec<u8>>>(2)?,
            ))
        })
        .optional()?;
    let (currency, checked, tail) = kept.ok_or_else(|| not_there(format_args!("listing {id}")))?;
    let currency = parsed(&currency, Currency::parse, &format_args!("listing {id}"))?;
    schedule(to, check)?;
    let is_newest = checked.is_none_or(|checked| checked <= millis(check.at));
    if is_newest {
        newest(to, check, tail.as_deref())?;
    }
    if let Some(snapshot) = check.snapshot.as_ref().filter(|_| is_newest) {
        keep(to, check.listing, snapshot)?;
    }
    check
        .prices
        .iter()
        .try_for_each(|priced| record_price(to, check, currency, priced))
}

fn schedule(to: &Transaction<'_>, check: &Check) -> Answer<()> {
    let now = &check.schedule;
    to.prepare_cached(
        "UPDATE listing SET last_good = ?2, last_try = ?3, not_before = ?4, last_full = ?5, failures = ?6,
                            readings = ?7, changes = ?8, exposure = ?9 WHERE id = ?1",
    )?
    .execute((
        check.listing.0,
        now.last_good,
        now.last_try,
        now.not_before,
        now.last_full,
        now.failures,
        now.readings,
        now.changes,
        now.exposure,
    ))?;
    Ok(())
}

/// Sets the last check, and takes its outcome into the line of checks.
fn newest(to: &Transaction<'_>, check: &Check, tail: Option<&[u8]>) -> Answer<()> {
    let line = Line::Checks(check.listing);
    let tail = tail.map(|tail| lines::tail::<Outcome>(tail, line)).transpose()?;
    let tail = observe(to, line, tail, Minute::of(check.at), check.outcome)?;
    to.prepare_cached("UPDATE listing SET checked = ?2, source = ?3, detail = ?4, checks = ?5 WHERE id = ?1")?
        .execute((
            check.listing.0,
            millis(check.at),
            &check.source,
            &check.detail,
            tail.map(lines::tail_bytes).transpose()?,
        ))?;
    Ok(())
}

/// Takes a reading into a line: the open run as it then stands, absent where only a later past is kept.
fn observe<V: Value>(
    to: &Transaction<'_>,
    line: Line,
    tail: Option<Run<V>>,
    at: Minute,
    value: V,
) -> Answer<Option<Run<V>>> {
    let Some(run) = tail else {
        let is_past = lines::end::<V>(to, line)?.is_some_and(|end| at < end);
        return Ok((!is_past).then(|| Tail::open(at, value).run()));
    };
    let mut tail = Tail::from(run);
    // An older reading changes nothing.
    if let Ok(Some(closed)) = tail.observe(at, value) {
        lines::append(to, line, closed)?;
    }
    Ok(Some(tail.run()))
}

fn keep(to: &Transaction<'_>, listing: ListingId, snapshot: &Snapshot) -> Answer<()> {
    let json = serde_json::to_string(snapshot).map_err(refused)?;
    to.prepare_cached("INSERT OR REPLACE INTO snapshot (listing, title, seen) VALUES (?1, ?2, ?3)")?
        .execute((listing.0, &snapshot.title, json))?;
    Ok(())
}

fn record_price(to: &Transaction<'_>, check: &Check, currency: Currency, priced: &Priced) -> Answer<()> {
    let at = Minute::of(check.at);
    let variant = priced.variant;
    let found = tails::prices(&priced.lanes, currency)?;
    let kept = to
        .prepare_cached("SELECT sku, terms FROM variant WHERE id = ?1 AND listing = ?2")?
        .query_row((variant.0, check.listing.0), |row| {
            Ok((row.get::<_, Option<String>>(0)?, row.get::<_, Option<i64>>(1)?))
        })
        .optional()?;
    let absent = || not_there(format_args!("variant {} of listing {}", variant.0, check.listing.0));
    let (sku, before) = kept.ok_or_else(absent)?;
    if let (None, Some(named)) = (sku, &priced.sku) {
        name(to, variant, named)?;
    }
    let terms = tails::terms(to, &priced.terms)?;
    let tails = tails::get(to, variant, terms)?;
    if let Some(tails) = observed(to, (variant, terms), tails, at, found)? {
        tails::put(to, variant, terms, &tails)?;
        if before != Some(terms) && is_newer(to, variant, before, at)? {
            to.prepare_cached("UPDATE variant SET terms = ?2 WHERE id = ?1")?
                .execute((variant.0, terms))?;
        }
    }
    match &priced.checkout {
        Some(checkout) => checkouts::put(to, variant, at, checkout),
        None => Ok(()),
    }
}

/// The open runs after a reading; `None` where only a later past is kept.
fn observed(
    to: &Transaction<'_>,
    (variant, terms): (VariantId, i64),
    tails: Option<Tails>,
    at: Minute,
    prices: [Price; 4],
) -> Answer<Option<Tails>> {
    let one = |place: usize| {
        let line = Line::Prices(variant, terms, Lane::ALL[place]);
        observe(to, line, tails.map(|tails| tails[place]), at, prices[place])
    };
    let lanes = [one(0)?, one(1)?, one(2)?, one(3)?];
    Ok(match lanes {
        [Some(sticker), Some(automatic), Some(public), Some(code)] => Some([sticker, automatic, public, code]),
        _ => None,
    })
}

/// Whether nothing later is kept under the terms that the variant had.
fn is_newer(from: &Transaction<'_>, variant: VariantId, terms: Option<i64>, at: Minute) -> Answer<bool> {
    let Some(terms) = terms else { return Ok(true) };
    let tails = tails::get(from, variant, terms)?;
    Ok(tails.is_none_or(|[sticker, ..]| sticker.end() <= at))
}

pub(super) fn record_prices(to: &Transaction<'_>, at: Instant, prices: &[Repriced]) -> Answer<()> {
    let at = Minute::of(at);
    prices.iter().try_for_each(|repriced| reprice(to, at, repriced))
}

fn reprice(to: &Transaction<'_>, at: Minute, repriced: &Repriced) -> Answer<()> {
    let variant = repriced.variant;
    let (terms, mut tails) = priced_before(to, variant, &repriced.terms)?;
    let prices = tails::prices(&repriced.lanes, currency(to, variant)?)?;
    for ((lane, run), price) in Lane::ALL.into_iter().zip(&mut tails).zip(prices) {
        let mut tail = Tail::from(*run);
        if let Ok(Some(closed)) = tail.change(at, price) {
            lines::append(to, Line::Prices(variant, terms, lane), closed)?;
        }
        *run = tail.run();
    }
    tails::put(to, variant, terms, &tails)
}

/// What a reading found under these terms.
fn priced_before(from: &Transaction<'_>, variant: VariantId, terms: &Terms) -> Answer<(i64, Tails)> {
    let found = match tails::find_terms(from, terms)? {
        Some(id) => tails::get(from, variant, id)?.map(|tails| (id, tails)),
        None => None,
    };
    found.ok_or_else(|| {
        not_there(format_args!(
            "reading of variant {} under the rules {:?}",
            variant.0, terms.rules
        ))
    })
}

fn currency(from: &Transaction<'_>, variant: VariantId) -> Answer<Currency> {
    currency_of(from, super::tracking::listing_of(from, variant)?)
}
