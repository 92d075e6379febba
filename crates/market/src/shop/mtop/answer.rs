//! The answer of the product call: blocks in capitals.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::shop::page::stars;
use crate::shop::prices::{default_variant, shown, shows_first_orders};
use crate::shop::words::Words;
use crate::shop::{freight, skus};
use crate::view::{Listing, Variant};

/// `data.result` of a listing under the id that it was asked for by. No coupon stands in it: where the answers of
/// these years have theirs was never recorded.
pub(super) fn result(id: &str, listing: &Listing, now: Timestamp) -> Value {
    let words = Words::of(listing.market);
    let newcomer = shows_first_orders(listing);
    let default = default_variant(listing);
    let target = default.map(|variant| target(variant, listing, newcomer, words));
    let mut prices = Map::new();
    let mut paths = Vec::new();
    for variant in &listing.variants {
        let same = default.is_some_and(|default| default.sku == variant.sku);
        let info = if same {
            json!({"$ref": "$.PRICE.targetSkuPriceInfo"})
        } else {
            info(variant, newcomer, words)
        };
        prices.insert(variant.sku.to_string(), info);
        let attributes = skus::attributes(listing, variant);
        paths.push(json!({
            "path": attributes,
            "salable": variant.salable,
            "skuAttr": attributes,
            "skuIdStr": variant.sku.as_str(),
            "skuStock": variant.stock,
        }));
    }
    let left: u64 = listing.variants.iter().filter(|v| v.salable).map(|v| v.stock).sum();
    let mut result = json!({
        "GLOBAL_DATA": {"globalData": {
            "bigBossBan": false,
            "categoryId": listing.categories.last().map(|category| category.id.as_str()),
            "currencyCode": listing.currency.code(),
            "productId": id,
            "sales": listing.sold.to_string(),
            "sellerId": listing.seller.as_str(),
            "storeId": listing.store.as_str(),
            "subject": listing.title,
        }},
        "PC_RATING": {
            "otherText": format!("{}+ sold", listing.sold),
            "rating": stars(listing.rating),
        },
        "PRICE": {"skuIdStrPriceInfoMap": prices, "targetSkuPriceInfo": target},
        "PRODUCT_TITLE": {"text": listing.title},
        "QUANTITY_PC": {"totalAvailableInventory": left},
        "SHIPPING": {"originalLayoutResultList": freight::rows(listing, words, now)},
        "SHOP_CARD_PC": {
            "sellerInfo": {"adminSeq": listing.seller.as_str(), "storeNum": listing.store.as_str()},
            "storeName": listing.store_name,
        },
        "SKU": {
            "selectedSkuId": default.map(|variant| variant.sku.as_str()),
            "skuPaths": paths,
            "skuProperties": skus::properties(listing),
        },
    });
    if newcomer {
        result["PRICE_BANNER"] = json!({"atmosphereCode": "new_user_platform_allowance_atm"});
        result["QUANTITY_PC"]["purchaseLimitNumMax"] = 1.into();
    }
    result
}

/// The result for a listing that is not sold to the country.
pub(super) fn banned(id: &str) -> Value {
    json!({"GLOBAL_DATA": {"globalData": {
        "bigBossBan": true,
        "errorCode": "SITEM_BAN_NO_AVAIL_SKU",
        "productId": id,
    }}})
}

/// The price of the variant that is open, with the one that a coming sale has announced.
fn target(variant: &Variant, listing: &Listing, newcomer: bool, words: Words) -> Value {
    let mut info = info(variant, newcomer, words);
    if let Some((price, _)) = listing.announced {
        info["warmUpPrice"] = words.object(price);
    }
    info
}

/// Without a discount the original price stands alone beside the sale price of the same amount.
fn info(variant: &Variant, newcomer: bool, words: Words) -> Value {
    let (sale, list) = shown(variant, newcomer);
    json!({
        "originalPrice": words.object(list),
        "salePriceLocal": words.local(sale),
        "salePriceString": words.amount(sale),
    })
}
