//! What only the SQLite store promises: damage is told and never read as prices, other files stay as they are, readers
//! do not wait, a backup comes back.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{check, checkout, coupon, key, reading, run, snapshot, terms, track};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use tillwatch_app::ports::store::{Check, Priced, Store, StoreError, VariantId};
use tillwatch_core::history::{Lane, Series};
use tillwatch_core::snapshot::Outcome;
use tillwatch_store::{Existing, Sqlite, restore};

struct Kept {
    folder: tempfile::TempDir,
    variant: VariantId,
}

impl Kept {
    /// A store with something of everything in it.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("store.db")).unwrap();
        let (listing, variant) = track(&store, 1);
        let mut checks: Vec<Check> = (0..200)
            .map(|after| reading(listing, variant, after, 1_000 + i64::from(after)))
            .collect();
        checks[0].snapshot = Some(snapshot(0, 1_000));
        checks[0].prices[0] = Priced {
            checkout: Some(checkout(0, 1_000, &[coupon("A", 100)])),
            ..checks[0].prices[0].clone()
        };
        checks.push(check(listing, 300, Outcome::Blocked));
        store.record_checks(&checks).unwrap();
        store.remember("budget", "5").unwrap();
        Self { folder, variant }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn open(&self) -> Sqlite {
        Sqlite::open(&self.at("store.db")).unwrap()
    }

    fn series(&self, store: &Sqlite) -> Result<Option<Series>, StoreError> {
        store.series(self.variant, Lane::Code, &terms())
    }

    /// Changes the file behind the store's back.
    fn spoil(&self, sql: &str) {
        let file = Connection::open(self.at("store.db")).unwrap();
        file.pragma_update(None, "foreign_keys", false).unwrap();
        let changed = file.execute(sql, []).unwrap();
        assert_eq!(changed, 1, "{sql}");
    }
}

/// The bytes of a column with the last but fifth changed.
const FLIPPED: &str = "CAST(substr(runs, 1, length(runs) - 6) || x'55' || substr(runs, -5) AS BLOB)";

#[test]
fn a_damaged_segment_is_told_with_its_place_and_never_read_as_prices() {
    let kept = Kept::new();
    kept.spoil(&format!(
        "UPDATE segment SET runs = {FLIPPED} WHERE lane = 3 AND number = 1"
    ));
    let store = kept.open();
    let told = kept.series(&store).unwrap_err().to_string();
    assert!(
        told.starts_with("variant 1, terms 1, code prices, segment 1 is damaged: the checksum is "),
        "{told}"
    );
    assert!(store.series(kept.variant, Lane::Sticker, &terms()).unwrap().is_some());
    let problems = store.examine().unwrap().problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].place, "variant 1, terms 1, code prices, segment 1");
}

#[test]
fn whatever_is_damaged_is_found_by_an_examination() {
    for (sql, place) in [
        (
            "UPDATE segment SET count = 63 WHERE lane = 3 AND number = 1",
            "variant 1, terms 1, code prices, segment 1",
        ),
        (
            "UPDATE segment SET number = -9 WHERE lane = 3 AND number = 1",
            "variant 1, terms 1, code prices",
        ),
        (
            "UPDATE tail SET code = x'00'",
            "variant 1, terms 1, code prices, the open run",
        ),
        ("UPDATE listing SET checks = x'0102'", "listing 1, checks, the open run"),
        ("UPDATE check_segment SET runs = x'01'", "listing 1, checks, segment 0"),
        ("UPDATE snapshot SET seen = '{}'", "the snapshot of listing 1"),
        (
            "UPDATE piece SET json = replace(json, '1.00', '9.00') WHERE id = 2",
            "piece 2",
        ),
        ("UPDATE checkout SET discounts = '7'", "piece 7"),
        (
            "UPDATE checkout SET price = 0",
            "the checkout of variant 1 at 2026-06-01T12:00:00Z",
        ),
        ("UPDATE variant SET listing = 7", "table variant"),
        ("UPDATE total SET runs = runs + 1", "the totals"),
    ] {
        let kept = Kept::new();
        let sound = kept.open().examine().unwrap();
        assert_eq!((sound.problems, sound.segments > 12), (vec![], true));
        kept.spoil(sql);
        let found = kept.open().examine().unwrap();
        assert!(
            found.problems.iter().any(|problem| problem.place == place),
            "{sql}: {:?}",
            found.problems
        );
    }
}

#[test]
fn a_page_that_the_disk_lost_is_found() {
    let kept = Kept::new();
    drop(kept.open());
    let mut bytes = fs::read(kept.at("store.db")).unwrap();
    let page = bytes.len() / 4096 / 2 * 4096;
    bytes[page..page + 4096].fill(0xA5);
    fs::write(kept.at("store.db"), bytes).unwrap();
    assert!(!kept.open().examine().unwrap().is_sound());
}

#[test]
fn a_newer_store_and_the_database_of_another_program_stay_as_they_are() {
    let kept = Kept::new();
    let file = Connection::open(kept.at("store.db")).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    drop(file);
    let told = Sqlite::open(&kept.at("store.db")).unwrap_err();
    assert!(matches!(told, StoreError::Newer { found: 99, known: 6 }), "{told}");

    let other = kept.at("other.db");
    Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE recipe (id)")
        .unwrap();
    let before = fs::read(&other).unwrap();
    let told = Sqlite::open(&other).unwrap_err().to_string();
    assert_eq!(told, "the store cannot be used: it is the database of another program");
    assert_eq!(fs::read(&other).unwrap(), before);

    fs::write(
        kept.at("text.db"),
        "It is a text, and long enough to have a header of its own. ".repeat(9),
    )
    .unwrap();
    assert!(matches!(
        Sqlite::open(&kept.at("text.db")),
        Err(StoreError::Damaged { .. })
    ));
}

#[test]
fn readers_do_not_wait_for_a_writer_and_see_what_was_there_before() {
    let kept = Kept::new();
    let store = kept.open();
    let writer = Connection::open(kept.at("store.db")).unwrap();
    writer
        .execute_batch("BEGIN IMMEDIATE; UPDATE memory SET value = '4'")
        .unwrap();
    assert_eq!(store.recall("budget").unwrap().as_deref(), Some("5"));
    writer.execute_batch("COMMIT").unwrap();
    assert_eq!(store.recall("budget").unwrap().as_deref(), Some("4"));
}

#[test]
fn several_threads_read_while_one_writes() {
    let kept = Kept::new();
    let store = kept.open();
    std::thread::scope(|threads| {
        for _ in 0..6 {
            threads.spawn(|| {
                for _ in 0..30 {
                    assert!(kept.series(&store).unwrap().is_some());
                }
            });
        }
        let listing = store.listing(&key(1)).unwrap().unwrap().tracked.id;
        for after in 400..430 {
            store
                .record_checks(&[reading(listing, kept.variant, after, 1_000)])
                .unwrap();
        }
    });
}

fn backed_up(kept: &Kept, store: &Sqlite) -> PathBuf {
    let copy = kept.at("copy.db");
    store.backup(&copy, |_, _| ()).unwrap();
    copy
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_backup_is_whole_and_comes_back() {
    let kept = Kept::new();
    let store = kept.open();
    let mut told = Vec::new();
    let copy = kept.at("copy.db");
    store.backup(&copy, |done, of| told.push((done, of))).unwrap();
    let (done, of) = *told.last().unwrap();
    assert!(done == of && of > 0, "{told:?}");
    assert!(matches!(store.backup(&copy, |_, _| ()), Err(StoreError::Refused(_))));

    // It holds what was there when it was made.
    store.remember("budget", "4").unwrap();
    let mut told = Vec::new();
    let restored = restore(&copy, &kept.at("back.db"), Existing::Keep, |done, of| {
        told.push((done, of));
    })
    .unwrap();
    assert_eq!((restored.version, restored.aside), (6, None));
    assert_eq!(told.last().map(|(done, of)| done == of), Some(true));
    let back = Sqlite::open(&kept.at("back.db")).unwrap();
    assert_eq!(back.recall("budget").unwrap().as_deref(), Some("5"));
    assert_eq!(kept.series(&back).unwrap(), kept.series(&store).unwrap());
    drop((store, back));
    assert_eq!(
        names(kept.folder.path()),
        ["back.db", "copy.db", "copy.db.sha256", "store.db"]
    );
}

#[test]
fn a_backup_is_of_one_moment_while_others_write() {
    let kept = Kept::new();
    let store = kept.open();
    // Long enough for several steps.
    for number in 0..40 {
        store
            .remember(&format!("ballast/{number}"), &"x".repeat(200_000))
            .unwrap();
    }
    let listing = store.listing(&key(1)).unwrap().unwrap().tracked.id;
    let mut after = 400;
    let mut steps = 0;
    store
        .backup(&kept.at("copy.db"), |_, _| {
            steps += 1;
            after += 1;
            store
                .record_checks(&[reading(listing, kept.variant, after, 1_000)])
                .unwrap();
        })
        .unwrap();
    assert!(steps > 1);
    restore(&kept.at("copy.db"), &kept.at("back.db"), Existing::Keep, |_, _| ()).unwrap();
    let back = Sqlite::open(&kept.at("back.db")).unwrap();
    assert_eq!(back.examine().unwrap().problems, []);
    assert_eq!(back.counts().unwrap().runs, store.counts().unwrap().runs - 4);
}

#[test]
fn a_store_is_replaced_only_when_that_is_said_and_stays_beside_the_new_one() {
    let kept = Kept::new();
    let store = kept.open();
    let copy = backed_up(&kept, &store);
    store.remember("budget", "4").unwrap();
    let place = kept.at("store.db");
    let before = fs::read(&place).unwrap();
    let told = restore(&copy, &place, Existing::Keep, |_, _| ()).unwrap_err();
    assert!(matches!(told, StoreError::Refused(_)));
    assert_eq!(fs::read(&place).unwrap(), before);
    drop(store);
    let aside = restore(&copy, &place, Existing::Replace, |_, _| ())
        .unwrap()
        .aside
        .unwrap();
    assert_eq!(kept.open().recall("budget").unwrap().as_deref(), Some("5"));
    assert_eq!(
        Sqlite::open(&aside).unwrap().recall("budget").unwrap().as_deref(),
        Some("4")
    );
}

#[test]
fn a_backup_that_is_not_as_it_was_made_replaces_nothing() {
    let kept = Kept::new();
    let copy = backed_up(&kept, &kept.open());
    let (good, sum) = (
        fs::read(&copy).unwrap(),
        fs::read_to_string(kept.at("copy.db.sha256")).unwrap(),
    );
    let place = kept.at("store.db");
    let before = fs::read(&place).unwrap();
    let refused = |what: &str| {
        let told = restore(&copy, &place, Existing::Replace, |_, _| ()).unwrap_err();
        assert!(
            matches!(told, StoreError::Damaged { .. } | StoreError::Newer { .. }),
            "{what}: {told}"
        );
        assert_eq!(fs::read(&place).unwrap(), before, "{what}");
        assert!(
            !names(kept.folder.path())
                .iter()
                .any(|name| name.contains("part") || name.contains("replaced"))
        );
    };
    for length in [0, 100, good.len() / 2, good.len() - 1] {
        fs::write(&copy, &good[..length]).unwrap();
        refused("cut off");
    }
    fs::write(&copy, &good).unwrap();
    fs::remove_file(kept.at("copy.db.sha256")).unwrap();
    refused("without its sum");
    fs::write(kept.at("copy.db.sha256"), &sum[..60]).unwrap();
    refused("with half of its sum");

    // A sum that is right does not make up for what it sums.
    let vouched = |sql: &str| {
        fs::write(&copy, &good).unwrap();
        Connection::open(&copy).unwrap().execute_batch(sql).unwrap();
        let sum = Sha256::digest(fs::read(&copy).unwrap());
        let sum = sum
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        fs::write(kept.at("copy.db.sha256"), sum).unwrap();
    };
    vouched("UPDATE segment SET runs = x'01' WHERE lane = 3 AND number = 1");
    refused("with a damaged segment");
    vouched("PRAGMA user_version = 99");
    refused("of a newer version");
    vouched("SELECT 1");
    restore(&copy, &place, Existing::Replace, |_, _| ()).unwrap();
}

#[test]
fn what_the_past_was_given_is_there_after_a_restart() {
    let kept = Kept::new();
    let other = tillwatch_app::ports::store::Terms {
        rules: "later".into(),
        delivered: true,
    };
    kept.open()
        .put_past(kept.variant, Lane::Code, &other, &[run(0, 1, 900)])
        .unwrap();
    let kept_series = kept.open().series(kept.variant, Lane::Code, &other).unwrap();
    assert!(kept_series.is_some());
}
