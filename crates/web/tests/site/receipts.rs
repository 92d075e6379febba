//! Receipts at lasting addresses, and the one click-out.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use tillwatch_core::history::{Lane, Minute, Price, Run};
use tillwatch_core::money::{Currency, Money};
use tillwatch_web::{Partner, Site};

use crate::house::{House, ITEM, TITLE, at, key, sku};

#[tokio::test]
async fn a_receipt_of_a_minute_says_the_same_whenever_it_is_asked_for() {
    let house = House::new();
    let listing = house.get(&format!("/i/{ITEM}?market=US&sku=1200")).await;
    let name = format!("/r/{ITEM}.US.USD.1200.public.20260603T1201Z.seed-2026");
    listing.has(&format!("href=\"{name}\""));
    let first = house.get(&name).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    first.has("The history has the same total for that minute: 20.00\u{a0}USD.");
    assert_eq!(first.headers["x-robots-tag"], "noindex");
    assert!(!first.text.contains(TITLE), "the title is text: {}", first.text);
    let written = house.get(&format!("{name}.json")).await.json();
    assert_eq!(written["stack"]["after"]["total"], "20.00");
    assert_eq!(written["recorded"], "20.00");
    *house.now.lock().unwrap() = at(100 * 24 * 60);
    assert_eq!(house.get(&format!("{name}.json")).await.json(), written);
}

#[tokio::test]
async fn a_receipt_that_cannot_be_is_not_there() {
    let house = House::new();
    for odd in [
        "x".to_owned(),
        format!("{ITEM}.US.USD.1200.public.20260603T1159Z.seed-2026"),
        format!("{ITEM}.US.USD.1200.public.20260603T1202Z.seed-2026"),
        format!("{ITEM}.US.USD.1200.public.20260603T1201Z.no-such-rules"),
        format!("{ITEM}.US.USD.9999.public.20260603T1201Z.seed-2026"),
        format!("{ITEM}.DE.EUR.1200.public.20260603T1201Z.seed-2026"),
        format!("{ITEM}.US.USD.1200.public.20260603T1201Z.%3Cb%3E"),
        "%00".to_owned(),
    ] {
        let answer = house.get(&format!("/r/{odd}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{odd}");
        assert!(!answer.text.contains("<b>"), "{}", answer.text);
    }
}

fn earning(site: Site) -> Site {
    site.with_partner(Some(
        Partner::parse("https://s.click.example/go?key=K&to={url}").unwrap(),
    ))
}

#[tokio::test]
async fn the_click_out_leads_to_the_listing_alone_and_earns_only_where_it_says_so() {
    let clean = format!("https://www.aliexpress.com/item/{ITEM}.html");
    let house = House::with(|site| site);
    let gone = house
        .get(&format!("/go/{ITEM}?next=//evil.example&url=https://evil.example"))
        .await;
    assert_eq!(
        (gone.status, gone.headers["location"].to_str().unwrap()),
        (StatusCode::SEE_OTHER, clean.as_str())
    );
    for odd in ["/go/-1", "/go/https%3A%2F%2Fevil.example", "/go/1e15"] {
        assert_eq!(house.get(odd).await.status, StatusCode::BAD_REQUEST, "{odd}");
    }
    assert_eq!(
        house.get("/go?url=https://evil.example").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    let page = format!("/i/{ITEM}?market=US&sku=1200");
    assert!(!house.get(&page).await.text.contains("/go"));

    let house = House::with(earning);
    let shown = house.get(&page).await;
    shown.has(&format!(
        "href=\"/go/{ITEM}?sku=1200\" rel=\"nofollow sponsored noreferrer\""
    ));
    shown.has(&format!("href=\"{clean}"));
    let gone = house.get(&format!("/go/{ITEM}")).await;
    let earns = gone.headers["location"].to_str().unwrap();
    assert!(
        earns.starts_with("https://s.click.example/go?key=K&to=https%3A%2F%2Fwww.aliexpress.com%2Fitem%2F"),
        "{earns}"
    );

    // Who wants none of it has the clean link only.
    let off = house
        .post("/go", &format!("partner=off&back=%2Fi%2F{ITEM}%3Fmarket%3DUS"))
        .await;
    assert_eq!(off.headers["location"], format!("/i/{ITEM}?market=US").as_str());
    let cookie = off.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("partner=off;"), "{cookie}");
    let asked = |path: &str| {
        Request::get(path)
            .header("cookie", "partner=off")
            .body(Body::empty())
            .unwrap()
    };
    assert!(!house.send(asked(&page)).await.text.contains("sponsored"));
    let gone = house.send(asked(&format!("/go/{ITEM}"))).await;
    assert_eq!(gone.headers["location"], clean.as_str());
    let away = house.post("/go", "partner=on&back=%2F%2Fevil.example").await;
    assert_eq!(away.headers["location"], "/");
}

/// A house whose listing cost 25.00 for sixty days and now strikes out this.
fn claiming(struck: i64) -> House {
    let house = House::with(|site| site);
    let now = Minute::of(at(0));
    let runs = [Run {
        start: now.minus(60 * 1_440),
        confirmed: 60 * 1_440 - 1,
        value: Price::new(2_500).unwrap(),
    }];
    let (_, variant) = house.store.track(&key(), Some(&sku()), at(0)).unwrap();
    let terms = house.store.terms_of(variant).unwrap().remove(0);
    for lane in Lane::ALL {
        house.store.put_past(variant, lane, &terms, &runs).unwrap();
    }
    house.read_with(|check| {
        let seen = check.snapshot.as_mut().unwrap();
        seen.variants[0].sku = Some(sku());
        seen.variants[0].list_price = Some(Money::new(struck, Currency::USD));
    });
    house
}

#[tokio::test]
async fn a_struck_out_price_is_held_against_what_it_really_cost() {
    let page = format!("/i/{ITEM}?market=US&sku=1200");
    let shown = claiming(5_000).get(&page).await;
    shown.has("The page strikes out 50.00\u{a0}USD and so says 60\u{a0}% off. That is decoration");
    shown.has("at most 25.00\u{a0}USD in the past year");
    let earned = claiming(2_500).get(&page).await;
    earned.has("The page strikes out 25.00\u{a0}USD and so says 20\u{a0}% off. It did cost 25.00\u{a0}USD");
    // Nothing is struck out, and nothing is judged.
    let bare = claiming(2_000).get(&page).await;
    assert!(!bare.text.contains("strikes out"), "{}", bare.text);
}
