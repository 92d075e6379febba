//! What the readers make of saved pages, product answers and recordings of our own making, one of each shape.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

#[path = "pages/discounts.rs"]
mod discounts;

use discounts::discount;
use tillwatch_core::discount::Benefit;
use tillwatch_core::id::{PoolId, SkuId};
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{self, Outcome, Snapshot, Variant};
use tillwatch_net::readers::read;

fn path(name: &str) -> String {
    format!("{}/tests/fixtures/pages/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The one snapshot of a fixture.
fn one(name: &str) -> Snapshot {
    let mut seen = read(&std::fs::read(path(name)).unwrap());
    assert_eq!(seen.len(), 1, "{name}");
    seen.remove(0)
}

/// What identifies a listing: item, store, seller, market, currency.
fn whose(seen: &Snapshot) -> [String; 5] {
    let text = |id: Option<String>| id.unwrap_or_default();
    [
        text(seen.item.as_ref().map(ToString::to_string)),
        text(seen.store.as_ref().map(ToString::to_string)),
        text(seen.seller.as_ref().map(ToString::to_string)),
        text(seen.market.map(|market| market.to_string())),
        text(seen.currency.map(|currency| currency.to_string())),
    ]
}

fn amount(money: Option<Money>) -> String {
    money.map_or_else(|| "-".into(), |money| money.to_string())
}

/// `price/list @ warehouse xstock`, with `!` where it cannot be bought.
fn variant(variant: &Variant) -> String {
    format!(
        "{}: {}/{} @{} x{}{}",
        variant.name.as_deref().unwrap_or("-"),
        amount(variant.price),
        amount(variant.list_price),
        variant.warehouse.as_ref().map_or("-", |warehouse| warehouse.as_str()),
        variant.stock.map_or_else(|| "-".into(), |stock| stock.to_string()),
        if variant.salable { "" } else { " !" },
    )
}

fn variants(seen: &Snapshot) -> Vec<String> {
    seen.variants.iter().map(variant).collect()
}

fn json(benefit: &Benefit) -> String {
    serde_json::to_string(benefit).unwrap()
}

#[test]
fn a_page_of_2022_is_read_out_of_its_script() {
    let seen = one("modules.html");
    assert_eq!((seen.outcome, &*seen.shape), (Outcome::Ok, "page_modules"));
    assert_eq!(whose(&seen), ["1005000186314875", "1100000042", "770001", "US", "USD"]);
    assert_eq!(seen.title.as_deref(), Some("Moss lamp; \"}]};</script-like> title"));
    let categories: Vec<_> = seen.categories.iter().map(ToString::to_string).collect();
    assert_eq!(categories, ["39", "3392"]);
    let want = ["Moss: 14.50/20.00 @CN x7", "Rust: 22.00/- @US x3", "Rust: -/- @CN x0 !"];
    assert_eq!(variants(&seen), want);
}

#[test]
fn shipping_is_the_lines_own_unless_it_is_marked_as_pooled() {
    let seen = one("modules.html");
    let ways: Vec<_> = seen
        .shipping
        .iter()
        .map(|way| (way.fee.to_string(), way.pool.is_some(), way.days))
        .collect();
    assert_eq!(
        ways,
        [("0.00".into(), false, None), ("3.15".into(), false, Some((9, 13)))]
    );

    let seen = one("components-es.json");
    let way = &seen.shipping[0];
    assert_eq!(way.pool.as_ref().map(PoolId::as_str), Some("choice"));
    assert_eq!(
        (amount(Some(way.fee)), amount(way.free_from)),
        ("47.15".into(), "155.00".into())
    );
}

#[test]
fn a_first_orders_price_never_becomes_the_public_one() {
    let seen = one("modules-newcomer.json");
    assert_eq!(
        (seen.outcome, variants(&seen)),
        (Outcome::Ok, vec!["Moss: 6.00/- @- x7".into()])
    );
    assert_eq!(amount(seen.variants[0].new_shopper_price), "0.99");
    assert_eq!(seen.notes.len(), 1);

    let seen = one("newcomer-only.json");
    assert_eq!((seen.outcome, seen.variants.len()), (Outcome::NoPrice, 0));
}

#[test]
fn a_page_of_autumn_2022_is_read_by_its_numbered_blocks() {
    let seen = one("dida.json");
    assert_eq!((seen.outcome, &*seen.shape), (Outcome::Ok, "page_dida"));
    assert_eq!(whose(&seen), ["1005000000000777", "9100", "770002", "FR", "EUR"]);
    assert_eq!(variants(&seen), ["Rust: 7.10/9.00 @US x30"]);
    assert_eq!(seen.notes, ["A price is for a lot of 5 pieces."]);
    let coupon = discount(&seen, "WHISTLE00001");
    assert_eq!(
        (amount(coupon.min_spend), json(&coupon.benefit)),
        ("20.00".into(), r#"{"type":"fixed","amount":"2.00"}"#.into())
    );
}

#[test]
fn a_page_of_2024_is_read_in_its_language_and_currency() {
    let seen = one("components-es.json");
    assert_eq!((seen.outcome, &*seen.shape), (Outcome::Ok, "page_components"));
    assert_eq!(whose(&seen), ["1005000000000888", "911000001", "770003", "MX", "MXN"]);
    assert_eq!(variants(&seen), ["Moss: 1950.05/2072.20 @- x38", "Rust: -/- @- x38 !"]);
    assert_eq!(seen.selected_sku.as_ref().map(SkuId::as_str), Some("12000000000000301"));
    assert_eq!(
        seen.seen_at.map(|at| at.to_string()).as_deref(),
        Some("2024-03-01T19:49:28Z")
    );
    let every = json(&discount(&seen, "store_discount-3001").benefit);
    assert_eq!(every, r#"{"type":"per_spend","every":"3100.50","amount":"33.30"}"#);
}

#[test]
fn a_product_answer_is_unwrapped_its_references_followed_its_merchant_found() {
    let seen = one("mtop.jsonp");
    assert_eq!((seen.outcome, &*seen.shape), (Outcome::Ok, "mtop_product"));
    assert_eq!(whose(&seen), ["1005000000000999", "1104000077", "", "PL", "PLN"]);
    let want = [
        "Moss: 18.50/25.00 @CN x5",
        "Rust: 1018.50/- @US x2",
        "Rust: -/- @CN x0 !",
    ];
    assert_eq!(variants(&seen), want);
    assert_eq!(
        seen.notes,
        ["The store card names Shell Store; the merchant is store 1104000077."]
    );
}

#[test]
fn an_answer_marked_as_a_newcomers_keeps_the_original_price() {
    let path = format!("{}/tests/fixtures/pages/mtop.jsonp", env!("CARGO_MANIFEST_DIR"));
    let marked = r#""PRICE_BANNER": {"atmosphereCode": "new_user_platform_allowance_atm"}, "PRODUCT_TITLE""#;
    let answer = std::fs::read_to_string(path)
        .unwrap()
        .replace("\"PRODUCT_TITLE\"", marked);
    let seen = read(answer.as_bytes()).remove(0);
    assert_eq!(variants(&seen)[..2], ["Moss: 25.00/- @CN x5", "Rust: -/- @US x2"]);
    let first_orders: Vec<_> = seen.variants.iter().map(|v| amount(v.new_shopper_price)).collect();
    assert_eq!(first_orders, ["18.50", "1018.50", "-"]);
}

#[test]
fn one_price_for_unequal_variants_and_one_piece_each_is_a_first_orders() {
    let sku = |n, list: &str| {
        format!(
            r#"{{"skuIdStr": "1200000000000{n}", "skuVal": {{"availQuantity": 9, "isActivity": true,
                "skuAmount": {{"value": {list}}}, "skuActivityAmount": {{"value": 8.52}}}}}}"#
        )
    };
    let page = |limit: u8, second: &str| {
        let data = format!(
            r#"{{"productInfoComponent": {{"idStr": "1005000000000111"}}, "currencyComponent": {{"currencyCode": "MXN"}},
                "promotionComponent": {{"purchaseLimitNumMax": {limit}}},
                "priceComponent": {{"skuPriceList": [{}, {}]}}}}"#,
            sku(1, "180.89"),
            sku(2, second)
        );
        amount(read(data.as_bytes())[0].variants[0].price)
    };
    assert_eq!(page(1, "181.93"), "180.89");
    assert_eq!(page(0, "181.93"), "8.52");
    assert_eq!(page(1, "180.89"), "8.52");
    assert_eq!(page(1, "20.00"), "8.52");
}

#[test]
fn a_recording_gives_the_fullest_reading_of_each_listing() {
    let seen = one("recording.har");
    assert_eq!(
        (seen.outcome, &*seen.shape, seen.variants.len()),
        (Outcome::Ok, "mtop_product", 3)
    );
    assert_eq!(
        seen.seen_at.map(|at| at.to_string()).as_deref(),
        Some("2026-02-03T10:00:02Z")
    );
}

#[test]
fn a_summary_for_search_engines_gives_one_price() {
    let seen = one("json-ld.html");
    assert_eq!((seen.outcome, &*seen.shape), (Outcome::Ok, "json_ld"));
    assert_eq!(whose(&seen), ["1005000000000555", "", "", "", "PKR"]);
    assert_eq!(variants(&seen), ["-: 1284.50/- @- x-"]);
}

#[test]
fn a_search_page_gives_the_cards_that_its_script_holds() {
    let path = format!("{}/tests/fixtures/api/cards.json", env!("CARGO_MANIFEST_DIR"));
    let cards = std::fs::read_to_string(path).unwrap();
    let script = cards.trim().replacen("\"data\":", "data:", 1);
    let page = format!("<html><script>window._dida_config_._init_data_= {script};</script></html>");
    let (bare, in_page) = (read(cards.as_bytes()), read(page.as_bytes()));
    assert!(bare.len() > 1);
    assert_eq!(in_page, bare);
}

#[test]
fn flattened_records_are_read_and_a_failed_one_is_refused() {
    let seen = one("flat.json");
    assert_eq!(whose(&seen), ["1005000186314875", "1100000099", "", "US", "USD"]);
    assert_eq!(
        (variants(&seen), seen.shipping.len()),
        (vec!["-: 5.15/8.20 @- x-".into()], 1)
    );

    let seen = one("flat-variants.json");
    assert_eq!(whose(&seen), ["4000000000321", "1205", "", "", "INR"]);
    assert_eq!(variants(&seen), ["Rust: 2480.32/3100.40 @RU x4", "Moss: -/- @- x0 !"]);

    assert_eq!(one("flat-failed.json").outcome, Outcome::ParseFailed);
}

#[test]
fn everything_that_is_no_price_has_its_outcome_and_keeps_none() {
    for (name, outcome, item) in [
        ("banned.json", Outcome::OtherRegion, "1005000186314875"),
        ("sold-out.json", Outcome::SoldOut, "1005000186314875"),
        ("no-currency.json", Outcome::OtherCurrency, "1005000186314875"),
        ("mtop-hollow.json", Outcome::EmptyShell, ""),
        ("mtop-challenge.json", Outcome::Blocked, ""),
        ("mtop-no-token.json", Outcome::ApiRefused, ""),
        ("cart.json", Outcome::NotAListing, ""),
        ("challenge.html", Outcome::Blocked, ""),
        ("shell.html", Outcome::EmptyShell, "1005000000000999"),
        ("gone.html", Outcome::Removed, "1005000000000444"),
        ("store.html", Outcome::NotAListing, ""),
    ] {
        let seen = one(name);
        assert_eq!((seen.outcome, whose(&seen)[0].as_str()), (outcome, item), "{name}");
        assert!(
            seen.variants.is_empty() && seen.currency.is_none() && seen.detail.is_some(),
            "{name}"
        );
    }
}

#[test]
fn what_is_read_of_each_fixture_comes_back_when_it_is_kept() {
    let mut read_back = 0;
    for folder in ["pages", "api"] {
        for file in std::fs::read_dir(path(&format!("../{folder}"))).unwrap() {
            let file = file.unwrap().path();
            for seen in read(&std::fs::read(&file).unwrap()) {
                let kept = serde_json::to_vec(&seen).unwrap();
                assert_eq!(snapshot::read(&kept), Ok(seen), "{}", file.display());
                read_back += 1;
            }
        }
    }
    assert!(read_back > 30, "{read_back}");
}
