//! Discounts that a page tells beside its panel: of many pieces of the listing, and of shipping.

use std::fmt;

use tillwatch_core::discount::{Benefit, Discount, Kind, PieceTier};
use tillwatch_core::money::Money;

use super::Page;
use crate::readers::coupon_id::{named, unnamed};
use crate::readers::texts::one_amount;

/// Of this listing alone: "2% off (5 pieces or more)".
pub(in crate::readers) fn bulk(tier: PieceTier, page: &Page<'_>) -> Discount {
    let mut bulk = unnamed(Kind::StoreDiscount, Benefit::Pieces { tiers: vec![tier] }, None);
    bulk.scope.items.extend(page.item.cloned());
    bulk.provenance = page.provenance(format!("{}% off from {} pieces", tier.percent, tier.pieces));
    named(bulk, &format!("bulk{}", owner(page.item)))
}

/// "Free shipping for orders over 40": of this store.
pub(in crate::readers) fn free_shipping(words: &str, page: &Page<'_>) -> Discount {
    let minimum = page.currency.and_then(|currency| one_amount(words, currency));
    let benefit = match minimum {
        Some(_) => Benefit::Shipping { cap: None },
        None => Benefit::Unknown { name: words.into() },
    };
    let mut free = unnamed(Kind::FreeShipping, benefit, minimum.map(Money::currency));
    free.min_spend = minimum;
    free.scope = page.own_store();
    free.provenance = page.provenance(words.to_owned());
    named(free, &format!("free-shipping{}", owner(page.seller)))
}

/// `-12345`, for a name.
fn owner(id: Option<&impl fmt::Display>) -> String {
    id.map(|id| format!("-{id}")).unwrap_or_default()
}
