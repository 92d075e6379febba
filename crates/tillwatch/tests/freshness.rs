//! Twenty-four simulated hours of two thousand listings on 5,000 calls, with a restart in between: the budget is kept, as the
//! marketplace counts it, and how fresh prices are is told. `--nocapture` shows the table.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]
#![expect(clippy::print_stdout, reason = "the table is for whoever looks")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::source::{Ask, Depth, Limits, Reading, Source, SourceError, Wanted};
use tillwatch_app::ports::store::{ListingId, ListingKey, NewWatch, Store};
use tillwatch_app::{App, Turned};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::history::Lane;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};
use tillwatch_market::shop::{Key, Marketplace, serve};
use tillwatch_market::world::{Market, Size, World};
use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::secret::Secret;
use tillwatch_net::sources::affiliate::sign::SignMethod;
use tillwatch_net::sources::affiliate::{self, Affiliate};
use tillwatch_store::Sqlite;
use tokio::runtime::Runtime;

/// The API's day begins, which is Beijing's.
const START: &str = "2026-06-03T16:00:00Z";
const DAY: i64 = 86_400;
const CALLS: u32 = 5_000;
const LISTINGS: usize = 2_000;
/// Listings of a call, of the fifty that there can be: so few make calls as scarce as they are to 33,000 listings.
const A_CALL: u16 = 3;
const MARKETS: [&str; 8] = ["US", "GB", "DE", "FR", "BR", "JP", "KR", "IL"];

/// What somebody wants of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wish {
    /// To be told below a price that is near: three of ten listings.
    Target,
    /// To see its price: two of ten.
    Watched,
    /// Nothing; it was pasted once.
    Charted,
}

impl Wish {
    const fn of(place: usize) -> Self {
        match place % 10 {
            0..3 => Self::Target,
            3..5 => Self::Watched,
            _ => Self::Charted,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Target => "with a target",
            Self::Watched => "watched",
            Self::Charted => "charted",
        }
    }
}

/// A good reading of a listing.
#[derive(Debug, Clone)]
struct Read {
    at: i64,
    sku: SkuId,
    price: Money,
    /// In how many seconds it was to be read again, as its page said then; nothing before that is known.
    told: Option<u32>,
}

/// The API, which notes what it answered.
struct Noting {
    api: Affiliate,
    /// The good readings of the calls since they were taken last.
    fresh: Mutex<Vec<(ListingKey, Read)>>,
}

impl Source for Noting {
    fn name(&self) -> &'static str {
        self.api.name()
    }

    fn limits(&self) -> Limits {
        Limits {
            items_per_call: A_CALL,
            ..self.api.limits()
        }
    }

    fn depth(&self) -> Depth {
        self.api.depth()
    }

    fn read<'a>(&'a self, ask: &'a Ask, now: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>> {
        Box::pin(async move {
            let readings = self.api.read(ask, now).await?;
            let mut fresh = self.fresh.lock().unwrap();
            for reading in readings.iter().filter(|one| one.snapshot.outcome == Outcome::Ok) {
                let key = ListingKey {
                    item: reading.item.clone(),
                    market: ask.market,
                    currency: ask.currency,
                };
                let variant = reading.snapshot.salable().next().unwrap();
                let read = Read {
                    at: now.moment().as_second(),
                    sku: variant.sku.clone().unwrap(),
                    price: variant.price.unwrap(),
                    told: None,
                };
                fresh.push((key, read));
            }
            Ok(readings)
        })
    }
}

/// The marketplace, the watch over it, and a clock that only the test moves.
struct Life {
    runtime: Runtime,
    world: World,
    shop: Arc<Marketplace>,
    api: Arc<Noting>,
    store: Arc<dyn Store>,
    now: Arc<AtomicI64>,
    listings: Vec<(ListingKey, ListingId)>,
    reads: Vec<Vec<Read>>,
}

impl Life {
    fn begin() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let start = Instant::parse(START).unwrap();
        let world = World::new(21, Size::of(u32::try_from(LISTINGS * 5 / 4).unwrap()), start.moment());
        let now = Arc::new(AtomicI64::new(start.moment().as_second()));
        let clock = Arc::clone(&now);
        let shop = Marketplace::new(world.clone(), move || stamp(clock.load(Ordering::SeqCst)));
        let shop = Arc::new(
            shop.with_key(Key::new("512345", "s3cr3t"))
                .with_slowness(Duration::ZERO),
        );
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        runtime.spawn(serve(listener, Arc::clone(&shop)));
        let reach = Reach {
            hosts: Vec::new(),
            private: vec![Place::parse(&address).unwrap()],
        };
        let settings = affiliate::Settings {
            gateway: format!("http://{address}/sync").parse().unwrap(),
            app_key: "512345".to_owned(),
            app_secret: Secret::new("s3cr3t".to_owned()),
            sign_method: SignMethod::Sha256,
            tracking_id: None,
            language: "EN".to_owned(),
            calls_per_day: CALLS,
            spacing: affiliate::SPACING,
        };
        let api = Affiliate::new(settings, Client::new(None, reach).unwrap());
        let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
        let listings = track(&world, store.as_ref(), start);
        Self {
            api: Arc::new(Noting {
                api,
                fresh: Mutex::default(),
            }),
            reads: vec![Vec::new(); listings.len()],
            runtime,
            world,
            shop,
            store,
            now,
            listings,
        }
    }

    /// Starts the watch and lets it run until a second, when it is ended without a word.
    fn run(&mut self, until: i64) {
        let now = Arc::clone(&self.now);
        let second = || now.load(Ordering::SeqCst);
        let clock = || Instant::utc(stamp(second()));
        let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
        let source: Arc<dyn Source> = Arc::clone(&self.api) as _;
        let almanac = Almanac::built_in().unwrap();
        let app = App::new(Arc::clone(&self.store), vec![source], rules, almanac, clock()).unwrap();
        app.load(clock()).unwrap();
        let places: BTreeMap<ListingKey, usize> = self.listings.iter().map(|(key, _)| key.clone()).zip(0..).collect();
        let mut tended = second();
        while second() < until {
            match self.runtime.block_on(app.turn(0, &clock)).unwrap() {
                Turned::Refused(error) => panic!("{error}"),
                Turned::Read { .. } => {
                    for (key, mut read) in self.api.fresh.lock().unwrap().drain(..) {
                        let place = places[&key];
                        assert_eq!(
                            self.price(place, &read.sku, stamp(read.at)),
                            Some(read.price),
                            "{key:?}"
                        );
                        read.told = app.interval(self.listings[place].1, clock());
                        self.reads[place].push(read);
                    }
                }
                Turned::Rest(until) => {
                    if second() >= tended + 60 {
                        tended = second();
                        app.tend(clock()).unwrap();
                    }
                    self.now
                        .store(i64::from(until.get()).max(second() + 1), Ordering::SeqCst);
                }
            }
        }
    }

    /// The own price of a variant of a listing, as the marketplace has it.
    fn price(&self, place: usize, sku: &SkuId, at: Timestamp) -> Option<Money> {
        let (key, _) = &self.listings[place];
        let country = Market::of(key.market.code()).unwrap().country;
        let listing = self.world.listing(&key.item, country, at).ok()?;
        let variant = listing.variants.into_iter().find(|one| one.sku == *sku)?;
        variant.salable.then_some(variant.price)
    }

    /// When the own price of the variant that was read first changed between two seconds.
    fn changes(&self, place: usize, from: i64, until: i64) -> Vec<i64> {
        let Some(sku) = self.reads[place].first().map(|read| read.sku.clone()) else {
            return Vec::new();
        };
        let (key, _) = &self.listings[place];
        let country = Market::of(key.market.code()).unwrap().country;
        let moments = self
            .world
            .listing_changes(&key.item, country, stamp(from), stamp(until));
        let mut before = self.price(place, &sku, stamp(from));
        let changed = moments.into_iter().filter(|at| {
            let after = self.price(place, &sku, *at);
            let is_change = before.is_some() && after.is_some() && after != before;
            before = after;
            is_change
        });
        changed.map(Timestamp::as_second).collect()
    }
}

fn stamp(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The listings, each in a market that it is sold to, as people want them.
fn track(world: &World, store: &dyn Store, start: Instant) -> Vec<(ListingKey, ListingId)> {
    let sold = world.items().iter().zip(MARKETS.iter().cycle());
    let sold = sold.filter_map(|(item, country)| {
        let listing = world.listing(item, country, start.moment()).ok()?;
        let variant = listing.variants.into_iter().find(|one| one.salable)?;
        let key = ListingKey {
            item: item.clone(),
            market: Country::parse(country).unwrap(),
            currency: listing.currency,
        };
        Some((key, variant.price))
    });
    let one = |(place, (key, price)): (usize, (ListingKey, Money))| {
        let (listing, variant) = store.track(&key, None, start).unwrap();
        let watch = match Wish::of(place) {
            Wish::Charted => None,
            Wish::Watched => Some(None),
            Wish::Target => Some(Some(Money::new(price.minor() * 97 / 100, key.currency))),
        };
        if let Some(target) = watch {
            store
                .add_watch(&NewWatch::of(variant, Lane::Sticker, target), start)
                .unwrap();
        }
        (key, listing)
    };
    sold.take(LISTINGS).enumerate().map(one).collect()
}

/// How fresh the prices of some listings were, in seconds.
#[derive(Debug, Default)]
struct Fresh {
    listings: usize,
    readings: usize,
    /// How old the price was that people saw when it changed.
    ages: Vec<i64>,
    /// How long it took until the change was recorded.
    delays: Vec<i64>,
    /// Changes that were not recorded by the end.
    unseen: usize,
    /// The longest time that a listing went unread, the first and the last of the day too.
    longest: i64,
    /// Readings after which an interval was told, and those of them that the next one followed within twice as long.
    told: usize,
    kept: usize,
}

impl Fresh {
    fn add(&mut self, reads: &[Read], changes: &[i64], (start, end): (i64, i64)) {
        self.listings += 1;
        self.readings += reads.len();
        let moments = reads.iter().map(|read| read.at);
        let moments: Vec<i64> = std::iter::once(start).chain(moments).chain([end]).collect();
        let waits = moments.windows(2).map(|pair| pair[1] - pair[0]);
        self.longest = waits.fold(self.longest, i64::max);
        for pair in reads.windows(2) {
            let Some(told) = pair[0].told else { continue };
            self.told += 1;
            self.kept += usize::from(pair[1].at - pair[0].at <= 2 * i64::from(told));
        }
        for change in changes {
            let next = reads.partition_point(|read| read.at < *change);
            let Some(before) = next.checked_sub(1) else { continue };
            self.ages.push(change - reads[before].at);
            match reads.get(next) {
                Some(read) => self.delays.push(read.at - change),
                None => self.unseen += 1,
            }
        }
    }

    fn row(&self, name: &str) -> String {
        let minutes = |seconds: i64| format!("{}:{:02}", seconds / 60, seconds % 60);
        let told = |values: &[i64], share| part(values, share).map_or_else(|| "-".to_owned(), minutes);
        let [ages, delays] = [&self.ages, &self.delays].map(|all| [50, 95].map(|share| told(all, share)).join(", "));
        let kept = match self.told {
            0 => "-".to_owned(),
            told => format!("{} %", self.kept * 100 / told),
        };
        format!(
            "| {name} | {} | {} | {} | {ages} | {delays}, {} | {} | {} | {kept} |",
            self.listings,
            self.readings,
            self.ages.len(),
            told(&self.delays, 100),
            self.unseen,
            minutes(self.longest),
        )
    }
}

/// The value below which so many hundredths of the values lie.
fn part(values: &[i64], hundredths: usize) -> Option<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() * hundredths / 100).or(sorted.last()).copied()
}

#[test]
fn five_thousand_calls_a_day_are_never_exceeded_and_keep_two_thousand_prices_fresh() {
    let mut life = Life::begin();
    let start = life.now.load(Ordering::SeqCst);
    let end = start + DAY;
    life.run(start + DAY / 2);
    life.run(end);

    let counts = life.shop.counts();
    let (used, of) = (counts.keys.values().map(|day| day.calls).sum::<u64>(), u64::from(CALLS));
    for ((_, day), key) in &counts.keys {
        assert!(key.calls <= of && key.refused.is_empty(), "{day}: {key:?}");
        assert!(key.closest >= Some(SignedDuration::from_secs(1)), "{day}: {key:?}");
    }
    assert!(used <= of && used * 100 >= of * 95, "{used} calls");

    let mut fresh: BTreeMap<Wish, Fresh> = BTreeMap::new();
    let mut all_watched = Fresh::default();
    for (place, reads) in life.reads.iter().enumerate() {
        let (wish, changes) = (Wish::of(place), life.changes(place, start, end));
        fresh.entry(wish).or_default().add(reads, &changes, (start, end));
        if wish != Wish::Charted {
            all_watched.add(reads, &changes, (start, end));
        }
    }
    let of_markets = MARKETS.len();
    println!("{used} of {CALLS} calls, {LISTINGS} listings of {of_markets} markets, {A_CALL} a call; minutes:seconds");
    println!(
        "| listings | how many | readings | changes | age when it changed: median, p95 | change to record: median, p95, \
         longest | not by the end | longest unread | within twice the interval told |\n|---|---|---|---|---|---|---|---|---|"
    );
    for (wish, one) in &fresh {
        println!("{}", one.row(wish.name()));
    }
    println!("{}", all_watched.row("all watched"));

    // Whoever asks in turn sees half of the changes within half a round.
    let half_a_round = DAY * i64::try_from(LISTINGS).unwrap() / i64::from(CALLS) / i64::from(A_CALL) / 2;
    let [median, p95] = [50, 95].map(|share| part(&all_watched.delays, share).unwrap());
    assert!(
        median * 3 < half_a_round * 2,
        "{median} s, and {half_a_round} s in turn"
    );
    assert!(p95 < 2 * half_a_round, "{p95} s, and {half_a_round} s in turn");
    assert!(
        all_watched.longest < DAY / 3,
        "{} s without a reading",
        all_watched.longest
    );
    assert!(
        all_watched.unseen * 10 < all_watched.ages.len(),
        "{} changes",
        all_watched.unseen
    );
    assert!(
        all_watched.kept * 100 > all_watched.told * 90,
        "{} of {}",
        all_watched.kept,
        all_watched.told
    );
}

/// A source that shows one variant of a listing, from the second hour to the twelfth another one than at first.
#[derive(Default)]
struct Fickle {
    asked: Mutex<Vec<i64>>,
}

impl Source for Fickle {
    fn name(&self) -> &'static str {
        "fickle"
    }

    fn limits(&self) -> Limits {
        Limits {
            items_per_call: 50,
            calls_per_day: CALLS,
            day_offset: 0,
            spacing: Duration::from_secs(1),
        }
    }

    fn depth(&self) -> Depth {
        Depth::Brief
    }

    fn read<'a>(&'a self, ask: &'a Ask, now: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>> {
        let hours = (now.moment().as_second() - Instant::parse(START).unwrap().moment().as_second()) / 3_600;
        self.asked.lock().unwrap().push(hours);
        let sku = if (2..12).contains(&hours) { "1200" } else { "1100" };
        let reading = |wanted: &Wanted| Reading {
            item: wanted.item.clone(),
            snapshot: Snapshot {
                item: Some(wanted.item.clone()),
                market: Some(ask.market),
                currency: Some(ask.currency),
                variants: vec![Variant {
                    sku: SkuId::parse(sku).ok(),
                    ..Variant::at(Money::new(2_000 + hours, ask.currency))
                }],
                ..Snapshot::empty("test")
            },
        };
        let readings = ask.items.iter().map(reading).collect();
        Box::pin(std::future::ready(Ok(readings)))
    }
}

#[test]
fn a_variant_that_a_brief_source_stops_showing_is_asked_for_now_and_then_until_it_is_shown_again() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let start = Instant::parse(START).unwrap();
    let key = ListingKey {
        item: ItemId::parse("1005006367324382").unwrap(),
        market: Country::US,
        currency: Currency::USD,
    };
    let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
    let (_, variant) = store.track(&key, None, start).unwrap();
    store
        .add_watch(&NewWatch::of(variant, Lane::Sticker, None), start)
        .unwrap();
    let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
    let source = Arc::new(Fickle::default());
    let sources: Vec<Arc<dyn Source>> = vec![Arc::clone(&source) as _];
    let app = App::new(Arc::clone(&store), sources, rules, Almanac::built_in().unwrap(), start).unwrap();
    app.load(start).unwrap();
    let now = AtomicI64::new(start.moment().as_second());
    let clock = || Instant::utc(stamp(now.load(Ordering::SeqCst)));
    let end = start.moment().as_second() + DAY;
    while now.load(Ordering::SeqCst) < end {
        if let Turned::Rest(until) = runtime.block_on(app.turn(0, &clock)).unwrap() {
            now.store(
                i64::from(until.get()).max(now.load(Ordering::SeqCst) + 1),
                Ordering::SeqCst,
            );
        }
    }
    let asked = source.asked.lock().unwrap();
    let away = asked.iter().filter(|hours| (2..12).contains(*hours)).count();
    assert!((2..=5).contains(&away), "{away} calls for what is not shown");
    let state = store.listing(&key).unwrap().unwrap();
    let latest = state.tracked.variants[0].latest.clone().unwrap();
    assert_eq!(latest.lanes.sticker.minor(), 2_023, "the price of the last hour");
}
