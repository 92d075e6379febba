//! Lines of closed runs in segments: appended at the end, the past put before the first, read whole.

use std::fmt;

use rusqlite::{OptionalExtension, Row, Transaction};
use tillwatch_app::ports::store::{ListingId, VariantId};
use tillwatch_core::history::{Lane, MOST_RUNS, Minute, Run, Value, decode, encode};

use super::failure::{Answer, damaged, refused};
use super::values::lane_number;

/// Which line of runs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Line {
    /// The checks of a listing.
    Checks(ListingId),
    /// The prices of a variant under some terms, in one lane.
    Prices(VariantId, i64, Lane),
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checks(listing) => write!(f, "listing {}, checks", listing.0),
            Self::Prices(variant, terms, lane) => write!(f, "variant {}, terms {terms}, {lane} prices", variant.0),
        }
    }
}

/// A segment as it lies in the table.
pub(super) struct Segment {
    pub(super) number: i64,
    pub(super) count: usize,
    pub(super) bytes: Vec<u8>,
}

impl Segment {
    /// From three columns beginning with this one: number, count, bytes.
    pub(super) fn of(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(first)?,
            count: row.get(first + 1)?,
            bytes: row.get(first + 2)?,
        })
    }

    /// Its runs, or where and how it is damaged.
    pub(super) fn runs<V: Value>(&self, which: Line) -> Answer<Vec<Run<V>>> {
        let place = format_args!("{which}, segment {}", self.number);
        let runs = decode(&self.bytes).map_err(|why| damaged(place, why))?;
        if runs.is_empty() || runs.len() != self.count {
            return Err(damaged(
                place,
                format_args!("it has {} runs and not {}", runs.len(), self.count),
            ));
        }
        Ok(runs)
    }
}

/// The open run at the end of a line, in the form of a segment for the sake of its checksum.
pub(super) fn tail_bytes<V: Value>(run: Run<V>) -> Answer<Vec<u8>> {
    encode(&[run]).map_err(refused)
}

/// The open run at the end of a line.
pub(super) fn tail<V: Value>(bytes: &[u8], which: Line) -> Answer<Run<V>> {
    let place = format_args!("{which}, the open run");
    match decode(bytes).map_err(|why| damaged(place, why))?.as_slice() {
        [run] => Ok(*run),
        runs => Err(damaged(place, format_args!("it has {} runs and not one", runs.len()))),
    }
}

/// All runs of a line, in order, the open one last.
pub(super) fn all<V: Value>(from: &Transaction<'_>, which: Line, tail: Option<Run<V>>) -> Answer<Vec<Run<V>>> {
    let mut runs = Vec::new();
    let read = |row: &Row<'_>| Segment::of(row, 0);
    let segments: Vec<Segment> = match which {
        Line::Checks(listing) => from
            .prepare_cached("SELECT number, count, runs FROM check_segment WHERE listing = ?1 ORDER BY number")?
            .query_map([listing.0], read)?
            .collect::<Result<_, _>>()?,
        Line::Prices(variant, terms, lane) => from
            .prepare_cached(
                "SELECT number, count, runs FROM segment WHERE variant = ?1 AND terms = ?2 AND lane = ?3 ORDER BY number",
            )?
            .query_map((variant.0, terms, lane_number(lane)), read)?
            .collect::<Result<_, _>>()?,
    };
    for segment in segments {
        runs.extend(segment.runs(which)?);
    }
    runs.extend(tail);
    Ok(runs)
}

/// Adds a run that was closed.
pub(super) fn append<V: Value>(to: &Transaction<'_>, which: Line, run: Run<V>) -> Answer<()> {
    match edge(to, which, Edge::Last)? {
        Some(last) if last.count < MOST_RUNS => {
            let mut runs = last.runs(which)?;
            runs.push(run);
            extend(to, which, &last, &runs)
        }
        last => insert(to, which, last.map_or(0, |last| last.number + 1), &[run]),
    }
}

/// The last minute that the closed runs of a line know of.
pub(super) fn end<V: Value>(from: &Transaction<'_>, which: Line) -> Answer<Option<Minute>> {
    let Some(last) = edge(from, which, Edge::Last)? else {
        return Ok(None);
    };
    Ok(last.runs::<V>(which)?.last().map(Run::end))
}

/// Puts runs before all that are kept; the open one is given.
pub(super) fn prepend<V: Value>(
    to: &Transaction<'_>,
    which: Line,
    tail: Option<Run<V>>,
    past: &[Run<V>],
) -> Answer<()> {
    let first = edge(to, which, Edge::First)?;
    let runs = first.as_ref().map(|first| first.runs::<V>(which)).transpose()?;
    let start = runs
        .as_ref()
        .and_then(|runs| runs.first())
        .or(tail.as_ref())
        .map(|run| run.start);
    if let (Some(last), Some(start)) = (past.last(), start)
        && last.end() > start
    {
        let told = format_args!(
            "{which}: a past that ends at {} overlaps what is kept from {start} on",
            last.end()
        );
        return Err(refused(told));
    }
    let mut number = first.map_or(0, |first| first.number);
    let mut later: Option<Minute> = None;
    for runs in past.rchunks(MOST_RUNS) {
        // Within a segment the core sees to the order.
        if let (Some(last), Some(later)) = (runs.last(), later)
            && last.end() > later
        {
            return Err(refused(format_args!(
                "{which}: a past is given in order; {later} is before {}",
                last.end()
            )));
        }
        later = runs.first().map(|run| run.start);
        number -= 1;
        insert(to, which, number, runs)?;
    }
    // A past may be all that is kept of a line.
    if let (Line::Prices(..), None, Some(_)) = (which, start, past.first()) {
        count(to, 1, 0, 0)?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Edge {
    First,
    Last,
}

fn edge(from: &Transaction<'_>, which: Line, edge: Edge) -> Answer<Option<Segment>> {
    let read = |row: &Row<'_>| Segment::of(row, 0);
    let found = match which {
        Line::Checks(listing) => from
            .prepare_cached(match edge {
                Edge::First => {
                    "SELECT number, count, runs FROM check_segment WHERE listing = ?1 ORDER BY number LIMIT 1"
                }
                Edge::Last => {
                    "SELECT number, count, runs FROM check_segment WHERE listing = ?1 ORDER BY number DESC LIMIT 1"
                }
            })?
            .query_row([listing.0], read),
        Line::Prices(variant, terms, lane) => from
            .prepare_cached(match edge {
                Edge::First => {
                    "SELECT number, count, runs FROM segment
                     WHERE variant = ?1 AND terms = ?2 AND lane = ?3 ORDER BY number LIMIT 1"
                }
                Edge::Last => {
                    "SELECT number, count, runs FROM segment
                     WHERE variant = ?1 AND terms = ?2 AND lane = ?3 ORDER BY number DESC LIMIT 1"
                }
            })?
            .query_row((variant.0, terms, lane_number(lane)), read),
    };
    Ok(found.optional()?)
}

/// Adds a segment.
fn insert<V: Value>(to: &Transaction<'_>, which: Line, number: i64, runs: &[Run<V>]) -> Answer<()> {
    let bytes = bytes(which, runs)?;
    match which {
        Line::Checks(listing) => {
            to.prepare_cached("INSERT INTO check_segment (listing, number, count, runs) VALUES (?1, ?2, ?3, ?4)")?
                .execute((listing.0, number, runs.len(), bytes))?;
        }
        Line::Prices(variant, terms, lane) => {
            count(to, 0, more(runs.len(), 0), more(bytes.len(), 0))?;
            to.prepare_cached(
                "INSERT INTO segment (variant, terms, lane, number, count, runs) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((variant.0, terms, lane_number(lane), number, runs.len(), bytes))?;
        }
    }
    Ok(())
}

/// Puts more runs in the place of a segment's. Not an insert that turns into this on a conflict: that looks at the
/// references each time.
fn extend<V: Value>(to: &Transaction<'_>, which: Line, segment: &Segment, runs: &[Run<V>]) -> Answer<()> {
    let bytes = bytes(which, runs)?;
    match which {
        Line::Checks(listing) => {
            to.prepare_cached("UPDATE check_segment SET count = ?3, runs = ?4 WHERE listing = ?1 AND number = ?2")?
                .execute((listing.0, segment.number, runs.len(), bytes))?;
        }
        Line::Prices(variant, terms, lane) => {
            let added = more(bytes.len(), segment.bytes.len());
            count(to, 0, more(runs.len(), segment.count), added)?;
            to.prepare_cached(
                "UPDATE segment SET count = ?5, runs = ?6
                 WHERE variant = ?1 AND terms = ?2 AND lane = ?3 AND number = ?4",
            )?
            .execute((variant.0, terms, lane_number(lane), segment.number, runs.len(), bytes))?;
        }
    }
    Ok(())
}

fn bytes<V: Value>(which: Line, runs: &[Run<V>]) -> Answer<Vec<u8>> {
    encode(runs).map_err(|why| refused(format_args!("{which}: {why}")))
}

/// How many more there are now; segments have some hundreds of bytes.
fn more(now: usize, before: usize) -> i64 {
    let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
    number(now).saturating_sub(number(before))
}

/// Adds to what is kept of prices in all. Not by triggers: with them each write first copies the pages that it changes.
pub(super) fn count(to: &Transaction<'_>, series: i64, runs: i64, bytes: i64) -> Answer<()> {
    to.prepare_cached("UPDATE total SET series = series + ?1, runs = runs + ?2, segment_bytes = segment_bytes + ?3")?
        .execute((series, runs, bytes))?;
    Ok(())
}
