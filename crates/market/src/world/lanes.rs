//! Lanes: where discounts come from in time. Each brings at most one discount a round, and any round is computed by
//! itself.

use super::calendar::{Calendar, DAY};
use super::draw::{Draw, named};

/// One discount's time: from when it is shown, from when to when it holds, and when none is left of it.
#[derive(Debug, Clone)]
pub(super) struct Run {
    /// What its terms are drawn from.
    pub(super) key: u64,
    pub(super) shown: i64,
    pub(super) starts: i64,
    pub(super) ends: i64,
    pub(super) out: Option<i64>,
    /// Whether it belongs to one of the large sales.
    pub(super) grand: bool,
}

impl Run {
    pub(super) fn is_shown(&self, at: i64) -> bool {
        (self.shown..self.ends).contains(&at)
    }

    /// How many are left of so many.
    pub(super) fn left(&self, many: u32, at: i64) -> u32 {
        if self.out.is_some_and(|out| out <= at) { 0 } else { many }
    }

    /// The draws of its terms.
    pub(super) fn draw(&self) -> Draw {
        Draw::of(self.key, const { named("terms") }, &[])
    }

    /// The moments at which it changes.
    pub(super) fn moments(&self) -> impl Iterator<Item = i64> + use<> {
        [Some(self.shown), Some(self.starts), Some(self.ends), self.out]
            .into_iter()
            .flatten()
    }
}

/// When a lane has its rounds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rounds {
    /// Every so many days, begun on this one or up to `late` days after it.
    Days { every: i64, first: i64, late: i64 },
    /// With each sale; from its start to its end.
    Sales { grand_only: bool },
}

/// Thursday is day 0 of the count.
pub(super) const WEDNESDAYS: Rounds = Rounds::Days {
    every: 7,
    first: 6,
    late: 0,
};
pub(super) const SUNDAYS: Rounds = Rounds::Days {
    every: 7,
    first: 3,
    late: 0,
};

/// A lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lane<'a> {
    /// What it is, by [`named`].
    pub(super) name: u64,
    /// Whose it is.
    pub(super) of: u64,
    pub(super) rounds: Rounds,
    /// In how many rounds of a thousand it brings something.
    pub(super) chance: u64,
    /// Days that a discount lasts, one of these; of no meaning for sales.
    pub(super) lengths: &'a [i64],
}

impl Lane<'_> {
    /// The runs that are shown at some time between two seconds.
    pub(super) fn runs<'a>(
        &'a self,
        seed: u64,
        calendar: &'a Calendar,
        from: i64,
        until: i64,
    ) -> Box<dyn Iterator<Item = Run> + 'a> {
        let touches = move |run: &Run| run.shown <= until && run.ends >= from;
        match self.rounds {
            Rounds::Days { every, first, late } => {
                let longest = self.lengths.iter().max().copied().unwrap_or(1) + late;
                let begin = (calendar.day(from) - first - longest).div_euclid(every);
                let end = (calendar.day(until) + TEASED - first).div_euclid(every);
                let runs = (begin..=end).filter_map(move |round| {
                    let mut draw = self.draw(seed, round.cast_unsigned());
                    if !draw.chance(self.chance) {
                        return None;
                    }
                    let start = round * every + first + draw.between(0, late);
                    let end = start + draw.pick(self.lengths);
                    let shown = start - if draw.chance(200) { TEASED } else { 0 };
                    let days = [shown, start, end].map(|day| calendar.midnight(day));
                    Some(run(&mut draw, days, false))
                });
                Box::new(runs.filter(touches))
            }
            Rounds::Sales { grand_only } => {
                let sales = calendar.sales(from, until + TEASED * DAY + DAY);
                let runs = sales
                    .filter(move |sale| sale.grand || !grand_only)
                    .filter_map(move |sale| {
                        let mut draw = self.draw(seed, sale.number);
                        if !draw.chance(self.chance) {
                            return None;
                        }
                        let shown = calendar.midnight(calendar.day(sale.starts) - TEASED);
                        Some(run(&mut draw, [shown, sale.starts, sale.ends], sale.grand))
                    });
                Box::new(runs.filter(touches))
            }
        }
    }

    fn draw(&self, seed: u64, round: u64) -> Draw {
        Draw::of(seed, self.name, &[self.of, round])
    }
}

/// Days for which some discounts are shown before they start.
const TEASED: i64 = 1;

fn run(draw: &mut Draw, [shown, starts, ends]: [i64; 3], grand: bool) -> Run {
    // Three in ten run out before they end.
    let out = draw
        .chance(300)
        .then(|| starts + draw.between(3_600, (ends - starts).max(3_600)));
    Run {
        key: draw.bits(),
        shown,
        starts,
        ends,
        out: out.filter(|out| *out < ends),
        grand,
    }
}
