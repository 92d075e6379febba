//! The axes: prices at round steps, dates at the beginnings of days, months and years.

use tillwatch_core::history::Minute;

use crate::words::Written;

/// Rows between the highest and the lowest label, about.
const ROWS: i64 = 12;

/// Intervals between labels, at most.
const INTERVALS: i64 = 5;

/// Columns that a date takes with the blank before the next.
const DATE: usize = 10;

const DAY: u32 = 1_440;

/// The price axis: labels at multiples of a round step, each exactly on a row.
pub(super) struct Axis {
    /// The lowest label.
    bottom: i64,
    step: i64,
    /// How many steps there are.
    intervals: i64,
    /// Rows of each.
    height: i64,
}

impl Axis {
    /// From the lowest to the highest price, which may be the same.
    pub(super) fn of(low: i64, high: i64) -> Option<Self> {
        // A flat line gets room on both sides: about a twentieth of its price.
        let room = if low == high { (low / 20).max(1) } else { 0 };
        let (low, high) = (low.saturating_sub(room).max(0), high.saturating_add(room));
        let mut step = 1_i64;
        for turn in 0.. {
            let (bottom, top) = (
                low.div_euclid(step),
                high.checked_add(step)?.checked_sub(1)?.div_euclid(step),
            );
            let intervals = top.checked_sub(bottom)?;
            if intervals <= INTERVALS {
                return Some(Self {
                    bottom: bottom.checked_mul(step)?,
                    step,
                    intervals: intervals.max(1),
                    height: ROWS / intervals.max(1),
                });
            }
            // 1, 2, 5, 10, 20, 50 and so on.
            step = if turn % 3 == 1 {
                step.checked_mul(5)? / 2
            } else {
                step.checked_mul(2)?
            };
        }
        None
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        usize::try_from(self.intervals * self.height + 1).unwrap_or(1)
    }

    /// The row of a price, from the top; one outside of the axis is at its edge.
    pub(super) fn row(&self, minor: i64) -> usize {
        let above = i128::from(minor.saturating_sub(self.bottom).max(0));
        let (height, step) = (i128::from(self.height), i128::from(self.step));
        // Half up, so that a price is on the row that is nearest to it.
        let up = (above * height * 2 + step) / (step * 2);
        let last = self.rows().saturating_sub(1);
        last.saturating_sub(usize::try_from(up).unwrap_or(last))
    }

    /// The label of a row, where it has one.
    pub(super) fn label(&self, row: usize) -> Option<i64> {
        let up = i64::try_from(self.rows().checked_sub(row + 1)?).ok()?;
        (up % self.height == 0).then(|| self.bottom + up / self.height * self.step)
    }
}

/// How far apart dates stand.
#[derive(Clone, Copy)]
enum Every {
    Hours(u32),
    Days(usize),
    Months(usize),
    Years(usize),
}

const EVERY: [Every; 14] = [
    Every::Hours(1),
    Every::Hours(3),
    Every::Hours(6),
    Every::Hours(12),
    Every::Days(1),
    Every::Days(2),
    Every::Days(5),
    Every::Days(10),
    Every::Months(1),
    Every::Months(3),
    Every::Months(6),
    Every::Years(1),
    Every::Years(2),
    Every::Years(5),
];

/// The dates below a plot of so many columns, as close as they can stand.
pub(super) fn dates(from: Minute, until: Minute, width: usize) -> Vec<(Minute, String)> {
    let room = (width / DATE).max(2);
    let days = until.since(from) / DAY;
    let enough = |every: &&Every| match every {
        // So that years are not counted by the hour.
        Every::Hours(_) => days < 30,
        Every::Days(_) => days < 1_000,
        _ => true,
    };
    let all = EVERY.iter().filter(enough).map(|every| every.between(from, until));
    let mut tightest = all.filter(|dates| dates.len() <= room);
    match tightest.next().filter(|dates| !dates.is_empty()) {
        Some(dates) => dates,
        // Less than an hour, or more than five years without a fifth one.
        None => vec![(from, Written::of(from).time().to_owned())],
    }
}

impl Every {
    fn between(self, from: Minute, until: Minute) -> Vec<(Minute, String)> {
        let grain = match self {
            Self::Hours(hours) => hours * 60,
            _ => DAY,
        };
        let first = from.number().next_multiple_of(grain);
        let places = (first..until.number()).step_by(usize::try_from(grain).unwrap_or(1));
        let written = places.map(|place| (Minute::new(place), Written::of(Minute::new(place))));
        written
            .filter_map(|(at, written)| Some((at, self.label(&written)?)))
            .collect()
    }

    /// What stands below a midnight or an hour; nothing where no date is due.
    fn label(self, at: &Written) -> Option<String> {
        let (day, month) = (at.day() - 1, at.month() - 1);
        let date = || format!("{} {}", at.day(), at.month_name());
        match self {
            Self::Hours(_) if at.time() == "00:00" => Some(date()),
            Self::Hours(_) => Some(at.time().to_owned()),
            // No day of the next month stands right beside the last one.
            Self::Days(days) => (day.is_multiple_of(days) && (days < 2 || day + days <= 31)).then(date),
            Self::Months(months) if day == 0 && month.is_multiple_of(months) => Some(match month {
                0 => at.year().to_string(),
                _ => date(),
            }),
            Self::Years(years) if (day, month) == (0, 0) && at.year().is_multiple_of(years) => {
                Some(at.year().to_string())
            }
            Self::Months(_) | Self::Years(_) => None,
        }
    }
}
