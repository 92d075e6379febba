//! What five years of history take: bytes on disk, and the time to write, read and chart them.
//!
//! `cargo bench -p tillwatch-core --bench history`. The series are made up from a fixed seed: 4,000 listings over 1,825
//! days. Each listing is timed several times and its fastest time is kept.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on must stop"
)]
#![expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "figures for people"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark is where the clock belongs")]

#[path = "common/listing.rs"]
mod made_up;

use std::hint::black_box;
use std::time::{Duration, Instant};

use made_up::{BEGIN, DAY, DAYS, POLL, listing};
use tillwatch_core::history::{MOST_RUNS, Minute, Run, Series, Tail, decode, encode};
use tillwatch_core::snapshot::Outcome;

const LISTINGS: u64 = 4_000;
const BUCKETS: u32 = 400;
/// Times that each listing is measured.
const TIMES: u32 = 15;

fn main() {
    let all: Vec<Vec<Run>> = (0..LISTINGS).map(listing).collect();
    let stored: Vec<Vec<Vec<u8>>> = all.iter().map(|runs| segments(runs)).collect();
    disk(&all, &stored);
    println!(
        "\n{:<44} {:>10} {:>10} {:>10} {:>12}",
        "a listing", "median", "p99", "worst", "ns a run"
    );
    let runs: usize = all.iter().map(Vec::len).sum();
    row("encode", runs, &all, |runs| segments(runs).len());
    row("decode", runs, &stored, |stored| read(stored).len());
    row("read, append one run, write a segment", all.len(), &stored, |stored| {
        append(&stored[0]).len()
    });
    row("decode, chart of 400 buckets, windows", runs, &stored, |stored| {
        chart(stored)
    });
}

fn disk(all: &[Vec<Run>], stored: &[Vec<Vec<u8>>]) {
    let mut counts: Vec<usize> = all.iter().map(Vec::len).collect();
    counts.sort_unstable();
    let at = |percent: usize| counts[(counts.len() - 1) * percent / 100];
    let runs: usize = counts.iter().sum();
    let bytes: usize = stored.iter().flatten().map(Vec::len).sum();
    let polls = LISTINGS as f64 * f64::from(DAYS * DAY / POLL);
    println!(
        "runs a listing: mean {:.0}, median {}, p99 {}, most {}",
        runs as f64 / LISTINGS as f64,
        at(50),
        at(99),
        at(100)
    );
    println!(
        "segments: {:.2} bytes a run, {:.4} a reading, {:.0} a listing in five years",
        bytes as f64 / runs as f64,
        bytes as f64 / polls,
        bytes as f64 / LISTINGS as f64
    );
}

fn segments(runs: &[Run]) -> Vec<Vec<u8>> {
    runs.chunks(MOST_RUNS).map(|runs| encode(runs).unwrap()).collect()
}

fn read(stored: &[Vec<u8>]) -> Vec<Run> {
    stored.iter().flat_map(|segment| decode(segment).unwrap()).collect()
}

/// What closing a run costs: the last segment is read, gets one more and is written.
fn append(segment: &[u8]) -> Vec<u8> {
    let mut runs: Vec<Run> = decode(segment).unwrap();
    let last = runs.pop().unwrap();
    runs.push(Run {
        confirmed: last.confirmed + POLL,
        ..last
    });
    encode(&runs).unwrap()
}

fn chart(stored: &[Vec<u8>]) -> usize {
    let checks = vec![Tail::open(Minute::new(BEGIN), Outcome::Ok).run()];
    let series = Series::new(read(stored), checks).unwrap().fresh_for(POLL);
    let now = Minute::new(BEGIN + DAYS * DAY);
    black_box(series.windows(now));
    series.chart(Minute::new(BEGIN), now, BUCKETS).len()
}

fn row<T, R>(name: &str, of: usize, listings: &[T], work: impl Fn(&T) -> R) {
    let mut times: Vec<Duration> = listings.iter().map(|one| fastest(|| work(black_box(one)))).collect();
    let sum: Duration = times.iter().sum();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    let each = sum.as_nanos() as f64 / of as f64;
    println!(
        "{name:<44} {:>10.2?} {:>10.2?} {:>10.2?} {each:>12.1}",
        at(50),
        at(99),
        at(100)
    );
}

fn fastest<T>(mut work: impl FnMut() -> T) -> Duration {
    let time = |_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    };
    (0..TIMES).map(time).min().unwrap()
}
