//! What any set of units costs at least in two checkouts, for all sets of up to twenty units.
//!
//! There are three to the power of twenty ways to choose a set and to halve it, so that each must take next to nothing.
//! Of each cost so much is taken off for each unit that what is left is small and fits 16 bits, rounded down: a division
//! of a set loses the same whatever it is. The sets that differ in the first three units stand together, and eight of
//! them are done at once.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "places are sets of units, and amounts are bounded on the way in"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::case::Case;

/// The sets of the first three units.
const LANES: usize = 8;

/// No cost is under this, and what is over that is taken for it: two of them do not leave their 16 bits.
const LOWEST: i64 = -8_000;
const HIGHEST: i16 = 15_000;

const FIRST: usize = 10;

type Lanes = [i16; LANES];

pub(super) struct Pairs {
    /// What each set costs in at most two checkouts, eight sets at a time.
    least: Vec<Lanes>,
    /// What is taken off for each set of the first ten units, and of the others.
    weights: [Vec<i64>; 2],
    /// How many bits are rounded away.
    shift: u32,
}

impl Pairs {
    /// From what each set costs in one checkout; the set of nothing has no place in it. `None` if the search was ended.
    pub(super) fn new(case: &mut Case<'_, '_>, cost: &[i64], weights: &[i64]) -> Option<Self> {
        let sets = cost.len() / LANES;
        let (first, others) = weights.split_at(weights.len().min(FIRST));
        let weights = [sums(first), sums(others)];
        let off = |set: usize| if set == 0 { 0 } else { cost[set] - weight(&weights, set) };
        let lowest = (0..cost.len()).map(off).min().unwrap_or(0);
        let shift = (0..40).find(|shift| lowest >> shift >= LOWEST).unwrap_or(40);
        let small = |set: usize| i16::try_from(off(set) >> shift).unwrap_or(HIGHEST).min(HIGHEST);
        let single: Vec<Lanes> = (0..sets)
            .map(|high| core::array::from_fn(|low| small(high * LANES + low)))
            .collect();
        let mut all = Vec::with_capacity(sets);
        for high in 0..sets {
            let first = high & high.wrapping_neg();
            let rest = high ^ first;
            let mut least = [i16::MAX; LANES];
            let mut part = rest;
            loop {
                let own = part | first;
                least = join(&single[own], &single[high ^ own], &least);
                if part == 0 {
                    break;
                }
                part = (part - 1) & rest;
            }
            all.push(least);
            if !case.go_on(16) {
                return None;
            }
        }
        Some(Self {
            least: all,
            weights,
            shift,
        })
    }

    /// What a set costs at least in at most two checkouts.
    pub(super) fn least(&self, set: usize) -> i64 {
        (i64::from(self.least[set / LANES][set % LANES]) << self.shift) + weight(&self.weights, set)
    }
}

/// For each set of some units the sum of their weights.
fn sums(weights: &[i64]) -> Vec<i64> {
    let mut sums = vec![0];
    for weight in weights {
        let with: Vec<i64> = sums.iter().map(|sum| sum + weight).collect();
        sums.extend(with);
    }
    sums
}

fn weight(weights: &[Vec<i64>; 2], set: usize) -> i64 {
    weights[0][set & ((1 << FIRST) - 1)] + weights[1][set >> FIRST]
}

/// For each set of the first three units the least of all ways to halve it.
#[inline]
fn join(one: &Lanes, other: &Lanes, least: &Lanes) -> Lanes {
    let least = with::<0>(one, other, least);
    let least = with::<1>(one, other, &least);
    let least = with::<2>(one, other, &least);
    let least = with::<3>(one, other, &least);
    let least = with::<4>(one, other, &least);
    let least = with::<5>(one, other, &least);
    let least = with::<6>(one, other, &least);
    with::<7>(one, other, &least)
}

/// The ways with the same set in the first checkout: what is no superset of it stays as it was.
#[inline]
fn with<const SET: usize>(one: &Lanes, other: &Lanes, least: &Lanes) -> Lanes {
    const NOT: [[i16; LANES]; LANES] = not();
    let (own, other, least, mut found) = (one[SET], *other, *least, [0; LANES]);
    for set in 0..LANES {
        let sum = (own + other[set ^ SET]).max(NOT[SET][set]);
        found[set] = sum.min(least[set]);
    }
    found
}

/// The largest number where a set is no superset of another, else the smallest.
const fn not() -> [[i16; LANES]; LANES] {
    let mut not = [[i16::MIN; LANES]; LANES];
    let mut own = 0;
    while own < LANES {
        let mut set = 0;
        while set < LANES {
            if set & own != own {
                not[own][set] = i16::MAX;
            }
            set += 1;
        }
        own += 1;
    }
    not
}
