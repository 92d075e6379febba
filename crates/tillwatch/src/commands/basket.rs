//! `basket`: a wishlist split into the checkouts that cost least together.

use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use tillwatch_core::basket::{self, Answer, Basket, Progress, Wishlist, explain};
use tillwatch_core::market::Markets;
use tillwatch_core::rules::RuleSet;
use tillwatch_core::stack::explain::amount;

use super::{Shape, each_value};
use crate::clock::Stopwatch;
use crate::failure::Status;
use crate::output::Output;
use crate::page::{Ink, Page};
use crate::receipt::{self, moment, notes};
use crate::rules::Rules;
use crate::table::{Align, Table};

/// Nothing is said of a search that is shorter.
const PATIENCE: Duration = Duration::from_secs(1);

/// So often what is said of a long one is said anew.
const EACH: Duration = Duration::from_millis(200);

/// No more advice of a sort is printed.
const MOST_ADVICE: usize = 4;

/// Split a wishlist into the checkouts that cost least together, with proof
///
/// The input is a checkout with all lines and all discounts, whose `uses` say in how many checkouts each can be used, and
/// with `limits` if there are any: `max_checkouts`, `max_merchandise`, `together`, `apart`. Several come one a line, and
/// so do the answers. A line may name its `tariff_heading`, where the market charges for each.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch basket --input examples/wishlist.json
  tillwatch basket --input examples/wishlist.json --time-limit 60 --json
  tillwatch basket < wishlists.ndjson > baskets.ndjson")]
pub(crate) struct Arguments {
    /// The wishlist, or one a line; standard input if not given or `-`
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// A rule set by name or a file with one; it wins over the one that the wishlist names
    #[arg(long, value_name = "ID|FILE")]
    rules: Option<String>,
    /// After so many seconds the best split so far is the answer, with its bound
    #[arg(long, value_name = "S", default_value_t = 10)]
    time_limit: u32,
}

/// Answers each wishlist.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> anyhow::Result<Status> {
    let rules = Rules::load(arguments.rules.as_deref())?;
    let markets = Markets::built_in()?;
    let limit = Duration::from_secs(u64::from(arguments.time_limit));
    each_value(arguments.input.as_deref(), output, |json, shape, output| {
        let read = basket::read(json, &markets)?;
        let wishlist = &read.value;
        let set = rules.of(&wishlist.checkout)?;
        let split = solve(wishlist, set, limit)?;
        let advice = basket::advice(wishlist, set, &split);
        let drawer = basket::drawer(wishlist, set, &split);
        let notes = basket::notes(&markets, wishlist, &split);
        let answer = Answer {
            wishlist,
            rules: set,
            basket: &split,
            advice: &advice,
            drawer: &drawer,
            notes: &notes,
            warnings: &read.warnings,
        };
        match shape {
            Shape::Json => output.value(&answer),
            Shape::Text => {
                let mut page = output.page().at_most(receipt::WIDTH);
                write(&mut page, &answer);
                output.show(&page)
            }
        }
    })
}

/// The best split that is found in so much time; a long search tells a terminal how far it is.
fn solve(wishlist: &Wishlist, rules: &RuleSet, limit: Duration) -> anyhow::Result<Basket> {
    let watch = Stopwatch::start();
    let told = std::io::stderr().is_terminal();
    let mut last = Duration::ZERO;
    let split = basket::best(wishlist, rules, &mut |progress| {
        let since = watch.elapsed();
        if told && since > PATIENCE && since.saturating_sub(last) > EACH {
            last = since;
            tell(progress, since);
        }
        if since < limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    if last > Duration::ZERO {
        eprint!("\r\x1b[K");
    }
    Ok(split?)
}

fn tell(progress: &Progress, since: Duration) {
    let (best, least) = (amount(progress.best), amount(progress.lower_bound));
    eprint!("\r\x1b[K{} s: {best} so far, not under {least}", since.as_secs());
    // What cannot be shown is not missed.
    _ = std::io::stderr().flush();
}

fn write(page: &mut Page, answer: &Answer<'_>) {
    head(page, answer);
    for place in 0..answer.basket.parts.len() {
        checkout(page, answer, place);
    }
    compared(page, answer);
    advised(page, answer);
    drawer(page, answer);
    let mut told: Vec<&str> = answer.notes.iter().flatten().map(|note| note.text.as_str()).collect();
    told.sort_unstable();
    told.dedup();
    notes(page, "Market", told.into_iter());
    notes(page, "Warnings", answer.warnings.iter().map(String::as_str));
}

fn head(page: &mut Page, answer: &Answer<'_>) {
    let checkout = &answer.wishlist.checkout;
    let count = match answer.basket.parts.len() {
        1 => "one checkout".to_owned(),
        count => format!("{count} checkouts"),
    };
    page.paragraph(
        0,
        Ink::Bold,
        &format!("{} at the till in {count}", amount(answer.basket.total)),
    );
    let facts = format!(
        "shipped to {} · {} · rules {}",
        checkout.market,
        moment(checkout.at),
        answer.rules.id
    );
    page.paragraph(0, Ink::Dim, &facts);
    page.paragraph(0, Ink::Plain, &explain::proof(answer));
}

fn checkout(page: &mut Page, answer: &Answer<'_>, place: usize) {
    let Some(part) = answer.basket.parts.get(place) else {
        return;
    };
    page.heading(&format!("Checkout {}: {}", place + 1, amount(part.total())));
    for line in &part.lines {
        let Some(bought) = answer.wishlist.checkout.lines.get(*line) else {
            continue;
        };
        let pieces = if bought.quantity == 1 {
            String::new()
        } else {
            format!("{} × ", bought.quantity)
        };
        let left = format!("{}. {pieces}{}", line + 1, receipt::title(bought, 60));
        page.pair(2, Ink::Plain, &left, &bought.listed().to_string());
    }
    let before = part.stack.before;
    if before.shipping.is_positive() {
        page.pair(2, Ink::Plain, "Shipping", &before.shipping.to_string());
    }
    for applied in &part.stack.applied {
        page.pair(
            2,
            Ink::Good,
            answer.id(applied.discount),
            &format!("-{}", applied.amount),
        );
    }
    if let Some(import) = part.import.filter(|import| import.is_positive()) {
        page.pair(2, Ink::Plain, "Import charge", &import.to_string());
    }
}

fn compared(page: &mut Page, answer: &Answer<'_>) {
    page.heading("Compared");
    let mut table = Table::new(
        2,
        [
            ("", Align::Left),
            ("TOTAL", Align::Right),
            ("THIS SPLIT IS", Align::Left),
        ],
    );
    let basket = answer.basket;
    for (name, total) in [
        ("all in one checkout", basket.one_checkout_total),
        ("each line alone", basket.each_alone_total),
        ("by hand, line after line", basket.by_hand_total),
    ] {
        table.row([name.to_owned(), total.to_string(), explain::against(answer, total)]);
    }
    page.table(&table);
}

fn advised(page: &mut Page, answer: &Answer<'_>) {
    let advice = answer.advice;
    let gains = advice
        .add
        .iter()
        .filter(|add| add.miss.gain.is_positive())
        .take(MOST_ADVICE);
    let mut told: Vec<String> = gains.map(|add| explain::add(answer, add)).collect();
    told.extend(
        advice
            .shift
            .iter()
            .take(MOST_ADVICE)
            .map(|shift| explain::shift(answer, shift)),
    );
    notes(page, "What would unlock more", told.iter().map(String::as_str));
    let kept: Vec<String> = advice
        .keep
        .iter()
        .take(MOST_ADVICE)
        .map(|keep| explain::keep(answer, keep))
        .collect();
    notes(page, "What can wait", kept.iter().map(String::as_str));
}

fn drawer(page: &mut Page, answer: &Answer<'_>) {
    let soon: Vec<String> = answer
        .drawer
        .iter()
        .filter(|drawn| drawn.lapses_soon)
        .map(|drawn| {
            let until = drawn.until.map(moment).unwrap_or_default();
            format!("{until}  {}", explain::drawn(answer, drawn))
        })
        .collect();
    notes(page, "Lapses within 7 days", soon.iter().map(String::as_str));
}
