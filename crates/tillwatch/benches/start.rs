//! The program's start with 10,000 watched listings, and the memory that it keeps while nobody asks it anything.
//!
//! `cargo bench -p tillwatch --bench start`. A store is filled with listings of many stores, each with a checkout of five
//! discounts (of 200 in all) and a watch; then `tillwatch serve` is started on it again and again: the time until its
//! `/readyz` answers, and its resident memory three seconds later. Memory is told by Linux alone.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on must stop")]
#![expect(clippy::disallowed_methods, reason = "a benchmark is where the clock belongs")]

#[path = "../../store/tests/store/common/made_up.rs"]
mod made_up;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use made_up::{checkout, coupon, item, key, lanes, reading, sku, usd};
use tillwatch_app::ports::store::{Check, NewChannel, NewWatch, Schedule, Store};
use tillwatch_core::discount::Discount;
use tillwatch_core::history::Lane;
use tillwatch_core::id::{CategoryId, SellerId, StoreId};
use tillwatch_core::instant::Instant;
use tillwatch_core::observation::Lanes;
use tillwatch_core::rules::RuleBook;
use tillwatch_store::Sqlite;

const LISTINGS: i64 = 10_000;
const ROUNDS: usize = 11;

/// How long the program is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(3);

fn main() {
    let folder = tempfile::tempdir().unwrap();
    fill(&folder.path().join("tillwatch.db"));
    let (mut starts, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let began = Clock::now();
        let mut program = start(folder.path());
        let address = address(&mut program);
        while !is_ready(&address) {
            std::thread::yield_now();
        }
        starts.push(began.elapsed().as_secs_f64() * 1e3);
        std::thread::sleep(REST);
        memory.extend(resident(&program));
        program.kill().unwrap();
        program.wait().unwrap();
    }
    println!("start until ready, {LISTINGS} watched: {} ms", spread(starts));
    println!("resident memory at rest, {LISTINGS} watched: {} MiB", spread(memory));
}

/// Listings that were read an hour ago.
fn fill(file: &Path) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = Instant::from_millis(i64::try_from(since.as_millis()).unwrap()).unwrap();
    let read = now.plus_seconds(-3_600);
    let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
    let coupons: Vec<Discount> = (0..200)
        .map(|number| Discount {
            valid_until: Some(now.plus_seconds(86_400 * (1 + number % 9))),
            ..coupon(&format!("C{number}"), number + 1)
        })
        .collect();
    let store = Sqlite::open(file).unwrap();
    let wanted: Vec<_> = (0..LISTINGS).map(|number| (key(number), Some(sku("1200")))).collect();
    let mut checks = Vec::new();
    for (number, (listing, variant)) in (0..).zip(store.track_all(&wanted, read).unwrap()) {
        let watch = NewWatch {
            channels: vec![NewChannel {
                address: format!("telegram:{}", 1 + number % 3_000),
                confirmed: true,
            }],
            ..NewWatch::of(variant, Lane::Public, Some(usd(900)))
        };
        store.add_watch(&watch, read).unwrap();
        let first = usize::try_from(number * 7_919 % 195).unwrap();
        let mut own = checkout(0, 1_000 + number, &coupons[first..first + 5]);
        own.at = read;
        let line = &mut own.lines[0];
        line.item = item(number);
        line.title = Some(format!(
            "Lamp {number} of brass, with a shade of linen and a cord of two metres"
        ));
        line.store = Some(StoreId::parse(&format!("9120{:04}", number / 3)).unwrap());
        line.seller = Some(SellerId::parse(&format!("2120{:04}", number / 3)).unwrap());
        line.categories = ["39", "1504", "390501"].map(|id| CategoryId::parse(id).unwrap()).into();
        let mut check: Check = reading(listing, variant, 0, 1_000);
        check.at = read;
        check.schedule = Schedule {
            last_good: Some(read.moment().as_second()),
            last_try: Some(read.moment().as_second()),
            last_full: Some(read.moment().as_second()),
            ..Schedule::default()
        };
        let priced = &mut check.prices[0];
        priced.lanes = Lanes::of(&own, &rules).unwrap_or(lanes(1_000));
        priced.terms.rules.clone_from(&rules.id);
        priced.checkout = Some(own);
        checks.push(check);
    }
    store.record_checks(&checks).unwrap();
    store.take_touched().unwrap();
}

fn start(folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_tillwatch"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Where it says that it answers. Its log is read on to its end.
fn address(program: &mut Child) -> String {
    let mut log = BufReader::new(program.stderr.take().unwrap());
    loop {
        let mut line = String::new();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "it ended by itself");
        if let Some((_, rest)) = line.split_once("http://") {
            let address = rest.split_whitespace().next().unwrap().to_owned();
            std::thread::spawn(move || log.read_to_end(&mut Vec::new()));
            return address;
        }
    }
}

fn is_ready(address: &str) -> bool {
    let Ok(mut to) = TcpStream::connect(address) else {
        return false;
    };
    to.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    to.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}

/// The resident memory in MiB, by Linux; elsewhere nothing.
fn resident(program: &Child) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}

/// The median, and the least and the most.
fn spread(mut figures: Vec<f64>) -> String {
    figures.sort_by(f64::total_cmp);
    match (figures.first(), figures.get(figures.len() / 2), figures.last()) {
        (Some(least), Some(median), Some(most)) => format!("{median:.1} ({least:.1} to {most:.1})"),
        _ => "unknown".to_owned(),
    }
}
