//! What the variants of a shelf have in common, with each discount kept once for all shelves.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;
use tillwatch_core::checkout::{Checkout, Line};
use tillwatch_core::discount::{Discount, Provenance};
use tillwatch_core::id::{DiscountId, ItemId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;

/// What the variants of a shelf have in common.
#[derive(PartialEq, Eq)]
pub(super) struct Likeness {
    /// A checkout of one line without its discounts; what sets a variant apart is blank.
    bare: Checkout,
    /// What the listings showed, but for when and where: that does not change what it takes.
    pub(super) discounts: Box<[Arc<Discount>]>,
    pub(super) delivered: bool,
}

/// Each discount once: a store's coupon stands on many shelves.
#[derive(Default)]
pub(super) struct Shown(HashMap<DiscountId, Vec<Arc<Discount>>>);

impl Likeness {
    /// That of a checkout; `None` where it has not one line.
    pub(super) fn of(own: &Checkout, delivered: bool, shown: &mut Shown) -> Option<Self> {
        let [line] = own.lines.as_slice() else {
            return None;
        };
        let bare = Checkout {
            market: own.market,
            currency: own.currency,
            at: Instant::utc(Timestamp::UNIX_EPOCH),
            rules: own.rules.clone(),
            tax: own.tax,
            holds: own.holds.clone(),
            pools: own.pools.clone(),
            lines: vec![Line {
                item: ItemId::from_number(0),
                sku: None,
                title: None,
                unit_price: Money::zero(own.currency),
                shipping: Money::zero(own.currency),
                quantity: 1,
                store: line.store.clone(),
                seller: line.seller.clone(),
                categories: line.categories.clone(),
                warehouse: line.warehouse.clone(),
                pool: line.pool,
            }],
            discounts: Vec::new(),
        };
        Some(Self {
            bare,
            discounts: own.discounts.iter().map(|discount| shown.one(discount)).collect(),
            delivered,
        })
    }

    /// The checkout without its discounts.
    pub(super) const fn bare(&self) -> &Checkout {
        &self.bare
    }

    /// The checkout with what the listings showed.
    pub(super) fn checkout(&self) -> Checkout {
        let mut checkout = self.bare.clone();
        checkout.discounts = self.discounts.iter().map(|discount| (**discount).clone()).collect();
        checkout
    }

    /// The seconds at which one of its discounts begins or ends.
    pub(super) fn turns(&self) -> impl Iterator<Item = i64> {
        let edges = self
            .discounts
            .iter()
            .flat_map(|discount| [discount.valid_from, discount.valid_until]);
        edges.flatten().map(|edge| edge.moment().as_second())
    }
}

/// By what usually differs: whoever is the same in that is compared whole.
impl Hash for Likeness {
    fn hash<H: Hasher>(&self, to: &mut H) {
        for line in &self.bare.lines {
            line.store.hash(to);
            line.seller.hash(to);
        }
        for discount in &self.discounts {
            discount.id.hash(to);
        }
    }
}

impl Shown {
    /// A discount, but for when and where it was seen.
    fn one(&mut self, discount: &Discount) -> Arc<Discount> {
        let known = self.0.get(&discount.id).and_then(|known| {
            let mut known = known.iter();
            known.find(|one| one.is_alike(discount))
        });
        if let Some(known) = known {
            return Arc::clone(known);
        }
        let bare = Arc::new(Discount {
            provenance: Provenance::default(),
            ..discount.clone()
        });
        self.0.entry(discount.id.clone()).or_default().push(Arc::clone(&bare));
        bare
    }

    /// Forgets what a shelf that is gone was the last one to have.
    pub(super) fn forget(&mut self, gone: Likeness) {
        let ids: Vec<DiscountId> = gone.discounts.iter().map(|discount| discount.id.clone()).collect();
        drop(gone);
        for id in ids {
            if let Some(known) = self.0.get_mut(&id) {
                known.retain(|one| Arc::strong_count(one) > 1);
                if known.is_empty() {
                    self.0.remove(&id);
                }
            }
        }
    }
}
