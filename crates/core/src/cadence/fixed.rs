//! Logarithm and power in whole numbers: 32 bits stand behind the point.

/// One, with 32 bits behind the point.
pub(super) const ONE: u64 = 1 << 32;

/// log2(e), with 32 bits behind the point.
const LOG2_E: u128 = 6_196_328_019;

/// ln(2), with 32 bits behind the point.
const LN_2: u128 = 2_977_044_472;

/// 2^(-k/16) for k from 0 to 16, with 32 bits behind the point.
const POWERS: [u64; 17] = [
    4_294_967_296,
    4_112_874_773,
    3_938_502_376,
    3_771_522_796,
    3_611_622_603,
    3_458_501_653,
    3_311_872_529,
    3_171_459_999,
    3_037_000_500,
    2_908_241_642,
    2_784_941_738,
    2_666_869_345,
    2_553_802_834,
    2_445_529_972,
    2_341_847_524,
    2_242_560_872,
    2_147_483_648,
];

/// log2 with 32 bits behind the point, rounded down; 0 for 0.
pub(super) fn log2(number: u64) -> u64 {
    let whole = number.checked_ilog2().unwrap_or(0);
    // The number as 1.xxx with 63 bits behind the point: squaring it doubles its logarithm, which shows the next bit.
    let mut mantissa = u128::from(number.max(1).wrapping_shl(63_u32.saturating_sub(whole)));
    let mut bits = u64::from(whole);
    for _ in 0..32 {
        mantissa = mantissa.saturating_mul(mantissa).wrapping_shr(63);
        let doubled = mantissa >= 1 << 64;
        mantissa = if doubled { mantissa.wrapping_shr(1) } else { mantissa };
        bits = bits.wrapping_shl(1) | u64::from(doubled);
    }
    bits
}

/// ln(above / below) with 32 bits behind the point; 0 where `above` is not above.
pub(super) fn ln_ratio(above: u64, below: u64) -> u64 {
    let log = u128::from(log2(above).saturating_sub(log2(below)));
    narrowed(log.saturating_mul(LN_2).wrapping_shr(32))
}

/// `of * 2^-exponent`, the exponent with 32 bits behind the point; at most 0.03 % above, then rounded down.
pub(super) fn halved(of: u128, exponent: u64) -> u128 {
    let whole = u32::try_from(exponent.wrapping_shr(32)).unwrap_or(u32::MAX);
    let step = usize::try_from(exponent.wrapping_shr(28) & 15).unwrap_or(0);
    let rest = exponent & ((1 << 28) - 1);
    let at = |step: usize| POWERS.get(step).copied().unwrap_or(ONE);
    let (high, low) = (at(step), at(step.saturating_add(1)));
    let down = narrowed(
        u128::from(high.saturating_sub(low))
            .saturating_mul(u128::from(rest))
            .wrapping_shr(28),
    );
    let power = u128::from(high.saturating_sub(down));
    of.saturating_mul(power)
        .wrapping_shr(32)
        .checked_shr(whole)
        .unwrap_or(0)
}

/// `of * exp(-part / whole)`; 0 where `whole` is 0.
pub(super) fn decayed(of: u128, part: u64, whole: u64) -> u128 {
    let exponent = u128::from(part).saturating_mul(LOG2_E).checked_div(u128::from(whole));
    exponent.map_or(0, |exponent| halved(of, narrowed(exponent)))
}

/// Cut off at the largest that fits.
pub(super) fn narrowed(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_right_to_nine_places() {
        let known = [
            (1, 0),
            (2, 4_294_967_296),
            (3, 6_807_362_105),
            (7, 12_057_497_578),
            (10, 14_267_572_527),
            (1000, 42_802_717_581),
            (123_456_789, 115_446_276_791),
        ];
        for (number, expected) in known {
            assert!(log2(number).abs_diff(expected) <= 2, "log2 {number} = {}", log2(number));
        }
        assert!(log2(u64::MAX).abs_diff(64 * ONE) <= 2);
    }

    #[test]
    fn the_power_is_right_to_a_third_of_a_thousandth() {
        // A million millions times exp(-part / 100).
        let known = [
            (0, 1_000_000_000_000),
            (1, 990_049_833_749),
            (7, 932_393_819_905),
            (50, 606_530_659_712),
            (100, 367_879_441_171),
            (123, 292_292_577_680),
            (690, 1_007_785_429),
            (1200, 6_144_212),
        ];
        for (part, expected) in known {
            let got = decayed(1_000_000_000_000, part, 100);
            assert!(got.abs_diff(expected) <= 2 + expected * 3 / 10_000, "{part}: {got}");
        }
    }

    #[test]
    fn what_lies_beyond_the_numbers_is_zero_and_no_panic() {
        assert_eq!(log2(0), 0);
        assert_eq!(decayed(u128::MAX, u64::MAX, 1), 0);
        assert_eq!(decayed(5, 5, 0), 0);
        assert_eq!(ln_ratio(1, 2), 0);
    }
}
