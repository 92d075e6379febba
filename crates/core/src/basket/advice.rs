//! What a split leaves to say: what a little more would unlock, what moving a line would, and which coupon can wait.

use alloc::vec::Vec;

use super::{Basket, Part, Wishlist};
use crate::checkout::Checkout;
use crate::discount::{Audience, Discount, Uses};
use crate::instant::Instant;
use crate::money::Money;
use crate::rules::RuleSet;
use crate::stack::{self, NearMiss, Reason};

/// No more moves are tried for one discount of one checkout.
const MOST_MOVES: usize = 40;

/// Nor more in all, however many checkouts there are.
const MOST_MOVES_IN_ALL: usize = 1_000;

/// No more discounts are looked at for each checkout, the nearest to their minimum first.
const MOST_MISSES: usize = 6;

/// A coupon that ends within so many seconds lapses soon.
const SOON: i64 = 7 * 86_400;

/// What could be done with a split.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Advice {
    /// What a little more in a checkout would unlock.
    pub add: Vec<Add>,
    /// What a line of another checkout would unlock, and what that comes to.
    pub shift: Vec<Shift>,
    /// Coupons that can be kept without paying more, those that last longest first.
    pub keep: Vec<Keep>,
}

/// A discount that a little more would unlock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Add {
    /// In which checkout, by place.
    pub part: usize,
    /// The near miss.
    pub miss: NearMiss,
}

/// A line moved to another checkout so that a discount applies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// The line, by its place in the wishlist.
    pub line: usize,
    /// Its checkout, by place.
    pub from: usize,
    /// Where it would go.
    pub to: usize,
    /// The discount that its minimum keeps away there.
    pub discount: usize,
    /// What everything would cost then.
    pub total: Money,
    /// Whether that is less than now; never so where the split is proven.
    pub pays: bool,
}

/// A coupon that can wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// The coupon.
    pub discount: usize,
    /// Until when it can be used; absent is open.
    pub until: Option<Instant>,
    /// Where it is used now and another takes its place at the same total: the checkout, by place, and the other one.
    pub instead: Option<(usize, usize)>,
}

/// A coupon in the shopper's drawer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// The coupon.
    pub discount: usize,
    /// Until when it can be used; absent is open.
    pub until: Option<Instant>,
    /// Whether it lapses within seven days of the wishlist's moment.
    pub lapses_soon: bool,
    /// Whether it is the buyer's own.
    pub held: bool,
    /// The first checkout of the split that uses it, by place.
    pub used_in: Option<usize>,
    /// The line on which it saves most when nothing else applies, with the amount.
    pub best_line: Option<(usize, Money)>,
}

/// What could be done with a split.
pub fn advice(wishlist: &Wishlist, rules: &RuleSet, basket: &Basket) -> Advice {
    let mut advice = Advice::default();
    let mut left = MOST_MOVES_IN_ALL;
    for (place, part) in basket.parts.iter().enumerate() {
        let checkout = part.checkout(wishlist);
        let mut misses = stack::near_misses(&checkout, rules, &part.stack);
        misses.sort_by_key(|miss| miss.add.minor());
        misses.truncate(MOST_MISSES);
        for miss in misses {
            advice
                .shift
                .extend(shift(wishlist, rules, basket, (place, miss.discount), &mut left));
            advice.add.push(Add { part: place, miss });
        }
    }
    advice.keep = keep(wishlist, rules, basket);
    advice
}

/// The line of another checkout that would unlock a discount here for the least total, by so many moves at most.
fn shift(
    wishlist: &Wishlist,
    rules: &RuleSet,
    basket: &Basket,
    (to, discount): (usize, usize),
    left: &mut usize,
) -> Option<Shift> {
    let here = basket.parts.get(to)?;
    let mut best: Option<Shift> = None;
    let others = basket.parts.iter().enumerate().filter(|(from, _)| *from != to);
    let lines = others.flat_map(|(from, part)| part.lines.iter().map(move |line| (from, part, *line)));
    for (from, there, line) in lines
        .filter(|(_, _, line)| movable(wishlist, here, *line))
        .take(MOST_MOVES.min(*left))
    {
        *left = left.saturating_sub(1);
        let with = joined(wishlist, &here.lines, line);
        let rest: Vec<usize> = there.lines.iter().copied().filter(|other| *other != line).collect();
        // What the other one uses stays there.
        let grown = super::part(&wishlist.checkout, &with, &here.used_up);
        let unlocked = stack::best(&grown, rules);
        if !unlocked.has(discount) {
            continue;
        }
        let left = super::part(&wishlist.checkout, &rest, &there.used_up);
        let after = if rest.is_empty() {
            0
        } else {
            stack::least(&left, rules).total.minor()
        };
        let charge = |lines: &[usize]| {
            wishlist
                .import
                .as_ref()
                .map_or(0, |import| import.charge(lines).minor())
        };
        let total = basket
            .total
            .minor()
            .saturating_sub(here.total().minor())
            .saturating_sub(there.total().minor())
            .saturating_add(unlocked.total().minor())
            .saturating_add(after)
            .saturating_add(charge(&with))
            .saturating_add(charge(&rest));
        if best.is_none_or(|best| total < best.total.minor()) {
            best = Some(Shift {
                line,
                from,
                to,
                discount,
                total: Money::new(total, basket.total.currency()),
                pays: total < basket.total.minor(),
            });
        }
    }
    best
}

/// Whether the limits let a line go to a checkout by itself.
fn movable(wishlist: &Wishlist, to: &Part, line: usize) -> bool {
    let limits = &wishlist.limits;
    let listed = |line: &usize| {
        wishlist
            .checkout
            .lines
            .get(*line)
            .map_or(0, |line| line.listed().minor())
    };
    let value = to.lines.iter().map(listed).fold(listed(&line), i64::saturating_add);
    let bound = limits
        .together
        .iter()
        .any(|group| group.len() > 1 && group.contains(&line));
    let apart = |group: &Vec<usize>| group.contains(&line) && group.iter().any(|other| to.lines.contains(other));
    !bound && !limits.apart.iter().any(apart) && limits.max_merchandise.is_none_or(|most| value <= most.minor())
}

fn joined(wishlist: &Wishlist, lines: &[usize], line: usize) -> Vec<usize> {
    let mut with = super::line_order(wishlist);
    with.retain(|other| *other == line || lines.contains(other));
    with
}

/// Coupons that nobody needs now: those that nothing uses, and those that another one can stand for.
fn keep(wishlist: &Wishlist, rules: &RuleSet, basket: &Basket) -> Vec<Keep> {
    let mut kept: Vec<Keep> = Vec::new();
    for (discount, coupon) in coupons(wishlist) {
        let users = || {
            basket
                .parts
                .iter()
                .enumerate()
                .filter(|(_, part)| part.stack.has(discount))
        };
        let until = coupon.valid_until;
        if users().next().is_none() {
            // One that could never apply to these lines is not worth a word.
            let useless = |part: &Part| {
                part.stack
                    .reason(discount)
                    .is_some_and(|reason| matches!(reason, Reason::NotEligible { .. } | Reason::UnknownKind))
            };
            if !basket.parts.iter().all(useless) {
                kept.push(Keep {
                    discount,
                    until,
                    instead: None,
                });
            }
            continue;
        }
        let instead = users().find_map(|(place, part)| {
            let mut used_up = part.used_up.clone();
            used_up.push(discount);
            let checkout = super::part(&wishlist.checkout, &part.lines, &used_up);
            let least = stack::least(&checkout, rules);
            if least.total != part.stack.total() {
                return None;
            }
            let other = least.discounts.into_iter().find(|other| !part.stack.has(*other))?;
            let ends = wishlist.checkout.discounts.get(other)?.valid_until;
            // Only worth it where the other one lapses first.
            ends.filter(|ends| until.is_none_or(|until| *ends < until))
                .map(|_| (place, other))
        });
        if instead.is_some() {
            kept.push(Keep {
                discount,
                until,
                instead,
            });
        }
    }
    // Open ends last longest.
    kept.sort_by_key(|keep| core::cmp::Reverse((keep.until.is_none(), keep.until)));
    kept
}

/// The discounts that a shopper chooses and that could be used at the wishlist's moment.
fn coupons(wishlist: &Wishlist) -> impl Iterator<Item = (usize, &Discount)> {
    let checkout = &wishlist.checkout;
    let usable = |discount: &Discount| {
        !discount.kind.is_automatic()
            && discount.uses() != Uses::Limited(0)
            && discount.valid_from.is_none_or(|from| from <= checkout.at)
            && discount.valid_until.is_none_or(|until| checkout.at < until)
            && (discount.audience == Audience::Public || checkout.holds.contains(&discount.id))
    };
    checkout
        .discounts
        .iter()
        .enumerate()
        .filter(move |(_, discount)| usable(discount))
}

/// The coupon drawer: what could be used by soonest end, where the split uses it, and on which line it is worth most.
pub fn drawer(wishlist: &Wishlist, rules: &RuleSet, basket: &Basket) -> Vec<Drawn> {
    let soon = wishlist.checkout.at.plus_seconds(SOON);
    let drawn = coupons(wishlist).map(|(discount, coupon)| Drawn {
        discount,
        until: coupon.valid_until,
        lapses_soon: coupon.valid_until.is_some_and(|until| until <= soon),
        held: wishlist.checkout.holds.contains(&coupon.id),
        used_in: basket.parts.iter().position(|part| part.stack.has(discount)),
        best_line: best_line(wishlist, rules, coupon),
    });
    let mut drawn: Vec<Drawn> = drawn.collect();
    drawn.sort_by_key(|one| (one.until.is_none(), one.until, one.discount));
    drawn
}

fn best_line(wishlist: &Wishlist, rules: &RuleSet, coupon: &Discount) -> Option<(usize, Money)> {
    let whole = &wishlist.checkout;
    let saved = |(place, line): (usize, &crate::checkout::Line)| {
        let alone = Checkout {
            lines: alloc::vec![line.clone()],
            discounts: alloc::vec![coupon.clone()],
            holds: whole.holds.clone(),
            pools: whole.pools.clone(),
            rules: None,
            ..*whole
        };
        let saved = stack::best(&alone, rules).saved();
        saved.is_positive().then_some((place, saved))
    };
    let lines = whole.lines.iter().enumerate().filter_map(saved);
    lines.max_by_key(|(place, saved)| (saved.minor(), core::cmp::Reverse(*place)))
}
