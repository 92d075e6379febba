//! A diagnosis in its JSON format.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::super::explain::{amount, cause};
use super::super::{Receipt, diagnose::Cause};
use super::{Diagnosis, Explanation, SCHEMA};
use crate::money::{Currency, Money};

/// A diagnosis with all that its JSON needs: names for places, causes as sentences.
#[derive(Debug, Clone, Serialize)]
pub struct Written<'a> {
    schema: &'static str,
    rules: &'a str,
    currency: Currency,
    paid: Money,
    best: Money,
    tolerance: Money,
    explanations: Vec<WrittenExplanation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [String],
}

#[derive(Debug, Clone, Serialize)]
struct WrittenExplanation<'a> {
    dropped: Vec<&'a str>,
    total: Money,
    difference: Money,
    why: Vec<Why<'a>>,
}

#[derive(Debug, Clone, Serialize)]
struct Why<'a> {
    discount: &'a str,
    rule: &'static str,
    detail: String,
}

impl<'a> Written<'a> {
    /// The diagnosis of the checkout of a receipt.
    pub fn new(receipt: &Receipt<'a>, diagnosis: &Diagnosis) -> Self {
        let why = |(place, blocked): &(usize, Cause)| Why {
            discount: receipt.id(*place),
            rule: blocked.name(),
            detail: cause(receipt, *blocked),
        };
        let explanation = |one: &Explanation| WrittenExplanation {
            dropped: one.dropped.iter().map(|(place, _)| receipt.id(*place)).collect(),
            total: one.total,
            difference: one.difference,
            why: one.dropped.iter().map(why).collect(),
        };
        Self {
            schema: SCHEMA,
            rules: &receipt.rules.id,
            currency: receipt.checkout.currency,
            paid: diagnosis.paid,
            best: diagnosis.best,
            tolerance: diagnosis.tolerance,
            explanations: diagnosis.explanations.iter().map(explanation).collect(),
            note: note(receipt, diagnosis),
            warnings: receipt.warnings,
        }
    }

    /// What to say where no discount explains the total.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

fn note(receipt: &Receipt<'_>, diagnosis: &Diagnosis) -> Option<String> {
    if !diagnosis.explanations.is_empty() {
        return None;
    }
    let (paid, before) = (diagnosis.paid.minor(), receipt.stack.before.total());
    Some(if paid < diagnosis.best.minor() {
        "Less was paid than these discounts allow, so something else applied: coins, a card or wallet offer, a \
         new-shopper price, or a discount that is not in the checkout."
            .to_owned()
    } else if paid > before.minor() {
        format!(
            "More was asked than {} without any discount, so a price, the shipping or a tax differs from the checkout.",
            amount(before)
        )
    } else {
        "No choice of these discounts gives this total, so a price, the shipping or a discount's terms differ from the \
         checkout."
            .to_owned()
    })
}
