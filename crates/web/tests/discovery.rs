//! What people find without a link: deals, search, codes, what sales did; as pages, as a feed and as JSON.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tillwatch_app::App;
use tillwatch_app::ports::store::{Check, Lanes, ListingId, ListingKey, Priced, Schedule, Store, Terms};
use tillwatch_core::almanac::{Almanac, read_ladder};
use tillwatch_core::checkout::{Checkout, Line};
use tillwatch_core::country::Country;
use tillwatch_core::id::{CategoryId, ItemId, SkuId, Warehouse};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};
use tillwatch_store::Sqlite;
use tillwatch_web::Site;
use tower::ServiceExt;

const SCRIPT: &str = "<script>alert(1)</script> \"lamp\" & 'more' {x}";

/// A ladder of the operator with a public code, a personal one and one that has a slash in it.
const LADDER: &str = r#"{
    "schema": "tillwatch/ladder/1", "id": "own", "name": "Own <b>codes</b>", "source": "https://example.org/codes",
    "confidence": "medium", "discounts": [
        {"id": "PUBLIC5", "kind": "code", "benefit": {"type": "fixed", "amount": "5.00"}, "currency": "USD", "min_spend": "25.00",
         "valid_from": "2026-06-01T00:00:00Z", "valid_until": "2026-06-30T00:00:00Z", "regions": ["US"], "audience": "public"},
        {"id": "A/B 50%", "kind": "code", "benefit": {"type": "percent", "percent": "7.5"}, "audience": "public",
         "valid_from": "2026-06-01T00:00:00Z", "valid_until": "2026-06-30T00:00:00Z"},
        {"id": "MINE77", "kind": "code", "benefit": {"type": "fixed", "amount": "9.00"}, "currency": "USD", "audience": "personal",
         "valid_from": "2026-06-01T00:00:00Z", "valid_until": "2026-06-30T00:00:00Z"}
    ]}"#;

/// So many days after the first reading.
fn day(days: i64) -> Instant {
    Instant::parse("2026-05-01T12:00:00Z")
        .unwrap()
        .plus_seconds(days * 86_400)
}

/// A listing, its prices from a day on in the public lane, and what the last reading says of it.
struct Thing {
    number: u64,
    title: &'static str,
    market: &'static str,
    prices: &'static [(i64, i64)],
    warehouse: &'static str,
    shipping: i64,
}

const THINGS: [Thing; 6] = [
    Thing {
        number: 1,
        title: "Wireless earbuds",
        market: "US",
        prices: &[(0, 2_000), (20, 1_800), (22, 2_000), (40, 1_440)],
        warehouse: "US",
        shipping: 0,
    },
    Thing {
        number: 2,
        title: SCRIPT,
        market: "US",
        prices: &[(0, 2_000), (40, 1_900)],
        warehouse: "CN",
        shipping: 199,
    },
    Thing {
        number: 3,
        title: "Desk lamp",
        market: "US",
        prices: &[(0, 1_500), (39, 1_500)],
        warehouse: "CN",
        shipping: 0,
    },
    Thing {
        number: 4,
        title: "New drone",
        market: "US",
        prices: &[(35, 3_000), (40, 1_200)],
        warehouse: "CN",
        shipping: 0,
    },
    Thing {
        number: 5,
        title: "Lampe de bureau",
        market: "FR",
        prices: &[(0, 2_000), (40, 1_000)],
        warehouse: "CN",
        shipping: 0,
    },
    Thing {
        number: 6,
        title: "Old earbuds",
        market: "US",
        prices: &[(0, 2_000), (20, 1_000)],
        warehouse: "US",
        shipping: 0,
    },
];

const STICKER: i64 = 2_500;

fn key(number: u64, market: &str) -> ListingKey {
    ListingKey {
        item: ItemId::from_number(1_005_006_000_000_000 + number),
        market: Country::parse(market).unwrap(),
        currency: Currency::parse(if market == "FR" { "EUR" } else { "USD" }).unwrap(),
    }
}

fn read(store: &dyn Store, rules: &str, thing: &Thing) {
    let key = key(thing.number, thing.market);
    let (listing, variant) = store.track(&key, None, day(0)).unwrap();
    let last = thing.prices.last().unwrap();
    let again = (thing.number != 6).then_some((41, last.1));
    for (at, minor) in thing.prices.iter().copied().chain(again) {
        let money = |minor| Money::new(minor, key.currency);
        let mut checkout = Checkout::new(key.market, key.currency, day(at));
        checkout.lines = vec![Line {
            item: key.item.clone(),
            sku: SkuId::parse("1200").ok(),
            title: None,
            store: None,
            seller: None,
            categories: Vec::new(),
            warehouse: Warehouse::parse(thing.warehouse).ok(),
            unit_price: money(STICKER),
            quantity: 1,
            shipping: money(thing.shipping),
            pool: None,
        }];
        let check = Check {
            listing,
            at: day(at),
            source: "test".into(),
            outcome: Outcome::Ok,
            detail: None,
            snapshot: Some(Snapshot {
                item: Some(key.item.clone()),
                title: Some(thing.title.into()),
                market: Some(key.market),
                currency: Some(key.currency),
                categories: vec![CategoryId::parse(&thing.number.to_string()).unwrap()],
                variants: vec![Variant::at(money(STICKER))],
                ..Snapshot::empty("test")
            }),
            prices: vec![Priced {
                variant,
                sku: SkuId::parse("1200").ok(),
                checkout: Some(checkout),
                terms: Terms {
                    rules: rules.to_owned(),
                    delivered: true,
                },
                lanes: Lanes {
                    sticker: money(STICKER),
                    automatic: money(minor + 100),
                    public: money(minor),
                    code: money(minor - 100),
                },
            }],
            schedule: Schedule::default(),
            alerts: Vec::new(),
        };
        store.record_checks(&[check]).unwrap();
    }
}

/// A site with these things read, at the day 41; the board is kept.
struct House(Arc<App>);

impl House {
    fn empty() -> Self {
        let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
        let mut almanac = Almanac::built_in().unwrap();
        almanac.add(read_ladder(LADDER.as_bytes()).unwrap().value);
        let store = Arc::new(Sqlite::in_memory().unwrap());
        let app = App::new(store, Vec::new(), rules, almanac, day(41)).unwrap();
        let public = "https://till.example/".parse().unwrap();
        Self(Arc::new(app.with_links(Some(public), [5; 32]).unwrap()))
    }

    fn new() -> Self {
        let house = Self::empty();
        for thing in &THINGS {
            read(house.0.store(), &house.0.rules().id, thing);
        }
        house.keep_board();
        house
    }

    fn keep_board(&self) {
        let mut after = Some(ListingId(0));
        while let Some(from) = after {
            after = self.0.refresh_board(from, day(41)).unwrap().next;
        }
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let site = Site::new(Arc::clone(&self.0), Arc::new(|| day(41))).unwrap();
        let (parts, body) = site.router().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn get(&self, address: &str) -> (StatusCode, String) {
        let (status, _, text) = self.ask(Request::get(address).body(Body::empty()).unwrap()).await;
        (status, text)
    }

    async fn json(&self, address: &str) -> Value {
        let (status, text) = self.get(address).await;
        assert_eq!(status, StatusCode::OK, "{address}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The items of an answer's rows, as their numbers.
    async fn found(&self, address: &str) -> Vec<u64> {
        numbers(&self.json(address).await)
    }

    async fn report(&self, code: &str, worked: &str, peer: &str) -> StatusCode {
        let mut request = Request::post(format!("/codes/{code}/report"))
            .header("host", "till.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("worked={worked}&market=US")))
            .unwrap();
        let peer: SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let (status, headers, _) = self.ask(request).await;
        if status == StatusCode::SEE_OTHER {
            assert!(
                headers["location"]
                    .to_str()
                    .unwrap()
                    .starts_with("/codes?market=US&told=")
            );
        }
        status
    }

    async fn code(&self, text: &str) -> Value {
        let all = self.json("/api/v1/discounts?market=US").await;
        let all = all["items"].as_array().unwrap();
        all.iter().find(|one| one["code"] == text).cloned().unwrap()
    }
}

fn numbers(answer: &Value) -> Vec<u64> {
    let item = |row: &Value| row["item"].as_str().unwrap().parse::<u64>().unwrap() - 1_005_006_000_000_000;
    answer["items"].as_array().unwrap().iter().map(item).collect()
}

#[tokio::test]
async fn deals_are_prices_that_fell_with_all_that_the_contract_names() {
    let house = House::new();
    let all = house.json("/api/v1/deals?market=US").await;
    // The drone by 60 %, the earbuds by a fifth of their low of 18.00, the odd one by 5 %; the lamp did not fall, and
    // nobody looked at the old ones for long.
    assert_eq!(numbers(&all), [4, 1, 2]);
    let earbuds = &all["items"][1];
    for (name, value) in [
        ("title", "Wireless earbuds"),
        ("market", "US"),
        ("currency", "USD"),
        ("lane", "public"),
        ("sticker", "25.00"),
        ("total", "14.40"),
        ("saved_percent", "42.4"),
        ("low_30", "14.40"),
        ("former_low_30", "18.00"),
        ("below_former_low_percent", "20"),
        ("low", "14.40"),
        ("checked_at", "2026-06-11T12:00:00Z"),
        ("since", "2026-06-10T12:00:00Z"),
        ("warehouse", "US"),
        ("sku", "1200"),
    ] {
        assert_eq!(earbuds[name], value, "{name}");
    }
    assert_eq!(
        (&earbuds["is_lowest"], &earbuds["low_confidence"]),
        (&true.into(), &false.into())
    );
    assert_eq!(all["items"][0]["low_confidence"], true, "six days are few");
    assert_eq!(all["next"], Value::Null);
    assert_eq!(house.found("/api/v1/deals?market=US&warehouse=US").await, [1]);
    assert_eq!(
        house
            .found("/api/v1/deals?market=US&min_price=13&max_price=15.00")
            .await,
        [1]
    );
    assert_eq!(house.found("/api/v1/deals?market=US&sort=saved").await, [4, 1, 2]);
    assert_eq!(house.found("/api/v1/deals?market=FR").await, [5]);
    let french = house.json("/api/v1/deals?market=FR").await;
    assert_eq!(french["items"][0]["currency"], "EUR");
    let code = house.json("/api/v1/deals?market=US&lane=code&warehouse=US").await;
    assert_eq!(code["items"][0]["total"], "13.40");
    // From page to page each comes once.
    let first = house.json("/api/v1/search?market=US&min_percent=0&sort=price").await;
    assert_eq!(numbers(&first), [4, 1, 3, 2]);
}

#[tokio::test]
async fn a_search_finds_parts_of_words_and_forgives_wrong_letters() {
    let house = House::new();
    for (text, found) in [
        ("earbuds", vec![1]),
        ("EARBUD", vec![1]),
        ("earbudz", vec![1]),
        ("erbuds", vec![1]),
        ("wireles%20earbudz", vec![1]),
        ("lamp", vec![3, 2]),
        ("lapm", vec![3, 2]),
        ("drnoe", vec![4]),
        ("%3Cscript", vec![2]),
        ("", vec![4, 1, 3, 2]),
        ("zzzzzz", vec![]),
        ("lamp%20drone", vec![]),
        ("%25", vec![]),
        ("1005006000000004", vec![4]),
        ("%00", vec![4, 1, 3, 2]),
    ] {
        assert_eq!(
            house
                .found(&format!("/api/v1/search?market=US&min_percent=0&q={text}"))
                .await,
            found,
            "{text}"
        );
    }
    let mistyped = house.json("/api/v1/search?market=US&q=earbudz").await;
    assert_eq!(mistyped["read_as"], "earbuds");
    // 20 % is the usual least, and what is asked for counts.
    assert_eq!(house.found("/api/v1/search?market=US").await, [4, 1, 3, 2]);
    assert_eq!(
        house.found("/api/v1/search?market=US&min_percent=24.5").await,
        [4, 1, 3]
    );
    assert_eq!(
        house.found("/api/v1/search?market=US&free_shipping=true").await,
        [4, 1, 3]
    );
    assert_eq!(house.found("/api/v1/search?market=US&category=3").await, [3]);
    assert_eq!(house.found("/api/v1/search?market=US&sort=price").await, [4, 1, 3, 2]);
}

/// H165, H166.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "how long an answer takes is what it is about")]
async fn hostile_queries_are_literal_and_quick() {
    let house = House::new();
    for (text, most) in [
        ("(a%2B)%2B%24", 10),
        ("%25%25%25%25", 10),
        ("%22%20OR%201%3D1", 10),
        ("*%20NEAR(", 10),
    ] {
        let begun = Stopwatch::now();
        let found = house
            .found(&format!("/api/v1/search?market=US&min_percent=0&q={text}"))
            .await;
        assert_eq!(found, Vec::<u64>::new(), "{text}");
        // Whatever the machine is busy with, one that explodes takes seconds.
        assert!(begun.elapsed() < Duration::from_millis(most * 100), "{text}");
    }
    let long = "%25".repeat(5_000);
    let (status, text) = house.get(&format!("/api/v1/search?q={long}")).await;
    let problem: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (status, &problem["type"], &problem["field"]),
        (StatusCode::BAD_REQUEST, &"bad_value".into(), &"q".into())
    );
    let (status, page) = house.get(&format!("/search?q={long}")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        page.contains("id=\"wrong-q\"") && page.contains("aria-describedby=\"wrong-q\""),
        "{page}"
    );
}

/// H168.
#[tokio::test]
async fn a_value_that_is_not_accepted_is_named_and_what_was_typed_stays() {
    let house = House::new();
    for (query, field) in [
        ("min_percent=abc", "min_percent"),
        ("min_percent=101", "min_percent"),
        ("min_price=1.234", "min_price"),
        ("max_price=-1", "max_price"),
        ("sort=best", "sort"),
        ("lane=sticker", "lane"),
        ("market=USA", "market"),
        ("cursor=x", "cursor"),
        ("cursor=1.99999999999999999999", "cursor"),
        ("free_shipping=perhaps", "free_shipping"),
    ] {
        for kind in ["deals", "search"] {
            let (status, text) = house.get(&format!("/api/v1/{kind}?{query}")).await;
            let problem: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(
                (status, problem["field"].as_str()),
                (StatusCode::BAD_REQUEST, Some(field)),
                "{kind} {query}"
            );
            let (status, page) = house.get(&format!("/{kind}?{query}&max_price=77")).await;
            if query.starts_with("max_price") {
                continue;
            }
            assert_eq!(status, StatusCode::BAD_REQUEST, "{kind} {query}");
            assert!(
                page.contains(&format!("id=\"wrong-{field}\"")) && page.contains("value=\"77\""),
                "{kind} {query}"
            );
        }
    }
    let (status, _) = house.get("/api/v1/deals?market=US&market=DE").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "two markets are none");
}

/// H078, H079, H090.
#[tokio::test]
async fn pages_show_cards_without_running_what_stands_in_a_title() {
    let house = House::new();
    let (status, deals) = house.get("/deals?market=US").await;
    assert_eq!(status, StatusCode::OK);
    for part in [
        "Wireless earbuds",
        "/i/1005006000000001?market=US&#38;sku=1200",
        "14.40\u{a0}USD",
        "25.00\u{a0}USD",
        "20\u{a0}% below its 30-day low of 18.00\u{a0}USD",
        "Its lowest price yet",
        "Low confidence",
        "Checked just now",
        "/deals.atom?market=US",
    ] {
        assert!(deals.contains(part), "{part}: {deals}");
    }
    for address in ["/deals?market=US", "/search?market=US", "/deals.atom?market=US"] {
        let (_, page) = house.get(address).await;
        assert!(
            !page.contains("<script>alert") && page.contains("alert(1)"),
            "{address}"
        );
    }
    let (status, search) = house.get("/search?market=US&q=earbudz").await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        search.contains("value=\"earbudz\"") && search.contains("“earbuds”"),
        "{search}"
    );
    let (_, nothing) = house.get("/search?market=US&q=zzzzzz").await;
    assert!(nothing.contains("Nothing was found.") && nothing.contains("Use fewer words"));
    let (_, typed) = house
        .get("/search?market=US&q=%22%3E%3Cscript%3Ealert(2)%3C/script%3E")
        .await;
    assert!(!typed.contains("<script>alert(2)"));
}

#[tokio::test]
async fn an_empty_house_says_so_in_every_language() {
    let (empty, full) = (House::empty(), House::new());
    for language in ["en", "es", "pt", "fr", "de", "pl"] {
        for address in ["/deals", "/search", "/codes", "/promotions"] {
            for house in [&empty, &full] {
                let (status, page) = house.get(&format!("{address}?market=US&lang={language}")).await;
                assert_eq!(status, StatusCode::OK, "{language} {address}");
                assert!(page.contains(&format!("<html lang=\"{language}\"")) && !page.contains("{percent}"));
            }
        }
        let (status, feed) = empty.get(&format!("/deals.atom?market=US&lang={language}")).await;
        assert_eq!((status, feed.matches("<entry>").count()), (StatusCode::OK, 0));
    }
    for address in ["deals", "search"] {
        let answer = empty.json(&format!("/api/v1/{address}?market=US")).await;
        assert_eq!(numbers(&answer), Vec::<u64>::new());
    }
    let (_, english) = empty.get("/deals?market=US").await;
    assert!(english.contains("No price that is watched here has fallen lately."));
}

#[tokio::test]
async fn a_feed_has_each_deal_once_and_leads_to_its_listing() {
    let house = House::new();
    let (status, feed) = house.get("/deals.atom?market=US").await;
    assert_eq!((status, feed.matches("<entry>").count()), (StatusCode::OK, 3));
    assert!(feed.contains("Wireless earbuds: 14.40\u{a0}USD"));
    assert!(feed.contains("https://till.example/i/1005006000000001?market=US&amp;sku=1200"));
    assert!(feed.contains("https://till.example/deals.atom?market=US"));
}

#[tokio::test]
async fn pages_follow_each_other_without_repeating_or_losing_a_card() {
    let house = House::empty();
    for number in 100..230 {
        let thing = Thing {
            number,
            title: "One of many",
            market: "US",
            prices: &[(0, 2_000), (40, 1_500)],
            warehouse: "CN",
            shipping: 0,
        };
        read(house.0.store(), &house.0.rules().id, &thing);
    }
    house.keep_board();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = house.json(&format!("/api/v1/search?market=US&q=many{cursor}")).await;
        seen.extend(numbers(&page));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, (100..230).rev().collect::<Vec<_>>());
    let (_, first) = house.get("/search?market=US&q=of%20many&min_percent=7.5").await;
    let next = first
        .split("rel=\"next\" href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let next = next.replace("&#38;", "&");
    assert!(
        next.starts_with("/search?q=of%20many&market=US&min_percent=7.5&cursor="),
        "{next}"
    );
    assert_eq!(
        house.get(&next).await.1.matches("class=\"card stack offer\"").count(),
        24
    );
}

#[tokio::test]
async fn codes_are_listed_with_their_terms_and_personal_ones_never() {
    let house = House::new();
    let (status, page) = house.get("/codes?market=US").await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("PUBLIC5")
            && page.contains("/codes/A%2FB%2050%25/report")
            && page.contains("Own &#60;b&#62;codes")
    );
    let (_, everywhere) = house.get("/api/v1/discounts").await;
    assert!(!page.contains("MINE77") && !everywhere.contains("MINE77"));
    let code = house.code("PUBLIC5").await;
    for (name, value) in [
        ("source", "https://example.org/codes"),
        ("confidence", "medium"),
        ("time", "holds"),
        ("likelihood_percent", "50"),
        ("valid_from", "2026-06-01T00:00:00Z"),
        ("valid_until", "2026-06-30T00:00:00Z"),
    ] {
        assert_eq!(code[name], value, "{name}");
    }
    assert_eq!(
        (&code["tries"], &code["discount"]["min_spend"]),
        (&0.into(), &"25.00".into())
    );
    let (_, german) = house.get("/api/v1/discounts?market=DE").await;
    assert!(!german.contains("PUBLIC5") && german.contains("A/B 50%"));
    assert_eq!(house.get("/api/v1/discounts?market=x").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn one_network_has_one_voice_on_a_code_and_the_last_one_counts() {
    let house = House::new();
    for port in 1..20 {
        let status = house
            .report("PUBLIC5", "yes", &format!("203.0.113.{port}:{port}"))
            .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
    }
    let code = house.code("PUBLIC5").await;
    assert_eq!(
        (&code["tries"], &code["proven"], &code["likelihood_percent"]),
        (&1.into(), &1.into(), &"60".into())
    );
    assert_eq!(
        (&code["last_proven_at"], &code["low_confidence"]),
        (&"2026-06-11T12:00:00Z".into(), &true.into())
    );
    assert_eq!(
        house.report("PUBLIC5", "no", "203.0.113.200:9").await,
        StatusCode::SEE_OTHER
    );
    let code = house.code("PUBLIC5").await;
    assert_eq!(
        (&code["tries"], &code["refused"], &code["likelihood_percent"]),
        (&1.into(), &1.into(), &"40".into())
    );
    assert_eq!(
        house.report("PUBLIC5", "no", "[2001:db8:7::1]:9").await,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        house.report("PUBLIC5", "no", "[2001:db8:7:ffff::1]:9").await,
        StatusCode::SEE_OTHER
    );
    assert_eq!(house.code("PUBLIC5").await["tries"], 2);
    assert_eq!(
        house.report("A%2FB%2050%25", "yes", "198.51.100.1:1").await,
        StatusCode::SEE_OTHER
    );
    let code = house.code("PUBLIC5").await;
    assert_eq!(
        (&code["codes_of_source_tried"], &code["codes_of_source_proven"]),
        (&2.into(), &1.into())
    );
    for (code, worked, status) in [
        ("MINE77", "yes", StatusCode::NOT_FOUND),
        ("NOSUCH", "yes", StatusCode::NOT_FOUND),
        ("PUBLIC5", "maybe", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(
            house.report(code, worked, "198.51.100.1:1").await,
            status,
            "{code} {worked}"
        );
    }
    let (status, page) = house.get("/codes?market=US&told=PUBLIC5").await;
    assert_eq!(
        (status, page.contains("What you said of PUBLIC5 counts.")),
        (StatusCode::OK, true)
    );
    let elsewhere = Request::post("/codes/PUBLIC5/report")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from("worked=no"))
        .unwrap();
    assert_eq!(
        house.ask(elsewhere).await.0,
        StatusCode::FORBIDDEN,
        "a form that another site sends"
    );
}

#[tokio::test]
async fn what_a_sale_did_is_worked_out_once_and_shown() {
    let house = House::new();
    let mut survey = house.0.survey(day(41)).unwrap().unwrap();
    while !house.0.go_on(&mut survey).unwrap() {}
    assert!(house.0.survey(day(41)).unwrap().is_none(), "nothing is left to do");
    let all = house.json("/api/v1/promotions").await;
    let all = all["items"].as_array().unwrap();
    let summer = all.iter().find(|one| one["id"] == "summer-2026").unwrap();
    assert_eq!(
        (&summer["label"], &summer["time"], &summer["phase"]),
        (&"announced".into(), &"over".into(), &"main".into())
    );
    assert!(summer["starts"].as_str().unwrap().ends_with('Z'));
    // Four were there before and during it: one fell by half, one by a fifth, one by a twentieth, and one did not move.
    let effect = serde_json::json!({
        "listings": 4, "cheaper_than_30_days_before": 3, "all_time_lows": 3, "median_change_percent": "-5", "low_confidence": true,
    });
    assert_eq!(summer["effect"], effect);
    let (_, page) = house.get("/promotions?market=US").await;
    assert!(
        page.contains("tracked listings") && page.contains("That rests on few listings."),
        "{page}"
    );
    tillwatch_app::effects::forget(house.0.store()).unwrap();
    assert!(house.0.survey(day(41)).unwrap().is_some(), "another past was taken in");
}
