//! The examination of a whole store: what cannot be read is named with its place, and the rest is read on.

use std::collections::HashSet;

use rusqlite::{Connection, Row, Transaction};
use sha2::{Digest, Sha256};
use tillwatch_app::ports::store::{ListingId, StoreError, Terms, VariantId};
use tillwatch_core::history::{Lane, Minute, Price, Run, Value};
use tillwatch_core::snapshot::{self, Outcome};

use super::failure::{Answer, damaged};
use super::lines::{self, Line, Segment};
use super::values::lane;
use super::{Sqlite, checkouts, schema, tails, within};

/// What an examination found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// The version of the file.
    pub version: u32,
    /// How many segments were read.
    pub segments: u64,
    /// How many runs stand in them and in the open runs.
    pub runs: u64,
    /// What is wrong; nothing in a sound store.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, in words that an operator can look up.
    pub place: String,
    /// How it was noticed.
    pub why: String,
}

impl Examination {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    /// Notes what went wrong, and goes on.
    fn note<T>(&mut self, place: &str, answer: Answer<T>) -> Option<T> {
        match answer.map_err(StoreError::from) {
            Ok(value) => Some(value),
            Err(StoreError::Damaged { place, why }) => {
                self.problems.push(Problem { place, why });
                None
            }
            Err(other) => {
                self.problems.push(Problem {
                    place: place.to_owned(),
                    why: other.to_string(),
                });
                None
            }
        }
    }
}

impl Sqlite {
    /// Reads everything that is kept, as it is at one moment, and says what of it is damaged. Others may go on writing.
    pub fn examine(&self) -> Result<Examination, StoreError> {
        self.read(walk)
    }
}

/// The same for a file that nobody uses yet.
pub(super) fn examine(connection: &mut Connection) -> Answer<Examination> {
    within(connection, walk)
}

fn walk(from: &Transaction<'_>) -> Answer<Examination> {
    let mut found = Examination {
        version: schema::version(from)?,
        segments: 0,
        runs: 0,
        problems: Vec::new(),
    };
    for (place, part) in [
        ("the file", integrity as Part),
        ("the references", references),
        ("the checks", checks),
        ("the prices", prices),
        ("the open prices", open_prices),
        ("the series", series),
        ("the snapshots", snapshots),
        ("the pieces", pieces),
        ("the checkouts", kept_checkouts),
        ("the totals", totals),
    ] {
        let answer = part(from, &mut found);
        found.note(place, answer);
    }
    Ok(found)
}

type Part = fn(&Transaction<'_>, &mut Examination) -> Answer<()>;

/// Hands each row to `look`, and notes what it could not read.
fn each(
    from: &Transaction<'_>,
    found: &mut Examination,
    sql: &str,
    look: impl Fn(&Row<'_>, &mut Examination) -> Answer<()>,
) -> Answer<()> {
    let mut statement = from.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let answer = look(row, found);
        found.note(sql, answer);
    }
    Ok(())
}

fn integrity(from: &Transaction<'_>, found: &mut Examination) -> Answer<()> {
    each(from, found, "PRAGMA integrity_check", |row, _| {
        let told: String = row.get(0)?;
        if told == "ok" {
            Ok(())
        } else {
            Err(damaged("the file", told))
        }
    })
}

fn references(from: &Transaction<'_>, found: &mut Examination) -> Answer<()> {
    each(from, found, "PRAGMA foreign_key_check", |row, _| {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        Err(damaged(
            format_args!("table {table}"),
            format_args!("a row names a {parent} that is not there"),
        ))
    })
}

fn checks(from: &Transaction<'_>, found: &mut Examination) -> Answer<()> {
    let sql = "SELECT listing, number, count, runs FROM check_segment ORDER BY listing, number";
    each(from, found, sql, |row, found| {
        segment::<Outcome>(row, 1, Line::Checks(ListingId(row.get(0)?)), found)
    })?;
    each(
        from,
        found,
        "SELECT id, checks FROM listing WHERE checks IS NOT NULL",
        |row, found| {
            let checks = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            let _: Run<Outcome> = lines::tail(checks, Line::Checks(ListingId(row.get(0)?)))?;
            found.runs += 1;
            Ok(())
        },
    )
}

fn prices(from: &Transaction<'_>, found: &mut Examination) -> Answer<()> {
    let sql = "SELECT variant, terms, lane, number, count, runs FROM segment ORDER BY variant, terms, lane, number";
    each(from, found, sql, |row, found| {
        let variant: i64 = row.get(0)?;
        let lane = lane(row.get(2)?, &format_args!("variant {variant}"))?;
        let which = Line::Prices(VariantId(variant), row.get(1)?, lane);
        segment::<Price>(row, 3, which, found)
    })
}

fn segment<V: Value>(row: &Row<'_>, first: usize, which: Line, found: &mut Examination) -> Answer<()> {
    let runs = Segment::of(row, first)?.runs::<V>(which)?.len();
    found.segments += 1;
    found.runs += u64::try_from(runs).unwrap_or(u64::MAX);
    Ok(())
}

fn open_prices(from: &Transaction<'_>, found: &mut Examination) -> Answer<()> {
    let sql = "SELECT variant, terms, sticker, automatic, public, code FROM tail";
    each(from, found, sql, |row, found| {
        tails::of(row, 2, VariantId(row.get(0)?), row.get(1)?)?;
        found.runs += 4;
        Ok(())
    })
}

/// That the segments of each line follow each other, which no checksum says.
fn series(from: &Transaction<'_>, found: &mut Examination) -> Answer<()> {
    let sql = "SELECT variant, rules, delivered FROM
                 (SELECT variant, terms FROM tail UNION SELECT variant, terms FROM segment) AS line
               JOIN terms ON terms.id = line.terms";
    each(from, found, sql, |row, _| {
        let terms = Terms {
            rules: row.get(1)?,
            delivered: row.get(2)?,
        };
        let variant = VariantId(row.get(0)?);
        Lane::ALL.into_iter().try_for_each(|lane| {
            super::history::series(from, variant, lane, &terms)?;
            Ok(())
        })
    })?;
    // A damaged segment was told already, and is met again in its series.
    let mut told = HashSet::new();
    found
        .problems
        .retain(|problem| told.insert((problem.place.clone(), problem.why.clone())));
    Ok(())
}

fn snapshots(from: &Transaction<'_>, found: &mut Examination) -> Answer<()> {
    each(from, found, "SELECT listing, seen FROM snapshot", |row, _| {
        let seen = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        let place = format_args!("the snapshot of listing {}", row.get::<_, i64>(0)?);
        snapshot::read(seen.as_bytes()).map_err(|why| damaged(place, why))?;
        Ok(())
    })
}

fn pieces(from: &Transaction<'_>, found: &mut Examination) -> Answer<()> {
    each(from, found, "SELECT id, hash, json FROM piece", |row, _| {
        let json = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        let hash = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        if Sha256::digest(json.as_bytes()).as_slice() == hash {
            return Ok(());
        }
        let place = format_args!("piece {}", row.get::<_, i64>(0)?);
        Err(damaged(place, "it is not what its hash says"))
    })
}

fn kept_checkouts(from: &Transaction<'_>, found: &mut Examination) -> Answer<()> {
    each(from, found, "SELECT DISTINCT variant FROM checkout", |row, _| {
        checkouts::between(from, VariantId(row.get(0)?), Minute::FIRST, Minute::LAST).map(drop)
    })
}

/// That what was summed up while writing is what is there.
fn totals(from: &Transaction<'_>, found: &mut Examination) -> Answer<()> {
    let sql = "SELECT (series, runs, segment_bytes) = (
                 (SELECT count(*) * 4 FROM tail) + (SELECT count(*) FROM (
                   SELECT DISTINCT variant, terms, lane FROM segment WHERE NOT EXISTS (
                     SELECT 1 FROM tail WHERE tail.variant = segment.variant AND tail.terms = segment.terms))),
                 (SELECT count(*) * 4 FROM tail) + (SELECT coalesce(sum(count), 0) FROM segment),
                 (SELECT coalesce(sum(length(runs)), 0) FROM segment)) FROM total";
    each(from, found, sql, |row, _| {
        if row.get(0)? {
            return Ok(());
        }
        Err(damaged("the totals", "they are not what is kept"))
    })
}
