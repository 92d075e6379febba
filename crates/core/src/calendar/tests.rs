//! The calendar against dated years and against the collection's own table.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails to set up must stop"
)]

use std::path::Path;

use super::*;

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn year(year: u16) -> (Instant, Instant) {
    let at = |year| Instant::local(&format!("{year}-01-01T00:00:00"), "America/Los_Angeles").unwrap();
    (at(year), at(year.checked_add(1).unwrap()))
}

/// The computed window of a rule in a year, in UTC.
fn computed(rule: &str, in_year: u16) -> String {
    let (from, until) = year(in_year);
    let events = Calendar::built_in().unwrap().computed_between(from, until);
    let found = events.into_iter().find(|event| {
        event.phase == Phase::Main && event.rule.as_deref() == Some(rule) && event.starts.is_some_and(|s| s >= from)
    });
    let event = found.unwrap();
    format!("{} {}", event.starts.unwrap().moment(), event.ends.unwrap().moment())
}

#[test]
fn the_anniversary_of_2027_starts_on_the_third_monday_of_march() {
    assert_eq!(
        computed("anniversary", 2027),
        "2027-03-15T07:00:00Z 2027-03-25T07:00:00Z"
    );
}

#[test]
fn the_february_sale_of_2025_is_the_one_that_was_dated() {
    assert_eq!(
        computed("winter_mid_feb", 2025),
        "2025-02-17T08:00:00Z 2025-02-24T08:00:00Z"
    );
}

#[test]
fn black_friday_week_is_set_by_the_fourth_thursday_and_may_end_in_december() {
    assert_eq!(
        computed("black_friday", 2024),
        "2024-11-26T08:00:00Z 2024-12-03T08:00:00Z"
    );
    assert_eq!(
        computed("black_friday", 2026),
        "2026-11-24T08:00:00Z 2026-12-01T08:00:00Z"
    );
}

#[test]
fn a_window_across_the_clock_change_keeps_its_midnights() {
    let (from, until) = (instant("2026-11-02T00:00:00Z"), instant("2026-11-03T00:00:00Z"));
    let events = Calendar::built_in().unwrap().computed_between(from, until);
    let day = events.iter().find(|event| event.id == "choice_day-2026-11-01").unwrap();
    assert_eq!(day.starts.unwrap().to_string(), "2026-11-01T00:00:00-07:00");
    assert_eq!(day.ends.unwrap().to_string(), "2026-11-08T00:00:00-08:00");
    assert_eq!(day.ends.unwrap().moment().to_string(), "2026-11-08T08:00:00Z");
}

#[test]
fn choice_day_had_three_days_before_2025() {
    assert_eq!(
        computed("choice_day", 2024),
        "2024-01-01T08:00:00Z 2024-01-04T08:00:00Z"
    );
    assert_eq!(
        computed("choice_day", 2025),
        "2025-01-01T08:00:00Z 2025-01-08T08:00:00Z"
    );
}

#[test]
fn a_dated_sale_takes_the_place_of_the_computed_one() {
    let almanac = Almanac::built_in().unwrap();
    let (from, until) = year(2026);
    let events = events_between(&almanac, from, until);
    let of = |rule: &str| -> Vec<(&str, Label)> {
        let of = events.iter().filter(|event| event.rule.as_deref() == Some(rule));
        of.map(|event| (event.id.as_str(), event.label)).collect()
    };
    assert_eq!(of("anniversary"), [("anniversary-2026", Label::Announced)]);
    assert_eq!(of("year_end"), [("year_end-2026-12-21", Label::Computed)]);
    assert_eq!(of("new_year"), [("new_year-2026-01-01", Label::Usual)]);
    assert_eq!(
        of("eleven_eleven"),
        [
            ("eleven-2026-warmup", Label::Announced),
            ("eleven-2026", Label::Announced)
        ]
    );
    assert_eq!(of("choice_day").len(), 12);
    assert!(of("choice_day").contains(&("choice-2026-10", Label::Announced)));
}

#[test]
fn events_come_by_start_and_only_those_that_touch_the_stretch() {
    let almanac = Almanac::built_in().unwrap();
    let (from, until) = (instant("2026-11-22T12:00:00Z"), instant("2026-12-22T12:00:00Z"));
    let events = events_between(&almanac, from, until);
    let ids: Vec<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "black-friday-2026",
            "choice_day-2026-12-01",
            "twelve-2026",
            "year_end-2026-12-21"
        ]
    );
    // The end itself is outside.
    let after = events_between(
        &almanac,
        instant("2026-06-11T07:00:00Z"),
        instant("2026-06-12T00:00:00Z"),
    );
    assert_eq!(after, []);
}

#[test]
fn a_sale_whose_end_nobody_states_counts_for_its_first_day() {
    let almanac = Almanac::built_in().unwrap();
    let on = |from: &str, until: &str| {
        let events = events_between(&almanac, instant(from), instant(until));
        events.iter().any(|event| event.id == "eleven-2020-br")
    };
    assert!(on("2020-11-11T20:00:00Z", "2020-11-11T21:00:00Z"));
    assert!(!on("2020-11-12T08:00:00Z", "2020-11-13T00:00:00Z"));
}

#[test]
fn the_weekly_rounds_stand_apart_and_are_only_usual() {
    let calendar = Calendar::built_in().unwrap();
    let rounds = calendar.rotations_between(instant("2026-11-22T12:00:00Z"), instant("2026-11-29T07:00:00Z"));
    let ids: Vec<&str> = rounds.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids, ["weekly_store-2026-11-22", "weekly_platform-2026-11-25"]);
    assert!(rounds.iter().all(|event| event.label == Label::Usual));
    // Over the turn of a year none is lost.
    let turn = calendar.rotations_between(instant("2026-12-27T12:00:00Z"), instant("2027-01-10T12:00:00Z"));
    assert_eq!(turn.len(), 5);
}

#[test]
fn the_longest_stretch_that_can_be_asked_for_stays_bounded() {
    let almanac = Almanac::built_in().unwrap();
    let events = events_between(
        &almanac,
        instant("0001-01-02T00:00:00Z"),
        instant("9999-12-30T00:00:00Z"),
    );
    assert!(events.len() < 2_000, "{}", events.len());
}

#[test]
fn every_dated_event_has_its_own_id() {
    let calendar = Calendar::built_in().unwrap();
    let mut ids: Vec<&str> = calendar.dated().iter().map(|event| event.id.as_str()).collect();
    ids.sort_unstable();
    assert!(ids.is_sorted_by(|a, b| a < b));
    assert_eq!(ids.len(), 25);
}

#[test]
fn the_computed_windows_are_the_120_of_the_collection() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/computed-calendar.tsv");
    let Ok(table) = std::fs::read_to_string(path) else {
        return;
    };
    let mut wanted: Vec<String> = table
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            format!("{} {} {}", cells[0], cells[4], cells[5])
        })
        .collect();
    let calendar = Calendar::built_in().unwrap();
    let (from, until) = (year(2023).0, year(2028).1);
    let events = calendar.computed_between(from, until);
    let mut found: Vec<String> = events
        .iter()
        .filter(|event| event.phase == Phase::Main)
        .map(|event| {
            let utc = |instant: Option<Instant>| instant.unwrap().moment();
            format!(
                "{} {} {}",
                event.rule.as_deref().unwrap(),
                utc(event.starts),
                utc(event.ends)
            )
        })
        .collect();
    wanted.sort();
    found.sort();
    assert_eq!(wanted.len(), 120);
    assert_eq!(found, wanted);
}

#[test]
fn every_dated_window_of_the_collection_is_carried() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/events.json");
    let Ok(json) = std::fs::read(path) else { return };
    let collection: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let calendar = Calendar::built_in().unwrap();
    let mut left_out = Vec::new();
    for row in collection["events"].as_array().unwrap() {
        let id = row["id"].as_str().unwrap();
        let Some(event) = calendar.dated().iter().find(|event| event.id == id) else {
            left_out.push(id);
            continue;
        };
        assert_eq!(event.starts, row["start_utc"].as_str().map(instant), "{id}");
        let ends = row["end_utc_inclusive"]
            .as_str()
            .map(|last| instant(last).plus_seconds(1));
        assert_eq!(event.ends, ends, "{id}");
        assert_eq!(event.confidence.name(), row["confidence"].as_str().unwrap(), "{id}");
    }
    // Nobody dates either end of these.
    assert_eq!(left_out, ["team-cashback-2025", "may-2026", "sixeighteen-2026"]);
}
