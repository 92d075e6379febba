//! How far a long work is: one line on standard error, and only where that is a terminal.

use std::io::{IsTerminal, Write};

/// Steps of the bar.
const STEPS: u64 = 24;

/// A bar that is drawn again at each of its steps, and gone at the end.
pub(crate) struct Progress {
    what: &'static str,
    shown: bool,
    step: Option<u64>,
}

impl Progress {
    /// Nothing is done yet.
    pub(crate) fn new(what: &'static str) -> Self {
        Self {
            what,
            shown: std::io::stderr().is_terminal(),
            step: None,
        }
    }

    /// So much is done, of so much.
    pub(crate) fn at(&mut self, done: u64, all: u64) {
        let step = done.saturating_mul(STEPS).checked_div(all).unwrap_or(STEPS).min(STEPS);
        if !self.shown || self.step.replace(step) == Some(step) {
            return;
        }
        let bar: String = (0..STEPS).map(|place| if place < step { '█' } else { '░' }).collect();
        let percent = step * 100 / STEPS;
        // A bar that cannot be drawn is no reason to stop the work.
        let _ = write!(std::io::stderr(), "\r{} {bar} {percent:>3} %", self.what);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown && self.step.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
