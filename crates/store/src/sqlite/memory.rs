//! Small states under names, and how much is kept.

use rusqlite::{OptionalExtension, Transaction};
use tillwatch_app::ports::store::Counts;

use super::failure::Answer;
use super::schema;

pub(super) fn remember(to: &Transaction<'_>, name: &str, value: &str) -> Answer<()> {
    to.prepare_cached(
        "INSERT INTO memory (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
    )?
    .execute([name, value])?;
    Ok(())
}

pub(super) fn recall(from: &Transaction<'_>, name: &str) -> Answer<Option<String>> {
    Ok(from
        .prepare_cached("SELECT value FROM memory WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

pub(super) fn recall_all(from: &Transaction<'_>, beginning: &str) -> Answer<Vec<(String, String)>> {
    let mut found =
        from.prepare_cached("SELECT name, value FROM memory WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name")?;
    let kept = found.query_map([beginning], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(kept.collect::<Result<_, _>>()?)
}

pub(super) fn counts(from: &Transaction<'_>) -> Answer<Counts> {
    let count = |sql: &str| from.query_row(sql, [], |row| row.get::<_, u64>(0));
    Ok(Counts {
        listings: count("SELECT count(*) FROM listing")?,
        variants: count("SELECT count(*) FROM variant")?,
        watches: count("SELECT count(*) FROM watch")?,
        // A past may have been put under terms that no reading has had.
        series: count(
            "SELECT (SELECT count(*) * 4 FROM tail) + (SELECT count(*) FROM (
               SELECT DISTINCT variant, terms, lane FROM segment
               WHERE NOT EXISTS (SELECT 1 FROM tail WHERE tail.variant = segment.variant AND tail.terms = segment.terms)))",
        )?,
        runs: count("SELECT (SELECT coalesce(sum(count), 0) FROM segment) + (SELECT count(*) * 4 FROM tail)")?,
        segment_bytes: count("SELECT coalesce(sum(length(runs)), 0) FROM segment")?,
        file_bytes: count("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?,
        version: schema::version(from)?,
    })
}
