//! The stack: everything that applies to one checkout, step by step, and a reason for whatever does not.

mod best;
pub mod diagnose;
pub mod explain;
mod near;
mod one;
mod others;
pub(crate) mod part;
mod refuse;
mod till;
pub mod variant;
mod walk;
mod write;

use alloc::string::String;
use alloc::vec::Vec;

use crate::checkout::Checkout;
use crate::discount::Discount;
use crate::id::{SellerId, StoreId};
use crate::instant::Instant;
use crate::money::Money;

pub use best::{Least, best, least};
pub use near::{NearMiss, near_misses};
pub use others::other_rules;
pub use refuse::{By, Reason};
pub use till::{could_touch, is_meant_for};
pub use write::{Hundredths, OtherRules, Receipt, SCHEMA};

/// What a checkout costs, in its two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// The goods.
    pub merchandise: Money,
    /// Shipping of the lines and the pools.
    pub shipping: Money,
}

impl Totals {
    /// Both together.
    pub fn total(&self) -> Money {
        self.merchandise.checked_add(self.shipping).unwrap_or(self.merchandise)
    }
}

/// The working of one checkout: what applied, what did not, and what is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// The name of the rule set that made it.
    pub rules: String,
    /// Before anything applied, with pooled fees waived where the checkout reaches their threshold.
    pub before: Totals,
    /// After everything applied.
    pub after: Totals,
    /// What applied, in order.
    pub applied: Vec<Applied>,
    /// What did not, in the checkout's order, each with the first reason that holds.
    pub refused: Vec<Refused>,
    /// The earliest end among what applied.
    pub earliest_expiry: Option<Instant>,
    /// Whether no choice can be cheaper. Only a search that was cut short by [`best`]'s limit cannot say so.
    pub proven: bool,
}

/// One discount that applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Which step of the rule set, by place.
    pub step: usize,
    /// Which slot of it.
    pub slot: Slot,
    /// Which discount of the checkout, by place.
    pub discount: usize,
    /// What its minimum was tested against.
    pub eligible_spend: Money,
    /// What it worked on: running prices, or shipping.
    pub base: Money,
    /// What it took; more than zero.
    pub amount: Money,
    /// The running total afterwards: of merchandise, or of shipping for a shipping benefit.
    pub after: Money,
    /// What each line of the checkout got of it; the parts, with those of the pools, add up to the amount.
    pub by_line: Vec<Money>,
    /// What each shipping pool got of it; empty where the checkout has none.
    pub by_pool: Vec<Money>,
}

/// Which slot of a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// The one of the checkout.
    Checkout,
    /// That of a store; `None` is for the lines whose store nobody knows.
    Store(Option<StoreId>),
    /// That of a seller; `None` is for the lines whose seller nobody knows.
    Seller(Option<SellerId>),
}

impl Slot {
    /// The store's or seller's id.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Checkout => None,
            Self::Store(store) => store.as_ref().map(StoreId::as_str),
            Self::Seller(seller) => seller.as_ref().map(SellerId::as_str),
        }
    }
}

/// One discount that did not apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which discount of the checkout, by place.
    pub discount: usize,
    /// The first reason that holds, with its numbers.
    pub reason: Reason,
}

impl Stack {
    /// What is paid.
    pub fn total(&self) -> Money {
        self.after.total()
    }

    /// What the shopper saves.
    pub fn saved(&self) -> Money {
        let before = self.before.total();
        before
            .checked_sub(self.total())
            .unwrap_or(Money::zero(before.currency()))
    }

    /// The discounts that applied, in order.
    pub fn discounts<'a>(&self, checkout: &'a Checkout) -> impl Iterator<Item = &'a Discount> {
        self.applied
            .iter()
            .filter_map(|applied| checkout.discounts.get(applied.discount))
    }

    /// Whether a discount of the checkout applied.
    pub fn has(&self, discount: usize) -> bool {
        self.applied.iter().any(|applied| applied.discount == discount)
    }

    /// Why a discount of the checkout did not apply.
    pub fn reason(&self, discount: usize) -> Option<&Reason> {
        self.refused
            .iter()
            .find(|refused| refused.discount == discount)
            .map(|refused| &refused.reason)
    }
}
