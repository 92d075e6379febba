//! Listings by words and the names of categories by the official API: what is asked, and what of an answer is believed.

use serde_json::{Value, json};
use tillwatch_app::ports::finder::{Finder, Offered, Question};
use tillwatch_app::ports::source::SourceError;
use tillwatch_core::country::Country;
use tillwatch_core::id::CategoryId;
use tillwatch_core::money::{Currency, Money};
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
        tracking_id: Some("default".into()),
        language: "EN".into(),
        calls_per_day: CALLS_PER_DAY,
        spacing: SPACING,
    };
    Affiliate::new(settings, peer.client())
}

fn question(market: &str, currency: &str) -> Question {
    Question {
        words: "Perceuse à percussion".into(),
        market: Country::parse(market).unwrap(),
        currency: Currency::parse(currency).unwrap(),
        category: None,
        least: None,
        most: None,
    }
}

/// With a category and the prices between these.
fn narrow(market: &str, currency: &str, least: i64, most: i64) -> Question {
    let open = question(market, currency);
    let money = |minor| Some(Money::new(minor, open.currency));
    Question {
        category: CategoryId::parse("1420").ok(),
        least: money(least),
        most: money(most),
        ..open
    }
}

async fn found(question: &Question, reply: Reply) -> Result<Vec<Offered>, SourceError> {
    let peer = Peer::always(reply).await;
    source(&peer).find(question, now()).await
}

/// An answer of a method under its name.
fn named(method: &str, result: &Value) -> Reply {
    let body = json!({ "resp_result": { "resp_code": 200, "result": result }, "request_id": "0" });
    ok(json!({ format!("aliexpress_affiliate_{method}_response"): body }).to_string())
}

fn products(list: &Value) -> Reply {
    named("product_query", &json!({ "products": { "product": list } }))
}

fn product(id: &str, price: &str, currency: &str) -> Value {
    json!({
        "product_id": id, "product_title": "Lamp <b>5</b>\n& \"more\"", "sku_id": "12000099900022202",
        "target_sale_price": price, "target_sale_price_currency": currency,
        "sale_price": "1.00", "sale_price_currency": "CNY",
    })
}

fn gateway(kind: &str, code: &str, msg: &str) -> Reply {
    ok(json!({ "error_response": { "type": kind, "code": code, "msg": msg, "request_id": "0" } }).to_string())
}

#[tokio::test]
async fn a_question_is_one_call_with_the_filters_that_the_method_knows() {
    let peer = Peer::always(products(&json!([]))).await;
    let source = source(&peer);
    for question in [
        question("GB", "GBP"),
        narrow("GB", "GBP", 1_050, 9_900),
        narrow("JP", "JPY", 1_050, 9_900),
    ] {
        assert_eq!(source.find(&question, now()).await, Ok(Vec::new()));
    }
    let [plain, narrow, yen] = peer.seen().try_into().unwrap();
    let method = Some("aliexpress.affiliate.product.query");
    assert_eq!(plain.query("method").as_deref(), method);
    assert!(!plain.target.contains("Perceuse"), "words stand in the body alone");
    for (name, value) in [
        ("keywords", Some("Perceuse à percussion")),
        ("ship_to_country", Some("UK")),
        ("target_currency", Some("GBP")),
        ("page_size", Some("50")),
        ("category_ids", None),
        ("min_sale_price", None),
        ("max_sale_price", None),
    ] {
        assert_eq!(plain.field(name).as_deref(), value, "{name}");
    }
    for (name, value) in [
        ("category_ids", "1420"),
        ("min_sale_price", "1050"),
        ("max_sale_price", "9900"),
    ] {
        assert_eq!(narrow.field(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(
        yen.field("min_sale_price"),
        None,
        "what it wants of yen is known to nobody"
    );
}

#[tokio::test]
async fn a_currency_that_the_api_has_no_prices_in_costs_no_call() {
    let peer = Peer::always(ok("")).await;
    let source = source(&peer);
    let zloty = question("PL", "PLN");
    assert_eq!(source.finding(zloty.currency), None);
    assert_eq!(source.find(&zloty, now()).await, Ok(Vec::new()));
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn a_listing_is_told_once_with_a_price_as_it_was_asked_for_or_not_at_all() {
    let list = json!([
        product(LAMP, "20.00", "EUR"),
        // The same with another code.
        product(LAMP, "20.00", "EUR"),
        product(CHAIR, "9.99", "EUR"),
        product("1005000222222224", "20.00", "USD"),
        product("1005000222222225", "0.00", "EUR"),
        product("1005000222222226", "cheap", "EUR"),
        product("", "20.00", "EUR"),
        { "product_id": "1005000222222227", "product_title": "No price" },
        // The first one once more, by its id on the storefront of the United States.
        product("3256800035907470", "7.50", "EUR"),
    ]);
    let all = found(&question("DE", "EUR"), products(&list)).await.unwrap();
    let told: Vec<(&str, String)> = all
        .iter()
        .map(|one| (one.item.as_str(), one.price.to_string()))
        .collect();
    assert_eq!(told, [(LAMP, "20.00".to_owned()), (CHAIR, "9.99".to_owned()),]);
    assert_eq!(all[0].title.as_deref(), Some("Lamp <b>5</b> & \"more\""));
    assert_eq!(all[0].price.currency().code(), "EUR");
    // Flat lists are simplified answers, and what lies outside of the bounds is none.
    let flat = named("product_query", &json!({ "products": list }));
    let few = found(&narrow("DE", "EUR", 800, 1_000), flat).await.unwrap();
    assert_eq!(few.iter().map(|one| one.item.as_str()).collect::<Vec<_>>(), [CHAIR]);
}

#[tokio::test]
async fn nothing_found_is_an_answer_and_a_refusal_is_none() {
    let empty = json!({ "aliexpress_affiliate_product_query_response": {
        "resp_result": { "resp_code": 405, "resp_msg": "The result is empty" }, "request_id": "0" } });
    for reply in [ok(empty.to_string()), products(&json!([]))] {
        assert_eq!(found(&question("DE", "EUR"), reply).await, Ok(Vec::new()));
    }
    let words = "App does not have permission to access this api";
    let refused = found(&question("DE", "EUR"), gateway("ISV", "InsufficientPermission", words)).await;
    assert!(matches!(refused, Err(SourceError::NotPermitted { .. })), "{refused:?}");
    let ban = "Api access frequency exceeds the limit. this ban will last 1 seconds";
    let refused = found(&question("DE", "EUR"), gateway("ISP", "ApiCallLimit", ban)).await;
    assert!(matches!(refused, Err(SourceError::Later { .. })), "{refused:?}");
    for reply in [status(500, &[]), ok("<html></html>"), ok("[]"), ok("{}")] {
        let refused = found(&question("DE", "EUR"), reply).await;
        assert!(matches!(refused, Err(SourceError::Unreachable { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn categories_come_with_their_names_flat_or_wrapped() {
    let list = json!([
        { "category_id": 15, "category_name": "Home & Garden" },
        { "category_id": "1501", "category_name": "Kitchen\n Tools", "parent_category_id": 15 },
        { "category_id": 44, "category_name": "Electronics", "parent_category_id": 0 },
        { "category_id": 45, "category_name": " " },
        { "category_name": "No number" },
    ]);
    for categories in [list.clone(), json!({ "category": list })] {
        let reply = named(
            "category_get",
            &json!({ "total_result_count": 5, "categories": categories }),
        );
        let peer = Peer::always(reply).await;
        let all = source(&peer).categories(now()).await.unwrap();
        let told: Vec<(&str, &str, Option<&str>)> = all
            .iter()
            .map(|one| (one.id.as_str(), &*one.name, one.parent.as_ref().map(CategoryId::as_str)))
            .collect();
        assert_eq!(
            told,
            [
                ("15", "Home & Garden", None),
                ("1501", "Kitchen Tools", Some("15")),
                ("44", "Electronics", None)
            ]
        );
        let method = peer.seen()[0].query("method");
        assert_eq!(method.as_deref(), Some("aliexpress.affiliate.category.get"));
    }
    for odd in [named("category_get", &json!({})), ok("<html></html>"), ok("[]")] {
        let peer = Peer::always(odd).await;
        let refused = source(&peer).categories(now()).await;
        assert!(matches!(refused, Err(SourceError::Unreachable { .. })), "{refused:?}");
    }
}
