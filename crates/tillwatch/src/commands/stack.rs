//! `stack`: the cheapest total of a checkout, with its receipt.

use std::path::PathBuf;

use tillwatch_core::checkout::Checkout;
use tillwatch_core::stack::{self, Receipt};

use super::{Shape, each_checkout};
use crate::failure::Status;
use crate::output::Output;
use crate::receipt::{self, Beside};
use crate::rules::Rules;

/// Find the cheapest total that a checkout's discounts allow, with the receipt
///
/// The input is one checkout in JSON, or one a line; then the answers come one a line too, in the same order, and a
/// refused line is answered with its error.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch stack --input examples/checkout.json
  tillwatch stack --input examples/checkout.json --rules official-2018
  tillwatch stack < checkouts.ndjson > stacks.ndjson")]
pub(crate) struct Arguments {
    /// The checkout, or one a line; standard input if not given or `-`
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// A rule set by name or a file with one; it wins over the one that the checkout names
    #[arg(long, value_name = "ID|FILE")]
    rules: Option<String>,
    /// Also name the other rule sets that come to another total, as the receipt for people always does
    #[arg(long)]
    compare: bool,
}

/// Answers each checkout.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> anyhow::Result<Status> {
    let rules = Rules::load(arguments.rules.as_deref())?;
    each_checkout(
        arguments.input.as_deref(),
        output,
        |checkout, warnings, shape, output| {
            answer(
                checkout,
                warnings,
                &rules,
                arguments.compare || shape == Shape::Text,
                shape,
                output,
            )
        },
    )
}

fn answer(
    checkout: &Checkout,
    warnings: &[String],
    rules: &Rules,
    compare: bool,
    shape: Shape,
    output: &mut Output,
) -> anyhow::Result<()> {
    let set = rules.of(checkout)?;
    let best = stack::best(checkout, set);
    let near_misses = stack::near_misses(checkout, set, &best);
    let others = if compare {
        rules.others(checkout, &best)
    } else {
        Vec::new()
    };
    let held = !checkout.holds.is_empty();
    let receipt = Receipt {
        near_misses: &near_misses,
        public_total: held.then(|| stack::variant::public(checkout, set).total()),
        other_rules: &others,
        warnings,
        ..Receipt::new(checkout, set, &best)
    };
    match shape {
        Shape::Json => output.value(&receipt),
        Shape::Text => {
            let mut page = output.page().at_most(receipt::WIDTH);
            receipt::write(
                &mut page,
                &receipt,
                &Beside {
                    variant: None,
                    shipping_known: true,
                },
            );
            output.show(&page)
        }
    }
}
