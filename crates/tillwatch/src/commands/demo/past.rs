//! Two years of history of the simulated marketplace: what a watch would have seen, had it been there all the time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use tillwatch_app::ports::store::{ListingKey, Store, StoreError, Terms};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Minute, Price, Run};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::observation::Lanes;
use tillwatch_core::quote::{Wish, join, quote};
use tillwatch_core::rules::RuleSet;
use tillwatch_core::snapshot::Outcome;
use tillwatch_market::view::Listing;
use tillwatch_market::world::{Absence, MARKETS, World};

use super::facts::{discount, snapshot};

/// How far back it goes, in days.
const DAYS: i64 = 730;

/// Listings whose history is written.
const LISTINGS: usize = 1_000;

/// What a listing's past came to.
struct Past {
    key: ListingKey,
    sku: SkuId,
    delivered: bool,
    lanes: [Vec<Run<Price>>; 4],
    checks: Vec<Run<Outcome>>,
}

/// What is the same for all of them.
struct Recorder<'a> {
    world: &'a World,
    /// Markets and their taxes; the codes come from the world.
    almanac: Almanac,
    rules: &'a RuleSet,
    from: Timestamp,
    until: Timestamp,
}

/// Writes the past of the first thousand listings up to a moment, and says how many it were. `progress` is told of each.
pub(super) fn write(
    world: &World,
    store: &dyn Store,
    rules: &RuleSet,
    almanac: &Almanac,
    now: Instant,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<usize, StoreError> {
    let until = now.moment();
    let recorder = Recorder {
        world,
        almanac: Almanac {
            ladders: Vec::new(),
            ..almanac.clone()
        },
        rules,
        from: Instant::plus_seconds(now, -DAYS * 86_400).moment(),
        until,
    };
    let items: Vec<(usize, &ItemId)> = world.items().iter().take(LISTINGS).enumerate().collect();
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Past>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((place, item)) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(past) = recorder.past(*place, item)
                        && let Ok(mut done) = done.lock()
                    {
                        done.push(past);
                        progress(done.len(), items.len());
                    }
                }
            });
        }
    });
    let mut pasts = done.into_inner().unwrap_or_default();
    // Numbers are given in the same order each time.
    pasts.sort_by(|one, other| one.key.cmp(&other.key));
    let wanted: Vec<(ListingKey, Option<SkuId>)> = pasts
        .iter()
        .map(|past| (past.key.clone(), Some(past.sku.clone())))
        .collect();
    let ids = store.track_all(&wanted, now)?;
    for (past, (listing, variant)) in pasts.iter().zip(ids) {
        let terms = Terms {
            rules: rules.id.clone(),
            delivered: past.delivered,
        };
        for (lane, runs) in Lane::ALL.into_iter().zip(&past.lanes) {
            store.put_past(variant, lane, &terms, runs)?;
        }
        store.put_checks(listing, &past.checks)?;
    }
    Ok(pasts.len())
}

impl Recorder<'_> {
    /// The past of one listing in the first market, from its turn on, that it is sold to.
    fn past(&self, place: usize, item: &ItemId) -> Option<Past> {
        // Half of them in the first market, where most visitors look; the others in turn.
        let first = if place.is_multiple_of(2) {
            0
        } else {
            place / 2 % MARKETS.len()
        };
        let markets = MARKETS.iter().cycle().skip(first).take(MARKETS.len());
        let (market, present) = markets
            .filter_map(|market| Some((market, self.world.listing(item, market.country, self.until).ok()?)))
            .next()?;
        let sku = present.variants.iter().find(|variant| variant.salable)?.sku.clone();
        let mut moments = vec![self.from];
        moments.extend(self.world.changes(item, market.country, self.from, self.until));
        let ends = moments.iter().skip(1).chain([&self.until]);
        let mut past = Past {
            key: ListingKey {
                item: item.clone(),
                market: Country::parse(market.country).ok()?,
                currency: market.currency(),
            },
            sku,
            delivered: true,
            lanes: Default::default(),
            checks: Vec::new(),
        };
        for (from, until) in moments.iter().zip(ends) {
            let span = (Minute::of(Instant::utc(*from)), Minute::of(Instant::utc(*until)));
            if span.0 < span.1 {
                self.add(&mut past, market.country, *from, span);
            }
        }
        Some(past)
    }

    /// What held from a moment on: a run in each lane, or a gap.
    fn add(&self, past: &mut Past, country: &'static str, at: Timestamp, (from, until): (Minute, Minute)) {
        let confirmed = until.since(from).saturating_sub(1);
        let seen = match self.world.listing(&past.key.item, country, at) {
            // Before it was there nobody had heard of it.
            Err(Absence::Unknown) => return,
            Err(Absence::Removed) => Err(Outcome::Removed),
            Err(Absence::NotSoldThere) => Err(Outcome::OtherRegion),
            Ok(listing) => self.lanes(past, country, at, &listing).ok_or(Outcome::SoldOut),
        };
        let outcome = seen.err().unwrap_or(Outcome::Ok);
        extend(&mut past.checks, from, confirmed, outcome);
        if let Ok(lanes) = seen {
            for (runs, lane) in past.lanes.iter_mut().zip(Lane::ALL) {
                if let Some(price) = Price::new(lanes.get(lane).minor()) {
                    extend(runs, from, confirmed, price);
                }
            }
        }
    }

    fn lanes(&self, past: &Past, country: &'static str, at: Timestamp, listing: &Listing) -> Option<Lanes> {
        let wish = Wish {
            market: Some(past.key.market),
            currency: Some(past.key.currency),
            sku: Some(past.sku.clone()),
            quantity: 1,
            at: Instant::utc(at),
        };
        let mut checkout = quote(&snapshot(listing), &self.almanac, &wish).ok()?.checkout;
        let codes: Vec<_> = self.world.public_codes(country, at).iter().map(discount).collect();
        join(&mut checkout.discounts, codes.iter());
        Lanes::of(&checkout, self.rules)
    }
}

/// Lengthens the last run where the value is the same, or begins another.
fn extend<V: PartialEq>(runs: &mut Vec<Run<V>>, start: Minute, confirmed: u32, value: V) {
    if let Some(last) = runs.last_mut().filter(|last| last.value == value) {
        last.confirmed = start.since(last.start).saturating_add(confirmed);
        return;
    }
    runs.push(Run {
        start,
        confirmed,
        value,
    });
}
