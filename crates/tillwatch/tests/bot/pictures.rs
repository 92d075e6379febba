//! Charts in what the bot says: in alerts and receipts, and nowhere that would wait for one.

use std::sync::{Arc, Mutex};

use tillwatch_app::Wanted;
use tillwatch_app::conversation::{self, Conversation, Follow, LedNowhere, Reply, Said, Words};
use tillwatch_app::outbox::{Post, Sent};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Message, Notifier};
use tillwatch_app::ports::painter::Painter;
use tillwatch_app::ports::store::{ListingKey, NewChannel};
use tillwatch_core::alert::{Rule, Settings};
use tillwatch_core::history::Lane;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::{Identity, identify};
use tokio::runtime::Builder;

use crate::shelf::{ITEM, Shelf, key, lamp, sku, usd};

/// Draws this for the lamp in the public lane, or fails.
struct Hand(Option<&'static [u8]>);

impl Painter for Hand {
    fn paint<'a>(
        &'a self,
        of: &'a ListingKey,
        _: Option<&'a SkuId>,
        lane: Lane,
        _: Instant,
    ) -> Later<'a, Option<Vec<u8>>> {
        assert_eq!((of, lane), (&key(), Lane::Public));
        Box::pin(std::future::ready(self.0.map(<[u8]>::to_vec)))
    }
}

/// A channel that takes everything.
#[derive(Clone)]
struct Ear(Channel, Arc<Mutex<Vec<Message>>>);

impl Notifier for Ear {
    fn channel(&self) -> Channel {
        self.0
    }

    fn deliver<'a>(&'a self, _: &'a Address, message: &'a Message, _: Instant) -> Later<'a, Delivery> {
        self.1.lock().unwrap().push(message.clone());
        let delivered = Delivery::Delivered { id: None, moved: None };
        Box::pin(std::future::ready(delivered))
    }
}

/// The alert of a lamp that falls to 12.00, as it is told to an address so many seconds later. `then` comes between.
fn told(address: &str, painter: Option<Hand>, then: impl FnOnce(&mut Shelf)) -> Message {
    let mut shelf = Shelf::new();
    let wanted = Wanted {
        key: key(),
        sku: Some(sku("12000036893609536")),
        lane: Lane::Public,
        rules: vec![Rule::Below(usd(1_500))],
        settings: Settings::default(),
        channels: vec![NewChannel {
            address: address.to_owned(),
            confirmed: true,
        }],
    };
    shelf.app.watch(&wanted, shelf.now).unwrap();
    shelf.read(lamp(2_000));
    shelf.read(lamp(1_200));
    then(&mut shelf);
    let ear = Ear(Address::parse(address).unwrap().channel(), Arc::default());
    let post = Post::new(Arc::clone(&shelf.app), vec![Arc::new(ear.clone())]);
    let post = match painter {
        Some(painter) => post.with_painter(Arc::new(painter)),
        None => post,
    };
    let parcel = post.collect(shelf.now, 9).unwrap().remove(0);
    let runtime = Builder::new_current_thread().build().unwrap();
    let now = shelf.now;
    let sent = runtime.block_on(post.send(&parcel, &|| now)).unwrap();
    assert_eq!(sent.sent, Sent::Delivered);
    ear.1.lock().unwrap().remove(0)
}

const CHAT: &str = "telegram:4711";

#[test]
fn an_alert_has_its_chart_where_the_channel_shows_one() {
    for (address, expected) in [
        (CHAT, Some(b"png".to_vec())),
        ("mailto:ann@example.org", Some(b"png".to_vec())),
        ("ntfys://ntfy.example/lamps", None),
    ] {
        let message = told(address, Some(Hand(Some(b"png"))), |_| {});
        assert_eq!(message.picture, expected, "{address}");
        assert!(message.subject.contains("lamp"), "{}", message.subject);
    }
}

#[test]
fn an_alert_goes_out_without_a_chart_that_cannot_be_drawn() {
    for painter in [None, Some(Hand(None))] {
        let message = told(CHAT, painter, |_| {});
        assert_eq!(message.picture, None);
        assert!(message.subject.contains("lamp"), "{}", message.subject);
    }
}

#[test]
fn what_was_missed_has_no_chart() {
    let message = told(CHAT, Some(Hand(Some(b"png"))), |shelf| {
        shelf.read(lamp(2_000));
        shelf.now = shelf.now.plus_seconds(120);
    });
    assert!(message.subject.starts_with("Missed"), "{}", message.subject);
    assert_eq!(message.picture, None);
}

struct Nowhere;

impl Follow for Nowhere {
    fn follow<'a>(&'a self, _: &'a str) -> Later<'a, Result<Identity, LedNowhere>> {
        Box::pin(std::future::ready(Err(LedNowhere {
            how: conversation::Nowhere::NoAnswer,
            sentence: "it leads nowhere".to_owned(),
        })))
    }
}

#[test]
fn a_whole_receipt_has_its_chart_and_one_of_several_has_none() {
    let mut shelf = Shelf::new();
    shelf.app.store().track(&key(), None, shelf.now).unwrap();
    shelf.read(lamp(2_000));
    let talk = Conversation::open(Arc::clone(&shelf.app), Arc::new(Nowhere), [1; 16]).unwrap();
    let talk = talk.with_painter(Arc::new(Hand(Some(b"png"))));
    let runtime = Builder::new_current_thread().build().unwrap();
    let pictures = |text: &str| {
        let said = Said {
            chat: Address::telegram(4_711),
            words: Words::Text(text.to_owned()),
        };
        let answer = runtime.block_on(talk.hear(&said, shelf.now)).unwrap();
        let replies = answer.replies.into_iter().map(|reply| match reply {
            Reply::New(message) | Reply::Edit { with: message, .. } => message.picture.is_some(),
        });
        replies.collect::<Vec<_>>()
    };
    assert!(identify(ITEM).item.is_some());
    assert_eq!(pictures(ITEM), [true]);
    assert_eq!(pictures("/help"), [false]);
    assert_eq!(pictures(&format!("{ITEM}\n1005006367324399")).first(), Some(&false));
}
