//! The discounts of pages: coupons, codes, automatic ones, and the ids that they get.

use tillwatch_core::discount::{Audience, Benefit, Discount};
use tillwatch_core::snapshot::Snapshot;
use tillwatch_net::readers::{discounts_of, read};

use super::{amount, json, one, path};

/// The name in a discount's id; the mark of its terms follows it.
fn name(discount: &Discount) -> &str {
    discount.id.as_str().rsplit_once('~').unwrap().0
}

pub(crate) fn discount<'a>(seen: &'a Snapshot, wanted: &str) -> &'a Discount {
    seen.discounts.iter().find(|discount| name(discount) == wanted).unwrap()
}

/// From and until, as they are shown.
fn window(discount: &Discount) -> [String; 2] {
    [
        discount.valid_from.unwrap().to_string(),
        discount.valid_until.unwrap().to_string(),
    ]
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
