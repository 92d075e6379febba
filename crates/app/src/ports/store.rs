//! What is kept: one method is one transaction. An error means that nothing of it happened.

mod alerts;
mod board;
mod lists;
mod past;
mod tills;

use tillwatch_core::alert::{Rule, Settings};
use tillwatch_core::cadence::Seen;
use tillwatch_core::checkout::Checkout;
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Minute, Run, Series, Void};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
pub use tillwatch_core::observation::Lanes;
use tillwatch_core::snapshot::{Outcome, Snapshot};

use crate::token::Token;

pub use alerts::{
    Alert, Asked, Asking, ChannelOf, Decided, Fate, Letter, Logged, NewChannel, NewWatch, OutboxFigures, Parcel,
    ParcelId, Question, QuestionId, Rest, Ruled, Settled, TrackedWatch,
};
pub use board::{Card, Due, Found, Mark, Offer, Order, Place, Post, Sought, Voices};
pub use lists::{
    CHANNELS_OF_A_WATCH, Former, Hash, LENT_SECRETS_OF_A_LIST, ListId, ListOf, Listed, RULES_OF_A_WATCH,
    SECRETS_OF_A_LIST, WATCHES_OF_A_LIST,
};
pub use past::{ListingPast, SeriesPast, VariantPast, WatchPast};
pub use tills::{Agreed, Compared, Disagreement, Keep, Verdict};

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file, the disk or the database: nothing was written.
    #[error("the store cannot be used: {0}")]
    Unusable(String),
    /// Something in it is damaged and was not read as prices.
    #[error("{place} is damaged: {why}")]
    Damaged {
        /// Which part, in words that an operator can look up.
        place: String,
        /// How it was noticed.
        why: String,
    },
    /// It was written by a newer program.
    #[error("the store has version {found}; this program knows up to {known}")]
    Newer {
        /// Its version.
        found: u32,
        /// The last one known here.
        known: u32,
    },
    /// What was named is not there.
    #[error("there is no {0}")]
    NotThere(String),
    /// What was to be written does not fit what is kept: another currency, a price of nothing, a past that overlaps.
    #[error("{0}")]
    Refused(String),
}

/// A listing in one market: what is read in one go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListingKey {
    /// The listing.
    pub item: ItemId,
    /// The ship-to country.
    pub market: Country,
    /// The currency that the shopper pays in.
    pub currency: Currency,
}

/// The store's number of a listing in one market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListingId(pub i64);

/// The store's number of a variant of such a listing that is tracked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariantId(pub i64);

/// The store's number of a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WatchId(pub i64);

/// Which terms a series follows. Another one is another series: they are never joined.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Terms {
    /// The rule set that computed the prices.
    pub rules: String,
    /// Whether the prices are with shipping; without it where no source named one.
    pub delivered: bool,
}

/// Where a listing stands in the schedule; kept so that a restart neither storms nor forgets. Seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Schedule {
    /// The last ok reading.
    pub last_good: Option<i64>,
    /// The last reading of any outcome.
    pub last_try: Option<i64>,
    /// Not to be read before this, after failures.
    pub not_before: Option<i64>,
    /// The last reading that showed everything, by a source that shows shipping and coupons.
    pub last_full: Option<i64>,
    /// Failures in a row.
    pub failures: u32,
    /// Ok readings that followed another one.
    pub readings: u32,
    /// How many of them found another price.
    pub changes: u32,
    /// The seconds that they cover together.
    pub exposure: u64,
}

impl Schedule {
    /// What its readings told of its changes.
    pub const fn seen(&self) -> Seen {
        Seen {
            readings: self.readings,
            changes: self.changes,
            exposure: self.exposure,
        }
    }

    /// The same with one more reading, so many seconds after the one before; the first one tells nothing.
    #[must_use]
    pub fn counting(self, since: Option<u32>, changed: bool) -> Self {
        let Some(since) = since else { return self };
        let mut seen = self.seen();
        seen.count(since, changed);
        Self {
            readings: seen.readings,
            changes: seen.changes,
            exposure: seen.exposure,
            ..self
        }
    }
}

/// A listing that is tracked, with what the schedule and the re-pricing need of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    /// Its number.
    pub id: ListingId,
    /// What is read.
    pub key: ListingKey,
    /// Where it stands.
    pub schedule: Schedule,
    /// Its tracked variants, by number.
    pub variants: Vec<TrackedVariant>,
}

/// One tracked variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackedVariant {
    /// Its number.
    pub id: VariantId,
    /// Whether it is whichever the page selects; else it was named when it was tracked.
    pub selected: bool,
    /// The variant; absent until the first reading has named the one that the page selects.
    pub sku: Option<SkuId>,
    /// Its watches, the oldest first.
    pub watches: Vec<TrackedWatch>,
    /// One piece of it as a checkout with the discounts that the listing itself showed; absent before the first reading.
    pub checkout: Option<Checkout>,
    /// Its prices as last recorded; absent before the first reading.
    pub latest: Option<Latest>,
}

impl TrackedVariant {
    /// How many watches it has that are not stopped.
    pub fn watchers(&self) -> u32 {
        let awake = self.watches.iter().filter(|watch| watch.rest != Rest::Stopped);
        u32::try_from(awake.count()).unwrap_or(u32::MAX)
    }

    /// The amounts that its watches wait for, with their lanes.
    pub fn targets(&self) -> impl Iterator<Item = (Lane, Money)> {
        let awake = self.watches.iter().filter(|watch| watch.rest != Rest::Stopped);
        awake.flat_map(|watch| {
            let targets = watch.rules.iter().filter_map(|ruled| match ruled.rule {
                Rule::Below(target) => Some(target),
                _ => None,
            });
            targets.map(|target| (watch.lane, target))
        })
    }
}

/// The newest prices of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest {
    /// The prices.
    pub lanes: Lanes,
    /// Their terms.
    pub terms: Terms,
    /// The last minute at which a reading confirmed them: that of the sticker, which nothing but a reading changes.
    pub confirmed: Minute,
}

/// What became of one reading of one listing. Only an ok outcome has prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The listing.
    pub listing: ListingId,
    /// When.
    pub at: Instant,
    /// Which source.
    pub source: String,
    /// What became of it.
    pub outcome: Outcome,
    /// A sentence on an outcome that is not ok.
    pub detail: Option<String>,
    /// What was seen, where it differs from what was kept; nothing keeps the old one.
    pub snapshot: Option<Snapshot>,
    /// The prices of the tracked variants that the reading showed.
    pub prices: Vec<Priced>,
    /// Where the listing now stands.
    pub schedule: Schedule,
    /// What the reading means to the watches.
    pub alerts: Vec<Decided>,
}

/// The prices of one variant at one reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// The variant.
    pub variant: VariantId,
    /// Its id, where it was not known before.
    pub sku: Option<SkuId>,
    /// Its checkout, where it differs from what was kept.
    pub checkout: Option<Checkout>,
    /// The terms of the prices.
    pub terms: Terms,
    /// The prices.
    pub lanes: Lanes,
}

/// Prices that changed without a reading, since a known discount began, ended or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repriced {
    /// The variant.
    pub variant: VariantId,
    /// The terms of the prices; those of the latest reading.
    pub terms: Terms,
    /// The prices from that moment.
    pub lanes: Lanes,
    /// What they mean to the watches.
    pub alerts: Vec<Decided>,
}

/// A listing as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingState {
    /// Its tracked side.
    pub tracked: Tracked,
    /// The last reading that showed the listing, whole.
    pub snapshot: Option<Snapshot>,
    /// When the last reading was, of which source and outcome, and its sentence.
    pub last_check: Option<LastCheck>,
}

/// The last reading of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastCheck {
    /// When.
    pub at: Instant,
    /// Which source.
    pub source: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Its sentence.
    pub detail: Option<String>,
}

/// What someone wants to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Its number.
    pub id: WatchId,
    /// The listing.
    pub listing: ListingId,
    /// What is read.
    pub key: ListingKey,
    /// The variant.
    pub variant: VariantId,
    /// Its id, once known.
    pub sku: Option<SkuId>,
    /// The listing's title, once read.
    pub title: Option<String>,
    /// The lane that it follows.
    pub lane: Lane,
    /// What it tells of, by number; nothing only keeps the history.
    pub rules: Vec<Ruled>,
    /// How it tells it.
    pub settings: Settings,
    /// Where to.
    pub channels: Vec<ChannelOf>,
    /// Whether it tells anything at present.
    pub rest: Rest,
    /// When it was added.
    pub since: Instant,
    /// The list that it belongs to, if any.
    pub list: Option<ListId>,
}

impl Watch {
    /// The first amount at or below which it tells.
    pub fn target(&self) -> Option<Money> {
        self.rules.iter().find_map(|ruled| match ruled.rule {
            Rule::Below(target) => Some(target),
            _ => None,
        })
    }
}

/// How much is kept, for metrics and `doctor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Listings.
    pub listings: u64,
    /// Tracked variants.
    pub variants: u64,
    /// Watches.
    pub watches: u64,
    /// Series.
    pub series: u64,
    /// Runs in segments and tails.
    pub runs: u64,
    /// Bytes of the segments.
    pub segment_bytes: u64,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// The schema's version.
    pub version: u32,
}

/// The store, as the watch needs it. Readers never wait for the writer.
pub trait Store: Send + Sync {
    /// Tracks a listing in a market and a variant of it; both at most once, the numbers of those that were there stay.
    fn track(&self, key: &ListingKey, sku: Option<&SkuId>, now: Instant) -> Result<(ListingId, VariantId), StoreError>;

    /// The same for many, all of them or none; the numbers come in the order of what was wanted.
    fn track_all(
        &self,
        wanted: &[(ListingKey, Option<SkuId>)],
        now: Instant,
    ) -> Result<Vec<(ListingId, VariantId)>, StoreError>;

    /// The tracked listings with numbers above `after`, by number, not more than `most`.
    fn tracked(&self, after: ListingId, most: usize) -> Result<Vec<Tracked>, StoreError>;

    /// All tracked listings with numbers above `after`, by number, as they were at one moment: each is given away as soon
    /// as it is read. The store is not asked anything else meanwhile by whoever takes them.
    fn each_tracked(&self, after: ListingId, take: &mut dyn FnMut(Tracked)) -> Result<(), StoreError>;

    /// The listings whose watches or voids changed since the last call of any program, each once; a call takes them off.
    fn take_touched(&self) -> Result<Vec<ListingId>, StoreError>;

    /// A listing by its number.
    fn tracked_one(&self, id: ListingId) -> Result<Option<Tracked>, StoreError>;

    /// A listing with its last reading.
    fn listing(&self, key: &ListingKey) -> Result<Option<ListingState>, StoreError>;

    /// The markets in which an item is tracked.
    fn markets_of(&self, item: &ItemId) -> Result<Vec<ListingKey>, StoreError>;

    /// Records readings: outcome, prices and gaps, the new place in the schedule, alerts; all of them or none.
    ///
    /// A reading that is older than what is kept of a series changes nothing of that series.
    fn record_checks(&self, checks: &[Check]) -> Result<(), StoreError>;

    /// Records prices that changed without a reading, and their alerts, all of them or none. A variant needs a reading under these terms.
    fn record_prices(&self, at: Instant, prices: &[Repriced]) -> Result<(), StoreError>;

    /// A series with its gaps and voids. A damaged segment is an error and never prices.
    fn series(&self, variant: VariantId, lane: Lane, terms: &Terms) -> Result<Option<Series>, StoreError>;

    /// The terms under which a variant has series, the newest first.
    fn terms_of(&self, variant: VariantId) -> Result<Vec<Terms>, StoreError>;

    /// Writes the past of a series: runs in order, before any that is kept.
    fn put_past(&self, variant: VariantId, lane: Lane, terms: &Terms, runs: &[Run]) -> Result<(), StoreError>;

    /// Writes the past of a variant's checkouts, in order; one that is kept of the same minute stays.
    fn put_checkouts(&self, variant: VariantId, checkouts: &[(Minute, Checkout)]) -> Result<(), StoreError>;

    /// Writes the past of a listing's checks: runs in order, before any that is kept. A failed one lasts until the next.
    fn put_checks(&self, listing: ListingId, checks: &[Run<Outcome>]) -> Result<(), StoreError>;

    /// The checks of a listing, the open run last; none before its first reading.
    fn checks(&self, listing: ListingId) -> Result<Vec<Run<Outcome>>, StoreError>;

    /// Writes what a listing lacks of its past, tracking it and its variants: all of it or none.
    ///
    /// Runs are put before any that are kept, as by [`Store::put_past`] and [`Store::put_checks`]. A selected variant
    /// whose id is not known yet takes the one that is given.
    fn put_listing(&self, past: &ListingPast) -> Result<(), StoreError>;

    /// The checkouts of a variant that were in force from a minute until before another, in order, to compute prices
    /// anew: the last one that began by `from`, and each that began after it.
    fn checkouts(&self, variant: VariantId, from: Minute, until: Minute)
    -> Result<Vec<(Minute, Checkout)>, StoreError>;

    /// Takes a span of a variant's points out of all lows, with the reason; of the same span the last reason counts.
    fn void(&self, variant: VariantId, void: &Void) -> Result<(), StoreError>;

    /// Takes the void of a span back, whatever its reason.
    fn unvoid(&self, variant: VariantId, void: &Void) -> Result<(), StoreError>;

    /// The voids of a variant, by their beginnings.
    fn voids(&self, variant: VariantId) -> Result<Vec<Void>, StoreError>;

    /// Adds a watch on a tracked variant. It has not more than [`RULES_OF_A_WATCH`] and [`CHANNELS_OF_A_WATCH`].
    fn add_watch(&self, watch: &NewWatch, now: Instant) -> Result<WatchId, StoreError>;

    /// All watches, the oldest first.
    fn watches(&self) -> Result<Vec<Watch>, StoreError>;

    /// One watch.
    fn watch(&self, id: WatchId) -> Result<Option<Watch>, StoreError>;

    /// Removes a watch; its history stays. Whether it was there.
    fn remove_watch(&self, id: WatchId) -> Result<bool, StoreError>;

    /// Lets a watch rest, or wakes it. Whether it was there.
    ///
    /// What waits of one that is stopped is not sent; of one that rests until a moment it waits until then. Waking one
    /// also takes its channels into use again that were paused.
    fn rest_watch(&self, id: WatchId, rest: Rest) -> Result<bool, StoreError>;

    /// Gives a watch these rules in place of those that it has. One that it has already keeps its number and where it
    /// stands; the others are new, and no number is used again. Whether the watch was there.
    fn change_rules(&self, id: WatchId, rules: &[Rule]) -> Result<bool, StoreError>;

    /// The watches that tell an address, the oldest first.
    fn watches_telling(&self, address: &str) -> Result<Vec<Watch>, StoreError>;

    /// Opens an empty list to a secret, by its hash.
    fn open_list(&self, secret: &Hash, now: Instant) -> Result<ListId, StoreError>;

    /// The list that a secret opens.
    fn list(&self, secret: &Hash) -> Result<Option<ListOf>, StoreError>;

    /// Adds a watch on a tracked variant to a list, of not more than [`WATCHES_OF_A_LIST`], unless the list has the very
    /// same one. Its number, and whether it is new.
    fn add_to_list(&self, list: ListId, watch: &NewWatch, now: Instant) -> Result<(WatchId, bool), StoreError>;

    /// Removes a watch of a list. Whether the list had it; a watch of another one stays.
    fn remove_from_list(&self, list: ListId, watch: WatchId) -> Result<bool, StoreError>;

    /// Names a list, or takes its name. Whether it was there.
    fn name_list(&self, list: ListId, name: Option<&str>) -> Result<bool, StoreError>;

    /// Removes a list with its watches, its secrets and the addresses that nothing else tells to; histories stay. Whether
    /// it was there.
    fn remove_list(&self, list: ListId) -> Result<bool, StoreError>;

    /// Opens a list to one more secret, of not more than [`SECRETS_OF_A_LIST`] at a time. Whether it was there.
    fn add_secret(&self, list: ListId, secret: &Hash, former: Former) -> Result<bool, StoreError>;

    /// The alerts of a list's watches and what became of them, the newest first and not more than `most`.
    fn list_log(&self, list: ListId, most: usize) -> Result<Vec<Logged>, StoreError>;

    /// Has a token, by its hash, make watches tell whoever brings it before a moment; once.
    fn invite(&self, token: &Hash, watches: &[WatchId], until: Instant, now: Instant) -> Result<(), StoreError>;

    /// Takes an invitation: its watches tell this channel from now on. They are those that are still there; `None` where
    /// there is no such invitation, or none any more.
    fn accept(&self, token: &Hash, channel: &NewChannel, now: Instant) -> Result<Option<Vec<WatchId>>, StoreError>;

    /// Records what was decided without a reading or a new price, all of it or none.
    fn record_alerts(&self, decided: &[Decided]) -> Result<(), StoreError>;

    /// Alerts that are due for the `most` addresses that have waited longest, the oldest first, leased until a moment:
    /// nobody else gets them before. An address gets all that is due for it, as far as one takes that in hand, and in
    /// order: none while an earlier one is leased or waits for its next try.
    fn lease(&self, now: Instant, until: Instant, most: usize) -> Result<Vec<Parcel>, StoreError>;

    /// What became of a parcel. Whether it was still waited for.
    fn settle(&self, parcel: ParcelId, settled: &Settled, now: Instant) -> Result<bool, StoreError>;

    /// Has what waits for its next try to an address that begins so tried at once: what all of them go through is back. What
    /// is held until later without having been tried stays so. How many it are.
    fn hasten(&self, beginning: &str, now: Instant) -> Result<usize, StoreError>;

    /// How the outbox stands.
    fn outbox(&self, now: Instant) -> Result<OutboxFigures, StoreError>;

    /// The dead letters, the newest first and not more than `most`.
    fn dead_letters(&self, most: usize) -> Result<Vec<Letter>, StoreError>;

    /// Puts a dead letter back to be sent at once, as if it had not been tried. Whether it was there.
    fn resend(&self, parcel: ParcelId, now: Instant) -> Result<bool, StoreError>;

    /// The alerts of a watch and what became of them, the newest first and not more than `most`.
    fn alert_log(&self, watch: WatchId, most: usize) -> Result<Vec<Logged>, StoreError>;

    /// Asks whether a mailbox may be asked to confirm itself, and if so has the letter with the token wait for
    /// [`Store::lease_questions`]. `mailbox` is a keyed hash, the same for all addresses that lead to one mailbox. The
    /// address is that of a channel of some watch.
    fn ask_confirmation(&self, address: &str, mailbox: &Hash, token: &Token, now: Instant)
    -> Result<Asked, StoreError>;

    /// The lists with a watch that tells a confirmed address and is not stopped, by number.
    fn lists_telling(&self, address: &str) -> Result<Vec<ListId>, StoreError>;

    /// Sends the link of a list to a confirmed mailbox that one of its watches tells: opens the list to the token and has
    /// a letter with it wait for [`Store::lease_questions`]. Whether it does: once a day for a list and a mailbox, and
    /// never to one that the list does not tell.
    fn mail_link(&self, address: &str, list: ListId, token: &Token, now: Instant) -> Result<bool, StoreError>;

    /// Opens a list to a secret that one of its channels is told, beside those that it has; of such secrets the newest
    /// [`LENT_SECRETS_OF_A_LIST`] stay. Whether the list was there.
    fn lend_secret(&self, list: ListId, secret: &Hash, now: Instant) -> Result<bool, StoreError>;

    /// Questions to mailboxes that are due, the oldest first and not more than `most`, leased until a moment: nobody else
    /// gets them before.
    fn lease_questions(&self, now: Instant, until: Instant, most: usize) -> Result<Vec<Question>, StoreError>;

    /// What became of a letter with a question. Its day begins when it is handed over; one that is given up is as if
    /// nobody had asked. Whether it was still waited for.
    fn settle_question(&self, question: QuestionId, settled: &Settled, now: Instant) -> Result<bool, StoreError>;

    /// The question whose token has this hash; `None` too where nothing tells its address any more.
    fn question(&self, token: &Hash) -> Result<Option<Asking>, StoreError>;

    /// Confirms the address whose token has this hash, within a day of its question, and names it. Alerts of the last day
    /// that could not be sent to it are.
    fn confirm(&self, token: &Hash, now: Instant) -> Result<Option<String>, StoreError>;

    /// Sends nothing more to an address, which is remembered by a salted hash alone; it has to confirm itself anew.
    fn suppress(&self, address: &str, salted_hash: &[u8]) -> Result<(), StoreError>;

    /// Whether an address with this salted hash wants nothing sent.
    fn is_suppressed(&self, salted_hash: &[u8]) -> Result<bool, StoreError>;

    /// Takes back that an address wants nothing sent. Whether it did.
    fn unsuppress(&self, salted_hash: &[u8]) -> Result<bool, StoreError>;

    /// Variants of listings with numbers above `after` whose cards are not of their newest prices, or are of a reading
    /// before the minute `old`, by listing; with where to go on, or `None` after the last listing. A call looks at not
    /// more than `listings` of them and finds about `most`.
    fn board_due(
        &self,
        after: ListingId,
        old: Minute,
        listings: usize,
        most: usize,
    ) -> Result<(Vec<Due>, Option<ListingId>), StoreError>;

    /// Puts cards on the board in place of those that are there, or takes them off.
    fn put_on_board(&self, posts: &[Post]) -> Result<(), StoreError>;

    /// Cards that fit what is sought, in its order; of equals the variant with the higher number first.
    fn board(&self, sought: &Sought) -> Result<Vec<Found>, StoreError>;

    /// Whether any card has this part of a word, of three letters or more.
    fn board_has(&self, part: &str) -> Result<bool, StoreError>;

    /// Every word of the board with the number of cards that it stands on.
    fn board_words(&self, take: &mut dyn FnMut(&str, u32)) -> Result<(), StoreError>;

    /// Keeps whether a code worked for somebody in a network; what that network said of it before counts no more.
    fn hear_of_code(&self, code: &str, network: &Hash, proven: bool, now: Instant) -> Result<(), StoreError>;

    /// What was said of each code after a moment, by code; what was said after `lately` is counted apart as well.
    fn voices(&self, after: Instant, lately: Instant) -> Result<Vec<Voices>, StoreError>;

    /// Keeps what a till showed beside a receipt; what that network said of the receipt before counts no more. What is
    /// older or more than is to be kept goes, the oldest first.
    fn hear_of_till(&self, verdict: &Verdict, keep: &Keep, now: Instant) -> Result<(), StoreError>;

    /// Takes back what a network said of a receipt, if it said anything.
    fn forget_till(&self, receipt: &str, network: &Hash) -> Result<(), StoreError>;

    /// How far receipts agree with what was said of them after a moment, by rule set, market and what is compared. Each
    /// network weighs the same, however much it said.
    fn agreement(&self, after: Instant) -> Result<Vec<Agreed>, StoreError>;

    /// Receipts of which tills showed another total, as was said after a moment: those that most networks say first, and
    /// not more than `most`.
    fn disagreements(&self, after: Instant, most: usize) -> Result<Vec<Disagreement>, StoreError>;

    /// Keeps a small state under a name, durable before this returns: a day's budget, a source's last answer.
    fn remember(&self, name: &str, value: &str) -> Result<(), StoreError>;

    /// What was kept under a name.
    fn recall(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// All that is kept under names that begin so, by name.
    fn recall_all(&self, beginning: &str) -> Result<Vec<(String, String)>, StoreError>;

    /// How much is kept.
    fn counts(&self) -> Result<Counts, StoreError>;
}
