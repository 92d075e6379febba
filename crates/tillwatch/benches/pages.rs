//! The page of a listing with two years of prices, as a browser asks the running program for it.
//!
//! `cargo bench -p tillwatch --bench pages`, with the name of a part behind `--` for that one alone: `one` (a page after
//! another: how long the server takes), `many` (as many a second as two connections can ask for), `memory` (a million
//! requests, and the resident memory along the way). Whoever asks takes a good part of the same processors.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on must stop")]
#![expect(clippy::disallowed_methods, reason = "a benchmark is where the clock belongs")]
#![expect(
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "figures for people"
)]

#[path = "../../store/tests/store/common/made_up.rs"]
mod made_up;
#[path = "../../core/benches/common/listing.rs"]
mod past;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use made_up::{checkout, coupon, item, key, lanes, reading, sku};
use tillwatch_app::ports::store::{Check, Schedule, Store, Terms};
use tillwatch_core::history::{Lane, Minute, Run};
use tillwatch_core::instant::Instant;
use tillwatch_core::rules::RuleBook;
use tillwatch_store::Sqlite;

/// Listings that are asked for in turn.
const LISTINGS: i64 = 100;

/// Minutes of the past that each has: two years.
const PAST: u32 = 2 * 365 * 1_440;

const ONE: usize = 2_000;
const MANY: Duration = Duration::from_secs(10);
const MILLION: usize = 1_000_000;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|word| word == name);
    let folder = tempfile::tempdir().unwrap();
    fill(&folder.path().join("tillwatch.db"));
    let mut program = start(folder.path());
    let address = address(&mut program);
    while Browser::open(&address).get("/readyz").0 != 200 {
        std::thread::sleep(Duration::from_millis(5));
    }
    if is_asked("one") {
        one(&address);
    }
    if is_asked("many") {
        many(&address);
    }
    if is_asked("memory") {
        memory(&address, &program);
    }
    program.kill().unwrap();
    program.wait().unwrap();
}

/// A page after another.
fn one(address: &str) {
    let mut browser = Browser::open(address);
    let (mut took, mut bytes) = (Vec::with_capacity(ONE), 0);
    for (_, number) in (0..ONE).zip((0..LISTINGS).cycle()) {
        let path = page(number);
        let began = Clock::now();
        let (status, length) = browser.get(&path);
        took.push(began.elapsed().as_secs_f64() * 1e3);
        assert_eq!(status, 200, "{path}");
        bytes = bytes.max(length);
    }
    took.sort_by(f64::total_cmp);
    let at = |part: usize| took[took.len() * part / 1_000];
    println!(
        "a listing's page, two years of prices: median {:.2} ms, p99 {:.2} ms, worst {:.2} ms; at most {bytes} bytes",
        at(500),
        at(990),
        took.last().unwrap()
    );
}

/// As many pages as two connections get.
fn many(address: &str) {
    let began = Clock::now();
    let count: usize = std::thread::scope(|scope| {
        let browsers = (0..2_i64).map(|first| {
            scope.spawn(move || {
                let mut browser = Browser::open(address);
                let mut count = 0;
                for number in (first..).map(|number| number % LISTINGS) {
                    if began.elapsed() >= MANY {
                        break;
                    }
                    assert_eq!(browser.get(&page(number)).0, 200);
                    count += 1;
                }
                count
            })
        });
        let browsers: Vec<_> = browsers.collect();
        browsers.into_iter().map(|browser| browser.join().unwrap()).sum()
    });
    println!(
        "listing pages over two connections, data warm: {:.0} a second",
        count as f64 / began.elapsed().as_secs_f64()
    );
}

/// A million requests of several kinds, with the memory on the way.
fn memory(address: &str, program: &Child) {
    let mut browser = Browser::open(address);
    let others = ["/", "/promotions", "/healthz", "/l/AAAAAAAAAAAAAAAAAAAAAA", "/nowhere"];
    for request in 0..=MILLION {
        if request % (MILLION / 10) == 0 {
            println!(
                "after {request} requests: {} MiB",
                resident(program).unwrap_or_default()
            );
        }
        if request % 4 == 0 {
            browser.get(&page(i64::try_from(request).unwrap() % LISTINGS));
        } else {
            browser.get(others[request % others.len()]);
        }
    }
}

fn page(number: i64) -> String {
    format!("/i/{}?market=US&sku=1200", item(number))
}

/// Listings with two years of prices, whose discounts changed once a week, read just now.
fn fill(file: &Path) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = Instant::from_millis(i64::try_from(since.as_millis()).unwrap()).unwrap();
    let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
    let store = Sqlite::open(file).unwrap();
    let wanted: Vec<_> = (0..LISTINGS).map(|number| (key(number), Some(sku("1200")))).collect();
    let terms = Terms {
        rules: rules.id.clone(),
        delivered: true,
    };
    let (present, shift) = (
        Minute::of(now),
        Minute::of(now).since(Minute::new(past::BEGIN + past::DAYS * past::DAY)),
    );
    for (number, (listing, variant)) in (0..).zip(store.track_all(&wanted, now).unwrap()) {
        let seed = u64::try_from(number).unwrap();
        let runs = past::listing(seed).into_iter().map(|run| Run {
            start: run.start.plus(shift),
            ..run
        });
        let runs: Vec<Run> = runs
            .filter(|run| present.since(run.start) < PAST && run.end() < present)
            .collect();
        let last = runs.last().map_or(1_000, |run| run.value.minor());
        for lane in Lane::ALL {
            store.put_past(variant, lane, &terms, &runs).unwrap();
        }
        let checkouts: Vec<_> = (1..26_u32)
            .rev()
            .map(|weeks| {
                let at = present.minus(weeks * 7 * 1_440);
                let shown = [coupon(&format!("W{}", weeks % 5), 100), coupon("S", 50)];
                (at, checkout(0, last, &shown[..if weeks % 2 == 0 { 1 } else { 2 }]))
            })
            .map(|(at, checkout)| {
                (
                    at,
                    tillwatch_core::checkout::Checkout {
                        at: at.instant(),
                        ..checkout
                    },
                )
            })
            .collect();
        store.put_checkouts(variant, &checkouts).unwrap();
        let mut check = reading(listing, variant, 0, last);
        let own = tillwatch_core::checkout::Checkout {
            at: now,
            ..checkout(0, last, &[coupon("W1", 100), coupon("S", 50)])
        };
        check.at = now;
        check.prices[0].terms = terms.clone();
        check.prices[0].checkout = Some(own);
        check.prices[0].lanes = lanes(last);
        let checks = [Check {
            schedule: Schedule {
                last_good: Some(now.moment().as_second()),
                last_try: Some(now.moment().as_second()),
                ..Schedule::default()
            },
            ..check
        }];
        store.record_checks(&checks).unwrap();
    }
}

/// One connection that stays open, as a browser's does.
struct Browser(BufReader<TcpStream>, u32);

impl Browser {
    fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream), 0)
    }

    /// The status and the length of an answer.
    fn get(&mut self, path: &str) -> (u16, usize) {
        // One address may ask only so often: each call speaks for another one, as a proxy's do.
        self.1 = self.1.wrapping_add(1);
        let [_, b, c, d] = self.1.to_be_bytes();
        let forwarded = format!("x-forwarded-for: 10.{b}.{c}.{d}");
        write!(
            self.0.get_mut(),
            "GET {path} HTTP/1.1\r\nhost: localhost\r\n{forwarded}\r\n\r\n"
        )
        .unwrap();
        let (mut status, mut length, mut line) = (0, 0, String::new());
        loop {
            line.clear();
            assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "the server hung up at {path}");
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some(rest) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = rest.trim().parse().unwrap();
            } else if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        (status, length)
    }
}

fn start(data: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tillwatch"));
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--proxy", "127.0.0.1"])
        .arg("--data")
        .arg(data);
    command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
}

/// Where it says that it answers; what else it says is let go.
fn address(program: &mut Child) -> String {
    let mut lines = BufReader::new(program.stderr.take().unwrap()).lines();
    let address = lines.by_ref().find_map(|line| {
        let line = line.unwrap();
        let (_, rest) = line.split_once("http://")?;
        Some(rest.split_whitespace().next()?.to_owned())
    });
    std::thread::spawn(move || lines.for_each(drop));
    address.unwrap()
}

/// The resident memory in MiB, where the system tells it.
fn resident(program: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1_024)
}
