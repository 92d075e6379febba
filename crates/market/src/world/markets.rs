//! The ship-to countries of the simulated marketplace: what is paid in, about at which rate, and what shipping costs.

use tillwatch_core::money::{BasisPoints, Currency, Money};

/// A ship-to country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Market {
    /// Two capital letters.
    pub country: &'static str,
    /// Three capital letters.
    code: &'static str,
    /// Minor units for one dollar, in thousandths.
    rate: i64,
    /// Minor units that a ladder counts as one dollar: a round amount.
    round: i64,
    /// The VAT, in hundredths of a percent, without which minimums are tested; zero where they are tested as listed.
    vat: u16,
    /// The fee of the shared shipping, and from how much merchandise it is waived, in minor units.
    pool: (i64, i64),
}

/// All of them.
pub const MARKETS: [Market; 12] = [
    market("US", "USD", 100_000, 100, 0, (199, 1_000)),
    market("GB", "GBP", 78_700, 100, 0, (199, 800)),
    market("DE", "EUR", 92_400, 100, 1_900, (199, 1_000)),
    market("FR", "EUR", 92_400, 100, 2_000, (199, 1_000)),
    market("ES", "EUR", 92_400, 100, 2_100, (199, 1_000)),
    market("NL", "EUR", 92_400, 100, 2_100, (249, 1_200)),
    market("PL", "PLN", 396_100, 400, 2_300, (799, 4_000)),
    market("MX", "MXN", 1_738_400, 2_000, 0, (3_500, 17_000)),
    market("BR", "BRL", 541_700, 500, 0, (999, 5_000)),
    market("JP", "JPY", 149_300, 150, 0, (300, 1_500)),
    market("KR", "KRW", 1_342_000, 1_000, 0, (2_500, 13_000)),
    market("IL", "ILS", 371_200, 400, 0, (790, 3_800)),
];

const fn market(
    country: &'static str,
    code: &'static str,
    rate: i64,
    round: i64,
    vat: u16,
    pool: (i64, i64),
) -> Market {
    Market {
        country,
        code,
        rate,
        round,
        vat,
        pool,
    }
}

impl Market {
    /// The market of a country; `None` where nothing is shipped to.
    pub fn of(country: &str) -> Option<&'static Self> {
        MARKETS.iter().find(|market| market.country == country)
    }

    /// What is paid in.
    pub fn currency(&self) -> Currency {
        Currency::parse(self.code).unwrap_or(Currency::USD)
    }

    /// Its place in [`MARKETS`].
    pub(super) fn number(&self) -> u64 {
        (0..)
            .zip(&MARKETS)
            .find(|(_, market)| *market == self)
            .map_or(0, |(number, _)| number)
    }

    pub(super) const fn letters(&self) -> &'static str {
        self.code
    }

    pub(super) const fn rate(&self) -> i64 {
        self.rate
    }

    pub(super) const fn round(&self) -> i64 {
        self.round
    }

    /// The VAT without which minimums are tested; `None` where they are tested as listed.
    pub fn net_of(&self) -> Option<BasisPoints> {
        BasisPoints::new(self.vat).filter(|rate| rate.points() > 0)
    }

    /// The fee of the shared shipping, and the merchandise from which it is waived.
    pub fn pool(&self) -> (Money, Money) {
        let money = |minor| Money::new(minor, self.currency());
        (money(self.pool.0), money(self.pool.1))
    }
}
