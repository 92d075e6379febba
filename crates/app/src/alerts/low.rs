//! The low of a rule's period before the present price, kept so that a price that moves need not read the whole past.

use tillwatch_core::history::{Minute, Period, Series};
use tillwatch_core::money::{Currency, Money};

/// Minutes of a day.
const DAY: u32 = 1_440;

/// The lowest price before the present one, and until when that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Low {
    period: Period,
    price: Option<Money>,
    /// The first minute at which the price has left the period.
    until: Minute,
}

impl Low {
    /// The low of a series; without one there is none yet.
    pub(super) fn of(series: Option<&Series>, period: Period, currency: Currency, now: Minute) -> Self {
        let found = series.and_then(|series| series.low_before(period, now));
        let (price, held) = found.unzip();
        Self {
            period,
            price: price.map(|price| Money::new(price.minor(), currency)),
            until: held.map_or(Minute::LAST, |held| leaves(period, held)),
        }
    }

    /// Whether it still holds.
    pub(super) fn holds(&self, now: Minute) -> bool {
        now < self.until
    }

    /// The low, with a price besides that held until now.
    pub(super) fn with(&self, former: Option<Money>) -> Option<Money> {
        match (self.price, former) {
            (Some(low), Some(former)) if former.minor() < low.minor() => Some(former),
            (None, former) => former,
            (low, _) => low,
        }
    }

    /// A price has passed: it held until a minute.
    pub(super) fn pass(&mut self, former: Money, at: Minute) {
        if self.price.is_none_or(|low| former.minor() <= low.minor()) {
            self.price = Some(former);
            self.until = leaves(self.period, at);
        }
    }
}

/// When a price that held until before a minute has left a period.
fn leaves(period: Period, held: Minute) -> Minute {
    match period {
        Period::Days(days) => held.plus(days.saturating_mul(DAY)),
        Period::All => Minute::LAST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_is_the_least_price_that_has_passed_until_it_leaves_the_period() {
        let usd = |minor| Money::new(minor, Currency::USD);
        let mut low = Low::of(None, Period::Days(30), Currency::USD, Minute::FIRST);
        assert_eq!(low.with(None), None);
        low.pass(usd(900), Minute::new(100));
        low.pass(usd(1_000), Minute::new(200));
        assert_eq!(
            (low.with(None), low.with(Some(usd(850)))),
            (Some(usd(900)), Some(usd(850)))
        );
        assert!(low.holds(Minute::new(99 + 30 * DAY)) && !low.holds(Minute::new(100 + 30 * DAY)));
    }
}
