//! Two years of history of the simulated marketplace: what a watch would have seen, had it been there all the time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use tillwatch_app::ports::store::{ListingKey, Store, StoreError, Terms};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::checkout::{Checkout, Line};
use tillwatch_core::country::Country;
use tillwatch_core::discount::Discount;
use tillwatch_core::history::{Lane, Minute, Price, Run};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::observation::Lanes;
use tillwatch_core::quote::{Wish, join, quote};
use tillwatch_core::rules::RuleSet;
use tillwatch_core::snapshot::Outcome;
use tillwatch_core::stack;
use tillwatch_market::view::Listing;
use tillwatch_market::world::{Absence, MARKETS, Market, World};

use super::facts::{discount, snapshot};

/// How far back it goes, in days.
const DAYS: i64 = 730;

/// So many of these have their checkouts kept as well, for receipts: what the usual chart shows, and a little more.
const KEPT_DAYS: i64 = 100;

/// Listings whose history is written.
const LISTINGS: usize = 1_000;

/// Seconds between two looks at a listing: three a day.
const LOOKS: i64 = 8 * 60 * 60;

/// What a listing's past came to.
struct Past {
    key: ListingKey,
    sku: SkuId,
    delivered: bool,
    lanes: [Vec<Run<Price>>; 4],
    checks: Vec<Run<Outcome>>,
    checkouts: Vec<(Minute, Checkout)>,
}

/// What is the same for all of them.
struct Recorder<'a> {
    world: &'a World,
    /// Markets and their taxes; the codes come from the world.
    almanac: Almanac,
    rules: &'a RuleSet,
    from: Timestamp,
    /// From then on checkouts are kept.
    kept_from: Timestamp,
    until: Timestamp,
    codes: Vec<Codes>,
}

/// The published codes of one market through time.
struct Codes {
    market: &'static Market,
    /// From each of these moments on the codes beside it hold.
    lists: Vec<(Timestamp, Vec<Discount>)>,
}

impl Codes {
    fn of(world: &World, market: &'static Market, from: Timestamp, until: Timestamp) -> Self {
        let mut moments = vec![from];
        moments.extend(world.code_changes(market.country, from, until));
        let list = |at: Timestamp| {
            let codes = world.public_codes(market.country, at);
            let holds = codes
                .iter()
                .filter(|code| code.starts <= at && at < code.ends && code.left > 0);
            (at, holds.map(discount).collect())
        };
        Self {
            market,
            lists: moments.into_iter().map(list).collect(),
        }
    }
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
    let (from, until) = (now.plus_seconds(-DAYS * 86_400).moment(), now.moment());
    let recorder = Recorder {
        world,
        almanac: Almanac {
            ladders: Vec::new(),
            ..almanac.clone()
        },
        rules,
        from,
        kept_from: now.plus_seconds(-KEPT_DAYS * 86_400).moment(),
        until,
        codes: MARKETS
            .iter()
            .map(|market| Codes::of(world, market, from, until))
            .collect(),
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
        store.put_checkouts(variant, &past.checkouts)?;
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
            place / 2 % self.codes.len()
        };
        let mut codes = self.codes.iter().cycle().skip(first).take(self.codes.len());
        let (codes, present) = codes.find_map(|codes| {
            let shown = self.world.listing(item, codes.market.country, self.until);
            Some((codes, shown.ok()?))
        })?;
        let sku = present.variants.iter().find(|variant| variant.salable)?.sku.clone();
        let mut past = Past {
            key: ListingKey {
                item: item.clone(),
                market: Country::parse(codes.market.country).ok()?,
                currency: codes.market.currency(),
            },
            sku,
            delivered: true,
            lanes: Default::default(),
            checks: Vec::new(),
            checkouts: Vec::new(),
        };
        let mut moments = vec![self.from];
        for moment in self
            .world
            .listing_changes(item, codes.market.country, self.from, self.until)
        {
            // What changed since the last look is seen at the next.
            let next = moment
                .as_second()
                .div_euclid(LOOKS)
                .saturating_add(1)
                .saturating_mul(LOOKS);
            moments.extend(Timestamp::from_second(next).ok().filter(|next| *next < self.until));
        }
        moments.dedup();
        let mut looks = moments
            .into_iter()
            .map(|at| (at, self.world.listing(item, codes.market.country, at)));
        let (mut since, mut seen) = looks.next()?;
        for (at, now) in looks {
            if now != seen {
                self.add(&mut past, codes, &seen, since, at);
                (since, seen) = (at, now);
            }
        }
        self.add(&mut past, codes, &seen, since, self.until);
        Some(past)
    }

    /// What held from one look to the next: runs in each lane, or a gap.
    fn add(&self, past: &mut Past, codes: &Codes, seen: &Result<Listing, Absence>, from: Timestamp, until: Timestamp) {
        let own = match seen {
            // Before it was there nobody had heard of it.
            Err(Absence::Unknown) => return,
            Err(Absence::Removed) => Err(Outcome::Removed),
            Err(Absence::NotSoldThere) => Err(Outcome::OtherRegion),
            Ok(listing) => self.own(past, from, listing).ok_or(Outcome::SoldOut),
        };
        extend(
            &mut past.checks,
            from,
            until,
            own.as_ref().err().copied().unwrap_or(Outcome::Ok),
        );
        let Ok(mut checkout) = own else { return };
        checkout.at = Instant::utc(from);
        if until <= self.kept_from {
            return self.price(past, codes, checkout, from, until);
        }
        past.checkouts.push((Minute::of(checkout.at), checkout.clone()));
        // What begins or ends between two looks was known to.
        let edges = checkout
            .discounts
            .iter()
            .flat_map(|one| [one.valid_from, one.valid_until]);
        let edges = edges.flatten().map(Instant::moment);
        let mut moments: Vec<Timestamp> = edges.filter(|edge| from < *edge && *edge < until).collect();
        moments.extend([from, until]);
        moments.sort_unstable();
        moments.dedup();
        for (begins, ends) in moments.iter().zip(moments.iter().skip(1)) {
            checkout.at = Instant::utc(*begins);
            self.price(past, codes, checkout.clone(), *begins, *ends);
        }
    }

    /// The prices of a checkout from a moment to another; within it nothing changes but the published codes.
    fn price(&self, past: &mut Past, codes: &Codes, mut checkout: Checkout, from: Timestamp, until: Timestamp) {
        // A typed code is in one lane alone, so the others are the same whichever codes there are.
        let Some(bare) = Lanes::of(&checkout, self.rules) else {
            return;
        };
        let spend = checkout.lines.first().map(Line::listed);
        let shown = checkout.discounts.len();
        let began = codes.lists.partition_point(|(at, _)| *at <= from).saturating_sub(1);
        let lists = codes.lists.iter().skip(began).take_while(|(at, _)| *at < until);
        let mut usable = Vec::new();
        let mut before: Option<(Timestamp, Lanes)> = None;
        for (at, list) in lists {
            // A code whose minimum the listed price does not reach could not be used whatever else holds.
            let reached = |code: &&Discount| {
                code.min_spend
                    .is_none_or(|from| spend.is_some_and(|spend| spend.minor() >= from.minor()))
            };
            let now: Vec<&Discount> = list.iter().filter(reached).collect();
            if before.is_some() && now == usable {
                continue;
            }
            usable = now;
            let at = (*at).max(from);
            let mut lanes = bare;
            if !usable.is_empty() {
                checkout.discounts.truncate(shown);
                join(&mut checkout.discounts, usable.iter().copied());
                checkout.at = Instant::utc(at);
                lanes.code = stack::least(&checkout, self.rules).total;
            }
            if let Some((since, lanes)) = before.replace((at, lanes)) {
                record(past, since, at, &lanes);
            }
        }
        if let Some((since, lanes)) = before {
            record(past, since, until, &lanes);
        }
    }

    /// The checkout of one piece with what the listing showed.
    fn own(&self, past: &Past, at: Timestamp, listing: &Listing) -> Option<Checkout> {
        let wish = Wish {
            market: Some(past.key.market),
            currency: Some(past.key.currency),
            sku: Some(past.sku.clone()),
            quantity: 1,
            at: Instant::utc(at),
        };
        quote(&snapshot(listing), &self.almanac, &wish)
            .ok()
            .map(|quote| quote.checkout)
    }
}

fn record(past: &mut Past, from: Timestamp, until: Timestamp, lanes: &Lanes) {
    for (runs, lane) in past.lanes.iter_mut().zip(Lane::ALL) {
        if let Some(price) = Price::new(lanes.get(lane).minor()) {
            extend(runs, from, until, price);
        }
    }
}

/// Lengthens the last run where the value is the same, or begins another. The minute before the next look is the last
/// that confirms it.
fn extend<V: PartialEq>(runs: &mut Vec<Run<V>>, from: Timestamp, until: Timestamp, value: V) {
    let (start, end) = (Minute::of(Instant::utc(from)), Minute::of(Instant::utc(until)));
    let confirmed = end.since(start).saturating_sub(1);
    if let Some(last) = runs.last_mut().filter(|last| last.value == value) {
        last.confirmed = start.since(last.start).saturating_add(confirmed);
    } else if start < end {
        runs.push(Run {
            start,
            confirmed,
            value,
        });
    }
}
