//! Twenty-four simulated hours against the marketplace at its nastiest: a fifth of all answers is faulty, and so are the
//! chats that are told.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

#[path = "day/chats.rs"]
mod chats;
#[path = "day/truth.rs"]
mod truth;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tillwatch_app::outbox::Post;
use tillwatch_app::ports::source::Source;
use tillwatch_app::ports::store::{
    LastCheck, ListingId, ListingKey, ListingState, NewChannel, NewWatch, Store, WatchId,
};
use tillwatch_app::{App, Turned};
use tillwatch_core::alert::{Rearm, Settings, read_notice};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::history::{Known, Lane, Minute};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::snapshot::Outcome;
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

use chats::{Arrived, Chats};
use truth::{Crossing, Truth};

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
    at: Instant,
    is_page: bool,
    outcome: Outcome,
    /// Whether most checks before it had failed, so that alerts waited.
    waits: bool,
}

/// What was read at a moment, and then it was looked at which coupons had begun and ended.
struct Step {
    at: Instant,
    checks: Vec<Told>,
    /// Whether most checks had failed by then.
    waits: bool,
}

/// A watch for a price of a listing, which it tells a chat of its own.
struct Watching {
    id: WatchId,
    listing: usize,
    lane: Lane,
    target: i64,
    chat: String,
}

/// Two watches for each listing.
fn watch_all(store: &dyn Store, truths: &[Truth], start: Instant) -> Vec<Watching> {
    let mut watches = Vec::new();
    for (listing, truth) in truths.iter().enumerate() {
        let (_, variant) = store.track(&truth.key, None, start).unwrap();
        for lane in [Lane::Public, Lane::Code] {
            let Some(target) = truth.target(lane, listing % 2 == 0) else {
                continue;
            };
            let chat = format!("telegram:{}", watches.len() + 1);
            let watch = NewWatch {
                settings: Settings {
                    rearm: Rearm::After(0),
                    step: None,
                    ..Settings::default()
                },
                channels: vec![NewChannel {
                    address: chat.clone(),
                    confirmed: true,
                }],
                ..NewWatch::of(variant, lane, Some(Money::new(target, truth.key.currency)))
            };
            watches.push(Watching {
                id: store.add_watch(&watch, start).unwrap(),
                listing,
                lane,
                target,
                chat,
            });
        }
    }
    watches
}

#[test]
fn a_day_with_faults_has_no_false_price_draws_every_gap_keeps_the_budget_and_tells_every_crossing_once() {
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
    let truths: Vec<Truth> = keys.iter().map(|key| Truth::of(&runtime, &world, key, start)).collect();
    let watches = watch_all(store.as_ref(), &truths, start);
    let sources: Vec<Arc<dyn Source>> = vec![Arc::new(shop.api()), Arc::new(shop.pages())];
    let app = Arc::new(App::new(Arc::clone(&store), sources, rules(), almanac(), start).unwrap());
    app.load(start).unwrap();
    let chats = Arc::new(Chats::default());
    let post = Post::new(Arc::clone(&app), vec![chats.clone()]);

    let steps = live_through(&runtime, &app, &post, &hand, &keys, start);

    let counts = shop.market.counts();
    let struck: u64 = Fault::ALL.iter().map(|fault| counts.faults_of(*fault)).sum();
    assert!(
        struck * 100 > counts.all_calls() * 12,
        "{struck} faults of {} calls",
        counts.all_calls()
    );
    budgets_were_kept(&counts);

    let told: Vec<&Told> = steps.iter().flat_map(|step| &step.checks).collect();
    let failed = told.iter().filter(|told| told.outcome != Outcome::Ok).count();
    assert!(
        failed > 20 && told.len() > 300,
        "{failed} of {} checks failed",
        told.len()
    );
    every_gap_is_drawn(store.as_ref(), &truths, &told);
    let prices = no_price_is_false(store.as_ref(), &truths, start);
    assert!(prices > 160, "{prices} prices were looked at");
    let crossings = every_crossing_is_told_once(store.as_ref(), &truths, &watches, &steps, &chats.arrived());
    assert!(crossings > 40, "{crossings} crossings");
}

/// Runs the watch, moving the clock to whatever is due next, and notes every check.
fn live_through(
    runtime: &tokio::runtime::Runtime,
    app: &App,
    post: &Post,
    hand: &Hand,
    keys: &[ListingKey],
    start: Instant,
) -> Vec<Step> {
    let clock = hand.clone();
    let clock = move || clock.now();
    let end = start.plus_seconds(HOURS * 3_600);
    let mut steps = Vec::new();
    let mut known: BTreeMap<usize, LastCheck> = BTreeMap::new();
    while hand.now() < end {
        let now = hand.now().moment().as_second();
        let mut next = now + 300;
        let mut checks = Vec::new();
        for source in 0..2 {
            loop {
                let waits = app.is_failing();
                match runtime.block_on(app.turn(source, &clock)).unwrap() {
                    Turned::Rest(until) => {
                        next = next.min(i64::from(until.get()).max(now + 60));
                        break;
                    }
                    Turned::Read { .. } | Turned::Refused(_) => {
                        checks.extend(new_checks(app.store(), keys, &mut known, waits));
                    }
                }
            }
        }
        app.tend(hand.now()).unwrap();
        steps.push(Step {
            at: hand.now(),
            checks,
            waits: app.is_failing(),
        });
        chats::tell(runtime, post, hand);
        hand.set(next);
    }
    // Chats that have to be asked again.
    while app.store().outbox(hand.now()).unwrap().waiting > 0 {
        hand.set(hand.now().moment().as_second() + 60);
        chats::tell(runtime, post, hand);
    }
    steps
}

/// The checks that the store tells and did not before.
fn new_checks(
    store: &dyn Store,
    keys: &[ListingKey],
    known: &mut BTreeMap<usize, LastCheck>,
    waits: bool,
) -> Vec<Told> {
    let mut told = Vec::new();
    for (listing, key) in keys.iter().enumerate() {
        let Some(check) = store.listing(key).unwrap().unwrap().last_check else {
            continue;
        };
        if known.get(&listing) != Some(&check) {
            told.push(Told {
                listing,
                at: check.at,
                is_page: check.source == "page",
                outcome: check.outcome,
                waits,
            });
            known.insert(listing, check);
        }
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

/// After each check that failed the history shows a gap with its outcome, until the next check. One of the API that shows
/// another variant says nothing of this one.
fn every_gap_is_drawn(store: &dyn Store, truths: &[Truth], told: &[&Told]) {
    for (place, truth) in truths.iter().enumerate() {
        let key = &truth.key;
        let Some((state, series)) = series(store, key, Lane::Public) else {
            continue;
        };
        let sku = state.tracked.variants.first().and_then(|variant| variant.sku.as_ref());
        let shows = |check: &Told| check.is_page || truth.at(check.at).names(sku);
        let of_listing: Vec<&&Told> = told.iter().filter(|told| told.listing == place).collect();
        for (nth, check) in of_listing.iter().enumerate() {
            let minute = Minute::of(check.at);
            let replaced = of_listing
                .get(nth + 1)
                .is_some_and(|next| Minute::of(next.at) == minute);
            if replaced {
                continue;
            }
            match (check.outcome, series.at(minute)) {
                (Outcome::Ok, Some(Known::Price { .. })) => {}
                (Outcome::Ok, None) if !shows(check) => {}
                (outcome, Some(Known::Gap(gap))) => assert_eq!(gap, outcome, "{key:?} at {minute}"),
                (outcome, other) => assert!(other.is_none() && outcome != Outcome::Ok, "{outcome:?}: {other:?}"),
            }
        }
    }
}

/// Every price that was recorded is one that the listing had: with its own price of some moment of the day and the
/// discounts that its page last showed.
fn no_price_is_false(store: &dyn Store, truths: &[Truth], start: Instant) -> usize {
    let end = start.plus_seconds(HOURS * 3_600);
    let mut looked_at = 0;
    for truth in truths {
        for lane in Lane::ALL {
            let Some((state, series)) = series(store, &truth.key, lane) else {
                continue;
            };
            let sku = state.tracked.variants.first().and_then(|variant| variant.sku.clone());
            let possible = possible(truth, sku.as_ref(), lane);
            for span in series.spans(Minute::FIRST, Minute::of(end)) {
                if let Known::Price { price, .. } = span.known {
                    looked_at += 1;
                    let minor = price.minor();
                    assert!(
                        possible.contains(&minor),
                        "{:?}: {minor} in lane {lane} is none of {possible:?}",
                        truth.key
                    );
                }
            }
        }
    }
    looked_at
}

/// The prices that a watch may have seen in a lane: what stood on the page at one moment, with the variant's own price of
/// a later one and the code that the API named then or not, at that time or a later one.
fn possible(truth: &Truth, sku: Option<&SkuId>, lane: Lane) -> HashSet<i64> {
    let mut prices = HashSet::new();
    let seen = &truth.seen;
    let fine = |one: &&truth::Seen| one.page.outcome == Outcome::Ok;
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
            with_codes.discounts.extend(fresh.brief.discounts.iter().cloned());
            for (one, whole) in seen
                .iter()
                .skip(own)
                .flat_map(|one| [(one, &whole), (one, &with_codes)])
            {
                if let Some((lanes, _)) = truth.price(whole, sku, Instant::utc(one.at)) {
                    prices.insert(lanes.get(lane).minor());
                }
            }
        }
    }
    prices
}

/// What was decided is what the marketplace's facts ask for, each with its moment and price; and each of it arrived,
/// acknowledged once, or again under the same reference where nobody said that it had. How many crossings there were.
fn every_crossing_is_told_once(
    store: &dyn Store,
    truths: &[Truth],
    watches: &[Watching],
    steps: &[Step],
    arrived: &HashMap<(String, String), Arrived>,
) -> usize {
    let mut due = HashSet::new();
    let mut count = 0;
    for watch in watches {
        let wanted = truths[watch.listing].crossings(watch.listing, watch.lane, watch.target, steps);
        let mut decided = Vec::new();
        for logged in store.alert_log(watch.id, 1_000).unwrap().into_iter().rev() {
            let notice = read_notice(logged.notice.as_bytes()).unwrap();
            decided.push(Crossing {
                at: notice.at,
                price: notice.price.unwrap().minor(),
            });
            due.insert((watch.chat.clone(), notice.reference));
        }
        assert_eq!(
            decided, wanted,
            "{:?} below {} in lane {}",
            truths[watch.listing].key, watch.target, watch.lane
        );
        count += wanted.len();
    }
    due.retain(|(chat, _)| chat != chats::GONE);
    assert_eq!(arrived.keys().cloned().collect::<HashSet<_>>(), due);
    assert!(arrived.values().all(|one| one.acknowledged == 1), "{arrived:?}");
    assert!(
        arrived.values().any(|one| one.taken > 1),
        "an answer is lost now and then"
    );
    count
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
        let (_, variant) = store.track(key, None, start).unwrap();
        store
            .add_watch(&NewWatch::of(variant, Lane::Public, None), start)
            .unwrap();
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
