//! Alerts: what someone wants to be told of, and when it has happened, once for each time that it does.
//!
//! A watch follows one [`Lane`](crate::history::Lane) and has any number of [`Rule`]s. Each rule has a [`State`] of its
//! own, which goes round: armed, fired, cooling, armed again. [`decide`] takes it a step further by what is known at a
//! moment, and says whether that is to be told. It has no memory beside the state, so that a program that was killed
//! decides again exactly as it did.

mod decide;
mod notice;
mod read;
mod settings;
mod state;
mod write;

use crate::history::Period;
use crate::money::{BasisPoints, Money};

pub use decide::{Facts, Stock, decide};
pub use notice::{Notice, Off, SCHEMA, read as read_notice};
pub use read::{read_rule, read_settings};
pub use settings::{DayMinute, Quiet, Rearm, Settings, SettingsError, Zone};
pub use state::{Stage, State, StateError};

/// What someone wants to be told of. Prices are those of the watch's lane; a rule in another currency is never met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The price is at this amount or below.
    Below(Money),
    /// The price is at most so much above the lowest one of a period, half up. Without another price in the period there
    /// is nothing to be near to.
    AboveLow {
        /// How far back.
        period: Period,
        /// How much above the low is still near it.
        share: BasisPoints,
    },
    /// The price is below every other one of a period.
    NewLow(Period),
    /// The price fell by so much since the last alert, or since the watch began.
    Drop(Fall),
    /// It can be bought again.
    BackInStock,
    /// The price rose since less is taken off than before: a discount has ended or no longer reaches its minimum.
    StackGone,
    /// The checks fail again and again, and later: they no longer do.
    Broken,
}

impl Rule {
    /// The period that the rule looks back over.
    pub const fn period(&self) -> Option<Period> {
        match self {
            Self::AboveLow { period, .. } | Self::NewLow(period) => Some(*period),
            _ => None,
        }
    }

    /// The name in every format of ours.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Below(_) => "below",
            Self::AboveLow { .. } => "above_low",
            Self::NewLow(_) => "new_low",
            Self::Drop(_) => "drop",
            Self::BackInStock => "back_in_stock",
            Self::StackGone => "stack_gone",
            Self::Broken => "broken",
        }
    }

    /// The amount that the rule names.
    pub const fn amount(&self) -> Option<Money> {
        match self {
            Self::Below(amount) | Self::Drop(Fall::By(amount)) => Some(*amount),
            _ => None,
        }
    }
}

/// How far a price must fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fall {
    /// By an amount.
    By(Money),
    /// By a share of the price that it is counted from, half up, and one minor unit at least.
    Share(BasisPoints),
}

/// Something that is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing {
    /// Counts the crossings of one rule of one watch, from 1.
    pub number: u32,
    /// What happened.
    pub kind: Kind,
    /// The price, where one is known.
    pub price: Option<Money>,
    /// At or below which price the rule was met, where it asks for one.
    pub target: Option<Money>,
}

/// What happened with a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It was met by the first thing that was known after the watch was added.
    AlreadyMet,
    /// It is met now.
    Reached,
    /// It was met before, and the price has fallen further since by the step that was chosen.
    Further,
    /// What was broken works again.
    Recovered,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::AlreadyMet, Self::Reached, Self::Further, Self::Recovered];

    /// The name in every format of ours.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AlreadyMet => "already_met",
            Self::Reached => "reached",
            Self::Further => "further",
            Self::Recovered => "recovered",
        }
    }

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
