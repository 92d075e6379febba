//! The harvest against the simulated marketplace: what is asked, what comes of it, and what it may cost.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tillwatch_app::codes::{Code, Time};
use tillwatch_app::harvest::Harvested;
use tillwatch_app::ports::source::{Source, SourceError};
use tillwatch_app::ports::store::{ListingKey, NewWatch};
use tillwatch_app::{App, Turned};
use tillwatch_core::almanac::{Almanac, Confidence};
use tillwatch_core::cadence::Second;
use tillwatch_core::country::Country;
use tillwatch_core::history::Lane;
use tillwatch_core::id::{DiscountId, ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_market::faults::Fault;
use tillwatch_market::shop::{Key, Marketplace, serve};
use tillwatch_market::view::{Offer, OfferKind, Takes};
use tillwatch_market::world::{Size, World};
use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::secret::Secret;
use tillwatch_net::sources::affiliate::sign::SignMethod;
use tillwatch_net::sources::affiliate::{Affiliate, Settings};
use tillwatch_store::Sqlite;
use tokio::runtime::Runtime;

const APP: (&str, &str) = ("512345", "a secret of nobody");

/// The methods that an app needs a permission of its own for.
const PROMOTIONS: &str = "aliexpress.affiliate.promotion.info.get";
const HOT: &str = "aliexpress.affiliate.hotproduct.query";

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// The code that a reading shows, and the better one that only campaigns tell.
const SHOWN: &str = "SHOWN1";
const FOUND: &str = "FOUND9";

fn noon() -> Instant {
    Instant::parse("2026-06-10T12:00:00Z").unwrap()
}

/// A listing that can be bought in the United States.
#[derive(Clone)]
struct Good {
    item: ItemId,
    sku: SkuId,
}

impl Good {
    fn key(&self) -> ListingKey {
        ListingKey {
            item: self.item.clone(),
            market: Country::US,
            currency: Currency::USD,
        }
    }
}

/// The marketplace, the app of an operator, and a clock in the hand.
struct Set {
    runtime: Runtime,
    shop: Arc<Marketplace>,
    clock: Arc<AtomicI64>,
    place: String,
    api: Arc<Affiliate>,
    folder: tempfile::TempDir,
    goods: [Good; 2],
}

impl Set {
    fn new(key: Key, calls: u32) -> Self {
        let runtime = Runtime::new().unwrap();
        let mut world = World::new(7, Size::of(2_000), noon().moment());
        let seen = |item: &ItemId| world.listing(item, "US", noon().moment()).ok();
        let fits = |item: &&ItemId| {
            seen(item).is_some_and(|listing| {
                let variant = &listing.variants[0];
                variant.salable && (2_000..3_400).contains(&variant.price.minor())
            })
        };
        let mut goods = world.items().iter().filter(fits).map(|item| Good {
            item: item.clone(),
            sku: seen(item).unwrap().variants[0].sku.clone(),
        });
        let goods = [goods.next().unwrap(), goods.next().unwrap()];
        for (code, cents) in [(SHOWN, 100), (FOUND, 900)] {
            world.add_offer(offer(code, cents, &goods[0].item));
        }
        let clock = Arc::new(AtomicI64::new(noon().moment().as_second()));
        let theirs = Arc::clone(&clock);
        let now = move || Timestamp::from_second(theirs.load(Ordering::SeqCst)).unwrap();
        let shop = Arc::new(Marketplace::new(world, now).with_key(key.every(SignedDuration::ZERO)));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let place = listener.local_addr().unwrap().to_string();
        runtime.spawn(serve(listener, Arc::clone(&shop)));
        let reach = Reach {
            hosts: Vec::new(),
            private: vec![Place::parse(&place).unwrap()],
        };
        let settings = Settings {
            gateway: format!("http://{place}/sync").parse().unwrap(),
            app_key: APP.0.to_owned(),
            app_secret: Secret::new(APP.1.to_owned()),
            sign_method: SignMethod::Sha256,
            tracking_id: None,
            language: "EN".to_owned(),
            calls_per_day: calls,
            spacing: Duration::ZERO,
        };
        Self {
            api: Arc::new(Affiliate::new(settings, Client::new(None, reach).unwrap())),
            folder: tempfile::tempdir().unwrap(),
            runtime,
            shop,
            clock,
            place,
            goods,
        }
    }

    /// One whose app may call everything, with the usual calls a day.
    fn usual() -> Self {
        Self::new(Key::new(APP.0, APP.1).with_extra_methods(), 5_000)
    }

    fn now(&self) -> Instant {
        Instant::from_millis(self.clock.load(Ordering::SeqCst) * 1_000).unwrap()
    }

    fn forward(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// The program as it starts, over the store that is kept.
    fn start(&self) -> App {
        let store = Arc::new(Sqlite::open(&self.folder.path().join("tillwatch.db")).unwrap());
        let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
        let api = Arc::<Affiliate>::clone(&self.api);
        let sources: Vec<Arc<dyn Source>> = vec![api.clone()];
        let almanac = Almanac {
            ladders: Vec::new(),
            ..Almanac::built_in().unwrap()
        };
        let app = App::new(store, sources, rules, almanac, self.now()).unwrap();
        let app = app.with_codes(api);
        app.load(self.now()).unwrap();
        app
    }

    /// Has somebody watch both goods, and reads them.
    fn watch(&self, app: &App) {
        for good in &self.goods {
            let (_, variant) = app.store().track(&good.key(), Some(&good.sku), self.now()).unwrap();
            app.store()
                .add_watch(&NewWatch::of(variant, Lane::Code, None), self.now())
                .unwrap();
        }
        app.load(self.now()).unwrap();
        let clock = || self.now();
        let mut read = 0;
        while read < self.goods.len() {
            match self.runtime.block_on(app.turn(0, &clock)).unwrap() {
                Turned::Read { listings, .. } => read += listings,
                Turned::Rest(until) => self.forward(i64::from(until.since(Second::of(self.now())).max(1))),
                other @ Turned::Refused(_) => panic!("{other:?}"),
            }
        }
    }

    /// Turns until there is nothing to do for half an hour.
    fn harvest(&self, app: &App) -> Vec<Harvested> {
        let clock = || self.now();
        let mut all = Vec::new();
        loop {
            match self.runtime.block_on(app.harvest(&clock)).unwrap() {
                Harvested::Rest(until) => {
                    let pause = until.since(Second::of(self.now())).max(1);
                    if pause >= 540 {
                        return all;
                    }
                    self.forward(i64::from(pause));
                }
                turned => all.push(turned),
            }
        }
    }

    /// How many calls the marketplace counted.
    fn counted(&self) -> u64 {
        self.shop.counts().keys.values().map(|day| day.calls).sum()
    }
}

/// A code of one listing that takes so many cents from 10.00 on, for three weeks.
fn offer(code: &str, cents: i64, item: &ItemId) -> Offer {
    let at = |days: i64| noon().plus_seconds(days * DAY).moment();
    Offer {
        id: DiscountId::parse(code).unwrap(),
        kind: OfferKind::Code,
        code: Some(code.to_owned()),
        takes: Takes::Fixed(Money::new(cents, Currency::USD)),
        currency: Currency::USD,
        minimum: Money::new(1_000, Currency::USD),
        starts: at(-1),
        ends: at(20),
        left: 480,
        regions: vec!["US"],
        warehouses: Vec::new(),
        stores: Vec::new(),
        sellers: Vec::new(),
        categories: Vec::new(),
        items: vec![item.clone()],
        excluded: Vec::new(),
        personal: false,
        exclusive: false,
    }
}

/// Sticker and price with a code, in cents.
fn lanes(app: &App, good: &Good) -> (i64, i64) {
    let state = app.store().listing(&good.key()).unwrap().unwrap();
    let lanes = state.tracked.variants[0].latest.as_ref().unwrap().lanes;
    (lanes.sticker.minor(), lanes.code.minor())
}

fn code(app: &App, text: &str, now: Instant) -> Option<Code> {
    let codes = app.codes(Some(Country::US), now).unwrap();
    codes.into_iter().find(|code| code.text == text)
}

fn refused(harvested: &[Harvested]) -> Vec<(&str, Instant)> {
    let refused = harvested.iter().filter_map(|one| match one {
        Harvested::NotPermitted { method, until } => Some((*method, *until)),
        _ => None,
    });
    refused.collect()
}

#[test]
fn nothing_is_asked_while_nobody_watches_anything() {
    let set = Set::usual();
    let app = set.start();
    assert_eq!(set.harvest(&app), []);
    assert_eq!(set.counted(), 0);
}

#[test]
fn codes_enter_the_ledger_and_the_stack_of_their_listing_alone() {
    let set = Set::usual();
    let app = set.start();
    set.watch(&app);
    let [good, other] = &set.goods;
    let (sticker, with_code) = lanes(&app, good);
    let before = lanes(&app, other);
    assert_eq!(sticker - with_code, 100, "the code that the reading showed");
    let shown = code(&app, SHOWN, set.now()).unwrap();
    assert_eq!(shown.listings[0].item, good.item);
    assert!(code(&app, FOUND, set.now()).is_none());

    let harvested = set.harvest(&app);
    assert!(
        matches!(harvested.last(), Some(Harvested::Done { repriced: 1.., .. })),
        "{harvested:?}"
    );
    assert_eq!(refused(&harvested), []);
    assert_eq!(lanes(&app, good), (sticker, sticker - 900));
    let found = code(&app, FOUND, set.now()).unwrap();
    assert_eq!((found.time, found.confidence), (Time::Holds, Confidence::Medium));
    assert_eq!(
        (found.source.as_str(), found.discount.provenance.left),
        ("affiliate API", Some(480))
    );
    assert_eq!(found.discount.regions, [Country::US]);
    assert_eq!(
        found.discount.valid_until.map(Instant::moment),
        Some(noon().plus_seconds(20 * DAY).moment())
    );
    let [bound] = found.listings.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(bound.item, good.item);
    assert!(bound.title.is_some());
    let listed = app.codes(Some(Country::US), set.now()).unwrap();
    assert_eq!(listed.iter().filter(|code| code.text == FOUND).count(), 1);
    assert!(
        !app.codes(Country::parse("DE").ok(), set.now())
            .unwrap()
            .iter()
            .any(|code| code.text == FOUND)
    );

    // Another listing of the same market has nothing of it.
    let of_other = app.almanac().discounts_for(Country::US, set.now());
    assert!(
        of_other
            .of([&other.item].into_iter())
            .iter()
            .all(|code| code.typed() != FOUND)
    );
    assert_eq!(lanes(&app, other).0, before.0);

    // What was found outlasts the program, and is not asked for again at once.
    let counted = set.counted();
    drop(app);
    let app = set.start();
    assert!(code(&app, FOUND, set.now()).is_some());
    assert_eq!(set.harvest(&app), []);
    assert_eq!(set.counted(), counted);
    app.tend(set.now()).unwrap();
    assert_eq!(lanes(&app, good).1, sticker - 900);

    // What the next round does not find has ended, and the price with it.
    set.shop
        .change(|world| world.remove(&good.item, noon().plus_seconds(HOUR).moment()));
    set.forward(6 * HOUR);
    set.harvest(&app);
    assert_eq!(code(&app, FOUND, set.now()).unwrap().time, Time::Over);
    assert_eq!(lanes(&app, good).1, sticker - 100);
}

#[test]
fn a_method_without_permission_is_asked_again_after_a_day_and_then_after_a_week() {
    let set = Set::new(Key::new(APP.0, APP.1), 5_000);
    let app = set.start();
    set.watch(&app);
    let first = set.harvest(&app);
    let methods: Vec<&str> = refused(&first).iter().map(|(method, _)| *method).collect();
    assert_eq!(methods, [PROMOTIONS, HOT]);
    assert!(
        matches!(first.last(), Some(Harvested::Done { codes: 2.., .. })),
        "{first:?}"
    );
    assert!(code(&app, FOUND, set.now()).is_some(), "campaigns need no permission");
    set.forward(6 * HOUR);
    assert_eq!(refused(&set.harvest(&app)), []);
    for (days, wait) in [(1, DAY), (1, 7 * DAY), (1, 0), (6, 7 * DAY)] {
        set.forward(days * DAY);
        // A restart forgets nothing of it.
        let harvested = set.harvest(&set.start());
        let until = refused(&harvested).first().map_or(0, |(_, until)| {
            let wait = until.moment().as_second() - set.now().moment().as_second();
            // The round went on a while after the refusal.
            (wait + HOUR) / DAY * DAY
        });
        assert_eq!(until, wait, "{harvested:?}");
    }

    let mut doctor = Command::new(env!("CARGO_BIN_EXE_tillwatch"));
    doctor.env_clear().args(["--json", "doctor"]);
    doctor
        .env("TILLWATCH_DATA", set.folder.path())
        .env("TILLWATCH_REACH", &set.place)
        .env("TILLWATCH_GATEWAY", format!("http://{}/sync", set.place))
        .env("TILLWATCH_APP_KEY", APP.0)
        .env("TILLWATCH_APP_SECRET", APP.1);
    let counted = set.counted();
    let told: serde_json::Value = serde_json::from_slice(&doctor.output().unwrap().stdout).unwrap();
    let findings = told["findings"].as_array().unwrap();
    let permissions: Vec<&str> = findings
        .iter()
        .filter(|one| one["what"] == "permission")
        .map(|one| one["told"].as_str().unwrap())
        .collect();
    let says = |words: &str| permissions.iter().any(|told| told.contains(words));
    assert!(
        says("promotion.info.get (codes of what you watch): refused for lack of permission on 2026-06-")
            && says("4 times in a row. Ask the marketplace to let your app call it")
            && says("featuredpromo.get (which campaigns run): allowed"),
        "{permissions:?}"
    );
    assert!(set.counted() <= counted + 1, "doctor makes one call");
}

#[test]
fn the_harvest_never_takes_more_than_its_share_of_a_day_however_often_it_starts() {
    let set = Set::new(Key::new(APP.0, APP.1).with_extra_methods(), 1_000);
    set.watch(&set.start());
    let before = set.counted();
    for _ in 0..40 {
        set.harvest(&set.start());
        set.forward(HOUR);
    }
    let all = set.counted() - before;
    // Two of a hundred calls a day, on three days of the account.
    assert!((20..=60).contains(&all), "{all}");
    let few = Set::new(Key::new(APP.0, APP.1), 500);
    let app = few.start();
    few.watch(&app);
    let before = few.counted();
    assert_eq!(few.harvest(&app), []);
    assert_eq!(
        few.counted(),
        before,
        "a share that is too small for a round is not spent"
    );
}

#[test]
fn what_goes_wrong_on_the_way_costs_codes_and_no_price() {
    let set = Set::usual();
    let app = set.start();
    set.watch(&app);
    let (sticker, _) = lanes(&app, &set.goods[0]);
    // The first answer asks to wait, and the round goes on after that.
    set.shop.faults().next(Fault::TooMany);
    let harvested = set.harvest(&app);
    assert!(
        matches!(
            harvested.first(),
            Some(Harvested::Refused {
                error: SourceError::Later { .. },
                ..
            })
        ),
        "{harvested:?}"
    );
    assert!(
        matches!(harvested.last(), Some(Harvested::Done { .. })),
        "{harvested:?}"
    );
    assert_eq!(lanes(&app, &set.goods[0]).1, sticker - 900);

    // A round that is broken off takes nothing back, and the next one begins an hour later.
    set.forward(6 * HOUR);
    set.shop.faults().next(Fault::ServerError);
    let broken = set.harvest(&app);
    assert!(
        matches!(
            broken.as_slice(),
            [Harvested::Refused {
                error: SourceError::Unreachable { .. },
                ..
            }]
        ),
        "{broken:?}"
    );
    assert_eq!(lanes(&app, &set.goods[0]).1, sticker - 900);
    set.forward(HOUR);
    for fault in [
        Fault::OddWindow,
        Fault::OtherCurrency,
        Fault::OddWindow,
        Fault::OtherCurrency,
    ] {
        set.shop.faults().next(fault);
    }
    let harvested = set.harvest(&app);
    assert!(
        matches!(harvested.last(), Some(Harvested::Done { .. })),
        "{harvested:?}"
    );
    for code in app.codes(Some(Country::US), set.now()).unwrap() {
        let bound = code.discount.scope.is_of_listings();
        assert!(
            !bound || code.discount.currency.is_none_or(|own| own == Currency::USD),
            "{code:?}"
        );
    }
}
