//! The checkouts of a variant: each part that stays the same is kept once, so that a new price costs some forty bytes.
//!
//! A checkout is taken apart into its moment, its first line and the price of it, its discounts, and all the rest, which
//! hardly differs between listings. Lines, discounts and rests are pieces, named by the hash of their JSON; a store's
//! coupon is one piece for all of its listings. The moment at which a page showed its discounts changes with each
//! reading and is common to them, so it stands apart too.

use std::collections::HashMap;

use rusqlite::{CachedStatement, OptionalExtension, Row, Transaction};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tillwatch_app::ports::store::VariantId;
use tillwatch_core::checkout::{self, Checkout, Line, Tax};
use tillwatch_core::discount::{self, Discount};
use tillwatch_core::history::Minute;
use tillwatch_core::id::{CategoryId, IdError, ItemId, SellerId, SkuId, StoreId, Warehouse};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};

use super::failure::{Answer, damaged, refused};
use super::values::{instant, millis};

/// Rests and discounts that are kept in mind while checkouts are read one after another.
const IN_MIND: usize = 1_000;

/// What stands in a rest for the moment.
fn no_moment() -> Instant {
    Minute::FIRST.instant()
}

/// What stands in a rest for the item of the first line.
const NO_ITEM: &str = "0";

/// A line without its price, as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptLine<T> {
    item: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seller: Option<T>,
    categories: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warehouse: Option<T>,
    quantity: u32,
    /// In minor units.
    shipping: i64,
    /// The place of its pool in the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pool: Option<usize>,
}

impl<'a> KeptLine<&'a str> {
    fn of(line: &'a Line) -> Self {
        Self {
            item: line.item.as_str(),
            sku: line.sku.as_ref().map(SkuId::as_str),
            title: line.title.as_deref(),
            store: line.store.as_ref().map(StoreId::as_str),
            seller: line.seller.as_ref().map(SellerId::as_str),
            categories: line.categories.iter().map(CategoryId::as_str).collect(),
            warehouse: line.warehouse.as_ref().map(Warehouse::as_str),
            quantity: line.quantity,
            shipping: line.shipping.minor(),
            pool: line.pool,
        }
    }
}

impl KeptLine<String> {
    /// The line, at a price.
    fn line(self, unit_price: Money) -> Result<Line, IdError> {
        Ok(Line {
            item: ItemId::parse(&self.item)?,
            sku: self.sku.as_deref().map(SkuId::parse).transpose()?,
            title: self.title,
            store: self.store.as_deref().map(StoreId::parse).transpose()?,
            seller: self.seller.as_deref().map(SellerId::parse).transpose()?,
            categories: self
                .categories
                .iter()
                .map(|id| CategoryId::parse(id))
                .collect::<Result<_, _>>()?,
            warehouse: self.warehouse.as_deref().map(Warehouse::parse).transpose()?,
            unit_price,
            quantity: self.quantity,
            shipping: Money::new(self.shipping, unit_price.currency()),
            pool: self.pool,
        })
    }
}

/// Keeps a checkout from a minute on, unless a later one is kept.
pub(super) fn put(to: &Transaction<'_>, variant: VariantId, minute: Minute, checkout: &Checkout) -> Answer<()> {
    let latest: Option<u32> = to
        .prepare_cached("SELECT max(minute) FROM checkout WHERE variant = ?1")?
        .query_row([variant.0], |row| row.get(0))?;
    if latest.is_some_and(|latest| latest > minute.number()) {
        return Ok(());
    }
    write(to, "REPLACE", variant, minute, checkout)
}

/// Keeps checkouts of the past, but for minutes that have one.
pub(super) fn put_past(to: &Transaction<'_>, variant: VariantId, checkouts: &[(Minute, Checkout)]) -> Answer<()> {
    super::tracking::listing_of(to, variant)?;
    let mut put = checkouts.iter();
    put.try_for_each(|(minute, checkout)| write(to, "IGNORE", variant, *minute, checkout))
}

/// Writes a row; of a minute that has one, that is replaced or this is ignored.
fn write(to: &Transaction<'_>, or: &str, variant: VariantId, minute: Minute, checkout: &Checkout) -> Answer<()> {
    let first = checkout.lines.first();
    let first = first.ok_or_else(|| refused(format_args!("a checkout of variant {} without a line", variant.0)))?;
    let mut rest = Checkout {
        at: no_moment(),
        discounts: Vec::new(),
        ..checkout.clone()
    };
    if let Some(blank) = rest.lines.first_mut() {
        *blank = no_line(checkout.currency)?;
    }
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
    let line = piece(to, &KeptLine::of(first))?;
    to.prepare_cached(&format!(
        "INSERT OR {or} INTO checkout (variant, minute, at, price, line, base, seen, discounts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    ))?
    .execute((
        variant.0,
        minute.number(),
        millis(checkout.at),
        first.unit_price.minor(),
        line,
        base,
        seen,
        names.join(" "),
    ))?;
    Ok(())
}

/// What stands in a rest for the first line.
fn no_line(currency: Currency) -> Answer<Line> {
    Ok(Line {
        item: ItemId::parse(NO_ITEM).map_err(refused)?,
        sku: None,
        title: None,
        store: None,
        seller: None,
        categories: Vec::new(),
        warehouse: None,
        unit_price: Money::new(1, currency),
        quantity: 1,
        shipping: Money::zero(currency),
        pool: None,
    })
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

pub(super) fn between(
    store: &Transaction<'_>,
    variant: VariantId,
    from: Minute,
    until: Minute,
) -> Answer<Vec<(Minute, Checkout)>> {
    super::tracking::listing_of(store, variant)?;
    let mut pieces = Pieces::new(store);
    let mut found = store.prepare_cached(&format!(
        "{KEPT} WHERE variant = ?1 AND minute < ?3 AND minute >= coalesce(
           (SELECT max(minute) FROM checkout WHERE variant = ?1 AND minute <= ?2), 0) ORDER BY minute"
    ))?;
    let mut rows = found.query((variant.0, from.number(), until.number()))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push((Minute::new(row.get(1)?), pieces.checkout(row)?));
    }
    Ok(all)
}

/// The newest checkouts of variants, one after another.
pub(super) struct Newest<'a> {
    found: CachedStatement<'a>,
    pieces: Pieces<'a>,
}

impl<'a> Newest<'a> {
    pub(super) fn new(from: &'a Transaction<'a>) -> Answer<Self> {
        Ok(Self {
            found: from.prepare_cached(&format!("{KEPT} WHERE variant = ?1 ORDER BY minute DESC LIMIT 1"))?,
            pieces: Pieces::new(from),
        })
    }

    pub(super) fn of(&mut self, variant: VariantId) -> Answer<Option<Checkout>> {
        let mut rows = self.found.query([variant.0])?;
        rows.next()?.map(|row| self.pieces.checkout(row)).transpose()
    }
}

/// Checkouts with their lines, by the columns that [`Pieces::checkout`] takes.
const KEPT: &str = "SELECT variant, minute, at, price, line, base, seen, discounts, json
                    FROM checkout LEFT JOIN piece ON piece.id = line";

/// Checkouts put together again. A rest or a discount is read once: several share it.
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

    /// Of the columns of [`KEPT`].
    fn checkout(&mut self, row: &Row<'_>) -> Answer<Checkout> {
        let variant: i64 = row.get(0)?;
        let place = format_args!("the checkout of variant {variant} at {}", Minute::new(row.get(1)?));
        let mut checkout = self.rest(row.get(5)?)?;
        checkout.at = instant(row.get(2)?, &place)?;
        let price = Money::new(row.get(3)?, checkout.currency);
        if !price.is_positive() {
            return Err(damaged(place, format_args!("{price} is no price")));
        }
        let line = line(row, price)?;
        if line.pool.is_some_and(|pool| pool >= checkout.pools.len()) {
            return Err(damaged(place, "its line names a pool that is not there"));
        }
        match checkout.lines.first_mut() {
            Some(blank) => *blank = line,
            None => return Err(damaged(place, "it has no line")),
        }
        let seen: Option<i64> = row.get(6)?;
        let seen = seen.map(|seen| instant(seen, &place)).transpose()?;
        for name in row
            .get_ref(7)?
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
        if self.rests.len() >= IN_MIND {
            self.rests.clear();
        }
        self.rests.insert(id, read.clone());
        Ok(read)
    }

    fn discount(&mut self, id: i64) -> Answer<Discount> {
        if let Some(known) = self.discounts.get(&id) {
            return Ok(known.clone());
        }
        let read = read(self.from, id, discount::read)?;
        if self.discounts.len() >= IN_MIND {
            self.discounts.clear();
        }
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
    let row = rows.next()?.ok_or_else(|| damaged(place, GONE))?;
    let json = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
    parse(json.as_bytes()).map_err(|why| damaged(place, why))
}

/// The first line of a row of [`KEPT`].
fn line(row: &Row<'_>, price: Money) -> Answer<Line> {
    let place = format_args!("piece {}", row.get::<_, i64>(4)?);
    let json = row.get_ref(8)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    let json = json.ok_or_else(|| damaged(place, GONE))?;
    let kept: KeptLine<String> = serde_json::from_str(json).map_err(|why| damaged(place, why))?;
    kept.line(price).map_err(|why| damaged(place, why))
}

/// What is wrong with a piece that a checkout names.
const GONE: &str = "it is not there";
