//! The open runs of a variant's four lanes, and the terms that they stand under.

use rusqlite::{OptionalExtension, Row, Transaction};
use tillwatch_app::ports::store::{Lanes, Terms, VariantId};
use tillwatch_core::history::{Lane, Price, Run};
use tillwatch_core::money::{Currency, Money};

use super::failure::{Answer, refused};
use super::lines::{self, Line};

/// The open runs in the order of [`Lane::ALL`].
pub(super) type Tails = [Run; 4];

/// From four columns beginning with this one.
pub(super) fn of(row: &Row<'_>, first: usize, variant: VariantId, terms: i64) -> Answer<Tails> {
    let tail = |place: usize| {
        let line = Line::Prices(variant, terms, Lane::ALL[place]);
        lines::tail(
            row.get_ref(first + place)?.as_blob().map_err(rusqlite::Error::from)?,
            line,
        )
    };
    Ok([tail(0)?, tail(1)?, tail(2)?, tail(3)?])
}

pub(super) fn get(from: &Transaction<'_>, variant: VariantId, terms: i64) -> Answer<Option<Tails>> {
    let mut found =
        from.prepare_cached("SELECT sticker, automatic, public, code FROM tail WHERE variant = ?1 AND terms = ?2")?;
    let mut rows = found.query((variant.0, terms))?;
    rows.next()?.map(|row| of(row, 0, variant, terms)).transpose()
}

/// The first open runs under these terms.
pub(super) fn insert(to: &Transaction<'_>, variant: VariantId, terms: i64, tails: &Tails) -> Answer<()> {
    let sql = "INSERT INTO tail (variant, terms, sticker, automatic, public, code) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    write(to, sql, variant, terms, tails)?;
    // A past may have been put under these terms before.
    let past: i64 = to
        .prepare_cached("SELECT count(DISTINCT lane) FROM segment WHERE variant = ?1 AND terms = ?2")?
        .query_row((variant.0, terms), |row| row.get(0))?;
    lines::count(to, 4 - past, 4, 0)
}

/// Open runs in place of those that are there.
pub(super) fn update(to: &Transaction<'_>, variant: VariantId, terms: i64, tails: &Tails) -> Answer<()> {
    // Not an insert that turns into this on a conflict: that looks at the references each time.
    let sql = "UPDATE tail SET sticker = ?3, automatic = ?4, public = ?5, code = ?6 WHERE variant = ?1 AND terms = ?2";
    write(to, sql, variant, terms, tails)
}

fn write(to: &Transaction<'_>, sql: &str, variant: VariantId, terms: i64, tails: &Tails) -> Answer<()> {
    let [sticker, automatic, public, code] = tails;
    to.prepare_cached(sql)?.execute((
        variant.0,
        terms,
        lines::tail_bytes(*sticker)?,
        lines::tail_bytes(*automatic)?,
        lines::tail_bytes(*public)?,
        lines::tail_bytes(*code)?,
    ))?;
    Ok(())
}

/// The prices of lanes as they are kept, if all are prices in the listing's currency.
pub(super) fn prices(lanes: &Lanes, currency: Currency) -> Answer<[Price; 4]> {
    let price = |lane: Lane| {
        let money = lanes.get(lane);
        if money.currency() != currency {
            let told = format_args!("{money} {} is not in {currency}, as the listing is", money.currency());
            return Err(refused(told));
        }
        Price::new(money.minor()).ok_or_else(|| refused(format_args!("{money} {currency} is no price")))
    };
    let [sticker, automatic, public, code] = Lane::ALL;
    Ok([price(sticker)?, price(automatic)?, price(public)?, price(code)?])
}

/// What the open runs say is paid now.
pub(super) fn lanes(tails: &Tails, currency: Currency) -> Lanes {
    let [sticker, automatic, public, code] = tails.map(|run| Money::new(run.value.minor(), currency));
    Lanes {
        sticker,
        automatic,
        public,
        code,
    }
}

/// The number of terms that are known.
pub(super) fn find_terms(from: &Transaction<'_>, terms: &Terms) -> Answer<Option<i64>> {
    Ok(from
        .prepare_cached("SELECT id FROM terms WHERE rules = ?1 AND delivered = ?2")?
        .query_row((&terms.rules, terms.delivered), |row| row.get(0))
        .optional()?)
}

/// The number of terms, which are made known if they are not.
pub(super) fn terms(to: &Transaction<'_>, terms: &Terms) -> Answer<i64> {
    if let Some(id) = find_terms(to, terms)? {
        return Ok(id);
    }
    to.prepare_cached("INSERT INTO terms (rules, delivered) VALUES (?1, ?2)")?
        .execute((&terms.rules, terms.delivered))?;
    Ok(to.last_insert_rowid())
}
