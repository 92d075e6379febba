//! Chats that fail, ask to wait, take a message without a word and vanish, and the loop that tells them.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use tillwatch_app::outbox::Post;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Message, Notifier};
use tokio::runtime::Runtime;

use super::Hand;

/// The chat that is no more.
pub(super) const GONE: &str = "telegram:5";

/// What arrived.
#[derive(Default)]
pub(super) struct Chats {
    tries: Mutex<u64>,
    arrived: Mutex<HashMap<(String, String), Arrived>>,
}

/// How often a message arrived, and how often that was said.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrived {
    pub(super) taken: u32,
    pub(super) acknowledged: u32,
}

impl Chats {
    /// By address and reference.
    pub(super) fn arrived(&self) -> HashMap<(String, String), Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

impl Notifier for Chats {
    fn channel(&self) -> Channel {
        Channel::Telegram
    }

    fn deliver<'a>(
        &'a self,
        to: &'a Address,
        message: &'a Message,
        _: tillwatch_core::instant::Instant,
    ) -> Later<'a, Delivery> {
        let mut tries = self.tries.lock().unwrap();
        *tries += 1;
        let name = (to.kept(), message.reference.clone());
        let why = || "as the test has it".to_owned();
        let taken = |said: bool| {
            let mut all = self.arrived.lock().unwrap();
            let one = all.entry(name.clone()).or_default();
            one.taken += 1;
            one.acknowledged += u32::from(said);
        };
        let answer = if to.kept() == GONE {
            Delivery::Gone { why: why() }
        } else {
            match *tries % 7 {
                1 => Delivery::Unreachable { why: why() },
                3 => Delivery::Later {
                    seconds: Some(90),
                    why: why(),
                },
                5 => {
                    taken(false);
                    Delivery::Unreachable { why: why() }
                }
                _ => {
                    taken(true);
                    Delivery::Delivered { id: None, moved: None }
                }
            }
        };
        Box::pin(std::future::ready(answer))
    }
}

/// Hands over all that is due; an address that has to wait holds up what else is for it.
pub(super) fn tell(runtime: &Runtime, post: &Post, hand: &Hand) {
    let clock = hand.clone();
    let clock = move || clock.now();
    let mut held = HashSet::new();
    for parcel in post.collect(hand.now(), 1_000).unwrap() {
        if held.contains(&parcel.address) {
            post.put_back(&parcel, hand.now().plus_seconds(60), hand.now()).unwrap();
            continue;
        }
        let tried = runtime.block_on(post.send(&parcel, &clock)).unwrap();
        if tried.again.is_some() {
            held.insert(parcel.address.clone());
        }
    }
}
