//! The till by itself: the receipt of the guide, and what is dropped without a word.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use jiff::Timestamp;
use tillwatch_core::id::DiscountId;
use tillwatch_core::money::{BasisPoints, Currency, Money};
use tillwatch_market::till::{Asked, Attached, Bill, Cart, Till, Unsold, Wanted, total};
use tillwatch_market::view::{Offer, OfferKind, Takes};
use tillwatch_market::world::{Absence, Size, World};

fn origin() -> Timestamp {
    "2026-10-20T12:00:00Z".parse().unwrap()
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn offer(id: &str, kind: OfferKind, takes: Takes) -> Offer {
    let day = |days: i64| Timestamp::from_second(origin().as_second() + days * 86_400).unwrap();
    Offer {
        id: DiscountId::parse(id).unwrap(),
        kind,
        code: None,
        takes,
        currency: Currency::USD,
        minimum: usd(0),
        starts: day(0),
        ends: day(1),
        left: 1,
        regions: Vec::new(),
        warehouses: Vec::new(),
        stores: Vec::new(),
        sellers: Vec::new(),
        categories: Vec::new(),
        items: Vec::new(),
        excluded: Vec::new(),
        personal: false,
        exclusive: false,
    }
}

fn asked(ids: &[&str]) -> Asked {
    let attached = ids.iter().map(|id| Attached {
        offer: DiscountId::parse(id).unwrap(),
        place: None,
    });
    Asked {
        attached: attached.collect(),
        typed: Vec::new(),
    }
}

/// A world in which one listing costs 50.00 in the United States and nothing applies to it by itself, and a cart of it.
fn fifty() -> (World, Cart) {
    let mut world = World::new(5, Size::of(200), origin());
    let quiet = |item| {
        let listing = world.listing(item, "US", origin()).ok()?;
        let variant = listing.variants.iter().find(|variant| variant.salable)?;
        let cart = Cart {
            market: "US".into(),
            currency: Currency::USD,
            at: origin(),
            held: Vec::new(),
            lines: vec![Wanted {
                item: listing.item.clone(),
                sku: variant.sku.clone(),
                quantity: 1,
            }],
        };
        let by_itself = total(&world, &cart, &Asked::default()).ok()?;
        by_itself.taken.is_empty().then_some(cart)
    };
    let cart = world.items().iter().find_map(quiet).unwrap();
    let line = &cart.lines[0];
    world.set_price(&line.item, "US", &line.sku, origin(), usd(5_000));
    (world, cart)
}

fn ring(offers: Vec<Offer>, ids: &[&str]) -> Bill {
    let (mut world, cart) = fifty();
    for offer in offers {
        world.add_offer(offer);
    }
    total(&world, &cart, &asked(ids)).unwrap()
}

#[test]
fn the_guides_receipt_comes_to_37_80() {
    let tenth = Takes::Percent(BasisPoints::new(1_000).unwrap(), None);
    let mut code = offer("TENTH", OfferKind::Code, tenth);
    code.code = Some("TENTH".into());
    let offers = vec![
        code,
        offer("SELLER", OfferKind::Seller, Takes::Fixed(usd(100))),
        offer("STORE", OfferKind::Store, Takes::Fixed(usd(200))),
        offer("PLATFORM", OfferKind::Platform, Takes::Fixed(usd(500))),
        offer("SHIP", OfferKind::FreeShipping, Takes::Shipping(None)),
    ];
    let bill = ring(offers, &["SHIP", "TENTH", "SELLER", "STORE", "PLATFORM"]);
    assert_eq!(bill.total, usd(3_780), "{bill:?}");
    let off: Vec<i64> = bill.taken.iter().map(|taken| taken.amount.minor()).take(4).collect();
    assert_eq!(off, [500, 200, 100, 420]);
}

/// A change to the fine print.
type Change = fn(&mut Offer);

#[test]
fn what_the_fine_print_forbids_is_dropped_without_a_word() {
    let changes: [(&str, Change, bool); 12] = [
        ("nothing", |_| {}, true),
        ("its end", |offer| offer.ends = origin(), false),
        ("its start", |offer| offer.starts = origin(), true),
        ("none left", |offer| offer.left = 0, false),
        ("another country", |offer| offer.regions = vec!["DE", "FR"], false),
        ("this country", |offer| offer.regions = vec!["DE", "US"], true),
        (
            "another currency",
            |offer| offer.currency = Currency::parse("EUR").unwrap(),
            false,
        ),
        ("a minimum just met", |offer| offer.minimum = usd(5_000), true),
        ("a minimum a cent too high", |offer| offer.minimum = usd(5_001), false),
        ("another account", |offer| offer.personal = true, false),
        (
            "another warehouse",
            |offer| offer.warehouses = vec![warehouse("BE")],
            false,
        ),
        ("no amount", |offer| offer.takes = Takes::Fixed(usd(0)), false),
    ];
    for (name, change, counts) in changes {
        let mut coupon = offer("C", OfferKind::Platform, Takes::Fixed(usd(500)));
        change(&mut coupon);
        let bill = ring(vec![coupon], &["C", "NEVER-HEARD-OF"]);
        assert_eq!(bill.taken.len(), usize::from(counts), "{name}");
        assert_eq!(bill.goods, usd(if counts { 4_500 } else { 5_000 }), "{name}");
    }
}

fn warehouse(code: &str) -> tillwatch_core::id::Warehouse {
    tillwatch_core::id::Warehouse::parse(code).unwrap()
}

#[test]
fn one_that_counts_only_alone_gives_way_unless_it_is_alone() {
    let offers = || {
        let mut alone = offer("ALONE", OfferKind::Platform, Takes::Fixed(usd(2_000)));
        alone.exclusive = true;
        let store = offer("STORE", OfferKind::Store, Takes::Fixed(usd(200)));
        vec![
            alone,
            store,
            offer("SHIP", OfferKind::FreeShipping, Takes::Shipping(None)),
        ]
    };
    assert_eq!(ring(offers(), &["ALONE", "STORE"]).goods, usd(4_800));
    assert_eq!(ring(offers(), &["ALONE", "SHIP"]).total, usd(3_000));
}

#[test]
fn a_cart_that_cannot_be_sold_is_refused_with_the_reason() {
    let (mut world, cart) = fifty();
    let euros = Cart {
        currency: Currency::parse("EUR").unwrap(),
        ..cart.clone()
    };
    assert!(matches!(Till::open(&world, &euros), Err(Unsold::Currency { .. })));
    let mut many = cart.clone();
    many.lines[0].quantity = 1_000_000;
    assert!(matches!(Till::open(&world, &many), Err(Unsold::Pieces { .. })));
    let mut none = cart.clone();
    none.lines.clear();
    assert_eq!(Till::open(&world, &none).err(), Some(Unsold::Empty));
    let item = cart.lines[0].item.clone();
    world.remove(&item, origin());
    assert_eq!(
        Till::open(&world, &cart).err(),
        Some(Unsold::Listing(item, Absence::Removed))
    );
}
