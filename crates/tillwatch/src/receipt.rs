//! The receipt for people: what is paid, how it came about, and why the rest did not apply.

mod shares;

use std::collections::BTreeSet;

use tillwatch_core::checkout::{Checkout, Line};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::stack::explain::{amount, near_miss, offer, refusal};
use tillwatch_core::stack::{Applied, Receipt};

use crate::page::{Ink, Page};
use crate::table::{Align, Table};

/// No receipt is wider.
pub(crate) const WIDTH: usize = 80;

/// Titles are cut after so many characters; sellers write whole sentences into them.
const TITLE: usize = 110;

/// Writes a whole receipt.
pub(crate) fn write(page: &mut Page, receipt: &Receipt<'_>) {
    head(page, receipt);
    lines(page, receipt);
    steps(page, receipt);
    totals(page, receipt);
    shares::write(page, receipt);
    refused(page, receipt);
    near_misses(page, receipt);
    personal(page, receipt);
    other_rules(page, receipt);
    notes(page, "Warnings", receipt.warnings.iter().map(String::as_str));
}

/// A heading with a paragraph for each text; nothing where there is none.
pub(crate) fn notes<'a>(page: &mut Page, heading: &str, texts: impl Iterator<Item = &'a str>) {
    let mut texts = texts.peekable();
    if texts.peek().is_some() {
        page.heading(heading);
    }
    for text in texts {
        page.paragraph(2, Ink::Plain, text);
    }
}

/// A moment as people read it: `2026-06-03 12:00 UTC`, with seconds only where there are some.
pub(crate) fn moment(at: Instant) -> String {
    let text = at.to_string();
    let (Some(day), Some(time)) = (text.get(..10), text.get(11..16)) else {
        return text;
    };
    let seconds = text.get(16..19).filter(|seconds| *seconds != ":00").unwrap_or_default();
    let offset = match text.rfind(['Z', '+', '-']).and_then(|start| text.get(start..)) {
        Some("Z") | None => "UTC",
        Some(offset) => offset,
    };
    format!("{day} {time}{seconds} {offset}")
}

fn head(page: &mut Page, receipt: &Receipt<'_>) {
    let (checkout, stack) = (receipt.checkout, receipt.stack);
    let saved = match stack.saved() {
        none if none.is_zero() => "no discount applies".to_owned(),
        saved => format!("{} less than without discounts", amount(saved)),
    };
    page.paragraph(0, Ink::Bold, &format!("{} at the till, {saved}", amount(stack.total())));
    let facts = format!(
        "shipped to {} · {} · rules {}",
        checkout.market,
        moment(checkout.at),
        stack.rules
    );
    page.paragraph(0, Ink::Dim, &facts);
    if !stack.proven {
        let bounded = "The search was cut short: a cheaper choice cannot be ruled out.";
        page.paragraph(0, Ink::Plain, bounded);
    }
    page.end();
}

/// A line's name for people.
fn title(line: &Line) -> String {
    match &line.title {
        Some(title) if title.chars().count() > TITLE => {
            let cut: String = title.chars().take(TITLE).collect();
            format!("{}…", cut.trim_end())
        }
        Some(title) => title.clone(),
        None => format!("item {}", line.item),
    }
}

fn lines(page: &mut Page, receipt: &Receipt<'_>) {
    let checkout = receipt.checkout;
    for line in &checkout.lines {
        let pieces = if line.quantity == 1 {
            String::new()
        } else {
            format!("{} × {}  ", line.quantity, line.unit_price)
        };
        page.pair(
            2,
            Ink::Plain,
            &format!("{pieces}{}", title(line)),
            &line.listed().to_string(),
        );
        let facts = [
            line.title.as_ref().map(|_| format!("item {}", line.item)),
            line.sku.as_ref().map(|sku| format!("variant {sku}")),
            line.warehouse.as_ref().map(|from| format!("from {from}")),
        ];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        if !facts.is_empty() {
            page.paragraph(2, Ink::Dim, &facts.join(" · "));
        }
    }
    let before = receipt.stack.before;
    page.pair(2, Ink::Plain, "Shipping", &shipping(checkout, before.shipping));
    page.rule();
    page.pair(2, Ink::Plain, "Without discounts", &before.total().to_string());
}

/// A fee of nothing is said in a word; a waived pool too.
fn shipping(checkout: &Checkout, fee: Money) -> String {
    match fee {
        fee if fee.is_positive() => fee.to_string(),
        _ if checkout.pools.iter().any(|pool| pool.fee.is_positive()) => "waived".to_owned(),
        _ => "free".to_owned(),
    }
}

fn steps(page: &mut Page, receipt: &Receipt<'_>) {
    let columns = [
        ("STEP", Align::Left),
        ("DISCOUNT", Align::Left),
        ("OFFER", Align::Left),
        ("OF", Align::Right),
        ("TAKES", Align::Right),
        ("LEAVES", Align::Right),
    ];
    let mut table = Table::new(2, columns);
    for applied in &receipt.stack.applied {
        table.row([
            step(receipt, applied),
            receipt.id(applied.discount).to_owned(),
            receipt.discount(applied.discount).map(offer).unwrap_or_default(),
            applied.base.to_string(),
            format!("-{}", applied.amount),
            applied.after.to_string(),
        ]);
    }
    if !table.is_empty() {
        page.end();
        page.table(&table);
    }
}

/// The step's name, with the store or seller where the checkout has several.
fn step(receipt: &Receipt<'_>, applied: &Applied) -> String {
    let name = receipt.step(applied).replace('_', " ");
    let slots: BTreeSet<_> = receipt
        .stack
        .applied
        .iter()
        .filter(|other| other.step == applied.step)
        .map(|other| &other.slot)
        .collect();
    match applied.slot.id().filter(|_| slots.len() > 1) {
        Some(id) => format!("{name} {id}"),
        None => name,
    }
}

fn totals(page: &mut Page, receipt: &Receipt<'_>) {
    let (checkout, stack) = (receipt.checkout, receipt.stack);
    let (after, saved) = (stack.after, stack.saved());
    page.rule();
    page.pair(2, Ink::Plain, "Goods", &after.merchandise.to_string());
    page.pair(2, Ink::Plain, "Shipping", &shipping(checkout, after.shipping));
    let total = format!("TOTAL in {}", checkout.currency);
    page.pair(2, Ink::Bold, &total, &after.total().to_string());
    if saved.is_positive() {
        let percent = format!("Saved, {} %", receipt.saved_percent());
        page.pair(2, Ink::Good, &percent, &saved.to_string());
    }
    if let Some((rate, tax)) = receipt.tax_added() {
        let with = after.total().checked_add(tax).unwrap_or(after.total());
        page.pair(
            2,
            Ink::Plain,
            &format!("Tax of {rate} %, added at the till"),
            &tax.to_string(),
        );
        page.pair(2, Ink::Bold, "Total with tax", &with.to_string());
    }
    if let Some(end) = stack.earliest_expiry {
        let first = stack
            .discounts(checkout)
            .find(|discount| discount.valid_until == Some(end));
        let first = first
            .map(|discount| format!(", when {} ends", discount.id))
            .unwrap_or_default();
        page.end();
        page.paragraph(2, Ink::Plain, &format!("Earliest expiry: {}{first}.", moment(end)));
    }
}

fn refused(page: &mut Page, receipt: &Receipt<'_>) {
    if !receipt.stack.refused.is_empty() {
        page.heading("Not applied");
    }
    for refused in &receipt.stack.refused {
        let offered = receipt.discount(refused.discount).map(offer).unwrap_or_default();
        page.paragraph(2, Ink::Plain, &format!("{}, {offered}", receipt.id(refused.discount)));
        page.paragraph(4, Ink::Dim, &refusal(receipt, refused));
    }
}

fn near_misses(page: &mut Page, receipt: &Receipt<'_>) {
    let told: Vec<String> = receipt
        .near_misses
        .iter()
        .map(|miss| near_miss(receipt, miss))
        .collect();
    notes(page, "Near misses", told.iter().map(String::as_str));
}

fn personal(page: &mut Page, receipt: &Receipt<'_>) {
    let Some(public) = receipt.public_total else { return };
    let (checkout, total) = (receipt.checkout, receipt.stack.total());
    let held: Vec<&str> = checkout
        .holds
        .iter()
        .map(tillwatch_core::id::DiscountId::as_str)
        .collect();
    let held = held.join(", ");
    page.heading("Personal layer");
    let told = match public.checked_sub(total).filter(|less| less.is_positive()) {
        Some(less) => format!(
            "With what is yours ({held}) you pay {} less; for everybody else the total is {}.",
            amount(less),
            amount(public)
        ),
        None => format!("What is yours ({held}) changes nothing here; the total is the same for everybody."),
    };
    page.paragraph(2, Ink::Plain, &told);
}

fn other_rules(page: &mut Page, receipt: &Receipt<'_>) {
    if !receipt.other_rules.is_empty() {
        page.heading("Other rule sets");
        page.paragraph(
            2,
            Ink::Dim,
            "Sources disagree on the till's rules. By these the total is another:",
        );
    }
    for other in receipt.other_rules {
        page.pair(2, Ink::Plain, other.rules, &other.total.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_short_and_keeps_its_offset() {
        for (written, told) in [
            ("2026-06-03T12:00:00Z", "2026-06-03 12:00 UTC"),
            ("2026-06-11T00:00:00-07:00", "2026-06-11 00:00 -07:00"),
            ("2026-06-10T23:59:59+02:00", "2026-06-10 23:59:59 +02:00"),
            ("2026-06-03T12:00:00.5Z", "2026-06-03 12:00 UTC"),
        ] {
            assert_eq!(Instant::parse(written).map(moment).as_deref(), Ok(told));
        }
    }
}
