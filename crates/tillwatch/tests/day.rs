//! Twenty-four simulated hours against the marketplace at its nastiest: a fifth of all answers is faulty.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tillwatch_app::ports::source::{Ask, Source, Wanted};
use tillwatch_app::ports::store::{ListingId, ListingKey, ListingState, Store};
use tillwatch_app::{App, Turned};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::discount::Discount;
use tillwatch_core::history::{Known, Lane, Minute};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::observation::Lanes;
use tillwatch_core::quote::{Wish, quote};
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_market::counters::Counts;
use tillwatch_market::faults::{Fault, Faults, Surface};
use tillwatch_market::shop::{Key, Marketplace, serve};
use tillwatch_market::world::{Market, Size, World};
use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::secret::Secret;
use tillwatch_net::sources::affiliate::sign::SignMethod;
use tillwatch_net::sources::affiliate::{self, Affiliate};
use tillwatch_net::sources::page::{self, Page};
use tillwatch_store::Sqlite;

const START: &str = "2026-06-03T02:00:00Z";
const HOURS: i64 = 24;
const API_CALLS: u32 = 200;
const PAGES: u32 = 400;

/// A clock that only the test moves, in seconds.
#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn new(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.as_second())))
    }

    fn now(&self) -> Instant {
        Instant::utc(Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap())
    }

    fn set(&self, second: i64) {
        self.0.store(second, Ordering::SeqCst);
    }
}

/// The app that the marketplace knows: 5,000 calls a day, one a second.
fn key() -> Key {
    Key::new("512345", "s3cr3t")
}

/// A marketplace on a port of this machine.
struct Open {
    market: Arc<Marketplace>,
    client: Client,
    address: String,
}

async fn open(world: World, hand: &Hand, key: Key, faults: Faults) -> Open {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let clock = hand.clone();
    let shop = Marketplace::new(world, move || clock.now().moment())
        .with_key(key)
        .with_faults(faults)
        .with_slowness(Duration::from_millis(1))
        .with_data_in_pages();
    let shop = Arc::new(shop);
    tokio::spawn(serve(listener, Arc::clone(&shop)));
    let reach = Reach {
        hosts: Vec::new(),
        private: vec![Place::parse(&address).unwrap()],
    };
    Open {
        market: shop,
        client: Client::new(None, reach).unwrap(),
        address,
    }
}

impl Open {
    fn pages(&self) -> Page {
        let settings = page::Settings {
            base: format!("http://{}/", self.address).parse().unwrap(),
            language: "en_US".to_owned(),
            calls_per_day: PAGES,
            spacing: Duration::from_secs(5),
        };
        Page::new(settings, &self.client)
    }

    fn api(&self) -> Affiliate {
        let settings = affiliate::Settings {
            gateway: format!("http://{}/sync", self.address).parse().unwrap(),
            app_key: "512345".to_owned(),
            app_secret: Secret::new("s3cr3t".to_owned()),
            sign_method: SignMethod::Sha256,
            tracking_id: None,
            language: "EN".to_owned(),
            calls_per_day: API_CALLS,
            spacing: Duration::from_secs(2),
        };
        Affiliate::new(settings, self.client.clone())
    }
}

fn rules() -> RuleSet {
    RuleBook::built_in().unwrap().get(None).unwrap().clone()
}

/// Markets and calendar; no codes, so that every price follows from what was read.
fn almanac() -> Almanac {
    Almanac {
        ladders: Vec::new(),
        ..Almanac::built_in().unwrap()
    }
}

/// The listings of a small world, each in a market that it is sold to, with the variant that a page selects.
fn tracked(world: &World, at: Timestamp) -> Vec<ListingKey> {
    let markets = ["US", "DE", "JP"].map(|country| Market::of(country).unwrap());
    let sold = world
        .items()
        .iter()
        .zip(markets.iter().cycle())
        .filter(|(item, market)| {
            let listing = world.listing(item, market.country, at);
            // First-order prices are none of the watch's; a page that shows only them has no price.
            listing.is_ok_and(|listing| {
                listing
                    .variants
                    .iter()
                    .any(|one| one.salable && one.new_shopper_price.is_none())
            })
        });
    let keys = sold.map(|(item, market)| ListingKey {
        item: item.clone(),
        market: Country::parse(market.country).unwrap(),
        currency: market.currency(),
    });
    keys.take(40).collect()
}

/// One check as the store told it just after.
struct Told {
    listing: usize,
    minute: Minute,
    outcome: Outcome,
}

#[test]
fn a_day_with_faults_has_no_false_price_draws_every_gap_and_keeps_the_budget() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let start = Instant::parse(START).unwrap();
    let world = World::new(11, Size::of(120), start.moment());
    let hand = Hand::new(start.moment());
    let mut faults = Faults::seeded(5);
    // A challenge ends a source's day at once; it has a test of its own. The API names no ship-to country in its answers,
    // so that one for another country that pays in the same currency cannot be told apart by anybody.
    let told_apart = |fault: &Fault| !matches!(fault, Fault::Challenge | Fault::Validate | Fault::OtherMarket);
    for fault in Fault::ALL.into_iter().filter(told_apart) {
        faults = faults.share_everywhere(fault, 25);
    }
    faults = faults.share(Surface::Page, Fault::OtherMarket, 25);
    let shop = runtime.block_on(open(world.clone(), &hand, key(), faults));
    let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
    let keys = tracked(&world, start.moment());
    for key in &keys {
        let (_, variant) = store.track(key, None, start).unwrap();
        store.add_watch(variant, Lane::Public, None, start).unwrap();
    }
    let sources: Vec<Arc<dyn Source>> = vec![Arc::new(shop.api()), Arc::new(shop.pages())];
    let app = App::new(Arc::clone(&store), sources, rules(), almanac(), start).unwrap();
    app.load(start).unwrap();

    let told = live_through(&runtime, &app, store.as_ref(), &hand, &keys, start);

    let counts = shop.market.counts();
    let struck: u64 = Fault::ALL.iter().map(|fault| counts.faults_of(*fault)).sum();
    assert!(
        struck * 100 > counts.all_calls() * 12,
        "{struck} faults of {} calls",
        counts.all_calls()
    );
    budgets_were_kept(&counts);

    let failed = told.iter().filter(|told| told.outcome != Outcome::Ok).count();
    assert!(
        failed > 20 && told.len() > 300,
        "{failed} of {} checks failed",
        told.len()
    );
    every_gap_is_drawn(store.as_ref(), &keys, &told);
    let prices = no_price_is_false(&runtime, store.as_ref(), &world, &keys, start);
    assert!(prices > 160, "{prices} prices were looked at");
}

/// Runs the watch, moving the clock to whatever is due next, and notes every check.
fn live_through(
    runtime: &tokio::runtime::Runtime,
    app: &App,
    store: &dyn Store,
    hand: &Hand,
    keys: &[ListingKey],
    start: Instant,
) -> Vec<Told> {
    let clock = hand.clone();
    let clock = move || clock.now();
    let end = start.plus_seconds(HOURS * 3_600);
    let mut told = Vec::new();
    let mut known: BTreeMap<ListingId, Option<i64>> = BTreeMap::new();
    while hand.now() < end {
        let now = hand.now().moment().as_second();
        let mut next = now + 300;
        let mut read = false;
        for source in 0..2 {
            loop {
                match runtime.block_on(app.turn(source, &clock)).unwrap() {
                    Turned::Rest(until) => {
                        next = next.min(i64::from(until.get()).max(now + 60));
                        break;
                    }
                    Turned::Read { .. } | Turned::Refused(_) => read = true,
                }
            }
        }
        app.tend(hand.now()).unwrap();
        let tried = if read {
            store.tracked(ListingId(0), 1_000).unwrap()
        } else {
            Vec::new()
        };
        for one in &tried {
            if known.get(&one.id) == Some(&one.schedule.last_try) {
                continue;
            }
            known.insert(one.id, one.schedule.last_try);
            if let Some(check) = store.listing(&one.key).unwrap().unwrap().last_check {
                told.push(Told {
                    listing: keys.iter().position(|key| *key == one.key).unwrap(),
                    minute: Minute::of(check.at),
                    outcome: check.outcome,
                });
            }
        }
        hand.set(next);
    }
    told
}

fn budgets_were_kept(counts: &Counts) {
    for ((_, day), key) in &counts.keys {
        assert!(key.calls <= u64::from(API_CALLS), "{} API calls on {day}", key.calls);
    }
    // Two days of UTC+8 and of UTC each are touched.
    assert!(counts.calls_to(Surface::Api) <= u64::from(API_CALLS) * 2);
    assert!(counts.calls_to(Surface::Page) <= u64::from(PAGES) * 2);
    assert!(counts.calls_to(Surface::Page) > 100, "pages were read");
    assert!(counts.calls_to(Surface::Api) > 100, "the API was called");
}

/// The state of a listing and its series in a lane, if anything was ever read.
fn series(store: &dyn Store, key: &ListingKey, lane: Lane) -> Option<(ListingState, tillwatch_core::history::Series)> {
    let state = store.listing(key).unwrap().unwrap();
    let variant = state.tracked.variants.first()?.id;
    let terms = store.terms_of(variant).unwrap().into_iter().next()?;
    let series = store.series(variant, lane, &terms).unwrap()?;
    Some((state, series))
}

/// After each check that failed the history shows a gap with its outcome, until the next check.
fn every_gap_is_drawn(store: &dyn Store, keys: &[ListingKey], told: &[Told]) {
    for (place, key) in keys.iter().enumerate() {
        let Some((_, series)) = series(store, key, Lane::Public) else {
            continue;
        };
        let of_listing: Vec<&Told> = told.iter().filter(|told| told.listing == place).collect();
        for (nth, check) in of_listing.iter().enumerate() {
            let replaced = of_listing.get(nth + 1).is_some_and(|next| next.minute == check.minute);
            if replaced {
                continue;
            }
            match (check.outcome, series.at(check.minute)) {
                (Outcome::Ok, Some(Known::Price { .. })) => {}
                (outcome, Some(Known::Gap(gap))) => assert_eq!(gap, outcome, "{key:?} at {}", check.minute),
                (outcome, other) => assert!(other.is_none() && outcome != Outcome::Ok, "{outcome:?}: {other:?}"),
            }
        }
    }
}

/// Every price that was recorded is one that the listing had: with its own price of some moment of the day and the
/// discounts that its page last showed.
fn no_price_is_false(
    runtime: &tokio::runtime::Runtime,
    store: &dyn Store,
    world: &World,
    keys: &[ListingKey],
    start: Instant,
) -> usize {
    let end = start.plus_seconds(HOURS * 3_600);
    let mut looked_at = 0;
    for key in keys {
        // One of its own for each listing: no clock goes back.
        let hand = Hand::new(start.moment());
        let unlimited = self::key().every(jiff::SignedDuration::ZERO).a_day(1_000_000);
        let honest = runtime.block_on(open(world.clone(), &hand, unlimited, Faults::default()));
        let (pages, api) = (honest.pages(), honest.api());
        let mut moments = vec![start.moment()];
        let country = Market::of(key.market.code()).unwrap().country;
        moments.extend(world.changes(&key.item, country, start.moment(), end.moment()));
        let seen: Vec<Seen> = moments
            .iter()
            .map(|moment| {
                hand.set(moment.as_second());
                let ask = Ask {
                    market: key.market,
                    currency: key.currency,
                    items: vec![Wanted {
                        item: key.item.clone(),
                        skus: Vec::new(),
                    }],
                };
                let mut page = runtime.block_on(pages.read(&ask, hand.now())).unwrap();
                let mut brief = runtime.block_on(api.read(&ask, hand.now())).unwrap();
                Seen {
                    at: *moment,
                    page: page.remove(0).snapshot,
                    codes: brief.remove(0).snapshot.discounts,
                }
            })
            .collect();
        for lane in Lane::ALL {
            let Some((state, series)) = series(store, key, lane) else {
                continue;
            };
            let sku = state.tracked.variants.first().and_then(|variant| variant.sku.clone());
            let possible = possible(&seen, key, sku.as_ref(), lane);
            for span in series.spans(Minute::FIRST, Minute::of(end)) {
                if let Known::Price { price, .. } = span.known {
                    looked_at += 1;
                    let minor = price.minor();
                    assert!(
                        possible.contains(&minor),
                        "{} in {}: {minor} in lane {lane} is none of {possible:?}",
                        key.item,
                        key.market
                    );
                }
            }
        }
    }
    looked_at
}

/// What a page showed at a moment, and the code that only the API names.
struct Seen {
    at: Timestamp,
    page: Snapshot,
    codes: Vec<Discount>,
}

/// The prices that a watch may have seen in a lane: what stood on the page at one moment, with the variant's own price of
/// a later one and the code that the API named then or not, at that time or a later one.
fn possible(seen: &[Seen], key: &ListingKey, sku: Option<&SkuId>, lane: Lane) -> HashSet<i64> {
    let (rules, almanac) = (rules(), almanac());
    let mut prices = HashSet::new();
    let fine = |one: &&Seen| one.page.outcome == Outcome::Ok;
    for (from, shown) in seen.iter().enumerate().filter(|(_, one)| fine(one)) {
        for (own, fresh) in seen.iter().enumerate().skip(from).filter(|(_, one)| fine(one)) {
            let mut whole = shown.page.clone();
            for variant in &mut whole.variants {
                if let Some(now) = fresh.page.variants.iter().find(|now| now.sku == variant.sku) {
                    variant.price = now.price;
                    variant.salable = now.salable;
                }
            }
            let mut with_codes = whole.clone();
            with_codes.discounts.extend(fresh.codes.iter().cloned());
            for (one, whole) in seen
                .iter()
                .skip(own)
                .flat_map(|one| [(one, &whole), (one, &with_codes)])
            {
                let wish = Wish {
                    market: Some(key.market),
                    currency: Some(key.currency),
                    sku: sku.cloned(),
                    quantity: 1,
                    at: Instant::utc(one.at),
                };
                if let Ok(quoted) = quote(whole, &almanac, &wish)
                    && let Some(lanes) = Lanes::of(&quoted.checkout, &rules)
                {
                    prices.insert(lanes.get(lane).minor());
                }
            }
        }
    }
    prices
}

#[test]
fn a_shop_that_fails_as_a_whole_is_one_alert_and_recovers_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let start = Instant::parse(START).unwrap();
    let world = World::new(12, Size::of(120), start.moment());
    let hand = Hand::new(start.moment());
    let shop = runtime.block_on(open(world.clone(), &hand, key(), Faults::default()));
    let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
    for key in &tracked(&world, start.moment()) {
        store.track(key, None, start).unwrap();
    }
    let app = App::new(
        Arc::clone(&store),
        vec![Arc::new(shop.pages())],
        rules(),
        almanac(),
        start,
    )
    .unwrap();
    app.load(start).unwrap();
    let clock = hand.clone();
    let clock = move || clock.now();
    let run = |turns: usize, fault: Option<Fault>| {
        for _ in 0..turns {
            if let Some(fault) = fault {
                shop.market.faults().next(fault);
            }
            while let Turned::Rest(until) = runtime.block_on(app.turn(0, &clock)).unwrap() {
                hand.set(i64::from(until.get()).max(hand.now().moment().as_second() + 1));
            }
        }
    };
    run(12, None);
    assert_eq!(app.figures().operator_alerts(), 0);
    run(40, Some(Fault::Hollow));
    assert!(app.is_failing(), "{:?}", app.figures().checks());
    assert_eq!(app.figures().operator_alerts(), 1);
    run(60, None);
    assert!(!app.is_failing());
    assert_eq!(app.figures().operator_alerts(), 1, "one failure, one alert");
    let tracked = store.tracked(ListingId(0), 100).unwrap();
    assert!(
        tracked.iter().all(|one| one.schedule.last_try.is_some()),
        "none was forgotten"
    );
}
