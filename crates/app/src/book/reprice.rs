//! New prices for what a change of a discount touches, without a fetch.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use tillwatch_core::almanac::{Almanac, Known};
use tillwatch_core::country::Country;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::observation::{Lanes, Pricer};
use tillwatch_core::quote;

use super::{Book, Touched, lanes, minors};
use crate::ports::store::{Repriced, Terms, VariantId};

/// A variant whose price changed in some lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    place: usize,
    before: [i64; 4],
}

/// A shelf with those of its members that are priced anew.
struct Work<'a> {
    shelf: usize,
    members: &'a [usize],
}

impl Book {
    /// Prices everything that was touched at a moment, on all processors, and keeps the new prices.
    ///
    /// Those whose price changed in any lane come back in the order of their places.
    pub fn reprice(&mut self, touched: &Touched, almanac: &Almanac, now: Instant) -> Vec<Moved> {
        let mut single: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for place in &touched.entries {
            if let Some(entry) = self
                .entries
                .get(*place)
                .filter(|entry| !touched.shelves.contains(&entry.shelf))
            {
                single.entry(entry.shelf).or_default().push(*place);
            }
        }
        let whole = touched.shelves.iter().filter_map(|shelf| {
            let members = self.shelves.get(*shelf)?.members.as_slice();
            Some(Work { shelf: *shelf, members })
        });
        let part = single.iter().map(|(shelf, members)| Work { shelf: *shelf, members });
        let work: Vec<Work<'_>> = whole.chain(part).collect();
        let mut found = self.price_all(&work, almanac, now);
        found.sort_unstable_by_key(|(place, _)| *place);
        found
            .into_iter()
            .filter_map(|(place, after)| {
                let entry = self.entries.get_mut(place)?;
                let before = std::mem::replace(&mut entry.lanes, after);
                Some(Moved { place, before })
            })
            .collect()
    }

    /// What the store is told of a moved variant, and its prices before.
    pub fn told(&self, moved: &Moved) -> Option<(Repriced, Lanes)> {
        let entry = self.entries.get(moved.place)?;
        let likeness = &self.shelves.get(entry.shelf)?.likeness;
        let currency = likeness.bare().currency;
        let repriced = Repriced {
            variant: entry.variant,
            terms: Terms {
                rules: self.rules.id.clone(),
                delivered: likeness.delivered,
            },
            lanes: lanes(entry.lanes, currency),
            alerts: Vec::new(),
        };
        Some((repriced, lanes(moved.before, currency)))
    }

    /// Takes new prices back, where they could not be recorded.
    pub fn undo(&mut self, moved: &[Moved]) {
        for one in moved {
            if let Some(entry) = self.entries.get_mut(one.place) {
                entry.lanes = one.before;
            }
        }
    }

    /// Which variant moved.
    pub fn who(&self, moved: &Moved) -> Option<VariantId> {
        self.entries.get(moved.place).map(|entry| entry.variant)
    }

    /// The new prices of those that changed; shelves are handed out to the processors one by one.
    fn price_all(&self, work: &[Work<'_>], almanac: &Almanac, now: Instant) -> Vec<(usize, [i64; 4])> {
        let mut known: HashMap<Country, Known> = HashMap::new();
        for one in work {
            if let Some(shelf) = self.shelves.get(one.shelf) {
                let market = shelf.likeness.bare().market;
                known
                    .entry(market)
                    .or_insert_with(|| almanac.discounts_for(market, now));
            }
        }
        let lines: usize = work.iter().map(|one| one.members.len()).sum();
        let most = std::thread::available_parallelism().map_or(1, usize::from);
        // A thread costs more than a few hundred lines do.
        let threads = most.min(lines.div_ceil(500)).max(1);
        let next = AtomicUsize::new(0);
        let labour = || {
            let mut found = Vec::new();
            while let Some(one) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.price_shelf(one, &known, now, &mut found);
            }
            found
        };
        if threads == 1 {
            return labour();
        }
        std::thread::scope(|scope| {
            let hands: Vec<_> = (0..threads).map(|_| scope.spawn(labour)).collect();
            let joined = hands.into_iter().map(|hand| match hand.join() {
                Ok(found) => found,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.flatten().collect()
        })
    }

    fn price_shelf(
        &self,
        work: &Work<'_>,
        known: &HashMap<Country, Known>,
        now: Instant,
        found: &mut Vec<(usize, [i64; 4])>,
    ) {
        let Some(home) = self.shelves.get(work.shelf) else {
            return;
        };
        let mut checkout = home.likeness.checkout();
        checkout.at = now;
        if let Some(of_market) = known.get(&checkout.market) {
            let items = work.members.iter().filter_map(|place| self.entries.get(*place));
            let of_these = of_market.of(items.map(|entry| &entry.item));
            quote::join(&mut checkout.discounts, of_these.into_iter());
        }
        let currency = checkout.currency;
        let Some(mut pricer) = Pricer::new(&checkout, &self.rules) else {
            return;
        };
        for place in work.members {
            let Some(entry) = self.entries.get(*place) else {
                continue;
            };
            let unit_price = Money::new(entry.unit_price, currency);
            let shipping = Money::new(entry.shipping, currency);
            let after = minors(&pricer.price(&entry.item, unit_price, shipping));
            if after != entry.lanes {
                found.push((*place, after));
            }
        }
    }
}
