//! A bell that wakes whoever reads, when somebody waits for a listing.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Rung by whoever waits, heard by everybody who listens.
#[derive(Debug, Default)]
pub struct Bell {
    /// How often it was rung.
    rung: Mutex<u64>,
    told: Condvar,
}

impl Bell {
    /// Wakes everybody who waits.
    pub fn ring(&self) {
        let mut rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        *rung = rung.wrapping_add(1);
        self.told.notify_all();
    }

    /// Waits so long, or until it was rung since `heard`, which is counted on: a ring between two waits is not missed.
    pub fn wait(&self, heard: &mut u64, pause: Duration) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.told.wait_timeout_while(rung, pause, |rung| *rung == *heard);
        let (rung, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *heard = *rung;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_hours(1);

    #[test]
    fn a_ring_before_the_wait_is_heard_once() {
        let (bell, mut heard) = (Bell::default(), 0);
        bell.ring();
        bell.wait(&mut heard, LONG);
        bell.wait(&mut heard, Duration::ZERO);
        assert_eq!(heard, 1);
    }

    #[test]
    fn everybody_who_waits_is_woken() {
        let bell = Bell::default();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| bell.wait(&mut 0, LONG));
            }
            bell.ring();
        });
    }
}
