//! The only place that reads the time. Everything else is given a moment as a value.

use std::sync::Arc;
use std::time::{Duration, Instant as Tick, SystemTime, UNIX_EPOCH};

use tillwatch_core::instant::Instant;

/// This moment, to the millisecond.
#[expect(
    clippy::disallowed_methods,
    reason = "a program that is asked for the price now must know when that is; this is its only clock"
)]
pub(crate) fn now() -> anyhow::Result<Instant> {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|_| anyhow::anyhow!("the clock of this machine is set before 1970"))?;
    i64::try_from(since.as_millis())
        .ok()
        .and_then(Instant::from_millis)
        .ok_or_else(|| anyhow::anyhow!("the clock of this machine is set after the year 9999"))
}

/// How long something has been going on.
pub(crate) struct Stopwatch(Tick);

#[expect(
    clippy::disallowed_methods,
    reason = "a limit in seconds asks how many have passed; nothing else depends on it"
)]
impl Stopwatch {
    /// From now on.
    pub(crate) fn start() -> Self {
        Self(Tick::now())
    }

    /// So long so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A clock that stands at a moment now and from then on runs so many times as fast as this machine's.
pub(crate) fn running_from(start: Instant, speed: u32) -> anyhow::Result<Arc<dyn Fn() -> Instant + Send + Sync>> {
    let began = now()?.moment().as_millisecond();
    let start = start.moment().as_millisecond();
    Ok(Arc::new(move || {
        let passed = now().map_or(0, |now| now.moment().as_millisecond().saturating_sub(began).max(0));
        let moved = start.saturating_add(passed.saturating_mul(i64::from(speed)));
        Instant::from_millis(moved).unwrap_or_else(|| Instant::utc(jiff::Timestamp::MAX))
    }))
}
