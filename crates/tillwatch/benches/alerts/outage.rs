//! 10,000 alerts that waited while the Bot API was out of reach for an hour, handed over once it is back. Time is that of
//! the test: what is measured is the pace and not the machine.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use tillwatch_app::outbox::Post;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Message, Notifier};
use tillwatch_app::ports::store::{Parcel, Store};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::instant::Instant;
use tillwatch_store::Sqlite;

use crate::bot_api::Limits;
use crate::{app, fill_outbox, made_up};

const ALERTS: i64 = 10_000;

/// Addresses that are told something at once, as the program has it.
const HANDS: usize = 50;

/// Milliseconds that an answer takes.
const ANSWER: i64 = 120;

/// A Bot API that is not there before a moment.
struct Bot {
    clock: Arc<AtomicI64>,
    back: i64,
    limits: Mutex<Limits>,
}

impl Notifier for Bot {
    fn channel(&self) -> Channel {
        Channel::Telegram
    }

    fn deliver<'a>(&'a self, to: &'a Address, _: &'a Message, _: Instant) -> Later<'a, Delivery> {
        let now = self.clock.load(Ordering::SeqCst);
        let why = || "as it would be".to_owned();
        let Address::Telegram { chat } = to else {
            unreachable!("there are chats alone")
        };
        let answer = if now < self.back {
            Delivery::Unreachable { why: why() }
        } else {
            match self.limits.lock().unwrap().message(*chat.reveal(), now) {
                Ok(()) => Delivery::Delivered { id: None, moved: None },
                Err(seconds) => Delivery::Later {
                    seconds: Some(seconds),
                    why: why(),
                },
            }
        };
        Box::pin(std::future::ready(answer))
    }
}

pub(crate) fn run() {
    let store = Arc::new(Sqlite::in_memory().unwrap());
    let start = made_up::at(0);
    fill_outbox(&store, ALERTS, start);
    let millis = |at: Instant| at.moment().as_millisecond();
    let clock = Arc::new(AtomicI64::new(millis(start)));
    let back = millis(start) + 3_600_000;
    let bot = Arc::new(Bot {
        clock: Arc::clone(&clock),
        back,
        limits: Mutex::default(),
    });
    let app = Arc::new(app(
        Arc::clone(&store) as Arc<dyn Store>,
        Almanac::built_in().unwrap(),
        start,
    ));
    let post = Post::new(app, vec![bot.clone()]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let now = |clock: &AtomicI64| Instant::from_millis(clock.load(Ordering::SeqCst)).unwrap();
    // What each hand waits for: its turn, and which parcel; afterwards it is busy until the answer.
    let mut turns: BTreeMap<(i64, i64), Option<Parcel>> = BTreeMap::new();
    let all = usize::try_from(ALERTS).unwrap();
    while bot.limits.lock().unwrap().taken.len() < all {
        // Looked into when half of the hands are free: more often would only take longer here.
        let free = if turns.len() <= HANDS / 2 {
            HANDS - turns.len()
        } else {
            0
        };
        for parcel in post.collect(now(&clock), free).unwrap() {
            let at = millis(post.turn_of(&parcel, now(&clock)));
            turns.insert((at, parcel.id.0), Some(parcel));
        }
        let Some(((at, id), parcel)) = turns.pop_first() else {
            // As long as the program waits before it looks again.
            clock.fetch_add(200, Ordering::SeqCst);
            continue;
        };
        clock.fetch_max(at, Ordering::SeqCst);
        if let Some(parcel) = parcel {
            let shown = Arc::clone(&clock);
            runtime.block_on(post.send(&parcel, &move || now(&shown))).unwrap();
            turns.insert((at + ANSWER, id), None);
        }
    }
    let limits = bot.limits.lock().unwrap();
    let last = limits.taken.last().copied().unwrap_or_default();
    let seconds = (last - back) / 1_000;
    let count = i64::try_from(limits.taken.len()).unwrap();
    println!(
        "{ALERTS} alerts after an hour's outage: {count} taken within {seconds} s of its end, {} a second; {} refused",
        count / seconds.max(1),
        limits.refused
    );
}
