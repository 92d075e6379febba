//! What any set of units costs at least in two checkouts, for all sets of up to twenty units.
//!
//! There are three to the power of twenty ways to choose a set and to halve it, so that each must take next to nothing.
//! Of each cost so much is taken off for each unit that what is left is small and fits 16 bits, rounded down: a division
//! of a set loses the same whatever it is. The sets that differ in the first three units stand together, and eight of
//! them are done at once. What is left is never below zero, so that two halves of which one leaves too much need no
//! look; whole ranges of them are passed over by the least that any of their sets leaves.
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

/// No threshold is over this: two of what may be left do not leave their 16 bits.
const HIGHEST: i64 = 15_000;

const FIRST: usize = 10;

/// So many sets of the next six units stand together in a range.
const RANGE: usize = 64;

type Lanes = [i16; LANES];

pub(super) struct Pairs {
    /// What each set leaves in one checkout, eight sets at a time; the least of the eight, and of a range.
    single: Vec<Lanes>,
    least_single: Vec<i16>,
    least_range: Vec<i16>,
    /// What each set leaves in at most two checkouts, eight sets at a time, if that is under the threshold.
    least: Vec<Lanes>,
    /// What is taken off for each set of the first ten units, and of the others; and what each checkout leaves less.
    weights: [Vec<i64>; 2],
    lowest: i64,
    /// How many bits are rounded away.
    shift: u32,
}

impl Pairs {
    /// From what each set costs in one checkout; the set of nothing has no place in it. Only what comes under a total of
    /// so many checkouts is told to the end: with four, one pair of them leaves at most half of what there is room for.
    /// `None` if the search was ended.
    pub(super) fn new(
        case: &mut Case<'_, '_>,
        cost: &[i64],
        weights: &[i64],
        total: i64,
        checkouts: usize,
    ) -> Option<Self> {
        let (first, others) = weights.split_at(weights.len().min(FIRST));
        let weights = [sums(first), sums(others)];
        let off = |set: usize| if set == 0 { 0 } else { cost[set] - weight(&weights, set) };
        let lowest = (0..cost.len()).map(off).min().unwrap_or(0);
        let places = i64::try_from(checkouts).unwrap_or(i64::MAX);
        let room = total - weight(&weights, cost.len() - 1) - places * lowest;
        let room = room.max(1);
        let shift = (0..40).find(|shift| room >> shift < HIGHEST).unwrap_or(40);
        let threshold = i16::try_from((room >> shift) + 1).unwrap_or(i16::MAX);
        let small = |set: usize| {
            i16::try_from((off(set) - lowest) >> shift)
                .unwrap_or(threshold)
                .min(threshold)
        };
        let single: Vec<Lanes> = (0..cost.len() / LANES)
            .map(|high| core::array::from_fn(|low| small(high * LANES + low)))
            .collect();
        let least = |lanes: &Lanes| lanes.iter().copied().min().unwrap_or(0);
        let least_single: Vec<i16> = single.iter().map(least).collect();
        let range = |sets: &[i16]| sets.iter().copied().min().unwrap_or(0);
        let mut pairs = Self {
            least_range: least_single.chunks(RANGE).map(range).collect(),
            least_single,
            least: Vec::with_capacity(single.len()),
            single,
            weights,
            lowest,
            shift,
        };
        let four = checkouts == 4;
        let first = if four { threshold / 2 + 1 } else { threshold };
        for high in 0..pairs.single.len() {
            let lanes = pairs.halved(high, first);
            pairs.least.push(lanes);
            if !case.go_on(1) {
                return None;
            }
        }
        if four && !pairs.rest(case, first, threshold) {
            return None;
        }
        Some(pairs)
    }

    /// Tells the sets up to a threshold beside which the others leave less than a lower one; false if the search was
    /// ended.
    fn rest(&mut self, case: &mut Case<'_, '_>, first: i16, threshold: i16) -> bool {
        let last = self.single.len() - 1;
        for high in 0..=last {
            let (own, other) = (self.least[high], self.least[last ^ high]);
            let open = (0..LANES).any(|low| own[low] >= first && other[LANES - 1 - low] < first);
            if open {
                self.least[high] = self.halved(high, threshold);
                if !case.go_on(1) {
                    return false;
                }
            }
        }
        true
    }

    /// What eight sets leave at least in at most two checkouts, if that is under a threshold.
    fn halved(&self, high: usize, threshold: i16) -> Lanes {
        let mut least = [threshold; LANES];
        self.halves(high, threshold, &mut |one, other| {
            least = join(&self.single[one], &self.single[other], &least);
        });
        least
    }

    /// The ways to halve eight sets of which one could leave less than a threshold.
    #[inline]
    fn halves(&self, high: usize, threshold: i16, found: &mut impl FnMut(usize, usize)) {
        let first = high & high.wrapping_neg();
        let (low, up) = ((high ^ first) % RANGE, (high ^ first) / RANGE);
        let (first_low, first_up) = (first % RANGE, first / RANGE);
        let whole = high / RANGE;
        let mut part = up;
        loop {
            let own = part | first_up;
            if self.least_range[own] + self.least_range[whole ^ own] < threshold {
                let own = (own * RANGE) | first_low;
                let mut part = low;
                loop {
                    let (one, other) = (own | part, high ^ own ^ part);
                    if self.least_single[one] + self.least_single[other] < threshold {
                        found(one, other);
                    }
                    if part == 0 {
                        break;
                    }
                    part = (part - 1) & low;
                }
            }
            if part == 0 {
                return;
            }
            part = (part - 1) & up;
        }
    }

    /// The ways to have a set in two checkouts, one of which may be empty, that could cost less than so much.
    pub(super) fn under(&self, set: usize, below: i64) -> Vec<(usize, usize)> {
        let room = (below - 2 * self.lowest - weight(&self.weights, set)) >> self.shift;
        let threshold = i16::try_from(room.clamp(-1, HIGHEST) + 1).unwrap_or(0);
        let (high, lanes) = (set / LANES, set % LANES);
        let mut ways = Vec::new();
        self.halves(high, threshold, &mut |one, other| {
            let mut low = lanes;
            loop {
                if self.single[one][low] + self.single[other][lanes ^ low] < threshold {
                    ways.push((one * LANES + low, other * LANES + (lanes ^ low)));
                }
                // Two halves of nothing but the first units are the same in both orders.
                if low == 0 || high == 0 && low == (lanes & lanes.wrapping_neg()) {
                    break;
                }
                low = (low - 1) & lanes;
            }
        });
        ways
    }

    /// What a set costs at least in at most two checkouts; where that is too much for the total, less than it is.
    pub(super) fn least(&self, set: usize) -> i64 {
        let left = i64::from(self.least[set / LANES][set % LANES]) << self.shift;
        left + 2 * self.lowest + weight(&self.weights, set)
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
