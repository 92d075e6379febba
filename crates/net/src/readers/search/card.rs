//! One raw search card: what a returning shopper pays, told from the promotions that the card itself lists.

use serde_json::Value;
use tillwatch_core::id::Warehouse;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

use super::tags;
use crate::readers::npi::{Npi, decoded};
use crate::readers::priced::priced;
use crate::readers::value::{self, at, categories, digits, item, store, text};
use crate::readers::{amount, price};

/// Reads a card; `None` where it is none.
pub(super) fn read(card: &Value) -> Option<Snapshot> {
    let prices = card.get("prices").filter(|prices| prices.is_object())?;
    card.get("productId").or_else(|| card.get("redirectedId"))?;
    let sale = at(prices, "salePrice");
    let log = at(card, "trace.utLogMap");
    let npi = at(card, "trace.pdpParams.pdp_npi")
        .as_str()
        .and_then(Npi::read)
        .or_else(|| Npi::of_link(&text(at(card, "productDetailUrl"))?));
    let sku = value::sku(at(prices, "skuId")).or_else(|| npi.as_ref().and_then(|npi| npi.sku.clone()));
    let currency = value::currency(at(sale, "currencyCode"));
    let shop = at(card, "store");
    let mut snapshot = Snapshot {
        item: item(at(card, "productId")).or_else(|| item(at(card, "redirectedId"))),
        title: value::shown(at(card, "title.displayTitle"), 500),
        store: store(at(shop, "storeId")),
        store_name: value::shown(at(shop, "storeName"), 200),
        categories: categories([at(log, "categoryId")]),
        market: npi.as_ref().and_then(|npi| npi.market),
        currency,
        seen_at: npi.as_ref().and_then(|npi| npi.at),
        selected_sku: sku.clone(),
        ..Snapshot::empty("search_card")
    };
    let Some(currency) = currency else {
        return Some(snapshot.without_price(Outcome::OtherCurrency, "The card names no currency."));
    };
    let tags = tags::of_card(card);
    let sums = Sums {
        shown: money(sale, currency),
        original: prices
            .get("originalPrice")
            .and_then(|original| money(original, currency)),
        promotions: promotions(log),
        allowance: npi.as_ref().and_then(|npi| npi.subsidy.clone()),
        flagged: text(at(log, "ump_atmospheres")).is_some_and(|all| all.contains("new_user")),
        welcomed: tags.iter().any(tags::Tag::is_for_new_shoppers),
        mocked: text(at(log, "pro_tool_code")).is_some_and(|all| all.contains("mockedSalePrice")),
    };
    match sums.price() {
        Ok(returning) => {
            let new_shopper = sums.new_shopper_price(returning, npi.as_ref().and_then(|npi| npi.sale));
            if new_shopper.is_some() {
                let words = "New shoppers are shown a lower price for a first order; it is not the price here.";
                snapshot.notes.push(words.into());
            }
            snapshot.variants.push(Variant {
                sku,
                list_price: sums.original.filter(|original| original.minor() > returning.minor()),
                warehouse: ships_from(card),
                new_shopper_price: new_shopper,
                ..Variant::at(returning)
            });
        }
        Err(words) => {
            tags::tell(&tags, &mut snapshot, currency);
            return Some(snapshot.without_price(Outcome::NoPrice, words));
        }
    }
    if sums.promotions.is_empty() && sums.original != sums.shown && sums.original.is_some() {
        let words = "The card lists no promotions, so that its price could not be checked against them.";
        snapshot.notes.push(words.into());
    }
    if let Some(tax) = digits(at(log, "taxAmount")).and_then(|cents| cents.parse().ok()) {
        let tax = Money::new(tax, currency);
        snapshot
            .notes
            .push(format!("The card's price is said to include tax of {tax} {currency}."));
    }
    tags::tell(&tags, &mut snapshot, currency);
    Some(priced(snapshot))
}

/// What a card says of its price.
struct Sums {
    shown: Option<Money>,
    original: Option<Money>,
    /// Promotion ids with their amounts in minor units; `None` where one cannot be read.
    promotions: Vec<(String, Option<i64>)>,
    /// The promotion that is the new shopper's on a flagged card.
    allowance: Option<String>,
    flagged: bool,
    welcomed: bool,
    mocked: bool,
}

impl Sums {
    /// What a returning shopper pays, or why that cannot be told.
    ///
    /// On all 382 cards without a mocked price, of 420 recorded in December 2025, the original price less the listed
    /// promotions is the price shown, to the cent. The new shopper's allowance is the promotion that the link calls
    /// `pisId`; 37 flagged cards do not list it while their sums are exact, so that their price does not contain it.
    fn price(&self) -> Result<Money, &'static str> {
        let none = "The card has no price above zero that can be read.";
        let shown = self.shown.filter(|shown| shown.is_positive()).ok_or(none)?;
        if self.mocked {
            return Err("The card's price is a mocked one (tool mockedSalePrice) and not what anybody pays.");
        }
        let sum = self
            .promotions
            .iter()
            .try_fold(0_i64, |sum, (_, minor)| sum.checked_add((*minor)?));
        let sums_up = || Some(self.original?.minor().checked_sub(sum?)? == shown.minor());
        if !self.promotions.is_empty() && sums_up() != Some(true) {
            return Err("The original price less the listed promotions is not the price shown.");
        }
        let is_new = self.flagged || self.welcomed;
        let allowance = self.listed_allowance().filter(|_| is_new);
        match allowance {
            Some(minor) => shown
                .checked_add(Money::new(minor, shown.currency()))
                .filter(|price| price.is_positive())
                .ok_or(none),
            None if self.welcomed => {
                Err("The price contains a new shopper's allowance that the card does not list apart.")
            }
            None => Ok(shown),
        }
    }

    fn listed_allowance(&self) -> Option<i64> {
        let id = self.allowance.as_ref()?;
        self.promotions
            .iter()
            .find(|(promotion, _)| promotion == id)
            .and_then(|(_, minor)| *minor)
    }

    /// What a first order pays: the price shown, or the lower one in the link of a flagged card.
    fn new_shopper_price(&self, returning: Money, linked: Option<Money>) -> Option<Money> {
        let lower = |price: &Money| {
            price.currency() == returning.currency() && price.is_positive() && price.minor() < returning.minor()
        };
        let linked = linked.filter(|_| self.flagged || self.welcomed);
        self.shown.filter(lower).or_else(|| linked.filter(lower))
    }
}

/// The promotions behind a price: `id:x:cents;id:x:cents`.
fn promotions(log: &Value) -> Vec<(String, Option<i64>)> {
    let text = text(at(log, "promotionResultDetails")).unwrap_or_default();
    text.split(';')
        .filter(|one| !one.trim().is_empty())
        .map(|one| {
            let mut fields = one.split(':');
            let id = fields.next().unwrap_or("").to_owned();
            let minor = fields.nth(1).and_then(|cents| cents.parse().ok());
            (id, minor.filter(|minor| *minor >= 0))
        })
        .collect()
}

/// A price object: the decimal of `minPrice`, which must agree with what is formatted or in cents where both are there.
fn money(price: &Value, expected: Currency) -> Option<Money> {
    value::currency(at(price, "currencyCode")).filter(|named| *named == expected)?;
    let plain = amount::money_value(at(price, "minPrice"), expected);
    let shown = price::words(at(price, "formattedPrice"), expected);
    match (plain, shown) {
        (Some(plain), Some(shown)) if plain != shown => None,
        (Some(money), _) | (None, Some(money)) => Some(money),
        (None, None) => None,
    }
}

/// The warehouse in the JSON that the card hands on to the listing's page.
fn ships_from(card: &Value) -> Option<Warehouse> {
    let text = at(card, "trace.pdpParams.pdp_cdi").as_str()?;
    let handed = value::parse(&decoded(text)).ok()?;
    value::warehouse(at(&handed, "shipFrom"))
}
