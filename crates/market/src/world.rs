//! The world: listings, coupons and weeks, each a pure function of seed, listing, market and moment.

mod draw;
mod markets;

use std::collections::HashMap;

use jiff::Timestamp;
use tillwatch_core::id::{ItemId, SkuId, StoreId, US_OFFSET};
use tillwatch_core::money::Money;

use crate::view::{Listing, Offer};
use draw::Draw;

pub use markets::{MARKETS, Market};

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Listings.
    pub listings: u32,
    /// Stores that sell them.
    pub stores: u32,
}

impl Size {
    /// So many listings in a usual number of stores.
    pub const fn of(listings: u32) -> Self {
        Self {
            listings,
            stores: listings / 16 + 3,
        }
    }
}

impl Default for Size {
    fn default() -> Self {
        Self::of(1_000)
    }
}

/// Why a listing is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// There never was such a listing, or it is not there yet.
    Unknown,
    /// It was taken down.
    Removed,
    /// It is there, and not sold to this country.
    NotSoldThere,
}

/// A marketplace. It has no clock: every question names its moment.
#[derive(Debug, Clone)]
pub struct World {
    seed: u64,
    origin: Timestamp,
    items: Vec<ItemId>,
    places: HashMap<ItemId, usize>,
    added: Vec<Offer>,
}

impl World {
    /// The world of a seed. `origin` is its present: two years of past are behind it, and its future is open.
    pub fn new(seed: u64, size: Size, origin: Timestamp) -> Self {
        let items: Vec<ItemId> = (0..u64::from(size.listings)).map(|place| item_id(seed, place)).collect();
        let places = items.iter().cloned().zip(0..).collect();
        Self {
            seed,
            origin,
            items,
            places,
            added: Vec::new(),
        }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The moment that it was made for.
    pub fn origin(&self) -> Timestamp {
        self.origin
    }

    /// All listings that ever are, in a fixed order.
    pub fn items(&self) -> &[ItemId] {
        &self.items
    }

    /// A listing as shoppers of a country see it at a moment.
    pub fn listing(&self, item: &ItemId, market: &str, at: Timestamp) -> Result<Listing, Absence> {
        let _ = (self.places.get(item).ok_or(Absence::Unknown)?, market, at);
        Err(Absence::Unknown)
    }

    /// The codes that are published for a country at a moment: the ladders that everybody can type. Some have not
    /// begun yet, of some none are left.
    pub fn public_codes(&self, market: &str, at: Timestamp) -> Vec<Offer> {
        let _ = (market, at);
        Vec::new()
    }

    /// All discounts that the marketplace has for a country at a moment and that no listing needs to show: public
    /// codes, and those of single shoppers.
    pub fn codes(&self, market: &str, at: Timestamp) -> Vec<Offer> {
        self.public_codes(market, at)
    }

    /// All moments after `from` and before `until` at which something about a listing or the codes of a market
    /// changes, in order. A few of them may change nothing that is left after rounding.
    pub fn changes(&self, item: &ItemId, market: &str, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let _ = (item, market, from, until);
        Vec::new()
    }

    /// Adds a discount. A public code is published for its regions from its start to its end; anything else is shown,
    /// in that window, by the listings that it covers.
    pub fn add_offer(&mut self, offer: Offer) {
        self.added.push(offer);
    }

    /// From a moment on, a variant has this price in a country, until the next such moment.
    pub fn set_price(&mut self, item: &ItemId, market: &str, sku: &SkuId, from: Timestamp, price: Money) {
        let _ = (item, market, sku, from, price);
    }

    /// From a moment on, a listing is gone.
    pub fn remove(&mut self, item: &ItemId, from: Timestamp) {
        let _ = (item, from);
    }

    /// The listings of a store that are sold to a country at a moment.
    pub fn of_store(&self, store: &StoreId, market: &str, at: Timestamp) -> Vec<Listing> {
        let shown = |item| self.listing(item, market, at).ok();
        self.items
            .iter()
            .filter_map(shown)
            .filter(|listing| listing.store == *store)
            .collect()
    }
}

/// The id of a listing on the US storefront; `None` where the id is no number.
pub fn us_id(item: &ItemId) -> Option<String> {
    let number: u64 = item.as_str().parse().ok()?;
    Some((number + US_OFFSET).to_string())
}

/// Mostly of the family of today, some of older ones.
fn item_id(seed: u64, place: u64) -> ItemId {
    let mut draw = Draw::of(seed, "item id", &[place]);
    let within = place * 4_099 + draw.below(4_099);
    let family = match draw.below(100) {
        0..90 => 1_005_004_000_000_000,
        90..96 => 4_000_100_000_000,
        _ => 32_800_000_000,
    };
    ItemId::from_number(family + within)
}
