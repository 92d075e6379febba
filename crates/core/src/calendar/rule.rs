//! The rules that compute a sale's days: "third Monday of March", "the Tuesday of Black Friday week".

use alloc::string::String;
use alloc::vec::Vec;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};

use super::{Event, Label, Phase, computed_id};
use crate::almanac::Confidence;
use crate::almanac::read::from_zoned;
use crate::instant::Instant;

/// For how many years from the asked moment on rules are followed.
pub const MOST_YEARS: i16 = 50;

/// How one sale's days are computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name; computed events carry it.
    pub id: String,
    /// What people call the sale.
    pub name: String,
    /// [`Label::Computed`] where dated years bear it out, [`Label::Usual`] where none does.
    pub label: Label,
    /// How sure it is.
    pub confidence: Confidence,
    /// The dated years or days that it fits.
    pub evidence: Vec<String>,
    /// What else there is to say.
    pub notes: Vec<String>,
    pub(super) when: When,
    /// From which year on it lasts how many days; in rising order, not empty.
    pub(super) lengths: Vec<(i16, i32)>,
    pub(super) warm_up_days: i32,
    pub(super) zone: TimeZone,
}

/// On which day a sale starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// A day of every month.
    Monthly { day: i8 },
    /// A day of the year.
    Date { month: i8, day: i8 },
    /// So many days after the nth weekday of a month.
    Weekday {
        month: i8,
        weekday: Weekday,
        nth: i8,
        offset_days: i32,
    },
    /// A day of every week.
    Weekly { weekday: Weekday },
}

impl Rule {
    /// Its events that touch `from <= t < until`.
    pub(super) fn between(&self, from: Instant, until: Instant) -> Vec<Event> {
        let day = |instant: Instant| self.zone.to_datetime(instant.moment()).date();
        let Some(earliest) = self.lengths.first().map(|(year, _)| *year) else {
            return Vec::new();
        };
        // A window or its warm-up can begin in the year before or after the days that are asked for.
        let first = day(from).year().saturating_sub(1).max(earliest);
        let last = day(until).year().saturating_add(1);
        let last = last.min(first.saturating_add(MOST_YEARS));
        let mut events = Vec::new();
        for year in first..=last {
            for start in self.starts(year) {
                let phases = [self.main(start), self.warm_up(start)];
                events.extend(phases.into_iter().flatten().filter(|event| event.touches(from, until)));
            }
        }
        events
    }

    /// The days of a year on which it starts; none where the calendar has no such day.
    fn starts(&self, year: i16) -> Vec<Date> {
        match self.when {
            When::Monthly { day } => (1..=12).filter_map(|month| Date::new(year, month, day).ok()).collect(),
            When::Date { month, day } => Date::new(year, month, day).ok().into_iter().collect(),
            When::Weekday {
                month,
                weekday,
                nth,
                offset_days,
            } => Date::new(year, month, 1)
                .and_then(|first| first.nth_weekday_of_month(nth, weekday))
                .ok()
                .and_then(|day| moved(day, offset_days))
                .into_iter()
                .collect(),
            When::Weekly { weekday } => {
                let first = Date::new(year, 1, 1).and_then(|first| first.nth_weekday_of_month(1, weekday));
                let weeks = first.ok().into_iter().flat_map(|first| first.series(1.week()));
                weeks.take_while(|day| day.year() == year).collect()
            }
        }
    }

    fn main(&self, start: Date) -> Option<Event> {
        let days = self.lengths.iter().rev().find(|(year, _)| *year <= start.year())?.1;
        self.event(start, moved(start, days)?, start, Phase::Main)
    }

    fn warm_up(&self, start: Date) -> Option<Event> {
        if self.warm_up_days == 0 {
            return None;
        }
        self.event(
            moved(start, self.warm_up_days.checked_neg()?)?,
            start,
            start,
            Phase::WarmUp,
        )
    }

    /// Whole days in the rule's zone, from midnight to midnight.
    fn event(&self, first: Date, after: Date, named: Date, phase: Phase) -> Option<Event> {
        let midnight = |day: Date| Some(from_zoned(&day.to_zoned(self.zone.clone()).ok()?));
        Some(Event {
            id: computed_id(&self.id, named, phase),
            name: self.name.clone(),
            phase,
            label: self.label,
            rule: Some(self.id.clone()),
            starts: Some(midnight(first)?),
            ends: Some(midnight(after)?),
            source: None,
            confidence: self.confidence,
            top_coupon: None,
            notes: self.notes.clone(),
        })
    }
}

/// So many days later, or earlier.
fn moved(day: Date, days: i32) -> Option<Date> {
    day.checked_add(Span::new().try_days(days).ok()?).ok()
}
