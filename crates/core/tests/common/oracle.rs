//! A till that knows no shortcut: every choice is added up, line by line, straight from the rules' text, and the best is
//! kept. Written apart from the engine on purpose; only the types are shared.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

use tillwatch_core::checkout::{Checkout, Line};
use tillwatch_core::discount::{Audience, Benefit, Discount, Uses};
use tillwatch_core::money::{Money, Rounding};
use tillwatch_core::rules::{Basis, Per, RuleSet, Step};
use tillwatch_core::stack::{Applied, Slot, Stack};

/// The best choice: total, and the ids of what applied, sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) total: i64,
    pub(crate) ids: Vec<String>,
}

/// What a till shows that drops some of a stack's discounts without a word: the total, and what applied all the same.
/// What is automatic goes on applying by itself.
pub(crate) fn dropping(checkout: &Checkout, rules: &RuleSet, stack: &Stack, dropped: &[usize]) -> (i64, Vec<usize>) {
    let mut state = opening(checkout);
    for (step, lines) in slots(checkout, rules) {
        let line = &checkout.lines[lines[0]];
        let slot = match step.per {
            Per::Checkout => Slot::Checkout,
            Per::Store => Slot::Store(line.store.clone()),
            Per::Seller => Slot::Seller(line.seller.clone()),
        };
        let tried: Vec<usize> = if step.is_automatic() {
            (0..checkout.discounts.len()).collect()
        } else {
            let here = |one: &&Applied| std::ptr::eq(&raw const rules.steps[one.step], step) && one.slot == slot;
            stack.applied.iter().filter(here).map(|one| one.discount).collect()
        };
        let mut next = Vec::new();
        for place in tried {
            let discount = &checkout.discounts[place];
            if step.kinds.contains(&discount.kind) && !dropped.contains(&place) && !state.applied.contains(&place) {
                next.extend(
                    apply(checkout, rules, step, &lines, place, discount, &state)
                        .map(|(amount, after)| (core::cmp::Reverse(amount), discount.id.as_str(), after)),
                );
            }
        }
        if let Some((_, _, after)) = next.into_iter().min_by_key(|(amount, id, _)| (*amount, *id)) {
            state = after;
        }
    }
    (total(&state), state.applied)
}

/// The eligible spend of a discount's own lines as listed, as its minimum is tested.
pub(crate) fn listed_spend(checkout: &Checkout, discount: &Discount, mut own: impl FnMut(&Line) -> bool) -> i64 {
    let eligible = checkout
        .lines
        .iter()
        .filter(|line| touches(discount, line) && own(line));
    let spend: i64 = eligible.map(|line| line.listed().minor()).sum();
    tested(checkout, spend, Rounding::HalfUp)
}

#[derive(Clone)]
struct State {
    prices: Vec<i64>,
    shipping: Vec<i64>,
    pools: Vec<i64>,
    /// Discount, and whether it was chosen (not automatic).
    applied: Vec<usize>,
}

pub(crate) fn best(checkout: &Checkout, rules: &RuleSet) -> Answer {
    let slots = slots(checkout, rules);
    let mut found: Option<Answer> = None;
    walk(checkout, rules, &slots, opening(checkout), &mut found);
    found.unwrap()
}

fn opening(checkout: &Checkout) -> State {
    let prices: Vec<i64> = checkout.lines.iter().map(|line| line.listed().minor()).collect();
    let merchandise: i64 = prices.iter().sum();
    let fee = |place: usize| {
        let pool = &checkout.pools[place];
        let used = checkout.lines.iter().any(|line| line.pool == Some(place));
        let free = pool.free_from.is_some_and(|from| from.minor() <= merchandise);
        if used && !free { pool.fee.minor() } else { 0 }
    };
    State {
        prices,
        shipping: checkout.lines.iter().map(|line| line.shipping.minor()).collect(),
        pools: (0..checkout.pools.len()).map(fee).collect(),
        applied: Vec::new(),
    }
}

fn total(state: &State) -> i64 {
    state.prices.iter().chain(&state.shipping).chain(&state.pools).sum()
}

/// A spend without tax where the market tests it so.
fn tested(checkout: &Checkout, spend: i64, rounding: Rounding) -> i64 {
    let tax = checkout.tax;
    let rate = tax.rate.filter(|_| tax.included && tax.minimum_spend_net);
    rate.map_or(spend, |rate| {
        let with_tax = 10_000 + i128::from(rate.0.points());
        round(i128::from(spend) * 10_000, with_tax, rounding)
    })
}

/// Each slot: its step, and the lines that are its own.
fn slots<'r>(checkout: &Checkout, rules: &'r RuleSet) -> Vec<(&'r Step, Vec<usize>)> {
    let mut slots = Vec::new();
    for step in &rules.steps {
        let owner = |line: &Line| match step.per {
            Per::Checkout => None,
            Per::Store => line.store.as_ref().map(ToString::to_string),
            Per::Seller => line.seller.as_ref().map(ToString::to_string),
        };
        let mut seen = Vec::new();
        for line in &checkout.lines {
            let owner_of_line = owner(line);
            if !seen.contains(&owner_of_line) {
                let own = (0..checkout.lines.len()).filter(|place| owner(&checkout.lines[*place]) == owner_of_line);
                slots.push((step, own.collect()));
                seen.push(owner_of_line);
            }
        }
    }
    slots
}

fn walk(checkout: &Checkout, rules: &RuleSet, slots: &[(&Step, Vec<usize>)], state: State, found: &mut Option<Answer>) {
    let Some(((step, lines), rest)) = slots.split_first() else {
        if exclusivity_holds(checkout, rules, &state.applied) {
            keep(checkout, &state, found);
        }
        return;
    };
    let mut next: Vec<(i64, &str, State)> = Vec::new();
    for (place, discount) in checkout.discounts.iter().enumerate() {
        let free = step.kinds.contains(&discount.kind) && !state.applied.contains(&place);
        if let Some((amount, after)) = free
            .then(|| apply(checkout, rules, step, lines, place, discount, &state))
            .flatten()
        {
            next.push((amount, discount.id.as_str(), after));
        }
    }
    if step.is_automatic() {
        next.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let after = next.into_iter().next().map_or(state, |(_, _, after)| after);
        return walk(checkout, rules, rest, after, found);
    }
    for (_, _, after) in next {
        walk(checkout, rules, rest, after, found);
    }
    walk(checkout, rules, rest, state, found);
}

fn exclusivity_holds(checkout: &Checkout, rules: &RuleSet, applied: &[usize]) -> bool {
    let chosen: Vec<usize> = applied
        .iter()
        .copied()
        .filter(|place| !checkout.discounts[*place].kind.is_automatic())
        .collect();
    let stands_in_the_way = |place: usize| {
        rules.exclusive_blocks_free_shipping || !matches!(checkout.discounts[place].benefit, Benefit::Shipping { .. })
    };
    chosen.iter().all(|one| {
        !checkout.discounts[*one].exclusive || chosen.iter().all(|other| other == one || !stands_in_the_way(*other))
    })
}

fn keep(checkout: &Checkout, state: &State, found: &mut Option<Answer>) {
    let total = total(state);
    let mut ids: Vec<String> = state
        .applied
        .iter()
        .map(|place| checkout.discounts[*place].id.to_string())
        .collect();
    ids.sort();
    let rank = |answer: &Answer| (answer.total, answer.ids.len(), answer.ids.clone());
    let answer = Answer { total, ids };
    if found.as_ref().is_none_or(|best| rank(&answer) < rank(best)) {
        *found = Some(answer);
    }
}

fn apply(
    checkout: &Checkout,
    rules: &RuleSet,
    step: &Step,
    slot: &[usize],
    place: usize,
    discount: &Discount,
    state: &State,
) -> Option<(i64, State)> {
    if !usable(checkout, discount) {
        return None;
    }
    let lines: Vec<usize> = slot
        .iter()
        .copied()
        .filter(|line| touches(discount, &checkout.lines[*line]))
        .collect();
    if lines.is_empty() {
        return None;
    }
    let spend: i64 = match step.basis {
        Basis::Listed => lines.iter().map(|line| checkout.lines[*line].listed().minor()).sum(),
        Basis::Running => lines.iter().map(|line| state.prices[*line]).sum(),
    };
    let spend = tested(checkout, spend, rules.rounding);
    if discount.min_spend.is_some_and(|min| spend < min.minor()) {
        return None;
    }
    let prices: i64 = lines.iter().map(|line| state.prices[*line]).sum();
    let share = |points: u16| round(i128::from(prices) * i128::from(points), 10_000, rules.rounding);
    let capped = |amount: i64, cap: &Option<Money>| cap.map_or(amount, |cap| amount.min(cap.minor()));
    let amount = match &discount.benefit {
        Benefit::Fixed { amount } => amount.minor(),
        Benefit::Percent { percent, cap } => capped(share(percent.0.points()), cap),
        Benefit::Tiers { tiers } => tiers
            .iter()
            .rev()
            .find(|tier| tier.min_spend.minor() <= spend)?
            .amount
            .minor(),
        Benefit::PerSpend { every, amount, cap } => {
            if spend < every.minor() {
                return None;
            }
            capped(spend / every.minor() * amount.minor(), cap)
        }
        Benefit::Pieces { tiers } => {
            let pieces: u32 = lines.iter().map(|line| checkout.lines[*line].quantity).sum();
            share(
                tiers
                    .iter()
                    .rev()
                    .find(|tier| tier.pieces <= pieces)?
                    .percent
                    .0
                    .points(),
            )
        }
        Benefit::Shipping { cap } => return ship(checkout, &lines, place, state, cap.map(Money::minor)),
        Benefit::Unknown { .. } => return None,
    };
    let amount = amount.min(prices);
    if amount == 0 {
        return None;
    }
    let mut after = state.clone();
    after.applied.push(place);
    let mut left = amount;
    let mut remainders = Vec::new();
    for (order, line) in lines.iter().enumerate() {
        let exact = i128::from(amount) * i128::from(state.prices[*line]);
        let floor = i64::try_from(exact / i128::from(prices)).unwrap();
        after.prices[*line] -= floor;
        left -= floor;
        remainders.push((core::cmp::Reverse(exact % i128::from(prices)), order, *line));
    }
    remainders.sort_unstable();
    for (_, _, line) in remainders.into_iter().take(usize::try_from(left).unwrap()) {
        after.prices[line] -= 1;
    }
    Some((amount, after))
}

fn ship(checkout: &Checkout, lines: &[usize], place: usize, state: &State, cap: Option<i64>) -> Option<(i64, State)> {
    let mut after = state.clone();
    let mut left = cap.unwrap_or(i64::MAX);
    let mut taken = 0;
    let mut take = |fee: &mut i64| {
        let part = left.min(*fee);
        *fee -= part;
        left -= part;
        taken += part;
    };
    for line in lines {
        take(&mut after.shipping[*line]);
    }
    for pool in 0..checkout.pools.len() {
        if lines.iter().any(|line| checkout.lines[*line].pool == Some(pool)) {
            take(&mut after.pools[pool]);
        }
    }
    after.applied.push(place);
    (taken > 0).then_some((taken, after))
}

fn usable(checkout: &Checkout, discount: &Discount) -> bool {
    discount.valid_from.is_none_or(|from| from <= checkout.at)
        && discount.valid_until.is_none_or(|until| checkout.at < until)
        && discount.currency.is_none_or(|currency| currency == checkout.currency)
        && (discount.regions.is_empty() || discount.regions.contains(&checkout.market))
        && (discount.audience == Audience::Public || checkout.holds.contains(&discount.id))
        && discount.uses != Some(Uses::Limited(0))
}

fn touches(discount: &Discount, line: &Line) -> bool {
    let scope = &discount.scope;
    (scope.stores.is_empty() || line.store.as_ref().is_some_and(|own| scope.stores.contains(own)))
        && (scope.sellers.is_empty() || line.seller.as_ref().is_some_and(|own| scope.sellers.contains(own)))
        && (scope.categories.is_empty() || line.categories.iter().any(|own| scope.categories.contains(own)))
        && (scope.items.is_empty() || scope.items.contains(&line.item))
        && !scope.excluded_items.contains(&line.item)
        && (discount.warehouses.is_empty()
            || line
                .warehouse
                .as_ref()
                .is_some_and(|own| discount.warehouses.contains(own)))
}

fn round(numerator: i128, denominator: i128, rounding: Rounding) -> i64 {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    let up = match rounding {
        Rounding::HalfUp => 2 * rest >= denominator,
        Rounding::HalfEven => 2 * rest > denominator || (2 * rest == denominator && whole % 2 == 1),
        Rounding::Down => false,
    };
    i64::try_from(whole).unwrap() + i64::from(up)
}
