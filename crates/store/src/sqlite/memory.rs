//! Small states under names, and how much is kept.

use rusqlite::{OptionalExtension, Row, Transaction};
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
    let count = |sql: &str| from.prepare_cached(sql)?.query_row([], |row| row.get::<_, u64>(0));
    let total = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let (series, runs, segment_bytes) = from
        .prepare_cached("SELECT series, runs, segment_bytes FROM total")?
        .query_row([], total)?;
    Ok(Counts {
        listings: count("SELECT count(*) FROM listing")?,
        variants: count("SELECT count(*) FROM variant")?,
        watches: count("SELECT count(*) FROM watch")?,
        series,
        runs,
        segment_bytes,
        file_bytes: count("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?,
        version: schema::version(from)?,
    })
}
