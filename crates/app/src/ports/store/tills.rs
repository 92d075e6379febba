//! What tills showed beside receipts, as the store keeps it and sums it up.

use tillwatch_core::country::Country;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{BasisPoints, Money};

use super::Hash;

/// What a network says that a till showed beside a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The receipt's name, which is public facts alone.
    pub receipt: String,
    /// A keyed hash of the network.
    pub network: Hash,
    /// The receipt's rule set.
    pub rules: String,
    /// The receipt's market.
    pub market: Country,
    /// What the receipt comes to.
    pub total: Money,
    /// What the till showed; absent where its price was another one, so that no rule set is judged by it.
    pub shown: Option<Money>,
    /// Whether the rule sets come to several totals here.
    pub tells_apart: bool,
    /// Parts of the receipt by name, each with whether the till showed the same.
    pub parts: Vec<(String, bool)>,
    /// Rule sets, each with whether it comes to what the till showed.
    pub gives: Vec<(String, bool)>,
}

/// How much is kept of what tills showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Only what was said after this moment.
    pub after: Instant,
    /// Not more than so many verdicts.
    pub most: usize,
    /// Not more than so many of a network.
    pub of_a_network: usize,
}

/// What of a receipt is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compared {
    /// The total that a rule set comes to.
    Total,
    /// The same, of receipts at which the rule sets come to several totals.
    TotalApart,
    /// A part of receipts by the rule set: their price, a step by name, their shipping.
    Part(String),
}

impl Compared {
    /// The name in every format of ours; a part has its own.
    pub fn name(&self) -> &str {
        match self {
            Self::Total => "total",
            Self::TotalApart => "total_where_rules_differ",
            Self::Part(part) => part,
        }
    }
}

/// How far what is compared agrees under a rule set in a market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// The rule set.
    pub rules: String,
    /// The market.
    pub market: Country,
    /// What is compared.
    pub of: Compared,
    /// The networks that said anything of it.
    pub networks: u32,
    /// The average of the shares of their verdicts that agree, rounded half up at each network and at the end.
    pub share: BasisPoints,
}

/// A receipt of which tills showed another total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// The receipt's name.
    pub receipt: String,
    /// What the till showed.
    pub shown: Money,
    /// How many networks say so.
    pub networks: u32,
}
