//! Re-pricing without a fetch: a platform coupon that touches every tracked variant, and the end of a store coupon that
//! touches fifty. `cargo bench -p tillwatch-app --bench reprice -- [variants]`
#![expect(clippy::disallowed_methods, reason = "a benchmark measures with the machine's clock")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on must stop")]
#![expect(clippy::print_stdout, reason = "its figures are its result")]

use std::time::Instant as Clock;

use tillwatch_app::book::{Book, Moved};
use tillwatch_app::ports::store::VariantId;
use tillwatch_core::almanac::{Almanac, read_ladder};
use tillwatch_core::checkout::{Checkout, Line, read_discounts};
use tillwatch_core::country::Country;
use tillwatch_core::discount::Discount;
use tillwatch_core::id::{CategoryId, ItemId, SellerId, SkuId, StoreId, Warehouse};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::observation::Lanes;
use tillwatch_core::quote::join;
use tillwatch_core::rules::RuleBook;

/// Variants that one store offers from one warehouse; a third of all share a shelf of this size.
const A_SHELF: u64 = 50;

/// Just before and at the start of the platform coupon, and past the end of one store's coupon.
const BEFORE: &str = "2026-06-05T09:59:59Z";
const START: &str = "2026-06-05T10:00:00Z";
const STORE_ENDS: &str = "2026-06-06T07:00:00Z";

/// A platform coupon on top of the ladder of typed codes that runs in that week.
const COUPON: &str = r#"{"schema": "tillwatch/ladder/1", "id": "bench", "name": "Bench", "kind": "platform", "currency": "USD",
    "starts": "2026-06-05T10:00:00", "ends": "2026-06-12T10:00:00", "zone": "UTC", "tiers": [{"code": "FIVE", "off": "5.00", "min_spend": "29.00"}],
    "source": "bench", "confidence": "high"}"#;

fn main() {
    let count: u64 = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
    let mut almanac = Almanac::built_in().unwrap();
    let at = |text: &str| Instant::parse(text).unwrap();

    let began = Clock::now();
    let mut book = Book::new(rules.clone());
    let known = almanac.discounts_for(Country::US, at(BEFORE));
    for number in 0..count {
        let own = variant(number);
        let mut checkout = own.clone();
        join(&mut checkout.discounts, known.of_lines(&checkout.lines).into_iter());
        let lanes = Lanes::of(&checkout, &rules).unwrap();
        book.enter(VariantId(i64::try_from(number).unwrap()), &own, true, &lanes);
    }
    println!("{count} variants entered in {:.1} s", began.elapsed().as_secs_f64());

    almanac.add(read_ladder(COUPON.as_bytes()).unwrap().value);
    let coupon = almanac.turning(at(BEFORE), at(START)).next().unwrap().clone();
    let began = Clock::now();
    let touched = book.touched_by(&coupon);
    let moved = book.reprice(&touched, &almanac, at(START));
    let taken = began.elapsed();
    let cheaper = moved.len();
    println!(
        "platform coupon: {cheaper} of {count} change, {:.3} s, {:.2} us a variant; memory at its highest {} MB",
        taken.as_secs_f64(),
        taken.as_secs_f64() * 1e6 / f64::from(u32::try_from(count).unwrap()),
        highest_memory()
    );
    check(&book, &moved, &almanac, at(START), &rules);
    drop(moved);

    let began = Clock::now();
    let touched = book.turned(at(STORE_ENDS));
    let moved = book.reprice(&touched, &almanac, at(STORE_ENDS));
    println!(
        "end of a store coupon: {} change, {:.3} ms",
        moved.len(),
        began.elapsed().as_secs_f64() * 1e3
    );
    check(&book, &moved, &almanac, at(STORE_ENDS), &rules);
}

/// A few of the new prices against a fresh look.
fn check(book: &Book, moved: &[Moved], almanac: &Almanac, now: Instant, rules: &tillwatch_core::rules::RuleSet) {
    assert!(!moved.is_empty(), "something moves");
    for one in moved.iter().step_by(moved.len().div_ceil(1000)) {
        let (repriced, before) = book.told(one).unwrap();
        let fresh = Book::price(
            &variant(u64::try_from(repriced.variant.0).unwrap()),
            almanac,
            rules,
            now,
        )
        .unwrap();
        assert_eq!(repriced.lanes, fresh);
        assert_ne!(before, fresh);
    }
}

/// One variant of the made-up marketplace: 50 on a shelf, two discounts of its store shown on each.
fn variant(number: u64) -> Checkout {
    let shelf = number / A_SHELF;
    let mut checkout = Checkout::new(Country::US, Currency::USD, Instant::parse(BEFORE).unwrap());
    let id = |base: u64, number: u64| (base + number).to_string();
    // From 3.00 to 120.99, and every one different in its shelf.
    let price = 300 + (number.wrapping_mul(2_654_435_761) % 11_800);
    checkout.lines.push(Line {
        item: ItemId::from_number(1_005_000_000_000_000 + number),
        sku: Some(SkuId::parse(&id(12_000_000_000_000_000, number)).unwrap()),
        title: None,
        store: Some(StoreId::parse(&id(1_100_000_000, shelf)).unwrap()),
        seller: Some(SellerId::parse(&id(240_000_000, shelf)).unwrap()),
        categories: vec![CategoryId::parse(&id(100, shelf % 40)).unwrap()],
        warehouse: Some(Warehouse::parse("CN").unwrap()),
        unit_price: Money::new(i64::try_from(price).unwrap(), Currency::USD),
        quantity: 1,
        shipping: Money::new(199, Currency::USD),
        pool: None,
    });
    checkout.discounts = own(shelf);
    checkout
}

fn own(shelf: u64) -> Vec<Discount> {
    // The first store's coupon ends first, alone.
    let ends = if shelf == 0 { STORE_ENDS } else { "2026-06-20T07:00:00Z" };
    let json = format!(
        r#"{{"discounts": [{{"id": "S{shelf}", "kind": "store", "benefit": {{"type": "fixed", "amount": "2.00"}}, "currency": "USD",
              "min_spend": "3.00", "valid_until": "{ends}", "scope": {{"sellers": ["{}"]}}}},
            {{"id": "D{shelf}", "kind": "store_discount", "benefit": {{"type": "percent", "percent": "3"}},
              "scope": {{"stores": ["{}"]}}}}]}}"#,
        240_000_000 + shelf,
        1_100_000_000 + shelf
    );
    read_discounts(json.as_bytes()).unwrap().value
}

/// The process's highest resident memory in megabytes, where the system tells.
fn highest_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.map_or(0, |kilobytes| kilobytes / 1000)
}
