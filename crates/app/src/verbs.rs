//! What people ask of the watch: to watch something, to see what is known of it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tillwatch_core::history::{Lane, Series};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;

use crate::App;
use crate::ports::store::{Latest, ListingKey, ListingState, StoreError, Terms, TrackedVariant, VariantId, WatchId};

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

/// The watches that there are, to know a wish that was made before. Worth its reading where many wishes follow.
#[derive(Debug, Default)]
pub struct Roll(HashMap<(VariantId, Lane, Option<Money>), WatchId>);

/// What became of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The watch, new or the one that was there.
    pub id: WatchId,
    /// Whether it was not there before.
    pub is_new: bool,
    /// The variant's prices as last recorded.
    pub latest: Option<Latest>,
}

impl App {
    /// Reads the watches that there are.
    pub fn roll(&self) -> Result<Roll, StoreError> {
        let watches = self.store.watches()?.into_iter().rev();
        Ok(Roll(
            watches
                .map(|watch| ((watch.variant, watch.lane, watch.target), watch.id))
                .collect(),
        ))
    }

    /// Watches a variant of a listing unless the roll has the very same watch, and says what is known of its price.
    pub fn watch_once(&self, wanted: &Wanted, roll: &mut Roll, now: Instant) -> Result<Watched, StoreError> {
        let (listing, variant) = self.store.track(&wanted.key, wanted.sku.as_ref(), now)?;
        let (id, is_new) = match roll.0.entry((variant, wanted.lane, wanted.target)) {
            Entry::Occupied(there) => (*there.get(), false),
            Entry::Vacant(free) => {
                let id = self.store.add_watch(variant, wanted.lane, wanted.target, now)?;
                (*free.insert(id), true)
            }
        };
        let variants = self.store.tracked_one(listing)?.map(|tracked| tracked.variants);
        let known = variants.unwrap_or_default().into_iter().find(|one| one.id == variant);
        Ok(Watched {
            id,
            is_new,
            latest: known.and_then(|one| one.latest),
        })
    }

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
