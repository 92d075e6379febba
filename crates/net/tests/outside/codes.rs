//! Codes of single listings by the official API: what is asked, and what of an answer is believed.

use std::path::PathBuf;

use serde_json::{Value, json};
use tillwatch_app::ports::codes::{Answer, CodeSource, Question};
use tillwatch_app::ports::source::SourceError;
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Benefit, Discount, Uses};
use tillwatch_core::id::ItemId;
use tillwatch_core::money::Currency;
use tillwatch_net::secret::Secret;
use tillwatch_net::sources::affiliate::sign::SignMethod;
use tillwatch_net::sources::affiliate::{Affiliate, CALLS_PER_DAY, SPACING, Settings};

use crate::support::{Peer, Reply, now, ok, status};

const LAMP: &str = "1005000222222222";
const CHAIR: &str = "1005000222222223";

fn source(peer: &Peer) -> Affiliate {
    let settings = Settings {
        gateway: peer.url("/sync"),
        app_key: "512345".into(),
        app_secret: Secret::new("s3cr3t-of-the-app".into()),
        sign_method: SignMethod::Sha256,
        tracking_id: None,
        language: "EN".into(),
        calls_per_day: CALLS_PER_DAY,
        spacing: SPACING,
    };
    Affiliate::new(settings, peer.client())
}

fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn campaign(market: &str, paid_in: &str) -> Question {
    Question::Campaign {
        name: "Promo Codes".into(),
        market: country(market),
        currency: currency(paid_in),
    }
}

fn promotions(market: &str, items: &[&str]) -> Question {
    Question::Promotions {
        market: country(market),
        currency: currency("EUR"),
        items: items.iter().map(|item| ItemId::parse(item).unwrap()).collect(),
    }
}

async fn told(question: &Question, reply: Reply) -> Result<Answer, SourceError> {
    let peer = Peer::always(reply).await;
    source(&peer).ask(question, now()).await
}

async fn codes(question: &Question, reply: Reply) -> Vec<Discount> {
    match told(question, reply).await.unwrap() {
        Answer::Codes(codes) => codes,
        other @ Answer::Campaigns(_) => panic!("{other:?}"),
    }
}

/// An answer of a method under its name.
fn named(method: &str, result: &Value) -> Reply {
    let body = json!({ "resp_result": { "resp_code": 200, "result": result }, "request_id": "0" });
    ok(json!({ format!("aliexpress_affiliate_{method}_response"): body }).to_string())
}

/// A product with a code; the window as it is written.
fn product(id: &str, code: &str, left: &str, until: &str) -> Value {
    json!({
        "product_id": id, "product_title": "Invented lamp", "sku_id": "12000099900022202",
        "target_sale_price": "20.00", "target_sale_price_currency": "EUR",
        "promo_code_info": {
            "code_campaigntype": "1", "code_value": "On order over EUR 10 , get EUR 2 off", "code_mini_spend": "10",
            "promo_code": code, "code_quantity": left,
            "code_availabletime_start": "2026-11-01 00:00:00", "code_availabletime_end": until,
        },
    })
}

#[tokio::test]
async fn each_question_is_one_call_of_its_method_with_its_own_parameters() {
    let reply = named("hotproduct_query", &json!({ "products": { "product": [] } }));
    let hot = Question::Hot {
        market: country("GB"),
        currency: currency("GBP"),
    };
    for (question, method, parameters) in [
        (
            campaign("DE", "EUR"),
            "aliexpress.affiliate.featuredpromo.products.get",
            &[
                ("promotion_name", "Promo Codes"),
                ("country", "DE"),
                ("target_currency", "EUR"),
                ("page_size", "50"),
            ][..],
        ),
        (
            hot,
            "aliexpress.affiliate.hotproduct.query",
            &[("ship_to_country", "UK"), ("target_currency", "GBP")],
        ),
        (
            promotions("DE", &[LAMP, CHAIR]),
            "aliexpress.affiliate.promotion.info.get",
            &[
                ("product_id", "1005000222222222,1005000222222223"),
                ("ship_to_country", "DE"),
                ("currency", "EUR"),
            ],
        ),
    ] {
        let peer = Peer::always(reply.clone()).await;
        let source = source(&peer);
        assert_eq!(source.method(&question), Some(method));
        source.ask(&question, now()).await.unwrap();
        let [seen] = peer.seen().try_into().unwrap();
        assert_eq!(seen.query("method").as_deref(), Some(method));
        for (name, value) in parameters {
            assert_eq!(seen.field(name).as_deref(), Some(*value), "{method}: {name}");
        }
    }
}

#[tokio::test]
async fn what_is_not_served_costs_no_call() {
    let peer = Peer::always(ok("")).await;
    let source = source(&peer);
    let zloty = campaign("PL", "PLN");
    for question in [promotions("BR", &[LAMP]), zloty] {
        assert_eq!(source.method(&question), None);
        assert_eq!(source.ask(&question, now()).await, Ok(Answer::Codes(Vec::new())));
    }
    let items: Vec<String> = (0..11).map(|n| format!("10050002222222{n:02}")).collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    let refused = source.ask(&promotions("DE", &items), now()).await;
    assert!(matches!(refused, Err(SourceError::Misconfigured { .. })), "{refused:?}");
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn campaigns_are_told_by_name_flat_or_wrapped() {
    let promo = |name: &str| json!({ "promo_name": name, "promo_desc": "words", "product_num": 7 });
    let list = json!([
        promo("Hot Product"),
        promo("Promo Codes"),
        json!({ "promo_desc": "no name" })
    ]);
    for promos in [list.clone(), json!({ "promo": list })] {
        let reply = named(
            "featuredpromo_get",
            &json!({ "current_record_count": 3, "promos": promos }),
        );
        let names = vec!["Hot Product".to_owned(), "Promo Codes".to_owned()];
        assert_eq!(told(&Question::Campaigns, reply).await, Ok(Answer::Campaigns(names)));
    }
    let nothing = json!({ "resp_result": { "resp_code": 405, "resp_msg": "The result is empty" } });
    let none = told(&Question::Campaigns, ok(nothing.to_string())).await;
    assert_eq!(none, Ok(Answer::Campaigns(Vec::new())));
    let odd = told(&Question::Campaigns, named("featuredpromo_get", &json!({}))).await;
    assert!(matches!(odd, Err(SourceError::Unreachable { .. })), "{odd:?}");
}

#[tokio::test]
async fn a_code_comes_with_its_listings_window_and_how_many_are_left() {
    let list = [
        product(LAMP, "LAMP2", "19999", "2026-12-31 23:59:59"),
        // The same listing once more, with another code, and the first code on another listing.
        product(LAMP, "LAMP9", "0", "while stocks last"),
        product(CHAIR, "LAMP2", "19999", "2026-12-31 23:59:59"),
        product("1005000222222225", "", "1", ""),
        json!({ "product_id": "1005000222222226", "target_sale_price": "1", "target_sale_price_currency": "EUR" }),
    ];
    let reply = named(
        "featuredpromo_products_get",
        &json!({ "products": { "product": list } }),
    );
    let found = codes(&campaign("DE", "EUR"), reply).await;
    let typed: Vec<Option<&str>> = found.iter().map(|code| code.code.as_deref()).collect();
    assert_eq!(typed, [Some("LAMP2"), Some("LAMP9"), None]);
    let first = &found[0];
    let items: Vec<&str> = first.scope.items.iter().map(ItemId::as_str).collect();
    assert_eq!(items, [LAMP, CHAIR]);
    assert!(matches!(first.benefit, Benefit::Fixed { amount } if amount.to_string() == "2.00"));
    // Midnight in Los Angeles.
    assert_eq!(first.valid_from.unwrap().to_string(), "2026-11-01T00:00:00-07:00");
    assert_eq!(first.valid_until.unwrap().to_string(), "2027-01-01T00:00:00-08:00");
    assert_eq!((first.provenance.left, first.uses), (Some(19_999), None));
    assert_eq!(first.provenance.source.as_deref(), Some("affiliate API"));
    let second = &found[1];
    assert_eq!((second.provenance.left, second.uses), (Some(0), Some(Uses::Limited(0))));
    assert_eq!(second.valid_until, None);
    let words = second.provenance.text.as_deref().unwrap();
    assert!(words.contains("unreadable time while stocks last"), "{words}");
}

#[tokio::test]
async fn promotions_are_believed_of_the_listings_that_were_asked_for_and_weakly() {
    let promotion = json!({
        "generic_redemption_code": "FIVE", "offer_type": "generic_code", "coupon_value_type": "money_off",
        "money_off_amount": "5.00 EUR", "minimum_purchase_amount": "50.00 EUR", "long_title": "Five off",
        "promotion_effective_dates": "2026-11-01T00:00:00Z/2026-11-30T23:59:59Z",
    });
    let of = |id: Option<&str>| json!({ "product_id": id, "promotions": [promotion] });
    let results = json!([of(Some(LAMP)), of(Some("1005000999999999")), of(None)]);
    let body = json!({ "code": "0", "msg": "success", "result": { "promotion_results": results } });
    let found = codes(&promotions("DE", &[LAMP, CHAIR]), ok(body.to_string())).await;
    let [five] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(five.scope.items, [ItemId::parse(LAMP).unwrap()]);
    assert_eq!(five.provenance.confidence.as_deref(), Some("low"));
    assert_eq!(five.min_spend.unwrap().to_string(), "50.00");
    let empty = json!({ "code": "0", "result": { "promotion_results": [] } });
    assert_eq!(codes(&promotions("DE", &[LAMP]), ok(empty.to_string())).await, []);
}

#[tokio::test]
async fn a_refusal_is_of_permission_of_speed_or_of_something_that_passes() {
    let gateway = |kind: &str, code: &str, msg: &str| {
        ok(json!({ "error_response": { "type": kind, "code": code, "msg": msg, "request_id": "0" } }).to_string())
    };
    let hot = Question::Hot {
        market: Country::US,
        currency: Currency::USD,
    };
    for question in [hot, Question::Campaigns, promotions("DE", &[LAMP])] {
        let words = "App does not have permission to access this api";
        let refused = told(&question, gateway("ISV", "InsufficientPermission", words)).await;
        assert!(matches!(refused, Err(SourceError::NotPermitted { .. })), "{refused:?}");
        let ban = "Api access frequency exceeds the limit. this ban will last 1 seconds";
        let refused = told(&question, gateway("ISP", "ApiCallLimit", ban)).await;
        assert!(matches!(refused, Err(SourceError::Later { .. })), "{refused:?}");
        for reply in [status(500, &[]), ok("<html></html>"), ok("[]")] {
            let refused = told(&question, reply).await;
            assert!(matches!(refused, Err(SourceError::Unreachable { .. })), "{refused:?}");
        }
    }
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
async fn the_recorded_campaign_has_one_code_with_its_window() {
    let Some(body) = recorded("2026-09-featuredpromo.products.get-ILS-with-promo-code.excerpt.json") else {
        return;
    };
    let found = codes(&campaign("IL", "ILS"), ok(body)).await;
    let [code] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(code.code.as_deref(), Some("AJO7RM0ITRX2"));
    assert_eq!(code.scope.items, [ItemId::parse("1005001592619483").unwrap()]);
    assert_eq!(code.provenance.left, Some(19_999));
    assert_eq!(code.valid_until.unwrap().to_string(), "2027-01-01T00:00:00-08:00");
}

#[tokio::test]
async fn the_documented_promotions_are_codes_of_their_listing() {
    let Some(body) = recorded("synthetic-promotion.info.get.json") else {
        return;
    };
    let item = "1005000000000001";
    let found = codes(&promotions("US", &[item]), ok(body)).await;
    let [code] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(code.code.as_deref(), Some("FIXTURECODE"));
    assert_eq!(code.scope.items, [ItemId::parse(item).unwrap()]);
}
