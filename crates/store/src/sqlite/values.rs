//! Values of the domain in columns, and back: what cannot be read is damage, told with its place.

use std::fmt::Display;

use rusqlite::types::FromSql;
use rusqlite::{Row, Transaction};
use tillwatch_app::ports::store::{ListingId, ListingKey};
use tillwatch_core::country::Country;
use tillwatch_core::history::Lane;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;

use super::failure::{Answer, damaged, not_there};

/// A value from its text, or the place that is damaged.
pub(super) fn parsed<T, E: Display>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
    place: &dyn Display,
) -> Answer<T> {
    parse(text).map_err(|why| damaged(place, why))
}

/// A value that may be absent from its text.
pub(super) fn maybe<T, E: Display>(
    text: Option<String>,
    parse: impl FnOnce(&str) -> Result<T, E>,
    place: &dyn Display,
) -> Answer<Option<T>> {
    text.map(|text| parsed(&text, parse, place)).transpose()
}

/// The key of a listing from three columns beginning with this one.
pub(super) fn key(row: &Row<'_>, first: usize, place: &dyn Display) -> Answer<ListingKey> {
    Ok(ListingKey {
        item: parsed(&row.get::<_, String>(first)?, ItemId::parse, place)?,
        market: parsed(&row.get::<_, String>(first + 1)?, Country::parse, place)?,
        currency: parsed(&row.get::<_, String>(first + 2)?, Currency::parse, place)?,
    })
}

/// The currency of a listing, which must be there.
pub(super) fn currency_of(from: &Transaction<'_>, listing: ListingId) -> Answer<Currency> {
    let code: String = one(from, "SELECT currency FROM listing WHERE id = ?1", listing.0, "listing")?;
    parsed(&code, Currency::parse, &format_args!("listing {}", listing.0))
}

/// One column of the row with a number, which must be there.
pub(super) fn one<T: FromSql>(from: &Transaction<'_>, sql: &str, id: i64, what: &str) -> Answer<T> {
    from.prepare_cached(sql)?
        .query_row([id], |row| row.get(0))
        .map_err(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => not_there(format_args!("{what} {id}")),
            other => other.into(),
        })
}

/// Milliseconds since 1970: finer is not kept.
pub(super) fn millis(at: Instant) -> i64 {
    at.moment().as_millisecond()
}

/// The moment of so many milliseconds since 1970.
pub(super) fn instant(millis: i64, place: &dyn Display) -> Answer<Instant> {
    Instant::from_millis(millis).ok_or_else(|| damaged(place, format_args!("{millis} ms are no moment")))
}

/// The number of a lane: its place among all. Never changed.
pub(super) const fn lane_number(lane: Lane) -> i64 {
    match lane {
        Lane::Sticker => 0,
        Lane::Automatic => 1,
        Lane::Public => 2,
        Lane::Code => 3,
    }
}

/// The lane of a number.
pub(super) fn lane(number: i64, place: &dyn Display) -> Answer<Lane> {
    Lane::ALL
        .into_iter()
        .find(|lane| lane_number(*lane) == number)
        .ok_or_else(|| damaged(place, format_args!("{number} is no lane")))
}
