//! A stack in its JSON format.

use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Applied, NearMiss, Reason, Refused, Stack, Totals};
use crate::checkout::Checkout;
use crate::discount::{Benefit, Discount, Percent};
use crate::money::{Money, Rounding};
use crate::rules::RuleSet;

/// The name of the stack format.
pub const SCHEMA: &str = "tillwatch/stack/1";

/// A stack with all that its JSON needs: names for places.
#[derive(Debug, Clone, Copy)]
pub struct Receipt<'a> {
    /// The checkout.
    pub checkout: &'a Checkout,
    /// The rule set that made the stack.
    pub rules: &'a RuleSet,
    /// The stack.
    pub stack: &'a Stack,
    /// Its near misses.
    pub near_misses: &'a [NearMiss],
    /// The best total without what is the buyer's own, where the buyer holds something.
    pub public_total: Option<Money>,
    /// Other rule sets and their totals, where they come to another one.
    pub other_rules: &'a [OtherRules<'a>],
    /// What of the input was not used.
    pub warnings: &'a [String],
}

impl<'a> Receipt<'a> {
    /// A receipt without anything beside the stack.
    pub const fn new(checkout: &'a Checkout, rules: &'a RuleSet, stack: &'a Stack) -> Self {
        Self {
            checkout,
            rules,
            stack,
            near_misses: &[],
            public_total: None,
            other_rules: &[],
            warnings: &[],
        }
    }

    /// A discount of the checkout.
    pub fn discount(&self, place: usize) -> Option<&'a Discount> {
        self.checkout.discounts.get(place)
    }

    /// The name of a discount of the checkout.
    pub fn id(&self, place: usize) -> &'a str {
        self.discount(place).map_or("", |discount| discount.id.as_str())
    }

    /// The name by which people know a discount of the checkout: what is typed, or its id without the mark that readers
    /// put behind it, unless another one has the same.
    pub fn name(&self, place: usize) -> &'a str {
        let own = self.discount(place).map_or("", known_as);
        let others = self
            .checkout
            .discounts
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != place);
        if others.map(|(_, other)| known_as(other)).any(|other| other == own) {
            self.id(place)
        } else {
            own
        }
    }

    /// The name of a step that was applied.
    pub fn step(&self, applied: &Applied) -> &'a str {
        self.rules.steps.get(applied.step).map_or("", |step| step.name.as_str())
    }

    /// What is saved, in percent of the total before, with two digits.
    pub fn saved_percent(&self) -> Hundredths {
        let saved = i128::from(self.stack.saved().minor()).saturating_mul(10_000);
        Hundredths(Rounding::HalfUp.divide(saved, i128::from(self.stack.before.total().minor())))
    }

    /// The tax that the market adds at the till, where its rate is known: rate, and amount on everything paid.
    pub fn tax_added(&self) -> Option<(Percent, Money)> {
        let tax = self.checkout.tax;
        let rate = tax.rate.filter(|_| !tax.included)?;
        let amount = rate.0.of(self.stack.total().minor(), self.rules.rounding);
        Some((rate, Money::new(amount, self.checkout.currency)))
    }
}

/// A code as it is typed; else an id without a mark such as `~1f00ba24`.
fn known_as(discount: &Discount) -> &str {
    let id = discount.id.as_str();
    let unmarked = id
        .rsplit_once('~')
        .filter(|(_, mark)| mark.len() == 8 && mark.bytes().all(|b| b.is_ascii_hexdigit()));
    discount
        .code
        .as_deref()
        .unwrap_or(unmarked.map_or(id, |(name, _)| name))
}

/// What another rule set comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct OtherRules<'a> {
    /// Its name.
    pub rules: &'a str,
    /// Its best total.
    pub total: Money,
}

/// A number with two digits after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hundredths(pub i64);

impl core::fmt::Display for Hundredths {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (whole, part) = (
            self.0.checked_div(100).unwrap_or(0),
            self.0.checked_rem(100).unwrap_or(0),
        );
        write!(f, "{whole}.{part:02}")
    }
}

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl Serialize for Receipt<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let stack = self.stack;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("schema", SCHEMA)?;
        map.serialize_entry("rules", &stack.rules)?;
        map.serialize_entry("currency", &self.checkout.currency)?;
        map.serialize_entry("before", &stack.before)?;
        map.serialize_entry(
            "steps",
            &Each(&stack.applied, |applied| WithNames {
                receipt: *self,
                of: applied,
            }),
        )?;
        map.serialize_entry("after", &stack.after)?;
        map.serialize_entry("saved", &Saved(*self))?;
        map.serialize_entry(
            "refused",
            &Each(&stack.refused, |refused| WithNames {
                receipt: *self,
                of: refused,
            }),
        )?;
        map.serialize_entry(
            "near_misses",
            &Each(self.near_misses, |miss| WithNames {
                receipt: *self,
                of: miss,
            }),
        )?;
        map.serialize_entry("earliest_expiry", &stack.earliest_expiry)?;
        if let Some((rate, amount)) = self.tax_added() {
            map.serialize_entry(
                "tax_added",
                &TaxAdded {
                    rate,
                    amount,
                    total: stack.total(),
                },
            )?;
        }
        if let Some(public) = self.public_total {
            map.serialize_entry("public_total", &public)?;
        }
        if !self.other_rules.is_empty() {
            map.serialize_entry("other_rules", self.other_rules)?;
        }
        if !stack.proven {
            map.serialize_entry("proof", "bounded")?;
        }
        if !self.warnings.is_empty() {
            map.serialize_entry("warnings", self.warnings)?;
        }
        map.end()
    }
}

struct TaxAdded {
    rate: Percent,
    amount: Money,
    total: Money,
}

impl Serialize for TaxAdded {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("rate", &self.rate)?;
        map.serialize_entry("amount", &self.amount)?;
        map.serialize_entry("total_with_tax", &self.total.checked_add(self.amount))?;
        map.end()
    }
}

impl Serialize for Totals {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("merchandise", &self.merchandise)?;
        map.serialize_entry("shipping", &self.shipping)?;
        map.serialize_entry("total", &self.total())?;
        map.end()
    }
}

struct Saved<'a>(Receipt<'a>);

impl Serialize for Saved<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("amount", &self.0.stack.saved())?;
        map.serialize_entry("percent", &self.0.saved_percent())?;
        map.end()
    }
}

/// A list whose elements are written with the help of something else.
struct Each<'a, T, F>(&'a [T], F);

impl<'a, T, W: Serialize, F: Fn(&'a T) -> W> Serialize for Each<'a, T, F> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.0.len()))?;
        for element in self.0 {
            list.serialize_element(&(self.1)(element))?;
        }
        list.end()
    }
}

/// Something of a stack, with the names that its places stand for.
struct WithNames<'a, T> {
    receipt: Receipt<'a>,
    of: &'a T,
}

impl Serialize for WithNames<'_, Applied> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (receipt, applied) = (&self.receipt, self.of);
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("step", receipt.step(applied))?;
        map.serialize_entry("slot", &applied.slot.id())?;
        map.serialize_entry("discount", receipt.id(applied.discount))?;
        map.serialize_entry("eligible_spend", &applied.eligible_spend)?;
        map.serialize_entry("base", &applied.base)?;
        map.serialize_entry("amount", &applied.amount)?;
        map.serialize_entry("after", &applied.after)?;
        map.serialize_entry("by_line", &applied.by_line)?;
        if applied.by_pool.iter().any(|part| part.is_positive()) {
            map.serialize_entry("by_pool", &applied.by_pool)?;
        }
        map.end()
    }
}

impl Serialize for WithNames<'_, NearMiss> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let miss = self.of;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("discount", self.receipt.id(miss.discount))?;
        map.serialize_entry("short", &miss.short)?;
        if miss.add != miss.short {
            map.serialize_entry("add", &miss.add)?;
        }
        map.serialize_entry("total_if_met", &miss.total_if_met)?;
        map.serialize_entry("gain", &miss.gain)?;
        map.serialize_entry("pays", &miss.pays)?;
        map.end()
    }
}

impl Serialize for WithNames<'_, Refused> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let receipt = &self.receipt;
        let names = |places: &[usize]| -> Vec<&str> { places.iter().map(|place| receipt.id(*place)).collect() };
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("discount", receipt.id(self.of.discount))?;
        map.serialize_entry("reason", self.of.reason.name())?;
        match &self.of.reason {
            Reason::NotStarted { from } => map.serialize_entry("from", from)?,
            Reason::Expired { at } => map.serialize_entry("at", at)?,
            Reason::CurrencyMismatch { discount, checkout } => {
                map.serialize_entry("discount_currency", discount)?;
                map.serialize_entry("checkout_currency", checkout)?;
            }
            Reason::RegionLocked => {
                map.serialize_entry(
                    "regions",
                    &receipt.discount(self.of.discount).map(|discount| &discount.regions),
                )?;
                map.serialize_entry("market", &receipt.checkout.market)?;
            }
            Reason::Personal | Reason::Exhausted => {}
            Reason::NotEligible { by } => map.serialize_entry("by", by.name())?,
            Reason::BelowMinimum { needs, has, short } => {
                map.serialize_entry("needs", needs)?;
                map.serialize_entry("has", has)?;
                map.serialize_entry("short", short)?;
            }
            Reason::TooFewPieces { needs, has } => {
                map.serialize_entry("needs_pieces", needs)?;
                map.serialize_entry("has_pieces", has)?;
                map.serialize_entry("short_pieces", &needs.saturating_sub(*has))?;
            }
            Reason::ExclusiveConflict { with, total_alone } => {
                map.serialize_entry("with", &names(with))?;
                map.serialize_entry("total_alone", total_alone)?;
            }
            Reason::SlotTaken { by, total_with } => {
                map.serialize_entry("by", receipt.id(*by))?;
                map.serialize_entry("total_with", total_with)?;
            }
            Reason::NoEffect { total_with, loses } => {
                map.serialize_entry("total_with", total_with)?;
                if !loses.is_empty() {
                    map.serialize_entry("loses", &names(loses))?;
                }
            }
            Reason::UnknownKind => {
                map.serialize_entry(
                    "kind",
                    &receipt.discount(self.of.discount).map(|discount| &discount.kind),
                )?;
                if let Some(Benefit::Unknown { name }) = receipt.discount(self.of.discount).map(|d| &d.benefit) {
                    map.serialize_entry("benefit", name)?;
                }
            }
        }
        map.end()
    }
}
