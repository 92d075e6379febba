//! A data directory with a made-up store in it, and the program run on it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tillwatch_app::ports::store::{Check, Lanes, ListingId, ListingKey, Priced, Schedule, Store, Terms, VariantId};
use tillwatch_core::checkout::{Checkout, Line};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Void};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};
use tillwatch_store::Sqlite;

/// The listing of every test.
pub(crate) const ITEM: &str = "1005006367324382";

/// When the story of that listing is over.
pub(crate) const NOW: &str = "2026-07-20T12:06:00Z";

/// A data directory of its own.
pub(crate) struct Data {
    folder: TempDir,
}

pub(crate) fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

pub(crate) fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

pub(crate) fn values(output: &Output) -> Vec<Value> {
    out(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

pub(crate) fn key() -> ListingKey {
    ListingKey {
        item: ItemId::parse(ITEM).unwrap(),
        market: Country::US,
        currency: Currency::USD,
    }
}

impl Data {
    /// Nothing in it, not even the folder.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// With one watched listing and seven weeks of it.
    pub(crate) fn filled() -> Self {
        let data = Self::new();
        std::fs::create_dir_all(data.data()).unwrap();
        fill(&data.store());
        data
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn store(&self) -> Sqlite {
        Sqlite::open(&self.data().join("tillwatch.db")).unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.with_input(arguments, "")
    }

    pub(crate) fn with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_tillwatch"));
        for name in ["NO_COLOR", "XDG_DATA_HOME"] {
            program.env_remove(name);
        }
        let mut child = program
            .env("TILLWATCH_DATA", self.data())
            .env("COLUMNS", "80")
            .current_dir(self.folder.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }
}

/// One piece of the lamp at a price, with 1.99 of shipping.
fn checkout(at: Instant, price: i64) -> Checkout {
    let mut checkout = Checkout::new(Country::US, Currency::USD, at);
    checkout.lines.push(Line {
        item: key().item,
        sku: Some(SkuId::parse("12000036904138213").unwrap()),
        title: Some("Desk lamp with a long arm".into()),
        store: None,
        seller: None,
        categories: Vec::new(),
        warehouse: None,
        unit_price: usd(price),
        quantity: 1,
        shipping: usd(199),
        pool: None,
    });
    checkout
}

/// A reading that came to an outcome, without prices.
pub(crate) fn check(listing: ListingId, at: Instant, outcome: Outcome) -> Check {
    let second = at.moment().as_second();
    Check {
        listing,
        at,
        source: "affiliate".into(),
        outcome,
        detail: (outcome != Outcome::Ok).then(|| "a challenge stood in the way".to_owned()),
        snapshot: None,
        prices: Vec::new(),
        schedule: Schedule {
            last_good: (outcome == Outcome::Ok).then_some(second),
            last_try: Some(second),
            failures: u32::from(outcome != Outcome::Ok),
            ..Schedule::default()
        },
    }
}

fn reading(listing: ListingId, variant: VariantId, at: Instant, sticker: i64, public: i64) -> Check {
    let lanes = Lanes {
        sticker: usd(sticker),
        automatic: usd(sticker),
        public: usd(public),
        code: usd(public - 100),
    };
    let mut seen = Snapshot::empty("test");
    seen.item = Some(key().item);
    (seen.market, seen.currency) = (Some(Country::US), Some(Currency::USD));
    seen.title = Some("Desk lamp with a long arm".into());
    seen.variants = vec![Variant::at(usd(sticker - 199))];
    Check {
        snapshot: Some(seen),
        prices: vec![Priced {
            variant,
            sku: None,
            checkout: Some(checkout(at, sticker - 199)),
            terms: Terms {
                rules: "seed-2026".into(),
                delivered: true,
            },
            lanes,
        }],
        ..check(listing, at, Outcome::Ok)
    }
}

/// From the first of June 2026 at noon: a price that falls, a gap of two and a half days, a slip that is voided, a sale.
fn fill(store: &Sqlite) {
    let sku = SkuId::parse("12000036904138213").unwrap();
    let start = at("2026-06-01T12:00:00Z");
    let (listing, variant) = store.track(&key(), Some(&sku), start).unwrap();
    let hours = |hours: i64| start.plus_seconds(hours * 3_600);
    let mut checks = Vec::new();
    for hour in (0..=49 * 24).step_by(6) {
        let (sticker, public) = match hour {
            0..240 => (3_999, 3_599),
            240..480 => (3_999, 3_349),
            480..=485 => (499, 399),
            486..900 => (4_199, 3_499),
            900..960 => (3_899, 3_149),
            _ => (3_899, 3_275),
        };
        checks.push(match hour {
            600..660 => check(listing, hours(hour), Outcome::Blocked),
            _ => reading(listing, variant, hours(hour), sticker, public),
        });
    }
    store.record_checks(&checks).unwrap();
    let void = Void {
        from: tillwatch_core::history::Minute::of(hours(480)),
        until: tillwatch_core::history::Minute::of(hours(486)),
        reason: "a slip of the shop".into(),
    };
    store.void(variant, &void).unwrap();
    store.add_watch(variant, Lane::Public, Some(usd(3_100)), start).unwrap();
}
