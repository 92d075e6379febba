//! What a listing claims to take off, held against what it really cost.

use tillwatch_core::history::{Extreme, Lane, Minute, Period, Price};
use tillwatch_core::money::{Money, Rounding};

use crate::App;
use crate::look::Look;
use crate::ports::store::StoreError;

/// A history that is shorter tells nothing of what is usual: two weeks of minutes.
const ENOUGH: u32 = 14 * 24 * 60;

/// A struck-out price, and what the history says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The price that is struck out, with the shipping that the listing asks now.
    pub struck: Money,
    /// How much is said to be off the price without discounts, in tenths of a percent, half up.
    pub off: i64,
    /// The highest price without discounts of the last year, and when it was reached.
    pub highest: Extreme,
    /// The average price without discounts of that year.
    pub average: Price,
    /// How far the present price without discounts lies below that average, in tenths of a percent of it, half up; below
    /// zero where it lies above.
    pub really_off: i64,
}

impl Claim {
    /// Whether it once cost what is struck out.
    pub fn is_earned(&self) -> bool {
        self.highest.price.minor() >= self.struck.minor()
    }
}

impl App {
    /// The claim of the variant that is looked at. `None` where no higher price is struck out, where nothing counts as
    /// present, or where fewer than two weeks are known.
    pub fn claim(&self, look: &Look, now: Minute) -> Result<Option<Claim>, StoreError> {
        let till = look.till.as_ref().filter(|_| look.is_present());
        let (Some(till), Some(shown)) = (till, look.shown()) else {
            return Ok(None);
        };
        let (Some(list), Some(line)) = (shown.list_price, till.checkout.lines.first()) else {
            return Ok(None);
        };
        let sticker = till.lanes.get(Lane::Sticker);
        let besides = sticker.checked_sub(line.unit_price);
        let Some(struck) = besides.and_then(|besides| list.checked_add(besides)) else {
            return Ok(None);
        };
        if struck.minor() <= sticker.minor() {
            return Ok(None);
        }
        let Some(series) = self.past(&look.variant, Lane::Sticker)? else {
            return Ok(None);
        };
        let known_since = series.prices().first().map(|run| run.start);
        if known_since.is_none_or(|since| now.since(since) < ENOUGH) {
            return Ok(None);
        }
        let windows = series.windows(now);
        let year = windows.iter().find(|window| window.period == Period::Days(365));
        Ok(year.and_then(|year| year.figures).map(|figures| Claim {
            struck,
            off: below(sticker.minor(), struck.minor()),
            highest: figures.high,
            average: figures.average,
            really_off: below(sticker.minor(), figures.average.minor()),
        }))
    }
}

/// How far an amount lies below another one, in tenths of a percent of that.
fn below(amount: i64, other: i64) -> i64 {
    let less = i128::from(other) - i128::from(amount);
    Rounding::HalfUp.divide(less.saturating_mul(1_000), i128::from(other))
}
