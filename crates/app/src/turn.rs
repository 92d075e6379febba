//! One turn of a source: choose, charge, call, judge, record.

use tillwatch_core::cadence::{Second, Turn};
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::observation::Lanes;
use tillwatch_core::rules::RuleSet;
use tillwatch_core::snapshot::Outcome;

use crate::account;
use crate::alerts::{Scales, Sight, is_seen};
use crate::check::Bench;
use crate::desk::Leave;
use crate::hearsay::Known;
use crate::ports::source::{Ask, Depth, Reading, SourceError, Wanted};
use crate::ports::store::{Check, Latest, ListingState, StoreError, VariantId};
use crate::{App, State, is_unknown, urgency};

/// What a turn came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turned {
    /// So many listings were read, so many of them with a price.
    Read {
        /// Listings of the call.
        listings: usize,
        /// Those with a price.
        priced: usize,
    },
    /// The call as a whole was refused.
    Refused(SourceError),
    /// There is nothing to ask before this second.
    Rest(Second),
}

impl App {
    /// One turn of the source at a place: the most urgent listings of one market, in one call.
    ///
    /// The budget is charged and kept before the call goes out, so that no crash makes a call free. Nothing is locked
    /// and no transaction is open while the call is under way. `clock` is asked once before and once after it.
    pub async fn turn(&self, source: usize, clock: &(dyn Fn() -> Instant + Sync)) -> Result<Turned, StoreError> {
        let now = clock();
        let Some(from) = self.sources.get(source) else {
            return Ok(Turned::Rest(Second::NEVER));
        };
        let (call, kept) = {
            let state = &mut *self.state();
            if Second::of(now) >= state.profile_until {
                state.look_ahead(now);
            }
            let account = account::of_mut(&mut state.accounts, from.account());
            let Some((desk, account)) = state.desks.get_mut(source).zip(account) else {
                return Ok(Turned::Rest(Second::NEVER));
            };
            match desk.next(account, &state.profile, Second::of(now)) {
                Leave::Wait(until) => return Ok(Turned::Rest(until)),
                Leave::Call(call) => (call, account.kept()),
            }
        };
        self.store.remember(&kept.0, &kept.1)?;
        let mut standing = Vec::new();
        for id in &call.listings {
            if let Some(tracked) = self.store.tracked_one(*id)?
                && let Some(state) = self.store.listing(&tracked.key)?
            {
                standing.push(state);
            }
        }
        let ask = Ask {
            market: call.group.0,
            currency: call.group.1,
            items: standing.iter().map(wanted).collect(),
        };
        self.figures.called(from.name());
        let answer = from.read(&ask, now).await;
        let now = clock();
        match answer {
            Ok(readings) => {
                self.pass_over(source, &mut standing, &readings, now);
                self.judge(source, &standing, &readings, now)
            }
            Err(error) => {
                self.refused(source, &error, &standing, now)?;
                Ok(Turned::Refused(error))
            }
        }
    }

    /// Leaves only what the source spoke of. The others were neither seen nor missed, so that nothing is recorded of them.
    fn pass_over(&self, source: usize, standing: &mut Vec<ListingState>, readings: &[Reading], now: Instant) {
        let state = &mut *self.state();
        let Some(desk) = state.desks.get_mut(source) else {
            return;
        };
        standing.retain(|listing| {
            let key = &listing.tracked.key;
            let told = readings.iter().any(|reading| reading.item == key.item);
            if !told {
                desk.passed_over(listing.tracked.id, Second::of(now));
            }
            told
        });
    }

    /// Records what the readings mean, all of a call in one transaction.
    fn judge(
        &self,
        source: usize,
        standing: &[ListingState],
        readings: &[Reading],
        now: Instant,
    ) -> Result<Turned, StoreError> {
        let state = &mut *self.state();
        let Some(desk) = state.desks.get_mut(source) else {
            return Ok(Turned::Rest(Second::NEVER));
        };
        desk.answered();
        let bench = Bench {
            almanac: &state.almanac,
            rules: &self.rules,
            now,
            source: desk.name(),
            depth: desk.depth(),
        };
        let second = Second::of(now);
        let mut checks = Vec::new();
        for listing in standing {
            let Some(reading) = readings.iter().find(|reading| reading.item == listing.tracked.key.item) else {
                continue;
            };
            let mut check = bench.check(listing, reading, &mut state.doubts);
            let key = &listing.tracked.key;
            state
                .noticed
                .take(key.market, key.currency, &reading.snapshot.discounts, now);
            if check.outcome != Outcome::Ok {
                let rests = desk.failed(listing.tracked.id, second, rest(listing, check.outcome));
                check.schedule.not_before = rests.map(|until| i64::from(until.get()));
            }
            checks.push(check);
        }
        let (name, depth) = (desk.name(), desk.depth());
        let formers = self.decide(state, standing, readings, &mut checks, now);
        let confirmed = state.confirmed(standing, &checks, &self.rules);
        if confirmed.is_empty() {
            self.store.record_checks(&checks)?;
        } else {
            self.store
                .record_checks(&[confirmed.as_slice(), checks.as_slice()].concat())?;
        }
        let priced = checks.iter().filter(|check| check.outcome == Outcome::Ok).count();
        for (listing, check) in standing.iter().zip(&checks) {
            self.figures.checked(name, check.outcome, now);
            state.alerts.checked(&listing.tracked, check, &formers);
            state.follow_up(listing, check, (source, depth), now);
            if state.health.check(listing.tracked.id, is_seen(check.outcome)) == Some(Turn::Failing) {
                self.figures.alerted();
            }
        }
        Ok(Turned::Read {
            listings: checks.len(),
            priced,
        })
    }

    /// A call that was refused as a whole: what could not be seen is a gap, what was only to wait is none.
    fn refused(
        &self,
        source: usize,
        error: &SourceError,
        standing: &[ListingState],
        now: Instant,
    ) -> Result<(), StoreError> {
        let state = &mut *self.state();
        let name = self.sources.get(source).map_or("", |source| source.account());
        let account = account::of_mut(&mut state.accounts, name);
        let Some((desk, account)) = state.desks.get_mut(source).zip(account) else {
            return Ok(());
        };
        let ids: Vec<_> = standing.iter().map(|listing| listing.tracked.id).collect();
        desk.refused(account, error, &ids, Second::of(now));
        let (key, value) = account.kept();
        self.store.remember(&key, &value)?;
        self.figures.refused(desk.name());
        let outcome = match error {
            SourceError::Challenged { .. } => Outcome::Blocked,
            SourceError::Unreachable { .. } => Outcome::Unreachable,
            SourceError::Misconfigured { .. } | SourceError::NotPermitted { .. } => Outcome::ApiRefused,
            SourceError::Later { .. } | SourceError::Spent { .. } => return Ok(()),
        };
        let bench = Bench {
            almanac: &state.almanac,
            rules: &self.rules,
            now,
            source: desk.name(),
            depth: desk.depth(),
        };
        let mut checks: Vec<Check> = standing
            .iter()
            .map(|listing| bench.without_price(listing, outcome, Some(error.to_string())))
            .collect();
        for check in &mut checks {
            let rests = desk.failed(check.listing, Second::of(now), 0);
            check.schedule.not_before = rests.map(|until| i64::from(until.get()));
        }
        let name = desk.name();
        let formers = self.decide(state, standing, &[], &mut checks, now);
        self.store.record_checks(&checks)?;
        for (listing, check) in standing.iter().zip(&checks) {
            self.figures.checked(name, outcome, now);
            state.alerts.checked(&listing.tracked, check, &formers);
            if state.health.check(check.listing, false) == Some(Turn::Failing) {
                self.figures.alerted();
            }
        }
        Ok(())
    }

    /// What the checks mean to the watches, and which prices the variants had before. While most checks fail nothing is
    /// decided: the next good reading does it.
    fn decide(
        &self,
        state: &State,
        standing: &[ListingState],
        readings: &[Reading],
        checks: &mut [Check],
        now: Instant,
    ) -> Vec<(VariantId, Option<Lanes>)> {
        let scales = Scales::new(self.store(), &self.rules, &state.almanac, now);
        let mut formers = Vec::new();
        for (listing, check) in standing.iter().zip(checks) {
            let reading = readings.iter().find(|reading| reading.item == listing.tracked.key.item);
            for variant in &listing.tracked.variants {
                let Some(followed) = state.alerts.get(variant.id) else {
                    continue;
                };
                let former = state.book.prices(variant.id);
                formers.push((variant.id, former.as_ref().map(|(lanes, _)| *lanes)));
                if state.health.is_failing() {
                    continue;
                }
                let priced = check.prices.iter().find(|priced| priced.variant == variant.id);
                let sight = Sight::of(listing, variant, check, reading, former.as_ref());
                let own = || {
                    let fresh = priced.and_then(|priced| priced.checkout.clone());
                    fresh.or_else(|| variant.checkout.clone())
                };
                let decided = scales.weigh(variant.id, followed, &sight, own);
                check.alerts.extend(decided);
            }
        }
        formers
    }
}

impl State {
    /// What browsers showed before these checks and the checks confirm.
    fn confirmed(&mut self, standing: &[ListingState], checks: &[Check], rules: &RuleSet) -> Vec<Check> {
        let known = Known {
            almanac: &self.almanac,
            rules,
        };
        let hearsay = &mut self.hearsay;
        let each = standing.iter().zip(checks);
        each.flat_map(|(listing, check)| hearsay.settle(listing, check, &known))
            .collect()
    }

    /// After a check is recorded: the book has the new prices, and every desk knows when the listing was read.
    fn follow_up(&mut self, listing: &ListingState, check: &Check, (source, depth): (usize, Depth), now: Instant) {
        let mut tracked = listing.tracked.clone();
        tracked.schedule = check.schedule;
        if check.outcome != Outcome::Ok {
            // Everything but the price was seen for the first time: the brief sources can go on from it.
            if check.snapshot.is_some() && listing.tracked.schedule.last_full.is_none() {
                self.queue_up(&tracked, now);
            }
            return;
        }
        for priced in &check.prices {
            let Some(variant) = tracked.variants.iter_mut().find(|variant| variant.id == priced.variant) else {
                continue;
            };
            let before = variant.latest.as_ref().map(|latest| latest.lanes.sticker.minor());
            self.habits.count(before, priced.lanes.sticker.minor());
            variant.latest = Some(Latest {
                lanes: priced.lanes,
                terms: priced.terms.clone(),
                confirmed: Minute::of(now),
            });
            if priced.sku.is_some() {
                variant.sku.clone_from(&priced.sku);
            }
            if priced.checkout.is_some() {
                variant.checkout.clone_from(&priced.checkout);
            }
            if let Some(checkout) = &variant.checkout {
                self.book
                    .enter(variant.id, checkout, priced.terms.delivered, &priced.lanes);
            }
        }
        let first_full = depth == Depth::Full && listing.tracked.schedule.last_full.is_none();
        if first_full {
            self.queue_up(&tracked, now);
            return;
        }
        if is_unknown(&listing.tracked) {
            self.queue_up(&tracked, now);
        }
        let urgency = urgency(&tracked, &self.habits);
        for desk in &mut self.desks {
            if depth == Depth::Full || desk.depth() == Depth::Brief {
                desk.read(tracked.id, urgency, Second::of(now));
            }
        }
        if depth == Depth::Brief && check.prices.is_empty() {
            // This source does not show now what is watched of it; another one may.
            if let Some(desk) = self.desks.get_mut(source) {
                desk.showed_another(tracked.id, Second::of(now));
            }
        }
    }
}

/// How long a listing rests at least, in seconds: what nobody watches and is none at its first reading, a day.
fn rest(listing: &ListingState, outcome: Outcome) -> u32 {
    const DAY: u32 = 24 * 60 * 60;
    let is_none = matches!(
        outcome,
        Outcome::Removed | Outcome::NotAListing | Outcome::OtherListing | Outcome::OtherRegion
    );
    if is_none && is_unknown(&listing.tracked) {
        DAY
    } else {
        0
    }
}

fn wanted(listing: &ListingState) -> Wanted {
    let variants = listing.tracked.variants.iter();
    Wanted {
        item: listing.tracked.key.item.clone(),
        skus: variants.filter_map(|variant| variant.sku.clone()).collect(),
        since: listing.tracked.schedule.last_good.and_then(second),
    }
}

/// A second since 1970 as a moment.
fn second(seconds: i64) -> Option<Instant> {
    Instant::from_millis(seconds.checked_mul(1_000)?)
}
