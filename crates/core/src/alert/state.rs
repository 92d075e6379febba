//! Where a rule of a watch stands, and the text by which that is kept.

use alloc::string::String;
use core::fmt;

use crate::instant::Instant;
use crate::money::{Currency, Money};

/// Where one rule of one watch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// Where in the round.
    pub stage: Stage,
    /// The price that was told last; of a rule on falls, the one that a fall is counted from.
    pub told: Option<Money>,
    /// How many crossings there were: the number of the last one.
    pub crossings: u32,
}

/// The round of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing was known since the watch was added.
    Fresh,
    /// The next time that the rule is met is told.
    Armed,
    /// It was met and told, and still is.
    Fired {
        /// When the round began; to the millisecond.
        at: Instant,
    },
    /// It was told and is no longer met; the next time counts only after the re-arm time.
    Cooling {
        /// When the round began; to the millisecond.
        at: Instant,
    },
}

impl State {
    /// That of a watch that was just added.
    pub const FRESH: Self = Self {
        stage: Stage::Fresh,
        told: None,
        crossings: 0,
    };
}

/// A text that is no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no state of an alert such as \"2 fired 1780315260000 899 USD\"")]
pub struct StateError(String);

/// The count of crossings, the stage with its moment in milliseconds since 1970, and the price told in minor units.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.crossings)?;
        match self.stage {
            Stage::Fresh => f.write_str(" fresh")?,
            Stage::Armed => f.write_str(" armed")?,
            Stage::Fired { at } => write!(f, " fired {}", at.moment().as_millisecond())?,
            Stage::Cooling { at } => write!(f, " cooling {}", at.moment().as_millisecond())?,
        }
        match self.told {
            Some(told) => write!(f, " {} {}", told.minor(), told.currency()),
            None => Ok(()),
        }
    }
}

impl State {
    /// Reads what its `Display` wrote.
    pub fn parse(text: &str) -> Result<Self, StateError> {
        let unread = || StateError(text.chars().take(64).collect());
        let mut words = text.split(' ');
        let crossings = words.next().and_then(|count| count.parse().ok()).ok_or_else(unread)?;
        let stage = words.next().ok_or_else(unread)?;
        let mut moment = || {
            let millis = words.next()?.parse().ok()?;
            Instant::from_millis(millis)
        };
        let stage = match stage {
            "fresh" => Stage::Fresh,
            "armed" => Stage::Armed,
            "fired" => Stage::Fired {
                at: moment().ok_or_else(unread)?,
            },
            "cooling" => Stage::Cooling {
                at: moment().ok_or_else(unread)?,
            },
            _ => return Err(unread()),
        };
        let told = match (words.next(), words.next(), words.next()) {
            (None, None, None) => None,
            (Some(minor), Some(currency), None) => {
                let currency = Currency::parse(currency).map_err(|_| unread())?;
                Some(Money::new(minor.parse().map_err(|_| unread())?, currency))
            }
            _ => return Err(unread()),
        };
        Ok(Self { stage, told, crossings })
    }
}
