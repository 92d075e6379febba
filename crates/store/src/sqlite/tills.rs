//! What tills showed beside receipts: one verdict for each receipt and network, summed up with one weight a network.

use rusqlite::{Row, Transaction};
use tillwatch_app::ports::store::{Agreed, Compared, Disagreement, Hash, Keep, Verdict};
use tillwatch_core::country::Country;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{BasisPoints, Currency, Money};

use super::failure::{Answer, damaged};
use super::values::{millis, parsed};

pub(super) fn hear(to: &Transaction<'_>, verdict: &Verdict, keep: &Keep, now: Instant) -> Answer<()> {
    forget(to, &verdict.receipt, &verdict.network)?;
    to.prepare_cached(
        "INSERT INTO verdict (receipt, network, rules, market, currency, total, shown, apart, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute((
        &verdict.receipt,
        verdict.network,
        &verdict.rules,
        verdict.market.code(),
        verdict.total.currency().code(),
        verdict.total.minor(),
        verdict.shown.map(Money::minor),
        verdict.tells_apart,
        millis(now),
    ))?;
    let id = to.last_insert_rowid();
    let mut put =
        to.prepare_cached("INSERT OR REPLACE INTO verdict_part (verdict, part, agreed) VALUES (?1, ?2, ?3)")?;
    for (part, agreed) in &verdict.parts {
        put.execute((id, part, agreed))?;
    }
    let mut put =
        to.prepare_cached("INSERT OR REPLACE INTO verdict_rules (verdict, rules, agreed) VALUES (?1, ?2, ?3)")?;
    for (rules, agreed) in &verdict.gives {
        put.execute((id, rules, agreed))?;
    }
    trim(to, &verdict.network, keep)
}

/// Lets go what is old, then what a network said beyond its share, then what is more than is kept.
fn trim(to: &Transaction<'_>, network: &Hash, keep: &Keep) -> Answer<()> {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    to.prepare_cached("DELETE FROM verdict WHERE at <= ?1")?
        .execute([millis(keep.after)])?;
    to.prepare_cached(
        "DELETE FROM verdict WHERE id IN (
           SELECT id FROM verdict WHERE network = ?1 ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?2)",
    )?
    .execute((network, number(keep.of_a_network)))?;
    to.prepare_cached(
        "DELETE FROM verdict WHERE id IN (SELECT id FROM verdict ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?1)",
    )?
    .execute([number(keep.most)])?;
    Ok(())
}

pub(super) fn forget(to: &Transaction<'_>, receipt: &str, network: &Hash) -> Answer<()> {
    to.prepare_cached("DELETE FROM verdict WHERE receipt = ?1 AND network = ?2")?
        .execute((receipt, network))?;
    Ok(())
}

/// What is compared, as the sum below numbers it.
const TOTAL: i64 = 0;
const APART: i64 = 1;

/// Each network's share first, then the average of these: whoever says much weighs no more than whoever says little.
const SHARES: &str = "
    SELECT rules, market, of, part, count(*), (sum(points) + count(*) / 2) / count(*) FROM (
      SELECT gives.rules, market, 0 AS of, '' AS part, (sum(agreed) * 10000 + count(*) / 2) / count(*) AS points
        FROM verdict JOIN verdict_rules AS gives ON gives.verdict = id
        WHERE at > ?1 GROUP BY gives.rules, market, network
      UNION ALL
      SELECT gives.rules, market, 1, '', (sum(agreed) * 10000 + count(*) / 2) / count(*)
        FROM verdict JOIN verdict_rules AS gives ON gives.verdict = id
        WHERE at > ?1 AND apart GROUP BY gives.rules, market, network
      UNION ALL
      SELECT rules, market, 2, part, (sum(agreed) * 10000 + count(*) / 2) / count(*)
        FROM verdict JOIN verdict_part ON verdict = id
        WHERE at > ?1 GROUP BY rules, market, part, network
    ) GROUP BY rules, market, of, part ORDER BY rules, market, of, part";

pub(super) fn agreement(from: &Transaction<'_>, after: Instant) -> Answer<Vec<Agreed>> {
    let mut found = from.prepare_cached(SHARES)?;
    let mut rows = found.query([millis(after)])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let market: String = row.get(1)?;
        all.push(Agreed {
            rules: row.get(0)?,
            market: parsed(&market, Country::parse, &"what a till showed")?,
            of: match row.get(2)? {
                TOTAL => Compared::Total,
                APART => Compared::TotalApart,
                _ => Compared::Part(row.get(3)?),
            },
            networks: row.get(4)?,
            share: share(row.get(5)?)?,
        });
    }
    Ok(all)
}

pub(super) fn disagreements(from: &Transaction<'_>, after: Instant, most: usize) -> Answer<Vec<Disagreement>> {
    let mut found = from.prepare_cached(
        "SELECT receipt, shown, currency, count(*) FROM verdict WHERE at > ?1 AND shown <> total
         GROUP BY receipt, shown, currency ORDER BY count(*) DESC, receipt, shown LIMIT ?2",
    )?;
    let mut rows = found.query((millis(after), i64::try_from(most).unwrap_or(i64::MAX)))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Disagreement {
            receipt: row.get(0)?,
            shown: shown(row)?,
            networks: row.get(3)?,
        });
    }
    Ok(all)
}

fn share(points: u16) -> Answer<BasisPoints> {
    let why = || damaged("what tills showed", format_args!("{points} basis points are no share"));
    BasisPoints::new(points).ok_or_else(why)
}

fn shown(row: &Row<'_>) -> Answer<Money> {
    let receipt: String = row.get(0)?;
    let place = format_args!("what a till showed of {receipt:?}");
    let currency: String = row.get(2)?;
    let shown = Money::new(row.get(1)?, parsed(&currency, Currency::parse, &place)?);
    if shown.is_positive() {
        Ok(shown)
    } else {
        Err(damaged(place, format_args!("{shown} is no total")))
    }
}
