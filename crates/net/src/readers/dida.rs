//! Page data of autumn 2022: `hierarchy`, `data` and `global`, with numbered blocks such as `price_2256`.

use std::collections::BTreeMap;

use serde_json::Value;
use tillwatch_core::snapshot::Snapshot;

use super::freight;
use super::listing::{Said, close, marks_newcomer, marks_store_newcomer};
use super::modules::{ban, bulk, gone};
use super::price::own_currency;
use super::skus::{Properties, price_list};
use super::value::{at, categories, count, currency, first, item, list, seller, shown, store};

/// The blocks by their names without numbers.
struct Blocks<'a>(BTreeMap<&'a str, &'a Value>);

impl<'a> Blocks<'a> {
    fn new(data: &'a Value) -> Option<Self> {
        let blocks = at(data, "data")
            .as_object()
            .filter(|_| at(data, "hierarchy").is_object())?;
        let named = blocks.iter().map(|(key, block)| {
            let name = key.rsplit_once('_').map_or(key.as_str(), |(name, _)| name);
            (name, at(block, "fields"))
        });
        Some(Self(named.collect()))
    }

    fn get(&self, name: &str) -> &'a Value {
        static NOTHING: Value = Value::Null;
        self.0.get(name).copied().unwrap_or(&NOTHING)
    }
}

/// Reads it if it is this shape.
pub(super) fn read(data: &Value) -> Option<Vec<Snapshot>> {
    let blocks = Blocks::new(data)?;
    let ours = blocks.0.contains_key("sku") && blocks.0.contains_key("price");
    ours.then(|| vec![listing(&blocks)])
}

fn listing(blocks: &Blocks<'_>) -> Snapshot {
    let mut seen = Snapshot::empty("page_dida");
    let (actions, coupons, price) = (blocks.get("actionButtons"), blocks.get("coupon"), blocks.get("price"));
    let header = at(blocks.get("headerInfo"), "_for_header_info.storeModule");
    let shipping = blocks.get("shipping");
    let ids = [
        at(actions, "productId"),
        at(coupons, "productId"),
        at(header, "productId"),
        at(shipping, "productId"),
    ];
    seen.item = ids.into_iter().find_map(item);
    seen.title = shown(at(blocks.get("titleBanner"), "subject"), 500);
    seen.store = store(at(header, "storeNum")).or_else(|| store(at(actions, "storeNum")));
    seen.store_name = shown(at(header, "storeName"), 200);
    seen.seller = seller(at(coupons, "adminSeq")).or_else(|| seller(at(header, "sellerAdminSeq")));
    seen.categories = categories(["rootCategoryId", "categoryId"].map(|level| at(actions, level)));
    let amounts = ["minActivityAmount", "minAmount"];
    seen.currency = currency(at(shipping, "tradeCurrency")).or_else(|| own_currency(first(price, &amounts)));
    let sku = blocks.get("sku");
    let properties = Properties::new(at(sku, "propertyList"));
    seen.variants = price_list(at(sku, "skuList"), &properties, seen.currency);

    let rows = list(at(shipping, "generalFreightInfo.originalLayoutResultList"));
    let banner = first(price, &["simpleBanner.bannerType", "bannerType"]);
    let top_banner = first(
        blocks.get("topBanner"),
        &["uniformMiddleBanner.bannerType", "bannerType"],
    );
    let said = Said {
        newcomer: marks_newcomer(banner) || marks_newcomer(top_banner),
        store_newcomer: marks_store_newcomer(banner) || marks_store_newcomer(top_banner),
        one_each: count(at(blocks.get("quantity"), "purchaseLimitNumMax")) == Some(1),
        banned: ban(blocks.get("redirect")),
        gone: gone(at(blocks.get("infoWrap"), "status")),
        bulk: bulk(blocks.get("quantity")),
        lot: count(at(price, "numberPerLot")),
        freight: freight::read(rows.iter(), seen.currency),
    };
    close(seen, said, coupons)
}
