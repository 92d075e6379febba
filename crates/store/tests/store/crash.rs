//! A program that is killed while it records: what it was told is kept stays kept, and nothing is half there.
//!
//! The test starts itself as the program that dies. That one records readings, three at a time, spends a budget before
//! each three, and says a line for each once the store has said that it is kept. The parent kills it after so many
//! bytes of what it says, so also in the middle of whatever it does next.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{START, reading, terms, track};
use tillwatch_app::ports::store::{ListingId, Store, VariantId};
use tillwatch_core::history::{Known, Lane, Minute};
use tillwatch_store::Sqlite;

/// How often it is killed: a new file for each of so many lives.
const FILES: u64 = 12;
const LIVES: u64 = 20;

/// Readings in one call.
const BATCH: u32 = 3;

/// Where the program that dies finds its file.
const FILE: &str = "TILLWATCH_CRASH_FILE";

/// Three listings take turns, and each reading finds another price, so that each leaves a run in each lane.
fn record(store: &Sqlite, tracked: &[(ListingId, VariantId)], number: u32) {
    let batch: Vec<_> = (number..number + BATCH)
        .zip(tracked.iter().cycle())
        .map(|(number, (listing, variant))| reading(*listing, *variant, number, 1_000 + i64::from(number)))
        .collect();
    store.record_checks(&batch).unwrap();
}

/// The program that dies.
fn live(file: &Path) {
    let mut out = std::io::stdout().lock();
    let mut say = |line: String| out.write_all(line.as_bytes()).unwrap();
    // Ends the line that the test runner has begun.
    say("\n".into());
    let store = Sqlite::open(file).unwrap();
    let tracked = [1, 2, 3].map(|number| track(&store, number));
    let mut number = next(&kept(&store));
    let mut spent = budget(&store);
    loop {
        spent += 1;
        store.remember("budget", &spent.to_string()).unwrap();
        say(format!("spent {spent}\n"));
        record(&store, &tracked, number);
        number += BATCH;
        say(format!("kept {number}\n"));
    }
}

fn budget(store: &Sqlite) -> u64 {
    store
        .recall("budget")
        .unwrap()
        .map_or(0, |spent| spent.parse().unwrap())
}

/// The numbers of the readings that are kept, in each lane.
fn kept(store: &Sqlite) -> [BTreeSet<u32>; 4] {
    Lane::ALL.map(|lane| {
        let tracked = store.tracked(ListingId(0), 10).unwrap();
        let variants = tracked.iter().flat_map(|listing| &listing.variants);
        let series = variants.filter_map(|variant| store.series(variant.id, lane, &terms()).unwrap());
        let of = |series: tillwatch_core::history::Series| {
            let spans = series.spans(Minute::FIRST, Minute::LAST);
            let seen = spans.iter().filter(|span| matches!(span.known, Known::Price { .. }));
            seen.map(|span| span.from.number() - START).collect::<Vec<_>>()
        };
        series.flat_map(of).collect()
    })
}

fn next(kept: &[BTreeSet<u32>; 4]) -> u32 {
    kept[0].last().map_or(0, |last| last + 1)
}

/// Lets the program run until it has said so many bytes, kills it, and returns all that it said.
fn live_and_die(file: &Path, bytes: usize) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "crash::a_program_that_is_killed_loses_nothing_that_it_was_told_is_kept",
            "--exact",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FILE, file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut said = vec![0; bytes];
    out.read_exact(&mut said).unwrap();
    child.kill().unwrap();
    // What it said before it died was promised too.
    out.read_to_end(&mut said).unwrap();
    child.wait().unwrap();
    String::from_utf8(said).unwrap()
}

/// The last number that was said after a word.
fn last_said(said: &str, word: &str) -> Option<u64> {
    let mut numbers = said
        .lines()
        .filter_map(|line| line.strip_prefix(word)?.trim().parse().ok());
    numbers.next_back()
}

#[test]
fn a_program_that_is_killed_loses_nothing_that_it_was_told_is_kept() {
    if let Some(file) = std::env::var_os(FILE) {
        live(Path::new(&file));
        return;
    }
    let (mut most_kept, mut most_spent) = (0, 0);
    for file_number in 0..FILES {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        let (mut promised, mut spent) = (0, 0);
        for life in 0..LIVES {
            // Some die before they have opened the file, some while they make it, most in the middle of their work.
            let bytes = (file_number * 7 + life * 31) % 400;
            let said = live_and_die(&file, usize::try_from(bytes).unwrap());
            promised = last_said(&said, "kept ").unwrap_or(promised);
            spent = last_said(&said, "spent ").unwrap_or(spent);

            let store = Sqlite::open(&file).unwrap();
            let lanes = kept(&store);
            let whole: BTreeSet<u32> = (0..next(&lanes)).collect();
            for numbers in &lanes {
                assert_eq!(*numbers, whole, "a reading is missing, or a lane of it is");
            }
            let count = u64::try_from(whole.len()).unwrap();
            assert!(count >= promised, "{promised} were kept, {count} are there");
            assert_eq!(count % u64::from(BATCH), 0, "a call was half done");
            let budget = budget(&store);
            assert!(budget >= spent, "{spent} were spent, {budget} are known of");
            assert!(
                budget * u64::from(BATCH) >= count,
                "readings were made that were not paid for"
            );
            if life % 5 == 4 {
                assert_eq!(store.examine().unwrap().problems, []);
            }
            (promised, spent) = (count, budget);
        }
        (most_kept, most_spent) = (most_kept.max(promised), most_spent.max(spent));
    }
    assert!(
        most_kept > 100 && most_spent > 30,
        "it died too early to show anything: {most_kept}, {most_spent}"
    );
}
