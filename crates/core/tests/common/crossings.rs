//! A made-up market of listings whose prices cross targets, and how late each policy of reading sees it.
//!
//! The model: change rates lognormal around one a fortnight with deviation 1; watchers Pareto 1.3 from 1 to 2,000;
//! distances to the target lognormal around 12 % with deviation 0.9; half of the changes are drops, exponential with
//! mean 6 %; half of the changes fall into the ten minutes after two weekly rotations. Four readings per listing and
//! day, in calls of 50.
//!
//! Of each stretch between two readings the expected delay is taken, rather than that of the few crossings that chance
//! put there, so that a run tells more of the policy than of the dice.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    reason = "a simulation calculates with floats, and its numbers are small"
)]

use tillwatch_core::cadence::{Category, Limits, Profile, Queue, Rate, Second, Seen, Urgency, Window};

const HOUR: u32 = 3_600;
const DAY: u32 = 24 * HOUR;
/// A Monday, 00:00 UTC.
const START: u32 = 1_800_230_400;
/// Days of reading one listing after the other that rates are learned from.
const HISTORY: u32 = 91;
/// When the policy begins.
const BEGIN: u32 = START + HISTORY * DAY;
/// When delays begin to count: the queue is in balance.
const FIRST: u32 = BEGIN + 2 * DAY;
/// When they no longer do: a week later, with both rotations.
const LAST: u32 = FIRST + 7 * DAY;
/// A day later the listings were read once more.
const END: u32 = LAST + DAY;
/// How long a rotation takes.
const ROTATION: u32 = 600;
/// Readings of each listing a day, on average.
const READINGS: u32 = 4;
const CALL: usize = 50;

/// How listings are chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    pub(crate) order: Order,
    pub(crate) calendar: Calendar,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// One after the other.
    RoundRobin,
    /// The queue, with rates as they are.
    TrueRates,
    /// The queue, with rates that are wrong by a lognormal factor of deviation 0.7.
    WrongRates,
    /// The queue, with rates learned from the readings of three months and its own.
    LearnedRates,
}

/// What the queue knows of the rotations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calendar {
    Unknown,
    /// An hour, twelve times likelier: as the built-in calendar has it.
    Guessed,
    /// The ten minutes, as likely as they are.
    Exact,
}

impl Policy {
    pub(crate) fn of(order: Order) -> Self {
        Self {
            order,
            calendar: Calendar::Unknown,
        }
    }
}

/// Delays in minutes, weighted by watchers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) mean: f64,
    pub(crate) rotations: f64,
    pub(crate) others: f64,
    /// What the mean is if a shared source of coupons is read every five minutes and shows a rotation's changes.
    pub(crate) with_coupons: f64,
    /// The longest time, in hours, that any listing waited once the queue was in balance.
    pub(crate) longest: f64,
    /// The part of the calls' places that were filled.
    pub(crate) filled: f64,
}

struct Listing {
    watchers: u32,
    basis_points: u32,
    /// Watchers times crossings a day.
    weight: f64,
    /// When its price changes, in order.
    changes: Vec<u32>,
}

pub(crate) struct World {
    listings: Vec<Listing>,
    seed: u64,
}

/// Midnights of Wednesday and Sunday.
fn rotations() -> impl Iterator<Item = u32> {
    let days = (START..END).step_by(DAY as usize);
    days.filter(|day| matches!((day - START) / DAY % 7, 2 | 6))
}

impl World {
    pub(crate) fn new(seed: u64, listings: usize) -> Self {
        let mut dice = Dice(seed);
        let listings = (0..listings).map(|_| Listing::new(&mut dice)).collect();
        Self { listings, seed }
    }

    /// How many times sooner than one after the other the best schedule of all would be: constant intervals, found by
    /// bisection, between a minute and a day, from the rates as they are or as wrong as [`Order::WrongRates`] has them.
    pub(crate) fn optimum(&self, order: Order) -> f64 {
        let known = self.known(order);
        let roots: Vec<f64> = known.iter().map(|weight| weight.sqrt()).collect();
        let rate = |factor: f64, root: &f64| (factor * root).clamp(1.0, 1_440.0);
        let budget = self.listings.len() as f64 * f64::from(READINGS);
        let (mut low, mut high) = (0.0, 1e9);
        for _ in 0..100 {
            let factor = f64::midpoint(low, high);
            let total: f64 = roots.iter().map(|root| rate(factor, root)).sum();
            (low, high) = if total > budget { (low, factor) } else { (factor, high) };
        }
        let weights: Vec<f64> = self.listings.iter().map(|listing| listing.weight).collect();
        let delay: f64 = weights
            .iter()
            .zip(&roots)
            .map(|(weight, root)| weight / rate(low, root))
            .sum();
        weights.iter().sum::<f64>() / f64::from(READINGS) / delay
    }

    /// Watchers times crossings a day of each listing, as a policy knows them at its beginning.
    fn known(&self, order: Order) -> Vec<f64> {
        let mut dice = Dice(self.seed ^ 0xFAC7);
        let mut wrong = || {
            if order == Order::WrongRates {
                (0.7 * dice.normal()).exp()
            } else {
                1.0
            }
        };
        self.listings.iter().map(|listing| listing.weight * wrong()).collect()
    }

    /// Runs ten days; the same world and policy give the same outcome.
    pub(crate) fn run(&self, policy: Policy) -> Outcome {
        let mut state = Readings::new(self);
        let spacing = f64::from(DAY) * CALL as f64 / (self.listings.len() as f64 * f64::from(READINGS));
        let calls = (f64::from(END - BEGIN) / spacing) as u32;
        let at = |call: u32| Second::new(BEGIN + (f64::from(call) * spacing) as u32);
        if policy.order == Order::RoundRobin {
            let mut round = (0..self.listings.len()).cycle();
            for call in 0..calls {
                for next in round.by_ref().take(CALL) {
                    state.read(next, at(call));
                }
            }
            return state.outcome(calls);
        }
        let profile = policy.calendar.profile();
        let category = Category::default();
        let mut seen: Vec<Seen> = self.listings.iter().map(Listing::history).collect();
        let learned = |listing: &Listing, seen: &Seen| {
            Urgency::new(listing.watchers, seen.crossings(&category, Some(listing.basis_points)))
        };
        let mut dice = Dice(self.seed ^ 0xA6E);
        let mut queue: Queue<usize, ()> = Queue::new(Limits::default(), self.seed);
        for (key, (listing, known)) in self.listings.iter().zip(self.known(policy.order)).enumerate() {
            let urgency = match policy.order {
                Order::LearnedRates => learned(listing, &seen[key]),
                _ => Urgency::new(1, Rate::from_billionths((known * 1e9) as u64)),
            };
            let ago = (f64::from(DAY / READINGS) * dice.unit()) as u32;
            state.last[key] = BEGIN - ago;
            let begin = Second::new(BEGIN);
            queue.insert(key, (), urgency, Some(begin.minus(ago)), begin);
        }
        for call in 0..calls {
            let now = at(call);
            let Some(next) = queue.next_call(&profile, now) else {
                continue;
            };
            for key in next.listings {
                let before = Second::new(state.last[key]);
                let changed = state.read(key, now);
                queue.read(&key, now);
                if policy.order == Order::LearnedRates {
                    seen[key].count(now.since(before), changed);
                    queue.set_urgency(&key, learned(&self.listings[key], &seen[key]));
                }
            }
        }
        state.outcome(calls)
    }
}

impl Calendar {
    fn profile(self) -> Profile {
        let (length, thousandths) = match self {
            Self::Unknown => return Profile::flat(),
            Self::Guessed => (HOUR, 12_000),
            // Half of a week's changes in 20 minutes of it, against half in the rest.
            Self::Exact => (ROTATION, 503_000),
        };
        let windows: Vec<Window> = rotations()
            .map(|start| Window {
                from: Second::new(start),
                until: Second::new(start + length),
                thousandths,
            })
            .collect();
        Profile::new(&windows)
    }
}

impl Listing {
    fn new(dice: &mut Dice) -> Self {
        let rate = dice.normal().exp() / 14.0;
        let distance = 0.12 * (0.9 * dice.normal()).exp();
        let watchers = (1.0 - dice.unit()).powf(-1.0 / 1.3).min(2_000.0);
        let watchers = watchers as u32;
        let crossing = 0.5 * (-distance / 0.06).exp();
        // Half of the changes at any time, the other half with the two rotations of each week.
        let mut changes = Vec::new();
        let mut time = dice.exponential(rate / 2.0);
        while time < f64::from((END - START) / DAY) {
            changes.push(START + (time * f64::from(DAY)) as u32);
            time += dice.exponential(rate / 2.0);
        }
        for rotation in rotations() {
            let mut sum = dice.exponential(rate * 7.0 / 4.0);
            while sum < 1.0 {
                changes.push(rotation + (f64::from(ROTATION) * dice.unit()) as u32);
                sum += dice.exponential(rate * 7.0 / 4.0);
            }
        }
        changes.sort_unstable();
        Self {
            watchers,
            basis_points: (distance * 10_000.0) as u32,
            weight: f64::from(watchers) * rate * crossing,
            changes,
        }
    }

    /// What reading it at even distances showed until the policy begins.
    fn history(&self) -> Seen {
        let mut seen = Seen::default();
        let mut changes = self.changes.iter().peekable();
        for reading in (START..=BEGIN).step_by((DAY / READINGS) as usize).skip(1) {
            let mut differs = false;
            while changes.next_if(|change| **change <= reading).is_some() {
                differs = true;
            }
            seen.count(DAY / READINGS, differs);
        }
        seen
    }
}

/// What was read, and how late.
struct Readings<'a> {
    world: &'a World,
    last: Vec<u32>,
    /// How many changes of each listing a reading saw.
    seen: Vec<usize>,
    /// Of rotations' changes, then of the others.
    sums: [Sum; 2],
    longest: u32,
    read: u32,
}

/// A weight, and a delay in seconds times it.
#[derive(Clone, Copy, Default)]
struct Sum {
    weight: f64,
    delay: f64,
}

impl Sum {
    /// What happens at any time of a stretch, so much a second, and is seen at one moment.
    fn add(&mut self, from: u32, until: u32, seen: u32, rate: f64) {
        if from < until {
            let weight = rate * f64::from(until - from);
            self.weight += weight;
            self.delay += weight * (f64::from(seen) - f64::midpoint(f64::from(from), f64::from(until)));
        }
    }

    fn minutes(self) -> f64 {
        self.delay / self.weight / 60.0
    }
}

impl<'a> Readings<'a> {
    fn new(world: &'a World) -> Self {
        let read = |listing: &Listing| listing.changes.partition_point(|change| *change <= BEGIN);
        Self {
            world,
            last: vec![BEGIN; world.listings.len()],
            seen: world.listings.iter().map(read).collect(),
            sums: [Sum::default(); 2],
            longest: 0,
            read: 0,
        }
    }

    /// Whether it changed.
    fn read(&mut self, key: usize, now: Second) -> bool {
        let now = now.get();
        self.delay(key, now);
        self.last[key] = now;
        self.read += 1;
        let changes = &self.world.listings[key].changes;
        let before = self.seen[key];
        while changes.get(self.seen[key]).is_some_and(|change| *change <= now) {
            self.seen[key] += 1;
        }
        self.seen[key] > before
    }

    fn delay(&mut self, key: usize, now: u32) {
        let last = self.last[key];
        let (from, until) = (last.max(FIRST), now.min(LAST));
        let weight = self.world.listings[key].weight;
        let [rotating, others] = &mut self.sums;
        others.add(from, until, now, weight / 2.0);
        for day in rotations().filter(|day| (FIRST..LAST).contains(day)) {
            let rate = weight / 2.0 * f64::from(7 * DAY) / f64::from(2 * ROTATION);
            rotating.add(from.max(day), until.min(day + ROTATION), now, rate);
        }
        if last >= BEGIN {
            self.longest = self.longest.max(now - last);
        }
    }

    fn outcome(mut self, calls: u32) -> Outcome {
        for key in 0..self.last.len() {
            self.delay(key, END);
        }
        let [rotations, others] = self.sums;
        let mean = |rotations: Sum| {
            Sum {
                weight: rotations.weight + others.weight,
                delay: rotations.delay + others.delay,
            }
            .minutes()
        };
        Outcome {
            mean: mean(rotations),
            rotations: rotations.minutes(),
            others: others.minutes(),
            with_coupons: mean(Sum {
                delay: rotations.weight * 150.0,
                ..rotations
            }),
            longest: f64::from(self.longest) / f64::from(HOUR),
            filled: f64::from(self.read) / (f64::from(calls) * CALL as f64),
        }
    }
}

/// A small generator of numbers that is its own seed (splitmix64).
struct Dice(u64);

impl Dice {
    /// In `[0, 1)`.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, rate: f64) -> f64 {
        -(1.0 - self.unit()).ln() / rate
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}
