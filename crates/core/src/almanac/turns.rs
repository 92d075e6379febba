//! When what is known of discounts changes: the moments at which one begins or ends, and what an edit touched.

use alloc::vec::Vec;

use super::Almanac;
use crate::discount::Discount;
use crate::instant::Instant;

impl Almanac {
    /// The next moment after this one at which a known discount begins or ends.
    pub fn next_turn(&self, after: Instant) -> Option<Instant> {
        self.all().flat_map(edges).filter(|edge| *edge > after).min()
    }

    /// The known discounts that begin or end after one moment and not after another.
    pub fn turning(&self, after: Instant, until: Instant) -> impl Iterator<Item = &Discount> {
        self.all()
            .filter(move |discount| edges(discount).any(|edge| edge > after && edge <= until))
    }

    /// The discounts of which this almanac and another one do not say the same, as each of them says it.
    pub fn differences<'a>(&'a self, other: &'a Self) -> Vec<&'a Discount> {
        let missing = |from: &'a Self, of: &'a Self| {
            of.all()
                .filter(|discount| !from.all().any(|known| known == *discount))
                .collect::<Vec<_>>()
        };
        let mut all = missing(self, other);
        all.extend(missing(other, self));
        all
    }
}

fn edges(discount: &Discount) -> impl Iterator<Item = Instant> {
    [discount.valid_from, discount.valid_until].into_iter().flatten()
}
