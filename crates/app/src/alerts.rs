//! Watches with their rules, in memory, and what a price or its absence means to them.
//!
//! Deciding changes nothing here: only what the store has recorded is kept, so that no decision is lost where it
//! refuses. What is here can be made again from it at any time.

mod low;
mod notice;
mod sight;
mod weigh;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tillwatch_core::alert::{Rule, Settings, State};
use tillwatch_core::history::{Lane, Minute};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::observation::Lanes;

use crate::ports::store::{
    Check, Decided, Latest, ListingKey, Rest, Tracked, TrackedVariant, TrackedWatch, VariantId, WatchId,
};
use crate::standing::FRESH;
use low::Low;
pub(crate) use sight::{Sight, is_seen};
pub(crate) use weigh::Scales;

/// The variants that somebody wants to be told of.
#[derive(Default)]
pub(crate) struct Alerts {
    followed: HashMap<VariantId, Followed>,
    /// Each kind of settings once: nearly all watches have the same.
    settings: HashSet<Arc<Settings>>,
}

/// A variant that somebody wants to be told of.
pub(crate) struct Followed {
    key: ListingKey,
    sku: Option<SkuId>,
    title: Option<Box<str>>,
    /// When its price was last read; absent while nobody can see one.
    seen: Option<Minute>,
    watches: Vec<Kept>,
}

struct Kept {
    id: WatchId,
    lane: Lane,
    rest: Rest,
    settings: Arc<Settings>,
    rules: Vec<Held>,
}

struct Held {
    number: u32,
    rule: Rule,
    state: State,
    /// What was read of the past; looked up when it is needed.
    low: Cell<Option<Low>>,
}

impl Alerts {
    /// Takes a listing in as it stands in the store, in place of what was known of it.
    pub(crate) fn take_in(&mut self, tracked: &Tracked) {
        for variant in &tracked.variants {
            match self.followed(tracked, variant) {
                Some(followed) => {
                    self.followed.insert(variant.id, followed);
                }
                None => {
                    self.followed.remove(&variant.id);
                }
            }
        }
    }

    /// A variant with those of its watches that tell something; `None` where none does.
    fn followed(&mut self, tracked: &Tracked, variant: &TrackedVariant) -> Option<Followed> {
        let telling = variant.watches.iter().filter(|watch| !watch.rules.is_empty());
        let watches: Vec<Kept> = telling.map(|watch| self.kept(watch)).collect();
        if watches.is_empty() {
            return None;
        }
        let checkout = variant.checkout.as_ref();
        let title = checkout.and_then(|checkout| checkout.lines.first()?.title.as_deref());
        let latest = variant.latest.as_ref().filter(|_| tracked.schedule.failures == 0);
        Some(Followed {
            key: tracked.key.clone(),
            sku: variant.sku.clone(),
            title: title.map(Into::into),
            seen: latest.map(|latest: &Latest| latest.confirmed),
            watches,
        })
    }

    fn kept(&mut self, watch: &TrackedWatch) -> Kept {
        let known = self.settings.get(&watch.settings).map(Arc::clone);
        let settings = known.unwrap_or_else(|| Arc::new(watch.settings.clone()));
        self.settings.insert(Arc::clone(&settings));
        let held = watch.rules.iter().map(|ruled| Held {
            number: ruled.number,
            rule: ruled.rule,
            state: ruled.state,
            low: Cell::new(None),
        });
        Kept {
            id: watch.id,
            lane: watch.lane,
            rest: watch.rest,
            settings,
            rules: held.collect(),
        }
    }

    /// A variant that is followed.
    pub(crate) fn get(&self, variant: VariantId) -> Option<&Followed> {
        self.followed.get(&variant)
    }

    /// A variant alone with its watches as they stand in the store.
    pub(crate) fn alone(tracked: &Tracked, variant: &TrackedVariant) -> Option<Followed> {
        Self::default().followed(tracked, variant)
    }

    /// After a check was recorded: what it said of each variant, and where the rules now stand.
    pub(crate) fn checked(&mut self, tracked: &Tracked, check: &Check, formers: &[(VariantId, Option<Lanes>)]) {
        let at = Minute::of(check.at);
        for variant in &tracked.variants {
            let Some(followed) = self.followed.get_mut(&variant.id) else {
                continue;
            };
            let priced = check.prices.iter().find(|priced| priced.variant == variant.id);
            followed.seen = match priced {
                Some(_) => Some(at),
                // A brief reading of another variant says nothing of this one.
                None if check.schedule.failures == 0 => followed.seen,
                None => None,
            };
            let Some(priced) = priced else { continue };
            if priced.sku.is_some() {
                followed.sku.clone_from(&priced.sku);
            }
            let line = priced.checkout.as_ref().and_then(|checkout| checkout.lines.first());
            if let Some(title) = line.and_then(|line| line.title.as_deref()) {
                followed.title = Some(title.into());
            }
            let former = formers.iter().find(|(id, _)| *id == variant.id);
            if let Some((_, Some(former))) = former {
                followed.moved(former, &priced.lanes, at);
            }
        }
        for variant in &tracked.variants {
            self.keep(variant.id, &check.alerts);
        }
    }

    /// After a new price was recorded without a reading.
    pub(crate) fn repriced(
        &mut self,
        variant: VariantId,
        former: &Lanes,
        now: &Lanes,
        decided: &[Decided],
        at: Instant,
    ) {
        if let Some(followed) = self.followed.get_mut(&variant) {
            followed.moved(former, now, Minute::of(at));
        }
        self.keep(variant, decided);
    }

    fn keep(&mut self, variant: VariantId, decided: &[Decided]) {
        let Some(followed) = self.followed.get_mut(&variant) else {
            return;
        };
        for one in decided {
            let of = followed.watches.iter_mut().filter(|watch| watch.id == one.watch);
            let rules = of.flat_map(|watch| &mut watch.rules);
            for held in rules.filter(|held| held.number == one.rule) {
                held.state = one.state;
            }
        }
    }
}

impl Followed {
    /// Whether its price is known at a moment, as far as readings tell.
    pub(crate) fn is_seen(&self, now: Instant) -> bool {
        self.seen.is_some_and(|seen| Minute::of(now).since(seen) <= FRESH)
    }

    /// The lows after the prices changed: the former ones are now past.
    fn moved(&mut self, former: &Lanes, now: &Lanes, at: Minute) {
        for watch in &mut self.watches {
            let (former, now) = (former.get(watch.lane), now.get(watch.lane));
            for held in watch.rules.iter_mut().filter(|_| former != now) {
                if let Some(low) = held.low.get_mut() {
                    low.pass(former, at);
                }
            }
        }
    }
}
