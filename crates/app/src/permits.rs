//! What an app may ask of the marketplace: found out by asking for what is needed, remembered, and never merely tried.

use tillwatch_core::instant::Instant;

use crate::ports::store::{Store, StoreError};

/// How long a method is not asked again once the app was refused it, in seconds: a day, and a week from the third
/// time on.
const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;

/// How often it was refused before it takes a week.
const OFTEN: u32 = 3;

/// What is remembered of a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    /// Its name.
    pub method: String,
    /// When it was asked last.
    pub at: Instant,
    /// How often in a row it was refused for lack of permission; never where it was answered.
    pub refusals: u32,
}

impl Permit {
    /// When it is asked again: at once where it was answered.
    pub fn again(&self) -> Instant {
        self.at.plus_seconds(match self.refusals {
            0 => 0,
            few if few < OFTEN => DAY,
            _ => WEEK,
        })
    }

    /// Whether it is asked at a moment. One that lies before the refusal is a clock that was set back.
    fn is_open(&self, now: Instant) -> bool {
        self.refusals == 0 || now >= self.again() || now < self.at
    }
}

/// All that is remembered of an app, by method.
pub fn permits(store: &dyn Store, app: &str) -> Result<Vec<Permit>, StoreError> {
    let beginning = name(app, "");
    let all = store.recall_all(&beginning)?;
    let permits = all
        .iter()
        .filter_map(|(name, kept)| read(name.strip_prefix(&beginning)?, kept));
    Ok(permits.collect())
}

/// Whether a method may be asked now.
pub fn may_ask(store: &dyn Store, app: &str, method: &str, now: Instant) -> Result<bool, StoreError> {
    Ok(recalled(store, app, method)?.is_none_or(|permit| permit.is_open(now)))
}

/// Notes that a method was answered. Written once a day, since nothing hangs on the moment.
pub fn granted(store: &dyn Store, app: &str, method: &str, now: Instant) -> Result<(), StoreError> {
    let known = recalled(store, app, method)?;
    let is_fresh = |permit: &Permit| permit.refusals == 0 && now < permit.at.plus_seconds(DAY) && now >= permit.at;
    if known.as_ref().is_some_and(is_fresh) {
        return Ok(());
    }
    keep(store, app, method, now, 0)
}

/// Notes that a method was refused for lack of permission. When it is asked again.
pub fn refused(store: &dyn Store, app: &str, method: &str, now: Instant) -> Result<Instant, StoreError> {
    let before = recalled(store, app, method)?.map_or(0, |permit| permit.refusals);
    let permit = Permit {
        method: method.to_owned(),
        at: now,
        refusals: before.saturating_add(1),
    };
    keep(store, app, method, now, permit.refusals)?;
    Ok(permit.again())
}

fn recalled(store: &dyn Store, app: &str, method: &str) -> Result<Option<Permit>, StoreError> {
    let kept = store.recall(&name(app, method))?;
    Ok(kept.and_then(|kept| read(method, &kept)))
}

fn keep(store: &dyn Store, app: &str, method: &str, now: Instant, refusals: u32) -> Result<(), StoreError> {
    let kept = format!("{} {refusals}", now.moment().as_millisecond());
    store.remember(&name(app, method), &kept)
}

fn read(method: &str, kept: &str) -> Option<Permit> {
    let (at, refusals) = kept.split_once(' ')?;
    Some(Permit {
        method: method.to_owned(),
        at: Instant::from_millis(at.parse().ok()?)?,
        refusals: refusals.parse().ok()?,
    })
}

fn name(app: &str, method: &str) -> String {
    format!("permit:{app}:{method}")
}
