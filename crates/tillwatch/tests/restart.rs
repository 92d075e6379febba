//! What a program that starts again makes of what was kept.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::sync::Arc;

use tillwatch_app::App;
use tillwatch_app::account::budget_name;
use tillwatch_app::check::{Bench, Doubts};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::source::{Ask, Depth, Limits, Reading, Source, SourceError};
use tillwatch_app::ports::store::{ListingKey, Store, StoreError};
use tillwatch_core::almanac::{Almanac, read_ladder};
use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::snapshot::{Snapshot, Variant};
use tillwatch_store::Sqlite;

/// A code that ends at noon.
const LADDER: &str = r#"{"schema": "tillwatch/ladder/1", "id": "l", "name": "L", "kind": "code", "currency": "USD",
    "starts": "2026-06-05T00:00:00", "ends": "2026-06-05T11:59:59", "zone": "UTC", "source": "test", "confidence": "high",
    "tiers": [{"code": "FIVE", "off": "5.00", "min_spend": "10.00"}]}"#;

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn rules() -> RuleSet {
    RuleBook::built_in().unwrap().get(None).unwrap().clone()
}

fn almanac() -> Almanac {
    let mut almanac = Almanac {
        ladders: Vec::new(),
        ..Almanac::built_in().unwrap()
    };
    almanac.add(read_ladder(LADDER.as_bytes()).unwrap().value);
    almanac
}

fn key() -> ListingKey {
    ListingKey {
        item: ItemId::parse("1005006367324382").unwrap(),
        market: Country::US,
        currency: Currency::USD,
    }
}

/// A store with one listing, read at ten, when the code took 5.00 from 20.00.
fn read_at_ten() -> Arc<dyn Store> {
    let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
    let now = at("2026-06-05T10:00:00Z");
    store.track(&key(), Some(&SkuId::parse("1200").unwrap()), now).unwrap();
    let (almanac, rules) = (almanac(), rules());
    let bench = Bench {
        almanac: &almanac,
        rules: &rules,
        now,
        source: "test",
        depth: Depth::Full,
    };
    let snapshot = Snapshot {
        item: Some(key().item),
        market: Some(Country::US),
        currency: Some(Currency::USD),
        variants: vec![Variant {
            sku: SkuId::parse("1200").ok(),
            ..Variant::at(Money::new(2_000, Currency::USD))
        }],
        ..Snapshot::empty("test")
    };
    let reading = Reading {
        item: key().item,
        snapshot,
    };
    let state = store.listing(&key()).unwrap().unwrap();
    let check = bench.check(&state, &reading, &mut Doubts::new());
    store.record_checks(&[check]).unwrap();
    store
}

/// The prices that are kept: public and with a code.
fn kept(store: &dyn Store) -> (i64, i64) {
    let state = store.listing(&key()).unwrap().unwrap();
    let lanes = state.tracked.variants[0].latest.as_ref().unwrap().lanes;
    (lanes.public.minor(), lanes.code.minor())
}

#[test]
fn a_code_that_ended_while_nothing_ran_is_followed_when_it_runs_again() {
    let store = read_at_ten();
    assert_eq!(kept(store.as_ref()), (2_000, 1_500));
    let later = at("2026-06-05T15:00:00Z");
    let app = App::new(Arc::clone(&store), Vec::new(), rules(), almanac(), later).unwrap();
    app.load(later).unwrap();
    assert_eq!(app.tend(later).unwrap().repriced, 1);
    assert_eq!(kept(store.as_ref()), (2_000, 2_000));
    assert_eq!(app.tend(later).unwrap().repriced, 0, "once is enough");
}

#[test]
fn a_start_while_the_code_still_holds_changes_nothing() {
    let store = read_at_ten();
    let later = at("2026-06-05T11:00:00Z");
    let app = App::new(Arc::clone(&store), Vec::new(), rules(), almanac(), later).unwrap();
    app.load(later).unwrap();
    assert_eq!(app.tend(later).unwrap().repriced, 0);
    assert_eq!(kept(store.as_ref()), (2_000, 1_500));
}

/// A source that nobody asks.
struct Silent;

impl Source for Silent {
    fn name(&self) -> &'static str {
        "silent"
    }

    fn limits(&self) -> Limits {
        Limits {
            items_per_call: 1,
            calls_per_day: 1,
            day_offset: 0,
            spacing: std::time::Duration::ZERO,
        }
    }

    fn depth(&self) -> Depth {
        Depth::Full
    }

    fn read<'a>(&'a self, _: &'a Ask, _: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>> {
        Box::pin(std::future::pending())
    }
}

#[test]
fn a_budget_that_cannot_be_read_is_no_fresh_one() {
    let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
    let now = at("2026-06-05T10:00:00Z");
    let start = || App::new(Arc::clone(&store), vec![Arc::new(Silent)], rules(), almanac(), now);
    assert!(start().is_ok());
    store.remember(&budget_name("silent"), "one two three").unwrap();
    let refused = start().err();
    assert!(
        matches!(&refused, Some(StoreError::Damaged { place, .. }) if place.contains("silent")),
        "{refused:?}"
    );
}
