//! Page data of 2023 and 2024: `window.runParams` with blocks named `*Component`, in a page or as bare JSON.

use serde_json::Value;
use tillwatch_core::instant::Instant;
use tillwatch_core::snapshot::Snapshot;

use super::freight;
use super::listing::{Said, close, marks_newcomer, marks_store_newcomer};
use super::modules::{ban, bulk, gone};
use super::skus::{Properties, price_list};
use super::value::{
    at, categories, count, country, currency, first, item, list, seller, shown, sku, store, text, whole, yes,
};

/// Reads it if it is this shape.
pub(super) fn read(data: &Value) -> Option<Vec<Snapshot>> {
    let known = [
        "priceComponent",
        "skuComponent",
        "productInfoComponent",
        "sellerComponent",
        "redirectComponent",
    ];
    let blocks = known.into_iter().filter(|block| at(data, block).is_object()).count();
    (blocks >= 2).then(|| vec![listing(data)])
}

fn listing(data: &Value) -> Snapshot {
    let mut seen = Snapshot::empty("page_components");
    seen.item = item(first(data, &["productInfoComponent.idStr", "productInfoComponent.id"]));
    seen.title = shown(
        first(data, &["productInfoComponent.subject", "metaDataComponent.title"]),
        500,
    );
    seen.store = store(at(data, "sellerComponent.storeNum"));
    let names = [
        "sellerComponent.storeName",
        "storeHeaderComponent.storeHeaderResult.storeName",
    ];
    seen.store_name = shown(first(data, &names), 200);
    seen.seller = seller(first(
        data,
        &["sellerComponent.adminSeq", "productInfoComponent.adminSeq"],
    ));
    let levels = [
        "productInfoComponent.categoryPaths",
        "categoryComponent.topCategoryId",
        "categoryComponent.secondLevelCategoryId",
        "productInfoComponent.categoryId",
    ];
    seen.categories = categories(levels.map(|path| at(data, path)));
    seen.market = country(at(data, "userComponent.userCountryCode"));
    seen.currency = currency(at(data, "currencyComponent.currencyCode"));
    seen.seen_at = whole(at(data, "userComponent.currentTime"))
        .filter(|millis| *millis > 0)
        .and_then(Instant::from_millis);
    let properties = Properties::new(at(data, "skuComponent.productSKUPropertyList"));
    let skus = first(data, &["priceComponent.skuPriceList", "skuComponent.skuPriceList"]);
    seen.variants = price_list(skus, &properties, seen.currency);
    let selected = text(at(data, "skuComponent.selectedSkuAttr"));
    seen.selected_sku = list(skus)
        .iter()
        .find(|entry| selected.is_some() && text(at(entry, "skuAttr")) == selected)
        .and_then(|entry| sku(first(entry, &["skuIdStr", "skuId"])));

    let rows = at(data, "webGeneralFreightCalculateComponent.originalLayoutResultList");
    let mut banned = ban(at(data, "redirectComponent"));
    if yes(at(data, "blacklistComponent.inBlackList")) {
        banned =
            banned.or_else(|| Some("The page lists it as not sold to this country: look for another listing.".into()));
    }
    let said = Said {
        newcomer: newcomer(data),
        store_newcomer: marks_store_newcomer(at(data, "bannerComponent.dailyBannerInfo.bannerType")),
        one_each: count(at(data, "promotionComponent.purchaseLimitNumMax")) == Some(1),
        banned,
        gone: gone(at(data, "itemStatusComponent.status")),
        bulk: bulk(at(data, "priceComponent")),
        lot: count(at(data, "productInfoComponent.numberPerLot")),
        freight: freight::read(list(rows).iter(), seen.currency),
    };
    close(seen, said, at(data, "webCouponInfoComponent"))
}

/// The newcomer's mark stands in one of several banners, as its type or as its atmosphere.
fn newcomer(data: &Value) -> bool {
    let banners = ["dailyBannerInfo", "promotionBannerInfo", "uniformBannerInfo"];
    let in_banner = banners.into_iter().any(|banner| {
        let banner = at(at(data, "bannerComponent"), banner);
        marks_newcomer(at(banner, "bannerType")) || marks_newcomer(at(banner, "atmosphereCode"))
    });
    in_banner || marks_newcomer(at(data, "bannerComponent.bannerType"))
}
