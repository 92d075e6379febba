//! What people ask of the watch: to watch something, to see what is known of it.

use tillwatch_core::history::{Lane, Series};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;

use crate::App;
use crate::ports::store::{ListingKey, ListingState, StoreError, Terms, TrackedVariant, WatchId};

/// What someone wants watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The listing, ship-to country and currency.
    pub key: ListingKey,
    /// The variant; absent is the one that the listing selects.
    pub sku: Option<SkuId>,
    /// The lane.
    pub lane: Lane,
    /// At or below which price.
    pub target: Option<Money>,
}

/// The history of one variant in one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryOf {
    /// The listing as it stands.
    pub state: ListingState,
    /// The variant.
    pub variant: TrackedVariant,
    /// The terms of the series.
    pub terms: Terms,
    /// The lane.
    pub lane: Lane,
    /// The series.
    pub series: Series,
}

impl App {
    /// Watches a variant of a listing. What is watched twice is tracked once.
    pub fn watch(&self, wanted: &Wanted, now: Instant) -> Result<WatchId, StoreError> {
        let (_, variant) = self.store.track(&wanted.key, wanted.sku.as_ref(), now)?;
        self.store.add_watch(variant, wanted.lane, wanted.target, now)
    }

    /// The history of a variant, or of the first tracked one; `None` where nothing is tracked or nothing was read yet.
    pub fn history(
        &self,
        key: &ListingKey,
        sku: Option<&SkuId>,
        lane: Lane,
        rules: Option<&str>,
    ) -> Result<Option<HistoryOf>, StoreError> {
        let Some(state) = self.store.listing(key)? else {
            return Ok(None);
        };
        let mut variants = state.tracked.variants.iter();
        let Some(variant) = variants.find(|variant| sku.is_none_or(|sku| variant.sku.as_ref() == Some(sku))) else {
            return Ok(None);
        };
        let rules = rules.unwrap_or(&self.rules.id);
        let terms = self.store.terms_of(variant.id)?;
        let Some(terms) = terms.into_iter().find(|terms| terms.rules == rules) else {
            return Ok(None);
        };
        let Some(series) = self.store.series(variant.id, lane, &terms)? else {
            return Ok(None);
        };
        let variant = variant.clone();
        Ok(Some(HistoryOf {
            state,
            variant,
            terms,
            lane,
            series,
        }))
    }
}
