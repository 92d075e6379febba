//! Codes of single listings in the demonstration, which only the simulated API tells.

use tillwatch_core::id::{DiscountId, ItemId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_market::view::{Offer, OfferKind, Takes};
use tillwatch_market::world::World;

/// How long they hold, in seconds: two months.
const LENGTH: i64 = 60 * 86_400;

/// What they take and from which spend on, in cents, and how many are left.
const CODES: [(&str, i64, i64, u32); 3] = [
    ("LISTING2", 200, 1_000, 19_999),
    ("LISTING4", 400, 2_500, 480),
    ("LISTING9", 900, 6_000, 0),
];

/// Gives the first listings of the marketplace codes of their own in the United States.
pub(super) fn add(world: &mut World, origin: Instant) {
    let items: Vec<ItemId> = world.items().iter().take(12).cloned().collect();
    for (place, (code, off, minimum, left)) in CODES.into_iter().enumerate() {
        let Ok(id) = DiscountId::parse(code) else { continue };
        let money = |cents| Money::new(cents, Currency::USD);
        world.add_offer(Offer {
            id,
            kind: OfferKind::Code,
            code: Some(code.to_owned()),
            takes: Takes::Fixed(money(off)),
            currency: Currency::USD,
            minimum: money(minimum),
            starts: origin.moment(),
            ends: origin.plus_seconds(LENGTH).moment(),
            left,
            regions: vec!["US"],
            warehouses: Vec::new(),
            stores: Vec::new(),
            sellers: Vec::new(),
            categories: Vec::new(),
            items: items.iter().skip(place).step_by(CODES.len()).cloned().collect(),
            excluded: Vec::new(),
            personal: false,
            exclusive: false,
        });
    }
}
