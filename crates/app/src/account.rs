//! An account with whom is asked: the calls of a day, and when the next one may go out. What uses the same key shares it.

use tillwatch_core::cadence::{Budget, Second, Share, Terms};

use crate::ports::source::{Source, SourceError};

/// The pause after an answer that no later call will better, until someone has looked at the set-up: an hour.
const MISCONFIGURED: u32 = 60 * 60;

/// How many background calls may go before those of the queue at once.
const FIRST: u32 = 4;

/// What was spent, and on which terms.
pub struct Account {
    name: &'static str,
    budget: Budget,
    terms: Terms,
}

impl Account {
    /// The account of a source with the budget that was kept of it.
    pub fn new(source: &dyn Source, kept: Budget) -> Self {
        let limits = source.limits();
        let spacing = u32::try_from(limits.spacing.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
        // A day that turns west of UTC is the one that turns so much less than a day east of it.
        let turn = u32::try_from(limits.day_offset.rem_euclid(86_400)).unwrap_or(0);
        Self {
            name: source.account(),
            budget: kept,
            terms: Terms {
                calls: limits.calls_per_day,
                turn,
                spacing,
                burst: 3,
            },
        }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
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

    /// The day that a moment lies in, counted from 1970 as its calls are.
    pub const fn day(&self, now: Second) -> u32 {
        const DAY: u32 = 24 * 60 * 60;
        now.plus(self.terms.turn).get() / DAY
    }

    /// So many hundredths of a day's calls, rounded down.
    pub fn part(&self, hundredths: u32) -> u32 {
        let calls = u64::from(self.terms.calls).saturating_mul(u64::from(hundredths)) / 100;
        u32::try_from(calls).unwrap_or(u32::MAX)
    }

    /// When a call of a share is allowed: now, or a later second.
    pub fn next_allowed(&self, share: Share, now: Second) -> Second {
        self.budget.next_allowed(&self.terms, share, now)
    }

    /// Charges a call, if one is allowed; else says when to ask again.
    pub fn spend(&mut self, share: Share, now: Second) -> Result<(), Second> {
        self.budget.spend(&self.terms, share, now)
    }

    /// Charges a background call for somebody who waits: it goes before the calls of the queue, which then wait the longer.
    pub fn spend_first(&mut self, now: Second) -> Result<(), Second> {
        let terms = Terms {
            burst: self.terms.burst.saturating_add(FIRST),
            ..self.terms
        };
        self.budget.spend(&terms, Share::Background, now)
    }

    /// What the refusal of a call means to all that share the account.
    pub fn refused(&mut self, error: &SourceError, now: Second) {
        match error {
            SourceError::Later { after, .. } => {
                let seconds = after.map_or(0, |after| {
                    u32::try_from(after.as_secs().saturating_add(1)).unwrap_or(u32::MAX)
                });
                self.budget.retry_after(&self.terms, now, seconds);
            }
            // A challenge is not worked around: the account rests until its day turns, as it does without calls.
            SourceError::Spent { .. } | SourceError::Challenged { .. } => self.budget.quota_spent(&self.terms, now),
            SourceError::Misconfigured { .. } | SourceError::NotPermitted { .. } => {
                self.budget.retry_after(&self.terms, now, MISCONFIGURED);
            }
            SourceError::Unreachable { .. } => {}
        }
    }
}

/// The account of a name among several.
pub(crate) fn of<'a>(accounts: &'a [Account], name: &str) -> Option<&'a Account> {
    accounts.iter().find(|account| account.name == name)
}

/// The same, to charge it.
pub(crate) fn of_mut<'a>(accounts: &'a mut [Account], name: &str) -> Option<&'a mut Account> {
    accounts.iter_mut().find(|account| account.name == name)
}

/// Under which name an account's budget is kept.
pub fn budget_name(account: &str) -> String {
    format!("budget:{account}")
}

/// A budget as it was kept; `None` where the text is none.
pub fn read_budget(kept: &str) -> Option<Budget> {
    let numbers: Option<Vec<u32>> = kept.split(' ').map(|number| number.parse().ok()).collect();
    numbers?.try_into().ok().map(Budget::from_kept)
}
