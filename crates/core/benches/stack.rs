//! How long the best stack takes: one line and four lines against 30 discounts, and larger checkouts beside them.
//!
//! `cargo bench -p tillwatch-core --bench stack`, with the name of a rule set behind `--` for that one alone. Each
//! checkout is timed several times and its fastest time is kept, so that a noisy neighbour is not taken for the search;
//! the columns are the median, the 99th of a hundred and the worst over the checkouts of a row.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on must stop"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark is where the clock belongs")]

#[path = "../tests/common/generate.rs"]
mod generate;

use std::hint::black_box;
use std::time::{Duration, Instant};

use generate::{Shape, checkout};
use tillwatch_core::checkout::Checkout;
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::stack;

/// Times that each checkout is measured.
const TIMES: u32 = 15;

/// Lines, stores, discounts and made-up checkouts of a row.
const ROWS: [(usize, usize, usize, u64); 7] = [
    (1, 1, 5, 1_000),
    (1, 1, 30, 1_000),
    (4, 2, 30, 1_000),
    (4, 4, 30, 1_000),
    (12, 4, 60, 100),
    (20, 7, 60, 50),
    (40, 10, 60, 20),
];

fn main() {
    let book = RuleBook::built_in().unwrap();
    let only: Option<String> = std::env::args().skip(1).find(|name| !name.starts_with('-'));
    for rules in book
        .iter()
        .filter(|rules| only.as_ref().is_none_or(|name| *name == rules.id))
    {
        println!("\n{}: one discount in 15 exclusive, seeds from 0", rules.id);
        println!(
            "{:<52} {:>10} {:>10} {:>10} {:>9}",
            "", "median", "p99", "worst", "proven"
        );
        for (lines, stores, discounts, checkouts) in ROWS {
            let shape = Shape {
                lines,
                stores,
                discounts,
                odd: false,
                cents: false,
                exclusive: 15,
            };
            let checkouts: Vec<Checkout> = (0..checkouts).map(|seed| checkout(seed, shape)).collect();
            let name = format!("{lines} lines, {stores} stores, {discounts} discounts");
            row(&format!("{name}: least total"), &checkouts, rules, |checkout| {
                stack::least(black_box(checkout), rules).proven
            });
            row(&format!("{name}: receipt, refusals"), &checkouts, rules, |checkout| {
                stack::best(black_box(checkout), rules).proven
            });
        }
    }
}

fn row(name: &str, checkouts: &[Checkout], rules: &RuleSet, work: impl Fn(&Checkout) -> bool) {
    let proven = checkouts
        .iter()
        .filter(|checkout| stack::least(checkout, rules).proven)
        .count();
    let mut times: Vec<Duration> = checkouts.iter().map(|checkout| fastest(|| work(checkout))).collect();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    let of = checkouts.len();
    println!(
        "{name:<52} {:>10.2?} {:>10.2?} {:>10.2?} {proven:>4}/{of}",
        at(50),
        at(99),
        at(100)
    );
}

fn fastest<T>(mut work: impl FnMut() -> T) -> Duration {
    let (mut least, mut spent) = (Duration::MAX, Duration::ZERO);
    for _ in 0..TIMES {
        let start = Instant::now();
        black_box(work());
        let took = start.elapsed();
        least = least.min(took);
        spent += took;
        if spent > Duration::from_millis(200) {
            break;
        }
    }
    least
}
