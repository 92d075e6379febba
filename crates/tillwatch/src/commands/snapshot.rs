//! `snapshot`: what a saved page, an API answer or a recording shows.

use std::path::PathBuf;

use tillwatch_core::country::Country;
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_core::stack::explain::{amount, offer};
use tillwatch_net::readers::{Asked, read_asked};

use crate::failure::Status;
use crate::input::read_all;
use crate::output::Output;
use crate::page::{Ink, Page};
use crate::table::{Align, Table};

/// Say what a saved page, API answer, HAR file, search result or feed shows
///
/// One answer for each listing in it. What is no readable listing is named (blocked, removed, other currency and so on)
/// and carries no price; the exit status is 1 when nothing in it does.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch snapshot page.html
  tillwatch snapshot --json --market DE answer.json")]
pub(crate) struct Arguments {
    /// The file; `-` is standard input
    file: PathBuf,
    /// The ship-to country that was asked for, such as US; what is for another one is not taken for it
    #[arg(long, value_name = "CC", value_parser = Country::parse)]
    market: Option<Country>,
}

/// Reads the file and prints what is in it.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> anyhow::Result<Status> {
    let asked = Asked {
        market: arguments.market,
        ..Asked::default()
    };
    let seen = read_asked(&read_all(&arguments.file)?, &asked);
    let mut page = output.page();
    for (number, one) in seen.iter().enumerate() {
        if output.json {
            output.value(one)?;
        } else {
            if number > 0 {
                page.rule();
            }
            show(&mut page, one);
        }
    }
    output.show(&page)?;
    Ok(Status::all_answered(seen.iter().any(|one| one.outcome == Outcome::Ok)))
}

/// A listing for people.
fn show(page: &mut Page, seen: &Snapshot) {
    page.paragraph(0, Ink::Bold, seen.title.as_deref().unwrap_or("(no title)"));
    let detail = seen
        .detail
        .as_ref()
        .map(|detail| format!(": {detail}"))
        .unwrap_or_default();
    page.paragraph(0, Ink::Plain, &format!("{}{detail}", seen.outcome));
    page.paragraph(0, Ink::Dim, &facts(seen));
    variants(page, seen);
    if !seen.shipping.is_empty() {
        page.heading("Shipping");
    }
    for way in &seen.shipping {
        let fee = if way.fee.is_zero() {
            "free".to_owned()
        } else {
            amount(way.fee)
        };
        let days = way.days.map(|(least, most)| format!("{least} to {most} days"));
        let pool = way.pool.as_ref().map(|pool| format!("shared by {pool}"));
        let waived = way.free_from.map(|from| format!("free from {}", amount(from)));
        let words = [way.service.clone(), pool, waived, days];
        let words: Vec<String> = words.into_iter().flatten().collect();
        page.pair(2, Ink::Plain, &words.join(", "), &fee);
    }
    discounts(page, seen);
    if !seen.notes.is_empty() {
        page.heading("Notes");
    }
    for note in &seen.notes {
        page.paragraph(2, Ink::Plain, note);
    }
}

fn facts(seen: &Snapshot) -> String {
    let facts = [
        seen.item.as_ref().map(|item| format!("item {item}")),
        seen.store.as_ref().map(|store| format!("store {store}")),
        seen.market.map(|market| format!("shipped to {market}")),
        seen.currency.map(|currency| format!("in {currency}")),
        seen.seen_at.map(|at| format!("seen {}", crate::receipt::moment(at))),
    ];
    facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn variants(page: &mut Page, seen: &Snapshot) {
    let columns = [
        ("VARIANT", Align::Left),
        ("NAME", Align::Left),
        ("FROM", Align::Left),
        ("STOCK", Align::Right),
        ("LIST", Align::Right),
        ("PRICE", Align::Right),
    ];
    let mut table = Table::new(2, columns);
    let text = |money: Option<Money>| money.map_or_else(|| "-".to_owned(), |money| money.to_string());
    for one in &seen.variants {
        let ink = if one.salable { Ink::Plain } else { Ink::Dim };
        let cells = [
            one.sku.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            one.name.clone().unwrap_or_default(),
            one.warehouse.as_ref().map(ToString::to_string).unwrap_or_default(),
            one.stock.map_or_else(|| "-".to_owned(), |stock| stock.to_string()),
            text(one.list_price),
            text(one.price),
        ];
        table.inked(ink, cells);
    }
    if !table.is_empty() {
        page.heading("Variants");
        page.table(&table);
    }
}

fn discounts(page: &mut Page, seen: &Snapshot) {
    let columns = [("DISCOUNT", Align::Left), ("KIND", Align::Left), ("OFFER", Align::Left)];
    let mut table = Table::new(2, columns);
    for one in &seen.discounts {
        let kind = one.kind.to_string().replace('_', " ");
        table.row([one.id.to_string(), kind, offer(one)]);
    }
    if !table.is_empty() {
        page.heading("Discounts shown");
        page.table(&table);
    }
}
