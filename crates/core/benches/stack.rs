//! How long the best stack takes: one line and four lines against 30 discounts, and larger checkouts beside them.
//!
//! `cargo bench -p tillwatch-core --bench stack`. Each checkout is timed several times and its fastest time is kept, so
//! that a noisy neighbour is not taken for the search; the rows are the median and the worst over the checkouts.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on must stop"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark is where the clock belongs")]
#![expect(clippy::print_stdout, reason = "the table is what a benchmark is for")]

#[path = "../tests/common/generate.rs"]
mod generate;

use std::hint::black_box;
use std::time::{Duration, Instant};

use generate::{Shape, checkout};
use tillwatch_core::checkout::Checkout;
use tillwatch_core::rules::RuleBook;
use tillwatch_core::stack;

/// Checkouts of a row.
const CHECKOUTS: u64 = 1_000;

/// Times that each is measured.
const TIMES: u32 = 7;

fn main() {
    let book = RuleBook::built_in().unwrap();
    let only: Option<String> = std::env::args().nth(1).filter(|name| !name.starts_with('-'));
    println!(
        "{:<44} {:>10} {:>10} {:>10} {:>8}",
        "best stack, 1,000 made-up checkouts a row", "median", "p99", "worst", "proven"
    );
    for (lines, stores, discounts) in [(1, 1, 5), (1, 1, 30), (4, 2, 30), (4, 4, 30), (12, 4, 60), (40, 10, 60)] {
        for rules in book
            .iter()
            .filter(|rules| only.as_ref().is_none_or(|name| *name == rules.id))
        {
            let shape = Shape {
                lines,
                stores,
                discounts,
                odd: false,
                cents: false,
                exclusive: 15,
            };
            let checkouts: Vec<Checkout> = (0..CHECKOUTS).map(|seed| checkout(seed, shape)).collect();
            let mut proven = 0;
            let mut times: Vec<Duration> = checkouts
                .iter()
                .map(|checkout| {
                    proven += u32::from(stack::best(checkout, rules).proven);
                    fastest(|| stack::best(black_box(checkout), rules))
                })
                .collect();
            times.sort_unstable();
            let at = |percent: usize| times[(times.len() - 1) * percent / 100];
            let name = format!("{lines} lines, {stores} stores, {discounts} discounts, {}", rules.id);
            println!(
                "{name:<44} {:>10.2?} {:>10.2?} {:>10.2?} {proven:>8}",
                at(50),
                at(99),
                at(100)
            );
        }
    }
}

fn fastest<T>(mut work: impl FnMut() -> T) -> Duration {
    let mut least = Duration::MAX;
    let mut spent = Duration::ZERO;
    for _ in 0..TIMES {
        let start = Instant::now();
        black_box(work());
        let took = start.elapsed();
        least = least.min(took);
        spent += took;
        if spent > Duration::from_secs(1) {
            break;
        }
    }
    least
}
