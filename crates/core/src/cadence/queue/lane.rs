//! The waiting listings of one group, in steps of urgency: within a step who was read longest ago comes first, so that
//! only the heads of the steps have to be compared.

use alloc::collections::btree_set::Iter;
use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap};
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::Limits;
use crate::cadence::profile::Until;
use crate::cadence::{Second, Urgency};

/// Which step a listing waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rung {
    pub(super) watched: bool,
    pub(super) step: u16,
}

impl Rung {
    pub(super) fn of(urgency: Urgency) -> Self {
        Self {
            watched: urgency.watched(),
            step: urgency.step(),
        }
    }
}

/// The listings of one step.
#[derive(Debug)]
struct Bucket<K> {
    /// The smallest urgency of the step.
    urgency: u128,
    /// By last reading.
    waiting: BTreeSet<(Second, K)>,
    /// How long those read lately had waited, averaged; 0 before the first.
    wait: u32,
}

/// What it is worth to read a listing: by how much it is over its floor, where that counts, then the index.
type Worth = (u32, u128);

/// A listing that a call may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pick<K> {
    pub(super) rung: Rung,
    pub(super) last: Second,
    pub(super) key: K,
    pub(super) worth: u128,
}

/// A step while a call is filled from it.
type Row<'a, K> = (Rung, &'a Bucket<K>, Iter<'a, (Second, K)>);

/// What decides which listings of a group are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The index alone.
    Index,
    /// First those that are over their floor, longest over it first.
    Floor,
}

/// The moment and the rules that a choice is made by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now<'a> {
    pub(super) moment: Second,
    pub(super) ages: Until<'a>,
    pub(super) limits: &'a Limits,
}

impl Now<'_> {
    /// Seconds by which a listing is over its floor; 0 if it is not.
    fn overdue(&self, rung: Rung, last: Second) -> u32 {
        self.moment.since(last).saturating_sub(self.limits.due(rung.watched))
    }

    fn may_be_read(&self, last: Second) -> bool {
        self.moment.since(last) >= self.limits.spacing
    }
}

#[derive(Debug)]
pub(super) struct Lane<K> {
    buckets: BTreeMap<Rung, Bucket<K>>,
}

impl<K> Default for Lane<K> {
    fn default() -> Self {
        Self {
            buckets: BTreeMap::new(),
        }
    }
}

impl<K: Copy + Ord> Lane<K> {
    pub(super) fn add(&mut self, rung: Rung, last: Second, key: K) {
        let bucket = self.buckets.entry(rung).or_insert_with(|| Bucket {
            urgency: Urgency::of_step(rung.step),
            waiting: BTreeSet::new(),
            wait: 0,
        });
        bucket.waiting.insert((last, key));
    }

    pub(super) fn remove(&mut self, rung: Rung, last: Second, key: K) {
        if let Some(bucket) = self.buckets.get_mut(&rung) {
            bucket.waiting.remove(&(last, key));
        }
    }

    /// Takes those out whose last reading lies after a moment.
    pub(super) fn split_after(&mut self, moment: Second) -> Vec<K> {
        let late = |bucket: &mut Bucket<K>| {
            let first = bucket
                .waiting
                .iter()
                .rev()
                .take_while(|(last, _)| *last > moment)
                .last();
            first.copied().map(|first| bucket.waiting.split_off(&first))
        };
        let late = self.buckets.values_mut().filter_map(late).flatten();
        late.map(|(_, key)| key).collect()
    }

    /// Notes how long a listing of a step waited between two good readings: an eighth of the average.
    pub(super) fn waited(&mut self, rung: Rung, seconds: u32) {
        if let Some(bucket) = self.buckets.get_mut(&rung) {
            bucket.wait = match bucket.wait {
                0 => seconds,
                wait => wait.saturating_sub(wait / 8).saturating_add(seconds / 8),
            };
        }
    }

    /// How long listings of a step wait at present: those read lately, or longer if the first one already does.
    pub(super) fn wait(&self, rung: Rung, now: Second) -> Option<u32> {
        let bucket = self.buckets.get(&rung).filter(|bucket| bucket.wait > 0)?;
        let first = bucket.waiting.first().map_or(0, |(last, _)| now.since(*last));
        Some(bucket.wait.max(first))
    }

    /// By how much the listing that is most over its floor is so; 0 if none is.
    pub(super) fn most_overdue(&self, now: Now<'_>) -> u32 {
        let heads = self.heads();
        heads.map(|(rung, _, last)| now.overdue(rung, last)).max().unwrap_or(0)
    }

    /// The most that one listing is worth; 0 if none may be read.
    pub(super) fn dearest(&self, now: Now<'_>) -> u128 {
        let heads = self.heads().filter(|(_, _, last)| now.may_be_read(*last));
        heads
            .map(|(_, bucket, last)| bucket.index(now, last))
            .max()
            .unwrap_or(0)
    }

    fn heads(&self) -> impl Iterator<Item = (Rung, &Bucket<K>, Second)> {
        let heads = self.buckets.iter();
        heads.filter_map(|(rung, bucket)| Some((*rung, bucket, bucket.waiting.first()?.0)))
    }

    /// The listings for one call, the worthiest first.
    pub(super) fn top(&self, now: Now<'_>, order: Order) -> Vec<Pick<K>> {
        let worth = |rung: Rung, bucket: &Bucket<K>, last: Second| -> Worth {
            let overdue = match order {
                Order::Index => 0,
                Order::Floor => now.overdue(rung, last),
            };
            (overdue, bucket.index(now, last))
        };
        let mut rows: Vec<Row<'_, K>> = Vec::with_capacity(self.buckets.len());
        let mut heads: BinaryHeap<(Worth, Reverse<usize>, Second, K)> = BinaryHeap::with_capacity(self.buckets.len());
        for (rung, bucket) in &self.buckets {
            let mut row = bucket.waiting.iter();
            if let Some((last, key)) = row.next().filter(|(last, _)| now.may_be_read(*last)) {
                heads.push((worth(*rung, bucket, *last), Reverse(rows.len()), *last, *key));
                rows.push((*rung, bucket, row));
            }
        }
        let mut picks = Vec::with_capacity(now.limits.call);
        while picks.len() < now.limits.call
            && let Some(((_, index), Reverse(place), last, key)) = heads.pop()
            && let Some((rung, bucket, row)) = rows.get_mut(place)
        {
            picks.push(Pick {
                rung: *rung,
                last,
                key,
                worth: index,
            });
            if let Some((last, key)) = row.next().filter(|(last, _)| now.may_be_read(*last)) {
                heads.push((worth(*rung, bucket, *last), Reverse(place), *last, *key));
            }
        }
        picks
    }
}

impl<K> Bucket<K> {
    /// Twice `a * tau^2 / 2`, with the profile's likelihood in it.
    fn index(&self, now: Now<'_>, last: Second) -> u128 {
        self.urgency.saturating_mul(now.ages.weight(last))
    }
}
