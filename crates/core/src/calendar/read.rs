//! Events and rules from JSON: the raw forms, and the checks that make a [`Calendar`] of them.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use jiff::civil::Weekday;

use super::rule::When;
use super::{Calendar, Event, Label, Phase, Rule};
use crate::almanac::read::{Index, Zones, confidence, in_schema, local_day_or_time, needed, no_others, text, texts};
use crate::discount::read::{At, optional};
use crate::input::{self, InputError, Text, raw_object};

raw_object! {
    /// The file of dated events before it is checked.
    RawEvents: "events (an object)" {
        schema: Text<'a> = "schema",
        events: Vec<RawEvent<'a>> = "events",
    }
}

raw_object! {
    /// A dated event before it is checked.
    RawEvent: "an event (an object)" {
        id: Text<'a> = "id",
        name: Text<'a> = "name",
        phase: Text<'a> = "phase",
        label: Text<'a> = "label",
        rule: Text<'a> = "rule",
        starts: Text<'a> = "starts",
        ends: Text<'a> = "ends",
        zone: Text<'a> = "zone",
        source: Text<'a> = "source",
        confidence: Text<'a> = "confidence",
        top_coupon: Text<'a> = "top_coupon",
        notes: Vec<Text<'a>> = "notes",
    }
}

raw_object! {
    /// The file of rules before it is checked.
    RawRules: "event rules (an object)" {
        schema: Text<'a> = "schema",
        rules: Vec<RawRule<'a>> = "rules",
        rotations: Vec<RawRule<'a>> = "rotations",
    }
}

raw_object! {
    /// A rule before it is checked.
    RawRule: "a rule (an object)" {
        id: Text<'a> = "id",
        name: Text<'a> = "name",
        label: Text<'a> = "label",
        when: RawWhen<'a> = "when",
        lengths: Vec<RawLength<'a>> = "lengths",
        warm_up_days: i32 = "warm_up_days",
        zone: Text<'a> = "zone",
        confidence: Text<'a> = "confidence",
        evidence: Vec<Text<'a>> = "evidence",
        notes: Vec<Text<'a>> = "notes",
    }
}

raw_object! {
    /// A start day before it is checked.
    RawWhen: "a day (an object with a \"type\")" {
        kind: Text<'a> = "type",
        month: i8 = "month",
        day: i8 = "day",
        weekday: Text<'a> = "weekday",
        nth: i8 = "nth",
        offset_days: i32 = "offset_days",
    }
}

raw_object! {
    /// A length before it is checked.
    RawLength: "a length (an object)" {
        from: i16 = "from",
        days: i32 = "days",
    }
}

pub(super) fn calendar(events: &[u8], rules: &[u8], zones: &mut Zones) -> Result<Calendar, InputError> {
    let raw: RawEvents<'_> = input::read(events)?;
    in_schema(raw.schema.as_ref(), "tillwatch/events/1")?;
    let events = raw.events.unwrap_or_default().into_iter().enumerate();
    let dated = events
        .map(|(index, raw)| event(raw, &Index("events", index), zones))
        .collect::<Result<_, _>>()?;
    let raw: RawRules<'_> = input::read(rules)?;
    in_schema(raw.schema.as_ref(), "tillwatch/event-rules/1")?;
    let mut all = |list: Option<Vec<RawRule<'_>>>, name| {
        let list = list.unwrap_or_default().into_iter().enumerate();
        list.map(|(index, raw)| rule(raw, &Index(name, index), zones))
            .collect::<Result<Vec<_>, _>>()
    };
    Ok(Calendar {
        dated,
        rules: all(raw.rules, "rules")?,
        rotations: all(raw.rotations, "rotations")?,
    })
}

fn event(raw: RawEvent<'_>, base: &Index, zones: &mut Zones) -> Result<Event, InputError> {
    let at = |field| At { base, field };
    no_others(base, &raw.unknown)?;
    let zone = zones.get(raw.zone.as_ref(), at("zone"))?;
    let local =
        |text: Option<&Text<'_>>, field, time| optional(text, at(field), |text| local_day_or_time(text, time, &zone));
    let starts = local(raw.starts.as_ref(), "starts", "T00:00:00")?;
    let last = local(raw.ends.as_ref(), "ends", "T23:59:59")?;
    let ends = last.map(|last| last.plus_seconds(1));
    match (starts, ends) {
        (None, None) => return Err(InputError::missing(at("starts"), "starts or ends is needed")),
        (Some(starts), Some(ends)) if ends <= starts => {
            return Err(InputError::conflict(at("ends"), "is not after starts"));
        }
        _ => {}
    }
    Ok(Event {
        id: text(raw.id.as_ref(), at("id"))?,
        name: text(raw.name.as_ref(), at("name"))?,
        phase: needed(raw.phase.as_ref(), at("phase"), "allowed: warm_up, main", |text| {
            one_of(text, &[("warm_up", Phase::WarmUp), ("main", Phase::Main)])
        })?,
        label: label(raw.label.as_ref(), at("label"))?,
        rule: raw.rule.map(|rule| rule.as_str().into()),
        starts,
        ends,
        source: Some(text(raw.source.as_ref(), at("source"))?),
        confidence: confidence(raw.confidence.as_ref(), at("confidence"))?,
        top_coupon: raw.top_coupon.map(|coupon| coupon.as_str().into()),
        notes: texts(raw.notes.as_deref()),
    })
}

fn rule(raw: RawRule<'_>, base: &Index, zones: &mut Zones) -> Result<Rule, InputError> {
    let at = |field| At { base, field };
    no_others(base, &raw.unknown)?;
    let when = raw
        .when
        .ok_or_else(|| InputError::missing(at("when"), "a day is needed"))?;
    no_others(at("when"), &when.unknown)?;
    let weekday = |text: Option<&Text<'_>>| {
        needed(text, at("when.weekday"), "a weekday is needed", |text| {
            one_of(text, &WEEKDAYS)
        })
    };
    let number = |number: Option<i8>, field| number.ok_or_else(|| InputError::missing(at(field), "a number is needed"));
    let when = match when.kind.as_ref().map(Text::as_str) {
        Some("monthly") => When::Monthly {
            day: number(when.day, "when.day")?,
        },
        Some("date") => When::Date {
            month: number(when.month, "when.month")?,
            day: number(when.day, "when.day")?,
        },
        Some("weekday") => When::Weekday {
            month: number(when.month, "when.month")?,
            weekday: weekday(when.weekday.as_ref())?,
            nth: number(when.nth, "when.nth")?,
            offset_days: when.offset_days.unwrap_or(0),
        },
        Some("weekly") => When::Weekly {
            weekday: weekday(when.weekday.as_ref())?,
        },
        _ => {
            return Err(InputError::missing(
                at("when.type"),
                "allowed: monthly, date, weekday, weekly",
            ));
        }
    };
    let lengths = raw.lengths.unwrap_or_default();
    let lengths: Vec<(i16, i32)> = lengths
        .iter()
        .filter_map(|length| Some((length.from?, length.days.filter(|days| *days > 0)?)))
        .collect();
    if lengths.is_empty() || !lengths.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(InputError::wrong(
            at("lengths"),
            "lengths in days from a year on are needed, in rising order of the years",
        ));
    }
    Ok(Rule {
        id: text(raw.id.as_ref(), at("id"))?,
        name: text(raw.name.as_ref(), at("name"))?,
        label: label(raw.label.as_ref(), at("label"))?,
        confidence: confidence(raw.confidence.as_ref(), at("confidence"))?,
        evidence: texts(raw.evidence.as_deref()),
        notes: texts(raw.notes.as_deref()),
        when,
        lengths,
        warm_up_days: raw.warm_up_days.unwrap_or(0),
        zone: zones.get(raw.zone.as_ref(), at("zone"))?,
    })
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

fn one_of<T: Copy>(text: &str, allowed: &[(&'static str, T)]) -> Result<T, NoneOf> {
    let found = allowed.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| NoneOf(text.into()))
}

/// A word that is not one of those that are allowed.
struct NoneOf(String);

impl fmt::Display for NoneOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not one of those that are known", self.0)
    }
}

fn label(text: Option<&Text<'_>>, place: At<'_>) -> Result<Label, InputError> {
    needed(text, place, "allowed: announced, observed, computed, usual", |text| {
        one_of(
            text,
            &[
                ("announced", Label::Announced),
                ("observed", Label::Observed),
                ("computed", Label::Computed),
                ("usual", Label::Usual),
            ],
        )
    })
}
