//! The part of a receipt that says what each line of several pays.

use tillwatch_core::money::Money;
use tillwatch_core::stack::{Applied, Receipt};

use super::title;
use crate::page::{Ink, Page};
use crate::table::{Align, Table};

/// The lines were named in full before.
const TITLE: usize = 40;

/// Each line with its share of every discount; nothing for a single line.
pub(super) fn write(page: &mut Page, receipt: &Receipt<'_>) {
    let lines = &receipt.checkout.lines;
    if lines.len() < 2 {
        return;
    }
    page.heading("Shares of the lines");
    let columns = [
        ("LINE", Align::Left),
        ("LISTED", Align::Right),
        ("DISCOUNTS", Align::Right),
        ("SHIPPING", Align::Right),
        ("PAYS", Align::Right),
    ];
    let mut table = Table::new(2, columns);
    for (place, line) in lines.iter().enumerate() {
        let off = taken(receipt, false, |applied| applied.by_line.get(place));
        let shipping = less(
            line.shipping,
            taken(receipt, true, |applied| applied.by_line.get(place)),
        );
        let goods = less(line.listed(), off);
        table.row([
            title(line, TITLE),
            line.listed().to_string(),
            minus(off),
            shipping.to_string(),
            goods.checked_add(shipping).unwrap_or(goods).to_string(),
        ]);
        let parts: Vec<String> = parts(receipt, place).collect();
        if !parts.is_empty() {
            let [listed, off, shipping, pays] = std::array::from_fn(|_| String::new());
            table.inked(Ink::Dim, [parts.join(", "), listed, off, shipping, pays]);
        }
    }
    let own = lines
        .iter()
        .try_fold(Money::zero(receipt.checkout.currency), |sum, line| {
            sum.checked_add(line.shipping)
        });
    let pools = own.and_then(|own| receipt.stack.before.shipping.checked_sub(own));
    if let Some(fees) = pools.filter(|fees| fees.is_positive()) {
        let off = receipt
            .stack
            .applied
            .iter()
            .flat_map(|applied| &applied.by_pool)
            .try_fold(Money::zero(fees.currency()), |sum, part| sum.checked_add(*part));
        let left = off.map_or(fees, |off| less(fees, off));
        let [listed, off] = std::array::from_fn(|_| String::new());
        table.row([
            "Shared shipping".to_owned(),
            listed,
            off,
            left.to_string(),
            left.to_string(),
        ]);
    }
    page.table(&table);
}

/// What all price discounts, or all shipping discounts, took somewhere.
fn taken<'a>(receipt: &'a Receipt<'_>, shipping: bool, part: impl Fn(&'a Applied) -> Option<&'a Money>) -> Money {
    let of_sort = receipt.stack.applied.iter().filter(|applied| {
        receipt
            .discount(applied.discount)
            .is_some_and(|discount| discount.benefit.is_shipping() == shipping)
    });
    let none = Money::zero(receipt.checkout.currency);
    of_sort
        .filter_map(part)
        .fold(none, |sum, part| sum.checked_add(*part).unwrap_or(sum))
}

/// `PLATFORM5 3.12` for each discount that took something from a line.
fn parts<'a>(receipt: &'a Receipt<'_>, place: usize) -> impl Iterator<Item = String> + 'a {
    receipt.stack.applied.iter().filter_map(move |applied| {
        let part = applied.by_line.get(place).filter(|part| part.is_positive())?;
        Some(format!("{} {part}", receipt.id(applied.discount)))
    })
}

fn less(from: Money, what: Money) -> Money {
    from.checked_sub(what).unwrap_or(from)
}

fn minus(off: Money) -> String {
    if off.is_zero() {
        off.to_string()
    } else {
        format!("-{off}")
    }
}
