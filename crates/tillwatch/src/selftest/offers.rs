//! Discounts that a trial puts into the marketplace.

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use tillwatch_core::id::DiscountId;
use tillwatch_core::money::Money;
use tillwatch_market::till::{Asked, Attached, Cart, Till, Wanted};
use tillwatch_market::view::{Listing, Offer, OfferKind, Takes};
use tillwatch_market::world::World;

use super::bench::{Bench, usd};
use super::shelf::Good;

/// A discount on one good, from yesterday on for sixty days. The number sets it apart from others.
pub(super) fn offer(
    bench: &Bench,
    good: &Good,
    number: u32,
    kind: OfferKind,
    takes: Takes,
    minimum: i64,
) -> anyhow::Result<Offer> {
    let now = bench.now().moment();
    let listing = listing(bench, good)?;
    let of_store = matches!(kind, OfferKind::Store | OfferKind::StoreDiscount);
    Ok(Offer {
        id: DiscountId::parse(&(6_000_000_000_000_000 + u64::from(number)).to_string())?,
        kind,
        code: None,
        takes,
        currency: listing.currency,
        minimum: usd(minimum),
        starts: hours_from(now, -24),
        ends: hours_from(now, 24 * 60),
        left: 500,
        regions: Vec::new(),
        warehouses: Vec::new(),
        stores: of_store.then(|| listing.store.clone()).into_iter().collect(),
        sellers: (kind == OfferKind::Seller)
            .then(|| listing.seller.clone())
            .into_iter()
            .collect(),
        categories: Vec::new(),
        items: vec![good.item.clone()],
        excluded: Vec::new(),
        personal: false,
        exclusive: false,
    })
}

/// So many hours later, or earlier.
fn hours_from(moment: Timestamp, hours: i64) -> Timestamp {
    let there = moment.saturating_add(SignedDuration::from_hours(hours));
    there.unwrap_or(Timestamp::MAX)
}

/// So many cents.
pub(super) fn fixed(cents: i64) -> Takes {
    Takes::Fixed(usd(cents))
}

/// Shows discounts in the marketplace.
pub(super) fn add(bench: &Bench, offers: &[Offer]) {
    bench.shop.change(|world| {
        for offer in offers {
            world.add_offer(offer.clone());
        }
    });
}

/// A good as shoppers of the United States see it now.
pub(super) fn listing(bench: &Bench, good: &Good) -> anyhow::Result<Listing> {
    let world = world(bench)?;
    let listing = world.listing(&good.item, "US", bench.now().moment());
    listing.ok().context("the good is not there")
}

fn world(bench: &Bench) -> anyhow::Result<World> {
    let mut copy = None;
    bench.shop.change(|world| copy = Some(world.clone()));
    copy.context("a world")
}

/// What the marketplace's own till charges for one piece with the best choice of these discounts, in cents. The till is
/// written apart from the engine; every choice is rung up.
pub(super) fn at_the_till(bench: &Bench, good: &Good, offers: &[Offer]) -> anyhow::Result<i64> {
    let cart = Cart {
        market: "US".to_owned(),
        currency: usd(0).currency(),
        at: bench.now().moment(),
        held: Vec::new(),
        lines: vec![Wanted {
            item: good.item.clone(),
            sku: good.skus.first().context("a variant")?.clone(),
            quantity: 1,
        }],
    };
    let till = Till::open(&world(bench)?, &cart)?;
    let chosen: Vec<&Offer> = offers
        .iter()
        .filter(|offer| !matches!(offer.kind, OfferKind::StoreDiscount | OfferKind::SpendAndSave))
        .collect();
    let choices = 1_u32 << chosen.len();
    let totals = (0..choices).map(|choice| {
        let attached = chosen
            .iter()
            .enumerate()
            .filter(|(place, _)| choice & (1 << place) != 0);
        let asked = Asked {
            attached: attached
                .clone()
                .filter(|(_, offer)| offer.kind != OfferKind::Code)
                .map(|(_, offer)| Attached {
                    offer: offer.id.clone(),
                    place: None,
                })
                .collect(),
            typed: attached.filter_map(|(_, offer)| offer.code.clone()).collect(),
        };
        Money::minor(till.ring(&asked).total)
    });
    totals.min().context("a total")
}

/// A ladder of public codes of the United States: what each is called and takes, and from how much.
pub(super) fn ladder(id: &str, starts: &str, ends: &str, tiers: &[(&str, &str, &str)]) -> String {
    let tiers: Vec<serde_json::Value> = tiers
        .iter()
        .map(|(code, off, minimum)| serde_json::json!({"code": code, "off": off, "min_spend": minimum}))
        .collect();
    let ladder = serde_json::json!({
        "schema": "tillwatch/ladder/1", "id": id, "name": id, "kind": "code", "currency": "USD", "starts": starts,
        "ends": ends, "zone": "UTC", "source": "the trial", "confidence": "high", "tiers": tiers,
    });
    ladder.to_string()
}
