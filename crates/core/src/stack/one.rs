//! One line, or several that no discount can tell apart, and minimums on listed prices: no search is needed.
//!
//! Each discount then maps the running price to a smaller one and never turns a smaller price into a larger, so the
//! best choice leaves the least at each step. What that cannot settle is left to the search: equal totals, which are
//! told apart by number and ids, and a step whose discounts take from prices as well as from shipping.

use alloc::vec::Vec;

use super::till::{Take, minimum, net, never, opening, take, touches};
use crate::checkout::{Checkout, Line};
use crate::id::DiscountId;
use crate::rules::{Basis, RuleSet};

/// More usable discounts than this on one line are left to the search.
const MOST_OFFERS: usize = 64;

/// A discount that can apply to the line.
struct Offer {
    discount: usize,
    take: Take,
    exclusive: bool,
    automatic: bool,
}

/// What one line comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Least {
    pub(super) total: i64,
    /// The discounts that apply, by place and in the order of the steps; the list ends at the first hole.
    pub(super) discounts: [Option<usize>; MOST_STEPS],
}

/// A rule set with more steps is left to the search.
pub(super) const MOST_STEPS: usize = 16;

/// The line's offers, and what they work on.
struct Counter<'a> {
    checkout: &'a Checkout,
    rules: &'a RuleSet,
    offers: &'a [Offer],
    /// For each step the places of its offers, a bit each.
    by_step: [u64; MOST_STEPS],
    price: i64,
    shipping: i64,
}

/// Which chosen price discounts may apply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Allowed {
    /// All but exclusive ones.
    Shared,
    /// This one alone.
    Only(usize),
}

/// The least total of a checkout of one line or of lines that are alike, or `None` where only the search can tell.
pub(super) fn least(checkout: &Checkout, rules: &RuleSet) -> Option<Least> {
    let (line, others) = checkout.lines.split_first()?;
    if !others.iter().all(|other| alike(line, other)) {
        return None;
    }
    if rules.steps.len() > MOST_STEPS || rules.steps.iter().any(|step| step.basis == Basis::Running) {
        return None;
    }
    let lines = || checkout.lines.iter();
    let listed = lines().map(|line| line.listed().minor()).fold(0, i64::saturating_add);
    let pieces = lines().map(|line| line.quantity).fold(0, u32::saturating_add);
    let spend = net(checkout, rules, listed);
    let mut offers = Vec::with_capacity(checkout.discounts.len().min(MOST_OFFERS));
    let mut by_step = [0_u64; MOST_STEPS];
    for (discount, offered) in checkout.discounts.iter().enumerate() {
        let Some((step, rule)) = rules.step_of(&offered.kind) else {
            continue;
        };
        if spend < minimum(offered) || !touches(offered, line) || never(checkout, offered).is_err() {
            continue;
        }
        let Ok(take) = take(offered, false, spend, pieces) else {
            continue;
        };
        let automatic = rule.is_automatic();
        *by_step.get_mut(step)? |= 1_u64.checked_shl(u32::try_from(offers.len()).ok()?)?;
        offers.push(Offer {
            discount,
            take,
            exclusive: offered.exclusive && !automatic,
            automatic,
        });
    }
    let shipping = opening(checkout, 0..checkout.lines.len())
        .into_iter()
        .skip(checkout.lines.len())
        .fold(0, i64::saturating_add);
    let counter = Counter {
        checkout,
        rules,
        offers: &offers,
        by_step,
        price: listed,
        shipping,
    };
    counter.settle()
}

impl Counter<'_> {
    fn settle(&self) -> Option<Least> {
        let mut best = self.proven(Allowed::Shared)?;
        for offer in self.offers.iter().filter(|offer| offer.exclusive) {
            if is_shipping(offer) {
                return None;
            }
            let alone = self.proven(Allowed::Only(offer.discount))?;
            if alone.total == best.total {
                return None;
            }
            if alone.total < best.total {
                best = alone;
            }
        }
        Some(best)
    }

    /// The least total under a restriction, if it is the only choice that comes to it.
    fn proven(&self, allowed: Allowed) -> Option<Least> {
        let (mut price, mut shipping) = (self.price, self.shipping);
        let mut discounts = [None; MOST_STEPS];
        let mut runners = [None; MOST_STEPS];
        let mut applied = discounts.iter_mut();
        for step in 0..self.rules.steps.len() {
            let (winner, second) = self.best_two(step, allowed, price, shipping)?;
            if let Some((offer, amount)) = winner {
                if is_shipping(offer) {
                    shipping = shipping.saturating_sub(amount);
                } else {
                    if let (false, Some(runner)) = (offer.automatic, runners.get_mut(step)) {
                        *runner = Some(price.saturating_sub(second));
                    }
                    price = price.saturating_sub(amount);
                }
                *applied.next()? = Some(offer.discount);
            }
        }
        // Had a step left a little more, would what follows have made up for it?
        for (step, runner) in runners.into_iter().enumerate() {
            if runner.is_some_and(|left| self.after(step.saturating_add(1), allowed, left) <= price) {
                return None;
            }
        }
        Some(Least {
            total: price.saturating_add(shipping),
            discounts,
        })
    }

    /// The least that the steps from one on leave of a price.
    fn after(&self, from: usize, allowed: Allowed, mut price: i64) -> i64 {
        for step in from..self.rules.steps.len() {
            let most = self.at(step, allowed).filter(|offer| !is_shipping(offer));
            let most = most.map(|offer| offer.take.of(price, self.rules.rounding)).max();
            price = price.saturating_sub(most.unwrap_or(0));
        }
        price
    }

    /// The offer of a step that takes most and what the next smaller amount is; `None` where prices and shipping mix.
    ///
    /// Of two that take the same the smaller id is chosen: whatever follows is the same.
    fn best_two(
        &self,
        step: usize,
        allowed: Allowed,
        price: i64,
        shipping: i64,
    ) -> Option<(Option<(&Offer, i64)>, i64)> {
        let (mut winner, mut second) = (None::<(&Offer, i64)>, 0);
        for offer in self.at(step, allowed) {
            let base = if is_shipping(offer) { shipping } else { price };
            let amount = offer.take.of(base, self.rules.rounding);
            let Some((other, most)) = winner else {
                winner = (amount > 0).then_some((offer, amount));
                continue;
            };
            if is_shipping(other) != is_shipping(offer) {
                return None;
            }
            if amount > most {
                (winner, second) = (Some((offer, amount)), most);
            } else if amount < most {
                second = second.max(amount);
            } else if self.id(offer) < self.id(other) {
                winner = Some((offer, amount));
            }
        }
        Some((winner, second))
    }

    fn id(&self, offer: &Offer) -> Option<&DiscountId> {
        self.checkout.discounts.get(offer.discount).map(|discount| &discount.id)
    }

    fn at(&self, step: usize, allowed: Allowed) -> impl Iterator<Item = &Offer> {
        let strict = self.rules.exclusive_blocks_free_shipping;
        let mut left = self.by_step.get(step).copied().unwrap_or(0);
        let places = core::iter::from_fn(move || {
            let place = left.trailing_zeros();
            left &= left.checked_sub(1)?;
            usize::try_from(place).ok()
        });
        places
            .filter_map(|place| self.offers.get(place))
            .filter(move |offer| match allowed {
                _ if offer.automatic => true,
                Allowed::Shared => !offer.exclusive,
                Allowed::Only(one) => offer.discount == one || (is_shipping(offer) && !offer.exclusive && !strict),
            })
    }
}

/// Whether no discount can tell two lines apart.
fn alike(one: &Line, other: &Line) -> bool {
    one.item == other.item
        && one.store == other.store
        && one.seller == other.seller
        && one.categories == other.categories
        && one.warehouse == other.warehouse
}

fn is_shipping(offer: &Offer) -> bool {
    matches!(offer.take, Take::Shipping(_))
}
