//! The official API as a source: what is sent, what each answer becomes, and what each refusal means.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tillwatch_app::ports::linker::Linker;
use tillwatch_app::ports::source::{Ask, Depth, Reading, Source, SourceError};
use tillwatch_core::snapshot::Outcome;
use tillwatch_net::secret::Secret;
use tillwatch_net::sources::affiliate::sign::{Parameters, SignMethod};
use tillwatch_net::sources::affiliate::{Affiliate, CALLS_PER_DAY, SPACING, Settings};

use crate::support::{Peer, Reply, Seen, ask, now, ok, status};

const SECRET: &str = "s3cr3t-of-the-app";

fn source(peer: &Peer) -> Affiliate {
    let settings = Settings {
        gateway: peer.url("/sync"),
        app_key: "512345".into(),
        app_secret: Secret::new(SECRET.into()),
        sign_method: SignMethod::Sha256,
        tracking_id: Some("till watch".into()),
        language: "EN".into(),
        calls_per_day: CALLS_PER_DAY,
        spacing: SPACING,
    };
    Affiliate::new(settings, peer.client())
}

fn product(id: &str, price: &str, currency: &str) -> Value {
    json!({
        "product_id": id,
        "product_title": "Invented lamp",
        "sku_id": "12000099900022202",
        "target_sale_price": price,
        "target_sale_price_currency": currency,
    })
}

/// An answer in the recorded shape.
fn answer(products: &[Value]) -> String {
    let result = json!({ "current_record_count": products.len(), "products": { "product": products } });
    let body = json!({ "resp_result": { "resp_code": 200, "result": result }, "request_id": "0" });
    json!({ "aliexpress_affiliate_productdetail_get_response": body }).to_string()
}

const LAMP: &str = "1005000222222222";
const CHAIR: &str = "1005000222222223";

async fn read(reply: Reply, ask: &Ask) -> Result<Vec<Reading>, SourceError> {
    let peer = Peer::always(reply).await;
    source(&peer).read(ask, now()).await
}

async fn error(reply: Reply) -> SourceError {
    read(reply, &ask("DE", "EUR", &[LAMP])).await.unwrap_err()
}

fn outcomes(readings: &[Reading]) -> Vec<(&str, Outcome)> {
    readings
        .iter()
        .map(|one| (one.item.as_str(), one.snapshot.outcome))
        .collect()
}

/// The signature that the request ought to have.
fn expected_sign(seen: &Seen) -> String {
    let url = url::Url::parse("http://peer/").unwrap().join(&seen.target).unwrap();
    let form = url::form_urlencoded::parse(seen.body.as_bytes());
    let all: Vec<(String, String)> = url
        .query_pairs()
        .chain(form)
        .map(|(k, v)| (k.into(), v.into()))
        .collect();
    let all: Parameters<'_> = all
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    SignMethod::Sha256.sign(&Secret::new(SECRET.into()), "", &all)
}

#[tokio::test]
async fn a_call_is_signed_with_the_systems_parameters_in_the_address_and_its_own_in_the_body() {
    let peer = Peer::always(ok(answer(&[]))).await;
    let asked = ask("GB", "GBP", &[LAMP, CHAIR]);
    source(&peer).read(&asked, now()).await.unwrap();
    let seen = &peer.seen()[0];
    assert_eq!(seen.method, "POST");
    assert!(seen.target.starts_with("/sync?"));
    for (name, value) in [
        ("app_key", "512345"),
        ("method", "aliexpress.affiliate.productdetail.get"),
        ("sign_method", "sha256"),
        ("timestamp", "1795348800000"),
        ("format", "json"),
        ("v", "2.0"),
    ] {
        assert_eq!(seen.query(name).as_deref(), Some(value), "{name}");
        assert_eq!(seen.field(name), None, "{name}");
    }
    for (name, value) in [
        ("product_ids", "1005000222222222,1005000222222223"),
        ("country", "UK"),
        ("target_currency", "GBP"),
        ("target_language", "EN"),
        ("tracking_id", "till watch"),
    ] {
        assert_eq!(seen.field(name).as_deref(), Some(value), "{name}");
        assert_eq!(seen.query(name), None, "{name}");
    }
    assert_eq!(seen.query("sign"), Some(expected_sign(seen)));
    assert!(!format!("{seen:?}").contains(SECRET));
    assert!(!format!("{:?}", source(&peer)).contains(SECRET));
}

#[tokio::test]
async fn fifty_listings_are_one_call_and_more_are_none() {
    let peer = Peer::always(ok(answer(&[]))).await;
    let source = source(&peer);
    let limits = source.limits();
    assert_eq!(
        (limits.items_per_call, limits.day_offset, limits.calls_per_day),
        (50, 28_800, 5_000)
    );
    assert_eq!(
        (source.name(), source.depth(), limits.spacing),
        ("affiliate", Depth::Brief, SPACING)
    );
    let ids: Vec<String> = (0..51).map(|n| format!("10050002222222{n:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(
        source.read(&ask("DE", "EUR", &ids[..50]), now()).await.unwrap().len(),
        50
    );
    let refused = source.read(&ask("DE", "EUR", &ids), now()).await;
    assert!(matches!(refused, Err(SourceError::Misconfigured { .. })), "{refused:?}");
    assert_eq!(source.read(&ask("DE", "EUR", &[]), now()).await, Ok(Vec::new()));
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn each_listing_that_was_asked_for_is_answered_once_in_its_order() {
    let stranger = product("1005000999999999", "1.00", "EUR");
    let products = [
        product(CHAIR, "7.50", "EUR"),
        stranger,
        product("1005000222222224", "0.00", "EUR"),
        product("1005000222222225", "9.00", "USD"),
        // As the US storefront numbers it.
        product("3256800035907474", "4.00", "EUR"),
    ];
    let asked = ask(
        "DE",
        "EUR",
        &[
            LAMP,
            CHAIR,
            "1005000222222224",
            "1005000222222225",
            "1005000222222226",
            CHAIR,
        ],
    );
    let readings = read(ok(answer(&products)), &asked).await.unwrap();
    assert_eq!(
        outcomes(&readings),
        [
            (LAMP, Outcome::ApiRefused),
            (CHAIR, Outcome::Ok),
            ("1005000222222224", Outcome::NoPrice),
            ("1005000222222225", Outcome::OtherCurrency),
            ("1005000222222226", Outcome::Ok),
            (CHAIR, Outcome::Ok),
        ]
    );
    let missing = readings[0].snapshot.detail.as_deref().unwrap();
    assert!(
        missing.contains("not in the affiliate programme, or not for DE"),
        "{missing}"
    );
    assert_eq!(readings[1].snapshot.variants[0].price.unwrap().to_string(), "7.50");
    assert!(readings[3].snapshot.variants.is_empty());
}

#[tokio::test]
async fn a_currency_that_the_api_does_not_have_costs_no_call() {
    let peer = Peer::always(ok(answer(&[]))).await;
    let readings = source(&peer).read(&ask("PL", "PLN", &[LAMP]), now()).await.unwrap();
    assert_eq!(outcomes(&readings), [(LAMP, Outcome::OtherCurrency)]);
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn no_result_is_an_answer_for_each_listing() {
    let body = json!({ "resp_result": { "resp_code": 405, "resp_msg": "The result is empty" } });
    for body in [
        json!({ "aliexpress_affiliate_productdetail_get_response": &body }),
        body,
    ] {
        let readings = read(ok(body.to_string()), &ask("DE", "EUR", &[LAMP, CHAIR]))
            .await
            .unwrap();
        assert_eq!(
            outcomes(&readings),
            [(LAMP, Outcome::ApiRefused), (CHAIR, Outcome::ApiRefused)]
        );
    }
}

fn gateway(kind: &str, code: &str, msg: &str) -> Reply {
    ok(json!({ "error_response": { "type": kind, "code": code, "msg": msg, "request_id": "0" } }).to_string())
}

/// H173.
#[tokio::test]
async fn a_ban_of_a_second_is_waited_out_and_the_days_quota_until_midnight_in_beijing() {
    let ban = "Api access frequency exceeds the limit. this ban will last 1 seconds";
    let after = Some(Duration::from_secs(1));
    let told = error(gateway("ISP", "ApiCallLimit", ban)).await;
    assert_eq!(
        told,
        SourceError::Later {
            after,
            why: format!("ApiCallLimit: {ban}")
        }
    );
    let spent = error(gateway("ISP", "ApiCallLimit", "the daily quota is used up")).await;
    assert_eq!(
        spent.to_string(),
        "the source's calls for today are used up, until 2026-11-22T16:00:00Z"
    );
}

#[tokio::test]
async fn a_wrong_key_or_signature_is_a_matter_of_configuration_in_each_envelope() {
    let words = "The request signature does not conform to platform standards";
    let gop = json!({ "type": "ISV", "code": "IncompleteSignature", "message": words, "request_id": "0" });
    let tracking = json!({ "resp_result": { "resp_code": "402", "resp_msg": "TrackingId input parameter error" } });
    for reply in [
        gateway("ISV", "IncompleteSignature", words),
        gateway("ISV", "MissingParameter", "app_key"),
        ok(gop.to_string()),
        ok(json!({ "aliexpress_affiliate_productdetail_get_response": tracking }).to_string()),
        Reply::Whole(400, Vec::new(), gop.to_string().into_bytes()),
    ] {
        let told = error(reply).await;
        assert!(matches!(told, SourceError::Misconfigured { .. }), "{told:?}");
        assert!(!told.to_string().contains(SECRET));
    }
}

#[tokio::test]
async fn an_error_of_the_apis_own_and_one_that_nobody_knows_pass() {
    let system = json!({ "resp_result": { "resp_code": 404, "resp_msg": "system error" } });
    for reply in [
        ok(system.to_string()),
        gateway("SYSTEM", "isp.new-trouble", "try again"),
    ] {
        let told = error(reply).await;
        assert!(matches!(told, SourceError::Later { after: None, .. }), "{told:?}");
    }
}

#[tokio::test]
async fn retry_after_is_honoured_in_seconds_and_as_a_date() {
    for (reply, seconds) in [
        (status(429, &[("retry-after", "30")]), Some(30)),
        (
            status(429, &[("retry-after", "Sun, 22 Nov 2026 12:02:00 GMT")]),
            Some(120),
        ),
        (status(429, &[("retry-after", "soon")]), None),
        (status(429, &[]), None),
        (status(503, &[("retry-after", "60")]), Some(60)),
    ] {
        let told = error(reply).await;
        let SourceError::Later { after, .. } = told else {
            panic!("{told:?}")
        };
        assert_eq!(after.map(|after| after.as_secs()), seconds);
    }
}

#[tokio::test]
async fn a_gateway_that_is_broken_cut_or_no_gateway_is_unreachable() {
    let cut = b"HTTP/1.1 200 So\r\ncontent-length: 5000\r\n\r\n{\"aliexpress_aff".to_vec();
    let whole = answer(&[product(LAMP, "1.00", "EUR")]);
    for reply in [
        status(500, &[]),
        status(503, &[]),
        status(302, &[("location", "http://169.254.169.254/")]),
        status(404, &[]),
        Reply::Raw(cut),
        ok(""),
        ok("{}"),
        ok("[]"),
        ok("<html><body>It works</body></html>"),
        ok(whole[..whole.len() / 2].to_owned()),
    ] {
        let told = error(reply.clone()).await;
        assert!(matches!(told, SourceError::Unreachable { .. }), "{reply:?}: {told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_never_answers_is_given_up_after_half_a_minute() {
    let started = tokio::time::Instant::now();
    let told = error(Reply::Silence).await;
    assert!(matches!(told, SourceError::Unreachable { .. }), "{told:?}");
    assert_eq!(started.elapsed().as_secs(), 30);
}

#[tokio::test]
async fn a_challenge_in_place_of_an_answer_is_named() {
    let page = "<html><body><script src=\"https://www.aliexpress.com/_____tmd_____/punish?x5secdata=1\"></script></body></html>";
    let told = error(ok(page)).await;
    assert!(matches!(told, SourceError::Challenged { .. }), "{told:?}");
}

#[tokio::test]
async fn a_gateway_that_may_not_be_reached_is_a_matter_of_configuration() {
    let peer = Peer::always(ok(answer(&[]))).await;
    let stranger = Peer::always(ok("")).await;
    let settings = Settings {
        gateway: peer.url("/sync"),
        app_key: "512345".into(),
        app_secret: Secret::new(SECRET.into()),
        sign_method: SignMethod::Sha256,
        tracking_id: None,
        language: "EN".into(),
        calls_per_day: CALLS_PER_DAY,
        spacing: SPACING,
    };
    let source = Affiliate::new(settings, stranger.client());
    let told = source.read(&ask("DE", "EUR", &[LAMP]), now()).await.unwrap_err();
    assert!(matches!(told, SourceError::Misconfigured { .. }), "{told:?}");
    assert_eq!(peer.connections(), 0);
}

/// A recording, if they are there: beside the repository, never in it.
fn recorded(name: &str) -> Option<Vec<u8>> {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/fixtures/affiliate-api"
    ));
    std::fs::read(folder.join(name)).ok()
}

#[tokio::test]
async fn a_recorded_answer_is_a_price_for_who_asked_in_its_currency_only() {
    let Some(body) = recorded("2026-09-productdetail.get-ILS-cny-store.json") else {
        return;
    };
    let item = "1005006338829917";
    let reading = read(ok(body.clone()), &ask("IL", "ILS", &[item]))
        .await
        .unwrap()
        .remove(0);
    assert_eq!((reading.item.as_str(), reading.snapshot.outcome), (item, Outcome::Ok));
    assert_eq!(reading.snapshot.variants[0].price.unwrap().to_string(), "15.68");
    let other = read(ok(body.clone()), &ask("IL", "USD", &[item])).await.unwrap();
    assert_eq!(outcomes(&other), [(item, Outcome::OtherCurrency)]);
    let missing = read(ok(body), &ask("IL", "ILS", &[LAMP])).await.unwrap();
    assert_eq!(outcomes(&missing), [(LAMP, Outcome::ApiRefused)]);
}

#[tokio::test]
async fn a_recorded_answer_of_a_promotion_keeps_its_code() {
    let Some(body) = recorded("2026-09-featuredpromo.products.get-ILS-with-promo-code.excerpt.json") else {
        return;
    };
    let answer: Value = serde_json::from_slice(&body).unwrap();
    let products =
        &answer["aliexpress_affiliate_featuredpromo_products_get_response"]["resp_result"]["result"]["products"];
    let ids: Vec<String> = products["product"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["product_id"].as_str().unwrap().into())
        .collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let readings = read(ok(body), &ask("IL", "ILS", &ids)).await.unwrap();
    assert!(
        readings.iter().all(|one| one.snapshot.outcome == Outcome::Ok),
        "{:?}",
        outcomes(&readings)
    );
    assert!(readings.iter().any(|one| !one.snapshot.discounts.is_empty()));
}

const CLEAN: &str = "https://www.aliexpress.com/item/1005000222222222.html";
const COUNTED: &str = "https://s.click.aliexpress.com/s/made-up";

/// An answer of `link.generate`, flat or wrapped.
fn links(flat: bool, source: &str, link: &str) -> Reply {
    let link = json!([{ "promotion_link": link, "source_value": source }]);
    let list = if flat { link } else { json!({ "promotion_link": link }) };
    let result = json!({ "resp_code": 200, "result": { "promotion_links": list, "total_result_count": 1 } });
    ok(json!({ "aliexpress_affiliate_link_generate_response": { "resp_result": result } }).to_string())
}

async fn linked(reply: Reply) -> Result<Option<String>, SourceError> {
    let peer = Peer::always(reply).await;
    source(&peer).link(CLEAN, now()).await
}

#[tokio::test]
async fn a_link_is_made_for_the_address_that_was_asked_for_and_leads_to_the_marketplace_alone() {
    let peer = Peer::always(links(false, CLEAN, COUNTED)).await;
    assert_eq!(source(&peer).link(CLEAN, now()).await, Ok(Some(COUNTED.to_owned())));
    let seen = &peer.seen()[0];
    assert_eq!(
        seen.query("method").as_deref(),
        Some("aliexpress.affiliate.link.generate")
    );
    for (name, value) in [
        ("source_values", CLEAN),
        ("promotion_link_type", "0"),
        ("tracking_id", "till watch"),
    ] {
        assert_eq!(seen.field(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(seen.query("sign"), Some(expected_sign(seen)));
    assert_eq!(linked(links(true, CLEAN, COUNTED)).await, Ok(Some(COUNTED.to_owned())));
    for (source, link) in [
        ("https://www.aliexpress.com/item/1005000222222223.html", COUNTED),
        (CLEAN, "https://s.click.aliexpress.com.evil.example/s/x"),
        (CLEAN, "http://s.click.aliexpress.com/s/x"),
        (CLEAN, "javascript:alert(1)"),
        (CLEAN, ""),
    ] {
        assert_eq!(linked(links(false, source, link)).await, Ok(None), "{source} {link}");
    }
}

#[tokio::test]
async fn a_link_that_is_refused_is_told_as_what_it_was_refused_for() {
    let refused = |code: &str| {
        let body = json!({ "resp_result": { "resp_code": code, "resp_msg": "words" } });
        ok(json!({ "aliexpress_affiliate_link_generate_response": body }).to_string())
    };
    assert_eq!(linked(refused("405")).await, Ok(None));
    let wrong = linked(refused("402")).await;
    assert!(matches!(wrong, Err(SourceError::Misconfigured { .. })), "{wrong:?}");
    let nothing = linked(ok("{}")).await;
    assert!(matches!(nothing, Err(SourceError::Unreachable { .. })), "{nothing:?}");
}
