//! Watches, and which listings they touched.

use rusqlite::{OptionalExtension, Row, Transaction};
use tillwatch_app::ports::store::{ListingId, VariantId, Watch, WatchId};
use tillwatch_core::history::Lane;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;

use super::failure::{Answer, refused};
use super::tracking::listing_of;
use super::values::{currency_of, instant, key, lane, lane_number, maybe, millis};

pub(super) fn add(
    to: &Transaction<'_>,
    variant: VariantId,
    lane: Lane,
    target: Option<Money>,
    now: Instant,
) -> Answer<WatchId> {
    let listing = listing_of(to, variant)?;
    let currency = currency_of(to, listing)?;
    if let Some(target) = target.filter(|target| target.currency() != currency || !target.is_positive()) {
        let told = format_args!("{target} {} is no target for a price in {currency}", target.currency());
        return Err(refused(told));
    }
    to.prepare_cached("INSERT INTO watch (variant, lane, target, since) VALUES (?1, ?2, ?3, ?4)")?
        .execute((variant.0, lane_number(lane), target.map(Money::minor), millis(now)))?;
    let id = WatchId(to.last_insert_rowid());
    touch(to, listing)?;
    Ok(id)
}

fn touch(to: &Transaction<'_>, listing: ListingId) -> Answer<()> {
    to.prepare_cached("INSERT OR IGNORE INTO touched (listing) VALUES (?1)")?
        .execute([listing.0])?;
    Ok(())
}

pub(super) fn take_touched(to: &Transaction<'_>) -> Answer<Vec<ListingId>> {
    let mut taken: Vec<ListingId> = to
        .prepare_cached("DELETE FROM touched RETURNING listing")?
        .query_map([], |row| row.get(0).map(ListingId))?
        .collect::<Result<_, _>>()?;
    taken.sort_unstable();
    Ok(taken)
}

pub(super) fn remove(to: &Transaction<'_>, id: WatchId) -> Answer<bool> {
    let variant = to
        .prepare_cached("DELETE FROM watch WHERE id = ?1 RETURNING variant")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    let Some(variant) = variant else { return Ok(false) };
    touch(to, listing_of(to, VariantId(variant))?)?;
    Ok(true)
}

/// A watch with what it is about, by the columns that [`read`] takes.
const WATCH: &str = "SELECT watch.id, listing.id, variant.id, item, market, currency, sku, lane, target, since, title
                     FROM watch JOIN variant ON variant.id = watch.variant JOIN listing ON listing.id = variant.listing
                     LEFT JOIN snapshot ON snapshot.listing = listing.id";

pub(super) fn all(from: &Transaction<'_>) -> Answer<Vec<Watch>> {
    let mut found = from.prepare_cached(&format!("{WATCH} ORDER BY watch.id"))?;
    let mut rows = found.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

pub(super) fn one(from: &Transaction<'_>, id: WatchId) -> Answer<Option<Watch>> {
    let mut found = from.prepare_cached(&format!("{WATCH} WHERE watch.id = ?1"))?;
    let mut rows = found.query([id.0])?;
    rows.next()?.map(read).transpose()
}

fn read(row: &Row<'_>) -> Answer<Watch> {
    let id: i64 = row.get(0)?;
    let place = format_args!("watch {id}");
    let key = key(row, 3, &place)?;
    let target: Option<i64> = row.get(8)?;
    Ok(Watch {
        id: WatchId(id),
        listing: ListingId(row.get(1)?),
        variant: VariantId(row.get(2)?),
        sku: maybe(row.get(6)?, SkuId::parse, &place)?,
        title: row.get(10)?,
        lane: lane(row.get(7)?, &place)?,
        target: target.map(|minor| Money::new(minor, key.currency)),
        since: instant(row.get(9)?, &place)?,
        key,
    })
}
