//! `diagnose`: from the total that a checkout showed to what it dropped without a word.

use std::path::PathBuf;

use serde::Serialize;
use tillwatch_core::input::InputError;
use tillwatch_core::money::Money;
use tillwatch_core::stack::diagnose::{Cause, Diagnosis, Explanation, SCHEMA, diagnose};
use tillwatch_core::stack::explain::{amount, cause};
use tillwatch_core::stack::{self, Receipt};

use super::{Shape, each_checkout};
use crate::failure::Status;
use crate::output::Output;
use crate::page::{Ink, Page};
use crate::receipt;
use crate::rules::Rules;

/// Find which discounts a till must have dropped to show a total
///
/// The best stack is taken to have been attached; then what must have fallen out of it to give the total that was shown,
/// fewest first, each with the rule that most likely blocked it.
#[derive(clap::Args)]
#[command(after_help = "Example:
  tillwatch diagnose --paid 42.00 --input examples/checkout.json")]
pub(crate) struct Arguments {
    /// The total that the checkout showed, in its currency, such as 42.00
    #[arg(long, value_name = "AMOUNT")]
    paid: String,
    /// The checkout, or one a line; standard input if not given or `-`
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// A rule set by name or a file with one; it wins over the one that the checkout names
    #[arg(long, value_name = "ID|FILE")]
    rules: Option<String>,
}

/// Answers each checkout.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> anyhow::Result<Status> {
    let rules = Rules::load(arguments.rules.as_deref())?;
    each_checkout(
        arguments.input.as_deref(),
        output,
        |checkout, warnings, shape, output| {
            let set = rules.of(checkout)?;
            let paid = Money::parse(&arguments.paid, checkout.currency)
                .map_err(|error| InputError::wrong("--paid", format_args!("{error}")))?;
            let diagnosis = diagnose(checkout, set, paid);
            let best = stack::best(checkout, set);
            let receipt = Receipt {
                warnings,
                ..Receipt::new(checkout, set, &best)
            };
            let note = note(&receipt, &diagnosis);
            match shape {
                Shape::Json => output.value(&written(&receipt, &diagnosis, note.as_deref())),
                Shape::Text => {
                    let mut page = output.page().at_most(receipt::WIDTH);
                    show(&mut page, &receipt, &diagnosis, note.as_deref());
                    output.show(&page)
                }
            }
        },
    )
}

/// What to say where no discount explains the total.
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

#[derive(Serialize)]
struct Written<'a> {
    schema: &'static str,
    rules: &'a str,
    currency: tillwatch_core::money::Currency,
    paid: Money,
    best: Money,
    tolerance: Money,
    explanations: Vec<WrittenExplanation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [String],
}

#[derive(Serialize)]
struct WrittenExplanation<'a> {
    dropped: Vec<&'a str>,
    total: Money,
    difference: Money,
    why: Vec<Why<'a>>,
}

#[derive(Serialize)]
struct Why<'a> {
    discount: &'a str,
    rule: &'static str,
    detail: String,
}

fn written<'a>(receipt: &Receipt<'a>, diagnosis: &Diagnosis, note: Option<&'a str>) -> Written<'a> {
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
    Written {
        schema: SCHEMA,
        rules: &receipt.rules.id,
        currency: receipt.checkout.currency,
        paid: diagnosis.paid,
        best: diagnosis.best,
        tolerance: diagnosis.tolerance,
        explanations: diagnosis.explanations.iter().map(explanation).collect(),
        note,
        warnings: receipt.warnings,
    }
}

fn show(page: &mut Page, receipt: &Receipt<'_>, diagnosis: &Diagnosis, note: Option<&str>) {
    let (paid, best) = (diagnosis.paid, diagnosis.best);
    page.paragraph(
        0,
        Ink::Bold,
        &format!("{} was asked; the best stack comes to {}.", amount(paid), amount(best)),
    );
    for warning in receipt.warnings {
        eprintln!("tillwatch: {warning}");
    }
    if let Some(note) = note {
        page.end();
        page.paragraph(0, Ink::Plain, note);
    }
    for (number, one) in (1..).zip(&diagnosis.explanations) {
        page.end();
        if one.dropped.is_empty() {
            page.paragraph(0, Ink::Plain, "Nothing was dropped: this is the best total.");
            continue;
        }
        let names: Vec<&str> = one.dropped.iter().map(|(place, _)| receipt.name(*place)).collect();
        let away = match one.difference.minor() {
            0 => "to the cent".to_owned(),
            _ => format!("off by {}", one.difference),
        };
        let head = format!("{number}. Without {}: {}, {away}.", names.join(", "), amount(one.total));
        page.paragraph(0, Ink::Bold, &head);
        for (place, blocked) in &one.dropped {
            let told = format!("{}: {}", receipt.name(*place), cause(receipt, *blocked));
            page.paragraph(3, Ink::Plain, &told);
        }
    }
}
