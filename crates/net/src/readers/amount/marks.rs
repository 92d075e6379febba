//! The marks of currencies beside a number: signs, codes and short words, before it or after it.

use tillwatch_core::money::Currency;

use super::figures::Figure;

/// What stands beside a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing that marks an amount.
    None,
    /// A mark that names another currency.
    Foreign,
    /// A mark of the currency, or one that many share; the number with it stands from here to there.
    Ours {
        /// Where the first character stands.
        from: usize,
        /// Where the text after it goes on.
        to: usize,
    },
}

/// Signs and the currencies that they are for; none named is any (`$` is the sign of some twenty).
const SIGNS: &[(char, &[&str])] = &[
    ('$', &[]),
    ('＄', &[]),
    ('€', &["EUR"]),
    ('£', &["GBP", "EGP", "LBP", "SYP"]),
    ('￡', &["GBP", "EGP", "LBP", "SYP"]),
    ('¥', &["CNY", "JPY"]),
    ('￥', &["CNY", "JPY"]),
    ('₩', &["KRW"]),
    ('￦', &["KRW"]),
    ('₹', &["INR"]),
    ('₪', &["ILS"]),
    ('₽', &["RUB"]),
    ('₴', &["UAH"]),
    ('₺', &["TRY"]),
    ('₸', &["KZT"]),
    ('₫', &["VND"]),
    ('₦', &["NGN"]),
    ('₱', &[]),
    ('฿', &["THB"]),
    ('₡', &["CRC"]),
    ('₲', &["PYG"]),
    ('₵', &["GHS"]),
    ('₾', &["GEL"]),
    ('₼', &["AZN"]),
    ('֏', &["AMD"]),
    ('৳', &["BDT"]),
    ('﷼', &[]),
];

/// Short words that stand for currencies, in small letters and without points.
const WORDS: &[(&str, &[&str])] = &[
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
    ("грн", &["UAH"]),
    ("zł", &["PLN"]),
    ("kč", &["CZK"]),
    ("ft", &["HUF"]),
    ("руб", &["RUB"]),
    ("р", &["RUB"]),
    ("лв", &["BGN"]),
    ("lei", &["RON", "MDL"]),
    ("din", &["RSD"]),
    ("rsd", &["RSD"]),
    ("ден", &["MKD"]),
    ("rp", &["IDR"]),
    ("rm", &["MYR"]),
    ("rs", &["INR", "PKR", "LKR", "NPR", "MUR"]),
    ("sr", &["SAR"]),
    ("dh", &["AED", "MAD"]),
    ("fr", &["CHF"]),
    ("tl", &["TRY"]),
    ("r", &["ZAR"]),
];

/// Letters right before a sign that name the country: `C$9.76`, `R$`, `CN￥`, `NT$`.
const PREFIXES: &[(&str, &[&str])] = &[
    ("US", &["USD"]),
    ("R", &["BRL"]),
    ("C", &["CAD", "NIO"]),
    ("A", &["AUD"]),
    ("S", &["SGD"]),
    ("NT", &["TWD"]),
    ("MX", &["MXN"]),
    ("CA", &["CAD"]),
    ("AU", &["AUD"]),
    ("NZ", &["NZD"]),
    ("HK", &["HKD"]),
    ("CN", &["CNY"]),
    ("JP", &["JPY"]),
    ("CL", &["CLP"]),
];

/// What marks a number as an amount. Text before `floor` belongs to the number before it.
pub(super) fn around(text: &str, figure: &Figure, floor: usize, currency: Currency) -> Mark {
    let before = text.get(floor..figure.from).unwrap_or("");
    let after = text.get(figure.to..).unwrap_or("");
    if after.trim_start_matches(is_blank).starts_with(['%', '٪', '％']) {
        return Mark::None;
    }
    let ours = |from, to| Mark::Ours { from, to };
    let front = front(before, currency);
    let back = back(after, currency);
    match (front, back) {
        (Beside::Foreign, _) | (_, Beside::Foreign) => Mark::Foreign,
        (Beside::Ours(ahead), Beside::Ours(behind)) => {
            ours(figure.from.saturating_sub(ahead), figure.to.saturating_add(behind))
        }
        (Beside::Ours(ahead), Beside::None) => ours(figure.from.saturating_sub(ahead), figure.to),
        (Beside::None, Beside::Ours(behind)) => ours(figure.from, figure.to.saturating_add(behind)),
        (Beside::None, Beside::None) => Mark::None,
    }
}

/// Whether a text beside a lone number is no more than the mark of a currency: short words, signs and blanks.
pub(super) fn is_short(text: &str) -> bool {
    let allowed = |char: char| char.is_alphabetic() || char == '.' || is_blank(char) || sign(char).is_some();
    text.chars().all(allowed)
        && text
            .split(|char: char| !char.is_alphabetic())
            .all(|word| word.chars().count() <= 3)
        && text.chars().filter(|char| !is_blank(*char)).count() <= 8
}

/// Blanks of all widths, and the marks of writing direction that stand around amounts in Hebrew and Arabic.
pub(super) fn is_blank(char: char) -> bool {
    char.is_whitespace() || matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One side of a number: a mark of so many bytes, with the blanks between.
#[derive(Clone, Copy)]
enum Beside {
    None,
    Foreign,
    Ours(usize),
}

fn front(before: &str, currency: Currency) -> Beside {
    let trimmed = before.trim_end_matches(is_blank);
    let length = |rest: &str| before.len().saturating_sub(rest.len());
    if let Some((rest, codes)) = trimmed.char_indices().next_back().and_then(|(at, char)| {
        let rest = trimmed.get(..at)?;
        sign(char).map(|codes| (rest, codes))
    }) {
        return match letters(rest, currency) {
            Some((true, rest)) => Beside::Ours(length(rest)),
            None if is_for(codes, currency) => Beside::Ours(length(rest)),
            Some((false, _)) | None => Beside::Foreign,
        };
    }
    let bare = trimmed.trim_end_matches('.');
    let start = bare.trim_end_matches(char::is_alphabetic);
    word(bare.get(start.len()..).unwrap_or(""), length(start), currency)
}

/// The letters before a sign, whether they are the currency's, and the text before them.
fn letters(rest: &str, currency: Currency) -> Option<(bool, &str)> {
    let close = rest.trim_end_matches(is_blank);
    let start = close.trim_end_matches(char::is_alphabetic);
    let name = close.get(start.len()..)?;
    // With a blank between only `US $` is the mark of one currency; `AUF $5` is not.
    if name.is_empty() || (close.len() != rest.len() && name != "US") {
        return None;
    }
    if let Some((_, codes)) = PREFIXES.iter().find(|(prefix, _)| *prefix == name) {
        return Some((is_for(codes, currency), start));
    }
    Currency::parse(name).ok().map(|named| (named == currency, start))
}

fn back(after: &str, currency: Currency) -> Beside {
    let trimmed = after.trim_start_matches(is_blank);
    let gap = after.len().saturating_sub(trimmed.len());
    let mut chars = trimmed.chars();
    let marked = chars.next().and_then(|char| sign(char).map(|codes| (char, codes)));
    let (beside, rest) = if let Some((char, codes)) = marked {
        let length = gap.saturating_add(char.len_utf8());
        let beside = if is_for(codes, currency) {
            Beside::Ours(length)
        } else {
            Beside::Foreign
        };
        (beside, chars.as_str())
    } else {
        let rest = trimmed.trim_start_matches(char::is_alphabetic);
        let name = trimmed
            .get(..trimmed.len().saturating_sub(rest.len()))
            .unwrap_or_default();
        (word(name, gap.saturating_add(name.len()), currency), rest)
    };
    // A mark between two numbers belongs to the nearer one: `2 $5` is five dollars, `20,40 € 30` twenty euros.
    let following = rest.trim_start_matches(is_blank);
    let distance = rest.len().saturating_sub(following.len());
    if following.starts_with(|char: char| char.is_numeric()) && distance < gap {
        return Beside::None;
    }
    beside
}

fn word(name: &str, length: usize, currency: Currency) -> Beside {
    let small = name.to_lowercase();
    if let Some((_, codes)) = WORDS.iter().find(|(word, _)| *word == small) {
        return if is_for(codes, currency) {
            Beside::Ours(length)
        } else {
            Beside::Foreign
        };
    }
    match Currency::parse(name) {
        Ok(named) if named == currency => Beside::Ours(length),
        Ok(_) => Beside::Foreign,
        Err(_) => Beside::None,
    }
}

fn sign(char: char) -> Option<&'static [&'static str]> {
    SIGNS.iter().find(|(sign, _)| *sign == char).map(|(_, codes)| *codes)
}

fn is_for(codes: &[&str], currency: Currency) -> bool {
    codes.is_empty() || codes.contains(&currency.code())
}
