//! The end of the program, as its loops see it.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Set once; every wait ends with it.
#[derive(Default)]
pub(crate) struct Stop {
    set: Mutex<bool>,
    told: Condvar,
}

impl Stop {
    /// Ends every wait, now and from now on.
    pub(crate) fn now(&self) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.told.notify_all();
    }

    /// Whether it is set.
    pub(crate) fn is_set(&self) -> bool {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits so long, or until it is set.
    pub(crate) fn wait(&self, pause: Duration) {
        let set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.told.wait_timeout_while(set, pause, |set| !*set));
    }
}
