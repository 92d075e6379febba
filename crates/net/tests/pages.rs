//! What the readers make of saved pages, product answers and recordings of our own making, one of each shape.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use tillwatch_core::discount::{Audience, Benefit, Discount};
use tillwatch_core::id::{PoolId, SkuId};
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};
use tillwatch_net::readers::{discounts_of, read};

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

/// The name in a discount's id; the mark of its terms follows it.
fn name(discount: &Discount) -> &str {
    discount.id.as_str().rsplit_once('~').unwrap().0
}

fn discount<'a>(seen: &'a Snapshot, wanted: &str) -> &'a Discount {
    seen.discounts.iter().find(|discount| name(discount) == wanted).unwrap()
}

fn json(benefit: &Benefit) -> String {
    serde_json::to_string(benefit).unwrap()
}

/// From and until, as they are shown.
fn window(discount: &Discount) -> [String; 2] {
    [
        discount.valid_from.unwrap().to_string(),
        discount.valid_until.unwrap().to_string(),
    ]
}

#[test]
fn a_page_of_2022_is_read_out_of_its_script() {
    let seen = one("modules.html");
    assert_eq!((seen.outcome, seen.shape), (Outcome::Ok, "page_modules"));
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
fn a_private_platform_coupon_is_personal() {
    let seen = one("modules.html");
    let coupon = discount(&seen, "platform-8");
    assert_eq!((coupon.audience, coupon.kind.name()), (Audience::Personal, "platform"));
    assert_eq!(json(&coupon.benefit), r#"{"type":"fixed","amount":"3.00"}"#);
    assert_eq!(
        (amount(coupon.min_spend), coupon.code.as_deref()),
        ("4.00".into(), None)
    );
}

#[test]
fn a_store_coupon_is_the_sellers_public_code_until_the_end_of_its_last_day() {
    let seen = one("modules.html");
    let coupon = discount(&seen, "MOSSLAMP0001");
    assert_eq!((coupon.audience, coupon.kind.name()), (Audience::Public, "store"));
    assert_eq!(json(&coupon.benefit), r#"{"type":"fixed","amount":"2.50"}"#);
    assert_eq!(
        (amount(coupon.min_spend), coupon.code.as_deref()),
        ("25.00".into(), Some("MOSSLAMP0001"))
    );
    assert_eq!(
        coupon.scope.sellers,
        seen.seller.clone().into_iter().collect::<Vec<_>>()
    );
    assert_eq!(
        window(coupon),
        ["2022-12-02T00:00:00-08:00", "2023-01-01T00:00:00-08:00"]
    );
    assert_eq!(
        coupon.provenance.text.as_deref(),
        Some("US $2.50 · Orders over US $25.00")
    );
}

#[test]
fn a_window_over_the_change_of_clocks_is_shown_with_both_offsets() {
    let seen = one("components-es.json");
    let window = window(discount(&seen, "HOJALATA0001"));
    assert_eq!(window, ["2024-03-01T00:00:00-08:00", "2024-04-01T00:00:00-07:00"]);
}

#[test]
fn a_coupon_whose_data_and_words_differ_is_kept_unread() {
    let seen = one("modules.html");
    let coupon = discount(&seen, "MOSSLAMP0002");
    let words = r#"{"type":"unknown","name":"US $5.00 · Orders over US $60.00"}"#;
    assert_eq!((json(&coupon.benefit).as_str(), coupon.min_spend), (words, None));
}

#[test]
fn automatic_discounts_apply_once_rise_or_count_pieces() {
    let seen = one("modules.html");
    let read = |id: &str| json(&discount(&seen, id).benefit);
    assert_eq!(read("store_discount-611"), r#"{"type":"fixed","amount":"4.00"}"#);
    assert_eq!(amount(discount(&seen, "store_discount-611").min_spend), "40.00");
    assert_eq!(
        read("store_discount-612"),
        r#"{"type":"tiers","tiers":[{"min_spend":"30.00","amount":"1.00"},{"min_spend":"90.00","amount":"5.00"}]}"#
    );
    assert_eq!(
        read("store_discount-613"),
        r#"{"type":"pieces","tiers":[{"pieces":2,"percent":"1"},{"pieces":8,"percent":"3.5"}]}"#
    );
    assert_eq!(
        read("store_discount-614"),
        r#"{"type":"unknown","name":"A gift with orders over US $40.00"}"#
    );
    assert_eq!(
        read("spend_and_save-615"),
        r#"{"type":"per_spend","every":"50.00","amount":"6.00","cap":"18.00"}"#
    );
    assert_eq!(
        read("bulk-1005000186314875"),
        r#"{"type":"pieces","tiers":[{"pieces":3,"percent":"2"}]}"#
    );
    let free = discount(&seen, "free-shipping-770001");
    assert_eq!(
        (json(&free.benefit).as_str(), amount(free.min_spend)),
        (r#"{"type":"shipping"}"#, "40.00".into())
    );
}

/// A page with one automatic discount: the lines of its panel, and the banner in its link.
fn store_discount(lines: &[&str], banner: &str) -> Discount {
    let link = format!("https://m.aliexpress.com/search.htm?campId=77&campBannerText={banner}&marginPrice=1");
    let page = serde_json::json!({
        "productInfoComponent": {"idStr": "1005000000000111"},
        "currencyComponent": {"currencyCode": "USD"},
        "priceComponent": {"skuPriceList": [{"skuIdStr": "12000000000000111", "skuVal": {"skuAmount": {"value": 60}}}]},
        "webCouponInfoComponent": {"promotionPanelDTO": {"storeDiscount": [{"promotionPanelDetailDTOList": [
            {"toolCode": "fixedDiscount", "promotionDetailList": lines, "collectLink": link}
        ]}]}},
    });
    read(page.to_string().as_bytes()).remove(0).discounts.remove(0)
}

#[test]
fn a_store_discount_repeats_only_where_its_words_and_its_link_say_so() {
    let per = "US $4.00 off per US $40.00";
    let told = |lines: &[&str], banner: &str| {
        let found = store_discount(lines, banner);
        let kind = match found.benefit {
            Benefit::PerSpend { .. } => "per spend",
            Benefit::Fixed { .. } => "fixed",
            Benefit::Tiers { .. } => "tiers",
            _ => "other",
        };
        let words = found.provenance.text.unwrap_or_default();
        (kind, words.contains("taken once"))
    };
    for each in [
        "Get US $4.00 off each order over US $40.00",
        "US $4.00 dto. cada pedido de más de US $40.00",
        "US $4.00 off every US $40.00",
    ] {
        assert_eq!(told(&[each], per), ("per spend", false), "{each}");
        assert_eq!(told(&[each], ""), ("per spend", false), "{each}");
        let once = "US $4.00 off orders over US $40.00";
        assert_eq!(told(&[each], once), ("fixed", true), "{each}");
    }
    assert_eq!(told(&["Get US $4.00 off orders over US $40.00"], per), ("fixed", true));
    assert_eq!(told(&["Get US $4.00 off orders over US $40.00"], ""), ("fixed", false));
    let ladder = [
        "Get US $4.00 off each order over US $40.00",
        "Get US $9.00 off each order over US $80.00",
    ];
    assert_eq!(told(&ladder, per), ("tiers", false));
}

#[test]
fn a_discounts_id_is_that_of_its_terms() {
    let (page, text) = (
        one("modules.html"),
        std::fs::read_to_string(path("modules.html")).unwrap(),
    );
    let of = |text: &str, wanted: &str| discount(&read(text.as_bytes())[0], wanted).id.clone();
    let (coupon, code) = (of(&text, "platform-8"), of(&text, "MOSSLAMP0001"));
    // Another listing that shows the platform's coupon shows the same one; another seller's code is another one.
    let elsewhere = text
        .replace("3256800000000123", "3256800000000124")
        .replace("770001", "770009");
    assert_eq!(of(&elsewhere, "platform-8"), coupon);
    assert_ne!(of(&elsewhere, "MOSSLAMP0001"), code);
    for (from, to) in [
        ("Orders over US $4.00", "Orders over US $5.00"),
        ("US $3.00\"", "US $3.01\""),
        ("1680332399000", "1680418799000"),
        ("1665212400000", "1665298800000"),
    ] {
        assert!(text.contains(from), "{from}");
        assert_ne!(of(&text.replace(from, to), "platform-8"), coupon, "{from}");
    }
    let other = read(elsewhere.as_bytes()).remove(0);
    let together = discounts_of(&[page.clone(), other.clone()]);
    assert_eq!(together.len(), page.discounts.len() + other.discounts.len() - 3);
    let spend = together.iter().find(|one| name(one) == "spend_and_save-615").unwrap();
    assert_eq!(spend.scope.items.len(), 2, "one discount, for both listings");
}

#[test]
fn a_bank_offer_is_kept_and_never_public() {
    let seen = one("modules.html");
    let offer = discount(&seen, "bankCardDiscount");
    assert_eq!(
        (offer.audience, offer.kind.name()),
        (Audience::Personal, "bankCardDiscount")
    );
    assert!(matches!(offer.benefit, Benefit::Unknown { .. }));
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
    assert_eq!((seen.outcome, seen.shape), (Outcome::Ok, "page_dida"));
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
    assert_eq!((seen.outcome, seen.shape), (Outcome::Ok, "page_components"));
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
    assert_eq!((seen.outcome, seen.shape), (Outcome::Ok, "mtop_product"));
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
        (seen.outcome, seen.shape, seen.variants.len()),
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
    assert_eq!((seen.outcome, seen.shape), (Outcome::Ok, "json_ld"));
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
