//! A choice carried out: slot by slot through the till, what applies there and what it leaves.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "places come from the till's own lists, and amounts are bounded on the way in"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::till::{Candidate, Places, Scratch, Till};
use super::{Applied, Refused, Stack, Totals};

/// No candidate in this slot.
pub(super) const EMPTY: usize = usize::MAX;

/// A choice carried out: the states on the way, and what applied.
pub(super) struct Walk {
    choice: Vec<usize>,
    /// The state before each slot, and the last one.
    states: Vec<i64>,
    width: usize,
    pub(super) steps: Vec<Taken>,
}

/// A place to try another choice in.
pub(super) struct Trial {
    state: Vec<i64>,
    choice: Vec<usize>,
    scratch: Scratch,
}

impl Trial {
    pub(super) fn new(till: &Till<'_>) -> Self {
        Self {
            state: vec![0; till.width()],
            choice: vec![EMPTY; till.slots.len()],
            scratch: Scratch::default(),
        }
    }

    /// Whether what applied in a walk applied in this trial too.
    pub(super) fn has(&self, taken: &Taken) -> bool {
        self.choice[taken.slot] == taken.candidate
    }
}

/// What is wanted in a slot.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    /// A candidate or none; an automatic slot goes its own way.
    Chosen(usize),
    /// This candidate, even in an automatic slot.
    Forced(usize),
}

/// A candidate that applied.
pub(super) struct Taken {
    pub(super) candidate: usize,
    pub(super) slot: usize,
    amount: i64,
}

impl Walk {
    /// Carries out a choice; what a state does not admit drops out, as at a till that says nothing.
    /// Automatic discounts apply by themselves, but for those in `without`.
    pub(super) fn new(till: &Till<'_>, choice: &[usize], without: &[usize]) -> Self {
        let (slots, width) = (till.slots.len(), till.width());
        let mut states = vec![0; (slots + 1) * width];
        states[..width].copy_from_slice(&till.opening);
        let mut walk = Self {
            choice: vec![EMPTY; slots],
            states,
            width,
            steps: Vec::with_capacity(slots),
        };
        let mut scratch = Scratch::default();
        for (at, wanted) in choice.iter().enumerate() {
            let (before, after) = walk.states.split_at_mut((at + 1) * width);
            let (before, after) = (&before[at * width..], &mut after[..width]);
            after.copy_from_slice(before);
            let taken = till.wanted(Wanted::Chosen(*wanted), at, before, &walk.choice[..at], without);
            if let Some((place, amount)) = taken {
                walk.choice[at] = place;
                till.apply(&till.candidates[place], amount, after, &mut scratch);
                walk.steps.push(Taken {
                    candidate: place,
                    slot: at,
                    amount,
                });
            }
        }
        walk
    }

    /// The total had a candidate been put into its slot and everything else stayed; [`Trial`] keeps what applied then.
    pub(super) fn total_with(&self, till: &Till<'_>, slot: usize, place: usize, trial: &mut Trial) -> i64 {
        trial.state.copy_from_slice(self.before(slot));
        trial.choice.copy_from_slice(&self.choice);
        for at in slot..till.slots.len() {
            let automatic = till.slots[at].automatic;
            let wanted = if at == slot {
                Wanted::Forced(place)
            } else {
                Wanted::Chosen(self.choice[at])
            };
            // Nothing happens in a slot that stays empty.
            if at == slot || automatic || self.choice[at] != EMPTY {
                // What was chosen stands once: only an automatic discount could be there already.
                let chosen = if automatic { &trial.choice[..at] } else { &[] };
                let taken = till.wanted(wanted, at, &trial.state, chosen, &[]);
                trial.choice[at] = taken.map_or(EMPTY, |(place, _)| place);
                if let Some((place, amount)) = taken {
                    till.apply(&till.candidates[place], amount, &mut trial.state, &mut trial.scratch);
                }
            }
        }
        Till::total(&trial.state)
    }

    /// The state before a slot.
    pub(super) fn before(&self, slot: usize) -> &[i64] {
        &self.states[slot * self.width..(slot + 1) * self.width]
    }

    pub(super) fn total(&self) -> i64 {
        Till::total(&self.states[self.choice.len() * self.width..])
    }

    /// What stands in a slot.
    pub(super) fn taken(&self, slot: usize) -> Option<usize> {
        Some(self.choice[slot]).filter(|place| *place != EMPTY)
    }

    pub(super) fn into_stack(self, till: &Till<'_>, refused: Vec<Refused>, proven: bool) -> Stack {
        let totals = |state: &[i64]| Totals {
            merchandise: till.money(till.merchandise(state)),
            shipping: till.money(till.shipping(state)),
        };
        let applied = self.steps.iter().map(|taken| {
            let candidate = &till.candidates[taken.candidate];
            let (before, after) = (self.before(taken.slot), self.before(taken.slot + 1));
            let shipping = candidate.shipping;
            let (lines, pools) = till.parts(before, after, shipping);
            let running = |state: &[i64]| {
                if shipping {
                    till.shipping(state)
                } else {
                    till.merchandise(state)
                }
            };
            Applied {
                step: usize::try_from(candidate.step).unwrap_or(usize::MAX),
                slot: till.slot(candidate),
                discount: candidate.discount,
                eligible_spend: till.money(till.spend(candidate, before)),
                base: till.money(till.base(candidate, before)),
                amount: till.money(taken.amount),
                after: till.money(running(after)),
                by_line: lines.into_iter().map(|part| till.money(part)).collect(),
                by_pool: pools.into_iter().map(|part| till.money(part)).collect(),
            }
        });
        let applied: Vec<Applied> = applied.collect();
        let ends = applied
            .iter()
            .filter_map(|one| till.checkout.discounts[one.discount].valid_until);
        Stack {
            rules: till.rules.id.clone(),
            before: totals(&till.opening),
            after: totals(self.before(self.choice.len())),
            earliest_expiry: ends.min(),
            applied,
            refused,
            proven,
        }
    }
}

impl Till<'_> {
    /// The automatic discount of a slot that takes most, and what it takes; ties go to the smaller id, and those in
    /// `without` are left out.
    pub(super) fn largest(
        &self,
        slot: Places,
        state: &[i64],
        chosen: &[usize],
        without: &[usize],
    ) -> Option<(usize, i64)> {
        let mut best: Option<(usize, i64)> = None;
        for place in slot.all() {
            let candidate = &self.candidates[place];
            let out = without.contains(&candidate.discount)
                || candidate.several && self.used(candidate.discount, chosen)
                || !self.admissible(candidate, state);
            if out {
                continue;
            }
            let amount = self.amount(candidate, state);
            let id = |place: usize| &self.discount(&self.candidates[place]).id;
            if amount > 0 && best.is_none_or(|(other, most)| amount > most || amount == most && id(place) < id(other)) {
                best = Some((place, amount));
            }
        }
        best
    }

    /// The choice that a list of discounts stands for, where each has one slot.
    pub(super) fn choice_of(&self, discounts: &[Option<usize>]) -> Vec<usize> {
        let chosen = |place: &usize| discounts.contains(&Some(self.candidates[*place].discount));
        self.slots
            .iter()
            .map(|slot| slot.all().find(chosen).unwrap_or(EMPTY))
            .collect()
    }

    /// What applies in a slot when something is wanted there, and how much it takes.
    fn wanted(
        &self,
        wanted: Wanted,
        at: usize,
        state: &[i64],
        before: &[usize],
        without: &[usize],
    ) -> Option<(usize, i64)> {
        match wanted {
            Wanted::Chosen(_) if self.slots[at].automatic => self.largest(self.slots[at], state, before, without),
            Wanted::Chosen(EMPTY) => None,
            Wanted::Chosen(place) | Wanted::Forced(place) => {
                let candidate = &self.candidates[place];
                let free = !candidate.several || !self.used(candidate.discount, before);
                let applies = free && self.admissible(candidate, state);
                applies
                    .then(|| (place, self.amount(candidate, state)))
                    .filter(|(_, amount)| *amount > 0)
            }
        }
    }

    pub(super) fn used(&self, discount: usize, chosen: &[usize]) -> bool {
        chosen
            .iter()
            .any(|place| *place != EMPTY && self.candidates[*place].discount == discount)
    }

    /// Whether a candidate may be chosen beside an exclusive discount that is in force.
    pub(super) fn layers_on(&self, candidate: &Candidate, exclusive: usize) -> bool {
        let other = &self.checkout.discounts[exclusive];
        // The other one need not be exclusive itself where its total alone is asked for.
        let strict = self.rules.exclusive_blocks_free_shipping && (other.exclusive || candidate.exclusive());
        candidate.shipping && !strict && (!candidate.exclusive() || other.benefit.is_shipping())
    }
}
