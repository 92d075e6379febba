//! Histories between two stores: all that one keeps, and what of it another one lacks.

use std::collections::HashMap;

use tillwatch_core::history::{Lane, Run, Value};
use tillwatch_core::money::Money;

use crate::ports::store::{
    ListingId, ListingKey, ListingPast, SeriesPast, Store, StoreError, Tracked, TrackedVariant, VariantId, VariantPast,
    WatchPast,
};

/// Listings that are asked for at a time.
const PAGE: usize = 1_000;

/// Everything that a store keeps of its listings, in an order that does not depend on the store.
pub struct Outgoing<'a> {
    store: &'a dyn Store,
    listings: Vec<(ListingKey, ListingId)>,
    watches: HashMap<VariantId, Vec<WatchPast>>,
}

/// Why a past does not fit what is kept.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It says otherwise than what is kept.
    #[error("{place}: {why}")]
    Conflict {
        /// Where in the listing, such as `variants[0].series[2]`.
        place: String,
        /// What it conflicts with.
        why: String,
    },
}

impl<'a> Outgoing<'a> {
    /// Looks up what there is.
    pub fn of(store: &'a dyn Store) -> Result<Self, StoreError> {
        let mut listings = Vec::new();
        let mut after = ListingId(0);
        loop {
            let page = store.tracked(after, PAGE)?;
            listings.extend(page.iter().map(|one| (one.key.clone(), one.id)));
            match page.last() {
                Some(last) if page.len() == PAGE => after = last.id,
                _ => break,
            }
        }
        listings.sort();
        let mut watches = watches(store)?;
        for of_one in watches.values_mut() {
            of_one.sort_by_key(|watch| (watch.since, watch.lane, watch.target.map(Money::minor)));
        }
        Ok(Self {
            store,
            listings,
            watches,
        })
    }

    /// How many listings there are.
    pub fn len(&self) -> usize {
        self.listings.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.listings.is_empty()
    }

    /// Each listing with its past, by key.
    pub fn each(&self) -> impl Iterator<Item = Result<ListingPast, StoreError>> {
        let past = |(_, id): &(ListingKey, ListingId)| self.listing(*id).transpose();
        self.listings.iter().filter_map(past)
    }

    /// `None` where it is gone meanwhile.
    fn listing(&self, id: ListingId) -> Result<Option<ListingPast>, StoreError> {
        let Some(tracked) = self.store.tracked_one(id)? else {
            return Ok(None);
        };
        let watches = |variant: &TrackedVariant| self.watches.get(&variant.id).cloned().unwrap_or_default();
        past(self.store, &tracked, watches).map(Some)
    }
}

/// The past of a listing as anybody may have it: nobody who watches it is in it.
pub fn public_past(store: &dyn Store, tracked: &Tracked) -> Result<ListingPast, StoreError> {
    past(store, tracked, |_| Vec::new())
}

fn past(
    store: &dyn Store,
    tracked: &Tracked,
    watches: impl Fn(&TrackedVariant) -> Vec<WatchPast>,
) -> Result<ListingPast, StoreError> {
    let past = |variant: &TrackedVariant| {
        Ok(VariantPast {
            sku: variant.sku.clone(),
            selected: variant.selected,
            series: series_of(store, variant.id)?,
            voids: store.voids(variant.id)?,
            watches: watches(variant),
        })
    };
    let mut variants: Vec<VariantPast> = tracked.variants.iter().map(past).collect::<Result<_, StoreError>>()?;
    // Named ones first: a selected one that has the same id would take their place.
    variants.sort_by(|one, other| (one.selected, &one.sku).cmp(&(other.selected, &other.sku)));
    Ok(ListingPast {
        key: tracked.key.clone(),
        checks: store.checks(tracked.id)?,
        variants,
    })
}

/// The watches of each variant.
fn watches(store: &dyn Store) -> Result<HashMap<VariantId, Vec<WatchPast>>, StoreError> {
    let mut all: HashMap<VariantId, Vec<WatchPast>> = HashMap::new();
    for watch in store.watches()? {
        all.entry(watch.variant).or_default().push(WatchPast {
            lane: watch.lane,
            target: watch.target(),
            since: watch.since,
        });
    }
    Ok(all)
}

fn series_of(store: &dyn Store, variant: VariantId) -> Result<Vec<SeriesPast>, StoreError> {
    let mut all_terms = store.terms_of(variant)?;
    all_terms.sort_by(|one, other| (&one.rules, one.delivered).cmp(&(&other.rules, other.delivered)));
    let mut all = Vec::new();
    for terms in all_terms {
        for lane in Lane::ALL {
            let series = store.series(variant, lane, &terms)?;
            all.extend(series.map(|series| SeriesPast {
                terms: terms.clone(),
                lane,
                runs: series.prices().to_vec(),
            }));
        }
    }
    Ok(all)
}

/// What comes from elsewhere, beside what a store keeps already.
pub struct Incoming<'a> {
    store: &'a dyn Store,
    /// As they were at the beginning: a listing comes in once.
    watches: HashMap<VariantId, Vec<WatchPast>>,
}

impl<'a> Incoming<'a> {
    /// Looks up what is watched.
    pub fn to(store: &'a dyn Store) -> Result<Self, StoreError> {
        Ok(Self {
            store,
            watches: watches(store)?,
        })
    }

    /// What of a past is not kept yet; `None` where all of it is. What contradicts what is kept is refused.
    pub fn lacking(&self, past: &ListingPast) -> Result<Option<ListingPast>, Unfit> {
        let Some(state) = self.store.listing(&past.key)? else {
            return Ok(Some(past.clone()));
        };
        let kept = self.store.checks(state.tracked.id)?;
        let checks = earlier(&kept, &past.checks).map_err(|why| conflict("checks".to_owned(), why))?;
        let mut variants = Vec::new();
        for (number, variant) in past.variants.iter().enumerate() {
            let place = format!("variants[{number}]");
            match counterpart(&state.tracked.variants, variant) {
                Some(known) => variants.extend(self.lacking_variant(known, variant, &place)?),
                None => variants.push(variant.clone()),
            }
        }
        Ok((!checks.is_empty() || !variants.is_empty()).then(|| ListingPast {
            key: past.key.clone(),
            checks,
            variants,
        }))
    }

    fn lacking_variant(
        &self,
        known: &TrackedVariant,
        given: &VariantPast,
        place: &str,
    ) -> Result<Option<VariantPast>, Unfit> {
        if let (Some(here), Some(there)) = (&known.sku, &given.sku)
            && here != there
        {
            let why = format!("the listing selects variant {here} here and not {there}");
            return Err(conflict(format!("{place}.sku"), why));
        }
        let kept = series_of(self.store, known.id)?;
        let mut series = Vec::new();
        for (number, one) in given.series.iter().enumerate() {
            let same = kept
                .iter()
                .find(|kept| kept.terms == one.terms && kept.lane == one.lane);
            let runs = earlier(same.map_or(&[][..], |kept| &kept.runs), &one.runs);
            let runs = runs.map_err(|why| conflict(format!("{place}.series[{number}]"), why))?;
            series.push(SeriesPast { runs, ..one.clone() });
        }
        series.retain(|one| !one.runs.is_empty());
        let kept = self.store.voids(known.id)?;
        let mut voids = given.voids.clone();
        voids.retain(|void| {
            !kept
                .iter()
                .any(|kept| (kept.from, kept.until) == (void.from, void.until))
        });
        let mut there = self.watches.get(&known.id).cloned().unwrap_or_default();
        let mut watches = given.watches.clone();
        // Of equal ones as many are lacking as there are more.
        watches.retain(|watch| {
            let same = there.iter().position(|kept| kept == watch);
            same.map(|place| there.swap_remove(place)).is_none()
        });
        let is_named = known.sku.is_none() && given.sku.is_some();
        let lacks = is_named || !(series.is_empty() && voids.is_empty() && watches.is_empty());
        Ok(lacks.then(|| VariantPast {
            series,
            voids,
            watches,
            ..given.clone()
        }))
    }
}

fn conflict(place: String, why: String) -> Unfit {
    Unfit::Conflict { place, why }
}

/// The tracked variant that a given one would be joined to.
fn counterpart<'a>(tracked: &'a [TrackedVariant], given: &VariantPast) -> Option<&'a TrackedVariant> {
    if given.selected {
        return tracked.iter().find(|one| one.selected);
    }
    let mut same: Vec<&TrackedVariant> = tracked.iter().filter(|one| one.sku == given.sku).collect();
    same.sort_by_key(|one| one.selected);
    same.first().copied()
}

/// The given runs that lie before all that are kept. The others must stand there already; the last one may have been
/// confirmed further since.
fn earlier<V: Value>(kept: &[Run<V>], given: &[Run<V>]) -> Result<Vec<Run<V>>, String> {
    let Some(first) = kept.first() else {
        return Ok(given.to_vec());
    };
    let (before, rest) = given.split_at(given.partition_point(|run| run.start < first.start));
    if let Some(last) = before.last().filter(|last| last.end() > first.start) {
        return Err(format!(
            "a run ends at {} and what is kept begins at {}",
            last.end(),
            first.start
        ));
    }
    for (place, run) in rest.iter().enumerate() {
        let is_last = place.saturating_add(1) == rest.len();
        let same = |kept: &Run<V>| {
            (kept.start, kept.value) == (run.start, run.value)
                && (kept.confirmed == run.confirmed || is_last && kept.confirmed > run.confirmed)
        };
        if !kept.get(place).is_some_and(same) {
            return Err(format!("the run at {} is not what is kept of that time", run.start));
        }
    }
    Ok(before.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_core::history::Minute;
    use tillwatch_core::snapshot::Outcome;

    fn run(start: u32, confirmed: u32, value: Outcome) -> Run<Outcome> {
        Run {
            start: Minute::new(start),
            confirmed,
            value,
        }
    }

    const OK: Outcome = Outcome::Ok;

    #[test]
    fn what_is_kept_already_is_not_lacking_even_where_it_was_confirmed_since() {
        let given = [run(0, 5, OK), run(9, 2, Outcome::Blocked)];
        assert_eq!(earlier(&[], &given), Ok(given.to_vec()));
        assert_eq!(earlier(&given, &given), Ok(vec![]));
        let grown = [run(0, 5, OK), run(9, 60, Outcome::Blocked), run(80, 0, OK)];
        assert_eq!(earlier(&grown, &given), Ok(vec![]));
        assert_eq!(earlier(&grown[1..], &given), Ok(vec![run(0, 5, OK)]));
    }

    #[test]
    fn what_contradicts_is_refused() {
        let kept = [run(10, 5, OK), run(20, 5, Outcome::Removed)];
        for given in [
            &[run(0, 11, OK)][..],
            &[run(10, 5, Outcome::Removed)],
            &[run(10, 4, OK), run(20, 5, Outcome::Removed)],
            &[run(10, 5, OK), run(20, 9, Outcome::Removed)],
            &[run(11, 0, OK)],
        ] {
            assert!(earlier(&kept, given).is_err(), "{given:?}");
        }
    }
}
