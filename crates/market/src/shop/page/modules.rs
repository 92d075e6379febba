//! The data of pages to December 2022: blocks named `*Module`.

use jiff::Timestamp;
use serde_json::{Value, json};
use tillwatch_core::money::Money;

use super::stars;
use crate::shop::escape::markup;
use crate::shop::prices::{shown, shows_first_orders};
use crate::shop::words::{Words, number};
use crate::shop::{freight, panel, skus};
use crate::view::{Listing, Variant};

/// The data of a listing under the id that it was asked for by.
pub(super) fn data(id: &str, listing: &Listing, now: Timestamp) -> Value {
    let words = Words::of_2022(listing.market);
    let newcomer = shows_first_orders(listing);
    let currency = listing.currency.code();
    // Titles stand with their marks escaped, also here in the data ("Men&#39;s").
    let title = markup(&listing.title);
    let category = listing.categories.last().map(|category| category.id.as_str());
    let root = listing.categories.first().map(|category| category.id.as_str());
    let left: u64 = listing.variants.iter().map(stock).sum();
    let prices: Vec<Value> = listing
        .variants
        .iter()
        .map(|variant| sku(listing, variant, newcomer, words))
        .collect();
    json!({
        "actionModule": {
            "categoryId": category,
            "itemStatus": 0,
            "productId": id,
            "rootCategoryId": root,
            "storeNum": listing.store.as_str(),
            "totalAvailQuantity": left,
        },
        "commonModule": {
            "categoryId": category,
            "currencyCode": currency,
            "productId": id,
            "productIdStr": id,
            "sellerAdminSeq": listing.seller.as_str(),
            "tradeCurrencyCode": currency,
            // Where the reader's address points to, and not where it ships to.
            "userCountryCode": "PK",
        },
        "couponModule": {"currencyCode": currency, "webCouponInfo": panel::coupons(listing, words, now)},
        "crossLinkModule": {"breadCrumbPathList": breadcrumbs(listing)},
        "middleBannerModule": banner(listing, newcomer, words),
        "pageModule": {"title": title, "ogurl": format!("//www.aliexpress.com/item/{id}.html")},
        "priceModule": {"numberPerLot": 1, "lot": false},
        "quantityModule": {
            "displayBulkInfo": false,
            "purchaseLimitNumMax": i32::from(newcomer),
            "totalAvailQuantity": left,
        },
        "redirectModule": {"bigBossBan": false, "code": "OK", "redirectUrl": ""},
        "shippingModule": {
            "currencyCode": currency,
            "generalFreightInfo": {
                "originalLayoutResultList": freight::rows(listing, words, now),
                "usingNewFreight": true,
            },
        },
        "skuModule": {
            "hasSkuProperty": true,
            "productSKUPropertyList": skus::properties(listing),
            "skuPriceList": prices,
        },
        "storeModule": {
            "sellerAdminSeq": listing.seller.as_str(),
            "storeName": listing.store_name,
            "storeNum": listing.store.as_str(),
        },
        "titleModule": {
            "feedbackRating": {"averageStar": stars(listing.rating)},
            "subject": title,
            "tradeCount": listing.sold,
        },
        "webEnv": {"country": listing.market, "currency": currency, "lang": "en_US"},
    })
}

/// These pages have no mark for what cannot be bought: none is left of it.
fn stock(variant: &Variant) -> u64 {
    if variant.salable { variant.stock } else { 0 }
}

fn sku(listing: &Listing, variant: &Variant, newcomer: bool, words: Words) -> Value {
    let (sale, list) = shown(variant, newcomer);
    let active = sale != list;
    let mut values = json!({
        "availQuantity": stock(variant),
        "inventory": stock(variant),
        "isActivity": active,
        "skuAmount": words.object(list),
        "skuCalPrice": number(list).to_string(),
    });
    if active {
        values["skuActivityAmount"] = words.object(sale);
        values["discount"] = off(sale, list).to_string().into();
    }
    json!({
        "skuAttr": skus::attributes(listing, variant),
        "skuId": number_or_text(variant.sku.as_str()),
        "skuIdStr": variant.sku.as_str(),
        "skuVal": values,
    })
}

/// Whole percent off.
pub(super) fn off(sale: Money, list: Money) -> i64 {
    ((list.minor() - sale.minor()).max(0) * 100)
        .checked_div(list.minor())
        .unwrap_or(0)
}

/// An id as a number, all digits of it.
pub(super) fn number_or_text(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| id.into(), Value::from)
}

fn breadcrumbs(listing: &Listing) -> Value {
    let home = json!({"cateId": 0, "name": "Home"});
    let steps = listing.categories.iter();
    std::iter::once(home)
        .chain(steps.map(|step| json!({"cateId": number_or_text(step.id.as_str()), "name": step.name})))
        .collect()
}

fn banner(listing: &Listing, newcomer: bool, words: Words) -> Value {
    let salable = listing.variants.iter().find(|variant| variant.salable);
    match salable.filter(|_| newcomer) {
        Some(variant) => {
            let (sale, list) = shown(variant, true);
            json!({
                "showUniformBanner": true,
                "uniformMiddleBanner": {
                    "bannerType": "platform_newer",
                    "originalPrice": words.amount(list),
                    "price": words.amount(sale),
                },
            })
        }
        None => json!({"showUniformBanner": false}),
    }
}
