//! From the second at which a code begins to the hand-over of the 1,000 alerts that it causes among 100,000 watches. The
//! channels' own limits are left out: 25 a second would make 40 seconds of it, whatever comes before.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant as Clock;

use tillwatch_app::outbox::Post;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Message, Notifier};
use tillwatch_app::ports::store::{Check, NewChannel, NewWatch, Store};
use tillwatch_core::almanac::{Almanac, read_ladder};
use tillwatch_core::history::Lane;
use tillwatch_core::id::StoreId;
use tillwatch_core::instant::Instant;
use tillwatch_core::observation::Lanes;
use tillwatch_core::rules::RuleBook;
use tillwatch_store::Sqlite;

use crate::made_up::{at, checkout, coupon, item, key, lanes, minute, reading, sku, usd};
use crate::{app, at_percent};

const WATCHED: i64 = 100_000;
const CROSSED: usize = 1_000;
const ROUNDS: i64 = 5;

/// Takes 5.00 from 10.00 on in the second half of each hour.
fn almanac() -> Almanac {
    let mut almanac = Almanac {
        ladders: Vec::new(),
        ..Almanac::built_in().unwrap()
    };
    for round in 0..ROUNDS {
        let from = minute(u32::try_from(60 * round + 30).unwrap()).instant();
        let civil = |at: Instant| at.moment().strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let ladder = format!(
            r#"{{"schema": "tillwatch/ladder/1", "id": "L{round}", "name": "L", "kind": "code", "currency": "USD",
            "starts": "{}", "ends": "{}", "zone": "UTC", "source": "test", "confidence": "high",
            "tiers": [{{"code": "FIVE{round}", "off": "5.00", "min_spend": "10.00"}}]}}"#,
            civil(from),
            civil(from.plus_seconds(1_800))
        );
        almanac.add(read_ladder(ladder.as_bytes()).unwrap().value);
    }
    almanac
}

/// Takes everything at once, and notes when.
#[derive(Default)]
struct Hands(Mutex<Vec<Clock>>);

impl Notifier for Hands {
    fn channel(&self) -> Channel {
        Channel::Telegram
    }

    fn deliver<'a>(&'a self, _: &'a Address, _: &'a Message, _: Instant) -> Later<'a, Delivery> {
        self.0.lock().unwrap().push(Clock::now());
        Box::pin(std::future::ready(Delivery::Delivered { id: None, moved: None }))
    }
}

pub(crate) fn run() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(&folder.path().join("store.db")).unwrap());
    fill(&store);
    let app = Arc::new(app(store, almanac(), at(1)));
    app.load(at(1)).unwrap();
    app.tend(at(2)).unwrap();
    let hands = Arc::new(Hands::default());
    let post = Post::new(Arc::clone(&app), vec![hands.clone()]);
    for round in 0..ROUNDS {
        let starts = minute(u32::try_from(60 * round + 30).unwrap()).instant();
        let over = AtomicBool::new(false);
        let began = Clock::now();
        std::thread::scope(|scope| {
            scope.spawn(|| deliver(&post, starts, &over));
            let repriced = app.tend(starts).unwrap().repriced;
            let tended = began.elapsed();
            while hands.0.lock().unwrap().len() < CROSSED {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            over.store(true, Ordering::SeqCst);
            println!("a code begins: {repriced} variants are priced anew and recorded in {tended:.2?}");
        });
        let handed: Vec<Clock> = hands.0.lock().unwrap().drain(..).collect();
        let mut late: Vec<f64> = handed
            .iter()
            .map(|handed| handed.duration_since(began).as_secs_f64() * 1e3)
            .collect();
        late.sort_by(f64::total_cmp);
        println!(
            "code's start to hand-over, {WATCHED} watched, {} alerts: first {:.0} ms, p50 {:.0} ms, p99 {:.0} ms, last {:.0} ms",
            late.len(),
            at_percent(&late, 0),
            at_percent(&late, 50),
            at_percent(&late, 99),
            at_percent(&late, 100)
        );
        // It ends, and a day passes until it can be told again.
        app.tend(starts.plus_seconds(1_800)).unwrap();
    }
}

/// The loop that hands alerts over, as long as it is needed.
fn deliver(post: &Post, now: Instant, over: &AtomicBool) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let clock = move || now;
    while !over.load(Ordering::SeqCst) {
        let parcels = post.collect(now, 50).unwrap();
        if parcels.is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        for parcel in &parcels {
            runtime.block_on(post.send(parcel, &clock)).unwrap();
        }
    }
}

/// Fifty listings of each store, each with two coupons and a price of its own; one of a hundred is watched for what the code
/// makes of its price, the others for less.
fn fill(store: &Sqlite) {
    let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
    let coupons: Vec<_> = (0..200)
        .map(|number| coupon(&format!("C{number}"), 10 + number))
        .collect();
    let wanted: Vec<_> = (0..WATCHED).map(|number| (key(number), Some(sku("1200")))).collect();
    let mut checks = Vec::new();
    for (number, (listing, variant)) in (0..).zip(store.track_all(&wanted, at(0)).unwrap()) {
        let home = number / 50;
        let first = usize::try_from(home % 199).unwrap();
        let mut own = checkout(0, 2_000 + number % 5_000, &coupons[first..first + 2]);
        let line = &mut own.lines[0];
        line.item = item(number);
        line.title = Some(format!("Lamp {number} of brass, with a shade of linen"));
        line.store = Some(StoreId::parse(&format!("9120{home:04}")).unwrap());
        let lanes = Lanes::of(&own, &rules).unwrap_or(lanes(1_000));
        let target = if number % 100 == 0 {
            lanes.code.minor() - 500
        } else {
            100
        };
        let watch = NewWatch {
            channels: vec![NewChannel {
                address: format!("telegram:{}", number + 1),
                confirmed: true,
            }],
            settings: tillwatch_core::alert::Settings {
                rearm: tillwatch_core::alert::Rearm::After(0),
                ..Default::default()
            },
            ..NewWatch::of(variant, Lane::Code, Some(usd(target)))
        };
        store.add_watch(&watch, at(0)).unwrap();
        let mut check: Check = reading(listing, variant, 0, 1_000);
        let priced = &mut check.prices[0];
        priced.lanes = lanes;
        priced.terms.rules.clone_from(&rules.id);
        priced.checkout = Some(own);
        checks.push(check);
    }
    for some in checks.chunks(5_000) {
        store.record_checks(some).unwrap();
    }
    store.take_touched().unwrap();
}
