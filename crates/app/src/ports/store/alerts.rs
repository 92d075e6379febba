//! Watches with their rules and channels, and the outbox: alerts from the decision to the last answer of a channel.

use tillwatch_core::alert::{Rule, Settings, State};
use tillwatch_core::history::Lane;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;

use super::{ListId, VariantId, WatchId};
use crate::token::Token;

/// A watch that is to be added.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewWatch {
    /// The variant, which is tracked.
    pub variant: VariantId,
    /// The lane that it follows.
    pub lane: Lane,
    /// What is to be told; nothing only keeps the history. An amount is in the listing's currency.
    pub rules: Vec<Rule>,
    /// How it is to be told.
    pub settings: Settings,
    /// Where to.
    pub channels: Vec<NewChannel>,
}

impl NewWatch {
    /// A watch that tells of a price at or below a target, where there is one, in the usual way and to nobody yet.
    pub fn of(variant: VariantId, lane: Lane, target: Option<Money>) -> Self {
        Self {
            variant,
            lane,
            rules: target.map(Rule::Below).into_iter().collect(),
            settings: Settings::default(),
            channels: Vec::new(),
        }
    }
}

/// A channel that a watch is to be told by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewChannel {
    /// The address as text.
    pub address: String,
    /// Whether it may be used at once. What was confirmed before stays so.
    pub confirmed: bool,
}

/// A channel of a watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelOf {
    /// The address as text.
    pub address: String,
    /// Whether it may be used: nothing is sent to a mailbox before its owner has agreed.
    pub confirmed: bool,
    /// Why nothing more is sent to it for this watch; absent: it is.
    pub paused: Option<String>,
    /// What became of the letter that asks for agreement, where one was wanted and there is none yet.
    pub asked: Option<Fate>,
}

/// A rule of a watch, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled {
    /// Its number within the watch, from 0.
    pub number: u32,
    /// The rule.
    pub rule: Rule,
    /// Where it stands.
    pub state: State,
}

/// Whether a watch tells anything at present. Its prices are kept all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// It does.
    Awake,
    /// Not before this moment.
    Until(Instant),
    /// Not until somebody says so.
    Stopped,
}

impl Rest {
    /// Whether it tells something at a moment.
    pub fn is_awake(self, now: Instant) -> bool {
        match self {
            Self::Awake => true,
            Self::Until(moment) => now >= moment,
            Self::Stopped => false,
        }
    }
}

/// A watch of a tracked variant, with what decisions need of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackedWatch {
    /// Its number.
    pub id: WatchId,
    /// The lane that it follows.
    pub lane: Lane,
    /// Its rules, by number.
    pub rules: Vec<Ruled>,
    /// How it is told.
    pub settings: Settings,
    /// Whether it tells anything.
    pub rest: Rest,
}

/// A step of a rule, recorded with what brought it. Of a watch that is gone meanwhile nothing is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The watch.
    pub watch: WatchId,
    /// The number of the rule.
    pub rule: u32,
    /// Where it now stands.
    pub state: State,
    /// What is to be told, if anything is.
    pub alert: Option<Alert>,
}

/// Something to tell, once for each crossing of a rule and each channel of the watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The number of the crossing.
    pub crossing: u32,
    /// When it happened.
    pub at: Instant,
    /// Not to be sent before this.
    pub due: Instant,
    /// The notice as JSON.
    pub notice: String,
}

/// The number of an alert on its way to one channel. Never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParcelId(pub i64);

/// An alert that is to be handed to one channel now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Its number.
    pub id: ParcelId,
    /// The watch.
    pub watch: WatchId,
    /// The number of the rule.
    pub rule: u32,
    /// The number of the crossing.
    pub crossing: u32,
    /// When it happened.
    pub at: Instant,
    /// Where to.
    pub address: String,
    /// How often it was tried before.
    pub attempts: u32,
    /// The notice as JSON.
    pub notice: String,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// The channel has it.
    Delivered {
        /// By which the channel knows it.
        id: Option<String>,
    },
    /// To be tried again.
    Later {
        /// Not before this.
        at: Instant,
        /// The channel's answer.
        why: String,
    },
    /// Not to be tried again.
    Dead {
        /// The channel's answer.
        why: String,
        /// Whether the address is no more: then nothing else of this watch is sent to it.
        gone: bool,
    },
}

/// How the outbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxFigures {
    /// Alerts that wait for a channel, those on their way included.
    pub waiting: u64,
    /// Those of them that are due.
    pub due: u64,
    /// When the oldest one that is due happened.
    pub oldest_due: Option<Instant>,
    /// Dead letters.
    pub dead: u64,
}

/// What became of one alert at one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its number.
    pub id: ParcelId,
    /// The watch.
    pub watch: WatchId,
    /// When it happened.
    pub at: Instant,
    /// Where to.
    pub address: String,
    /// How often it was tried.
    pub attempts: u32,
    /// How it stands.
    pub fate: Fate,
    /// The notice as JSON.
    pub notice: String,
}

/// How an alert stands at a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It waits.
    Waiting {
        /// Not before this.
        due: Instant,
        /// The channel's last answer.
        why: Option<String>,
    },
    /// The channel has it.
    Delivered {
        /// Since when.
        at: Instant,
        /// By which the channel knows it.
        id: Option<String>,
    },
    /// It was given up.
    Dead {
        /// When.
        at: Instant,
        /// The channel's last answer.
        why: String,
    },
}

/// One line of a watch's log: an alert, and what became of it at each channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The watch.
    pub watch: WatchId,
    /// The number of the rule.
    pub rule: u32,
    /// The number of the crossing.
    pub crossing: u32,
    /// When it happened.
    pub at: Instant,
    /// The notice as JSON.
    pub notice: String,
    /// What became of it; nothing where the watch had no channel that could be used.
    pub letters: Vec<Letter>,
}

/// Whether a mailbox may be asked to confirm itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It may, and the question counts as asked.
    Ask,
    /// It has been asked often enough: once a day, three times in thirty days.
    NotBefore(Instant),
    /// It is confirmed.
    Confirmed,
    /// Its owner wants nothing sent.
    Unwanted,
}

/// A question that was asked, as its token shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// The address.
    pub address: String,
    /// Whether it agreed.
    pub confirmed: bool,
    /// Until when it can be answered.
    pub until: Instant,
}

/// The number of a question to a mailbox. Never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuestionId(pub i64);

/// A question to a mailbox whether it agrees, whose letter is to be handed over now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its number.
    pub id: QuestionId,
    /// Where to.
    pub address: String,
    /// Whoever brings it back agrees; where the letter brings a link, it opens the list.
    pub token: Token,
    /// The list whose link the letter brings, in place of a question.
    pub link_of: Option<ListId>,
    /// When it was asked for.
    pub at: Instant,
    /// How often it was tried before.
    pub attempts: u32,
}
