//! What a variant would have cost under another rule set, computed from the checkouts that were kept of it.
//!
//! Nothing of it is stored. It follows from what is kept, so that a stored copy could only grow old: by the next
//! reading, by a correction of a ladder, by the next rule set.

use tillwatch_core::almanac::Almanac;
use tillwatch_core::checkout::Checkout;
use tillwatch_core::history::{Lane, Minute, Price, Refused, Run, Series, Tail};
use tillwatch_core::instant::Instant;
use tillwatch_core::rules::RuleSet;

use crate::App;
use crate::book::Book;
use crate::ports::store::{StoreError, Terms};
use crate::verbs::HistoryOf;

impl App {
    /// A recorded history as another rule set makes it, with the discounts that are known today at each moment.
    ///
    /// Gaps, voids and the last confirmed minute are those of the recorded one. `None` where no checkout was kept, as of
    /// an imported history.
    pub fn recompute(&self, recorded: &HistoryOf, rules: &RuleSet) -> Result<Option<HistoryOf>, StoreError> {
        let kept = self.store.checkouts(recorded.variant.id, Minute::FIRST, Minute::LAST)?;
        let series = recomputed(&kept, &self.almanac(), rules, recorded.lane, &recorded.series);
        let series = series.map_err(|why| StoreError::Damaged {
            place: format!("the checkouts of variant {}", recorded.variant.id.0),
            why: why.to_string(),
        })?;
        Ok(series.map(|series| HistoryOf {
            terms: Terms {
                rules: rules.id.clone(),
                ..recorded.terms.clone()
            },
            series,
            ..recorded.clone()
        }))
    }
}

/// The series that kept checkouts come to: a reading at each of them, and a computed change wherever a discount that is
/// shown or known begins or ends until the next.
fn recomputed(
    kept: &[(Minute, Checkout)],
    almanac: &Almanac,
    rules: &RuleSet,
    lane: Lane,
    recorded: &Series,
) -> Result<Option<Series>, Refused> {
    let Some(end) = recorded.prices().last().map(Run::end) else {
        return Ok(None);
    };
    let mut runs = Vec::new();
    let mut open: Option<Tail> = None;
    for (place, (minute, checkout)) in kept.iter().enumerate() {
        let next = kept
            .get(place.saturating_add(1))
            .map_or(end, |(next, _)| (*next).min(end));
        let price = |at| price(checkout, almanac, rules, lane, at);
        if let Some(first) = price(checkout.at) {
            match &mut open {
                Some(tail) => runs.extend(tail.observe(*minute, first)?),
                None => open = Some(Tail::open(*minute, first)),
            }
        }
        let mut at = checkout.at;
        while let Some(turn) = next_turn(checkout, almanac, at).filter(|turn| Minute::of(*turn) < next) {
            if let (Some(tail), Some(changed)) = (&mut open, price(turn)) {
                runs.extend(tail.change(Minute::of(turn), changed)?);
            }
            at = turn;
        }
    }
    let Some(mut tail) = open else { return Ok(None) };
    let last = tail.run();
    if last.end() < end {
        tail.observe(end, last.value)?;
    }
    runs.push(tail.run());
    let series = Series::new(runs, recorded.checks().to_vec())?;
    Ok(Some(series.voided(recorded.voids().to_vec())))
}

fn price(own: &Checkout, almanac: &Almanac, rules: &RuleSet, lane: Lane, at: Instant) -> Option<Price> {
    let lanes = Book::price(own, almanac, rules, at)?;
    Price::new(lanes.get(lane).minor())
}

/// When a discount that the listing showed, or one that is known, begins or ends next.
pub(crate) fn next_turn(own: &Checkout, almanac: &Almanac, after: Instant) -> Option<Instant> {
    let shown = own.discounts.iter().flat_map(|one| [one.valid_from, one.valid_until]);
    let shown = shown.flatten().filter(|edge| *edge > after);
    shown.chain(almanac.next_turn_of(&own.lines, after)).min()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;
    use tillwatch_core::calendar::Calendar;
    use tillwatch_core::checkout::Line;
    use tillwatch_core::country::Country;
    use tillwatch_core::discount::{Benefit, Discount, Kind};
    use tillwatch_core::id::{DiscountId, ItemId};
    use tillwatch_core::money::{Currency, Money};
    use tillwatch_core::rules::RuleBook;
    use tillwatch_core::snapshot::Outcome;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn at(hours: i64) -> Instant {
        Instant::parse("2026-06-01T00:00:00Z")
            .unwrap()
            .plus_seconds(hours * 3_600)
    }

    fn kept(hours: i64, price: i64) -> (Minute, Checkout) {
        let mut checkout = Checkout::new(Country::US, Currency::USD, at(hours));
        checkout.lines.push(Line {
            item: ItemId::parse("1005006000000001").unwrap(),
            sku: None,
            title: None,
            store: None,
            seller: None,
            categories: Vec::new(),
            warehouse: None,
            unit_price: usd(price),
            quantity: 1,
            shipping: usd(0),
            pool: None,
        });
        let mut coupon = Discount::new(
            DiscountId::parse("P5").unwrap(),
            Kind::Platform,
            Benefit::Fixed { amount: usd(500) },
            Some(Currency::USD),
        );
        coupon.valid_until = Some(at(30));
        checkout.discounts.push(coupon);
        (Minute::of(at(hours)), checkout)
    }

    fn recorded() -> Series {
        let run = |hours: i64, confirmed: u32| Run {
            start: Minute::of(at(hours)),
            confirmed,
            value: Price::new(9_999).unwrap(),
        };
        let checks = vec![Run {
            start: Minute::of(at(0)),
            confirmed: 72 * 60,
            value: Outcome::Ok,
        }];
        Series::new(vec![run(0, 72 * 60)], checks).unwrap()
    }

    /// Hours since the beginning, minutes confirmed, minor units.
    fn shown(kept: &[(Minute, Checkout)]) -> Vec<(u32, u32, i64)> {
        let almanac = Almanac {
            ladders: Vec::new(),
            events: Calendar::default(),
            ..Almanac::built_in().unwrap()
        };
        let rules = RuleBook::built_in()
            .unwrap()
            .get(Some("official-2018"))
            .unwrap()
            .clone();
        let series = recomputed(kept, &almanac, &rules, Lane::Public, &recorded()).unwrap();
        let runs = series.iter().flat_map(Series::prices);
        runs.map(|run| {
            let hours = run.start.since(Minute::of(at(0))) / 60;
            (hours, run.confirmed, run.value.minor())
        })
        .collect()
    }

    #[test]
    fn a_price_changes_with_each_checkout_and_where_a_shown_coupon_ends() {
        let runs = shown(&[kept(0, 2_000), kept(24, 3_000)]);
        assert_eq!(runs, [(0, 0, 1_500), (24, 0, 2_500), (30, 42 * 60, 3_000)]);
    }

    #[test]
    fn nothing_is_computed_where_nothing_was_kept() {
        assert_eq!(shown(&[]), []);
    }
}
