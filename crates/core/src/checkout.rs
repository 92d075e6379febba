//! A checkout: what is bought, where it is shipped to, when, and which discounts are at hand.

mod read;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::country::Country;
use crate::discount::Discount;
use crate::id::{CategoryId, DiscountId, ItemId, PoolId, SellerId, SkuId, StoreId, Warehouse};
use crate::instant::Instant;
use crate::money::{BasisPoints, Currency, Money};

pub use crate::discount::Percent;
pub use read::{Read, read, read_discounts};
pub(crate) use read::{Wished, read_wished};

/// The name of the checkout format.
pub const SCHEMA: &str = "tillwatch/checkout/1";

/// The most lines that one checkout has.
pub const MOST_LINES: usize = 1_000;

/// The most discounts that one checkout is offered.
pub const MOST_DISCOUNTS: usize = 5_000;

/// The most that lines times discounts come to.
pub const MOST_PAIRS: usize = 250_000;

/// The most shipping pools that one checkout has.
pub const MOST_POOLS: usize = 100;

/// The most pieces of one line.
pub const MOST_PIECES: u32 = 1_000_000;

/// A checkout. Every amount in it is in its currency, and every pool that a line names exists: [`Checkout::new`] and
/// [`read`] see to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Checkout {
    /// The ship-to country.
    pub market: Country,
    /// The currency that is charged.
    pub currency: Currency,
    /// The moment; every window is `valid_from <= at < valid_until`.
    pub at: Instant,
    /// The name of the rule set that was asked for; absent is the default one.
    pub rules: Option<String>,
    /// How tax stands to prices and minimums.
    pub tax: Tax,
    /// The personal discounts that the buyer holds.
    pub holds: Vec<DiscountId>,
    /// Shared shipping fees.
    pub pools: Vec<Pool>,
    /// What is bought.
    pub lines: Vec<Line>,
    /// The candidates.
    pub discounts: Vec<Discount>,
}

/// How tax stands to prices and minimums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Tax {
    /// Whether the prices include it.
    pub included: bool,
    /// Its rate, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Percent>,
    /// Whether minimums are tested on the spend without it.
    pub minimum_spend_net: bool,
}

impl Tax {
    /// The rate to take out of a spend before a minimum is tested; `None` where it is tested as it is.
    pub fn taken_out(self) -> Option<BasisPoints> {
        self.rate
            .filter(|_| self.included && self.minimum_spend_net)
            .map(|rate| rate.0)
    }
}

/// One flat shipping fee for all lines of a group ("Choice"), once in a checkout.
///
/// Seen in August 2026: the same fee on all 18 pages of the group, waived from a threshold of the order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Pool {
    /// Its name.
    pub id: PoolId,
    /// The fee.
    pub fee: Money,
    /// The listed merchandise of the whole checkout from which the fee is waived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_from: Option<Money>,
}

/// One thing that is bought, so many times.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Line {
    /// The listing.
    pub item: ItemId,
    /// The variant.
    pub sku: Option<SkuId>,
    /// The title, for people.
    pub title: Option<String>,
    /// The store.
    pub store: Option<StoreId>,
    /// The seller.
    pub seller: Option<SellerId>,
    /// Its categories, at all levels.
    pub categories: Vec<CategoryId>,
    /// Where it is shipped from.
    pub warehouse: Option<Warehouse>,
    /// The price of one piece, after the listing's own sale price; more than zero.
    pub unit_price: Money,
    /// How many pieces; at least one.
    pub quantity: u32,
    /// The shipping of the line itself; zero where a pool carries it.
    pub shipping: Money,
    /// Which of the checkout's pools carries its shipping, by place.
    pub pool: Option<usize>,
}

impl Line {
    /// Unit price times quantity.
    pub fn listed(&self) -> Money {
        self.unit_price.checked_mul(self.quantity).unwrap_or(self.unit_price)
    }
}

impl Checkout {
    /// An empty checkout for a market, in a currency, at a moment, with prices that say nothing of tax.
    pub fn new(market: Country, currency: Currency, at: Instant) -> Self {
        Self {
            market,
            currency,
            at,
            rules: None,
            tax: Tax {
                included: true,
                ..Tax::default()
            },
            holds: Vec::new(),
            pools: Vec::new(),
            lines: Vec::new(),
            discounts: Vec::new(),
        }
    }
}

/// In the checkout format, so that what was computed can be asked for again.
impl Serialize for Checkout {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            schema: &'static str,
            market: Country,
            currency: Currency,
            at: Instant,
            #[serde(skip_serializing_if = "Option::is_none")]
            rules: Option<&'a str>,
            tax: Tax,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            holds: &'a [DiscountId],
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            shipping_pools: &'a [Pool],
            lines: Vec<WrittenLine<'a>>,
            discounts: &'a [Discount],
        }
        #[derive(Serialize)]
        struct WrittenLine<'a> {
            item: &'a ItemId,
            sku: Option<&'a SkuId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            title: Option<&'a str>,
            store: Option<&'a StoreId>,
            seller: Option<&'a SellerId>,
            categories: &'a [CategoryId],
            warehouse: Option<&'a Warehouse>,
            unit_price: Money,
            quantity: u32,
            shipping: Money,
            shipping_pool: Option<&'a PoolId>,
        }
        let lines = self.lines.iter().map(|line| WrittenLine {
            item: &line.item,
            sku: line.sku.as_ref(),
            title: line.title.as_deref(),
            store: line.store.as_ref(),
            seller: line.seller.as_ref(),
            categories: &line.categories,
            warehouse: line.warehouse.as_ref(),
            unit_price: line.unit_price,
            quantity: line.quantity,
            shipping: line.shipping,
            shipping_pool: line.pool.and_then(|pool| self.pools.get(pool)).map(|pool| &pool.id),
        });
        Written {
            schema: SCHEMA,
            market: self.market,
            currency: self.currency,
            at: self.at,
            rules: self.rules.as_deref(),
            tax: self.tax,
            holds: &self.holds,
            shipping_pools: &self.pools,
            lines: lines.collect(),
            discounts: &self.discounts,
        }
        .serialize(to)
    }
}
