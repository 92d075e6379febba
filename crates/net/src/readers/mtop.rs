//! Product answers of 2024 to 2026 (`mtop.aliexpress.pdp.pc.query` and its kin): blocks in capitals under
//! `data.result`, or the bare result; and the refusals that come in their place.

mod prices;

use serde_json::Value;
use tillwatch_core::id::StoreId;
use tillwatch_core::snapshot::{Outcome, Snapshot};

use super::freight;
use super::listing::{Said, close, marks_newcomer, marks_store_newcomer};
use super::modules::ban;
use super::skus::Properties;
use super::value::{at, categories, count, country, currency, each, first, item, seller, shown, sku, store, text, yes};

const SHAPE: &str = "mtop_product";

/// The blocks by which a result is told.
const BLOCKS: [&str; 6] = [
    "PRICE",
    "SKU",
    "GLOBAL_DATA",
    "PRODUCT_TITLE",
    "SHIPPING",
    "SHOP_CARD_PC",
];

/// Reads it if it is this shape.
pub(super) fn read(answer: &Value) -> Option<Vec<Snapshot>> {
    if let Some(refused) = refusal(answer) {
        return Some(vec![refused]);
    }
    let result = first(answer, &["data.result", "result"]);
    let result = if result.is_object() { result } else { answer };
    // One block is enough where a listing is not sold to a country and only says so.
    let global = at(result, "GLOBAL_DATA.globalData").is_object();
    if global || BLOCKS.into_iter().filter(|block| at(result, block).is_object()).count() >= 2 {
        return Some(vec![listing(result)]);
    }
    if is_cart(answer) {
        let detail = "This is a cart and no listing. Its total can be typed in for a diagnosis.";
        return Some(vec![Snapshot::refused("mtop_cart", Outcome::NotAListing, detail)]);
    }
    let data = at(answer, "data");
    let empty = |value: &Value| value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
    let hollow = empty(data) || data.get("result").is_some_and(empty);
    (at(answer, "ret").is_array() && hollow).then(|| {
        let detail = "This answer has no data: it was blocked, or the listing is not sold to that country, which cannot be told \
                      apart. Open the listing in a browser; if it shows a price there, save that page.";
        vec![Snapshot::refused(SHAPE, Outcome::EmptyShell, detail)]
    })
}

/// What `ret` says where it is no success. Names as seen in 2026, `EXOIRED` is theirs.
fn refusal(answer: &Value) -> Option<Snapshot> {
    let said: Vec<_> = each(at(answer, "ret").as_array().map_or(&Value::Null, |_| at(answer, "ret")))
        .filter_map(|part| shown(part, 200))
        .collect();
    let code = said.first()?;
    if code.starts_with("SUCCESS") {
        return None;
    }
    let all = said.join(" ");
    let has = |marks: &[&str]| marks.iter().any(|mark| all.contains(mark));
    let (outcome, detail) = if has(&["USER_VALIDATE", "RGV587", "punish"]) {
        let words = "The marketplace asks whether a person is there, and nothing is worked around: answer it in the \
                     browser and save the listing then";
        (Outcome::Blocked, words)
    } else if has(&["SESSION_EXPIRED", "NEED_LOGIN"]) {
        let words = "The call wants a login: log in with the browser and save the listing's page then";
        (Outcome::Blocked, words)
    } else if has(&["TOKEN_EMPTY", "TOKEN_EXOIRED", "TOKEN_EXPIRED"]) {
        let words = "This answer only renews the call's token: load the page once more and save the answer after it";
        (Outcome::ApiRefused, words)
    } else {
        let words = "The marketplace refused the call: load the listing in a browser and save that page";
        (Outcome::ApiRefused, words)
    };
    let code = code.split("::").next().unwrap_or(code);
    Some(Snapshot::refused(SHAPE, outcome, format!("{detail} ({code}).")))
}

/// A cart's answer names its parts; one with an unavailable line was seen in October 2026.
fn is_cart(answer: &Value) -> bool {
    at(answer, "data.data").as_object().is_some_and(|parts| {
        let cart = |key: &String| key.contains("product_item_component") || key.contains("cart_summary");
        parts.keys().any(cart)
    })
}

fn listing(result: &Value) -> Snapshot {
    let mut seen = Snapshot::empty(SHAPE);
    let global = at(result, "GLOBAL_DATA.globalData");
    seen.item = item(first(global, &["productId", "itemId"]));
    seen.title = shown(
        first(result, &["PRODUCT_TITLE.text", "GLOBAL_DATA.globalData.subject"]),
        500,
    );
    seen.store_name = shown(at(result, "SHOP_CARD_PC.storeName"), 200);
    seen.store = store(first(
        result,
        &["SHOP_CARD_PC.sellerInfo.storeNum", "GLOBAL_DATA.globalData.storeId"],
    ));
    seen.seller = seller(first(
        result,
        &["SHOP_CARD_PC.sellerInfo.adminSeq", "GLOBAL_DATA.globalData.sellerId"],
    ));
    real_merchant(result, &mut seen);
    seen.categories = categories([at(global, "categoryId")]);
    let prices = prices::Prices::new(result);
    seen.currency = currency(at(global, "currencyCode")).or_else(|| prices.named_currency());
    seen.selected_sku = sku(at(result, "SKU.selectedSkuId"));
    let properties = Properties::new(at(result, "SKU.skuProperties"));
    seen.variants = prices.variants(&properties, seen.currency);

    let rows = first(
        result,
        &["SHIPPING.originalLayoutResultList", "SHIPPING.deliveryLayoutInfo"],
    );
    let banner = at(result, "PRICE_BANNER");
    let said = Said {
        newcomer: marks_newcomer(at(banner, "atmosphereCode")) || marks_newcomer(at(banner, "bannerType")),
        store_newcomer: marks_store_newcomer(at(banner, "bannerType")),
        one_each: count(at(result, "QUANTITY_PC.purchaseLimitNumMax")) == Some(1),
        banned: ban(global),
        gone: None,
        bulk: None,
        lot: count(first(result, &["LOT.numberPerLot", "LOT.lotNum"])),
        freight: freight::read(each(rows), seen.currency),
    };
    seen.market = country(first(global, &["shipToCode", "country"]));
    if let Some(tax) = shown(at(result, "PRICE_EXTEND.taxInfo.content"), 200) {
        seen.notes.push(format!("The page says of tax: {tax}"));
    }
    // No recorded answer of these years has its coupons; the block of the years before is read if it comes.
    let panel = ["COUPON", "PROMOTION", "webCouponInfo"].map(|block| at(result, block));
    let panel = panel.into_iter().find(|block| block.get("promotionPanelDTO").is_some());
    close(seen, said, panel.unwrap_or(&Value::Null))
}

/// Where one listing pools several merchants, the store card names a shell; the merchant is the store in the
/// supplier's link of the disclosure (4 of 12 pages one author looked at in August 2026). The card's seller is then
/// another one than the merchant, and nobody's coupons are matched by it.
fn real_merchant(result: &Value, seen: &mut Snapshot) {
    let Some(merchant) = merchant_link(at(result, "COMPLIANCE_PC"), 8) else {
        return;
    };
    if seen.store.as_ref() != Some(&merchant) {
        seen.notes.push(format!(
            "The store card names {}; the merchant is store {merchant}.",
            seen.store_name.as_deref().unwrap_or("another store")
        ));
        seen.store = Some(merchant);
        seen.store_name = None;
        seen.seller = None;
    }
}

/// The `storeNum` of a `showcredential.htm` link anywhere below.
fn merchant_link(value: &Value, depth: u8) -> Option<StoreId> {
    if let Some(text) = value.as_str() {
        let (_, query) = text.split_once("showcredential.htm?")?;
        let (_, number) = query.split_once("storeNum=")?;
        let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
        return StoreId::parse(&digits).ok();
    }
    let depth = depth.checked_sub(1)?;
    each(value).find_map(|below| merchant_link(below, depth))
}

/// Whether a text is one of the switches that the answer writes for yes.
fn on(value: &Value) -> bool {
    yes(value) || text(value).is_some_and(|text| text == "1")
}
