//! A feed as a table: prices alone, one row a variant, with the columns named in the first row.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tillwatch_app::csv::records;
use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::{Shipping, Snapshot, Variant};

use super::{Feed, placed, refusal, whole};

/// The columns that there are; others are passed over.
const COLUMNS: [&str; 9] = [
    "item",
    "market",
    "currency",
    "price",
    "seen_at",
    "sku",
    "list_price",
    "shipping",
    "title",
];

/// How many of them, from the first on, every table has.
const NEEDED: usize = 5;

/// The most cells that a table may have, by its commas and line ends.
const MOST_CELLS: usize = 500_000;

/// What rows have in common that are one listing, seen at one moment.
type Sight = (ItemId, Country, Currency, Timestamp);

/// Reads a table whose first row names the columns; `None` where it does not.
pub(super) fn read(text: &str) -> Option<Feed> {
    let names: Vec<&str> = text.lines().next()?.split(',').map(str::trim).collect();
    let place = |column: &str| names.iter().position(|name| *name == column);
    if !COLUMNS.iter().take(NEEDED).all(|column| place(column).is_some()) {
        return None;
    }
    let places = COLUMNS.map(place);
    let cells = memchr::memchr2_iter(b',', b'\n', text.as_bytes()).count();
    if cells > MOST_CELLS {
        let why = format_args!("the table has {cells} cells; at most {MOST_CELLS} are read");
        return Some(refusal(InputError::too_much("", why)));
    }
    let records = match records(text) {
        Ok(records) => records,
        Err(why) => return Some(refusal(why)),
    };
    let mut feed = Feed::default();
    let mut seen = BTreeMap::<Sight, usize>::new();
    for (line, cells) in records.into_iter().skip(1) {
        if !feed.has_room() {
            break;
        }
        let row = if cells.len() == names.len() {
            Row::read(&places.map(|place| place.and_then(|place| cells.get(place)).map_or("", |cell| cell.trim())))
        } else {
            let why = format_args!("has {} columns and not {}", cells.len(), names.len());
            Err(InputError::wrong("", why))
        };
        if let Err(why) = row.and_then(|row| row.join(&mut feed, &mut seen)) {
            feed.refused.push(placed(&format!("row {line}, "), why));
        }
    }
    Some(feed)
}

/// One row: a variant at a moment.
struct Row {
    sight: Sight,
    seen_at: Instant,
    title: Option<String>,
    variant: Variant,
    shipping: Option<Money>,
}

impl Row {
    /// Reads the cells in the order of [`COLUMNS`]; an empty one is absent.
    fn read(cells: &[&str; 9]) -> Result<Self, InputError> {
        let [item, market, currency, price, seen_at, sku, list_price, shipping, title] = *cells;
        let currency = cell("currency", currency, Currency::parse)?;
        let amount = |column, text: &str| match text {
            "" => Ok(None),
            text => cell(column, text, |text| Money::parse(text, currency)).map(Some),
        };
        let price = cell("price", price, |text| Money::parse(text, currency))?;
        if !price.is_positive() {
            let why = format_args!("\"{price}\" is no price; a price is more than zero");
            return Err(InputError::wrong("price", why));
        }
        let seen_at = cell("seen_at", seen_at, Instant::parse)?;
        let item = cell("item", item, ItemId::parse)?;
        let market = cell("market", market, Country::parse)?;
        let sku = match sku {
            "" => None,
            sku => Some(cell("sku", sku, SkuId::parse)?),
        };
        Ok(Self {
            sight: (item, market, currency, seen_at.moment()),
            seen_at,
            title: Some(title.to_owned()).filter(|title| !title.is_empty()),
            variant: Variant {
                sku,
                list_price: amount("list_price", list_price)?,
                ..Variant::at(price)
            },
            shipping: amount("shipping", shipping)?,
        })
    }

    /// Puts it to the other variants that were seen of the listing at that moment.
    fn join(self, feed: &mut Feed, seen: &mut BTreeMap<Sight, usize>) -> Result<(), InputError> {
        let known = seen.get(&self.sight).and_then(|place| feed.listings.get_mut(*place));
        let Some(known) = known else {
            let (item, market, currency, _) = self.sight.clone();
            let listing = whole(Snapshot {
                item: Some(item),
                title: self.title,
                market: Some(market),
                currency: Some(currency),
                seen_at: Some(self.seen_at),
                variants: vec![self.variant],
                shipping: self.shipping.map(|fee| to(market, fee)).into_iter().collect(),
                ..Snapshot::empty("feed")
            })?;
            seen.insert(self.sight, feed.listings.len());
            feed.listings.push(listing);
            return Ok(());
        };
        if known.variants.iter().any(|one| one.sku == self.variant.sku) {
            let why = "the same variant of this listing stands above with this moment";
            return Err(InputError::conflict("sku", why));
        }
        if known.shipping.first().map(|way| way.fee) != self.shipping {
            let why = "is another than above for this listing and moment; a table has one fee for all variants";
            return Err(InputError::conflict("shipping", why));
        }
        known.variants.push(self.variant);
        Ok(())
    }
}

/// A cell by its parser.
fn cell<T, E: std::fmt::Display>(
    column: &str,
    text: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, InputError> {
    if text.is_empty() {
        return Err(InputError::missing(column, "every row has it"));
    }
    parse(text).map_err(|why| InputError::wrong(column, why))
}

/// The fee to a country, for the line.
fn to(market: Country, fee: Money) -> Shipping {
    Shipping {
        fee,
        pool: None,
        free_from: None,
        service: None,
        from: None,
        to: Some(market),
        days: None,
    }
}
