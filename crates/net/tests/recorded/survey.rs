//! A survey of a folder of recordings: what was read of each kind, as a table. Shared by a test and an example.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tillwatch_core::discount::Benefit;
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_net::readers;

/// What was read of one kind of recording.
#[derive(Default)]
struct Row {
    inputs: usize,
    listings: usize,
    variants: usize,
    shipping: usize,
    discounts: usize,
    unread: usize,
    outcomes: BTreeMap<&'static str, usize>,
}

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

/// Whether a benefit was kept in its words only.
pub(crate) fn is_unread(benefit: &Benefit) -> bool {
    matches!(benefit, Benefit::Unknown { .. })
}

/// The table of a folder: one row a subfolder.
pub(crate) fn table(folder: &Path) -> String {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for file in files(folder) {
        let kind = file
            .strip_prefix(folder)
            .ok()
            .and_then(Path::parent)
            .map(|p| p.display().to_string());
        let row = rows.entry(kind.unwrap_or_default()).or_default();
        for input in inputs(&file) {
            row.inputs += 1;
            for seen in readers::read(&input) {
                row.add(&seen);
                if seen.outcome != Outcome::Ok {
                    let name = file.file_name().unwrap_or_default().display();
                    let detail = seen.detail.unwrap_or_default();
                    let why = format!("{name}: {} [{}] {detail}", seen.outcome, seen.shape);
                    *refused.entry(why).or_default() += 1;
                }
            }
        }
    }
    let mut table = format!(
        "{:<28}{:>7}{:>9}{:>9}{:>9}{:>10}{:>8}  outcomes\n",
        "kind", "inputs", "listings", "variants", "shipping", "discounts", "unread"
    );
    for (kind, row) in rows {
        let outcomes: Vec<String> = row
            .outcomes
            .iter()
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        let _ = writeln!(
            table,
            "{kind:<28}{:>7}{:>9}{:>9}{:>9}{:>10}{:>8}  {}",
            row.inputs,
            row.listings,
            row.variants,
            row.shipping,
            row.discounts,
            row.unread,
            outcomes.join(", ")
        );
    }
    table.push_str("\nwithout a price:\n");
    for (why, times) in refused {
        let _ = writeln!(table, "{times:>4}  {why}");
    }
    table
}

impl Row {
    fn add(&mut self, seen: &Snapshot) {
        self.listings += usize::from(seen.item.is_some());
        self.variants += seen.variants.len();
        self.shipping += seen.shipping.len();
        self.discounts += seen.discounts.len();
        self.unread += seen
            .discounts
            .iter()
            .filter(|discount| is_unread(&discount.benefit))
            .count();
        *self.outcomes.entry(seen.outcome.name()).or_default() += 1;
    }
}
