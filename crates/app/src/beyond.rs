//! Listings that nobody watches here: asked of the marketplace by words, only when somebody wants it. What is found is
//! shown and enters no history.

mod names;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tillwatch_core::cadence::Second;
use tillwatch_core::instant::Instant;

use crate::account::{self, Account};
use crate::ports::finder::{Finder, Offered, Question};
use crate::ports::source::SourceError;
use crate::ports::store::{Store, StoreError};
use crate::{App, permits};
use names::Names;

/// The most listings of an answer that are shown.
const MOST: usize = 20;

/// How long an answer is given again, in seconds: a quarter of an hour.
const FRESH: i64 = 15 * 60;

/// The most answers that are given again.
const MOST_ANSWERS: usize = 200;

/// Hundredths of the day's calls that all questions of a day take at most.
const SHARE: u32 = 5;

/// How long nothing is asked after an answer that was none, in seconds.
const REST: i64 = 60;

/// A call that may go out within so many seconds is worth to wait for.
const SOON: u32 = 60;

/// How it stands with a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// There is nobody to ask.
    Nobody,
    /// Whom there is to ask states no prices in this currency.
    Unpriced,
    /// It can be asked: nobody did within the last quarter of an hour.
    Open,
    /// What was found lately, up to 20 listings.
    Found(Arc<[Offered]>),
}

/// Why a question was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No call is left for questions in this hour or on this day.
    Spent,
    /// Too many calls at a time: in a minute there may be one.
    Busy,
    /// The app may not ask this, as far as it is known.
    NotPermitted,
    /// There was no answer, or none that says anything.
    Failed,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Spent, Self::Busy, Self::NotPermitted, Self::Failed];

    /// Its name, as in `not_permitted`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spent => "spent",
            Self::Busy => "busy",
            Self::NotPermitted => "not_permitted",
            Self::Failed => "failed",
        }
    }
}

impl From<&SourceError> for Refusal {
    fn from(error: &SourceError) -> Self {
        match error {
            SourceError::Later { .. } => Self::Busy,
            SourceError::Spent { .. } => Self::Spent,
            SourceError::NotPermitted { .. } => Self::NotPermitted,
            SourceError::Challenged { .. } | SourceError::Misconfigured { .. } | SourceError::Unreachable { .. } => {
                Self::Failed
            }
        }
    }
}

/// Who is asked, and what was answered.
pub(crate) struct Beyond {
    finder: Arc<dyn Finder>,
    answers: Mutex<VecDeque<Answer>>,
    used: Mutex<Used>,
    /// The second until which nothing is asked.
    rests_until: Mutex<i64>,
    names: Mutex<Names>,
}

/// What was found for a question.
struct Answer {
    question: Question,
    at: i64,
    found: Arc<[Offered]>,
}

impl Answer {
    fn is_fresh(&self, now: i64) -> bool {
        (0..FRESH).contains(&now.saturating_sub(self.at))
    }
}

/// The calls of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Used {
    day: u32,
    calls: u32,
}

impl Used {
    fn read(kept: &str) -> Option<Self> {
        let (day, calls) = kept.split_once(' ')?;
        Some(Self {
            day: day.parse().ok()?,
            calls: calls.parse().ok()?,
        })
    }

    /// The same with one more, unless the day has had all.
    fn one_more(self, account: &Account, now: Second) -> Option<Self> {
        let day = account.day(now);
        let calls = if self.day == day { self.calls } else { 0 };
        (calls < account.part(SHARE)).then_some(Self { day, calls: calls + 1 })
    }
}

/// Nobody who holds one of these leaves it half changed.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Beyond {
    fn new(finder: Arc<dyn Finder>, store: &dyn Store) -> Result<Self, StoreError> {
        let used = store.recall(&name(finder.as_ref()))?;
        Ok(Self {
            answers: Mutex::default(),
            used: Mutex::new(used.as_deref().and_then(Used::read).unwrap_or_default()),
            rests_until: Mutex::default(),
            names: Mutex::new(Names::kept(store, finder.as_ref())?),
            finder,
        })
    }

    fn known(&self, question: &Question, now: i64) -> Option<Arc<[Offered]>> {
        let answers = held(&self.answers);
        let known = answers.iter().rev().find(|known| known.question == *question);
        known
            .filter(|known| known.is_fresh(now))
            .map(|known| Arc::clone(&known.found))
    }

    fn remember(&self, question: &Question, found: Vec<Offered>, now: i64) -> Arc<[Offered]> {
        let found: Arc<[Offered]> = found.into_iter().take(MOST).collect();
        let mut answers = held(&self.answers);
        answers.retain(|known| known.is_fresh(now) && known.question != *question);
        if answers.len() >= MOST_ANSWERS {
            answers.pop_front();
        }
        answers.push_back(Answer {
            question: question.clone(),
            at: now,
            found: Arc::clone(&found),
        });
        found
    }
}

/// Under which name the calls of a day are kept.
fn name(finder: &dyn Finder) -> String {
    format!("beyond:{}", finder.account())
}

impl App {
    /// The same watch, with who finds listings that nobody watches.
    pub fn with_finder(mut self, finder: Arc<dyn Finder>) -> Result<Self, StoreError> {
        self.beyond = Some(Beyond::new(finder, self.store())?);
        Ok(self)
    }

    /// How it stands with a question. No call is made for that.
    pub fn beyond(&self, question: &Question, now: Instant) -> Standing {
        let Some(beyond) = &self.beyond else {
            return Standing::Nobody;
        };
        if beyond.finder.finding(question.currency).is_none() {
            return Standing::Unpriced;
        }
        let known = beyond.known(question, now.moment().as_second());
        known.map_or(Standing::Open, Standing::Found)
    }

    /// Asks the marketplace for listings, unless that was answered lately: one call, charged and written down before it
    /// goes out. It is a background call that goes before the queue's, within a small share of the day of its own. `clock`
    /// is asked once before and once after the call.
    pub async fn ask_beyond(
        &self,
        question: &Question,
        clock: &(dyn Fn() -> Instant + Sync),
    ) -> Result<Result<Arc<[Offered]>, Refusal>, StoreError> {
        let now = clock();
        let second = now.moment().as_second();
        let Some((beyond, method)) = self.beyond.as_ref().and_then(|beyond| {
            let method = beyond.finder.finding(question.currency)?;
            Some((beyond, method))
        }) else {
            return Ok(Err(Refusal::NotPermitted));
        };
        if let Some(known) = beyond.known(question, second) {
            return Ok(Ok(known));
        }
        let (store, finder) = (self.store(), &beyond.finder);
        if !permits::may_ask(store, finder.app(), method, now)? {
            return Ok(Err(Refusal::NotPermitted));
        }
        if (1..=REST).contains(&held(&beyond.rests_until).saturating_sub(second)) {
            return Ok(Err(Refusal::Failed));
        }
        if let Err(until) = self.charge_beyond(beyond, now, Account::spend_first)? {
            let is_soon = until.since(Second::of(now)) <= SOON;
            return Ok(Err(if is_soon { Refusal::Busy } else { Refusal::Spent }));
        }
        held(&beyond.names).want(now);
        let answer = finder.find(question, now).await;
        let now = clock();
        match answer {
            Ok(found) => {
                permits::granted(store, finder.app(), method, now)?;
                Ok(Ok(beyond.remember(question, found, now.moment().as_second())))
            }
            Err(error) => {
                let refusal = Refusal::from(&error);
                if refusal == Refusal::Failed {
                    *held(&beyond.rests_until) = now.moment().as_second().saturating_add(REST);
                }
                self.refused_beyond(beyond, method, &error, now)?;
                Ok(Err(refusal))
            }
        }
    }

    /// Charges a call to the account and to the questions' own share, and writes both down; else when there may be one.
    fn charge_beyond(
        &self,
        beyond: &Beyond,
        now: Instant,
        spend: impl FnOnce(&mut Account, Second) -> Result<(), Second>,
    ) -> Result<Result<(), Second>, StoreError> {
        let second = Second::of(now);
        // Held until it is written down, so that no later count is overwritten by an earlier one.
        let mut used = held(&beyond.used);
        let (counted, kept) = {
            let state = &mut *self.state();
            let Some(account) = account::of_mut(&mut state.accounts, beyond.finder.account()) else {
                return Ok(Err(Second::NEVER));
            };
            let Some(counted) = used.one_more(account, second) else {
                return Ok(Err(Second::NEVER));
            };
            if let Err(until) = spend(account, second) {
                return Ok(Err(until));
            }
            (counted, account.kept())
        };
        self.store.remember(&kept.0, &kept.1)?;
        let Used { day, calls } = counted;
        self.store
            .remember(&name(beyond.finder.as_ref()), &format!("{day} {calls}"))?;
        *used = counted;
        self.figures.called(beyond.finder.account());
        Ok(Ok(()))
    }

    /// What a refusal means to later calls.
    fn refused_beyond(
        &self,
        beyond: &Beyond,
        method: &str,
        error: &SourceError,
        now: Instant,
    ) -> Result<(), StoreError> {
        let finder = &beyond.finder;
        self.figures.refused(finder.account());
        if matches!(error, SourceError::NotPermitted { .. }) {
            permits::refused(self.store(), finder.app(), method, now)?;
        }
        self.beside_refused(finder.account(), error, now)
    }
}
