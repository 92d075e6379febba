//! Why a discount did not apply: one reason each, with the numbers that are needed to act.

use alloc::vec;
use alloc::vec::Vec;

use super::Refused;
use super::best::Search;
use super::till::{Candidate, Till};
use super::walk::{Trial, Walk};
use crate::instant::Instant;
use crate::money::{Currency, Money};

/// The first reason that holds, in the order in which they stand here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its window has not begun.
    NotStarted {
        /// When it begins.
        from: Instant,
    },
    /// Its window is over.
    Expired {
        /// When it ended.
        at: Instant,
    },
    /// It is in another currency; nothing is converted.
    CurrencyMismatch {
        /// The discount's.
        discount: Currency,
        /// The checkout's.
        checkout: Currency,
    },
    /// It is locked to other ship-to countries; the discount names them.
    RegionLocked,
    /// Only the buyers who hold it can use it.
    Personal,
    /// No use is left.
    Exhausted,
    /// No line of the checkout is among those that it can touch.
    NotEligible {
        /// The condition that keeps the last line away.
        by: By,
    },
    /// The eligible spend is under its minimum.
    BelowMinimum {
        /// The minimum.
        needs: Money,
        /// The eligible spend, as this market tests it.
        has: Money,
        /// What is missing.
        short: Money,
    },
    /// The eligible lines have too few pieces. Named `below_minimum` in formats, with pieces for amounts.
    TooFewPieces {
        /// The pieces of the lowest tier.
        needs: u32,
        /// The pieces there are.
        has: u32,
    },
    /// It, or one that applied, tolerates no other price discount.
    ExclusiveConflict {
        /// The ones that applied and that it cannot stand beside, by place.
        with: Vec<usize>,
        /// The best total with it as the only chosen price discount.
        total_alone: Money,
    },
    /// Another one has its place.
    SlotTaken {
        /// That one, by place.
        by: usize,
        /// The total had this one taken its place and everything else stayed.
        total_with: Money,
    },
    /// Its place is free, and taking it would still not make the total lower.
    NoEffect {
        /// The total with it.
        total_with: Money,
        /// The ones that would apply no more with it, by place.
        loses: Vec<usize>,
    },
    /// Its kind or its benefit is not known to this version.
    UnknownKind,
}

impl Reason {
    /// The name in every format of ours.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotStarted { .. } => "not_started",
            Self::Expired { .. } => "expired",
            Self::CurrencyMismatch { .. } => "currency_mismatch",
            Self::RegionLocked => "region_locked",
            Self::Personal => "personal",
            Self::Exhausted => "exhausted",
            Self::NotEligible { .. } => "not_eligible",
            Self::BelowMinimum { .. } | Self::TooFewPieces { .. } => "below_minimum",
            Self::ExclusiveConflict { .. } => "exclusive_conflict",
            Self::SlotTaken { .. } => "slot_taken",
            Self::NoEffect { .. } => "no_effect",
            Self::UnknownKind => "unknown_kind",
        }
    }

    /// For a discount that could take several slots, whether this slot's reason is the one to tell: a free place before
    /// a taken one, that before a minimum; then the smaller total, or what is nearer to the minimum.
    fn told_before(&self, other: &Self) -> bool {
        let rank = |reason: &Self| match reason {
            Self::NoEffect { total_with, .. } => (0, total_with.minor()),
            Self::SlotTaken { total_with, .. } => (1, total_with.minor()),
            Self::BelowMinimum { short, .. } => (2, short.minor()),
            _ => (3, 0),
        };
        rank(self) < rank(other)
    }

    /// Whether less is missing than in another of its sort.
    pub(super) fn nearer_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::BelowMinimum { short: own, .. }, Self::BelowMinimum { short: others, .. }) => {
                own.minor() < others.minor()
            }
            (Self::TooFewPieces { has: own, .. }, Self::TooFewPieces { has: others, .. }) => own > others,
            _ => false,
        }
    }
}

/// The condition of a discount that lets no line through, in the order in which they are tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Other stores.
    Store,
    /// Other sellers.
    Seller,
    /// Other categories.
    Category,
    /// Other listings.
    Item,
    /// Listings that it never touches.
    Excluded,
    /// Another warehouse.
    Warehouse,
}

impl By {
    /// All, in the order in which they are tested.
    pub const ALL: [Self; 6] = [
        Self::Store,
        Self::Seller,
        Self::Category,
        Self::Item,
        Self::Excluded,
        Self::Warehouse,
    ];

    /// The name in every format of ours.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Seller => "seller",
            Self::Category => "category",
            Self::Item => "item",
            Self::Excluded => "excluded",
            Self::Warehouse => "warehouse",
        }
    }
}

/// A reason for each discount that did not apply, in the checkout's order.
#[expect(clippy::indexing_slicing, reason = "places come from the till's own lists")]
pub(super) fn refusals(till: &Till<'_>, walk: &Walk, search: &mut Search<'_, '_>) -> Vec<Refused> {
    let mut reasons: Vec<Option<Reason>> = till.refused.clone();
    let mut applied = vec![false; reasons.len()];
    for taken in &walk.steps {
        applied[till.candidates[taken.candidate].discount] = true;
    }
    let mut trial = Trial::new(till);
    for (slot, places) in till.slots.iter().enumerate() {
        for place in places.all() {
            let candidate = &till.candidates[place];
            if applied[candidate.discount] {
                continue;
            }
            let told = &mut reasons[candidate.discount];
            let reason = match conflict(till, walk, slot, candidate, told.as_ref(), search) {
                Some(reason) => reason,
                None => in_slot(till, walk, slot, place, &mut trial),
            };
            if told.as_ref().is_none_or(|other| reason.told_before(other)) {
                *told = Some(reason);
            }
        }
    }
    let refused = reasons.into_iter().enumerate();
    refused
        .filter_map(|(discount, reason)| reason.map(|reason| Refused { discount, reason }))
        .collect()
}

/// Why a candidate is not in its slot, but for exclusivity.
#[expect(clippy::indexing_slicing, reason = "places come from the till's own lists")]
fn in_slot(till: &Till<'_>, walk: &Walk, slot: usize, place: usize, trial: &mut Trial) -> Reason {
    let candidate = &till.candidates[place];
    let before = walk.before(slot);
    if !till.admissible(candidate, before) {
        return till.below(till.minimum(candidate), till.spend(candidate, before));
    }
    let total_with = till.money(walk.total_with(till, slot, place, trial));
    if let Some(winner) = walk.taken(slot) {
        return Reason::SlotTaken {
            by: till.candidates[winner].discount,
            total_with,
        };
    }

    // What stands in the slots before this one is not touched.
    let later = walk.steps.iter().filter(|taken| taken.slot > slot);
    let lost = later.filter(|taken| !trial.has(taken));
    let loses = lost.map(|taken| till.candidates[taken.candidate].discount).collect();
    Reason::NoEffect { total_with, loses }
}

/// The conflict that keeps a candidate out because it, or one that applied, tolerates no other price discount.
#[expect(clippy::indexing_slicing, reason = "places come from the till's own lists")]
fn conflict(
    till: &Till<'_>,
    walk: &Walk,
    slot: usize,
    candidate: &Candidate,
    told: Option<&Reason>,
    search: &mut Search<'_, '_>,
) -> Option<Reason> {
    if candidate.automatic() {
        return None;
    }
    if let Some(told @ Reason::ExclusiveConflict { .. }) = told {
        return Some(told.clone());
    }
    let strict = till.rules.exclusive_blocks_free_shipping;
    let clashes = |other: &Candidate| {
        !other.automatic()
            && (candidate.exclusive() && (strict || !other.shipping)
                || other.exclusive() && (strict || !candidate.shipping))
    };
    // A minimum that the best stack itself leaves unmet is told first.
    if !till.admissible(candidate, walk.before(slot)) {
        return None;
    }
    let others = walk
        .steps
        .iter()
        .map(|taken| &till.candidates[taken.candidate])
        .filter(|other| clashes(other));
    let with: Vec<usize> = others.map(|other| other.discount).collect();
    if with.is_empty() {
        return None;
    }
    Some(Reason::ExclusiveConflict {
        with,
        total_alone: till.money(search.alone(candidate.discount)),
    })
}
