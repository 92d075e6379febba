//! A listing with its past, as it moves from one store to another: nothing in it is a number of one store.

use tillwatch_core::history::{Lane, Run, Void};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::Outcome;

use super::{ListingKey, Terms};

/// A listing in one market with its checks, its variants and who watches them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingPast {
    /// Which one.
    pub key: ListingKey,
    /// What became of its readings, in order.
    pub checks: Vec<Run<Outcome>>,
    /// Its tracked variants: the named ones by id, then the one that the page selects.
    pub variants: Vec<VariantPast>,
}

/// One tracked variant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VariantPast {
    /// Its id; a selected one may not have one yet.
    pub sku: Option<SkuId>,
    /// Whether it is whichever the page selects.
    pub selected: bool,
    /// Its prices, by terms and then by lane.
    pub series: Vec<SeriesPast>,
    /// What of them does not count.
    pub voids: Vec<Void>,
    /// Its watches, the oldest first.
    pub watches: Vec<WatchPast>,
}

/// The prices of one variant in one lane under some terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesPast {
    /// The terms.
    pub terms: Terms,
    /// The lane.
    pub lane: Lane,
    /// The prices in minor units of the listing's currency, in order.
    pub runs: Vec<Run>,
}

/// One watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchPast {
    /// The lane that it follows.
    pub lane: Lane,
    /// At or below which price.
    pub target: Option<Money>,
    /// When it was added.
    pub since: Instant,
}
