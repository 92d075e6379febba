//! Diagnosis: given the total that a checkout showed, which discounts it must have dropped without a word.

mod write;

use alloc::vec::Vec;

use super::best::Search;
use super::till::{Candidate, Till, net};
use super::walk::Walk;
use crate::checkout::Checkout;
use crate::discount::Kind;
use crate::instant::Instant;
use crate::money::Money;
use crate::rules::{Basis, RuleSet};

pub use write::Written;

/// The name of the diagnosis format.
pub const SCHEMA: &str = "tillwatch/diagnosis/1";

/// With more discounts applied than this, only the fewest dropped are tried: one to three.
const ALL_SUBSETS: u32 = 14;

/// The most explanations that are told.
const MOST_EXPLANATIONS: usize = 32;

/// A window's edge is near within a day: clocks and zones differ by less.
const DAY: i64 = 86_400;

/// What the shown total tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The total that was shown.
    pub paid: Money,
    /// The best total.
    pub best: Money,
    /// How far a total may be from the shown one: a unit for each step, since each rounds.
    pub tolerance: Money,
    /// What explains it, fewest dropped first; empty where nothing does.
    pub explanations: Vec<Explanation>,
}

/// One set of dropped discounts that gives the shown total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The dropped discounts by place, each with what most likely blocked it.
    pub dropped: Vec<(usize, Cause)>,
    /// The total without them.
    pub total: Money,
    /// The shown total less this one.
    pub difference: Money,
}

/// What most likely blocked a discount, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Its minimum is met by the listed prices and missed by what the steps before have left.
    MinimumAfterDiscounts {
        /// The minimum.
        needs: Money,
        /// What the steps before have left of the eligible spend.
        has: Money,
    },
    /// Its minimum is met with tax and missed without.
    MinimumWithoutTax {
        /// The minimum.
        needs: Money,
        /// The eligible spend without tax.
        has: Money,
    },
    /// It ends or began within a day of the checkout.
    WindowEdge {
        /// The edge.
        edge: Instant,
    },
    /// It applied only because another one that was dropped did.
    FellWith {
        /// That other, by place.
        other: usize,
    },
    /// It is a code beside a coupon: some campaigns do not let the two combine.
    DoesNotCombine {
        /// The coupon, by place.
        with: usize,
    },
    /// It is a code: not on its list of eligible listings, or used up.
    NotOnTheList,
    /// It is a coupon that must be collected before it attaches.
    NotCollected,
    /// It applies by itself and did not: it has ended or changed since it was seen.
    NoLongerRuns,
}

impl Cause {
    /// The name in every format of ours.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MinimumAfterDiscounts { .. } => "minimum_after_discounts",
            Self::MinimumWithoutTax { .. } => "minimum_without_tax",
            Self::WindowEdge { .. } => "window_edge",
            Self::FellWith { .. } => "fell_with",
            Self::DoesNotCombine { .. } => "does_not_combine",
            Self::NotOnTheList => "not_on_the_list",
            Self::NotCollected => "not_collected",
            Self::NoLongerRuns => "no_longer_runs",
        }
    }
}

/// Which discounts of the best stack a till must have dropped to show a total.
///
/// The till is taken to have had the best choice attached and to have left some of it out; whatever that made
/// inadmissible fell with it. A total that nothing explains is no error: something else than these discounts differs.
pub fn diagnose(checkout: &Checkout, rules: &RuleSet, paid: Money) -> Diagnosis {
    let till = Till::new(checkout, rules);
    let mut search = Search::new(&till);
    let best = search.choice();
    let walk = Walk::new(&till, &best, &[]);
    let steps = walk.steps.len();
    let tolerance = i64::try_from(steps.max(1)).unwrap_or(1);
    let mut seen: Vec<Vec<usize>> = Vec::new();
    let mut explanations = Vec::new();
    for dropped in subsets(steps) {
        if explanations.len() == MOST_EXPLANATIONS {
            break;
        }
        let out: Vec<usize> = dropped
            .iter()
            .filter_map(|step| walk.steps.get(*step))
            .map(|taken| taken.candidate)
            .collect();
        let tried = without(&till, &best, &out);
        let difference = paid.minor().saturating_sub(tried.total());
        if difference.abs() > tolerance {
            continue;
        }
        let missing = missing(&till, &walk, &tried);
        if seen.contains(&missing) {
            continue;
        }
        explanations.push(Explanation {
            dropped: missing
                .iter()
                .map(|place| (*place, cause(&till, &walk, *place, &out)))
                .collect(),
            total: till.money(tried.total()),
            difference: till.money(difference),
        });
        seen.push(missing);
    }
    // Fewest first; among as many, the nearest total.
    explanations.sort_by_key(|one| (one.dropped.len(), one.difference.minor().abs()));
    Diagnosis {
        paid,
        best: till.money(walk.total()),
        tolerance: till.money(tolerance),
        explanations,
    }
}

/// Places of steps to leave out: none first, then by rising number.
fn subsets(steps: usize) -> impl Iterator<Item = Vec<usize>> {
    let steps = u32::try_from(steps).unwrap_or(u32::MAX);
    let most = if steps <= ALL_SUBSETS { steps } else { 3 };
    (0..=most).flat_map(move |size| Combinations::new(steps, size))
}

/// All ways to take so many of the first `of` numbers, in order.
struct Combinations {
    of: u32,
    next: Option<Vec<u32>>,
}

impl Combinations {
    fn new(of: u32, size: u32) -> Self {
        Self {
            of,
            next: (size <= of).then(|| (0..size).collect()),
        }
    }
}

impl Iterator for Combinations {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let current = self.next.clone()?;
        // The last number that can still rise does, and those behind it follow on.
        let mut following = current.clone();
        let mut top = self.of;
        let mut risen = None;
        for (place, number) in following.iter().enumerate().rev() {
            if number.saturating_add(1) < top {
                risen = Some((place, number.saturating_add(1)));
                break;
            }
            top = top.saturating_sub(1);
        }
        self.next = risen.map(|(place, number)| {
            for (slot, value) in following.iter_mut().skip(place).zip(number..) {
                *slot = value;
            }
            following
        });
        Some(
            current
                .into_iter()
                .filter_map(|number| usize::try_from(number).ok())
                .collect(),
        )
    }
}

/// What the till shows with some of the best choice left out.
fn without(till: &Till<'_>, best: &[usize], out: &[usize]) -> Walk {
    let choice: Vec<usize> = best
        .iter()
        .map(|place| if out.contains(place) { usize::MAX } else { *place })
        .collect();
    let left_out: Vec<usize> = out
        .iter()
        .filter_map(|place| till.candidates.get(*place))
        .map(|c| c.discount)
        .collect();
    Walk::new(till, &choice, &left_out)
}

/// The discounts of one walk that the other has not, by place in the checkout.
fn missing(till: &Till<'_>, walk: &Walk, tried: &Walk) -> Vec<usize> {
    let discounts = |walk: &Walk| -> Vec<usize> {
        walk.steps
            .iter()
            .filter_map(|taken| till.candidates.get(taken.candidate))
            .map(|c| c.discount)
            .collect()
    };
    let there = discounts(tried);
    discounts(walk)
        .into_iter()
        .filter(|place| !there.contains(place))
        .collect()
}

/// What most likely blocked a discount of the best stack.
fn cause(till: &Till<'_>, walk: &Walk, place: usize, out: &[usize]) -> Cause {
    let taken = walk.steps.iter().find(|taken| {
        till.candidates
            .get(taken.candidate)
            .is_some_and(|c| c.discount == place)
    });
    let candidate = taken.and_then(|taken| till.candidates.get(taken.candidate));
    let (Some(taken), Some(candidate)) = (taken, candidate) else {
        return Cause::NoLongerRuns;
    };
    if !out.contains(&taken.candidate) {
        let other = out
            .first()
            .and_then(|place| till.candidates.get(*place))
            .map_or(place, |c| c.discount);
        return Cause::FellWith { other };
    }
    minimum(till, walk, taken.slot, candidate)
        .or_else(|| edge(till, candidate))
        .unwrap_or_else(|| by_kind(till, walk, candidate))
}

fn minimum(till: &Till<'_>, walk: &Walk, slot: usize, candidate: &Candidate) -> Option<Cause> {
    let needs = till.minimum(candidate);
    let listed = candidate.basis == Basis::Listed;
    let running = till.running_spend(candidate, walk.before(slot));
    if listed && running < needs {
        return Some(Cause::MinimumAfterDiscounts {
            needs: till.money(needs),
            has: till.money(running),
        });
    }
    let tax = till.checkout.tax;
    let known = tax.included && !tax.minimum_spend_net;
    let mut net_checkout = Checkout::new(till.checkout.market, till.checkout.currency, till.checkout.at);
    net_checkout.tax = crate::checkout::Tax {
        minimum_spend_net: true,
        ..tax
    };
    let has = net(&net_checkout, till.rules, candidate.listed_spend);
    (known && tax.rate.is_some() && has < needs).then(|| Cause::MinimumWithoutTax {
        needs: till.money(needs),
        has: till.money(has),
    })
}

fn edge(till: &Till<'_>, candidate: &Candidate) -> Option<Cause> {
    let at = till.checkout.at;
    let discount = till.discount(candidate);
    let ends = discount.valid_until.filter(|until| *until <= at.plus_seconds(DAY));
    let began = discount.valid_from.filter(|from| from.plus_seconds(DAY) > at);
    ends.or(began).map(|edge| Cause::WindowEdge { edge })
}

fn by_kind(till: &Till<'_>, walk: &Walk, candidate: &Candidate) -> Cause {
    let discount = till.discount(candidate);
    let beside = |kinds: &[Kind]| {
        let others = walk
            .steps
            .iter()
            .filter_map(|taken| till.candidates.get(taken.candidate));
        others.map(|other| other.discount).find(|place| {
            till.checkout
                .discounts
                .get(*place)
                .is_some_and(|other| kinds.contains(&other.kind))
        })
    };
    match discount.kind {
        Kind::StoreDiscount | Kind::SpendAndSave => Cause::NoLongerRuns,
        Kind::Code => match beside(&[Kind::Platform, Kind::Category, Kind::Welcome]) {
            Some(with) => Cause::DoesNotCombine { with },
            None => Cause::NotOnTheList,
        },
        _ => Cause::NotCollected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn every_choice_of_steps_is_tried_once_and_the_fewest_first() {
        let all: Vec<Vec<usize>> = subsets(3).collect();
        let expected: Vec<Vec<usize>> = vec![
            vec![],
            vec![0],
            vec![1],
            vec![2],
            vec![0, 1],
            vec![0, 2],
            vec![1, 2],
            vec![0, 1, 2],
        ];
        assert_eq!(all, expected);
        assert_eq!(subsets(10).count(), 1024);
        assert_eq!(subsets(0).count(), 1);
    }
}
