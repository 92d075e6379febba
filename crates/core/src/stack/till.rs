//! The till: a checkout made ready for adding up, and one discount applied to a running state.
//!
//! Everything that does not depend on what was chosen before is worked out once here: which lines a discount can touch,
//! its slot, its spend against listed prices, and every reason that no choice can change.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "places come from this file's own lists, and amounts are bounded on the way in: at most 10^13 a line, \
              10^3 lines; a checkout has far fewer than 2^32 lines and discounts"
)]

use alloc::vec::Vec;
use core::ops::Range;

use super::Slot;
use super::part::Parts;
use super::refuse::{By, Reason};
use crate::checkout::{Checkout, Line};
use crate::discount::{Audience, Benefit, Discount, Uses};
use crate::money::{BasisPoints, Money, Rounding, allocate_into};
use crate::rules::{Basis, Per, RuleSet, Step};

/// No cap, no limit.
const NONE: i64 = i64::MAX;

/// A checkout made ready.
pub(super) struct Till<'a> {
    pub(super) checkout: &'a Checkout,
    pub(super) rules: &'a RuleSet,
    /// All candidates, those of a slot together, the one that takes most of the listed state first.
    pub(super) candidates: Vec<Candidate>,
    /// The slots that have a candidate, in the order of the steps and of first appearance.
    pub(super) slots: Vec<Places>,
    /// For each discount a reason that no choice can change.
    pub(super) refused: Vec<Option<Reason>>,
    /// The state before any step: running prices, shipping of the lines, fees of the pools.
    pub(super) opening: Vec<i64>,
    /// How many slots come up to the last that has a candidate which could take several; zero where none could.
    pub(super) several_until: usize,
    /// The lines that are bought together, by their places in the checkout; everything else here counts within them.
    own: Vec<u32>,
    /// Places of lines, candidate after candidate.
    members: Vec<u32>,
    lines: usize,
}

/// The candidates of a slot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    start: u32,
    end: u32,
    /// Whether they apply by themselves.
    pub(super) automatic: bool,
    /// Whether any of them takes from shipping.
    pub(super) shipping: bool,
}

impl Places {
    /// Their places.
    pub(super) fn all(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A discount in a slot that it could take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) discount: usize,
    pub(super) step: u32,
    /// The store or seller, by order of first appearance; zero where the slot is the checkout's.
    pub(super) owner: u32,
    /// Its lines, within [`Till::members`]: from where, and how many.
    members: (u32, u32),
    /// Whether these are all lines of the checkout.
    pub(super) whole: bool,
    /// The eligible spend against listed prices.
    pub(super) listed_spend: i64,
    take: Take,
    /// The minimum where it is tested on the running spend, otherwise zero.
    running_minimum: i64,
    /// What it takes of the opening state: the most that it can ever take.
    pub(super) most: i64,
    pub(super) shipping: bool,
    layer: Layer,
    /// Whether it could take several slots.
    pub(super) several: bool,
    pub(super) basis: Basis,
    /// What choosing it costs besides: nothing, but where its uses are scarce and other checkouts want it too.
    pub(super) toll: i64,
}

/// How a candidate stands to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    /// It applies by itself, beside anything.
    Automatic,
    /// It is chosen, beside other chosen ones.
    Shared,
    /// It is chosen, and tolerates no other chosen price discount.
    Exclusive,
}

impl Candidate {
    /// Whether it applies by itself.
    pub(super) fn automatic(&self) -> bool {
        self.layer == Layer::Automatic
    }

    /// Whether it tolerates no other chosen price discount.
    pub(super) fn exclusive(&self) -> bool {
        self.layer == Layer::Exclusive
    }
}

/// How much is taken, with all that is known beforehand worked in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Take {
    Fixed(i64),
    Percent(BasisPoints, i64),
    Shipping(i64),
    /// The tier is told by the running spend.
    RunningTiers,
    /// So is how often.
    RunningPerSpend,
}

impl Take {
    /// What is taken of a base, where the running spend does not matter: no more than the base.
    pub(super) fn of(self, base: i64, rounding: Rounding) -> i64 {
        match self {
            Self::Fixed(most) | Self::Shipping(most) => most.min(base),
            Self::Percent(share, cap) => share.of(base, rounding).min(cap),
            Self::RunningTiers | Self::RunningPerSpend => 0,
        }
    }
}

/// Scratch lists, so that a search asks for memory once.
#[derive(Default)]
pub(super) struct Scratch {
    weights: Vec<i64>,
    parts: Vec<i64>,
}

impl<'a> Till<'a> {
    pub(super) fn new(checkout: &'a Checkout, rules: &'a RuleSet) -> Self {
        let owners = Owners::of(checkout, rules);
        let own = (0..checkout.lines.len() as u32).collect();
        let mut till = Self::empty(checkout, rules, own, checkout.discounts.len());
        for (place, discount) in checkout.discounts.iter().enumerate() {
            let refused = till.admit(place, discount, &owners).err();
            till.refused.push(refused);
        }
        till.sort();
        till
    }

    /// Some lines of a checkout, in its order, and the discounts that may apply to them, each with its toll. Says of no
    /// discount why it is left out.
    pub(super) fn of_part(parts: &Parts<'a>, own: Vec<u32>, offers: impl Iterator<Item = (usize, i64)>) -> Self {
        let owners = parts.owners.renumbered(&own);
        let mut till = Self::empty(parts.checkout, parts.rules, own, offers.size_hint().1.unwrap_or(0));
        for (offer, toll) in offers {
            let offer = &parts.offers[offer];
            let (first, candidates) = (till.members.len(), till.candidates.len());
            let eligible = till.own.iter().enumerate().filter(|(_, line)| offer.touches(**line));
            till.members.extend(eligible.map(|(place, _)| place as u32));
            if till.members.len() > first {
                let discount = &parts.checkout.discounts[offer.discount];
                let step = (offer.step, &parts.rules.steps[offer.step]);
                // What falls short of its minimum is no candidate, and nobody asks why.
                _ = till.enlist(offer.discount, discount, step, first, &owners);
                for candidate in &mut till.candidates[candidates..] {
                    candidate.toll = toll;
                }
            }
        }
        till.sort();
        till
    }

    fn empty(checkout: &'a Checkout, rules: &'a RuleSet, own: Vec<u32>, discounts: usize) -> Self {
        let lines = own.len();
        Self {
            checkout,
            rules,
            candidates: Vec::with_capacity(discounts),
            slots: Vec::new(),
            refused: Vec::new(),
            opening: opening(checkout, own.iter().map(|line| *line as usize)),
            several_until: 0,
            own,
            members: Vec::with_capacity((discounts * lines).min(1 << 12)),
            lines,
        }
    }

    /// Puts the candidates of a slot together.
    fn sort(&mut self) {
        let till = self;
        // By id where they take the same, so that the order of the input plays no part.
        till.candidates.sort_unstable_by(|a, b| {
            let order = |c: &Candidate| (c.step, c.owner, core::cmp::Reverse(c.most));
            let id = |c: &Candidate| &till.checkout.discounts[c.discount].id;
            order(a).cmp(&order(b)).then_with(|| id(a).cmp(id(b)))
        });
        for (place, candidate) in till.candidates.iter().enumerate() {
            match till.slots.last_mut() {
                Some(slot) if same_slot(&till.candidates[slot.start as usize], candidate) => {
                    slot.end += 1;
                    slot.shipping |= candidate.shipping;
                }
                _ => till.slots.push(Places {
                    start: place as u32,
                    end: place as u32 + 1,
                    automatic: candidate.automatic(),
                    shipping: candidate.shipping,
                }),
            }
            if candidate.several {
                till.several_until = till.slots.len();
            }
        }
    }

    /// A line of its own.
    fn line(&self, place: usize) -> &'a Line {
        &self.checkout.lines[self.own[place] as usize]
    }

    /// How many amounts a state has.
    pub(super) fn width(&self) -> usize {
        self.opening.len()
    }

    pub(super) fn merchandise(&self, state: &[i64]) -> i64 {
        state[..self.lines].iter().sum()
    }

    pub(super) fn shipping(&self, state: &[i64]) -> i64 {
        state[self.lines..].iter().sum()
    }

    pub(super) fn total(state: &[i64]) -> i64 {
        state.iter().sum()
    }

    /// The shares of the lines and of the pools that two states differ by, in prices or in shipping.
    pub(super) fn parts(&self, before: &[i64], after: &[i64], shipping: bool) -> (Vec<i64>, Vec<i64>) {
        let from = if shipping { self.lines } else { 0 };
        let lines = from..from + self.lines;
        let pools = 2 * self.lines..self.width();
        let differ = |places: Range<usize>| places.map(|place| before[place] - after[place]).collect();
        (differ(lines), differ(pools))
    }

    pub(super) fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.checkout.currency)
    }

    pub(super) fn discount(&self, candidate: &Candidate) -> &'a Discount {
        &self.checkout.discounts[candidate.discount]
    }

    /// The slot as receipts name it.
    pub(super) fn slot(&self, candidate: &Candidate) -> Slot {
        let line = self.members(candidate).next().map(|place| self.line(place));
        match self.rules.steps[candidate.step as usize].per {
            Per::Checkout => Slot::Checkout,
            Per::Store => Slot::Store(line.and_then(|line| line.store.clone())),
            Per::Seller => Slot::Seller(line.and_then(|line| line.seller.clone())),
        }
    }

    fn members(&self, candidate: &Candidate) -> impl Iterator<Item = usize> {
        let (first, count) = candidate.members;
        self.members[first as usize..][..count as usize]
            .iter()
            .map(|place| *place as usize)
    }

    /// What a candidate takes of a state, whatever its minimum: no more than the base.
    pub(super) fn amount(&self, candidate: &Candidate, state: &[i64]) -> i64 {
        self.amount_of(candidate, self.base(candidate, state), state)
    }

    /// What a whole-checkout candidate would take if the running merchandise were `base`; only for a take that does
    /// not depend on the running spend.
    pub(super) fn amount_of_base(&self, candidate: &Candidate, base: i64) -> Option<i64> {
        match candidate.take {
            Take::Fixed(_) | Take::Percent(..) => Some(candidate.take.of(base, self.rules.rounding)),
            Take::Shipping(_) | Take::RunningTiers | Take::RunningPerSpend => None,
        }
    }

    /// The most that a candidate can take of any state that follows this one.
    pub(super) fn most_from(&self, candidate: &Candidate, state: &[i64]) -> i64 {
        match candidate.take {
            // A lower tier may take more than a deeper one.
            Take::RunningTiers => {
                let spend = self.spend(candidate, state);
                let best = self
                    .tiers(candidate)
                    .filter(|(from, _)| *from <= spend)
                    .map(|(_, amount)| amount)
                    .max();
                best.unwrap_or(0).min(self.base(candidate, state))
            }
            _ => self.amount(candidate, state),
        }
    }

    /// Whether the minimum is met in a state. It can only be lost on the way, never gained.
    pub(super) fn admissible(&self, candidate: &Candidate, state: &[i64]) -> bool {
        candidate.running_minimum == 0 || self.spend(candidate, state) >= candidate.running_minimum
    }

    /// The spend that the minimum is tested against.
    pub(super) fn spend(&self, candidate: &Candidate, state: &[i64]) -> i64 {
        match candidate.basis {
            Basis::Listed => candidate.listed_spend,
            Basis::Running => self.running_spend(candidate, state),
        }
    }

    /// The eligible spend as the steps before have left it, whatever the minimum is tested against.
    pub(super) fn running_spend(&self, candidate: &Candidate, state: &[i64]) -> i64 {
        self.net(self.running(candidate, state))
    }

    /// The minimum, wherever it is tested: of a discount with tiers, that of the lowest.
    pub(super) fn minimum(&self, candidate: &Candidate) -> i64 {
        minimum(self.discount(candidate))
    }

    /// Takes an amount for a candidate from a state: what [`Till::amount`] says of that state.
    pub(super) fn apply(&self, candidate: &Candidate, amount: i64, state: &mut [i64], scratch: &mut Scratch) {
        if candidate.shipping {
            self.take_shipping(candidate, amount, state);
        } else if self.lines == 1 {
            state[0] -= amount;
        } else if candidate.whole {
            allocate_into(amount, &state[..self.lines], &mut scratch.parts);
            for (running, part) in state.iter_mut().zip(&scratch.parts) {
                *running -= part;
            }
        } else {
            scratch.weights.clear();
            scratch.weights.extend(self.members(candidate).map(|line| state[line]));
            allocate_into(amount, &scratch.weights, &mut scratch.parts);
            for (line, part) in self.members(candidate).zip(&scratch.parts) {
                state[line] -= part;
            }
        }
    }

    /// From the lines first, in order, then from the pools.
    fn take_shipping(&self, candidate: &Candidate, amount: i64, state: &mut [i64]) {
        let mut left = amount;
        let mut take = |fee: &mut i64| {
            let part = left.min(*fee);
            *fee -= part;
            left -= part;
        };
        for line in self.members(candidate) {
            take(&mut state[self.lines + line]);
        }
        for pool in self.pools(candidate) {
            take(&mut state[2 * self.lines + pool]);
        }
    }

    /// The pools that have an eligible line, each once, in the checkout's order.
    fn pools(&self, candidate: &Candidate) -> impl Iterator<Item = usize> {
        (0..self.checkout.pools.len())
            .filter(|pool| self.members(candidate).any(|line| self.line(line).pool == Some(*pool)))
    }

    pub(super) fn base(&self, candidate: &Candidate, state: &[i64]) -> i64 {
        if candidate.shipping {
            let lines: i64 = self.members(candidate).map(|line| state[self.lines + line]).sum();
            let pools: i64 = self.pools(candidate).map(|pool| state[2 * self.lines + pool]).sum();
            return lines + pools;
        }
        self.running(candidate, state)
    }

    fn running(&self, candidate: &Candidate, state: &[i64]) -> i64 {
        if candidate.whole {
            return self.merchandise(state);
        }
        self.members(candidate).map(|line| state[line]).sum()
    }

    fn net(&self, spend: i64) -> i64 {
        net(self.checkout, self.rules, spend)
    }

    fn tiers(&self, candidate: &Candidate) -> impl Iterator<Item = (i64, i64)> {
        let tiers = match &self.discount(candidate).benefit {
            Benefit::Tiers { tiers } => tiers.as_slice(),
            _ => &[],
        };
        tiers.iter().map(|tier| (tier.min_spend.minor(), tier.amount.minor()))
    }

    fn amount_of(&self, candidate: &Candidate, base: i64, state: &[i64]) -> i64 {
        match candidate.take {
            Take::Fixed(_) | Take::Percent(..) | Take::Shipping(_) => candidate.take.of(base, self.rules.rounding),
            Take::RunningTiers => {
                let spend = self.spend(candidate, state);
                self.tiers(candidate)
                    .take_while(|(from, _)| *from <= spend)
                    .last()
                    .map_or(0, |(_, amount)| amount)
                    .min(base)
            }
            Take::RunningPerSpend => match &self.discount(candidate).benefit {
                Benefit::PerSpend { every, amount, cap } => {
                    per_spend(self.spend(candidate, state), every.minor(), amount.minor(), most(*cap)).min(base)
                }
                _ => 0,
            },
        }
    }

    /// Takes a discount in, or says why it can never apply: the first reason that holds.
    fn admit(&mut self, place: usize, discount: &Discount, owners: &Owners) -> Result<(), Reason> {
        never(self.checkout, discount)?;
        let known = !matches!(discount.benefit, Benefit::Unknown { .. });
        let Some((index, step)) = self.rules.step_of(&discount.kind).filter(|_| known) else {
            return Err(self.unknown(discount));
        };
        let first = self.members.len();
        let everywhere = discount.scope.is_everything() && discount.warehouses.is_empty();
        let eligible = (0..self.lines).filter(|line| everywhere || touches(discount, &self.checkout.lines[*line]));
        self.members.extend(eligible.map(|line| line as u32));
        if self.members.len() == first {
            return Err(Reason::NotEligible {
                by: blocking(discount, &self.checkout.lines),
            });
        }
        self.enlist(place, discount, (index, step), first, owners)
    }

    /// Makes candidates of a discount whose eligible lines stand last among the members: one for each slot that it could
    /// take.
    fn enlist(
        &mut self,
        place: usize,
        discount: &Discount,
        (index, step): (usize, &Step),
        first: usize,
        owners: &Owners,
    ) -> Result<(), Reason> {
        let owner = |line: u32| owners.of_line(step.per, line as usize);
        let own = owner(self.members[first]);
        if self.members[first..].iter().all(|line| owner(*line) == own) {
            let candidate = self.candidate(place, discount, (index, step), own, first)?;
            self.candidates.push(candidate);
            return Ok(());
        }
        let members = self.members.split_off(first);
        let mut slots: Vec<u32> = members.iter().map(|line| owner(*line)).collect();
        slots.sort_unstable();
        slots.dedup();
        let (before, mut short) = (self.candidates.len(), None::<Reason>);
        for slot in slots {
            let start = self.members.len();
            self.members.extend(members.iter().filter(|line| owner(**line) == slot));
            match self.candidate(place, discount, (index, step), slot, start) {
                Ok(candidate) => self.candidates.push(Candidate {
                    several: true,
                    ..candidate
                }),
                // Of several slots, the one that is nearest to the minimum is told.
                Err(reason) if short.as_ref().is_none_or(|other| reason.nearer_than(other)) => short = Some(reason),
                Err(_) => {}
            }
        }
        short.filter(|_| self.candidates.len() == before).map_or(Ok(()), Err)
    }

    fn candidate(
        &self,
        place: usize,
        discount: &Discount,
        (index, step): (usize, &Step),
        owner: u32,
        start: usize,
    ) -> Result<Candidate, Reason> {
        let members = &self.members[start..];
        let lines = members.iter().map(|line| self.line(*line as usize));
        let listed: i64 = lines.clone().map(|line| line.listed().minor()).sum();
        let listed_spend = self.net(listed);
        let running = step.basis == Basis::Running;
        let needs = minimum(discount);
        if !running && listed_spend < needs {
            return Err(self.below(needs, listed_spend));
        }
        let pieces = lines.map(|line| line.quantity).fold(0, u32::saturating_add);
        let take = take(discount, running, listed_spend, pieces)?;
        let mut candidate = Candidate {
            discount: place,
            step: index as u32,
            owner,
            whole: members.len() == self.lines,
            members: (start as u32, members.len() as u32),
            listed_spend,
            take,
            running_minimum: if running { needs } else { 0 },
            most: 0,
            shipping: discount.benefit.is_shipping(),
            layer: match (step.is_automatic(), discount.exclusive) {
                (true, _) => Layer::Automatic,
                (false, true) => Layer::Exclusive,
                (false, false) => Layer::Shared,
            },
            several: false,
            basis: step.basis,
            toll: 0,
        };
        candidate.most = self.most_from(&candidate, &self.opening);
        Ok(candidate)
    }

    pub(super) fn below(&self, needs: i64, has: i64) -> Reason {
        Reason::BelowMinimum {
            needs: self.money(needs),
            has: self.money(has),
            short: self.money(needs - has),
        }
    }

    /// A discount that nobody can read: the reasons that come before hold for it too.
    fn unknown(&self, discount: &Discount) -> Reason {
        let eligible = self
            .checkout
            .lines
            .iter()
            .filter(|line| failing(discount, line).is_none());
        let mut any = false;
        let spend = eligible.inspect(|_| any = true).map(|line| line.listed().minor()).sum();
        let (needs, has) = (minimum(discount), self.net(spend));
        if !any {
            Reason::NotEligible {
                by: blocking(discount, &self.checkout.lines),
            }
        } else if has < needs {
            self.below(needs, has)
        } else {
            Reason::UnknownKind
        }
    }
}

/// What a discount takes once it is known which spend and how many pieces are its own.
pub(super) fn take(discount: &Discount, running: bool, listed_spend: i64, pieces: u32) -> Result<Take, Reason> {
    Ok(match &discount.benefit {
        Benefit::Fixed { amount } => Take::Fixed(amount.minor()),
        Benefit::Percent { percent, cap } => Take::Percent(percent.0, most(*cap)),
        Benefit::Shipping { cap } => Take::Shipping(most(*cap)),
        Benefit::Tiers { .. } if running => Take::RunningTiers,
        Benefit::Tiers { tiers } => {
            let met = tiers
                .iter()
                .take_while(|tier| tier.min_spend.minor() <= listed_spend)
                .last();
            Take::Fixed(met.map_or(0, |tier| tier.amount.minor()))
        }
        Benefit::PerSpend { .. } if running => Take::RunningPerSpend,
        Benefit::PerSpend { every, amount, cap } => {
            Take::Fixed(per_spend(listed_spend, every.minor(), amount.minor(), most(*cap)))
        }
        Benefit::Pieces { tiers } => {
            let met = tiers.iter().take_while(|tier| tier.pieces <= pieces).last();
            let needs = tiers.first().map_or(0, |tier| tier.pieces);
            Take::Percent(met.ok_or(Reason::TooFewPieces { needs, has: pieces })?.percent.0, NONE)
        }
        Benefit::Unknown { .. } => return Err(Reason::UnknownKind),
    })
}

fn same_slot(one: &Candidate, other: &Candidate) -> bool {
    (one.step, one.owner) == (other.step, other.owner)
}

/// Running prices, then the shipping of the lines, then the fees of the pools: zero where no line is in one, or where
/// the checkout's listed merchandise reaches its threshold.
pub(super) fn opening(checkout: &Checkout, own: impl ExactSizeIterator<Item = usize> + Clone) -> Vec<i64> {
    let mut state = Vec::with_capacity(2 * own.len() + checkout.pools.len());
    let own = own.map(|line| &checkout.lines[line]);
    state.extend(own.clone().map(|line| line.listed().minor()));
    let merchandise: i64 = state.iter().sum();
    state.extend(own.clone().map(|line| line.shipping.minor()));
    state.extend(checkout.pools.iter().enumerate().map(|(place, pool)| {
        let used = own.clone().any(|line| line.pool == Some(place));
        let waived = pool.free_from.is_some_and(|from| merchandise >= from.minor());
        if used && !waived { pool.fee.minor() } else { 0 }
    }));
    state
}

/// A spend as minimums see it: without tax where the market tests it so.
pub(super) fn net(checkout: &Checkout, rules: &RuleSet, spend: i64) -> i64 {
    checkout
        .tax
        .taken_out()
        .map_or(spend, |rate| rate.net_of(spend, rules.rounding))
}

fn most(cap: Option<Money>) -> i64 {
    cap.map_or(NONE, Money::minor)
}

fn per_spend(spend: i64, every: i64, amount: i64, cap: i64) -> i64 {
    spend.checked_div(every).unwrap_or(0).saturating_mul(amount).min(cap)
}

/// What the eligible spend must reach at least for anything to be taken.
pub(super) fn minimum(discount: &Discount) -> i64 {
    let stated = discount.min_spend.map_or(0, Money::minor);
    let own = match &discount.benefit {
        Benefit::Tiers { tiers } => tiers.first().map_or(0, |tier| tier.min_spend.minor()),
        Benefit::PerSpend { every, .. } => every.minor(),
        _ => 0,
    };
    stated.max(own)
}

/// The reasons that lie in the discount and the checkout as a whole, in their order.
pub(super) fn never(checkout: &Checkout, discount: &Discount) -> Result<(), Reason> {
    if let Some(from) = discount.valid_from.filter(|from| checkout.at < *from) {
        return Err(Reason::NotStarted { from });
    }
    if let Some(at) = discount.valid_until.filter(|until| checkout.at >= *until) {
        return Err(Reason::Expired { at });
    }
    if let Some(currency) = discount.currency.filter(|currency| *currency != checkout.currency) {
        return Err(Reason::CurrencyMismatch {
            discount: currency,
            checkout: checkout.currency,
        });
    }
    if !discount.regions.is_empty() && !discount.regions.contains(&checkout.market) {
        return Err(Reason::RegionLocked);
    }
    if discount.audience == Audience::Personal && !checkout.holds.contains(&discount.id) {
        return Err(Reason::Personal);
    }
    if discount.uses() == Uses::Limited(0) {
        return Err(Reason::Exhausted);
    }
    Ok(())
}

/// What keeps a discount from a line, if anything does.
fn failing(discount: &Discount, line: &Line) -> Option<By> {
    By::ALL.into_iter().find(|by| !by.lets_through(discount, line))
}

/// Whether a discount can touch a line.
pub(super) fn touches(discount: &Discount, line: &Line) -> bool {
    failing(discount, line).is_none()
}

/// Whether a discount is meant for a line of this market, currency, store, seller, category and warehouse, whichever
/// listing it is, however dear and whenever: what is left to ask are its window, its eligible listings and its minimum.
pub fn is_meant_for(discount: &Discount, checkout: &Checkout, line: &Line) -> bool {
    discount.currency.is_none_or(|currency| currency == checkout.currency)
        && (discount.regions.is_empty() || discount.regions.contains(&checkout.market))
        && matches!(failing(discount, line), None | Some(By::Item | By::Excluded))
}

/// Whether a discount could apply now to such a line.
pub fn could_touch(discount: &Discount, checkout: &Checkout, line: &Line) -> bool {
    never(checkout, discount).is_ok() && is_meant_for(discount, checkout, line)
}

/// What keeps a discount from every line: the condition at which the last of them fails.
fn blocking(discount: &Discount, lines: &[Line]) -> By {
    lines
        .iter()
        .filter_map(|line| failing(discount, line))
        .max()
        .unwrap_or(By::Item)
}

impl By {
    fn lets_through(self, discount: &Discount, line: &Line) -> bool {
        fn open<T: PartialEq>(allowed: &[T], own: Option<&T>) -> bool {
            allowed.is_empty() || own.is_some_and(|own| allowed.contains(own))
        }
        let scope = &discount.scope;
        match self {
            Self::Store => open(&scope.stores, line.store.as_ref()),
            Self::Seller => open(&scope.sellers, line.seller.as_ref()),
            Self::Category => {
                scope.categories.is_empty() || line.categories.iter().any(|own| scope.categories.contains(own))
            }
            Self::Item => open(&scope.items, Some(&line.item)),
            Self::Excluded => !scope.excluded_items.contains(&line.item),
            Self::Warehouse => open(&discount.warehouses, line.warehouse.as_ref()),
        }
    }
}

/// For each line its store and its seller, numbered in order of first appearance.
pub(super) struct Owners {
    stores: Vec<u32>,
    sellers: Vec<u32>,
}

impl Owners {
    pub(super) fn of(checkout: &Checkout, rules: &RuleSet) -> Self {
        let wanted = |per| rules.steps.iter().any(|step| step.per == per);
        let stores = if wanted(Per::Store) {
            numbered(&checkout.lines, |line| line.store.as_ref())
        } else {
            Vec::new()
        };
        let sellers = if wanted(Per::Seller) {
            numbered(&checkout.lines, |line| line.seller.as_ref())
        } else {
            Vec::new()
        };
        Self { stores, sellers }
    }

    /// Those of some lines, numbered anew.
    fn renumbered(&self, own: &[u32]) -> Self {
        let of = |owners: &[u32]| {
            let mut seen: Vec<u32> = Vec::with_capacity(own.len());
            let number = |owner: u32| {
                seen.iter().position(|other| *other == owner).unwrap_or_else(|| {
                    seen.push(owner);
                    seen.len() - 1
                }) as u32
            };
            let wanted = own.iter().filter_map(|line| owners.get(*line as usize));
            wanted.copied().map(number).collect()
        };
        Self {
            stores: of(&self.stores),
            sellers: of(&self.sellers),
        }
    }

    fn of_line(&self, per: Per, line: usize) -> u32 {
        match per {
            Per::Checkout => 0,
            Per::Store => self.stores[line],
            Per::Seller => self.sellers[line],
        }
    }
}

fn numbered<'a, T: Ord + 'a>(lines: &'a [Line], owner: impl Fn(&'a Line) -> Option<&'a T>) -> Vec<u32> {
    let mut seen: Vec<(Option<&T>, u32)> = Vec::new();
    lines
        .iter()
        .map(|line| {
            let owner = owner(line);
            match seen.binary_search_by(|(other, _)| other.cmp(&owner)) {
                Ok(place) => seen[place].1,
                Err(place) => {
                    let number = seen.len() as u32;
                    seen.insert(place, (owner, number));
                    number
                }
            }
        })
        .collect()
}

/// The kinds that no step takes are exactly the unknown ones: rule sets are checked for it.
#[cfg(test)]
mod tests {
    use crate::discount::Kind;
    use crate::rules::RuleBook;

    #[test]
    fn every_known_kind_has_a_step_in_every_built_in_rule_set() {
        let book = RuleBook::built_in().map_err(|e| e.detail);
        for rules in book.iter().flat_map(RuleBook::iter) {
            for kind in Kind::KNOWN {
                assert!(
                    rules.steps.iter().any(|step| step.kinds.contains(&kind)),
                    "{} in {}",
                    kind,
                    rules.id
                );
            }
        }
    }
}
