//! Numbers in the words that shoppers are shown: amounts, percentages and pieces, by their digits in any language.

use tillwatch_core::discount::{Benefit, Percent, PieceTier};
use tillwatch_core::money::{BasisPoints, Currency, Money};

use super::amount::{amounts_in, offer};

/// A number in a text: its digits with their marks, and what stands around it.
struct Number<'a> {
    text: &'a str,
    before: Option<char>,
    after: Option<char>,
}

/// The amount of a text that holds exactly one.
pub(super) fn one_amount(text: &str, currency: Currency) -> Option<Money> {
    match amounts_in(text, currency).as_slice() {
        [one] if one.is_positive() => Some(*one),
        _ => None,
    }
}

/// "Buy 2 get 3% off": one whole number and one percentage, in either order.
pub(super) fn pieces_and_percent(text: &str) -> Option<PieceTier> {
    let mut pieces = None;
    let mut percent = None;
    for number in numbers(text) {
        let slot_taken = if number.is_percent() {
            percent.replace(number.text).is_some()
        } else {
            pieces.replace(number.text).is_some()
        };
        if slot_taken {
            return None;
        }
    }
    let percent = BasisPoints::parse(&percent?.replace(',', ".")).ok()?;
    let pieces = pieces?.parse().ok()?;
    (pieces > 0 && percent.points() > 0).then_some(PieceTier {
        pieces,
        percent: Percent(percent),
    })
}

/// Whether a sentence says that a discount comes again and again: "4 off per 40".
pub(super) fn repeats(text: &str, currency: Currency) -> bool {
    offer(text, currency).is_some_and(|offer| matches!(offer.benefit, Benefit::PerSpend { .. }))
}

impl Number<'_> {
    /// A percent sign on either side, as in `3%`, `3 %` and `%3`.
    fn is_percent(&self) -> bool {
        matches!(self.after, Some('%' | '٪')) || matches!(self.before, Some('%' | '٪'))
    }
}

/// The numbers of a text: digits with a point or a comma between.
fn numbers(text: &str) -> impl Iterator<Item = Number<'_>> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let tail = text.get(rest..)?;
        let start = rest.saturating_add(tail.find(|c: char| c.is_ascii_digit())?);
        let from = text.get(start..)?;
        let length = from
            .find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
            .unwrap_or(from.len());
        let digits = from.get(..length)?.trim_end_matches(['.', ',']);
        rest = start.saturating_add(digits.len());
        Some(Number {
            text: digits,
            before: text.get(..start)?.chars().next_back(),
            after: text.get(rest..)?.chars().find(|c| !c.is_whitespace()),
        })
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    #[test]
    fn a_minimum_is_the_one_amount_of_its_sentence() {
        let read = |text, currency| one_amount(text, Currency::parse(currency).unwrap()).map(|m| m.to_string());
        assert_eq!(read("Orders over US $29.00", "USD").as_deref(), Some("29.00"));
        assert_eq!(read("En compras de MXN$608,45 o más", "MXN").as_deref(), Some("608.45"));
        assert_eq!(read("Dès 29,00 € d’achat", "EUR").as_deref(), Some("29.00"));
        assert_eq!(read("US $4 off orders over US $40", "USD"), None);
        assert_eq!(read("for everybody", "USD"), None);
    }

    #[test]
    fn pieces_and_percent_are_told_by_the_percent_sign() {
        let read = |text| pieces_and_percent(text).map(|t| (t.pieces, t.percent.to_string()));
        assert_eq!(read("Buy 2 get 1% off"), Some((2, "1".into())));
        assert_eq!(read("Compra 4 y llévate 7,5 % dto."), Some((4, "7.5".into())));
        assert_eq!(read("%5 indirim, 3 adet"), Some((3, "5".into())));
        assert_eq!(read("3 for 2"), None);
    }

    #[test]
    fn a_repeating_discount_is_told_by_its_words() {
        let told = |text, currency| repeats(text, Currency::parse(currency).unwrap());
        assert!(told("US $4.00 off per US $40.00", "USD"));
        assert!(told("MXN$33,30 dto. por cada MXN$3.100,50", "MXN"));
        assert!(!told("Super deal: US $4 off orders over US $40", "USD"));
    }
}
