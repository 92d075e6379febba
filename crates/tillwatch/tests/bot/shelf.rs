//! The watch over one listing whose page the test sets, on a clock that only the test moves.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tillwatch_app::ports::Later;
use tillwatch_app::ports::source::{Ask, Depth, Limits, Reading, Source, SourceError};
use tillwatch_app::ports::store::ListingKey;
use tillwatch_app::{App, Turned};
use tillwatch_core::almanac::{Almanac, read_ladder};
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Benefit, Discount, Kind};
use tillwatch_core::id::{DiscountId, ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_core::snapshot::{Outcome, Shipping, Snapshot, Variant};
use tillwatch_store::Sqlite;

pub(crate) const ITEM: &str = "1005006367324382";

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

pub(crate) fn sku(text: &str) -> SkuId {
    SkuId::parse(text).unwrap()
}

pub(crate) fn key() -> ListingKey {
    ListingKey {
        item: ItemId::parse(ITEM).unwrap(),
        market: Country::US,
        currency: Currency::USD,
    }
}

/// A lamp in two variants, the second one 10.00 dearer, with 1.99 of shipping. From noon on the 5th until the end of
/// that day a coupon of its store takes 5.00 off.
pub(crate) fn lamp(price: i64) -> Snapshot {
    let variant = |id: &str, price| Variant {
        sku: Some(sku(id)),
        ..Variant::at(usd(price))
    };
    let coupon = Discount {
        valid_from: Some(at("2026-06-05T12:00:00Z")),
        valid_until: Some(at("2026-06-06T00:00:00Z")),
        ..Discount::new(
            DiscountId::parse("COUPON").unwrap(),
            Kind::Store,
            Benefit::Fixed { amount: usd(500) },
            Some(Currency::USD),
        )
    };
    Snapshot {
        item: Some(key().item),
        title: Some("A <b>lamp</b> & more".into()),
        market: Some(Country::US),
        currency: Some(Currency::USD),
        selected_sku: Some(sku("12000036893609536")),
        variants: vec![
            variant("12000036893609536", price),
            variant("12000036893609537", price + 1_000),
        ],
        shipping: vec![Shipping {
            fee: usd(199),
            pool: None,
            free_from: None,
            service: None,
            from: None,
            to: None,
            days: None,
        }],
        discounts: vec![coupon],
        ..Snapshot::empty("test")
    }
}

/// A page that is not there.
pub(crate) fn blocked() -> Snapshot {
    Snapshot {
        outcome: Outcome::Blocked,
        item: Some(key().item),
        ..Snapshot::empty("test")
    }
}

/// Codes known to everybody: one takes 2.00 from 10.00 on, until the end of June.
fn almanac() -> Almanac {
    let mut almanac = Almanac {
        ladders: Vec::new(),
        ..Almanac::built_in().unwrap()
    };
    let ladder = r#"{"schema": "tillwatch/ladder/1", "id": "JUNE", "name": "June", "kind": "code", "currency": "USD",
        "starts": "2026-06-01T00:00:00", "ends": "2026-06-30T23:59:59", "zone": "UTC", "source": "test",
        "confidence": "high", "tiers": [{"code": "JUNE", "off": "2.00", "min_spend": "10.00"}]}"#;
    almanac.add(read_ladder(ladder.as_bytes()).unwrap().value);
    almanac
}

/// The page, as the source sees it.
#[derive(Clone)]
struct Page(Arc<Mutex<Snapshot>>);

impl Source for Page {
    fn name(&self) -> &'static str {
        "shelf"
    }

    fn limits(&self) -> Limits {
        Limits {
            items_per_call: 1,
            calls_per_day: 1_000,
            day_offset: 0,
            spacing: Duration::ZERO,
        }
    }

    fn depth(&self) -> Depth {
        Depth::Full
    }

    fn read<'a>(&'a self, ask: &'a Ask, _: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>> {
        let seen = self.0.lock().unwrap().clone();
        let readings = ask.items.iter().map(|wanted| Reading {
            item: wanted.item.clone(),
            snapshot: Snapshot {
                item: Some(wanted.item.clone()),
                ..seen.clone()
            },
        });
        Box::pin(std::future::ready(Ok(readings.collect())))
    }
}

/// The watch over a store in a file.
pub(crate) struct Shelf {
    _folder: tempfile::TempDir,
    pub(crate) app: Arc<App>,
    page: Page,
    pub(crate) now: Instant,
}

impl Shelf {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Sqlite::open(&folder.path().join("store.db")).unwrap());
        let page = Page(Arc::new(Mutex::new(blocked())));
        let sources: Vec<Arc<dyn Source>> = vec![Arc::new(page.clone())];
        let now = at("2026-06-05T08:00:00Z");
        let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
        let app = App::new(store, sources, rules, almanac(), now).unwrap();
        Self {
            _folder: folder,
            app: Arc::new(app),
            page,
            now,
        }
    }

    /// Reads the page as soon as the schedule allows it.
    pub(crate) fn read(&mut self, page: Snapshot) {
        *self.page.0.lock().unwrap() = page;
        self.app.load(self.now).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for _ in 0..100 {
            let now = self.now;
            match runtime.block_on(self.app.turn(0, &|| now)).unwrap() {
                Turned::Read { .. } => return,
                Turned::Rest(until) => {
                    let second = i64::from(until.get()).max(now.moment().as_second() + 1);
                    self.now = Instant::from_millis(second * 1_000).unwrap();
                }
                Turned::Refused(why) => panic!("{why}"),
            }
        }
        panic!("the page is never read");
    }

    /// Tends to what happens at a moment without a reading.
    pub(crate) fn tend(&mut self, now: &str) {
        self.now = at(now);
        self.app.tend(self.now).unwrap();
    }
}
