//! Lists, the secrets that open them, and invitations.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Transaction};
use tillwatch_app::ports::store::{
    Former, Hash, LENT_SECRETS_OF_A_LIST, ListId, ListOf, Listed, NewChannel, NewWatch, SECRETS_OF_A_LIST,
    WATCHES_OF_A_LIST, Watch, WatchId,
};
use tillwatch_core::instant::Instant;

use super::failure::{Answer, not_there, refused};
use super::values::{instant, millis};
use super::{channels, tracking, watches};

pub(super) fn open(to: &Transaction<'_>, secret: &Hash, now: Instant) -> Answer<ListId> {
    to.prepare_cached("INSERT INTO list (since) VALUES (?1)")?
        .execute([millis(now)])?;
    let list = ListId(to.last_insert_rowid());
    put_secret(to, list, secret)?;
    Ok(list)
}

fn put_secret(to: &Transaction<'_>, list: ListId, secret: &Hash) -> Answer<()> {
    to.prepare_cached("INSERT INTO secret (hash, list) VALUES (?1, ?2)")?
        .execute((secret, list.0))?;
    Ok(())
}

pub(super) fn of(from: &Transaction<'_>, secret: &Hash) -> Answer<Option<ListOf>> {
    let row = from
        .prepare_cached("SELECT id, name, since FROM secret JOIN list ON list.id = list WHERE hash = ?1")?
        .query_row([secret], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((id, name, since)) = row else { return Ok(None) };
    let mut found = from.prepare_cached(&format!("{} WHERE watch.list = ?1 ORDER BY watch.id", watches::WATCH))?;
    let mut rows = found.query([id])?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        let watch = watches::read(from, row)?;
        listed.push(Listed {
            latest: tracking::latest_of(from, watch.variant, watch.key.currency)?,
            last_check: tracking::last_check(from, watch.listing)?,
            watch,
        });
    }
    Ok(Some(ListOf {
        id: ListId(id),
        name,
        since: instant(since, &format_args!("list {id}"))?,
        watches: listed,
    }))
}

fn exists(from: &Transaction<'_>, list: ListId) -> Answer<bool> {
    Ok(from
        .prepare_cached("SELECT 1 FROM list WHERE id = ?1")?
        .exists([list.0])?)
}

/// That there is room for one more row of a list.
fn room(from: &Transaction<'_>, count: &str, list: ListId, most: usize, what: &str) -> Answer<()> {
    let there: usize = from.prepare_cached(count)?.query_row([list.0], |row| row.get(0))?;
    if there < most {
        return Ok(());
    }
    Err(refused(format_args!("a list has at most {most} {what}")))
}

pub(super) fn add(to: &Transaction<'_>, list: ListId, watch: &NewWatch, now: Instant) -> Answer<(WatchId, bool)> {
    if !exists(to, list)? {
        return Err(not_there(format_args!("list {}", list.0)));
    }
    let alike: Vec<i64> = to
        .prepare_cached("SELECT id FROM watch WHERE list = ?1 AND variant = ?2 ORDER BY id")?
        .query_map([list.0, watch.variant.0], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in alike {
        if let Some(there) = watches::one(to, WatchId(id))?.filter(|there| is_same(there, watch)) {
            return Ok((there.id, false));
        }
    }
    let count = "SELECT count(*) FROM watch WHERE list = ?1";
    room(to, count, list, WATCHES_OF_A_LIST, "watches")?;
    Ok((watches::add(to, watch, Some(list), now)?, true))
}

/// Whether a watch is what somebody wants, its channels in any order.
fn is_same(there: &Watch, wanted: &NewWatch) -> bool {
    let rules = there.rules.iter().map(|ruled| &ruled.rule);
    let told: BTreeSet<&str> = there.channels.iter().map(|channel| channel.address.as_str()).collect();
    let wished: BTreeSet<&str> = wanted.channels.iter().map(|channel| channel.address.as_str()).collect();
    (there.variant, there.lane, &there.settings) == (wanted.variant, wanted.lane, &wanted.settings)
        && rules.eq(&wanted.rules)
        && told == wished
}

pub(super) fn remove_from(to: &Transaction<'_>, list: ListId, watch: WatchId) -> Answer<bool> {
    let is_there = to
        .prepare_cached("SELECT 1 FROM watch WHERE id = ?1 AND list = ?2")?
        .exists([watch.0, list.0])?;
    Ok(is_there && watches::remove(to, watch)?)
}

pub(super) fn name(to: &Transaction<'_>, list: ListId, name: Option<&str>) -> Answer<bool> {
    let named = to
        .prepare_cached("UPDATE list SET name = ?2 WHERE id = ?1")?
        .execute((list.0, name))?;
    Ok(named == 1)
}

pub(super) fn remove(to: &Transaction<'_>, list: ListId) -> Answer<bool> {
    let watches: Vec<i64> = to
        .prepare_cached("SELECT id FROM watch WHERE list = ?1")?
        .query_map([list.0], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for watch in watches {
        watches::remove(to, WatchId(watch))?;
    }
    let removed = to.prepare_cached("DELETE FROM list WHERE id = ?1")?.execute([list.0])?;
    Ok(removed == 1)
}

pub(super) fn add_secret(to: &Transaction<'_>, list: ListId, secret: &Hash, former: Former) -> Answer<bool> {
    if !exists(to, list)? {
        return Ok(false);
    }
    if former == Former::End {
        to.prepare_cached("DELETE FROM secret WHERE list = ?1")?
            .execute([list.0])?;
    }
    let count = "SELECT count(*) FROM secret WHERE list = ?1 AND lent IS NULL";
    room(to, count, list, SECRETS_OF_A_LIST, "addresses at a time")?;
    put_secret(to, list, secret)?;
    Ok(true)
}

/// Opens a list to a secret that is sent to one of its channels; the oldest of those make room.
pub(super) fn lend(to: &Transaction<'_>, list: ListId, secret: &Hash, now: Instant) -> Answer<bool> {
    if !exists(to, list)? {
        return Ok(false);
    }
    to.prepare_cached("INSERT OR IGNORE INTO secret (hash, list, lent) VALUES (?1, ?2, ?3)")?
        .execute((secret, list.0, millis(now)))?;
    to.prepare_cached(
        "DELETE FROM secret WHERE list = ?1 AND lent IS NOT NULL AND hash NOT IN
           (SELECT hash FROM secret WHERE list = ?1 AND lent IS NOT NULL ORDER BY lent DESC, hash LIMIT ?2)",
    )?
    .execute((list.0, LENT_SECRETS_OF_A_LIST))?;
    Ok(true)
}

pub(super) fn invite(
    to: &Transaction<'_>,
    token: &Hash,
    watches: &[WatchId],
    until: Instant,
    now: Instant,
) -> Answer<()> {
    to.prepare_cached("DELETE FROM invite WHERE until <= ?1")?
        .execute([millis(now)])?;
    let mut invite =
        to.prepare_cached("INSERT INTO invite (hash, watch, until) SELECT ?1, id, ?3 FROM watch WHERE id = ?2")?;
    for watch in watches {
        if invite.execute((token, watch.0, millis(until)))? == 0 {
            return Err(not_there(format_args!("watch {}", watch.0)));
        }
    }
    Ok(())
}

pub(super) fn accept(
    to: &Transaction<'_>,
    token: &Hash,
    channel: &NewChannel,
    now: Instant,
) -> Answer<Option<Vec<WatchId>>> {
    let mut invited: Vec<(WatchId, i64)> = to
        .prepare_cached("DELETE FROM invite WHERE hash = ?1 RETURNING watch, until")?
        .query_map([token], |row| Ok((WatchId(row.get(0)?), row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    invited.retain(|(_, until)| millis(now) < *until);
    invited.sort_unstable();
    for (watch, _) in &invited {
        channels::put(to, *watch, channel)?;
        channels::welcome(to, *watch, &channel.address, now)?;
    }
    let watches: Vec<WatchId> = invited.into_iter().map(|(watch, _)| watch).collect();
    Ok(Some(watches).filter(|watches| !watches.is_empty()))
}
