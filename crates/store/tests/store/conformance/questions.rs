//! The cases of questions to mailboxes, and of those that want nothing, each under the name of its method.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use tillwatch_app::ports::store::{
    Asked, Asking, Fate, Former, Hash, ListId, NewChannel, NewWatch, Question, Rest, Settled, Store, StoreError,
};
use tillwatch_app::token::Token;
use tillwatch_core::history::Lane;
use tillwatch_core::instant::Instant;

use super::alerts::{MAIL, PHONE, alerted, dead, leased, watched};
use crate::common::{at, track};

/// The mailbox behind the address of the tests.
const BOX: Hash = [7; 32];

/// The same mailbox, written with a plus.
const ALIAS: &str = "mailto:a+b@example.org";

/// So many hours after the beginning.
fn hours(after: u32) -> Instant {
    at(after * 60)
}

fn token(number: u8) -> Token {
    Token::new([number; 16])
}

fn ask(store: &dyn Store, number: u8, hour: u32) -> Asked {
    store.ask_confirmation(MAIL, &BOX, &token(number), hours(hour)).unwrap()
}

/// The questions that can be had at an hour, for one.
fn due(store: &dyn Store, hour: u32) -> Vec<Question> {
    store.lease_questions(hours(hour), hours(hour + 1), 9).unwrap()
}

/// What became of the last question to the mailbox of the first watch.
fn fate(store: &dyn Store) -> Option<Fate> {
    let channels = store.watches().unwrap().remove(0).channels;
    channels.into_iter().find(|one| one.address == MAIL).unwrap().asked
}

pub(crate) fn ask_confirmation(store: &dyn Store) {
    watched(store, 1);
    assert_eq!(fate(store), None);
    assert_eq!(ask(store, 1, 0), Asked::Ask);
    assert_eq!(ask(store, 2, 23), Asked::NotBefore(hours(24)));
    assert_eq!((ask(store, 3, 24), ask(store, 4, 48)), (Asked::Ask, Asked::Ask));
    assert_eq!(ask(store, 5, 100), Asked::NotBefore(hours(30 * 24)));
    // Another address of the same mailbox counts as the same, another mailbox does not.
    let (_, variant) = track(store, 2);
    let mail = |address: &str| NewWatch {
        channels: vec![NewChannel {
            address: address.into(),
            confirmed: false,
        }],
        ..NewWatch::of(variant, Lane::Public, None)
    };
    store.add_watch(&mail(ALIAS), at(0)).unwrap();
    let other = |mailbox| store.ask_confirmation(ALIAS, &mailbox, &token(6), hours(100)).unwrap();
    assert_eq!(other(BOX), Asked::NotBefore(hours(30 * 24)));
    assert_eq!(other([8; 32]), Asked::Ask);
    assert_eq!(ask(store, 7, 30 * 24 + 1), Asked::Ask);
    let phone = store.ask_confirmation(PHONE, &[9; 32], &token(8), hours(0));
    assert_eq!(phone.unwrap(), Asked::Confirmed);
    let nobody = store.ask_confirmation("mailto:b@example.org", &[9; 32], &token(8), hours(0));
    assert!(matches!(nobody, Err(StoreError::NotThere(_))));
    store.suppress(MAIL, &BOX).unwrap();
    assert_eq!(ask(store, 9, 90 * 24), Asked::Unwanted);
}

pub(crate) fn lease_questions(store: &dyn Store) {
    watched(store, 1);
    assert_eq!(due(store, 0), []);
    ask(store, 1, 1);
    let question = due(store, 1).remove(0);
    assert_eq!((question.address.as_str(), &question.token), (MAIL, &token(1)));
    assert_eq!((question.at, question.attempts), (hours(1), 0));
    assert_eq!(store.lease_questions(hours(1), hours(2), 9).unwrap(), []);
    assert_eq!(due(store, 2).len(), 1, "after its time anybody may have it");
    ask(store, 2, 25);
    assert_eq!(store.lease_questions(hours(30), hours(31), 1).unwrap().len(), 1);
}

pub(crate) fn settle_question(store: &dyn Store) {
    watched(store, 1);
    ask(store, 1, 0);
    let question = due(store, 0).remove(0);
    let later = Settled::Later {
        at: hours(2),
        why: "slow down".into(),
    };
    assert!(store.settle_question(question.id, &later, hours(0)).unwrap());
    let waits = Fate::Waiting {
        due: hours(2),
        why: Some("slow down".into()),
    };
    assert_eq!((due(store, 1), fate(store)), (vec![], Some(waits)));
    assert_eq!(due(store, 2)[0].attempts, 1);
    // What was given up is as if nobody had asked.
    let given_up = dead("no such mailbox", true);
    assert!(store.settle_question(question.id, &given_up, hours(3)).unwrap());
    assert!(!store.settle_question(question.id, &given_up, hours(3)).unwrap());
    let gone = Fate::Dead {
        at: hours(3),
        why: "no such mailbox".into(),
    };
    assert_eq!(fate(store), Some(gone));
    assert_eq!(ask(store, 2, 4), Asked::Ask);
    // The day of a letter begins when it is handed over.
    let question = due(store, 9).remove(0);
    let has = Settled::Delivered { id: Some("<1>".into()) };
    assert!(store.settle_question(question.id, &has, hours(10)).unwrap());
    assert_eq!(ask(store, 3, 33), Asked::NotBefore(hours(34)));
    assert_eq!(
        store.confirm(&token(2).hash(), hours(33)).unwrap().as_deref(),
        Some(MAIL)
    );
    assert_eq!(fate(store), None);
    assert_eq!(due(store, 99), []);
}

pub(crate) fn question(store: &dyn Store) {
    let (_, watch) = watched(store, 1);
    ask(store, 1, 2);
    let asking = || store.question(&token(1).hash()).unwrap();
    let asked = Asking {
        address: MAIL.into(),
        confirmed: false,
        until: hours(26),
    };
    assert_eq!(asking(), Some(asked.clone()));
    assert_eq!(store.question(&token(2).hash()).unwrap(), None);
    store.confirm(&token(1).hash(), hours(3)).unwrap();
    let agreed = Asking {
        confirmed: true,
        ..asked
    };
    assert_eq!(asking(), Some(agreed));
    store.remove_watch(watch).unwrap();
    assert_eq!(asking(), None);
}

pub(crate) fn confirm(store: &dyn Store) {
    let (_, watch) = watched(store, 1);
    alerted(store, watch, &[1]);
    assert_eq!(leased(store, 5).len(), 1);
    ask(store, 1, 1);
    let confirm = |number, hour| store.confirm(&token(number).hash(), hours(hour)).unwrap();
    assert_eq!(confirm(2, 2), None);
    assert_eq!(confirm(1, 25), None);
    assert_eq!(confirm(1, 2).as_deref(), Some(MAIL));
    let parcels = store.lease(hours(2), hours(3), 9).unwrap();
    let to_mail = parcels.iter().filter(|parcel| parcel.address == MAIL);
    assert_eq!(to_mail.count(), 1, "what happened within a day is told");
    assert_eq!(confirm(1, 2).as_deref(), Some(MAIL));
    let channels = store.watch(watch).unwrap().unwrap().channels;
    assert!(channels.iter().all(|channel| channel.confirmed));
    store.remove_watch(watch).unwrap();
    assert_eq!(confirm(1, 2), None, "nobody tells this address any more");
}

pub(crate) fn suppress(store: &dyn Store) {
    let (_, watch) = watched(store, 1);
    ask(store, 1, 0);
    store.confirm(&token(1).hash(), hours(0)).unwrap();
    alerted(store, watch, &[1]);
    store.suppress(MAIL, &BOX).unwrap();
    store.suppress(MAIL, &BOX).unwrap();
    alerted(store, watch, &[2]);
    let addresses: Vec<String> = leased(store, 5).into_iter().map(|parcel| parcel.address).collect();
    assert_eq!(addresses, [PHONE, PHONE]);
    assert_eq!(store.confirm(&token(1).hash(), hours(1)).unwrap(), None);
    assert_eq!(due(store, 9), []);
}

pub(crate) fn is_suppressed(store: &dyn Store) {
    assert!(!store.is_suppressed(&BOX).unwrap());
    store.suppress("mailto:never@example.org", &BOX).unwrap();
    assert!(store.is_suppressed(&BOX).unwrap());
    assert!(!store.is_suppressed(&[1; 32]).unwrap());
}

pub(crate) fn unsuppress(store: &dyn Store) {
    store.suppress(MAIL, &BOX).unwrap();
    assert!(store.unsuppress(&BOX).unwrap());
    assert!(!store.unsuppress(&BOX).unwrap());
    assert!(!store.is_suppressed(&BOX).unwrap());
}

/// A list with a watch that tells two mailboxes, of which the first is confirmed.
fn list_that_tells(store: &dyn Store) -> ListId {
    let list = store.open_list(&token(90).hash(), at(0)).unwrap();
    let (_, variant) = track(store, 7);
    let channel = |address: &str, confirmed| NewChannel {
        address: address.into(),
        confirmed,
    };
    let wish = NewWatch {
        channels: vec![channel(MAIL, true), channel(ALIAS, false)],
        ..NewWatch::of(variant, Lane::Public, None)
    };
    store.add_to_list(list, &wish, at(0)).unwrap();
    list
}

pub(crate) fn mail_link(store: &dyn Store) {
    let list = list_that_tells(store);
    let other = store.open_list(&token(91).hash(), at(0)).unwrap();
    let send = |address, list, number, hour| store.mail_link(address, list, &token(number), hours(hour)).unwrap();
    assert!(send(MAIL, list, 1, 1));
    // Once a day, to nobody who did not agree, of no list that tells nobody there, to nobody at all.
    assert!(!send(MAIL, list, 2, 24));
    assert!(!send(ALIAS, list, 3, 1));
    assert!(!send(MAIL, other, 4, 1));
    assert!(!send("mailto:nobody@example.org", list, 5, 1));
    let opens = |number: u8| store.list(&token(number).hash()).unwrap().map(|list| list.id);
    assert_eq!([1, 2, 3, 4, 5].map(opens), [Some(list), None, None, None, None]);
    let letters = due(store, 1);
    let [letter] = letters.as_slice() else {
        panic!("{letters:?}");
    };
    assert_eq!(
        (letter.address.as_str(), letter.link_of, &letter.token),
        (MAIL, Some(list), &token(1))
    );
    // It is no question: nobody agrees by it, and the channel shows none.
    assert_eq!(store.question(&token(1).hash()).unwrap(), None);
    assert_eq!(store.confirm(&token(1).hash(), hours(2)).unwrap(), None);
    assert_eq!(fate(store), None);
    let handed_over = Settled::Delivered { id: None };
    assert!(store.settle_question(letter.id, &handed_over, hours(1)).unwrap());
    assert!(send(MAIL, list, 6, 26));
    // The list takes its letters with it.
    store.remove_list(list).unwrap();
    assert_eq!(due(store, 30), []);
}

pub(crate) fn lists_telling(store: &dyn Store) {
    let list = list_that_tells(store);
    assert_eq!(store.lists_telling(MAIL).unwrap(), [list]);
    assert_eq!(store.lists_telling(ALIAS).unwrap(), []);
    let watch = store.watches().unwrap().remove(0).id;
    store.rest_watch(watch, Rest::Stopped).unwrap();
    assert_eq!(store.lists_telling(MAIL).unwrap(), []);
}

pub(crate) fn lend_secret(store: &dyn Store) {
    let list = list_that_tells(store);
    for number in 0..=10 {
        assert!(
            store
                .lend_secret(list, &token(number).hash(), hours(u32::from(number)))
                .unwrap()
        );
    }
    // The oldest of them made room, and nobody's own secret did.
    let opens = |number: u8| store.list(&token(number).hash()).unwrap().is_some();
    assert_eq!([0, 1, 10, 90].map(opens), [false, true, true, true]);
    assert!(store.add_secret(list, &token(50).hash(), Former::End).unwrap());
    assert_eq!([1, 10, 90, 50].map(opens), [false, false, false, true]);
    store.remove_list(list).unwrap();
    assert!(!store.lend_secret(list, &token(1).hash(), hours(1)).unwrap());
}
