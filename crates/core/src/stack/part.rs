//! Parts of a checkout, priced one by one: what does not depend on which lines are bought together is worked out once.
#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "places come from the checkout's own lists, and bits from their places"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::best::Search;
use super::till::{Owners, Till, net, never, touches};
use super::walk::EMPTY;
use crate::checkout::Checkout;
use crate::discount::Benefit;
use crate::rules::RuleSet;

/// A checkout whose parts are asked for.
pub(crate) struct Parts<'a> {
    pub(crate) checkout: &'a Checkout,
    pub(crate) rules: &'a RuleSet,
    /// The discounts that can apply to any part at all, in the checkout's order.
    pub(crate) offers: Vec<Offer>,
    pub(super) owners: Owners,
}

/// A discount that can apply.
pub(crate) struct Offer {
    /// Its place in the checkout.
    pub(crate) discount: usize,
    /// The place of its step.
    pub(crate) step: usize,
    /// The lines that it can touch, a bit each.
    lines: Vec<u64>,
}

impl Offer {
    /// Whether it can touch a line.
    pub(crate) fn touches(&self, line: u32) -> bool {
        self.lines[line as usize / 64] >> (line % 64) & 1 == 1
    }
}

/// What a part comes to at best.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Price {
    /// The total with the tolls of what applies.
    pub(crate) total: i64,
    /// The offers that apply, by place.
    pub(crate) used: Vec<usize>,
    /// Whether no choice can be cheaper.
    pub(crate) proven: bool,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(checkout: &'a Checkout, rules: &'a RuleSet) -> Self {
        let words = checkout.lines.len().div_ceil(64);
        let offer = |(place, discount): (usize, &'a crate::discount::Discount)| {
            let (step, _) = rules.step_of(&discount.kind)?;
            let known = !matches!(discount.benefit, Benefit::Unknown { .. });
            let mut lines = vec![0_u64; words];
            for (line, bought) in checkout.lines.iter().enumerate() {
                lines[line / 64] |= u64::from(touches(discount, bought)) << (line % 64);
            }
            let able = known && never(checkout, discount).is_ok() && lines.iter().any(|word| *word != 0);
            able.then_some(Offer {
                discount: place,
                step,
                lines,
            })
        };
        Self {
            checkout,
            rules,
            offers: checkout.discounts.iter().enumerate().filter_map(offer).collect(),
            owners: Owners::of(checkout, rules),
        }
    }

    /// A spend as minimums see it.
    pub(crate) fn net(&self, spend: i64) -> i64 {
        net(self.checkout, self.rules, spend)
    }

    /// The least total of some lines, in the checkout's order, with some of the offers, each with its toll: the same
    /// road as that of the best stack. Proven if so much work is enough.
    pub(crate) fn price(&self, lines: &[u32], offers: impl Iterator<Item = (usize, i64)>, work: u64) -> Price {
        let till = Till::of_part(self, lines.to_vec(), offers);
        let (total, choice, proven) = Search::new(&till).cheapest(work);
        let taken = choice.iter().filter(|place| **place != EMPTY);
        let offer = |place: &usize| {
            let discount = till.candidates[*place].discount;
            self.offers.partition_point(|offer| offer.discount < discount)
        };
        Price {
            total,
            used: taken.map(offer).collect(),
            proven,
        }
    }
}
