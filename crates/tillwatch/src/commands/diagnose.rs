//! `diagnose`: from the total that a checkout showed to what it dropped without a word.

use std::path::PathBuf;

use tillwatch_core::input::InputError;
use tillwatch_core::money::Money;
use tillwatch_core::stack::diagnose::{Diagnosis, Written, diagnose};
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
            let written = Written::new(&receipt, &diagnosis);
            match shape {
                Shape::Json => output.value(&written),
                Shape::Text => {
                    let mut page = output.page().at_most(receipt::WIDTH);
                    show(&mut page, &receipt, &diagnosis, written.note());
                    output.show(&page)
                }
            }
        },
    )
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
