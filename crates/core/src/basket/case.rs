//! The problem made ready: units of lines that go together, which of them may stand together, offers with their uses,
//! and the price of any checkout, remembered.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "places come from the case's own lists, and amounts are bounded on the way in"
)]

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::ControlFlow;

use super::{Progress, Wishlist};
use crate::checkout::Checkout;
use crate::discount::{Discount, Uses};
use crate::input::InputError;
use crate::money::Money;
use crate::rules::RuleSet;
use crate::stack::part::{Parts, Price};

/// What one checkout may cost to price, in amounts looked at.
const MOST_WORK: u64 = 2_000_000;

/// So many prices are remembered.
const MOST_PRICES: usize = 100_000;

/// A checkout of more lines takes long enough to price to ask each time whether to go on.
const MANY_LINES: usize = 32;

/// More automatic discounts with counted uses than this in one checkout are not withheld one by one.
const MOST_WITHHELD: usize = 4;

/// A checkout of a split: its units, in order.
pub(super) type Bin = Vec<u32>;

/// Offers that a checkout goes without because others use them, in order.
pub(super) type Denied = Vec<u32>;

/// A split, its coupons dealt out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) total: i64,
    pub(super) bins: Vec<Bin>,
    /// For each checkout the offers that it uses.
    pub(super) used: Vec<Vec<usize>>,
}

/// Lines that go together.
pub(super) struct Unit {
    pub(super) lines: Vec<u32>,
    pub(super) listed: i64,
    /// Units that must not stand with it.
    apart: Vec<u32>,
}

pub(super) struct Case<'a, 'w> {
    pub(super) parts: Parts<'a>,
    /// For each offer its uses, where they are counted.
    pub(super) uses: Vec<Option<u32>>,
    pub(super) units: Vec<Unit>,
    pub(super) most_checkouts: usize,
    most_merchandise: i64,
    /// For each line the number of its tariff heading, and the charge for each.
    headings: Vec<Option<u32>>,
    charge: i64,
    /// Automatic offers whose uses may run out.
    counted: Vec<usize>,
    /// Prices by the units of a checkout and the offers denied to it, a bit each.
    memo: BTreeMap<Vec<u64>, Rc<Price>>,
    /// Kept for its memory.
    key: Vec<u64>,
    watch: &'w mut dyn FnMut(&Progress) -> ControlFlow<()>,
    pub(super) work: u64,
    pub(super) stopped: bool,
    /// Whether a price had to be given up before it was proven.
    pub(super) unproven: bool,
    /// The best total and the bound, for whoever watches.
    pub(super) best: i64,
    pub(super) bound: i64,
}

impl<'a, 'w> Case<'a, 'w> {
    pub(super) fn new(
        checkout: &'a Checkout,
        wishlist: &Wishlist,
        rules: &'a RuleSet,
        watch: &'w mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Self, InputError> {
        let parts = Parts::new(checkout, rules);
        let discount = |offer: &crate::stack::part::Offer| &checkout.discounts[offer.discount];
        let uses: Vec<Option<u32>> = parts.offers.iter().map(|offer| counted(discount(offer))).collect();
        // Where there are enough for every line, nobody has to go without.
        let few = |place: usize| uses[place].is_some_and(|uses| (uses as usize) < checkout.lines.len());
        let automatic = |place: &usize| few(*place) && discount(&parts.offers[*place]).kind.is_automatic();
        let counted = (0..parts.offers.len()).filter(automatic).collect();
        let limits = &wishlist.limits;
        let units = units(checkout, &limits.together, &limits.apart)?;
        let most_merchandise = limits.max_merchandise.map_or(i64::MAX, Money::minor);
        if let Some(unit) = units.iter().find(|unit| unit.listed > most_merchandise) {
            let listed = Money::new(unit.listed, checkout.currency);
            let detail = format!("lines {:?} come to {listed} and cannot be split", unit.lines);
            return Err(InputError::conflict("limits.max_merchandise", detail));
        }
        let import = wishlist.import.as_ref();
        let told: Vec<Option<&str>> = import.map_or_else(Vec::new, |import| {
            import.headings.iter().map(|heading| heading.as_deref()).collect()
        });
        let names: BTreeSet<&str> = told.iter().flatten().copied().collect();
        let charge = import.map_or(0, |import| import.each.minor());
        // Nobody pays more than for each line alone with nothing taken off.
        let listed: i64 = units.iter().map(|unit| unit.listed).sum();
        let shipping: i64 = checkout.lines.iter().map(|line| line.shipping.minor()).sum();
        let dearest = listed + shipping + charge * checkout.lines.len() as i64;
        let number = |name: &str| names.iter().position(|other| *other == name).map(|place| place as u32);
        Ok(Self {
            uses,
            most_checkouts: limits.max_checkouts.unwrap_or(usize::MAX).min(units.len()),
            units,
            most_merchandise,
            headings: told.iter().map(|name| name.and_then(number)).collect(),
            charge,
            counted,
            memo: BTreeMap::new(),
            key: Vec::new(),
            watch,
            work: 0,
            stopped: false,
            unproven: false,
            best: dearest,
            bound: 0,
            parts,
        })
    }

    /// The discount of an offer.
    pub(super) fn discount(&self, offer: usize) -> &'a Discount {
        &self.parts.checkout.discounts[self.parts.offers[offer].discount]
    }

    /// The lines of a checkout, in their order.
    pub(super) fn lines(&self, bin: &[u32]) -> Vec<usize> {
        let mut lines: Vec<usize> = self.own(bin).into_iter().map(|line| line as usize).collect();
        lines.sort_unstable();
        lines
    }

    fn own(&self, bin: &[u32]) -> Vec<u32> {
        let mut own: Vec<u32> = bin
            .iter()
            .flat_map(|unit| &self.units[*unit as usize].lines)
            .copied()
            .collect();
        own.sort_unstable();
        own
    }

    pub(super) fn listed(&self, bin: &[u32]) -> i64 {
        bin.iter().map(|unit| self.units[*unit as usize].listed).sum()
    }

    /// Whether the units of a checkout may stand together.
    pub(super) fn fits(&self, bin: &[u32]) -> bool {
        let apart = |unit: &u32| self.units[*unit as usize].apart.iter().any(|other| bin.contains(other));
        self.listed(bin) <= self.most_merchandise && !bin.iter().any(apart)
    }

    /// Whether there are units that may not stand together.
    pub(super) fn limited(&self) -> bool {
        self.most_merchandise != i64::MAX || self.units.iter().any(|unit| !unit.apart.is_empty())
    }

    /// Tells whoever watches how far the search has come; false once it is to end.
    pub(super) fn go_on(&mut self, work: u64) -> bool {
        // Asking costs a look at a clock.
        const EACH: u64 = 64;
        let before = self.work / EACH;
        self.work = self.work.saturating_add(work);
        if self.work / EACH != before {
            self.tell();
        }
        !self.stopped
    }

    fn tell(&mut self) {
        if !self.stopped {
            let money = |minor| Money::new(minor, self.parts.checkout.currency);
            let progress = Progress {
                best: money(self.best),
                lower_bound: money(self.bound.min(self.best)),
                work: self.work,
            };
            self.stopped = (self.watch)(&progress).is_break();
        }
    }

    /// The unit of a line.
    pub(super) fn unit_of(&self, line: u32) -> u32 {
        let own = |unit: &Unit| unit.lines.contains(&line);
        self.units.iter().position(own).unwrap_or(0) as u32
    }

    /// What the border takes for each tariff heading in a checkout, and the units that have each.
    pub(super) fn charges(&self) -> (i64, Vec<Bin>) {
        let mut headings: BTreeMap<u32, Bin> = BTreeMap::new();
        for (unit, own) in self.units.iter().enumerate() {
            for heading in own.lines.iter().filter_map(|line| *self.headings.get(*line as usize)?) {
                headings.entry(heading).or_default().push(unit as u32);
            }
        }
        (self.charge, headings.into_values().collect())
    }

    /// The least listed spend that a minimum sees as enough.
    pub(super) fn listed_for(&self, needs: i64) -> i64 {
        let (mut low, mut high) = (needs, needs.saturating_mul(2));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.parts.net(middle) >= needs {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    /// What the border takes of some lines.
    fn import(&self, own: &[u32]) -> i64 {
        if self.charge == 0 {
            return 0;
        }
        let headings = own.iter().filter_map(|line| *self.headings.get(*line as usize)?);
        self.charge * headings.collect::<BTreeSet<u32>>().len() as i64
    }

    /// The least that a checkout costs without the denied offers, remembered.
    pub(super) fn price(&mut self, bin: &[u32], denied: &[u32]) -> Rc<Price> {
        let (units, offers) = (self.units.len().div_ceil(64), self.uses.len().div_ceil(64));
        self.key.clear();
        self.key.resize(units + offers, 0);
        let (own, without) = self.key.split_at_mut(units);
        for (words, places) in [(own, bin), (without, denied)] {
            for place in places {
                words[*place as usize / 64] |= 1 << (place % 64);
            }
        }
        if let Some(known) = self.memo.get(&self.key) {
            return Rc::clone(known);
        }
        let price = Rc::new(self.price_with(bin, |offer| (!denied.contains(&(offer as u32))).then_some(0)));
        self.unproven |= !price.proven;
        if self.memo.len() >= MOST_PRICES {
            self.memo.clear();
        }
        self.memo.insert(self.key.clone(), Rc::clone(&price));
        price
    }

    /// The least that a checkout costs with each offer at its toll, or without those that have none.
    ///
    /// Automatic offers whose uses are counted go where they gain most, so that a checkout may also go without them.
    pub(super) fn price_with(&mut self, bin: &[u32], toll: impl Fn(usize) -> Option<i64>) -> Price {
        self.go_on(1);
        let own = self.own(bin);
        if own.len() > MANY_LINES {
            self.tell();
        }
        let offers = (0..self.parts.offers.len()).filter_map(|offer| Some((offer, toll(offer)?)));
        let mut best = self.parts.price(&own, offers.clone(), MOST_WORK);
        let here =
            |offer: &usize| toll(*offer).is_some() && own.iter().any(|line| self.parts.offers[*offer].touches(*line));
        let mut withheld: Vec<usize> = self.counted.iter().copied().filter(here).collect();
        best.proven &= withheld.len() <= MOST_WITHHELD;
        withheld.truncate(MOST_WITHHELD);
        for out in 1..1_usize << withheld.len() {
            let stays = |offer: usize| {
                !withheld
                    .iter()
                    .enumerate()
                    .any(|(n, other)| out >> n & 1 == 1 && *other == offer)
            };
            let other = self
                .parts
                .price(&own, offers.clone().filter(|(offer, _)| stays(*offer)), MOST_WORK);
            if other.total < best.total {
                best = other;
            }
        }
        best.total += self.import(&own);
        best
    }

    /// How often each offer is used in a split.
    pub(super) fn usage(&self, split: &Split) -> Usage {
        let mut usage = Usage {
            left: self.uses.clone(),
            discounts: self.parts.offers.iter().map(|offer| offer.discount).collect(),
            automatic: self.counted.clone(),
        };
        for offer in split.used.iter().flatten() {
            usage.left[*offer] = usage.left[*offer].map(|left| left.saturating_sub(1));
        }
        usage
    }
}

/// The uses that are left.
pub(super) struct Usage {
    left: Vec<Option<u32>>,
    discounts: Vec<usize>,
    automatic: Vec<usize>,
}

impl Usage {
    pub(super) fn give_back(&mut self, offer: usize) {
        self.left[offer] = self.left[offer].map(|left| left + 1);
    }

    pub(super) fn take(&mut self, discount: Option<usize>) {
        let offer = discount.and_then(|discount| self.discounts.iter().position(|other| *other == discount));
        if let Some(offer) = offer {
            self.left[offer] = self.left[offer].map(|left| left.saturating_sub(1));
        }
    }

    /// The discounts that are used up for a checkout that was to use its own. An automatic one whose uses are counted
    /// is also kept from where it was not to go.
    pub(super) fn used_up<'s>(&'s self, own: &'s [usize]) -> impl Iterator<Item = usize> + 's {
        let up = |offer: &usize| self.left[*offer] == Some(0) || self.automatic.contains(offer) && !own.contains(offer);
        (0..self.left.len()).filter(up).map(|offer| self.discounts[offer])
    }
}

/// In how many checkouts a discount can be used, where that is counted.
fn counted(discount: &Discount) -> Option<u32> {
    match discount.uses() {
        Uses::Limited(uses) => Some(uses),
        Uses::Unlimited => None,
    }
}

/// The lines by what goes together, in the order of first lines.
fn units(checkout: &Checkout, together: &[Vec<usize>], apart: &[Vec<usize>]) -> Result<Vec<Unit>, InputError> {
    let mut unit_of: Vec<usize> = (0..checkout.lines.len()).collect();
    for group in together {
        let Some(least) = group.iter().map(|line| unit_of[*line]).min() else {
            continue;
        };
        let joined: Vec<usize> = group.iter().map(|line| unit_of[*line]).collect();
        for unit in &mut unit_of {
            if joined.contains(unit) {
                *unit = least;
            }
        }
    }
    let mut first: Vec<usize> = unit_of.clone();
    first.sort_unstable();
    first.dedup();
    let place = |line: usize| first.partition_point(|unit| *unit < unit_of[line]);
    let mut units: Vec<Unit> = first
        .iter()
        .map(|_| Unit {
            lines: Vec::new(),
            listed: 0,
            apart: Vec::new(),
        })
        .collect();
    for (line, bought) in checkout.lines.iter().enumerate() {
        let unit = &mut units[place(line)];
        unit.lines.push(line as u32);
        unit.listed += bought.listed().minor();
    }
    for (number, group) in apart.iter().enumerate() {
        let members: Vec<usize> = group.iter().map(|line| place(*line)).collect();
        for (n, one) in members.iter().enumerate() {
            for other in &members[n + 1..] {
                if one == other {
                    let detail = "two of these lines are to stand together by limits.together";
                    return Err(InputError::conflict(format!("limits.apart[{number}]"), detail));
                }
                units[*one].apart.push(*other as u32);
                units[*other].apart.push(*one as u32);
            }
        }
    }
    Ok(units)
}

/// Coupons dealt out over the checkouts of a split.
impl Case<'_, '_> {
    /// The least total of some checkouts with so many uses left for them, if it is less than `below`. Looks at no more
    /// than so many ways to deal out coupons; false beside it if that was not enough to be sure.
    pub(super) fn deal(&mut self, bins: &[Bin], uses: &[Option<u32>], below: i64, most: u32) -> (Option<Split>, bool) {
        let mut prices: Vec<Rc<Price>> = bins.iter().map(|bin| self.price(bin, &[])).collect();
        let mut dealing = Dealing {
            bins,
            uses,
            users: vec![0; uses.len()],
            denied: vec![Denied::new(); bins.len()],
            kept: Vec::new(),
            best: None,
            below,
            left: most,
        };
        dealing.go(self, &mut prices);
        let sure = dealing.left > 0;
        (dealing.best, sure)
    }
}

struct Dealing<'b> {
    bins: &'b [Bin],
    uses: &'b [Option<u32>],
    /// How many checkouts use each offer; kept for its memory.
    users: Vec<u32>,
    denied: Vec<Denied>,
    /// Where an offer may not be denied, because that was tried.
    kept: Vec<(usize, usize)>,
    best: Option<Split>,
    below: i64,
    left: u32,
}

impl Dealing<'_> {
    /// A checkout that goes without an offer never gets cheaper, so that what is over-used at the least prices is denied
    /// to one of its users after the other.
    fn go(&mut self, case: &mut Case<'_, '_>, prices: &mut [Rc<Price>]) {
        self.left = self.left.saturating_sub(1);
        if case.stopped {
            self.left = 0;
        }
        let total: i64 = prices.iter().map(|price| price.total).sum();
        if self.left == 0 || total >= self.below {
            return;
        }
        self.users.fill(0);
        for offer in prices.iter().flat_map(|price| &price.used) {
            self.users[*offer] += 1;
        }
        let over = |offer: &usize| self.uses[*offer].is_some_and(|uses| self.users[*offer] > uses);
        let Some(offer) = (0..self.users.len()).find(over) else {
            self.below = total;
            self.best = Some(Split {
                total,
                bins: self.bins.to_vec(),
                used: prices.iter().map(|price| price.used.clone()).collect(),
            });
            return;
        };
        // First where it costs least to go without.
        let mut order: Vec<(i64, usize, Rc<Price>)> = Vec::new();
        for (bin, with) in prices.iter().enumerate() {
            if !with.used.contains(&offer) || self.kept.contains(&(bin, offer)) {
                continue;
            }
            let mut denied = self.denied[bin].clone();
            insert(&mut denied, offer as u32);
            let without = case.price(&self.bins[bin], &denied);
            order.push((without.total - with.total, bin, without));
        }
        if case.stopped {
            self.left = 0;
            return;
        }
        order.sort_unstable_by_key(|(cost, bin, _)| (*cost, *bin));
        let kept = self.kept.len();
        for (cost, bin, without) in order {
            if total + cost >= self.below {
                break;
            }
            let before = self.denied[bin].clone();
            insert(&mut self.denied[bin], offer as u32);
            let with = core::mem::replace(&mut prices[bin], without);
            self.go(case, prices);
            prices[bin] = with;
            self.denied[bin] = before;
            if self.left == 0 {
                break;
            }
            self.kept.push((bin, offer));
        }
        self.kept.truncate(kept);
    }
}

fn insert(denied: &mut Denied, offer: u32) {
    if let Err(place) = denied.binary_search(&offer) {
        denied.insert(place, offer);
    }
}
