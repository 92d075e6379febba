//! The store at its work: readings a second, bytes a run, the data of a five-year chart, opening with 10,000 listings.
//!
//! `cargo bench -p tillwatch-store --bench store`, with the name of a part behind `--` for that one alone: `write`,
//! `reprice`, `disk`, `open`. The figures depend on the disk on which the system's temporary files lie, and on what else
//! the machine does; where the system tells it, the processor time is named beside them, which depends on less.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on must stop")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "figures for people, and numbers that are small"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark is where the clock belongs")]

#[path = "../tests/store/common/made_up.rs"]
mod common;
#[path = "../../core/benches/common/listing.rs"]
mod made_up;

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use common::{checkout, coupon, key, lanes, minute, priced, reading, sku, terms, usd};
use made_up::{BEGIN, DAY, DAYS, POLL};
use rusqlite::Connection;
use tillwatch_app::ports::store::{Check, Lanes, ListingId, Repriced, Store, VariantId};
use tillwatch_core::discount::Discount;
use tillwatch_core::history::{Lane, Minute};
use tillwatch_core::id::{CategoryId, StoreId};
use tillwatch_core::snapshot::Outcome;
use tillwatch_store::Sqlite;

/// Readings in one call.
const BATCH: usize = 50;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, part) in [
        ("write", write as Part),
        ("reprice", reprice),
        ("disk", disk),
        ("open", open),
    ] {
        if asked.is_empty() || asked.iter().any(|word| word == name) {
            let folder = tempfile::tempdir().unwrap();
            part(&folder.path().join("store.db"));
        }
    }
}

/// One part, with the file in which it may keep what it likes.
type Part = fn(&Path);

/// A small generator of numbers that is its own seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % most
    }
}

/// The median, and the least and the most.
fn spread(mut figures: Vec<f64>) -> String {
    figures.sort_by(f64::total_cmp);
    let last = figures.len() - 1;
    format!("{:.2} ({:.2} to {:.2})", figures[last / 2], figures[0], figures[last])
}

/// The processor time that this thread has had, by Linux; elsewhere nothing.
fn processor() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = told.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(first.unwrap_or_default())
}

/// So many listings, each with one variant, in one go.
fn track(store: &Sqlite, listings: i64) -> Vec<(ListingId, VariantId)> {
    let wanted: Vec<_> = (0..listings).map(|number| (key(number), Some(sku("1200")))).collect();
    store.track_all(&wanted, minute(0).instant()).unwrap()
}

/// Their first readings.
fn read_first(store: &Sqlite, tracked: &[(ListingId, VariantId)]) {
    for some in tracked.chunks(5_000) {
        let first: Vec<Check> = some
            .iter()
            .map(|(listing, variant)| reading(*listing, *variant, 0, 1_000))
            .collect();
        store.record_checks(&first).unwrap();
    }
}

/// 100,000 listings, readings of any of them in calls of 50, two of a hundred with other prices in all four lanes.
fn write(file: &Path) {
    const LISTINGS: u64 = 100_000;
    const ROUNDS: u32 = 7;
    const READINGS: usize = 50_000;
    let store = Sqlite::open(file).unwrap();
    let tracked = track(&store, LISTINGS.cast_signed());
    read_first(&store, &tracked);
    let mut prices = vec![1_000_i64; tracked.len()];
    let mut dice = Dice(1);
    let mut after = 0;
    for promised in [false, true] {
        let (mut figures, mut costs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            after += POLL;
            let checks: Vec<Check> = (0..READINGS)
                .map(|_| {
                    let place = dice.below(LISTINGS) as usize;
                    if dice.below(50) == 0 {
                        prices[place] = 1_000 + dice.below(500).cast_signed();
                    }
                    let (listing, variant) = tracked[place];
                    reading(listing, variant, after, prices[place])
                })
                .collect();
            let (start, had) = (Instant::now(), processor());
            for (number, batch) in checks.chunks(BATCH).enumerate() {
                if promised {
                    store.remember("budget", &number.to_string()).unwrap();
                }
                store.record_checks(batch).unwrap();
            }
            figures.push(READINGS as f64 / start.elapsed().as_secs_f64());
            costs.push(processor().saturating_sub(had).as_secs_f64() * 1e6 / READINGS as f64);
        }
        let how = if promised {
            "each 50 after a budget that is on the disk (FULL)"
        } else {
            "ordered (NORMAL)"
        };
        println!(
            "write path, {LISTINGS} listings, readings a second, {how}: {}; processor us a reading: {}",
            spread(figures),
            spread(costs)
        );
    }
}

/// 100,000 variants that a coupon of all changes, in calls of 1,000.
fn reprice(file: &Path) {
    const LISTINGS: usize = 100_000;
    const CALL: usize = 1_000;
    const CALLS: usize = 200;
    let store = Sqlite::open(file).unwrap();
    let tracked = track(&store, LISTINGS as i64);
    read_first(&store, &tracked);
    let (mut times, mut costs) = (Vec::new(), Vec::new());
    for call in 0..CALLS {
        let first = call * CALL % LISTINGS;
        let prices: Vec<Repriced> = tracked[first..first + CALL]
            .iter()
            .map(|(_, variant)| Repriced {
                variant: *variant,
                terms: terms(),
                lanes: Lanes {
                    sticker: usd(1_000),
                    ..lanes(900 - call as i64)
                },
            })
            .collect();
        let (start, had) = (Instant::now(), processor());
        store.record_prices(minute(call as u32).instant(), &prices).unwrap();
        times.push(start.elapsed().as_secs_f64() * 1e3);
        costs.push(processor().saturating_sub(had).as_secs_f64() * 1e3);
    }
    let (start, had) = (Instant::now(), processor());
    black_box(store.counts().unwrap());
    let counted = (start.elapsed(), processor().saturating_sub(had));
    println!(
        "re-price {CALL} variants: {} ms; processor ms: {}; counts, and its processor time: {counted:.1?}",
        spread(times),
        spread(costs)
    );
}

/// Five years of made-up listings, read as they happened, one after another in time: all four lanes of each.
fn disk(file: &Path) {
    const LISTINGS: u64 = 300;
    let store = Sqlite::open(file).unwrap();
    let tracked = track(&store, LISTINGS.cast_signed());
    let mut events: Vec<(Minute, usize, i64)> = Vec::new();
    for place in 0..tracked.len() {
        for run in made_up::listing(place as u64) {
            events.extend([run.start, run.end()].map(|at| (at, place, run.value.minor())));
        }
    }
    events.sort_unstable();
    let checks: Vec<Check> = events
        .iter()
        .map(|(at, place, price)| {
            let (listing, variant) = tracked[*place];
            let mut check = common::check(listing, 0, Outcome::Ok);
            check.at = at.instant();
            check.prices.push(priced(variant, 1_000));
            // A listing without discounts has the same price in each lane, and as many runs.
            check.prices[0].lanes = Lanes {
                sticker: usd(*price),
                automatic: usd(*price),
                public: usd(*price),
                code: usd(*price),
            };
            check
        })
        .collect();
    let start = Instant::now();
    for batch in checks.chunks(1_000) {
        store.record_checks(batch).unwrap();
    }
    println!(
        "five years of {LISTINGS} listings: {} readings in {:.1?}",
        checks.len(),
        start.elapsed()
    );
    let counts = store.counts().unwrap();
    bytes(file, counts.runs as f64, (LISTINGS * 4) as f64);
    charts(&store, &tracked);
    let found = store.examine().unwrap();
    assert!(found.is_sound(), "{:?}", found.problems);
}

fn bytes(file: &Path, runs: f64, series: f64) {
    let connection = Connection::open(file).unwrap();
    let size = |tables: &str| -> f64 {
        let sql = format!("SELECT sum(pgsize) FROM dbstat WHERE name IN ({tables})");
        connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap() as f64
    };
    let told = |when: &str| {
        let bytes = size("'segment', 'tail'");
        println!(
            "on disk {when}: {:.2} bytes a run, {:.0} bytes a series of five years",
            bytes / runs,
            bytes / series
        );
    };
    told("as written");
    connection.execute_batch("VACUUM").unwrap();
    told("after VACUUM");
}

fn charts(store: &Sqlite, tracked: &[(ListingId, VariantId)]) {
    const READS: usize = 5_000;
    const BUCKETS: u32 = 400;
    let mut dice = Dice(2);
    let (from, until) = (Minute::new(BEGIN), Minute::new(BEGIN + DAYS * DAY));
    for (name, drawn) in [
        ("series alone", false),
        ("series, chart of 400 buckets and windows", true),
    ] {
        let mut times: Vec<Duration> = (0..READS)
            .map(|_| {
                let (_, variant) = tracked[dice.below(tracked.len() as u64) as usize];
                let start = Instant::now();
                let series = store.series(variant, Lane::Public, &terms()).unwrap().unwrap();
                if drawn {
                    black_box((series.chart(from, until, BUCKETS), series.windows(until)));
                }
                black_box(series);
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!(
            "five-year {name}: p50 {:.3?}, p99 {:.3?}, worst {:.3?}",
            at(50),
            at(99),
            at(100)
        );
    }
}

/// 10,000 listings, each with a watch, a checkout of five discounts (of 200 in all) and prices.
fn open(file: &Path) {
    const LISTINGS: i64 = 10_000;
    const ROUNDS: usize = 11;
    let coupons: Vec<Discount> = (0..200)
        .map(|number| coupon(&format!("C{number}"), number + 1))
        .collect();
    let store = Sqlite::open(file).unwrap();
    let (mut dice, mut checks) = (Dice(3), Vec::new());
    for (number, (listing, variant)) in (0..).zip(track(&store, LISTINGS)) {
        store
            .add_watch(variant, Lane::Public, Some(usd(900)), minute(0).instant())
            .unwrap();
        let first = dice.below(195) as usize;
        let mut read = reading(listing, variant, 0, 1_000 + number);
        let mut kept = checkout(0, 1_000 + number, &coupons[first..first + 5]);
        let line = &mut kept.lines[0];
        line.item = key(number).item;
        line.title = Some(format!(
            "Lamp {number} of brass, with a shade of linen and a cord of two metres"
        ));
        line.store = Some(StoreId::parse(&format!("9120{:04}", number / 3)).unwrap());
        line.categories = ["39", "1504", "390501"].map(|id| CategoryId::parse(id).unwrap()).into();
        read.prices[0].checkout = Some(kept);
        checks.push(read);
    }
    store.record_checks(&checks).unwrap();
    drop(store);
    let (mut opened, mut loaded, mut costs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (start, had) = (Instant::now(), processor());
        let store = Sqlite::open(file).unwrap();
        opened.push(start.elapsed().as_secs_f64() * 1e3);
        let (mut after, mut count) = (ListingId(0), 0);
        loop {
            let some = store.tracked(after, 1_000).unwrap();
            let Some(last) = some.last() else { break };
            after = last.id;
            count += some.len();
        }
        assert_eq!(count, LISTINGS as usize);
        loaded.push(start.elapsed().as_secs_f64() * 1e3);
        costs.push(processor().saturating_sub(had).as_secs_f64() * 1e3);
    }
    println!(
        "open: {} ms; open and load {LISTINGS} tracked: {} ms; processor ms: {}",
        spread(opened),
        spread(loaded),
        spread(costs)
    );
}
