//! Carts by chance, and discounts stranger than those that a world has.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tillwatch_core::id::{DiscountId, ItemId, StoreId, Warehouse};
use tillwatch_core::money::{BasisPoints, Currency, Money};
use tillwatch_market::till::{Cart, Wanted};
use tillwatch_market::view::{Listing, Offer, OfferKind, Takes};
use tillwatch_market::world::{MARKETS, Size, World};

const DAY: i64 = 86_400;

/// A stream of chance, the same in each run.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    pub(crate) fn place(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap()
    }

    fn amount(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).unsigned_abs() + 1).cast_signed()
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }
}

/// A small world, so that lines share stores and sellers, in which each market has discounts of every build besides.
pub(crate) fn world(number: u64) -> World {
    let origin: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let size = Size {
        listings: 60,
        stores: 7,
    };
    let mut world = World::new(number, size, origin);
    let mut chance = Chance(number);
    for market in &MARKETS {
        let item = world
            .items()
            .iter()
            .find(|item| world.listing(item, market.country, origin).is_ok());
        let seen = world.listing(item.unwrap(), market.country, origin).unwrap();
        for nth in 0..40 {
            let offer = strange(&mut chance, nth, &seen);
            world.add_offer(offer);
        }
    }
    world
}

/// A discount that no lane brings: any kind with any benefit and any fine print, in one market's currency.
fn strange(chance: &mut Chance, number: u64, seen: &Listing) -> Offer {
    let currency = seen.currency;
    // About a dollar.
    let unit = match currency.code() {
        "JPY" => 150,
        "KRW" => 1_300,
        "MXN" => 1_800,
        "PLN" | "ILS" | "BRL" => 450,
        _ => 100,
    };
    let kinds = [
        OfferKind::StoreDiscount,
        OfferKind::SpendAndSave,
        OfferKind::Platform,
        OfferKind::Category,
        OfferKind::Welcome,
        OfferKind::Store,
        OfferKind::Store,
        OfferKind::Seller,
        OfferKind::Code,
        OfferKind::Code,
        OfferKind::FreeShipping,
    ];
    let kind = kinds[chance.place(kinds.len())];
    let id = format!("STRANGE-{}-{number}", seen.market);
    let start = seen_start(chance);
    Offer {
        id: DiscountId::parse(&id).unwrap(),
        kind,
        code: (kind == OfferKind::Code).then_some(id),
        takes: takes(chance, currency, unit),
        currency,
        minimum: Money::new(
            if chance.one_in(3) {
                0
            } else {
                chance.amount(1, 60 * unit)
            },
            currency,
        ),
        starts: start,
        ends: later(start, chance.amount(100, 500)),
        left: if chance.one_in(15) { 0 } else { 9 },
        regions: if chance.one_in(4) {
            vec![seen.market]
        } else {
            Vec::new()
        },
        warehouses: rarely(chance, 8, || Warehouse::parse("CN").unwrap()),
        stores: rarely(chance, 6, || seen.store.clone()),
        sellers: rarely(chance, 8, || seen.seller.clone()),
        categories: rarely(chance, 8, || seen.categories[0].id.clone()),
        items: rarely(chance, 20, || seen.item.clone()),
        excluded: rarely(chance, 8, || seen.item.clone()),
        personal: chance.one_in(6),
        exclusive: chance.one_in(6),
    }
}

fn rarely<T>(chance: &mut Chance, many: u64, make: impl FnOnce() -> T) -> Vec<T> {
    if chance.one_in(many) { vec![make()] } else { Vec::new() }
}

fn seen_start(chance: &mut Chance) -> Timestamp {
    let origin: Timestamp = "2024-10-01T07:00:00Z".parse().unwrap();
    later(origin, chance.amount(0, 700))
}

fn later(from: Timestamp, days: i64) -> Timestamp {
    Timestamp::from_second(from.as_second() + days * DAY).unwrap()
}

fn takes(chance: &mut Chance, currency: Currency, unit: i64) -> Takes {
    let money = |chance: &mut Chance, high: i64| Money::new(chance.amount(1, high * unit), currency);
    let share = |points: i64| BasisPoints::new(u16::try_from(points).unwrap()).unwrap();
    match chance.below(9) {
        0 | 1 => Takes::Fixed(money(chance, 15)),
        2 => Takes::Percent(share(chance.amount(1, 4_000)), None),
        3 => Takes::Percent(share(chance.amount(1, 9_000)), Some(money(chance, 9))),
        4 => {
            let first = chance.amount(1, 20 * unit);
            // The deepest is not always the best.
            let tiers = [1, 2, 4].map(|times| (Money::new(first * times, currency), money(chance, 8)));
            Takes::Tiers(tiers.into())
        }
        5 => Takes::PerSpend {
            every: money(chance, 30),
            amount: money(chance, 2),
            cap: chance.one_in(2).then(|| money(chance, 9)),
        },
        6 => {
            let tiers = [1, 2, 5].map(|pieces| (pieces, share(chance.amount(1, 2_000))));
            Takes::Pieces(tiers.into())
        }
        7 => Takes::Shipping(None),
        _ => Takes::Shipping(Some(money(chance, 4))),
    }
}

/// The listings of a world, store by store.
pub(crate) fn shelves(world: &World) -> Vec<Vec<ItemId>> {
    let mut shelves: BTreeMap<StoreId, Vec<ItemId>> = BTreeMap::new();
    for item in world.items() {
        let mut abroad = MARKETS.iter().filter(|market| market.country != "US");
        let listing = abroad.find_map(|market| world.listing(item, market.country, world.origin()).ok());
        if let Some(listing) = listing {
            shelves.entry(listing.store).or_default().push(item.clone());
        }
    }
    shelves.into_values().collect()
}

/// A cart of one to four lines, of which some are of one store, held coupons among what it knows.
pub(crate) fn cart(chance: &mut Chance, world: &World, shelves: &[Vec<ItemId>]) -> Cart {
    let market = MARKETS[chance.place(MARKETS.len())];
    let at = later(world.origin(), chance.amount(-730, 300));
    let at = Timestamp::from_second(at.as_second() + chance.amount(0, DAY)).unwrap();
    let many = 1 + chance.place(4);
    let mut cart = Cart {
        market: market.country.into(),
        currency: market.currency(),
        at,
        held: Vec::new(),
        lines: Vec::new(),
    };
    let personal_codes = world.personal_codes(market.country, at);
    let mut shelf = &shelves[chance.place(shelves.len())];
    while cart.lines.len() < many {
        let item = &shelf[chance.place(shelf.len())];
        if chance.one_in(2) {
            shelf = &shelves[chance.place(shelves.len())];
        }
        let Ok(listing) = world.listing(item, market.country, at) else {
            continue;
        };
        let variant = &listing.variants[chance.place(listing.variants.len())];
        let quantity = 1 + u32::try_from(chance.below(4)).unwrap();
        if !variant.salable || variant.stock < u64::from(quantity) {
            continue;
        }
        cart.lines.push(Wanted {
            item: item.clone(),
            sku: variant.sku.clone(),
            quantity,
        });
        let known = listing.offers.iter().chain(&personal_codes);
        let personal = known.filter(|offer| offer.personal);
        for offer in personal {
            if chance.one_in(2) {
                cart.held.push(offer.id.clone());
            }
        }
    }
    cart
}
