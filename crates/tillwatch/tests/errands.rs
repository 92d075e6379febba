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

/// What `doctor` says of a key at a marketplace that knows the app 512345 with one secret.
fn doctor(data: &std::path::Path, key: Key, secret: &str) -> (String, Output) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let place = listener.local_addr().unwrap();
    let clock = || {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Timestamp::from_millisecond(i64::try_from(since.as_millis()).unwrap()).unwrap()
    };
    let shop = Marketplace::new(World::new(7, Size::of(50), clock()), clock).with_key(key);
    runtime.spawn(serve(listener, Arc::new(shop)));
    let mut program = Command::new(env!("CARGO_BIN_EXE_tillwatch"));
    program.env_clear().args(["--json", "doctor"]);
    program
        .env("TILLWATCH_DATA", data)
        .env("TILLWATCH_REACH", place.to_string());
    program.env("TILLWATCH_GATEWAY", format!("http://{place}/sync"));
    if !secret.is_empty() {
        program
            .env("TILLWATCH_APP_KEY", "512345")
            .env("TILLWATCH_APP_SECRET", secret);
    }
    let output = program.output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = told["findings"].as_array().unwrap().clone();
    let key = findings.iter().find(|one| one["what"] == "key").unwrap();
    let told = format!("{}: {}", key["health"].as_str().unwrap(), key["told"].as_str().unwrap());
    (told, output)
}

#[test]
fn doctor_asks_once_whether_the_key_works_and_never_prints_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let known = || Key::new("512345", "right-secret");
    let (told, _) = doctor(folder.path(), known(), "");
    assert!(told.starts_with("look: no app is named"), "{told}");
    let (told, output) = doctor(folder.path(), known(), "right-secret");
    assert!(told.starts_with("ok: it works: the API answered"), "{told}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("right-secret"));
    let kept = Sqlite::open(&folder.path().join("tillwatch.db")).unwrap();
    let budget = kept.recall("budget:affiliate").unwrap().unwrap();
    let spent = tillwatch_app::account::read_budget(&budget)
        .unwrap()
        .last_day()
        .unwrap();
    assert_eq!(spent.0, 1, "the call was charged");
    drop(kept);

    let other = tempfile::tempdir().unwrap();
    let (told, output) = doctor(other.path(), known(), "wrong-secret");
    assert!(told.starts_with("bad: ") && told.contains("signature"), "{told}");
    assert_eq!(output.status.code(), Some(1));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("wrong-secret"));

    let spent = tempfile::tempdir().unwrap();
    let (told, _) = doctor(spent.path(), known().a_day(0), "right-secret");
    assert!(told.starts_with("look: it is known to the API, but"), "{told}");
}
