//! What people ask of the watch: to watch something, to see what is known of it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tillwatch_core::alert::{Rule, Settings, State, Stock};
use tillwatch_core::history::{Lane, Series};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;

use crate::App;
use crate::alerts::{Alerts, Scales, Sight};
use crate::ports::store::{
    Alert, ChannelOf, Decided, Latest, Letter, ListingId, ListingKey, ListingState, Logged, NewChannel, NewWatch,
    ParcelId, Rest, StoreError, Terms, Tracked, TrackedVariant, TrackedWatch, VariantId, Watch, WatchId,
};

/// What someone wants watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The listing, ship-to country and currency.
    pub key: ListingKey,
    /// The variant; absent is the one that the listing selects.
    pub sku: Option<SkuId>,
    /// The lane.
    pub lane: Lane,
    /// What is to be told; nothing only keeps the history.
    pub rules: Vec<Rule>,
    /// How it is to be told.
    pub settings: Settings,
    /// Where to.
    pub channels: Vec<NewChannel>,
}

impl Wanted {
    pub(crate) fn of(&self, variant: VariantId) -> NewWatch {
        NewWatch {
            variant,
            lane: self.lane,
            rules: self.rules.clone(),
            settings: self.settings.clone(),
            channels: self.channels.clone(),
        }
    }
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
pub struct Roll(HashMap<NewWatch, WatchId>);

/// What became of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The watch, new or the one that was there.
    pub id: WatchId,
    /// Whether it was not there before.
    pub is_new: bool,
    /// The variant's prices as last recorded.
    pub latest: Option<Latest>,
    /// What it tells already, as it was added.
    pub told: Vec<Alert>,
}

/// The wish that a watch came from. Whether an address is confirmed is not part of it.
fn wish(watch: Watch) -> NewWatch {
    let channel = |channel: ChannelOf| NewChannel {
        address: channel.address,
        confirmed: false,
    };
    NewWatch {
        variant: watch.variant,
        lane: watch.lane,
        rules: watch.rules.iter().map(|ruled| ruled.rule).collect(),
        settings: watch.settings,
        channels: watch.channels.into_iter().map(channel).collect(),
    }
}

impl App {
    /// Reads the watches that there are, but those of lists, which are for their owners to remove.
    pub fn roll(&self) -> Result<Roll, StoreError> {
        let watches = self.store.watches()?.into_iter().rev();
        let watches = watches.filter(|watch| watch.list.is_none());
        Ok(Roll(
            watches
                .map(|watch| (watch.id, wish(watch)))
                .map(|(id, wish)| (wish, id))
                .collect(),
        ))
    }

    /// Watches a variant of a listing unless the roll has the very same watch, and says what is known of its price.
    pub fn watch_once(&self, wanted: &Wanted, roll: &mut Roll, now: Instant) -> Result<Watched, StoreError> {
        let (listing, variant) = self.store.track(&wanted.key, wanted.sku.as_ref(), now)?;
        let mut wish = wanted.of(variant);
        for channel in &mut wish.channels {
            channel.confirmed = false;
        }
        match roll.0.entry(wish) {
            Entry::Occupied(there) => Ok(Watched {
                id: *there.get(),
                is_new: false,
                latest: self.known(listing, variant)?.and_then(|(_, one)| one.latest),
                told: Vec::new(),
            }),
            Entry::Vacant(free) => {
                let watched = self.add(listing, &wanted.of(variant), now)?;
                free.insert(watched.id);
                Ok(watched)
            }
        }
    }

    /// Watches a variant of a listing, and says what is known of its price. What is watched twice is tracked once.
    pub fn watch(&self, wanted: &Wanted, now: Instant) -> Result<Watched, StoreError> {
        let (listing, variant) = self.store.track(&wanted.key, wanted.sku.as_ref(), now)?;
        self.add(listing, &wanted.of(variant), now)
    }

    /// Adds a watch; what it tells already is told.
    fn add(&self, listing: ListingId, wish: &NewWatch, now: Instant) -> Result<Watched, StoreError> {
        let id = self.store.add_watch(wish, now)?;
        self.tell_at_once(id, true, listing, wish.variant, now)
    }

    /// Tells what the new rules of a watch mean to the present price.
    pub(crate) fn tell_at_once(
        &self,
        id: WatchId,
        is_new: bool,
        listing: ListingId,
        variant: VariantId,
        now: Instant,
    ) -> Result<Watched, StoreError> {
        let mut watched = Watched {
            id,
            is_new,
            latest: None,
            told: Vec::new(),
        };
        if let Some((tracked, variant)) = self.known(listing, variant)? {
            let decided = self.at_once(id, &tracked, &variant, now);
            if !decided.is_empty() {
                self.store.record_alerts(&decided)?;
            }
            watched.latest = variant.latest;
            watched.told = decided.into_iter().filter_map(|one| one.alert).collect();
        }
        Ok(watched)
    }

    /// What the last reading means to rules that were just added, where it still speaks for the present.
    fn at_once(&self, id: WatchId, tracked: &Tracked, variant: &TrackedVariant, now: Instant) -> Vec<Decided> {
        let mut watches: Vec<TrackedWatch> = variant.watches.iter().filter(|watch| watch.id == id).cloned().collect();
        for watch in &mut watches {
            watch.rules.retain(|ruled| ruled.state == State::FRESH);
        }
        let new = TrackedVariant {
            watches,
            ..variant.clone()
        };
        let followed = Alerts::alone(tracked, &new).filter(|followed| followed.is_seen(now) && !self.is_failing());
        let (Some(followed), Some(latest)) = (followed, &new.latest) else {
            return Vec::new();
        };
        let sight = Sight {
            prices: Some((latest.lanes, &latest.terms)),
            former: None,
            stock: Stock::In,
            misses: Some(0),
        };
        let almanac = self.almanac();
        let scales = Scales::new(self.store(), &self.rules, &almanac, now);
        scales.weigh(new.id, &followed, &sight, || new.checkout.clone())
    }

    /// A variant as it stands in the store, with its listing.
    pub(crate) fn known(
        &self,
        listing: ListingId,
        variant: VariantId,
    ) -> Result<Option<(Tracked, TrackedVariant)>, StoreError> {
        let Some(tracked) = self.store.tracked_one(listing)? else {
            return Ok(None);
        };
        let one = tracked.variants.iter().find(|one| one.id == variant).cloned();
        Ok(one.map(|one| (tracked, one)))
    }

    /// Lets a watch tell nothing before a moment. Whether it was there.
    pub fn snooze(&self, id: WatchId, until: Instant) -> Result<bool, StoreError> {
        self.store.rest_watch(id, Rest::Until(until))
    }

    /// Lets a watch tell nothing more; what waits of it is not sent. Whether it was there.
    pub fn stop(&self, id: WatchId) -> Result<bool, StoreError> {
        self.store.rest_watch(id, Rest::Stopped)
    }

    /// Lets a watch tell again, by channels too that were paused. Whether it was there.
    pub fn resume(&self, id: WatchId) -> Result<bool, StoreError> {
        self.store.rest_watch(id, Rest::Awake)
    }

    /// The alerts of a watch and what became of them, the newest first and not more than `most`.
    pub fn alert_log(&self, id: WatchId, most: usize) -> Result<Vec<Logged>, StoreError> {
        self.store.alert_log(id, most)
    }

    /// Alerts that were given up, the newest first and not more than `most`.
    pub fn dead_letters(&self, most: usize) -> Result<Vec<Letter>, StoreError> {
        self.store.dead_letters(most)
    }

    /// Sends a dead letter once more. Whether it was there.
    pub fn resend(&self, letter: ParcelId, now: Instant) -> Result<bool, StoreError> {
        self.store.resend(letter, now)
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
