//! What a checkout costs at least, told in a few additions and without the till.
//!
//! Whatever adds up over the lines of a checkout (listed prices, shipping, the spend that a minimum sees, what the
//! coupons of single stores and sellers take) stands in tables, one row for each set of lines of a few stores. A
//! checkout is the sum of a handful of rows, and a walk through the discounts of whole checkouts. The walk leaves as
//! little at each step as any discount could; a smaller price never leaves more, so the end is a lower bound. What a
//! discount of some lines takes off a price that was lowered before is told by how much of it is gone, and not to the cent.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "places come from the estimate's own lists; it has no amounts over 10^15"
)]

mod make;

use alloc::vec;
use alloc::vec::Vec;

use super::case::{Bin, Case};
use super::groups::connected;
use crate::money::Rounding;

/// More units of one group would need too large a table, and so many make a table of their own worth it.
const MOST_IN_GROUP: usize = 12;
const IN_BLOCK: usize = 8;

/// Larger wishlists are left alone, so that nothing overflows.
const MOST_LISTED: i64 = 900_000_000_000_000;

/// So many sums are kept in a row.
const WIDTH: usize = 24;
const LISTED: usize = 0;
const SHIPPING: usize = 1;

/// Once a discount of the whole checkout has taken such a share of it, in basis points, less is left for what stores and
/// sellers take a percentage of: of each share it is told how much.
const GONE: [i64; 6] = [0, 300, 600, 800, 1_000, 1_200];

/// So many exclusive discounts of single stores are gone through on their own.
const MOST_ALONE: usize = 4;

/// So many ways to go on are kept apart.
const MOST_WAYS: usize = 6;

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
    Own {
        price: usize,
        fees: usize,
        /// Where discounts of whole checkouts come right before: what is taken from prices of which so much is
        /// [`GONE`], from the second share on.
        gone: Option<usize>,
        automatic: bool,
    },
    /// Of whole checkouts, from one place to another.
    Wide {
        first: usize,
        last: usize,
        /// Whether any of them lowers prices, and whether none of a later step does.
        prices: bool,
        ends: bool,
    },
}

/// The slot of a store or seller.
struct Slot {
    units: Vec<u32>,
    touched: Set,
    /// Its sum in a row; that of what is taken from shipping stands behind it, if anything is.
    price: usize,
    fees: bool,
    gone: Option<usize>,
    /// For each offer what it takes at most, by the set of the slot's units and what is gone of their prices.
    offers: Vec<(usize, bool, Vec<[i64; GONE.len()]>)>,
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
    /// Whether tolls are told from prices, of which alone a percentage is taken, and what is left of them for stores.
    fine: bool,
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
            fine: false,
            units,
            bits,
        };
        estimate.pools(case);
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

    /// Brings the ends nearer to what the till says, which takes longer. Tolls have to be set anew.
    pub(super) fn refine(&mut self) {
        self.fine = true;
    }

    /// The units of each group.
    pub(super) fn groups(&self, case: &Case<'_, '_>) -> Vec<Set> {
        connected(case).iter().map(|group| self.set(group)).collect()
    }

    /// The bit of the first unit of a set.
    pub(super) fn first(&self, set: Set) -> u32 {
        self.bin(set).first().map_or(0, |unit| self.bits[*unit as usize])
    }

    /// Sets what each offer costs besides.
    pub(super) fn charge(&mut self, tolls: &[i64]) {
        for wide in &mut self.wide {
            wide.toll = tolls[wide.offer];
        }
        for alone in &mut self.alone {
            alone.toll = tolls[alone.offer];
        }
        let shares = if self.fine { GONE.len() } else { 1 };
        for block in &mut self.blocks {
            block.rows.clone_from(&block.fixed);
            for slot in &block.slots {
                let mut taken = vec![([0; GONE.len()], 0); 1 << slot.units.len()];
                for (offer, fees, takes) in &slot.offers {
                    for ((price, shipping), most) in taken.iter_mut().zip(takes) {
                        if *fees {
                            *shipping = (*shipping).max(most[0] - tolls[*offer]);
                            continue;
                        }
                        for (taken, most) in price.iter_mut().zip(most).take(shares) {
                            *taken = (*taken).max(most - tolls[*offer]);
                        }
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
                    let (price, shipping) = &taken[inside];
                    row[slot.price] += price[0];
                    if slot.fees {
                        row[slot.price + 1] += shipping;
                    }
                    if let Some(gone) = slot.gone.filter(|_| shares > 1) {
                        for (sum, taken) in row[gone..].iter_mut().zip(&price[1..]) {
                            *sum += taken;
                        }
                    }
                }
            }
        }
    }

    /// What a checkout costs at least, with the tolls of what it uses.
    pub(super) fn cost(&self, set: Set) -> i64 {
        let mut row = [0; WIDTH];
        for block in &self.blocks {
            add(&mut row, block.row(set));
        }
        self.left(set, &row)
    }

    /// What each set up to one costs, in their order, until it is enough.
    pub(super) fn each(&self, last: Set, found: &mut dyn FnMut(Set, i64) -> bool) {
        let Some((first, others)) = self.blocks.split_first() else {
            return;
        };
        let mut high = [0; WIDTH];
        for set in 0..=last {
            if set & first.mask == 0 {
                high = [0; WIDTH];
                for block in others {
                    add(&mut high, block.row(set));
                }
            }
            let mut row = high;
            add(&mut row, first.row(set));
            if set != 0 && !found(set, self.left(set, &row)) {
                return;
            }
        }
    }

    /// What a set leaves to pay at least, from its sums.
    fn left(&self, set: Set, row: &Row) -> i64 {
        let fees = if self.pools.is_empty() {
            0
        } else {
            self.pooled(set, row, None)
        };
        let mut least = self.walked(set, row, fees, None);
        for alone in &self.alone {
            if set & alone.touched != 0 {
                least = least.min(self.walked(set, row, fees, Some(alone)));
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
        let mut ways = Ways::one(row[LISTED]);
        let mut shipping = row[SHIPPING] + pooled;
        for (place, step) in self.steps.iter().enumerate() {
            match step {
                Step::Own {
                    price,
                    fees,
                    gone,
                    automatic,
                } => {
                    let is_told = gone.is_some() && self.fine && alone.is_none();
                    if !is_told && (alone.is_none() || *automatic) {
                        ways.take(row[*price]);
                    }
                    if let Some((_, sum)) = alone.and_then(|alone| alone.own).filter(|(step, _)| *step == place) {
                        // The toll is in the sum.
                        ways.take(row[sum]);
                    }
                    shipping = (shipping - row[*fees]).max(0);
                }
                Step::Wide {
                    first,
                    last,
                    prices,
                    ends,
                } => {
                    let mut most = 0;
                    let then = self.then(place, alone);
                    let none = then.map_or(0, |(own, _)| row[own]);
                    let mut next = Ways::default();
                    let mut least = i64::MAX;
                    let single = *ends || !self.fine;
                    let mut go_on = |price: i64, toll: i64| {
                        if single {
                            least = least.min(price.max(0) + toll);
                        } else {
                            next.add(price, toll);
                        }
                    };
                    for (price, toll) in ways.each().filter(|_| *prices) {
                        go_on(price - none, toll);
                    }
                    for wide in &self.wide[*first..*last] {
                        let spend = row[wide.spend];
                        if spend < wide.needs || set & wide.touched == 0 || !self.tolerated(wide, alone) {
                            continue;
                        }
                        if let Takes::Fees(cap) = &wide.takes {
                            let mut fees = row[wide.other];
                            if !wide.pools.is_empty() {
                                fees += self.pooled(set, row, Some(&wide.pools));
                            }
                            most = most.max(fees.min(*cap) - wide.toll);
                            continue;
                        }
                        let is_whole = set & !wide.whole == 0;
                        for (price, toll) in ways.each() {
                            let base = if is_whole { price } else { spend.min(price) };
                            let amount = wide.takes.of(spend, row[wide.other], base, self.rounding);
                            let others = match then {
                                Some((_, gone)) if is_whole => {
                                    share(amount, row[LISTED]).map_or(none, |share| row[gone + share])
                                }
                                _ => none,
                            };
                            go_on(price - amount - others, toll + wide.toll);
                        }
                    }
                    if *prices {
                        ways = if single { Ways::one(least) } else { next };
                    }
                    shipping = (shipping - most).max(0);
                }
            }
        }
        ways.least() + shipping
    }

    /// The sums of what stores and sellers take right after a step of whole checkouts, which is told with each of its
    /// discounts, since that leaves them less.
    fn then(&self, place: usize, alone: Option<&Alone>) -> Option<(usize, usize)> {
        match self.steps.get(place + 1) {
            Some(Step::Own { price, gone, .. }) if self.fine && alone.is_none() => Some((*price, (*gone)?)),
            _ => None,
        }
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

/// The last share of [`GONE`] that an amount of a listed price reaches, counted from the second.
fn share(amount: i64, listed: i64) -> Option<usize> {
    let reached = |share: &i64| amount * 10_000 >= share * listed;
    GONE[1..].iter().rposition(reached)
}

/// What is left to pay on the way, with the tolls of what was taken for it: only those of which none costs less with as
/// little toll. A percentage is taken of the first alone.
#[derive(Default)]
struct Ways {
    all: [(i64, i64); MOST_WAYS],
    count: usize,
}

impl Ways {
    fn one(price: i64) -> Self {
        let mut ways = Self::default();
        ways.all[0] = (price, 0);
        ways.count = 1;
        ways
    }

    fn each(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.all[..self.count].iter().copied()
    }

    fn add(&mut self, price: i64, toll: i64) {
        let price = price.max(0);
        // What is taken later grows by no more than the price does.
        let beats = |one: (i64, i64), other: (i64, i64)| one.1 <= other.1 && one.0 + one.1 <= other.0 + other.1;
        if self.each().any(|known| beats(known, (price, toll))) {
            return;
        }
        let mut kept = 0;
        for place in 0..self.count {
            if !beats((price, toll), self.all[place]) {
                self.all[kept] = self.all[place];
                kept += 1;
            }
        }
        self.count = kept;
        if kept == MOST_WAYS {
            // A toll that stands in the price leaves no more. The first way has none, so that this one takes its place.
            self.add(price + toll, 0);
            return;
        }
        self.all[kept] = (price, toll);
        self.count = kept + 1;
    }

    fn take(&mut self, amount: i64) {
        for (price, _) in &mut self.all[..self.count] {
            *price = (*price - amount).max(0);
        }
    }

    fn least(&self) -> i64 {
        self.each().map(|(price, toll)| price + toll).min().unwrap_or(0)
    }
}

impl Block {
    /// The sums of the units of a set that stand here.
    fn row(&self, set: Set) -> &Row {
        &self.rows[((set & self.mask) >> self.shift) as usize]
    }
}

fn add(row: &mut Row, own: &Row) {
    for (sum, own) in row.iter_mut().zip(own) {
        *sum += own;
    }
}

fn set_of(bits: &[u32], units: &[u32]) -> Set {
    units.iter().fold(0, |set, unit| set | 1 << bits[*unit as usize])
}
