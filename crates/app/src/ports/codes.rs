//! Who tells codes of single listings: by campaign, by what sells, by the listings that somebody watches.

use tillwatch_core::country::Country;
use tillwatch_core::discount::Discount;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;

use super::Later;
use super::source::SourceError;

/// The most listings of a [`Question::Promotions`].
pub const MOST_LISTINGS: usize = 10;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Which campaigns run.
    Campaigns,
    /// The listings of a campaign, with their codes.
    Campaign {
        /// What it is called.
        name: String,
        /// The ship-to country.
        market: Country,
        /// The currency of the codes.
        currency: Currency,
    },
    /// The listings that sell well, with their codes.
    Hot {
        /// The ship-to country.
        market: Country,
        /// The currency of the codes.
        currency: Currency,
    },
    /// The codes of these listings.
    Promotions {
        /// The ship-to country.
        market: Country,
        /// The currency of the codes.
        currency: Currency,
        /// At most [`MOST_LISTINGS`].
        items: Vec<ItemId>,
    },
}

impl Question {
    /// For which market it asks, in which currency.
    pub const fn place(&self) -> Option<(Country, Currency)> {
        match self {
            Self::Campaigns => None,
            Self::Campaign { market, currency, .. }
            | Self::Hot { market, currency }
            | Self::Promotions { market, currency, .. } => Some((*market, *currency)),
        }
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The campaigns by name, in the order in which they came.
    Campaigns(Vec<String>),
    /// Codes as they were read, each with the listings that it was seen on.
    Codes(Vec<Discount>),
}

/// Tells codes, one call a question.
pub trait CodeSource: Send + Sync {
    /// The account that its calls are charged to, which is a source's.
    fn account(&self) -> &'static str;

    /// The app that asks: what it may ask is remembered of it. Nothing of it is secret.
    fn app(&self) -> &str;

    /// The method that would be called; `None` where there is none for this market or currency, so that the call is saved.
    fn method(&self, question: &Question) -> Option<&'static str>;

    /// One call. `now` is what it is signed with.
    fn ask<'a>(&'a self, question: &'a Question, now: Instant) -> Later<'a, Result<Answer, SourceError>>;
}
