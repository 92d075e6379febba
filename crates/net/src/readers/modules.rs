//! Page data of 2022: `window.runParams` with blocks named `*Module`, in a page or as bare JSON.

use serde_json::Value;
use tillwatch_core::discount::{Percent, PieceTier};
use tillwatch_core::money::BasisPoints;
use tillwatch_core::snapshot::Snapshot;

use super::freight;
use super::listing::{Said, close, marks_newcomer, marks_store_newcomer};
use super::skus::{Properties, price_list};
use super::value::{at, categories, count, country, currency, first, item, list, seller, shown, store, text, yes};

/// Where a listing's id stands, surest first.
const ITEM: [&str; 5] = [
    "commonModule.productIdStr",
    "commonModule.productId",
    "actionModule.productId",
    "storeModule.productId",
    "descriptionModule.productId",
];

/// Reads it if it is this shape.
pub(super) fn read(data: &Value) -> Option<Vec<Snapshot>> {
    let known = [
        "priceModule",
        "skuModule",
        "commonModule",
        "actionModule",
        "redirectModule",
    ];
    let blocks = known.into_iter().filter(|block| at(data, block).is_object()).count();
    (blocks >= 2).then(|| vec![listing(data)])
}

fn listing(data: &Value) -> Snapshot {
    let mut seen = Snapshot::empty("page_modules");
    seen.item = item(first(data, &ITEM));
    seen.title = shown(first(data, &["titleModule.subject", "pageModule.title"]), 500);
    seen.store = store(first(data, &["storeModule.storeNum", "actionModule.storeNum"]));
    seen.store_name = shown(at(data, "storeModule.storeName"), 200);
    seen.seller = seller(first(
        data,
        &["commonModule.sellerAdminSeq", "storeModule.sellerAdminSeq"],
    ));
    let levels = [
        "actionModule.rootCategoryId",
        "actionModule.categoryId",
        "commonModule.categoryId",
    ];
    let steps = list(at(data, "crossLinkModule.breadCrumbPathList"));
    let steps = steps.iter().map(|step| at(step, "cateId"));
    seen.categories = categories(levels.map(|path| at(data, path)).into_iter().chain(steps));
    // `userCountryCode` is where the reader's address points to, not where it ships to: "PK" on pages for the US.
    seen.market = country(first(data, &["webEnv.country", "commonModule.shipToCountryCode"]));
    let paths = [
        "commonModule.currencyCode",
        "webEnv.currency",
        "couponModule.currencyCode",
        "commonModule.tradeCurrencyCode",
    ];
    seen.currency = currency(first(data, &paths));
    let properties = Properties::new(at(data, "skuModule.productSKUPropertyList"));
    seen.variants = price_list(at(data, "skuModule.skuPriceList"), &properties, seen.currency);

    let freight = at(data, "shippingModule.generalFreightInfo.originalLayoutResultList");
    let banner = at(data, "middleBannerModule.uniformMiddleBanner.bannerType");
    let banner_code = at(data, "middleBannerModule.uniformMiddleBanner.atmosphereCode");
    let said = Said {
        newcomer: marks_newcomer(banner) || marks_newcomer(banner_code),
        store_newcomer: marks_store_newcomer(banner),
        one_each: count(at(data, "quantityModule.purchaseLimitNumMax")) == Some(1),
        banned: ban(at(data, "redirectModule")),
        gone: gone(at(data, "actionModule.itemStatus")),
        bulk: bulk(at(data, "quantityModule")),
        lot: count(at(data, "priceModule.numberPerLot")),
        freight: freight::read(list(freight).iter(), seen.currency),
    };
    close(seen, said, at(data, "couponModule.webCouponInfo"))
}

/// `bigBossBan`: not sold to the country of the reader.
pub(super) fn ban(block: &Value) -> Option<String> {
    yes(at(block, "bigBossBan")).then(|| {
        let code = shown(first(block, &["errorCode", "code"]), 60).unwrap_or_else(|| "no code".into());
        format!("The marketplace does not sell it to this country (bigBossBan, {code}): look for another listing.")
    })
}

/// A status other than 0: the page says that the listing is no longer available.
pub(super) fn gone(status: &Value) -> Option<String> {
    let status = text(status).filter(|status| status != "0")?;
    Some(format!(
        "The page says that the listing is no longer available (status {status}): look for another one."
    ))
}

/// "2% off (5 pieces or more)", where the page displays it.
pub(super) fn bulk(block: &Value) -> Option<PieceTier> {
    if !yes(at(block, "displayBulkInfo")) {
        return None;
    }
    let percent = BasisPoints::parse(&text(at(block, "skuBulkDiscount"))?).ok()?;
    let pieces = u32::try_from(count(at(block, "skuBulkOrder"))?).ok()?;
    (pieces > 0 && percent.points() > 0).then_some(PieceTier {
        pieces,
        percent: Percent(percent),
    })
}
