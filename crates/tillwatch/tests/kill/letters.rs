//! What the killed program tells: codes that come and go, the receiver of a webhook that outlives every kill, and what has
//! arrived there held against what the store has of it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::post;
use tillwatch_app::App;
use tillwatch_app::outbox::{Post, Sent};
use tillwatch_app::ports::store::{Fate, NewChannel, NewWatch, Store, VariantId, WatchId};
use tillwatch_core::alert::{Fall, Rearm, Rule, Settings, read_notice};
use tillwatch_core::almanac::{Almanac, read_ladder};
use tillwatch_core::history::Lane;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::notifiers::webhook::Webhook;
use tillwatch_store::Sqlite;

use super::{Ear, Event};

/// Seconds from one code to the next; each lasts half as long.
const ROUND: i64 = 240;

/// So many codes; the days of the program are shorter.
const CODES: i64 = 200;

/// Addresses at the receiver.
const PATHS: i64 = 7;

/// What is known of discounts: a code that comes and goes.
pub(super) fn almanac(began: Instant) -> Almanac {
    let mut almanac = Almanac::built_in().unwrap();
    for number in 0..CODES {
        let from = began.plus_seconds(number * ROUND);
        let until = from.plus_seconds(ROUND / 2);
        let civil = |at: Instant| at.moment().strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let ladder = format!(
            r#"{{"schema": "tillwatch/ladder/1", "id": "L{number}", "name": "L", "kind": "code", "currency": "USD",
            "starts": "{}", "ends": "{}", "zone": "UTC", "source": "test", "confidence": "high",
            "tiers": [{{"code": "C{number}", "off": "1.50", "min_spend": "2.00"}}]}}"#,
            civil(from),
            civil(until)
        );
        almanac.add(read_ladder(ladder.as_bytes()).unwrap().value);
    }
    almanac
}

/// A watch that is told of every code.
pub(super) fn watch(store: &Sqlite, variant: VariantId, receiver: &str, now: Instant) -> WatchId {
    let watch = NewWatch {
        variant,
        lane: Lane::Code,
        rules: vec![Rule::Drop(Fall::By(Money::new(100, Currency::USD)))],
        settings: Settings {
            rearm: Rearm::After(0),
            ..Settings::default()
        },
        channels: vec![NewChannel {
            address: format!("webhook+http://{receiver}/{}#secret", variant.0 % PATHS),
            confirmed: true,
        }],
    };
    store.add_watch(&watch, now).unwrap()
}

/// The webhook as the channel.
pub(super) fn office(app: Arc<App>, receiver: &str) -> Post {
    let reach = Reach {
        hosts: Vec::new(),
        private: vec![Place::parse(receiver).unwrap()],
    };
    Post::new(app, vec![Arc::new(Webhook::new(Client::new(None, reach).unwrap()))])
}

/// Sends what is due, one after another, so that a kill can hit one alone; how many the receiver has taken.
pub(super) async fn send_due(post: &Post, clock: &(dyn Fn() -> Instant + Sync)) -> usize {
    let mut taken = 0;
    for parcel in post.collect(clock(), 1).unwrap() {
        let tried = post.send(&parcel, clock).await.unwrap();
        assert_eq!(tried.sent, Sent::Delivered);
        taken += 1;
    }
    taken
}

/// What has arrived since it was last asked for: when it was sent, in the program's seconds, and its reference.
pub(super) type Inbox = Arc<Mutex<Vec<(i64, String)>>>;

/// Opens the receiver in this process; it tells of each visit.
pub(super) async fn receive(ear: &Ear) -> (String, Inbox) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let inbox = Inbox::default();
    let (ear, letters) = (Arc::clone(ear), Arc::clone(&inbox));
    let take = move |headers: HeaderMap, body: String| {
        let sent = headers["webhook-timestamp"].to_str().unwrap().parse().unwrap();
        let reference = read_notice(body.as_bytes()).unwrap().reference;
        letters.lock().unwrap().push((sent, reference));
        if let Some(ear) = ear.lock().unwrap().as_ref() {
            let _ = ear.send(Event::Visit);
        }
        std::future::ready(())
    };
    let router = Router::new().route("/{path}", post(take));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, inbox)
}

/// What arrived over all lives.
#[derive(Default)]
pub(super) struct Letters {
    arrived: HashMap<String, u32>,
    /// Those of which the store knew that they had arrived.
    recorded: HashSet<String>,
}

impl Letters {
    /// After a kill: nothing came twice in the life that began at a second, and nothing that was recorded came again.
    pub(super) fn take(&mut self, inbox: &Inbox, store: &Sqlite, began: i64) {
        let (mut of_life, mut touched) = (HashSet::new(), HashSet::new());
        for (sent, reference) in inbox.lock().unwrap().drain(..) {
            assert!(!self.recorded.contains(&reference), "{reference} had been acknowledged");
            // What the former life had sent may be read from the connection after its end.
            let is_own = sent > began;
            assert!(
                !is_own || of_life.insert(reference.clone()),
                "{reference} twice without a kill"
            );
            touched.insert(watch_of(&reference));
            *self.arrived.entry(reference).or_default() += 1;
        }
        for watch in touched {
            self.recorded.extend(delivered(store, WatchId(watch)));
        }
    }

    pub(super) fn repeats(&self) -> u64 {
        self.arrived.values().map(|times| u64::from(*times - 1)).sum()
    }

    /// At the end: every alert has arrived, and for every crossing that a rule counts there is one.
    pub(super) fn nothing_is_lost(&self, store: &Sqlite) -> usize {
        let mut all = 0;
        for watch in store.watches().unwrap() {
            let of_watch = delivered(store, watch.id);
            let [ruled] = watch.rules.as_slice() else {
                panic!("{watch:?}")
            };
            assert_eq!(
                of_watch.len(),
                usize::try_from(ruled.state.crossings).unwrap(),
                "{watch:?}"
            );
            for reference in of_watch {
                assert!(self.arrived.contains_key(&reference), "{reference} is lost");
                all += 1;
            }
        }
        assert_eq!(all, self.arrived.len());
        all
    }
}

fn watch_of(reference: &str) -> i64 {
    reference.split('.').next().unwrap().parse().unwrap()
}

/// The references of a watch that the store has as delivered.
fn delivered(store: &Sqlite, watch: WatchId) -> Vec<String> {
    let log = store.alert_log(watch, 1_000_000).unwrap();
    let arrived = log.iter().filter(|one| {
        let [letter] = one.letters.as_slice() else {
            panic!("{one:?}")
        };
        matches!(letter.fate, Fate::Delivered { .. })
    });
    arrived
        .map(|one| format!("{}.{}.{}", watch.0, one.rule, one.crossing))
        .collect()
}
