//! The queue: for each call the listings of one group for which a reading now saves the most delay.
//!
//! A reading of one with urgency `a`, `tau` seconds after its last good one, is worth `a * tau^2`. In balance that makes
//! intervals go with `1 / sqrt(a)`, which is the best that a fixed number of calls can do, whatever that number is.

mod lane;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::{DAY, HOUR, LONGEST_RETRY, Profile, Second, Urgency};
use lane::{Lane, Now, Order, Rung};

/// The rest after a first failure, in seconds; it doubles with each one more.
const FIRST_REST: u32 = 60;

/// The longest rest after failures, in seconds.
const LONGEST_REST: u32 = 6 * HOUR;

/// How many listings at most come back from their rest before one call, so that a crowd does not hold it up.
const WAKE: usize = 1_000;

/// What holds for each listing whatever its urgency. Times are in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most listings of one call.
    pub call: usize,
    /// A watched one is read at least once in this time.
    pub watched: u32,
    /// One that is only charted is read at least once in this time.
    pub charted: u32,
    /// None is read more often than once in this time.
    pub spacing: u32,
    /// One that was handed out and of which nothing was heard comes back after this time.
    pub answer: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            call: 50,
            watched: DAY,
            charted: 3 * DAY,
            spacing: 60,
            answer: 600,
        }
    }
}

impl Limits {
    /// The age from which on the floor counts: a little early, so that the reading is there in time.
    fn due(&self, watched: bool) -> u32 {
        let floor = if watched { self.watched } else { self.charted };
        floor.saturating_sub(floor / 16)
    }
}

/// The listings to ask for in one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<K, G> {
    /// Their group.
    pub group: G,
    /// Who they are, the most urgent first; not empty.
    pub listings: Vec<K>,
}

/// Which listings are read next. `K` names a listing; `G` is what a call must have in common, such as market and
/// currency.
///
/// A store builds it anew from its last readings, which spreads a restart by itself: what was due stays due, in the
/// same order. Equal operations give equal calls.
#[derive(Debug)]
pub struct Queue<K, G> {
    limits: Limits,
    entries: BTreeMap<K, Entry<G>>,
    lanes: BTreeMap<G, Lane<K>>,
    resting: BTreeSet<(Second, K)>,
    seed: u64,
    latest: Second,
    floor_was_served: bool,
}

#[derive(Debug, Clone, Copy)]
struct Entry<G> {
    group: G,
    rung: Rung,
    /// Whether `last` is a good reading and not a stand-in for one that never was.
    read: bool,
    failures: u8,
    last: Second,
    /// Not before this moment; `None` while it waits in its lane.
    rests: Option<Second>,
}

impl<K: Copy + Ord, G: Copy + Ord> Queue<K, G> {
    /// An empty queue. The seed decides the jitter of rests.
    pub const fn new(limits: Limits, seed: u64) -> Self {
        Self {
            limits,
            entries: BTreeMap::new(),
            lanes: BTreeMap::new(),
            resting: BTreeSet::new(),
            seed,
            latest: Second::new(0),
            floor_was_served: false,
        }
    }

    /// How many listings there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a listing, or replaces it, with its last good reading. One that was never read counts as due at once, but
    /// not as more than that, so that a large import does not push the others aside.
    pub fn insert(&mut self, key: K, group: G, urgency: Urgency, last: Option<Second>, now: Second) {
        self.remove(&key);
        let rung = Rung::of(urgency);
        let entry = Entry {
            group,
            rung,
            read: last.is_some(),
            failures: 0,
            last: last.map_or_else(|| now.minus(self.limits.due(rung.watched)), |last| last.min(now)),
            rests: None,
        };
        self.entries.insert(key, entry);
        self.enter(key, entry);
    }

    /// Takes a listing out; false if it was not there.
    pub fn remove(&mut self, key: &K) -> bool {
        let entry = self.entries.remove(key);
        if let Some(entry) = entry {
            self.leave(*key, entry);
        }
        entry.is_some()
    }

    /// Gives a listing a new urgency: a watcher came or left, the price moved, the rate is better known. Its last
    /// reading and its rest stay. False if it is not there.
    pub fn set_urgency(&mut self, key: &K, urgency: Urgency) -> bool {
        self.change(key, |entry| entry.rung = Rung::of(urgency))
    }

    /// A good reading, from a call of this queue or from elsewhere. False if the listing is not there.
    pub fn read(&mut self, key: &K, now: Second) -> bool {
        if let Some(entry) = self.entries.get(key)
            && entry.read
            && entry.failures == 0
            && let Some(lane) = self.lanes.get_mut(&entry.group)
        {
            lane.waited(entry.rung, now.since(entry.last));
        }
        self.change(key, |entry| {
            entry.last = now;
            entry.read = true;
            entry.failures = 0;
            entry.rests = None;
        })
    }

    /// A reading that failed. The listing rests: a minute at first, twice as long after each failure more, six hours at
    /// most, of which a random part of up to a half is left out; and never less than `retry_after` seconds, of which
    /// [`LONGEST_RETRY`] are believed. The answer is the end of the rest, for [`Queue::rest`] after a restart; `None` if
    /// the listing is not there.
    pub fn failed(&mut self, key: &K, now: Second, retry_after: Option<u32>) -> Option<Second> {
        let dice = self.dice();
        self.change(key, |entry| {
            let rest = FIRST_REST.saturating_mul(1_u32.checked_shl(u32::from(entry.failures)).unwrap_or(u32::MAX));
            let rest = rest.min(LONGEST_REST);
            let jitter = u32::try_from(dice.checked_rem(u64::from(rest / 2)).unwrap_or(0)).unwrap_or(0);
            let asked = retry_after.unwrap_or(0).min(LONGEST_RETRY);
            entry.failures = entry.failures.saturating_add(1);
            entry.rests = Some(now.plus(rest.saturating_sub(jitter).max(asked)));
        });
        self.entries.get(key)?.rests
    }

    /// Lets a listing rest until a moment. False if it is not there.
    pub fn rest(&mut self, key: &K, until: Second) -> bool {
        self.change(key, |entry| entry.rests = Some(until))
    }

    /// How long listings as urgent as this one, of its group, wait between readings under the present load, in seconds:
    /// "checked about every 40 min". `None` until some of them were read twice.
    pub fn interval(&self, key: &K, now: Second) -> Option<u32> {
        let entry = self.entries.get(key)?;
        self.lanes.get(&entry.group)?.wait(entry.rung, now)
    }

    /// The next call; `None` while nothing may be read. Its listings are out of the queue until they are reported as
    /// read or failed, or until [`Limits::answer`] has passed.
    ///
    /// Every second call goes to those over their floor as long as there are any, the longest over it first, and is
    /// filled up by index. So a floor is kept as long as half of the calls are enough for it, and beyond that nobody
    /// waits for ever; the other half still follows the index.
    pub fn next_call(&mut self, profile: &Profile, now: Second) -> Option<Call<K, G>> {
        self.follow(now);
        let rules = Now {
            moment: now,
            ages: profile.until(now),
            limits: &self.limits,
        };
        let overdue = if self.floor_was_served {
            None
        } else {
            self.most_overdue(rules)
        };
        let served = overdue.is_some();
        let (group, picks) = overdue.or_else(|| self.most_worth(rules))?;
        self.floor_was_served = served;
        let until = now.plus(self.limits.answer.max(1));
        for pick in &picks {
            if let Some(lane) = self.lanes.get_mut(&group) {
                lane.remove(pick.rung, pick.last, pick.key);
            }
            if let Some(entry) = self.entries.get_mut(&pick.key) {
                entry.rests = Some(until);
            }
            self.resting.insert((until, pick.key));
        }
        let listings = picks.iter().map(|pick| pick.key).collect();
        Some(Call { group, listings })
    }

    fn most_overdue(&self, now: Now<'_>) -> Option<(G, Vec<lane::Pick<K>>)> {
        let lanes = self
            .lanes
            .iter()
            .map(|(group, lane)| (lane.most_overdue(now), group, lane));
        let (_, group, lane) = lanes
            .rev()
            .max_by_key(|(overdue, ..)| *overdue)
            .filter(|most| most.0 > 0)?;
        let picks = lane.top(now, Order::Floor);
        (!picks.is_empty()).then_some((*group, picks))
    }

    /// The group whose worthiest listings are together worth the most. A call is what is scarce, so a group of few
    /// waits until they are worth as much as a full call elsewhere.
    fn most_worth(&self, now: Now<'_>) -> Option<(G, Vec<lane::Pick<K>>)> {
        let calls = u128::try_from(self.limits.call).unwrap_or(u128::MAX);
        let lanes = self.lanes.iter().map(|(group, lane)| (lane.dearest(now), group, lane));
        let mut lanes: Vec<_> = lanes.filter(|(dearest, ..)| *dearest > 0).collect();
        lanes.sort_by_key(|(dearest, ..)| core::cmp::Reverse(*dearest));
        let mut best: Option<(u128, G, Vec<lane::Pick<K>>)> = None;
        for (dearest, group, lane) in lanes {
            let most = best.as_ref().map_or(0, |(worth, ..)| *worth);
            if dearest.saturating_mul(calls) <= most {
                break;
            }
            let picks = lane.top(now, Order::Index);
            let worth = picks.iter().fold(0_u128, |sum, pick| sum.saturating_add(pick.worth));
            if worth > most {
                best = Some((worth, *group, picks));
            }
        }
        best.map(|(_, group, picks)| (group, picks))
    }

    /// Follows the clock: wakes those whose rest is over. If the clock was set back, rests keep their length, and no
    /// reading stays in the future.
    fn follow(&mut self, now: Second) {
        let ahead = self.latest.since(now);
        self.latest = now;
        if ahead > 0 {
            for (until, key) in core::mem::take(&mut self.resting) {
                let until = until.minus(ahead);
                self.resting.insert((until, key));
                if let Some(entry) = self.entries.get_mut(&key) {
                    entry.rests = Some(until);
                    entry.last = entry.last.min(now);
                }
            }
            let late: Vec<K> = self.lanes.values_mut().flat_map(|lane| lane.split_after(now)).collect();
            for key in late {
                self.change(&key, |entry| entry.last = now);
            }
        }
        for _ in 0..WAKE {
            match self.resting.first() {
                Some((until, key)) if *until <= now => {
                    let key = *key;
                    self.change(&key, |entry| entry.rests = None);
                }
                _ => break,
            }
        }
    }

    /// Takes an entry from its place, changes it and puts it where it then belongs.
    fn change(&mut self, key: &K, with: impl FnOnce(&mut Entry<G>)) -> bool {
        let Some(entry) = self.entries.get_mut(key) else {
            return false;
        };
        let before = *entry;
        with(entry);
        let after = *entry;
        self.leave(*key, before);
        self.enter(*key, after);
        true
    }

    fn enter(&mut self, key: K, entry: Entry<G>) {
        if let Some(until) = entry.rests {
            self.resting.insert((until, key));
        } else {
            let lane = self.lanes.entry(entry.group).or_default();
            lane.add(entry.rung, entry.last, key);
        }
    }

    fn leave(&mut self, key: K, entry: Entry<G>) {
        if let Some(until) = entry.rests {
            self.resting.remove(&(until, key));
        } else if let Some(lane) = self.lanes.get_mut(&entry.group) {
            lane.remove(entry.rung, entry.last, key);
        }
    }

    /// The next random number (splitmix64).
    fn dice(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.seed ^ self.seed.wrapping_shr(30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed.wrapping_shr(27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed.wrapping_shr(31)
    }
}
