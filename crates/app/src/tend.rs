//! What happens without a fetch: discounts begin, end and change; watches come and go.

use std::collections::HashMap;
use std::sync::Arc;

use tillwatch_core::alert::Stock;
use tillwatch_core::almanac::Almanac;
use tillwatch_core::cadence::{Profile, Second};
use tillwatch_core::instant::Instant;
use tillwatch_core::observation::Lanes;

use crate::alerts::{Scales, Sight};
use crate::book::{Moved, Touched};
use crate::ports::store::{Decided, Repriced, StoreError, VariantId};
use crate::{App, PROFILE_DAYS, State};

/// Prices that are recorded in one transaction.
const BATCH: usize = 1_000;

/// What was tended to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tended {
    /// Variants whose price changed.
    pub repriced: usize,
    /// Listings whose watches changed.
    pub refreshed: usize,
    /// When a known discount begins or ends next.
    pub next: Option<Instant>,
}

impl App {
    /// Follows known and shown discounts up to now, and takes in watches that changed.
    pub fn tend(&self, now: Instant) -> Result<Tended, StoreError> {
        let refreshed = self.refresh(now)?;
        let (repriced, next) = {
            let state = &mut *self.state();
            let mut touched = std::mem::take(&mut state.owed);
            touched.join(state.book.turned(now));
            for discount in state.almanac.turning(state.followed, now) {
                touched.join(state.book.touched_by(discount));
            }
            state.followed = state.followed.max(now);
            let repriced = self.reprice(state, touched, now)?;
            (repriced, state.next_turn(now))
        };
        Ok(Tended {
            repriced,
            refreshed,
            next,
        })
    }

    /// Takes another almanac: what it says otherwise of a discount re-prices what that discount can touch.
    pub fn learn(&self, almanac: Almanac, now: Instant) -> Result<usize, StoreError> {
        let state = &mut *self.state();
        self.take_almanac(state, almanac, now)
    }

    /// The same, with what the harvest found in it.
    pub(crate) fn take_almanac(
        &self,
        state: &mut State,
        mut almanac: Almanac,
        now: Instant,
    ) -> Result<usize, StoreError> {
        for ladder in &state.harvested {
            almanac.add(ladder.clone());
        }
        let mut touched = Touched::default();
        for discount in state.almanac.differences(&almanac) {
            touched.join(state.book.touched_by(discount));
        }
        state.almanac = Arc::new(almanac);
        state.look_ahead(now);
        self.reprice(state, touched, now)
    }

    /// Prices what was touched, and records what changed, that which somebody is to be told of first. What the store
    /// refuses is owed: the next time it is priced anew.
    fn reprice(&self, state: &mut State, touched: Touched, now: Instant) -> Result<usize, StoreError> {
        if touched.is_empty() {
            return Ok(0);
        }
        let almanac = Arc::clone(&state.almanac);
        let mut moved = state.book.reprice(&touched, &almanac, now);
        let scales = Scales::new(self.store(), &self.rules, &almanac, now);
        let mut decided = state.decided(&moved, &scales, now);
        if !decided.is_empty() {
            moved.sort_by_cached_key(|one| {
                let of_one = state.book.who(one).and_then(|variant| decided.get(&variant));
                !of_one.is_some_and(|decided| decided.iter().any(|one| one.alert.is_some()))
            });
        }
        for (place, batch) in moved.chunks(BATCH).enumerate() {
            let (prices, formers): (Vec<Repriced>, Vec<Lanes>) = batch
                .iter()
                .filter_map(|one| {
                    let (mut repriced, former) = state.book.told(one)?;
                    repriced.alerts = decided.remove(&repriced.variant).unwrap_or_default();
                    Some((repriced, former))
                })
                .unzip();
            if let Err(error) = self.store.record_prices(now, &prices) {
                state
                    .book
                    .undo(moved.get(place.saturating_mul(BATCH)..).unwrap_or_default());
                state.owed.join(touched);
                return Err(error);
            }
            for (repriced, former) in prices.iter().zip(&formers) {
                state
                    .alerts
                    .repriced(repriced.variant, former, &repriced.lanes, &repriced.alerts, now);
            }
        }
        self.figures.repriced(moved.len());
        Ok(moved.len())
    }
}

impl State {
    /// What new prices mean to the watches, where a reading has shown the price not long ago. While most checks fail
    /// nothing is decided: the next good reading does it.
    fn decided(&self, moved: &[Moved], scales: &Scales<'_>, now: Instant) -> HashMap<VariantId, Vec<Decided>> {
        let mut all = HashMap::new();
        if self.health.is_failing() {
            return all;
        }
        for one in moved {
            let followed = self.book.who(one).and_then(|variant| self.alerts.get(variant));
            let Some(followed) = followed.filter(|followed| followed.is_seen(now)) else {
                continue;
            };
            let Some((repriced, former)) = self.book.told(one) else {
                continue;
            };
            let sight = Sight {
                prices: Some((repriced.lanes, &repriced.terms)),
                former: Some(former),
                stock: Stock::Unknown,
                misses: None,
            };
            let own = || self.book.checkout(repriced.variant);
            let decided = scales.weigh(repriced.variant, followed, &sight, own);
            if !decided.is_empty() {
                all.insert(repriced.variant, decided);
            }
        }
        all
    }

    /// The next moment at which a discount begins or ends.
    fn next_turn(&self, now: Instant) -> Option<Instant> {
        let shown = self
            .book
            .next_turn()
            .and_then(|second| Instant::from_millis(second.saturating_mul(1000)));
        shown.into_iter().chain(self.almanac.next_turn(now)).min()
    }

    /// Works out the calendar's effect for the days to come.
    pub(crate) fn look_ahead(&mut self, now: Instant) {
        // What was last read before today still counts by its own days.
        let from = now.plus_seconds(-PROFILE_DAYS * 86_400);
        self.profile = Profile::of_calendar(&self.almanac, from, now.plus_seconds(PROFILE_DAYS * 86_400));
        self.profile_until = Second::of(now.plus_seconds(PROFILE_DAYS * 86_400 / 2));
    }
}
