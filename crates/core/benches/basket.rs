//! How long the basket takes, and how often it is proven, on made-up wishlists of 6 to 40 lines.
//!
//! `cargo bench -p tillwatch-core --bench basket`; behind `--` the number of lines of one row, and how many wishlists.
//! The columns are the median and the worst time, the share that is proven, and of the others the median and worst gap.
//! Beside them stands the median of a general solver (CP-SAT, two busy cores, one model of the basket, minimums on the
//! listed spend) on ten wishlists of the same recipe, and how many times as long as ours that is. With `EACH` in the environment each wishlist has a line of its own.
//!
//! The time is that of one core, so that it does not matter what else the machine has to do: short searches are timed
//! by the clock, the best of five, and long ones by what the system says they had of a core, where it says so. The limit
//! of ten seconds counts the same way.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on must stop"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark is where the clock belongs")]

#[path = "../tests/common/wishes.rs"]
mod wishes;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tillwatch_core::basket::{self, Proof};
use tillwatch_core::rules::RuleBook;

/// Lines, wishlists, the time limit in seconds, and the general solver's median in milliseconds, if it ended within 600
/// seconds: 0.06 s, 0.38 s and 18 s, as measured for the choice of this way to solve it.
const ROWS: [(usize, u64, u64, Option<u32>); 4] = [
    (6, 40, 10, Some(60)),
    (12, 20, 10, Some(380)),
    (20, 20, 10, Some(18_000)),
    (40, 8, 10, None),
];

/// Up to so many lines a search is short.
const SHORT: usize = 12;

/// What this thread has had of a core, where the system tells.
fn on_core() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = told.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// A stopwatch for one core.
struct Watch {
    start: Instant,
    before: Option<Duration>,
}

impl Watch {
    fn start(lines: usize) -> Self {
        Self {
            start: Instant::now(),
            before: if lines > SHORT { on_core() } else { None },
        }
    }

    /// Nobody has more of a core than there was time, and the system is slow to tell.
    fn within(&self, limit: Duration) -> bool {
        self.start.elapsed() < limit || self.elapsed() < limit
    }

    fn elapsed(&self) -> Duration {
        let had = self.before.and_then(|before| on_core()?.checked_sub(before));
        had.unwrap_or_else(|| self.start.elapsed())
    }
}

fn main() {
    let book = RuleBook::built_in().unwrap();
    let rules = book.get(None).unwrap();
    let mut asked = std::env::args().skip(1).filter_map(|word| word.parse::<usize>().ok());
    let (only, count) = (asked.next(), asked.next());
    println!(
        "{:>5} {:>9} {:>11} {:>11} {:>9} {:>11} {:>9} {:>8} {:>7}",
        "lines", "discounts", "median", "worst", "proven", "median gap", "worst gap", "solver", "ratio"
    );
    for (lines, wishlists, limit, solver) in ROWS {
        if only.is_some_and(|only| only != lines) {
            continue;
        }
        let wishlists = count.and_then(|count| u64::try_from(count).ok()).unwrap_or(wishlists);
        let (mut times, mut gaps, mut proven) = (Vec::new(), Vec::new(), 0);
        let mut discounts = (usize::MAX, 0);
        for seed in 0..wishlists {
            let wishlist = wishes::wishlist(seed, lines);
            let offered = wishlist.checkout.discounts.len();
            discounts = (discounts.0.min(offered), discounts.1.max(offered));
            let solve = || {
                let watch = Watch::start(lines);
                let basket = basket::best(&wishlist, rules, &mut |_| {
                    if watch.within(Duration::from_secs(limit)) {
                        ControlFlow::Continue(())
                    } else {
                        ControlFlow::Break(())
                    }
                });
                (watch.elapsed(), basket.unwrap())
            };
            let (mut took, basket) = solve();
            for _ in 1..if lines > SHORT { 1 } else { 5 } {
                took = took.min(solve().0);
            }
            let gap = basket.total.minor() - basket.lower_bound.minor();
            // In hundredths of a percent.
            let part = gap * 10_000 / basket.total.minor().max(1);
            if basket.proof() == Proof::Optimal {
                proven += 1;
            } else {
                gaps.push(part);
            }
            if std::env::var_os("EACH").is_some() {
                println!(
                    "seed {seed}: {took:.2?} {} of {} (hand {}, one {}, alone {}), {part} bp",
                    basket.lower_bound,
                    basket.total,
                    basket.by_hand_total,
                    basket.one_checkout_total,
                    basket.each_alone_total
                );
            }
            times.push(took);
        }
        times.sort_unstable();
        gaps.sort_unstable();
        let percent =
            |part: Option<&i64>| part.map_or_else(|| "-".into(), |part| format!("{}.{:02} %", part / 100, part % 100));
        let median = times[(times.len() - 1) / 2];
        let ratio = |solver: u32| format!("{} x", u128::from(solver) * 1_000 / median.as_micros().max(1));
        println!(
            "{lines:>5} {:>9} {:>11.2?} {:>11.2?} {proven:>5}/{:<3} {:>11} {:>9} {:>8} {:>7}",
            format!("{}-{}", discounts.0, discounts.1),
            median,
            times[times.len() - 1],
            times.len(),
            percent(gaps.get(gaps.len() / 2)),
            percent(gaps.last()),
            solver.map_or_else(|| "> 600 s".into(), |solver| format!("{solver} ms")),
            solver.map_or_else(|| "-".into(), ratio),
        );
    }
}
