//! The outbox at work: which alerts go out now, in what words, and what an answer means for the next try.

mod outages;
mod pace;
mod questions;
mod retry;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tillwatch_core::alert::{Notice, Rule, read_notice};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;

use crate::App;
use crate::message::{self, Envelope};
use crate::ports::notifier::{Address, Channel, Delivery, Message, Notifier, Why};
use crate::ports::painter::Painter;
use crate::ports::store::{ListingKey, Parcel, Settled, StoreError, WatchId};
use outages::Outages;
use pace::Pace;
use retry::Attempt;

/// Seconds for which a parcel is nobody else's: longer than any channel may take to answer, its turn included.
const LEASE: i64 = 300;

/// An alert that is older than this, in seconds, is held against the present price before it goes out.
const STALE: i64 = 60;

/// Alerts of one message at most: more are not read at once, and a message has to stay short.
const TOGETHER: usize = 10;

/// A channel that is not set up here is asked for again after this many seconds.
const NOT_SET_UP: u32 = 3_600;

/// Hands alerts to their channels.
pub struct Post {
    app: Arc<App>,
    notifiers: Vec<Arc<dyn Notifier>>,
    painter: Option<Arc<dyn Painter>>,
    pace: Mutex<Pace>,
    outages: Mutex<Outages>,
}

/// What became of one parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sent {
    /// The channel has it.
    Delivered,
    /// It is tried again.
    Later,
    /// It was given up.
    Dead,
}

/// A try, and when the next one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// What became of it.
    pub sent: Sent,
    /// When it is tried again, where it is.
    pub again: Option<Instant>,
}

impl Sent {
    /// Its name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Later => "later",
            Self::Dead => "dead",
        }
    }
}

impl Tried {
    const fn of(sent: Sent, settled: &Settled) -> Self {
        let again = match settled {
            Settled::Later { at, .. } => Some(*at),
            Settled::Delivered { .. } | Settled::Dead { .. } => None,
        };
        Self { sent, again }
    }
}

impl Post {
    /// Over the channels that are set up.
    pub fn new(app: Arc<App>, notifiers: Vec<Arc<dyn Notifier>>) -> Self {
        Self {
            app,
            notifiers,
            painter: None,
            pace: Mutex::default(),
            outages: Mutex::default(),
        }
    }

    /// The same with charts in its alerts, where a channel shows them.
    #[must_use]
    pub fn with_painter(self, painter: Arc<dyn Painter>) -> Self {
        Self {
            painter: Some(painter),
            ..self
        }
    }

    /// The parcels that are due for so many addresses at most; nobody else gets them meanwhile.
    pub fn collect(&self, now: Instant, most: usize) -> Result<Vec<Parcel>, StoreError> {
        if most == 0 {
            return Ok(Vec::new());
        }
        self.app.store().lease(now, now.plus_seconds(LEASE), most)
    }

    /// When a parcel may be sent, at `now` or later: the moment is taken, and the next one of its channel and its address
    /// comes after it.
    pub fn turn_of(&self, parcel: &Parcel, now: Instant) -> Instant {
        self.turn(&parcel.address, now)
    }

    fn turn(&self, address: &str, now: Instant) -> Instant {
        match Address::parse(address) {
            Ok(address) => self.pace().turn(&address, now),
            Err(_) => now,
        }
    }

    /// When somebody who wrote to a bot may be answered, at `now` or later: the moment is taken.
    pub fn answer_turn(&self, address: &Address, now: Instant) -> Instant {
        self.pace().answer(address, now)
    }

    /// Nothing goes to a channel before a moment, as it asked in an answer.
    pub fn asked_to_wait(&self, channel: Channel, until: Instant) {
        self.pace().asked_to_wait(channel, until);
    }

    /// The messages that the parcels of one address make, each for [`Post::send_together`]. What has waited longer than
    /// a minute, for its digest, for the morning or behind thousands, is told together; programs get each by itself.
    pub fn messages(parcels: &[Parcel], now: Instant) -> impl Iterator<Item = &[Parcel]> {
        let joins = move |one: &Parcel| {
            now > one.at.plus_seconds(STALE)
                && Address::parse(&one.address).is_ok_and(|address| address.channel() != Channel::Webhook)
        };
        let same = parcels.chunk_by(move |before, after| joins(before) && joins(after));
        same.flat_map(|several| several.chunks(TOGETHER))
    }

    /// Sends a parcel once and records what became of it. `clock` is asked before and after.
    ///
    /// Parcels of one address are sent in their order: what is to be tried again holds those behind it up, see
    /// [`Post::put_back`].
    pub async fn send(&self, parcel: &Parcel, clock: &(dyn Fn() -> Instant + Sync)) -> Result<Tried, StoreError> {
        self.send_together(std::slice::from_ref(parcel), clock).await
    }

    /// The same for parcels of one address that go out as one message: the answer holds for each of them.
    pub async fn send_together(
        &self,
        parcels: &[Parcel],
        clock: &(dyn Fn() -> Instant + Sync),
    ) -> Result<Tried, StoreError> {
        let (channel, delivery) = self.hand_over(parcels, clock()).await?;
        let now = clock();
        if let Some(channel) = channel {
            self.heed(channel, &delivery, now);
        }
        let mut tried = Tried {
            sent: Sent::Delivered,
            again: None,
        };
        for parcel in parcels {
            let (settled, sent) = meaning(&Attempt::of(parcel), channel, &delivery, now);
            self.app.store().settle(parcel.id, &settled, now)?;
            self.app.figures().sent(channel.map_or("unknown", Channel::name), sent);
            let one = Tried::of(sent, &settled);
            tried = Tried {
                sent,
                again: tried.again.max(one.again),
            };
        }
        let over = channel.and_then(|channel| self.outages().heard(channel, &delivery, now));
        if let Some(beginning) = over {
            self.app.store().hasten(beginning, now)?;
        }
        Ok(tried)
    }

    /// Waits with a channel for as long as it asks to.
    fn heed(&self, channel: Channel, delivery: &Delivery, now: Instant) {
        if let Delivery::Later {
            seconds: Some(seconds), ..
        } = delivery
        {
            let until = now.plus_seconds(i64::from(*seconds));
            self.pace().asked_to_wait(channel, until);
        }
    }

    fn notifier(&self, channel: Channel) -> Option<&dyn Notifier> {
        let found = self.notifiers.iter().find(|one| one.channel() == channel);
        found.map(AsRef::as_ref)
    }

    /// Puts a parcel back that waits behind one to the same address.
    pub fn put_back(&self, parcel: &Parcel, until: Instant, now: Instant) -> Result<(), StoreError> {
        let settled = Settled::Later {
            at: until,
            why: Why::EarlierFirst.to_string(),
        };
        self.app.store().settle(parcel.id, &settled, now).map(drop)
    }

    async fn hand_over(&self, parcels: &[Parcel], now: Instant) -> Result<(Option<Channel>, Delivery), StoreError> {
        let gone = |why: String| Ok((None, Delivery::Gone { why }));
        let mut messages = Vec::with_capacity(parcels.len());
        for parcel in parcels {
            match read_notice(parcel.notice.as_bytes()) {
                Ok(notice) => messages.push(self.message(parcel, &notice, parcels.len() == 1, now).await?),
                Err(error) => return gone(format!("the notice cannot be read: {error}")),
            }
        }
        let Some(first) = parcels.first() else {
            return gone("there is nothing to tell".to_owned());
        };
        let stop = self.app.stop_all_link(first.watch, &first.address);
        let Some(message) = message::together(messages, stop) else {
            return gone("there is nothing to tell".to_owned());
        };
        let address = match Address::parse(&first.address) {
            Ok(address) => address,
            Err(error) => return gone(error.to_string()),
        };
        let channel = address.channel();
        let Some(notifier) = self.notifier(channel) else {
            return Ok((None, not_set_up(channel)));
        };
        Ok((Some(channel), notifier.deliver(&address, &message, now).await))
    }

    /// The alert, or that it comes too late: nobody wants to be told to buy what has become dearer since. One that is
    /// alone in its message has its chart.
    async fn message(
        &self,
        parcel: &Parcel,
        notice: &Notice,
        is_alone: bool,
        now: Instant,
    ) -> Result<Message, StoreError> {
        let envelope = Envelope {
            watch: parcel.watch,
            stop: self.app.stop_link(parcel.watch, &parcel.address),
            event: &parcel.notice,
        };
        let is_old = parcel.attempts > 0 || now > parcel.at.plus_seconds(STALE);
        if let (true, Some(target)) = (is_old, notice.target) {
            let price = self.present(parcel.watch, notice)?;
            if price.is_none_or(|price| price.minor() > target.minor()) {
                return Ok(message::missed(notice, price, &envelope));
            }
        }
        let mut message = message::alert(notice, &envelope);
        if is_alone {
            message.picture = self.picture(&parcel.address, notice, now).await;
        }
        Ok(message)
    }

    /// The chart of an alert's price, where its channel shows one and there is a price to be seen.
    async fn picture(&self, address: &str, notice: &Notice, now: Instant) -> Option<Vec<u8>> {
        let painter = self.painter.as_ref()?;
        let channel = Address::parse(address).ok()?.channel();
        if notice.rule == Rule::Broken || !channel.shows_pictures() {
            return None;
        }
        let key = ListingKey {
            item: notice.item.clone(),
            market: notice.market,
            currency: notice.currency,
        };
        painter.paint(&key, notice.sku.as_ref(), notice.lane, now).await
    }

    /// What is paid now in the notice's lane; nothing while nobody can see it.
    fn present(&self, watch: WatchId, notice: &Notice) -> Result<Option<Money>, StoreError> {
        let store = self.app.store();
        let Some(watch) = store.watch(watch)? else {
            return Ok(None);
        };
        let Some(listing) = store.tracked_one(watch.listing)? else {
            return Ok(None);
        };
        if listing.schedule.failures > 0 {
            return Ok(None);
        }
        let variant = listing.variants.into_iter().find(|variant| variant.id == watch.variant);
        let latest = variant.and_then(|variant| variant.latest);
        Ok(latest.map(|latest| latest.lanes.get(notice.lane)))
    }

    fn outages(&self) -> MutexGuard<'_, Outages> {
        self.outages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_set_up(channel: Channel) -> Delivery {
    Delivery::Later {
        seconds: Some(NOT_SET_UP),
        why: Why::NotSetUp(channel).to_string(),
    }
}

/// What an answer means for what was sent.
fn meaning(attempt: &Attempt, channel: Option<Channel>, delivery: &Delivery, now: Instant) -> (Settled, Sent) {
    let again = |seconds, why: String| match retry::next(attempt, channel, seconds, now) {
        Some(at) => (Settled::Later { at, why }, Sent::Later),
        None => (Settled::Dead { why, gone: false }, Sent::Dead),
    };
    match delivery.clone() {
        Delivery::Delivered { id, .. } => (Settled::Delivered { id }, Sent::Delivered),
        Delivery::Later { seconds, why } => again(seconds, why),
        Delivery::Unreachable { why } => again(None, why),
        Delivery::Gone { why } => (Settled::Dead { why, gone: true }, Sent::Dead),
    }
}
