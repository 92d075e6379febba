//! The calendar of named sales: what a source dated, what a rule computes, and what is merely usual, kept apart.

mod read;
mod rule;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::almanac::read::Zones;
use crate::almanac::{Almanac, Confidence};
use crate::input::InputError;
use crate::instant::Instant;

pub use rule::{MOST_YEARS, Rule};

/// One day in seconds: how far an event reaches whose other end nobody states.
const DAY: i64 = 24 * 60 * 60;

/// A sale, or a phase of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Its name in lists: stable, unique.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Which part of the sale.
    pub phase: Phase,
    /// How its window is known.
    pub label: Label,
    /// The rule that computes it, or that it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The first moment; absent where no source states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<Instant>,
    /// The first moment after it; absent where no source states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<Instant>,
    /// Who says so; absent where it is computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Confidence,
    /// The largest coupon that was named with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_coupon: Option<String>,
    /// What else there is to say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A part of a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Prices are shown and carts filled; few offers hold yet.
    WarmUp,
    /// The sale itself.
    Main,
}

/// How a window is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// A source dates it.
    Announced,
    /// Coupons were live then; the sale's own window is not known.
    Observed,
    /// A rule that fitted the dated years gives it.
    Computed,
    /// Said to be so, without a dated year.
    Usual,
}

impl Event {
    /// Whether any of it lies in `from <= t < until`. Where only one end is stated, it counts as a day long.
    pub fn touches(&self, from: Instant, until: Instant) -> bool {
        let starts = self.starts.or_else(|| self.ends.map(|ends| ends.plus_seconds(-DAY)));
        let ends = self.ends.or_else(|| self.starts.map(|starts| starts.plus_seconds(DAY)));
        matches!((starts, ends), (Some(starts), Some(ends)) if starts < until && from < ends)
    }

    /// Where it stands in a list: by start, else by end.
    fn order(&self) -> (Option<Instant>, &str) {
        (self.starts.or(self.ends), &self.id)
    }
}

/// What the calendar is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    dated: Vec<Event>,
    rules: Vec<Rule>,
    rotations: Vec<Rule>,
}

impl Calendar {
    /// The calendar of `data/events.json` and `data/event-rules.json`.
    pub fn built_in() -> Result<Self, InputError> {
        Self::built_in_with(&mut Zones::default())
    }

    pub(crate) fn built_in_with(zones: &mut Zones) -> Result<Self, InputError> {
        read::calendar(
            include_bytes!("../data/events.json"),
            include_bytes!("../data/event-rules.json"),
            zones,
        )
    }

    /// The events that a source dates, in the order of the file.
    pub fn dated(&self) -> &[Event] {
        &self.dated
    }

    /// The rules that compute the rest.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What the rules alone give for a stretch of time, by start; dated events do not take their place.
    pub fn computed_between(&self, from: Instant, until: Instant) -> Vec<Event> {
        generated(&self.rules, from, until)
    }

    /// The weekly rounds of coupons that are said to be usual, by start.
    pub fn rotations_between(&self, from: Instant, until: Instant) -> Vec<Event> {
        generated(&self.rotations, from, until)
    }

    /// Whether a dated event stands for this computed one: the same rule and phase, and windows that touch.
    fn replaced(&self, computed: &Event) -> bool {
        let (Some(starts), Some(ends)) = (computed.starts, computed.ends) else {
            return false;
        };
        self.dated
            .iter()
            .any(|dated| dated.rule == computed.rule && dated.phase == computed.phase && dated.touches(starts, ends))
    }
}

/// The named sales that touch `from <= t < until`, by start.
///
/// A computed one is left out where a source dates the same sale. Rules are followed for at most [`MOST_YEARS`] years
/// from `from` on.
pub fn events_between(almanac: &Almanac, from: Instant, until: Instant) -> Vec<Event> {
    let calendar = &almanac.events;
    let mut events = calendar.computed_between(from, until);
    events.retain(|event| !calendar.replaced(event));
    let dated = calendar.dated.iter().filter(|event| event.touches(from, until));
    events.extend(dated.cloned());
    events.sort_by(|a, b| a.order().cmp(&b.order()));
    events
}

fn generated(rules: &[Rule], from: Instant, until: Instant) -> Vec<Event> {
    let mut events: Vec<Event> = rules.iter().flat_map(|rule| rule.between(from, until)).collect();
    events.sort_by(|a, b| a.order().cmp(&b.order()));
    events
}

/// `anniversary-2027-03-15`, with the phase where it is not the main one.
fn computed_id(rule: &str, day: jiff::civil::Date, phase: Phase) -> String {
    match phase {
        Phase::Main => format!("{rule}-{day}"),
        Phase::WarmUp => format!("{rule}-{day}-warm-up"),
    }
}

#[cfg(test)]
mod tests;
