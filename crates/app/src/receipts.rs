//! Receipts of the past: what a total was made of at a minute, and what entered or left the stack since.
//!
//! Nothing of it is stored: it follows from the checkouts that are kept at each change, and the rule set that is named.

use std::fmt;

use tillwatch_core::checkout::Checkout;
use tillwatch_core::country::Country;
use tillwatch_core::discount::Discount;
use tillwatch_core::history::{Known, Lane, Minute};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::observation::counts_in;
use tillwatch_core::quote::join;
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::stack::{self, Stack};

use crate::App;
use crate::ports::store::{ListingKey, StoreError, TrackedVariant};
use crate::recompute::next_turn;
use crate::standing::FRESH;

/// What stands in a name for the variant of a listing that names none.
const NO_SKU: &str = "-";

/// No more checkouts of a past are computed, the newest ones: where they change by the hour, nobody reads them all.
const MOST_CHECKOUTS: usize = 400;

/// The name of a receipt. It says all that the receipt is computed from, so that none need be stored and no name dies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptName {
    /// The listing.
    pub key: ListingKey,
    /// The variant, where the listing names one.
    pub sku: Option<SkuId>,
    /// The lane.
    pub lane: Lane,
    /// The minute; the receipt is that of its end, as histories are.
    pub at: Minute,
    /// The rule set.
    pub rules: String,
}

/// A receipt of a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The checkout at that minute, with the discounts that count in the lane.
    pub checkout: Checkout,
    /// The rule set that it is computed by.
    pub rules: RuleSet,
    /// Its best stack.
    pub stack: Stack,
    /// Whether the price is with shipping.
    pub delivered: bool,
    /// What the history has of that minute in that lane under that rule set. It differs where a ladder of codes was
    /// corrected afterwards.
    pub recorded: Option<Money>,
}

/// What is known of the stack of a variant through time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turns {
    /// From this minute on there are receipts; absent where no checkout is kept.
    pub since: Option<Minute>,
    /// What entered and left, the oldest first.
    pub turns: Vec<Turn>,
}

/// A moment at which something entered or left the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The minute.
    pub at: Minute,
    /// The total from then on.
    pub total: Money,
    /// What applied from then on and did not before.
    pub entered: Vec<Discount>,
    /// What applied before and no longer does.
    pub left: Vec<Discount>,
}

impl fmt::Display for ReceiptName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            key,
            sku,
            lane,
            at,
            rules,
        } = self;
        let sku = sku.as_ref().map_or(NO_SKU, SkuId::as_str);
        // 2026-11-22T04:12:00Z becomes 20261122T0412Z.
        let written = at.instant().to_string();
        let stamp: String = written.split(':').take(2).collect::<Vec<_>>().concat();
        let stamp: String = stamp.chars().filter(|letter| *letter != '-').collect();
        let (item, market, currency, lane) = (&key.item, key.market, key.currency, lane.name());
        write!(f, "{item}.{market}.{currency}.{sku}.{lane}.{stamp}Z.{rules}")
    }
}

impl ReceiptName {
    /// Reads what [`ReceiptName`] is written as; `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(7, '.');
        let mut next = || parts.next();
        let name = Self {
            key: ListingKey {
                item: ItemId::parse(next()?).ok()?,
                market: Country::parse(next()?).ok()?,
                currency: Currency::parse(next()?).ok()?,
            },
            sku: match next()? {
                NO_SKU => None,
                sku => Some(SkuId::parse(sku).ok()?),
            },
            lane: Lane::from_name(next()?)?,
            at: minute(next()?)?,
            rules: next()?.to_owned(),
        };
        // One receipt has one name.
        (name.to_string() == text).then_some(name)
    }
}

/// The minute of `20261122T0412Z`.
fn minute(stamp: &str) -> Option<Minute> {
    let part = |from, until| stamp.get(from..until);
    let day = format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let written = format!("{day}T{}:{}:00Z", part(9, 11)?, part(11, 13)?);
    Instant::parse(&written).ok().map(Minute::of)
}

impl App {
    /// The receipt of that name; `None` where no checkout is kept of it: the variant is not tracked, was not read by
    /// then, or its past was brought from elsewhere. It is the same to the cent whenever it is asked for, as long as
    /// nobody corrects a ladder of codes or voids what was read.
    pub fn receipt(&self, name: &ReceiptName) -> Result<Option<Kept>, StoreError> {
        let Some(rules) = self.rules_named(&name.rules) else {
            return Ok(None);
        };
        let Some(state) = self.store().listing(&name.key)? else {
            return Ok(None);
        };
        let of_sku = state.tracked.variants.iter().filter(|one| one.sku == name.sku);
        let Some(variant) = of_sku.max_by_key(|one| one.latest.is_some()) else {
            return Ok(None);
        };
        let kept = self.store().checkouts(variant.id, name.at, name.at.plus(1))?;
        let Some((_, own)) = kept.last() else { return Ok(None) };
        let checkout = self.at_till(own, name.lane, end_of(name.at));
        let (recorded, delivered) = self.recorded(variant, name)?;
        Ok(Some(Kept {
            stack: stack::best(&checkout, &rules),
            checkout,
            rules,
            delivered,
            recorded,
        }))
    }

    /// When something entered or left the stack of a variant, from a minute until before another, the oldest first.
    pub fn turns(
        &self,
        variant: &TrackedVariant,
        lane: Lane,
        from: Minute,
        until: Minute,
    ) -> Result<Turns, StoreError> {
        let mut kept = self.store().checkouts(variant.id, from, until)?;
        kept.drain(..kept.len().saturating_sub(MOST_CHECKOUTS));
        let almanac = self.almanac();
        let mut turns = Vec::new();
        let mut before: Option<Vec<Discount>> = None;
        for (place, (begun, own)) in kept.iter().enumerate() {
            let next = kept.get(place.saturating_add(1)).map_or(until, |(next, _)| *next);
            let mut at = if *begun < from { from.instant() } else { own.at };
            while Minute::of(at) < next {
                let checkout = self.at_till(own, lane, at);
                let least = stack::least(&checkout, self.rules());
                let now = least
                    .discounts
                    .iter()
                    .filter_map(|place| checkout.discounts.get(*place));
                let now: Vec<Discount> = now.cloned().collect();
                if let Some(before) = &before {
                    let missing = |from: &[Discount], other: &[Discount]| -> Vec<Discount> {
                        let of_other = |one: &&Discount| other.iter().all(|other| other.id != one.id);
                        from.iter().filter(of_other).cloned().collect()
                    };
                    let (entered, left) = (missing(&now, before), missing(before, &now));
                    if !entered.is_empty() || !left.is_empty() {
                        turns.push(Turn {
                            at: Minute::of(at),
                            total: least.total,
                            entered,
                            left,
                        });
                    }
                }
                before = Some(now);
                match next_turn(own, &almanac, at) {
                    Some(turn) => at = turn,
                    None => break,
                }
            }
        }
        Ok(Turns {
            since: kept.first().map(|(begun, _)| *begun),
            turns,
        })
    }

    /// A kept checkout at another moment: with the known discounts of then, and of all only what counts in a lane.
    pub(crate) fn at_till(&self, own: &Checkout, lane: Lane, at: Instant) -> Checkout {
        let mut checkout = own.clone();
        checkout.at = at;
        let known = self.almanac().discounts_for(checkout.market, at);
        join(&mut checkout.discounts, known.of_lines(&checkout.lines).into_iter());
        checkout.discounts.retain(|discount| counts_in(&discount.kind, lane));
        checkout
    }

    /// The rule set of a name: the one in use, else one that is built in.
    fn rules_named(&self, id: &str) -> Option<RuleSet> {
        if self.rules().id == id {
            return Some(self.rules().clone());
        }
        RuleBook::built_in().ok()?.get(Some(id)).ok().cloned()
    }

    /// What the history has of a receipt's minute, and whether that is with shipping.
    fn recorded(&self, variant: &TrackedVariant, name: &ReceiptName) -> Result<(Option<Money>, bool), StoreError> {
        let all = self.store().terms_of(variant.id)?;
        for terms in all.iter().filter(|terms| terms.rules == name.rules) {
            let series = self.store().series(variant.id, name.lane, terms)?;
            let series = series.map(|series| series.fresh_for(FRESH));
            if let Some(Known::Price { price, .. }) = series.as_ref().and_then(|series| series.at(name.at)) {
                return Ok((Some(Money::new(price.minor(), name.key.currency)), terms.delivered));
            }
        }
        let latest = variant.latest.as_ref();
        Ok((None, latest.is_some_and(|latest| latest.terms.delivered)))
    }
}

/// The last second of a minute.
fn end_of(minute: Minute) -> Instant {
    minute.plus(1).instant().plus_seconds(-1)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written_and_there_is_one_for_a_receipt() {
        let name = "1005006123456789.US.USD.12000042770116010.public.20261122T0412Z.seed-2026";
        let read = ReceiptName::parse(name).unwrap();
        assert_eq!(read.to_string(), name);
        assert_eq!(read.at.instant().to_string(), "2026-11-22T04:12:00Z");
        let bare = ReceiptName { sku: None, ..read };
        assert_eq!(ReceiptName::parse(&bare.to_string()), Some(bare));
        for odd in [
            "",
            "1005006123456789",
            "1005006123456789.US.USD.-.public.20261122T0412Z",
            "1005006123456789.us.USD.-.public.20261122T0412Z.seed-2026",
            "1005006123456789.US.USD.-.public.20261122T0412.seed-2026",
            "1005006123456789.US.USD.-.public.20261322T0412Z.seed-2026",
            "1005006123456789.US.USD.-.bold.20261122T0412Z.seed-2026",
            "1005006123456789.US.USD..public.20261122T0412Z.seed-2026",
            "é005006123456789.US.USD.-.public.2026é122T0412Z.seed-2026",
        ] {
            assert_eq!(ReceiptName::parse(odd), None, "{odd:?}");
        }
    }
}
