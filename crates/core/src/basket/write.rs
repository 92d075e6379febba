//! A basket in its JSON format.

use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Advice, Basket, Drawn, SCHEMA, Wishlist};
use crate::checkout::Checkout;
use crate::discount::Discount;
use crate::market::MarketNote;
use crate::money::{Money, Rounding};
use crate::rules::RuleSet;
use crate::stack::{Hundredths, Receipt};

/// A basket with all that its JSON needs.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The wishlist.
    pub wishlist: &'a Wishlist,
    /// The rule set that priced it.
    pub rules: &'a RuleSet,
    /// The split.
    pub basket: &'a Basket,
    /// What could be done with it.
    pub advice: &'a Advice,
    /// The coupon drawer.
    pub drawer: &'a [Drawn],
    /// For each checkout what the market says of it.
    pub notes: &'a [Vec<MarketNote>],
    /// What of the input was not used.
    pub warnings: &'a [String],
}

impl<'a> Answer<'a> {
    /// A discount of the wishlist.
    pub fn discount(&self, place: usize) -> Option<&'a Discount> {
        self.wishlist.checkout.discounts.get(place)
    }

    /// The id of a discount of the wishlist.
    pub fn id(&self, place: usize) -> &'a str {
        self.discount(place).map_or("", |discount| discount.id.as_str())
    }

    /// How far the total could still fall, in percent of it, with two digits.
    pub fn gap_percent(&self) -> Hundredths {
        let gap = i128::from(self.gap().minor()).saturating_mul(10_000);
        Hundredths(Rounding::HalfUp.divide(gap, i128::from(self.basket.total.minor().max(1))))
    }

    /// How far the total could still fall.
    pub fn gap(&self) -> Money {
        less(self.basket.total, self.basket.lower_bound)
    }
}

/// One amount less another.
fn less(one: Money, other: Money) -> Money {
    Money::new(one.minor().saturating_sub(other.minor()), one.currency())
}

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let basket = self.basket;
        let checkouts: Vec<Checkout> = basket.parts.iter().map(|part| part.checkout(self.wishlist)).collect();
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("schema", SCHEMA)?;
        map.serialize_entry("rules", &self.rules.id)?;
        map.serialize_entry("currency", &self.wishlist.checkout.currency)?;
        let parts = checkouts.iter().enumerate().map(|(place, checkout)| WrittenPart {
            answer: *self,
            place,
            checkout,
        });
        map.serialize_entry("checkouts", &parts.collect::<Vec<_>>())?;
        map.serialize_entry("total", &basket.total)?;
        map.serialize_entry("lower_bound", &basket.lower_bound)?;
        map.serialize_entry("gap", &Pair(("amount", self.gap()), ("percent", self.gap_percent())))?;
        map.serialize_entry("proof", &basket.proof())?;
        map.serialize_entry("one_checkout_total", &basket.one_checkout_total)?;
        map.serialize_entry("each_alone_total", &basket.each_alone_total)?;
        map.serialize_entry("by_hand_total", &basket.by_hand_total)?;
        map.serialize_entry("gained", &Gained(*self))?;
        map.serialize_entry("advice", &WrittenAdvice(*self))?;
        let drawer = self.drawer.iter().map(|drawn| WrittenDrawn {
            discount: self.id(drawn.discount),
            until: drawn.until,
            lapses_within_7_days: drawn.lapses_soon,
            held: drawn.held,
            used_in: drawn.used_in,
            best_line: drawn.best_line.map(|(line, _)| line),
            saves_there: drawn.best_line.map(|(_, saves)| saves),
        });
        map.serialize_entry("drawer", &drawer.collect::<Vec<_>>())?;
        if !self.warnings.is_empty() {
            map.serialize_entry("warnings", self.warnings)?;
        }
        map.end()
    }
}

/// Two named values.
struct Pair<A, B>((&'static str, A), (&'static str, B));

impl<A: Serialize, B: Serialize> Serialize for Pair<A, B> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(2))?;
        map.serialize_entry(self.0.0, &self.0.1)?;
        map.serialize_entry(self.1.0, &self.1.1)?;
        map.end()
    }
}

struct WrittenPart<'a> {
    answer: Answer<'a>,
    place: usize,
    checkout: &'a Checkout,
}

impl Serialize for WrittenPart<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        if let Some(part) = self.answer.basket.parts.get(self.place) {
            map.serialize_entry("lines", &part.lines)?;
            let receipt = Receipt::new(self.checkout, self.answer.rules, &part.stack);
            map.serialize_entry("stack", &receipt)?;
            if let Some(import) = part.import {
                map.serialize_entry("import_charge", &import)?;
            }
            map.serialize_entry("total", &part.total())?;
            let used_up: Vec<&str> = part.used_up.iter().map(|place| self.answer.id(*place)).collect();
            map.serialize_entry("used_up", &used_up)?;
            if let Some(notes) = self.answer.notes.get(self.place).filter(|notes| !notes.is_empty()) {
                map.serialize_entry("notes", notes)?;
            }
        }
        map.end()
    }
}

struct Gained<'a>(Answer<'a>);

impl Serialize for Gained<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let basket = self.0.basket;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("over_one_checkout", &less(basket.one_checkout_total, basket.total))?;
        map.serialize_entry("over_each_alone", &less(basket.each_alone_total, basket.total))?;
        map.serialize_entry("over_by_hand", &less(basket.by_hand_total, basket.total))?;
        map.end()
    }
}

#[derive(serde::Serialize)]
struct WrittenDrawn<'a> {
    discount: &'a str,
    until: Option<crate::instant::Instant>,
    lapses_within_7_days: bool,
    held: bool,
    used_in: Option<usize>,
    best_line: Option<usize>,
    saves_there: Option<Money>,
}

struct WrittenAdvice<'a>(Answer<'a>);

impl Serialize for WrittenAdvice<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct WrittenAdd<'a> {
            checkout: usize,
            discount: &'a str,
            add: Money,
            total_if_met: Money,
            gain: Money,
            pays: bool,
        }
        #[derive(serde::Serialize)]
        struct WrittenShift<'a> {
            line: usize,
            from: usize,
            to: usize,
            discount: &'a str,
            total: Money,
            pays: bool,
        }
        #[derive(serde::Serialize)]
        struct WrittenKeep<'a> {
            discount: &'a str,
            until: Option<crate::instant::Instant>,
            #[serde(skip_serializing_if = "Option::is_none")]
            checkout: Option<usize>,
            #[serde(skip_serializing_if = "Option::is_none")]
            instead: Option<&'a str>,
        }
        let answer = self.0;
        let add = answer.advice.add.iter().map(|add| WrittenAdd {
            checkout: add.part,
            discount: answer.id(add.miss.discount),
            add: add.miss.add,
            total_if_met: add.miss.total_if_met,
            gain: add.miss.gain,
            pays: add.miss.pays,
        });
        let shift = answer.advice.shift.iter().map(|shift| WrittenShift {
            line: shift.line,
            from: shift.from,
            to: shift.to,
            discount: answer.id(shift.discount),
            total: shift.total,
            pays: shift.pays,
        });
        let keep = answer.advice.keep.iter().map(|keep| WrittenKeep {
            discount: answer.id(keep.discount),
            until: keep.until,
            checkout: keep.instead.map(|(part, _)| part),
            instead: keep.instead.map(|(_, other)| answer.id(other)),
        });
        let mut map = to.serialize_map(Some(3))?;
        map.serialize_entry("add", &add.collect::<Vec<_>>())?;
        map.serialize_entry("move", &shift.collect::<Vec<_>>())?;
        map.serialize_entry("keep", &keep.collect::<Vec<_>>())?;
        map.end()
    }
}
