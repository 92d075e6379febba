//! What browsers bring: carts, coupon drawers and listings, in shapes of our own making after those that were seen.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use serde_json::{Value, json};
use tillwatch_app::ports::browser::Brought;
use tillwatch_core::discount::Audience;
use tillwatch_core::snapshot::Outcome;
use tillwatch_core::stack::explain::offer;
use tillwatch_net::readers::{read, unpack};

fn unpacked(text: &str) -> Brought {
    unpack(text.as_bytes())
}

fn amount(cent: i64, currency: &str) -> Value {
    json!({"amount": {"cent": cent, "currencyCode": currency}})
}

/// A cart of two lines, 2 pieces at 12.50 and one at 7.99, with 1.99 of shipping and 30.98 paid.
fn cart() -> Value {
    let line = |item: &str, sku: &str, pieces: u32, listed| {
        let prices = json!({"listed": amount(listed, "USD")});
        json!({"fields": {"itemId": item, "skuId": sku, "quantity": pieces, "valid": true, "title": "A lamp", "prices": prices}})
    };
    let shown = |kind: &str, text: &str| json!({"type": kind, "title": {"title": kind}, "content": {"content": text}});
    let lines = [
        shown("items_total", "US $32.99"),
        shown("promotion", "-US $4.00"),
        shown("shipping", "US $1.99"),
    ];
    json!({"api": "mtop.aliexpress.trade.cart.render", "ret": ["SUCCESS::ok"], "data": {"data": {
        "product_item_component_0": line("1005006367324382", "12000036904138213", 2, 2_500),
        "product_item_component_1": line("3256807990906987", "12000036904138214", 1, 799),
        "invalid_product_item_component_0": {"fields": {"itemId": "1005006367324383", "valid": false}},
        "app_cart_summary_component_summary": {"fields": {
            "payCurrencyCode": "USD",
            "summaryTabVO": {"priceBlockList": [{"summaryLines": lines}]},
            "total": amount(3_098, "USD"),
        }},
    }}})
}

/// A coupon of the account and one of a store.
fn drawer() -> Value {
    let entry = |group: &str, scope: &str, value: i64, minimum: &str| {
        let meta = json!({"currency": "USD", "price": value, "sellerId": "246334626"}).to_string();
        json!({
            "displayType": group, "toolCode": group, "promotionDesc": format!("US ${}.00", value / 100),
            "promotionDetail": format!("Orders over US ${minimum}"), "endTime": 1_796_198_399_000_i64,
            "attributes": {"codeScope": scope},
            "couponAssignParam": {"sellerAdminId": 246_334_626, "promotionId": 5_000_000_124_434_245_i64, "couponMeta": meta},
        })
    };
    let all = [
        entry("platformCoupon", "private", 500, "30.00"),
        entry("shopCoupon", "public", 200, "19.00"),
    ];
    json!({"data": {"couponList": all}})
}

/// A page of the marketplace whose script has the data, as it is saved.
fn saved(data: &Value) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>AliExpress</title></head><body><script>window._dida_config_ = {{}};\n\
         window._dida_config_._init_data_= {{ data: {data} }};</script></body></html>"
    )
}

/// What the extension sends of an open page.
fn sent(data: &[Value]) -> String {
    json!({"schema": "tillwatch/browser/1", "address": "https://www.aliexpress.com/item/1005006367324382.html",
           "market": "US", "data": data})
    .to_string()
}

/// A recording of one answer.
fn recorded(url: &str, body: &Value) -> String {
    let entry = json!({"request": {"url": url}, "response": {"content": {"text": body.to_string()}}});
    json!({"log": {"entries": [entry]}}).to_string()
}

#[test]
fn a_cart_is_read_with_its_lines_its_shipping_and_what_is_paid_however_it_comes() {
    let url = "https://acs.aliexpress.com/h5/mtop.aliexpress.trade.cart.render/1.0/";
    for (how, text) in [
        ("answer", cart().to_string()),
        ("callback", format!("mtopjsonp1({})", cart())),
        ("page", saved(&cart())),
        ("recording", recorded(url, &cart())),
        ("extension", sent(&[json!({"data": cart()})])),
    ] {
        let brought = unpacked(&text);
        let cart = brought.cart.unwrap_or_else(|| panic!("{how}: {:?}", brought.listings));
        let lines: Vec<_> = cart
            .lines
            .iter()
            .map(|line| format!("{} x{} {}", line.item, line.quantity, line.price))
            .collect();
        assert_eq!(
            lines,
            ["1005006367324382 x2 12.50", "1005008177221739 x1 7.99"],
            "{how}"
        );
        let paid = [cart.shipping, cart.total].map(|amount| amount.unwrap().to_string());
        assert_eq!(paid, ["1.99", "30.98"], "{how}");
        assert!(brought.listings.is_empty(), "{how}: {:?}", brought.listings);
    }
}

#[test]
fn a_cart_with_a_line_that_cannot_be_read_tells_no_total() {
    for (place, wrong) in [
        ("/data/data/product_item_component_0/fields/itemId", json!("x")),
        ("/data/data/product_item_component_0/fields/quantity", json!(0)),
        (
            "/data/data/product_item_component_0/fields/quantity",
            json!(99_999_999_999_i64),
        ),
        ("/data/data/product_item_component_0/fields/quantity", json!(3)),
        (
            "/data/data/product_item_component_0/fields/prices/listed",
            amount(2_500, "EUR"),
        ),
        (
            "/data/data/product_item_component_0/fields/prices/listed",
            amount(-2_500, "USD"),
        ),
    ] {
        let mut cart = cart();
        *cart.pointer_mut(place).unwrap() = wrong;
        let read = unpacked(&cart.to_string()).cart.unwrap();
        assert_eq!((read.lines.len(), read.total), (1, None), "{place}");
    }
}

#[test]
fn a_total_in_another_currency_is_none() {
    let mut cart = cart();
    cart["data"]["data"]["app_cart_summary_component_summary"]["fields"]["total"] = amount(3_098, "MXN");
    assert_eq!(unpacked(&cart.to_string()).cart.unwrap().total, None);
}

#[test]
fn coupons_are_read_as_the_panel_of_a_listing_shows_them_and_keep_whose_they_are() {
    let url = "https://www.aliexpress.com/p/my-coupons/index.html";
    for text in [
        drawer().to_string(),
        saved(&drawer()),
        recorded(url, &drawer()),
        sent(&[drawer(), drawer()]),
    ] {
        let brought = unpacked(&text);
        let told: Vec<_> = brought
            .coupons
            .iter()
            .map(|coupon| {
                (
                    offer(coupon),
                    coupon.kind.name().to_owned(),
                    coupon.audience == Audience::Personal,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("5.00 USD off from 30.00 USD".to_owned(), "platform".to_owned(), true),
                ("2.00 USD off from 19.00 USD".to_owned(), "store".to_owned(), false),
            ],
            "{text}"
        );
        assert!(brought.listings.is_empty() && brought.cart.is_none());
    }
}

#[test]
fn a_saved_listing_is_read_as_ever() {
    let page = std::fs::read(format!(
        "{}/tests/fixtures/pages/modules.html",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    let brought = unpack(&page);
    assert_eq!(brought.listings, read(&page));
    assert_eq!(brought.listings[0].outcome, Outcome::Ok);
    assert!(brought.cart.is_none() && brought.coupons.is_empty());
}

#[test]
fn a_page_without_data_says_so_and_which_listing_it_was() {
    for data in [
        vec![],
        vec![json!({})],
        vec![json!({"couponList": []}), json!([1, "x", null])],
    ] {
        let brought = unpacked(&sent(&data));
        let [seen] = brought.listings.as_slice() else {
            panic!("{brought:?}")
        };
        assert_eq!(seen.outcome, Outcome::EmptyShell);
        assert_eq!(seen.item.as_ref().unwrap().as_str(), "1005006367324382");
    }
}

#[test]
fn whatever_is_sent_is_answered() {
    let deep = "[".repeat(100_000);
    let (mut nested, mut many) = (cart(), cart());
    for _ in 0..20 {
        nested = json!({"data": nested});
    }
    let line = many["data"]["data"]["product_item_component_0"].clone();
    for place in 0..10_000 {
        many["data"]["data"][format!("product_item_component_{place}")] = line.clone();
    }
    assert!(unpacked(&nested.to_string()).cart.is_none(), "wrapped too deeply");
    let read = unpacked(&many.to_string()).cart.unwrap();
    assert_eq!((read.lines.len(), read.total), (200, None));
    for text in [
        "",
        "{\"schema\":\"tillwatch/browser/1\"",
        "{\"schema\":\"tillwatch/browser/1\",\"data\":7}",
        "{\"schema\":\"tillwatch/browser/1\",\"data\":[[[]]],\"address\":9,\"market\":\"\\u0000\"}",
        &deep,
        &format!("{{\"schema\":\"tillwatch/browser/1\",\"data\":{deep}"),
        "{\"log\":{\"entries\":7}}",
        "<html>\u{0}_init_data_= { data: {\"couponList\":[{\"promotionDesc\":\"x\"}]} }",
    ] {
        let brought = unpacked(text);
        assert!(brought.listings.iter().all(|seen| seen.outcome != Outcome::Ok) && brought.cart.is_none());
    }
}
