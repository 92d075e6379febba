//! The checkouts of a variant: each part that stays the same is kept once, so that a new price costs some forty bytes.
//!
//! A checkout is taken apart into its moment, the price of its first line, its discounts, and all the rest. Discounts
//! and rests are pieces, named by the hash of their JSON; a store's coupon is one piece for all of its listings. The
//! moment at which a page showed its discounts changes with each reading and is common to them, so it stands apart too.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, Transaction};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tillwatch_app::ports::store::{ListingId, VariantId};
use tillwatch_core::checkout::{self, Checkout, Tax};
use tillwatch_core::discount::{self, Discount};
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;

use super::failure::{Answer, damaged, refused};
use super::values::{instant, millis};

/// What stands in a rest for the moment.
fn no_moment() -> Instant {
    Minute::FIRST.instant()
}

/// Keeps a checkout from a minute on, unless a later one is kept.
pub(super) fn put(to: &Transaction<'_>, variant: VariantId, minute: Minute, checkout: &Checkout) -> Answer<()> {
    let latest: Option<u32> = to
        .prepare_cached("SELECT max(minute) FROM checkout WHERE variant = ?1")?
        .query_row([variant.0], |row| row.get(0))?;
    if latest.is_some_and(|latest| latest > minute.number()) {
        return Ok(());
    }
    let mut rest = Checkout {
        at: no_moment(),
        discounts: Vec::new(),
        ..checkout.clone()
    };
    let first = rest.lines.first_mut();
    let first = first.ok_or_else(|| refused(format_args!("a checkout of variant {} without a line", variant.0)))?;
    let price = std::mem::replace(&mut first.unit_price, Money::new(1, checkout.currency));
    let seen = checkout
        .discounts
        .iter()
        .find_map(|one| one.provenance.seen_at)
        .and_then(apart);
    let base = piece(to, &rest)?;
    let mut names = Vec::with_capacity(checkout.discounts.len());
    for discount in &checkout.discounts {
        let seen_then = seen.is_some() && discount.provenance.seen_at.and_then(apart) == seen;
        names.push(if seen_then {
            let mut unseen = discount.clone();
            unseen.provenance.seen_at = None;
            format!("@{}", piece(to, &unseen)?)
        } else {
            piece(to, discount)?.to_string()
        });
    }
    to.prepare_cached(
        "INSERT OR REPLACE INTO checkout (variant, minute, at, price, base, seen, discounts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((
        variant.0,
        minute.number(),
        millis(checkout.at),
        price.minor(),
        base,
        seen,
        names.join(" "),
    ))?;
    Ok(())
}

/// The milliseconds of a moment, if nothing of it is lost by them, its offset included.
fn apart(at: Instant) -> Option<i64> {
    let back = Instant::from_millis(millis(at))?;
    (back == at && back.to_string() == at.to_string()).then(|| millis(at))
}

/// The number of a piece, which is kept if it is not yet.
fn piece(to: &Transaction<'_>, value: &impl Serialize) -> Answer<i64> {
    let json = serde_json::to_string(value).map_err(refused)?;
    let hash = Sha256::digest(json.as_bytes());
    let known = to
        .prepare_cached("SELECT id FROM piece WHERE hash = ?1")?
        .query_row([hash.as_slice()], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    to.prepare_cached("INSERT INTO piece (hash, json) VALUES (?1, ?2)")?
        .execute((hash.as_slice(), json))?;
    Ok(to.last_insert_rowid())
}

pub(super) fn all(from: &Transaction<'_>, variant: VariantId) -> Answer<Vec<(Minute, Checkout)>> {
    super::tracking::listing_of(from, variant)?;
    let mut pieces = Pieces::new(from);
    let mut found = from.prepare_cached(
        "SELECT variant, minute, at, price, base, seen, discounts FROM checkout WHERE variant = ?1 ORDER BY minute",
    )?;
    let mut rows = found.query([variant.0])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push((Minute::new(row.get(1)?), pieces.checkout(row)?));
    }
    Ok(all)
}

/// The newest checkout of each variant of the listings above one number and up to another.
pub(super) fn newest(
    from: &Transaction<'_>,
    after: ListingId,
    last: ListingId,
) -> Answer<HashMap<VariantId, Checkout>> {
    let mut pieces = Pieces::new(from);
    let mut found = from.prepare_cached(
        "SELECT checkout.variant, minute, at, price, base, seen, discounts FROM variant JOIN checkout
         ON checkout.variant = variant.id
            AND minute = (SELECT max(minute) FROM checkout WHERE checkout.variant = variant.id)
         WHERE listing > ?1 AND listing <= ?2",
    )?;
    let mut rows = found.query((after.0, last.0))?;
    let mut newest = HashMap::new();
    while let Some(row) = rows.next()? {
        newest.insert(VariantId(row.get(0)?), pieces.checkout(row)?);
    }
    Ok(newest)
}

/// Checkouts put together again. A piece that several share is read once.
struct Pieces<'a> {
    from: &'a Transaction<'a>,
    rests: HashMap<i64, Checkout>,
    discounts: HashMap<i64, Discount>,
}

impl<'a> Pieces<'a> {
    fn new(from: &'a Transaction<'a>) -> Self {
        Self {
            from,
            rests: HashMap::new(),
            discounts: HashMap::new(),
        }
    }

    /// Of the columns `variant, minute, at, price, base, seen, discounts`.
    fn checkout(&mut self, row: &Row<'_>) -> Answer<Checkout> {
        let variant: i64 = row.get(0)?;
        let place = format_args!("the checkout of variant {variant} at {}", Minute::new(row.get(1)?));
        let mut checkout = self.rest(row.get(4)?)?;
        checkout.at = instant(row.get(2)?, &place)?;
        let price = Money::new(row.get(3)?, checkout.currency);
        match checkout.lines.first_mut() {
            Some(line) if price.is_positive() => line.unit_price = price,
            _ => return Err(damaged(place, format_args!("{price} is no price"))),
        }
        let seen: Option<i64> = row.get(5)?;
        let seen = seen.map(|seen| instant(seen, &place)).transpose()?;
        for name in row
            .get_ref(6)?
            .as_str()
            .map_err(rusqlite::Error::from)?
            .split_whitespace()
        {
            let (number, seen_then) = name.strip_prefix('@').map_or((name, false), |number| (number, true));
            let number = number
                .parse()
                .map_err(|_| damaged(place, format_args!("{name:?} names no piece")))?;
            let mut discount = self.discount(number)?;
            if seen_then {
                discount.provenance.seen_at = seen;
            }
            checkout.discounts.push(discount);
        }
        Ok(checkout)
    }

    fn rest(&mut self, id: i64) -> Answer<Checkout> {
        if let Some(known) = self.rests.get(&id) {
            return Ok(known.clone());
        }
        // What was kept says how tax stands.
        let read = read(self.from, id, |json| checkout::read(json, |_| Tax::default()))?.value;
        self.rests.insert(id, read.clone());
        Ok(read)
    }

    fn discount(&mut self, id: i64) -> Answer<Discount> {
        if let Some(known) = self.discounts.get(&id) {
            return Ok(known.clone());
        }
        let read = read(self.from, id, discount::read)?;
        self.discounts.insert(id, read.clone());
        Ok(read)
    }
}

/// Reads the JSON of a piece, if it is still the one that was hashed.
fn read<T, E: std::fmt::Display>(
    from: &Transaction<'_>,
    id: i64,
    parse: impl FnOnce(&[u8]) -> Result<T, E>,
) -> Answer<T> {
    let place = format_args!("piece {id}");
    let mut found = from.prepare_cached("SELECT json FROM piece WHERE id = ?1")?;
    let mut rows = found.query([id])?;
    let row = rows.next()?.ok_or_else(|| damaged(place, "it is not there"))?;
    let json = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
    parse(json.as_bytes()).map_err(|why| damaged(place, why))
}
