//! Writes made-up checkouts, one a line, to measure `tillwatch stack` with: the same ones for the same number.
//!
//! `cargo run --release --example checkouts -- 100000 > checkouts.ndjson`

use std::io::{BufWriter, Write};

/// A small generator of numbers that look random; the same from the same start.
struct Numbers(u64);

impl Numbers {
    /// One of `from..=to`.
    fn between(&mut self, from: u64, to: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        from + (self.0 >> 33) % (to - from + 1)
    }

    /// An amount in cents within whole units, as prices are written.
    fn amount(&mut self, from: u64, to: u64) -> String {
        format!("{}.{:02}", self.between(from, to), self.between(0, 99))
    }
}

fn main() -> std::io::Result<()> {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let mut out = BufWriter::new(std::io::stdout().lock());
    for number in 0..count.unwrap_or(1_000) {
        let mut numbers = Numbers(number);
        writeln!(out, "{}", checkout(&mut numbers))?;
    }
    out.flush()
}

/// One line with five discounts: a platform coupon, a store's, a seller's, a code, free shipping.
fn checkout(numbers: &mut Numbers) -> String {
    let (store, item) = (numbers.between(1, 9_999), numbers.between(1, 999_999));
    let line = format!(
        r#"{{"item":"1005006{item:09}","sku":"12000{item:012}","store":"110{store:07}","seller":"24{store:07}","categories":["15","1501"],"warehouse":"CN","unit_price":"{}","quantity":{},"shipping":"{}"}}"#,
        numbers.amount(5, 90),
        numbers.between(1, 3),
        numbers.amount(0, 6),
    );
    let mut fixed = |id: &str, kind: &str, from: u64, more: &str| {
        let off = numbers.between(1, from / 8);
        format!(
            r#"{{"id":"{id}","kind":"{kind}","benefit":{{"type":"fixed","amount":"{off}.00"}},"currency":"USD","min_spend":"{from}.00","valid_from":"2026-06-01T00:00:00-07:00","valid_until":"2026-06-11T00:00:00-07:00"{more}}}"#
        )
    };
    let discounts = [
        fixed("PLATFORM", "platform", 39, ""),
        fixed(
            "STORE",
            "store",
            20,
            &format!(r#","scope":{{"stores":["110{store:07}"]}}"#),
        ),
        fixed(
            "SELLER",
            "seller",
            10,
            &format!(r#","scope":{{"sellers":["24{store:07}"]}}"#),
        ),
        fixed("CODE", "code", 69, ""),
        r#"{"id":"SHIP","kind":"free_shipping","benefit":{"type":"shipping"}}"#.to_owned(),
    ];
    format!(
        r#"{{"schema":"tillwatch/checkout/1","market":"US","currency":"USD","at":"2026-06-03T12:00:00Z","lines":[{line}],"discounts":[{}]}}"#,
        discounts.join(",")
    )
}
