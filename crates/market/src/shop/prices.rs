//! Listings in the currency that is asked for, and without a price.

use jiff::Timestamp;
use tillwatch_core::id::ItemId;
use tillwatch_core::money::Money;

use super::asked::Asked;
use crate::view::{Listing, Variant};
use crate::world::{Absence, MARKETS, World};

/// A listing for a country, in its own currency or in the one that was asked for where the shop pays in that somewhere.
pub(super) fn listing(world: &World, item: &ItemId, asked: &Asked, now: Timestamp) -> Result<Listing, Absence> {
    let listing = world.listing(item, &asked.country, now)?;
    let Some(currency) = asked.currency.filter(|currency| *currency != listing.currency) else {
        return Ok(listing);
    };
    let elsewhere = MARKETS
        .iter()
        .filter(|market| market.currency() == currency)
        .find_map(|market| world.listing(item, market.country, now).ok());
    Ok(match elsewhere {
        Some(other) => Listing {
            market: listing.market,
            store: listing.store,
            ..other
        },
        None => listing,
    })
}

/// The listing with zeros for prices, as a page that failed halfway shows it.
pub(super) fn without(mut listing: Listing) -> Listing {
    let zero = Money::zero(listing.currency);
    for variant in &mut listing.variants {
        variant.price = zero;
        variant.list_price = zero;
        variant.new_shopper_price = None;
    }
    listing
}

/// The variant that a listing opens with: the first that can be bought, else the first.
pub(super) fn default_variant(listing: &Listing) -> Option<&Variant> {
    let salable = listing.variants.iter().find(|variant| variant.salable);
    salable.or(listing.variants.first())
}

/// Whether what a page shows are the prices of a first order: where everything that can be bought has one.
pub(super) fn shows_first_orders(listing: &Listing) -> bool {
    let mut salable = listing.variants.iter().filter(|variant| variant.salable).peekable();
    salable.peek().is_some() && salable.all(|variant| variant.new_shopper_price.is_some())
}

/// The sale price and the crossed-out price that a page shows of a variant.
pub(super) fn shown(variant: &Variant, first_orders: bool) -> (Money, Money) {
    let sale = variant.new_shopper_price.filter(|_| first_orders);
    (sale.unwrap_or(variant.price), variant.list_price)
}

/// An absence in the counters.
pub(super) const fn word(absence: Absence) -> &'static str {
    match absence {
        Absence::Unknown => "unknown_listing",
        Absence::Removed => "removed_listing",
        Absence::NotSoldThere => "not_sold_there",
    }
}
