//! How urgent a listing is: how often its price moves, how likely a move reaches a target, who waits for it.

use super::fixed::{ONE, decayed, halved, ln_ratio, log2, narrowed};

/// The distance that is taken where nobody named a target: 600 basis points, a usual drop.
pub const UNKNOWN_DISTANCE: u32 = 600;

/// The change that the prior counts, in thousandths. With [`PRIOR_RATE`] it has the mean and the spread of rates that
/// are lognormal around one change a fortnight, with deviation 1.
const PRIOR_CHANGES: u64 = 600;

/// Changes and time that a category starts with: 12 in 100 days, the mean of those rates.
const PRIOR_RATE: (u64, u64) = (12, 100 * DAYS);

/// Rises, and drops of 600 basis points each, that a category starts with.
const PRIOR_MOVES: u64 = 20;

/// The time after which older readings begin to count half.
const MEMORY: u64 = 180 * DAYS;

const DAYS: u64 = 24 * 60 * 60;

/// One in a [`Rate`].
const BILLION: u64 = 1_000_000_000;

/// How often something happens: billionths of a time a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Rate(u64);

impl Rate {
    /// So many billionths a day.
    pub const fn from_billionths(billionths: u64) -> Self {
        Self(billionths)
    }

    /// Billionths a day.
    pub const fn billionths(self) -> u64 {
        self.0
    }
}

/// What the readings of one listing told about its changes. Three whole numbers to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Good readings that had an earlier one to be held against.
    pub readings: u32,
    /// Those of them that differed from it.
    pub changes: u32,
    /// The seconds that lie between them, together.
    pub exposure: u64,
}

impl Seen {
    /// Counts one reading, so many seconds after the one before. What is half a year old begins to fade.
    pub fn count(&mut self, seconds: u32, changed: bool) {
        self.readings = self.readings.saturating_add(1);
        self.changes = self.changes.saturating_add(u32::from(changed));
        self.exposure = self.exposure.saturating_add(u64::from(seconds));
        if self.exposure > MEMORY {
            self.readings /= 2;
            self.changes = self.changes.div_ceil(2).min(self.readings);
            self.exposure /= 2;
        }
    }

    /// Changes a day: the mean of a Gamma posterior, `(changes + alpha) / (exposure + beta)`, with the category's mean
    /// as its prior.
    ///
    /// A reading shows that a price moved, not how often. So the changes counted are first turned into those that must
    /// have happened, `n * ln((n + 1/2) / (n - k + 1/2))` for `k` of `n` readings that differed.
    pub fn changes(&self, category: &Category) -> Rate {
        let readings = u64::from(self.readings);
        let changes = u64::from(self.changes).min(readings);
        let twice = |number: u64| number.saturating_mul(2).saturating_add(1);
        let each = ln_ratio(twice(readings), twice(readings.saturating_sub(changes)));
        let happened = u128::from(readings).saturating_mul(u128::from(each)); // 32 bits behind the point
        let prior = u128::from(ONE).saturating_mul(u128::from(PRIOR_CHANGES)) / 1_000;
        let exposure = u128::from(self.exposure.saturating_add(category.prior_exposure()));
        let per_second = happened
            .saturating_add(prior)
            .saturating_mul(u128::from(DAYS * BILLION));
        Rate(narrowed(per_second.checked_div(exposure).unwrap_or(0).wrapping_shr(32)))
    }

    /// Crossings of a target a day: changes, times the chance that one is a drop of at least `distance` basis points of
    /// today's price. `None` is a target that nobody named ([`UNKNOWN_DISTANCE`]), 0 one that is already reached.
    pub fn crossings(&self, category: &Category, distance: Option<u32>) -> Rate {
        let changes = self.changes(category).0;
        Rate(category.reaching(changes, distance.unwrap_or(UNKNOWN_DISTANCE)))
    }
}

/// How the listings of one category move, all taken together. Four whole numbers to keep; a new one has the usual
/// habits, which what is seen outweighs by and by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Category {
    /// Changes to a higher price.
    pub rises: u64,
    /// Changes to a lower price.
    pub drops: u64,
    /// The basis points of all drops, together.
    pub dropped: u64,
    /// The seconds for which its listings were watched, together.
    pub exposure: u64,
}

impl Category {
    /// Counts a price against the one before it, in the same minor units; the first one tells nothing.
    pub fn count(&mut self, before: Option<i64>, now: i64) {
        let Some(before) = before.filter(|before| *before > 0) else {
            return;
        };
        if now > before {
            self.rises = self.rises.saturating_add(1);
        } else if now < before {
            let fell = before.saturating_sub(now).saturating_mul(10_000).checked_div(before);
            self.drops = self.drops.saturating_add(1);
            self.dropped = self
                .dropped
                .saturating_add(fell.and_then(|fell| u64::try_from(fell).ok()).unwrap_or(0));
        }
    }

    /// Seconds of exposure that the prior of one of its listings counts.
    fn prior_exposure(&self) -> u64 {
        let changes = self.rises.saturating_add(self.drops).saturating_add(PRIOR_RATE.0);
        let exposure = u128::from(self.exposure.saturating_add(PRIOR_RATE.1)).saturating_mul(u128::from(PRIOR_CHANGES));
        narrowed(exposure.checked_div(u128::from(changes)).unwrap_or(0) / 1_000)
    }

    /// The part of so many changes that are drops of at least `distance` basis points; drops are exponential.
    fn reaching(&self, changes: u64, distance: u32) -> u64 {
        let drops = self.drops.saturating_add(PRIOR_MOVES);
        let moves = drops.saturating_add(self.rises).saturating_add(PRIOR_MOVES);
        let dropped = PRIOR_MOVES
            .saturating_mul(u64::from(UNKNOWN_DISTANCE))
            .saturating_add(self.dropped);
        let part = u128::from(changes).saturating_mul(u128::from(drops));
        let part = part.checked_div(u128::from(moves)).unwrap_or(0);
        // exp(-distance / (dropped / drops)), without rounding the mean.
        narrowed(decayed(part, u64::from(distance).saturating_mul(drops), dropped))
    }
}

/// What a reading is worth: watchers times expected crossings a day, in billionths, and whether anybody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Urgency {
    watched: bool,
    weight: u64,
}

/// Steps of urgency in each doubling: two listings in one step differ by less than 9.1 %.
const STEPS: u64 = 8;

impl Urgency {
    /// Below a millionth of a crossing a day only the floor decides when a listing is read.
    const LEAST: u64 = 1_000;

    /// Of a listing with so many watchers. Without any it is only charted, and the floor alone decides.
    pub fn new(watchers: u32, crossings: Rate) -> Self {
        Self {
            watched: watchers > 0,
            weight: u64::from(watchers).saturating_mul(crossings.0),
        }
    }

    /// Whether it has a watcher.
    pub const fn watched(self) -> bool {
        self.watched
    }

    /// Watchers times expected crossings a day, in billionths.
    pub const fn weight(self) -> u64 {
        self.weight
    }

    /// Its step on the logarithmic scale.
    pub(super) fn step(self) -> u16 {
        let eighths = log2(self.weight.max(Self::LEAST)) / (ONE / STEPS);
        u16::try_from(eighths).unwrap_or(u16::MAX)
    }

    /// The smallest weight of a step, in thousandths of a billionth so that low steps stay apart.
    pub(super) fn of_step(step: u16) -> u128 {
        let (doublings, eighths) = (u32::from(step) / 8, u64::from(step) % STEPS);
        let next = 2_000_u128.checked_shl(doublings).unwrap_or(u128::MAX);
        halved(next, (STEPS.saturating_sub(eighths)).saturating_mul(ONE / STEPS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_divide_each_doubling_in_eight() {
        let step = |weight| Urgency { watched: true, weight }.step();
        assert_eq!(step(2_048), 88);
        assert_eq!(step(4_096), 96);
        assert_eq!(step(4_095), 95);
        assert_eq!(step(0), step(1_000));
        assert_eq!(Urgency::of_step(88), 2_048_000);
        for weight in [1_000_u64, 1_717, 123_456, 98_765_432_100, u64::MAX / 4_000] {
            let least = Urgency::of_step(step(weight));
            let thousandths = u128::from(weight).saturating_mul(1_000);
            assert!(least <= thousandths.saturating_add(thousandths / 1_000), "{weight}");
            assert!(thousandths.saturating_mul(100) < least.saturating_mul(110), "{weight}");
        }
    }
}
