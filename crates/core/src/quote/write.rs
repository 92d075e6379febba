//! A quote in its JSON format: what was seen, the checkout made of it, the best stack, and what stands beside it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::{Alternative, Quote, Wish, alternatives};
use crate::almanac::Almanac;
use crate::checkout::Checkout;
use crate::id::{SkuId, Warehouse};
use crate::instant::Instant;
use crate::link::{Identity, clean_url};
use crate::market::MarketNote;
use crate::money::Money;
use crate::rules::RuleSet;
use crate::snapshot::{Outcome, Snapshot, Variant};
use crate::stack::{self, NearMiss, OtherRules, Receipt, Stack};

/// The name of the quote format.
pub const SCHEMA: &str = "tillwatch/quote/1";

/// A quote that is worked out: its best stack, the other variants at the till, what to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worked {
    /// What the engine was given.
    pub checkout: Checkout,
    /// The best stack.
    pub best: Stack,
    variant: usize,
    shipping_known: bool,
    near_misses: Vec<NearMiss>,
    others: Vec<Alternative>,
    notes: Vec<String>,
    market_notes: Vec<MarketNote>,
}

impl Worked {
    /// Works a quote out. `said` stands among the notes, after what was assumed.
    pub fn new(
        seen: &Snapshot,
        quoted: Quote,
        almanac: &Almanac,
        rules: &RuleSet,
        wish: &Wish,
        said: impl IntoIterator<Item = String>,
    ) -> Self {
        let mut checkout = quoted.checkout;
        checkout.rules = Some(rules.id.clone());
        let best = stack::best(&checkout, rules);
        let near_misses = stack::near_misses(&checkout, rules, &best);
        let variant = seen.variants.get(quoted.variant);
        let first = variant.and_then(|variant| variant.new_shopper_price).map(|price| {
            format!(
                "A first order is shown {price} {}; that is no price for everybody and is not counted.",
                price.currency()
            )
        });
        let mut notes = quoted.assumed;
        notes.extend(said);
        notes.extend(first);
        notes.extend(seen.notes.iter().cloned());
        let mut others = alternatives(seen, almanac, rules, wish);
        others.retain(|other| other.variant != quoted.variant);
        let warehouse = variant.and_then(|variant| variant.warehouse.as_ref());
        let goods = Some(best.after.merchandise);
        Self {
            market_notes: almanac.markets.notes_for(checkout.market, goods, warehouse, wish.at),
            checkout,
            best,
            variant: quoted.variant,
            shipping_known: quoted.shipping_known,
            near_misses,
            others,
            notes,
        }
    }

    /// All of it, ready to be written. `rules` are those that it was worked out under.
    pub fn answer<'a>(
        &'a self,
        seen: &'a Snapshot,
        identity: Option<&'a Identity>,
        rules: &'a RuleSet,
        other_rules: &'a [OtherRules<'a>],
    ) -> Answer<'a> {
        let line = self.checkout.lines.first();
        let others = self.others.iter().map(|other| {
            let variant = seen.variants.get(other.variant);
            let total = other.stack.total();
            Other {
                sku: variant.and_then(|variant| variant.sku.as_ref()),
                name: variant.and_then(|variant| variant.name.as_deref()),
                warehouse: variant.and_then(|variant| variant.warehouse.as_ref()),
                total,
                difference: total.checked_sub(self.best.total()),
            }
        });
        Answer {
            schema: SCHEMA,
            link: line
                .map(|line| clean_url(&line.item, line.sku.as_ref()))
                .unwrap_or_default(),
            identity,
            snapshot: Reading {
                outcome: seen.outcome,
                shape: &seen.shape,
                title: seen.title.as_deref(),
                store_name: seen.store_name.as_deref(),
                seen_at: seen.seen_at,
            },
            variant: seen.variants.get(self.variant),
            shipping_known: self.shipping_known,
            checkout: &self.checkout,
            stack: Receipt {
                near_misses: &self.near_misses,
                other_rules,
                ..Receipt::new(&self.checkout, rules, &self.best)
            },
            other_variants: others.collect(),
            notes: &self.notes,
            market_notes: &self.market_notes,
        }
    }
}

/// Everything that is said of one listing.
#[derive(Debug, Clone, Serialize)]
pub struct Answer<'a> {
    schema: &'static str,
    /// The listing's own address.
    pub link: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<&'a Identity>,
    snapshot: Reading<'a>,
    /// The variant that is priced.
    pub variant: Option<&'a Variant>,
    /// Whether the shipping was named; where it was not, the total is without it.
    pub shipping_known: bool,
    checkout: &'a Checkout,
    /// The best stack.
    pub stack: Receipt<'a>,
    /// Every other variant that can be bought, the cheapest first.
    pub other_variants: Vec<Other<'a>>,
    /// What was assumed, and what else to know.
    pub notes: &'a [String],
    /// What the market charges beside.
    pub market_notes: &'a [MarketNote],
}

/// What the reading was, without all that the checkout already has.
#[derive(Debug, Clone, Serialize)]
struct Reading<'a> {
    outcome: Outcome,
    shape: &'a str,
    title: Option<&'a str>,
    store_name: Option<&'a str>,
    seen_at: Option<Instant>,
}

/// Another variant of the listing at the till.
#[derive(Debug, Clone, Serialize)]
pub struct Other<'a> {
    /// Its id.
    pub sku: Option<&'a SkuId>,
    /// Its name.
    pub name: Option<&'a str>,
    /// Where it ships from.
    pub warehouse: Option<&'a Warehouse>,
    /// Its total at the till.
    pub total: Money,
    /// That less the total of the variant that is priced.
    pub difference: Option<Money>,
}
