//! What the world promises: sameness, variety, change points, believable prices.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use tillwatch_core::id::DiscountId;
use tillwatch_core::money::{Currency, Money};
use tillwatch_market::view::{Listing, Offer, OfferKind, Takes};
use tillwatch_market::world::{Absence, MARKETS, Size, World, us_id};

const DAY: i64 = 86_400;

fn origin() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn world(listings: u32) -> World {
    World::new(2026, Size::of(listings), origin())
}

fn at(day: i64, second: i64) -> Timestamp {
    Timestamp::from_second(origin().as_second() + day * DAY + second).unwrap()
}

/// Every listing that is sold in every market, at moments some days apart over the two years behind and one ahead.
fn sample(world: &World, every: usize) -> impl Iterator<Item = Listing> {
    let days = (-730..365).step_by(every);
    days.flat_map(move |day| {
        let sold = MARKETS.iter().flat_map(move |market| {
            let shown = move |item| world.listing(item, market.country, at(day, 0)).ok();
            world.items().iter().filter_map(shown)
        });
        sold.collect::<Vec<_>>()
    })
}

#[test]
fn the_same_seed_gives_the_same_answers_and_another_seed_others() {
    let (one, same, other) = (world(40), world(40), World::new(7, Size::of(40), origin()));
    let mut different = 0;
    for (item, strange) in one.items().iter().zip(other.items()) {
        for day in [-700, -3, 0, 400] {
            assert_eq!(
                one.listing(item, "DE", at(day, 0)),
                same.listing(item, "DE", at(day, 0))
            );
            let (from, until) = (at(day, 0), at(day + 60, 0));
            assert_eq!(
                one.changes(item, "DE", from, until),
                same.changes(item, "DE", from, until)
            );
            different += u32::from(one.listing(item, "DE", at(day, 0)) != other.listing(strange, "DE", at(day, 0)));
        }
    }
    assert_eq!(one.public_codes("US", origin()), same.public_codes("US", origin()));
    assert!(different > 100, "{different}");
}

/// What an offer can have, and whether it has it.
type Trait = (&'static str, fn(&Offer) -> bool);

#[test]
fn every_kind_of_discount_and_of_what_it_takes_occurs() {
    let world = world(60);
    let mut offers: Vec<Offer> = sample(&world, 23).flat_map(|listing| listing.offers).collect();
    for day in (-730..0).step_by(3) {
        for market in &MARKETS {
            offers.extend(world.public_codes(market.country, at(day, 0)));
            offers.extend(world.personal_codes(market.country, at(day, 0)));
        }
    }
    let kinds: BTreeSet<OfferKind> = offers.iter().map(|offer| offer.kind).collect();
    let every = [
        OfferKind::StoreDiscount,
        OfferKind::SpendAndSave,
        OfferKind::Platform,
        OfferKind::Category,
        OfferKind::Welcome,
        OfferKind::Store,
        OfferKind::Seller,
        OfferKind::Code,
        OfferKind::FreeShipping,
    ];
    assert_eq!(kinds, BTreeSet::from(every));
    let traits: [Trait; 20] = [
        ("fixed", |o| matches!(o.takes, Takes::Fixed(_))),
        ("percent", |o| matches!(o.takes, Takes::Percent(_, None))),
        ("percent with a cap", |o| matches!(o.takes, Takes::Percent(_, Some(_)))),
        ("tiers", |o| matches!(o.takes, Takes::Tiers(_))),
        ("per spend", |o| matches!(o.takes, Takes::PerSpend { cap: None, .. })),
        ("per spend with a cap", |o| {
            matches!(o.takes, Takes::PerSpend { cap: Some(_), .. })
        }),
        ("pieces", |o| matches!(o.takes, Takes::Pieces(_))),
        ("shipping", |o| matches!(o.takes, Takes::Shipping(None))),
        ("shipping with a cap", |o| matches!(o.takes, Takes::Shipping(Some(_)))),
        ("none left", |o| o.left == 0),
        ("regions", |o| !o.regions.is_empty()),
        ("warehouses", |o| !o.warehouses.is_empty()),
        ("stores", |o| !o.stores.is_empty()),
        ("sellers", |o| !o.sellers.is_empty()),
        ("categories", |o| !o.categories.is_empty()),
        ("items", |o| !o.items.is_empty()),
        ("excluded items", |o| !o.excluded.is_empty()),
        ("personal", |o| o.personal),
        ("exclusive", |o| o.exclusive),
        ("a store coupon with a code", |o| {
            o.kind == OfferKind::Store && o.code.is_some()
        }),
    ];
    for (name, holds) in traits {
        assert!(offers.iter().any(holds), "no offer with {name}");
        assert!(!offers.iter().all(holds), "every offer has {name}");
    }
}

#[test]
fn each_market_has_listings_in_its_currency_and_codes() {
    let world = world(100);
    for market in &MARKETS {
        let listings = world
            .items()
            .iter()
            .filter_map(|item| world.listing(item, market.country, origin()).ok());
        let sold = listings
            .inspect(|listing| assert!(listing.variants.iter().all(|v| v.price.currency() == market.currency())))
            .count();
        assert!(sold > 60, "{}: {sold}", market.country);
        let days = (-730..0)
            .step_by(5)
            .filter(|day| !world.public_codes(market.country, at(*day, 0)).is_empty());
        assert!(days.count() > 73, "{}", market.country);
    }
    for code in ["USD", "EUR", "GBP", "PLN", "MXN", "BRL", "JPY", "KRW", "ILS"] {
        assert!(
            MARKETS
                .iter()
                .any(|market| market.currency() == Currency::parse(code).unwrap()),
            "{code}"
        );
    }
}

#[test]
fn an_absence_says_which_it_is() {
    let world = world(1_000);
    let all = |day| {
        let absences = world
            .items()
            .iter()
            .filter_map(|item| world.listing(item, "FR", at(day, 0)).err());
        absences.collect::<Vec<_>>()
    };
    let (past, now) = (all(-730), all(0));
    let count = |of: &[Absence], which| of.iter().filter(|absence| **absence == which).count();
    assert!(count(&now, Absence::NotSoldThere) > 50, "{now:?}");
    assert!(count(&past, Absence::Unknown) > 20);
    assert_eq!(count(&now, Absence::Unknown), 0);
    assert!(count(&now, Absence::Removed) > count(&past, Absence::Removed));
    assert_eq!(
        world.listing(&world.items()[0], "XX", origin()).err(),
        Some(Absence::NotSoldThere)
    );
}

#[test]
fn no_price_is_zero_or_negative_and_a_placeholder_is_never_salable() {
    let mut placeholders = 0;
    for listing in sample(&world(60), 29) {
        assert!(!listing.shipping.is_empty());
        for variant in &listing.variants {
            assert!(variant.price.is_positive(), "{listing:?}");
            assert!(variant.list_price.minor() >= variant.price.minor());
            if let Some(first) = variant.new_shopper_price {
                assert!(
                    first.is_positive() && first.minor() < variant.price.minor(),
                    "{variant:?}"
                );
            }
            assert!(variant.salable == (variant.stock > 0));
            assert!(listing.shipping.iter().any(|way| way.from == variant.warehouse));
            if variant.price.minor() == 14_979_985 {
                placeholders += 1;
                assert!(!variant.salable);
            }
        }
        assert!(listing.announced.is_none_or(|(price, _)| price.is_positive()));
    }
    assert!(placeholders > 0);
}

#[test]
fn a_coupon_begins_and_ends_at_midnight_in_los_angeles() {
    let zone = TimeZone::get("America/Los_Angeles").unwrap();
    let world = world(60);
    let codes = (-730..365)
        .step_by(5)
        .flat_map(|day| world.public_codes("ES", at(day, 0)));
    let mut seen = 0;
    for offer in sample(&world, 40).flat_map(|listing| listing.offers).chain(codes) {
        assert!(offer.starts < offer.ends);
        for moment in [offer.starts, offer.ends] {
            let there = moment.to_zoned(zone.clone());
            assert_eq!(there.time(), jiff::civil::Time::midnight(), "{offer:?}");
            seen += 1;
        }
    }
    assert!(seen > 1_000);
}

#[test]
fn prices_rise_before_a_sale_for_some_listings_and_fall_in_it_for_most() {
    let world = world(400);
    let anniversary = world
        .sales(at(-300, 0), at(-200, 0))
        .find(|sale| sale.name == "Anniversary sale")
        .unwrap();
    let price = |item, second| {
        let listing = world
            .listing(item, "US", Timestamp::from_second(second).unwrap())
            .ok()?;
        Some(listing.variants[0].price.minor())
    };
    let (mut risen, mut cut, mut announced, mut all) = (0, 0, 0, 0);
    for item in world.items() {
        let start = anniversary.starts;
        let (Some(usual), Some(before), Some(during)) = (
            price(item, start - 50 * DAY),
            price(item, start - 1),
            price(item, start),
        ) else {
            continue;
        };
        all += 1;
        risen += u32::from(before * 100 > usual * 108 && during * 100 < before * 95);
        cut += u32::from(during * 100 < before * 97);
        let warm = world
            .listing(item, "US", Timestamp::from_second(start - 1).unwrap())
            .unwrap()
            .announced;
        if let Some((price, from)) = warm {
            assert_eq!((price.minor(), from.as_second()), (during, start));
            announced += 1;
        }
    }
    assert!(all > 300);
    assert!((all / 20..all / 2).contains(&risen), "{risen} of {all} rose");
    assert!(cut > all / 2 && cut < all, "{cut} of {all} were cut");
    assert!(announced > all / 2, "{announced} of {all} were announced");
}

#[test]
fn a_coupon_can_be_started_at_a_second() {
    let mut world = world(20);
    let item = world
        .items()
        .iter()
        .find(|item| world.listing(item, "US", origin()).is_ok())
        .unwrap()
        .clone();
    let before = world.listing(&item, "US", origin()).unwrap();
    let usd = |minor| Money::new(minor, Currency::USD);
    let coupon = Offer {
        id: DiscountId::parse("BY-HAND").unwrap(),
        kind: OfferKind::Store,
        code: None,
        takes: Takes::Fixed(usd(100)),
        currency: Currency::USD,
        minimum: usd(0),
        starts: at(0, 7),
        ends: at(0, 9),
        left: 1,
        regions: Vec::new(),
        warehouses: Vec::new(),
        stores: vec![before.store.clone()],
        sellers: Vec::new(),
        categories: Vec::new(),
        items: Vec::new(),
        excluded: Vec::new(),
        personal: false,
        exclusive: false,
    };
    world.add_offer(coupon.clone());
    world.add_offer(Offer {
        kind: OfferKind::Code,
        id: DiscountId::parse("TYPED").unwrap(),
        code: Some("TYPED".into()),
        stores: Vec::new(),
        ..coupon
    });
    let has = |second| {
        let listing = world.listing(&item, "US", at(0, second)).unwrap();
        let codes = world.public_codes("US", at(0, second));
        let shown = listing.offers.iter().any(|offer| offer.id.as_str() == "BY-HAND");
        assert_eq!(shown, codes.iter().any(|offer| offer.id.as_str() == "TYPED"));
        shown
    };
    assert_eq!([6, 7, 8, 9].map(has), [false, true, true, false]);
    assert!(world.changes(&item, "US", at(0, 6), at(0, 10)).starts_with(&[at(0, 7)]));

    let sku = before.variants[0].sku.clone();
    world.set_price(&item, "US", &sku, at(0, 3), usd(1_234));
    world.set_price(&item, "US", &sku, at(0, 5), usd(999));
    let price = |second| world.listing(&item, "US", at(0, second)).unwrap().variants[0].price;
    assert_eq!(
        [2, 3, 4, 5].map(price),
        [before.variants[0].price, usd(1_234), usd(1_234), usd(999)]
    );
    world.remove(&item, at(0, 8));
    assert!(world.listing(&item, "US", at(0, 7)).is_ok());
    assert_eq!(world.listing(&item, "US", at(0, 8)).err(), Some(Absence::Removed));
    let changes = world.changes(&item, "US", at(0, 0), at(0, 10));
    assert_eq!(changes, [3, 5, 7, 8, 9].map(|second| at(0, second)));
}

#[test]
fn an_id_of_the_united_states_folds_into_the_listings_own() {
    for item in world(200).items() {
        let there = us_id(item).unwrap();
        assert_eq!(tillwatch_core::id::ItemId::parse(&there).as_ref(), Ok(item));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn between_two_change_points_nothing_changes(
        place in 0..30_usize,
        market in 0..MARKETS.len(),
        day in -730..700_i64,
        offsets in prop::collection::vec(0.0..1.0_f64, 3),
    ) {
        static WORLD: LazyLock<World> = LazyLock::new(|| world(30));
        let world = &*WORLD;
        let (item, market) = (&world.items()[place], MARKETS[market].country);
        let (from, until) = (at(day, 0), at(day + 30, 0));
        let mut points = world.changes(item, market, from, until);
        prop_assert!(points.is_sorted());
        points.insert(0, from);
        points.push(until);
        let seen = |second: i64| {
            let moment = Timestamp::from_second(second).unwrap();
            (world.listing(item, market, moment), world.public_codes(market, moment))
        };
        for span in points.windows(2) {
            let (first, last) = (span[0].as_second(), span[1].as_second() - 1);
            let as_it_was = seen(first);
            prop_assert_eq!(&as_it_was, &seen(last), "{} to {}", span[0], span[1]);
            for offset in &offsets {
                #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any moment will do")]
                let between = first + ((last - first) as f64 * offset) as i64;
                prop_assert_eq!(&as_it_was, &seen(between));
            }
        }
    }
}
