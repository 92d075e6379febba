//! What is sought on the board.

use rusqlite::{OptionalExtension, Row, Transaction, named_params};
use tillwatch_app::ports::store::{Card, Found, Offer, Order, Place, Sought, VariantId};
use tillwatch_core::history::{Extreme, Minute, Price};
use tillwatch_core::id::{CategoryId, SkuId, Warehouse};
use tillwatch_core::money::BasisPoints;

use super::board::BETWEEN;
use super::failure::{Answer, damaged};
use super::values::{key, lane_number, maybe, parsed};

/// Shorter parts have no three letters in a row to be found by.
const INDEXED: usize = 3;

pub(super) fn found(from: &Transaction<'_>, sought: &Sought) -> Answer<Vec<Found>> {
    let (order, own) = match sought.order {
        Order::Drop => ("fall", "fall > 0"),
        Order::BelowUsual => ("below_usual", "below_usual > 0"),
        Order::Saved => ("saved", "1"),
        Order::Newest => ("began", "1"),
        Order::Price => ("-total", "1"),
    };
    let dropped = if sought.dropped { "fall > 0" } else { "1" };
    let (indexed, short) = parts(&sought.words);
    let text = if indexed.is_some() {
        "variant IN (SELECT rowid FROM board_text WHERE board_text MATCH :text)"
    } else {
        ":text IS NULL"
    };
    // A plan by the index of the order reads a page and stops; what the card alone has is looked up for each row.
    let sql = format!(
        "SELECT item, listing.market, listing.currency, variant.sku, title, name, sticker, warehouse, categories,
                free_shipping, newcomers, voided, days, confirmed,
                total, saved, began, low_30, former, usual, low, low_at, below_low, below_usual, value, board.variant
         FROM (SELECT *, {order} AS value FROM offer
               WHERE market = :market AND lane = :lane AND currency = :currency AND saved >= :saved AND {own} AND {dropped}
                 AND (:least IS NULL OR total >= :least) AND (:most IS NULL OR total <= :most)
                 AND (:value IS NULL OR {order} < :value OR {order} = :value AND variant < :variant)
                 AND {text}
                 AND (:card IS NULL OR EXISTS (
                   SELECT 1 FROM board WHERE board.variant = offer.variant
                     AND (:warehouse IS NULL OR warehouse = :warehouse)
                     AND (:category IS NULL OR instr(categories, :category) > 0)
                     AND (:free = 0 OR free_shipping = 1)
                     AND NOT EXISTS (SELECT 1 FROM json_each(:short) AS part
                                     WHERE instr(lower(coalesce(title, '') || ' ' || coalesce(name, '')), part.value) = 0)))
               ORDER BY value DESC, variant DESC LIMIT :count) AS found
         JOIN board ON board.variant = found.variant
         JOIN variant ON variant.id = found.variant
         JOIN listing ON listing.id = variant.listing
         ORDER BY value DESC, found.variant DESC"
    );
    let of_card = sought.warehouse.is_some() || sought.category.is_some() || sought.free_shipping || short.is_some();
    let category = sought
        .category
        .as_ref()
        .map(|one| format!("{BETWEEN}{}{BETWEEN}", one.as_str()));
    let mut statement = from.prepare_cached(&sql)?;
    let mut rows = statement.query(named_params! {
        ":market": sought.market.code(),
        ":lane": lane_number(sought.lane),
        ":currency": sought.currency.code(),
        ":saved": sought.saved.points(),
        ":least": sought.least.map(Price::minor),
        ":most": sought.most.map(Price::minor),
        ":value": sought.after.map(|place| place.value),
        ":variant": sought.after.map(|place| place.variant.0),
        ":text": indexed,
        ":card": of_card.then_some(1),
        ":warehouse": sought.warehouse.as_ref().map(Warehouse::as_str),
        ":category": category,
        ":free": sought.free_shipping,
        ":short": short.unwrap_or_else(|| "[]".to_owned()),
        ":count": i64::try_from(sought.count).unwrap_or(i64::MAX),
    })?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row, sought)?);
    }
    Ok(all)
}

/// What the index finds, as it asks for it, and the parts that are too short for it, as JSON.
fn parts(words: &[Vec<String>]) -> (Option<String>, Option<String>) {
    let long = |word: &String| word.chars().count() >= INDEXED;
    let groups = words.iter().filter(|group| group.iter().all(long));
    let groups: Vec<String> = groups
        .map(|group| {
            let phrases: Vec<String> = group.iter().map(|word| phrase(word)).collect();
            format!("({})", phrases.join(" OR "))
        })
        .collect();
    let short: Vec<String> = words
        .iter()
        .flatten()
        .filter(|word| !long(word))
        .map(|word| word.to_lowercase())
        .collect();
    (
        (!groups.is_empty()).then(|| groups.join(" AND ")),
        (!short.is_empty()).then(|| serde_json::json!(short).to_string()),
    )
}

/// Quoted, so that nothing in it is syntax.
fn phrase(word: &str) -> String {
    format!("\"{}\"", word.replace('\0', " ").replace('"', "\"\""))
}

fn read(row: &Row<'_>, sought: &Sought) -> Answer<Found> {
    let variant = VariantId(row.get(25)?);
    let place = format_args!("the card of variant {}", variant.0);
    let price = |column: usize| -> Answer<Price> {
        let minor = row.get(column)?;
        Price::new(minor).ok_or_else(|| damaged(place, format_args!("{minor} is no price")))
    };
    let points = |column: usize| -> Answer<BasisPoints> {
        let points = row.get(column)?;
        BasisPoints::new(points).ok_or_else(|| damaged(place, format_args!("{points} are no basis points")))
    };
    let minute = |column: usize| -> Answer<Minute> { Ok(Minute::new(row.get(column)?)) };
    let categories: String = row.get(8)?;
    let categories = categories.split(BETWEEN).filter(|one| !one.is_empty());
    let offer = Offer {
        lane: sought.lane,
        total: price(14)?,
        saved: points(15)?,
        began: minute(16)?,
        low_30: price(17)?,
        former: row.get::<_, Option<i64>>(18)?.and_then(Price::new),
        usual: price(19)?,
        low: Extreme {
            price: price(20)?,
            at: minute(21)?,
        },
        below_low: points(22)?,
        below_usual: points(23)?,
    };
    Ok(Found {
        card: Card {
            key: key(row, 0, &place)?,
            sku: maybe(row.get(3)?, SkuId::parse, &place)?,
            title: row.get(4)?,
            name: row.get(5)?,
            sticker: price(6)?,
            warehouse: maybe(row.get(7)?, Warehouse::parse, &place)?,
            categories: categories
                .map(|one| parsed(one, CategoryId::parse, &place))
                .collect::<Answer<_>>()?,
            free_shipping: row.get(9)?,
            newcomers: row.get(10)?,
            voided: row.get(11)?,
            days: row.get(12)?,
            confirmed: minute(13)?,
            offers: vec![offer],
        },
        offer,
        place: Place {
            value: row.get(24)?,
            variant,
        },
    })
}

pub(super) fn has(from: &Transaction<'_>, part: &str) -> Answer<bool> {
    let one = from
        .prepare_cached("SELECT 1 FROM board_text WHERE board_text MATCH ?1 LIMIT 1")?
        .query_row([phrase(part)], |_| Ok(()))
        .optional()?;
    Ok(one.is_some())
}

pub(super) fn words(from: &Transaction<'_>, take: &mut dyn FnMut(&str, u32)) -> Answer<()> {
    let mut all = from.prepare_cached("SELECT word, cards FROM board_word")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        take(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?, row.get(1)?);
    }
    Ok(())
}
