//! Series as they are read, their past as it is put before them, and what of them does not count.

use rusqlite::Transaction;
use tillwatch_app::ports::store::{ListingId, ListingPast, NewWatch, Terms, VariantId};
use tillwatch_core::history::{Lane, Minute, Run, Series, Void};
use tillwatch_core::snapshot::Outcome;

use super::failure::{Answer, damaged, not_there, refused};
use super::lines::{self, Line};
use super::tracking::{self, listing_of};
use super::values::one;
use super::{board, tails, watches};

pub(super) fn series(from: &Transaction<'_>, variant: VariantId, lane: Lane, terms: &Terms) -> Answer<Option<Series>> {
    let Some(terms) = tails::find_terms(from, terms)? else {
        return Ok(None);
    };
    let which = Line::Prices(variant, terms, lane);
    let prices = lines::all(from, which, tail(from, variant, terms, lane)?)?;
    if prices.is_empty() {
        return Ok(None);
    }
    let checks = checks(from, listing_of(from, variant)?)?;
    let series = Series::new(prices, checks).map_err(|why| damaged(which, why))?;
    Ok(Some(series.voided(voids(from, variant)?)))
}

pub(super) fn checks(from: &Transaction<'_>, listing: ListingId) -> Answer<Vec<Run<Outcome>>> {
    lines::all(from, Line::Checks(listing), checks_tail(from, listing)?)
}

fn tail(from: &Transaction<'_>, variant: VariantId, terms: i64, lane: Lane) -> Answer<Option<Run>> {
    let place = Lane::ALL.into_iter().position(|one| one == lane);
    let tails = tails::get(from, variant, terms)?;
    Ok(tails.zip(place).and_then(|(tails, place)| tails.get(place).copied()))
}

fn checks_tail(from: &Transaction<'_>, listing: ListingId) -> Answer<Option<Run<Outcome>>> {
    let tail: Option<Vec<u8>> = one(from, "SELECT checks FROM listing WHERE id = ?1", listing.0, "listing")?;
    tail.map(|tail| lines::tail(&tail, Line::Checks(listing))).transpose()
}

pub(super) fn terms_of(from: &Transaction<'_>, variant: VariantId) -> Answer<Vec<Terms>> {
    let mut found = from.prepare_cached(
        "SELECT id, rules, delivered FROM terms
         WHERE id IN (SELECT terms FROM tail WHERE variant = ?1 UNION SELECT terms FROM segment WHERE variant = ?1)",
    )?;
    let mut rows = found.query([variant.0])?;
    let mut ended: Vec<(Option<Minute>, i64, Terms)> = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let last = tails::get(from, variant, id)?.map(|[sticker, ..]| sticker.end());
        let terms = Terms {
            rules: row.get(1)?,
            delivered: row.get(2)?,
        };
        ended.push((last, id, terms));
    }
    ended.sort_by_key(|(last, id, _)| std::cmp::Reverse((*last, *id)));
    Ok(ended.into_iter().map(|(_, _, terms)| terms).collect())
}

pub(super) fn put_past(
    to: &Transaction<'_>,
    variant: VariantId,
    lane: Lane,
    terms: &Terms,
    runs: &[Run],
) -> Answer<()> {
    listing_of(to, variant)?;
    let terms = tails::terms(to, terms)?;
    let tail = tail(to, variant, terms, lane)?;
    board::forget(to, variant)?;
    lines::prepend(to, Line::Prices(variant, terms, lane), tail, runs)
}

pub(super) fn put_checks(to: &Transaction<'_>, listing: ListingId, checks: &[Run<Outcome>]) -> Answer<()> {
    let tail = checks_tail(to, listing)?;
    lines::prepend(to, Line::Checks(listing), tail, checks)
}

/// What a listing lacks of its past, with its watches.
pub(super) fn put_listing(to: &Transaction<'_>, past: &ListingPast) -> Answer<()> {
    for variant in &past.variants {
        let named = variant.sku.as_ref().filter(|_| !variant.selected);
        let (_, id) = tracking::track(to, &past.key, named)?;
        if let Some(sku) = &variant.sku {
            tracking::name(to, id, sku)?;
        }
        for series in &variant.series {
            put_past(to, id, series.lane, &series.terms, &series.runs)?;
        }
        for one in &variant.voids {
            void(to, id, one)?;
        }
        for watch in &variant.watches {
            watches::add(to, &NewWatch::of(id, watch.lane, watch.target), None, watch.since)?;
        }
    }
    let listing = tracking::track_listing(to, &past.key)?;
    put_checks(to, listing, &past.checks)
}

pub(super) fn voids(from: &Transaction<'_>, variant: VariantId) -> Answer<Vec<Void>> {
    let mut found =
        from.prepare_cached("SELECT begins, ends, reason FROM void WHERE variant = ?1 ORDER BY begins, ends")?;
    let voids = found.query_map([variant.0], |row| {
        Ok(Void {
            from: Minute::new(row.get(0)?),
            until: Minute::new(row.get(1)?),
            reason: row.get(2)?,
        })
    })?;
    Ok(voids.collect::<Result<_, _>>()?)
}

pub(super) fn void(to: &Transaction<'_>, variant: VariantId, void: &Void) -> Answer<()> {
    let listing = listing_of(to, variant)?;
    if void.until <= void.from {
        let told = format_args!("a void from {} until {} takes nothing out", void.from, void.until);
        return Err(refused(told));
    }
    to.prepare_cached(
        "INSERT INTO void (variant, begins, ends, reason) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET reason = excluded.reason",
    )?
    .execute((variant.0, void.from.number(), void.until.number(), &void.reason))?;
    board::forget(to, variant)?;
    // Whoever watches for a low has the former one in mind.
    watches::touch(to, listing)
}

pub(super) fn unvoid(to: &Transaction<'_>, variant: VariantId, void: &Void) -> Answer<()> {
    let gone = to
        .prepare_cached("DELETE FROM void WHERE variant = ?1 AND begins = ?2 AND ends = ?3")?
        .execute((variant.0, void.from.number(), void.until.number()))?;
    if gone == 0 {
        let told = format_args!("void of variant {} from {} until {}", variant.0, void.from, void.until);
        return Err(not_there(told));
    }
    board::forget(to, variant)?;
    watches::touch(to, listing_of(to, variant)?)
}
