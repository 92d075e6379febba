//! Which kinds of checkouts stand together: the cheapest, and all that could come under a total.
//!
//! The offers of whole checkouts are good for so many uses. A toll for each of them, set to where the cheapest kind in
//! every checkout bounds most, keeps the search for what stands together short.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_wrap,
    reason = "places come from the list of kinds; a setting has no amounts over 10^9"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::duals::Priced;

/// So many choices are looked at; a bound by the tolls alone has to do where there are more.
const MOST_NODES: u32 = 500_000;

/// How often tolls are changed before a choice.
const ROUNDS: i64 = 24;

pub(super) struct Choice {
    /// For each offer how often it is to be had in the checkouts, and its toll.
    uses: Vec<i64>,
    pub(super) tolls: Vec<i64>,
    bins: usize,
    /// The kinds by what they cost with tolls: a first list of what could be chosen.
    order: Vec<(i64, usize)>,
    left: Vec<i64>,
    chosen: Vec<usize>,
    nodes: u32,
    /// The tolls of all uses together.
    back: i64,
}

impl Choice {
    pub(super) fn new(uses: &[Option<u32>], bins: usize) -> Self {
        let most = |uses: &Option<u32>| uses.map_or(i64::MAX, i64::from).min(bins as i64);
        let uses: Vec<i64> = uses.iter().map(most).collect();
        Self {
            tolls: vec![0; uses.len()],
            left: uses.clone(),
            uses,
            bins,
            order: Vec::new(),
            chosen: Vec::new(),
            nodes: 0,
            back: 0,
        }
    }

    fn tolled(&self, priced: &Priced) -> i64 {
        let tolls = priced.kind.offers.iter().map(|offer| self.tolls[*offer]);
        priced.value + tolls.sum::<i64>()
    }

    fn back(&self) -> i64 {
        self.tolls.iter().zip(&self.uses).map(|(toll, uses)| toll * uses).sum()
    }

    /// Moves the tolls to where the cheapest kind in every checkout bounds more: it comes to no more than `total`.
    fn charge(&mut self, kinds: &[Priced], total: i64) {
        let bins = self.bins as i64;
        let mut best = (i64::MIN, self.tolls.clone());
        for round in 0..ROUNDS {
            let each = kinds
                .iter()
                .enumerate()
                .map(|(place, priced)| (self.tolled(priced), place));
            let Some((least, place)) = each.min() else { return };
            let (used, least) = (&kinds[place].kind.offers, least.min(0));
            let bound = bins * least - self.back();
            if bound > best.0 {
                best = (bound, self.tolls.clone());
            }
            let over = |offer: usize| {
                let used = if least < 0 && used.contains(&offer) { bins } else { 0 };
                let over = used - self.uses[offer];
                if self.tolls[offer] == 0 { over.max(0) } else { over }
            };
            let over: Vec<i64> = (0..self.uses.len()).map(over).collect();
            let square: i64 = over.iter().map(|over| over * over).sum();
            if square == 0 || bound >= total {
                break;
            }
            let step = (total - bound) / ROUNDS * (ROUNDS - round);
            for (toll, over) in self.tolls.iter_mut().zip(over) {
                *toll = (*toll + step / square * over).max(0);
            }
        }
        self.tolls = best.1;
    }

    /// The kinds that come to the least together, and what no others go below. `before` are some to begin with.
    pub(super) fn cheapest(&mut self, kinds: &[Priced], before: &[usize]) -> (i64, Vec<usize>) {
        let start: i64 = before.iter().map(|kind| kinds[*kind].value).sum();
        self.charge(kinds, start);
        self.sort(kinds, start);
        let mut best = (start, before.to_vec());
        let done = self.go(
            kinds,
            0,
            0,
            0,
            &mut |sum, chosen, below: &mut i64| {
                *below = sum;
                best = (sum, chosen.to_vec());
                true
            },
            &mut { start },
        );
        if !done {
            let least = self.order.first().map_or(0, |first| first.0).min(0);
            best.0 = best.0.min(least * self.bins as i64 - self.back);
        }
        best
    }

    /// All that come to less than so much together, but no more than `most` of them; `None` if there are more, or too
    /// many to look through.
    pub(super) fn under(&mut self, kinds: &[Priced], below: i64, most: usize) -> Option<Vec<(i64, Vec<usize>)>> {
        self.charge(kinds, below);
        self.sort(kinds, below);
        let mut all = Vec::new();
        let done = self.go(
            kinds,
            0,
            0,
            0,
            &mut |sum, chosen, _| {
                all.push((sum, chosen.to_vec()));
                all.len() <= most
            },
            &mut { below },
        );
        done.then_some(all)
    }

    /// The kinds by what they cost with tolls, without those that are in nothing that comes under a total.
    fn sort(&mut self, kinds: &[Priced], below: i64) {
        self.back = self.back();
        self.nodes = MOST_NODES;
        let order = kinds
            .iter()
            .enumerate()
            .map(|(place, priced)| (self.tolled(priced), place));
        self.order = order.collect();
        self.order.sort_unstable();
        let least = self.order.first().map_or(0, |first| first.0).min(0);
        let others = least * (self.bins as i64 - 1) - self.back;
        // An empty checkout costs nothing and uses nothing.
        self.order.retain(|(tolled, _)| tolled + others < below);
    }

    /// Goes through what comes to less than `below`; false if `found` ended it.
    fn go(
        &mut self,
        kinds: &[Priced],
        from: usize,
        sum: i64,
        tolled: i64,
        found: &mut dyn FnMut(i64, &[usize], &mut i64) -> bool,
        below: &mut i64,
    ) -> bool {
        if sum < *below && !found(sum, &self.chosen, below) {
            return false;
        }
        let left = (self.bins - self.chosen.len()) as i64;
        if left == 0 {
            return true;
        }
        for at in from..self.order.len() {
            self.nodes = self.nodes.saturating_sub(1);
            if self.nodes == 0 {
                return false;
            }
            let (own, place) = self.order[at];
            // The others cost no less than this one, or nothing.
            if tolled + own + (left - 1) * own.min(0) - self.back >= *below {
                return true;
            }
            let priced = &kinds[place];
            if priced.kind.offers.iter().any(|offer| self.left[*offer] == 0) {
                continue;
            }
            for offer in &priced.kind.offers {
                self.left[*offer] -= 1;
            }
            self.chosen.push(place);
            let on = self.go(kinds, at, sum + priced.value, tolled + own, found, below);
            self.chosen.pop();
            for offer in &priced.kind.offers {
                self.left[*offer] += 1;
            }
            if !on {
                return false;
            }
        }
        true
    }
}
