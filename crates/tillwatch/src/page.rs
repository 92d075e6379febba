//! Text for people: lines, paragraphs and headings in a width, with or without colour.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::output::Look;
use crate::table::Table;

/// How a piece of text stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Not at all.
    Plain,
    /// What to read first.
    Bold,
    /// What to read last.
    Dim,
    /// What is gained.
    Good,
}

impl Ink {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\x1b[1m",
            Self::Dim => "\x1b[2m",
            Self::Good => "\x1b[32m",
        }
    }
}

/// A page that is being written.
pub(crate) struct Page {
    text: String,
    look: Look,
}

impl Page {
    /// An empty one.
    pub(crate) const fn new(look: Look) -> Self {
        Self {
            text: String::new(),
            look,
        }
    }

    /// What is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The columns of a line.
    pub(crate) const fn width(&self) -> usize {
        self.look.width
    }

    /// Keeps lines no longer than this, where the screen has more.
    #[must_use]
    pub(crate) fn at_most(mut self, columns: usize) -> Self {
        self.look.width = self.look.width.min(columns);
        self
    }

    /// A piece of a line. The text is cleaned first, so that nothing from outside can steer a terminal.
    pub(crate) fn piece(&mut self, ink: Ink, text: &str) {
        let text = clean(text);
        if self.look.colour && ink != Ink::Plain && !text.trim().is_empty() {
            self.text.push_str(ink.code());
            self.text.push_str(&text);
            self.text.push_str("\x1b[0m");
        } else {
            self.text.push_str(&text);
        }
    }

    /// Ends a line, without blanks at its end.
    pub(crate) fn end(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    /// One line as it is, however long.
    pub(crate) fn line(&mut self, ink: Ink, text: &str) {
        self.piece(ink, text);
        self.end();
    }

    /// An empty line and a heading.
    pub(crate) fn heading(&mut self, text: &str) {
        self.end();
        self.line(Ink::Bold, text);
    }

    /// Text over as many lines as it needs, each moved in by some blanks.
    pub(crate) fn paragraph(&mut self, indent: usize, ink: Ink, text: &str) {
        for line in wrapped(&clean(text), self.width().saturating_sub(indent)) {
            self.text.extend(std::iter::repeat_n(' ', indent));
            self.line(ink, &line);
        }
    }

    /// Words on the left, an amount on the right.
    pub(crate) fn pair(&mut self, indent: usize, ink: Ink, left: &str, right: &str) {
        let room = self.width().saturating_sub(indent + right.width() + 2);
        let mut lines = wrapped(&clean(left), room);
        let last = lines.pop().unwrap_or_default();
        let margin = " ".repeat(indent);
        for line in lines {
            self.line(ink, &format!("{margin}{line}"));
        }
        let gap = self.width().saturating_sub(indent + last.width() + right.width());
        self.line(ink, &format!("{margin}{last}{}{right}", " ".repeat(gap)));
    }

    /// A thin line across the page.
    pub(crate) fn rule(&mut self) {
        let line = "─".repeat(self.width());
        self.line(Ink::Dim, &line);
    }

    /// A table.
    pub(crate) fn table(&mut self, table: &Table) {
        table.write(self);
    }
}

/// The text without what could move a cursor, change a colour or turn the direction of writing.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if c.is_control() => '\u{fffd}',
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// The words of a text over lines of at most so many columns; a word that is longer is cut. At least one line.
pub(crate) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let wide = word.width();
        let blank = usize::from(used > 0);
        if used > 0 && used + blank + wide > columns {
            lines.push(String::new());
            used = 0;
        } else if let Some(line) = lines.last_mut().filter(|_| blank == 1) {
            line.push(' ');
            used += 1;
        }
        for c in word.chars() {
            let wide = c.width().unwrap_or(0);
            if used + wide > columns && used > 0 {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
            used += wide;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look {
        width: 20,
        colour: false,
    };

    #[test]
    fn words_are_wrapped_and_a_long_one_is_cut() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh ij", 5), ["abcde", "fgh", "ij"]);
        assert_eq!(wrapped("台灯 台灯", 5), ["台灯", "台灯"]);
        assert_eq!(wrapped("", 5), [""]);
    }

    #[test]
    fn a_title_cannot_steer_the_terminal() {
        let mut page = Page::new(Look { colour: true, ..PLAIN });
        page.line(Ink::Plain, "red \x1b[31m\u{202e}lamp\nnext");
        assert_eq!(page.as_str(), "red \u{fffd}[31m\u{fffd}lamp next\n");
    }

    #[test]
    fn an_amount_stands_at_the_right_edge() {
        let mut page = Page::new(PLAIN);
        page.pair(2, Ink::Plain, "Goods", "37.80");
        page.pair(0, Ink::Plain, "A lamp that has a long name", "1.00");
        assert_eq!(
            page.as_str(),
            "  Goods        37.80\nA lamp that\nhas a long\nname            1.00\n"
        );
    }
}
