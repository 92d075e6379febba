//! Addresses: which watch tells to which, which of them agreed, which want nothing.

use rusqlite::{OptionalExtension, Transaction};
use tillwatch_app::ports::store::{Asked, ChannelOf, NewChannel, WatchId};
use tillwatch_core::instant::Instant;

use super::failure::{Answer, refused};
use super::values::{instant, millis};

/// A token is good for so long, and a mailbox is asked at most once in it.
const DAY: i64 = 86_400;

/// In so many seconds a mailbox is asked at most [`MOST`] times.
const MONTH: i64 = 30 * DAY;

const MOST: u32 = 3;

/// Has a watch tell to an address.
pub(super) fn put(to: &Transaction<'_>, watch: WatchId, channel: &NewChannel) -> Answer<()> {
    if channel.address.is_empty() {
        return Err(refused("a channel without an address"));
    }
    to.prepare_cached(
        "INSERT INTO channel (address, confirmed) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET confirmed = max(confirmed, excluded.confirmed)",
    )?
    .execute((&channel.address, channel.confirmed))?;
    to.prepare_cached(
        "INSERT OR IGNORE INTO watch_channel (watch, channel) SELECT ?1, id FROM channel WHERE address = ?2",
    )?
    .execute((watch.0, &channel.address))?;
    Ok(())
}

/// The channels of a watch, the oldest address first.
pub(super) fn of(from: &Transaction<'_>, watch: WatchId) -> Answer<Vec<ChannelOf>> {
    let mut found = from.prepare_cached(
        "SELECT address, confirmed, paused FROM watch_channel JOIN channel ON channel.id = channel
         WHERE watch = ?1 ORDER BY channel.id",
    )?;
    let channels = found.query_map([watch.0], |row| {
        Ok(ChannelOf {
            address: row.get(0)?,
            confirmed: row.get(1)?,
            paused: row.get(2)?,
        })
    })?;
    Ok(channels.collect::<Result<_, _>>()?)
}

/// Forgets addresses that no watch tells to any more.
pub(super) fn tidy(to: &Transaction<'_>, channels: &[i64]) -> Answer<()> {
    for channel in channels {
        to.prepare_cached(
            "DELETE FROM channel WHERE id = ?1 AND id NOT IN (SELECT channel FROM watch_channel WHERE channel = ?1)",
        )?
        .execute([channel])?;
    }
    Ok(())
}

/// The numbers of a watch's channels.
pub(super) fn numbers(from: &Transaction<'_>, watch: WatchId) -> Answer<Vec<i64>> {
    let mut found = from.prepare_cached("SELECT channel FROM watch_channel WHERE watch = ?1")?;
    let numbers = found.query_map([watch.0], |row| row.get(0))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}

pub(super) fn ask(to: &Transaction<'_>, address: &str, token: &[u8], now: Instant) -> Answer<Asked> {
    let confirmed = to
        .prepare_cached("SELECT confirmed FROM channel WHERE address = ?1")?
        .query_row([address], |row| row.get(0))
        .optional()?;
    if confirmed == Some(true) {
        return Ok(Asked::Confirmed);
    }
    to.prepare_cached("DELETE FROM confirmation WHERE asked < ?1")?
        .execute([millis(now.plus_seconds(-MONTH))])?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, u32>(0)?, row.get::<_, Option<i64>>(1)?, row.get(2)?));
    let (asked, first, last): (u32, Option<i64>, Option<i64>) = to
        .prepare_cached("SELECT count(*), min(asked), max(asked) FROM confirmation WHERE address = ?1")?
        .query_row([address], row)?;
    let after = |asked: Option<i64>, seconds| -> Answer<Option<Instant>> {
        let asked = asked.map(|asked| instant(asked, &"a confirmation")).transpose()?;
        Ok(asked
            .map(|asked| asked.plus_seconds(seconds))
            .filter(|until| now < *until))
    };
    let day = after(last, DAY)?;
    let month = after(first.filter(|_| asked >= MOST), MONTH)?;
    if let Some(until) = day.max(month) {
        return Ok(Asked::NotBefore(until));
    }
    to.prepare_cached("INSERT INTO confirmation (token, address, asked) VALUES (?1, ?2, ?3)")?
        .execute((token, address, millis(now)))?;
    Ok(Asked::Ask)
}

pub(super) fn confirm(to: &Transaction<'_>, token: &[u8], now: Instant) -> Answer<Option<String>> {
    let since = millis(now.plus_seconds(-DAY));
    let address: Option<String> = to
        .prepare_cached("SELECT address FROM confirmation WHERE token = ?1 AND asked > ?2")?
        .query_row((token, since), |row| row.get(0))
        .optional()?;
    let Some(address) = address else { return Ok(None) };
    let fresh = to
        .prepare_cached("UPDATE channel SET confirmed = 1 WHERE address = ?1 AND confirmed = 0")?
        .execute([&address])?;
    if fresh == 1 {
        to.prepare_cached(
            "INSERT OR IGNORE INTO outbox (alert, channel, due)
             SELECT alert.id, channel.id, ?3 FROM channel JOIN watch_channel ON watch_channel.channel = channel.id
             JOIN watch ON watch.id = watch_channel.watch JOIN alert ON alert.watch = watch.id
             WHERE address = ?1 AND paused IS NULL AND rest IS NOT 0 AND at > ?2
               AND alert.id NOT IN (SELECT alert FROM delivery WHERE channel = channel.id) ORDER BY alert.id",
        )?
        .execute((&address, since, millis(now)))?;
    }
    Ok(Some(address))
}

pub(super) fn suppress(to: &Transaction<'_>, address: &str, hash: &[u8]) -> Answer<()> {
    to.prepare_cached("INSERT OR IGNORE INTO suppressed (hash) VALUES (?1)")?
        .execute([hash])?;
    to.prepare_cached("UPDATE channel SET confirmed = 0 WHERE address = ?1")?
        .execute([address])?;
    to.prepare_cached("DELETE FROM outbox WHERE channel IN (SELECT id FROM channel WHERE address = ?1)")?
        .execute([address])?;
    // A token that was sent before is no agreement any more.
    to.prepare_cached("UPDATE confirmation SET token = randomblob(32) WHERE address = ?1")?
        .execute([address])?;
    Ok(())
}

pub(super) fn is_suppressed(from: &Transaction<'_>, hash: &[u8]) -> Answer<bool> {
    Ok(from
        .prepare_cached("SELECT 1 FROM suppressed WHERE hash = ?1")?
        .exists([hash])?)
}

pub(super) fn unsuppress(to: &Transaction<'_>, hash: &[u8]) -> Answer<bool> {
    let gone = to
        .prepare_cached("DELETE FROM suppressed WHERE hash = ?1")?
        .execute([hash])?;
    Ok(gone == 1)
}
