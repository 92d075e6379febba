//! From what a page says to a snapshot: newcomers' prices set apart, placeholders dropped, the outcome decided.

use serde_json::Value;
use tillwatch_core::country::Country;
use tillwatch_core::discount::PieceTier;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::{Outcome, Shipping, Snapshot, Variant};

use super::coupon_id::add;
use super::coupons::{self, Page};
use super::freight::Freight;
use super::value::text;

/// What a page says besides the fields of the snapshot.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// The prices shown are those of a first order on the platform.
    pub(super) newcomer: bool,
    /// The prices shown are those of a first order in this store.
    pub(super) store_newcomer: bool,
    /// At most one piece per customer.
    pub(super) one_each: bool,
    /// Not sold to the country of the reader.
    pub(super) banned: Option<String>,
    /// Taken down.
    pub(super) gone: Option<String>,
    /// A share off from a number of pieces of this listing.
    pub(super) bulk: Option<PieceTier>,
    /// Pieces in one lot, which the price is for.
    pub(super) lot: Option<u64>,
    /// The freight rows.
    pub(super) freight: Freight,
}

/// Whether a banner's type or code marks a first order's price.
///
/// `platform_newer` (December 2022, March 2024) and `new_user_platform_allowance_atm` (2024 to 2026); the welcome
/// deal's code is from search cards of December 2025.
pub(super) fn marks_newcomer(mark: &Value) -> bool {
    text(mark).is_some_and(|mark| {
        mark == "platform_newer"
            || mark.contains("new_user")
            || mark.contains("newuser")
            || mark.contains("welcomedeal")
    })
}

/// `store_newer`: the price of a first order in this store, on 18 of 48 recorded pages of December 2022.
pub(super) fn marks_store_newcomer(mark: &Value) -> bool {
    text(mark).is_some_and(|mark| mark == "store_newer")
}

/// Ends a reading whose fields are filled in: its discounts, and what became of it.
pub(super) fn close(mut seen: Snapshot, said: Said, panel: &Value) -> Snapshot {
    let page = Page::of(&seen);
    let mut discounts = coupons::read(panel, &page);
    let bulk = said.bulk.map(|tier| coupons::bulk(tier, &page));
    let free = said
        .freight
        .free_over
        .iter()
        .map(|words| coupons::free_shipping(words, &page));
    for discount in bulk.into_iter().chain(free) {
        add(&mut discounts, discount);
    }
    seen.discounts = discounts;
    finish(seen, said)
}

/// Decides what became of a reading whose fields are filled in.
pub(super) fn finish(mut seen: Snapshot, said: Said) -> Snapshot {
    // A quote names its country; what else a page says of it is where its reader is.
    seen.market = said.freight.to.or(seen.market);
    let to = seen.market;
    set_newcomers_apart(&mut seen, &said);
    one_currency(&mut seen);
    drop_placeholders(&mut seen.variants);
    let currency = seen.currency;
    seen.shipping = said.freight.ways;
    seen.shipping
        .retain(|way: &Shipping| Some(way.fee.currency()) == currency);
    if said.freight.unread > 0 {
        seen.notes
            .push(format!("{} ways of shipping could not be read.", said.freight.unread));
    }
    if let Some(lot) = said.lot.filter(|lot| *lot > 1) {
        seen.notes.push(format!("A price is for a lot of {lot} pieces."));
    }
    if said.store_newcomer {
        seen.notes
            .push("The banner says that these prices are for a first order in this store.".into());
    }
    match outcome(&seen, said.banned, said.gone, said.freight.unreachable, to) {
        Some((outcome, detail)) => seen.without_price(outcome, detail),
        None => seen,
    }
}

fn outcome(
    seen: &Snapshot,
    banned: Option<String>,
    gone: Option<String>,
    unreachable: bool,
    to: Option<Country>,
) -> Option<(Outcome, String)> {
    let there = to.map_or_else(|| "this country".to_owned(), |to| to.to_string());
    if let Some(why) = banned {
        return Some((Outcome::OtherRegion, why));
    }
    if let Some(why) = gone {
        return Some((Outcome::Removed, why));
    }
    if unreachable {
        return Some((
            Outcome::OtherRegion,
            format!("The listing is not shipped to {there}: look for one that is."),
        ));
    }
    if seen.variants.is_empty() {
        return Some((
            Outcome::NoPrice,
            "The data holds no variant with a price: load the listing to its end and save it once more.".into(),
        ));
    }
    if !seen.variants.iter().any(|variant| variant.salable) {
        return Some((
            Outcome::SoldOut,
            "None of its variants can be bought now: try again when the store has it back.".into(),
        ));
    }
    if seen.currency.is_none() {
        return Some((
            Outcome::OtherCurrency,
            "The data names no currency, and a sign alone can be a dozen: save the whole page once more.".into(),
        ));
    }
    if seen.salable().next().is_none() {
        let newcomers = seen.variants.iter().any(|variant| variant.new_shopper_price.is_some());
        let why = if newcomers {
            "Only the price of a first order is shown: log in as a returning shopper and save the page then."
        } else {
            "No variant that can be bought has a readable price: save the whole page once more."
        };
        return Some((Outcome::NoPrice, why.into()));
    }
    None
}

/// The price of a first order is no public price: the crossed-out one is what everybody else pays at most.
fn set_newcomers_apart(seen: &mut Snapshot, said: &Said) {
    let floor = said.one_each && !said.newcomer && is_floor(&seen.variants);
    if !said.newcomer && !floor {
        return;
    }
    for variant in &mut seen.variants {
        if variant.new_shopper_price.is_none() {
            variant.new_shopper_price = variant.price.take();
            variant.price = variant.list_price.take();
        }
    }
    seen.notes.push(
        if floor {
            "All variants stand at one price, one piece per customer, far below unequal list prices: taken for a \
             first order's price. The list price stands instead."
        } else {
            "The page shows the price of a first order. The list price stands instead."
        }
        .into(),
    );
}

/// Variants of unequal list prices at one and the same price, an eighth of the list price or less.
///
/// Pages of March 2024 without any newcomer's mark stood at exactly 8.52 MXN (0.49 USD) for everything.
fn is_floor(variants: &[Variant]) -> bool {
    let pairs: Vec<(i64, i64)> = variants
        .iter()
        .filter(|variant| variant.salable)
        .filter_map(|variant| Some((variant.price?.minor(), variant.list_price?.minor())))
        .collect();
    let Some((price, list)) = pairs.first().copied() else {
        return false;
    };
    pairs.len() == variants.iter().filter(|variant| variant.salable).count()
        && pairs.iter().any(|(_, other)| *other != list)
        && pairs
            .iter()
            .all(|(other, list)| *other == price && price.saturating_mul(8) <= *list)
}

/// The snapshot's currency is that of its prices, then the page's; a price in another one is dropped.
fn one_currency(seen: &mut Snapshot) {
    let of_prices = seen
        .variants
        .iter()
        .filter(|variant| variant.salable)
        .find_map(|variant| variant.price.or(variant.new_shopper_price))
        .map(Money::currency);
    let Some(currency) = of_prices.or(seen.currency) else {
        return;
    };
    let keep = |price: &mut Option<Money>, dropped: &mut bool| {
        if price.is_some_and(|money| money.currency() != currency) {
            *price = None;
            *dropped = true;
        }
    };
    let mut dropped = false;
    for variant in &mut seen.variants {
        keep(&mut variant.price, &mut dropped);
        keep(&mut variant.list_price, &mut dropped);
        keep(&mut variant.new_shopper_price, &mut dropped);
    }
    if dropped {
        seen.notes
            .push(format!("Prices in another currency than {currency} were left out."));
    }
    seen.currency = Some(currency);
}

/// What cannot be bought has no price: 149,799.85 USD and the like stand there (seen 2024 to 2026). Neither is zero
/// one, nor a list price that is not above the price.
fn drop_placeholders(variants: &mut [Variant]) {
    for variant in variants {
        let is_price = |money: &Money| money.is_positive() && !is_placeholder(*money);
        variant.price = variant.price.filter(|price| variant.salable && is_price(price));
        variant.new_shopper_price = variant
            .new_shopper_price
            .filter(|price| variant.salable && is_price(price));
        let price = variant.price;
        variant.list_price = variant
            .list_price
            .filter(|list| price.is_some_and(|price| list.minor() > price.minor()));
    }
}

/// The one placeholder that is known to the cent.
fn is_placeholder(money: Money) -> bool {
    money.currency() == Currency::USD && money.minor() == 14_979_985
}
