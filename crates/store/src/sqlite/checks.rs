//! What became of readings: outcomes, prices, the new place in the schedule.

use rusqlite::{OptionalExtension, Transaction};
use tillwatch_app::ports::store::{Check, ListingId, Priced, Repriced, Terms, VariantId};
use tillwatch_core::history::{Lane, Minute, Price, Run, Tail, Value};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Snapshot};

use super::checkouts;
use super::failure::{Answer, Failure, not_there, refused};
use super::lines::{self, Line};
use super::tails::{self, Tails};
use super::tracking::name;
use super::values::{millis, parsed};

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
    if checked.is_none_or(|checked| checked <= millis(check.at)) {
        newest(to, check, tail.as_deref())?;
    } else {
        schedule(to, check)?;
    }
    check
        .prices
        .iter()
        .try_for_each(|priced| record_price(to, check, currency, priced))
}

/// Sets the place in the schedule, which a delayed reading knows as well as any.
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

/// Sets the place in the schedule and the last check, and takes its outcome into the line of checks.
fn newest(to: &Transaction<'_>, check: &Check, tail: Option<&[u8]>) -> Answer<()> {
    let line = Line::Checks(check.listing);
    let tail = tail.map(|tail| lines::tail::<Outcome>(tail, line)).transpose()?;
    let tail = observe(to, line, tail, Minute::of(check.at), check.outcome)?;
    let now = &check.schedule;
    to.prepare_cached(
        "UPDATE listing SET last_good = ?2, last_try = ?3, not_before = ?4, last_full = ?5, failures = ?6,
                            readings = ?7, changes = ?8, exposure = ?9,
                            checked = ?10, source = ?11, detail = ?12, checks = ?13 WHERE id = ?1",
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
        millis(check.at),
        &check.source,
        &check.detail,
        tail.map(lines::tail_bytes).transpose()?,
    ))?;
    match &check.snapshot {
        Some(snapshot) => keep(to, check.listing, snapshot),
        None => Ok(()),
    }
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
    let absent = || not_there(format_args!("variant {} of listing {}", variant.0, check.listing.0));
    let kept = kept(to, variant, check.listing)?.ok_or_else(absent)?;
    if let (true, Some(named)) = (kept.is_unnamed, &priced.sku) {
        name(to, variant, named)?;
    }
    match kept.latest {
        Some(latest) if latest.terms == priced.terms => {
            let tails = observed(to, (variant, latest.id), Some(latest.tails), at, found)?;
            if let Some(tails) = tails.filter(|tails| *tails != latest.tails) {
                tails::update(to, variant, latest.id, &tails)?;
            }
        }
        latest => other_terms(to, priced, latest.map(|latest| latest.tails), at, found)?,
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

/// Takes in prices under terms that are not the variant's latest, and may now be.
fn other_terms(
    to: &Transaction<'_>,
    now: &Priced,
    latest: Option<Tails>,
    at: Minute,
    prices: [Price; 4],
) -> Answer<()> {
    let variant = now.variant;
    let terms = tails::terms(to, &now.terms)?;
    let kept = tails::get(to, variant, terms)?;
    let Some(tails) = observed(to, (variant, terms), kept, at, prices)? else {
        return Ok(());
    };
    match kept {
        Some(_) => tails::update(to, variant, terms, &tails)?,
        None => tails::insert(to, variant, terms, &tails)?,
    }
    // Nothing later is kept under the terms that it had.
    if latest.is_none_or(|[sticker, ..]| sticker.end() <= at) {
        to.prepare_cached("UPDATE variant SET terms = ?2 WHERE id = ?1")?
            .execute((variant.0, terms))?;
    }
    Ok(())
}

/// What is kept of a variant.
struct Kept {
    is_unnamed: bool,
    latest: Option<Latest>,
}

/// The terms of the latest reading, and the open runs under them.
struct Latest {
    id: i64,
    terms: Terms,
    tails: Tails,
}

fn kept(from: &Transaction<'_>, variant: VariantId, listing: ListingId) -> Answer<Option<Kept>> {
    let mut found = from.prepare_cached(
        "SELECT sku IS NULL, tail.terms, rules, delivered, sticker, automatic, public, code
         FROM variant LEFT JOIN terms ON terms.id = variant.terms
         LEFT JOIN tail ON tail.variant = variant.id AND tail.terms = variant.terms
         WHERE variant.id = ?1 AND listing = ?2",
    )?;
    let mut rows = found.query((variant.0, listing.0))?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let latest = |id| -> Answer<Latest> {
        Ok(Latest {
            id,
            terms: Terms {
                rules: row.get(2)?,
                delivered: row.get(3)?,
            },
            tails: tails::of(row, 4, variant, id)?,
        })
    };
    Ok(Some(Kept {
        is_unnamed: row.get(0)?,
        latest: row.get::<_, Option<i64>>(1)?.map(latest).transpose()?,
    }))
}

pub(super) fn record_prices(to: &Transaction<'_>, at: Instant, prices: &[Repriced]) -> Answer<()> {
    let at = Minute::of(at);
    let mut known: Option<(&Terms, i64)> = None;
    for repriced in prices {
        let terms = match known.filter(|(terms, _)| **terms == repriced.terms) {
            Some((_, id)) => id,
            None => tails::find_terms(to, &repriced.terms)?.ok_or_else(|| unread(repriced))?,
        };
        known = Some((&repriced.terms, terms));
        reprice(to, at, terms, repriced)?;
    }
    Ok(())
}

fn reprice(to: &Transaction<'_>, at: Minute, terms: i64, repriced: &Repriced) -> Answer<()> {
    let variant = repriced.variant;
    let (currency, kept) = priced_before(to, variant, terms)?.ok_or_else(|| unread(repriced))?;
    let prices = tails::prices(&repriced.lanes, currency)?;
    let mut tails = kept;
    for ((lane, run), price) in Lane::ALL.into_iter().zip(&mut tails).zip(prices) {
        let mut tail = Tail::from(*run);
        if let Ok(Some(closed)) = tail.change(at, price) {
            lines::append(to, Line::Prices(variant, terms, lane), closed)?;
        }
        *run = tail.run();
    }
    if tails == kept {
        return Ok(());
    }
    tails::update(to, variant, terms, &tails)
}

/// The currency of a variant, and what a reading found under these terms.
fn priced_before(from: &Transaction<'_>, variant: VariantId, terms: i64) -> Answer<Option<(Currency, Tails)>> {
    let mut found = from.prepare_cached(
        "SELECT currency, sticker, automatic, public, code FROM tail
         JOIN variant ON variant.id = tail.variant JOIN listing ON listing.id = variant.listing
         WHERE tail.variant = ?1 AND tail.terms = ?2",
    )?;
    let mut rows = found.query((variant.0, terms))?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let currency = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
    let currency = parsed(currency, Currency::parse, &format_args!("variant {}", variant.0))?;
    Ok(Some((currency, tails::of(row, 1, variant, terms)?)))
}

fn unread(repriced: &Repriced) -> Failure {
    not_there(format_args!(
        "reading of variant {} under the rules {:?}",
        repriced.variant.0, repriced.terms.rules
    ))
}
