//! A program that watches is killed two hundred times while it reads, decides and delivers, at what it says and amid its
//! calls: whatever it said it had recorded is there, no call went out that was not charged before, and every alert arrives.
//!
//! The program is this test again, in a process of its own. Its time runs faster than the machine's, since no listing is
//! read more than once a minute.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]
#![expect(
    clippy::disallowed_methods,
    reason = "the program under test goes by this machine's clock"
)]

#[path = "kill/letters.rs"]
mod letters;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use tillwatch_app::account::{budget_name, read_budget};
use tillwatch_app::ports::source::Source;
use tillwatch_app::ports::store::{ListingId, ListingKey, Store};
use tillwatch_app::{App, Turned};
use tillwatch_core::country::Country;
use tillwatch_core::instant::Instant;
use tillwatch_core::rules::RuleBook;
use tillwatch_market::counters::Counts;
use tillwatch_market::shop::{Key, Marketplace, serve};
use tillwatch_market::world::{Market, Size, World};
use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::secret::Secret;
use tillwatch_net::sources::affiliate::sign::SignMethod;
use tillwatch_net::sources::affiliate::{Affiliate, Settings};
use tillwatch_store::Sqlite;
use tokio::runtime::Runtime;

use letters::Letters;

const KILLS: u64 = 200;

/// Seconds that pass for the program and the marketplace in one of this machine.
const SPEED: i64 = 240;

/// Milliseconds of the faster time before the first code, as long as not nearly all listings are read: a year.
const NO_CODES: i64 = 365 * 86_400_000;

/// Tells the test that it is the program: the folder, the marketplace, the receiver, when the faster time began, and when
/// the codes begin.
const LIFE: &str = "TILLWATCH_TEST_LIFE";

/// What the test sees of the program while it runs.
enum Event {
    /// A line of its log.
    Line(String),
    /// It is amid a call to the marketplace or to the receiver.
    Visit,
    /// Its log ended.
    End,
}

/// Where events go at the moment; the marketplace outlives each program.
type Ear = Arc<Mutex<Option<Sender<Event>>>>;

/// H185, H186.
#[test]
fn nothing_that_was_said_to_be_recorded_is_lost_no_call_is_free_and_every_alert_arrives() {
    if let Ok(life) = std::env::var(LIFE) {
        live(&life);
        return;
    }
    let began = machine_millis();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let ear: Ear = Arc::default();
    let (address, market) = runtime.block_on(open(&ear, began));
    let (receiver, inbox) = runtime.block_on(letters::receive(&ear));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tillwatch.db");
    fill(&Sqlite::open(&file).unwrap(), began, &receiver);

    let (mut said, mut kept) = (0, 0);
    let mut letters = Letters::default();
    let mut dice = 7_u64;
    // A fall is counted from the first price, which has to be one without a code: codes come once nearly all are read.
    let mut codes = began + NO_CODES;
    for round in 0..KILLS {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let (sender, events) = channel();
        *ear.lock().unwrap() = Some(sender.clone());
        let life = now(began).as_second();
        let mut program = start(folder.path(), &address, &receiver, began, codes);
        listen(&mut program, sender);
        said += until(&events, 2 + (dice >> 33) % 14);
        program.kill().unwrap();
        program.wait().unwrap();
        *ear.lock().unwrap() = None;
        // What it wrote before it died is still in the pipe.
        said += rest(&events);

        let store = Sqlite::open(&file).unwrap();
        let recorded = recorded(&store);
        assert!(
            recorded >= said,
            "round {round}: {said} readings were said to be recorded, {recorded} are there"
        );
        assert!(
            recorded >= kept,
            "round {round}: {kept} readings were there before, {recorded} are"
        );
        kept = recorded;
        let calls: u64 = market.counts().keys.values().map(|key| key.calls).sum();
        assert!(
            charged(&store) >= calls,
            "round {round}: {calls} calls, {} charged",
            charged(&store)
        );
        letters.take(&inbox, &store, life);
        if codes == began + NO_CODES && nearly_all_are_read(&store) {
            codes = now(began).as_millisecond();
        }
        assert!(
            letters.repeats() <= round + 1,
            "round {round}: {} repeats",
            letters.repeats()
        );
        if round % 40 == 0 {
            let found = store.examine().unwrap();
            assert!(found.is_sound(), "round {round}: {:?}", found.problems);
        }
    }
    assert!(said > KILLS, "{said} readings in {KILLS} lives");
    let store = Arc::new(Sqlite::open(&file).unwrap());
    assert!(store.examine().unwrap().is_sound());
    let life = now(began).as_second();
    deliver_the_rest(&runtime, &store, &receiver, began, codes);
    letters.take(&inbox, &store, life);
    let alerts = letters.nothing_is_lost(&store);
    assert!(alerts > 500, "{alerts} alerts");
    assert!(
        letters.repeats() > 0,
        "a kill comes between the arrival and its record now and then"
    );
    budgets(&market.counts());
}

fn machine_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// The faster time.
fn now(began: i64) -> Timestamp {
    Timestamp::from_millisecond(began + (machine_millis() - began) * SPEED).unwrap()
}

/// The program: reads the most urgent listings again and again, and says what it has recorded; beside it, it tells what is
/// to be told.
fn live(life: &str) {
    let [folder, address, receiver, began, codes] = life.split('|').collect::<Vec<_>>().try_into().unwrap();
    let (began, codes): (i64, i64) = (began.parse().unwrap(), codes.parse().unwrap());
    let clock = move || Instant::utc(now(began));
    let store = Arc::new(Sqlite::open(&Path::new(folder).join("tillwatch.db")).unwrap());
    let reach = Reach {
        hosts: Vec::new(),
        private: vec![Place::parse(address).unwrap()],
    };
    let settings = Settings {
        gateway: format!("http://{address}/sync").parse().unwrap(),
        app_key: "512345".to_owned(),
        app_secret: Secret::new("s3cr3t".to_owned()),
        sign_method: SignMethod::Sha256,
        tracking_id: None,
        language: "EN".to_owned(),
        calls_per_day: 900_000,
        spacing: Duration::ZERO,
    };
    let source: Arc<dyn Source> = Arc::new(Affiliate::new(settings, Client::new(None, reach).unwrap()));
    let app = Arc::new(app(store, vec![source], began, codes));
    app.load(clock()).unwrap();
    let post = letters::office(Arc::clone(&app), receiver);
    thread::spawn(move || {
        runtime().block_on(async {
            loop {
                if letters::send_due(&post, &clock).await == 0 {
                    thread::yield_now();
                }
            }
        });
    });
    let runtime = runtime();
    loop {
        if let Turned::Read { priced, .. } = runtime.block_on(app.turn(0, &clock)).unwrap() {
            eprintln!("priced={priced}");
        }
        app.tend(clock()).unwrap();
    }
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

fn app(store: Arc<Sqlite>, sources: Vec<Arc<dyn Source>>, began: i64, codes: i64) -> App {
    let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
    let almanac = letters::almanac(Instant::from_millis(codes).unwrap());
    App::new(store, sources, rules, almanac, Instant::utc(now(began))).unwrap()
}

/// After the last kill: what is left in the outbox, once the leases of the dead are over.
fn deliver_the_rest(runtime: &Runtime, store: &Arc<Sqlite>, receiver: &str, began: i64, codes: i64) {
    let post = letters::office(Arc::new(app(Arc::clone(store), Vec::new(), began, codes)), receiver);
    let clock = move || Instant::utc(now(began));
    while store.outbox(clock()).unwrap().waiting > 0 {
        runtime.block_on(letters::send_due(&post, &clock));
        thread::yield_now();
    }
}

/// The marketplace in this process; it tells of each visit.
async fn open(ear: &Ear, began: i64) -> (String, Arc<Marketplace>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let world = World::new(3, Size::of(200), now(began));
    let ear = Arc::clone(ear);
    let clock = move || {
        if let Some(ear) = ear.lock().unwrap().as_ref() {
            let _ = ear.send(Event::Visit);
        }
        now(began)
    };
    let key = Key::new("512345", "s3cr3t")
        .every(jiff::SignedDuration::ZERO)
        .a_day(1_000_000);
    let market = Arc::new(Marketplace::new(world, clock).with_key(key));
    tokio::spawn(serve(listener, Arc::clone(&market)));
    (address, market)
}

/// Watches the listings that are sold in the first market.
fn fill(store: &Sqlite, began: i64, receiver: &str) {
    let now = Instant::utc(now(began));
    let world = World::new(3, Size::of(200), now.moment());
    let market = Market::of("US").unwrap();
    let sold = world
        .items()
        .iter()
        .filter(|item| world.listing(item, "US", now.moment()).is_ok());
    let keys = sold.map(|item| {
        let key = ListingKey {
            item: item.clone(),
            market: Country::parse("US").unwrap(),
            currency: market.currency(),
        };
        (key, None)
    });
    let keys: Vec<_> = keys.collect();
    assert!(keys.len() > 100);
    for (_, variant) in store.track_all(&keys, now).unwrap() {
        letters::watch(store, variant, receiver, now);
    }
}

fn start(folder: &Path, address: &str, receiver: &str, began: i64, codes: i64) -> Child {
    let this = "nothing_that_was_said_to_be_recorded_is_lost_no_call_is_free_and_every_alert_arrives";
    Command::new(std::env::current_exe().unwrap())
        .args([this, "--exact", "--nocapture"])
        .env(
            LIFE,
            format!("{}|{address}|{receiver}|{began}|{codes}", folder.display()),
        )
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Sends each line of the program's log.
fn listen(program: &mut Child, ear: Sender<Event>) {
    let log = BufReader::new(program.stderr.take().unwrap());
    thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            let _ = ear.send(Event::Line(line));
        }
        let _ = ear.send(Event::End);
    });
}

/// Follows the program until so many things happened; the readings that it says it recorded.
fn until(events: &Receiver<Event>, most: u64) -> u64 {
    let (mut said, mut happened) = (0, 0);
    while happened < most {
        match events.recv().unwrap() {
            Event::Line(line) => {
                let priced = priced(&line);
                said += priced;
                happened += u64::from(priced > 0);
            }
            Event::Visit => happened += 1,
            Event::End => panic!("the program ended by itself"),
        }
    }
    said
}

fn rest(events: &Receiver<Event>) -> u64 {
    let mut said = 0;
    while let Ok(event) = events.recv() {
        match event {
            Event::Line(line) => said += priced(&line),
            Event::Visit => {}
            Event::End => break,
        }
    }
    said
}

/// The prices of `priced=48`, written once they are recorded.
fn priced(line: &str) -> u64 {
    let after = line.split_once("priced=").map(|(_, rest)| rest);
    after
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// Good readings of all listings; the first of each is not counted among its readings.
fn recorded(store: &Sqlite) -> u64 {
    let tracked = store.tracked(ListingId(0), 10_000).unwrap();
    let of_one = |schedule: &tillwatch_app::ports::store::Schedule| {
        u64::from(schedule.readings) + u64::from(schedule.last_good.is_some())
    };
    tracked.iter().map(|one| of_one(&one.schedule)).sum()
}

/// Some listings may never be shown.
fn nearly_all_are_read(store: &Sqlite) -> bool {
    let tracked = store.tracked(ListingId(0), 10_000).unwrap();
    let read = tracked.iter().filter(|one| one.schedule.last_good.is_some()).count();
    read * 10 >= tracked.len() * 9
}

/// The calls that the kept budget counts.
fn charged(store: &Sqlite) -> u64 {
    let kept = store.recall(&budget_name("affiliate")).unwrap();
    let numbers = kept.as_deref().and_then(read_budget).unwrap_or_default().kept();
    // Three days, each with its calls.
    [1, 3, 5].into_iter().map(|place| u64::from(numbers[place])).sum()
}

fn budgets(counts: &Counts) {
    for key in counts.keys.values() {
        assert!(key.calls <= 900_000);
        assert!(key.refused.is_empty(), "{:?}", key.refused);
    }
}
