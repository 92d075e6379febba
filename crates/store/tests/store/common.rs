//! What the tests keep, and what they expect back.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

mod made_up;

pub(crate) use made_up::{
    START, at, check, checkout, coupon, item, key, lanes, minute, priced, reading, sku, terms, usd,
};
use tillwatch_app::ports::store::{ListingId, Store, VariantId};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Price, Run};
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

pub(crate) fn track(store: &dyn Store, number: i64) -> (ListingId, VariantId) {
    store.track(&key(number), Some(&sku("1200")), at(0)).unwrap()
}

pub(crate) fn run(after: u32, confirmed: u32, minor: i64) -> Run {
    Run {
        start: minute(after),
        confirmed,
        value: Price::new(minor).unwrap(),
    }
}

pub(crate) fn outcome(after: u32, confirmed: u32, value: Outcome) -> Run<Outcome> {
    Run {
        start: minute(after),
        confirmed,
        value,
    }
}

pub(crate) fn snapshot(after: u32, price: i64) -> Snapshot {
    Snapshot {
        item: Some(item(1)),
        title: Some("A lamp".into()),
        market: Some(Country::US),
        currency: Some(Currency::USD),
        seen_at: Some(at(after)),
        variants: vec![Variant::at(usd(price))],
        discounts: vec![coupon("A", 100)],
        ..Snapshot::empty("page_components")
    }
}
