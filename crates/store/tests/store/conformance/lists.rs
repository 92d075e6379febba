//! The cases of lists, their secrets and invitations, each under the name of its method.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use tillwatch_app::ports::store::{
    CHANNELS_OF_A_WATCH, Former, Hash, ListId, ListOf, NewChannel, NewWatch, RULES_OF_A_WATCH, Rest, SECRETS_OF_A_LIST,
    Store, StoreError, WATCHES_OF_A_LIST, WatchId,
};
use tillwatch_core::alert::{Fall, Rule, State};
use tillwatch_core::history::{Lane, Period};
use tillwatch_core::snapshot::Outcome;

use super::alerts::{MAIL, PHONE, alerted, crossings, dead, leased, watched};
use crate::common::{at, check, key, reading, track, usd};

const SECRET: Hash = [1; 32];
const OTHER: Hash = [2; 32];

#[track_caller]
fn refused<T>(answer: Result<T, StoreError>, words: &str) {
    let Some(StoreError::Refused(told)) = answer.err() else {
        panic!("it was not refused");
    };
    assert!(told.contains(words), "{told}");
}

/// A wish with a target and one channel.
fn wish(store: &dyn Store, number: i64, address: &str) -> NewWatch {
    let (_, variant) = track(store, number);
    NewWatch {
        channels: vec![channel(address)],
        ..NewWatch::of(variant, Lane::Public, Some(usd(900)))
    }
}

fn channel(address: &str) -> NewChannel {
    NewChannel {
        address: address.into(),
        confirmed: true,
    }
}

fn add(store: &dyn Store, list: ListId, number: i64, address: &str) -> WatchId {
    let (id, is_new) = store.add_to_list(list, &wish(store, number, address), at(1)).unwrap();
    assert!(is_new);
    id
}

fn of(store: &dyn Store, secret: &Hash) -> ListOf {
    store.list(secret).unwrap().unwrap()
}

fn ids(store: &dyn Store, secret: &Hash) -> Vec<WatchId> {
    of(store, secret).watches.iter().map(|listed| listed.watch.id).collect()
}

pub(crate) fn open_list(store: &dyn Store) {
    let first = store.open_list(&SECRET, at(0)).unwrap();
    let second = store.open_list(&OTHER, at(1)).unwrap();
    assert_ne!(first, second);
    assert!(store.open_list(&SECRET, at(2)).is_err(), "a secret opens one list");
    assert!(store.remove_list(second).unwrap());
    let third = store.open_list(&[3; 32], at(3)).unwrap();
    assert_ne!(third, second, "numbers are never used again");
}

pub(crate) fn list(store: &dyn Store) {
    assert_eq!(store.list(&SECRET).unwrap(), None);
    let id = store.open_list(&SECRET, at(5)).unwrap();
    let empty = ListOf {
        id,
        name: None,
        since: at(5),
        watches: vec![],
    };
    assert_eq!(of(store, &SECRET), empty);
    let (listing, variant) = track(store, 1);
    let watch = add(store, id, 1, PHONE);
    let unread = of(store, &SECRET).watches.remove(0);
    assert_eq!((unread.watch.id, unread.watch.list), (watch, Some(id)));
    assert_eq!((unread.latest, unread.last_check), (None, None));
    store
        .record_checks(&[
            reading(listing, variant, 10, 1_000),
            check(listing, 20, Outcome::Blocked),
        ])
        .unwrap();
    let read = of(store, &SECRET).watches.remove(0);
    assert_eq!(read.watch, store.watch(watch).unwrap().unwrap());
    assert_eq!(read.watch.key, key(1));
    let tracked = store.tracked_one(listing).unwrap().unwrap();
    assert_eq!(read.latest, tracked.variants[0].latest);
    assert_eq!(read.last_check.unwrap().outcome, Outcome::Blocked);
    assert_eq!(store.list(&OTHER).unwrap(), None);
}

pub(crate) fn add_to_list(store: &dyn Store) {
    let list = store.open_list(&SECRET, at(0)).unwrap();
    let wish = wish(store, 1, PHONE);
    let (first, is_new) = store.add_to_list(list, &wish, at(0)).unwrap();
    assert!(is_new);
    assert_eq!(store.add_to_list(list, &wish, at(1)).unwrap(), (first, false));
    let (listing, _) = track(store, 1);
    assert_eq!(store.take_touched().unwrap(), [listing]);
    // In another list, or outside of any, the same wish is another watch.
    let other = store.open_list(&OTHER, at(0)).unwrap();
    assert_ne!(store.add_to_list(other, &wish, at(1)).unwrap(), (first, false));
    assert_ne!(store.add_watch(&wish, at(1)).unwrap(), first);
    let more = NewWatch {
        rules: vec![Rule::NewLow(Period::All)],
        ..wish.clone()
    };
    assert!(store.add_to_list(list, &more, at(1)).unwrap().1);
    assert!(matches!(
        store.add_to_list(ListId(99), &wish, at(1)),
        Err(StoreError::NotThere(_))
    ));
    let crowd: Vec<NewChannel> = (1..=CHANNELS_OF_A_WATCH + 1)
        .map(|chat| channel(&format!("telegram:{chat}")))
        .collect();
    let crowded = NewWatch {
        channels: crowd,
        ..wish.clone()
    };
    refused(store.add_to_list(list, &crowded, at(1)), "at most 20 channels");
    let strict = NewWatch {
        rules: vec![Rule::Broken; RULES_OF_A_WATCH + 1],
        ..wish.clone()
    };
    refused(store.add_to_list(list, &strict, at(1)), "at most 20");
    for target in 0..WATCHES_OF_A_LIST - 2 {
        let target = usd(1_000 + i64::try_from(target).unwrap());
        let one = NewWatch {
            rules: vec![Rule::Below(target)],
            ..wish.clone()
        };
        store.add_to_list(list, &one, at(2)).unwrap();
    }
    let one_more = NewWatch {
        rules: vec![Rule::Broken],
        ..wish.clone()
    };
    refused(store.add_to_list(list, &one_more, at(1)), "at most 500 watches");
    assert_eq!(store.add_to_list(list, &wish, at(1)).unwrap(), (first, false));
}

pub(crate) fn remove_from_list(store: &dyn Store) {
    let list = store.open_list(&SECRET, at(0)).unwrap();
    let other = store.open_list(&OTHER, at(0)).unwrap();
    let (mine, theirs) = (add(store, list, 1, PHONE), add(store, other, 2, PHONE));
    let (_, nobodys) = watched(store, 3);
    assert!(!store.remove_from_list(list, theirs).unwrap());
    assert!(!store.remove_from_list(list, nobodys).unwrap());
    store.take_touched().unwrap();
    assert!(store.remove_from_list(list, mine).unwrap());
    assert_eq!(store.take_touched().unwrap(), [track(store, 1).0]);
    assert!(!store.remove_from_list(list, mine).unwrap());
    let left: Vec<WatchId> = store.watches().unwrap().iter().map(|watch| watch.id).collect();
    assert_eq!(left, [theirs, nobodys]);
}

pub(crate) fn name_list(store: &dyn Store) {
    let list = store.open_list(&SECRET, at(0)).unwrap();
    assert!(store.name_list(list, Some("For the kitchen")).unwrap());
    assert_eq!(of(store, &SECRET).name.as_deref(), Some("For the kitchen"));
    assert!(store.name_list(list, None).unwrap());
    assert_eq!(of(store, &SECRET).name, None);
    assert!(!store.name_list(ListId(99), Some("Nobody's")).unwrap());
}

pub(crate) fn remove_list(store: &dyn Store) {
    let list = store.open_list(&SECRET, at(0)).unwrap();
    let other = store.open_list(&OTHER, at(0)).unwrap();
    let (mine, theirs) = (add(store, list, 1, PHONE), add(store, other, 1, MAIL));
    add(store, list, 2, "telegram:2");
    let (listing, variant) = track(store, 1);
    store.record_checks(&[reading(listing, variant, 10, 1_000)]).unwrap();
    alerted(store, mine, &[1]);
    alerted(store, theirs, &[1]);
    store.invite(&[5; 32], &[mine], at(60), at(0)).unwrap();
    assert!(store.remove_list(list).unwrap());
    assert!(!store.remove_list(list).unwrap());
    assert_eq!(store.list(&SECRET).unwrap(), None);
    assert_eq!(ids(store, &OTHER), [theirs]);
    assert_eq!(store.watches().unwrap().len(), 1);
    assert_eq!(crossings(&leased(store, 5)), [(theirs, 1)]);
    // What was recorded of the price stays.
    let tracked = store.tracked_one(listing).unwrap().unwrap();
    assert!(tracked.variants[0].latest.is_some());
    // An address that only the list told to is forgotten; one named anew begins as a stranger.
    assert_eq!(store.watches_telling(PHONE).unwrap(), []);
    let again = NewChannel {
        address: PHONE.into(),
        confirmed: false,
    };
    let wish = NewWatch {
        channels: vec![again],
        ..wish(store, 3, PHONE)
    };
    let id = store.add_watch(&wish, at(9)).unwrap();
    assert!(!store.watch(id).unwrap().unwrap().channels[0].confirmed);
    assert_eq!(store.accept(&[5; 32], &channel(PHONE), at(1)).unwrap(), None);
}

pub(crate) fn add_secret(store: &dyn Store) {
    let list = store.open_list(&SECRET, at(0)).unwrap();
    assert!(store.add_secret(list, &OTHER, Former::Stay).unwrap());
    assert_eq!(of(store, &SECRET), of(store, &OTHER));
    let third: Hash = [3; 32];
    assert!(store.add_secret(list, &third, Former::End).unwrap());
    assert_eq!(
        (store.list(&SECRET).unwrap(), store.list(&OTHER).unwrap()),
        (None, None)
    );
    assert_eq!(of(store, &third).id, list);
    assert!(!store.add_secret(ListId(99), &SECRET, Former::End).unwrap());
    assert!(store.list(&third).unwrap().is_some());
    for number in 1..SECRETS_OF_A_LIST {
        let secret = [100 + u8::try_from(number).unwrap(); 32];
        store.add_secret(list, &secret, Former::Stay).unwrap();
    }
    refused(store.add_secret(list, &SECRET, Former::Stay), "at most 20 addresses");
    assert!(store.add_secret(list, &SECRET, Former::End).unwrap());
}

pub(crate) fn list_log(store: &dyn Store) {
    let list = store.open_list(&SECRET, at(0)).unwrap();
    let (first, second) = (add(store, list, 1, PHONE), add(store, list, 2, PHONE));
    let (_, outside) = watched(store, 3);
    for (watch, crossing) in [(first, 1), (outside, 1), (second, 1), (first, 2)] {
        alerted(store, watch, &[crossing]);
    }
    let log = store.list_log(list, 10).unwrap();
    let told: Vec<_> = log.iter().map(|one| (one.watch, one.crossing)).collect();
    assert_eq!(told, [(first, 2), (second, 1), (first, 1)]);
    assert_eq!(log[0], store.alert_log(first, 1).unwrap()[0]);
    assert_eq!(store.list_log(list, 2).unwrap(), log[..2]);
    assert_eq!(store.list_log(ListId(99), 9).unwrap(), []);
}

pub(crate) fn invite(store: &dyn Store) {
    let (_, watch) = watched(store, 1);
    let gone = store.invite(&SECRET, &[watch, WatchId(99)], at(60), at(0));
    assert!(matches!(gone, Err(StoreError::NotThere(_))));
    assert_eq!(store.accept(&SECRET, &channel("telegram:2"), at(1)).unwrap(), None);
    store.invite(&SECRET, &[watch], at(60), at(0)).unwrap();
    store.invite(&OTHER, &[watch], at(60), at(61)).unwrap();
    assert_eq!(store.accept(&SECRET, &channel("telegram:2"), at(1)).unwrap(), None);
}

pub(crate) fn accept(store: &dyn Store) {
    let list = store.open_list(&SECRET, at(0)).unwrap();
    let (first, second) = (add(store, list, 1, "telegram:5"), add(store, list, 2, "telegram:5"));
    alerted(store, first, &[1]);
    let silent = NewWatch {
        channels: vec![],
        ..wish(store, 3, PHONE)
    };
    let silent = store.add_to_list(list, &silent, at(0)).unwrap().0;
    alerted(store, silent, &[1, 2]);
    let all = [silent, first, second];
    store.invite(&OTHER, &all, at(60), at(0)).unwrap();
    assert_eq!(store.accept(&SECRET, &channel(PHONE), at(5)).unwrap(), None);
    assert_eq!(
        store.accept(&OTHER, &channel(PHONE), at(59)).unwrap(),
        Some(vec![first, second, silent])
    );
    assert_eq!(
        store.accept(&OTHER, &channel(PHONE), at(59)).unwrap(),
        None,
        "it is taken once"
    );
    for watch in all {
        let channels = store.watch(watch).unwrap().unwrap().channels;
        assert!(
            channels
                .iter()
                .any(|channel| channel.address == PHONE && channel.confirmed)
        );
    }
    // What nobody was told is told now; what somebody was is not.
    let parcels = leased(store, 59);
    let to_phone: Vec<_> = parcels
        .iter()
        .filter(|parcel| parcel.address == PHONE)
        .cloned()
        .collect();
    assert_eq!(crossings(&to_phone), [(silent, 1), (silent, 2)]);
    // Whoever was gone and comes again is told again.
    store.settle(to_phone[0].id, &dead("blocked", true), at(60)).unwrap();
    store.invite(&OTHER, &[silent], at(90), at(60)).unwrap();
    store.accept(&OTHER, &channel(PHONE), at(61)).unwrap();
    assert_eq!(store.watch(silent).unwrap().unwrap().channels[0].paused, None);
    // Too late, or after its watches are gone.
    store.invite(&OTHER, &all, at(90), at(60)).unwrap();
    assert_eq!(store.accept(&OTHER, &channel(PHONE), at(90)).unwrap(), None);
    store.invite(&OTHER, &all, at(90), at(60)).unwrap();
    store.remove_watch(first).unwrap();
    let left = store.accept(&OTHER, &channel("telegram:7"), at(61)).unwrap();
    assert_eq!(left, Some(vec![second, silent]));
    // All of them or none.
    for chat in 100..118 {
        store.invite(&OTHER, &[silent], at(90), at(60)).unwrap();
        let bound = store
            .accept(&OTHER, &channel(&format!("telegram:{chat}")), at(61))
            .unwrap();
        assert!(bound.is_some());
    }
    store.invite(&OTHER, &[second, silent], at(90), at(60)).unwrap();
    refused(
        store.accept(&OTHER, &channel("telegram:8"), at(61)),
        "at most 20 channels",
    );
    assert_eq!(store.watches_telling("telegram:8").unwrap(), []);
}

pub(crate) fn watches_telling(store: &dyn Store) {
    let (_, first) = watched(store, 1);
    let list = store.open_list(&SECRET, at(0)).unwrap();
    let second = add(store, list, 2, PHONE);
    add(store, list, 3, "telegram:3");
    let telling = store.watches_telling(PHONE).unwrap();
    assert_eq!(
        telling.iter().map(|watch| watch.id).collect::<Vec<_>>(),
        [first, second]
    );
    assert_eq!(telling[0], store.watch(first).unwrap().unwrap());
    assert_eq!(store.watches_telling("telegram:4").unwrap(), []);
}

pub(crate) fn change_rules(store: &dyn Store) {
    let (listing, watch) = watched(store, 1);
    alerted(store, watch, &[1]);
    store.take_touched().unwrap();
    let rules = || -> Vec<(u32, Rule, bool)> {
        let ruled = store.watch(watch).unwrap().unwrap().rules;
        let row = |ruled: &tillwatch_app::ports::store::Ruled| (ruled.number, ruled.rule, ruled.state == State::FRESH);
        ruled.iter().map(row).collect()
    };
    let (target, low) = (Rule::Below(usd(900)), Rule::NewLow(Period::Days(30)));
    assert_eq!(rules(), [(0, target, false), (1, low, true)]);
    // What stays keeps its state, and no number comes twice.
    let lower = Rule::Below(usd(850));
    assert!(store.change_rules(watch, &[lower, target]).unwrap());
    assert_eq!(store.take_touched().unwrap(), [listing]);
    assert_eq!(rules(), [(0, target, false), (2, lower, true)]);
    assert!(store.change_rules(watch, &[low]).unwrap());
    assert_eq!(rules(), [(3, low, true)]);
    // A step of a rule that is gone meanwhile tells nothing.
    leased(store, 5);
    alerted(store, watch, &[2]);
    assert_eq!(store.alert_log(watch, 9).unwrap().len(), 1);
    refused(store.change_rules(watch, &[Rule::Drop(Fall::By(usd(0)))]), "no target");
    refused(
        store.change_rules(watch, &vec![low; RULES_OF_A_WATCH + 1]),
        "at most 20",
    );
    assert!(store.change_rules(watch, &[]).unwrap());
    assert_eq!(rules(), []);
    assert!(!store.change_rules(WatchId(99), &[low]).unwrap());
    assert!(store.rest_watch(watch, Rest::Awake).unwrap());
}
