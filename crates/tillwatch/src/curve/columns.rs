//! Time cut into columns: what each column of a plot has to show of a line.

use tillwatch_core::history::{Known, Minute, Span};

/// What happens within one column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Column {
    /// The lowest and the highest price that counts.
    pub(super) prices: Option<(i64, i64)>,
    /// The price that still holds at its end.
    pub(super) leaves: Option<i64>,
    /// Prices that do not count.
    pub(super) voided: Vec<i64>,
    /// Whether nobody could see during some of it.
    pub(super) gap: bool,
}

/// The column of a minute; one outside of the view is in the nearest.
pub(super) fn column(at: Minute, from: Minute, until: Minute, width: usize) -> usize {
    let (wide, all) = (u64::try_from(width).unwrap_or(u64::MAX), u64::from(until.since(from)));
    let place = u64::from(at.since(from))
        .saturating_mul(wide)
        .checked_div(all)
        .unwrap_or(0);
    usize::try_from(place)
        .unwrap_or(usize::MAX)
        .min(width.saturating_sub(1))
}

/// The columns of a line. No price is lost: a column has the extremes of whatever passes in it.
pub(super) fn columns(spans: &[Span<'_>], from: Minute, until: Minute, width: usize) -> Vec<Column> {
    let mut columns = vec![Column::default(); width];
    let place = |at: Minute| column(at, from, until, width);
    for span in spans {
        let (first, last) = (place(span.from), place(span.until.minus(1).max(span.from)));
        // Whether it reaches into the next column, or to the edge of the view.
        let goes_on = span.until > span.from && (place(span.until) > last || span.until == until);
        for (number, column) in columns.iter_mut().enumerate().take(last.saturating_add(1)).skip(first) {
            column.leaves = None;
            match span.known {
                Known::Gap(_) => column.gap = true,
                Known::Price {
                    price, void: Some(_), ..
                } => column.voided.push(price.minor()),
                Known::Price { price, void: None, .. } => {
                    let minor = price.minor();
                    let (low, high) = column.prices.unwrap_or((minor, minor));
                    column.prices = Some((low.min(minor), high.max(minor)));
                    column.leaves = (number < last || goes_on).then_some(minor);
                }
            }
        }
    }
    columns
}
