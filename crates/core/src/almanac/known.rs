//! What is known of discounts for one market at one moment, found by the listings of a checkout.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::distance;
use crate::checkout::Line;
use crate::country::Country;
use crate::discount::Discount;
use crate::id::ItemId;
use crate::instant::Instant;

/// Known discounts. A code of one listing would only be noise on the receipts of all others, so that it is kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// For every checkout.
    general: Vec<Discount>,
    /// For the checkouts of the listings that they name.
    bound: Vec<Discount>,
    /// Which of these name a listing, by place.
    of_item: BTreeMap<ItemId, Vec<usize>>,
}

impl Known {
    /// Of discounts that have one id each. What is typed for a code that everybody may type now is not given once more
    /// for a listing.
    pub(super) fn new(discounts: impl Iterator<Item = Discount>, market: Country, at: Instant) -> Self {
        let (mut bound, general): (Vec<Discount>, Vec<Discount>) =
            discounts.partition(|discount| discount.scope.is_of_listings());
        if !bound.is_empty() {
            let meant = |discount: &&Discount| discount.regions.is_empty() || discount.regions.contains(&market);
            let holds = general
                .iter()
                .filter(meant)
                .filter(|discount| distance(discount, at) == 0);
            let typed: BTreeSet<&str> = holds.map(Discount::typed).collect();
            bound.retain(|discount| !typed.contains(discount.typed()));
        }
        let mut of_item: BTreeMap<ItemId, Vec<usize>> = BTreeMap::new();
        for (place, discount) in bound.iter().enumerate() {
            for item in &discount.scope.items {
                of_item.entry(item.clone()).or_default().push(place);
            }
        }
        Self {
            general,
            bound,
            of_item,
        }
    }

    /// Those for a checkout of these lines: the ones that name no listing, then the ones that name one of theirs.
    pub fn of_lines(&self, lines: &[Line]) -> Vec<&Discount> {
        self.of(lines.iter().map(|line| &line.item))
    }

    /// The same for these listings.
    pub fn of<'a>(&self, items: impl Iterator<Item = &'a ItemId>) -> Vec<&Discount> {
        let mut places: BTreeSet<usize> = BTreeSet::new();
        if !self.bound.is_empty() {
            places.extend(items.filter_map(|item| self.of_item.get(item)).flatten());
        }
        let bound = places.into_iter().filter_map(|place| self.bound.get(place));
        self.general.iter().chain(bound).collect()
    }
}
