//! Item numbers: what a run of digits is taken for, and what only looks like one.

use alloc::string::String;

use super::reason::Reason;
use crate::id::{ItemId, SkuId};

/// Numbers of 9 digits stem from about 2010; all that were seen since have at most 16.
const FEWEST: usize = 9;
const MOST: usize = 16;

/// An item number as it was written, with the listing it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) written: String,
    pub(super) item: ItemId,
}

impl Number {
    /// Digits, and nothing else, to an item number.
    fn of_digits(digits: &str) -> Result<Self, Reason> {
        let count = digits.len();
        if digits.bytes().all(|digit| digit == b'0') {
            return Err(Reason::Zero);
        }
        if count == 17 && digits.starts_with("12000") {
            return Err(Reason::SkuAlone { digits: digits.into() });
        }
        if count > MOST {
            return Err(Reason::TooLong { digits: count });
        }
        if count < FEWEST {
            return Err(Reason::TooShort { digits: count });
        }
        if digits.starts_with('0') {
            return Err(Reason::LeadingZero);
        }
        let item = ItemId::parse(digits).map_err(|_| Reason::NoItemNumber)?;
        if item.as_str().len() < FEWEST {
            return Err(Reason::UsRange { digits: digits.into() });
        }
        Ok(Self {
            written: digits.into(),
            item,
        })
    }

    /// Whether the number has the shape of one of the families that listings were seen with.
    pub(super) fn is_of_a_known_family(&self) -> bool {
        let item = self.item.as_str();
        match item.len() {
            9..=11 => true,
            _ => self.is_unmistakable(),
        }
    }

    /// A shape that no phone, order or parcel number is likely to have, so that it counts even among words.
    pub(super) fn is_unmistakable(&self) -> bool {
        let item = self.item.as_str();
        let starts = |families: &[&str]| families.iter().any(|family| item.starts_with(family));
        match item.len() {
            13 => starts(&["1000", "4000", "4001"]),
            16 => starts(&["1005"]),
            _ => self.written.len() == MOST && item.len() <= 11,
        }
    }
}

/// Reads a word as an item number: `None` is a word like any other, an error is a number that is no item's.
pub(super) fn read(word: &str) -> Option<Result<Number, Reason>> {
    let word = without_suffix(word);
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return (!word.is_empty()).then(|| Number::of_digits(word));
    }
    // Whatever else is written with digits is named and refused: folding it quietly could name another listing.
    if !word.contains(char::is_numeric) || !word.chars().all(belongs_to_a_number) {
        return None;
    }
    let refusal = if word.contains(is_invisible) {
        Reason::Invisible
    } else if word.contains(|c: char| c.is_numeric() && !c.is_ascii()) {
        Reason::ForeignDigits
    } else if word.starts_with(['-', '+', '\u{2212}']) {
        Reason::Signed
    } else if is_exponent(word) {
        Reason::Exponent
    } else if word.contains(['e', 'E']) {
        return None;
    } else {
        Reason::Separated
    };
    Some(Err(refusal))
}

/// Reads `item:variant`, the way a bundle link writes it, or an item number alone.
pub(super) fn read_with_variant(word: &str) -> Option<Result<(Number, Option<SkuId>), Reason>> {
    match word.split_once(':') {
        None => Some(read(word)?.map(|number| (number, None))),
        Some((item, sku)) => {
            let number = read(item)?;
            Some(number.map(|number| (number, variant(sku))))
        }
    }
}

/// A variant's number: digits, not zero. They had 11 digits once and have 17 now, so that the length says nothing.
pub(super) fn variant(digits: &str) -> Option<SkuId> {
    let plausible = (5..=20).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    plausible.then(|| SkuId::parse(digits).ok()).flatten()
}

/// Characters that nobody sees: zero-width, direction marks, controls. Two texts that look alike could differ by them.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}')
}

/// Cuts `.html` and what a sloppy paste left behind it, but nothing that could be part of the number.
fn without_suffix(word: &str) -> &str {
    let Some((stem, suffix)) = word.split_once('.') else {
        return word;
    };
    let bytes = suffix.as_bytes();
    let is = |name: &[u8]| {
        bytes
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
            && !bytes.get(name.len()).is_some_and(u8::is_ascii_alphanumeric)
    };
    if is(b"html") || is(b"htm") { stem } else { word }
}

fn belongs_to_a_number(c: char) -> bool {
    c.is_numeric() || is_invisible(c) || "+-\u{2212}.,'_eE".contains(c)
}

fn is_exponent(word: &str) -> bool {
    let Some((front, power)) = word.split_once(['e', 'E']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    front.split('.').all(digits) && digits(power.trim_start_matches(['+', '-']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: &str) {
        let answer = match read(word) {
            None => String::from("a word"),
            Some(Ok(number)) => number.item.as_str().into(),
            Some(Err(reason)) => reason.name().into(),
        };
        assert_eq!(answer, expected, "{word:?}");
    }

    #[test]
    fn digits_alone_name_a_listing() {
        check("852517607", "852517607");
        check("1005006367324382.HTML", "1005006367324382");
        check("3256807990906987", "1005008177221739");
    }

    #[test]
    fn numbers_that_are_no_items_are_named() {
        check("0000000000", "zero_id");
        check("0123456789", "leading_zero");
        check("12345678", "too_short");
        check("12345678901234567", "too_long");
        check("12000036893609536", "sku_alone");
        check("2251799813685248", "us_range");
        check("-1", "signed");
        check("1.5e15", "exponent");
        check("1,005,006,367", "separated");
        check("1005006.367324382", "separated");
    }

    #[test]
    fn words_with_digits_are_words() {
        for word in ["", "x1005006367324382", "e15", "1005006367324382a", "1e", "-", "…"] {
            check(word, "a word");
        }
    }

    #[test]
    fn a_suffix_of_other_letters_is_not_cut() {
        check("1005006367324382.html5", "a word");
        check("1005006367324382.php", "a word");
        check("1005006367324382.html)", "1005006367324382");
    }
}
