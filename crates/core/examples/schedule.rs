//! How late each policy of reading sees a price cross its target, as a table.
//!
//! `cargo run --release --example schedule -p tillwatch-core`, with a number of listings behind `--` (default 20,000).
#![expect(clippy::float_arithmetic, reason = "a simulation calculates with floats")]

#[path = "../tests/common/crossings.rs"]
mod crossings;

use crossings::{Calendar, Order, Outcome, Policy, World};

const SEEDS: [u64; 3] = [1, 2, 3];

fn main() {
    let listings = std::env::args()
        .nth(1)
        .and_then(|count| count.parse().ok())
        .unwrap_or(20_000);
    let index = Policy::of(Order::WrongRates);
    let rows = [
        ("round robin", Policy::of(Order::RoundRobin)),
        ("index, true rates", Policy::of(Order::TrueRates)),
        ("index, rates wrong by sd 0.7", index),
        ("index, rates learned", Policy::of(Order::LearnedRates)),
        (
            "index, wrong, calendar as built in",
            Policy {
                calendar: Calendar::Guessed,
                ..index
            },
        ),
        (
            "index, wrong, calendar exact",
            Policy {
                calendar: Calendar::Exact,
                ..index
            },
        ),
    ];
    println!("{listings} listings, seeds {SEEDS:?}; mean delay in minutes weighted by watchers, a figure per seed\n");
    let worlds: Vec<World> = SEEDS.iter().map(|seed| World::new(*seed, listings)).collect();
    let uniform: Vec<f64> = worlds
        .iter()
        .map(|world| world.run(Policy::of(Order::RoundRobin)).mean)
        .collect();
    println!(
        "{:<36} {:^21} {:^21} {:^21} {:^21} {:^21} {:>8} {:>6}",
        "", "mean", "rotations", "others", "times sooner", "with coupons", "longest", "filled"
    );
    for (name, policy) in rows {
        let outcomes: Vec<Outcome> = worlds.iter().map(|world| world.run(policy)).collect();
        let each = |part: fn(&Outcome) -> f64| columns(outcomes.iter().map(part));
        let sooner = |part: fn(&Outcome) -> f64| {
            columns(
                outcomes
                    .iter()
                    .zip(&uniform)
                    .map(|(outcome, uniform)| uniform / part(outcome)),
            )
        };
        let longest = outcomes.iter().map(|outcome| outcome.longest).fold(0.0, f64::max);
        let filled = outcomes.iter().map(|outcome| outcome.filled).fold(1.0, f64::min);
        println!(
            "{name:<36} {} {} {} {} {} {longest:>6.1} h {:>5.1}%",
            each(|outcome| outcome.mean),
            each(|outcome| outcome.rotations),
            each(|outcome| outcome.others),
            sooner(|outcome| outcome.mean),
            sooner(|outcome| outcome.with_coupons),
            filled * 100.0
        );
    }
    for order in [Order::TrueRates, Order::WrongRates] {
        let best = columns(worlds.iter().map(|world| world.optimum(order)));
        println!("times sooner of the best schedule, {order:?}: {best}");
    }
}

fn columns(numbers: impl Iterator<Item = f64>) -> String {
    numbers
        .map(|number| format!("{number:>6.2} "))
        .collect::<Vec<_>>()
        .concat()
}
