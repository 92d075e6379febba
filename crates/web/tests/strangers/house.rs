//! A site with one listing that costs 20.00, asked as by a connection or without one.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::connect_info::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tillwatch_app::App;
use tillwatch_app::conversation::{Follow, LedNowhere, Nowhere};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::store::{Check, Lanes, ListingKey, Priced, Schedule, Store, Terms};
use tillwatch_app::token::Token;
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::link::{Identity, identify};
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};
use tillwatch_store::Sqlite;
use tillwatch_web::Site;
use tower::ServiceExt;

pub(crate) const ITEM: &str = "1005006367324382";
pub(crate) const TITLE: &str = "A <b>lamp</b> & more";

/// So many minutes after the beginning.
pub(crate) fn at(minutes: i64) -> Instant {
    Instant::parse("2026-06-03T12:00:00Z")
        .unwrap()
        .plus_seconds(minutes * 60)
}

/// Knows one short link, and panics at another.
#[derive(Default)]
struct Guide(AtomicUsize);

impl Follow for Guide {
    fn follow<'a>(&'a self, link: &'a str) -> Later<'a, Result<Identity, LedNowhere>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        assert!(!link.ends_with("_panic"), "a secret of the panic");
        let found = if link.ends_with("_lamp") {
            Ok(identify(ITEM))
        } else {
            Err(LedNowhere {
                how: Nowhere::NoAnswer,
                sentence: "the short link leads to a place that may not be asked".to_owned(),
            })
        };
        Box::pin(std::future::ready(found))
    }
}

pub(crate) struct House {
    pub(crate) app: Arc<App>,
    store: Arc<dyn Store>,
    router: Router,
    guide: Arc<Guide>,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }
}

pub(crate) fn key(item: &str, market: Country, currency: Currency) -> ListingKey {
    let item = ItemId::parse(item).unwrap();
    ListingKey { item, market, currency }
}

/// A text of a form or of an address.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(|site| site)
    }

    pub(crate) fn with(set_up: impl FnOnce(Site) -> Site) -> Self {
        Self::made(TITLE, set_up)
    }

    /// One whose seller gave the listing this title.
    pub(crate) fn titled(title: &str) -> Self {
        Self::made(title, |site| site)
    }

    fn made(title: &str, set_up: impl FnOnce(Site) -> Site) -> Self {
        let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
        let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
        let app = App::new(
            Arc::clone(&store),
            Vec::new(),
            rules,
            Almanac::built_in().unwrap(),
            at(0),
        )
        .unwrap();
        let public = "https://till.example/".parse().unwrap();
        let app = Arc::new(app.with_links(Some(public), [5; 32]).unwrap());
        let guide = Arc::new(Guide::default());
        let last = AtomicU8::new(0);
        let dice = Arc::new(move || Some(Token::new([last.fetch_add(1, Ordering::Relaxed) + 1; 16])));
        let site = Site::new(Arc::clone(&app), Arc::new(|| at(1))).unwrap();
        let site = site.with_dice(dice).with_follow(Arc::<Guide>::clone(&guide));
        let house = Self {
            router: set_up(site).router(),
            app,
            store,
            guide,
        };
        house.read(title, 0, 2_000);
        house
    }

    /// A reading of the listing.
    pub(crate) fn read(&self, title: &str, minute: i64, price: i64) {
        let key = key(ITEM, Country::US, Currency::USD);
        let (listing, variant) = self.store.track(&key, None, at(0)).unwrap();
        let price = Money::new(price, Currency::USD);
        let sku = SkuId::parse("1200").unwrap();
        let check = Check {
            listing,
            at: at(minute),
            source: "test".into(),
            outcome: Outcome::Ok,
            detail: None,
            snapshot: Some(Snapshot {
                item: Some(key.item.clone()),
                title: Some(title.into()),
                market: Some(Country::US),
                currency: Some(Currency::USD),
                variants: vec![Variant {
                    sku: Some(sku.clone()),
                    ..Variant::at(price)
                }],
                ..Snapshot::empty("test")
            }),
            prices: vec![Priced {
                variant,
                sku: Some(sku),
                checkout: None,
                terms: Terms {
                    rules: self.app.rules().id.clone(),
                    delivered: false,
                },
                lanes: Lanes {
                    sticker: price,
                    automatic: price,
                    public: price,
                    code: price,
                },
            }],
            schedule: Schedule {
                last_try: Some(at(minute).moment().as_second()),
                last_good: Some(at(minute).moment().as_second()),
                ..Schedule::default()
            },
            alerts: Vec::new(),
        };
        self.store.record_checks(&[check]).unwrap();
    }

    /// Tracks listings that nobody has read.
    pub(crate) fn track(&self, count: u64) {
        for number in 0..count {
            let item = format!("{}", 1_005_000_000_000_000 + number);
            let key = key(&item, Country::parse("DE").unwrap(), Currency::parse("EUR").unwrap());
            self.store.track(&key, None, at(0)).unwrap();
        }
    }

    async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if method != "GET" && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        self.call(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn json(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[], body).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json(path, &body.to_string()).await
    }

    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.form_with(path, fields, &[]).await
    }

    pub(crate) async fn form_with(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let headers: Vec<(&str, &str)> = kind.iter().chain(headers).copied().collect();
        self.send("POST", path, &headers, &body).await
    }

    /// Asks from an address.
    pub(crate) async fn seen_from(&self, peer: &str, path: &str) -> Answer {
        self.seen_from_with(peer, path, &[]).await
    }

    pub(crate) async fn seen_from_with(&self, peer: &str, path: &str, headers: &[(&str, String)]) -> Answer {
        let mut request = Request::builder().uri(path).header("host", "till.example");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        self.call_from(peer, request.body(Body::empty()).unwrap()).await
    }

    async fn call_from(&self, peer: &str, mut request: Request<Body>) -> Answer {
        let peer: IpAddr = peer.parse().unwrap();
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::new(peer, 1_000)));
        self.call(request).await
    }

    /// Has a mailbox asked, from an address.
    pub(crate) async fn watch_from(&self, peer: &str, mail: &str) -> Answer {
        let body = format!("market=US&target=9.50&email={}", encoded(mail));
        let request = Request::post(format!("/i/{ITEM}/watch"))
            .header("host", "till.example")
            .header("content-type", "application/x-www-form-urlencoded");
        self.call_from(peer, request.body(Body::from(body)).unwrap()).await
    }

    /// Opens a list; its secret.
    pub(crate) async fn open(&self) -> String {
        let answer = self.post("/api/v1/lists", &json!({})).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()["secret"].as_str().unwrap().to_owned()
    }

    /// How often a short link was asked where it leads.
    pub(crate) fn followed(&self) -> usize {
        self.guide.0.load(Ordering::Relaxed)
    }

    pub(crate) fn listings(&self) -> u64 {
        self.store.counts().unwrap().listings
    }

    pub(crate) fn watches(&self) -> usize {
        self.store.watches().unwrap().len()
    }

    /// Letters that ask a mailbox.
    pub(crate) fn questions(&self) -> usize {
        self.store.lease_questions(at(2), at(3), 10).unwrap().len()
    }
}
