//! The digits of a displayed amount, and which of the marks between them is the decimal one.

use tillwatch_core::money::{Currency, Money};

/// A run of digits with the marks between them, and where it stands in its text.
pub(super) struct Figure {
    /// Where its first digit stands.
    pub(super) from: usize,
    /// Where the text after its last digit goes on.
    pub(super) to: usize,
    /// The digits between the marks.
    groups: Vec<String>,
    /// The marks: one fewer than the groups.
    marks: Vec<char>,
}

impl Figure {
    /// The amount that it is in a currency; `None` where it is not written as one.
    pub(super) fn money(&self, currency: Currency) -> Option<Money> {
        let (whole, part) = self.split(usize::from(currency.digits()))?;
        exact(&whole, part, currency)
    }

    /// Its hundredths, for a percentage.
    pub(super) fn hundredths(&self) -> Option<String> {
        let (whole, part) = self.split(2)?;
        Some(if part.is_empty() {
            whole
        } else {
            format!("{whole}.{part}")
        })
    }

    /// Itself as a small count, if it has no marks.
    pub(super) fn count(&self) -> Option<u32> {
        match self.groups.as_slice() {
            [digits] if digits.len() <= 6 => digits.parse().ok(),
            _ => None,
        }
    }

    /// What stands before and after the decimal mark, for a number with so many digits after it.
    fn split(&self, digits: usize) -> Option<(String, &str)> {
        let Some(mark) = self.marks.last().copied() else {
            return Some((self.groups.concat(), ""));
        };
        let (last, earlier) = self.groups.split_last()?;
        let alike = self.marks.iter().all(|other| *other == mark);
        let several = self.marks.len() > 1;
        // One mark before three digits: a thousand, unless the currency itself has three digits after the point.
        let thousands = alike && (several || (last.len() == 3 && digits != 3));
        if thousands || !is_decimal(mark) {
            return (alike && are_grouped(&self.groups, mark)).then(|| (self.groups.concat(), ""));
        }
        let grouping = self.marks.split_last().map_or(&[][..], |(_, earlier)| earlier);
        let first = grouping.first().copied();
        let one_kind = grouping.iter().all(|other| Some(*other) == first && *other != mark);
        let grouped = first.is_none_or(|first| are_grouped(earlier, first));
        (one_kind && grouped).then(|| (earlier.concat(), last.as_str()))
    }
}

/// An amount of the digits before and after the point. Zeros past the currency's digits are nothing; others are refused.
pub(super) fn exact(whole: &str, part: &str, currency: Currency) -> Option<Money> {
    let digits = usize::from(currency.digits());
    let (kept, beyond) = part.split_at_checked(digits).unwrap_or((part, ""));
    if beyond.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let text = if kept.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{kept}")
    };
    Money::parse(&text, currency).ok()
}

/// All figures of a text, in order.
pub(super) fn scan(text: &str) -> Vec<Figure> {
    let mut found: Vec<Figure> = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, char)) = rest.next() {
        let Some(digit) = digit(char) else { continue };
        let mut figure = Figure {
            from: at,
            to: at.saturating_add(char.len_utf8()),
            groups: vec![digit.to_string()],
            marks: Vec::new(),
        };
        while let Some((at, char)) = rest.peek().copied() {
            let after = text.get(at.saturating_add(char.len_utf8())..).unwrap_or("");
            let next = self::digit(char);
            if let (Some(digit), Some(group)) = (next, figure.groups.last_mut()) {
                group.push(digit);
                figure.to = at.saturating_add(char.len_utf8());
            } else if joins(char, &figure, after) {
                figure.marks.push(if is_gap(char) { ' ' } else { char });
                figure.groups.push(String::new());
            } else {
                break;
            }
            rest.next();
        }
        found.push(figure);
    }
    found
}

/// Whether a character between two digits belongs to the number. A blank does only before exactly three digits, and
/// never after a point or a comma: `16.44 200` are two numbers.
fn joins(mark: char, before: &Figure, after: &str) -> bool {
    let leading = after.chars().take_while(|char| digit(*char).is_some()).count();
    if is_decimal(mark) || matches!(mark, '\'' | '’' | '٬') {
        return leading > 0;
    }
    let short = before.groups.last().is_some_and(|group| group.len() <= 3);
    is_gap(mark) && leading == 3 && short && before.marks.iter().all(|other| is_gap(*other))
}

/// The blanks that stand between thousands, from the plain one to the narrow ones.
const fn is_gap(mark: char) -> bool {
    matches!(mark, ' ' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}')
}

/// Whether a mark can stand before the part of a unit. The last one is Arabic's.
const fn is_decimal(mark: char) -> bool {
    matches!(mark, '.' | ',' | '٫')
}

/// Whether groups of digits are thousands, or India's: three at the end and twos before (`1,23,456`).
fn are_grouped(groups: &[String], mark: char) -> bool {
    let Some((first, others)) = groups.split_first() else {
        return false;
    };
    let Some((last, middle)) = others.split_last() else {
        return true;
    };
    let starts = !first.starts_with('0') && last.len() == 3;
    let thousands = first.len() <= 3 && middle.iter().all(|group| group.len() == 3);
    let indian = mark == ',' && first.len() <= 2 && middle.iter().all(|group| group.len() == 2);
    starts && (thousands || indian)
}

/// A digit as ASCII; the Arabic storefront also writes its own.
fn digit(char: char) -> Option<char> {
    let zero = match char {
        '0'..='9' => return Some(char),
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        _ => return None,
    };
    char::from_digit(u32::from(char).checked_sub(u32::from(zero))?, 10)
}
