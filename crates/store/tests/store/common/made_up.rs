//! Small things to keep: keys, prices, readings, checkouts, all of made-up listings.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use tillwatch_app::ports::store::{Check, Lanes, ListingId, ListingKey, Priced, Schedule, Terms, VariantId};
use tillwatch_core::checkout::{Checkout, Line};
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Benefit, Discount, Kind};
use tillwatch_core::history::Minute;
use tillwatch_core::id::{DiscountId, ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Outcome;

/// The minute at which the tests begin: 2026-06-01 at noon.
pub(crate) const START: u32 = 29_671_920;

/// So many minutes after the beginning.
pub(crate) fn minute(after: u32) -> Minute {
    Minute::new(START + after)
}

/// The moment at which that minute begins.
pub(crate) fn at(after: u32) -> Instant {
    minute(after).instant()
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

pub(crate) fn item(number: i64) -> ItemId {
    ItemId::parse(&format!("10050060000{number:05}")).unwrap()
}

pub(crate) fn sku(text: &str) -> SkuId {
    SkuId::parse(text).unwrap()
}

pub(crate) fn key(number: i64) -> ListingKey {
    ListingKey {
        item: item(number),
        market: Country::US,
        currency: Currency::USD,
    }
}

pub(crate) fn terms() -> Terms {
    Terms {
        rules: "seed-2026".into(),
        delivered: true,
    }
}

/// Four prices, each a little lower.
pub(crate) fn lanes(sticker: i64) -> Lanes {
    Lanes {
        sticker: usd(sticker),
        automatic: usd(sticker - 10),
        public: usd(sticker - 20),
        code: usd(sticker - 30),
    }
}

pub(crate) fn priced(variant: VariantId, sticker: i64) -> Priced {
    Priced {
        variant,
        sku: None,
        checkout: None,
        terms: terms(),
        lanes: lanes(sticker),
    }
}

/// A reading that came to an outcome, without prices.
pub(crate) fn check(listing: ListingId, after: u32, outcome: Outcome) -> Check {
    Check {
        listing,
        at: at(after),
        source: "affiliate".into(),
        outcome,
        detail: (outcome != Outcome::Ok).then(|| format!("it was {outcome}")),
        snapshot: None,
        prices: Vec::new(),
        schedule: Schedule {
            last_try: Some(i64::from(START + after) * 60),
            ..Schedule::default()
        },
    }
}

/// An ok reading of one variant.
pub(crate) fn reading(listing: ListingId, variant: VariantId, after: u32, sticker: i64) -> Check {
    Check {
        prices: vec![priced(variant, sticker)],
        ..check(listing, after, Outcome::Ok)
    }
}

pub(crate) fn coupon(name: &str, minor: i64) -> Discount {
    let mut coupon = Discount::new(
        DiscountId::parse(name).unwrap(),
        Kind::Platform,
        Benefit::Fixed { amount: usd(minor) },
        Some(Currency::USD),
    );
    coupon.provenance.source = Some("the listing page".into());
    coupon
}

/// One piece at a price, with coupons that were seen at that moment.
pub(crate) fn checkout(after: u32, price: i64, coupons: &[Discount]) -> Checkout {
    let mut checkout = Checkout::new(Country::US, Currency::USD, at(after));
    checkout.lines.push(Line {
        item: item(1),
        sku: Some(sku("1200")),
        title: Some("A lamp".into()),
        store: None,
        seller: None,
        categories: Vec::new(),
        warehouse: None,
        unit_price: usd(price),
        quantity: 1,
        shipping: usd(199),
        pool: None,
    });
    checkout.discounts = coupons.to_vec();
    for coupon in &mut checkout.discounts {
        coupon.provenance.seen_at = Some(at(after));
    }
    checkout
}
