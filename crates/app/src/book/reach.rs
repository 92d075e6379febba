//! From a discount's scope to the shelves and entries that it may concern.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use tillwatch_core::checkout::Checkout;
use tillwatch_core::discount::Discount;
use tillwatch_core::id::ItemId;

/// What a change of a discount touches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Whole shelves.
    pub(super) shelves: BTreeSet<usize>,
    /// Single entries.
    pub(super) entries: BTreeSet<usize>,
}

impl Touched {
    /// Whether it touches nothing.
    pub fn is_empty(&self) -> bool {
        self.shelves.is_empty() && self.entries.is_empty()
    }

    /// Joins what another change touches.
    pub fn join(&mut self, other: Self) {
        self.shelves.extend(other.shelves);
        self.entries.extend(other.entries);
    }
}

/// Postings: the hash of a property and the places that have it. Two properties with one hash make a discount look at
/// more places than it needs to; each is then asked itself.
#[derive(Default)]
pub(super) struct Reach {
    shelves: BTreeSet<(u64, usize)>,
    items: BTreeSet<(u64, usize)>,
}

/// A property by which a scope finds its shelves.
#[derive(Hash)]
enum Property<'a> {
    Everything,
    Market(&'a str),
    Store(&'a str),
    Seller(&'a str),
    Category(&'a str),
    Item(&'a str),
}

impl Property<'_> {
    fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

impl Reach {
    pub(super) fn add_item(&mut self, item: &ItemId, place: usize) {
        self.items.insert((Property::Item(item.as_str()).key(), place));
    }

    pub(super) fn remove_item(&mut self, item: &ItemId, place: usize) {
        self.items.remove(&(Property::Item(item.as_str()).key(), place));
    }

    pub(super) fn add_shelf(&mut self, checkout: &Checkout, place: usize) {
        self.shelves
            .extend(properties(checkout).map(|property| (property.key(), place)));
    }

    pub(super) fn remove_shelf(&mut self, checkout: &Checkout, place: usize) {
        for property in properties(checkout) {
            self.shelves.remove(&(property.key(), place));
        }
    }

    /// Places that may be touched, by the narrowest list of the scope: each is still to be asked.
    pub(super) fn candidates(&self, discount: &Discount) -> Touched {
        let scope = &discount.scope;
        let found = |from: &BTreeSet<(u64, usize)>, keys: &mut dyn Iterator<Item = u64>| {
            keys.flat_map(|key| from.range((key, 0)..=(key, usize::MAX)).map(|(_, place)| *place))
                .collect()
        };
        let shelves = |keys: &mut dyn Iterator<Item = u64>| Touched {
            shelves: found(&self.shelves, keys),
            entries: BTreeSet::new(),
        };
        if !scope.items.is_empty() {
            return Touched {
                shelves: BTreeSet::new(),
                entries: found(
                    &self.items,
                    &mut scope.items.iter().map(|item| Property::Item(item.as_str()).key()),
                ),
            };
        }
        if !scope.stores.is_empty() {
            shelves(&mut scope.stores.iter().map(|store| Property::Store(store.as_str()).key()))
        } else if !scope.sellers.is_empty() {
            shelves(
                &mut scope
                    .sellers
                    .iter()
                    .map(|seller| Property::Seller(seller.as_str()).key()),
            )
        } else if !scope.categories.is_empty() {
            let categories = scope.categories.iter();
            shelves(&mut categories.map(|category| Property::Category(category.as_str()).key()))
        } else if !discount.regions.is_empty() {
            shelves(
                &mut discount
                    .regions
                    .iter()
                    .map(|market| Property::Market(market.code()).key()),
            )
        } else {
            shelves(&mut std::iter::once(Property::Everything.key()))
        }
    }
}

fn properties(checkout: &Checkout) -> impl Iterator<Item = Property<'_>> {
    let general = [Property::Everything, Property::Market(checkout.market.code())];
    let of_lines = checkout.lines.iter().flat_map(|line| {
        let store = line.store.iter().map(|store| Property::Store(store.as_str()));
        let seller = line.seller.iter().map(|seller| Property::Seller(seller.as_str()));
        let categories = line
            .categories
            .iter()
            .map(|category| Property::Category(category.as_str()));
        store.chain(seller).chain(categories)
    });
    general.into_iter().chain(of_lines)
}
