//! `doctor`: what is well, what is worth a look, what is bad.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use serde_json::Value;
use tillwatch_app::ports::store::{Check, ListingId, Schedule, Store, VariantId};
use tillwatch_core::history::{Lane, encode};
use tillwatch_core::snapshot::Outcome;

use crate::filled::{Data, NOW, at, check, err, out, status, values};

fn findings(data: &Data, at: &str) -> (i32, Vec<(String, String, String)>) {
    let told = data.run(&["doctor", "--at", at, "--json"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = values(&told)[0]["findings"].as_array().unwrap().clone();
    let list = list
        .iter()
        .map(|one| (text(&one["health"]), text(&one["what"]), text(&one["told"])));
    (status(&told), list.collect())
}

fn of<'a>(findings: &'a [(String, String, String)], what: &str) -> Vec<(&'a str, &'a str)> {
    let same = findings.iter().filter(|(_, of, _)| of == what);
    same.map(|(health, _, told)| (health.as_str(), told.as_str())).collect()
}

#[test]
fn a_sound_store_is_told_as_sound_with_what_it_has() {
    let data = Data::filled();
    data.store()
        .remember("budget:affiliate", "20654 31 0 0 0 0 0 0 0 0 0 0 1784548800 0 0")
        .unwrap();
    let (ended, told) = findings(&data, NOW);
    assert_eq!(ended, 0, "{told:?}");
    assert!(of(&told, "store")[0].1.contains("sound"), "{told:?}");
    assert!(
        of(&told, "kept")[0]
            .1
            .starts_with("1 listings, 1 variants, 1 watches, 4 series"),
        "{told:?}"
    );
    assert_eq!(of(&told, "stale"), [("ok", "no listing")]);
    assert_eq!(
        of(&told, "budgets"),
        [("ok", "affiliate: 31 calls on its last day, the last one 6 min ago")]
    );
    assert_eq!(of(&told, "server")[0].0, "look");
    let text = data.run(&["doctor", "--at", NOW]);
    assert!(
        out(&text).lines().all(|line| line.chars().count() <= 80),
        "{}",
        out(&text)
    );
}

#[test]
fn stale_and_failing_listings_are_named_with_their_sentence() {
    let data = Data::filled();
    let blocked = check(ListingId(1), at("2026-07-22T12:00:00Z"), Outcome::Blocked);
    data.store()
        .record_checks(&[Check {
            schedule: Schedule {
                last_good: Some(at("2026-07-20T12:00:00Z").moment().as_second()),
                ..blocked.schedule
            },
            ..blocked
        }])
        .unwrap();
    let (ended, told) = findings(&data, "2026-07-23T00:00:00Z");
    assert_eq!(ended, 0);
    let listing = "1: 1005006367324382 to US in USD";
    let stale = format!("{listing}, confirmed 2 days ago");
    assert_eq!(of(&told, "stale"), [("look", stale.as_str())]);
    let failing = format!("{listing}, once, last blocked (a challenge stood in the way)");
    assert_eq!(of(&told, "failing"), [("look", failing.as_str())]);
}

#[test]
fn a_damaged_segment_is_bad_and_is_named() {
    let data = Data::filled();
    let file = data.data().join("tillwatch.db");
    data.run(&["backup", data.file("whole.db").to_str().unwrap()]);
    let store = data.store();
    let terms = store.terms_of(VariantId(1)).unwrap().remove(0);
    let series = store.series(VariantId(1), Lane::Public, &terms).unwrap().unwrap();
    // All but the open run are in one segment, whose bytes are nowhere else.
    let (_, closed) = series.prices().split_last().unwrap();
    let segment = encode(closed).unwrap();
    let mut bytes = std::fs::read(data.file("whole.db")).unwrap();
    let at = bytes.windows(segment.len()).position(|bytes| bytes == segment).unwrap();
    bytes[at + 5] ^= 1;
    drop(store);
    std::fs::write(&file, bytes).unwrap();
    for end in ["-wal", "-shm"] {
        drop(std::fs::remove_file(data.data().join(format!("tillwatch.db{end}"))));
    }
    let (ended, told) = findings(&data, NOW);
    assert_eq!(ended, 1, "{told:?}");
    assert!(
        of(&told, "store").iter().any(|(health, _)| *health == "bad"),
        "{told:?}"
    );
}

#[test]
fn a_machine_without_a_store_has_nothing_bad() {
    let data = Data::new();
    let told = data.run(&["doctor"]);
    assert_eq!(status(&told), 0, "{}", err(&told));
    assert!(!data.data().exists());
}
