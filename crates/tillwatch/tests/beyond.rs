//! Listings that nobody watches, asked for against the simulated marketplace: what a question finds, costs and leaves
//! behind; and the whole way through the program.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]
#![expect(clippy::disallowed_methods, reason = "the program goes by this machine's clock")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use tillwatch_app::account::{self, Account};
use tillwatch_app::beyond::{Refusal, Standing};
use tillwatch_app::ports::finder::{Category, Offered, Question};
use tillwatch_app::ports::source::{Source, SourceError};
use tillwatch_app::ports::store::Store;
use tillwatch_app::{App, permits};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::cadence::{Second, Share};
use tillwatch_core::country::Country;
use tillwatch_core::id::CategoryId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_market::faults::Fault;
use tillwatch_market::shop::{Key, Marketplace, serve};
use tillwatch_market::world::{Size, World};
use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::secret::Secret;
use tillwatch_net::sources::affiliate::sign::SignMethod;
use tillwatch_net::sources::affiliate::{Affiliate, Settings};
use tillwatch_store::Sqlite;
use tokio::runtime::Runtime;

const APP: (&str, &str) = ("512345", "a secret of nobody");
const QUERY: &str = "aliexpress.affiliate.product.query";
const CATEGORIES: &str = "aliexpress.affiliate.category.get";
const DAY: i64 = 86_400;

fn noon() -> Instant {
    Instant::parse("2026-06-10T12:00:00Z").unwrap()
}

/// What this machine's clock says.
fn machine() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_millisecond(i64::try_from(since.as_millis()).unwrap()).unwrap()
}

fn key() -> Key {
    Key::new(APP.0, APP.1).every(SignedDuration::ZERO)
}

/// The marketplace, the app of an operator, and a clock in the hand.
struct Set {
    runtime: Runtime,
    shop: Arc<Marketplace>,
    clock: Arc<AtomicI64>,
    place: String,
    api: Arc<Affiliate>,
    folder: tempfile::TempDir,
}

impl Set {
    /// One that begins at noon, or goes by this machine's clock.
    fn new(key: Key, calls: u32, stands: bool) -> Self {
        let runtime = Runtime::new().unwrap();
        let begun = if stands { noon().moment() } else { machine() };
        let clock = Arc::new(AtomicI64::new(begun.as_second()));
        let theirs = Arc::clone(&clock);
        let now = move || {
            if stands {
                Timestamp::from_second(theirs.load(Ordering::SeqCst)).unwrap()
            } else {
                machine()
            }
        };
        let shop = Marketplace::new(World::new(7, Size::of(400), begun), now).with_key(key);
        let shop = Arc::new(shop);
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
        }
    }

    fn usual() -> Self {
        Self::new(key(), 5_000, true)
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
        let sources: Vec<Arc<dyn Source>> = vec![Arc::<Affiliate>::clone(&self.api)];
        let app = App::new(store, sources, rules, Almanac::built_in().unwrap(), self.now()).unwrap();
        app.with_finder(Arc::<Affiliate>::clone(&self.api)).unwrap()
    }

    fn ask(&self, app: &App, question: &Question) -> Result<Arc<[Offered]>, Refusal> {
        let clock = || self.now();
        self.runtime.block_on(app.ask_beyond(question, &clock)).unwrap()
    }

    fn learn(&self, app: &App) -> Option<Result<usize, SourceError>> {
        let clock = || self.now();
        self.runtime.block_on(app.learn_categories(&clock)).unwrap()
    }

    /// How many calls the marketplace counted.
    fn counted(&self) -> u64 {
        self.shop.counts().keys.values().map(|day| day.calls).sum()
    }
}

fn words(words: &str) -> Question {
    Question {
        words: words.to_owned(),
        market: Country::US,
        currency: Currency::USD,
        category: None,
        least: None,
        most: None,
    }
}

#[test]
fn a_question_is_one_call_and_a_quarter_of_an_hour_of_answers() {
    let set = Set::usual();
    let app = set.start();
    let drill = words("drill");
    assert_eq!(app.beyond(&drill, set.now()), Standing::Open);
    let found = set.ask(&app, &drill).unwrap();
    assert!((2..=20).contains(&found.len()), "{found:?}");
    let is_drill = |one: &Offered| one.title.as_deref().unwrap().to_lowercase().contains("drill");
    assert!(found.iter().all(|one| is_drill(one) && one.price.is_positive()));
    assert_eq!(app.beyond(&drill, set.now()), Standing::Found(Arc::clone(&found)));
    assert_eq!(set.ask(&app, &drill), Ok(found));
    assert_eq!(set.counted(), 1);
    // Whatever is asked otherwise is another question.
    let dollars = |cents| Some(Money::new(cents, Currency::USD));
    let narrow = Question {
        category: CategoryId::parse("1420").ok(),
        least: dollars(500),
        most: dollars(5_000),
        ..words("drill")
    };
    let few = set.ask(&app, &narrow).unwrap();
    assert!(few.iter().all(|one| (500..=5_000).contains(&one.price.minor())));
    assert_eq!(set.counted(), 2);
    let nothing = set.ask(&app, &words("zzqqxx")).unwrap();
    assert!(nothing.is_empty(), "nothing is an answer too");
    assert_eq!(set.ask(&app, &words("zzqqxx")), Ok(nothing));
    assert_eq!(set.counted(), 3);
    set.forward(900);
    assert_eq!(app.beyond(&drill, set.now()), Standing::Open);
    set.ask(&app, &drill).unwrap();
    assert_eq!(set.counted(), 4);
    // Nothing of it is a listing that is known here.
    assert_eq!(app.store().counts().unwrap().listings, 0);
    let zloty = Question {
        market: Country::parse("PL").unwrap(),
        currency: Currency::parse("PLN").unwrap(),
        ..words("drill")
    };
    assert_eq!(app.beyond(&zloty, set.now()), Standing::Unpriced);
}

#[test]
fn questions_go_before_the_queue_and_take_no_more_than_their_share_however_often_it_starts() {
    let set = Set::new(key(), 400, true);
    let mut asked = 0;
    for number in 0..60 {
        let app = set.start();
        asked += u32::from(set.ask(&app, &words(&format!("lamp {number}"))).is_ok());
        set.forward(600);
    }
    // Five of a hundred calls, on the two of the account's days that these hours lie in.
    assert!((20..=40).contains(&asked), "{asked}");
    assert_eq!(set.counted(), u64::from(asked));

    // The queue that has just taken all that its pace allows leaves room for a question, and waits for it.
    let busy = Set::usual();
    drop(busy.start());
    let store = Sqlite::open(&busy.folder.path().join("tillwatch.db")).unwrap();
    let mut queue = Account::new(busy.api.as_ref(), tillwatch_core::cadence::Budget::default());
    let now = Second::of(busy.now());
    while queue.spend(Share::Background, now).is_ok() {}
    let before = queue.next_allowed(Share::Background, now);
    let (name, kept) = queue.kept();
    store.remember(&name, &kept).unwrap();
    drop(store);
    let app = busy.start();
    assert!(busy.ask(&app, &words("lamp")).is_ok());
    let kept = app.store().recall(&account::budget_name("affiliate")).unwrap().unwrap();
    let after = Account::new(busy.api.as_ref(), account::read_budget(&kept).unwrap());
    assert!(after.next_allowed(Share::Background, now) > before);
    // Not without an end: a question too soon waits as well.
    let all: Vec<bool> = (0..9)
        .map(|n| busy.ask(&app, &words(&format!("lamp {n}"))).is_ok())
        .collect();
    assert!(all.iter().any(|answered| !answered), "{all:?}");
    assert_eq!(busy.ask(&app, &words("lamp 8")), Err(Refusal::Busy));
}

#[test]
fn what_the_app_may_not_ask_is_remembered_and_costs_nothing() {
    let set = Set::new(key().without(QUERY), 5_000, true);
    assert_eq!(set.ask(&set.start(), &words("lamp")), Err(Refusal::NotPermitted));
    assert_eq!(set.counted(), 1);
    let app = set.start();
    assert_eq!(set.ask(&app, &words("lamp")), Err(Refusal::NotPermitted));
    assert_eq!(set.counted(), 1);
    set.forward(DAY);
    assert_eq!(set.ask(&app, &words("lamp")), Err(Refusal::NotPermitted));
    assert_eq!(set.counted(), 2);
    let known = permits::permits(app.store(), APP.0).unwrap();
    assert_eq!((known[0].method.as_str(), known[0].refusals), (QUERY, 2));
}

#[test]
fn what_goes_wrong_is_told_and_nothing_false_is_shown() {
    let set = Set::usual();
    let app = set.start();
    let fault = |fault| set.shop.faults().next(fault);
    fault(Fault::TooMany);
    assert_eq!(set.ask(&app, &words("lamp")), Err(Refusal::Busy));
    set.forward(120);
    fault(Fault::ServerError);
    assert_eq!(set.ask(&app, &words("lamp")), Err(Refusal::Failed));
    let counted = set.counted();
    assert_eq!(set.ask(&app, &words("lamp")), Err(Refusal::Failed));
    assert_eq!(set.counted(), counted, "it rests for a minute");
    set.forward(60);
    for odd in [Fault::Truncated, Fault::Cut] {
        fault(odd);
        assert_eq!(set.ask(&app, &words("case")), Err(Refusal::Failed), "{odd:?}");
        set.forward(60);
    }
    for odd in [Fault::OtherCurrency, Fault::ZeroPrice] {
        fault(odd);
        let found = set.ask(&app, &words("case")).unwrap();
        assert!(
            found
                .iter()
                .all(|one| one.price.currency() == Currency::USD && one.price.is_positive())
        );
        assert!(
            odd != Fault::ZeroPrice || found.is_empty(),
            "a listing without a price is left out"
        );
        set.forward(900);
    }
    assert!(!set.ask(&app, &words("case")).unwrap().is_empty());
}

#[test]
fn categories_are_named_once_a_week_when_somebody_asks_and_outlast_a_restart() {
    let set = Set::usual();
    let app = set.start();
    assert_eq!(set.learn(&app), None, "nobody asked");
    set.ask(&app, &words("lamp")).unwrap();
    assert_eq!(set.learn(&app), Some(Ok(18)));
    let counted = set.counted();
    assert_eq!(set.learn(&app), None);
    let names = app.categories();
    let of = |id: &str| names.iter().find(|one| one.id.as_str() == id).cloned().unwrap();
    let home: Category = of("15");
    assert_eq!((home.name.as_str(), home.parent), ("Home & Garden", None));
    assert_eq!(of("1501").parent, CategoryId::parse("15").ok());
    drop(app);
    let app = set.start();
    assert_eq!(app.categories(), names);
    set.forward(6 * DAY);
    set.ask(&app, &words("lamp")).unwrap();
    assert_eq!(set.learn(&app), None);
    assert_eq!(set.counted(), counted + 1);
    set.forward(DAY);
    set.ask(&app, &words("lamp")).unwrap();
    assert_eq!(set.learn(&app), Some(Ok(18)));

    let barred = Set::new(key().without(CATEGORIES), 5_000, true);
    let app = barred.start();
    assert!(barred.ask(&app, &words("lamp")).is_ok());
    assert!(matches!(
        barred.learn(&app),
        Some(Err(SourceError::NotPermitted { .. }))
    ));
    let counted = barred.counted();
    barred.forward(2 * 3_600);
    assert_eq!(barred.learn(&app), None);
    assert_eq!(barred.counted(), counted);
    assert!(app.categories().is_empty());
}

/// The program with the operator's key, and all that it says.
struct Server {
    child: Child,
    place: String,
    said: BufReader<std::process::ChildStderr>,
    log: String,
}

impl Server {
    fn start(set: &Set) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tillwatch"))
            .env_clear()
            .args(["serve", "--listen", "127.0.0.1:0", "--spacing", "0", "--data"])
            .arg(set.folder.path())
            .env("TILLWATCH_LOG", "trace")
            .env("TILLWATCH_REACH", &set.place)
            .env("TILLWATCH_GATEWAY", format!("http://{}/sync", set.place))
            .env("TILLWATCH_APP_KEY", APP.0)
            .env("TILLWATCH_APP_SECRET", APP.1)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut log = String::new();
        let place = loop {
            let from = log.len();
            assert!(said.read_line(&mut log).unwrap() > 0, "it ended: {log}");
            let line = log.get(from..).unwrap();
            if let Some((_, after)) = line.split_once("answers on http://") {
                break after.split(' ').next().unwrap().to_owned();
            }
        };
        Self {
            child,
            place,
            said,
            log,
        }
    }

    fn call(&self, method: &str, path: &str, body: &str) -> String {
        let length = body.len();
        let mut stream = TcpStream::connect(&self.place).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
            self.place
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Ends it, and gives back all that it said.
    fn end(mut self) -> String {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-INT", &id]).status().unwrap();
        self.said.read_to_string(&mut self.log).unwrap();
        self.child.wait().unwrap();
        self.log
    }
}

fn location(answer: &str) -> &str {
    let mut lines = answer.lines();
    lines.find_map(|line| line.strip_prefix("location: ")).unwrap()
}

#[test]
fn through_the_whole_program_a_listing_is_asked_for_found_and_watched_like_a_pasted_one() {
    let set = Set::new(key(), 5_000, false);
    let server = Server::start(&set);
    let search = "/search?q=CoRdLeSs+drill&market=US";
    let page = server.call("GET", search, "");
    assert!(page.contains("Ask AliExpress too"), "{page}");
    let asked = server.call("POST", "/search?q=CoRdLeSs%20drill&market=US", "");
    assert!(asked.starts_with("HTTP/1.1 303"), "{asked}");
    let to = location(&asked).split('#').next().unwrap().to_owned();
    assert!(to.ends_with("&answer=found"), "{to}");
    let found = server.call("GET", &to, "");
    assert!(found.contains("The price shown by the official API"), "{found}");
    let (_, link) = found.split_once("name=\"text\" value=\"").unwrap();
    let link = link.split('"').next().unwrap();
    assert!(link.starts_with("https://www.aliexpress.com/item/"), "{link}");
    let watched = server.call(
        "POST",
        "/",
        &format!("text={}&market=US", link.replace(':', "%3A").replace('/', "%2F")),
    );
    assert!(watched.starts_with("HTTP/1.1 303"), "{watched}");
    let item = link.rsplit('/').next().unwrap().trim_end_matches(".html");
    assert!(
        location(&watched).starts_with(&format!("/i/{item}?market=US")),
        "{watched}"
    );
    let log = server.end();
    assert!(!log.to_lowercase().contains("cordless"), "what is typed reaches no log");
    assert!(!log.contains(APP.1), "nor does a secret");
}
