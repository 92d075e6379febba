//! From a reading, or a discount that begins or ends, to the alerts that wait for their channels.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tillwatch_app::ports::Later;
use tillwatch_app::ports::source::{Ask, Depth, Limits, Reading, Source, SourceError};
use tillwatch_app::ports::store::{ListingKey, NewChannel, Parcel, Settled, Store, WatchId};
use tillwatch_app::{App, Turned, Wanted, Watched};
use tillwatch_core::alert::{Kind, Notice, Rule, Settings, read_notice};
use tillwatch_core::almanac::{Almanac, read_ladder};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Period};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};
use tillwatch_store::Sqlite;

const PHONE: &str = "telegram:1";
const MAIL: &str = "mailto:a@example.org";

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn rules() -> RuleSet {
    RuleBook::built_in().unwrap().get(None).unwrap().clone()
}

/// Codes that take 5.00 from 10.00 on: one on the 5th from noon on, one early on the 6th, one on the 8th.
fn almanac() -> Almanac {
    let mut almanac = Almanac {
        ladders: Vec::new(),
        ..Almanac::built_in().unwrap()
    };
    let spans = [
        ("ONE", "2026-06-05T12:00:00", "2026-06-05T23:59:59"),
        ("TWO", "2026-06-06T06:00:00", "2026-06-06T06:59:59"),
        ("THREE", "2026-06-08T00:00:00", "2026-06-08T23:59:59"),
    ];
    for (code, starts, ends) in spans {
        let ladder = format!(
            r#"{{"schema": "tillwatch/ladder/1", "id": "{code}", "name": "L", "kind": "code", "currency": "USD",
            "starts": "{starts}", "ends": "{ends}", "zone": "UTC", "source": "test", "confidence": "high",
            "tiers": [{{"code": "{code}", "off": "5.00", "min_spend": "10.00"}}]}}"#
        );
        almanac.add(read_ladder(ladder.as_bytes()).unwrap().value);
    }
    almanac
}

fn key() -> ListingKey {
    ListingKey {
        item: ItemId::parse("1005006367324382").unwrap(),
        market: Country::US,
        currency: Currency::USD,
    }
}

/// A page whose price the test sets; without one it is blocked.
#[derive(Clone)]
struct Shelf(Arc<Mutex<Option<i64>>>);

impl Source for Shelf {
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

    fn read<'a>(&'a self, _: &'a Ask, _: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>> {
        let price = *self.0.lock().unwrap();
        let seen = Snapshot {
            item: Some(key().item),
            title: Some("A lamp".into()),
            market: Some(Country::US),
            currency: Some(Currency::USD),
            ..Snapshot::empty("test")
        };
        let variant = |price| Variant {
            sku: SkuId::parse("1200").ok(),
            ..Variant::at(usd(price))
        };
        let snapshot = match price {
            Some(price) => Snapshot {
                variants: vec![variant(price)],
                ..seen
            },
            None => Snapshot {
                outcome: Outcome::Blocked,
                ..seen
            },
        };
        let item = key().item;
        Box::pin(std::future::ready(Ok(vec![Reading { item, snapshot }])))
    }
}

/// The watch over a store in a file, with a clock that only the test moves.
struct Story {
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    app: App,
    shelf: Shelf,
    now: Instant,
}

impl Story {
    fn begin(price: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(Sqlite::open(&folder.path().join("store.db")).unwrap());
        let shelf = Shelf(Arc::new(Mutex::new(Some(price))));
        let now = at("2026-06-05T08:00:00Z");
        let app = started(&store, &shelf, now);
        Self {
            folder,
            store,
            app,
            shelf,
            now,
        }
    }

    /// The program ends and starts again.
    fn restart(&mut self) {
        self.app = started(&self.store, &self.shelf, self.now);
    }

    fn watch(&mut self, rules: &[Rule]) -> Watched {
        let channel = |address: &str| NewChannel {
            address: address.into(),
            confirmed: true,
        };
        let wanted = Wanted {
            key: key(),
            sku: SkuId::parse("1200").ok(),
            lane: Lane::Code,
            rules: rules.to_vec(),
            settings: Settings::default(),
            channels: vec![channel(PHONE), channel(MAIL)],
        };
        let watched = self.app.watch(&wanted, self.now).unwrap();
        self.app.tend(self.now).unwrap();
        watched
    }

    /// Tends to what happens at a moment without a reading.
    fn tend(&mut self, now: &str) {
        self.now = at(now);
        self.app.tend(self.now).unwrap();
    }

    /// Reads the page as soon as the schedule allows it.
    fn read(&mut self, price: Option<i64>) {
        *self.shelf.0.lock().unwrap() = price;
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

    /// Takes what waits, oldest first.
    fn parcels(&self) -> Vec<Parcel> {
        let later = self.now.plus_seconds(1);
        let parcels = self.store.lease(later, later.plus_seconds(1), 100).unwrap();
        for parcel in &parcels {
            let delivered = Settled::Delivered { id: None };
            assert!(self.store.settle(parcel.id, &delivered, later).unwrap());
        }
        parcels
    }

    /// What waits of one channel; the other one gets the same.
    fn told(&self) -> Vec<Notice> {
        let parcels = self.parcels();
        let to = |address| {
            let of_one = parcels.iter().filter(move |parcel| parcel.address == address);
            of_one.map(|parcel| parcel.notice.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(to(PHONE), to(MAIL));
        to(PHONE)
            .iter()
            .map(|json| read_notice(json.as_bytes()).unwrap())
            .collect()
    }

    fn kinds(&self) -> Vec<(Kind, i64)> {
        let told = self.told();
        told.iter().map(|one| (one.kind, one.price.unwrap().minor())).collect()
    }
}

fn started(store: &Arc<dyn Store>, shelf: &Shelf, now: Instant) -> App {
    let sources: Vec<Arc<dyn Source>> = vec![Arc::new(shelf.clone())];
    let app = App::new(Arc::clone(store), sources, rules(), almanac(), now).unwrap();
    app.load(now).unwrap();
    app
}

#[test]
fn a_code_that_begins_is_told_once_to_each_channel_with_the_right_cents() {
    let mut story = Story::begin(2_000);
    let watch = story.watch(&[Rule::Below(usd(1_600))]);
    story.read(Some(2_000));
    assert_eq!(story.told(), []);
    story.tend("2026-06-05T12:00:00Z");
    let told = story.told();
    let [notice] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(
        (notice.kind, notice.price, notice.sticker),
        (Kind::Reached, Some(usd(1_500)), Some(usd(2_000)))
    );
    assert_eq!((notice.former, notice.target), (Some(usd(2_000)), Some(usd(1_600))));
    assert_eq!((notice.title.as_deref(), notice.lane), (Some("A lamp"), Lane::Code));
    assert_eq!(notice.reference, format!("{}.0.1", watch.id.0));
    let off: Vec<_> = notice
        .stack
        .iter()
        .map(|off| (off.name.as_str(), off.kind.as_str(), off.amount))
        .collect();
    assert_eq!(off, [("ONE", "code", usd(500))]);
    assert_eq!(notice.earliest_expiry, Some(at("2026-06-06T00:00:00Z")));
    let json = story.app.alert_log(watch.id, 9).unwrap().remove(0).notice;
    assert!(json.contains(r#""receipt":{"schema":"tillwatch/stack/1""#), "{json}");

    // Neither another look nor a new start nor another reading tells it again.
    story.tend("2026-06-05T12:00:01Z");
    story.restart();
    story.tend("2026-06-05T12:01:00Z");
    story.read(Some(2_000));
    assert_eq!(story.told(), []);
}

#[test]
fn what_ended_is_told_again_only_after_the_rearm_time() {
    let mut story = Story::begin(2_000);
    story.watch(&[Rule::Below(usd(1_600))]);
    story.read(Some(2_000));
    story.tend("2026-06-05T12:00:00Z");
    assert_eq!(story.kinds(), [(Kind::Reached, 1_500)]);
    story.tend("2026-06-06T00:00:00Z");
    story.read(Some(2_000));
    story.tend("2026-06-06T06:00:00Z");
    assert_eq!(story.told(), [], "eighteen hours after the alert");
    story.tend("2026-06-06T07:00:00Z");
    story.restart();
    story.now = at("2026-06-07T20:00:00Z");
    story.read(Some(2_000));
    story.tend("2026-06-08T00:00:00Z");
    assert_eq!(story.kinds(), [(Kind::Reached, 1_500)]);
}

#[test]
fn a_price_that_nobody_can_see_is_not_told_until_it_is_seen_again() {
    let mut story = Story::begin(2_000);
    story.watch(&[Rule::Below(usd(1_600))]);
    story.read(Some(2_000));
    story.read(None);
    assert!(story.now < at("2026-06-05T12:00:00Z"), "{}", story.now);
    story.tend("2026-06-05T12:00:00Z");
    story.restart();
    story.tend("2026-06-05T12:00:01Z");
    assert_eq!(story.told(), []);
    story.read(Some(2_000));
    assert!(story.now < at("2026-06-06T00:00:00Z"), "{}", story.now);
    assert_eq!(story.kinds(), [(Kind::Reached, 1_500)]);
}

#[test]
fn a_target_that_is_met_already_is_answered_as_the_watch_is_added() {
    let mut story = Story::begin(1_400);
    story.watch(&[]);
    story.read(Some(1_400));
    let watched = story.watch(&[Rule::Below(usd(1_600)), Rule::NewLow(Period::All)]);
    let told: Vec<_> = watched
        .told
        .iter()
        .map(|alert| read_notice(alert.notice.as_bytes()).unwrap().kind)
        .collect();
    assert_eq!(told, [Kind::AlreadyMet]);
    assert_eq!(story.kinds(), [(Kind::AlreadyMet, 1_400)]);
    story.read(Some(1_400));
    assert_eq!(story.told(), []);
}

#[test]
fn a_new_low_is_one_below_the_whole_past_also_after_a_start() {
    let mut story = Story::begin(2_000);
    story.watch(&[Rule::NewLow(Period::Days(90))]);
    for price in [2_000, 1_900, 2_100] {
        story.read(Some(price));
    }
    assert_eq!(story.kinds(), [(Kind::Reached, 1_900)]);
    story.restart();
    story.read(Some(1_900));
    assert_eq!(story.told(), []);
    story.now = story.now.plus_seconds(90_000);
    story.read(Some(2_100));
    story.read(Some(1_899));
    let told = story.told();
    assert_eq!((told.len(), told[0].low), (1, Some(usd(1_900))));
}

#[test]
fn a_watch_that_is_snoozed_or_stopped_tells_nothing_and_goes_on_later() {
    let mut story = Story::begin(2_000);
    let id: WatchId = story.watch(&[Rule::Below(usd(1_600))]).id;
    story.read(Some(2_000));
    assert!(story.app.snooze(id, at("2026-06-05T13:00:00Z")).unwrap());
    story.tend("2026-06-05T12:00:00Z");
    assert_eq!(story.told(), []);
    story.now = at("2026-06-05T13:00:00Z");
    story.read(Some(2_000));
    assert_eq!(story.kinds(), [(Kind::Reached, 1_500)]);
    assert!(story.app.stop(id).unwrap());
    story.tend("2026-06-05T14:00:00Z");
    story.read(Some(1_500));
    assert_eq!(story.told(), []);
    assert!(story.app.resume(id).unwrap());
    story.tend(&story.now.plus_seconds(1).to_string());
    story.read(Some(1_500));
    assert_eq!(story.told().len(), 1, "a further low");
}

#[test]
fn what_the_store_refuses_is_decided_again() {
    let mut story = Story::begin(2_000);
    story.watch(&[Rule::Below(usd(1_600))]);
    story.read(Some(2_000));
    let other = rusqlite::Connection::open(story.folder.path().join("store.db")).unwrap();
    let refuse = "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END";
    other.execute_batch(refuse).unwrap();
    story.now = at("2026-06-05T12:00:00Z");
    assert!(story.app.tend(story.now).is_err());
    other.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(story.told(), []);
    story.tend("2026-06-05T12:00:05Z");
    assert_eq!(story.kinds(), [(Kind::Reached, 1_500)]);
}
