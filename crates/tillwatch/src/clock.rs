//! The only place that reads the time. Everything else is given a moment as a value.

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
