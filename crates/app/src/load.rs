//! From the store into memory: the price book and the desks of the sources.

use tillwatch_core::cadence::Second;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;

use crate::ports::source::Depth;
use crate::ports::store::{ListingId, ListingKey, StoreError, Tracked};
use crate::{App, State, urgency};

/// Listings that are read from the store at a time.
const PAGE: usize = 1_000;

impl App {
    /// Loads every listing that has not been loaded; new ones have the larger numbers. How many it were.
    ///
    /// Discounts may have begun, ended or changed since their prices were recorded, so that the next [`App::tend`] looks
    /// at all of them.
    pub fn load(&self, now: Instant) -> Result<usize, StoreError> {
        let mut count: usize = 0;
        loop {
            let after = self.state().loaded;
            let page = self.store.tracked(after, PAGE)?;
            let mut state = self.state();
            for tracked in &page {
                state.take_in(tracked, now);
                state.loaded = state.loaded.max(tracked.id);
            }
            count = count.saturating_add(page.len());
            if page.len() < PAGE {
                let everything = state.book.everything();
                state.owed.join(everything);
                return Ok(count);
            }
        }
    }

    /// Tracks a listing that somebody waits for, to be read as soon as its sources may be asked.
    pub fn ask(&self, key: &ListingKey, sku: Option<&SkuId>, now: Instant) -> Result<ListingId, StoreError> {
        let (listing, _) = self.store.track(key, sku, now)?;
        if let Some(tracked) = self.store.tracked_one(listing)? {
            self.state().take_in(&tracked, now);
        }
        Ok(listing)
    }

    /// Loads what other programs changed: watches that came or went, listings that are new.
    pub(crate) fn refresh(&self, now: Instant) -> Result<usize, StoreError> {
        let touched = self.store.take_touched()?;
        for id in &touched {
            if let Some(tracked) = self.store.tracked_one(*id)? {
                self.state().take_in(&tracked, now);
            }
        }
        Ok(touched.len())
    }
}

impl State {
    /// Takes a listing into the book, among the watches and to the desks.
    fn take_in(&mut self, tracked: &Tracked, now: Instant) {
        for variant in &tracked.variants {
            match (&variant.checkout, &variant.latest) {
                (Some(checkout), Some(latest)) => {
                    self.book
                        .enter(variant.id, checkout, latest.terms.delivered, &latest.lanes);
                }
                _ => self.book.leave(variant.id),
            }
        }
        self.alerts.take_in(tracked);
        self.queue_up(tracked, now);
    }

    /// Puts a listing in the queue of each source; where one shows everything, it reads a listing first.
    pub(crate) fn queue_up(&mut self, tracked: &Tracked, now: Instant) {
        let urgency = urgency(tracked, &self.habits);
        let group = (tracked.key.market, tracked.key.currency);
        let full_reader = self.desks.iter().any(|desk| desk.depth() == Depth::Full);
        for desk in &mut self.desks {
            let early = desk.depth() == Depth::Brief && full_reader && tracked.schedule.last_full.is_none();
            if early {
                desk.leave(tracked.id);
            } else {
                desk.enter(tracked.id, group, urgency, &tracked.schedule, Second::of(now));
            }
        }
    }

    /// Takes a listing from the desks of sources that cannot show what is watched of it.
    pub(crate) fn not_for_brief(&mut self, id: ListingId) {
        for desk in self.desks.iter_mut().filter(|desk| desk.depth() == Depth::Brief) {
            desk.leave(id);
        }
    }
}
