//! When changes are likelier than usual: the hours in which coupons rotate and sales begin.

use alloc::vec::Vec;

use super::{HOUR, Second};
use crate::almanac::Almanac;
use crate::calendar::{Label, Phase, events_between};
use crate::instant::Instant;

/// The usual likelihood of changes, in thousandths.
const USUAL: u32 = 1_000;

/// For an hour from each midnight of a rotation on: with four such hours a week, a quarter of the week's changes. More
/// would trust rotations that are said to be usual and that no dated source bears out.
const ROTATION: u32 = 12_000;

/// For two hours from the start of a named sale on, where prices of most listings move at once.
const SALE_START: u32 = 24_000;

/// While a named sale lasts.
const SALE: u32 = 2_000;

/// A stretch of time in which changes are likelier or rarer than usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its first second.
    pub from: Second,
    /// The first second after it.
    pub until: Second,
    /// How likely changes are, in thousandths of the usual.
    pub thousandths: u32,
}

/// How likely changes are over time, in steps. Between two moments its weight is known without looking at what lies
/// between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    steps: Vec<Step>,
}

/// From here until the next step changes are so likely; with what has gathered since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    from: Second,
    thousandths: u32,
    gathered: Gathered,
}

/// Integrals from 1970 to a moment, for likelihood g: of g, and of 2 s g over the moments s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Gathered {
    plain: u128,
    by_time: u128,
}

impl Gathered {
    /// The same at a later moment, with one likelihood in between.
    fn on(self, from: Second, until: Second, thousandths: u32) -> Self {
        let (from, until) = (u128::from(from.get()), u128::from(until.get()));
        let length = until.saturating_sub(from);
        let plain = length.saturating_mul(u128::from(thousandths));
        Self {
            plain: self.plain.saturating_add(plain),
            by_time: self
                .by_time
                .saturating_add(plain.saturating_mul(until.saturating_add(from))),
        }
    }
}

impl Profile {
    /// The same likelihood at all times.
    pub fn flat() -> Self {
        Self::new(&[])
    }

    /// From windows in any order. Where some overlap the likeliest counts, outside of all the usual.
    pub fn new(windows: &[Window]) -> Self {
        let mut edges: Vec<Second> = windows.iter().flat_map(|window| [window.from, window.until]).collect();
        edges.push(Second::default());
        edges.sort_unstable();
        edges.dedup();
        let mut steps: Vec<Step> = Vec::new();
        for from in edges {
            let here = windows
                .iter()
                .filter(|window| window.from <= from && from < window.until);
            let thousandths = here.map(|window| window.thousandths).max().unwrap_or(USUAL);
            match steps.last() {
                Some(last) if last.thousandths == thousandths => {}
                last => steps.push(Step {
                    from,
                    thousandths,
                    gathered: last.map_or_else(Gathered::default, |last| {
                        last.gathered.on(last.from, from, last.thousandths)
                    }),
                }),
            }
        }
        Self { steps }
    }

    /// What the calendar says for a stretch of time: midnights of the weekly rotations, starts of named sales.
    pub fn of_calendar(almanac: &Almanac, from: Instant, until: Instant) -> Self {
        let mut windows = Vec::new();
        let mut add = |from: Second, until: Second, thousandths| {
            windows.push(Window {
                from,
                until,
                thousandths,
            });
        };
        for rotation in almanac.events.rotations_between(from, until) {
            let (Some(starts), Some(ends)) = (rotation.starts, rotation.ends) else {
                continue;
            };
            // On the two days a year that have 23 or 25 hours the second one is an hour off.
            let mut midnight = Second::of(starts);
            while midnight < Second::of(ends) {
                add(midnight, midnight.plus(HOUR), ROTATION);
                midnight = midnight.plus(24 * HOUR);
            }
        }
        for sale in events_between(almanac, from, until) {
            let Some(starts) = sale.starts.map(Second::of) else {
                continue;
            };
            if sale.phase == Phase::Main && sale.label != Label::Usual {
                add(starts, starts.plus(2 * HOUR), SALE_START);
                add(starts, sale.ends.map_or(starts, Second::of), SALE);
            }
        }
        Self::new(&windows)
    }

    /// How likely changes are at a moment, in thousandths of the usual.
    pub fn at(&self, moment: Second) -> u32 {
        self.step(moment).map_or(USUAL, |step| step.thousandths)
    }

    /// The weights of times that end now.
    pub(super) fn until(&self, now: Second) -> Until<'_> {
        Until {
            profile: self,
            now,
            gathered: self.gathered(now),
        }
    }

    fn step(&self, moment: Second) -> Option<&Step> {
        let after = self.steps.partition_point(|step| step.from <= moment);
        self.steps.get(after.checked_sub(1)?)
    }

    fn gathered(&self, moment: Second) -> Gathered {
        let step = self.step(moment);
        step.map_or_else(Gathered::default, |step| {
            step.gathered.on(step.from, moment, step.thousandths)
        })
    }
}

/// A profile seen from one moment back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Until<'a> {
    profile: &'a Profile,
    now: Second,
    gathered: Gathered,
}

impl Until<'_> {
    /// Twice the integral of `(s - since) * g(s)` from `since` to now, in square seconds times thousandths. With
    /// changes as likely as usual that is a thousand times the square of the time.
    pub(super) fn weight(&self, since: Second) -> u128 {
        let since = since.min(self.now);
        let before = self.profile.gathered(since);
        let plain = self.gathered.plain.saturating_sub(before.plain);
        let shift = plain.saturating_mul(u128::from(since.get())).saturating_mul(2);
        self.gathered
            .by_time
            .saturating_sub(before.by_time)
            .saturating_sub(shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: u32, until: u32, thousandths: u32) -> Window {
        Window {
            from: Second::new(from),
            until: Second::new(until),
            thousandths,
        }
    }

    #[test]
    fn without_windows_the_weight_is_the_square_of_the_time() {
        let now = Second::new(1_900_000_000);
        let until = |seconds| Profile::flat().until(now).weight(now.minus(seconds));
        assert_eq!(until(0), 0);
        assert_eq!(until(1), 1_000);
        assert_eq!(until(86_400), 86_400 * 86_400 * 1_000);
        assert_eq!(Profile::flat().until(now).weight(now.plus(9)), 0);
    }

    /// The integral as a sum of thin slices: over `[s, s + 1)`, twice the integral of `s - since` is
    /// `2 (s - since) + 1`.
    fn summed(profile: &Profile, since: u32, now: u32) -> u128 {
        let slice = |s: u32| {
            let twice = u128::from(s.saturating_sub(since)).saturating_mul(2).saturating_add(1);
            twice.saturating_mul(u128::from(profile.at(Second::new(s))))
        };
        (since..now).map(slice).sum()
    }

    #[test]
    fn the_weight_is_the_sum_of_thin_slices() {
        let windows = [
            window(100, 160, 12_000),
            window(150, 155, 24_000),
            window(140, 300, 2_000),
            window(400, 410, 0),
            window(20, 10, 9_000),
        ];
        let profile = Profile::new(&windows);
        for since in (0..450).step_by(13) {
            for now in (since..460).step_by(17) {
                let got = profile.until(Second::new(now)).weight(Second::new(since));
                assert_eq!(got, summed(&profile, since, now), "from {since} to {now}");
            }
        }
    }

    #[test]
    fn rotations_and_sales_of_the_calendar_are_likelier_hours() -> Result<(), String> {
        let instant = |text| Instant::parse(text).map_err(|error| alloc::format!("{error}"));
        let almanac = Almanac::built_in().map_err(|error| alloc::format!("{error}"))?;
        let profile = Profile::of_calendar(
            &almanac,
            instant("2027-05-20T00:00:00Z")?,
            instant("2027-06-20T00:00:00Z")?,
        );
        for (moment, expected) in [
            ("2027-05-25T12:00:00-07:00", USUAL),    // a Tuesday
            ("2027-05-26T00:30:00-07:00", ROTATION), // Wednesday, just after midnight
            ("2027-05-26T12:00:00-07:00", USUAL),
            ("2027-05-27T00:30:00-07:00", ROTATION),   // Thursday
            ("2027-05-30T00:00:00-07:00", ROTATION),   // Sunday
            ("2027-05-31T00:59:59-07:00", ROTATION),   // the night from Sunday on
            ("2027-06-01T00:30:00-07:00", SALE_START), // the summer sale
            ("2027-06-01T12:00:00-07:00", SALE),
            ("2027-06-02T00:30:00-07:00", ROTATION), // a rotation inside of it
        ] {
            assert_eq!(profile.at(Second::of(instant(moment)?)), expected, "{moment}");
        }
        Ok(())
    }
}
