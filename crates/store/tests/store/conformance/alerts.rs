//! The cases of alerts, of the outbox and of channels, each under the name of its method.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use tillwatch_app::ports::store::{
    Alert, ChannelOf, Decided, Fate, ListingId, Logged, NewChannel, NewWatch, OutboxFigures, Parcel, ParcelId, Rest,
    Settled, Store, WatchId,
};
use tillwatch_app::token::Token;
use tillwatch_core::alert::{Rule, Settings, Stage, State};
use tillwatch_core::history::{Lane, Period};

use crate::common::{at, usd};

pub(super) const PHONE: &str = "telegram:1";
pub(super) const MAIL: &str = "mailto:a@example.org";

/// A watch with two rules that tells a phone, and a mailbox that has not agreed yet.
pub(super) fn watched(store: &dyn Store, number: i64) -> (ListingId, WatchId) {
    let (listing, variant) = crate::common::track(store, number);
    let channel = |address: &str, confirmed| NewChannel {
        address: address.into(),
        confirmed,
    };
    let watch = NewWatch {
        rules: vec![Rule::Below(usd(900)), Rule::NewLow(Period::Days(30))],
        settings: Settings {
            misses: 3,
            ..Settings::default()
        },
        channels: vec![channel(PHONE, true), channel(MAIL, false)],
        ..NewWatch::of(variant, Lane::Public, None)
    };
    let id = store.add_watch(&watch, at(0)).unwrap();
    store.take_touched().unwrap();
    (listing, id)
}

fn fired(crossings: u32) -> State {
    State {
        stage: Stage::Fired { at: at(crossings) },
        told: Some(usd(880)),
        crossings,
    }
}

/// A crossing of the first rule.
fn decided(watch: WatchId, crossing: u32) -> Decided {
    Decided {
        watch,
        rule: 0,
        state: fired(crossing),
        alert: Some(Alert {
            crossing,
            at: at(crossing),
            due: at(crossing),
            notice: format!("{{\"crossing\":{crossing}}}"),
        }),
    }
}

pub(super) fn alerted(store: &dyn Store, watch: WatchId, crossings: &[u32]) {
    let all: Vec<Decided> = crossings.iter().map(|crossing| decided(watch, *crossing)).collect();
    store.record_alerts(&all).unwrap();
}

/// What can be had at a moment, for ten minutes.
pub(super) fn leased(store: &dyn Store, after: u32) -> Vec<Parcel> {
    store.lease(at(after), at(after + 10), 100).unwrap()
}

pub(super) fn crossings(parcels: &[Parcel]) -> Vec<(WatchId, u32)> {
    parcels.iter().map(|parcel| (parcel.watch, parcel.crossing)).collect()
}

pub(super) fn dead(why: &str, gone: bool) -> Settled {
    Settled::Dead { why: why.into(), gone }
}

fn fates(store: &dyn Store, watch: WatchId) -> Vec<Vec<Fate>> {
    let log = store.alert_log(watch, 100).unwrap();
    let of = |logged: Logged| logged.letters.into_iter().map(|letter| letter.fate).collect();
    log.into_iter().map(of).collect()
}

pub(crate) fn record_alerts(store: &dyn Store) {
    let (listing, watch) = watched(store, 1);
    alerted(store, watch, &[1]);
    assert_eq!(store.take_touched().unwrap(), [listing]);
    let standing = |watch| store.watch(watch).unwrap().unwrap();
    let states: Vec<State> = standing(watch).rules.iter().map(|ruled| ruled.state).collect();
    assert_eq!(states, [fired(1), State::FRESH]);
    assert_eq!(standing(watch).rules[1].rule, Rule::NewLow(Period::Days(30)));
    assert_eq!(
        (standing(watch).settings.misses, standing(watch).rest),
        (3, Rest::Awake)
    );
    let channel = |address: &str, confirmed| ChannelOf {
        address: address.into(),
        confirmed,
        paused: None,
        asked: None,
    };
    assert_eq!(standing(watch).channels, [channel(PHONE, true), channel(MAIL, false)]);
    let tracked = store.tracked_one(listing).unwrap().unwrap();
    let [one] = tracked.variants[0].watches.as_slice() else {
        panic!("{:?}", tracked.variants);
    };
    assert_eq!(
        (one.id, one.lane, &one.rules),
        (watch, Lane::Public, &standing(watch).rules)
    );

    // The same crossing again, a step that tells nothing, and a watch and a rule that are gone: one parcel in all.
    let armed = Decided {
        state: State {
            stage: Stage::Armed,
            ..fired(1)
        },
        alert: None,
        ..decided(watch, 1)
    };
    let gone = Decided {
        rule: 7,
        ..decided(watch, 2)
    };
    let nobody = decided(WatchId(99), 1);
    store.record_alerts(&[decided(watch, 1), armed, gone, nobody]).unwrap();
    assert_eq!(standing(watch).rules[0].state.stage, Stage::Armed);
    assert_eq!(crossings(&leased(store, 5)), [(watch, 1)]);
    assert_eq!(store.alert_log(watch, 9).unwrap().len(), 1);
}

/// H189.
pub(crate) fn lease(store: &dyn Store) {
    let (_, first) = watched(store, 1);
    let (_, second) = watched(store, 2);
    assert_eq!(leased(store, 0), []);
    alerted(store, first, &[1]);
    alerted(store, second, &[1]);
    let held = Decided {
        alert: decided(first, 2).alert.map(|alert| Alert { due: at(60), ..alert }),
        ..decided(first, 2)
    };
    store.record_alerts(&[held]).unwrap();
    alerted(store, second, &[2]);
    assert_eq!(leased(store, 0), []);
    let of_phone = store.lease(at(5), at(15), 1).unwrap();
    assert_eq!(crossings(&of_phone), [(first, 1), (second, 1), (second, 2)]);
    let parcel = &of_phone[0];
    assert_eq!((parcel.address.as_str(), parcel.rule, parcel.attempts), (PHONE, 0, 0));
    assert_eq!((parcel.at, parcel.notice.as_str()), (at(1), "{\"crossing\":1}"));
    // None overtakes the one that is in hand; after its time anybody may have it.
    assert_eq!(leased(store, 6), []);
    assert_eq!(crossings(&leased(store, 15)), [(first, 1), (second, 1), (second, 2)]);
    for parcel in leased(store, 30) {
        store
            .settle(parcel.id, &Settled::Delivered { id: None }, at(31))
            .unwrap();
    }
    // What is held until later holds up nothing, and comes then.
    assert_eq!(crossings(&leased(store, 60)), [(first, 2)]);
    // So many addresses are served at a time, each with all that is due for it.
    let token = Token::new([1; 16]);
    store.ask_confirmation(MAIL, &[7; 32], &token, at(60)).unwrap();
    store.confirm(&token.hash(), at(60)).unwrap();
    alerted(store, second, &[3, 4]);
    let addresses = || {
        let parcels = store.lease(at(90), at(100), 1).unwrap();
        parcels.into_iter().map(|parcel| parcel.address).collect::<Vec<_>>()
    };
    let (one, other) = (addresses(), addresses());
    assert_eq!(
        (one.len(), other.len()),
        (3, 6),
        "the mailbox also gets what waited for its owner"
    );
    assert!(one.iter().all(|address| address == PHONE) && other.iter().all(|address| address == MAIL));
}

pub(crate) fn hasten(store: &dyn Store) {
    let (_, watch) = watched(store, 1);
    alerted(store, watch, &[1, 2]);
    let held = Decided {
        alert: decided(watch, 3).alert.map(|alert| Alert { due: at(90), ..alert }),
        ..decided(watch, 3)
    };
    store.record_alerts(&[held]).unwrap();
    let later = Settled::Later {
        at: at(60),
        why: "out of reach".into(),
    };
    for parcel in leased(store, 5) {
        store.settle(parcel.id, &later, at(6)).unwrap();
    }
    assert_eq!(leased(store, 20), []);
    assert_eq!(
        store.hasten("mailto:", at(20)).unwrap(),
        0,
        "nothing waits for a mailbox"
    );
    assert_eq!(store.hasten("telegram:", at(20)).unwrap(), 2);
    // What is held until later, and was never tried, stays held.
    assert_eq!(crossings(&leased(store, 20)), [(watch, 1), (watch, 2)]);
    assert_eq!(store.hasten("telegram:", at(20)).unwrap(), 0);
}

pub(crate) fn settle(store: &dyn Store) {
    let (_, watch) = watched(store, 1);
    alerted(store, watch, &[1, 2, 3]);
    let parcels = leased(store, 5);
    let later = Settled::Later {
        at: at(20),
        why: "slow down".into(),
    };
    assert!(store.settle(parcels[0].id, &later, at(6)).unwrap());
    // The later ones wait for the one that is tried again.
    assert_eq!(leased(store, 16), []);
    let again = leased(store, 20);
    assert_eq!((crossings(&again)[0], again[0].attempts), ((watch, 1), 1));
    let delivered = Settled::Delivered { id: Some("77".into()) };
    assert!(store.settle(parcels[0].id, &delivered, at(21)).unwrap());
    assert!(!store.settle(parcels[0].id, &delivered, at(22)).unwrap());
    assert!(!store.settle(ParcelId(999), &later, at(22)).unwrap());
    // An address that is no more takes what waits for it with it, and gets nothing of this watch again.
    assert!(
        store
            .settle(parcels[1].id, &dead("blocked by the user", true), at(23))
            .unwrap()
    );
    alerted(store, watch, &[4]);
    assert_eq!(leased(store, 60), []);
    let gone = Fate::Dead {
        at: at(23),
        why: "blocked by the user".into(),
    };
    let has = Fate::Delivered {
        at: at(21),
        id: Some("77".into()),
    };
    assert_eq!(fates(store, watch), [vec![], vec![gone.clone()], vec![gone], vec![has]]);
    let paused = store.watch(watch).unwrap().unwrap().channels.remove(0).paused;
    assert_eq!(paused.as_deref(), Some("blocked by the user"));
}

pub(crate) fn outbox(store: &dyn Store) {
    assert_eq!(store.outbox(at(0)).unwrap(), OutboxFigures::default());
    let (_, watch) = watched(store, 1);
    alerted(store, watch, &[1, 2, 9]);
    let parcels = leased(store, 5);
    store
        .settle(parcels[0].id, &dead("no such chat", false), at(5))
        .unwrap();
    let figures = OutboxFigures {
        waiting: 2,
        due: 1,
        oldest_due: Some(at(2)),
        dead: 1,
    };
    assert_eq!(store.outbox(at(6)).unwrap(), figures);
}

pub(crate) fn dead_letters(store: &dyn Store) {
    let (_, watch) = watched(store, 1);
    alerted(store, watch, &[1, 2]);
    for parcel in leased(store, 5) {
        store.settle(parcel.id, &dead("no such chat", false), at(6)).unwrap();
    }
    let letters = store.dead_letters(10).unwrap();
    let told: Vec<_> = letters
        .iter()
        .map(|letter| (letter.watch, letter.at, letter.address.as_str(), letter.attempts))
        .collect();
    assert_eq!(told, [(watch, at(2), PHONE, 1), (watch, at(1), PHONE, 1)]);
    assert_eq!(letters[0].notice, "{\"crossing\":2}");
    assert_eq!(store.dead_letters(1).unwrap(), letters[..1]);
}

pub(crate) fn resend(store: &dyn Store) {
    let (_, watch) = watched(store, 1);
    alerted(store, watch, &[1]);
    let id = leased(store, 5)[0].id;
    assert!(!store.resend(id, at(6)).unwrap());
    store.settle(id, &dead("no such chat", false), at(6)).unwrap();
    assert!(store.resend(id, at(7)).unwrap());
    assert!(!store.resend(id, at(7)).unwrap());
    let again = leased(store, 7);
    assert_eq!((again[0].id, again[0].attempts), (id, 0));
    store.settle(id, &Settled::Delivered { id: None }, at(8)).unwrap();
    assert!(!store.resend(id, at(9)).unwrap());
    assert_eq!(store.dead_letters(9).unwrap(), []);
}

pub(crate) fn alert_log(store: &dyn Store) {
    let (_, watch) = watched(store, 1);
    let (_, other) = watched(store, 2);
    alerted(store, watch, &[1, 2]);
    alerted(store, other, &[1]);
    let log = store.alert_log(watch, 10).unwrap();
    let told: Vec<_> = log.iter().map(|one| (one.rule, one.crossing, one.at)).collect();
    assert_eq!(told, [(0, 2, at(2)), (0, 1, at(1))]);
    assert_eq!(log[0].notice, "{\"crossing\":2}");
    let waits = Fate::Waiting { due: at(2), why: None };
    assert_eq!(fates(store, watch)[0], [waits]);
    assert_eq!(store.alert_log(watch, 1).unwrap(), log[..1]);
    store.remove_watch(watch).unwrap();
    assert_eq!(store.alert_log(watch, 10).unwrap(), []);
    // Nothing of a watch that is gone is sent.
    assert_eq!(crossings(&leased(store, 5)), [(other, 1)]);
}

pub(crate) fn rest_watch(store: &dyn Store) {
    let (listing, watch) = watched(store, 1);
    alerted(store, watch, &[1]);
    store.take_touched().unwrap();
    assert!(store.rest_watch(watch, Rest::Until(at(60))).unwrap());
    assert_eq!(store.take_touched().unwrap(), [listing]);
    let tracked = store.tracked_one(listing).unwrap().unwrap();
    assert_eq!(tracked.variants[0].watches[0].rest, Rest::Until(at(60)));
    // It counts at once, also for whoever decides and does not know of it yet.
    alerted(store, watch, &[2]);
    assert_eq!(leased(store, 59), []);
    assert_eq!(leased(store, 60).len(), 2);
    assert!(store.rest_watch(watch, Rest::Stopped).unwrap());
    alerted(store, watch, &[3]);
    assert_eq!(leased(store, 99), []);
    assert_eq!(store.watch(watch).unwrap().unwrap().rest, Rest::Stopped);
    assert!(store.rest_watch(watch, Rest::Awake).unwrap());
    alerted(store, watch, &[4]);
    let parcel = leased(store, 99).remove(0);
    assert_eq!(parcel.crossing, 4);
    // Waking a watch also tries again what was gone.
    store.settle(parcel.id, &dead("blocked", true), at(100)).unwrap();
    store.rest_watch(watch, Rest::Awake).unwrap();
    assert_eq!(store.watch(watch).unwrap().unwrap().channels[0].paused, None);
    assert!(!store.rest_watch(WatchId(99), Rest::Stopped).unwrap());
}
