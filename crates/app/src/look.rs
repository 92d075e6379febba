//! What is known of a listing now: the till at this moment, where its price stands, which target to begin with.

use tillwatch_core::checkout::Checkout;
use tillwatch_core::history::{Lane, Minute, Period, Price, Series, Window};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::observation::{Lanes, counts_in};
use tillwatch_core::quote::{Wish, quote};
use tillwatch_core::snapshot::{Outcome, Variant};
use tillwatch_core::stack::{self, Stack};

use crate::App;
use crate::ports::store::{ListingKey, ListingState, StoreError, Terms, TrackedVariant};
use crate::standing::{FRESH, Present, Standing};

/// How far above the lowest price a suggested target lies, in percent.
const ABOVE_LOW: u64 = 5;

/// A listing as it stands at a moment, in one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The listing.
    pub state: ListingState,
    /// The variant of it.
    pub variant: TrackedVariant,
    /// The lane that everything here is of, but for the suggested target.
    pub lane: Lane,
    /// Whether the price counts as the present one, and its all-time low.
    pub standing: Standing,
    /// The usual windows with their lows and the moments of these; absent without a history.
    pub windows: Option<[Window; Period::USUAL.len()]>,
    /// The target to begin with: 5 % above the all-time low of the public lane, rounded up to the smallest unit. Absent
    /// without a history.
    pub target: Option<Money>,
    /// The checkout at this moment, made of the last reading however old that is: [`Look::is_present`] tells whether
    /// it still speaks for the present. Absent before the first reading.
    pub till: Option<Till>,
    /// Whether the listing was last read so long ago that nothing of it is taken for the present.
    pub is_old: bool,
}

/// One piece at the till, with every public discount that is known at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Till {
    /// The checkout, with the discounts that count in the lane.
    pub checkout: Checkout,
    /// Its best stack.
    pub stack: Stack,
    /// The price in every lane.
    pub lanes: Lanes,
    /// Whether the price is with shipping; without it where no source named one.
    pub delivered: bool,
}

impl Look {
    /// The listing's title, where one was read.
    pub fn title(&self) -> Option<&str> {
        let snapshot = self.state.snapshot.as_ref();
        snapshot.and_then(|snapshot| snapshot.title.as_deref())
    }

    /// The variant as the last reading showed it.
    pub fn shown(&self) -> Option<&Variant> {
        let sku = self.variant.sku.as_ref()?;
        let mut variants = self.state.snapshot.iter().flat_map(|snapshot| &snapshot.variants);
        variants.find(|variant| variant.sku.as_ref() == Some(sku))
    }

    /// When a reading last confirmed the price.
    pub fn confirmed(&self) -> Option<Minute> {
        self.variant.latest.as_ref().map(|latest| latest.confirmed)
    }

    /// Whether the till's total is what is paid now, as far as readings tell: the last one is neither too old nor
    /// followed by one that saw no price.
    pub fn is_present(&self) -> bool {
        match self.standing.present {
            Present::Holds { .. } => self.till.is_some(),
            // A variant whose page was read for another one.
            Present::Nothing => self.till.is_some() && self.failed().is_none() && !self.is_old,
            Present::Hidden { .. } | Present::Old(_) => false,
        }
    }

    /// What became of the last reading, where it saw no price.
    pub fn failed(&self) -> Option<Outcome> {
        let last = self.state.last_check.as_ref()?;
        (last.outcome != Outcome::Ok).then_some(last.outcome)
    }

    /// The window of a period.
    pub fn window(&self, period: Period) -> Option<&Window> {
        self.windows.iter().flatten().find(|window| window.period == period)
    }
}

/// The target to begin with: a twentieth above a low, rounded up to the smallest unit.
pub fn suggested(low: Price, currency: Currency) -> Money {
    let above = low.minor().unsigned_abs().saturating_mul(ABOVE_LOW).div_ceil(100);
    let target = low.minor().saturating_add(i64::try_from(above).unwrap_or(i64::MAX));
    Money::new(target, currency)
}

impl App {
    /// What is known of a listing now in the public lane; `None` where the listing, or the variant that is asked for,
    /// is not tracked. Without a variant it is the one that the page selects, else the first that is tracked.
    pub fn look(&self, key: &ListingKey, sku: Option<&SkuId>, now: Instant) -> Result<Option<Look>, StoreError> {
        self.look_in(key, sku, Lane::Public, now)
    }

    /// The same in any lane.
    pub fn look_in(
        &self,
        key: &ListingKey,
        sku: Option<&SkuId>,
        lane: Lane,
        now: Instant,
    ) -> Result<Option<Look>, StoreError> {
        let Some(state) = self.store().listing(key)? else {
            return Ok(None);
        };
        let Some(variant) = meant(&state, sku).cloned() else {
            return Ok(None);
        };
        let series = |lane| self.past(&variant, lane);
        let minute = Minute::of(now);
        let (own, public) = match (series(lane)?, lane) {
            (own, Lane::Public) => (own.clone(), own),
            (own, _) => (own, series(Lane::Public)?),
        };
        let nothing = Standing {
            present: Present::Nothing,
            low: None,
        };
        let low = public.and_then(|public| Standing::of(&public, minute).low);
        Ok(Some(Look {
            till: self.till(&state, &variant, lane, now),
            is_old: is_old(&state, minute),
            standing: own.as_ref().map_or(nothing, |own| Standing::of(own, minute)),
            windows: own.as_ref().map(|own| own.windows(minute)),
            target: low.map(|low| suggested(low.price, key.currency)),
            state,
            variant,
            lane,
        }))
    }

    /// The history of a variant in a lane, under the terms of its last reading.
    pub(crate) fn past(&self, variant: &TrackedVariant, lane: Lane) -> Result<Option<Series>, StoreError> {
        let latest = variant.latest.as_ref().map(|latest| latest.terms.clone());
        let terms = match latest {
            Some(terms) if terms.rules == self.rules().id => Some(terms),
            _ => {
                let all = self.store().terms_of(variant.id)?;
                all.into_iter().find(|terms| terms.rules == self.rules().id)
            }
        };
        terms.map_or(Ok(None), |terms: Terms| self.store().series(variant.id, lane, &terms))
    }

    /// The checkout of the last reading at this moment, with the known discounts besides its own.
    fn till(&self, state: &ListingState, variant: &TrackedVariant, lane: Lane, now: Instant) -> Option<Till> {
        let almanac = self.almanac();
        let read = variant.checkout.as_ref().zip(variant.latest.as_ref());
        let (mut checkout, delivered) = if let Some((own, latest)) = read {
            (self.at_till(own, Lane::Code, now), latest.terms.delivered)
        } else {
            // The listing was read before anybody asked for this variant.
            let wish = Wish {
                market: Some(state.tracked.key.market),
                currency: Some(state.tracked.key.currency),
                sku: variant.sku.clone(),
                quantity: 1,
                at: now,
            };
            let quoted = quote(state.snapshot.as_ref()?, &almanac, &wish).ok()?;
            (quoted.checkout, quoted.shipping_known)
        };
        let lanes = Lanes::of(&checkout, self.rules())?;
        checkout.discounts.retain(|discount| counts_in(&discount.kind, lane));
        Some(Till {
            stack: stack::best(&checkout, self.rules()),
            checkout,
            lanes,
            delivered,
        })
    }
}

fn is_old(state: &ListingState, now: Minute) -> bool {
    let good = state
        .tracked
        .schedule
        .last_good
        .and_then(|good| Instant::from_millis(good.saturating_mul(1_000)));
    good.is_none_or(|good| now.since(Minute::of(good)) > FRESH)
}

/// The variant of that id; without one that which the page selects, else the first.
fn meant<'a>(state: &'a ListingState, sku: Option<&SkuId>) -> Option<&'a TrackedVariant> {
    let variants = &state.tracked.variants;
    match sku {
        Some(sku) => {
            let of_sku = variants.iter().filter(|variant| variant.sku.as_ref() == Some(sku));
            of_sku.max_by_key(|variant| variant.latest.is_some())
        }
        None => variants.iter().find(|variant| variant.selected).or(variants.first()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggested_target_is_a_twentieth_above_the_low_and_never_a_fraction_below_that() {
        let target = |low| Price::new(low).map(|low| suggested(low, Currency::USD).minor());
        assert_eq!(
            [3_149, 2_000, 1, 19, 21].map(target),
            [3_307, 2_100, 2, 20, 23].map(Some)
        );
    }
}
