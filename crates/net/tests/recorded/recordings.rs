//! The files of a folder of recordings, and what each has to be read. Shared by the tests of two crates and an example.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// All files below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The inputs of a file: itself, or the lines of a JSONL file.
pub(crate) fn inputs(file: &Path) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(file).unwrap_or_default();
    if file.extension().is_some_and(|extension| extension == "jsonl") {
        let lines = bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty());
        return lines.map(as_page_data).collect();
    }
    vec![bytes]
}

/// A line of the cut-out panels as the page data that it was cut from.
fn as_page_data(line: &[u8]) -> Vec<u8> {
    let cut: Value = serde_json::from_slice(line).unwrap_or_default();
    let rows: Vec<Value> = cut["freight_bizData"].as_array().cloned().unwrap_or_default();
    let rows: Vec<Value> = rows.into_iter().map(|row| json!({ "bizData": row })).collect();
    let page = json!({
        "commonModule": {
            "productIdStr": cut["item_id_in_url"],
            "currencyCode": cut["webEnv"]["currency"],
            "sellerAdminSeq": cut["store"]["sellerAdminSeq"],
        },
        "titleModule": {"subject": cut["title"]},
        "storeModule": cut["store"],
        "actionModule": {
            "categoryId": cut["categoryId"], "rootCategoryId": cut["rootCategoryId"], "itemStatus": cut["itemStatus"],
        },
        "priceModule": cut["priceModule"],
        "skuModule": {"skuPriceList": cut["skuPriceList"]},
        "middleBannerModule": {"uniformMiddleBanner": cut["middleBanner"]},
        "couponModule": {"webCouponInfo": cut["webCouponInfo"]},
        "shippingModule": {"generalFreightInfo": {"originalLayoutResultList": rows}},
        "webEnv": cut["webEnv"],
    });
    page.to_string().into_bytes()
}
