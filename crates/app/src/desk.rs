//! The desk of one source: whom to ask next, whether a call is allowed, and what its answers mean for the next.

use tillwatch_core::cadence::{Breaker, Budget, Call, Limits, Profile, Queue, Second, Share, Terms, Urgency};
use tillwatch_core::country::Country;
use tillwatch_core::money::Currency;

use crate::ports::source::{Depth, Source, SourceError};
use crate::ports::store::{ListingId, Schedule};

/// What the listings of one call have in common.
pub type Group = (Country, Currency);

/// The pause after an answer that no later call will better, until someone has looked at the set-up: an hour.
const MISCONFIGURED: u32 = 60 * 60;

/// What a source is asked, and how often.
pub struct Desk {
    name: &'static str,
    depth: Depth,
    queue: Queue<ListingId, Group>,
    budget: Budget,
    terms: Terms,
    breaker: Breaker,
    /// What an operator should know of it, in words.
    trouble: Option<String>,
}

/// Whether a call may be made now.
pub enum Leave {
    /// These, now; the call is charged.
    Call(Call<ListingId, Group>),
    /// Nothing before this second.
    Wait(Second),
}

impl Desk {
    /// The desk of a source with the budget that was kept of it.
    pub fn new(source: &dyn Source, kept: Budget, seed: u64) -> Self {
        let limits = source.limits();
        let spacing = u32::try_from(limits.spacing.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
        // A day that turns west of UTC is the one that turns so much less than a day east of it.
        let turn = u32::try_from(limits.day_offset.rem_euclid(86_400)).unwrap_or(0);
        Self {
            name: source.name(),
            depth: source.depth(),
            queue: Queue::new(
                Limits {
                    call: usize::from(limits.items_per_call.max(1)),
                    ..Limits::default()
                },
                seed,
            ),
            budget: kept,
            terms: Terms {
                calls: limits.calls_per_day,
                turn,
                spacing,
                burst: 3,
            },
            breaker: Breaker::default(),
            trouble: None,
        }
    }

    /// The source's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How much the source shows.
    pub const fn depth(&self) -> Depth {
        self.depth
    }

    /// What an operator should know of it.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// How many calls the day still has.
    pub fn remaining(&self, now: Second) -> u32 {
        self.budget.remaining(&self.terms, now)
    }

    /// The name and the numbers under which the budget is kept.
    pub fn kept(&self) -> (String, String) {
        let numbers: Vec<String> = self.budget.kept().iter().map(u32::to_string).collect();
        (budget_name(self.name), numbers.join(" "))
    }

    /// Takes in a listing, with its last reading of this source's depth.
    pub fn enter(&mut self, id: ListingId, group: Group, urgency: Urgency, schedule: &Schedule, now: Second) {
        let last = match self.depth {
            Depth::Full => schedule.last_full,
            Depth::Brief => schedule.last_good,
        };
        self.queue.insert(id, group, urgency, last.map(second), now);
        if let Some(until) = schedule.not_before.map(second).filter(|until| *until > now) {
            self.queue.rest(&id, until);
        }
    }

    /// Takes a listing out: nobody tracks it, or the source cannot show it.
    pub fn leave(&mut self, id: ListingId) {
        self.queue.remove(&id);
    }

    /// The next call, charged to the budget. Write [`Desk::kept`] down before it is made.
    pub fn next(&mut self, profile: &Profile, now: Second) -> Leave {
        let allowed = self.budget.next_allowed(&self.terms, Share::Background, now);
        if allowed > now {
            return Leave::Wait(allowed);
        }
        if self.breaker.is_open() && !self.breaker.allows(now) {
            return Leave::Wait(now.plus(1));
        }
        let Some(call) = self.queue.next_call(profile, now) else {
            return Leave::Wait(now.plus(1));
        };
        match self.budget.spend(&self.terms, Share::Background, now) {
            Ok(()) => Leave::Call(call),
            Err(later) => {
                self.put_back(&call.listings, now);
                Leave::Wait(later)
            }
        }
    }

    /// A reading that saw a price.
    pub fn read(&mut self, id: ListingId, urgency: Urgency, now: Second) {
        self.queue.set_urgency(&id, urgency);
        self.queue.read(&id, now);
    }

    /// A reading that saw none; the answer is how long the listing rests.
    pub fn failed(&mut self, id: ListingId, now: Second) -> Option<Second> {
        self.queue.failed(&id, now, None)
    }

    /// The call was answered, whatever it said of each listing.
    pub fn answered(&mut self) {
        self.breaker.succeeded();
        self.trouble = None;
    }

    /// The call as a whole was not.
    pub fn refused(&mut self, error: &SourceError, listings: &[ListingId], now: Second) {
        self.put_back(listings, now);
        self.trouble = Some(error.to_string());
        match error {
            SourceError::Later { after, .. } => {
                self.breaker.failed(now);
                let seconds = after.map_or(0, |after| {
                    u32::try_from(after.as_secs().saturating_add(1)).unwrap_or(u32::MAX)
                });
                self.budget.retry_after(&self.terms, now, seconds);
            }
            // A challenge is not worked around: the source rests until its day turns, as it does without calls.
            SourceError::Spent { .. } | SourceError::Challenged { .. } => self.budget.quota_spent(&self.terms, now),
            SourceError::Misconfigured { .. } => self.budget.retry_after(&self.terms, now, MISCONFIGURED),
            SourceError::Unreachable { .. } => self.breaker.failed(now),
        }
    }

    fn put_back(&mut self, listings: &[ListingId], now: Second) {
        for id in listings {
            self.queue.rest(id, now);
        }
    }

    /// How many seconds usually lie between two readings of a listing, once that is known.
    pub fn interval(&self, id: ListingId, now: Second) -> Option<u32> {
        self.queue.interval(&id, now)
    }

    /// How many listings it looks after.
    pub fn listings(&self) -> usize {
        self.queue.len()
    }
}

/// Under which name a source's budget is kept.
pub fn budget_name(source: &str) -> String {
    format!("budget:{source}")
}

/// A budget as it was kept; `None` where the text is none.
pub fn read_budget(kept: &str) -> Option<Budget> {
    let numbers: Option<Vec<u32>> = kept.split(' ').map(|number| number.parse().ok()).collect();
    numbers?.try_into().ok().map(Budget::from_kept)
}

fn second(seconds: i64) -> Second {
    Second::new(u32::try_from(seconds.max(0)).unwrap_or(u32::MAX))
}
