//! The calls of one key: how many a day grants, who may make them, and when the next one may go out.

use super::{DAY, HOUR, LONGEST_RETRY, Second};

/// What a key is granted, and how calls are spread. Times are in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Calls a day.
    pub calls: u32,
    /// When the day turns, as seconds east of UTC: the official API's turns at 00:00 UTC+8.
    pub turn: u32,
    /// The least time between two calls, whoever makes them.
    pub spacing: u32,
    /// How many background calls may follow each other at that spacing after a pause; from 1.
    pub burst: u32,
}

impl Terms {
    /// Terms of the official API with so many calls a day: turned at 00:00 UTC+8, a second apart, three in a burst.
    pub const fn official(calls: u32) -> Self {
        Self {
            calls,
            turn: 8 * HOUR,
            spacing: 1,
            burst: 3,
        }
    }

    /// The day that a moment lies in, counted from 1970, and the seconds since it began.
    fn day(&self, now: Second) -> (u32, u32) {
        // A turn later than the clock's own days end is the same as one earlier.
        let (day, since) = (now.get() / DAY, now.get() % DAY);
        let since = since.saturating_add(self.turn);
        (day.saturating_add(since / DAY), since % DAY)
    }

    fn rest_of_day(&self, now: Second) -> u32 {
        let (_, since) = self.day(now);
        DAY.saturating_sub(since)
    }

    /// The first second of a day.
    fn start(&self, day: u32) -> Second {
        let seconds = u64::from(day).saturating_mul(u64::from(DAY));
        let seconds = seconds.saturating_sub(u64::from(self.turn));
        Second::new(u32::try_from(seconds).unwrap_or(u32::MAX))
    }
}

/// Who a call is for. Each hour the rest of the day is shared anew, so what a share left over flows back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Share {
    /// The queue: what the other two leave, about 75 %, spread evenly over the hour.
    Background,
    /// Somebody who pastes a link and waits: 20 %, at once.
    Pasted,
    /// Ids that were never seen: 5 %, at once.
    Unknown,
}

/// Calls of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Day {
    /// Counted from 1970; 0 is no day yet.
    day: u32,
    used: u32,
}

/// What was spent, as a store keeps it: write it down before a call that [`Budget::spend`] granted is made, and after an
/// answer that closes it. Then no restart grants more than the day's calls.
///
/// The clock may jump. A day that calls were made on is remembered by its number, so coming back to it grants nothing
/// anew; times that lie ahead of a clock that was set back keep their length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Budget {
    /// The days that calls were made on last, in no order.
    days: [Day; 3],
    /// Days up to this one are forgotten and grant nothing.
    forgotten: u32,
    /// The hour since 1970 whose shares are counted; its calls by share, and how many it had together.
    hour: u32,
    spent: [u32; 3],
    granted: u32,
    latest: Second,
    /// No call before this moment: spacing, or a shop's `Retry-After`.
    closed: Second,
    /// No background call before this moment, a burst apart.
    even: Second,
}

impl Budget {
    /// What [`Budget::kept`] gave.
    pub const fn from_kept(kept: [u32; 15]) -> Self {
        let [
            first,
            first_used,
            second,
            second_used,
            third,
            third_used,
            forgotten,
            hour,
            background,
            pasted,
            unknown,
            granted,
            latest,
            closed,
            even,
        ] = kept;
        Self {
            days: [
                Day {
                    day: first,
                    used: first_used,
                },
                Day {
                    day: second,
                    used: second_used,
                },
                Day {
                    day: third,
                    used: third_used,
                },
            ],
            forgotten,
            hour,
            spent: [background, pasted, unknown],
            granted,
            latest: Second::new(latest),
            closed: Second::new(closed),
            even: Second::new(even),
        }
    }

    /// All of it as numbers, for a store.
    pub const fn kept(&self) -> [u32; 15] {
        let [first, second, third] = self.days;
        let [background, pasted, unknown] = self.spent;
        [
            first.day,
            first.used,
            second.day,
            second.used,
            third.day,
            third.used,
            self.forgotten,
            self.hour,
            background,
            pasted,
            unknown,
            self.granted,
            self.latest.get(),
            self.closed.get(),
            self.even.get(),
        ]
    }

    /// How many calls the last day had that had any, and when this was last asked for one; `None` before the first.
    pub fn last_day(&self) -> Option<(u32, Second)> {
        let last = self.days.iter().filter(|day| day.used > 0).max_by_key(|day| day.day)?;
        Some((last.used, self.latest))
    }

    /// Makes a call now, if one is allowed; else says when to ask again.
    pub fn spend(&mut self, terms: &Terms, share: Share, now: Second) -> Result<(), Second> {
        self.follow(terms, now);
        let next = self.next(terms, share, now);
        if next > now {
            return Err(next);
        }
        if share == Share::Background {
            let pace = self.pace(terms, now);
            self.even = self.even.max(now).plus(pace);
        }
        let (day, _) = terms.day(now);
        if let Some(today) = self.days.iter_mut().find(|entry| entry.day == day) {
            today.used = today.used.saturating_add(1);
        }
        if let Some(spent) = self.spent.get_mut(index(share)) {
            *spent = spent.saturating_add(1);
        }
        self.closed = self.closed.max(now.plus(terms.spacing));
        Ok(())
    }

    /// When a call would be allowed: now, or a later second. [`Second::NEVER`] if the terms grant none.
    pub fn next_allowed(&self, terms: &Terms, share: Share, now: Second) -> Second {
        let mut budget = *self;
        budget.follow(terms, now);
        budget.next(terms, share, now)
    }

    /// How many calls the day of this moment still has.
    pub fn remaining(&self, terms: &Terms, now: Second) -> u32 {
        let mut budget = *self;
        budget.follow(terms, now);
        budget.left(terms, now)
    }

    /// The shop answered that the day's calls are used up: none until the day turns.
    pub fn quota_spent(&mut self, terms: &Terms, now: Second) {
        self.follow(terms, now);
        let (day, _) = terms.day(now);
        if let Some(today) = self.days.iter_mut().find(|entry| entry.day == day) {
            today.used = u32::MAX;
        }
    }

    /// The shop answered `Retry-After`: none until then, of which [`LONGEST_RETRY`] are believed.
    pub fn retry_after(&mut self, terms: &Terms, now: Second, seconds: u32) {
        self.follow(terms, now);
        self.closed = self.closed.max(now.plus(seconds.min(LONGEST_RETRY)));
    }

    /// Follows the clock to this moment, day and hour.
    fn follow(&mut self, terms: &Terms, now: Second) {
        let ahead = self.latest.since(now);
        self.latest = now;
        self.closed = self.closed.minus(ahead);
        self.even = self.even.minus(ahead);
        let (day, _) = terms.day(now);
        if day > self.forgotten && self.days.iter().all(|entry| entry.day != day) {
            self.open(day, ahead > 0);
        }
        let hour = now.get() / HOUR;
        if self.hour != hour || self.granted == 0 {
            self.hour = hour;
            self.spent = [0; 3];
            let left = u64::from(self.left(terms, now));
            let hours = u64::from(terms.rest_of_day(now).div_ceil(HOUR).max(1));
            self.granted = u32::try_from(left.div_ceil(hours)).unwrap_or(u32::MAX);
        }
    }

    /// Opens a day in place of an unused one, or of the earliest. One that the clock came back to may have been the true one all along, so
    /// calls of the days after it count for it too.
    fn open(&mut self, day: u32, back: bool) {
        let later = self.days.iter().filter(|entry| back && entry.day > day);
        let used = later.fold(0_u32, |used, entry| used.saturating_add(entry.used));
        match self.days.iter_mut().min_by_key(|entry| (entry.used > 0, entry.day)) {
            Some(unused) if unused.used == 0 => *unused = Day { day, used },
            Some(earliest) if earliest.day < day => {
                self.forgotten = self.forgotten.max(earliest.day);
                *earliest = Day { day, used };
            }
            _ => {}
        }
    }

    fn next(&self, terms: &Terms, share: Share, now: Second) -> Second {
        if terms.calls == 0 {
            return Second::NEVER;
        }
        let (day, _) = terms.day(now);
        if self.left(terms, now) == 0 {
            let tomorrow = terms.start(day.saturating_add(1));
            return tomorrow.max(self.closed);
        }
        let spent = self.spent.get(index(share)).copied().unwrap_or(0);
        let open = if spent >= self.allotted(share) {
            Second::new(self.hour.saturating_add(1).saturating_mul(HOUR))
        } else if share == Share::Background {
            let ahead = self.pace(terms, now).saturating_mul(terms.burst.saturating_sub(1));
            self.even.minus(ahead)
        } else {
            now
        };
        open.max(self.closed).max(now)
    }

    /// How many calls a share has in this hour. Each has one, however few there are; the day's limit holds all the same.
    fn allotted(&self, share: Share) -> u32 {
        let part = |percent: u32| {
            (self.granted / 100)
                .saturating_mul(percent)
                .saturating_add((self.granted % 100).saturating_mul(percent) / 100)
        };
        let (pasted, unknown) = (part(20), part(5));
        let calls = match share {
            Share::Background => self.granted.saturating_sub(pasted).saturating_sub(unknown),
            Share::Pasted => pasted,
            Share::Unknown => unknown,
        };
        calls.max(1)
    }

    /// Seconds from one background call to the next: what is left of the hour over what is left of its calls.
    fn pace(&self, terms: &Terms, now: Second) -> u32 {
        let spent = self.spent.first().copied().unwrap_or(0);
        let calls = self.allotted(Share::Background).saturating_sub(spent).max(1);
        let rest = HOUR.saturating_sub(now.get() % HOUR).min(terms.rest_of_day(now));
        rest.div_ceil(calls)
    }

    /// Calls that the day of this moment still has; none on a day that is forgotten.
    fn left(&self, terms: &Terms, now: Second) -> u32 {
        let (day, _) = terms.day(now);
        let today = self.days.iter().find(|entry| entry.day == day);
        today.map_or(0, |today| terms.calls.saturating_sub(today.used))
    }
}

/// A share's place in the counts of an hour.
fn index(share: Share) -> usize {
    match share {
        Share::Background => 0,
        Share::Pasted => 1,
        Share::Unknown => 2,
    }
}
