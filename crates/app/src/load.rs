//! From the store into memory: the price book and the desks of the sources.

use std::sync::mpsc::{SyncSender, sync_channel};

use tillwatch_core::cadence::{Second, Share};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;

use crate::desk::Entry;
use crate::ports::source::Depth;
use crate::ports::store::{ListingId, ListingKey, StoreError, Tracked};
use crate::{App, State, is_unknown, urgency};

/// Listings that are handed over at a time while all are loaded.
const SOME: usize = 50;

impl App {
    /// Loads every listing that has not been loaded; new ones have the larger numbers. How many it were.
    ///
    /// Discounts may have begun, ended or changed since their prices were recorded, so that the next [`App::tend`] looks
    /// at all of them.
    pub fn load(&self, now: Instant) -> Result<usize, StoreError> {
        let after = self.state().loaded;
        // Some are taken in while the next ones are read: a start has to be quick.
        std::thread::scope(|scope| {
            let (some, read) = sync_channel(4);
            let reading = scope.spawn(move || self.read_all(after, &some));
            let mut count: usize = 0;
            for some in read {
                let mut state = self.state();
                for tracked in &some {
                    state.take_in(tracked, now);
                    state.loaded = state.loaded.max(tracked.id);
                }
                count = count.saturating_add(some.len());
            }
            match reading.join() {
                Ok(read) => read?,
                Err(panic) => std::panic::resume_unwind(panic),
            }
            let mut state = self.state();
            let everything = state.book.everything();
            state.owed.join(everything);
            Ok(count)
        })
    }

    /// Reads the listings after one, and hands them over some at a time.
    fn read_all(&self, after: ListingId, to: &SyncSender<Vec<Tracked>>) -> Result<(), StoreError> {
        let mut some = Vec::with_capacity(SOME);
        // Nobody takes them any more only once the other thread has died, which tells it itself.
        let hand_over = |some| drop(to.send(some));
        self.store.each_tracked(after, &mut |tracked| {
            some.push(tracked);
            if some.len() == SOME {
                hand_over(std::mem::replace(&mut some, Vec::with_capacity(SOME)));
            }
        })?;
        hand_over(some);
        Ok(())
    }

    /// Tracks a listing that somebody waits for, to be read as soon as its sources may be asked. Of one that is tracked
    /// already any variant will do, unless one is named.
    pub fn ask(&self, key: &ListingKey, sku: Option<&SkuId>, now: Instant) -> Result<ListingId, StoreError> {
        if let Some(known) = self.store.listing(key)? {
            let mut variants = known.tracked.variants.iter();
            if variants.any(|variant| sku.is_none() || variant.sku.as_ref() == sku) {
                return Ok(known.tracked.id);
            }
        }
        let (listing, _) = self.store.track(key, sku, now)?;
        if let Some(tracked) = self.store.tracked_one(listing)? {
            self.state().take_in(&tracked, now);
            self.bell.ring();
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
        let entry = Entry {
            share: if is_unknown(tracked) {
                Share::Unknown
            } else {
                Share::Background
            },
            urgency: urgency(tracked, &self.habits),
            schedule: &tracked.schedule,
        };
        let group = (tracked.key.market, tracked.key.currency);
        let full_reader = self.desks.iter().any(|desk| desk.depth() == Depth::Full);
        for desk in &mut self.desks {
            let early = desk.depth() == Depth::Brief && full_reader && tracked.schedule.last_full.is_none();
            if early {
                desk.leave(tracked.id);
            } else {
                desk.enter(tracked.id, group, entry, Second::of(now));
            }
        }
    }
}
