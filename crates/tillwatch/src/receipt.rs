//! The receipt for people: what is paid, how it came about, and why the rest did not apply.

mod shares;

use std::collections::BTreeSet;

use tillwatch_core::checkout::Line;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::stack::explain::{amount, near_miss, offer, refusal};
use tillwatch_core::stack::{Applied, Receipt};

use crate::page::{Ink, Page};
use crate::table::{Align, Table};

/// No receipt is wider.
pub(crate) const WIDTH: usize = 80;

/// Titles are cut here; sellers write whole sentences into them.
const TITLE: usize = 110;

/// No more near misses are told, the nearest first.
const MOST_MISSES: usize = 4;

/// What is known of a checkout beside its receipt.
pub(crate) struct Beside<'a> {
    /// The name of the variant of its only line.
    pub(crate) variant: Option<&'a str>,
    /// Whether its shipping is known: a total without it must not look like the whole.
    pub(crate) shipping_known: bool,
}

/// Writes a whole receipt.
pub(crate) fn write(page: &mut Page, receipt: &Receipt<'_>, beside: &Beside<'_>) {
    head(page, receipt, beside);
    lines(page, receipt, beside);
    steps(page, receipt);
    totals(page, receipt, beside);
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

fn head(page: &mut Page, receipt: &Receipt<'_>, beside: &Beside<'_>) {
    let (checkout, stack) = (receipt.checkout, receipt.stack);
    let saved = match stack.saved() {
        none if none.is_zero() => "no discount applies".to_owned(),
        saved => format!("{} less than without discounts", amount(saved)),
    };
    let without = if beside.shipping_known { "" } else { " without shipping" };
    page.paragraph(
        0,
        Ink::Bold,
        &format!("{} at the till{without}, {saved}", amount(stack.total())),
    );
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

/// A line's name for people, cut after so many characters.
pub(crate) fn title(line: &Line, most: usize) -> String {
    match &line.title {
        Some(title) if title.chars().count() > most => {
            let cut: String = title.chars().take(most).collect();
            format!("{}…", cut.trim_end())
        }
        Some(title) => title.clone(),
        None => format!("item {}", line.item),
    }
}

fn lines(page: &mut Page, receipt: &Receipt<'_>, beside: &Beside<'_>) {
    let checkout = receipt.checkout;
    for line in &checkout.lines {
        let pieces = if line.quantity == 1 {
            String::new()
        } else {
            format!("{} × {} · ", line.quantity, line.unit_price)
        };
        page.pair(
            2,
            Ink::Plain,
            &format!("{pieces}{}", title(line, TITLE)),
            &line.listed().to_string(),
        );
        let facts = [
            line.title.as_ref().map(|_| format!("item {}", line.item)),
            line.sku.as_ref().map(|sku| format!("variant {sku}")),
            beside.variant.map(ToOwned::to_owned),
            line.warehouse.as_ref().map(|from| format!("from {from}")),
        ];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        if !facts.is_empty() {
            page.paragraph(2, Ink::Dim, &facts.join(" · "));
        }
    }
    let before = receipt.stack.before;
    page.pair(2, Ink::Plain, "Shipping", &shipping(before.shipping, beside));
    page.rule();
    if !receipt.stack.applied.is_empty() {
        page.pair(2, Ink::Plain, "Without discounts", &before.total().to_string());
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
            receipt.name(applied.discount).to_owned(),
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

fn shipping(fee: Money, beside: &Beside<'_>) -> String {
    if beside.shipping_known {
        fee.to_string()
    } else {
        "not known".to_owned()
    }
}

fn totals(page: &mut Page, receipt: &Receipt<'_>, beside: &Beside<'_>) {
    let (checkout, stack) = (receipt.checkout, receipt.stack);
    let (after, saved) = (stack.after, stack.saved());
    if !stack.applied.is_empty() {
        page.rule();
        page.pair(2, Ink::Plain, "Goods", &after.merchandise.to_string());
        page.pair(2, Ink::Plain, "Shipping", &shipping(after.shipping, beside));
    }
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
        let ends = |place: usize| {
            receipt
                .discount(place)
                .is_some_and(|discount| discount.valid_until == Some(end))
        };
        let first = stack
            .applied
            .iter()
            .map(|applied| applied.discount)
            .find(|place| ends(*place));
        let first = first
            .map(|place| format!(", when {} ends", receipt.name(place)))
            .unwrap_or_default();
        page.end();
        page.paragraph(2, Ink::Plain, &format!("Earliest expiry: {}{first}.", moment(end)));
    }
}

/// Each discount that did not apply with its reason; one sentence for neighbours that share it.
fn refused(page: &mut Page, receipt: &Receipt<'_>) {
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for refused in &receipt.stack.refused {
        let offered = receipt.discount(refused.discount).map(offer).unwrap_or_default();
        let name = format!("{}, {offered}", receipt.name(refused.discount));
        let reason = refusal(receipt, refused);
        match told.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => told.push((reason, vec![name])),
        }
    }
    if !told.is_empty() {
        page.heading("Not applied");
    }
    for (reason, names) in told {
        for name in names {
            page.paragraph(2, Ink::Plain, &name);
        }
        page.paragraph(4, Ink::Dim, &reason);
    }
}

fn near_misses(page: &mut Page, receipt: &Receipt<'_>) {
    let gains = receipt.near_misses.iter().filter(|miss| miss.gain.is_positive());
    let mut nearest: Vec<_> = gains.collect();
    nearest.sort_by_key(|miss| miss.add.minor());
    let told: Vec<String> = nearest
        .iter()
        .take(MOST_MISSES)
        .map(|miss| near_miss(receipt, miss))
        .collect();
    notes(page, "Near misses", told.iter().map(String::as_str));
    if let Some(more) = nearest.len().checked_sub(MOST_MISSES).filter(|more| *more > 0) {
        page.paragraph(2, Ink::Dim, &format!("and {more} farther away; --json lists all"));
    }
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
