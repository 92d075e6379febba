//! Addresses: which watch tells to which, which of them agreed, which want nothing.

use rusqlite::Transaction;
use tillwatch_app::ports::store::{CHANNELS_OF_A_WATCH, ChannelOf, NewChannel, WatchId};
use tillwatch_core::instant::Instant;

use super::failure::{Answer, refused};
use super::questions;
use super::values::millis;

/// What was decided within so many seconds is told to a channel that can be used only now.
pub(super) const DAY: i64 = 86_400;

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
    if numbers(to, watch)?.len() > CHANNELS_OF_A_WATCH {
        return Err(refused(format_args!(
            "a watch has at most {CHANNELS_OF_A_WATCH} channels"
        )));
    }
    Ok(())
}

/// Uses a channel of a watch whose owner has just asked for it: it is paused no more, and has what was decided within the
/// last day and told to nobody.
pub(super) fn welcome(to: &Transaction<'_>, watch: WatchId, address: &str, now: Instant) -> Answer<()> {
    to.prepare_cached(
        "UPDATE watch_channel SET paused = NULL WHERE watch = ?1 AND channel = (SELECT id FROM channel WHERE address = ?2)",
    )?
    .execute((watch.0, address))?;
    to.prepare_cached(
        "INSERT INTO outbox (alert, channel, due)
         SELECT alert.id, channel.id, max(?4, coalesce(rest, 0)) FROM alert JOIN watch ON watch.id = alert.watch
         JOIN channel ON address = ?2
         WHERE alert.watch = ?1 AND at > ?3 AND confirmed = 1 AND rest IS NOT 0
           AND NOT EXISTS (SELECT 1 FROM outbox WHERE alert = alert.id)
           AND NOT EXISTS (SELECT 1 FROM delivery WHERE alert = alert.id) ORDER BY alert.id",
    )?
    .execute((watch.0, address, millis(now.plus_seconds(-DAY)), millis(now)))?;
    Ok(())
}

/// The channels of a watch, the oldest address first.
pub(super) fn of(from: &Transaction<'_>, watch: WatchId) -> Answer<Vec<ChannelOf>> {
    let mut found = from.prepare_cached(
        "SELECT address, confirmed, paused, channel.id FROM watch_channel JOIN channel ON channel.id = channel
         WHERE watch = ?1 ORDER BY channel.id",
    )?;
    let mut rows = found.query([watch.0])?;
    let mut channels = Vec::new();
    while let Some(row) = rows.next()? {
        let confirmed: bool = row.get(1)?;
        channels.push(ChannelOf {
            address: row.get(0)?,
            confirmed,
            paused: row.get(2)?,
            asked: if confirmed {
                None
            } else {
                questions::last(from, row.get(3)?)?
            },
        });
    }
    Ok(channels)
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

pub(super) fn suppress(to: &Transaction<'_>, address: &str, hash: &[u8]) -> Answer<()> {
    to.prepare_cached("INSERT OR IGNORE INTO suppressed (hash) VALUES (?1)")?
        .execute([hash])?;
    to.prepare_cached("UPDATE channel SET confirmed = 0 WHERE address = ?1")?
        .execute([address])?;
    to.prepare_cached("DELETE FROM outbox WHERE channel IN (SELECT id FROM channel WHERE address = ?1)")?
        .execute([address])?;
    // A token that was sent before is no agreement any more, and one that was not is not sent.
    to.prepare_cached(
        "UPDATE question SET hash = randomblob(32), token = NULL, over = coalesce(over, 1)
         WHERE channel IN (SELECT id FROM channel WHERE address = ?1)",
    )?
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
