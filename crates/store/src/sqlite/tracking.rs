//! Listings and variants that are tracked, and how they stand.

use rusqlite::{CachedStatement, OptionalExtension, Row, Transaction};
use tillwatch_app::ports::store::{
    LastCheck, Latest, ListingId, ListingKey, ListingState, Schedule, Terms, Tracked, TrackedVariant, VariantId,
};
use tillwatch_core::history::Run;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{self, Outcome, Snapshot};

use super::alerts;
use super::checkouts;
use super::failure::{Answer, damaged};
use super::lines::{self, Line};
use super::tails;
use super::values::{instant, key, maybe, one};

pub(super) fn track(to: &Transaction<'_>, key: &ListingKey, sku: Option<&SkuId>) -> Answer<(ListingId, VariantId)> {
    let listing = track_listing(to, key)?;
    let known = match sku {
        // The one that the page selects is as good, once its id is known: there need not be two histories of one thing.
        Some(sku) => to
            .prepare_cached("SELECT id FROM variant WHERE listing = ?1 AND sku = ?2 ORDER BY selected LIMIT 1")?
            .query_row((listing.0, sku.as_str()), |row| row.get(0)),
        None => to
            .prepare_cached("SELECT id FROM variant WHERE listing = ?1 AND selected = 1")?
            .query_row([listing.0], |row| row.get(0)),
    };
    if let Some(variant) = known.optional()? {
        return Ok((listing, VariantId(variant)));
    }
    to.prepare_cached("INSERT INTO variant (listing, selected, sku) VALUES (?1, ?2, ?3)")?
        .execute((listing.0, sku.is_none(), sku.map(SkuId::as_str)))?;
    Ok((listing, VariantId(to.last_insert_rowid())))
}

/// A listing alone.
pub(super) fn track_listing(to: &Transaction<'_>, key: &ListingKey) -> Answer<ListingId> {
    if let Some(listing) = find(to, key)? {
        return Ok(listing);
    }
    to.prepare_cached("INSERT INTO listing (item, market, currency) VALUES (?1, ?2, ?3)")?
        .execute((key.item.as_str(), key.market.code(), key.currency.code()))?;
    Ok(ListingId(to.last_insert_rowid()))
}

/// Keeps the id of a variant that has none yet.
pub(super) fn name(to: &Transaction<'_>, variant: VariantId, sku: &SkuId) -> Answer<()> {
    to.prepare_cached("UPDATE variant SET sku = ?2 WHERE id = ?1 AND sku IS NULL")?
        .execute((variant.0, sku.as_str()))?;
    Ok(())
}

fn find(from: &Transaction<'_>, key: &ListingKey) -> Answer<Option<ListingId>> {
    Ok(from
        .prepare_cached("SELECT id FROM listing WHERE item = ?1 AND market = ?2 AND currency = ?3")?
        .query_row((key.item.as_str(), key.market.code(), key.currency.code()), |row| {
            row.get(0).map(ListingId)
        })
        .optional()?)
}

/// The listing of a variant, which must be there.
pub(super) fn listing_of(from: &Transaction<'_>, variant: VariantId) -> Answer<ListingId> {
    one(from, "SELECT listing FROM variant WHERE id = ?1", variant.0, "variant").map(ListingId)
}

pub(super) fn markets_of(from: &Transaction<'_>, item: &ItemId) -> Answer<Vec<ListingKey>> {
    let mut found =
        from.prepare_cached("SELECT item, market, currency FROM listing WHERE item = ?1 ORDER BY market, currency")?;
    let mut rows = found.query([item.as_str()])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        keys.push(key(row, 0, &format_args!("a listing of item {item}"))?);
    }
    Ok(keys)
}

pub(super) fn tracked(from: &Transaction<'_>, after: ListingId, most: usize) -> Answer<Vec<Tracked>> {
    let mut listings = Vec::new();
    each_tracked(from, after, most, &mut |listing| listings.push(listing))?;
    Ok(listings)
}

pub(super) fn each_tracked(
    from: &Transaction<'_>,
    after: ListingId,
    most: usize,
    take: &mut dyn FnMut(Tracked),
) -> Answer<()> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut found = from.prepare_cached(
        "SELECT id, item, market, currency, last_good, last_try, not_before, last_full, failures, readings, changes,
                exposure FROM listing WHERE id > ?1 ORDER BY id LIMIT ?2",
    )?;
    let mut rows = found.query((after.0, most))?;
    let mut variants = Variants::new(from)?;
    while let Some(row) = rows.next()? {
        let mut listing = bare(row)?;
        listing.variants = variants.of(&listing)?;
        take(listing);
    }
    Ok(())
}

pub(super) fn tracked_one(from: &Transaction<'_>, id: ListingId) -> Answer<Option<Tracked>> {
    let one = tracked(from, ListingId(id.0.saturating_sub(1)), 1)?.pop();
    Ok(one.filter(|one| one.id == id))
}

/// A listing without its variants.
fn bare(row: &Row<'_>) -> Answer<Tracked> {
    let id: i64 = row.get(0)?;
    Ok(Tracked {
        id: ListingId(id),
        key: key(row, 1, &format_args!("listing {id}"))?,
        schedule: Schedule {
            last_good: row.get(4)?,
            last_try: row.get(5)?,
            not_before: row.get(6)?,
            last_full: row.get(7)?,
            failures: row.get(8)?,
            readings: row.get(9)?,
            changes: row.get(10)?,
            exposure: row.get(11)?,
        },
        variants: Vec::new(),
    })
}

/// Variants, by the columns that [`latest`] takes.
const VARIANT: &str = "SELECT variant.id, selected, sku, tail.terms, rules, delivered, sticker, automatic, public, code
                       FROM variant LEFT JOIN terms ON terms.id = variant.terms
                       LEFT JOIN tail ON tail.variant = variant.id AND tail.terms = variant.terms";

/// The newest prices of one variant.
pub(super) fn latest_of(from: &Transaction<'_>, variant: VariantId, currency: Currency) -> Answer<Option<Latest>> {
    let mut found = from.prepare_cached(&format!("{VARIANT} WHERE variant.id = ?1"))?;
    let mut rows = found.query([variant.0])?;
    rows.next()?.map_or(Ok(None), |row| latest(row, variant, currency))
}

/// The variants of listings, one listing after another.
struct Variants<'a> {
    found: CachedStatement<'a>,
    watches: alerts::Watches<'a>,
    checkouts: checkouts::Newest<'a>,
}

impl<'a> Variants<'a> {
    fn new(from: &'a Transaction<'a>) -> Answer<Self> {
        Ok(Self {
            found: from.prepare_cached(&format!("{VARIANT} WHERE listing = ?1"))?,
            watches: alerts::Watches::new(from)?,
            checkouts: checkouts::Newest::new(from)?,
        })
    }

    /// Those of one listing, by number.
    fn of(&mut self, listing: &Tracked) -> Answer<Vec<TrackedVariant>> {
        let currency = listing.key.currency;
        let mut rows = self.found.query([listing.id.0])?;
        let mut variants = Vec::new();
        while let Some(row) = rows.next()? {
            let id = VariantId(row.get(0)?);
            variants.push(TrackedVariant {
                id,
                selected: row.get(1)?,
                sku: maybe(row.get(2)?, SkuId::parse, &format_args!("variant {}", id.0))?,
                watches: self.watches.of(id)?,
                checkout: self.checkouts.of(id)?,
                latest: latest(row, id, currency)?,
            });
        }
        variants.sort_unstable_by_key(|variant| variant.id);
        Ok(variants)
    }
}

/// Of the columns from `tail.terms` on.
fn latest(row: &Row<'_>, variant: VariantId, currency: Currency) -> Answer<Option<Latest>> {
    let Some(terms) = row.get::<_, Option<i64>>(3)? else {
        return Ok(None);
    };
    let tails = tails::of(row, 6, variant, terms)?;
    let [sticker, ..] = &tails;
    Ok(Some(Latest {
        lanes: tails::lanes(&tails, currency),
        terms: Terms {
            rules: row.get(4)?,
            delivered: row.get(5)?,
        },
        confirmed: sticker.end(),
    }))
}

pub(super) fn listing(from: &Transaction<'_>, key: &ListingKey) -> Answer<Option<ListingState>> {
    let Some(id) = find(from, key)? else { return Ok(None) };
    let Some(tracked) = tracked_one(from, id)? else {
        return Ok(None);
    };
    Ok(Some(ListingState {
        tracked,
        snapshot: kept(from, id)?,
        last_check: last_check(from, id)?,
    }))
}

/// The last ok reading.
fn kept(from: &Transaction<'_>, id: ListingId) -> Answer<Option<Snapshot>> {
    let seen: Option<String> = from
        .prepare_cached("SELECT seen FROM snapshot WHERE listing = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    let place = format_args!("the snapshot of listing {}", id.0);
    seen.map(|seen| snapshot::read(seen.as_bytes()).map_err(|why| damaged(place, why)))
        .transpose()
}

pub(super) fn last_check(from: &Transaction<'_>, id: ListingId) -> Answer<Option<LastCheck>> {
    let mut found = from.prepare_cached(
        "SELECT checked, source, detail, checks FROM listing WHERE id = ?1 AND checked IS NOT NULL AND checks IS NOT NULL",
    )?;
    let mut rows = found.query([id.0])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let checks = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
    let run: Run<Outcome> = lines::tail(checks, Line::Checks(id))?;
    Ok(Some(LastCheck {
        at: instant(row.get(0)?, &format_args!("listing {}", id.0))?,
        source: row.get(1)?,
        outcome: run.value,
        detail: row.get(2)?,
    }))
}
