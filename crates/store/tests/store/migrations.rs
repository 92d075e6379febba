//! Files of every version that was released open, and everything in them reads back.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tillwatch_app::ports::store::{
    Compared, Disagreement, Fate, ListId, ListingId, ListingState, NewChannel, Order, Sought, Store,
};
use tillwatch_core::alert::Rule;
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Minute, Series, Void};
use tillwatch_core::money::{BasisPoints, Currency};
use tillwatch_core::snapshot::Outcome;
use tillwatch_store::Sqlite;

use crate::common::{at, checkout, coupon, key, lanes, minute, outcome, run, sku, snapshot, terms, usd};

/// Whose file it is; stays what it was released as.
const APPLICATION: u32 = 0x7469_6C6C;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The texts of a folder's files, by name.
fn texts(name: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap());
    let mut texts: Vec<(String, String)> = entries
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                fs::read_to_string(entry.path()).unwrap(),
            )
        })
        .collect();
    texts.sort();
    texts
}

/// A file of a version, with the rows that it was released with.
fn released(file: &Path, version: usize, rows: &str) {
    let connection = Connection::open(file).unwrap();
    for (_, migration) in texts("migrations/sqlite").iter().take(version) {
        connection.execute_batch(migration).unwrap();
    }
    connection.execute_batch(rows).unwrap();
    connection.pragma_update(None, "user_version", version).unwrap();
    connection.pragma_update(None, "application_id", APPLICATION).unwrap();
}

#[test]
fn every_migration_has_the_rows_of_its_release() {
    let number = |(name, _): &(String, String)| name.split(['_', '.']).next().unwrap().to_owned();
    let migrations: Vec<String> = texts("migrations/sqlite").iter().map(number).collect();
    let samples: Vec<String> = texts("tests/samples").iter().map(number).collect();
    let expected: Vec<String> = (1..=migrations.len()).map(|number| format!("{number:04}")).collect();
    assert_eq!((&migrations, &samples), (&expected, &expected));
}

#[test]
fn a_file_of_each_version_opens_and_reads_back() {
    for (place, (name, rows)) in texts("tests/samples").iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        released(&file, place + 1, rows);
        let store = Sqlite::open(&file).unwrap();
        assert_eq!(store.examine().unwrap().problems, [], "{name}");
        reads_back(&store);
        drop(store);
        reads_back(&Sqlite::open(&file).unwrap());
    }
}

/// What the rows of every release say.
fn reads_back(store: &Sqlite) {
    let ListingState {
        tracked,
        snapshot: seen,
        last_check,
    } = store.listing(&key(1)).unwrap().unwrap();
    assert_eq!(seen, Some(snapshot(70, 1_000)));
    let last = last_check.unwrap();
    assert_eq!(
        (last.at, last.source.as_str(), last.outcome),
        (at(80), "affiliate", Outcome::Blocked)
    );
    assert_eq!(last.detail.as_deref(), Some("it was blocked"));
    let schedule = tracked.schedule;
    assert_eq!(
        (schedule.last_good, schedule.last_try, schedule.not_before),
        (Some(1), Some(2), Some(3))
    );
    assert_eq!(
        (schedule.last_full, schedule.failures, schedule.readings),
        (Some(4), 5, 6)
    );
    assert_eq!((schedule.changes, schedule.exposure), (7, 8));

    let variant = &tracked.variants[0];
    assert_eq!((variant.sku.clone(), variant.watchers()), (Some(sku("1200")), 1));
    assert_eq!(variant.targets().collect::<Vec<_>>(), [(Lane::Public, usd(900))]);
    assert_eq!(variant.checkout, Some(checkout(70, 1_069, &[coupon("A", 100)])));
    let latest = variant.latest.clone().unwrap();
    assert_eq!(
        (latest.lanes, latest.terms, latest.confirmed),
        (lanes(1_069), terms(), minute(69))
    );
    assert_eq!(
        store.checkouts(variant.id, Minute::FIRST, Minute::LAST).unwrap().len(),
        1
    );

    let prices = (0..70).map(|after| run(after, 0, 970 + i64::from(after))).collect();
    let checks = vec![outcome(0, 70, Outcome::Ok), outcome(80, 0, Outcome::Blocked)];
    let void = Void {
        from: minute(3),
        until: minute(5),
        reason: "a slip".into(),
    };
    let series = Series::new(prices, checks).unwrap().voided(vec![void]);
    assert_eq!(store.series(variant.id, Lane::Code, &terms()).unwrap(), Some(series));

    let watch = store.watches().unwrap().remove(0);
    assert_eq!((watch.title.as_deref(), watch.since), (Some("A lamp"), at(1)));
    assert_eq!(store.recall("budget").unwrap().as_deref(), Some("5"));
    assert_eq!(
        store
            .tracked_one(store.tracked(tracked.id, 9).unwrap()[0].id)
            .unwrap()
            .unwrap()
            .key,
        key(2)
    );
}

#[test]
fn a_watch_of_version_2_gives_new_rules_numbers_that_it_never_had() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let (_, rows) = &texts("tests/samples")[1];
    released(&file, 2, rows);
    let store = Sqlite::open(&file).unwrap();
    let watch = store.watches().unwrap().remove(0);
    assert_eq!(watch.rules.len(), 2);
    assert_eq!(watch.list, None);
    store.change_rules(watch.id, &[Rule::Broken]).unwrap();
    let numbers: Vec<u32> = store
        .watch(watch.id)
        .unwrap()
        .unwrap()
        .rules
        .iter()
        .map(|one| one.number)
        .collect();
    assert_eq!(numbers, [2]);
}

#[test]
fn a_list_with_its_invitation_and_its_question_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let (_, rows) = &texts("tests/samples")[2];
    released(&file, 3, rows);
    let store = Sqlite::open(&file).unwrap();
    let list = store.list(&[0; 32]).unwrap().unwrap();
    assert_eq!((list.name.as_deref(), list.since), (Some("For the kitchen"), at(1)));
    let watch = &list.watches[0].watch;
    let waits = Fate::Waiting {
        due: at(2).plus_seconds(5),
        why: Some("slow down".into()),
    };
    assert_eq!(watch.channels[0].asked, Some(waits));
    let phone = NewChannel {
        address: "telegram:1".into(),
        confirmed: true,
    };
    assert_eq!(store.accept(&[0; 32], &phone, at(3)).unwrap(), Some(vec![watch.id]));
}

#[test]
fn a_letter_with_a_link_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let (_, rows) = &texts("tests/samples")[3];
    released(&file, 4, rows);
    let store = Sqlite::open(&file).unwrap();
    let letters = store.lease_questions(at(9), at(10), 9).unwrap();
    let found: Vec<(&str, Option<ListId>)> = letters
        .iter()
        .map(|letter| (letter.address.as_str(), letter.link_of))
        .collect();
    assert_eq!(
        found,
        [
            ("mailto:a@example.org", None),
            ("mailto:b@example.org", Some(ListId(1)))
        ]
    );
    assert_eq!(store.lists_telling("mailto:b@example.org").unwrap(), [ListId(1)]);
}

#[test]
fn a_board_and_a_voice_on_a_code_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let (_, rows) = &texts("tests/samples")[4];
    released(&file, 5, rows);
    let store = Sqlite::open(&file).unwrap();
    assert!(store.board_has("lamp").unwrap());
    let sought = Sought {
        market: Country::US,
        currency: Currency::USD,
        lane: Lane::Public,
        words: vec![vec!["lamp".into()]],
        dropped: true,
        saved: BasisPoints::new(187).unwrap(),
        least: None,
        most: None,
        warehouse: None,
        category: None,
        free_shipping: true,
        order: Order::Drop,
        after: None,
        count: 9,
    };
    let found = store.board(&sought).unwrap().remove(0);
    assert_eq!((found.card.key, found.card.days, found.card.voided), (key(1), 3, true));
    assert_eq!(
        (found.offer.total.minor(), found.offer.below_low.points()),
        (1_049, 464)
    );
    let voices = store.voices(at(0), at(1)).unwrap().remove(0);
    assert_eq!(
        (voices.code.as_str(), voices.proven, voices.last_proven),
        ("SAVE5", (1, 1), Some(at(2)))
    );
    let (due, _) = store.board_due(ListingId(0), minute(0), 9, 9).unwrap();
    assert_eq!(due.len(), 1, "made of something else than is there now");
}

#[test]
fn what_a_till_showed_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let (_, rows) = &texts("tests/samples")[5];
    released(&file, 6, rows);
    let store = Sqlite::open(&file).unwrap();
    let told: Vec<(String, Compared, u32, u16)> = store
        .agreement(at(0))
        .unwrap()
        .into_iter()
        .map(|one| (one.rules, one.of, one.networks, one.share.points()))
        .collect();
    let one = |rules: &str, of, share| (rules.to_owned(), of, 1, share);
    assert_eq!(
        told,
        [
            one("official-2018", Compared::Total, 10_000),
            one("official-2018", Compared::TotalApart, 10_000),
            one("seed-2026", Compared::Total, 0),
            one("seed-2026", Compared::TotalApart, 0),
            one("seed-2026", Compared::Part("code".into()), 0),
            one("seed-2026", Compared::Part("price".into()), 10_000),
        ]
    );
    let other = Disagreement {
        receipt: "1005006000000001.US.USD.1200.public.20260601T1202Z.seed-2026".into(),
        shown: usd(1_099),
        networks: 1,
    };
    assert_eq!(store.disagreements(at(0), 9).unwrap(), [other]);
}
