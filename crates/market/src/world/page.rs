//! A listing as it stands at a moment: its variants with prices, its shipping, what it shows.

use jiff::Timestamp;
use tillwatch_core::id::{ItemId, PoolId};
use tillwatch_core::money::Money;

use super::catalog::{Make, Plan};
use super::draw::{Draw, named};
use super::markets::Market;
use super::price::{self, Part, Purse};
use super::{Absence, World, terms, words};
use crate::view::{Category, Listing, Shipping, Variant};

/// What an unsalable variant is said to cost, in minor units of any currency.
const PLACEHOLDER: i64 = 14_979_985;

impl World {
    /// A listing as shoppers of a country see it at a moment.
    pub fn listing(&self, item: &ItemId, market: &str, at: Timestamp) -> Result<Listing, Absence> {
        let place = *self.places.get(item).ok_or(Absence::Unknown)?;
        let plan = &self.catalog.plans[place];
        let at = at.as_second();
        if plan.appears.is_some_and(|appears| at < appears) {
            return Err(Absence::Unknown);
        }
        let gone = self.added.gone.get(&place).copied().or(plan.gone);
        if gone.is_some_and(|gone| gone <= at) {
            return Err(Absence::Removed);
        }
        let market = Market::of(market).ok_or(Absence::NotSoldThere)?;
        if !plan.sold[usize::try_from(market.number()).unwrap_or(0)] {
            return Err(Absence::NotSoldThere);
        }
        Ok(self.page(place, plan, market, at))
    }

    fn page(&self, place: usize, plan: &Plan, market: &'static Market, at: i64) -> Listing {
        let purse = Purse::of(self.seed, market, at);
        let shop = &self.catalog.shops[plan.shop];
        let parts: Vec<Part> = price::parts(self.seed, place as u64, &self.calendar, at, at).collect();
        let step = price::step(self.seed, place as u64, plan, at);
        let factor = price::factor(self.seed, place as u64, plan, &parts, at);
        let mut stock = Draw::of(self.seed, const { named("stock") }, &[place as u64, step]);
        let variants = plan.variants.iter();
        let (wide, narrow, _) = words::CATEGORIES[plan.category];
        let categories = [wide, narrow].map(|(id, name)| Category {
            id: terms::category(id),
            name,
        });
        let mut listing = Listing {
            item: plan.item.clone(),
            title: plan.title.clone(),
            store: shop.id(market.country).clone(),
            store_name: shop.name.clone(),
            seller: self.catalog.sellers[plan.seller].clone(),
            categories: categories.into(),
            market: market.country,
            currency: market.currency(),
            variants: variants
                .map(|make| self.variant(place, plan, make, purse, factor, at, &mut stock))
                .collect(),
            shipping: shipping(plan, purse),
            offers: self.shown(place, plan, purse, at),
            announced: self.announced(place, plan, market, &parts, at),
            sold: u32::try_from(stock.below(20_000)).unwrap_or(0),
            rating: plan.rating,
        };
        let added: Vec<_> = self.added.shown(&listing, at).collect();
        listing.offers.extend(added);
        listing
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what a price is made of is known to the page already"
    )]
    fn variant(
        &self,
        place: usize,
        plan: &Plan,
        make: &Make,
        purse: Purse,
        factor: i64,
        at: i64,
        stock: &mut Draw,
    ) -> Variant {
        let currency = purse.market.currency();
        let price = self.price(place, plan, make, purse, factor, at);
        let was = purse.times(plan.base, make.factor, plan.was * 10_000);
        // One in thirty is sold out, for as long as the price holds.
        let left = if stock.chance(33) { 0 } else { 1 + stock.below(900) };
        let first_order = plan.allowance.map(|cents| {
            let least = purse.converted(99).min(price.minor());
            Money::new((price.minor() - purse.converted(cents)).max(least), currency)
        });
        let salable = make.sold && left > 0;
        Variant {
            sku: make.sku.clone(),
            name: make.name.clone(),
            price,
            list_price: Money::new(was.max(price.minor()), currency),
            new_shopper_price: first_order.filter(|first| salable && *first != price),
            stock: if make.sold { left } else { 0 },
            warehouse: make.warehouse.clone(),
            salable,
        }
    }

    fn price(&self, place: usize, plan: &Plan, make: &Make, purse: Purse, factor: i64, at: i64) -> Money {
        let currency = purse.market.currency();
        if let Some(set) = self.added.price(place, purse.market, &make.sku, at) {
            return set;
        }
        if make.sold {
            Money::new(purse.times(plan.base, make.factor, factor), currency)
        } else {
            Money::new(PLACEHOLDER, currency)
        }
    }

    /// The first variant's price in the next sale, once it is announced.
    fn announced(
        &self,
        place: usize,
        plan: &Plan,
        market: &'static Market,
        parts: &[Part],
        at: i64,
    ) -> Option<(Money, Timestamp)> {
        let coming = parts.iter().find(|part| (part.announced..part.starts).contains(&at))?;
        let make = plan.variants.iter().find(|make| make.sold)?;
        let purse = Purse::of(self.seed, market, coming.starts);
        let then: Vec<Part> =
            price::parts(self.seed, place as u64, &self.calendar, coming.starts, coming.starts).collect();
        let factor = price::factor(self.seed, place as u64, plan, &then, coming.starts);
        let price = self.price(place, plan, make, purse, factor, coming.starts);
        Some((price, terms::stamp(coming.starts)))
    }
}

/// From each warehouse one way, and sometimes a faster and dearer one.
fn shipping(plan: &Plan, purse: Purse) -> Vec<Shipping> {
    let currency = purse.market.currency();
    let mut ways: Vec<Shipping> = Vec::new();
    for make in &plan.variants {
        if ways.iter().any(|way| way.from == make.warehouse) {
            continue;
        }
        let far = make.warehouse.as_str() == "CN";
        let own = |cents: i64| Money::new(if cents == 0 { 0 } else { purse.converted(cents) }, currency);
        let (fee, free_from) = purse.market.pool();
        let pooled = plan.pooled && far;
        ways.push(Shipping {
            fee: if pooled { fee } else { own(plan.fee) },
            pool: pooled.then(pool),
            free_from: pooled.then_some(free_from),
            from: make.warehouse.clone(),
            carrier: if pooled {
                "AliExpress Selection Standard"
            } else {
                "AliExpress standard shipping"
            },
            days: if far { (9, 21) } else { (3, 7) },
        });
        if plan.was % 4 == 0 {
            ways.push(Shipping {
                fee: own(plan.fee.max(300) + 1_500),
                pool: None,
                free_from: None,
                from: make.warehouse.clone(),
                carrier: "DHL",
                days: (3, 6),
            });
        }
    }
    ways
}

fn pool() -> PoolId {
    PoolId::parse("choice").unwrap_or_else(|_| unreachable!("a word is an id"))
}
