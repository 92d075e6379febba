//! The whole story on a clock that only the test moves: pasted, watched, a code begins, the message is there; and what a
//! channel that refuses makes of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tillwatch_app::outbox::{Post, Sent};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, LinkKind, Message, Notifier};
use tillwatch_app::ports::source::{Ask, Depth, Limits, Reading, Source, SourceError};
use tillwatch_app::ports::store::{Fate, Letter, ListingKey, NewChannel, Store, WatchId};
use tillwatch_app::{App, Turned, Wanted};
use tillwatch_core::alert::{DayMinute, Rule, Settings};
use tillwatch_core::almanac::{Almanac, read_ladder};
use tillwatch_core::country::Country;
use tillwatch_core::history::Lane;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::identify;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::RuleBook;
use tillwatch_core::snapshot::{Snapshot, Variant};
use tillwatch_store::Sqlite;
use tokio::runtime::Runtime;

const PASTED: &str =
    "Look what I found! A lamp https://www.aliexpress.us/item/3256807990906987.html?gatewayAdapt=4itemAdapt";
const PHONE: &str = "telegram:4711";
const MAIL: &str = "mailto:somebody@example.org";
/// A chat and a program that are told in the evening.
const CHAT: &str = "telegram:4712";
const HOOK: &str = "webhook+https://example.org/hook#secret";

/// Takes 5.00 from 10.00 on, on the 5th from noon until midnight.
const LADDER: &str = r#"{"schema": "tillwatch/ladder/1", "id": "l", "name": "L", "kind": "code", "currency": "USD",
    "starts": "2026-06-05T12:00:00", "ends": "2026-06-05T23:59:59", "zone": "UTC", "source": "test", "confidence": "high",
    "tiers": [{"code": "FIVE", "off": "5.00", "min_spend": "10.00"}]}"#;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

/// A page of one listing at 20.00.
struct Page;

impl Source for Page {
    fn name(&self) -> &'static str {
        "page"
    }

    fn limits(&self) -> Limits {
        Limits {
            items_per_call: 1,
            calls_per_day: 1_000,
            day_offset: 0,
            spacing: Duration::ZERO,
        }
    }

    fn depth(&self) -> Depth {
        Depth::Full
    }

    fn read<'a>(&'a self, ask: &'a Ask, _: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>> {
        let readings = ask.items.iter().map(|wanted| Reading {
            item: wanted.item.clone(),
            snapshot: Snapshot {
                item: Some(wanted.item.clone()),
                title: Some("Lamp <b>5</b>\r\nBcc: eve@example.net".into()),
                market: Some(Country::US),
                currency: Some(Currency::USD),
                variants: vec![Variant::at(usd(2_000))],
                ..Snapshot::empty("test")
            },
        });
        Box::pin(std::future::ready(Ok(readings.collect())))
    }
}

/// A channel that answers as it is told to, and keeps what it was given.
struct Peer {
    channel: Channel,
    answers: Mutex<VecDeque<Delivery>>,
    got: Mutex<Vec<Message>>,
}

impl Peer {
    fn new(channel: Channel) -> Arc<Self> {
        Arc::new(Self {
            channel,
            answers: Mutex::default(),
            got: Mutex::default(),
        })
    }

    fn will_answer(&self, answers: impl IntoIterator<Item = Delivery>) {
        self.answers.lock().unwrap().extend(answers);
    }

    fn got(&self) -> Vec<Message> {
        self.got.lock().unwrap().drain(..).collect()
    }
}

impl Notifier for Peer {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn deliver<'a>(&'a self, _: &'a Address, message: &'a Message, _: Instant) -> Later<'a, Delivery> {
        self.got.lock().unwrap().push(message.clone());
        let answer = self.answers.lock().unwrap().pop_front();
        let usual = Delivery::Delivered { id: None, moved: None };
        Box::pin(std::future::ready(answer.unwrap_or(usual)))
    }
}

/// The watch, its post and its clock.
struct Story {
    store: Arc<dyn Store>,
    app: Arc<App>,
    post: Post,
    chat: Arc<Peer>,
    mail: Arc<Peer>,
    hook: Arc<Peer>,
    clock: Arc<AtomicI64>,
    runtime: Runtime,
    watch: WatchId,
}

impl Story {
    /// Pasted, watched for 16.00 with a code, and read at 20.00.
    fn begin() -> Self {
        Self::with_evenings(&[])
    }

    /// The same with more watches for these targets, which tell a chat and a program at six in the evening.
    fn with_evenings(targets: &[i64]) -> Self {
        let start = Instant::parse("2026-06-05T08:00:00Z").unwrap();
        let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
        let mut almanac = Almanac {
            ladders: Vec::new(),
            ..Almanac::built_in().unwrap()
        };
        almanac.add(read_ladder(LADDER.as_bytes()).unwrap().value);
        let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
        let app = App::new(Arc::clone(&store), vec![Arc::new(Page)], rules, almanac, start).unwrap();
        app.load(start).unwrap();
        let channel = |address: &str| NewChannel {
            address: address.to_owned(),
            confirmed: true,
        };
        let wanted = Wanted {
            key: ListingKey {
                item: identify(PASTED).item.unwrap(),
                market: Country::US,
                currency: Currency::USD,
            },
            sku: None,
            lane: Lane::Code,
            rules: vec![Rule::Below(usd(1_600))],
            settings: Settings::default(),
            channels: vec![channel(PHONE), channel(MAIL)],
        };
        let watch = app.watch(&wanted, start).unwrap().id;
        for target in targets.iter().copied() {
            let in_the_evening = Wanted {
                rules: vec![Rule::Below(usd(target))],
                settings: Settings {
                    digest: DayMinute::new(18, 0),
                    ..Settings::default()
                },
                channels: vec![channel(CHAT), channel(HOOK)],
                ..wanted.clone()
            };
            app.watch(&in_the_evening, start).unwrap();
        }
        let app = Arc::new(app);
        let (chat, mail) = (Peer::new(Channel::Telegram), Peer::new(Channel::Email));
        let hook = Peer::new(Channel::Webhook);
        let begun = Self {
            post: Post::new(Arc::clone(&app), vec![chat.clone(), mail.clone(), hook.clone()]),
            store,
            app,
            chat,
            mail,
            hook,
            clock: Arc::new(AtomicI64::new(start.moment().as_second())),
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
            watch,
        };
        begun.tend();
        let clock = begun.clock();
        for _ in 0..10 {
            match begun.runtime.block_on(begun.app.turn(0, clock.as_ref())).unwrap() {
                Turned::Read { priced, .. } => {
                    assert_eq!(priced, 1);
                    return begun;
                }
                Turned::Rest(until) => begun.at_second(i64::from(until.get())),
                Turned::Refused(why) => panic!("{why}"),
            }
        }
        panic!("the page is never read");
    }

    fn clock(&self) -> Arc<dyn Fn() -> Instant + Send + Sync> {
        let clock = Arc::clone(&self.clock);
        Arc::new(move || Instant::from_millis(clock.load(Ordering::SeqCst) * 1_000).unwrap())
    }

    fn at_second(&self, second: i64) {
        self.clock.store(second, Ordering::SeqCst);
    }

    fn at(&self, moment: &str) {
        self.at_second(Instant::parse(moment).unwrap().moment().as_second());
        self.tend();
    }

    fn tend(&self) {
        self.app.tend(self.clock()()).unwrap();
    }

    /// Sends all that is due, in its order.
    fn send(&self) -> Vec<Sent> {
        let clock = self.clock();
        let parcels = self.post.collect(clock(), 100).unwrap();
        let tries = parcels.iter().map(|parcel| {
            let tried = self.runtime.block_on(self.post.send(parcel, clock.as_ref())).unwrap();
            assert_eq!(tried.again.is_some(), tried.sent == Sent::Later);
            tried.sent
        });
        tries.collect()
    }

    fn fates(&self) -> Vec<Fate> {
        let log = self.store.alert_log(self.watch, 10).unwrap();
        log.into_iter()
            .flat_map(|one| one.letters)
            .map(|one| one.fate)
            .collect()
    }
}

fn unreachable() -> Delivery {
    Delivery::Unreachable {
        why: "nobody is there".into(),
    }
}

#[test]
fn a_pasted_listing_is_told_of_when_its_code_begins_with_the_right_cents_and_once() {
    let story = Story::begin();
    assert_eq!(story.send(), []);
    story.at("2026-06-05T12:00:00Z");
    assert_eq!(story.send(), [Sent::Delivered, Sent::Delivered]);
    for peer in [&story.chat, &story.mail] {
        let got = peer.got();
        let [message] = got.as_slice() else { panic!("{got:?}") };
        assert!(message.subject.starts_with("15.00 USD: Lamp"), "{}", message.subject);
        let text: Vec<String> = message
            .paragraphs
            .iter()
            .map(|paragraph| paragraph.0.iter().map(|span| span.text.as_str()).collect())
            .collect();
        assert_eq!(
            text,
            [
                "15.00 USD to US with public coupons and a code, without shipping, instead of 20.00 USD. Your target: 16.00 USD.",
                "-5.00 FIVE",
                "Valid until 00:00 UTC on 6 Jun 2026.",
            ]
        );
        let clean = message.link(LinkKind::Clean).unwrap();
        assert_eq!(
            clean.url.as_str(),
            "https://www.aliexpress.com/item/1005008177221739.html"
        );
        assert!(message.event.contains(r#""receipt":{"schema":"tillwatch/stack/1""#));
    }
    story.at("2026-06-05T12:01:00Z");
    assert_eq!(story.send(), []);
}

#[test]
fn the_alerts_of_an_evening_are_one_message_to_a_person_and_each_one_to_a_program() {
    let story = Story::with_evenings(&[1_650, 1_700]);
    story.at("2026-06-05T12:00:00Z");
    story.send();
    story.chat.got();
    story.at("2026-06-05T18:00:00Z");
    let clock = story.clock();
    let parcels = story.post.collect(clock(), 10).unwrap();
    let of = |address: &str| {
        let of_address = parcels.iter().filter(|parcel| parcel.address == address);
        of_address.cloned().collect::<Vec<_>>()
    };
    for address in [CHAT, HOOK] {
        for together in Post::messages(&of(address), clock()) {
            let tried = story.post.send_together(together, clock.as_ref());
            assert_eq!(story.runtime.block_on(tried).unwrap().sent, Sent::Delivered);
        }
    }
    let got = story.chat.got();
    let [message] = got.as_slice() else { panic!("{got:?}") };
    assert_eq!(message.subject, "2 alerts");
    let lines: Vec<String> = message
        .paragraphs
        .iter()
        .map(|paragraph| paragraph.0.iter().map(|span| span.text.as_str()).collect())
        .collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("1. 15.00 USD: Lamp") && lines[1].starts_with("2. 15.00 USD: Lamp"));
    let labels: Vec<&str> = message.links.iter().map(|link| link.label.as_str()).collect();
    assert_eq!(labels, ["1. Open the listing", "2. Open the listing"]);
    let events: Vec<String> = story.hook.got().into_iter().map(|message| message.event).collect();
    assert_eq!(events.len(), 2);
    assert_eq!(
        message.event,
        format!(r#"{{"schema":"tillwatch/alerts/1","alerts":[{}]}}"#, events.join(","))
    );
    assert_eq!(story.store.outbox(clock()).unwrap().waiting, 0, "each is settled");
    let kept: Vec<WatchId> = parcels.iter().map(|parcel| parcel.watch).collect();
    for watch in kept {
        let log = story.store.alert_log(watch, 9).unwrap();
        let delivered = |letter: &Letter| matches!(letter.fate, Fate::Delivered { .. });
        assert!(log[0].letters.iter().all(delivered), "{log:?}");
    }
}

#[test]
fn an_alert_waits_for_its_channel_and_says_that_it_came_too_late() {
    let story = Story::begin();
    story.at("2026-06-05T12:00:00Z");
    story.chat.will_answer([unreachable(), unreachable()]);
    assert_eq!(story.send(), [Sent::Later, Sent::Delivered]);
    assert_eq!(story.send(), []);
    // Within 5 s times 0.5 to 1.5, and the price still holds.
    story.at("2026-06-05T12:00:08Z");
    assert_eq!(story.send(), [Sent::Later]);
    let subjects = |peer: &Peer| peer.got().iter().map(|one| one.subject.clone()).collect::<Vec<_>>();
    assert!(
        subjects(&story.chat)
            .iter()
            .all(|subject| subject.starts_with("15.00 USD: "))
    );
    // The code is over when the chat is there again.
    story.at("2026-06-06T00:00:00Z");
    story.tend();
    let told = story.send();
    assert_eq!(told.len(), 1, "{:?}", story.fates());
    assert!(subjects(&story.chat)[0].starts_with("Missed: Lamp"));
}

#[test]
fn a_chat_that_is_gone_is_told_nothing_more_and_mail_goes_on() {
    let story = Story::begin();
    story.at("2026-06-05T12:00:00Z");
    story.chat.will_answer([Delivery::Gone { why: "blocked".into() }]);
    assert_eq!(story.send(), [Sent::Dead, Sent::Delivered]);
    let watch = story.store.watch(story.watch).unwrap().unwrap();
    let paused: Vec<bool> = watch.channels.iter().map(|one| one.paused.is_some()).collect();
    assert_eq!(paused, [true, false]);
    assert_eq!(story.app.dead_letters(10).unwrap().len(), 1);
}

#[test]
fn an_alert_that_nobody_took_for_half_a_day_is_given_up_and_can_be_sent_again() {
    let story = Story::begin();
    story.at("2026-06-05T12:00:00Z");
    story.chat.will_answer((0..40).map(|_| unreachable()));
    story.send();
    for minute in (1..15 * 60).step_by(5) {
        story.at_second(
            Instant::parse("2026-06-05T12:00:00Z")
                .unwrap()
                .plus_seconds(minute * 60)
                .moment()
                .as_second(),
        );
        story.send();
    }
    let dead = story.app.dead_letters(10).unwrap();
    let [letter] = dead.as_slice() else { panic!("{dead:?}") };
    assert!(matches!(&letter.fate, Fate::Dead { why, .. } if why == "nobody is there"));
    story.tend();
    story.chat.answers.lock().unwrap().clear();
    story.chat.got();
    assert!(story.app.resend(letter.id, story.clock()()).unwrap());
    assert_eq!(story.send(), [Sent::Delivered]);
    assert!(story.chat.got()[0].subject.starts_with("Missed: "));
}
