//! What is computed from what somebody types: to the cent, with what was typed kept on errors, and nothing left behind.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use tillwatch_app::App;
use tillwatch_app::Wanted;
use tillwatch_app::ports::store::{Check, Lanes, ListingKey, Priced, Schedule, Store, Terms};
use tillwatch_app::token::Token;
use tillwatch_core::almanac::Almanac;
use tillwatch_core::basket;
use tillwatch_core::checkout::{self, Checkout, Line};
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Benefit, Discount, Kind};
use tillwatch_core::history::Lane;
use tillwatch_core::id::{DiscountId, ItemId, SellerId, SkuId, StoreId};
use tillwatch_core::instant::Instant;
use tillwatch_core::market::Markets;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};
use tillwatch_core::stack;
use tillwatch_store::Sqlite;
use tillwatch_web::Site;
use tower::ServiceExt;

const LAMP: &str = "1005006367324382";
const BULB: &str = "1005006367324383";

/// A time of no sale, so that no public code is about.
fn now() -> Instant {
    Instant::parse("2026-04-15T12:00:00Z").unwrap()
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

struct House {
    store: Arc<dyn Store>,
    app: Arc<App>,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    #[track_caller]
    fn has(&self, what: &str) {
        assert!(self.text.contains(what), "{what}: {}", self.text);
    }

    #[track_caller]
    fn lacks(&self, what: &str) {
        assert!(!self.text.contains(what), "{what}: {}", self.text);
    }
}

impl House {
    fn new() -> Self {
        let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
        let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
        let app = App::new(
            Arc::clone(&store),
            Vec::new(),
            rules,
            Almanac::built_in().unwrap(),
            now(),
        )
        .unwrap();
        let app = Arc::new(app);
        let router = Site::new(Arc::clone(&app), Arc::new(now)).unwrap().router();
        Self { store, app, router }
    }

    /// A listing of a store that costs so much, with a coupon of its own.
    fn read(&self, item: &str, title: &str, price: i64, coupon: Option<Discount>) {
        let key = ListingKey {
            item: ItemId::parse(item).unwrap(),
            market: Country::US,
            currency: Currency::USD,
        };
        let sku = SkuId::parse("1200").unwrap();
        let (listing, variant) = self.store.track(&key, Some(&sku), now()).unwrap();
        let mut checkout = Checkout::new(Country::US, Currency::USD, now());
        checkout.lines.push(Line {
            item: key.item.clone(),
            sku: Some(sku),
            title: Some(title.to_owned()),
            store: StoreId::parse("1101252900").ok(),
            seller: SellerId::parse("246334626").ok(),
            categories: Vec::new(),
            warehouse: None,
            unit_price: usd(price),
            quantity: 1,
            shipping: usd(399),
            pool: None,
        });
        checkout.discounts.extend(coupon);
        let check = Check {
            listing,
            at: now(),
            source: "test".into(),
            outcome: Outcome::Ok,
            detail: None,
            snapshot: Some(Snapshot {
                item: Some(key.item.clone()),
                title: Some(title.to_owned()),
                market: Some(key.market),
                currency: Some(key.currency),
                variants: vec![Variant::at(usd(price))],
                ..Snapshot::empty("test")
            }),
            prices: vec![Priced {
                variant,
                sku: None,
                checkout: Some(checkout),
                terms: Terms {
                    rules: self.app.rules().id.clone(),
                    delivered: true,
                },
                lanes: Lanes {
                    sticker: usd(price),
                    automatic: usd(price),
                    public: usd(price),
                    code: usd(price),
                },
            }],
            schedule: Schedule {
                last_good: Some(now().moment().as_second()),
                ..Schedule::default()
            },
            alerts: Vec::new(),
        };
        self.store.record_checks(&[check]).unwrap();
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, 1 << 22).await.unwrap().to_vec()).unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, text)| format!("{}={}", encoded(name), encoded(text)))
            .collect();
        self.post_text(path, pairs.join("&")).await
    }

    async fn post_text(&self, path: &str, body: String) -> Answer {
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            all.push(char::from(byte));
        } else {
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}

/// The field guide's example: 50 with 5, 2, 1, a tenth and free shipping.
const EXAMPLE: [(&str, &str); 20] = [
    ("market", "US"),
    ("price-1", "50.00"),
    ("pieces-1", "1"),
    ("shipping-1", "3,99"),
    ("store-1", "Lamps"),
    ("kind-1", "platform"),
    ("value-1", "5"),
    ("from-1", "39"),
    ("kind-2", "store"),
    ("value-2", "2.00"),
    ("of-2", "LAMPS"),
    ("kind-3", "seller"),
    ("value-3", "1"),
    ("kind-4", "code"),
    ("off-4", "percent"),
    ("value-4", "10 %"),
    ("code-4", "MINE-ALONE"),
    ("kind-5", "free_shipping"),
    ("kind-6", "code"),
    ("value-6", ""),
];

fn with<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = EXAMPLE
        .iter()
        .filter(|(name, _)| fields.iter().all(|(other, _)| other != name));
    kept.chain(fields).copied().collect()
}

#[tokio::test]
async fn the_guides_example_comes_to_37_80_and_leaves_nothing_behind() {
    let house = House::new();
    let before = house.store.counts().unwrap();
    let answer = house.post("/checkout", &EXAMPLE).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.has("37.80\u{a0}USD at the till");
    answer.has("−4.20");
    answer.has("MINE-ALONE");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(
        answer
            .headers
            .iter()
            .all(|(_, value)| !value.to_str().unwrap().contains("MINE-ALONE"))
    );
    assert_eq!(house.store.counts().unwrap(), before);
    // What was typed stands in the form, and is gone with the answer.
    answer.has(r#"name="shipping-1" inputmode="decimal" autocomplete="off" spellcheck="false" value="3,99""#);
    house.get("/checkout").await.lacks("MINE-ALONE");
}

#[tokio::test]
async fn what_a_checkout_dropped_is_told_from_the_total_that_it_showed() {
    let house = House::new();
    for (shown, told) in [
        ("37.80", "It agrees to the cent"),
        ("42.00", "probably dropped MINE-ALONE. Without it the total is 42.00"),
        ("41.79", "probably dropped free shipping"),
        ("30.00", "less than our best total of 37.80"),
        ("60", "more than everything costs without any discount"),
        ("39.00", "No choice of these discounts comes to 39.00"),
    ] {
        let answer = house.post("/checkout", &with(&[("shown", shown)])).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.has(told);
    }
}

#[tokio::test]
async fn a_refused_form_is_shown_as_it_was_with_a_sentence_that_names_the_value() {
    let house = House::new();
    for (name, text, told) in [
        ("price-1", "-5", "“-5” is no amount in USD"),
        ("price-1", "NaN", "“NaN” is no amount"),
        ("price-1", "1e9", "“1e9” is no amount"),
        ("price-1", "12.345", "“12.345” is no amount"),
        ("price-1", "99999999999999999999", "is no amount"),
        ("price-1", "0.00", "more than zero"),
        ("price-1", "100000000000.01", "is no amount"),
        (
            "price-1",
            "<script>alert(1)</script>",
            "“&#60;script&#62;alert(1)&#60;/script&#62;” is no amount",
        ),
        ("pieces-1", "0", "“0” is no number of pieces: 1 to 1000"),
        ("pieces-1", "-2", "“-2” is no number of pieces"),
        ("pieces-1", "99999999999", "is no number of pieces"),
        ("link-1", "a lamp", "“a lamp”: These words have no link"),
        ("value-4", "120", "“120” is no percentage"),
        ("value-1", "", "not said how much it takes off"),
        ("off-1", "every", ""),
        ("off-1", "all", "Choose one of the list"),
        ("kind-1", "magic", "Choose one of the list"),
        ("market", "XX", "“XX” is no market"),
        ("shown", "much", "“much” is no amount"),
        ("json", "{\"lines\": []}", "This was not accepted"),
    ] {
        let answer = house.post("/checkout", &with(&[(name, text)])).await;
        if told.is_empty() {
            assert_eq!(answer.status, StatusCode::OK, "{name} {text}");
            continue;
        }
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {text}");
        answer.has(told);
        answer.has("MINE-ALONE");
        answer.lacks("<script>alert");
    }
    let dear = house
        .post("/checkout", &with(&[("price-1", "99999999999"), ("pieces-1", "1000")]))
        .await;
    dear.has("more than any checkout takes");
    let nothing = house.post("/checkout", &[("market", "US"), ("pieces-1", "3")]).await;
    nothing.has("Fill in at least one line");
}

#[tokio::test]
async fn ten_thousand_rows_or_a_heavy_form_are_answered_with_a_sentence() {
    let house = House::new();
    let rows: String = (1..=10_000).fold("market=US".to_owned(), |mut all, row| {
        let _ = write!(all, "&price-{row}=1.00");
        all
    });
    let many = house.post_text("/checkout", rows).await;
    assert_eq!(many.status, StatusCode::UNPROCESSABLE_ENTITY);
    many.has("At most 8 lines are accepted");
    for path in ["/checkout", "/basket", "/drawer"] {
        let heavy = house.post_text(path, format!("json={}", "x".repeat(300_000))).await;
        assert_eq!(heavy.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        heavy.has("256 KB are accepted");
    }
    let line = r#"{"item":"1","unit_price":"1.00"}"#;
    let lines = vec![line; 101].join(",");
    let json = format!(r#"{{"market":"US","currency":"USD","at":"2026-04-15T12:00:00Z","lines":[{lines}]}}"#);
    let long = house.post("/basket", &[("json", &json)]).await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
    long.has("at most 100 lines and 100 discounts");
    let lines = "no link\n".repeat(10_000);
    let wishes = house.post("/basket", &[("market", "US"), ("wishes", &lines)]).await;
    assert_eq!(wishes.status, StatusCode::UNPROCESSABLE_ENTITY);
    wishes.has("Line 5, “no link”: These words have no link");
    wishes.lacks("Line 6,");
}

#[tokio::test]
async fn more_rows_are_only_shown() {
    let house = House::new();
    let answer = house
        .post("/checkout", &with(&[("more", "lines"), ("lines", "2")]))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.has("name=\"price-4\"");
    answer.lacks("name=\"price-5\"");
    answer.lacks("at the till</h2>");
    answer.has("MINE-ALONE");
}

#[tokio::test]
async fn the_same_checkout_as_json_comes_to_what_the_engine_says() {
    let house = House::new();
    let json = include_str!("../../../examples/checkout.json");
    let markets = Markets::built_in().unwrap();
    let read = checkout::read(json.as_bytes(), |market| markets.tax(market)).unwrap();
    let total = stack::best(&read.value, house.app.rules()).total();
    let answer = house.post("/checkout", &[("json", json)]).await;
    answer.has(&format!("{total}\u{a0}USD at the till"));
    let unknown = json.replace("\"market\"", "\"rules\": \"none-such\", \"market\"");
    let refused = house.post("/checkout", &[("json", &unknown)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has("none-such");
}

fn coupon(id: &str, minor: i64) -> Discount {
    let benefit = Benefit::Fixed { amount: usd(minor) };
    let mut coupon = Discount::new(
        DiscountId::parse(id).unwrap(),
        Kind::Store,
        benefit,
        Some(Currency::USD),
    );
    coupon.scope.stores = StoreId::parse("1101252900").into_iter().collect();
    coupon
}

#[tokio::test]
async fn a_tracked_listing_brings_its_price_and_coupons_and_the_shoppers_own_lie_on_top() {
    let house = House::new();
    house.read(LAMP, "A <b>lamp</b>", 5_000, Some(coupon("own~0badf00d", 300)));
    let begun = house.get(&format!("/checkout?item={LAMP}&market=US")).await;
    begun.has("value=\"50.00\"");
    begun.has("value=\"3.99\"");
    begun.has("value=\"1101252900\"");
    let fields = [
        ("market", "US"),
        ("known", "on"),
        ("link-1", LAMP),
        ("pieces-1", "1"),
        ("kind-1", "code"),
        ("value-1", "4"),
        ("code-1", "MINE"),
    ];
    let answer = house.post("/checkout", &fields).await;
    // 50 less 3 and 4, and 3.99 for the way.
    answer.has("46.99\u{a0}USD at the till");
    answer
        .has("With what is public alone it would be 50.99\u{a0}USD. Your own coupons and codes take off another 4.00");
    answer.lacks("<b>lamp");
    let alone: Vec<_> = fields.into_iter().filter(|(name, _)| *name != "known").collect();
    house.post("/checkout", &alone).await.has("49.99\u{a0}USD at the till");
    let unread = house.post("/checkout", &[("market", "US"), ("link-1", BULB)]).await;
    assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);
    unread.has("No price of this listing is known for that country");
}

#[tokio::test]
async fn a_wishlist_is_split_with_proof_and_what_nobody_reads_is_left_out() {
    let house = House::new();
    house.read(LAMP, "A <b>lamp</b>", 5_000, Some(coupon("own~0badf00d", 300)));
    let wishes = format!("{LAMP} x2\nhttps://www.aliexpress.com/item/{BULB}.html");
    let answer = house
        .post(
            "/basket",
            &[("market", "US"), ("wishes", &wishes), ("own", "10 off 90")],
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
    // Two lamps, one shipping, 10 and 3 off.
    answer.has("90.99\u{a0}USD in one checkout");
    answer.has("Proven the cheapest");
    answer.has(&format!("/i/{BULB}?market=US"));
    answer.has("A &#60;b&#62;lamp");
    for (fields, told) in [
        ([("wishes", "1005006367324382 x0"), ("most", "")], "1 to 1000 pieces"),
        ([("wishes", LAMP), ("most", "0")], "no number of checkouts"),
        ([("wishes", LAMP), ("goods", "1.00")], "No split was found"),
        (
            [("wishes", LAMP), ("own", "5 of 30")],
            "Line 1, “5 of 30”: begin with what it takes off",
        ),
        ([("wishes", ""), ("own", "")], "Paste at least one link"),
        ([("wishes", BULB), ("own", "")], "No price of this listing is known"),
    ] {
        let fields = [&[("market", "US")][..], &fields].concat();
        let refused = house.post("/basket", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        refused.has(told);
    }
}

#[tokio::test]
async fn a_wishlist_as_json_comes_to_what_the_engine_says() {
    let house = House::new();
    let json = include_str!("../../../examples/wishlist.json");
    let read = basket::read(json.as_bytes(), &Markets::built_in().unwrap()).unwrap();
    let go_on = &mut |_: &basket::Progress| std::ops::ControlFlow::Continue(());
    let split = basket::best(&read.value, house.app.rules(), go_on).unwrap();
    let answer = house.post("/basket", &[("json", json)]).await;
    answer.has(&format!("{}\u{a0}USD in ", split.total));
    for total in [split.one_checkout_total, split.each_alone_total, split.by_hand_total] {
        answer.has(&format!("{total}\u{a0}USD"));
    }
}

#[tokio::test]
async fn coupons_are_sorted_by_their_ends_with_the_line_on_which_each_is_worth_most() {
    let house = House::new();
    house.read(LAMP, "Lamp", 5_000, None);
    house.read(BULB, "Bulb", 900, None);
    let own = "2 off 40 until 2026-06-01\n10% off code MINE-ALONE until 2026-04-18\n1 off store 7";
    let wishes = format!("{BULB}\n{LAMP}");
    let fields = [("market", "US"), ("own", own), ("wishes", wishes.as_str())];
    let answer = house.post("/drawer", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
    let place = |text: &str| {
        answer
            .text
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {}", answer.text))
    };
    assert!(place("10\u{a0}% off<span") < place("1.00\u{a0}USD off<span"));
    assert!(place("1.00\u{a0}USD off<span") < place("2.00\u{a0}USD off from 40.00\u{a0}USD<span"));
    answer.has("ends in 3 days");
    answer.has("assumed: the usual life of its kind");
    answer.has("Lamp: 48.99\u{a0}USD instead of 53.99\u{a0}USD");
    answer.has("saves nothing on this wishlist");
    assert!(
        answer
            .headers
            .iter()
            .all(|(_, value)| !value.to_str().unwrap().contains("MINE-ALONE"))
    );
}

#[tokio::test]
async fn reminders_are_a_calendar_that_parses() {
    let house = House::new();
    let own = "10% off 50 code \"A;B,C until 2026-04-30\n3 off until 2026-01-01\nfree shipping";
    let fields = [("market", "US"), ("own", own), ("answer", "ics")];
    let answer = house.post("/drawer", &fields).await;
    assert!(
        answer.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/calendar")
    );
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(
        answer.headers["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    let calendar: icalendar::Calendar = answer.text.parse().unwrap();
    // What has ended and what has no end is not told.
    assert_eq!(calendar.components.len(), 1, "{}", answer.text);
    answer.has("SUMMARY:Coupon ends: 10\u{a0}% off from 50.00\u{a0}USD");
    answer.has("DTEND:20260501T070000Z");
    answer.has("TRIGGER;VALUE=DATE-TIME:20260428T070000Z");
    assert_eq!(answer.text.matches("BEGIN:VALARM").count(), 2);
    assert!(
        answer.text.split("\r\n").all(|line| line.len() <= 75),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_lists_address_is_read_once_and_a_wrong_one_is_not_repeated_in_a_sentence() {
    let house = House::new();
    house.read(LAMP, "Lamp", 5_000, None);
    let secret = Token::new([7; 16]);
    let list = house.app.open_list(&secret, now()).unwrap();
    let wanted = Wanted {
        key: ListingKey {
            item: ItemId::parse(LAMP).unwrap(),
            market: Country::US,
            currency: Currency::USD,
        },
        sku: SkuId::parse("1200").ok(),
        lane: Lane::Public,
        rules: Vec::new(),
        settings: tillwatch_core::alert::Settings::default(),
        channels: Vec::new(),
    };
    house.app.watch_in_list(list, &wanted, now()).unwrap();
    let address = format!("https://till.example/l/{}", secret.text());
    let fields = [("market", "US"), ("own", "5 off 30"), ("wishes", address.as_str())];
    let answer = house.post("/drawer", &fields).await;
    answer.has("Lamp: 48.99\u{a0}USD instead of 53.99\u{a0}USD");
    // Only the form has it still.
    assert_eq!(answer.text.matches(&secret.text()).count(), 1);
    assert!(
        answer
            .headers
            .iter()
            .all(|(_, value)| !value.to_str().unwrap().contains(&secret.text()))
    );
    let other = Token::new([8; 16]).text();
    let wrong = house
        .post("/drawer", &[("market", "US"), ("own", "5 off 30"), ("wishes", &other)])
        .await;
    wrong.has("Line 1: this address opens no list.");
    assert_eq!(wrong.text.matches(&other).count(), 1);
}

#[tokio::test]
async fn every_page_is_there_in_every_language() {
    let house = House::new();
    for path in ["/checkout", "/basket", "/drawer", "/guide", "/about", "/status"] {
        let mut seen: Vec<String> = Vec::new();
        for language in ["en", "es", "pt", "fr", "de", "pl"] {
            let answer = house.get(&format!("{path}?lang={language}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} {language}");
            answer.has(&format!("<html lang=\"{language}\""));
            answer.lacks("style=\"");
            let (_, content) = answer.text.split_once("<main").unwrap();
            let (content, _) = content.split_once("</main>").unwrap();
            assert!(
                !seen.iter().any(|other| other == content),
                "{path} {language} is another language's"
            );
            seen.push(content.to_owned());
        }
    }
    // The example is worked out and not written down.
    house.get("/guide").await.has("37.80\u{a0}USD");
    house.get("/status").await.has("All is well.");
    house
        .get("/about")
        .await
        .has(concat!("version ", env!("CARGO_PKG_VERSION")));
}
