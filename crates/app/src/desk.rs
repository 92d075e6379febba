//! The desk of one source: whom to ask next, whether a call is allowed, and what its answers mean for the next.

use tillwatch_core::cadence::{Breaker, Call, Limits, Profile, Queue, Second, Share, Urgency};
use tillwatch_core::country::Country;
use tillwatch_core::money::Currency;

use crate::account::Account;
use crate::ports::source::{Depth, Source, SourceError};
use crate::ports::store::{ListingId, Schedule};

/// What the listings of one call have in common.
pub type Group = (Country, Currency);

/// After how many seconds a source is asked again for a listing that it had nothing to say of.
const PASSED_OVER: u32 = 5 * 60;

/// After how many seconds a source is asked again for a listing of which it showed a variant that nobody watches: it may
/// never show another, and it may do so again once that one can be bought.
const OTHER_VARIANT: u32 = 3 * 60 * 60;

/// What a source is asked, and how often.
pub struct Desk {
    name: &'static str,
    depth: Depth,
    queue: Queue<ListingId, Group>,
    /// What nobody watches and no reading has seen, such as ids that strangers paste: whatever their number, they have
    /// a small share of the calls.
    unknown: Queue<ListingId, Group>,
    breaker: Breaker,
    /// What an operator should know of it, in words.
    trouble: Option<String>,
}

/// How a listing is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// From which share of the calls.
    pub share: Share,
    /// How urgent it is within that.
    pub urgency: Urgency,
    /// When it was read.
    pub schedule: &'a Schedule,
}

/// Whether a call may be made now.
pub enum Leave {
    /// These, now; the call is charged.
    Call(Call<ListingId, Group>),
    /// Nothing before this second.
    Wait(Second),
}

impl Desk {
    /// The desk of a source.
    pub fn new(source: &dyn Source, seed: u64) -> Self {
        let of_call = Limits {
            call: usize::from(source.limits().items_per_call.max(1)),
            ..Limits::default()
        };
        Self {
            name: source.name(),
            depth: source.depth(),
            queue: Queue::new(of_call, seed),
            unknown: Queue::new(of_call, seed),
            breaker: Breaker::default(),
            trouble: None,
        }
    }

    /// The source's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How much the source shows.
    pub const fn depth(&self) -> Depth {
        self.depth
    }

    /// What an operator should know of it.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Takes in a listing, with its last reading of this source's depth, to be read from a share of the calls.
    pub fn enter(&mut self, id: ListingId, group: Group, entry: Entry<'_>, now: Second) {
        let Entry {
            share,
            urgency,
            schedule,
        } = entry;
        let last = match self.depth {
            Depth::Full => schedule.last_full,
            Depth::Brief => schedule.last_good,
        };
        self.leave(id);
        let queue = self.queue_of(share);
        queue.insert(id, group, urgency, last.map(second), now);
        if let Some(until) = schedule.not_before.map(second).filter(|until| *until > now) {
            queue.rest(&id, until);
        }
    }

    fn queue_of(&mut self, share: Share) -> &mut Queue<ListingId, Group> {
        match share {
            Share::Background | Share::Pasted => &mut self.queue,
            Share::Unknown => &mut self.unknown,
        }
    }

    /// Takes a listing out: nobody tracks it, or another source reads it first.
    pub fn leave(&mut self, id: ListingId) {
        self.queue.remove(&id);
        self.unknown.remove(&id);
    }

    /// The next call, charged to the source's account. Write [`Account::kept`] down before it is made.
    pub fn next(&mut self, account: &mut Account, profile: &Profile, now: Second) -> Leave {
        let unknown = (!self.unknown.is_empty()).then_some(Share::Unknown);
        let shares = unknown.into_iter().chain([Share::Background]);
        let shares = shares.map(|share| (share, account.next_allowed(share, now)));
        let shares: Vec<(Share, Second)> = shares.collect();
        let soonest = shares.iter().map(|(_, allowed)| *allowed).min();
        if let Some(later) = soonest.filter(|soonest| *soonest > now) {
            return Leave::Wait(later);
        }
        if self.breaker.is_open() && !self.breaker.allows(now) {
            return Leave::Wait(now.plus(1));
        }
        for (share, _) in shares.into_iter().filter(|(_, allowed)| *allowed <= now) {
            let Some(call) = self.queue_of(share).next_call(profile, now) else {
                continue;
            };
            return match account.spend(share, now) {
                Ok(()) => Leave::Call(call),
                Err(later) => {
                    self.put_back(&call.listings, now);
                    Leave::Wait(later)
                }
            };
        }
        Leave::Wait(now.plus(1))
    }

    /// A reading that saw a price.
    pub fn read(&mut self, id: ListingId, urgency: Urgency, now: Second) {
        self.queue.set_urgency(&id, urgency);
        self.queue.read(&id, now);
    }

    /// A reading that saw none; the answer is how long the listing rests, at least so many seconds.
    pub fn failed(&mut self, id: ListingId, now: Second, at_least: u32) -> Option<Second> {
        let rest = Some(at_least);
        let known = self.queue.failed(&id, now, rest);
        known.or_else(|| self.unknown.failed(&id, now, rest))
    }

    /// The source had nothing to say of a listing. That is no failure, and it is asked again soon.
    pub fn passed_over(&mut self, id: ListingId, now: Second) {
        self.rest(id, now.plus(PASSED_OVER));
    }

    /// The source showed a variant of a listing that nobody watches. It is asked again in some hours.
    pub fn showed_another(&mut self, id: ListingId, now: Second) {
        self.rest(id, now.plus(OTHER_VARIANT));
    }

    fn rest(&mut self, id: ListingId, until: Second) {
        self.queue.rest(&id, until);
        self.unknown.rest(&id, until);
    }

    /// The call was answered, whatever it said of each listing.
    pub fn answered(&mut self) {
        self.breaker.succeeded();
        self.trouble = None;
    }

    /// The call as a whole was not.
    pub fn refused(&mut self, account: &mut Account, error: &SourceError, listings: &[ListingId], now: Second) {
        self.put_back(listings, now);
        self.trouble = Some(error.to_string());
        account.refused(error, now);
        if matches!(error, SourceError::Later { .. } | SourceError::Unreachable { .. }) {
            self.breaker.failed(now);
        }
    }

    fn put_back(&mut self, listings: &[ListingId], now: Second) {
        for id in listings {
            self.queue.rest(id, now);
            self.unknown.rest(id, now);
        }
    }

    /// How many seconds usually lie between two readings of a listing, once that is known.
    pub fn interval(&self, id: ListingId, now: Second) -> Option<u32> {
        self.queue.interval(&id, now)
    }

    /// How many listings it looks after.
    pub fn listings(&self) -> usize {
        self.queue.len().saturating_add(self.unknown.len())
    }
}

fn second(seconds: i64) -> Second {
    Second::new(u32::try_from(seconds.max(0)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use tillwatch_core::almanac::Almanac;
    use tillwatch_core::cadence::{Budget, Rate};
    use tillwatch_core::instant::Instant;

    use super::*;
    use crate::ports::Later;
    use crate::ports::source::{Ask, Limits as Granted, Reading};

    struct Shop;

    impl Source for Shop {
        fn name(&self) -> &'static str {
            "shop"
        }

        fn depth(&self) -> Depth {
            Depth::Full
        }

        fn limits(&self) -> Granted {
            Granted {
                calls_per_day: 1_000,
                items_per_call: 1,
                spacing: Duration::from_secs(1),
                day_offset: 0,
            }
        }

        fn read<'a>(&'a self, _: &'a Ask, _: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>> {
            Box::pin(std::future::ready(Ok(Vec::new())))
        }
    }

    #[test]
    fn what_a_source_passes_over_is_asked_again_in_five_minutes_each_time() {
        let began = Instant::parse("2026-06-03T00:00:00Z").unwrap_or_else(|_| unreachable!("it is a moment"));
        let almanac = Almanac::built_in().unwrap_or_else(|_| unreachable!("it is built in"));
        let profile = Profile::of_calendar(&almanac, began, began.plus_seconds(86_400));
        let (mut desk, mut account) = (Desk::new(&Shop, 1), Account::new(&Shop, Budget::default()));
        let began = Second::of(began);
        let entry = Entry {
            share: Share::Background,
            urgency: Urgency::new(1, Rate::default()),
            schedule: &Schedule::default(),
        };
        desk.enter(ListingId(1), (Country::US, Currency::USD), entry, began);
        let (mut now, mut calls) = (began, Vec::new());
        while now < began.plus(3_600) {
            match desk.next(&mut account, &profile, now) {
                Leave::Wait(until) => now = until.max(now.plus(1)),
                Leave::Call(call) => {
                    calls.push(now);
                    desk.passed_over(call.listings[0], now);
                }
            }
        }
        let pauses: Vec<u32> = calls.windows(2).map(|two| two[1].since(two[0])).collect();
        assert!(
            pauses.len() > 8 && pauses.iter().all(|pause| (300..=420).contains(pause)),
            "{pauses:?}"
        );
    }

    /// H172.
    #[test]
    fn ten_thousand_ids_that_do_not_exist_are_asked_for_once_from_a_small_share_of_the_day() {
        let began = Instant::parse("2026-06-03T00:00:00Z").unwrap_or_else(|_| unreachable!("it is a moment"));
        let almanac = Almanac::built_in().unwrap_or_else(|_| unreachable!("it is built in"));
        let profile = Profile::of_calendar(&almanac, began, began.plus_seconds(10 * 86_400));
        let group = (Country::US, Currency::USD);
        let mut desk = Desk::new(&Shop, 1);
        let mut account = Account::new(&Shop, Budget::default());
        let enter = |desk: &mut Desk, id, share, watchers, now| {
            let entry = Entry {
                share,
                urgency: Urgency::new(watchers, Rate::default()),
                schedule: &Schedule::default(),
            };
            desk.enter(ListingId(id), group, entry, now);
        };
        let mut now = Second::of(began);
        for id in 0..10_000 {
            enter(&mut desk, id, Share::Unknown, 0, now);
        }
        for id in 10_000..10_100 {
            enter(&mut desk, id, Share::Background, 1, now);
        }
        let (end, mut calls) = (now.plus(86_399), BTreeMap::<i64, u32>::new());
        while now < end {
            match desk.next(&mut account, &profile, now) {
                Leave::Wait(until) => now = until.max(now.plus(1)),
                Leave::Call(call) => {
                    for id in call.listings {
                        *calls.entry(id.0).or_default() += 1;
                        if id.0 < 10_000 {
                            desk.failed(id, now, 86_400);
                        } else {
                            desk.read(id, Urgency::new(1, Rate::default()), now);
                        }
                    }
                }
            }
        }
        let unknown: Vec<u32> = calls.range(..10_000).map(|(_, calls)| *calls).collect();
        assert!(unknown.iter().all(|calls| *calls == 1), "each once at most");
        assert!(
            (24..=72).contains(&unknown.len()),
            "{} of a thousand calls",
            unknown.len()
        );
        let known = calls.range(10_000..);
        assert_eq!(known.clone().count(), 100, "who is watched is read");
        assert!(known.map(|(_, calls)| calls).sum::<u32>() > 700);
    }
}
