//! What tills showed beside receipts: heard from shoppers, weighed by network, so that a rule set's truth is measured.

use std::collections::BTreeSet;

use tillwatch_core::checkout::Checkout;
use tillwatch_core::country::Country;
use tillwatch_core::history::Lane;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{BasisPoints, Money};
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::stack::{self, Receipt, Stack};

use crate::App;
use crate::ports::store::{Compared, Keep, StoreError, Verdict};
use crate::receipts::{Kept, ReceiptName};

/// How long it counts what a till showed, and how long it is kept, in seconds: half a year.
const COUNTS: i64 = 183 * 86_400;

/// Not more verdicts are kept, and not more of one network.
const MOST: usize = 20_000;
const OF_A_NETWORK: usize = 50;

/// Under so many networks a share says little.
const FEW: u32 = 5;

/// An amount beyond so many times what everything costs without a discount is a slip.
const BEYOND: u32 = 10;

/// The part of a receipt that is its price before any discount.
pub const PRICE: &str = "price";

/// The part of a receipt that is its shipping after all discounts.
pub const SHIPPING: &str = "shipping";

/// What a till showed, as a shopper says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The same as the receipt, in all of its parts.
    Same,
    /// This.
    Other(Box<Amounts>),
}

/// The amounts that a till showed, in the receipt's currency. All but the total may be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amounts {
    /// The total, before tax that a till adds; with shipping where the receipt is.
    pub total: Money,
    /// The goods before any discount.
    pub price: Option<Money>,
    /// What steps of the receipt took, each by its name in the rule set.
    pub steps: Vec<(String, Money)>,
    /// Shipping after all discounts.
    pub shipping: Option<Money>,
    /// Whether coupons of the shopper's own were used, which no receipt knows of.
    pub own_coupons: bool,
}

/// What became of what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The receipt.
    pub kept: Kept,
    /// The total that the till showed.
    pub shown: Money,
    /// For what it counts.
    pub counts: Counts,
}

/// For what it counts that a till showed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// For or against the rule sets.
    Rules,
    /// Against the reading of the price alone: that was another one, or the till asks for more than without any discount.
    Price,
    /// For nothing, and nothing of it is kept: it came about by the shopper's own coupons.
    Nothing,
}

impl Counts {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rules, Self::Price, Self::Nothing];

    /// The name in every format of ours.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Price => "price",
            Self::Nothing => "nothing",
        }
    }

    /// That of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Why it was not taken in what a till showed.
#[derive(Debug, thiserror::Error)]
pub enum Unheard {
    /// There is no such receipt.
    #[error("no receipt of that name can be made of what is kept")]
    NoReceipt,
    /// No till shows a price that nothing is taken off.
    #[error("a receipt of the lane sticker is the price before the till; there is nothing to compare")]
    NoTill,
    /// An amount that no till shows here.
    #[error("{value} at {field}; from {least} to {most} is accepted")]
    Beyond {
        /// The field: `total`, `price`, `shipping`, or `steps.` with a step's name.
        field: String,
        /// The amount.
        value: Money,
        /// The least that is accepted.
        least: Money,
        /// The most that is accepted.
        most: Money,
    },
    /// A part that the receipt has not.
    #[error("the receipt has no {field}")]
    NoSuchPart {
        /// The field.
        field: String,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far tills agree with what a rule set says in a market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The rule set.
    pub rules: String,
    /// The market.
    pub market: Country,
    /// What is compared.
    pub of: Compared,
    /// Networks that said anything of it in the last half year.
    pub networks: u32,
    /// The share that agrees: of each network what it said, and the average of these.
    pub share: BasisPoints,
}

impl Agreement {
    /// Whether so few said anything that it says little.
    pub const fn is_of_few(&self) -> bool {
        self.networks < FEW
    }
}

/// A receipt of which a till showed another total than is computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its name.
    pub name: ReceiptName,
    /// The receipt.
    pub kept: Kept,
    /// What the till showed.
    pub shown: Money,
    /// How many networks say so.
    pub networks: u32,
    /// The rule sets that come to that total, by name.
    pub given_by: Vec<String>,
}

/// The parts of a receipt that a till shows too, with their amounts: its price, each step by name, its shipping.
pub fn parts(checkout: &Checkout, rules: &RuleSet, stack: &Stack, delivered: bool) -> Vec<(String, Money)> {
    let receipt = Receipt::new(checkout, rules, stack);
    let mut parts = vec![(PRICE.to_owned(), stack.before.merchandise)];
    for applied in &stack.applied {
        let step = receipt.step(applied);
        match parts.iter_mut().skip(1).find(|(name, _)| name == step) {
            // Slots of one step stand together: no till tells them apart by that name.
            Some((_, sum)) => *sum = sum.checked_add(applied.amount).unwrap_or(*sum),
            None => parts.push((step.to_owned(), applied.amount)),
        }
    }
    if delivered {
        parts.push((SHIPPING.to_owned(), stack.after.shipping));
    }
    parts
}

/// Whether a till can be held against a lane's receipts.
pub fn has_till(lane: Lane) -> bool {
    lane != Lane::Sticker
}

impl App {
    /// Takes in what a till showed beside a receipt, in place of what that network said of the receipt before.
    ///
    /// # Errors
    ///
    /// Where there is no such receipt, or an amount is beyond reason, or the store does not answer; nothing is kept then.
    pub fn hear_of_till(
        &self,
        name: &ReceiptName,
        network: &str,
        said: &Shown,
        now: Instant,
    ) -> Result<Heard, Unheard> {
        let kept = self.receipt(name)?.ok_or(Unheard::NoReceipt)?;
        if !has_till(name.lane) {
            return Err(Unheard::NoTill);
        }
        let without = || StoreError::Refused("nothing can be reported: this program has no key".to_owned());
        let network = self.till_hash(network).ok_or_else(without)?;
        let parts = parts(&kept.checkout, &kept.rules, &kept.stack, kept.delivered);
        let total = kept.stack.total();
        let (shown, counts, parts) = match said {
            Shown::Same => {
                let same = parts.into_iter().map(|(part, _)| (part, true)).collect();
                (total, Counts::Rules, same)
            }
            Shown::Other(amounts) => {
                let told = compared(amounts, &kept.stack, &parts)?;
                if amounts.own_coupons {
                    (amounts.total, Counts::Nothing, Vec::new())
                } else if let Some(parts) = read_otherwise(amounts, &kept.stack, &told) {
                    (amounts.total, Counts::Price, parts)
                } else {
                    (amounts.total, Counts::Rules, told)
                }
            }
        };
        let receipt = name.to_string();
        if counts == Counts::Nothing {
            self.store.forget_till(&receipt, &network)?;
        } else {
            let totals: Vec<(String, Money)> = if counts == Counts::Rules {
                self.totals(&kept)
            } else {
                Vec::new()
            };
            let distinct: BTreeSet<i64> = totals.iter().map(|(_, total)| total.minor()).collect();
            let verdict = Verdict {
                receipt,
                network,
                rules: kept.rules.id.clone(),
                market: name.key.market,
                total,
                shown: (counts == Counts::Rules).then_some(shown),
                tells_apart: distinct.len() > 1,
                parts,
                gives: totals
                    .into_iter()
                    .map(|(rules, total)| (rules, total == shown))
                    .collect(),
            };
            let keep = Keep {
                after: now.plus_seconds(-COUNTS),
                most: MOST,
                of_a_network: OF_A_NETWORK,
            };
            self.store.hear_of_till(&verdict, &keep, now)?;
        }
        Ok(Heard { kept, shown, counts })
    }

    /// How far tills agree, by rule set, market and what is compared: the rule set in use first, and of each its totals
    /// first, its parts in the order of a receipt.
    pub fn agreement(&self, now: Instant) -> Result<Vec<Agreement>, StoreError> {
        let told = self.store.agreement(now.plus_seconds(-COUNTS))?;
        let mut all: Vec<Agreement> = told
            .into_iter()
            .map(|one| Agreement {
                rules: one.rules,
                market: one.market,
                of: one.of,
                networks: one.networks,
                share: one.share,
            })
            .collect();
        let place = |one: &Agreement| match &one.of {
            Compared::Total => 0,
            Compared::TotalApart => 1,
            Compared::Part(part) if part == PRICE => 2,
            Compared::Part(part) if part == SHIPPING => usize::MAX,
            Compared::Part(part) => {
                let mut steps = self.rules().steps.iter();
                let step = steps.position(|step| step.name == *part);
                step.map_or(usize::MAX - 1, |step| step.saturating_add(3))
            }
        };
        all.sort_by_cached_key(|one| {
            (
                one.rules != self.rules().id,
                one.rules.clone(),
                one.market,
                place(one),
                one.of.clone(),
            )
        });
        Ok(all)
    }

    /// The receipts of which tills showed another total than is computed today: those that most networks say first, and
    /// not more than `most`. A receipt that can no longer be made, or was corrected since, is passed over.
    pub fn corrections(&self, most: usize, now: Instant) -> Result<Vec<Correction>, StoreError> {
        let told = self.store.disagreements(now.plus_seconds(-COUNTS), most)?;
        let mut all = Vec::new();
        for one in told {
            let Some(name) = ReceiptName::parse(&one.receipt) else {
                continue;
            };
            let Some(kept) = self.receipt(&name)?.filter(|kept| kept.stack.total() != one.shown) else {
                continue;
            };
            let given = self.totals(&kept).into_iter().filter(|(_, total)| *total == one.shown);
            all.push(Correction {
                given_by: given.map(|(rules, _)| rules).collect(),
                name,
                kept,
                shown: one.shown,
                networks: one.networks,
            });
        }
        Ok(all)
    }

    /// What each rule set comes to: the receipt's own, the one in use, and those that are built in.
    fn totals(&self, kept: &Kept) -> Vec<(String, Money)> {
        let book = RuleBook::built_in();
        let mut rules: Vec<&RuleSet> = vec![&kept.rules];
        for other in [self.rules()].into_iter().chain(book.iter().flat_map(RuleBook::iter)) {
            if rules.iter().all(|known| known.id != other.id) {
                rules.push(other);
            }
        }
        let total = |rules: &RuleSet| stack::least(&kept.checkout, rules).total;
        rules
            .into_iter()
            .map(|rules| (rules.id.clone(), total(rules)))
            .collect()
    }
}

/// What of a receipt's reading the till belies, where no discount can have made the difference: another price, or more to
/// pay than without any discount. No rule set is judged by that.
fn read_otherwise(amounts: &Amounts, stack: &Stack, told: &[(String, bool)]) -> Option<Vec<(String, bool)>> {
    let of_reading = told.iter().filter(|(part, _)| part == PRICE || part == SHIPPING);
    let mut parts: Vec<(String, bool)> = of_reading.cloned().collect();
    let other_price = parts.iter().any(|(part, agreed)| part == PRICE && !agreed);
    let fee = amounts.shipping.unwrap_or(stack.before.shipping);
    let is_dearer = amounts.total.minor() > stack.before.total().minor() || fee.minor() > stack.before.shipping.minor();
    if parts.is_empty() {
        parts.push((PRICE.to_owned(), false));
    }
    (other_price || is_dearer).then_some(parts)
}

/// Which of the parts that were named agree with the receipt.
fn compared(amounts: &Amounts, stack: &Stack, parts: &[(String, Money)]) -> Result<Vec<(String, bool)>, Unheard> {
    let currency = stack.before.merchandise.currency();
    let whole = stack.before.total();
    let most = whole.checked_mul(BEYOND).unwrap_or(whole);
    let within = |field: &str, value: Money, least: i64| {
        let least = Money::new(least, currency);
        if value.currency() == currency && (least.minor()..=most.minor()).contains(&value.minor()) {
            return Ok(());
        }
        let field = field.to_owned();
        Err(Unheard::Beyond {
            field,
            value,
            least,
            most,
        })
    };
    within("total", amounts.total, 1)?;
    let price = amounts.price.map(|price| (PRICE, PRICE.to_owned(), price, 1));
    let shipping = amounts.shipping.map(|fee| (SHIPPING, SHIPPING.to_owned(), fee, 0));
    let steps = amounts.steps.iter();
    let steps = steps.map(|(step, amount)| (step.as_str(), format!("steps.{step}"), *amount, 0));
    let mut told: Vec<(String, bool)> = Vec::new();
    for (part, field, value, least) in price.into_iter().chain(steps).chain(shipping) {
        let own = parts.iter().find(|(name, _)| name == part);
        let own = own.filter(|_| (part == PRICE || part == SHIPPING) != field.starts_with("steps."));
        let (_, amount) = own.ok_or_else(|| Unheard::NoSuchPart { field: field.clone() })?;
        within(&field, value, least)?;
        told.push((part.to_owned(), value == *amount));
    }
    Ok(told)
}
