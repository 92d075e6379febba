//! What visitors say of public codes: one voice for each network.

use rusqlite::Transaction;
use tillwatch_app::ports::store::{Hash, Voices};
use tillwatch_core::instant::Instant;

use super::failure::Answer;
use super::values::{instant, millis};

pub(super) fn hear(to: &Transaction<'_>, code: &str, network: &Hash, proven: bool, now: Instant) -> Answer<()> {
    to.prepare_cached("INSERT OR REPLACE INTO voice (code, network, proven, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute((code, network, proven, millis(now)))?;
    Ok(())
}

pub(super) fn all(from: &Transaction<'_>, after: Instant, lately: Instant) -> Answer<Vec<Voices>> {
    let mut found = from.prepare_cached(
        "SELECT code, sum(proven), sum(proven AND at > ?2), sum(NOT proven), sum(NOT proven AND at > ?2),
                max(CASE WHEN proven THEN at END)
         FROM voice WHERE at > ?1 GROUP BY code ORDER BY code",
    )?;
    let mut rows = found.query((millis(after), millis(lately)))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let code: String = row.get(0)?;
        let last: Option<i64> = row.get(5)?;
        let last_proven = last.map(|last| instant(last, &format_args!("a voice on the code {code:?}")));
        all.push(Voices {
            proven: (row.get(1)?, row.get(2)?),
            refused: (row.get(3)?, row.get(4)?),
            last_proven: last_proven.transpose()?,
            code,
        });
    }
    Ok(all)
}
