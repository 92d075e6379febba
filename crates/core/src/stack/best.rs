//! The best stack: the smallest total over every admissible choice of at most one discount per slot.
//!
//! A depth-first search in the order of the steps, the discount that takes most first, with a lower bound on whatever
//! can follow. The bound walks the slots that are left and leaves as little as any of their discounts could: for one
//! that covers the whole checkout, what a smaller price leaves is never more, so the least leaves the least; for one
//! that covers a part, it takes at most what it would take now. With minimums on listed prices the first descent is
//! the optimum but for rounding and partial scopes, and the bound closes nearly everything else at once.
//!
//! An exclusive discount stands alone among the chosen price discounts, so each is searched on its own.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "places come from the till's own lists, and amounts are bounded on the way in"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::till::{Candidate, Scratch, Till};
use super::walk::{EMPTY, Walk};
use super::{Stack, one};
use crate::checkout::Checkout;
use crate::money::Money;
use crate::rules::RuleSet;

/// So many amounts are looked at before the best so far is taken, and said not to be proven: a second or two. Only a
/// checkout made to be hard comes here.
const MOST_WORK: u64 = 120_000_000;

/// So many are looked at to tell choices of one total apart, or for the total of one refused discount.
const TIES_WORK: u64 = 20_000_000;

/// The best stack of a checkout. Cannot fail: a discount that is of no use is an answer.
///
/// The total is the smallest of all admissible choices; ties go to fewer discounts, then to the sorted list of their
/// ids. Each discount comes back once: applied, or refused with the first reason that holds. The order of the
/// discounts never changes the answer.
pub fn best(checkout: &Checkout, rules: &RuleSet) -> Stack {
    let till = Till::new(checkout, rules);
    let mut search = Search::new(&till);
    let choice = match one::least(checkout, rules) {
        Some(least) => till.choice_of(&least.discounts),
        None => search.choice(),
    };
    let walk = Walk::new(&till, &choice, &[]);
    let refused = super::refuse::refusals(&till, &walk, &mut search);
    walk.into_stack(&till, refused, search.proven())
}

/// What a checkout comes to at best, without the working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Least {
    /// The total.
    pub total: Money,
    /// The discounts that apply, by place and in the order of the steps.
    pub discounts: Vec<usize>,
    /// Whether no choice can be cheaper; see [`Stack::proven`].
    pub proven: bool,
}

/// The total and the choice of [`best`], without receipt and refusals: for re-pricing many checkouts at once.
pub fn least(checkout: &Checkout, rules: &RuleSet) -> Least {
    if let Some(least) = one::least(checkout, rules) {
        let total = Money::new(least.total, checkout.currency);
        return Least {
            total,
            discounts: least.discounts.into_iter().map_while(|place| place).collect(),
            proven: true,
        };
    }
    let till = Till::new(checkout, rules);
    let mut search = Search::new(&till);
    let choice = search.choice();
    let discounts = choice
        .iter()
        .filter(|place| **place != EMPTY)
        .map(|place| till.candidates[*place].discount);
    Least {
        total: till.money(search.best_total),
        discounts: discounts.collect(),
        proven: search.proven(),
    }
}

/// What may be chosen together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Everything but exclusive discounts.
    Shared,
    /// This discount as the only price discount, and what layers on top of it.
    Only(usize),
}

/// What becomes of choices that can only come to the total of the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ties {
    /// They are passed over, and whether there were any is noted.
    PassedOver(bool),
    /// They are followed up.
    FollowedUp,
}

/// A search through the choices of a till.
pub(super) struct Search<'t, 'a> {
    till: &'t Till<'a>,
    mode: Mode,
    /// The states of the descent, one after another.
    states: Vec<i64>,
    /// The candidate in each slot.
    chosen: Vec<usize>,
    /// Where each slot's list goes on.
    cursors: Vec<usize>,
    /// How many discounts were applied before each slot.
    counts: Vec<usize>,
    /// What they cost besides.
    tolls: Vec<i64>,
    best: Vec<usize>,
    best_total: i64,
    best_count: usize,
    /// Whether choices that come to the same are followed up, to tell them apart.
    ties: Ties,
    /// For each discount the most that it can still take; kept for its memory.
    most: Vec<i64>,
    /// What may still be spent, in amounts looked at.
    left: u64,
    scratch: Scratch,
}

impl<'t, 'a> Search<'t, 'a> {
    pub(super) fn new(till: &'t Till<'a>) -> Self {
        let depth = till.slots.len();
        let mut states = vec![0; (depth + 1) * till.width()];
        states[..till.width()].copy_from_slice(&till.opening);
        Self {
            till,
            mode: Mode::Shared,
            states,
            chosen: vec![EMPTY; depth],
            cursors: vec![0; depth],
            counts: vec![0; depth + 1],
            tolls: vec![0; depth + 1],
            best: vec![EMPTY; depth],
            best_total: i64::MAX,
            best_count: usize::MAX,
            ties: Ties::PassedOver(false),
            most: Vec::new(),
            left: MOST_WORK,
            scratch: Scratch::default(),
        }
    }

    /// The best choice: for each slot a candidate, or none.
    ///
    /// First the least total is found, passing over whatever can only come to the same. If there was such a thing, it
    /// is followed up, for the number of discounts and their ids to decide.
    pub(super) fn choice(&mut self) -> Vec<usize> {
        self.everything();
        if self.ties == Ties::PassedOver(true) && self.left > 0 {
            let left = core::mem::replace(&mut self.left, TIES_WORK);
            self.ties = Ties::FollowedUp;
            self.everything();
            self.left = left;
        }
        self.best.clone()
    }

    /// The least total, tolls and all, and one choice that comes to it; whatever else comes to the same is passed over.
    /// Proven if so much work is enough.
    pub(super) fn cheapest(mut self, work: u64) -> (i64, Vec<usize>, bool) {
        self.left = work;
        self.everything();
        let proven = self.proven();
        (self.best_total, self.best, proven)
    }

    fn everything(&mut self) {
        let till = self.till;
        let exclusive = till.candidates.iter().filter(|candidate| candidate.exclusive());
        let mut exclusives: Vec<usize> = exclusive.map(|candidate| candidate.discount).collect();
        exclusives.sort_unstable();
        exclusives.dedup();
        // Few choices each, and whatever they come to shortens the long search.
        for discount in exclusives {
            self.descend(Mode::Only(discount));
        }
        self.descend(Mode::Shared);
    }

    /// The best total with one discount as the only chosen price discount.
    pub(super) fn alone(&mut self, discount: usize) -> i64 {
        let kept = (
            core::mem::take(&mut self.best),
            self.best_total,
            self.best_count,
            self.left,
        );
        self.best = vec![EMPTY; self.till.slots.len()];
        (self.best_total, self.best_count, self.left) = (i64::MAX, usize::MAX, TIES_WORK);
        self.ties = Ties::PassedOver(false);
        self.descend(Mode::Only(discount));
        let total = self.best_total;
        (self.best, self.best_total, self.best_count, self.left) = kept;
        total
    }

    fn proven(&self) -> bool {
        self.left > 0
    }

    /// Depth first, without recursion: a checkout may have thousands of slots.
    fn descend(&mut self, mode: Mode) {
        self.mode = mode;
        let depth = self.till.slots.len();
        let mut at = 0;
        self.counts[0] = 0;
        if !self.enter(0) {
            return;
        }
        loop {
            if at == depth {
                self.leaf();
            } else if self.step(at) {
                if self.enter(at + 1) {
                    at += 1;
                }
                continue;
            }
            if at == 0 {
                return;
            }
            at -= 1;
        }
    }

    /// Makes a slot ready, unless nothing that follows can be better than what is known.
    fn enter(&mut self, at: usize) -> bool {
        // One choice is always carried out to its end.
        if self.best_total != i64::MAX {
            let first = self
                .till
                .slots
                .get(at)
                .map_or(self.till.candidates.len(), |slot| slot.all().start);
            let work = 8 + self.till.width() + self.till.candidates.len() - first;
            self.left = self.left.saturating_sub(u64::try_from(work).unwrap_or(u64::MAX));
            if self.left == 0 || self.hopeless(at) {
                return false;
            }
        }
        if let Some(slot) = self.till.slots.get(at) {
            self.cursors[at] = slot.all().start;
        }
        true
    }

    /// Puts the next choice of a slot into effect; false when there is none left.
    fn step(&mut self, at: usize) -> bool {
        let slot = self.till.slots[at];
        let end = slot.all().end;
        if self.cursors[at] > end {
            return false;
        }
        if slot.automatic {
            // Nothing is chosen here: the largest amount applies.
            self.cursors[at] = end + 1;
            let taken = self.till.largest(slot, self.state(at), &self.chosen[..at], &[]);
            self.take(at, taken);
            return true;
        }
        while self.cursors[at] < end {
            let place = self.cursors[at];
            self.cursors[at] += 1;
            let amount = self.allowed(&self.till.candidates[place], at);
            if amount > 0 {
                self.take(at, Some((place, amount)));
                return true;
            }
        }
        // Last, the slot stays empty.
        self.cursors[at] = end + 1;
        self.take(at, None);
        true
    }

    /// What a candidate would take in a slot; zero where it cannot be chosen.
    fn allowed(&self, candidate: &Candidate, at: usize) -> i64 {
        let (till, state) = (self.till, self.state(at));
        let free = self.tolerated(candidate)
            && !(candidate.several && till.used(candidate.discount, &self.chosen[..at]))
            && till.admissible(candidate, state);
        if free { till.amount(candidate, state) } else { 0 }
    }

    /// Whether exclusivity lets a candidate in.
    fn tolerated(&self, candidate: &Candidate) -> bool {
        match self.mode {
            _ if candidate.automatic() => true,
            Mode::Shared => !candidate.exclusive(),
            Mode::Only(one) => candidate.discount == one || self.till.layers_on(candidate, one),
        }
    }

    fn take(&mut self, at: usize, taken: Option<(usize, i64)>) {
        let width = self.till.width();
        let (before, after) = self.states.split_at_mut((at + 1) * width);
        let (before, after) = (&before[at * width..], &mut after[..width]);
        after.copy_from_slice(before);
        self.chosen[at] = taken.map_or(EMPTY, |(place, _)| place);
        self.counts[at + 1] = self.counts[at] + usize::from(taken.is_some());
        self.tolls[at + 1] = self.tolls[at] + taken.map_or(0, |(place, _)| self.till.candidates[place].toll);
        if let Some((place, amount)) = taken {
            self.till
                .apply(&self.till.candidates[place], amount, after, &mut self.scratch);
        }
    }

    fn state(&self, at: usize) -> &[i64] {
        let width = self.till.width();
        &self.states[at * width..(at + 1) * width]
    }

    fn leaf(&mut self) {
        let depth = self.till.slots.len();
        let total = Till::total(self.state(depth)) + self.tolls[depth];
        let count = self.counts[depth];
        if total > self.best_total || (total == self.best_total && count > self.best_count) {
            return;
        }
        let better = total < self.best_total || count < self.best_count || self.first_by_id();
        if better {
            self.best.copy_from_slice(&self.chosen);
            (self.best_total, self.best_count) = (total, count);
        }
    }

    /// Whether the choice stands before the best one by its sorted ids, and with the same ids by those of the earlier
    /// slots. Never by places: they follow the order of the input.
    fn first_by_id(&self) -> bool {
        let till = self.till;
        let id = |place: &usize| (*place != EMPTY).then(|| &till.discount(&till.candidates[*place]).id);
        let sorted = |choice: &[usize]| {
            let mut ids: Vec<_> = choice.iter().filter_map(id).collect();
            ids.sort_unstable();
            ids
        };
        // A slot that is taken stands before one that is free.
        let by_slot = |place: &usize| (*place == EMPTY, id(place));
        let ids = sorted(&self.chosen).cmp(&sorted(&self.best));
        ids.then_with(|| self.chosen.iter().map(by_slot).cmp(self.best.iter().map(by_slot)))
            .is_lt()
    }

    /// Whether no choice in the slots from here on can be better than the best that is known.
    fn hopeless(&mut self, at: usize) -> bool {
        let bound = self.bound(at);
        if bound != self.best_total {
            return bound > self.best_total;
        }
        if self.ties != Ties::FollowedUp {
            self.ties = Ties::PassedOver(true);
            return true;
        }
        // To reach the bound from a higher total takes at least one more discount.
        let count = self.counts[at] + usize::from(bound < Till::total(self.state(at)) + self.tolls[at]);
        count > self.best_count
    }

    /// A total that no choice in the slots from here on can go below.
    fn bound(&mut self, at: usize) -> i64 {
        let bound = self.bound_from(at, 0, true);
        if self.till.several_until <= at || bound > self.best_total {
            return bound;
        }
        // A discount that could take several slots takes one: let each take its most, once, apart from all others.
        let several = self.most_of_several(at);
        if several == 0 {
            bound
        } else {
            bound.max(self.bound_from(at, several, false))
        }
    }

    /// The bound with the candidates that could take several slots, or without them and with what they take at most.
    ///
    /// That is taken behind the last of their slots. Of a price that is smaller by so much, a discount leaves less by
    /// no more than so much: what is taken later leaves the least.
    fn bound_from(&self, at: usize, taken: i64, several: bool) -> i64 {
        let till = self.till;
        let state = self.state(at);
        let mut merchandise = till.merchandise(state);
        let mut shipping = till.shipping(state);
        for (place, slot) in till.slots.iter().enumerate().skip(at) {
            let (mut least, mut most_shipping) = (merchandise, 0);
            for candidate in &till.candidates[slot.all()] {
                // What it takes of the opening is the most that it ever takes, and the rest of the slot takes less.
                if !slot.shipping && merchandise - candidate.most >= least {
                    break;
                }
                if !self.tolerated(candidate) || !till.admissible(candidate, state) {
                    continue;
                }
                if candidate.shipping {
                    most_shipping = most_shipping.max(till.most_from(candidate, state) - candidate.toll);
                } else if several || !candidate.several {
                    let whole = if candidate.whole {
                        till.amount_of_base(candidate, merchandise)
                    } else {
                        None
                    };
                    let amount = whole.unwrap_or_else(|| till.most_from(candidate, state));
                    least = least.min(merchandise - amount.min(merchandise) + candidate.toll);
                }
            }
            merchandise = least;
            if place + 1 == till.several_until {
                merchandise = (merchandise - taken).max(0);
            }
            shipping -= most_shipping.min(shipping);
        }
        merchandise + shipping + self.tolls[at]
    }

    /// The most that the discounts that could take several slots can still take, each of them once.
    fn most_of_several(&mut self, at: usize) -> i64 {
        const USED: i64 = -1;
        let till = self.till;
        let Some(slot) = till.slots.get(at) else { return 0 };
        let mut most = core::mem::take(&mut self.most);
        most.clear();
        most.resize(till.checkout.discounts.len(), 0);
        for place in self.chosen[..at].iter().filter(|place| **place != EMPTY) {
            most[till.candidates[*place].discount] = USED;
        }
        let state = self.state(at);
        for candidate in &till.candidates[slot.all().start..] {
            let known = most[candidate.discount];
            let counts = candidate.several && !candidate.shipping && known != USED && candidate.most > known;
            if counts && self.tolerated(candidate) && till.admissible(candidate, state) {
                most[candidate.discount] = known.max(till.most_from(candidate, state) - candidate.toll);
            }
        }
        let sum = most.iter().filter(|amount| **amount != USED).sum();
        self.most = most;
        sum
    }
}
