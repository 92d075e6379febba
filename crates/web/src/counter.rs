//! Who computes for visitors: few at a time, a few more wait for their turn, and whoever would wait long is told so.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::Semaphore;

/// So many wait for each that computes.
const WAITING: usize = 4;

/// No more lines and discounts of a wishlist are split.
pub(crate) const MOST_LINES: usize = 100;
pub(crate) const MOST_DISCOUNTS: usize = 100;

/// When to come back, in seconds.
pub(crate) const COME_BACK: u8 = 10;

/// The places.
pub(crate) struct Counter {
    computing: Arc<Semaphore>,
    /// Those that compute and those that wait.
    inside: Arc<Semaphore>,
}

/// Why nothing was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotComputed {
    /// Too many wait.
    Busy,
    /// The computation broke down.
    Failed,
}

/// Tells a computation that its time is up.
#[derive(Clone)]
pub(crate) struct Bell(Arc<AtomicBool>);

impl Bell {
    pub(crate) fn rang(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Rings when nobody waits for the answer any more.
struct Leaving(Bell);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

impl Counter {
    /// All processors but one compute, or the only one: the rest of the site stays quick.
    pub(crate) fn new() -> Self {
        let processors = available_parallelism().map_or(1, NonZero::get);
        Self::with(processors.saturating_sub(1).max(1))
    }

    fn with(places: usize) -> Self {
        Self {
            computing: Arc::new(Semaphore::new(places)),
            inside: Arc::new(Semaphore::new(places * (1 + WAITING))),
        }
    }

    /// Computes where it may take long. The bell rings after `patience`; whoever computes then ends with what there is.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce(&Bell) -> T + Send + 'static,
    ) -> Result<T, NotComputed> {
        let inside = Arc::clone(&self.inside).try_acquire_owned();
        let inside = inside.map_err(|_| NotComputed::Busy)?;
        let place = Arc::clone(&self.computing).acquire_owned().await;
        let place = place.map_err(|_| NotComputed::Failed)?;
        let bell = Bell(Arc::default());
        let leaving = Leaving(bell.clone());
        let mut computing = tokio::task::spawn_blocking(move || {
            // Both are held for as long as it computes, even if nobody waits for it any more.
            let _held = (inside, place);
            work(&bell)
        });
        let in_time = tokio::time::timeout(patience, &mut computing).await;
        let answer = if let Ok(answer) = in_time {
            answer
        } else {
            drop(leaving);
            computing.await
        };
        answer.map_err(|_| NotComputed::Failed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn one_computes_a_few_wait_and_the_next_is_told_that_it_is_busy() {
        let counter = Arc::new(Counter::with(1));
        let (go, wait) = channel::<()>();
        let mut guests = vec![tokio::spawn({
            let counter = Arc::clone(&counter);
            async move {
                counter
                    .compute(Duration::from_mins(1), move |_| wait.recv().is_ok())
                    .await
            }
        })];
        for _ in 0..WAITING {
            let counter = Arc::clone(&counter);
            guests.push(tokio::spawn(async move {
                counter.compute(Duration::from_mins(1), |_| true).await
            }));
        }
        while counter.inside.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let next = counter.compute(Duration::from_mins(1), |_| true).await;
        assert_eq!(next, Err(NotComputed::Busy));
        assert!(go.send(()).is_ok());
        for guest in guests {
            assert!(matches!(guest.await, Ok(Ok(true))));
        }
        assert_eq!(counter.compute(Duration::from_mins(1), |_| true).await, Ok(true));
    }

    #[tokio::test]
    async fn the_bell_rings_when_the_time_is_up() {
        let counter = Counter::with(1);
        let ended = counter.compute(Duration::ZERO, |bell| {
            while !bell.rang() {
                std::thread::yield_now();
            }
            true
        });
        assert_eq!(ended.await, Ok(true));
    }
}
