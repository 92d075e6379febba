//! The story live, in real time: the program itself, the simulated marketplace on a port of this machine, and a mail
//! server and a Bot API that others have written, where `scripts/peers run` has started them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]
#![expect(clippy::disallowed_methods, reason = "what is live happens now")]

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tillwatch_core::id::{DiscountId, ItemId, SkuId};
use tillwatch_core::money::{Currency, Money};
use tillwatch_market::shop::{Key, Marketplace, serve};
use tillwatch_market::till::{Asked, Cart, Wanted, total};
use tillwatch_market::view::{Offer, OfferKind, Takes};
use tillwatch_market::world::{Size, World};
use tillwatch_net::http::{Call, Client, Place, Reach};
use tokio::runtime::Runtime;

const APP: (&str, &str) = ("512345", "a secret of nobody");
const TOKEN: &str = "4711:live";
const CHAT: i64 = 815;
const MAIL: &str = "live@example.org";
const CODE: &str = "LIVE5";

/// From the first look until the code begins, in seconds: long enough for a slow machine to have read the price.
const BEFORE: i64 = 40;

/// Longer than this nobody waits for anything here. A promise of ours is a minute from the code's first second.
const PATIENCE: Duration = Duration::from_mins(1);

/// The second of this machine's clock.
fn second() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_second(i64::try_from(since.as_secs()).unwrap()).unwrap()
}

/// A world with a quiet listing. There are no sales in it: before and during one, every listing shows a coupon.
fn quiet_world(now: Timestamp) -> Option<(World, (ItemId, SkuId, Money))> {
    let mut worlds = (7..17).map(|seed| World::new(seed, Size::of(2_000), now).without_sales());
    worlds.find_map(|world| quiet(&world, now).map(|found| (world, found)))
}

/// A listing of one variant on which nothing happens by itself for ten minutes, and its price. The marketplace's own codes
/// may come and go: nobody has published them here.
fn quiet(world: &World, now: Timestamp) -> Option<(ItemId, SkuId, Money)> {
    let until = now.saturating_add(SignedDuration::from_mins(10)).ok()?;
    world.items().iter().find_map(|item| {
        let listing = world.listing(item, "US", now).ok()?;
        let [variant] = listing.variants.as_slice() else {
            return None;
        };
        let none = listing.offers.iter().all(|offer| offer.personal);
        let still = world.listing_changes(item, "US", now, until).is_empty();
        let fits = variant.salable && none && still && (1_500..100_000).contains(&variant.price.minor());
        fits.then(|| (item.clone(), variant.sku.clone(), variant.price))
    })
}

/// Takes 5.00 from 10.00 on, for a day.
fn code(starts: Timestamp, item: &ItemId) -> Offer {
    Offer {
        id: DiscountId::parse(CODE).unwrap(),
        kind: OfferKind::Code,
        code: Some(CODE.to_owned()),
        takes: Takes::Fixed(Money::new(500, Currency::USD)),
        currency: Currency::USD,
        minimum: Money::new(1_000, Currency::USD),
        starts,
        ends: starts.saturating_add(SignedDuration::from_hours(24)).unwrap(),
        left: 500,
        regions: Vec::new(),
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

/// What the marketplace's own till charges for the goods with the code, by its own arithmetic.
fn at_the_till(world: &World, item: &ItemId, sku: &SkuId, at: Timestamp) -> Money {
    let cart = Cart {
        market: "US".to_owned(),
        currency: Currency::USD,
        at,
        held: Vec::new(),
        lines: vec![Wanted {
            item: item.clone(),
            sku: sku.clone(),
            quantity: 1,
        }],
    };
    let asked = Asked {
        attached: Vec::new(),
        typed: vec![CODE.to_owned()],
    };
    total(world, &cart, &asked).unwrap().goods
}

/// The program with everything set up by its environment.
struct Program<'a> {
    data: &'a Path,
    environment: Vec<(&'static str, String)>,
}

impl Program<'_> {
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tillwatch"));
        command
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.args(["--data", self.data.to_str().unwrap()]);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command().args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }
}

/// Is told to stop, and waited for.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let process = self.0.id().to_string();
        let _ = Command::new("kill").args(["-INT", &process]).status();
        let _ = self.0.wait();
    }
}

/// Looks again and again until something is there.
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Some(found) = look() {
            return found;
        }
        std::thread::park_timeout(Duration::from_millis(100));
    }
    panic!("{what} did not come within {PATIENCE:?}");
}

/// The letters to the mailbox, as the server's own reader of mail understands them.
fn letters() -> Vec<Value> {
    let room = std::env::var("TILLWATCH_SMTP_PEER_ROOM").unwrap();
    let files = std::fs::read_dir(Path::new(&room).join("letters")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let letters = files.filter_map(|path| serde_json::from_slice::<Value>(&std::fs::read(path).ok()?).ok());
    letters.filter(|letter| letter["to"] == json!([MAIL])).collect()
}

/// What the bot said in the chat.
fn said(runtime: &Runtime, client: &Client, bot: &str) -> Vec<String> {
    let address = format!("http://{bot}/getUpdatesHistory").parse().unwrap();
    let answer = runtime
        .block_on(client.send(&Call::json(address, &json!({"token": TOKEN}))))
        .unwrap();
    let history: Value = serde_json::from_slice(&answer.body).unwrap();
    let all = history["result"].as_array().cloned().unwrap_or_default();
    let ours = all.into_iter().filter(|one| one["message"]["chat_id"] == CHAT);
    ours.filter_map(|one| one["message"]["text"].as_str().map(ToOwned::to_owned))
        .collect()
}

#[test]
fn there_is_a_quiet_listing_on_every_day_of_the_year() {
    let first: Timestamp = "2026-11-23T12:18:00Z".parse().unwrap();
    for step in 0..30 {
        let now = first.saturating_add(SignedDuration::from_hours(293 * step)).unwrap();
        assert!(quiet_world(now).is_some(), "{now}");
    }
}

#[test]
fn a_code_that_begins_is_told_by_a_real_bot_and_a_real_letter_with_the_cents_of_the_till() {
    let peer = |name| std::env::var(name).ok();
    let (Some(mail), Some(bot)) = (peer("TILLWATCH_SMTP_PEER"), peer("TILLWATCH_BOT_PEER")) else {
        eprintln!("skipped: scripts/peers run COMMAND starts the peers that this needs");
        return;
    };
    let now = second();
    let starts = now.saturating_add(SignedDuration::from_secs(BEFORE)).unwrap();
    let (mut world, (item, sku, price)) = quiet_world(now).unwrap();
    world.add_offer(code(starts, &item));
    let paid = at_the_till(&world, &item, &sku, starts);
    assert_eq!(paid.minor(), price.minor() - 500);

    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let shop = listener.local_addr().unwrap();
    let marketplace = Marketplace::new(world, second).with_key(Key::new(APP.0, APP.1));
    runtime.spawn(serve(listener, Arc::new(marketplace)));
    let reach = Reach {
        hosts: Vec::new(),
        private: vec![Place::parse(&bot).unwrap()],
    };
    let client = Client::new(None, reach).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let program = Program {
        data: folder.path(),
        environment: vec![
            ("TILLWATCH_REACH", format!("{shop},{bot}")),
            ("TILLWATCH_APP_KEY", APP.0.to_owned()),
            ("TILLWATCH_APP_SECRET", APP.1.to_owned()),
            ("TILLWATCH_GATEWAY", format!("http://{shop}/sync")),
            ("TILLWATCH_TELEGRAM_TOKEN", TOKEN.to_owned()),
            ("TILLWATCH_TELEGRAM_API", format!("http://{bot}/")),
            ("TILLWATCH_SMTP", format!("smtp+plain://{mail}")),
            ("TILLWATCH_MAIL_FROM", "alerts@till.example".to_owned()),
        ],
    };
    // Somebody has published the code, with its first second.
    let ladder = json!({
        "schema": "tillwatch/ladder/1", "id": "live", "name": "Live", "kind": "code", "currency": "USD", "zone": "UTC",
        "starts": starts.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        "ends": starts.saturating_add(SignedDuration::from_hours(24)).unwrap().strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        "source": "the test", "confidence": "high",
        "tiers": [{"code": CODE, "off": "5.00", "min_spend": "10.00"}],
    });
    let file = folder.path().join("live.json");
    std::fs::write(&file, ladder.to_string()).unwrap();
    program.run(&["discount", "import", file.to_str().unwrap()]);
    let pasted = format!("Look what I found! https://www.aliexpress.com/item/{item}.html?spm=a2g0o");
    let target = Money::new(price.minor() - 300, Currency::USD).to_string();
    let (chat, letter) = (format!("telegram:{CHAT}"), format!("mailto:{MAIL}"));
    program.run(&[
        "watch", "add", &pasted, "--market", "US", "--lane", "code", "--target", &target, "--tell", &chat, "--tell",
        &letter,
    ]);

    let child = program
        .command()
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _running = Running(child);
    wait_for("the first price", || {
        let listed = program.run(&["watch", "list", "--json"]);
        let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
        (listed["watches"][0]["now"] == price.to_string()).then_some(())
    });
    assert!(
        second() < starts,
        "this machine took longer for the first price than the test allows"
    );
    assert_eq!((said(&runtime, &client, &bot), letters()), (Vec::new(), Vec::new()));

    let told = wait_for("the message", || said(&runtime, &client, &bot).pop());
    let letter = wait_for("the letter", || letters().pop());
    assert!(second() >= starts, "nobody can be told before the code begins");
    let expected = format!("{paid} USD");
    assert!(told.contains(&expected) && told.contains(CODE), "{told}");
    let text = letter["parts"][0][1].as_str().unwrap();
    assert!(text.contains(&expected) && text.contains(CODE), "{letter}");
    assert_eq!(letter["defects"], json!([]));

    let log: Value = wait_for("the log", || {
        let log = program.run(&["alerts", "--json"]);
        let log: Value = serde_json::from_slice(&log.stdout).ok()?;
        (log.to_string().matches("\"delivered\"").count() >= 2).then_some(log)
    });
    assert_eq!((said(&runtime, &client, &bot).len(), letters().len()), (1, 1), "{log}");
}
