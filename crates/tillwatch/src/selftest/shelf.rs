//! Goods of the simulated marketplace on which nothing happens by itself for a while, so that a trial knows every price.

use std::sync::OnceLock;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_market::view::{Listing, Offer, OfferKind};
use tillwatch_market::world::{Size, World};

/// When every trial begins: a Wednesday before the sales of spring.
const START: Timestamp = Timestamp::constant(1_772_000_000, 0);

/// Which marketplace.
const SEED: u64 = 42;
const LISTINGS: u32 = 3_000;

/// What kind of good a trial needs. Nothing happens on it by itself for so many days.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// Variants that can be bought, at least.
    pub(super) variants: usize,
    /// In which countries.
    pub(super) sold_to: &'static [&'static str],
    /// Where it is not sold.
    pub(super) not_to: &'static [&'static str],
    pub(super) days: i64,
}

impl Search {
    /// Any good of the United States.
    pub(super) const ANY: Self = Self {
        variants: 1,
        sold_to: &["US"],
        not_to: &[],
        days: 14,
    };
}

/// A listing with its variants that can be bought, the one first that its page opens with.
#[derive(Debug, Clone)]
pub(super) struct Good {
    pub(super) item: ItemId,
    pub(super) skus: Vec<SkuId>,
}

/// The marketplace as it is at the start of every trial.
pub(super) fn world() -> World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD
        .get_or_init(|| World::new(SEED, Size::of(LISTINGS), START))
        .clone()
}

/// So many goods.
pub(super) fn goods(count: usize, search: Search) -> anyhow::Result<Vec<Good>> {
    let world = world();
    let until = START
        .saturating_add(SignedDuration::from_hours(24 * search.days))
        .unwrap_or(Timestamp::MAX);
    let found = world.items().iter().filter_map(|item| {
        let mut everywhere = search.sold_to.iter().map(|country| quiet(&world, item, country, until));
        let first = everywhere.next()??;
        let fits = first.skus.len() >= search.variants
            && everywhere.all(|there| there.is_some())
            && search
                .not_to
                .iter()
                .all(|country| world.listing(item, country, START).is_err());
        fits.then_some(first)
    });
    let found: Vec<Good> = found.take(count).collect();
    let complete = found.len() == count;
    complete
        .then_some(found)
        .context("the marketplace has too few quiet goods")
}

/// One good.
pub(super) fn one(search: Search) -> anyhow::Result<Good> {
    goods(1, search)?.pop().context("a good")
}

/// One good of the United States.
pub(super) fn good() -> anyhow::Result<Good> {
    one(Search::ANY)
}

fn quiet(world: &World, item: &ItemId, country: &str, until: Timestamp) -> Option<Good> {
    let first = still(&world.listing(item, country, START).ok()?)?;
    let moments = world.listing_changes(item, country, START, until);
    let same = |at: &Timestamp| {
        let then = world.listing(item, country, *at).ok();
        then.and_then(|then| still(&then)).is_some_and(|then| then == first)
    };
    moments.iter().all(same).then(|| Good {
        item: item.clone(),
        skus: first,
    })
}

/// The variants that can be bought, where nothing is taken off for everybody and shipping is free.
fn still(listing: &Listing) -> Option<Vec<SkuId>> {
    let none = |offer: &Offer| offer.personal || offer.kind == OfferKind::FreeShipping;
    let plain = listing.offers.iter().all(none);
    let free = listing
        .shipping
        .iter()
        .all(|way| way.carrier == "DHL" || way.fee.is_zero());
    let everybody = listing
        .variants
        .iter()
        .all(|variant| variant.new_shopper_price.is_none());
    let skus: Vec<SkuId> = listing
        .variants
        .iter()
        .filter(|variant| variant.salable)
        .map(|variant| variant.sku.clone())
        .collect();
    (plain && free && everybody && !skus.is_empty()).then_some(skus)
}
