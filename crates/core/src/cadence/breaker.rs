//! When to stop calling: a source that fails again and again, and a shop of which most checks fail.

use alloc::collections::{BTreeSet, VecDeque};

use super::{HOUR, Second};

/// Failures in a row that open a breaker.
const FAILURES: u32 = 5;

/// The first time that it stays open, in seconds; it doubles each time that the call after it fails too.
const FIRST_PAUSE: u32 = 60;

/// The longest time that it stays open, in seconds.
const LONGEST_PAUSE: u32 = HOUR;

/// Stops calls to a source after five failures in a row. After a pause one call goes through: it closes the breaker or
/// opens it again for twice as long, an hour at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Breaker {
    failures: u32,
    /// The pause, and when the next call may go through; `None` while it is closed.
    open: Option<(u32, Second)>,
    latest: Second,
}

impl Breaker {
    /// Whether a call may be made now. While the breaker is open, asking takes the one call that goes through; if
    /// nothing is heard of it, another one does after the same pause.
    pub fn allows(&mut self, now: Second) -> bool {
        self.follow(now);
        match &mut self.open {
            None => true,
            Some((pause, next)) if *next <= now => {
                *next = now.plus(*pause);
                true
            }
            Some(_) => false,
        }
    }

    /// Whether calls are stopped.
    pub const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// A call succeeded.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        self.open = None;
    }

    /// A call failed.
    pub fn failed(&mut self, now: Second) {
        self.follow(now);
        self.failures = self.failures.saturating_add(1);
        let doublings = self.failures.checked_sub(FAILURES);
        self.open = doublings.map(|doublings| {
            let pause = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
            let pause = pause.saturating_mul(FIRST_PAUSE).min(LONGEST_PAUSE);
            (pause, now.plus(pause))
        });
    }

    /// If the clock was set back, a pause keeps its length.
    fn follow(&mut self, now: Second) {
        let ahead = self.latest.since(now);
        self.latest = now;
        if let Some((_, next)) = &mut self.open {
            *next = next.minus(ahead);
        }
    }
}

/// A change of a shop's health. Each is said once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Most checks fail, so the fault is not the listings': tell the operator, and pause alerts.
    Failing,
    /// Checks succeed again.
    Recovered,
}

/// The health of a whole shop, from its last ten checks: it is failing once eight of them failed, of five listings or
/// more, and well again once eight of them succeeded.
///
/// Only a failure to see counts (blocked, unreadable, unreachable); a listing that is gone was seen well enough.
#[derive(Debug, Clone)]
pub struct Health<K> {
    checks: VecDeque<(K, bool)>,
    failing: bool,
}

impl<K> Default for Health<K> {
    fn default() -> Self {
        Self {
            checks: VecDeque::new(),
            failing: false,
        }
    }
}

impl<K: Copy + Ord> Health<K> {
    const CHECKS: usize = 10;
    const MOST: usize = 8;
    const LISTINGS: usize = 5;

    /// Counts a check, and says what it turned.
    pub fn check(&mut self, listing: K, ok: bool) -> Option<Turn> {
        if self.checks.len() == Self::CHECKS {
            self.checks.pop_front();
        }
        self.checks.push_back((listing, ok));
        let of = |wanted: bool| self.checks.iter().filter(move |(_, ok)| *ok == wanted);
        let turned = if self.failing {
            of(true).count() >= Self::MOST
        } else {
            let listings: BTreeSet<K> = of(false).map(|(listing, _)| *listing).collect();
            of(false).count() >= Self::MOST && listings.len() >= Self::LISTINGS
        };
        if !turned {
            return None;
        }
        self.failing = !self.failing;
        Some(if self.failing { Turn::Failing } else { Turn::Recovered })
    }

    /// Whether it is failing: alerts wait.
    pub const fn is_failing(&self) -> bool {
        self.failing
    }
}
