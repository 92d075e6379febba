//! From what an answer of the API or a search says to a snapshot whose outcome follows from its variants.

use tillwatch_core::snapshot::{Outcome, Shipping, Snapshot};

/// A snapshot of what can be bought, or why nothing can.
pub(super) fn priced(snapshot: Snapshot) -> Snapshot {
    if snapshot.item.is_none() {
        return snapshot.without_price(Outcome::ParseFailed, "The listing has no readable id.");
    }
    if snapshot.salable().next().is_some() {
        return snapshot;
    }
    let soldout = !snapshot.variants.is_empty() && snapshot.variants.iter().all(|variant| !variant.salable);
    if soldout {
        snapshot.without_price(Outcome::SoldOut, "Nothing on the listing can be bought now.")
    } else {
        snapshot.without_price(Outcome::NoPrice, "There is no price above zero that can be read.")
    }
}

/// What an answer says about a listing besides prices; no price comes out of it.
pub(super) fn unpriced(snapshot: Snapshot, detail: &str) -> Snapshot {
    Snapshot {
        outcome: Outcome::NoPrice,
        detail: Some(detail.to_owned()),
        variants: Vec::new(),
        ..snapshot
    }
}

/// Adds a way of shipping once, cheapest first.
pub(super) fn add_shipping(ways: &mut Vec<Shipping>, way: Shipping) {
    if !ways.contains(&way) {
        ways.push(way);
        ways.sort_by_key(|way| way.fee.minor());
    }
}
