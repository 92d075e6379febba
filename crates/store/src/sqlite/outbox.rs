//! The outbox: alerts on their way to a channel, and what became of them.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row, Transaction};
use tillwatch_app::ports::store::{Fate, Letter, ListId, Logged, OutboxFigures, Parcel, ParcelId, Settled, WatchId};
use tillwatch_core::instant::Instant;

use super::alerts::moment;
use super::failure::Answer;
use super::values::millis;

/// Alerts are numbered as they happen. None overtakes an earlier one to its address that is in hand or to be tried again.
const DUE: &str = "due <= ?1 AND leased <= ?1 AND NOT EXISTS (
      SELECT 1 FROM outbox AS earlier WHERE earlier.channel = outbox.channel AND earlier.id < outbox.id
        AND (earlier.leased > ?1 OR (earlier.attempts > 0 AND earlier.due > ?1)))
    ORDER BY outbox.id";

/// The most that one address gets in hand at a time: told one after another, they are over before their lease is.
const EACH: u32 = 20;

pub(super) fn lease(to: &Transaction<'_>, now: Instant, until: Instant, most: usize) -> Answer<Vec<Parcel>> {
    let mut parcels = Vec::new();
    let mut due = to.prepare_cached(&format!(
        "SELECT outbox.id, watch, rule, crossing, at, address, attempts, notice
         FROM outbox JOIN alert ON alert.id = alert JOIN channel ON channel.id = channel
         WHERE outbox.channel = ?2 AND {DUE} LIMIT {EACH}"
    ))?;
    for channel in due_channels(to, now, most)? {
        let mut rows = due.query((millis(now), channel))?;
        while let Some(row) = rows.next()? {
            parcels.push(Parcel {
                id: ParcelId(row.get(0)?),
                watch: WatchId(row.get(1)?),
                rule: row.get(2)?,
                crossing: row.get(3)?,
                at: moment(row, 4)?,
                address: row.get(5)?,
                attempts: row.get(6)?,
                notice: row.get(7)?,
            });
        }
    }
    parcels.sort_unstable_by_key(|parcel| parcel.id);
    let mut lease = to.prepare_cached("UPDATE outbox SET leased = ?2 WHERE id = ?1")?;
    for parcel in &parcels {
        lease.execute((parcel.id.0, millis(until)))?;
    }
    Ok(parcels)
}

/// The channels of the oldest alerts that are due.
fn due_channels(from: &Transaction<'_>, now: Instant, most: usize) -> Answer<BTreeSet<i64>> {
    let mut due = from.prepare_cached(&format!("SELECT channel FROM outbox WHERE {DUE}"))?;
    let mut rows = due.query([millis(now)])?;
    let mut channels = BTreeSet::new();
    while channels.len() < most
        && let Some(row) = rows.next()?
    {
        channels.insert(row.get(0)?);
    }
    Ok(channels)
}

pub(super) fn settle(to: &Transaction<'_>, parcel: ParcelId, settled: &Settled, now: Instant) -> Answer<bool> {
    match settled {
        Settled::Later { at, why } => {
            let kept = to
                .prepare_cached(
                    "UPDATE outbox SET due = ?2, leased = 0, attempts = attempts + 1, answer = ?3 WHERE id = ?1",
                )?
                .execute((parcel.0, millis(*at), why))?;
            Ok(kept == 1)
        }
        Settled::Delivered { id } => over(to, parcel, false, id.as_deref(), now),
        Settled::Dead { why, gone } => {
            let place = gone.then(|| place(to, parcel)).transpose()?.flatten();
            let was_there = over(to, parcel, true, Some(why), now)?;
            if let Some((watch, channel)) = place {
                pause(to, watch, channel, why, now)?;
            }
            Ok(was_there)
        }
    }
}

pub(super) fn hasten(to: &Transaction<'_>, beginning: &str, now: Instant) -> Answer<usize> {
    let hastened = to
        .prepare_cached(
            "UPDATE outbox SET due = ?2 WHERE attempts > 0 AND due > ?2 AND channel IN (
               SELECT id FROM channel WHERE substr(address, 1, length(?1)) = ?1)",
        )?
        .execute((beginning, millis(now)))?;
    Ok(hastened)
}

/// The watch and the channel of a parcel.
fn place(from: &Transaction<'_>, parcel: ParcelId) -> Answer<Option<(i64, i64)>> {
    Ok(from
        .prepare_cached("SELECT watch, channel FROM outbox JOIN alert ON alert.id = alert WHERE outbox.id = ?1")?
        .query_row([parcel.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Takes a parcel from the outbox, with the channel's answer.
fn over(to: &Transaction<'_>, parcel: ParcelId, dead: bool, answer: Option<&str>, now: Instant) -> Answer<bool> {
    let moved = to
        .prepare_cached(
            "INSERT INTO delivery (id, alert, channel, settled, dead, attempts, answer)
             SELECT id, alert, channel, ?2, ?3, attempts + 1, ?4 FROM outbox WHERE id = ?1",
        )?
        .execute((parcel.0, millis(now), dead, answer))?;
    to.prepare_cached("DELETE FROM outbox WHERE id = ?1")?
        .execute([parcel.0])?;
    Ok(moved == 1)
}

/// Sends nothing more of a watch to a channel; what waits is given up with it.
fn pause(to: &Transaction<'_>, watch: i64, channel: i64, why: &str, now: Instant) -> Answer<()> {
    to.prepare_cached("UPDATE watch_channel SET paused = ?3 WHERE watch = ?1 AND channel = ?2")?
        .execute((watch, channel, why))?;
    let waiting: Vec<i64> = to
        .prepare_cached(
            "SELECT outbox.id FROM outbox JOIN alert ON alert.id = alert WHERE watch = ?1 AND channel = ?2",
        )?
        .query_map((watch, channel), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for parcel in waiting {
        over(to, ParcelId(parcel), true, Some(why), now)?;
    }
    Ok(())
}

pub(super) fn figures(from: &Transaction<'_>, now: Instant) -> Answer<OutboxFigures> {
    let mut found = from.prepare_cached(
        "SELECT count(*), count(*) FILTER (WHERE due <= ?1), min(at) FILTER (WHERE due <= ?1),
                (SELECT count(*) FROM delivery WHERE dead = 1)
         FROM outbox JOIN alert ON alert.id = alert",
    )?;
    let mut rows = found.query([millis(now)])?;
    let Some(row) = rows.next()? else {
        return Ok(OutboxFigures::default());
    };
    let oldest: Option<i64> = row.get(2)?;
    Ok(OutboxFigures {
        waiting: row.get(0)?,
        due: row.get(1)?,
        oldest_due: oldest.map(|_| moment(row, 2)).transpose()?,
        dead: row.get(3)?,
    })
}

/// Letters, by the columns that [`letter`] takes: those that are over, and those that wait.
const OVER: &str = "SELECT delivery.id, watch, at, address, attempts, settled, dead, answer, notice
    FROM delivery JOIN alert ON alert.id = alert JOIN channel ON channel.id = channel";
const WAITING: &str = "SELECT outbox.id, watch, at, address, attempts, due, NULL, answer, notice
    FROM outbox JOIN alert ON alert.id = alert JOIN channel ON channel.id = channel";

fn letter(row: &Row<'_>) -> Answer<Letter> {
    let dead: Option<bool> = row.get(6)?;
    let (at, answer): (_, Option<String>) = (moment(row, 5)?, row.get(7)?);
    Ok(Letter {
        id: ParcelId(row.get(0)?),
        watch: WatchId(row.get(1)?),
        at: moment(row, 2)?,
        address: row.get(3)?,
        attempts: row.get(4)?,
        fate: match dead {
            None => Fate::Waiting { due: at, why: answer },
            Some(false) => Fate::Delivered { at, id: answer },
            Some(true) => Fate::Dead {
                at,
                why: answer.unwrap_or_default(),
            },
        },
        notice: row.get(8)?,
    })
}

pub(super) fn dead_letters(from: &Transaction<'_>, most: usize) -> Answer<Vec<Letter>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut found = from.prepare_cached(&format!("{OVER} WHERE dead = 1 ORDER BY delivery.id DESC LIMIT ?1"))?;
    let mut rows = found.query([most])?;
    let mut letters = Vec::new();
    while let Some(row) = rows.next()? {
        letters.push(letter(row)?);
    }
    Ok(letters)
}

pub(super) fn resend(to: &Transaction<'_>, parcel: ParcelId, now: Instant) -> Answer<bool> {
    let back = to
        .prepare_cached(
            "INSERT INTO outbox (id, alert, channel, due, answer)
             SELECT id, alert, channel, ?2, answer FROM delivery WHERE id = ?1 AND dead = 1",
        )?
        .execute((parcel.0, millis(now)))?;
    to.prepare_cached("DELETE FROM delivery WHERE id = ?1 AND dead = 1")?
        .execute([parcel.0])?;
    Ok(back == 1)
}

/// Alerts, by the columns that [`read_log`] takes, and their order.
const ALERT: &str = "SELECT alert.id, watch, rule, crossing, at, notice FROM alert";
const NEWEST: &str = "ORDER BY alert.id DESC LIMIT ?2";

pub(super) fn log(from: &Transaction<'_>, watch: WatchId, most: usize) -> Answer<Vec<Logged>> {
    read_log(from, &format!("{ALERT} WHERE watch = ?1 {NEWEST}"), watch.0, most)
}

pub(super) fn list_log(from: &Transaction<'_>, list: ListId, most: usize) -> Answer<Vec<Logged>> {
    let of_list = format!("{ALERT} JOIN watch ON watch.id = watch WHERE list = ?1 {NEWEST}");
    read_log(from, &of_list, list.0, most)
}

fn read_log(from: &Transaction<'_>, alerts: &str, of: i64, most: usize) -> Answer<Vec<Logged>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut found = from.prepare_cached(alerts)?;
    let mut letters = from.prepare_cached(&format!(
        "{OVER} WHERE alert.id = ?1 UNION ALL {WAITING} WHERE alert.id = ?1 ORDER BY 1"
    ))?;
    let mut rows = found.query((of, most))?;
    let mut log = Vec::new();
    while let Some(row) = rows.next()? {
        let mut logged = Logged {
            watch: WatchId(row.get(1)?),
            rule: row.get(2)?,
            crossing: row.get(3)?,
            at: moment(row, 4)?,
            notice: row.get(5)?,
            letters: Vec::new(),
        };
        let mut rows = letters.query([row.get::<_, i64>(0)?])?;
        while let Some(row) = rows.next()? {
            logged.letters.push(letter(row)?);
        }
        log.push(logged);
    }
    Ok(log)
}

/// Takes what waits of a watch from the outbox.
pub(super) fn drop_waiting(to: &Transaction<'_>, watch: WatchId) -> Answer<()> {
    to.prepare_cached("DELETE FROM outbox WHERE alert IN (SELECT id FROM alert WHERE watch = ?1)")?
        .execute([watch.0])?;
    Ok(())
}

/// Lets what waits of a watch wait until a moment at least.
pub(super) fn hold(to: &Transaction<'_>, watch: WatchId, until: i64) -> Answer<()> {
    to.prepare_cached("UPDATE outbox SET due = max(due, ?2) WHERE alert IN (SELECT id FROM alert WHERE watch = ?1)")?
        .execute((watch.0, until))?;
    Ok(())
}
