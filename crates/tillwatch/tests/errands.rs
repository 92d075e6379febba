//! Calls beside readings, charged like them: links that are counted as the operator's, and the look at a key.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]
#![expect(
    clippy::disallowed_methods,
    reason = "the program that looks at a key goes by this machine's clock"
)]

use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use tillwatch_app::App;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::linker::Linker;
use tillwatch_app::ports::source::{Ask, Depth, Limits, Reading, Source, SourceError};
use tillwatch_app::ports::store::Store;
use tillwatch_core::almanac::Almanac;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::rules::RuleBook;
use tillwatch_market::shop::{Key, Marketplace, serve};
use tillwatch_market::world::{Size, World};
use tillwatch_store::Sqlite;

const CALLS: u32 = 10;
const CLEAN: &str = "https://www.aliexpress.com/item/1005000222222222.html";
const COUNTED: &str = "https://s.click.aliexpress.com/s/made-up";

/// A source that nobody asks, with the account that links are charged to.
struct Api;

impl Source for Api {
    fn name(&self) -> &'static str {
        "api"
    }

    fn limits(&self) -> Limits {
        Limits {
            items_per_call: 50,
            calls_per_day: CALLS,
            day_offset: 0,
            spacing: Duration::ZERO,
        }
    }

    fn depth(&self) -> Depth {
        Depth::Brief
    }

    fn read<'a>(&'a self, _: &'a Ask, _: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>> {
        Box::pin(std::future::pending())
    }
}

/// Answers what it was told to, and counts.
struct Clerk {
    answer: Mutex<Result<Option<String>, SourceError>>,
    asked: AtomicUsize,
}

impl Linker for Clerk {
    fn account(&self) -> &'static str {
        "api"
    }

    fn app(&self) -> &'static str {
        "nobody"
    }

    fn method(&self) -> &'static str {
        "link.generate"
    }

    fn link<'a>(&'a self, _: &'a str, _: Instant) -> Later<'a, Result<Option<String>, SourceError>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::ready(self.answer.lock().unwrap().clone()))
    }
}

struct Office {
    app: App,
    clerk: Arc<Clerk>,
}

impl Office {
    fn new(answer: Result<Option<String>, SourceError>) -> Self {
        let clerk = Arc::new(Clerk {
            answer: Mutex::new(answer),
            asked: AtomicUsize::new(0),
        });
        let store = Arc::new(Sqlite::in_memory().unwrap());
        let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
        let almanac = Almanac::built_in().unwrap();
        let app = App::new(store, vec![Arc::new(Api)], rules, almanac, at(0)).unwrap();
        let app = app.with_linker(Arc::<Clerk>::clone(&clerk));
        Self { app, clerk }
    }

    /// The link so many seconds after the beginning.
    fn link(&self, clean: &str, seconds: i64) -> Option<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let clock = move || at(seconds);
        runtime.block_on(self.app.partner_link(clean, &clock)).unwrap()
    }

    fn asked(&self) -> usize {
        self.clerk.asked.load(Ordering::Relaxed)
    }

    fn remaining(&self) -> u32 {
        self.app.desks(at(0))[0].remaining
    }
}

fn at(seconds: i64) -> Instant {
    Instant::parse("2026-06-05T10:00:00Z").unwrap().plus_seconds(seconds)
}

#[test]
fn a_link_is_made_once_kept_for_months_and_made_anew_then() {
    let office = Office::new(Ok(Some(COUNTED.to_owned())));
    for seconds in [0, 1, 149 * 86_400] {
        assert_eq!(office.link(CLEAN, seconds).as_deref(), Some(COUNTED));
    }
    assert_eq!((office.asked(), office.remaining()), (1, CALLS - 1));
    assert_eq!(office.link(CLEAN, 150 * 86_400).as_deref(), Some(COUNTED));
    assert_eq!(office.asked(), 2);
}

#[test]
fn that_there_is_no_link_is_kept_too() {
    let office = Office::new(Ok(None));
    assert_eq!((office.link(CLEAN, 0), office.link(CLEAN, 60)), (None, None));
    assert_eq!(office.asked(), 1);
}

#[test]
fn a_wrong_set_up_of_links_rests_them_and_not_the_readings() {
    let why = "402: TrackingId input parameter error".to_owned();
    let office = Office::new(Err(SourceError::Misconfigured { why }));
    assert_eq!((office.link(CLEAN, 0), office.link("another", 3_599)), (None, None));
    assert_eq!((office.asked(), office.remaining()), (1, CALLS - 1));
    *office.clerk.answer.lock().unwrap() = Ok(Some(COUNTED.to_owned()));
    assert_eq!(office.link(CLEAN, 3_600).as_deref(), Some(COUNTED));
}

#[test]
fn links_without_permission_are_asked_for_again_after_a_day_and_readings_go_on() {
    let why = "InsufficientPermission".to_owned();
    let office = Office::new(Err(SourceError::NotPermitted { why }));
    for (seconds, asked) in [
        (0, 1),
        (86_399, 1),
        (86_400, 2),
        (2 * 86_400, 3),
        (3 * 86_400, 3),
        (9 * 86_400, 4),
    ] {
        assert_eq!(office.link(CLEAN, seconds), None);
        assert_eq!(office.asked(), asked, "after {seconds} s");
    }
    let later = office.app.desks(at(9 * 86_400));
    assert_eq!(later[0].remaining, CALLS - 1);
}

#[test]
fn calls_that_are_used_up_are_used_up_for_the_readings_too() {
    let office = Office::new(Err(SourceError::Spent { until: at(86_400) }));
    assert_eq!(office.link(CLEAN, 0), None);
    assert_eq!(office.remaining(), 0);
}

#[test]
fn links_never_take_more_than_the_share_of_those_who_wait() {
    let office = Office::new(Ok(Some(COUNTED.to_owned())));
    let made = (0..50).filter(|number| office.link(&format!("{CLEAN}?sku={number}"), 10 * number).is_some());
    let made = made.count();
    assert!((1..usize::try_from(CALLS).unwrap()).contains(&made), "{made}");
    assert_eq!(office.asked(), made);
}

/// A marketplace on a port of this machine that goes by its clock, and the program set up for it.
struct Set {
    _runtime: tokio::runtime::Runtime,
    shop: Arc<Marketplace>,
    place: String,
    data: tempfile::TempDir,
    /// A listing that can be bought in the United States.
    sold: ItemId,
    /// One of several variants that can be bought in Germany, the last of them with its price there.
    several: (ItemId, SkuId, String),
}

impl Set {
    fn new(key: Key) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let clock = || {
            let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
            Timestamp::from_millisecond(i64::try_from(since.as_millis()).unwrap()).unwrap()
        };
        let world = World::new(7, Size::of(200), clock());
        let is_sold = |item: &&ItemId| {
            let listing = world.listing(item, "US", clock());
            listing.is_ok_and(|listing| listing.variants.iter().all(|variant| variant.salable))
        };
        let sold = world.items().iter().find(is_sold).unwrap().clone();
        let several = world.items().iter().find_map(|item| {
            let listing = world.listing(item, "DE", clock()).ok()?;
            let last = listing.variants.last().filter(|_| listing.variants.len() > 1)?;
            let sold = listing.variants.iter().all(|variant| variant.salable);
            sold.then(|| (item.clone(), last.sku.clone(), last.price.to_string()))
        });
        let several = several.unwrap();
        let shop = Arc::new(Marketplace::new(world, clock).with_key(key));
        runtime.spawn(serve(listener, Arc::clone(&shop)));
        Self {
            _runtime: runtime,
            shop,
            place,
            data: tempfile::tempdir().unwrap(),
            sold,
            several,
        }
    }

    fn run(&self, secret: &str, arguments: &[&str]) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_tillwatch"));
        program.env_clear().args(arguments);
        program
            .env("TILLWATCH_DATA", self.data.path())
            .env("TILLWATCH_REACH", &self.place);
        program.env("TILLWATCH_GATEWAY", format!("http://{}/sync", self.place));
        if !secret.is_empty() {
            program
                .env("TILLWATCH_APP_KEY", "512345")
                .env("TILLWATCH_APP_SECRET", secret);
        }
        let output = program.output().unwrap();
        let all = [output.stdout.clone(), output.stderr.clone()].concat();
        let all = String::from_utf8_lossy(&all).into_owned();
        assert!(secret.is_empty() || !all.contains(secret), "{all}");
        output
    }

    /// What `doctor` says of the key, and how it ends.
    fn doctor(&self, secret: &str) -> (String, Option<i32>) {
        let output = self.run(secret, &["--json", "doctor"]);
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = told["findings"].as_array().unwrap().clone();
        let key = findings.iter().find(|one| one["what"] == "key").unwrap();
        let told = format!("{}: {}", key["health"].as_str().unwrap(), key["told"].as_str().unwrap());
        (told, output.status.code())
    }

    /// How many calls the store says that the key made.
    fn charged(&self) -> u32 {
        let store = Sqlite::open(&self.data.path().join("tillwatch.db")).unwrap();
        let budget = store.recall("budget:affiliate").unwrap().unwrap();
        let day = tillwatch_app::account::read_budget(&budget).unwrap().last_day();
        day.unwrap().0
    }

    /// How many calls the marketplace counted.
    fn counted(&self) -> u64 {
        self.shop.counts().keys.values().map(|day| day.calls).sum()
    }
}

fn known() -> Key {
    Key::new("512345", SECRET)
}

const SECRET: &str = "a secret of nobody";

#[test]
fn doctor_asks_once_whether_the_key_works() {
    let set = Set::new(known());
    let (told, _) = set.doctor("");
    assert!(told.starts_with("look: no app is named"), "{told}");
    assert_eq!(set.counted(), 0);
    let (told, ended) = set.doctor(SECRET);
    assert!(told.starts_with("ok: it works: the API answered"), "{told}");
    assert_eq!((ended, set.charged(), set.counted()), (Some(0), 1, 1));
}

#[test]
fn doctor_tells_a_wrong_secret_from_calls_that_are_used_up() {
    let set = Set::new(known());
    let (told, ended) = set.doctor("another secret");
    assert!(told.starts_with("bad: ") && told.contains("signature"), "{told}");
    assert_eq!(ended, Some(1));
    let set = Set::new(known().a_day(0));
    let (told, ended) = set.doctor(SECRET);
    assert!(told.starts_with("look: the API knows it, but"), "{told}");
    assert_eq!(ended, Some(0));
    let (told, _) = set.doctor(SECRET);
    assert!(told.starts_with("look: no call of the official API is left"), "{told}");
    assert_eq!(set.counted(), 1, "what is used up is not asked again");
}

#[test]
fn a_link_and_a_key_are_enough_for_a_receipt() {
    let set = Set::new(known());
    let item = set.sold.as_str();
    let output = set.run(SECRET, &["--json", "quote", item, "--market", "US"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    let quoted: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(quoted["stack"]["currency"], "USD", "{quoted}");
    assert_eq!(quoted["checkout"]["lines"][0]["item"], item, "{quoted}");
    // The fee of shipping was asked for, and is not again while the app may not.
    assert_eq!((set.charged(), set.counted()), (2, 2));
    set.run(SECRET, &["quote", item, "--market", "US"]);
    assert_eq!((set.charged(), set.counted()), (3, 3));
}

#[test]
fn with_the_permission_a_receipt_has_the_variant_that_was_asked_for_and_its_shipping() {
    let set = Set::new(known().with_extra_methods());
    let (item, sku, price) = &set.several;
    let quote = |market: &str| {
        set.run(
            SECRET,
            &[
                "--json",
                "quote",
                item.as_str(),
                "--market",
                market,
                "--sku",
                sku.as_str(),
            ],
        )
    };
    let output = quote("DE");
    let quoted: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let line = &quoted["checkout"]["lines"][0];
    assert_eq!(line["sku"], sku.as_str(), "{quoted}");
    assert_eq!(line["unit_price"], price.as_str(), "{quoted}");
    assert!(!quoted.to_string().contains("the total is without it"), "{quoted}");
    assert_eq!(set.charged(), 2);
    // Prices for the United States are without tax, and those of each variant are not.
    let output = quote("US");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.contains("only with tax, while prices for US are shown without it"),
        "{told}"
    );
    assert_eq!(set.charged(), 3);
    // The variant that is shown anyway needs its fee of shipping alone.
    let output = set.run(SECRET, &["--json", "quote", item.as_str(), "--market", "DE"]);
    let quoted: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(quoted.to_string().contains("which was asked for"), "{quoted}");
    assert_eq!((set.charged(), set.counted()), (5, 5));
}

#[test]
fn without_the_permission_another_variant_is_refused_with_what_to_do() {
    let set = Set::new(known());
    let (item, sku, _) = &set.several;
    for charged in [2, 3] {
        let output = set.run(
            SECRET,
            &["quote", item.as_str(), "--market", "DE", "--sku", sku.as_str()],
        );
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            told.contains("your app may not ask for those of each variant"),
            "{told}"
        );
        assert!(told.contains("--page FILE"), "{told}");
        assert_eq!((set.charged(), set.counted()), (charged, u64::from(charged)));
    }
}

#[test]
fn a_link_without_a_country_or_a_key_costs_no_call_and_says_what_to_do() {
    let set = Set::new(known());
    let refused = |secret: &str, arguments: &[&str], ended: i32, words: &str| {
        let output = set.run(secret, arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(ended), "{told}");
        assert!(told.contains(words), "{told}");
    };
    let item = "1005006338829917";
    refused("", &["quote", item, "--market", "US"], 3, "TILLWATCH_APP_KEY");
    refused(SECRET, &["quote", item], 2, "--market US");
    refused(
        SECRET,
        &["quote", item, "--market", "US", "--at", "2026-06-03T12:00:00Z"],
        2,
        "--at",
    );
    assert_eq!(set.counted(), 0);
}
