//! What tills showed beside receipts: confirmed, corrected, refused where it cannot be, and never one network's alone.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::connect_info::ConnectInfo;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tillwatch_core::discount::{Benefit, Discount, Kind};
use tillwatch_core::id::{DiscountId, StoreId};
use tillwatch_core::money::{Currency, Money};
use tillwatch_web::{Limits, Site};

use crate::house::{Answer, House, ITEM, at};

/// A network, and another.
const ANN: &str = "203.0.113.7:1";
const BOB: &str = "198.51.100.7:1";

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

/// A coupon of 42.00 and more: 29.00 with both by the rules in use, 34.00 where minimums are held against what is left.
fn coupon(id: &str, kind: Kind, off: i64, from: i64) -> Discount {
    let amount = usd(off);
    let mut coupon = Discount::new(
        DiscountId::parse(id).unwrap(),
        kind,
        Benefit::Fixed { amount },
        Some(Currency::USD),
    );
    coupon.min_spend = Some(usd(from));
    coupon
}

fn house_with(set_up: impl FnOnce(Site) -> Site) -> House {
    let house = House::with(set_up);
    house.read_with(|check| {
        let checkout = check.prices[0].checkout.as_mut().unwrap();
        checkout.lines[0].unit_price = usd(4_200);
        checkout.lines[0].store = StoreId::parse("1101252900").ok();
        checkout.discounts = vec![
            coupon("P5", Kind::Platform, 500, 2_000),
            coupon("S8", Kind::Store, 800, 4_000),
        ];
        check.prices[0].terms.delivered = true;
    });
    house
}

fn house() -> House {
    house_with(|site| site)
}

fn receipt(lane: &str) -> String {
    format!("{ITEM}.US.USD.1200.{lane}.20260603T1201Z.seed-2026")
}

impl House {
    /// A form, or JSON, from an address.
    async fn say(&self, path: &str, kind: &str, body: String, from: &str) -> Answer {
        let mut request = Request::post(path)
            .header("host", "till.example")
            .header("content-type", kind)
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .unwrap();
        let from: SocketAddr = from.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(from));
        self.send(request).await
    }

    async fn tell(&self, form: &str, from: &str) -> Answer {
        let path = format!("/r/{}/till", receipt("public"));
        self.say(&path, "application/x-www-form-urlencoded", form.to_owned(), from)
            .await
    }

    async fn tell_as_json(&self, said: &Value, from: &str) -> Answer {
        let path = format!("/api/v1/receipts/{}/tills", receipt("public"));
        self.say(&path, "application/json", said.to_string(), from).await
    }

    async fn rows(&self) -> Vec<Value> {
        let told = self.get("/api/v1/agreement?market=US").await.json();
        told["items"].as_array().unwrap().clone()
    }

    /// Networks and share of what is compared.
    async fn share(&self, rules: &str, of: &str) -> Option<(u64, String)> {
        let rows = self.rows().await;
        let row = rows.iter().find(|row| row["rules"] == rules && row["of"] == of)?;
        Some((row["networks"].as_u64()?, row["share_percent"].as_str()?.to_owned()))
    }
}

fn of(networks: u64, share: &str) -> (u64, String) {
    (networks, share.to_owned())
}

#[tokio::test]
async fn a_receipt_is_confirmed_or_corrected_and_the_status_says_how_far_tills_agree() {
    let house = house();
    let page = house.get(&format!("/r/{}", receipt("public"))).await;
    page.has("What did the till say?");
    page.has("Total that the till showed, in USD");
    let listing = house.get(&format!("/i/{ITEM}?market=US&sku=1200")).await;
    listing.has(&format!("action=\"/r/{}/till\"", receipt("public")));
    house
        .get("/status")
        .await
        .has("Nobody has said yet what a till showed.");

    let same = house.tell("said=same", ANN).await;
    assert_eq!(same.status, StatusCode::SEE_OTHER, "{}", same.text);
    let to = same.headers["location"].to_str().unwrap();
    assert_eq!(to, format!("/r/{}/till?shown=29.00&counts=rules", receipt("public")));
    let thanks = house.get(to).await;
    thanks.has("the till showed 29.00\u{a0}USD, as the receipt says.");
    assert_eq!(thanks.headers["x-robots-tag"], "noindex");
    assert_eq!(house.share("seed-2026", "total").await, Some(of(1, "100")));
    assert_eq!(house.share("all-on-running", "total").await, Some(of(1, "0")));

    let other = house
        .tell("total=34%2C00&steps.platform=0&steps.store=8&price=42&shipping=0", BOB)
        .await;
    assert_eq!(other.status, StatusCode::SEE_OTHER, "{}", other.text);
    let thanks = house.get(other.headers["location"].to_str().unwrap()).await;
    thanks.has("the till showed 34.00\u{a0}USD, and the receipt says 29.00\u{a0}USD.");
    thanks.has("Your checkout probably dropped");
    for (rules, what, share) in [
        ("seed-2026", "total", "50"),
        ("all-on-running", "total", "50"),
        ("seed-2026", "total_where_rules_differ", "50"),
        ("seed-2026", "platform", "50"),
        ("seed-2026", "store", "100"),
        ("seed-2026", "price", "100"),
        ("seed-2026", "shipping", "100"),
    ] {
        assert_eq!(house.share(rules, what).await, Some(of(2, share)), "{rules} {what}");
    }
    let status = house.get("/status").await;
    status.has("Total, where the rules differ");
    status.has("few");
    // The last word of a network counts, and another one's stays.
    house.tell("said=same", BOB).await;
    assert_eq!(house.share("seed-2026", "total").await, Some(of(2, "100")));
}

#[tokio::test]
async fn what_no_till_shows_is_refused_beside_its_field_and_nothing_is_kept() {
    let house = house();
    for (form, sentence) in [
        ("", "Fill in the total that the till showed."),
        (
            "total=0",
            "0.00\u{a0}USD cannot be right here: from 0.01\u{a0}USD to 420.00\u{a0}USD is accepted.",
        ),
        ("total=-29.00", "“-29.00” is no amount in USD."),
        ("total=420.01", "420.01\u{a0}USD cannot be right here"),
        ("total=99999999999999999999", "is no amount in USD"),
        ("total=29.001", "“29.001” is no amount in USD."),
        ("total=29+EUR", "“29 EUR” is no amount in USD."),
        ("total=%3Cb%3E", "is no amount in USD"),
        ("total=29&price=0", "0.00\u{a0}USD cannot be right here"),
        ("total=29&steps.store=999", "999.00\u{a0}USD cannot be right here"),
        ("total=29&steps.code=1", "This receipt has no such line."),
        ("total=29&steps.price=1", "This receipt has no such line."),
        ("total=29&shipping=nothing", "“nothing” is no amount in USD."),
    ] {
        let answer = house.tell(form, ANN).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{form}: {}",
            answer.text
        );
        answer.has(sentence);
        assert!(!answer.text.contains("<b>"), "{}", answer.text);
    }
    let again = house.tell("total=29&price=x&own=on", ANN).await;
    again.has("id=\"price-wrong\"");
    again.has("value=\"29\"");
    again.has("<details open>");
    for (body, field) in [
        (json!({}), "total"),
        (json!({"total": "0"}), "total"),
        (json!({"total": "1e9"}), "total"),
        (json!({"total": "29.00", "same": true}), "same"),
        (json!({"same": true, "own_coupons": true}), "same"),
        (json!({"total": "29.00", "steps": {"code": "1.00"}}), "steps.code"),
        (json!({"total": "29.00", "shipping": "-1"}), "shipping"),
    ] {
        let answer = house.tell_as_json(&body, ANN).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}: {}", answer.text);
        assert_eq!(answer.json()["field"], field, "{body}");
    }
    for body in [
        json!({"total": 29}),
        json!({"total": "29.00", "network": "1"}),
        json!([]),
    ] {
        assert_eq!(
            house.tell_as_json(&body, ANN).await.status,
            StatusCode::BAD_REQUEST,
            "{body}"
        );
    }
    assert_eq!(house.rows().await, Vec::<Value>::new());
}

#[tokio::test]
async fn coupons_of_ones_own_and_other_prices_count_against_no_rule_set() {
    let house = house();
    house.tell("said=same", ANN).await;
    let own = house.tell("total=27.00&own=on", ANN).await;
    let thanks = house.get(own.headers["location"].to_str().unwrap()).await;
    thanks.has("Nothing was kept");
    assert_eq!(
        house.rows().await,
        Vec::<Value>::new(),
        "what was said before is taken back"
    );

    // Dearer than without any discount, dearer shipping, or another price: nothing that rules decide.
    for said in [
        json!({"total": "45.00"}),
        json!({"total": "30.00", "shipping": "1.00"}),
        json!({"total": "28.00", "price": "41.00"}),
    ] {
        let answer = house.tell_as_json(&said, ANN).await.json();
        assert_eq!(answer["counts"], "price", "{said}");
        assert_eq!(house.share("seed-2026", "total").await, None, "{said}");
    }
    assert_eq!(house.share("seed-2026", "price").await, Some(of(1, "0")));
}

#[tokio::test]
async fn a_program_says_the_same_and_is_told_the_diagnosis() {
    let house = house();
    let answer = house.tell_as_json(&json!({"total": "34.00"}), ANN).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let told = answer.json();
    assert_eq!(
        (&told["counts"], &told["total"], &told["shown"], &told["difference"]),
        (&"rules".into(), &"29.00".into(), &"34.00".into(), &"5.00".into())
    );
    assert_eq!(told["diagnosis"]["explanations"][0]["dropped"], json!(["P5"]));
    let less = house.tell_as_json(&json!({"total": "28.00"}), ANN).await.json();
    assert_eq!(less["difference"], "-1.00");
    let german = house.get("/api/v1/agreement?market=DE").await.json();
    assert_eq!(german["items"], json!([]));
    assert_eq!(
        house.get("/api/v1/agreement?market=x").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_receipt_that_is_not_there_hears_nothing_and_a_sticker_has_no_till() {
    let house = house();
    for odd in [
        "x".to_owned(),
        format!("{ITEM}.US.USD.1200.public.20260603T1159Z.seed-2026"),
        format!("{ITEM}.US.USD.9999.public.20260603T1201Z.seed-2026"),
        format!("{ITEM}.US.EUR.1200.public.20260603T1201Z.seed-2026"),
        format!("{ITEM}.US.USD.1200.public.20260603T1201Z.no-such-rules"),
    ] {
        let form = "application/x-www-form-urlencoded";
        let answer = house
            .say(&format!("/r/{odd}/till"), form, "said=same".into(), ANN)
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{odd}");
        let path = format!("/api/v1/receipts/{odd}/tills");
        let answer = house
            .say(&path, "application/json", json!({"same": true}).to_string(), ANN)
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{odd}");
        let asked = house.get(&format!("/r/{odd}/till?shown=1.00&counts=rules")).await;
        assert_eq!(asked.status, StatusCode::NOT_FOUND, "{odd}");
    }
    for odd in ["shown=1.00&counts=much", "shown=%3Cb%3E&counts=rules", "shown=1.00", ""] {
        let asked = house.get(&format!("/r/{}/till?{odd}", receipt("public"))).await;
        assert!(asked.status.is_client_error(), "{odd}");
        assert!(!asked.text.contains("<b>"), "{}", asked.text);
    }
    let sticker = receipt("sticker");
    let page = house.get(&format!("/r/{sticker}")).await;
    assert_eq!(
        (page.status, page.text.contains("What did the till say?")),
        (StatusCode::OK, false)
    );
    let path = format!("/api/v1/receipts/{sticker}/tills");
    let answer = house
        .say(&path, "application/json", json!({"same": true}).to_string(), ANN)
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(house.rows().await, Vec::<Value>::new());
}

#[tokio::test]
async fn no_network_swings_it_however_much_it_says() {
    let house = house();
    house.tell("said=same", BOB).await;
    *house.now.lock().unwrap() = at(200);
    for minute in 0..60 {
        let (hour, minute) = (12 + (minute + 1) / 60, (minute + 1) % 60);
        let name = format!("{ITEM}.US.USD.1200.public.20260603T{hour}{minute:02}Z.seed-2026");
        let path = format!("/r/{name}/till");
        let from = format!("203.0.113.{minute}:9");
        let answer = house
            .say(&path, "application/x-www-form-urlencoded", "total=34.00".into(), &from)
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    }
    assert_eq!(house.share("seed-2026", "total").await, Some(of(2, "50")));
    assert_eq!(house.share("all-on-running", "total").await, Some(of(2, "50")));
    // What is old is forgotten.
    *house.now.lock().unwrap() = at(184 * 24 * 60);
    assert_eq!(house.rows().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_flood_is_turned_away_and_so_is_a_form_of_another_site() {
    let house = house_with(|site| site.with_limits(Limits::usual()));
    let mut answers = Vec::new();
    for _ in 0..21 {
        answers.push(house.tell("said=same", ANN).await.status);
    }
    let taken = answers
        .iter()
        .filter(|status| **status == StatusCode::SEE_OTHER)
        .count();
    assert_eq!((taken, answers[20]), (20, StatusCode::TOO_MANY_REQUESTS));
    let path = format!("/r/{}/till", receipt("public"));
    let elsewhere = house.post_from_elsewhere(&path, "total=1.00").await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    assert_eq!(house.share("seed-2026", "total").await, Some(of(1, "100")));
}
