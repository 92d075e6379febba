//! A quote for people: the receipt, and what to know beside it.

use tillwatch_core::id::SkuId;
use tillwatch_core::market::MarketNote;
use tillwatch_core::quote::{Answer, Other};

use crate::page::{Ink, Page};
use crate::receipt::{self, Beside};
use crate::table::{Align, Table};

/// No more other variants are listed.
const MOST_VARIANTS: usize = 6;

/// Writes the receipt and the rest.
pub(super) fn write(page: &mut Page, answer: &Answer<'_>) {
    let variant = answer.variant.and_then(|variant| variant.name.as_deref());
    let shipping_known = answer.shipping_known;
    receipt::write(
        page,
        &answer.stack,
        &Beside {
            variant,
            shipping_known,
        },
    );
    variants(page, &answer.other_variants);
    receipt::notes(page, "Notes", answer.notes.iter().map(String::as_str));
    market(page, answer.market_notes);
    page.end();
    page.paragraph(0, Ink::Dim, &answer.link);
}

/// The cheapest of the other variants, each with its own best stack and shipping.
fn variants(page: &mut Page, others: &[Other<'_>]) {
    if !others.is_empty() {
        page.heading("Other variants, each with its own best stack");
    }
    let mut table = Table::new(2, [("", Align::Left), ("", Align::Right), ("", Align::Right)]);
    for other in others.iter().take(MOST_VARIANTS) {
        let name = other
            .name
            .or_else(|| other.sku.map(SkuId::as_str))
            .unwrap_or("(no name)");
        let from = other.warehouse.map(|from| format!(", from {from}")).unwrap_or_default();
        let difference = match other.difference {
            Some(more) if more.is_positive() => format!("+{more}"),
            Some(less) if !less.is_zero() => less.to_string(),
            _ => "the same".to_owned(),
        };
        table.row([format!("{name}{from}"), other.total.to_string(), difference]);
    }
    page.table(&table);
    if let Some(more) = others.len().checked_sub(MOST_VARIANTS).filter(|more| *more > 0) {
        page.paragraph(2, Ink::Dim, &format!("and {more} more; --json lists all"));
    }
}

fn market(page: &mut Page, notes: &[MarketNote]) {
    if !notes.is_empty() {
        page.heading("In this market");
    }
    for note in notes {
        page.paragraph(2, Ink::Plain, &note.text);
        let facts = format!("as of {}, {} confidence:", note.as_of, note.confidence);
        page.paragraph(4, Ink::Dim, &facts);
        // Whole, so that it can be copied.
        page.line(Ink::Dim, &format!("    {}", note.source));
    }
}
