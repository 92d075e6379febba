//! Questions to mailboxes whether they agree: the letters on their way, and the answers.

use rusqlite::{OptionalExtension, Transaction};
use tillwatch_app::ports::store::{Asked, Asking, Fate, Hash, ListId, Question, QuestionId, Settled};
use tillwatch_app::token::Token;
use tillwatch_core::instant::Instant;

use super::alerts::moment;
use super::channels::DAY;
use super::failure::{Answer, damaged, not_there};
use super::values::{instant, millis};

/// In so many seconds a mailbox is asked at most [`MOST`] times, and once a day.
const MONTH: i64 = 30 * DAY;

const MOST: u32 = 3;

pub(super) fn ask(to: &Transaction<'_>, address: &str, mailbox: &Hash, token: &Token, now: Instant) -> Answer<Asked> {
    let channel = to
        .prepare_cached("SELECT id, confirmed FROM channel WHERE address = ?1")?
        .query_row([address], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))
        .optional()?;
    let channel = match channel {
        None => return Err(not_there("watch that tells this address")),
        Some((_, true)) => return Ok(Asked::Confirmed),
        Some((id, false)) => id,
    };
    let wants_nothing = to
        .prepare_cached("SELECT 1 FROM suppressed WHERE hash = ?1")?
        .exists([mailbox])?;
    if wants_nothing {
        return Ok(Asked::Unwanted);
    }
    to.prepare_cached("DELETE FROM question WHERE asked < ?1")?
        .execute([millis(now.plus_seconds(-MONTH))])?;
    if let Some(until) = asked_enough(to, mailbox, now)? {
        return Ok(Asked::NotBefore(until));
    }
    to.prepare_cached(
        "INSERT INTO question (hash, token, mailbox, channel, asked, due) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
    )?
    .execute((token.hash(), token.reveal(), mailbox, channel, millis(now)))?;
    Ok(Asked::Ask)
}

/// The confirmed channel by which some watch of a list tells an address.
const TELLING: &str = "FROM channel JOIN watch_channel ON channel = channel.id AND paused IS NULL
                       JOIN watch ON watch.id = watch AND rest IS NOT 0 WHERE address = ?1 AND confirmed = 1";

pub(super) fn lists_telling(from: &Transaction<'_>, address: &str) -> Answer<Vec<ListId>> {
    let mut found = from.prepare_cached(&format!(
        "SELECT DISTINCT list {TELLING} AND list IS NOT NULL ORDER BY list"
    ))?;
    let lists = found.query_map([address], |row| row.get(0).map(ListId))?;
    Ok(lists.collect::<Result<_, _>>()?)
}

pub(super) fn mail_link(
    to: &Transaction<'_>,
    address: &str,
    list: ListId,
    token: &Token,
    now: Instant,
) -> Answer<bool> {
    let channel: Option<i64> = to
        .prepare_cached(&format!("SELECT channel.id {TELLING} AND list = ?2 LIMIT 1"))?
        .query_row((address, list.0), |row| row.get(0))
        .optional()?;
    let Some(channel) = channel else { return Ok(false) };
    let was_sent = to
        .prepare_cached("SELECT 1 FROM question WHERE channel = ?1 AND list = ?2 AND over IS NOT 1 AND asked > ?3")?
        .exists((channel, list.0, millis(now.plus_seconds(-DAY))))?;
    if was_sent {
        return Ok(false);
    }
    super::lists::lend(to, list, &token.hash(), now)?;
    to.prepare_cached(
        "INSERT INTO question (hash, token, mailbox, channel, asked, due, list) VALUES (?1, ?2, x'', ?3, ?4, ?4, ?5)",
    )?
    .execute((letter_hash(token), token.reveal(), channel, millis(now), list.0))?;
    Ok(true)
}

/// Under what a letter with a link stands: never the hash of a token, so that none that opens a list answers a question.
fn letter_hash(token: &Token) -> Vec<u8> {
    [&b"link"[..], &token.hash()].concat()
}

/// Until when a mailbox is not asked again. A letter that never reached it does not count.
fn asked_enough(from: &Transaction<'_>, mailbox: &Hash, now: Instant) -> Answer<Option<Instant>> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, u32>(0)?, row.get::<_, Option<i64>>(1)?, row.get(2)?));
    let (asked, first, last): (u32, Option<i64>, Option<i64>) = from
        .prepare_cached(
            "SELECT count(*), min(asked), max(asked) FROM question WHERE mailbox = ?1 AND over IS NOT 1 AND asked > ?2",
        )?
        .query_row((mailbox, millis(now.plus_seconds(-MONTH))), row)?;
    let after = |asked: Option<i64>, seconds| -> Answer<Option<Instant>> {
        let asked = asked.map(|asked| instant(asked, &"a question")).transpose()?;
        Ok(asked
            .map(|asked| asked.plus_seconds(seconds))
            .filter(|until| now < *until))
    };
    let day = after(last, DAY)?;
    let month = after(first.filter(|_| asked >= MOST), MONTH)?;
    Ok(day.max(month))
}

pub(super) fn lease(to: &Transaction<'_>, now: Instant, until: Instant, most: usize) -> Answer<Vec<Question>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut due = to.prepare_cached(
        "SELECT question.id, address, token, asked, attempts, list FROM question JOIN channel ON channel.id = channel
         WHERE over IS NULL AND due <= ?1 AND leased <= ?1 ORDER BY question.id LIMIT ?2",
    )?;
    let mut rows = due.query((millis(now), most))?;
    let mut questions = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let token: Option<[u8; 16]> = row.get(2)?;
        questions.push(Question {
            id: QuestionId(id),
            address: row.get(1)?,
            token: Token::new(token.ok_or_else(|| damaged(format_args!("question {id}"), "it has no token"))?),
            at: moment(row, 3)?,
            attempts: row.get(4)?,
            link_of: row.get::<_, Option<i64>>(5)?.map(ListId),
        });
    }
    let mut lease = to.prepare_cached("UPDATE question SET leased = ?2 WHERE id = ?1")?;
    for question in &questions {
        lease.execute((question.id.0, millis(until)))?;
    }
    Ok(questions)
}

pub(super) fn settle(to: &Transaction<'_>, question: QuestionId, settled: &Settled, now: Instant) -> Answer<bool> {
    let over = "UPDATE question SET token = NULL, asked = ?2, over = ?3, attempts = attempts + 1, answer = ?4
                WHERE id = ?1 AND over IS NULL";
    let kept = match settled {
        Settled::Later { at, why } => to
            .prepare_cached(
                "UPDATE question SET due = ?2, leased = 0, attempts = attempts + 1, answer = ?3
                 WHERE id = ?1 AND over IS NULL",
            )?
            .execute((question.0, millis(*at), why))?,
        Settled::Delivered { id } => to.prepare_cached(over)?.execute((question.0, millis(now), 0, id))?,
        Settled::Dead { why, .. } => to.prepare_cached(over)?.execute((question.0, millis(now), 1, why))?,
    };
    Ok(kept == 1)
}

/// What became of the last question to a channel.
pub(super) fn last(from: &Transaction<'_>, channel: i64) -> Answer<Option<Fate>> {
    let mut found = from.prepare_cached(
        "SELECT asked, due, over, answer FROM question WHERE channel = ?1 AND list IS NULL ORDER BY id DESC LIMIT 1",
    )?;
    let mut rows = found.query([channel])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (over, answer): (Option<bool>, Option<String>) = (row.get(2)?, row.get(3)?);
    Ok(Some(match over {
        None => Fate::Waiting {
            due: moment(row, 1)?,
            why: answer,
        },
        Some(false) => Fate::Delivered {
            at: moment(row, 0)?,
            id: answer,
        },
        Some(true) => Fate::Dead {
            at: moment(row, 0)?,
            why: answer.unwrap_or_default(),
        },
    }))
}

/// The channel of a question, and what its token shows.
fn of(from: &Transaction<'_>, token: &Hash) -> Answer<Option<(i64, Asking)>> {
    let mut found = from.prepare_cached(
        "SELECT channel, address, confirmed, asked FROM question JOIN channel ON channel.id = channel WHERE hash = ?1",
    )?;
    let mut rows = found.query([token])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let asking = Asking {
        address: row.get(1)?,
        confirmed: row.get(2)?,
        until: moment(row, 3)?.plus_seconds(DAY),
    };
    Ok(Some((row.get(0)?, asking)))
}

pub(super) fn asking(from: &Transaction<'_>, token: &Hash) -> Answer<Option<Asking>> {
    Ok(of(from, token)?.map(|(_, asking)| asking))
}

pub(super) fn confirm(to: &Transaction<'_>, token: &Hash, now: Instant) -> Answer<Option<String>> {
    let Some((channel, asking)) = of(to, token)?.filter(|(_, asking)| now < asking.until) else {
        return Ok(None);
    };
    let since = millis(now.plus_seconds(-DAY));
    if !asking.confirmed {
        to.prepare_cached("UPDATE channel SET confirmed = 1 WHERE id = ?1")?
            .execute([channel])?;
        to.prepare_cached(
            "INSERT OR IGNORE INTO outbox (alert, channel, due)
             SELECT alert.id, ?1, max(?3, coalesce(rest, 0)) FROM watch_channel
             JOIN watch ON watch.id = watch_channel.watch JOIN alert ON alert.watch = watch.id
             WHERE watch_channel.channel = ?1 AND paused IS NULL AND rest IS NOT 0 AND at > ?2
               AND alert.id NOT IN (SELECT alert FROM delivery WHERE channel = ?1) ORDER BY alert.id",
        )?
        .execute((channel, since, millis(now)))?;
    }
    Ok(Some(asking.address))
}
