//! Every page in every language: nothing of the English catalogue is left on a page in another language, and nothing of
//! what the data say in English, unless it is marked as such.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::Value;
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::identify;

use crate::house::{Answer, House, ITEM, MAIL, at};

const OTHERS: [&str; 5] = ["es", "pt", "fr", "de", "pl"];

/// Shorter texts are the same word in several languages by chance.
const LONG: usize = 12;

/// Texts that are no listing, one for each kind of reason.
const REFUSED: [&str; 18] = [
    "https://www.aliexpress.com/",
    "https://www.aliexpress.com/store/1101252900",
    "https://shop.example/item/1005006367324382.html",
    "https://aliexpress.com.shop.example/item/1005006367324382.html",
    "https://www.aliexpress.com@shop.example/item/1005006367324382.html",
    "https://forward.example/?u=https%3A%2F%2Fwww.aliexpress.com%2Fitem%2F1005006367324382.html",
    "https://a.aliexpress.com/_mother",
    "these are words",
    "ftp://www.aliexpress.com/item/1005006367324382.html",
    "https://www.aliexpress.com:8080/item/1005006367324382.html",
    "https://www.aliexpress.com/item/",
    "0",
    "0123456789",
    "1234",
    "12345678901234567890",
    "12000036745345678",
    "-1005006367324382",
    "1.005E+15",
];

/// The texts of a language by their places.
fn catalogue(code: &str) -> BTreeMap<String, String> {
    fn texts(value: &Value, place: &str, found: &mut BTreeMap<String, String>) {
        match value {
            Value::String(text) => drop(found.insert(place.to_owned(), text.clone())),
            Value::Array(all) => {
                for (number, one) in all.iter().enumerate() {
                    texts(one, &format!("{place}[{number}]"), found);
                }
            }
            Value::Object(all) => {
                for (name, one) in all {
                    texts(one, &format!("{place}.{name}"), found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lang").join(code);
    let mut found = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        texts(&value, &file.file_stem().unwrap().to_string_lossy(), &mut found);
    }
    found
}

/// What stands between the places to fill.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let pieces = text.split('{').enumerate();
    let pieces = pieces.map(|(number, piece)| match number {
        0 => piece,
        _ => piece.split_once('}').map_or(piece, |(_, rest)| rest),
    });
    pieces.map(|piece| piece.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// What is English alone: long pieces of the English catalogue and of the data that nothing of this language has in it.
fn english_only(code: &str, data: &[String]) -> BTreeSet<String> {
    let own = catalogue(code).into_values().collect::<Vec<_>>().join("\n");
    let english: Vec<String> = catalogue("en").into_values().chain(data.iter().cloned()).collect();
    let long = english
        .iter()
        .flat_map(|text| pieces(text))
        .filter(|piece| piece.chars().count() > LONG);
    long.filter(|piece| !own.contains(piece))
        .map(ToOwned::to_owned)
        .collect()
}

/// What the data say in English.
fn said_in_english() -> Vec<String> {
    let almanac = Almanac::built_in().unwrap();
    let dated = almanac.events.dated().iter();
    let mut all: Vec<String> = dated
        .flat_map(|event| [vec![event.name.clone()], event.notes.clone()].concat())
        .collect();
    all.extend(almanac.markets.notes().iter().map(|note| note.text.clone()));
    all.extend(almanac.markets.all().iter().map(|market| market.name.clone()));
    all.extend(almanac.ladders.iter().map(|ladder| ladder.name.clone()));
    all.extend(
        REFUSED
            .iter()
            .filter_map(|text| Some(identify(text).reason?.to_string())),
    );
    all
}

/// A page as it is read: entities told, and without what is marked as English.
fn read(page: &str) -> String {
    let mut told = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("<span lang=\"en\">") {
        told.push_str(before);
        rest = after.split_once("</span>").map_or("", |(_, after)| after);
    }
    told.push_str(rest);
    [
        ("&#39;", "'"),
        ("&#34;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&quot;", "\""),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(told, |text, (entity, character)| text.replace(entity, character))
}

/// A reader of one language, what is foreign to them, and what of it they saw.
struct Reader<'a> {
    house: &'a House,
    code: &'static str,
    foreign: BTreeSet<String>,
    seen: RefCell<BTreeSet<String>>,
}

impl Reader<'_> {
    async fn ask(&self, method: Method, path: &str, form: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("accept", "text/html")
            .header("accept-language", self.code)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.house
            .send(request.body(Body::from(form.to_owned())).unwrap())
            .await
    }

    /// Reads an answer: it is a page in this language and, if that is not English, has nothing foreign in it.
    fn check(&self, what: &str, answer: &Answer) {
        let code = self.code;
        let is_page = answer.text.contains(&format!("<html lang=\"{code}\""));
        assert!(is_page, "{code} {what}: {}", answer.text);
        let text = read(&answer.text);
        let found = self.foreign.iter().filter(|piece| text.contains(piece.as_str()));
        let found: Vec<String> = found.cloned().collect();
        assert!(
            code == "en" || found.is_empty(),
            "{code} {what} ({}): {found:#?}",
            answer.status
        );
        self.seen.borrow_mut().extend(found);
    }

    /// From now on it is this day.
    fn on(&self, day: &str) {
        *self.house.now.lock().unwrap() = Instant::parse(&format!("{day}T12:00:00Z")).unwrap();
    }

    async fn get(&self, path: &str) {
        self.check(path, &self.ask(Method::GET, path, "").await);
    }

    async fn post(&self, path: &str, form: &str) {
        self.check(&format!("{path} {form}"), &self.ask(Method::POST, path, form).await);
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        let _ = write!(all, "%{byte:02X}");
        all
    })
}

/// Reads pages in each language, in English last: what is foreign in German has to be seen there, at least so many texts
/// of it, or the pages show little and prove nothing.
async fn readers(house: &House, least: usize, check: impl AsyncFn(&Reader<'_>)) {
    let data = said_in_english();
    for code in OTHERS.into_iter().chain(["en"]) {
        let foreign = english_only(if code == "en" { "de" } else { code }, &data);
        let reader = Reader {
            house,
            code,
            foreign,
            seen: RefCell::default(),
        };
        check(&reader).await;
        let seen = reader.seen.borrow().len();
        assert!(code != "en" || seen >= least, "{seen} texts were seen");
    }
}

#[tokio::test]
async fn no_page_in_another_language_has_an_english_sentence() {
    let house = House::new();
    let secret = house.open().await;
    let channels = ["ntfys://ntfy.example/one", "gotifys://gotify.example/token", MAIL];
    house.watch(&secret, "21.00", &channels).await;
    house.deliver().await;
    readers(&house, 300, async |reader| {
        for path in [
            "/",
            "/deals",
            "/search",
            "/search?q=lamp",
            "/search?min_price=x",
            "/promotions",
            "/codes",
            "/codes?market=ES",
            "/basket",
            "/checkout",
            "/drawer",
            "/guide",
            "/about",
            "/status",
            "/lost",
            "/nowhere",
            "/i/odd",
        ] {
            reader.get(path).await;
        }
        for path in ["", "?range=365", "?market=DE", "?market=XX", "?lane=odd", "?range=odd"] {
            reader.get(&format!("/i/{ITEM}{path}")).await;
        }
        reader.get(&format!("/checkout?item={ITEM}&market=US")).await;
        let receipt = format!("/r/{ITEM}.US.USD.1200.public.20260603T1201Z.seed-2026");
        reader.get(&receipt).await;
        for told in [
            "20.00&counts=rules",
            "19.00&counts=rules",
            "9.00&counts=price",
            "9.00&counts=nothing",
        ] {
            reader.get(&format!("{receipt}/till?shown={told}")).await;
        }
        for form in ["", "total=odd", "total=9999", "total=9&steps.code=1"] {
            reader.post(&format!("{receipt}/till"), form).await;
        }
        reader.get(&format!("/l/{secret}")).await;
        reader.get(&format!("/l/{secret}/delete")).await;
        for form in ["what=target&target=odd", "what=target&target=0"] {
            reader.post(&format!("/l/{secret}/watch/1"), form).await;
        }
        reader.post("/lost", "email=odd").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_is_refused_in_the_language_of_the_page() {
    let house = House::new();
    let secret = house.open().await;
    readers(&house, 40, async |reader| {
        let all = encoded(&REFUSED.join("\n"));
        reader.post("/", &format!("market=US&text={all}")).await;
        reader
            .post(&format!("/l/{secret}/add"), &format!("market=US&text={all}"))
            .await;
        // Five are told at once.
        for few in REFUSED.chunks(5) {
            let wishes = encoded(&few.join("\n"));
            reader.post("/basket", &format!("market=US&wishes={wishes}")).await;
            reader
                .post("/drawer", &format!("market=US&own=odd&wishes={wishes}"))
                .await;
            let rows = few
                .iter()
                .zip(1..)
                .map(|(text, row)| format!("&link-{row}={}", encoded(text)));
            let rows: String = rows.collect();
            reader.post("/checkout", &format!("market=US&lines=5{rows}")).await;
        }
        let watch = format!("/i/{ITEM}/watch");
        for form in ["target=odd", "target=0", "target=9&email=odd", "target=9&email=a%40b"] {
            reader.post(&watch, &format!("market=US&{form}")).await;
        }
        for call in [
            "odd",
            "ann@example.org",
            "http://a.example/",
            "odd:1",
            "ntfys://a:b@c.example/d",
            "ntfys://c.example/",
            "telegram:5",
        ] {
            reader
                .post(&watch, &format!("market=US&target=9&call={}", encoded(call)))
                .await;
        }
        reader.post(&watch, "market=XX&target=9").await;
        reader.post("/", "market=odd&text=1").await;
    })
    .await;
}

#[tokio::test]
async fn customs_of_every_market_and_sales_of_every_year_are_told_in_the_language_of_the_page() {
    let house = House::new();
    let almanac = Almanac::built_in().unwrap();
    let mut said = BTreeSet::new();
    let markets = almanac.markets.all().iter().map(|market| market.country);
    // Many members of the customs union are told the same.
    let telling = |market: &Country| {
        let notes = almanac.markets.notes_for(*market, None, None, at(0));
        notes.into_iter().filter(|note| said.insert(note.id.clone())).count() > 0
    };
    let markets: Vec<Country> = markets.filter(telling).collect();
    readers(&house, 60, async |reader| {
        for market in &markets {
            reader
                .post("/checkout", &format!("market={market}&price-1=2&known=on"))
                .await;
        }
        for day in ["2018-04-01", "2019-04-01", "2021-04-01", "2022-04-01", "2025-12-20"] {
            reader.on(day);
            reader.get("/promotions").await;
        }
        for (day, market) in [
            ("2024-03-02", "MX"),
            ("2025-02-18", "ES"),
            ("2025-02-18", "AU"),
            ("2026-10-02", "FR"),
        ] {
            reader.on(day);
            reader.get("/promotions").await;
            reader.get(&format!("/codes?market={market}")).await;
        }
    })
    .await;
}
