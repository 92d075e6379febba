//! The tables of an estimate: which sums a row has, and what each set of units of a few stores adds to them.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "places come from the estimate's own lists; it has no amounts over 10^15"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::{
    Alone, Block, Estimate, GONE, IN_BLOCK, LISTED, MOST_ALONE, Pool, SHIPPING, Set, Slot, Step, Takes, WIDTH, Wide,
    set_of,
};
use crate::basket::case::Case;
use crate::basket::groups::most;
use crate::discount::{Benefit, Discount, PieceTier, Tier};
use crate::money::Money;
use crate::rules::Per;

impl Estimate {
    /// The steps, with what each needs to know of a checkout: for each sum in a row what each unit adds.
    pub(super) fn walk(&mut self, case: &Case<'_, '_>) -> Option<Vec<Vec<i64>>> {
        let lines = &case.parts.checkout.lines;
        let listed = |line: u32| lines[line as usize].listed().minor();
        let fee = |line: u32| lines[line as usize].shipping.minor();
        let pieces = |line: u32| i64::from(lines[line as usize].quantity);
        let units = self.units.clone();
        let of_units = |amount: &dyn Fn(u32) -> i64| -> Vec<i64> {
            let sum = |unit: &u32| case.units[*unit as usize].lines.iter().map(|line| amount(*line)).sum();
            units.iter().map(sum).collect()
        };
        let mut sums = vec![of_units(&listed), of_units(&fee)];
        let new = |sums: &mut Vec<Vec<i64>>| {
            sums.push(Vec::new());
            sums.len() - 1
        };
        let own_steps = case
            .parts
            .rules
            .steps
            .iter()
            .filter(|rule| rule.per != Per::Checkout)
            .count();
        let mut room = WIDTH.checked_sub(sums.len() + 2 * own_steps + GONE.len() - 1 + MOST_ALONE)?;
        // Where there is no room for a sum of its own, one that is larger bounds it all the same.
        let mut place = |sum: Vec<i64>, larger: usize, sums: &mut Vec<Vec<i64>>| {
            let known = sums.iter().position(|other| *other == sum);
            known.unwrap_or_else(|| {
                if room == 0 {
                    return larger;
                }
                room -= 1;
                sums.push(sum);
                sums.len() - 1
            })
        };
        for (step, rule) in case.parts.rules.steps.iter().enumerate() {
            let own = (0..case.parts.offers.len()).filter(|offer| case.parts.offers[*offer].step == step);
            let own: Vec<usize> = own.collect();
            if own.is_empty() {
                continue;
            }
            if rule.per != Per::Checkout {
                self.own_step(step, rule.is_automatic(), &mut sums);
            }
            for offer in own.iter().copied().filter(|offer| alone(case, *offer)) {
                let fees = case.discount(offer).benefit.is_shipping();
                let own = rule.per != Per::Checkout;
                // Too many of them are taken for ones that tolerate others: that bounds them all the same.
                if own && (fees || self.alone.len() >= MOST_ALONE) {
                    continue;
                }
                let sum = if own { new(&mut sums) } else { 0 };
                self.alone.push(Alone {
                    offer,
                    touched: self.touched(case, offer, false),
                    own: own.then(|| (self.steps.len() - 1, sum)),
                    fees,
                    toll: 0,
                });
            }
            if rule.per != Per::Checkout {
                continue;
            }
            let first = self.wide.len();
            for offer in own {
                let discount = case.discount(offer);
                let touches = |line: u32| case.parts.offers[offer].touches(line);
                let only = |amount: &dyn Fn(u32) -> i64| of_units(&|line| if touches(line) { amount(line) } else { 0 });
                let spend = place(only(&listed), LISTED, &mut sums);
                let other = match discount.benefit {
                    Benefit::Shipping { .. } => place(only(&fee), SHIPPING, &mut sums),
                    // Nobody has more pieces than minor units.
                    Benefit::Pieces { .. } => place(only(&pieces), LISTED, &mut sums),
                    _ => spend,
                };
                self.wide.push(Wide {
                    offer,
                    takes: takes(case, discount)?,
                    needs: case.listed_for(discount.min_spend.map_or(0, Money::minor)),
                    touched: self.touched(case, offer, false),
                    whole: self.touched(case, offer, true),
                    spend,
                    other,
                    pools: pools_of(case, offer),
                    exclusive: discount.exclusive && !rule.is_automatic(),
                    automatic: rule.is_automatic(),
                    toll: 0,
                });
            }
            let is_price = |wide: &Wide| !matches!(wide.takes, Takes::Fees(_));
            let prices = self.wide[first..].iter().any(is_price);
            for before in self.steps.iter_mut().filter(|_| prices) {
                if let Step::Wide { ends, .. } = before {
                    *ends = false;
                }
            }
            self.steps.push(Step::Wide {
                first,
                last: self.wide.len(),
                prices,
                ends: true,
            });
        }
        Some(sums)
    }

    /// A step of single stores or sellers, which is one with such a step right before.
    fn own_step(&mut self, step: usize, automatic: bool, sums: &mut Vec<Vec<i64>>) {
        if let Some(Step::Own {
            price, automatic: same, ..
        }) = self.steps.last()
            && *same == automatic
        {
            self.sums[step] = Some(*price);
            return;
        }
        // There is room for one step of them.
        let mut known = self.steps.iter();
        let is_first = !known.any(|step| matches!(step, Step::Own { gone: Some(_), .. }));
        let is_after = matches!(self.steps.last(), Some(Step::Wide { prices: true, .. }));
        let (price, fees) = (sums.len(), sums.len() + 1);
        let gone = (is_first && is_after).then_some(fees + 1);
        let count = if gone.is_some() { GONE.len() + 1 } else { 2 };
        sums.resize(price + count, Vec::new());
        self.sums[step] = Some(price);
        self.steps.push(Step::Own {
            price,
            fees,
            gone,
            automatic,
        });
    }

    pub(super) fn pools(&mut self, case: &Case<'_, '_>) {
        let lines = &case.parts.checkout.lines;
        for pool in 0..case.parts.checkout.pools.len() {
            let own = (0..lines.len() as u32).filter(|line| lines[*line as usize].pool == Some(pool));
            let here = &case.parts.checkout.pools[pool];
            self.pools.push(Pool {
                units: set_of(&self.bits, &own.map(|line| case.unit_of(line)).collect::<Vec<_>>()),
                fee: here.fee.minor(),
                free_from: here.free_from.map_or(i64::MAX, Money::minor),
            });
        }
    }

    /// The units of which an offer can touch a line, or each line.
    fn touched(&self, case: &Case<'_, '_>, offer: usize, whole: bool) -> Set {
        let touches = |line: &u32| case.parts.offers[offer].touches(*line);
        let own = |unit: &u32| {
            let lines = &case.units[*unit as usize].lines;
            if whole {
                lines.iter().all(touches)
            } else {
                lines.iter().any(touches)
            }
        };
        let own: Vec<u32> = self.units.iter().copied().filter(own).collect();
        set_of(&self.bits, &own)
    }

    pub(super) fn tables(&mut self, case: &Case<'_, '_>, groups: &[Vec<u32>], sums: &[Vec<i64>]) {
        let mut at = 0;
        let mut groups = groups.iter().peekable();
        while let Some(first) = groups.next() {
            let mut count = first.len();
            while let Some(next) = groups.next_if(|next| count + next.len() <= IN_BLOCK) {
                count += next.len();
            }
            let mut fixed = vec![[0; WIDTH]; 1 << count];
            for set in 1..fixed.len() {
                let low = set.trailing_zeros() as usize;
                let mut row = fixed[set & (set - 1)];
                for (sum, own) in row.iter_mut().zip(sums) {
                    *sum += own.get(at + low).copied().unwrap_or(0);
                }
                fixed[set] = row;
            }
            let mask = ((1_u64 << count) - 1) << at;
            let slots = self.slots(case, &self.units[at..at + count]);
            self.blocks.push(Block {
                shift: at as u32,
                mask,
                rows: fixed.clone(),
                fixed,
                slots,
            });
            at += count;
        }
    }

    /// The slots of the stores and sellers of a block.
    fn slots(&self, case: &Case<'_, '_>, units: &[u32]) -> Vec<Slot> {
        let lines = &case.parts.checkout.lines;
        let mut slots = Vec::new();
        for (step, rule) in case.parts.rules.steps.iter().enumerate() {
            let Some(price) = self.sums[step] else { continue };
            let offers: Vec<usize> = (0..case.parts.offers.len())
                .filter(|offer| case.parts.offers[*offer].step == step)
                .collect();
            let mut owned: Vec<(u32, Vec<u32>)> = Vec::new();
            for line in units.iter().flat_map(|unit| &case.units[*unit as usize].lines) {
                let same = |other: u32| {
                    let (one, other) = (&lines[*line as usize], &lines[other as usize]);
                    if rule.per == Per::Store {
                        one.store == other.store
                    } else {
                        one.seller == other.seller
                    }
                };
                match owned.iter_mut().find(|(first, _)| same(*first)) {
                    Some((_, slot)) => slot.push(*line),
                    None => owned.push((*line, vec![*line])),
                }
            }
            for (_, own) in owned {
                slots.extend(self.slot(case, &own, &offers, price));
                for alone in &self.alone {
                    if let Some(sum) = alone.own.map(|(_, sum)| sum).filter(|_| offers.contains(&alone.offer)) {
                        slots.extend(self.slot(case, &own, &[alone.offer], sum));
                    }
                }
            }
        }
        slots
    }

    fn slot(&self, case: &Case<'_, '_>, lines: &[u32], offers: &[usize], price: usize) -> Option<Slot> {
        let mut units: Vec<u32> = lines
            .iter()
            .map(|line| self.bits[case.unit_of(*line) as usize])
            .collect();
        units.sort_unstable();
        units.dedup();
        let mut found = Vec::new();
        for offer in offers {
            let discount = case.discount(*offer);
            let sum = self
                .alone
                .iter()
                .find(|alone| alone.offer == *offer)
                .and_then(|alone| alone.own);
            if sum.is_some_and(|(_, sum)| sum != price) {
                continue;
            }
            let mut takes = vec![[0; GONE.len()]; 1 << units.len()];
            for (set, takes) in takes.iter_mut().enumerate() {
                let inside = |line: &&u32| {
                    let bit = self.bits[case.unit_of(**line) as usize];
                    units.binary_search(&bit).is_ok_and(|place| set >> place & 1 == 1)
                };
                let (mut listed, mut fees, mut pieces, mut count) = (0, 0, 0_u32, 0);
                for line in lines
                    .iter()
                    .filter(inside)
                    .filter(|line| case.parts.offers[*offer].touches(**line))
                {
                    let line = &case.parts.checkout.lines[*line as usize];
                    listed += line.listed().minor();
                    fees += line.shipping.minor();
                    pieces = pieces.saturating_add(line.quantity);
                    count += 1;
                }
                // Whatever touches nothing takes nothing; a pool's fee is taken at most.
                if pieces > 0 {
                    let pools: i64 = self.pools.iter().map(|pool| pool.fee).sum();
                    // Each line may have been left one minor unit more.
                    *takes = GONE.map(|share| {
                        let base = listed - (listed * share / 10_000 - count).max(0);
                        most(case, discount, listed, base, fees + pools, pieces)
                    });
                }
            }
            if takes.iter().any(|[amount, ..]| *amount > 0) {
                found.push((*offer, discount.benefit.is_shipping(), takes));
            }
        }
        let touched = units.iter().fold(0, |set, bit| set | 1_u64 << bit);
        (!found.is_empty()).then_some(Slot {
            units,
            touched,
            price,
            gone: self.steps.iter().find_map(|step| match step {
                Step::Own { price: own, gone, .. } if *own == price => *gone,
                _ => None,
            }),
            fees: found.iter().any(|(_, fees, _)| *fees),
            offers: found,
        })
    }
}

/// The pools that carry a line which an offer can touch.
fn pools_of(case: &Case<'_, '_>, offer: usize) -> Vec<usize> {
    let lines = &case.parts.checkout.lines;
    let touched = (0_u32..)
        .zip(lines)
        .filter(|(line, _)| case.parts.offers[offer].touches(*line));
    let mut pools: Vec<usize> = touched.filter_map(|(_, line)| line.pool).collect();
    pools.sort_unstable();
    pools.dedup();
    pools
}

/// Whether a discount tolerates no other.
fn alone(case: &Case<'_, '_>, offer: usize) -> bool {
    let discount = case.discount(offer);
    discount.exclusive && !discount.kind.is_automatic()
}

/// What a discount takes; `None` where nobody can read it.
fn takes(case: &Case<'_, '_>, discount: &Discount) -> Option<Takes> {
    let most = |cap: &Option<Money>| cap.map_or(i64::MAX, Money::minor);
    Some(match &discount.benefit {
        Benefit::Fixed { amount } => Takes::Amount(amount.minor()),
        Benefit::Percent { percent, cap } => Takes::Share(i64::from(percent.0.points()), most(cap)),
        // On the way a deeper tier may be lost that takes less.
        Benefit::Tiers { tiers } => {
            let mut deepest = 0;
            let tier = |tier: &Tier| {
                deepest = tier.amount.minor().max(deepest);
                (case.listed_for(tier.min_spend.minor()), deepest)
            };
            Takes::Tiers(tiers.iter().map(tier).collect())
        }
        Benefit::PerSpend { every, amount, cap } => {
            let all: i64 = case.units.iter().map(|unit| unit.listed).sum();
            let times = case.parts.net(all) / every.minor().max(1);
            let last = times.min(MOST_TIMES);
            let tier = |time: i64| {
                let time = if time == MOST_TIMES { times } else { time };
                let from = case.listed_for(time.min(MOST_TIMES).saturating_mul(every.minor()));
                (from, time.saturating_mul(amount.minor()).min(most(cap)))
            };
            Takes::Tiers((1..=last).map(tier).collect())
        }
        Benefit::Pieces { tiers } => {
            let mut deepest = 0;
            let tier = |tier: &PieceTier| {
                deepest = i64::from(tier.percent.0.points()).max(deepest);
                (i64::from(tier.pieces), deepest)
            };
            Takes::Pieces(tiers.iter().map(tier).collect())
        }
        Benefit::Shipping { cap } => Takes::Fees(most(cap)),
        Benefit::Unknown { .. } => return None,
    })
}

/// A discount that repeats stands once for each of so many times, and then for all.
const MOST_TIMES: i64 = 64;
