//! Turns at long calculations: few run at once, some wait, and the next is told to come again.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

use crate::Problem;

/// In how many seconds whoever finds no room may come again.
const AGAIN: u32 = 5;

/// Turns that are shared by all who ask.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    running: Arc<Semaphore>,
    /// Those who run and those who wait.
    room: Arc<Semaphore>,
}

/// A turn; it is over when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _running: OwnedSemaphorePermit,
    _room: OwnedSemaphorePermit,
}

impl Turns {
    /// So many at once, and so many who wait.
    pub(crate) fn new(at_once: usize, waiting: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(at_once)),
            room: Arc::new(Semaphore::new(at_once.saturating_add(waiting))),
        }
    }

    /// A turn, perhaps after a wait; at once a refusal where too many wait.
    pub(crate) async fn turn(&self) -> Result<Turn, Problem> {
        let room = Arc::clone(&self.room).try_acquire_owned();
        let room = room.map_err(|error| match error {
            TryAcquireError::NoPermits => Problem::unavailable("too many such questions wait already", AGAIN),
            TryAcquireError::Closed => Problem::internal(),
        })?;
        let running = Arc::clone(&self.running).acquire_owned().await;
        Ok(Turn {
            _running: running.map_err(|_| Problem::internal())?,
            _room: room,
        })
    }
}

/// Says when a calculation must end: after a time, or as soon as nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Until(Arc<AtomicBool>);

impl Until {
    /// Whether it must end.
    pub(crate) fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Waits for what a calculation comes to, and ends it after so long. Whoever stops waiting ends it as well.
    pub(crate) async fn watch<T>(self, limit: Duration, calculation: impl Future<Output = T>) -> T {
        struct End(Until);
        impl Drop for End {
            fn drop(&mut self) {
                self.0.0.store(true, Ordering::Relaxed);
            }
        }
        let end = End(self);
        let mut calculation = std::pin::pin!(calculation);
        if let Ok(done) = tokio::time::timeout(limit, calculation.as_mut()).await {
            return done;
        }
        drop(end);
        calculation.await
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

    use super::*;

    #[tokio::test]
    async fn who_finds_no_room_is_told_at_once_and_a_turn_that_is_over_makes_room() {
        let turns = Turns::new(1, 1);
        let first = turns.turn().await.unwrap();
        let waiting = tokio::spawn({
            let turns = turns.clone();
            async move { turns.turn().await.map(drop) }
        });
        tokio::task::yield_now().await;
        let refused = turns.turn().await.unwrap_err();
        assert_eq!(refused.status(), 503);
        drop(first);
        waiting.await.unwrap().unwrap();
        turns.turn().await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_calculation_ends_after_its_time_and_when_nobody_waits() {
        let until = Until::default();
        let ended = until.clone();
        let calculation = async move {
            while !ended.is_over() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            7
        };
        assert_eq!(until.watch(Duration::from_secs(2), calculation).await, 7);
        let until = Until::default();
        let nobody = until
            .clone()
            .watch(Duration::from_secs(2), std::future::pending::<()>());
        assert!(tokio::time::timeout(Duration::from_millis(1), nobody).await.is_err());
        assert!(until.is_over());
    }
}
