//! Laws of the basket, on made-up wishlists: whatever is put in, these hold.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

#[path = "common/generate.rs"]
mod generate;
#[path = "common/oracle.rs"]
#[expect(dead_code, reason = "a basket asks for totals alone")]
mod oracle;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use generate::{Dice, Shape, checkout};
use proptest::prelude::*;
use tillwatch_core::basket::{self, Basket, Limits, Proof, Wishlist};
use tillwatch_core::checkout::Checkout;
use tillwatch_core::discount::Uses;
use tillwatch_core::money::Money;
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::stack;

static BOOK: LazyLock<RuleBook> = LazyLock::new(|| RuleBook::built_in().unwrap());

fn rule_sets() -> impl Iterator<Item = &'static RuleSet> {
    BOOK.iter()
}

/// So many cases; a twentieth of them where the code is not optimised and brute force takes its time.
fn cases(optimised: u32) -> u32 {
    if cfg!(debug_assertions) {
        optimised / 10
    } else {
        optimised
    }
}

fn solve(wishlist: &Wishlist, rules: &RuleSet) -> Basket {
    basket::best(wishlist, rules, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn plain(checkout: Checkout) -> Wishlist {
    Wishlist {
        checkout,
        limits: Limits::default(),
        import: None,
    }
}

/// A made-up wishlist: uses counted, sometimes limits that at least one split keeps to.
fn wishlist(seed: u64, shape: Shape) -> Wishlist {
    let mut wishlist = plain(checkout(seed, shape));
    let mut dice = Dice::new(seed ^ 0xBA5_4E7);
    for discount in &mut wishlist.checkout.discounts {
        discount.uses = match dice.between(0, 7) {
            0 | 1 => Some(Uses::Limited(2)),
            2 => Some(Uses::Unlimited),
            3 => Some(Uses::Limited(1)),
            _ => discount.uses,
        };
    }
    let lines = wishlist.checkout.lines.len();
    let whole: i64 = wishlist.checkout.lines.iter().map(|line| line.listed().minor()).sum();
    let dearest = wishlist
        .checkout
        .lines
        .iter()
        .map(|line| line.listed().minor())
        .max()
        .unwrap();
    let mut line = || usize::try_from(dice.between(0, i64::try_from(lines).unwrap() - 1)).unwrap();
    match seed % 6 {
        0 => wishlist.limits.max_checkouts = Some(line().max(1)),
        1 if lines > 1 => {
            let (one, other) = (line(), line());
            if one != other {
                wishlist.limits.together.push(vec![one, other]);
            }
        }
        2 if lines > 1 => {
            let (one, other) = (line(), line());
            if one != other {
                wishlist.limits.apart.push(vec![one, other]);
            }
        }
        3 => wishlist.limits.max_merchandise = Some(Money::new(whole / 2 + dearest, wishlist.checkout.currency)),
        _ => {}
    }
    wishlist
}

fn shape(lines: std::ops::RangeInclusive<usize>, discounts: usize) -> impl Strategy<Value = Shape> {
    (lines, 1..=3_usize, 0..=discounts, any::<bool>(), any::<bool>()).prop_map(
        |(lines, stores, discounts, odd, cents)| Shape {
            lines,
            stores,
            discounts,
            odd,
            cents,
            exclusive: 9,
        },
    )
}

/// All ways to put lines into checkouts, each line as the number of its checkout, in order.
fn partitions(lines: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..lines {
        let grown = all.iter().flat_map(|split: &Vec<usize>| {
            let next = split.iter().max().map_or(0, |most| most + 1);
            (0..=next).map(move |bin| [split.as_slice(), &[bin]].concat())
        });
        all = grown.collect();
    }
    all
}

fn keeps(wishlist: &Wishlist, split: &[usize]) -> bool {
    let limits = &wishlist.limits;
    let bins = split.iter().max().map_or(0, |most| most + 1);
    let listed = |bin: usize| -> i64 {
        let own = wishlist
            .checkout
            .lines
            .iter()
            .zip(split)
            .filter(|(_, own)| **own == bin);
        own.map(|(line, _)| line.listed().minor()).sum()
    };
    let alike = |group: &Vec<usize>| group.iter().all(|line| split[*line] == split[group[0]]);
    let differ = |group: &Vec<usize>| {
        let mut own: Vec<usize> = group.iter().map(|line| split[*line]).collect();
        own.sort_unstable();
        own.windows(2).all(|pair| pair[0] != pair[1])
    };
    limits.max_checkouts.is_none_or(|most| bins <= most)
        && limits
            .max_merchandise
            .is_none_or(|most| (0..bins).all(|bin| listed(bin) <= most.minor()))
        && limits.together.iter().all(alike)
        && limits.apart.iter().all(differ)
}

/// Prices by trying every choice of which checkout may use what.
struct Brute<'a> {
    checkout: &'a Checkout,
    rules: &'a RuleSet,
    /// Discounts whose uses may run out, with their number.
    scarce: Vec<(usize, u32)>,
    known: HashMap<(Vec<usize>, Vec<usize>), i64>,
    by_oracle: bool,
}

impl<'a> Brute<'a> {
    fn new(checkout: &'a Checkout, rules: &'a RuleSet, by_oracle: bool) -> Self {
        let scarce = checkout
            .discounts
            .iter()
            .enumerate()
            .filter_map(|(place, discount)| match discount.uses() {
                Uses::Limited(uses) if uses > 0 && usize::try_from(uses).unwrap() < checkout.lines.len() => {
                    Some((place, uses))
                }
                _ => None,
            });
        Self {
            checkout,
            rules,
            scarce: scarce.collect(),
            known: HashMap::new(),
            by_oracle,
        }
    }

    fn price(&mut self, lines: &[usize], out: &[usize]) -> i64 {
        let key = (lines.to_vec(), out.to_vec());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let mut part = self.checkout.clone();
        part.lines = lines.iter().map(|line| self.checkout.lines[*line].clone()).collect();
        for place in out {
            part.discounts[*place].uses = Some(Uses::Limited(0));
        }
        let total = if self.by_oracle {
            oracle::best(&part, self.rules).total
        } else {
            stack::least(&part, self.rules).total.minor()
        };
        self.known.insert(key, total);
        total
    }

    /// The least for some checkouts, with so many uses left.
    fn least(&mut self, bins: &[Vec<usize>], left: &[u32]) -> i64 {
        let Some((bin, rest)) = bins.split_first() else {
            return 0;
        };
        let mut least = i64::MAX;
        for set in 0..1_usize << self.scarce.len() {
            let may = |n: usize| set >> n & 1 == 1;
            if (0..left.len()).any(|n| may(n) && left[n] == 0) {
                continue;
            }
            let out: Vec<usize> = (0..left.len()).filter(|n| !may(*n)).map(|n| self.scarce[n].0).collect();
            let after: Vec<u32> = (0..left.len()).map(|n| left[n] - u32::from(may(n))).collect();
            least = least.min(self.price(bin, &out) + self.least(rest, &after));
        }
        least
    }

    /// The least for a split, if it could be under a total at all; else what it comes to with every use for everyone.
    fn quick(&mut self, split: &[usize], below: i64) -> i64 {
        let bins = split.iter().max().map_or(0, |most| most + 1);
        let own = |bin: usize| (0..split.len()).filter(|line| split[*line] == bin).collect::<Vec<_>>();
        let free: i64 = (0..bins).map(|bin| self.price(&own(bin), &[])).sum();
        if free < below { self.total(split) } else { free }
    }

    fn total(&mut self, split: &[usize]) -> i64 {
        let bins = split.iter().max().map_or(0, |most| most + 1);
        let own = |bin: usize| (0..split.len()).filter(|line| split[*line] == bin).collect();
        let bins: Vec<Vec<usize>> = (0..bins).map(own).collect();
        let left: Vec<u32> = self.scarce.iter().map(|(_, uses)| *uses).collect();
        self.least(&bins, &left)
    }
}

/// Each line as the number of its checkout.
fn written(basket: &Basket, lines: usize) -> Vec<usize> {
    let mut split = vec![0; lines];
    for (bin, part) in basket.parts.iter().enumerate() {
        for line in &part.lines {
            split[*line] = bin;
        }
    }
    split
}

fn agrees(wishlist: &Wishlist, rules: &RuleSet, by_oracle: bool) -> Result<(), TestCaseError> {
    let lines = wishlist.checkout.lines.len();
    let mut brute = Brute::new(&wishlist.checkout, rules, by_oracle);
    let splits = partitions(lines).into_iter().filter(|split| keeps(wishlist, split));
    let all = splits.map(|split| (brute.total(&split), split.iter().max().copied(), split));
    let Some((total, _, split)) = all.min() else {
        prop_assert!(basket::best(wishlist, rules, &mut |_| ControlFlow::Continue(())).is_err());
        return Ok(());
    };
    let basket = solve(wishlist, rules);
    prop_assert_eq!(
        basket.total.minor(),
        total,
        "{}: {:?} and not {:?}",
        rules.id,
        split,
        written(&basket, lines)
    );
    prop_assert_eq!(basket.proof(), Proof::Optimal);
    prop_assert_eq!(written(&basket, lines), split, "{}", rules.id);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(1_000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_basket_is_the_one_that_trying_every_split_finds(seed: u64, shape in shape(1..=5, 5)) {
        let wishlist = wishlist(seed, shape);
        for rules in rule_sets() {
            agrees(&wishlist, rules, false)?;
        }
    }

    #[test]
    fn so_it_is_at_a_till_that_knows_no_shortcut(seed: u64, shape in shape(1..=4, 4)) {
        let wishlist = wishlist(seed, shape);
        for rules in rule_sets() {
            agrees(&wishlist, rules, true)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(200), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn seven_lines_in_few_checkouts_come_to_what_trying_every_split_finds(seed: u64, shape in shape(6..=7, 6)) {
        let mut wishlist = wishlist(seed, shape);
        wishlist.limits = Limits { max_checkouts: Some(2), ..Limits::default() };
        let rules = BOOK.get(None).unwrap();
        let mut brute = Brute::new(&wishlist.checkout, rules, false);
        let splits = partitions(wishlist.checkout.lines.len()).into_iter().filter(|split| keeps(&wishlist, split));
        let total = splits.map(|split| brute.total(&split)).min().unwrap();
        prop_assert_eq!(solve(&wishlist, rules).total.minor(), total);
    }

    #[test]
    fn eight_lines_in_few_checkouts_are_the_best_of_all_splits(seed: u64, shape in shape(8..=8, 5)) {
        let mut wishlist = wishlist(seed, Shape { stores: 3, ..shape });
        wishlist.limits = Limits { max_checkouts: Some(2 + usize::from(seed.is_multiple_of(2))), ..Limits::default() };
        for rules in rule_sets() {
            let mut brute = Brute::new(&wishlist.checkout, rules, false);
            let splits = partitions(wishlist.checkout.lines.len()).into_iter().filter(|split| keeps(&wishlist, split));
            let basket = solve(&wishlist, rules);
            let least = splits.map(|split| brute.quick(&split, basket.total.minor())).min().unwrap();
            prop_assert!(least >= basket.total.minor(), "{} under {}, {}", least, basket.total, rules.id);
            prop_assert!(basket.lower_bound.minor() <= basket.total.minor());
        }
    }

    #[test]
    fn it_is_never_dearer_than_one_checkout_or_each_alone_where_the_limits_admit_these(
        seed: u64,
        shape in shape(2..=8, 7),
    ) {
        let wishlist = wishlist(seed, shape);
        let lines = wishlist.checkout.lines.len();
        for rules in rule_sets() {
            let Ok(basket) = basket::best(&wishlist, rules, &mut |_| ControlFlow::Continue(())) else { continue };
            let one = stack::least(&wishlist.checkout, rules).total;
            prop_assert!(basket.one_checkout_total.minor() <= one.minor());
            if keeps(&wishlist, &vec![0; lines]) {
                prop_assert!(basket.total.minor() <= basket.one_checkout_total.minor());
            }
            if keeps(&wishlist, &(0..lines).collect::<Vec<_>>()) {
                prop_assert!(basket.total.minor() <= basket.each_alone_total.minor());
            }
            prop_assert!(basket.total.minor() <= basket.by_hand_total.minor());
            prop_assert!(basket.lower_bound.minor() <= basket.total.minor());
        }
    }

    #[test]
    fn its_checkouts_priced_alone_are_its_total_and_no_discount_is_used_too_often(seed: u64, shape in shape(2..=8, 7)) {
        let wishlist = wishlist(seed, shape);
        for rules in rule_sets() {
            let Ok(basket) = basket::best(&wishlist, rules, &mut |_| ControlFlow::Continue(())) else { continue };
            let mut lines: Vec<usize> = basket.parts.iter().flat_map(|part| part.lines.iter().copied()).collect();
            prop_assert!(basket.parts.iter().all(|part| part.lines.is_sorted()));
            prop_assert!(basket.parts.is_sorted_by_key(|part| part.lines[0]));
            lines.sort_unstable();
            prop_assert_eq!(lines, (0..wishlist.checkout.lines.len()).collect::<Vec<_>>());
            prop_assert!(keeps(&wishlist, &written(&basket, wishlist.checkout.lines.len())));
            let alone = basket.parts.iter().map(|part| stack::best(&part.checkout(&wishlist), rules));
            let alone: Vec<_> = alone.collect();
            prop_assert_eq!(alone.iter().map(|stack| stack.total().minor()).sum::<i64>(), basket.total.minor());
            for (place, discount) in wishlist.checkout.discounts.iter().enumerate() {
                let used = alone.iter().filter(|stack| stack.has(place)).count();
                match discount.uses() {
                    Uses::Limited(uses) => prop_assert!(used <= usize::try_from(uses).unwrap(), "{}", discount.id),
                    Uses::Unlimited => {}
                }
            }
        }
    }

    #[test]
    fn the_order_of_the_lines_changes_nothing(seed: u64, shape in shape(2..=8, 6), turn in 1..7_usize, back: bool) {
        let mut wishlist = wishlist(seed, shape);
        let lines = wishlist.checkout.lines.len();
        // Some are alike but for their price.
        if seed.is_multiple_of(3) {
            wishlist.checkout.lines[1].item = wishlist.checkout.lines[0].item.clone();
        }
        let mut order: Vec<usize> = (0..lines).map(|place| (place + turn) % lines).collect();
        if back {
            order.reverse();
        }
        let mut turned = wishlist.clone();
        turned.checkout.lines = order.iter().map(|line| wishlist.checkout.lines[*line].clone()).collect();
        let place = |line: &usize| order.iter().position(|other| other == line).unwrap();
        for group in turned.limits.together.iter_mut().chain(&mut turned.limits.apart) {
            *group = group.iter().map(place).collect();
        }
        for rules in rule_sets() {
            let Ok(basket) = basket::best(&wishlist, rules, &mut |_| ControlFlow::Continue(())) else {
                prop_assert!(basket::best(&turned, rules, &mut |_| ControlFlow::Continue(())).is_err());
                continue;
            };
            let other = solve(&turned, rules);
            let back = |part: &basket::Part| part.lines.iter().map(|line| order[*line]).collect::<Vec<_>>();
            prop_assert_eq!(basket.total, other.total);
            prop_assert_eq!(basket.lower_bound, other.lower_bound);
            prop_assert_eq!(basket.by_hand_total, other.by_hand_total);
            let parts: Vec<Vec<usize>> = basket.parts.iter().map(|part| part.lines.clone()).collect();
            prop_assert_eq!(parts, other.parts.iter().map(back).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_order_of_the_discounts_changes_nothing(seed: u64, shape in shape(2..=7, 6)) {
        let wishlist = wishlist(seed, shape);
        let mut turned = wishlist.clone();
        turned.checkout.discounts.reverse();
        let lines = wishlist.checkout.lines.len();
        for rules in rule_sets() {
            let Ok(basket) = basket::best(&wishlist, rules, &mut |_| ControlFlow::Continue(())) else { continue };
            let other = solve(&turned, rules);
            prop_assert_eq!(basket.total, other.total);
            prop_assert_eq!(basket.lower_bound, other.lower_bound);
            prop_assert_eq!(written(&basket, lines), written(&other, lines));
        }
    }

    #[test]
    fn a_tighter_limit_never_makes_the_total_lower(seed: u64, shape in shape(2..=6, 6)) {
        let mut wishlist = wishlist(seed, shape);
        let rules = BOOK.get(None).unwrap();
        let Ok(loose) = basket::best(&wishlist, rules, &mut |_| ControlFlow::Continue(())) else { return Ok(()) };
        match seed % 3 {
            0 => wishlist.limits.max_checkouts = Some((loose.parts.len() - 1).max(1)),
            1 => wishlist.limits.apart.push(vec![0, 1]),
            _ => wishlist.limits.together.push(vec![0, 1]),
        }
        if let Ok(tight) = basket::best(&wishlist, rules, &mut |_| ControlFlow::Continue(())) {
            prop_assert!(tight.total.minor() >= loose.total.minor());
        }
    }

    #[test]
    fn a_search_that_is_ended_at_once_still_answers_with_its_bound(seed: u64, shape in shape(2..=8, 7)) {
        let wishlist = wishlist(seed, shape);
        let rules = BOOK.get(None).unwrap();
        let Ok(whole) = basket::best(&wishlist, rules, &mut |_| ControlFlow::Continue(())) else { return Ok(()) };
        let ended = basket::best(&wishlist, rules, &mut |_| ControlFlow::Break(())).unwrap();
        prop_assert!(ended.lower_bound.minor() <= whole.total.minor());
        prop_assert!(ended.total.minor() >= whole.total.minor());
        prop_assert!(whole.lower_bound.minor() <= ended.total.minor());
    }
}

/// A wishlist of so many lines and sixty discounts, which no first split is made of in no time.
fn long(lines: usize) -> Wishlist {
    let mut all = checkout(
        1,
        Shape {
            lines,
            stores: 20,
            discounts: 60,
            odd: false,
            cents: false,
            exclusive: 9,
        },
    );
    for discount in &mut all.discounts {
        discount.uses = Some(Uses::Limited(3));
    }
    plain(all)
}

#[test]
fn a_long_wishlist_is_asked_about_before_its_first_split_and_ends_with_a_simple_one() {
    let rules = BOOK.get(None).unwrap();
    let mut wishlist = long(400);
    let lines = wishlist.checkout.lines.iter();
    let listed: i64 = lines.map(|line| line.listed().minor() + line.shipping.minor()).sum();
    for most in [None, Some(7)] {
        wishlist.limits.max_checkouts = most;
        let mut asked = Vec::new();
        let ended = basket::best(&wishlist, rules, &mut |progress| {
            asked.push(*progress);
            ControlFlow::Break(())
        });
        let ended = ended.unwrap();
        assert_eq!(asked.len(), 1, "who said to end is not asked again");
        assert!(asked[0].work < 100 && asked[0].best.minor() >= ended.total.minor());
        assert!(ended.parts.len() <= most.unwrap_or(400));
        let bounds = [asked[0].lower_bound, ended.lower_bound, ended.total].map(Money::minor);
        assert!(bounds.is_sorted(), "{bounds:?}");
        assert!(ended.total.minor() <= listed);
        let mut lines: Vec<usize> = ended.parts.iter().flat_map(|part| part.lines.clone()).collect();
        lines.sort_unstable();
        assert_eq!(lines, (0..400).collect::<Vec<_>>());
    }
}
