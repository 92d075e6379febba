//! Rules of watches as they stand, and the alerts that were decided.

use rusqlite::{CachedStatement, OptionalExtension, Row, Transaction};
use tillwatch_app::ports::store::{Alert, Decided, ListingId, Rest, TrackedWatch, VariantId, WatchId};
use tillwatch_core::alert::{self, Settings};
use tillwatch_core::instant::Instant;

use super::failure::Answer;
use super::rules;
use super::tracking::listing_of;
use super::values::{instant, lane, millis, parsed};
use super::watches::touch;

/// Writes where rules now stand, and what is to be told. Of a watch that is gone nothing is written.
pub(super) fn write(to: &Transaction<'_>, decided: &[Decided]) -> Answer<()> {
    for one in decided {
        let standing = to
            .prepare_cached("UPDATE rule SET state = ?3 WHERE watch = ?1 AND number = ?2")?
            .execute((one.watch.0, one.rule, one.state.to_string()))?;
        if let (1, Some(alert)) = (standing, &one.alert) {
            tell(to, one, alert)?;
        }
    }
    Ok(())
}

/// The same where no price came with it: whoever has the listing in mind has to look again.
pub(super) fn record(to: &Transaction<'_>, decided: &[Decided]) -> Answer<()> {
    write(to, decided)?;
    for one in decided {
        if let Some(listing) = listing_of_watch(to, one.watch)? {
            touch(to, listing)?;
        }
    }
    Ok(())
}

pub(super) fn listing_of_watch(from: &Transaction<'_>, watch: WatchId) -> Answer<Option<ListingId>> {
    let variant = from
        .prepare_cached("SELECT variant FROM watch WHERE id = ?1")?
        .query_row([watch.0], |row| row.get(0))
        .optional()?;
    variant.map(|variant| listing_of(from, VariantId(variant))).transpose()
}

/// A crossing that was told before is not told again, whoever decides it. Whoever decided may not know yet that the watch
/// rests.
fn tell(to: &Transaction<'_>, of: &Decided, alert: &Alert) -> Answer<()> {
    let told = to
        .prepare_cached(
            "INSERT INTO alert (watch, rule, crossing, at, notice) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )?
        .execute((of.watch.0, of.rule, alert.crossing, millis(alert.at), &alert.notice))?;
    if told == 1 {
        to.prepare_cached(
            "INSERT INTO outbox (alert, channel, due)
             SELECT ?1, channel.id, max(?3, coalesce(rest, 0)) FROM watch_channel JOIN channel ON channel.id = channel
             JOIN watch ON watch.id = watch
             WHERE watch = ?2 AND paused IS NULL AND confirmed = 1 AND rest IS NOT 0 ORDER BY channel.id",
        )?
        .execute((to.last_insert_rowid(), of.watch.0, millis(alert.due)))?;
    }
    Ok(())
}

/// Watches with their rules, one variant after another.
pub(super) struct Watches<'a>(CachedStatement<'a>);

impl<'a> Watches<'a> {
    pub(super) fn new(from: &'a Transaction<'a>) -> Answer<Self> {
        Ok(Self(from.prepare_cached(
            "SELECT id, lane, settings, rest, number, rule, state FROM watch LEFT JOIN rule ON watch = id
             WHERE variant = ?1 ORDER BY id, number",
        )?))
    }

    /// Those of one variant, the oldest first.
    pub(super) fn of(&mut self, variant: VariantId) -> Answer<Vec<TrackedWatch>> {
        let mut rows = self.0.query([variant.0])?;
        let mut watches: Vec<TrackedWatch> = Vec::new();
        while let Some(row) = rows.next()? {
            let id = WatchId(row.get(0)?);
            let place = format_args!("watch {}", id.0);
            if watches.last().is_none_or(|last| last.id != id) {
                watches.push(TrackedWatch {
                    id,
                    lane: lane(row.get(1)?, &place)?,
                    rules: Vec::new(),
                    settings: settings(row, 2, id)?,
                    rest: rest(row, 3, id)?,
                });
            }
            if let (Some(last), Some(ruled)) = (watches.last_mut(), rules::ruled(row, 4, id)?) {
                last.rules.push(ruled);
            }
        }
        Ok(watches)
    }
}

/// Settings from a column; absent they are as usual.
pub(super) fn settings(row: &Row<'_>, column: usize, watch: WatchId) -> Answer<Settings> {
    let text: Option<String> = row.get(column)?;
    let place = format_args!("the settings of watch {}", watch.0);
    text.map_or_else(
        || Ok(Settings::default()),
        |text| parsed(&text, |text| alert::read_settings(text.as_bytes()), &place),
    )
}

/// Whether a watch rests, from a column.
pub(super) fn rest(row: &Row<'_>, column: usize, watch: WatchId) -> Answer<Rest> {
    Ok(match row.get::<_, Option<i64>>(column)? {
        None => Rest::Awake,
        Some(0) => Rest::Stopped,
        Some(until) => Rest::Until(instant(until, &format_args!("watch {}", watch.0))?),
    })
}

/// The number by which a rest is kept.
pub(super) fn rest_number(rest: Rest) -> Option<i64> {
    match rest {
        Rest::Awake => None,
        Rest::Stopped => Some(0),
        // Before 1970 is long over, and zero is taken.
        Rest::Until(moment) => Some(millis(moment).max(1)),
    }
}

/// The moment of a column of milliseconds.
pub(super) fn moment(row: &Row<'_>, column: usize) -> Answer<Instant> {
    instant(row.get(column)?, &"an alert")
}
