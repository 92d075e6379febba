//! The data of pages of 2023 and 2024: blocks named `*Component`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::modules::{number_or_text, off};
use super::stars;
use crate::shop::prices::{default_variant, shown, shows_first_orders};
use crate::shop::words::Words;
use crate::shop::{freight, panel, skus};
use crate::view::{Listing, Variant};

/// The data of a listing under the id that it was asked for by.
pub(super) fn data(id: &str, listing: &Listing, now: Timestamp) -> Value {
    let words = Words::of(listing.market);
    let newcomer = shows_first_orders(listing);
    let path: Vec<&str> = listing.categories.iter().map(|category| category.id.as_str()).collect();
    let selected = default_variant(listing).map(|variant| skus::attributes(listing, variant));
    let left: u64 = listing.variants.iter().filter(|v| v.salable).map(|v| v.stock).sum();
    let prices: Vec<Value> = listing
        .variants
        .iter()
        .map(|variant| sku(listing, variant, newcomer, words))
        .collect();
    json!({
        "bannerComponent": banner(newcomer),
        "blacklistComponent": {"inBlackList": false},
        "categoryComponent": {
            "topCategoryId": path.first(),
            "secondLevelCategoryId": path.get(1),
        },
        "currencyComponent": {
            "baseCurrencyCode": "USD",
            "currencyCode": listing.currency.code(),
            "multiCurrency": true,
        },
        "feedbackComponent": {"evarageStar": stars(listing.rating)},
        "inventoryComponent": {"totalQuantity": left, "totalAvailQuantity": left},
        "itemStatusComponent": {"status": 0},
        "metaDataComponent": {"title": listing.title, "ogurl": format!("//www.aliexpress.com/item/{id}.html")},
        "priceComponent": {"displayBulkInfo": false, "skuPriceList": prices},
        "productInfoComponent": {
            "adminSeq": number_or_text(listing.seller.as_str()),
            "categoryId": path.last(),
            "categoryPaths": path.join("/"),
            "id": number_or_text(id),
            "idStr": id,
            "lot": false,
            "numberPerLot": 1,
            "subject": listing.title,
        },
        "promotionComponent": {"purchaseLimitNumMax": i32::from(newcomer)},
        "redirectComponent": {},
        "sellerComponent": {
            "adminSeq": number_or_text(listing.seller.as_str()),
            "storeName": listing.store_name,
            "storeNum": number_or_text(listing.store.as_str()),
            "storeURL": format!("//www.aliexpress.com/store/{}", listing.store),
        },
        "skuComponent": {
            "hasSkuProperty": true,
            "productSKUPropertyList": skus::properties(listing),
            "selectedSkuAttr": selected,
        },
        "tradeComponent": {"formatTradeCount": listing.sold.to_string()},
        "userComponent": {"currentTime": now.as_millisecond(), "userCountryCode": listing.market},
        "webCouponInfoComponent": panel::coupons(listing, words, now),
        "webGeneralFreightCalculateComponent": {
            "originalLayoutResultList": freight::rows(listing, words, now),
            "usingNewFreight": true,
        },
    })
}

/// The data of a listing that is not sold to the country.
pub(super) fn banned(id: &str) -> Value {
    json!({
        "productInfoComponent": {"id": number_or_text(id), "idStr": id},
        "redirectComponent": {"bigBossBan": true, "errorCode": "SITEM_BAN_NO_AVAIL_SKU"},
    })
}

fn sku(listing: &Listing, variant: &Variant, newcomer: bool, words: Words) -> Value {
    let (sale, list) = shown(variant, newcomer);
    let active = sale != list;
    let mut values = json!({
        "availQuantity": variant.stock,
        "inventory": variant.stock,
        "isActivity": active,
        "skuAmount": words.object(list),
        "skuAmountLocal": words.local(list),
    });
    if active {
        values["discount"] = off(sale, list).into();
        values["skuActivityAmount"] = words.object(sale);
        values["skuActivityAmountLocal"] = words.local(sale).into();
    }
    json!({
        "salable": variant.salable,
        "skuAttr": skus::attributes(listing, variant),
        "skuId": number_or_text(variant.sku.as_str()),
        "skuIdStr": variant.sku.as_str(),
        "skuVal": values,
    })
}

fn banner(newcomer: bool) -> Value {
    if newcomer {
        json!({"bannerType": "platform_newer", "dailyBannerInfo": {"bannerType": "platform_newer"}})
    } else {
        json!({"bannerType": "daily"})
    }
}
