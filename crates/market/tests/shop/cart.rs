//! The cart: its data holds the till's own totals, and tells a listing's reader that it is none.

use serde_json::{Value, json};
use tillwatch_core::id::DiscountId;
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::Outcome;
use tillwatch_market::till::{Asked, Attached, Bill, Cart, Wanted, total};
use tillwatch_market::view::Listing;
use tillwatch_net::readers::{self, amount};

use crate::support::{Answer, Open};

async fn post(open: &Open, cart: &Value) -> Answer {
    open.send(
        "POST",
        "/cart",
        &[("content-type", "application/json")],
        &cart.to_string(),
    )
    .await
}

/// Up to three listings that can be bought.
fn bought(open: &Open, country: &str) -> Vec<Listing> {
    let items = open.world.items().iter();
    let there = items.filter_map(|item| open.world.listing(item, country, open.clock.now()).ok());
    there
        .filter(|listing| listing.variants[0].salable && listing.variants[0].stock > 4)
        .take(3)
        .collect()
}

fn summary(answer: &Answer) -> Value {
    answer.json()["data"]["data"]["app_cart_summary_component_summary"]["fields"].clone()
}

fn in_till(open: &Open, listings: &[Listing], asked: &Asked) -> Bill {
    let line = |listing: &Listing| Wanted {
        item: listing.item.clone(),
        sku: listing.variants[0].sku.clone(),
        quantity: 2,
    };
    let cart = Cart {
        market: listings[0].market.to_owned(),
        currency: listings[0].currency,
        at: open.clock.now(),
        held: Vec::new(),
        lines: listings.iter().map(line).collect(),
    };
    total(&open.world, &cart, asked).unwrap()
}

#[tokio::test]
async fn a_cart_holds_the_tills_own_totals() {
    let open = Open::of(60).await;
    let mut taken = 0;
    for country in ["US", "DE", "MX", "JP", "IL"] {
        let listings = bought(&open, country);
        let currency = listings[0].currency;
        let codes = open.world.public_codes(country, open.clock.now());
        let typed: Vec<String> = codes.iter().filter_map(|offer| offer.code.clone()).take(2).collect();
        let offers = listings.iter().flat_map(|listing| &listing.offers);
        let attached: Vec<_> = offers.map(|offer| offer.id.clone()).take(4).collect();
        let lines = listings.iter().map(
            |listing| json!({"item": listing.item.as_str(), "sku": listing.variants[0].sku.as_str(), "quantity": 2}),
        );
        let answer = post(
            &open,
            &json!({
                "market": country,
                "currency": currency.code(),
                "lines": lines.collect::<Vec<_>>(),
                "attached": attached.iter().map(DiscountId::as_str).collect::<Vec<_>>(),
                "typed": typed,
            }),
        )
        .await;
        let attached = attached.into_iter().map(|offer| Attached { offer, place: None });
        let bill = in_till(
            &open,
            &listings,
            &Asked {
                attached: attached.collect(),
                typed,
            },
        );
        taken += bill.taken.len();
        let shown = summary(&answer);
        assert_eq!(shown["payCurrencyCode"], currency.code());
        assert_eq!(shown["total"]["amount"]["cent"], bill.total.minor());
        let lines = shown["summaryTabVO"]["priceBlockList"][0]["summaryLines"]
            .as_array()
            .unwrap()
            .clone();
        let said = |line: &Value| amount::parse(line["content"]["content"].as_str().unwrap(), currency);
        assert_eq!(lines.first().and_then(said), Some(bill.listed));
        assert_eq!(lines.last().and_then(said), Some(bill.total));
        let shipping = lines.iter().find(|line| line["type"] == "shipping");
        assert_eq!(shipping.and_then(said).map(Money::minor), Some(bill.shipping.minor()));
        let seen = &readers::read(&answer.body)[0];
        assert_eq!((&*seen.shape, seen.outcome), ("mtop_cart", Outcome::NotAListing));
    }
    assert!(taken > 0);
}

#[tokio::test]
async fn a_line_that_cannot_be_bought_is_invalid_and_a_wrong_cart_is_refused() {
    let open = Open::of(60).await;
    let listing = &bought(&open, "DE")[0];
    let line = |quantity: u64| json!([{"item": listing.item.as_str(), "sku": listing.variants[0].sku.as_str(), "quantity": quantity}]);
    let many = post(
        &open,
        &json!({"market": "DE", "currency": "EUR", "lines": line(1_000_000)}),
    )
    .await;
    let invalid = &many.json()["data"]["data"]["invalid_product_item_component_0"]["fields"];
    assert_eq!(invalid["valid"], false);
    for wrong in [
        json!({"market": "DE", "currency": "USD", "lines": line(1)}),
        json!({"market": "XX", "currency": "USD", "lines": line(1)}),
        json!({"market": "DE", "currency": "EUR", "lines": []}),
        json!({"market": "DE", "lines": line(1)}),
        json!({"market": "DE", "currency": "EUR", "lines": line(1), "typed": [7]}),
    ] {
        let answer = post(&open, &wrong).await;
        assert!(
            answer.json()["ret"][0].as_str().unwrap().starts_with("FAIL_BIZ_"),
            "{wrong}"
        );
    }
}

/// The pages of an account, as a browser that ships to a country has them.
mod account {
    use super::*;

    #[tokio::test]
    async fn the_carts_page_has_the_tills_own_totals_in_its_script() {
        let open = Open::of(60).await;
        for country in ["US", "DE", "JP"] {
            let listings = bought(&open, country);
            let lines = listings
                .iter()
                .map(|listing| format!("{}:{}:2", listing.item, listing.variants[0].sku));
            let lines = lines.collect::<Vec<_>>().join(",");
            let path = format!("/p/shoppingcart/index.html?lines={lines}");
            let page = open.get_from(&path, country, listings[0].currency.code()).await;
            let brought = readers::unpack(page.text().as_bytes());
            let cart = brought.cart.unwrap();
            let bill = in_till(&open, &listings, &Asked::default());
            assert_eq!(
                (cart.total, cart.lines.len()),
                (Some(bill.total), listings.len()),
                "{country}"
            );
            for (line, billed) in cart.lines.iter().zip(&bill.lines) {
                assert_eq!(line.price.checked_mul(line.quantity), Some(billed.listed));
            }
        }
    }

    #[tokio::test]
    async fn the_coupons_page_has_what_a_listings_panel_has() {
        let open = Open::of(60).await;
        let mut personal = 0;
        for listing in bought(&open, "US") {
            let path = format!("/p/my-coupons/index.html?item={}", listing.item);
            let brought = readers::unpack(open.get(&path).await.text().as_bytes());
            let shown = readers::read(
                open.get(&format!("/item/{}.html?era=c", listing.item))
                    .await
                    .text()
                    .as_bytes(),
            );
            for coupon in &brought.coupons {
                assert!(shown[0].discounts.iter().any(|one| one.id == coupon.id), "{coupon:?}");
            }
            personal += brought.coupons.len();
        }
        assert!(personal > 0);
    }
}
