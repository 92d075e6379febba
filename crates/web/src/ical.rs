//! Named sales, and the ends of a shopper's coupons, as calendars that other programs read (RFC 5545).

use icalendar::{Alarm, Calendar, CalendarDateTime, Component, Event as Entry, EventLike, Trigger};
use tillwatch_core::calendar::{Event, Label, Phase};
use tillwatch_core::instant::Instant;

/// A calendar of the sales whose beginning and end are known. An entry keeps its id, so that a program that asks again
/// changes what it has.
pub fn calendar(events: &[Event], now: Instant) -> String {
    let mut calendar = Calendar::new();
    calendar.name("tillwatch: sales and promotions");
    for event in events {
        let (Some(starts), Some(ends)) = (event.starts, event.ends) else {
            continue;
        };
        let name = match event.phase {
            Phase::Main => event.name.clone(),
            Phase::WarmUp => format!("{}, warm-up", event.name),
        };
        let label = match event.label {
            Label::Announced => "announced",
            Label::Observed => "observed",
            Label::Computed => "computed",
            Label::Usual => "usual",
        };
        let source = event.source.as_ref().map(|source| format!("Source: {source}."));
        let facts = event.notes.iter().cloned().chain(source);
        let words: Vec<String> = [format!("Dates: {label}.")].into_iter().chain(facts).collect();
        let entry = Entry::new()
            .uid(&format!("{}@tillwatch", event.id))
            .add_property("DTSTAMP", stamp(now))
            .add_property("DTSTART", stamp(starts))
            .add_property("DTEND", stamp(ends))
            .add_property("TRANSP", "TRANSPARENT")
            .summary(&name)
            .description(&words.join(" "))
            .done();
        calendar.push(entry);
    }
    calendar.to_string()
}

/// The end of something that is not to be missed.
pub(crate) struct Reminder {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) ends: Instant,
}

/// How long before an end a program that reads the calendar is to say so, in seconds: three days, one day.
const AHEAD: [i64; 2] = [3 * 86_400, 86_400];

/// A calendar of ends, each the last hour of its entry. An entry has its id from what it says, so that the same coupon
/// taken along twice is one.
pub(crate) fn reminders(title: &str, reminders: &[Reminder], now: Instant) -> String {
    let mut calendar = Calendar::new();
    calendar.name(title);
    for reminder in reminders {
        let (name, ends) = (&reminder.name, stamp(reminder.ends));
        let words: String = format!("{name} {}", reminder.text)
            .chars()
            .map(|letter| if letter.is_alphanumeric() { letter } else { '-' })
            .collect();
        let mut entry = Entry::new();
        entry
            .uid(&format!("{words}-{ends}@tillwatch"))
            .add_property("DTSTAMP", stamp(now))
            .add_property("DTSTART", stamp(reminder.ends.plus_seconds(-3_600)))
            .add_property("DTEND", ends)
            .add_property("TRANSP", "TRANSPARENT")
            .summary(name)
            .description(&reminder.text);
        let moments = AHEAD.map(|ahead| reminder.ends.plus_seconds(-ahead));
        for moment in moments.into_iter().filter(|moment| *moment > now) {
            if let Ok(moment) = stamp(moment).parse::<CalendarDateTime>() {
                entry.alarm(Alarm::display(name, Trigger::DateTime(moment)));
            }
        }
        calendar.push(entry.done());
    }
    calendar.to_string()
}

/// `20261111T080000Z`.
fn stamp(at: Instant) -> String {
    at.moment().strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use tillwatch_core::almanac::Almanac;
    use tillwatch_core::calendar::events_between;

    use super::*;

    #[test]
    fn a_sale_is_one_entry_with_its_moments_in_utc() {
        let now = Instant::parse("2026-11-01T00:00:00Z").unwrap();
        let almanac = Almanac::built_in().unwrap();
        let text = calendar(&events_between(&almanac, now, now.plus_seconds(30 * 86_400)), now);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.first(), Some(&"BEGIN:VCALENDAR"));
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        let eleven = text
            .split("BEGIN:VEVENT")
            .find(|entry| entry.contains("UID:eleven-2026@tillwatch"))
            .unwrap();
        assert!(eleven.contains("SUMMARY:11.11"), "{eleven}");
        // Midnight on the marketplace's clocks.
        assert!(eleven.contains("DTSTART:20261111T080000Z"), "{eleven}");
        assert_eq!(
            text.matches("DTSTAMP:20261101T000000Z").count(),
            text.matches("BEGIN:VEVENT").count()
        );
    }
}
