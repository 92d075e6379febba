//! Money: whole minor units of one ISO 4217 currency, and the roundings that the rules name.

mod currency;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub use currency::{Currency, CurrencyError};

/// The largest amount that is taken from outside: ten million million minor units.
///
/// Far above any price on the marketplace, and small enough that a whole checkout cannot overflow.
pub const MOST_MINOR: i64 = 10_000_000_000_000;

/// An amount with its currency: minor units (cents), never a fraction of one.
///
/// Two currencies never compare or add: [`Money::checked_add`] and [`Money::checked_sub`] answer `None`, and there is
/// no order between amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing was written.
    #[error("is empty; an amount is a decimal text such as \"12.20\"")]
    Empty,
    /// A sign before the digits.
    #[error("{0:?} has a sign; an amount here is never signed")]
    Signed(String),
    /// Anything but digits and one point: an exponent, a blank, a comma, a symbol.
    #[error("{0:?} is not a decimal amount such as \"12.20\": only digits and one point are allowed")]
    NotDecimal(String),
    /// More digits after the point than the currency has.
    #[error("{text:?} has more digits than {currency} has ({digits})")]
    TooFine {
        /// What was written.
        text: String,
        /// The currency it was read in.
        currency: Currency,
        /// How many digits that currency has after the point.
        digits: u8,
    },
    /// Over [`MOST_MINOR`].
    #[error("{0:?} is larger than any amount that is accepted (10000000000000 minor units)")]
    TooLarge(String),
}

impl Money {
    /// An amount of so many minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// No money at all, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Reads a decimal text such as `12.20`, exactly.
    ///
    /// Fewer digits than the currency has are filled up (`12.2` is 12.20); more are an error, not rounded.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        Ok(Self::new(parse_minor(text, currency)?, currency))
    }

    /// The minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether nothing is left of it.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether it is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// The sum; `None` for two currencies or on overflow.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        (self.currency == other.currency)
            .then(|| self.minor.checked_add(other.minor))
            .flatten()
            .map(|minor| Self::new(minor, self.currency))
    }

    /// The difference; `None` for two currencies or on overflow.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        (self.currency == other.currency)
            .then(|| self.minor.checked_sub(other.minor))
            .flatten()
            .map(|minor| Self::new(minor, self.currency))
    }

    /// So many of it; `None` on overflow.
    pub fn checked_mul(self, count: u32) -> Option<Self> {
        self.minor
            .checked_mul(i64::from(count))
            .map(|minor| Self::new(minor, self.currency))
    }
}

impl Money {
    /// The digits at the end of a buffer that has room for any amount. Amounts are most of what is written, and this
    /// is several times as fast as formatting them.
    fn written(self, buffer: &mut [u8; 24]) -> &str {
        let digits = usize::from(self.currency.digits());
        // Counted from the right: the point stands before the digits of a fraction, a whole one before the point.
        let whole = if digits == 0 { 0 } else { digits.saturating_add(1) };
        let mut rest = self.minor.unsigned_abs();
        let mut unused = buffer.len();
        for (place, byte) in buffer.iter_mut().rev().enumerate() {
            let ended = rest == 0 && place > whole;
            if ended && self.minor >= 0 {
                break;
            }
            unused = unused.saturating_sub(1);
            if ended {
                *byte = b'-';
                break;
            }
            if place == digits && digits > 0 {
                *byte = b'.';
            } else {
                *byte = b'0'.saturating_add(u8::try_from(rest % 10).unwrap_or(0));
                rest /= 10;
            }
        }
        buffer
            .get(unused..)
            .and_then(|text| core::str::from_utf8(text).ok())
            .unwrap_or_default()
    }
}

/// `12.20`, without the currency, as every format of ours writes amounts.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.written(&mut [0; 24]))
    }
}

impl serde::Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.written(&mut [0; 24]))
    }
}

fn parse_minor(text: &str, currency: Currency) -> Result<i64, AmountError> {
    if text.is_empty() {
        return Err(AmountError::Empty);
    }
    if text.starts_with(['-', '+']) {
        return Err(AmountError::Signed(text.into()));
    }
    let (whole, part) = text
        .split_once('.')
        .map_or((text, None), |(whole, part)| (whole, Some(part)));
    let digits_only = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits_only(whole) || !part.is_none_or(digits_only) {
        return Err(AmountError::NotDecimal(text.into()));
    }
    let part = part.unwrap_or("");
    let digits = currency.digits();
    if part.len() > usize::from(digits) {
        return Err(AmountError::TooFine {
            text: text.into(),
            currency,
            digits,
        });
    }
    let filled = part.bytes().chain(core::iter::repeat(b'0')).take(usize::from(digits));
    let mut minor = 0_i64;
    for digit in whole.bytes().chain(filled) {
        minor = minor
            .checked_mul(10)
            .and_then(|tens| tens.checked_add(i64::from(digit.saturating_sub(b'0'))))
            .filter(|minor| *minor <= MOST_MINOR)
            .ok_or_else(|| AmountError::TooLarge(text.into()))?;
    }
    Ok(minor)
}

/// How a fraction of a minor unit becomes a whole one. Every division names its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rounding {
    /// 0.5 up: what displayed conversions show (34.7688 -> 34.77, 69.5376 -> 69.54; March 2024).
    #[default]
    HalfUp,
    /// 0.5 to the even neighbour.
    HalfEven,
    /// Always down.
    Down,
}

impl Rounding {
    /// `numerator / denominator` for amounts that are not negative, rounded this way.
    ///
    /// The product stands in 128 bits, so that no amount that this crate lets in can overflow. A denominator of zero
    /// gives zero.
    pub fn divide(self, numerator: i128, denominator: i128) -> i64 {
        let Some((whole, rest)) = parted(numerator, denominator) else {
            return 0;
        };
        let twice = rest.saturating_mul(2);
        let up = match self {
            Self::Down => false,
            Self::HalfUp => twice >= denominator,
            Self::HalfEven => twice > denominator || (twice == denominator && whole & 1 == 1),
        };
        i64::try_from(whole.saturating_add(i128::from(up))).unwrap_or(i64::MAX)
    }
}

/// A quotient and what it leaves; `None` of zero. Everyday amounts fit 64 bits, which a processor divides in a fraction
/// of the time.
fn parted(numerator: i128, denominator: i128) -> Option<(i128, i128)> {
    if let (Ok(numerator), Ok(denominator)) = (u64::try_from(numerator), u64::try_from(denominator)) {
        let whole = numerator.checked_div(denominator)?;
        let rest = numerator.checked_rem(denominator)?;
        return Some((whole.into(), rest.into()));
    }
    Some((numerator.checked_div(denominator)?, numerator.checked_rem(denominator)?))
}

/// A share in hundredths of a percent: `7.5 %` is 750. From 0 to 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasisPoints(u16);

/// Why a text is no percentage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a percentage from \"0\" to \"100\" with at most two digits after the point")]
pub struct PercentError(String);

impl BasisPoints {
    /// One hundred percent.
    pub const WHOLE: Self = Self(10_000);

    /// Reads `10` or `7.5`: a decimal text without a sign or a percent sign, at most 100.
    pub fn parse(text: &str) -> Result<Self, PercentError> {
        parse_minor(text, Currency::HUNDREDTHS)
            .ok()
            .and_then(|points| u16::try_from(points).ok())
            .filter(|points| *points <= Self::WHOLE.0)
            .map(Self)
            .ok_or_else(|| PercentError(text.into()))
    }

    /// From hundredths of a percent; `None` over 100 %.
    pub fn new(points: u16) -> Option<Self> {
        (points <= Self::WHOLE.0).then_some(Self(points))
    }

    /// Hundredths of a percent.
    pub const fn points(self) -> u16 {
        self.0
    }

    /// This share of an amount.
    pub fn of(self, minor: i64, rounding: Rounding) -> i64 {
        rounding.divide(i128::from(minor).saturating_mul(i128::from(self.0)), 10_000)
    }

    /// The amount without a tax of this rate that it contains: `amount * 10000 / (10000 + rate)`.
    pub fn net_of(self, minor: i64, rounding: Rounding) -> i64 {
        rounding.divide(
            i128::from(minor).saturating_mul(10_000),
            i128::from(self.0).saturating_add(10_000),
        )
    }
}

/// `10` or `7.5`: no needless zeros.
impl fmt::Display for BasisPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (
            self.0.checked_div(100).unwrap_or(0),
            self.0.checked_rem(100).unwrap_or(0),
        );
        match (part, part.checked_rem(10)) {
            (0, _) => write!(f, "{whole}"),
            (_, Some(0)) => write!(f, "{whole}.{}", part.checked_div(10).unwrap_or(0)),
            _ => write!(f, "{whole}.{part:02}"),
        }
    }
}

/// Shares `amount` over `weights` by largest remainder: the parts add up to the last unit.
///
/// Each part is rounded down, then one unit goes to each of the largest remainders, ties to the earlier weight.
/// With `amount` no larger than the sum of the weights, no part is larger than its weight.
/// Weights of nothing at all get nothing.
pub fn allocate(amount: i64, weights: &[i64]) -> Vec<i64> {
    let mut parts = Vec::with_capacity(weights.len());
    allocate_into(amount, weights, &mut parts);
    parts
}

/// Up to so many weights are looked at again for each unit that is left, so that nothing need be remembered.
const FEW: usize = 32;

/// [`allocate`] into a list that is cleared first, so that a search need not ask for memory at each step.
pub fn allocate_into(amount: i64, weights: &[i64], parts: &mut Vec<i64>) {
    parts.clear();
    if let [_] = weights {
        parts.push(amount);
        return;
    }
    let sum: i128 = weights.iter().map(|w| i128::from(*w)).fold(0, i128::saturating_add);
    let share = |weight: i64| {
        let (part, rest) = parted(i128::from(amount).saturating_mul(i128::from(weight)), sum).unwrap_or_default();
        (i64::try_from(part).unwrap_or(0), rest)
    };
    let mut left = amount;
    for weight in weights {
        let (part, _) = share(*weight);
        left = left.saturating_sub(part);
        parts.push(part);
    }
    if sum == 0 {
        return;
    }
    // At most one unit for each weight is left. A part that has got its unit is told by its size.
    if weights.len() > FEW {
        // One look at all for each unit would be quadratic.
        let mut order: Vec<(core::cmp::Reverse<i128>, usize)> = weights
            .iter()
            .enumerate()
            .map(|(place, weight)| (core::cmp::Reverse(share(*weight).1), place))
            .collect();
        order.sort_unstable();
        for (_, place) in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
            if let Some(part) = parts.get_mut(place) {
                *part = part.saturating_add(1);
            }
        }
        return;
    }
    while left > 0 {
        let mut best: Option<(i128, &mut i64)> = None;
        for (part, weight) in parts.iter_mut().zip(weights) {
            let (floor, rest) = share(*weight);
            let waiting = *part == floor && *weight > 0;
            if waiting && best.as_ref().is_none_or(|(most, _)| rest > *most) {
                best = Some((rest, part));
            }
        }
        let Some((_, part)) = best else { return };
        *part = part.saturating_add(1);
        left = left.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test that fails to set up must stop, and its numbers are small"
    )]

    use super::*;
    use alloc::string::ToString;

    fn usd(text: &str) -> Result<i64, AmountError> {
        Money::parse(text, Currency::parse("USD").unwrap()).map(Money::minor)
    }

    #[test]
    fn an_amount_is_read_in_its_currencys_digits() {
        assert_eq!(usd("12.20"), Ok(1220));
        assert_eq!(usd("12.2"), Ok(1220));
        assert_eq!(usd("12"), Ok(1200));
        assert_eq!(usd("0.01"), Ok(1));
        let of = |text, code| Money::parse(text, Currency::parse(code).unwrap()).map(|m| (m.minor(), m.to_string()));
        assert_eq!(of("1200", "JPY"), Ok((1200, "1200".into())));
        assert_eq!(of("1.234", "KWD"), Ok((1234, "1.234".into())));
    }

    #[test]
    fn more_digits_than_the_currency_has_are_an_error_with_the_number() {
        let told = usd("12.345").map_err(|e| e.to_string());
        assert_eq!(told, Err("\"12.345\" has more digits than USD has (2)".into()));
        assert!(Money::parse("1.5", Currency::parse("KRW").unwrap()).is_err());
    }

    #[test]
    fn signs_exponents_blanks_and_commas_are_no_amounts() {
        for text in [
            "-1", "+1", "1e3", " 1", "1 ", "1,20", "", ".5", "5.", "1.2.3", "$5", "NaN", "１２",
        ] {
            assert!(usd(text).is_err(), "{text:?} was taken for an amount");
        }
        assert!(matches!(usd("9223372036854775807"), Err(AmountError::TooLarge(_))));
    }

    #[test]
    fn each_rounding_does_what_it_says_at_a_half() {
        let tenth_of = |amount, rounding: Rounding| BasisPoints::new(1000).unwrap().of(amount, rounding);
        assert_eq!(tenth_of(105, Rounding::HalfUp), 11);
        assert_eq!(tenth_of(105, Rounding::HalfEven), 10);
        assert_eq!(tenth_of(115, Rounding::HalfEven), 12);
        assert_eq!(tenth_of(105, Rounding::Down), 10);
    }

    #[test]
    fn percentages_are_read_and_written_alike() {
        for text in ["0", "10", "7.5", "19", "12.25", "100", "0.05"] {
            assert_eq!(BasisPoints::parse(text).unwrap().to_string(), text);
        }
        for text in ["250", "100.01", "-5", "1.234", "ten", "10%"] {
            assert!(BasisPoints::parse(text).is_err(), "{text:?} was taken for a percentage");
        }
    }

    #[test]
    fn the_parts_add_up_and_the_odd_unit_goes_to_the_largest_remainder_then_the_earlier_line() {
        assert_eq!(allocate(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(allocate(1000, &[3000, 7000]), [300, 700]);
        assert_eq!(allocate(10, &[0, 3, 3]), [0, 5, 5]);
        assert_eq!(allocate(2, &[1, 1, 1]), [1, 1, 0]);
        assert_eq!(allocate(0, &[5, 5]), [0, 0]);
        assert_eq!(allocate(5, &[5]), [5]);
    }

    #[test]
    fn many_weights_are_shared_over_as_few_are() {
        let weights: Vec<i64> = (0..100).map(|n| n * 37 % 11).collect();
        let sum: i64 = weights.iter().sum();
        for amount in [0, 1, 7, 99, sum - 1, sum] {
            let parts = allocate(amount, &weights);
            assert_eq!(parts.iter().sum::<i64>(), amount);
            let mut order: Vec<usize> = (0..100).collect();
            order.sort_by_key(|place| (core::cmp::Reverse(amount * weights[*place] % sum), *place));
            let odd = amount - weights.iter().map(|weight| amount * weight / sum).sum::<i64>();
            for (rank, place) in order.into_iter().enumerate() {
                let floor = amount * weights[place] / sum;
                assert_eq!(parts[place], floor + i64::from(i64::try_from(rank).unwrap() < odd));
            }
        }
    }
}
