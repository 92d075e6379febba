//! The signed API: its answers read back to the facts of the world, and its ways of saying no.

use serde_json::Value;
use tillwatch_core::discount::Benefit;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_market::faults::Surface;
use tillwatch_market::shop::{Key, sign};
use tillwatch_market::view::{Listing, Takes, Variant};
use tillwatch_market::world::MARKETS;
use tillwatch_net::readers;

use crate::support::{Open, SECRET, encoded, free_key, noon};

const DETAILS: &str = "aliexpress.affiliate.productdetail.get";

/// The variant that the API tells of.
fn default_variant(listing: &Listing) -> &Variant {
    let salable = listing.variants.iter().find(|variant| variant.salable);
    salable.unwrap_or(&listing.variants[0])
}

fn holds(seen: &Snapshot, listing: &Listing) {
    let variant = default_variant(listing);
    assert_eq!(seen.item.as_ref(), Some(&listing.item));
    assert_eq!(
        seen.title.as_deref(),
        Some(listing.title.split_whitespace().collect::<Vec<_>>().join(" ").as_str())
    );
    assert_eq!(
        (seen.store.as_ref(), seen.currency),
        (Some(&listing.store), Some(listing.currency))
    );
    assert_eq!(seen.store_name.as_deref(), Some(listing.store_name.as_str()));
    assert_eq!(seen.seen_at.map(Instant::moment), Some(noon()));
    assert_eq!(seen.categories.len(), 2);
    let [read] = seen.variants.as_slice() else {
        panic!("{seen:?}")
    };
    assert_eq!(
        (read.sku.as_ref(), read.price),
        (Some(&variant.sku), Some(variant.price))
    );
    assert_eq!(read.list_price, Some(variant.list_price));
}

/// The items in lots of fifty, as ids with commas between.
fn lots(items: &[ItemId]) -> Vec<String> {
    items
        .chunks(50)
        .map(|lot| lot.iter().map(ItemId::as_str).collect::<Vec<_>>().join(","))
        .collect()
}

#[tokio::test]
async fn products_are_read_back_to_the_facts_of_the_world_in_both_forms() {
    let open = Open::of(150).await;
    let mut there = 0;
    let mut codes = 0;
    for market in &MARKETS {
        let currency = market.currency();
        for (place, ids) in lots(open.world.items()).into_iter().enumerate() {
            let simplify = if place % 2 == 0 { "true" } else { "false" };
            let parameters = [
                ("product_ids", ids.as_str()),
                ("country", market.country),
                ("target_currency", currency.code()),
                ("tracking_id", "default"),
                ("simplify", simplify),
            ];
            let answer = open.api(DETAILS, &parameters).await;
            let seen = readers::read(&answer.body);
            let items = ids.split(',').map(|id| ItemId::parse(id).unwrap());
            let listings: Vec<Listing> = items
                .filter_map(|item| open.world.listing(&item, market.country, noon()).ok())
                .collect();
            // What is not there is left out, the rest stands in the order of the call.
            assert_eq!(seen.len(), listings.len());
            for (seen, listing) in seen.iter().zip(&listings) {
                assert_eq!(
                    (&*seen.shape, seen.outcome),
                    ("affiliate_productdetail", Outcome::Ok),
                    "{:?}",
                    seen.detail
                );
                holds(seen, listing);
                codes += seen.discounts.len();
                same_codes(seen, &open.world.public_codes(market.country, noon()));
            }
            there += listings.len();
        }
    }
    assert!(there > 1_000 && codes > 100, "{there} {codes}");
    assert_eq!(open.shop.counts().items, there as u64);
}

/// Each code that was read is one of the published ones, to the cent and the second.
fn same_codes(seen: &Snapshot, published: &[tillwatch_market::view::Offer]) {
    for discount in &seen.discounts {
        let offer = published.iter().find(|offer| offer.code == discount.code).unwrap();
        match (&discount.benefit, &offer.takes) {
            (Benefit::Fixed { amount }, Takes::Fixed(taken)) => assert_eq!(amount, taken),
            (benefit, takes) => panic!("{benefit:?} of {takes:?}"),
        }
        assert_eq!(
            discount.min_spend,
            Some(offer.minimum).filter(|minimum| minimum.is_positive())
        );
        assert_eq!(discount.valid_from.map(Instant::moment), Some(offer.starts));
        assert_eq!(discount.valid_until.map(Instant::moment), Some(offer.ends));
    }
}

#[tokio::test]
async fn a_form_in_the_body_is_read_as_a_query_is() {
    let open = Open::of(20).await;
    let listing = open.first("US");
    let signed = open.signed(DETAILS, &[("product_ids", listing.item.as_str()), ("country", "US")]);
    let pairs = |body: bool| -> String {
        let of = |name: &str| matches!(name, "product_ids" | "country") == body;
        let pairs = signed.iter().filter(|(name, _)| of(name));
        pairs
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect::<Vec<_>>()
            .join("&")
    };
    let form = [("content-type", "application/x-www-form-urlencoded;charset=utf-8")];
    let answer = open
        .send("POST", &format!("/sync?{}", pairs(false)), &form, &pairs(true))
        .await;
    holds(&readers::read(&answer.body)[0], &listing);
}

#[tokio::test]
async fn a_right_signature_is_accepted_by_each_method_and_one_flipped_bit_is_refused() {
    let open = Open::of(20).await;
    let listing = open.first("US");
    for method in ["sha256", "md5", "hmac"] {
        let mut signed = open.signed(DETAILS, &[("product_ids", listing.item.as_str())]);
        signed.insert("sign_method".into(), method.into());
        let right = sign(method, SECRET, &signed).unwrap();
        let mut wrong = right.clone().into_bytes();
        wrong[5] ^= 1;
        for (signature, outcome) in [
            (right, Outcome::Ok),
            (String::from_utf8(wrong).unwrap(), Outcome::ApiRefused),
        ] {
            signed.insert("sign".into(), signature);
            let pairs: Vec<String> = signed
                .iter()
                .map(|(name, value)| format!("{name}={}", encoded(value)))
                .collect();
            let answer = open.get(&format!("/sync?{}", pairs.join("&"))).await;
            assert_eq!(
                readers::read(&answer.body)[0].outcome,
                outcome,
                "{method}: {}",
                answer.text()
            );
        }
    }
    let counts = open.shop.counts();
    assert_eq!(
        (counts.refusals["IncompleteSignature"], counts.calls_to(Surface::Api)),
        (3, 6)
    );
}

#[tokio::test]
async fn the_gateway_says_no_in_its_own_words() {
    let open = Open::with(20, |shop| {
        let plain = Key::new("777", SECRET).every(jiff::SignedDuration::ZERO);
        shop.with_key(free_key()).with_key(plain)
    })
    .await;
    let hours_ago = (noon().as_millisecond() - 7_201_000).to_string();
    let fifty_one = vec!["1005004000000000"; 51].join(",");
    for (parameters, code) in [
        (vec![("app_key", "999")], "InvalidAppKey"),
        (vec![("app_key", " ")], "MissingParameter"),
        (vec![("timestamp", hours_ago.as_str())], "IncompleteSignature"),
        (vec![("timestamp", "2026-11-18 20:00:00")], "MissingParameter"),
        (vec![("timestamp", "2026-11-18 12:00:00")], "IncompleteSignature"),
        (vec![("sign_method", "sha1")], "IncompleteSignature"),
        (vec![("method", "aliexpress.affiliate.nothing.get")], "InvalidApiPath"),
        (vec![("product_ids", fifty_one.as_str())], "InvalidParameter"),
        (
            vec![
                ("app_key", "777"),
                ("method", "aliexpress.affiliate.promotion.info.get"),
            ],
            "InsufficientPermission",
        ),
    ] {
        let mut signed = open.signed(DETAILS, &parameters);
        for (name, value) in &parameters {
            signed.insert((*name).into(), (*value).into());
        }
        let signature = sign("sha256", SECRET, &signed).unwrap();
        signed.insert("sign".into(), signature);
        let pairs: Vec<String> = signed
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let answer = open.get(&format!("/sync?{}", pairs.join("&"))).await;
        assert_eq!(answer.json()["error_response"]["code"], code, "{parameters:?}");
        assert_eq!(
            (answer.status, readers::read(&answer.body)[0].outcome),
            (200, Outcome::ApiRefused)
        );
    }
}

#[tokio::test]
async fn what_is_nowhere_is_no_result() {
    let open = Open::of(20).await;
    let answer = open.api(DETAILS, &[("product_ids", "1005009999999999")]).await;
    assert_eq!(
        answer.json()["aliexpress_affiliate_productdetail_get_response"]["resp_result"]["resp_code"],
        405
    );
    assert_eq!(readers::read(&answer.body)[0].outcome, Outcome::ApiRefused);
}

#[tokio::test]
async fn a_search_finds_by_words_category_and_price_and_goes_on_by_pages() {
    let open = Open::of(300).await;
    let query = "aliexpress.affiliate.product.query";
    let parameters = [
        ("keywords", "drill"),
        ("category_ids", "1420,15"),
        ("ship_to_country", "DE"),
        ("target_currency", "EUR"),
    ];
    let found = |seen: &[Snapshot]| seen.iter().filter_map(|one| one.item.clone()).collect::<Vec<_>>();
    let wanted: Vec<ItemId> = open
        .world
        .items()
        .iter()
        .filter_map(|item| open.world.listing(item, "DE", noon()).ok())
        .filter(|listing| listing.variants.iter().any(|variant| variant.salable))
        .filter(|listing| listing.title.to_lowercase().contains("drill") && listing.categories[0].id.as_str() == "1420")
        .map(|listing| listing.item)
        .collect();
    let mut pages = Vec::new();
    for page in ["1", "2", "3", "4", "5", "6", "7", "8", "9"] {
        let of_page = [("page_no", page), ("page_size", "4")];
        let answer = open.api(query, &[&parameters[..], &of_page].concat()).await;
        pages.extend(found(&readers::read(&answer.body)));
    }
    assert!(!wanted.is_empty());
    assert_eq!(pages, wanted);
    assert_eq!(open.shop.counts().items, wanted.len() as u64);

    let sorted = [
        ("min_sale_price", "1000"),
        ("max_sale_price", "5000"),
        ("sort", "SALE_PRICE_ASC"),
        ("page_size", "50"),
    ];
    let answer = open
        .api(
            query,
            &[&[("ship_to_country", "DE"), ("target_currency", "EUR")], &sorted[..]].concat(),
        )
        .await;
    let prices: Vec<i64> = readers::read(&answer.body)
        .iter()
        .filter_map(|one| one.variants[0].price)
        .map(Money::minor)
        .collect();
    assert!(prices.len() > 10 && prices.is_sorted() && prices.iter().all(|price| (1_000..=5_000).contains(price)));
}

#[tokio::test]
async fn categories_are_told_with_the_wider_one_that_each_stands_in() {
    let open = Open::of(5).await;
    let answer = open.api("aliexpress.affiliate.category.get", &[]).await.json();
    let result = &answer["aliexpress_affiliate_category_get_response"]["resp_result"]["result"];
    let all = result["categories"]["category"].as_array().unwrap();
    assert_eq!((all.len(), &result["total_result_count"]), (18, &Value::from(18)));
    let of = |id: u64| all.iter().find(|one| one["category_id"] == id).unwrap();
    assert_eq!(of(15)["category_name"], "Home & Garden");
    assert_eq!(
        (&of(15)["parent_category_id"], &of(1501)["parent_category_id"]),
        (&Value::Null, &15.into())
    );
}

#[tokio::test]
async fn a_permission_can_be_taken_away_from_an_app() {
    let category = "aliexpress.affiliate.category.get";
    let open = Open::with(5, |shop| shop.with_key(free_key().without(category))).await;
    let refused = open.api(category, &[]).await.json();
    assert_eq!(refused["error_response"]["code"], "InsufficientPermission");
    let others = open.api("aliexpress.affiliate.featuredpromo.get", &[]).await.json();
    assert_eq!(others["error_response"], Value::Null);
}

#[tokio::test]
async fn a_campaign_lists_what_is_below_its_crossed_out_price_deepest_first() {
    let open = Open::of(60).await;
    let featured = "aliexpress.affiliate.featuredpromo.products.get";
    let parameters = [
        ("promotion_name", "Hot Product"),
        ("country", "IL"),
        ("target_currency", "ILS"),
        ("page_size", "50"),
    ];
    let answer = open.api(featured, &parameters).await;
    let result = &answer.json()["aliexpress_affiliate_featuredpromo_products_get_response"]["resp_result"]["result"];
    let products = result["products"]["product"].as_array().unwrap();
    let off: Vec<i64> = products
        .iter()
        .map(|one| one["discount"].as_str().unwrap().trim_end_matches('%').parse().unwrap())
        .collect();
    assert!(off.len() > 20 && off.is_sorted_by(|a, b| a >= b) && off.iter().all(|off| *off > 0));
    assert_eq!(result["is_finished"], Value::from(result["total_page_no"] == 1));
    assert_eq!(readers::read(&answer.body)[0].shape, "affiliate_featuredpromo");
}

#[tokio::test]
async fn variants_shipping_and_promotions_are_read_back() {
    let open = Open::of(60).await;
    let market = ("ship_to_country", "FR");
    let mut promotions = 0;
    for item in open.world.items() {
        let Ok(listing) = open.world.listing(item, "FR", noon()) else {
            continue;
        };
        let salable: Vec<&Variant> = listing.variants.iter().filter(|variant| variant.salable).collect();
        let one = [
            ("product_id", item.as_str()),
            market,
            ("target_currency", "EUR"),
            ("currency", "EUR"),
        ];
        let seen = readers::read(&open.api("aliexpress.affiliate.product.sku.detail.get", &one).await.body);
        let read: Vec<_> = seen[0]
            .variants
            .iter()
            .map(|one| (one.sku.clone(), one.price))
            .collect();
        let wanted: Vec<_> = salable
            .iter()
            .map(|one| (Some(one.sku.clone()), Some(one.price)))
            .collect();
        assert_eq!(read, wanted, "{item}");

        let shipping = open.api("aliexpress.affiliate.product.shipping.get", &one).await;
        let from = &default_variant(&listing).warehouse;
        let ways = listing.shipping.iter().filter(|way| way.from == *from);
        let least = ways.min_by_key(|way| way.fee.minor()).unwrap();
        assert_eq!(
            shipping.json()["resp_result"]["result"]["shipping_fee"],
            least.fee.to_string()
        );
        // The answer names no currency, so that its reader must not use the fee.
        assert_eq!(readers::read(&shipping.body)[0].outcome, Outcome::OtherCurrency);

        let seen = readers::read(&open.api("aliexpress.affiliate.promotion.info.get", &one).await.body);
        promotions += seen[0].discounts.len();
        same_codes(&seen[0], &open.world.public_codes("FR", noon()));
    }
    assert!(promotions > 50, "{promotions}");
}

#[tokio::test]
async fn links_are_made_of_listings_and_lead_to_them() {
    let open = Open::of(20).await;
    let item = &open.first("US").item;
    let sources = format!("https://www.aliexpress.com/item/{item}.html?x=1,https://www.aliexpress.com/store/5");
    let parameters = [
        ("promotion_link_type", "0"),
        ("source_values", sources.as_str()),
        ("tracking_id", "default"),
    ];
    let answer = open.api("aliexpress.affiliate.link.generate", &parameters).await;
    let result = &answer.json()["aliexpress_affiliate_link_generate_response"]["resp_result"]["result"];
    let links = result["promotion_links"]["promotion_link"].as_array().unwrap();
    let [link] = links.as_slice() else { panic!("{links:?}") };
    assert_eq!(
        link["source_value"],
        format!("https://www.aliexpress.com/item/{item}.html?x=1")
    );
    let path = link["promotion_link"]
        .as_str()
        .unwrap()
        .strip_prefix("https://s.click.aliexpress.com")
        .unwrap();
    assert_eq!(open.get(path).await.status, 302);
}
