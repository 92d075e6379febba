//! What is known of a variant at a moment, as a check tells it.

use tillwatch_core::alert::Stock;
use tillwatch_core::observation::Lanes;
use tillwatch_core::snapshot::Outcome;

use crate::ports::source::Reading;
use crate::ports::store::{Check, ListingState, Terms, TrackedVariant};

/// What is known of a variant at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight<'a> {
    /// Its prices and their terms; absent in a gap.
    pub(crate) prices: Option<(Lanes, &'a Terms)>,
    /// The prices that held before.
    pub(crate) former: Option<Lanes>,
    /// Whether it can be bought.
    pub(crate) stock: Stock,
    /// How many checks failed in a row; absent where nothing was checked.
    pub(crate) misses: Option<u32>,
}

impl<'a> Sight<'a> {
    /// What a check tells of a variant, beside the prices that it had before.
    pub(crate) fn of(
        listing: &ListingState,
        variant: &TrackedVariant,
        check: &'a Check,
        reading: Option<&Reading>,
        former: Option<&(Lanes, Terms)>,
    ) -> Self {
        let mut prices = check.prices.iter().filter(|priced| priced.variant == variant.id);
        // A price whose shipping is not known is none to compare with one that had it.
        let was_delivered = former.is_some_and(|(_, terms)| terms.delivered);
        let comparable = prices.next().filter(|priced| priced.terms.delivered || !was_delivered);
        Self {
            prices: comparable.map(|priced| (priced.lanes, &priced.terms)),
            former: former.map(|(lanes, _)| *lanes),
            stock: stock(variant, check, reading),
            misses: Some(misses(listing, check)),
        }
    }
}

/// Whether a check saw the listing, whatever it saw of it.
pub(crate) const fn is_seen(outcome: Outcome) -> bool {
    !matches!(
        outcome,
        Outcome::Blocked | Outcome::EmptyShell | Outcome::ParseFailed | Outcome::Unreachable | Outcome::ApiRefused
    )
}

/// How many checks in a row did not see the listing. One that saw why there is no price is no failure here.
fn misses(listing: &ListingState, check: &Check) -> u32 {
    if is_seen(check.outcome) {
        return 0;
    }
    let before = listing.last_check.as_ref().map(|last| last.outcome);
    let begins = before.is_some_and(is_seen);
    if begins { 1 } else { check.schedule.failures }
}

/// Whether a variant can be bought, as far as a check tells.
fn stock(variant: &TrackedVariant, check: &Check, reading: Option<&Reading>) -> Stock {
    if check.prices.iter().any(|priced| priced.variant == variant.id) {
        return Stock::In;
    }
    if check.outcome == Outcome::SoldOut {
        return Stock::Out;
    }
    let shown = reading.filter(|reading| reading.snapshot.outcome == Outcome::Ok);
    let named = shown.and_then(|reading| {
        let mut variants = reading.snapshot.variants.iter();
        variants.find(|one| variant.sku.is_some() && one.sku == variant.sku)
    });
    match named {
        Some(one) if !one.salable => Stock::Out,
        _ => Stock::Unknown,
    }
}
