//! How much sooner the queue sees crossings than reading one listing after the other, on the documented model.

#![expect(clippy::float_arithmetic, reason = "a simulation calculates with floats")]

#[path = "common/crossings.rs"]
mod crossings;

use crossings::{Calendar, Order, Policy, World};

const LISTINGS: usize = 4_000;

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.iter().map(|_| 1.0).sum::<f64>()
}

#[test]
fn crossings_are_seen_two_and_a_half_times_sooner_and_with_shared_coupons_four_and_a_half_times() {
    let (mut alone, mut with_coupons) = (Vec::new(), Vec::new());
    for seed in [1, 2, 3] {
        let world = World::new(seed, LISTINGS);
        let uniform = world.run(Policy::of(Order::RoundRobin));
        let ours = world.run(Policy::of(Order::LearnedRates));
        println!("seed {seed}: {uniform:.1?}\n     to {ours:.1?}");
        alone.push(uniform.mean / ours.mean);
        with_coupons.push(uniform.mean / ours.with_coupons);
        assert!(ours.longest <= 24.0, "one waited {:.1} hours", ours.longest);
        assert!(ours.filled >= 0.95, "calls were filled to {:.2}", ours.filled);
    }
    assert!(mean(&alone) >= 2.5, "only {alone:.2?} times sooner");
    assert!(mean(&with_coupons) >= 4.5, "only {with_coupons:.2?} times sooner");
}

#[test]
fn no_schedule_could_be_much_better_with_what_is_known() {
    for (seed, order) in [(4, Order::TrueRates), (5, Order::WrongRates)] {
        let world = World::new(seed, LISTINGS);
        let uniform = world.run(Policy::of(Order::RoundRobin));
        let ours = world.run(Policy::of(order));
        let (gain, best) = (uniform.others / ours.others, world.optimum(order));
        println!("seed {seed}: {gain:.2} of {best:.2}");
        assert!(gain >= best * 0.95, "{order:?}: {gain:.2} times sooner of {best:.2}");
    }
}

#[test]
fn knowing_when_coupons_rotate_shows_their_crossings_sooner() {
    let world = World::new(6, LISTINGS / 2);
    let without = world.run(Policy::of(Order::TrueRates));
    for calendar in [Calendar::Exact, Calendar::Guessed] {
        let with = world.run(Policy {
            calendar,
            ..Policy::of(Order::TrueRates)
        });
        println!("{without:.1?}\n{calendar:?} {with:.1?}");
        assert!(with.rotations < without.rotations, "{with:.1?} against {without:.1?}");
        assert!(with.mean < without.mean, "{with:.1?} against {without:.1?}");
    }
}
