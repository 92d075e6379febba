//! Watches, and which listings they touched.

use rusqlite::{OptionalExtension, Row, Transaction};
use tillwatch_app::ports::store::{ListId, ListingId, NewWatch, Rest, VariantId, Watch, WatchId};
use tillwatch_core::alert::Settings;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;

use super::failure::Answer;
use super::tracking::listing_of;
use super::values::{instant, key, lane, lane_number, maybe, millis};
use super::{alerts, channels, outbox, rules};

pub(super) fn add(to: &Transaction<'_>, watch: &NewWatch, list: Option<ListId>, now: Instant) -> Answer<WatchId> {
    let listing = listing_of(to, watch.variant)?;
    rules::fit(to, listing, &watch.rules)?;
    let settings = (watch.settings != Settings::default()).then(|| watch.settings.to_json());
    let list = list.map(|list| list.0);
    to.prepare_cached("INSERT INTO watch (variant, lane, since, settings, list) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((watch.variant.0, lane_number(watch.lane), millis(now), settings, list))?;
    let id = WatchId(to.last_insert_rowid());
    rules::put(to, id, &watch.rules)?;
    for channel in &watch.channels {
        channels::put(to, id, channel)?;
    }
    touch(to, listing)?;
    Ok(id)
}

pub(super) fn touch(to: &Transaction<'_>, listing: ListingId) -> Answer<()> {
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
    let told = channels::numbers(to, id)?;
    let variant = to
        .prepare_cached("DELETE FROM watch WHERE id = ?1 RETURNING variant")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    let Some(variant) = variant else { return Ok(false) };
    channels::tidy(to, &told)?;
    touch(to, listing_of(to, VariantId(variant))?)?;
    Ok(true)
}

pub(super) fn rest(to: &Transaction<'_>, id: WatchId, rest: Rest) -> Answer<bool> {
    let Some(listing) = alerts::listing_of_watch(to, id)? else {
        return Ok(false);
    };
    to.prepare_cached("UPDATE watch SET rest = ?2 WHERE id = ?1")?
        .execute((id.0, alerts::rest_number(rest)))?;
    match rest {
        Rest::Awake => {
            to.prepare_cached("UPDATE watch_channel SET paused = NULL WHERE watch = ?1")?
                .execute([id.0])?;
        }
        Rest::Until(moment) => outbox::hold(to, id, millis(moment))?,
        Rest::Stopped => outbox::drop_waiting(to, id)?,
    }
    touch(to, listing)?;
    Ok(true)
}

/// A watch with what it is about, by the columns that [`read`] takes.
pub(super) const WATCH: &str =
    "SELECT watch.id, listing.id, variant.id, item, market, currency, sku, lane, since, title,
                            settings, rest, list
                     FROM watch JOIN variant ON variant.id = watch.variant JOIN listing ON listing.id = variant.listing
                     LEFT JOIN snapshot ON snapshot.listing = listing.id";

pub(super) fn all(from: &Transaction<'_>) -> Answer<Vec<Watch>> {
    let mut found = from.prepare_cached(&format!("{WATCH} ORDER BY watch.id"))?;
    let mut rows = found.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(from, row)?);
    }
    Ok(all)
}

pub(super) fn telling(from: &Transaction<'_>, address: &str) -> Answer<Vec<Watch>> {
    let mut found = from.prepare_cached(&format!(
        "{WATCH} WHERE watch.id IN (SELECT watch FROM watch_channel JOIN channel ON channel.id = channel
                                    WHERE address = ?1) ORDER BY watch.id"
    ))?;
    let mut rows = found.query([address])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(from, row)?);
    }
    Ok(all)
}

pub(super) fn one(from: &Transaction<'_>, id: WatchId) -> Answer<Option<Watch>> {
    let mut found = from.prepare_cached(&format!("{WATCH} WHERE watch.id = ?1"))?;
    let mut rows = found.query([id.0])?;
    rows.next()?.map(|row| read(from, row)).transpose()
}

pub(super) fn read(from: &Transaction<'_>, row: &Row<'_>) -> Answer<Watch> {
    let id = WatchId(row.get(0)?);
    let place = format_args!("watch {}", id.0);
    Ok(Watch {
        id,
        listing: ListingId(row.get(1)?),
        variant: VariantId(row.get(2)?),
        key: key(row, 3, &place)?,
        sku: maybe(row.get(6)?, SkuId::parse, &place)?,
        title: row.get(9)?,
        lane: lane(row.get(7)?, &place)?,
        rules: rules::of(from, id)?,
        settings: alerts::settings(row, 10, id)?,
        channels: channels::of(from, id)?,
        rest: alerts::rest(row, 11, id)?,
        since: instant(row.get(8)?, &place)?,
        list: row.get::<_, Option<i64>>(12)?.map(ListId),
    })
}
