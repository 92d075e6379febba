//! When what is known of discounts changes: the moments at which one begins or ends, and what an edit touched.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Almanac;
use crate::checkout::Line;
use crate::discount::Discount;
use crate::id::DiscountId;
use crate::instant::Instant;

impl Almanac {
    /// The next moment after this one at which a known discount begins or ends.
    pub fn next_turn(&self, after: Instant) -> Option<Instant> {
        self.all().flat_map(edges).filter(|edge| *edge > after).min()
    }

    /// The next moment after this one at which a known discount begins or ends that lines can have: no code of other
    /// listings.
    pub fn next_turn_of(&self, lines: &[Line], after: Instant) -> Option<Instant> {
        let is_theirs = |discount: &&Discount| {
            let items = &discount.scope.items;
            !discount.scope.is_of_listings() || lines.iter().any(|line| items.contains(&line.item))
        };
        let theirs = self.all().filter(is_theirs);
        theirs.flat_map(edges).filter(|edge| *edge > after).min()
    }

    /// The known discounts that begin or end after one moment and not after another.
    pub fn turning(&self, after: Instant, until: Instant) -> impl Iterator<Item = &Discount> {
        self.all()
            .filter(move |discount| edges(discount).any(|edge| edge > after && edge <= until))
    }

    /// The discounts of which this almanac and another one do not say the same, as each of them says it.
    pub fn differences<'a>(&'a self, other: &'a Self) -> Vec<&'a Discount> {
        let missing = |from: &'a Self, of: &'a Self| {
            let mut known: BTreeMap<&DiscountId, Vec<&Discount>> = BTreeMap::new();
            for discount in from.all() {
                known.entry(&discount.id).or_default().push(discount);
            }
            let is_known = |discount: &&Discount| known.get(&discount.id).is_some_and(|of_id| of_id.contains(discount));
            of.all().filter(|discount| !is_known(discount)).collect::<Vec<_>>()
        };
        let mut all = missing(self, other);
        all.extend(missing(other, self));
        all
    }
}

fn edges(discount: &Discount) -> impl Iterator<Item = Instant> {
    [discount.valid_from, discount.valid_until].into_iter().flatten()
}
