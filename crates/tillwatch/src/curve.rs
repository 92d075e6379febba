//! A price curve in the terminal: step-after lines over a price axis and dates, with gaps hatched and the low marked.
//!
//! The axis is that of the prices in view. Where one that hardly lasted stretches it, the legend says so, and a voided
//! price never does: it is marked at the edge if it lies outside.

mod axis;
mod columns;

use tillwatch_core::history::{Extreme, Known, Minute, Span};
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Outcome;
use unicode_width::UnicodeWidthStr;

use crate::page::{Ink, Page};
use crate::words;
use axis::Axis;
use columns::{Column, columns};

/// Gaps that the legend tells one by one.
const MOST_GAPS: usize = 4;

/// A price that held for a smaller share of the view than one in this many hardly lasted.
const HARDLY: u64 = 50;

/// What is drawn.
pub(crate) struct Curve<'a> {
    /// The first minute in view.
    pub(crate) from: Minute,
    /// The first minute after it.
    pub(crate) until: Minute,
    /// The currency of the prices.
    pub(crate) currency: Currency,
    /// One line, or two; the first is drawn bold.
    pub(crate) lines: Vec<Line<'a>>,
}

/// One lane.
pub(crate) struct Line<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// What is known of the view, in order.
    pub(crate) spans: Vec<Span<'a>>,
}

/// A line's strokes by which sides of its cell they reach: left 1, right 2, up 4, down 8.
const THIN: [char; 16] = [
    '•', '╴', '╶', '─', '╵', '╯', '╰', '┴', '╷', '╮', '╭', '┬', '│', '┤', '├', '┼',
];
const BOLD: [char; 16] = [
    '•', '╸', '╺', '━', '╹', '┛', '┗', '┻', '╻', '┓', '┏', '┳', '┃', '┫', '┣', '╋',
];
const LEFT: usize = 1;
const RIGHT: usize = 2;
const UP: usize = 4;
const DOWN: usize = 8;

/// One character of the plot.
#[derive(Clone, Copy)]
struct Cell {
    ink: Ink,
    sign: char,
}

const EMPTY: Cell = Cell {
    ink: Ink::Plain,
    sign: ' ',
};
const HATCH: Cell = Cell {
    ink: Ink::Dim,
    sign: '░',
};

impl Curve<'_> {
    /// Draws it over the width of the page, with its legend below.
    pub(crate) fn write(&self, page: &mut Page) {
        let Some(axis) = self.prices_in_view().and_then(|(low, high)| Axis::of(low, high)) else {
            page.line(Ink::Dim, "No price is known in the time in view.");
            self.tell_gaps(page);
            return;
        };
        let label = |row: usize| {
            axis.label(row)
                .map(|minor| Money::new(minor, self.currency).to_string())
        };
        let labels: Vec<Option<String>> = (0..axis.rows()).map(label).collect();
        let margin = labels.iter().flatten().map(|label| label.width()).max().unwrap_or(0);
        let width = page.width().saturating_sub(margin + 2).max(8);
        let drawn: Vec<Vec<Column>> = self
            .lines
            .iter()
            .map(|line| columns(&line.spans, self.from, self.until, width))
            .collect();
        let mut cells = vec![vec![EMPTY; width]; axis.rows()];
        if let Some(first) = drawn.first() {
            hatch(&mut cells, first);
        }
        for (number, line) in drawn.iter().enumerate().rev() {
            draw(&mut cells, line, &axis, number == 0);
        }
        let low = self.low();
        if let Some(low) = low {
            let column = columns::column(low.at, self.from, self.until, width);
            put(&mut cells, axis.row(low.price.minor()), column, Ink::Good, '●');
        }
        for (row, label) in cells.iter().zip(&labels) {
            let tick = if label.is_some() { '┤' } else { '│' };
            let label = label.as_deref().unwrap_or_default();
            page.piece(Ink::Dim, &format!("{label:>margin$} {tick}"));
            for alike in row.chunk_by(|one, other| one.ink == other.ink) {
                let signs: String = alike.iter().map(|cell| cell.sign).collect();
                page.piece(alike.first().map_or(Ink::Plain, |cell| cell.ink), &signs);
            }
            page.end();
        }
        self.write_dates(page, margin, drawn.first().map_or(&[], Vec::as_slice));
        self.write_legend(page, low);
    }

    /// The line below the plot with its dates; a gap too short for the plot is hatched on it.
    fn write_dates(&self, page: &mut Page, margin: usize, columns: &[Column]) {
        let width = columns.len();
        let mut rule: Vec<char> = columns
            .iter()
            .map(|column| if column.gap { '░' } else { '─' })
            .collect();
        let mut dates = String::new();
        for (at, text) in axis::dates(self.from, self.until, width) {
            let column = columns::column(at, self.from, self.until, width);
            if let Some(sign) = rule.get_mut(column) {
                *sign = '┬';
            }
            let used = dates.width();
            if used == 0 || column > used {
                dates.extend(std::iter::repeat_n(' ', column.saturating_sub(used)));
                // A date that would run over the edge ends at it.
                let over = (dates.width() + text.width()).saturating_sub(width);
                dates.truncate(dates.len().saturating_sub(over).max(used));
                dates.push_str(&text);
            }
        }
        let rule: String = rule.into_iter().collect();
        page.line(Ink::Dim, &format!("{:margin$} └{rule}", ""));
        page.line(Ink::Dim, &format!("{:margin$}  {dates}", ""));
    }

    fn write_legend(&self, page: &mut Page, low: Option<Extreme>) {
        let mut parts: Vec<String> = Vec::new();
        for (line, sign) in self.lines.iter().zip(["━━", "──"]) {
            parts.push(format!("{sign} {}", line.name));
        }
        if let Some(low) = low {
            let price = Money::new(low.price.minor(), self.currency);
            parts.push(format!("● low in view {price} on {}", words::day(low.at, self.until)));
        }
        page.paragraph(0, Ink::Plain, &parts.join("   "));
        if let Some(stretch) = self.stretch() {
            page.paragraph(0, Ink::Plain, &stretch);
        }
        self.tell_gaps(page);
        self.tell_voids(page);
    }

    /// Each gap in view by its outcome, the longest first where there are many.
    fn tell_gaps(&self, page: &mut Page) {
        let spans = self.lines.first().map_or(&[][..], |line| &line.spans);
        let mut gaps: Vec<(&Span<'_>, Outcome)> = spans
            .iter()
            .filter_map(|span| match span.known {
                Known::Gap(outcome) => Some((span, outcome)),
                Known::Price { .. } => None,
            })
            .collect();
        let length = |span: &Span<'_>| span.until.since(span.from);
        gaps.sort_by_key(|(span, _)| (std::cmp::Reverse(length(span)), span.from));
        let (told, rest) = gaps.split_at(gaps.len().min(MOST_GAPS));
        let mut told = told.to_vec();
        told.sort_by_key(|(span, _)| span.from);
        for (span, outcome) in told {
            let what = words::outcome(outcome);
            let from = words::moment(span.from, self.until);
            let text = format!(
                "░ nobody could see from {from} for {}: {what}",
                words::length(length(span))
            );
            page.paragraph(0, Ink::Plain, &text);
        }
        if !rest.is_empty() {
            let minutes = rest.iter().map(|(span, _)| length(span)).fold(0, u32::saturating_add);
            let text = format!("░ {} shorter gaps, {} together", rest.len(), words::length(minutes));
            page.paragraph(0, Ink::Plain, &text);
        }
    }

    fn tell_voids(&self, page: &mut Page) {
        let spans = self.lines.first().map_or(&[][..], |line| &line.spans);
        for span in spans {
            if let Known::Price {
                price,
                void: Some(void),
                ..
            } = span.known
            {
                let price = Money::new(price.minor(), self.currency);
                let from = words::moment(span.from, self.until);
                page.paragraph(
                    0,
                    Ink::Plain,
                    &format!("× {price} from {from} does not count: {}", void.reason),
                );
            }
        }
    }

    /// The prices in view that count, with the minutes that each held.
    fn held(&self) -> impl Iterator<Item = (i64, &Span<'_>)> {
        let spans = self.lines.iter().flat_map(|line| &line.spans);
        spans.filter_map(|span| match span.known {
            Known::Price { price, void: None, .. } => Some((price.minor(), span)),
            _ => None,
        })
    }

    fn prices_in_view(&self) -> Option<(i64, i64)> {
        let prices = || self.held().map(|(minor, _)| minor);
        prices().min().zip(prices().max())
    }

    /// The low of the bold line, as its first minute in view has it.
    fn low(&self) -> Option<Extreme> {
        let line = self.lines.first()?;
        let prices = line.spans.iter().filter_map(|span| match span.known {
            Known::Price { price, void: None, .. } => Some(Extreme { price, at: span.from }),
            _ => None,
        });
        prices.min_by_key(|one| one.price)
    }

    /// A sentence where prices that hardly lasted make the others look flat.
    fn stretch(&self) -> Option<String> {
        let mut held: Vec<(i64, &Span<'_>)> = self.held().collect();
        held.sort_by_key(|(minor, _)| *minor);
        let length = |span: &Span<'_>| u64::from(span.until.since(span.from));
        let all: u64 = held.iter().map(|(_, span)| length(span)).sum();
        let (low, high) = (held.first()?.0, held.last()?.0);
        let hardly = |left: &mut u64, span: &Span<'_>| {
            *left += length(span);
            Some(*left * HARDLY <= all)
        };
        let skip = |spans: &mut dyn Iterator<Item = &Span<'_>>| spans.scan(0, hardly).take_while(|one| *one).count();
        let bottom = skip(&mut held.iter().map(|(_, span)| *span));
        let top = skip(&mut held.iter().rev().map(|(_, span)| *span));
        let usual = held.get(bottom..held.len().checked_sub(top)?)?;
        let (usual_low, usual_high) = (usual.first()?.0, usual.last()?.0);
        if high - low <= 3 * (usual_high - usual_low) {
            return None;
        }
        let (end, usual_end) = if high - usual_high >= usual_low - low {
            (held.last()?, usual_high)
        } else {
            (held.first()?, usual_low)
        };
        let amount = |minor: i64| Money::new(minor, self.currency);
        Some(format!(
            "The scale is stretched by {} on {}, which held for {}; without it the curve ends at {}.",
            amount(end.0),
            words::day(end.1.from, self.until),
            words::length(end.1.until.since(end.1.from).max(1)),
            amount(usual_end)
        ))
    }
}

fn put(cells: &mut [Vec<Cell>], row: usize, column: usize, ink: Ink, sign: char) {
    if let Some(cell) = cells.get_mut(row).and_then(|row| row.get_mut(column)) {
        *cell = Cell { ink, sign };
    }
}

/// Hatches the columns of which only a gap is known.
fn hatch(cells: &mut [Vec<Cell>], columns: &[Column]) {
    for row in cells {
        for (cell, column) in row.iter_mut().zip(columns) {
            if column.gap && column.prices.is_none() {
                *cell = HATCH;
            }
        }
    }
}

/// Draws a line: through each column from where it came in, over all its prices, to where it goes out.
fn draw(cells: &mut [Vec<Cell>], columns: &[Column], axis: &Axis, bold: bool) {
    let (ink, signs) = if bold { (Ink::Bold, BOLD) } else { (Ink::Dim, THIN) };
    let mut came: Option<usize> = None;
    for (place, column) in columns.iter().enumerate() {
        for voided in &column.voided {
            put(cells, axis.row(*voided), place, Ink::Plain, '×');
        }
        let goes = column.leaves.map(|minor| axis.row(minor));
        if let Some((low, high)) = column.prices {
            let (top, bottom) = (axis.row(high), axis.row(low));
            let (top, bottom) = (
                came.map_or(top, |row| row.min(top)),
                came.map_or(bottom, |row| row.max(bottom)),
            );
            for row in top..=bottom {
                let sides = [
                    (came == Some(row), LEFT),
                    (goes == Some(row), RIGHT),
                    (row > top, UP),
                    (row < bottom, DOWN),
                ];
                let sides: usize = sides
                    .into_iter()
                    .filter(|(reached, _)| *reached)
                    .map(|(_, side)| side)
                    .sum();
                put(cells, row, place, ink, signs.get(sides).copied().unwrap_or(' '));
            }
        }
        came = goes;
    }
}

#[cfg(test)]
mod tests;
