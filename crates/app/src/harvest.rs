//! The harvest: codes of single listings that the marketplace tells beside prices. A few calls every six hours gather
//! them; what is found stands in a ladder for each market, which a restart keeps.

mod kept;
mod plan;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tillwatch_core::cadence::{Second, Share};
use tillwatch_core::instant::Instant;

use crate::App;
use crate::account::{self, Account};
use crate::permits;
use crate::ports::codes::{CodeSource, Question};
use crate::ports::source::SourceError;
use crate::ports::store::StoreError;

pub(crate) use kept::Noticed;
pub use kept::kept;
use plan::Round;

/// From one round to the next, in seconds.
const EVERY: i64 = 6 * 60 * 60;

/// After a round that was broken off.
const BROKEN_OFF: i64 = 60 * 60;

/// While nobody watches anything, or the day's share is spent.
const IDLE: u32 = 10 * 60;

/// Hundredths of the day's calls that all rounds of a day take at most, and how many rounds that is.
const SHARE: u32 = 2;
const ROUNDS: u32 = 4;

/// Fewer calls than these find nothing: the campaigns, and the listings of two.
const LEAST: u32 = 3;

/// How often a round waits where it is asked to, before it is broken off.
const PATIENCE: u32 = 3;

/// What a turn of the harvest came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Harvested {
    /// A method was answered, with so many codes.
    Answered {
        /// The method.
        method: &'static str,
        /// Codes of the answer.
        codes: usize,
    },
    /// The app may not call a method, which is not asked before a moment.
    NotPermitted {
        /// The method.
        method: &'static str,
        /// When it is asked again.
        until: Instant,
    },
    /// A call was refused for another reason.
    Refused {
        /// The method.
        method: &'static str,
        /// The reason.
        error: SourceError,
    },
    /// A round is over: so many codes are known now, and so many prices changed for it.
    Done {
        /// Codes of all markets that hold or are to come.
        codes: usize,
        /// Prices that changed.
        repriced: usize,
    },
    /// There is nothing to ask before this second.
    Rest(Second),
}

/// Who tells codes, and the round that is under way.
pub(crate) struct Harvesting {
    source: Arc<dyn CodeSource>,
    round: Mutex<Option<Round>>,
}

impl Harvesting {
    pub(crate) fn new(source: Arc<dyn CodeSource>) -> Self {
        Self {
            source,
            round: Mutex::new(None),
        }
    }

    fn round(&self) -> MutexGuard<'_, Option<Round>> {
        self.round.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next question that may be asked.
    fn next(&self, app: &App, round: &mut Round, now: Instant) -> Result<Option<(Question, &'static str)>, StoreError> {
        while let Some(question) = round.next() {
            if let Some(method) = self.source.method(&question)
                && permits::may_ask(app.store(), self.source.app(), method, now)?
            {
                return Ok(Some((question, method)));
            }
        }
        Ok(None)
    }
}

/// What the harvest took of a day, and when it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Progress {
    /// The account's day.
    day: u32,
    /// Calls of that day.
    used: u32,
    /// The second before which no round begins.
    next: i64,
}

impl Progress {
    fn read(kept: &str) -> Option<Self> {
        let mut numbers = kept.split(' ');
        Some(Self {
            day: numbers.next()?.parse().ok()?,
            used: numbers.next()?.parse().ok()?,
            next: numbers.next()?.parse().ok()?,
        })
    }

    /// The same on an account's day; another one begins with none.
    fn on(self, day: u32) -> Self {
        let used = if self.day == day { self.used } else { 0 };
        Self { day, used, ..self }
    }
}

impl App {
    /// The same watch, with who tells codes of single listings.
    #[must_use]
    pub fn with_codes(mut self, source: Arc<dyn CodeSource>) -> Self {
        self.harvesting = Some(Harvesting::new(source));
        self
    }

    /// One turn of the harvest: one call, charged to the key's account and to the harvest's own small share of the day
    /// before it goes out. Nothing is asked that the app was lately refused, and nothing while nobody watches anything.
    /// `clock` is asked once before and once after the call.
    pub async fn harvest(&self, clock: &(dyn Fn() -> Instant + Sync)) -> Result<Harvested, StoreError> {
        let Some(harvesting) = &self.harvesting else {
            return Ok(Harvested::Rest(Second::NEVER));
        };
        let now = clock();
        let under_way = harvesting.round().take();
        let mut round = match under_way {
            Some(round) => round,
            None => match self.begin_round(harvesting, now)? {
                Ok(round) => round,
                Err(until) => return Ok(Harvested::Rest(until)),
            },
        };
        let Some((question, method)) = harvesting.next(self, &mut round, now)? else {
            return self.end_round(harvesting, round, now);
        };
        if let Err(until) = self.charge(harvesting, now)? {
            round.put_back(question);
            *harvesting.round() = Some(round);
            return Ok(Harvested::Rest(until));
        }
        round.called();
        let (store, source) = (self.store(), &harvesting.source);
        let answer = source.ask(&question, now).await;
        let now = clock();
        let turned = match answer {
            Ok(answer) => {
                permits::granted(store, source.app(), method, now)?;
                let codes = round.answered(&question, answer);
                Harvested::Answered { method, codes }
            }
            Err(SourceError::NotPermitted { .. }) => {
                round.fell_short();
                Harvested::NotPermitted {
                    method,
                    until: permits::refused(store, source.app(), method, now)?,
                }
            }
            Err(error) => {
                self.figures.refused(source.account());
                self.beside_refused(source.account(), &error, now)?;
                if !matches!(error, SourceError::Later { .. }) || round.has_waited(PATIENCE) {
                    self.pause_harvest(harvesting, now, BROKEN_OFF)?;
                    return Ok(Harvested::Refused { method, error });
                }
                round.put_back(question);
                Harvested::Refused { method, error }
            }
        };
        *harvesting.round() = Some(round);
        Ok(turned)
    }

    /// A round, or the second before which there is none.
    fn begin_round(&self, harvesting: &Harvesting, now: Instant) -> Result<Result<Round, Second>, StoreError> {
        let second = Second::of(now);
        let Some((progress, part)) = self.progress(harvesting, second)? else {
            return Ok(Err(Second::NEVER));
        };
        let wait = progress.next.saturating_sub(now.moment().as_second());
        // A longer one was written by a clock that was set back since.
        if (1..=EVERY).contains(&wait) {
            return Ok(Err(second.plus(u32::try_from(wait).unwrap_or(IDLE))));
        }
        let whole = part / ROUNDS;
        if whole < LEAST {
            return Ok(Err(Second::NEVER));
        }
        let calls = whole.min(part.saturating_sub(progress.used));
        if calls < LEAST {
            return Ok(Err(second.plus(IDLE)));
        }
        let watched = plan::watched(&self.store.watches()?);
        if watched.is_empty() {
            return Ok(Err(second.plus(IDLE)));
        }
        Ok(Ok(Round::new(&watched, calls, calls == whole)))
    }

    /// What the harvest took of this day, and what it may take of one.
    fn progress(&self, harvesting: &Harvesting, now: Second) -> Result<Option<(Progress, u32)>, StoreError> {
        let kept = self.store.recall(&name(harvesting))?;
        let state = self.state();
        let account = account::of(&state.accounts, harvesting.source.account());
        Ok(account.map(|account: &Account| {
            let progress = kept.as_deref().and_then(Progress::read).unwrap_or_default();
            (progress.on(account.day(now)), account.part(SHARE))
        }))
    }

    /// Charges a call to the account and to the harvest, and writes both down.
    fn charge(&self, harvesting: &Harvesting, now: Instant) -> Result<Result<(), Second>, StoreError> {
        let second = Second::of(now);
        let Some((mut progress, part)) = self.progress(harvesting, second)? else {
            return Ok(Err(Second::NEVER));
        };
        if progress.used >= part {
            return Ok(Err(second.plus(IDLE)));
        }
        let charged = {
            let state = &mut *self.state();
            let account = account::of_mut(&mut state.accounts, harvesting.source.account());
            let Some(account) = account else {
                return Ok(Err(Second::NEVER));
            };
            if let Err(until) = account.spend(Share::Background, second) {
                return Ok(Err(until));
            }
            account.kept()
        };
        progress.used = progress.used.saturating_add(1);
        self.store.remember(&charged.0, &charged.1)?;
        self.keep_progress(harvesting, progress)?;
        self.figures.called(harvesting.source.account());
        Ok(Ok(()))
    }

    /// Takes in what a round found.
    fn end_round(&self, harvesting: &Harvesting, round: Round, now: Instant) -> Result<Harvested, StoreError> {
        self.pause_harvest(harvesting, now, EVERY)?;
        let (codes, repriced) = self.gathered(round, now)?;
        Ok(Harvested::Done { codes, repriced })
    }

    /// No round begins for so many seconds.
    fn pause_harvest(&self, harvesting: &Harvesting, now: Instant, seconds: i64) -> Result<(), StoreError> {
        let Some((progress, _)) = self.progress(harvesting, Second::of(now))? else {
            return Ok(());
        };
        let next = now.moment().as_second().saturating_add(seconds);
        self.keep_progress(harvesting, Progress { next, ..progress })
    }

    fn keep_progress(&self, harvesting: &Harvesting, progress: Progress) -> Result<(), StoreError> {
        let Progress { day, used, next } = progress;
        self.store.remember(&name(harvesting), &format!("{day} {used} {next}"))
    }
}

/// Under which name the progress is kept.
fn name(harvesting: &Harvesting) -> String {
    format!("harvest:{}", harvesting.source.account())
}
