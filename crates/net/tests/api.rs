//! Answers of the official API and search cards, on invented data of the recorded shapes.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]
#![expect(clippy::indexing_slicing, reason = "a test that finds nothing must stop")]

use serde_json::{Value, json};
use tillwatch_core::discount::{Audience, Benefit, Discount, Kind, Uses};
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_net::readers::{affiliate, ds, search};

type Reader = fn(&Value) -> Option<Vec<Snapshot>>;

fn fixture(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/api")
        .join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn read(reader: Reader, name: &str) -> Vec<Snapshot> {
    reader(&fixture(name)).unwrap()
}

fn price(snapshot: &Snapshot) -> Option<String> {
    snapshot.variants.first()?.price.map(|price| price.to_string())
}

fn text(money: Option<Money>) -> Option<String> {
    money.map(|money| money.to_string())
}

fn fixed(discount: &Discount) -> Option<String> {
    match discount.benefit {
        Benefit::Fixed { amount } => Some(amount.to_string()),
        _ => None,
    }
}

#[test]
fn a_product_has_its_target_price_its_canonical_id_and_its_place() {
    let seen = &read(affiliate::read, "products_wrapped.json")[0];
    assert_eq!((seen.outcome, &*seen.shape), (Outcome::Ok, "affiliate_hotproduct"));
    assert_eq!(seen.item.as_ref().unwrap().as_str(), "1005000309771541");
    assert_eq!(price(seen).as_deref(), Some("37.45"));
    assert_eq!(text(seen.variants[0].list_price).as_deref(), Some("74.90"));
    assert_eq!(seen.variants[0].sku.as_ref().unwrap().as_str(), "12000099900011101");
    assert_eq!(seen.store.as_ref().unwrap().as_str(), "910000001");
    assert_eq!(seen.categories.len(), 2);
    assert_eq!((seen.market, seen.currency.unwrap().code()), (None, "ILS"));
    assert_eq!(seen.seen_at.unwrap().to_string(), "2026-09-21T14:13:20Z");
    assert!(
        seen.notes
            .iter()
            .any(|note| note.contains("In the app the price is 36.20"))
    );
}

#[test]
fn a_code_is_read_from_its_sentence_with_its_window_in_the_marketplaces_days() {
    let seen = read(affiliate::read, "products_wrapped.json");
    let code = &seen[0].discounts[0];
    assert_eq!((code.code.as_deref(), &code.kind), (Some("INVENTED42"), &Kind::Code));
    assert_eq!(fixed(code).as_deref(), Some("4.20"));
    assert_eq!(text(code.min_spend).as_deref(), Some("70.50"));
    assert_eq!(code.valid_from.unwrap().to_string(), "2026-03-01T00:00:00-08:00");
    assert_eq!(code.valid_until.unwrap().to_string(), "2026-12-01T00:00:00-08:00");
    assert_eq!(code.scope.items, [seen[0].item.clone().unwrap()]);
    assert_eq!(code.uses, Some(Uses::Limited(0)), "no code is left");

    let share = &seen[1].discounts[0];
    assert!(matches!(share.benefit, Benefit::Percent { percent, cap: None } if percent.to_string() == "12"));
    assert_eq!((share.currency, share.min_spend, share.uses), (None, None, None));
    assert_eq!(share.provenance.left, Some(7));

    let unknown = &seen[2].discounts[0];
    assert!(
        matches!(unknown.benefit, Benefit::Unknown { .. }),
        "kept and never guessed"
    );
    assert_eq!(text(unknown.min_spend).as_deref(), Some("10.00"));
    assert!(
        unknown
            .provenance
            .text
            .as_ref()
            .unwrap()
            .contains("unreadable time some day")
    );
}

#[test]
fn a_simplified_answer_without_its_name_is_read_and_each_product_answers_for_itself() {
    use Outcome::{NoPrice, Ok, OtherCurrency, ParseFailed};
    let seen = read(affiliate::read, "products_simplified.json");
    let outcomes: Vec<Outcome> = seen.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Ok, NoPrice, OtherCurrency, ParseFailed, OtherCurrency]);
    assert_eq!(seen[0].variants[0].sku.as_ref().unwrap().as_str(), "12000099900022202");
    let code = &seen[0].discounts[0];
    assert_eq!(
        code.currency.unwrap().code(),
        "USD",
        "the sentence's currency, not the price's"
    );
    assert_eq!(text(code.min_spend).as_deref(), Some("11.00"));
}

#[test]
fn promotions_without_a_price_keep_their_discounts() {
    let seen = &read(affiliate::read, "promotion_info.json")[0];
    assert_eq!((seen.outcome, seen.discounts.len()), (Outcome::NoPrice, 3));
    let code = &seen.discounts[0];
    assert_eq!(fixed(code).as_deref(), Some("5.50"));
    assert_eq!(code.valid_until.unwrap().to_string(), "2026-06-01T00:00:00Z");
    assert_eq!(seen.discounts[1].kind, Kind::Unknown("no_code".into()));
    assert!(matches!(seen.discounts[2].benefit, Benefit::Unknown { .. }));
}

#[test]
fn shipping_without_a_currency_is_no_fee_and_with_one_it_is() {
    let answer = |extra: Value| {
        let mut result = json!({"shipping_fee": "8.40", "min_delivery_days": "8", "max_delivery_days": "11"});
        result
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        affiliate::read(&json!({"code": "0", "resp_result": {"resp_code": "200", "result": result}})).unwrap()
    };
    let unnamed = &answer(json!({}))[0];
    assert_eq!((unnamed.outcome, unnamed.shipping.len()), (Outcome::OtherCurrency, 0));
    let named = &answer(json!({"currency": "USD"}))[0];
    assert_eq!(named.shipping[0].fee.to_string(), "8.40");
    assert_eq!(named.shipping[0].days, Some((8, 11)));
}

#[test]
fn all_variants_of_a_detail_answer_are_read_in_one_currency() {
    let seen = &read(affiliate::read, "sku_detail.json")[0];
    let prices: Vec<_> = seen.variants.iter().map(|one| text(one.price).unwrap()).collect();
    assert_eq!(prices, ["89.90", "95.00"]);
    assert_eq!(seen.variants[0].name.as_deref(), Some("Oak, L"));
    assert_eq!(seen.shipping[0].fee.to_string(), "7.49");
    assert!(seen.notes.iter().any(|note| note.contains("another currency")));
}

#[test]
fn every_refusal_is_one_answer_in_plain_words() {
    let business = |code: Value| json!({"aliexpress_affiliate_productdetail_get_response": {"resp_result": {"resp_code": code, "resp_msg": "said"}}});
    let gateway = |code: &str, msg: &str| json!({"error_response": {"type": "ISV", "code": code, "msg": msg}});
    let table = [
        (business(json!(405)), "No result"),
        (business(json!("402")), "tracking id"),
        (business(json!(401)), "publisher"),
        (business(json!(404)), "error of its own"),
        (json!({"resp_result": {"resp_code": 405}}), "No result"),
        (gateway("ApiCallLimit", "frequency exceeds the limit"), "Too many calls"),
        (gateway("IncompleteSignature", ""), "signature"),
        (gateway("11006", "InvalidParameter"), "wrong or incomplete"),
        (gateway("27", ""), "access token"),
        (
            json!({"type": "ISV", "code": "InsufficientPermission", "message": "no", "request_id": "r"}),
            "may not call",
        ),
        (json!({"error_response": {}}), "refused"),
    ];
    for (answer, words) in table {
        let seen = affiliate::read(&answer).unwrap();
        assert_eq!((seen.len(), seen[0].outcome), (1, Outcome::ApiRefused), "{answer}");
        let detail = seen[0].detail.as_deref().unwrap();
        assert!(detail.contains(words), "{detail}");
    }
    assert!(affiliate::read(&json!({"type": "ISV", "code": "0", "message": "fine"})).is_none());
}

#[test]
fn an_empty_list_is_an_outcome_and_not_an_empty_answer() {
    let empty = |method: &str| {
        let key = format!("aliexpress_affiliate_{method}_response");
        affiliate::read(&json!({key: {"resp_result": {"resp_code": 200, "result": {"products": []}}}})).unwrap()
    };
    assert_eq!(empty("productdetail_get")[0].outcome, Outcome::ApiRefused);
    assert_eq!(empty("product_query")[0].outcome, Outcome::NotAListing);
    let nothing = search::read(&json!({"mods": {"itemList": {"content": []}}})).unwrap();
    assert_eq!(nothing[0].outcome, Outcome::NotAListing);
}

#[test]
fn a_dropshipping_product_has_all_variants_and_no_placeholder_price() {
    let seen = &read(ds::read, "ds_product.json")[0];
    assert_eq!((seen.outcome, seen.market.unwrap().code()), (Outcome::Ok, "FR"));
    assert_eq!(seen.item.as_ref().unwrap().as_str(), "1005001000000001");
    assert_eq!(seen.variants.len(), 2);
    assert_eq!(price(seen).as_deref(), Some("11.15"));
    assert_eq!(seen.variants[0].warehouse.as_ref().unwrap().as_str(), "CN");
    assert_eq!(seen.variants[0].name.as_deref(), Some("Sable"));
    assert_eq!((seen.variants[1].price, seen.variants[1].salable), (None, false));
    assert_eq!(seen.notes.len(), 2);
}

#[test]
fn a_dropshipping_listing_off_sale_or_sold_out_has_no_price() {
    let mut gone = fixture("ds_product.json");
    let base = "/aliexpress_ds_product_get_response/result/ae_item_base_info_dto/product_status_type";
    *gone.pointer_mut(base).unwrap() = json!("offline");
    assert_eq!(ds::read(&gone).unwrap()[0].outcome, Outcome::Removed);
    let mut sold = fixture("ds_product.json");
    let stock =
        "/aliexpress_ds_product_get_response/result/ae_item_sku_info_dtos/ae_item_sku_info_d_t_o/0/sku_available_stock";
    *sold.pointer_mut(stock).unwrap() = json!("0");
    assert_eq!(ds::read(&sold).unwrap()[0].outcome, Outcome::SoldOut);
}

#[test]
fn a_fee_called_cents_is_in_whole_units_and_the_cheapest_comes_first() {
    let seen = &read(ds::read, "ds_freight.json")[0];
    assert_eq!(seen.outcome, Outcome::NoPrice);
    let fees: Vec<String> = seen.shipping.iter().map(|way| way.fee.to_string()).collect();
    assert_eq!(fees, ["0.00", "1.99", "2.35"]);
    assert_eq!(text(seen.shipping[2].free_from).as_deref(), Some("10.00"));
    assert!(
        seen.notes
            .iter()
            .any(|note| note.contains("written as 199.00 and shown as 1.99"))
    );
    let none = json!({"aliexpress_ds_freight_query_response": {"result": {"success": false, "code": 501, "msg": "DELIVERY_INFO_EMPTY"}}});
    let seen = &ds::read(&none).unwrap()[0];
    assert_eq!(seen.outcome, Outcome::ApiRefused);
    assert!(seen.detail.as_ref().unwrap().contains("No way of shipping"));
}

#[test]
fn a_dropshipping_search_has_the_shoppers_price_market_and_variant() {
    let seen = &read(ds::read, "ds_search.json")[0];
    assert_eq!(price(seen).as_deref(), Some("4.29"));
    assert_eq!(
        (seen.currency.unwrap().code(), seen.market.unwrap().code()),
        ("EUR", "FR")
    );
    assert_eq!(seen.selected_sku.as_ref().unwrap().as_str(), "12000099900066601");
    assert!(seen.notes.is_empty());
}

#[test]
fn a_new_shoppers_allowance_is_added_back_and_never_the_public_price() {
    let seen = &read(search::read, "cards.json");
    let drill = &seen[0];
    assert_eq!(price(drill).as_deref(), Some("27.00"));
    assert_eq!(text(drill.variants[0].new_shopper_price).as_deref(), Some("20.50"));
    assert_eq!(text(drill.variants[0].list_price).as_deref(), Some("50.00"));
    assert_eq!(drill.variants[0].warehouse.as_ref().unwrap().as_str(), "US");
    assert_eq!(drill.market.unwrap().code(), "US");
    assert_eq!(drill.seen_at.unwrap().to_string(), "2025-12-22T10:40:00Z");
    let clamp = &seen[3];
    assert_eq!(price(clamp).as_deref(), Some("6.00"));
    assert_eq!(text(clamp.variants[0].new_shopper_price).as_deref(), Some("0.99"));
}

#[test]
fn a_card_whose_price_cannot_be_explained_has_none() {
    let seen = read(search::read, "cards.json");
    for (at, words) in [(1, "mocked"), (2, "not the price shown"), (5, "does not list apart")] {
        assert_eq!((seen[at].outcome, seen[at].variants.len()), (Outcome::NoPrice, 0));
        assert!(
            seen[at].detail.as_ref().unwrap().contains(words),
            "{:?}",
            seen[at].detail
        );
    }
}

#[test]
fn the_tags_of_a_card_become_coupons_coins_shipping_and_notes() {
    let seen = read(search::read, "cards.json");
    let [coupon, coins] = seen[0].discounts.as_slice() else {
        panic!("two discounts")
    };
    assert_eq!((&coupon.kind, coupon.audience), (&Kind::Platform, Audience::Public));
    assert_eq!(
        (
            fixed(coupon).unwrap().as_str(),
            text(coupon.min_spend).unwrap().as_str()
        ),
        ("3.00", "25.00")
    );
    assert_eq!(
        (&coins.kind, coins.audience),
        (&Kind::Unknown("coins".into()), Audience::Personal)
    );
    assert!(seen[0].shipping[0].fee.is_zero());
    assert!(seen[0].notes.iter().any(|note| note.contains("≥ 4 pieces")));
    assert_eq!(
        seen[4].currency.unwrap().code(),
        "EUR",
        "each card has its own currency"
    );
    assert!(matches!(seen[4].discounts[0].benefit, Benefit::PerSpend { .. }));
}

#[test]
fn flattened_records_are_read_each_in_its_own_currency() {
    let seen = read(search::read, "flat.json");
    let outcomes: Vec<Outcome> = seen.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Ok, Outcome::Ok, Outcome::NoPrice, Outcome::NoPrice]);
    assert_eq!(
        (seen[0].currency.unwrap().code(), price(&seen[0]).as_deref()),
        ("GBP", Some("14.50"))
    );
    assert_eq!(seen[0].shipping[0].fee.to_string(), "4.05");
    assert_eq!(seen[0].discounts.len(), 2);
    assert_eq!(seen[1].item.as_ref().unwrap().as_str(), "32186314753");
}

#[test]
fn another_shape_is_nobodys() {
    for value in [
        json!(null),
        json!([]),
        json!({}),
        json!([1, "a"]),
        json!({"data": {"result": {}}}),
        json!({"code": 5}),
    ] {
        for reader in [affiliate::read as Reader, ds::read, search::read] {
            assert!(reader(&value).is_none(), "{value}");
        }
    }
    assert!(ds::read(&fixture("products_wrapped.json")).is_none());
    assert!(affiliate::read(&fixture("ds_product.json")).is_none());
}
