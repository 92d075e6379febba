//! The world: listings, coupons and weeks, each a pure function of seed, listing, market and moment. Nothing is walked
//! through and nothing remembered, so that any moment is as quick to ask for as any other.

mod added;
mod calendar;
mod catalog;
mod codes;
mod draw;
mod lanes;
mod markets;
mod page;
mod price;
mod shown;
mod terms;
mod words;

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tillwatch_core::id::{ItemId, SkuId, StoreId, US_OFFSET};
use tillwatch_core::money::Money;

use crate::view::{Category, Listing, Offer};
use added::Added;
use calendar::{Calendar, DAY};
use catalog::Catalog;

pub use calendar::Sale;
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

/// A marketplace. It has no clock: every question names its moment, of which whole seconds count.
#[derive(Debug, Clone)]
pub struct World {
    seed: u64,
    origin: Timestamp,
    calendar: Calendar,
    catalog: Catalog,
    items: Vec<ItemId>,
    places: HashMap<ItemId, usize>,
    added: Added,
}

impl World {
    /// The world of a seed. `origin` is its present: four years of past are behind it, twenty of future before it.
    /// Outside of these, prices and weekly rounds go on without named sales.
    pub fn new(seed: u64, size: Size, origin: Timestamp) -> Self {
        let year = origin.to_zoned(TimeZone::UTC).year();
        let catalog = Catalog::new(seed, size, origin.as_second());
        let items: Vec<ItemId> = catalog.plans.iter().map(|plan| plan.item.clone()).collect();
        Self {
            seed,
            origin,
            calendar: Calendar::around(year),
            places: items.iter().cloned().zip(0..).collect(),
            catalog,
            items,
            added: Added::default(),
        }
    }

    /// The same world in which nobody holds named sales: prices and weekly rounds go on. For a story that happens on
    /// whatever day it is told.
    #[must_use]
    pub fn without_sales(mut self) -> Self {
        self.calendar.leave_out_sales();
        self
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

    /// All categories, each with the wider one that it stands in.
    pub fn categories() -> Vec<(Category, Option<Category>)> {
        let category = |(id, name)| Category {
            id: terms::category(id),
            name,
        };
        let wide = words::WIDE.map(|wide| (category(wide), None));
        let narrow = words::CATEGORIES.map(|(wide, narrow, _)| (category(narrow), Some(category(wide))));
        wide.into_iter().chain(narrow).collect()
    }

    /// The named sales that touch a span, in order.
    pub fn sales(&self, from: Timestamp, until: Timestamp) -> impl Iterator<Item = &Sale> {
        self.calendar.sales(from.as_second(), until.as_second())
    }

    /// All moments after `from` and before `until` at which something about a listing, its discounts or the codes of a
    /// market changes, in order. After rounding, a few of them change nothing.
    pub fn changes(&self, item: &ItemId, market: &str, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let mut moments = self.listing_changes(item, market, from, until);
        if !moments.is_empty() || self.places.contains_key(item) {
            moments.extend(self.code_changes(market, from, until));
        }
        moments.sort_unstable();
        moments.dedup();
        moments
    }

    /// The part of [`World::changes`] that is the listing's own.
    pub fn listing_changes(&self, item: &ItemId, market: &str, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let (Some(&place), Some(market)) = (self.places.get(item), Market::of(market)) else {
            return Vec::new();
        };
        let plan = &self.catalog.plans[place];
        let (from, until) = (from.as_second(), until.as_second());
        let mut moments = Vec::new();
        price::steps(self.seed, place as u64, plan, from, until, &mut moments);
        price::rate_moves(market, from, until, &mut moments);
        for part in price::parts(self.seed, place as u64, &self.calendar, from, until) {
            moments.extend([part.starts, part.ends, part.announced]);
            moments.extend(part.rise.map(|(from, _)| from));
        }
        moments.extend(plan.appears.into_iter().chain(plan.gone));
        self.shown_changes(place, plan, market, from, until, &mut moments);
        self.added.changes(place, market, &mut moments);
        between(moments, from, until)
    }

    /// The part of [`World::changes`] that all listings of a market share: its published codes.
    pub fn code_changes(&self, market: &str, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let Some(market) = Market::of(market) else {
            return Vec::new();
        };
        let (from, until) = (from.as_second(), until.as_second());
        let mut moments = Vec::new();
        self.published_changes(market, from, until, &mut moments);
        between(moments, from, until)
    }

    /// Adds a discount. A code is published for its regions, or where its currency is paid in if it names none; unless
    /// it is personal. Anything else is shown by the listings in its scope. Both hold from its start to its end.
    pub fn add_offer(&mut self, offer: Offer) {
        self.added.offers.push(offer);
    }

    /// From a moment on, a variant has this price in a country, until the next such moment. Prices are in the
    /// currency of the market. Where there is no such listing or country, nothing happens.
    pub fn set_price(&mut self, item: &ItemId, market: &str, sku: &SkuId, from: Timestamp, price: Money) {
        if let (Some(&place), Some(market)) = (self.places.get(item), Market::of(market)) {
            let prices = self.added.prices.entry((place, market.country)).or_default();
            prices.push((sku.clone(), from.as_second(), price));
        }
    }

    /// From a moment on, a listing is gone. Of two such moments the later call counts.
    pub fn remove(&mut self, item: &ItemId, from: Timestamp) {
        if let Some(&place) = self.places.get(item) {
            self.added.gone.insert(place, from.as_second());
        }
    }

    /// The listings of a store that are sold to a country at a moment. The storefront of the United States knows a
    /// store by another id than the rest of the world.
    pub fn of_store(&self, store: &StoreId, market: &str, at: Timestamp) -> Vec<Listing> {
        let shops = self.catalog.shops.iter();
        shops
            .filter(|shop| shop.id(market) == store)
            .flat_map(|shop| &shop.listings)
            .filter_map(|place| self.listing(&self.items[*place], market, at).ok())
            .collect()
    }
}

/// The id of a listing on the US storefront; `None` where the id is no number.
pub fn us_id(item: &ItemId) -> Option<String> {
    let number: u64 = item.as_str().parse().ok()?;
    Some((number + US_OFFSET).to_string())
}

/// The seconds strictly between two, in order and each once.
fn between(mut moments: Vec<i64>, from: i64, until: i64) -> Vec<Timestamp> {
    moments.retain(|moment| (from + 1..until).contains(moment));
    moments.sort_unstable();
    moments.dedup();
    moments.into_iter().map(terms::stamp).collect()
}
