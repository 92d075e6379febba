//! A site over a store in memory, with one listing that was read once.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tillwatch_app::App;
use tillwatch_app::outbox::Post;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Message, Notifier};
use tillwatch_app::ports::store::{Check, Lanes, ListingKey, Priced, Rest, Schedule, Store, Terms};
use tillwatch_app::token::Token;
use tillwatch_core::almanac::Almanac;
use tillwatch_core::checkout::{Checkout, Line};
use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};
use tillwatch_store::Sqlite;
use tillwatch_web::Site;
use tower::ServiceExt;

pub(crate) const ITEM: &str = "1005006367324382";
pub(crate) const TITLE: &str = "A <b>lamp</b> & more";
pub(crate) const MAIL: &str = "mailto:ann@example.org";

/// The listing.
pub(crate) fn key() -> ListingKey {
    ListingKey {
        item: ItemId::parse(ITEM).unwrap(),
        market: Country::US,
        currency: Currency::USD,
    }
}

/// Its variant.
pub(crate) fn sku() -> SkuId {
    SkuId::parse("1200").unwrap()
}

/// So many minutes after the beginning.
pub(crate) fn at(minutes: i64) -> Instant {
    Instant::parse("2026-06-03T12:00:00Z")
        .unwrap()
        .plus_seconds(minutes * 60)
}

/// A mail server that takes everything, or a topic whose server refuses.
#[derive(Clone)]
pub(crate) struct Desk(Channel, Arc<Mutex<Vec<Message>>>);

impl Notifier for Desk {
    fn channel(&self) -> Channel {
        self.0
    }

    fn deliver<'a>(&'a self, _: &'a Address, message: &'a Message, _: Instant) -> Later<'a, Delivery> {
        let answer = if self.0 == Channel::Email {
            self.1.lock().unwrap().push(message.clone());
            Delivery::Delivered { id: None, moved: None }
        } else {
            let why = "blocked by the user".to_owned();
            Delivery::Gone { why }
        };
        Box::pin(std::future::ready(answer))
    }
}

/// A site with one listing that costs 20.00.
pub(crate) struct House {
    pub(crate) app: Arc<App>,
    pub(crate) store: Arc<dyn Store>,
    router: Router,
    pub(crate) now: Arc<Mutex<Instant>>,
    mail: Desk,
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

    #[track_caller]
    pub(crate) fn has(&self, what: &str) {
        assert!(self.text.contains(what), "{what}: {}", self.text);
    }
}

impl House {
    /// One whose operator lets programs be called.
    pub(crate) fn new() -> Self {
        Self::with(|site| site.with_calls(Arc::new(|_| Ok(()))))
    }

    pub(crate) fn with(set_up: impl FnOnce(Site) -> Site) -> Self {
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
        let site = "https://till.example/".parse().unwrap();
        let app = Arc::new(app.with_links(Some(site), [5; 32]).unwrap());
        let now = Arc::new(Mutex::new(at(1)));
        let clock = Arc::clone(&now);
        // The secrets are 1, 2, 3 and so on.
        let last = AtomicU8::new(0);
        let dice = Arc::new(move || Some(Token::new([last.fetch_add(1, Ordering::Relaxed) + 1; 16])));
        let site = Site::new(Arc::clone(&app), Arc::new(move || *clock.lock().unwrap())).unwrap();
        let house = Self {
            router: set_up(site.with_dice(dice)).router(),
            app,
            store,
            now,
            mail: Desk(Channel::Email, Arc::default()),
        };
        house.read();
        house
    }

    /// A reading of the listing.
    pub(crate) fn read(&self) {
        self.read_with(|_| {});
    }

    /// The same, with something else in it.
    pub(crate) fn read_with(&self, change: impl FnOnce(&mut Check)) {
        let (key, sku) = (key(), sku());
        let (listing, variant) = self.store.track(&key, Some(&sku), at(0)).unwrap();
        let price = Money::new(2_000, Currency::USD);
        let mut checkout = Checkout::new(Country::US, Currency::USD, at(0));
        checkout.lines.push(Line {
            item: key.item.clone(),
            sku: Some(sku),
            title: Some(TITLE.to_owned()),
            store: None,
            seller: None,
            categories: Vec::new(),
            warehouse: None,
            unit_price: price,
            quantity: 1,
            shipping: Money::new(0, Currency::USD),
            pool: None,
        });
        let mut check = Check {
            listing,
            at: at(0),
            source: "test".into(),
            outcome: Outcome::Ok,
            detail: None,
            snapshot: Some(Snapshot {
                item: Some(key.item.clone()),
                title: Some(TITLE.to_owned()),
                market: Some(key.market),
                currency: Some(key.currency),
                variants: vec![Variant::at(price)],
                ..Snapshot::empty("test")
            }),
            prices: vec![Priced {
                variant,
                sku: None,
                checkout: Some(checkout),
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
            schedule: Schedule::default(),
            alerts: Vec::new(),
        };
        change(&mut check);
        self.store.record_checks(&[check]).unwrap();
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// A form from a page of another site.
    pub(crate) async fn post_from_elsewhere(&self, path: &str, body: &str) -> Answer {
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "https://mail.example")
            .header("sec-fetch-site", "cross-site");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Opens a list; its secret.
    pub(crate) async fn open(&self) -> String {
        let opened = self.call("POST", "/api/v1/lists", &json!({})).await;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text);
        opened.json()["secret"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn watch(&self, secret: &str, target: &str, channels: &[&str]) -> Answer {
        let wish = json!({"link": ITEM, "sku": "1200", "target": target, "channels": channels});
        self.call("POST", &format!("/api/v1/lists/{secret}/watches"), &wish)
            .await
    }

    /// Sends what is due.
    pub(crate) async fn deliver(&self) {
        let chat = Desk(Channel::Ntfy, Arc::default());
        let post = Post::new(Arc::clone(&self.app), vec![Arc::new(self.mail.clone()), Arc::new(chat)]);
        let now = *self.now.lock().unwrap();
        let clock = move || now;
        for question in post.questions(now, 9).unwrap() {
            post.ask(&question, &clock).await.unwrap();
        }
        for parcel in post.collect(now, 9).unwrap() {
            post.send(&parcel, &clock).await.unwrap();
        }
    }

    pub(crate) fn letters(&self) -> Vec<Message> {
        self.mail.1.lock().unwrap().clone()
    }

    pub(crate) fn rest(&self) -> Rest {
        self.store.watches().unwrap().remove(0).rest
    }
}
