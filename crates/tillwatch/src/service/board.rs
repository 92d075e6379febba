//! The loop that keeps the board: cards of prices that changed, a few at a time, and what sales that are over did.

use std::time::Duration;

use tillwatch_app::App;
use tillwatch_app::effects::Survey;
use tillwatch_app::ports::store::{ListingId, StoreError};
use tillwatch_web::Clock;

use super::{PAUSE, Stop};

/// The pause while there is more to do, so that readings and pages come first.
const BREATH: Duration = Duration::from_millis(100);

/// Rounds between two looks for a sale that is over.
const ROUNDS: u32 = 60;

/// Where the loop stands.
#[derive(Default)]
struct Keeper {
    after: Option<ListingId>,
    rounds: u32,
    survey: Option<Survey>,
}

/// Runs until it is told to stop.
pub(super) fn run(app: &App, clock: &Clock, stop: &Stop) {
    let mut keeper = Keeper::default();
    while !stop.is_set() {
        let pause = match keeper.go_on(app, clock) {
            Ok(true) => BREATH,
            Ok(false) => PAUSE,
            Err(error) => {
                tracing::error!(%error, "the board could not be kept; trying again");
                PAUSE
            }
        };
        stop.wait(pause);
    }
}

impl Keeper {
    /// Does a little. Whether there is more to do at once.
    fn go_on(&mut self, app: &App, clock: &Clock) -> Result<bool, StoreError> {
        let refreshed = app.refresh_board(self.after.unwrap_or(ListingId(0)), clock())?;
        self.after = refreshed.next;
        if let Some(survey) = &mut self.survey {
            if app.go_on(survey)? {
                self.survey = None;
                tracing::info!("what past sales did to prices is worked out");
            }
        } else if refreshed.next.is_none() {
            if self.rounds.is_multiple_of(ROUNDS) {
                self.survey = app.survey(clock())?;
            }
            self.rounds = self.rounds.wrapping_add(1);
        }
        Ok(refreshed.cards > 0 || self.survey.is_some())
    }
}
