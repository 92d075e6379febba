//! In which order the till takes discounts, and how many of each: the one place where this is written down.

use super::{Good, Place};
use crate::view::OfferKind::{
    self, Category, Code, FreeShipping, Platform, Seller, SpendAndSave, Store, StoreDiscount, Welcome,
};

/// One step of the till. In each place that it has, one discount at most.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) takes: &'static [OfferKind],
    one_for: OneFor,
    /// Whether it happens by itself, and nobody asks for it.
    pub(super) by_itself: bool,
}

#[derive(Debug)]
enum OneFor {
    Cart,
    Store,
    Seller,
}

/// First to last.
pub(super) const ORDER: [Step; 7] = [
    by_itself(&[StoreDiscount], OneFor::Store),
    by_itself(&[SpendAndSave], OneFor::Cart),
    asked_for(&[Platform, Category, Welcome], OneFor::Cart),
    asked_for(&[Store], OneFor::Store),
    asked_for(&[Seller], OneFor::Seller),
    asked_for(&[Code], OneFor::Cart),
    asked_for(&[FreeShipping], OneFor::Cart),
];

const fn by_itself(takes: &'static [OfferKind], one_for: OneFor) -> Step {
    Step {
        takes,
        one_for,
        by_itself: true,
    }
}

const fn asked_for(takes: &'static [OfferKind], one_for: OneFor) -> Step {
    Step {
        takes,
        one_for,
        by_itself: false,
    }
}

impl Step {
    /// The places of a step in a cart, in the order in which they are first met.
    pub(super) fn places(&self, goods: &[Good]) -> Vec<Place> {
        let mut places = Vec::new();
        for good in goods {
            let place = match self.one_for {
                OneFor::Cart => Place::Cart,
                OneFor::Store => Place::Store(good.store.clone()),
                OneFor::Seller => Place::Seller(good.seller.clone()),
            };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }
}

impl Place {
    /// Whether a line is in it.
    pub(super) fn holds(&self, good: &Good) -> bool {
        match self {
            Self::Cart => true,
            Self::Store(store) => good.store == *store,
            Self::Seller(seller) => good.seller == *seller,
        }
    }
}
