//! Exact fractions of minor units: nothing is lost until a sum is made whole, and then it is said how.

use std::cmp::Ordering;

/// A fraction that is not negative.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ratio {
    over: i128,
    under: i128,
}

impl Ratio {
    /// `under` is more than nothing.
    pub(super) const fn new(over: i128, under: i128) -> Self {
        Self { over, under }
    }

    /// The whole part.
    fn floor(self) -> i128 {
        self.over.div_euclid(self.under)
    }

    /// What is over the whole part.
    fn rest(self) -> Self {
        Self::new(self.over.rem_euclid(self.under), self.under)
    }

    /// Half up: a half more, and then the whole part.
    pub(super) fn half_up(self) -> i128 {
        Self::new(2 * self.over + self.under, 2 * self.under).floor()
    }

    fn compare(self, other: Self) -> Ordering {
        (self.over * other.under).cmp(&(other.over * self.under))
    }
}

/// Splits whole units by weight. Each part is its exact share without its fraction; the units that are then missing go,
/// one each, to the parts with the largest fractions, and of equal ones to the first.
pub(super) fn split(units: i128, weights: &[i128]) -> Vec<i128> {
    let all: i128 = weights.iter().sum();
    if all == 0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<Ratio> = weights.iter().map(|weight| Ratio::new(units * weight, all)).collect();
    let mut parts: Vec<i128> = exact.iter().map(|share| share.floor()).collect();
    let missing = units - parts.iter().sum::<i128>();
    let mut by_rest: Vec<usize> = (0..weights.len()).collect();
    // A stable sort, so that of two equal ones the first stays first.
    by_rest.sort_by(|one, other| exact[*other].rest().compare(exact[*one].rest()));
    for place in by_rest.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        parts[place] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_goes_up_and_less_goes_down() {
        assert_eq!(Ratio::new(5, 10).half_up(), 1);
        assert_eq!(Ratio::new(49_999, 100_000).half_up(), 0);
        assert_eq!(Ratio::new(15, 10).half_up(), 2);
    }

    #[test]
    fn missing_units_go_to_the_largest_fractions_and_then_to_the_first() {
        assert_eq!(split(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(split(10, &[150, 150, 400]), [2, 2, 6]);
        assert_eq!(split(1, &[1, 2, 1]), [0, 1, 0]);
        assert_eq!(split(5, &[0, 3, 0, 2]), [0, 3, 0, 2]);
        assert_eq!(split(0, &[0, 0]), [0, 0]);
    }
}
