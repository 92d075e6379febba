//! Charts as PNG: for whoever asks, and for messages.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use tillwatch_app::App;
use tillwatch_app::ports::store::{Check, Lanes, ListingKey, Priced, Schedule, Store, Terms};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::history::Lane;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};
use tillwatch_store::Sqlite;
use tillwatch_web::Site;
use tower::ServiceExt;

const ITEM: &str = "1005006367324382";

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// So many hours after the first reading.
fn at(hours: i64) -> Instant {
    Instant::parse("2026-06-03T12:00:00Z")
        .unwrap()
        .plus_seconds(hours * 3_600)
}

fn key() -> ListingKey {
    ListingKey {
        item: ItemId::parse(ITEM).unwrap(),
        market: Country::US,
        currency: Currency::USD,
    }
}

/// A watch over one listing, read at these hours at these prices.
fn watch(readings: &[(i64, i64)]) -> Arc<App> {
    let store = Arc::new(Sqlite::in_memory().unwrap());
    let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
    let (listing, variant) = store.track(&key(), None, at(0)).unwrap();
    for (hours, minor) in readings {
        let price = Money::new(*minor, Currency::USD);
        let check = Check {
            listing,
            at: at(*hours),
            source: "test".into(),
            outcome: Outcome::Ok,
            detail: None,
            snapshot: Some(Snapshot {
                item: Some(key().item),
                title: Some("A <b>lamp</b> & more".into()),
                market: Some(Country::US),
                currency: Some(Currency::USD),
                variants: vec![Variant::at(price)],
                ..Snapshot::empty("test")
            }),
            prices: vec![Priced {
                variant,
                sku: None,
                checkout: None,
                terms: Terms {
                    rules: rules.id.clone(),
                    delivered: false,
                },
                lanes: Lanes {
                    sticker: Money::new(2_500, Currency::USD),
                    automatic: price,
                    public: price,
                    code: price,
                },
            }],
            schedule: Schedule::default(),
            alerts: Vec::new(),
        };
        store.record_checks(&[check]).unwrap();
    }
    let app = App::new(store, Vec::new(), rules, Almanac::built_in().unwrap(), at(0)).unwrap();
    let public = "https://till.example/".parse().unwrap();
    Arc::new(app.with_links(Some(public), [5; 32]).unwrap())
}

fn lamp() -> Arc<App> {
    watch(&[(0, 2_000), (12, 1_800), (30, 2_100), (40, 2_100)])
}

/// The site at the hour 48.
fn site(app: &Arc<App>) -> Site {
    Site::new(Arc::clone(app), Arc::new(|| at(48))).unwrap()
}

async fn get(app: &Arc<App>, query: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = Request::get(format!("/i/{ITEM}{query}")).body(Body::empty()).unwrap();
    let response = site(app).router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap().to_vec();
    (parts.status, parts.headers, body)
}

/// Width and height, as the header of a PNG says them.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], PNG);
    let number = |from: usize| u32::from_be_bytes(png[from..from + 4].try_into().unwrap());
    (number(16), number(20))
}

#[tokio::test]
async fn a_chart_is_a_png_of_the_width_that_is_asked_for() {
    let app = lamp();
    let (status, headers, usual) = get(&app, "/chart.png?market=US").await;
    assert_eq!(
        (status, &headers["content-type"]),
        (StatusCode::OK, &"image/png".parse().unwrap())
    );
    assert_eq!(size(&usual), (1_200, 534));
    let (_, _, small) = get(&app, "/chart.png?market=US&width=600").await;
    assert_eq!(size(&small), (600, 267));
    let (_, _, dark) = get(&app, "/chart.png?market=US&width=600&dark").await;
    let (_, _, sticker) = get(&app, "/chart.png?market=US&width=600&lane=sticker").await;
    assert!(
        small != dark && small != sticker,
        "another dress, another lane: another picture"
    );
}

#[tokio::test]
async fn what_no_chart_can_be_drawn_for_is_refused_with_its_field() {
    let app = lamp();
    for (query, field) in [
        ("width=319", "width"),
        ("width=2401", "width"),
        ("width=wide", "width"),
        ("width=-600", "width"),
        ("range=7", "range"),
        ("lane=best", "lane"),
    ] {
        let (status, _, body) = get(&app, &format!("/chart.png?market=US&{query}")).await;
        let body = String::from_utf8(body).unwrap();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert!(body.contains(&format!("\"field\":\"{field}\"")), "{query}: {body}");
    }
    let (status, ..) = get(&watch(&[]), "/chart.png?market=US").await;
    assert_eq!(status, StatusCode::NOT_FOUND, "nothing was read of it");
}

#[tokio::test]
async fn the_same_data_is_the_same_picture_drawn_anew_or_kept() {
    let app = lamp();
    let router = site(&app).router();
    let mut pictures = Vec::new();
    for router in [router.clone(), router, site(&lamp()).router()] {
        let request = Request::get(format!("/i/{ITEM}/chart.png?market=US"));
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        pictures.push(to_bytes(response.into_body(), 1 << 20).await.unwrap());
    }
    assert!(pictures.iter().all(|picture| picture == &pictures[0]));
}

/// A clock that stands still while something is drawn, so that no slow machine is in a hurry.
#[tokio::test(start_paused = true)]
async fn a_message_gets_the_chart_of_a_past_that_can_be_seen() {
    let paint = async |app: &Arc<App>| site(app).painter().paint(&key(), None, Lane::Public, at(48)).await;
    let picture = paint(&lamp()).await.unwrap();
    assert_eq!(size(&picture), (1_200, 534));
    assert!(
        paint(&watch(&[(47, 2_000), (48, 2_000)])).await.is_none(),
        "seen today for the first time"
    );
    assert!(paint(&watch(&[])).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn few_messages_wait_for_a_picture_and_the_rest_goes_without() {
    let site = site(&lamp());
    let painter = site.painter();
    let asked: Vec<_> = (0..100)
        .map(|_| {
            let painter = Arc::clone(&painter);
            tokio::spawn(async move { painter.paint(&key(), None, Lane::Public, at(48)).await.is_some() })
        })
        .collect();
    let mut drawn: usize = 0;
    for one in asked {
        drawn += usize::from(one.await.unwrap());
    }
    assert_eq!(drawn, 4, "of 100 that ask at once");
}

#[tokio::test]
async fn a_link_to_a_page_shows_its_chart() {
    let (_, _, page) = get(&lamp(), "?market=US&range=30").await;
    let page = String::from_utf8(page).unwrap();
    let image = format!(
        "<meta property=\"og:image\" content=\"https://till.example/i/{ITEM}/chart.png?market=US&#38;lane=public&#38;range=30&#38;lang=en\">"
    );
    assert!(page.contains(&image), "{page}");
    assert!(page.contains("<meta property=\"og:title\" content=\"A &#60;b&#62;lamp&#60;/b&#62; &#38; more\">"));
}
