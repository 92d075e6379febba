//! What a checkout costs at least, told in a few additions and without the till.
//!
//! Whatever adds up over the lines of a checkout (listed prices, shipping, the spend that a minimum sees, what the
//! coupons of single stores and sellers take) stands in tables, one row for each set of lines of a few stores. A
//! checkout is the sum of a handful of rows, and a walk through the discounts of whole checkouts. The walk leaves as
//! little at each step as any discount could; a smaller price never leaves more, so the end is a lower bound. Only what
//! a discount of some lines takes off a price that was lowered before is not told to the cent.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "places come from the estimate's own lists; it has no amounts over 10^15"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::case::{Bin, Case};
use super::groups::{connected, most};
use crate::discount::{Benefit, Discount};
use crate::money::{Money, Rounding};
use crate::rules::Per;

/// More units of one group would need too large a table, and so many make a table of their own worth it.
const MOST_IN_GROUP: usize = 12;
const IN_BLOCK: usize = 8;

/// Larger wishlists are left alone, so that nothing overflows.
const MOST_LISTED: i64 = 900_000_000_000_000;

/// So many sums are kept in a row.
const WIDTH: usize = 20;
const LISTED: usize = 0;
const SHIPPING: usize = 1;

/// So many exclusive discounts of single stores are gone through on their own.
const MOST_ALONE: usize = 4;

type Row = [i64; WIDTH];

/// A set of units by their bits; the bits are given out group by group.
pub(super) type Set = u64;

/// What a discount of whole checkouts takes; minimums are listed spends.
enum Takes {
    Amount(i64),
    /// Amounts by the spend from which on they count.
    Tiers(Vec<(i64, i64)>),
    /// Basis points, at most so much.
    Share(i64, i64),
    /// Basis points by the pieces from which on they count.
    Pieces(Vec<(i64, i64)>),
    /// Shipping, at most so much.
    Fees(i64),
}

impl Takes {
    /// What is taken of a base at most.
    fn of(&self, spend: i64, pieces: i64, base: i64, rounding: Rounding) -> i64 {
        let met = |tiers: &[(i64, i64)], by: i64| {
            let met = tiers.iter().take_while(|(from, _)| *from <= by).last();
            met.map_or(0, |(_, most)| *most)
        };
        let share = |points: i64| {
            let half = if rounding == Rounding::Down { 0 } else { 5_000 };
            (base * points + half) / 10_000
        };
        match self {
            Self::Amount(amount) => (*amount).min(base),
            Self::Tiers(tiers) => met(tiers, spend).min(base),
            Self::Share(points, cap) => share(*points).min(*cap),
            Self::Pieces(tiers) => share(met(tiers, pieces)),
            Self::Fees(_) => 0,
        }
    }
}

struct Wide {
    offer: usize,
    takes: Takes,
    needs: i64,
    /// Units of which it can touch a line, and those of which it can touch each.
    touched: Set,
    whole: Set,
    /// Its sums in a row: the spend, and the shipping or the pieces where these matter.
    spend: usize,
    other: usize,
    pools: Vec<usize>,
    exclusive: bool,
    automatic: bool,
    toll: i64,
}

enum Step {
    /// Of single stores or sellers, with their sums in a row: what is taken from prices, and from shipping.
    Own { price: usize, fees: usize, automatic: bool },
    /// Of whole checkouts, from one place to another.
    Wide(usize, usize),
}

/// The slot of a store or seller.
struct Slot {
    units: Vec<u32>,
    touched: Set,
    /// Its sum in a row; that of what is taken from shipping stands behind it, if anything is.
    price: usize,
    fees: bool,
    /// For each offer what it takes at most, by the set of the slot's units.
    offers: Vec<(usize, bool, Vec<i64>)>,
}

/// An exclusive discount, for which everything is gone through on its own.
struct Alone {
    offer: usize,
    touched: Set,
    /// Of a single store or seller: its step, and the sum in a row that says what it takes.
    own: Option<(usize, usize)>,
    fees: bool,
    toll: i64,
}

struct Block {
    shift: u32,
    mask: Set,
    /// What does not depend on tolls.
    fixed: Vec<Row>,
    rows: Vec<Row>,
    slots: Vec<Slot>,
}

struct Pool {
    units: Set,
    fee: i64,
    free_from: i64,
}

pub(super) struct Estimate {
    /// The unit of each bit, and the bit of each unit.
    pub(super) units: Vec<u32>,
    bits: Vec<u32>,
    blocks: Vec<Block>,
    steps: Vec<Step>,
    wide: Vec<Wide>,
    alone: Vec<Alone>,
    pools: Vec<Pool>,
    headings: Vec<Set>,
    charge: i64,
    /// For each step of single stores or sellers its sum in a row.
    sums: Vec<Option<usize>>,
    rounding: Rounding,
    strict: bool,
}

impl Estimate {
    /// `None` where a group or the whole is too large.
    pub(super) fn new(case: &Case<'_, '_>) -> Option<Self> {
        let groups = connected(case);
        let all: i64 = case.units.iter().map(|unit| unit.listed).sum();
        if case.units.len() > 64 || all > MOST_LISTED || groups.iter().any(|group| group.len() > MOST_IN_GROUP) {
            return None;
        }
        let units: Vec<u32> = groups.iter().flatten().copied().collect();
        let mut bits = vec![0; units.len()];
        for (bit, unit) in units.iter().enumerate() {
            bits[*unit as usize] = bit as u32;
        }
        let (charge, headings) = case.charges();
        let mut estimate = Self {
            blocks: Vec::new(),
            steps: Vec::new(),
            wide: Vec::new(),
            alone: Vec::new(),
            pools: Vec::new(),
            headings: headings.iter().map(|own| set_of(&bits, own)).collect(),
            charge,
            sums: vec![None; case.parts.rules.steps.len()],
            rounding: case.parts.rules.rounding,
            strict: case.parts.rules.exclusive_blocks_free_shipping,
            units,
            bits,
        };
        let sums = estimate.walk(case)?;
        estimate.tables(case, &groups, &sums);
        estimate.charge(&vec![0; case.uses.len()]);
        Some(estimate)
    }

    /// The units of a set, in order.
    pub(super) fn bin(&self, mut set: Set) -> Bin {
        let mut bin = Bin::with_capacity(set.count_ones() as usize);
        while set != 0 {
            bin.push(self.units[set.trailing_zeros() as usize]);
            set &= set - 1;
        }
        bin.sort_unstable();
        bin
    }

    pub(super) fn set(&self, bin: &[u32]) -> Set {
        set_of(&self.bits, bin)
    }

    /// The units of each group.
    pub(super) fn groups(&self, case: &Case<'_, '_>) -> Vec<Set> {
        connected(case).iter().map(|group| self.set(group)).collect()
    }

    /// The bit of the first unit of a set.
    pub(super) fn first(&self, set: Set) -> u32 {
        self.bin(set).first().map_or(0, |unit| self.bits[*unit as usize])
    }

    /// The steps, with what each needs to know of a checkout: for each sum in a row what each unit adds.
    fn walk(&mut self, case: &Case<'_, '_>) -> Option<Vec<Vec<i64>>> {
        let lines = &case.parts.checkout.lines;
        let listed = |line: u32| lines[line as usize].listed().minor();
        let fee = |line: u32| lines[line as usize].shipping.minor();
        let pieces = |line: u32| i64::from(lines[line as usize].quantity);
        let of_units = |amount: &dyn Fn(u32) -> i64| -> Vec<i64> {
            let sum = |unit: &u32| case.units[*unit as usize].lines.iter().map(|line| amount(*line)).sum();
            self.units.iter().map(sum).collect()
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
        let mut room = WIDTH.checked_sub(sums.len() + 2 * own_steps + MOST_ALONE)?;
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
        for pool in 0..case.parts.checkout.pools.len() {
            let own = (0..lines.len() as u32).filter(|line| lines[*line as usize].pool == Some(pool));
            let here = &case.parts.checkout.pools[pool];
            self.pools.push(Pool {
                units: set_of(&self.bits, &own.map(|line| case.unit_of(line)).collect::<Vec<_>>()),
                fee: here.fee.minor(),
                free_from: here.free_from.map_or(i64::MAX, Money::minor),
            });
        }
        for (step, rule) in case.parts.rules.steps.iter().enumerate() {
            let own = (0..case.parts.offers.len()).filter(|offer| case.parts.offers[*offer].step == step);
            let own: Vec<usize> = own.collect();
            if own.is_empty() {
                continue;
            }
            if rule.per != Per::Checkout {
                let automatic = rule.is_automatic();
                match self.steps.last() {
                    Some(Step::Own {
                        price, automatic: same, ..
                    }) if *same == automatic => self.sums[step] = Some(*price),
                    _ => {
                        let price = new(&mut sums);
                        let fees = new(&mut sums);
                        self.sums[step] = Some(price);
                        self.steps.push(Step::Own { price, fees, automatic });
                    }
                }
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
                let pools = (0..case.parts.checkout.pools.len()).filter(|pool| {
                    let in_pool = |line: &u32| lines[*line as usize].pool == Some(*pool) && touches(*line);
                    (0..lines.len() as u32).any(|line| in_pool(&line))
                });
                self.wide.push(Wide {
                    offer,
                    takes: takes(case, discount)?,
                    needs: case.listed_for(discount.min_spend.map_or(0, Money::minor)),
                    touched: self.touched(case, offer, false),
                    whole: self.touched(case, offer, true),
                    spend,
                    other,
                    pools: pools.collect(),
                    exclusive: discount.exclusive && !rule.is_automatic(),
                    automatic: rule.is_automatic(),
                    toll: 0,
                });
            }
            self.steps.push(Step::Wide(first, self.wide.len()));
        }
        Some(sums)
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

    fn tables(&mut self, case: &Case<'_, '_>, groups: &[Vec<u32>], sums: &[Vec<i64>]) {
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
            let mut takes = vec![0; 1 << units.len()];
            for (set, takes) in takes.iter_mut().enumerate() {
                let inside = |line: &&u32| {
                    let bit = self.bits[case.unit_of(**line) as usize];
                    units.binary_search(&bit).is_ok_and(|place| set >> place & 1 == 1)
                };
                let (mut listed, mut fees, mut pieces) = (0, 0, 0_u32);
                for line in lines
                    .iter()
                    .filter(inside)
                    .filter(|line| case.parts.offers[*offer].touches(**line))
                {
                    let line = &case.parts.checkout.lines[*line as usize];
                    listed += line.listed().minor();
                    fees += line.shipping.minor();
                    pieces = pieces.saturating_add(line.quantity);
                }
                // Whatever touches nothing takes nothing; a pool's fee is taken at most.
                if pieces > 0 {
                    let pools: i64 = self.pools.iter().map(|pool| pool.fee).sum();
                    *takes = most(case, discount, listed, fees + pools, pieces);
                }
            }
            if takes.iter().any(|amount| *amount > 0) {
                found.push((*offer, discount.benefit.is_shipping(), takes));
            }
        }
        let touched = units.iter().fold(0, |set, bit| set | 1_u64 << bit);
        (!found.is_empty()).then_some(Slot {
            units,
            touched,
            price,
            fees: found.iter().any(|(_, fees, _)| *fees),
            offers: found,
        })
    }

    /// Sets what each offer costs besides.
    pub(super) fn charge(&mut self, tolls: &[i64]) {
        for wide in &mut self.wide {
            wide.toll = tolls[wide.offer];
        }
        for alone in &mut self.alone {
            alone.toll = tolls[alone.offer];
        }
        for block in &mut self.blocks {
            block.rows.clone_from(&block.fixed);
            for slot in &block.slots {
                let mut taken = vec![(0, 0); 1 << slot.units.len()];
                for (offer, fees, takes) in &slot.offers {
                    for (taken, most) in taken.iter_mut().zip(takes) {
                        let taken = if *fees { &mut taken.1 } else { &mut taken.0 };
                        *taken = (*taken).max(most - tolls[*offer]);
                    }
                }
                let own = slot.touched >> block.shift;
                for (set, row) in block.rows.iter_mut().enumerate() {
                    if set as u64 & own == 0 {
                        continue;
                    }
                    let mut inside = 0;
                    for (place, bit) in slot.units.iter().enumerate() {
                        inside |= (set >> (bit - block.shift) & 1) << place;
                    }
                    row[slot.price] += taken[inside].0;
                    if slot.fees {
                        row[slot.price + 1] += taken[inside].1;
                    }
                }
            }
        }
    }

    /// What a checkout costs at least, with the tolls of what it uses.
    pub(super) fn cost(&self, set: Set) -> i64 {
        let mut row = [0; WIDTH];
        for block in &self.blocks {
            let own = &block.rows[((set & block.mask) >> block.shift) as usize];
            for (sum, own) in row.iter_mut().zip(own) {
                *sum += own;
            }
        }
        let fees = if self.pools.is_empty() {
            0
        } else {
            self.pooled(set, &row, None)
        };
        let mut least = self.walked(set, &row, fees, None);
        for alone in &self.alone {
            if set & alone.touched != 0 {
                least = least.min(self.walked(set, &row, fees, Some(alone)));
            }
        }
        if self.charge > 0 {
            let headings = self.headings.iter().filter(|own| set & **own != 0);
            least += self.charge * headings.count() as i64;
        }
        least
    }

    /// The fees of the pools, or of those of a list.
    fn pooled(&self, set: Set, row: &Row, of: Option<&[usize]>) -> i64 {
        let pools = self.pools.iter().enumerate();
        let counts = |(place, pool): &(usize, &Pool)| {
            set & pool.units != 0 && row[LISTED] < pool.free_from && of.is_none_or(|of| of.contains(place))
        };
        pools.filter(counts).map(|(_, pool)| pool.fee).sum()
    }

    fn walked(&self, set: Set, row: &Row, pooled: i64, alone: Option<&Alone>) -> i64 {
        let (mut price, mut shipping) = (row[LISTED], row[SHIPPING] + pooled);
        for (place, step) in self.steps.iter().enumerate() {
            match step {
                Step::Own {
                    price: own,
                    fees,
                    automatic,
                } => {
                    if alone.is_none() || *automatic {
                        price = (price - row[*own]).max(0);
                    }
                    if let Some((_, sum)) = alone.and_then(|alone| alone.own).filter(|(step, _)| *step == place) {
                        // The toll is in the sum.
                        price = (price - row[sum]).max(0);
                    }
                    shipping = (shipping - row[*fees]).max(0);
                }
                Step::Wide(first, last) => {
                    let (mut left, mut most) = (price, 0);
                    for wide in &self.wide[*first..*last] {
                        let spend = row[wide.spend];
                        if spend < wide.needs || set & wide.touched == 0 || !self.tolerated(wide, alone) {
                            continue;
                        }
                        let amount = match &wide.takes {
                            Takes::Fees(cap) => {
                                let mut fees = row[wide.other];
                                if !wide.pools.is_empty() {
                                    fees += self.pooled(set, row, Some(&wide.pools));
                                }
                                most = most.max(fees.min(*cap) - wide.toll);
                                continue;
                            }
                            takes => {
                                let base = if set & !wide.whole == 0 {
                                    price
                                } else {
                                    spend.min(price)
                                };
                                takes.of(spend, row[wide.other], base, self.rounding)
                            }
                        };
                        left = left.min(price - amount + wide.toll);
                    }
                    price = left;
                    shipping = (shipping - most).max(0);
                }
            }
        }
        price + shipping
    }

    fn tolerated(&self, wide: &Wide, alone: Option<&Alone>) -> bool {
        match alone {
            _ if wide.automatic => true,
            None => !wide.exclusive,
            Some(alone) => {
                let layers = matches!(wide.takes, Takes::Fees(_)) && !self.strict && (!wide.exclusive || alone.fees);
                wide.offer == alone.offer || layers
            }
        }
    }
}

/// Whether a discount tolerates no other.
fn alone(case: &Case<'_, '_>, offer: usize) -> bool {
    let discount = case.discount(offer);
    discount.exclusive && !discount.kind.is_automatic()
}

fn set_of(bits: &[u32], units: &[u32]) -> Set {
    units.iter().fold(0, |set, unit| set | 1 << bits[*unit as usize])
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
            let tier = |tier: &crate::discount::Tier| {
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
            let tier = |tier: &crate::discount::PieceTier| {
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
