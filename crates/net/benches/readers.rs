//! How long a reading takes: a generated page of half a megabyte, its hostile kin, and the recordings if they are there.

use std::hint::black_box;
use std::path::PathBuf;

use divan::Bencher;
use tillwatch_net::readers::read;

fn main() {
    divan::main();
}

/// A page of 2024 with so many variants and so much of what is never read that it has half a megabyte.
fn page() -> Vec<u8> {
    let skus: Vec<String> = (0..400)
        .map(|n| {
            format!(
                r#"{{"skuIdStr":"120000000000{n:05}","skuAttr":"14:{n}#c{n}","salable":true,"freightExt":"{{\"p1\":\"{n}\"}}",
                "skuVal":{{"availQuantity":{n},"isActivity":true,"discountTips":"-30%",
                "skuAmount":{{"currency":"USD","formatedAmount":"US $9.99","value":9.99}},
                "skuActivityAmount":{{"currency":"USD","formatedAmount":"US $7.49","value":7.49}}}}}}"#
            )
        })
        .collect();
    let texts: Vec<String> = (0..3_000)
        .map(|n| format!(r#""TEXT_{n}":"Sorry, text {n} \"is\" shown nowhere""#))
        .collect();
    let data = format!(
        r#"{{"productInfoComponent":{{"idStr":"1005000000000001","subject":"Lamp"}},"sellerComponent":{{"storeNum":1}},
        "currencyComponent":{{"currencyCode":"USD"}},"i18nComponent":{{"i18nMap":{{{}}}}},
        "priceComponent":{{"skuPriceList":[{}]}}}}"#,
        texts.join(","),
        skus.join(",")
    );
    let filler = "<div class=\"a\"><span>markup</span></div>\n".repeat(4_000);
    let mut page =
        format!("<!DOCTYPE html><html><body>{filler}<script>window.runParams = {{ data: {data}, x: 1 }};</script>");
    page.push_str(&filler.repeat(500_000_usize.saturating_sub(page.len()) / filler.len()));
    page.into_bytes()
}

#[divan::bench]
fn half_a_megabyte_page(bencher: Bencher<'_, '_>) {
    let page = page();
    assert_eq!(read(&page).first().map(|seen| seen.variants.len()), Some(400));
    bencher
        .counter(divan::counter::BytesCount::of_slice(&page))
        .bench_local(|| read(black_box(&page)));
}

#[divan::bench]
fn a_million_divs(bencher: Bencher<'_, '_>) {
    let page = "<div>".repeat(1_000_000);
    bencher.bench_local(|| read(black_box(page.as_bytes())));
}

#[divan::bench]
fn a_hundred_thousand_brackets(bencher: Bencher<'_, '_>) {
    let bomb = "[".repeat(100_000);
    bencher.bench_local(|| read(black_box(bomb.as_bytes())));
}

/// A recording beside the repository.
fn recording(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures")).join(name)
}

/// The recordings that are there; without them there is nothing to time.
fn recordings() -> Vec<&'static str> {
    let names = [
        "pdp-html-2022-12-us/2255800066908188.html",
        "pdp-json-2024-03-mx/item-1005005424987520.json",
        "pdp-json-2022-10/dida-hierarchy-newScraperMethod.json",
        "csr-shell-html/2025-10-de-1005008204179129-rendered.html",
        "search/2025-12-us-search-itemlist-120.json",
    ];
    names.into_iter().filter(|name| recording(name).is_file()).collect()
}

#[divan::bench(args = recordings())]
fn recorded(bencher: Bencher<'_, '_>, name: &str) {
    let bytes = std::fs::read(recording(name)).unwrap_or_default();
    bencher.bench_local(|| read(black_box(&bytes)));
}
