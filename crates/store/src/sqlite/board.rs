//! The cards of the board: which are no more of the newest prices, and new ones in their place.

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, Transaction};
use tillwatch_app::ports::store::{Card, Due, ListingId, Mark, Post, VariantId};
use tillwatch_app::spelling;
use tillwatch_core::history::{Minute, Price};
use tillwatch_core::id::{SkuId, Warehouse};

use super::failure::{Answer, refused};
use super::values::{key, lane_number};

/// What stands between the ids of categories, which have no line ends.
pub(super) const BETWEEN: &str = "\n";

pub(super) fn due(
    from: &Transaction<'_>,
    after: ListingId,
    old: Minute,
    listings: usize,
    most: usize,
) -> Answer<(Vec<Due>, Option<ListingId>)> {
    let mut found = from.prepare_cached(
        "SELECT listing.id, item, market, currency, variant.id, checks, sticker, automatic, public, code, mark, confirmed
         FROM (SELECT id, item, market, currency, checks FROM listing WHERE id > ?1 ORDER BY id LIMIT ?2) AS listing
         LEFT JOIN variant ON variant.listing = listing.id
         LEFT JOIN tail ON tail.variant = variant.id AND tail.terms = variant.terms
         LEFT JOIN posted ON posted.variant = variant.id
         LEFT JOIN (SELECT variant, confirmed FROM board) AS board ON board.variant = variant.id
         ORDER BY listing.id",
    )?;
    let listings = i64::try_from(listings).unwrap_or(i64::MAX);
    let mut rows = found.query((after.0, listings))?;
    let (mut all, mut last, mut seen) = (Vec::new(), after, 0);
    while let Some(row) = rows.next()? {
        let listing = ListingId(row.get(0)?);
        if listing != last {
            if all.len() >= most {
                return Ok((all, Some(last)));
            }
            (last, seen) = (listing, seen + 1);
        }
        all.extend(due_of(row, old)?);
    }
    Ok((all, (seen == listings).then_some(last)))
}

/// The variant of a row, where its card is not what it would be now.
fn due_of(row: &Row<'_>, old: Minute) -> Answer<Option<Due>> {
    let (variant, confirmed): (Option<i64>, Option<u32>) = (row.get(4)?, row.get(11)?);
    let (Some(variant), true) = (variant, row.get_ref(6)? != ValueRef::Null) else {
        return Ok(None);
    };
    let mut now = Vec::with_capacity(64);
    for column in 5..10 {
        if let Some(blob) = row.get_ref(column)?.as_blob_or_null().map_err(rusqlite::Error::from)? {
            now.extend_from_slice(blob);
        }
    }
    let before = row.get_ref(10)?.as_blob_or_null().map_err(rusqlite::Error::from)?;
    if before == Some(now.as_slice()) && confirmed.is_none_or(|confirmed| confirmed >= old.number()) {
        return Ok(None);
    }
    Ok(Some(Due {
        key: key(row, 1, &format_args!("the listing of variant {variant}"))?,
        variant: VariantId(variant),
        mark: Mark(now),
    }))
}

/// Has a card made anew, though no price is newer: its past is another one.
pub(super) fn forget(to: &Transaction<'_>, variant: VariantId) -> Answer<()> {
    to.prepare_cached("DELETE FROM posted WHERE variant = ?1")?
        .execute([variant.0])?;
    Ok(())
}

pub(super) fn put(to: &Transaction<'_>, posts: &[Post]) -> Answer<()> {
    for post in posts {
        let variant = post.variant;
        to.prepare_cached("INSERT OR REPLACE INTO posted (variant, mark) VALUES (?1, ?2)")?
            .execute((variant.0, &post.mark.0))?;
        match &post.card {
            Some(card) => pin(to, variant, card)?,
            None => take_down(to, variant)?,
        }
    }
    Ok(())
}

/// The title and the name on a card.
type Texts = (Option<String>, Option<String>);

fn texts(from: &Transaction<'_>, variant: VariantId) -> Answer<Option<Texts>> {
    Ok(from
        .prepare_cached("SELECT title, name FROM board WHERE variant = ?1")?
        .query_row([variant.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

fn pin(to: &Transaction<'_>, variant: VariantId, card: &Card) -> Answer<()> {
    let before = texts(to, variant)?;
    let categories = card
        .categories
        .iter()
        .fold(BETWEEN.to_owned(), |all, one| all + one.as_str() + BETWEEN);
    to.prepare_cached(
        "INSERT INTO board (variant, title, name, sticker, warehouse, categories, free_shipping, newcomers, voided, days,
                            confirmed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT DO UPDATE SET title = excluded.title, name = excluded.name, sticker = excluded.sticker,
           warehouse = excluded.warehouse, categories = excluded.categories, free_shipping = excluded.free_shipping,
           newcomers = excluded.newcomers, voided = excluded.voided, days = excluded.days, confirmed = excluded.confirmed",
    )?
    .execute((
        variant.0,
        &card.title,
        &card.name,
        card.sticker.minor(),
        card.warehouse.as_ref().map(Warehouse::as_str),
        categories,
        card.free_shipping,
        card.newcomers,
        card.voided,
        card.days,
        card.confirmed.number(),
    ))?;
    offers(to, variant, card)?;
    let now = (card.title.clone(), card.name.clone());
    if before.as_ref() == Some(&now) {
        return Ok(());
    }
    if let Some(before) = &before {
        unindex(to, variant, before)?;
    }
    index(to, variant, card, &now)
}

fn offers(to: &Transaction<'_>, variant: VariantId, card: &Card) -> Answer<()> {
    let mut put = to.prepare_cached(
        "INSERT OR REPLACE INTO offer (variant, lane, market, currency, total, saved, began, low_30, former, usual, low,
                                       low_at, below_low, below_usual)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?;
    for offer in &card.offers {
        put.execute((
            variant.0,
            lane_number(offer.lane),
            card.key.market.code(),
            card.key.currency.code(),
            offer.total.minor(),
            offer.saved.points(),
            offer.began.number(),
            offer.low_30.minor(),
            offer.former.map(Price::minor),
            offer.usual.minor(),
            offer.low.price.minor(),
            offer.low.at.number(),
            offer.below_low.points(),
            offer.below_usual.points(),
        ))?;
    }
    Ok(())
}

fn take_down(to: &Transaction<'_>, variant: VariantId) -> Answer<()> {
    let Some(before) = texts(to, variant)? else {
        return Ok(());
    };
    unindex(to, variant, &before)?;
    to.prepare_cached("DELETE FROM board WHERE variant = ?1")?
        .execute([variant.0])?;
    Ok(())
}

fn index(to: &Transaction<'_>, variant: VariantId, card: &Card, (title, name): &Texts) -> Answer<()> {
    let text = [title.as_deref(), name.as_deref(), Some(card.key.item.as_str())];
    let parts: Vec<&str> = text
        .into_iter()
        .chain([card.sku.as_ref().map(SkuId::as_str)])
        .flatten()
        .collect();
    to.prepare_cached("INSERT INTO board_text (rowid, text) VALUES (?1, ?2)")?
        .execute((variant.0, parts.join("\n")))?;
    let mut count = to.prepare_cached(
        "INSERT INTO board_word (word, cards) VALUES (?1, 1) ON CONFLICT DO UPDATE SET cards = cards + 1",
    )?;
    for word in words(title.as_deref(), name.as_deref()) {
        count.execute([word])?;
    }
    Ok(())
}

fn unindex(to: &Transaction<'_>, variant: VariantId, (title, name): &Texts) -> Answer<()> {
    to.prepare_cached("DELETE FROM board_text WHERE rowid = ?1")?
        .execute([variant.0])?;
    let mut less = to.prepare_cached("UPDATE board_word SET cards = cards - 1 WHERE word = ?1 RETURNING cards")?;
    for word in words(title.as_deref(), name.as_deref()) {
        let left: Option<i64> = less.query_row([&word], |row| row.get(0)).optional()?;
        match left {
            Some(1..) => {}
            Some(_) => {
                to.prepare_cached("DELETE FROM board_word WHERE word = ?1")?
                    .execute([&word])?;
            }
            None => return Err(refused(format_args!("the word {word:?} stands on no card"))),
        }
    }
    Ok(())
}

fn words(title: Option<&str>, name: Option<&str>) -> impl Iterator<Item = String> {
    let text = [title, name].into_iter().flatten().collect::<Vec<_>>().join(" ");
    spelling::words(&text).into_iter()
}
