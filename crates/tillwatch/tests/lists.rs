//! Lists without an account: what their secret opens, whom they may tell, and what is left when they are gone.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tillwatch_app::outbox::{Post, Sent};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Message, Notifier};
use tillwatch_app::ports::store::{
    Asked, Check, Fate, Former, Lanes, ListId, ListingKey, NewChannel, Priced, Rest, Schedule, Store, StoreError,
    Terms, WatchId,
};
use tillwatch_app::token::Token;
use tillwatch_app::{App, Wanted, Watched};
use tillwatch_core::alert::{Kind, Rule, Settings, read_notice};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::history::Lane;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_core::snapshot::Outcome;
use tillwatch_store::Sqlite;

const MAIL: &str = "mailto:ann@example.org";
const SITE: &str = "https://till.example/";

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn token(number: u8) -> Token {
    Token::new([number; 16])
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// So many minutes after the beginning.
fn at(minutes: i64) -> Instant {
    Instant::parse("2026-06-03T12:00:00Z")
        .unwrap()
        .plus_seconds(minutes * 60)
}

/// A channel that answers as the test says, at first, and then takes everything.
#[derive(Clone)]
struct Desk {
    channel: Channel,
    answers: Arc<Mutex<Vec<Delivery>>>,
    got: Arc<Mutex<Vec<Message>>>,
}

impl Notifier for Desk {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn deliver<'a>(&'a self, _: &'a Address, message: &'a Message, _: Instant) -> Later<'a, Delivery> {
        let taken = Delivery::Delivered { id: None, moved: None };
        let answer = self.answers.lock().unwrap().pop().unwrap_or(taken);
        if matches!(answer, Delivery::Delivered { .. }) {
            self.got.lock().unwrap().push(message.clone());
        }
        Box::pin(std::future::ready(answer))
    }
}

/// A program with a public address, one list and one listing that costs 20.00.
struct House {
    _folder: tempfile::TempDir,
    file: PathBuf,
    store: Arc<dyn Store>,
    app: Arc<App>,
    mail: Desk,
    post: Post,
    list: ListId,
}

impl House {
    fn new(public: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        let store: Arc<dyn Store> = Arc::new(Sqlite::open(&file).unwrap());
        let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
        let app = App::new(
            Arc::clone(&store),
            Vec::new(),
            rules,
            Almanac::built_in().unwrap(),
            at(0),
        )
        .unwrap();
        let app = app.with_links(public.map(|url| url.parse().unwrap()), [5; 32]).unwrap();
        app.load(at(0)).unwrap();
        let app = Arc::new(app);
        let desk = |channel| Desk {
            channel,
            answers: Arc::default(),
            got: Arc::default(),
        };
        let (mail, chat) = (desk(Channel::Email), desk(Channel::Telegram));
        let post = Post::new(Arc::clone(&app), vec![Arc::new(mail.clone()), Arc::new(chat)]);
        let list = app.open_list(&token(1), at(0)).unwrap();
        let house = Self {
            _folder: folder,
            file,
            store,
            app,
            mail,
            post,
            list,
        };
        house.read(2_000);
        house
    }

    fn key() -> ListingKey {
        ListingKey {
            item: ItemId::parse("1005006367324382").unwrap(),
            market: Country::US,
            currency: Currency::USD,
        }
    }

    /// A reading of the listing.
    fn read(&self, price: i64) {
        let sku = SkuId::parse("1200").unwrap();
        let (listing, variant) = self.store.track(&Self::key(), Some(&sku), at(0)).unwrap();
        let price = usd(price);
        let check = Check {
            listing,
            at: at(0),
            source: "test".into(),
            outcome: Outcome::Ok,
            detail: None,
            snapshot: None,
            prices: vec![Priced {
                variant,
                sku: None,
                checkout: None,
                terms: Terms {
                    rules: self.app.rules().id.clone(),
                    delivered: false,
                },
                lanes: Lanes {
                    sticker: price,
                    automatic: price,
                    public: price,
                    code: price,
                },
            }],
            schedule: Schedule::default(),
            alerts: Vec::new(),
        };
        self.store.record_checks(&[check]).unwrap();
    }

    /// Watches the listing below an amount. The mailbox is said to be confirmed, which nobody can say of another's.
    fn watch(&self, target: i64, channels: &[&str]) -> Watched {
        let channel = |address: &&str| NewChannel {
            address: (*address).to_owned(),
            confirmed: true,
        };
        let wanted = Wanted {
            key: Self::key(),
            sku: SkuId::parse("1200").ok(),
            lane: Lane::Public,
            rules: vec![Rule::Below(usd(target))],
            settings: Settings::default(),
            channels: channels.iter().map(channel).collect(),
        };
        self.app.watch_in_list(self.list, &wanted, at(1)).unwrap()
    }

    fn ask(&self, number: u8, minutes: i64) -> Asked {
        self.app
            .ask_to_confirm(&address(MAIL), &token(number), at(minutes))
            .unwrap()
    }

    /// Sends what is due: questions first. What became of each.
    fn send(&self, minutes: i64) -> Vec<Sent> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let clock = move || at(minutes);
            let mut sent = Vec::new();
            for question in self.post.questions(at(minutes), 9).unwrap() {
                sent.push(self.post.ask(&question, &clock).await.unwrap().sent);
            }
            for parcel in self.post.collect(at(minutes), 9).unwrap() {
                sent.push(self.post.send(&parcel, &clock).await.unwrap().sent);
            }
            sent
        })
    }

    /// Sends the alerts that are due to the mailbox as the loop does: those that waited as one message.
    fn send_together(&self, minutes: i64) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let parcels = self.post.collect(at(minutes), 9).unwrap();
        let (mail, _): (Vec<_>, Vec<_>) = parcels.into_iter().partition(|parcel| parcel.address == MAIL);
        for several in Post::messages(&mail, at(minutes)) {
            let clock = move || at(minutes);
            runtime.block_on(self.post.send_together(several, &clock)).unwrap();
        }
    }

    fn letters(&self) -> Vec<Message> {
        self.mail.got.lock().unwrap().clone()
    }

    fn rest(&self, id: WatchId) -> Rest {
        self.store.watch(id).unwrap().unwrap().rest
    }

    /// The whole file without what was deleted.
    fn bytes(&self) -> Vec<u8> {
        let copy = self.file.with_extension("copy");
        let connection = rusqlite::Connection::open(&self.file).unwrap();
        connection.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
        let bytes = std::fs::read(&copy).unwrap();
        std::fs::remove_file(copy).unwrap();
        bytes
    }

    fn holds(&self, what: &[u8]) -> bool {
        self.bytes().windows(what.len()).any(|window| window == what)
    }
}

/// The last part of an address of the site.
fn last_part(url: &url::Url, folder: &str) -> String {
    let rest = url.as_str().strip_prefix(&format!("{SITE}{folder}/"));
    rest.unwrap_or_else(|| panic!("{url}")).to_owned()
}

#[test]
fn a_secret_opens_its_list_until_another_one_takes_its_place() {
    let house = House::new(None);
    let watched = house.watch(1_900, &["telegram:1"]);
    let again = house.watch(1_900, &["telegram:1"]);
    assert_eq!((again.id, again.is_new), (watched.id, false));
    assert_eq!(again.latest, watched.latest);
    let list = house.app.list(&token(1)).unwrap().unwrap();
    assert_eq!(list.watches.len(), 1);
    assert_eq!(list.watch(watched.id).unwrap().latest, watched.latest);
    assert_eq!(house.app.list(&token(2)).unwrap(), None);

    assert!(house.app.renew_list(house.list, &token(2), Former::Stay).unwrap());
    assert_eq!(house.app.list(&token(2)).unwrap().unwrap(), list);
    assert!(house.app.renew_list(house.list, &token(3), Former::End).unwrap());
    assert_eq!(house.app.list(&token(1)).unwrap(), None);
    assert_eq!(house.app.list(&token(3)).unwrap().unwrap(), list);
    // None of the secrets can be read out of the file.
    for number in 1..4 {
        assert!(!house.holds(token(number).reveal()) && !house.holds(token(number).text().as_bytes()));
    }
}

#[test]
fn a_name_is_kept_as_one_line_and_a_long_one_is_refused() {
    let house = House::new(None);
    let name = || house.app.list(&token(1)).unwrap().unwrap().name;
    assert!(house.app.name_list(house.list, "  For the\n kitchen ").unwrap());
    assert_eq!(name().as_deref(), Some("For the kitchen"));
    for wrong in ["a".repeat(101), "a\u{7}b".to_owned()] {
        let told = house.app.name_list(house.list, &wrong);
        assert!(matches!(told, Err(StoreError::Refused(_))));
    }
    assert!(house.app.name_list(house.list, " ").unwrap());
    assert_eq!(name(), None);
}

#[test]
fn a_changed_target_that_is_met_is_told_at_once_and_an_old_one_is_not_told_again() {
    let house = House::new(None);
    let watched = house.watch(1_000, &["telegram:1"]);
    assert_eq!(watched.told, []);
    let change = |targets: &[i64]| {
        let rules: Vec<Rule> = targets.iter().map(|target| Rule::Below(usd(*target))).collect();
        house.app.change_rules(watched.id, &rules, at(2)).unwrap().unwrap()
    };
    let told = change(&[1_000, 2_100]).told;
    let kinds: Vec<Kind> = told
        .iter()
        .map(|one| read_notice(one.notice.as_bytes()).unwrap().kind)
        .collect();
    assert_eq!(kinds, [Kind::AlreadyMet]);
    assert_eq!(change(&[2_100, 1_000]).told, []);
    assert_eq!(change(&[2_100, 2_200]).told.len(), 1);
    // The running watch has them as soon as it looks.
    assert_eq!(house.app.tend(at(3)).unwrap().refreshed, 1);
    assert_eq!(house.app.change_rules(WatchId(99), &[], at(2)).unwrap(), None);
}

#[test]
fn a_chat_is_bound_once_and_is_told_what_was_met_before_anybody_was_there_to_be_told() {
    let house = House::new(None);
    let watched = house.watch(2_000, &[]);
    assert_eq!(watched.told.len(), 1);
    assert_eq!(house.send(2), []);
    house.app.invite(&token(8), &[watched.id], at(2)).unwrap();
    let chat = Address::telegram(77);
    assert_eq!(house.app.bind(&token(9), &chat, at(3)).unwrap(), None);
    assert_eq!(house.app.bind(&token(8), &chat, at(3)).unwrap(), Some(vec![watched.id]));
    assert_eq!(house.app.bind(&token(8), &Address::telegram(78), at(3)).unwrap(), None);
    assert_eq!(house.send(3), [Sent::Delivered]);
    let telling = house.app.watches_telling(&chat).unwrap();
    assert_eq!(telling.iter().map(|watch| watch.id).collect::<Vec<_>>(), [watched.id]);
    house.app.invite(&token(8), &[watched.id], at(10)).unwrap();
    assert_eq!(
        house.app.bind(&token(8), &chat, at(70)).unwrap(),
        None,
        "an hour later it is over"
    );
}

#[test]
fn a_mailbox_gets_one_question_and_nothing_else_before_it_agrees() {
    let house = House::new(Some(SITE));
    let watched = house.watch(2_000, &[MAIL]);
    assert_eq!(watched.told.len(), 1);
    assert_eq!(house.send(1), []);
    assert_eq!(house.ask(8, 2), Asked::Ask);
    assert!(matches!(house.ask(9, 3), Asked::NotBefore(_)));
    assert_eq!(house.send(4), [Sent::Delivered]);
    assert_eq!(house.send(5), []);
    let letters = house.letters();
    let [letter] = letters.as_slice() else {
        panic!("{letters:?}")
    };
    let links: Vec<String> = letter
        .links
        .iter()
        .map(|link| last_part(&link.url, "confirm"))
        .collect();
    assert_eq!(links, [token(8).text()]);
    assert_eq!((letter.stop.clone(), letter.actions.len()), (None, 0));
    assert!(
        !house.holds(token(8).reveal()),
        "once it is sent it is kept as its hash alone"
    );

    // To look is not to agree.
    let look = || house.app.consent(&token(8), at(6)).unwrap().unwrap();
    assert_eq!((look().given, look().over), (false, false));
    assert_eq!(look().address, address(MAIL));
    assert_eq!(house.app.consent(&token(7), at(6)).unwrap(), None);
    assert_eq!(house.app.confirm(&token(7), at(6)).unwrap(), None);
    assert!(house.app.consent(&token(8), at(4 + 25 * 60)).unwrap().unwrap().over);
    assert_eq!(house.app.confirm(&token(8), at(4 + 25 * 60)).unwrap(), None);
    assert_eq!(house.send(7), []);

    assert_eq!(house.app.confirm(&token(8), at(8)).unwrap(), Some(address(MAIL)));
    assert!(look().given);
    assert_eq!(house.ask(9, 9), Asked::Confirmed);
    assert_eq!(house.send(9), [Sent::Delivered], "what it missed is told");
    let alert = house.letters().remove(1);
    last_part(&alert.stop.unwrap(), "stop");
}

#[test]
fn a_letter_that_does_not_get_through_is_tried_again_and_one_that_is_given_up_costs_no_day() {
    let house = House::new(Some(SITE));
    let watched = house.watch(1_000, &[MAIL]);
    house
        .mail
        .answers
        .lock()
        .unwrap()
        .push(Delivery::Unreachable { why: "no route".into() });
    house.ask(8, 0);
    assert_eq!(house.send(0), [Sent::Later]);
    let fate = || house.store.watch(watched.id).unwrap().unwrap().channels.remove(0).asked;
    assert!(matches!(fate(), Some(Fate::Waiting { why: Some(why), .. }) if why == "no route"));
    assert_eq!(house.send(1), [Sent::Delivered]);
    assert!(matches!(fate(), Some(Fate::Delivered { .. })));
    assert!(
        matches!(house.ask(9, 24 * 60), Asked::NotBefore(_)),
        "the day begins with the handing over"
    );

    assert_eq!(house.ask(9, 24 * 60 + 1), Asked::Ask);
    let gone = || Delivery::Gone {
        why: "no such mailbox".into(),
    };
    house.mail.answers.lock().unwrap().push(gone());
    assert_eq!(house.send(24 * 60 + 2), [Sent::Dead]);
    assert!(matches!(fate(), Some(Fate::Dead { why, .. }) if why == "no such mailbox"));
    assert_eq!(house.ask(10, 24 * 60 + 3), Asked::Ask);
}

#[test]
fn without_a_public_address_no_mailbox_is_asked_and_no_message_has_a_way_to_stop() {
    let house = House::new(None);
    house.watch(1_000, &[MAIL]);
    let told = house.app.ask_to_confirm(&address(MAIL), &token(8), at(2));
    assert!(matches!(told, Err(StoreError::Refused(_))));
    assert_eq!(house.send(2), []);
}

/// A mailbox that agreed, and the way to stop of the alert that it got.
fn agreed(house: &House) -> (WatchId, String) {
    let watched = house.watch(2_000, &[MAIL, "telegram:1"]);
    house.ask(8, 2);
    house.app.confirm(&token(8), at(3)).unwrap();
    house.send(4);
    let stop = house.letters().into_iter().find_map(|letter| letter.stop).unwrap();
    (watched.id, last_part(&stop, "stop"))
}

#[test]
fn a_way_to_stop_stops_its_watch_and_no_other_and_to_look_at_it_stops_nothing() {
    let house = House::new(Some(SITE));
    let (watch, stop) = agreed(&house);
    let other = house.watch(1_500, &[MAIL]).id;
    let found = house.app.stoppable(&stop).unwrap().unwrap();
    assert_eq!((found.watch.id, found.address.clone()), (watch, Some(address(MAIL))));
    assert!(found.mailbox().is_some());
    assert_eq!(house.rest(watch), Rest::Awake);
    assert!(house.app.stop_by(&stop).unwrap());
    assert!(house.app.stop_by(&stop).unwrap(), "a second press does no harm");
    assert_eq!((house.rest(watch), house.rest(other)), (Rest::Stopped, Rest::Awake));
    let forged: String = stop.chars().rev().collect();
    assert_eq!(house.app.stoppable(&forged).unwrap(), None);
    assert!(!house.app.stop_by(&forged).unwrap() && !house.app.silence_by(&forged).unwrap());
    house.store.remove_watch(watch).unwrap();
    assert_eq!(house.app.stoppable(&stop).unwrap(), None);
    assert!(!house.app.stop_by(&stop).unwrap());
}

#[test]
fn a_letter_of_several_watches_stops_all_that_tell_its_mailbox_and_no_other() {
    let house = House::new(Some(SITE));
    let (first, _) = agreed(&house);
    let second = house.watch(2_100, &[MAIL]).id;
    let third = house.watch(2_200, &[MAIL]).id;
    let other = house.watch(2_300, &["telegram:2"]).id;
    // Both have waited, as behind a night: one letter tells of them.
    let before = house.letters().len();
    house.send_together(60);
    let letters = house.letters().split_off(before);
    assert_eq!(
        letters.iter().map(|letter| letter.subject.as_str()).collect::<Vec<_>>(),
        ["2 alerts"]
    );
    let stop = last_part(letters[0].stop.as_ref().unwrap(), "stop");
    assert!(house.app.stoppable(&stop).unwrap().unwrap().all);
    assert!(house.app.stop_by(&stop).unwrap());
    let rests = [first, second, third, other].map(|id| house.rest(id));
    assert_eq!(rests, [Rest::Stopped, Rest::Stopped, Rest::Stopped, Rest::Awake]);
}

#[test]
fn who_wants_nothing_more_gets_nothing_more_and_is_not_asked_again() {
    let house = House::new(Some(SITE));
    let (watch, stop) = agreed(&house);
    assert!(house.app.silence_by(&stop).unwrap());
    assert_eq!(house.rest(watch), Rest::Awake, "others are told as before");
    assert_eq!(house.ask(9, 60 * 24 * 40), Asked::Unwanted);
    let alias = "mailto:ann+more@example.org";
    house.watch(1_400, &[alias]);
    let asked = house.app.ask_to_confirm(&address(alias), &token(9), at(60 * 24 * 40));
    assert_eq!(asked.unwrap(), Asked::Unwanted);
    assert!(!house.app.silence_by("nothing").unwrap());
}

#[test]
fn a_removed_list_leaves_no_address_behind_and_its_history_stays() {
    let house = House::new(Some(SITE));
    agreed(&house);
    house.watch(1_500, &["mailto:bob@example.net"]);
    let bob = address("mailto:bob@example.net");
    house.app.ask_to_confirm(&bob, &token(20), at(5)).unwrap();
    for address in ["ann@example.org", "bob@example.net", "telegram:1"] {
        assert!(house.holds(address.as_bytes()), "{address}");
    }
    assert!(house.app.remove_list(house.list).unwrap());
    assert_eq!(house.app.list(&token(1)).unwrap(), None);
    for address in ["ann@example.org", "bob@example.net", "telegram:1"] {
        assert!(!house.holds(address.as_bytes()), "{address}");
    }
    let history = house.app.history(&House::key(), None, Lane::Public, None).unwrap();
    assert!(history.is_some());
    // A mailbox that was asked stays asked, whoever opens the next list.
    let list = house.app.open_list(&token(30), at(6)).unwrap();
    let house = House { list, ..house };
    house.watch(1_500, &["mailto:bob@example.net"]);
    let again = house.app.ask_to_confirm(&bob, &token(21), at(7)).unwrap();
    assert!(matches!(again, Asked::NotBefore(_)));
}
