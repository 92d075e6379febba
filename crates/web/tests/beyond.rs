//! Listings that nobody watches, on the page of the search: asked for by a button, told with their prices, and why not.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use tillwatch_app::App;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::finder::{Category, Finder, Offered, Question};
use tillwatch_app::ports::source::{Ask, Depth, Limits, Reading, Source, SourceError};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::id::{CategoryId, ItemId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_store::Sqlite;
use tillwatch_web::Site;
use tower::ServiceExt;

const SEARCH: &str = "/search?q=red%20lamp&market=US";

fn at(second: i64) -> Instant {
    Instant::parse("2026-06-10T12:00:00Z").unwrap().plus_seconds(second)
}

/// A source that nobody asks, with the account that questions are charged to.
struct Api;

impl Source for Api {
    fn name(&self) -> &'static str {
        "api"
    }

    fn limits(&self) -> Limits {
        Limits {
            items_per_call: 50,
            calls_per_day: 5_000,
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

/// Answers what it was told to, and notes what it was asked.
struct Clerk {
    answer: Mutex<Result<Vec<Offered>, SourceError>>,
    asked: Mutex<Vec<Question>>,
}

impl Finder for Clerk {
    fn account(&self) -> &'static str {
        "api"
    }

    fn app(&self) -> &'static str {
        "512345"
    }

    fn finding(&self, currency: Currency) -> Option<&'static str> {
        (currency.code() != "PLN").then_some("find")
    }

    fn naming(&self) -> &'static str {
        "name"
    }

    fn find<'a>(&'a self, question: &'a Question, _: Instant) -> Later<'a, Result<Vec<Offered>, SourceError>> {
        self.asked.lock().unwrap().push(question.clone());
        Box::pin(std::future::ready(self.answer.lock().unwrap().clone()))
    }

    fn categories(&self, _: Instant) -> Later<'_, Result<Vec<Category>, SourceError>> {
        let category = |id, name: &str, parent: Option<&str>| Category {
            id: CategoryId::parse(id).unwrap(),
            name: name.to_owned(),
            parent: parent.map(|id| CategoryId::parse(id).unwrap()),
        };
        let all = vec![
            category("26", "Toys <b>& more", None),
            category("15", "Home & Garden", None),
            category("1501", "Kitchen Tools", Some("15")),
        ];
        Box::pin(std::future::ready(Ok(all)))
    }
}

struct House {
    app: Arc<App>,
    clerk: Arc<Clerk>,
    second: Arc<AtomicI64>,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl House {
    fn new(answer: Result<Vec<Offered>, SourceError>) -> Self {
        let clerk = Arc::new(Clerk {
            answer: Mutex::new(answer),
            asked: Mutex::default(),
        });
        let finder = Arc::<Clerk>::clone(&clerk);
        let app = Self::app().with_finder(finder).unwrap();
        Self::over(Arc::new(app), clerk)
    }

    fn app() -> App {
        let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
        let store = Arc::new(Sqlite::in_memory().unwrap());
        App::new(store, vec![Arc::new(Api)], rules, Almanac::built_in().unwrap(), at(0)).unwrap()
    }

    fn over(app: Arc<App>, clerk: Arc<Clerk>) -> Self {
        let second = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&second);
        let site = Site::new(Arc::clone(&app), Arc::new(move || at(clock.load(Ordering::Relaxed))));
        let site = site
            .unwrap()
            .with_limits(tillwatch_web::Limits::usual())
            .with_warm_pages();
        Self {
            app,
            clerk,
            second,
            router: site.router(),
        }
    }

    async fn call(&self, mut request: Request<Body>) -> Answer {
        let peer: SocketAddr = "203.0.113.7:1000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    async fn get(&self, address: &str) -> Answer {
        let request = Request::get(address).header("host", "till.example");
        self.call(request.body(Body::empty()).unwrap()).await
    }

    /// Presses the button: the address that it leads to.
    async fn press(&self, address: &str) -> String {
        let request = Request::post(address).header("host", "till.example");
        let answer = self.call(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.headers["location"].to_str().unwrap().to_owned()
    }

    fn calls(&self) -> usize {
        self.clerk.asked.lock().unwrap().len()
    }
}

/// What stands on a page of listings beyond those that are watched.
fn section(page: &str) -> &str {
    let from = page.find("<section class=\"stack section\" aria-labelledby=\"beyond\">");
    let rest = from.map_or("", |from| page.get(from..).unwrap());
    rest.split_once("</section>").map_or("", |(section, _)| section)
}

fn offered(item: u64, title: Option<&str>, cents: i64) -> Offered {
    Offered {
        item: ItemId::from_number(item),
        title: title.map(str::to_owned),
        price: Money::new(cents, Currency::USD),
    }
}

fn lamps() -> Vec<Offered> {
    vec![
        offered(1_005_000_222_222_222, Some("</script><b>Lamp</b> & \"more\""), 1_450),
        offered(1_005_000_222_222_223, None, 99),
    ]
}

#[tokio::test]
async fn the_button_is_there_when_there_is_somebody_to_ask_and_words_to_ask_with() {
    let house = House::new(Ok(lamps()));
    let page = house.get(SEARCH).await.text;
    assert!(
        section(&page).contains("<form method=\"post\" action=\"/search?q=red%20lamp&#38;market=US\">"),
        "{page}"
    );
    assert!(section(&page).contains("Ask AliExpress too"), "{page}");
    for without in [
        "/search",
        "/search?market=US",
        "/search?q=%20",
        "/search?q=lamp&min_percent=x",
    ] {
        assert_eq!(section(&house.get(without).await.text), "", "{without}");
    }
    let zloty = house.get("/search?q=lamp&market=PL&lang=en").await.text;
    assert!(
        section(&zloty).contains("states no prices in PLN") && !section(&zloty).contains("<form"),
        "{zloty}"
    );
    assert_eq!(house.calls(), 0, "whoever only looks spends nothing");
    let nobody = House::over(Arc::new(House::app()), Arc::clone(&house.clerk));
    assert_eq!(section(&nobody.get(SEARCH).await.text), "");
    nobody.press(SEARCH).await;
    assert_eq!(house.calls(), 0);
}

#[tokio::test]
async fn what_was_found_stands_there_with_its_price_and_goes_the_way_of_a_pasted_link() {
    let house = House::new(Ok(lamps()));
    let address =
        "/search?q=red%20lamp&market=US&min_percent=50&min_price=0.50&max_price=20&category=15&free_shipping=1";
    let to = house.press(address).await;
    assert!(
        to.ends_with("&answer=found#beyond") && to.contains("free_shipping=1"),
        "{to}"
    );
    {
        let asked = house.clerk.asked.lock().unwrap();
        let [question] = asked.as_slice() else {
            panic!("{asked:?}")
        };
        let money = |cents| Some(Money::new(cents, Currency::USD));
        assert_eq!(
            (&*question.words, question.market.code(), question.currency.code()),
            ("red lamp", "US", "USD")
        );
        assert_eq!((question.least, question.most), (money(50), money(2_000)));
        assert_eq!(question.category.as_ref().map(CategoryId::as_str), Some("15"));
    }
    let page = house.get(&to).await;
    assert_eq!(page.headers["cache-control"], "no-store");
    let told = section(&page.text);
    assert_eq!(
        told,
        "<section class=\"stack section\" aria-labelledby=\"beyond\">\n\
         <h2 id=\"beyond\">More on AliExpress</h2>\n\
         <p class=\"quiet\">The price shown by the official API, without coupons we have not checked, shipping not included. \
         Watch a listing to learn what it really costs.</p>\n\
         <ul class=\"cards\">\n\
         <li class=\"card stack offer\">\n\
         <h3 id=\"beyond-1\"><span>&#60;/script&#62;&#60;b&#62;Lamp&#60;/b&#62; &#38; &#34;more&#34;</span></h3>\n\
         <p class=\"paid\"><strong>14.50\u{a0}USD</strong></p>\n\
         <form method=\"post\" action=\"/\"><input type=\"hidden\" name=\"text\" \
         value=\"https://www.aliexpress.com/item/1005000222222222.html\"><input type=\"hidden\" name=\"market\" value=\"US\">\
         <button class=\"second\" aria-describedby=\"beyond-1\">Watch</button></form>\n\
         </li>\n\
         <li class=\"card stack offer\">\n\
         <h3 id=\"beyond-2\"><span>Listing 1005000222222223</span></h3>\n\
         <p class=\"paid\"><strong>0.99\u{a0}USD</strong></p>\n\
         <form method=\"post\" action=\"/\"><input type=\"hidden\" name=\"text\" \
         value=\"https://www.aliexpress.com/item/1005000222222223.html\"><input type=\"hidden\" name=\"market\" value=\"US\">\
         <button class=\"second\" aria-describedby=\"beyond-2\">Watch</button></form>\n\
         </li>\n\
         </ul>\n"
    );
    assert!(!page.text.contains("<img"), "{}", page.text);
    assert_eq!(house.app.store().counts().unwrap().listings, 0, "nothing of it is kept");

    // Whoever looks again spends nothing, until a quarter of an hour is over.
    house.press(address).await;
    house.second.store(899, Ordering::Relaxed);
    assert!(section(&house.get(&to).await.text).contains("14.50\u{a0}USD"));
    assert_eq!(house.calls(), 1);
    house.second.store(900, Ordering::Relaxed);
    let later = house.get(&to).await.text;
    assert!(
        section(&later).contains("<form method=\"post\" action=\"/search?"),
        "{later}"
    );
    house.press(address).await;
    assert!(
        section(&house.get(&to).await.text).contains("14.50\u{a0}USD"),
        "the page is not kept warm"
    );
    assert_eq!(house.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn why_there_is_nothing_is_said_in_a_sentence_of_its_own() {
    let why = || "red lamp, repeated".to_owned();
    let until = at(3_600);
    for (answer, asked, sentence, calls) in [
        (Ok(Vec::new()), "found", "The official API has nothing that fits", 1),
        (
            Err(SourceError::Later {
                after: None,
                why: why(),
            }),
            "busy",
            "takes only so many questions at a time",
            2,
        ),
        (Err(SourceError::Spent { until }), "spent", "are used up", 1),
        (
            Err(SourceError::NotPermitted { why: why() }),
            "not_permitted",
            "The key of this site may not put this question",
            1,
        ),
        (
            Err(SourceError::Unreachable { why: why() }),
            "failed",
            "gave no answer that can be used",
            1,
        ),
        (
            Err(SourceError::Misconfigured { why: why() }),
            "failed",
            "gave no answer that can be used",
            1,
        ),
    ] {
        let house = House::new(answer);
        let to = house.press(SEARCH).await;
        assert!(to.ends_with(&format!("&answer={asked}#beyond")), "{to}");
        let page = house.get(&to).await.text;
        let told = section(&page);
        assert!(
            told.contains("<p role=\"status\">") && told.contains(sentence) && !told.contains("repeated"),
            "{asked}: {told}"
        );
        // One that waited puts its question once more.
        assert_eq!(house.calls(), calls, "{asked}");
    }
}

#[tokio::test]
async fn a_network_asks_only_so_often_and_a_page_of_another_site_not_at_all() {
    let house = House::new(Ok(lamps()));
    for number in 0..5 {
        house.press(&format!("/search?q=lamp%20{number}&market=US")).await;
    }
    let request = Request::post("/search?q=one%20more&market=US").header("host", "till.example");
    let refused = house.call(request.body(Body::empty()).unwrap()).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers.contains_key("retry-after"));
    house.press("/search?q=lamp%200&market=US").await;
    assert_eq!(house.calls(), 5, "what is known costs no place in the limit");

    let other = House::new(Ok(lamps()));
    let request = Request::post(SEARCH)
        .header("host", "till.example")
        .header("origin", "https://elsewhere.example")
        .header("sec-fetch-site", "cross-site");
    let refused = other.call(request.body(Body::empty()).unwrap()).await;
    assert_eq!((refused.status, other.calls()), (StatusCode::FORBIDDEN, 0));
    let odd = Request::post("/search?q=lamp&min_price=much").header("host", "till.example");
    let odd = other.call(odd.body(Body::empty()).unwrap()).await;
    assert_eq!((odd.status, other.calls()), (StatusCode::BAD_REQUEST, 0));
}

#[tokio::test]
async fn the_filter_has_names_once_the_marketplace_told_them_and_a_number_before() {
    let house = House::new(Ok(lamps()));
    let typed = "<input id=\"category\" name=\"category\"";
    assert!(house.get(SEARCH).await.text.contains(typed));
    house.press(SEARCH).await;
    let clock = || at(0);
    assert_eq!(house.app.learn_categories(&clock).await.unwrap(), Some(Ok(3)));
    house.second.store(10, Ordering::Relaxed);
    let select = |page: &str| {
        let (_, rest) = page.split_once("<select id=\"category\"").unwrap();
        rest.split_once("</select>").unwrap().0.to_owned()
    };
    for page in ["/search?q=lamp&market=US", "/deals?market=US"] {
        let page = house.get(page).await.text;
        let told = select(&page);
        assert!(!page.contains(typed) && !told.contains("Kitchen"), "{told}");
        let order = [
            "<option value=\"\" selected>Any",
            "value=\"15\">Home &#38; Garden",
            "value=\"26\">Toys &#60;b&#62;",
        ];
        let places: Vec<usize> = order.iter().map(|one| told.find(one).expect(one)).collect();
        assert!(places.is_sorted(), "{told}");
    }
    let narrow = select(&house.get("/search?category=1501&market=US").await.text);
    assert!(
        narrow.contains("<option value=\"1501\" selected>Kitchen Tools"),
        "{narrow}"
    );
    let unknown = select(&house.get("/search?category=77&market=US").await.text);
    assert!(unknown.contains("<option value=\"77\" selected>77"), "{unknown}");
}
