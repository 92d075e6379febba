//! The basket: a wishlist split into checkouts so that the sum of what is paid is smallest, with its proof.
//!
//! Each checkout is priced by the best stack, over the same road as a single one. What couples the checkouts is that a
//! discount can be used in so many of them only; and pooled shipping, minimums and limits decide which lines should
//! stand together. The search starts from what a shopper would do, improves it by moving lines, and proves it where
//! it can: over all subsets of a short wishlist, over what each of a few checkouts is to use where their number is
//! limited. Whatever stays open is told as a lower bound.

mod advice;
#[cfg(test)]
mod agree;
mod bound;
mod case;
mod estimate;
pub mod explain;
mod groups;
mod improve;
mod moves;
mod notes;
mod pairs;
mod profiles;
mod read;
mod relax;
mod subsets;
mod write;

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::ControlFlow;

use crate::checkout::Checkout;
use crate::discount::Uses;
use crate::input::InputError;
use crate::money::Money;
use crate::rules::RuleSet;
use crate::stack::{self, Stack};

pub use advice::{Add, Advice, Drawn, Keep, Shift, advice, drawer};
pub use notes::notes;
pub use read::read;
pub use write::Answer;

/// The name of the basket format.
pub const SCHEMA: &str = "tillwatch/basket/1";

/// What is to be bought, all in one checkout so far, and what a split must keep to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishlist {
    /// All lines and all discounts.
    pub checkout: Checkout,
    /// What the split must keep to.
    pub limits: Limits,
    /// A charge at the border that can be computed, if there is one.
    pub import: Option<Import>,
}

/// What a split must keep to. Lines are meant by their places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// The most checkouts.
    pub max_checkouts: Option<usize>,
    /// The most that the lines of one checkout may come to as listed.
    pub max_merchandise: Option<Money>,
    /// Lines that stand in one checkout.
    pub together: Vec<Vec<usize>>,
    /// Lines of which no two stand in one checkout.
    pub apart: Vec<Vec<usize>>,
}

/// A charge for each different tariff heading in a checkout, however many pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The charge.
    pub each: Money,
    /// The heading of each line that comes from abroad and whose heading was told.
    pub headings: Vec<Option<String>>,
}

impl Import {
    /// What the border takes of some lines.
    pub fn charge(&self, lines: &[usize]) -> Money {
        let headings = lines.iter().filter_map(|line| self.headings.get(*line)?.as_deref());
        let mut headings: Vec<&str> = headings.collect();
        headings.sort_unstable();
        headings.dedup();
        let count = u32::try_from(headings.len()).unwrap_or(u32::MAX);
        self.each.checked_mul(count).unwrap_or(self.each)
    }
}

/// A wishlist split into checkouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket {
    /// The checkouts, by their first lines.
    pub parts: Vec<Part>,
    /// What is paid for all of them.
    pub total: Money,
    /// What no split can go below.
    pub lower_bound: Money,
    /// What all lines cost in one checkout, whether or not the limits allow it.
    pub one_checkout_total: Money,
    /// What the lines cost each in a checkout of its own, whether or not the limits allow it.
    pub each_alone_total: Money,
    /// What a careful shopper comes to by hand; see [`best`].
    pub by_hand_total: Money,
}

/// How sure an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// No split is cheaper.
    Optimal,
    /// None is cheaper than the lower bound; whether one lies between is not known.
    Bounded,
}

impl Basket {
    /// Whether a cheaper split can be ruled out.
    pub fn proof(&self) -> Proof {
        if self.lower_bound == self.total {
            Proof::Optimal
        } else {
            Proof::Bounded
        }
    }
}

/// One of the checkouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its lines, by their places in the wishlist, in the order in which they are put in: that of [`line_order`].
    pub lines: Vec<usize>,
    /// The discounts whose uses the other checkouts have, by place.
    pub used_up: Vec<usize>,
    /// Its best stack, as [`Part::checkout`] gives it.
    pub stack: Stack,
    /// What the border takes.
    pub import: Option<Money>,
}

impl Part {
    /// The checkout that it stands for: its lines, all discounts, and no use left of those that are used elsewhere.
    pub fn checkout(&self, wishlist: &Wishlist) -> Checkout {
        part(&wishlist.checkout, &self.lines, &self.used_up)
    }

    /// What is paid for it.
    pub fn total(&self) -> Money {
        let total = self.stack.total();
        self.import
            .and_then(|import| total.checked_add(import))
            .unwrap_or(total)
    }
}

fn part(whole: &Checkout, lines: &[usize], used_up: &[usize]) -> Checkout {
    let mut part = Checkout {
        lines: lines
            .iter()
            .filter_map(|line| whole.lines.get(*line).cloned())
            .collect(),
        ..whole.clone()
    };
    for place in used_up {
        if let Some(discount) = part.discounts.get_mut(*place) {
            discount.uses = Some(Uses::Limited(0));
        }
    }
    part
}

/// The order in which lines are put into checkouts, by their places: by listing, then by all that tells two lines apart.
///
/// The order in which they were wished for plays no part, though the lines of a checkout have one: it decides who gets an
/// odd cent.
pub fn line_order(wishlist: &Wishlist) -> Vec<usize> {
    let headings = wishlist.import.as_ref().map(|import| &import.headings);
    let key = |place: &usize| {
        let line = wishlist.checkout.lines.get(*place)?;
        let owners = (&line.item, &line.sku, &line.store, &line.seller);
        let amounts = (line.unit_price.minor(), line.quantity, line.shipping.minor(), line.pool);
        let rest = (&line.warehouse, &line.categories, &line.title);
        Some((
            owners,
            amounts,
            rest,
            headings.and_then(|headings| headings.get(*place)),
        ))
    };
    let mut order: Vec<usize> = (0..wishlist.checkout.lines.len()).collect();
    order.sort_by(|a, b| key(a).cmp(&key(b)));
    order
}

/// The wishlist with its lines and its discounts in an order of their own.
fn reordered(wishlist: &Wishlist, lines: &[usize], discounts: &[usize]) -> Wishlist {
    let whole = &wishlist.checkout;
    let place = |line: &usize| lines.iter().position(|other| other == line);
    let groups = |groups: &[Vec<usize>]| {
        groups
            .iter()
            .map(|group| group.iter().filter_map(place).collect())
            .collect()
    };
    let import = wishlist.import.as_ref().map(|import| Import {
        each: import.each,
        headings: lines
            .iter()
            .map(|line| import.headings.get(*line).cloned().flatten())
            .collect(),
    });
    Wishlist {
        checkout: Checkout {
            lines: lines
                .iter()
                .filter_map(|line| whole.lines.get(*line).cloned())
                .collect(),
            discounts: discounts
                .iter()
                .filter_map(|place| whole.discounts.get(*place).cloned())
                .collect(),
            ..whole.clone()
        },
        limits: Limits {
            together: groups(&wishlist.limits.together),
            apart: groups(&wishlist.limits.apart),
            ..wishlist.limits.clone()
        },
        import,
    }
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The total of the best split so far.
    pub best: Money,
    /// What no split can go below, as far as is known.
    pub lower_bound: Money,
    /// How many steps the search has made; of no meaning but that it grows.
    pub work: u64,
}

/// The best split of a wishlist.
///
/// `watch` is asked now and then, many times a second, and ends the search with [`ControlFlow::Break`]: the best so far
/// is then the answer, with its bound. A search that is not ended answers the same each time.
///
/// The total is the smallest of all splits; ties go to fewer checkouts, then to the split that is smallest when each
/// line, in the order of [`line_order`], is written as the number of its checkout, where a short search can tell. The rule by hand, to compare with, is
/// that of a careful shopper: take the lines store by store, the dearest store first, and add each store to the
/// checkout that it makes cheapest, or to a new one if none gets cheaper than paying apart; coupons go to the checkout
/// that gains most by them.
///
/// # Errors
///
/// If no split keeps to the limits, or none is found.
pub fn best(
    wishlist: &Wishlist,
    rules: &RuleSet,
    watch: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Basket, InputError> {
    // Discounts by their ids and lines by what they are, so that the order of the input plays no part.
    let mut order: Vec<usize> = (0..wishlist.checkout.discounts.len()).collect();
    let id = |place: &usize| wishlist.checkout.discounts.get(*place).map(|discount| &discount.id);
    order.sort_by(|a, b| id(a).cmp(&id(b)));
    let lines = line_order(wishlist);
    let sorted = reordered(wishlist, &lines, &order);
    let mut case = case::Case::new(&sorted.checkout, &sorted, rules, watch)?;
    let found = improve::search(&mut case)?;
    Ok(answer(wishlist, rules, (&lines, &order), &case, &found))
}

/// The split as people get it: each checkout priced by itself, in the order of first lines.
fn answer(
    wishlist: &Wishlist,
    rules: &RuleSet,
    (line_order, order): (&[usize], &[usize]),
    case: &case::Case<'_, '_>,
    found: &improve::Found,
) -> Basket {
    let currency = wishlist.checkout.currency;
    let money = |minor| Money::new(minor, currency);
    let mut used = case.usage(&found.split);
    let mut parts = Vec::with_capacity(found.split.bins.len());
    for (bin, own) in found.split.bins.iter().zip(&found.split.used) {
        let lines = case
            .lines(bin)
            .into_iter()
            .filter_map(|line| line_order.get(line).copied());
        let lines: Vec<usize> = lines.collect();
        // Its own uses are given back, and what it really takes is counted anew.
        for offer in own {
            used.give_back(*offer);
        }
        let used_up = used.used_up(own);
        let used_up: Vec<usize> = used_up.filter_map(|place| order.get(place).copied()).collect();
        let checkout = part(&wishlist.checkout, &lines, &used_up);
        let stack = stack::best(&checkout, rules);
        for applied in &stack.applied {
            used.take(order.iter().position(|place| *place == applied.discount));
        }
        parts.push(Part {
            import: wishlist.import.as_ref().map(|import| import.charge(&lines)),
            lines,
            used_up,
            stack,
        });
    }
    let total = parts
        .iter()
        .map(|part| part.total().minor())
        .fold(0, i64::saturating_add);
    Basket {
        parts,
        total: money(total),
        lower_bound: money(found.bound.min(total)),
        one_checkout_total: money(found.one),
        each_alone_total: money(found.alone),
        by_hand_total: money(found.by_hand),
    }
}
