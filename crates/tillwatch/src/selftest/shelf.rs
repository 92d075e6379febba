//! Goods of the simulated marketplace on which nothing happens by itself for a while, so that a trial knows every price.

use std::sync::OnceLock;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_market::view::Listing;
use tillwatch_market::world::{Size, World};

/// When every trial begins: a Tuesday between two sales.
const START: Timestamp = Timestamp::constant(1_770_084_000, 0);

/// Which marketplace.
const SEED: u64 = 42;
const LISTINGS: u32 = 1_500;

/// For so long nothing happens on a good.
const QUIET: SignedDuration = SignedDuration::from_hours(24 * 21);

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

/// So many quiet goods that are sold to all of these countries, each with so many variants.
pub(super) fn goods(count: usize, variants: usize, countries: &[&str]) -> anyhow::Result<Vec<Good>> {
    let world = world();
    let found = world.items().iter().filter_map(|item| {
        let good = quiet(&world, item, countries.first()?)?;
        let everywhere = countries.iter().all(|country| quiet(&world, item, country).is_some());
        (good.skus.len() >= variants && everywhere).then_some(good)
    });
    let found: Vec<Good> = found.take(count).collect();
    (found.len() == count)
        .then_some(found)
        .with_context(|| format!("the marketplace has no {count} quiet goods"))
}

/// One quiet good of the United States.
pub(super) fn good() -> anyhow::Result<Good> {
    goods(1, 1, &["US"])?.pop().context("a good")
}

fn quiet(world: &World, item: &ItemId, country: &str) -> Option<Good> {
    let until = START.checked_add(QUIET).ok()?;
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

/// The variants that can be bought, where nothing is taken off and shipping is free.
fn still(listing: &Listing) -> Option<Vec<SkuId>> {
    let plain = listing.offers.is_empty() && listing.announced.is_none();
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
