//! The discounts that a listing shows: which lanes reach it, and what they bring.

use tillwatch_core::id::ItemId;

use super::World;
use super::catalog::Plan;
use super::draw::{Draw, named};
use super::lanes::{Lane, Rounds, Run, SUNDAYS, WEDNESDAYS};
use super::markets::{MARKETS, Market};
use super::price::Purse;
use super::{terms, words};
use crate::view::Offer;

/// What comes by a lane.
#[derive(Debug, Clone, Copy)]
enum Brings {
    StoreDiscount,
    StoreCoupon,
    SellerCoupon,
    PlatformCoupon,
    CategoryCoupon,
    Welcome,
    SpendAndSave,
    FreeShipping,
}

/// So many listings that follow each other are offered platform coupons together.
const GROUP: usize = 6;

const fn every(every: i64, late: i64) -> Rounds {
    Rounds::Days { every, first: 0, late }
}

const SALES: Rounds = Rounds::Sales { grand_only: false };
const GRAND: Rounds = Rounds::Sales { grand_only: true };

impl World {
    /// The lanes that reach a listing. Those of stores and sellers bring the same everywhere; the platform's are each
    /// market's own.
    fn lanes(
        &self,
        place: usize,
        plan: &Plan,
        market: &Market,
    ) -> impl Iterator<Item = (Brings, Lane<'static>)> + use<> {
        let here = |number: u64| number * MARKETS.len() as u64 + market.number();
        let shop = plan.shop as u64;
        let group = (place / GROUP) as u64;
        let weekly = if plan.rotates {
            Draw::of(self.seed, const { named("group") }, &[group]).below(600)
        } else {
            0
        };
        let wide = words::wide(plan.category) as u64;
        let restless = self.catalog.shops[plan.shop].restless;
        let lane = |name, of, rounds, chance, lengths| Lane {
            name,
            of,
            rounds,
            chance,
            lengths,
        };
        [
            (
                Brings::StoreDiscount,
                lane(
                    const { named("store discount") },
                    shop,
                    every(28, 14),
                    400,
                    &[7_i64, 14, 28][..],
                ),
            ),
            (
                Brings::StoreCoupon,
                lane(const { named("store coupon") }, shop, SUNDAYS, restless, &[2, 2, 7, 14]),
            ),
            (
                Brings::StoreCoupon,
                lane(const { named("sale store coupon") }, shop, SALES, 250, &[]),
            ),
            (
                Brings::SellerCoupon,
                lane(
                    const { named("seller coupon") },
                    plan.seller as u64,
                    every(60, 20),
                    600,
                    &[30, 45, 60],
                ),
            ),
            (
                Brings::PlatformCoupon,
                lane(
                    const { named("platform coupon") },
                    here(group),
                    WEDNESDAYS,
                    weekly,
                    &[2, 2, 7],
                ),
            ),
            (
                Brings::CategoryCoupon,
                lane(const { named("category coupon") }, here(wide), SALES, 500, &[]),
            ),
            (
                Brings::Welcome,
                lane(const { named("welcome") }, here(0), every(28, 10), 800, &[14, 28]),
            ),
            (
                Brings::SpendAndSave,
                lane(const { named("spend and save") }, here(0), GRAND, 700, &[]),
            ),
            (
                Brings::FreeShipping,
                lane(const { named("free shipping") }, here(0), SALES, 600, &[]),
            ),
            (
                Brings::FreeShipping,
                lane(const { named("weekly free shipping") }, here(0), WEDNESDAYS, 200, &[2]),
            ),
        ]
        .into_iter()
    }

    /// All that a listing shows at a second.
    pub(super) fn shown(&self, place: usize, plan: &Plan, purse: Purse, at: i64) -> Vec<Offer> {
        let mut offers = Vec::new();
        for (brings, lane) in self.lanes(place, plan, purse.market) {
            let runs = lane
                .runs(self.seed, &self.calendar, at, at)
                .filter(|run| run.is_shown(at));
            offers.extend(runs.filter_map(|run| self.offer(brings, &run, at, place, plan, purse)));
        }
        offers
    }

    /// When that changes, between two seconds.
    pub(super) fn shown_changes(
        &self,
        place: usize,
        plan: &Plan,
        market: &Market,
        from: i64,
        until: i64,
        into: &mut Vec<i64>,
    ) {
        for (_, lane) in self.lanes(place, plan, market) {
            let runs = lane.runs(self.seed, &self.calendar, from, until);
            into.extend(runs.flat_map(|run| run.moments()));
        }
    }

    fn offer(&self, brings: Brings, run: &Run, at: i64, place: usize, plan: &Plan, purse: Purse) -> Option<Offer> {
        let shop = &self.catalog.shops[plan.shop];
        let country = purse.market.country;
        Some(match brings {
            Brings::StoreDiscount => Offer {
                stores: vec![shop.id(country).clone()],
                ..terms::store_discount(run, at, purse)
            },
            Brings::StoreCoupon => {
                let listings: Vec<&ItemId> = shop
                    .listings
                    .iter()
                    .map(|place| &self.catalog.plans[*place].item)
                    .collect();
                Offer {
                    stores: vec![shop.id(country).clone()],
                    ..terms::store_coupon(run, at, purse, &listings)
                }
            }
            Brings::SellerCoupon => Offer {
                sellers: vec![self.catalog.sellers[plan.seller].clone()],
                ..terms::seller_coupon(run, at, purse)
            },
            Brings::PlatformCoupon => terms::platform_coupon(run, at, purse, self.group(place)),
            Brings::CategoryCoupon => terms::category_coupon(run, at, purse, words::CATEGORIES[plan.category].0.0),
            Brings::Welcome => terms::welcome(run, at, purse),
            // Shown only where it counts.
            Brings::SpendAndSave => {
                let offer = terms::spend_and_save(run, at, purse);
                let wide = words::CATEGORIES[plan.category].0.0;
                let covers = offer.categories.is_empty() || offer.categories.iter().any(|id| id.as_str() == wide);
                return covers.then_some(offer);
            }
            Brings::FreeShipping => terms::free_shipping(run, at, purse),
        })
    }

    fn group(&self, place: usize) -> Vec<ItemId> {
        let plans = &self.catalog.plans;
        let first = place / GROUP * GROUP;
        let together = &plans[first..plans.len().min(first + GROUP)];
        together
            .iter()
            .filter(|plan| plan.rotates)
            .map(|plan| plan.item.clone())
            .collect()
    }
}
