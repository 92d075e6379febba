//! Aligned columns that fit a width: texts wrap within their column, amounts never do.

use unicode_width::UnicodeWidthStr;

use crate::page::{Ink, Page, wrapped};

/// No text column is made narrower than this.
const NARROWEST: usize = 8;

/// Blanks between two columns.
const GAP: usize = 2;

/// Rows under their headings.
pub(crate) struct Table {
    indent: usize,
    columns: Vec<(&'static str, Align)>,
    rows: Vec<(Ink, Vec<String>)>,
}

/// Where a column's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// At the left, and wrapped where there is no room.
    Left,
    /// At the right, always whole.
    Right,
}

impl Table {
    /// A table without rows. Without any heading there is no line for them.
    pub(crate) fn new<const N: usize>(indent: usize, columns: [(&'static str, Align); N]) -> Self {
        Self {
            indent,
            columns: columns.into(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push((Ink::Plain, cells.into()));
    }

    /// Adds a row that stands out.
    pub(crate) fn inked<const N: usize>(&mut self, ink: Ink, cells: [String; N]) {
        self.rows.push((ink, cells.into()));
    }

    /// Whether it has no rows.
    pub(crate) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn write(&self, page: &mut Page) {
        let widths = self.widths(page.width());
        if self.columns.iter().any(|(title, _)| !title.is_empty()) {
            let titles: Vec<String> = self.columns.iter().map(|(title, _)| (*title).to_owned()).collect();
            self.write_row(page, Ink::Dim, &titles, &widths);
        }
        for (ink, cells) in &self.rows {
            self.write_row(page, *ink, cells, &widths);
        }
    }

    /// As wide as the widest cell; where that is too much, the widest text column gives way first.
    fn widths(&self, width: usize) -> Vec<usize> {
        let cells = |place: usize| self.rows.iter().filter_map(move |(_, cells)| cells.get(place));
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(place, (title, _))| cells(place).map(|cell| cell.width()).fold(title.width(), usize::max))
            .collect();
        let between = self.indent + GAP * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + between > width {
            let texts = widths.iter_mut().zip(&self.columns);
            let widest = texts
                .filter(|(wide, (_, align))| *align == Align::Left && **wide > NARROWEST)
                .map(|(wide, _)| wide)
                .max_by_key(|wide| **wide);
            let Some(widest) = widest else { break };
            *widest -= 1;
        }
        widths
    }

    fn write_row(&self, page: &mut Page, ink: Ink, cells: &[String], widths: &[usize]) {
        let parts: Vec<Vec<String>> = cells
            .iter()
            .zip(widths)
            .zip(&self.columns)
            .map(|((cell, width), (_, align))| match align {
                Align::Left => wrapped(cell, *width),
                Align::Right => vec![cell.clone()],
            })
            .collect();
        let height = parts.iter().map(Vec::len).max().unwrap_or(0);
        for level in 0..height {
            let mut line = " ".repeat(self.indent);
            for ((part, width), (_, align)) in parts.iter().zip(widths).zip(&self.columns) {
                let text = part.get(level).map_or("", String::as_str);
                let fill = " ".repeat(width.saturating_sub(text.width()) + GAP);
                match align {
                    Align::Left => line.extend([text, &fill]),
                    Align::Right => line.extend([&fill[GAP..], text, &fill[..GAP]]),
                }
            }
            page.line(ink, line.trim_end());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Look;

    #[test]
    fn amounts_stand_under_each_other_and_texts_wrap() {
        let mut table = Table::new(1, [("STEP", Align::Left), ("AMOUNT", Align::Right)]);
        table.row(["a platform coupon".into(), "-5.00".into()]);
        table.row(["code".into(), "-10.00".into()]);
        let mut page = Page::new(Look {
            width: 18,
            colour: false,
        });
        page.table(&table);
        assert_eq!(
            page.as_str(),
            " STEP       AMOUNT\n a           -5.00\n platform\n coupon\n code       -10.00\n"
        );
    }
}
