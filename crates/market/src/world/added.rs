//! What a test adds by hand: discounts, prices, removals.

use std::collections::HashMap;

use tillwatch_core::id::SkuId;
use tillwatch_core::money::Money;

use super::markets::Market;
use crate::view::{Listing, Offer, OfferKind};

/// A price of a variant from a second on.
pub(super) type Set = (SkuId, i64, Money);

/// All that was added. Nothing of it is needed for a world to be whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Added {
    pub(super) offers: Vec<Offer>,
    /// Prices by listing, country and variant, each from a second on.
    pub(super) prices: HashMap<(usize, &'static str), Vec<Set>>,
    /// From when a listing is gone.
    pub(super) gone: HashMap<usize, i64>,
}

impl Added {
    /// The price that was set last for a variant, if one was.
    pub(super) fn price(&self, place: usize, market: &Market, sku: &SkuId, at: i64) -> Option<Money> {
        let set = self.prices.get(&(place, market.country))?;
        set.iter()
            .filter(|(of, from, _)| of == sku && *from <= at)
            .max_by_key(|(_, from, _)| *from)
            .map(|(_, _, price)| *price)
    }

    /// The discounts that a listing shows besides its own.
    pub(super) fn shown(&self, listing: &Listing, at: i64) -> impl Iterator<Item = Offer> {
        self.offers
            .iter()
            .filter(move |offer| offer.kind != OfferKind::Code && runs(offer, at) && covers(offer, listing))
            .cloned()
    }

    pub(super) fn codes(&self, market: &Market, at: i64) -> impl Iterator<Item = Offer> {
        self.typed(market, at, false)
    }

    pub(super) fn personal_codes(&self, market: &Market, at: i64) -> impl Iterator<Item = Offer> {
        self.typed(market, at, true)
    }

    fn typed(&self, market: &Market, at: i64, personal: bool) -> impl Iterator<Item = Offer> {
        let here = |offer: &Offer| {
            if offer.regions.is_empty() {
                offer.currency == market.currency()
            } else {
                offer.regions.contains(&market.country)
            }
        };
        self.offers
            .iter()
            .filter(move |offer| {
                offer.kind == OfferKind::Code && offer.personal == personal && runs(offer, at) && here(offer)
            })
            .cloned()
    }

    /// When something that was added begins or ends.
    pub(super) fn changes(&self, place: usize, market: &Market, into: &mut Vec<i64>) {
        into.extend(
            self.offers
                .iter()
                .flat_map(|offer| [offer.starts.as_second(), offer.ends.as_second()]),
        );
        let prices = self.prices.get(&(place, market.country));
        into.extend(prices.into_iter().flatten().map(|(_, from, _)| *from));
        into.extend(self.gone.get(&place));
    }
}

fn runs(offer: &Offer, at: i64) -> bool {
    (offer.starts.as_second()..offer.ends.as_second()).contains(&at)
}

/// Whether a discount is one of this listing. Country and warehouse do not hide it: a page shows what its reader cannot
/// use, too.
fn covers(offer: &Offer, listing: &Listing) -> bool {
    let any = |none: bool, found: bool| none || found;
    any(offer.stores.is_empty(), offer.stores.contains(&listing.store))
        && any(offer.sellers.is_empty(), offer.sellers.contains(&listing.seller))
        && any(offer.items.is_empty(), offer.items.contains(&listing.item))
        && any(
            offer.categories.is_empty(),
            listing
                .categories
                .iter()
                .any(|category| offer.categories.contains(&category.id)),
        )
}
