//! Pages that a shopper's browser brings: what is answered, what is refused, and that nothing of it stays.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use tillwatch_app::App;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::browser::{Brought, Cart, CartLine, Unpack};
use tillwatch_app::ports::source::{Ask, Depth, Limits, Reading, Source, SourceError};
use tillwatch_app::ports::store::{ListingKey, Store, Terms};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Audience, Benefit, Discount, Kind};
use tillwatch_core::history::{Lane, Minute, Price, Run};
use tillwatch_core::id::{DiscountId, ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};
use tillwatch_store::Sqlite;
use tillwatch_web::Site;
use tower::ServiceExt;

const ITEM: &str = "1005006367324382";

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn at(minutes: i64) -> Instant {
    Instant::parse("2026-06-03T12:00:00Z")
        .unwrap()
        .plus_seconds(minutes * 60)
}

fn key() -> ListingKey {
    ListingKey {
        item: ItemId::parse(ITEM).unwrap(),
        market: Country::US,
        currency: Currency::USD,
    }
}

fn coupon(id: &str, kind: Kind, amount: i64) -> Discount {
    let amount = usd(amount);
    Discount::new(
        DiscountId::parse(id).unwrap(),
        kind,
        Benefit::Fixed { amount },
        Some(Currency::USD),
    )
}

/// The listing at a price, with a public coupon of 2.00.
fn page(price: i64) -> Snapshot {
    Snapshot {
        item: Some(key().item),
        title: Some("A <b>lamp</b>".into()),
        market: Some(Country::US),
        currency: Some(Currency::USD),
        variants: vec![Variant {
            sku: SkuId::parse("1200").ok(),
            ..Variant::at(usd(price))
        }],
        discounts: vec![coupon("platform~1", Kind::Platform, 200)],
        ..Snapshot::empty("test")
    }
}

/// Knows a few words: `<page>` with a price, a cart with what it shows, coupons.
struct Words;

impl Unpack for Words {
    fn unpack(&self, bytes: &[u8]) -> Brought {
        let text = String::from_utf8_lossy(bytes);
        let mut brought = Brought::default();
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let number = |place: usize| words[place].parse().unwrap();
            match words[0] {
                "price" => brought.listings.push(page(number(1))),
                "first" => {
                    let mut first = page(3_000);
                    first.variants[0].new_shopper_price = Some(usd(number(1)));
                    brought.listings.push(first);
                }
                "cart" => {
                    let line = CartLine {
                        item: key().item,
                        sku: None,
                        title: None,
                        quantity: 1,
                        price: usd(number(1)),
                    };
                    brought.cart = Some(Cart {
                        market: Some(Country::US),
                        currency: Currency::USD,
                        lines: vec![line],
                        shipping: Some(usd(0)),
                        total: Some(usd(number(2))),
                    });
                }
                "coupon" => {
                    let mut own = coupon("own~2", Kind::Store, number(1));
                    own.audience = Audience::Personal;
                    own.code = Some("MINE7".into());
                    brought.coupons.push(own);
                }
                _ => {
                    let shell = Snapshot::refused("test", Outcome::EmptyShell, "no data");
                    brought.listings.push(shell);
                }
            }
        }
        brought
    }
}

/// A source that shows the price that it is told.
#[derive(Default)]
struct Shop(Mutex<i64>);

impl Source for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }

    fn limits(&self) -> Limits {
        Limits {
            items_per_call: 10,
            calls_per_day: 10_000,
            day_offset: 0,
            spacing: Duration::ZERO,
        }
    }

    fn depth(&self) -> Depth {
        Depth::Full
    }

    fn read<'a>(&'a self, ask: &'a Ask, _now: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>> {
        let price = *self.0.lock().unwrap();
        let reading = |item: &ItemId| Reading {
            item: item.clone(),
            snapshot: page(price),
        };
        let all = ask.items.iter().map(|wanted| reading(&wanted.item)).collect();
        Box::pin(std::future::ready(Ok(all)))
    }
}

struct House {
    app: Arc<App>,
    shop: Arc<Shop>,
    minute: Arc<AtomicI64>,
    router: Router,
}

struct Answer {
    status: StatusCode,
    keep: String,
    text: String,
}

impl House {
    fn new() -> Self {
        let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
        let shop = Arc::new(Shop::default());
        let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
        let source: Arc<dyn Source> = Arc::<Shop>::clone(&shop);
        let almanac = Almanac {
            ladders: Vec::new(),
            ..Almanac::built_in().unwrap()
        };
        let app = App::new(store, vec![source], rules, almanac, at(0)).unwrap();
        let app = Arc::new(
            app.with_links(Some("https://till.example/".parse().unwrap()), [5; 32])
                .unwrap(),
        );
        let minute = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&minute);
        let site = Site::new(Arc::clone(&app), Arc::new(move || at(clock.load(Ordering::Relaxed)))).unwrap();
        let router = site.with_unpack(Arc::new(Words)).router();
        Self {
            app,
            shop,
            minute,
            router,
        }
    }

    /// The same with the listing tracked, and read at noon at 20.00.
    async fn watched() -> Self {
        let house = Self::new();
        let sku = SkuId::parse("1200").unwrap();
        house.app.store().track(&key(), Some(&sku), at(0)).unwrap();
        house.app.load(at(0)).unwrap();
        house.read(0, 2_000).await;
        house
    }

    fn clock(&self, minute: i64) {
        self.minute.store(minute, Ordering::Relaxed);
    }

    /// A reading of ours.
    async fn read(&self, minute: i64, price: i64) {
        *self.shop.0.lock().unwrap() = price;
        self.clock(minute);
        let turned = self.app.turn(0, &|| at(minute)).await.unwrap();
        assert!(
            matches!(turned, tillwatch_app::Turned::Read { priced: 1, .. }),
            "{minute}: {turned:?}"
        );
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            keep: parts.headers["cache-control"].to_str().unwrap().to_owned(),
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    async fn send(&self, from: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let part = |(name, text): &(&str, &str)| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let body: String = fields.iter().map(part).collect::<String>() + "--x--\r\n";
        let mut request = Request::post("/browser")
            .header("host", "till.example")
            .header("content-type", "multipart/form-data; boundary=x");
        for (name, value) in from {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::from(body)).unwrap()).await
    }

    /// As the bookmarklet sends it.
    async fn bring(&self, text: &str) -> Answer {
        let from = [
            ("origin", "https://www.aliexpress.com"),
            ("sec-fetch-site", "cross-site"),
        ];
        let answer = self.send(&from, &[("market", "US"), ("page", text)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(answer.keep, "no-store");
        answer
    }

    /// The sticker of each run of the history, with the minute at which it began.
    fn history(&self) -> Vec<(i64, i64)> {
        let state = self.app.store().listing(&key()).unwrap().unwrap();
        let variant = state.tracked.variants[0].clone();
        let latest = variant.latest.unwrap();
        let terms: Terms = latest.terms;
        let series = self
            .app
            .store()
            .series(variant.id, Lane::Sticker, &terms)
            .unwrap()
            .unwrap();
        let began = |run: &Run<Price>| i64::from(run.start.since(Minute::of(at(0))));
        series
            .prices()
            .iter()
            .map(|run| (began(run), run.value.minor()))
            .collect()
    }
}

#[tokio::test]
async fn a_listing_gets_its_receipt_with_a_link_to_its_page_and_texts_are_shown_as_text() {
    let house = House::new();
    let answer = house.bring("price 3000").await;
    assert!(answer.text.contains("28.00\u{a0}USD at the till"), "{}", answer.text);
    assert!(answer.text.contains(&format!("href=\"/i/{ITEM}?market=US\"")));
    assert!(answer.text.contains("A &#60;b&#62;lamp"), "{}", answer.text);
    assert_eq!(
        house.app.store().counts().unwrap().listings,
        0,
        "nothing is tracked by it"
    );
}

#[tokio::test]
async fn a_cart_is_diagnosed_with_what_is_known_of_its_listings() {
    let house = House::watched().await;
    let dropped = house.bring("cart 2000 2000").await;
    assert!(dropped.text.contains("18.00\u{a0}USD at the till"), "{}", dropped.text);
    assert!(dropped.text.contains("probably dropped"), "{}", dropped.text);
    let agrees = house.bring("cart 2000 1800").await;
    assert!(agrees.text.contains("agrees to the cent"), "{}", agrees.text);
    let own = house.bring("cart 2000 1700\ncoupon 100").await;
    assert!(
        own.text.contains("agrees to the cent") && own.text.contains("take off another"),
        "{}",
        own.text
    );
}

#[tokio::test]
async fn coupons_come_as_lines_for_the_drawer_and_stand_in_no_address() {
    let house = House::new();
    let answer = house.bring("coupon 700").await;
    let (before, after) = answer.text.split_once("action=\"/drawer#answer\"").unwrap();
    assert!(after.contains("name=\"own\" value=\"7.00 off code MINE7\""), "{after}");
    for link in before.split("href=\"").skip(1) {
        assert!(!link.split('"').next().unwrap().contains("MINE7"));
    }
}

#[tokio::test]
async fn a_price_enters_the_history_only_with_a_reading_that_shows_the_same() {
    let house = House::watched().await;
    house.clock(60);
    assert!(
        house
            .bring("price 1500")
            .await
            .text
            .contains("only if our next reading")
    );
    assert_eq!(house.history(), [(0, 2_000)], "not by itself");
    house.read(240, 1_500).await;
    assert_eq!(
        house.history(),
        [(0, 2_000), (60, 1_500)],
        "it is confirmed from when it was shown"
    );
}

#[tokio::test]
async fn what_a_first_order_pays_is_told_to_whoever_sees_it_and_never_enters_the_history() {
    let house = House::watched().await;
    house.clock(60);
    let answer = house.bring("first 1500").await;
    assert!(answer.text.contains("13.00\u{a0}USD at the till"), "{}", answer.text);
    assert!(answer.text.contains("what a first order pays"), "{}", answer.text);
    house.read(240, 1_500).await;
    assert_eq!(house.history(), [(0, 2_000), (240, 1_500)]);
}

#[tokio::test]
async fn a_price_that_no_reading_shows_and_a_forged_page_never_enter_the_history() {
    let house = House::watched().await;
    house.clock(60);
    for forged in [1, 1_000, 1_499, 1_900] {
        house.bring(&format!("price {forged}")).await;
    }
    house.read(240, 1_500).await;
    house.read(500, 1_499).await;
    assert_eq!(house.history(), [(0, 2_000), (240, 1_500), (500, 1_499)]);
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_and_one_that_hides_its_place_changes_nothing() {
    let house = House::watched().await;
    for from in [
        vec![("origin", "https://evil.example")],
        vec![
            ("origin", "https://aliexpress.com.evil.example"),
            ("sec-fetch-site", "cross-site"),
        ],
        vec![("sec-fetch-site", "cross-site")],
    ] {
        let answer = house.send(&from, &[("page", "price 1500")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{from:?}");
        assert!(answer.text.contains("page of another site"), "{}", answer.text);
    }
    let hidden = [("origin", "null"), ("sec-fetch-site", "cross-site")];
    let before = (house.app.store().counts().unwrap(), house.history());
    assert_eq!(
        house.send(&hidden, &[("page", "price 1500")]).await.status,
        StatusCode::OK
    );
    assert_eq!((house.app.store().counts().unwrap(), house.history()), before);
    // The rule is this one address's alone.
    let other = Request::post(format!("/i/{ITEM}/watch")).header("host", "till.example");
    let other = other.header("origin", "https://www.aliexpress.com");
    let other = other.header("content-type", "application/x-www-form-urlencoded");
    let answer = house.ask(other.body(Body::from("market=US&target=9")).unwrap()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn more_than_is_read_at_once_is_refused_before_it_is_taken_in() {
    let house = House::new();
    let request = Request::post("/browser")
        .header("content-type", "multipart/form-data; boundary=x")
        .header("content-length", "16777217");
    let answer = house.ask(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text.contains("at most 16 MB"), "{}", answer.text);
    // One that does not say how long it is.
    let request = Request::post("/browser").header("content-type", "multipart/form-data; boundary=x");
    let answer = house
        .ask(request.body(Body::from(vec![b'-'; (16 << 20) + 1])).unwrap())
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_is_no_page_is_said_beside_the_form() {
    let house = House::new();
    let shell = house.bring("shell").await;
    assert!(shell.text.contains("the page came without its data"), "{}", shell.text);
    let nothing = house.send(&[], &[("page", " \n"), ("file", "")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text.contains("Choose a file"), "{}", nothing.text);
    let broken = Request::post("/browser").header("content-type", "application/json");
    let broken = house.ask(broken.body(Body::from("{}")).unwrap()).await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    assert!(broken.text.contains("did not arrive whole"), "{}", broken.text);
}

#[tokio::test]
async fn the_page_has_the_bookmarklet_for_this_site_alone() {
    let house = House::new();
    let page = house.ask(Request::get("/browser").body(Body::empty()).unwrap()).await;
    assert_eq!((page.status, page.keep.as_str()), (StatusCode::OK, "no-store"));
    assert!(
        page.text.contains("href=\"javascript:") && page.text.contains("till.example%2Fbrowser"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("<script>"), "it runs only among the bookmarks");
}
