//! `doctor`: what is well, what is worth a look, what is bad.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use serde_json::Value;
use tillwatch_app::ports::store::Store;

use crate::filled::{Data, NOW, err, out, status, values};

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
    let (ended, told) = findings(&data, "2026-07-23T00:00:00Z");
    assert_eq!(ended, 0);
    let stale = of(&told, "stale")[0];
    assert_eq!(stale.0, "look");
    assert!(
        stale.1.contains("1005006367324382 to US in USD, confirmed 60 h ago") || stale.1.contains("2 days ago"),
        "{stale:?}"
    );
}

#[test]
fn a_damaged_segment_is_bad_and_is_named() {
    let data = Data::filled();
    let file = data.data().join("tillwatch.db");
    data.run(&["backup", data.file("whole.db").to_str().unwrap()]);
    // The words of the void are in the file as they are, a page of its own; segments are found by breaking the whole.
    let mut bytes = std::fs::read(data.file("whole.db")).unwrap();
    let at = bytes.windows(9).position(|bytes| bytes == b"Desk lamp").unwrap();
    bytes[at + 1] = 0xFF;
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
