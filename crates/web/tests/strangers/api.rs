//! The API: what it answers, how it goes on behind a page, and what may be kept of an answer.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tillwatch_web::Limits;

use super::house::{House, ITEM, TITLE};

fn checkout() -> Value {
    json!({
        "schema": "tillwatch/checkout/1",
        "market": "US", "currency": "USD", "at": "2026-06-03T12:00:00Z",
        "lines": [{"item": ITEM, "unit_price": "50.00", "quantity": 1, "shipping": "3.99"}],
        "discounts": [
            {"id": "AFSO6", "kind": "code", "currency": "USD", "benefit": {"type": "fixed", "amount": "6.00"}, "min_spend": "39.00"},
            {"id": "AFSO10", "kind": "code", "currency": "USD", "benefit": {"type": "fixed", "amount": "10.00"}, "min_spend": "69.00"},
        ],
        "colour": "red",
    })
}

#[tokio::test]
async fn a_listing_that_was_read_is_quoted_with_its_lanes_and_its_working() {
    let house = House::new();
    let answer = house.post("/api/v1/quotes", &json!({"link": ITEM})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let told = answer.json();
    assert_eq!(told["schema"], "tillwatch/quote/1");
    assert_eq!(told["identity"]["item"], ITEM);
    assert_eq!(told["snapshot"]["title"], TITLE);
    assert_eq!(told["lanes"]["sticker"], "20.00");
    assert_eq!(told["stack"]["schema"], "tillwatch/stack/1");
    assert_eq!(told["outcome"], "ok");
    assert_eq!(told["checked_at"], "2026-06-03T12:00:00Z");
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = house.post("/api/v1/quotes", &json!({"link": ITEM, "sku": "999"})).await;
    assert_eq!(
        (answer.status, answer.json()["field"].as_str()),
        (StatusCode::BAD_REQUEST, Some("sku"))
    );
}

#[tokio::test]
async fn a_listing_that_nobody_has_read_is_asked_for_and_the_answer_says_where_to_look() {
    let house = House::new();
    let answer = house
        .post("/api/v1/quotes", &json!({"link": "1005001111111111", "market": "DE"}))
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    let place = "/api/v1/listings/1005001111111111?market=DE";
    assert_eq!(answer.header("location"), place);
    assert_eq!(answer.json()["location"], place);
    assert_eq!(
        (&answer.json()["currency"], &answer.json()["outcome"]),
        (&json!("EUR"), &Value::Null)
    );
    assert_eq!(house.listings(), 2);
    let there = house.get(place).await;
    assert_eq!(
        (there.status, &there.json()["checked_at"]),
        (StatusCode::OK, &Value::Null)
    );
    let again = house
        .post("/api/v1/quotes", &json!({"link": "1005001111111111", "market": "DE"}))
        .await;
    assert_eq!((again.status, house.listings()), (StatusCode::ACCEPTED, 2));
}

#[tokio::test]
async fn a_checkout_is_answered_as_the_commands_answer_it_and_nothing_is_kept() {
    let house = House::new();
    let stack = house.post("/api/v1/stacks", &checkout()).await;
    assert_eq!(stack.status, StatusCode::OK, "{}", stack.text);
    let told = stack.json();
    assert_eq!(
        (&told["schema"], &told["after"]["total"]),
        (&json!("tillwatch/stack/1"), &json!("47.99"))
    );
    assert_eq!(told["near_misses"][0]["short"], "19.00");
    assert!(told["warnings"][0].as_str().unwrap().contains("colour"), "{told}");
    let paid = json!({"paid": "53.99", "checkout": checkout()});
    let told = house.post("/api/v1/diagnoses", &paid).await.json();
    assert_eq!(told["schema"], "tillwatch/diagnosis/1");
    assert_eq!(told["explanations"][0]["dropped"], json!(["AFSO6"]));
    let told = house.post("/api/v1/baskets?time_limit=1", &checkout()).await.json();
    assert_eq!(
        (&told["schema"], &told["proof"]),
        (&json!("tillwatch/basket/1"), &json!("optimal"))
    );
    assert_eq!(house.listings(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_checkout_is_named_by_its_place() {
    let house = House::new();
    let mut wrong = checkout();
    wrong["lines"][0]["unit_price"] = json!("12.345");
    let answer = house.post("/api/v1/stacks", &wrong).await;
    let told = answer.json();
    assert_eq!(
        (answer.status, &told["type"]),
        (StatusCode::BAD_REQUEST, &json!("bad_value"))
    );
    assert_eq!(told["field"], "lines[0].unit_price");
    let answer = house
        .post("/api/v1/diagnoses", &json!({"paid": "1.00", "checkout": wrong}))
        .await;
    assert_eq!(answer.json()["field"], "checkout.lines[0].unit_price");
    let answer = house
        .post("/api/v1/diagnoses", &json!({"paid": "cheap", "checkout": checkout()}))
        .await;
    assert_eq!(answer.json()["field"], "paid");
    let mut unknown = checkout();
    unknown["rules"] = json!("nobody's");
    assert_eq!(house.post("/api/v1/stacks", &unknown).await.json()["field"], "rules");
    for limit in ["0", "11", "-1", "x"] {
        let answer = house
            .post(&format!("/api/v1/baskets?time_limit={limit}"), &checkout())
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{limit}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_basket_that_takes_too_long_is_answered_with_its_bound() {
    let house = House::new();
    let mut wishlist = checkout();
    let line = |number: u64| json!({"item": format!("{}", 1_005_000_000_000_000 + number), "unit_price": format!("{}.{:02}", 5 + number * 7 % 23, number * 37 % 100), "store": format!("{}", number % 7 + 1)});
    wishlist["lines"] = (0..60).map(line).collect();
    let discount = |number: u64| json!({"id": format!("D{number}"), "kind": if number.is_multiple_of(2) { "code" } else { "store" }, "currency": "USD", "uses": 2, "min_spend": format!("{}.00", 11 + number * 6), "benefit": {"type": "fixed", "amount": format!("{}.00", 2 + number)}});
    wishlist["discounts"] = (0..14).map(discount).collect();
    let answer = house.post("/api/v1/baskets?time_limit=1", &wishlist).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let told = answer.json();
    let checkouts = told["checkouts"].as_array().unwrap();
    let lines: usize = checkouts.iter().map(|one| one["lines"].as_array().unwrap().len()).sum();
    assert_eq!(lines, 60);
    assert!(told["proof"] == "optimal" || told["proof"] == "bounded");
}

#[tokio::test]
async fn few_calculations_run_at_once_and_who_finds_no_room_may_come_again() {
    let house = Arc::new(House::new());
    let body = checkout().to_string();
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (house, body) = (Arc::clone(&house), body.clone());
        asked.spawn(async move { house.json("/api/v1/stacks", &body).await });
    }
    let answers = asked.join_all().await;
    assert!(answers.iter().any(|answer| answer.status == StatusCode::OK));
    for answer in answers.iter().filter(|answer| answer.status != StatusCode::OK) {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(!answer.header("retry-after").is_empty());
    }
}

#[tokio::test]
async fn whatever_goes_wrong_below_the_api_is_a_problem_and_a_page_is_a_page() {
    let house = House::new();
    let get = |path: &'static str| ("GET", path, "");
    for ((method, path, body), status) in [
        (get("/api/v1/nothing"), 404),
        (get("/api"), 404),
        (("DELETE", "/api/v1/listings/1", ""), 405),
        (("GET", "/api/v1/quotes", ""), 405),
        (("POST", "/api/v1/export", "{}"), 405),
        (("POST", "/openapi.json", "{}"), 405),
        (get("/api/v1/listings/%ff"), 400),
        (get("/api/v1/listings/1?colour=red"), 400),
        (get("/api/v1/export?after=x"), 400),
        (("POST", "/api/v1/quotes", "{"), 400),
        (("POST", "/api/v1/quotes", "{}"), 400),
        (("POST", "/api/v1/lists", "\"\""), 400),
    ] {
        let answer = house.send(method, path, &[], body).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{method} {path}"
        );
        let told = answer.json();
        assert_eq!(told["status"], status);
        assert!(!told["type"].as_str().unwrap().is_empty() && !told["detail"].as_str().unwrap().is_empty());
        assert_eq!(answer.headers.contains_key("allow"), status == 405, "{method} {path}");
    }
    let page = house.form("/", &[("text", ITEM), ("market", "XXX")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(
        page.header("content-type").starts_with("text/html") && page.text.contains("XXX"),
        "{}",
        page.text
    );
    for (method, path) in [
        ("GET", "/nothing"),
        ("DELETE", "/"),
        ("POST", "/promotions"),
        ("GET", "/i/%ff"),
    ] {
        let page = house.send(method, path, &[], "").await;
        assert!(page.status.is_client_error(), "{method} {path}");
        assert!(
            page.header("content-type").starts_with("text/html"),
            "{method} {path}: {}",
            page.text
        );
    }
    let missing = house.form("/", &[("market", "US")]).await;
    assert!(
        missing.status.is_client_error() && missing.text.contains("<html"),
        "{}",
        missing.text
    );
}

#[tokio::test]
async fn an_answer_has_a_name_and_is_not_sent_twice() {
    let house = House::new();
    for path in [
        format!("/api/v1/listings/{ITEM}"),
        format!("/api/v1/listings/{ITEM}/history"),
        format!("/i/{ITEM}?market=US"),
        "/openapi.json".to_owned(),
    ] {
        let answer = house.get(&path).await;
        let name = answer.header("etag").to_owned();
        assert!(name.starts_with("W/\""), "{path}: {name}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
        let known = house
            .send("GET", &path, &[("if-none-match", &format!("\"a\", {name}"))], "")
            .await;
        assert_eq!(
            (known.status, known.text.as_str()),
            (StatusCode::NOT_MODIFIED, ""),
            "{path}"
        );
        assert_eq!(known.header("etag"), name);
        let other = house.send("GET", &path, &[("if-none-match", "\"a\"")], "").await;
        assert_eq!(other.status, StatusCode::OK);
    }
    house.read(TITLE, 1, 1_900);
    let path = format!("/api/v1/listings/{ITEM}");
    let (before, after) = (House::new().get(&path).await, house.get(&path).await);
    assert_ne!(before.header("etag"), after.header("etag"));
    // What a secret opens is kept by nobody.
    let secret = house.open().await;
    for path in [format!("/l/{secret}"), format!("/api/v1/lists/{secret}")] {
        let answer = house.send("GET", &path, &[("accept-encoding", "gzip")], "").await;
        assert_eq!(
            (answer.header("etag"), answer.header("cache-control")),
            ("", "no-store"),
            "{path}"
        );
        assert_eq!(answer.header("content-encoding"), "", "{path}");
    }
}

#[tokio::test]
async fn what_has_no_secret_in_it_is_packed_for_whoever_can_unpack() {
    let house = House::new();
    for path in [
        format!("/i/{ITEM}?market=US"),
        "/openapi.json".to_owned(),
        "/api/v1/export".to_owned(),
    ] {
        let packed = house.send("GET", &path, &[("accept-encoding", "gzip")], "").await;
        assert_eq!(packed.header("content-encoding"), "gzip", "{path}");
        assert!(
            packed.header("vary").contains("accept-encoding")
                || packed
                    .headers
                    .get_all("vary")
                    .iter()
                    .any(|vary| vary == "accept-encoding"),
            "{path}"
        );
        assert_eq!(house.get(&path).await.header("content-encoding"), "", "{path}");
    }
}

#[tokio::test]
async fn a_long_series_goes_on_behind_each_page_and_loses_nothing() {
    let house = House::new();
    for minute in 1..4_500 {
        house.read(TITLE, minute * 2, 2_000 + minute % 7);
    }
    let path = format!("/api/v1/listings/{ITEM}/history?to=2026-06-11T00:00:00Z");
    let mut all: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    let mut pages = 0;
    loop {
        let page = house.get(&format!("{path}{cursor}")).await.json();
        all.extend(page["points"].as_array().unwrap().iter().cloned());
        pages += 1;
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert!(pages > 1, "{pages}");
    let times: Vec<(&str, &str)> = all
        .iter()
        .map(|point| (point["from"].as_str().unwrap(), point["until"].as_str().unwrap()))
        .collect();
    assert!(
        times
            .windows(2)
            .all(|pair| matches!(pair, [one, other] if one.1 <= other.0)),
        "in order and each once"
    );
    let table = house
        .get(&format!("/api/v1/listings/{ITEM}/history.csv?to=2026-06-11T00:00:00Z"))
        .await;
    assert_eq!(
        table.text.lines().count(),
        all.len() + 1,
        "the table has them all at once"
    );
}

#[tokio::test]
async fn an_export_has_every_listing_once_and_nobody_who_watches() {
    let house = House::new();
    house.track(150);
    let secret = house.open().await;
    let wish = json!({"link": ITEM, "target": "12.34", "channels": ["mailto:ann@example.org"]});
    let watched = house.post(&format!("/api/v1/lists/{secret}/watches"), &wish).await;
    assert_eq!(watched.status, StatusCode::CREATED, "{}", watched.text);
    let all = house.get("/api/v1/export").await;
    assert_eq!(all.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = all
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 151);
    let first = &lines[0];
    assert_eq!(first["item"], ITEM);
    assert_eq!(
        first["variants"][0]["series"][0]["runs"][0],
        json!(["2026-06-03T12:00:00Z", 0, "20.00"])
    );
    for private in ["ann", "12.34", "target", "watch", "list", &secret] {
        assert!(!all.text.contains(private), "{private}");
    }
    let behind = lines[99]["cursor"].as_str().unwrap();
    let rest = house.get(&format!("/api/v1/export?after={behind}")).await;
    assert_eq!(rest.text.lines().count(), 51);
    assert_eq!(house.get("/api/v1/export?market=US").await.text.lines().count(), 1);
    assert_eq!(house.get("/api/v1/export?market=DE").await.text.lines().count(), 150);
    assert_eq!(house.get("/api/v1/export?market=FR").await.text, "");
}

#[tokio::test(start_paused = true)]
async fn a_limit_is_told_before_it_is_reached_and_when_there_is_more() {
    let house = House::with(|site| site.with_limits(Limits::usual()));
    let path = format!("/api/v1/listings/{ITEM}");
    let first = house.seen_from("203.0.113.7", &path).await;
    assert_eq!(first.header("ratelimit-policy"), "\"read\";q=60;w=6");
    assert_eq!(first.header("ratelimit"), "\"read\";r=59;t=0");
    for _ in 0..59 {
        assert_eq!(house.seen_from("203.0.113.7", &path).await.status, StatusCode::OK);
    }
    let refused = house.seen_from("203.0.113.7", &path).await;
    assert_eq!(
        (refused.status, refused.json()["type"].as_str()),
        (StatusCode::TOO_MANY_REQUESTS, Some("too_many_requests"))
    );
    assert_eq!(refused.header("retry-after"), "1");
    let page = house.seen_from("203.0.113.7", "/").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.header("content-type").starts_with("text/html"));
    assert_eq!(house.seen_from("203.0.113.7", "/healthz").await.status, StatusCode::OK);
    assert_eq!(house.seen_from("203.0.113.8", &path).await.status, StatusCode::OK);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(house.seen_from("203.0.113.7", &path).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_wishlist_beyond_reason_is_refused_by_what_there_is_too_much_of() {
    let house = House::new();
    let line = json!({"item": ITEM, "unit_price": "1.00"});
    let discount = |number: usize| {
        json!({"id": format!("d{number}"), "kind": "code", "currency": "USD",
        "benefit": {"type": "fixed", "amount": "0.10"}})
    };
    for (lines, discounts, field) in [(101, 0, "lines"), (1, 101, "discounts")] {
        let discounts: Vec<_> = (0..discounts).map(discount).collect();
        let body = json!({"market": "US", "currency": "USD", "at": "2026-06-03T12:00:00Z",
            "lines": vec![line.clone(); lines], "discounts": discounts});
        let answer = house.post("/api/v1/baskets", &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
        assert_eq!(answer.json()["field"], field);
        assert!(
            answer.json()["detail"].as_str().unwrap().contains("at most 100"),
            "{}",
            answer.text
        );
    }
}
