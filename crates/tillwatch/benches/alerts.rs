//! How long an alert takes: from a code's start to its hand-over with 100,000 watched variants, a burst of 1,500 through
//! the program to a Bot API that keeps Telegram's limits, and 10,000 that waited for an hour.
//!
//! `cargo bench -p tillwatch --bench alerts`, with the name of a part behind `--` for that one alone: `latency`, `burst`,
//! `outage`.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on must stop")]
#![expect(clippy::disallowed_methods, reason = "a benchmark is where the clock belongs")]

#[path = "alerts/bot_api.rs"]
mod bot_api;
#[path = "alerts/burst.rs"]
mod burst;
#[path = "alerts/latency.rs"]
mod latency;
#[path = "../../store/tests/store/common/made_up.rs"]
mod made_up;
#[path = "alerts/outage.rs"]
mod outage;

use std::time::{SystemTime, UNIX_EPOCH};

use tillwatch_app::App;
use tillwatch_app::ports::store::{Alert, Decided, NewChannel, NewWatch, Store};
use tillwatch_core::alert::{Crossing, Kind, Notice, Rule, Stage, State};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::history::Lane;
use tillwatch_core::instant::Instant;
use tillwatch_core::rules::RuleBook;
use tillwatch_store::Sqlite;

use made_up::{key, sku, usd};

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, part) in [
        ("latency", latency::run as fn()),
        ("burst", burst::run),
        ("outage", outage::run),
    ] {
        if asked.is_empty() || asked.iter().any(|word| word == name) {
            part();
        }
    }
}

fn machine_now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Instant::from_millis(i64::try_from(since.as_millis()).unwrap()).unwrap()
}

/// The watch over a store, without sources.
fn app(store: std::sync::Arc<dyn Store>, almanac: Almanac, now: Instant) -> App {
    let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
    App::new(store, Vec::new(), rules, almanac, now).unwrap()
}

/// So many alerts, each of another watch for another chat, that happened at a moment.
fn fill_outbox(store: &Sqlite, alerts: i64, at: Instant) {
    let wanted: Vec<_> = (0..alerts).map(|number| (key(number), Some(sku("1200")))).collect();
    let mut decided = Vec::new();
    for (number, (_, variant)) in (0..).zip(store.track_all(&wanted, at).unwrap()) {
        let watch = NewWatch {
            channels: vec![NewChannel {
                address: format!("telegram:{}", number + 1),
                confirmed: true,
            }],
            ..NewWatch::of(variant, Lane::Public, Some(usd(900)))
        };
        let watch = store.add_watch(&watch, at).unwrap();
        let crossing = Crossing {
            number: 1,
            kind: Kind::Reached,
            price: Some(usd(880)),
            target: Some(usd(900)),
        };
        let listing = key(number);
        let notice = Notice {
            reference: format!("{}.0.1", watch.0),
            kind: crossing.kind,
            rule: Rule::Below(usd(900)),
            item: listing.item,
            sku: None,
            title: Some(format!("Lamp {number} of brass")),
            market: listing.market,
            currency: listing.currency,
            lane: Lane::Public,
            price: crossing.price,
            delivered: Some(true),
            sticker: Some(usd(1_000)),
            former: Some(usd(1_000)),
            target: crossing.target,
            low: None,
            stack: Vec::new(),
            earliest_expiry: None,
            at,
        };
        decided.push(Decided {
            watch,
            rule: 0,
            state: State {
                stage: Stage::Fired { at },
                told: crossing.price,
                crossings: 1,
            },
            alert: Some(Alert {
                crossing: 1,
                at,
                due: at,
                notice: notice.to_json(None),
            }),
        });
    }
    store.record_alerts(&decided).unwrap();
}

/// Of figures in order, the one that so many of a hundred do not exceed.
fn at_percent(sorted: &[f64], percent: usize) -> f64 {
    sorted
        .get((sorted.len().saturating_sub(1)) * percent / 100)
        .copied()
        .unwrap_or(f64::NAN)
}
