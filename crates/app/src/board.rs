//! The board: a card for each variant with a present price, made of its history beside everything else. Nothing is
//! decided by it, and all of it can be made again.

use tillwatch_core::checkout::Line;
use tillwatch_core::history::{Lane, Minute, Period, Price, Series};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::BasisPoints;
use tillwatch_core::snapshot::Variant;

use crate::App;
use crate::ports::store::{Card, Due, ListingId, Offer, Post, StoreError, Terms, TrackedVariant};
use crate::standing::{FRESH, Standing};

/// Minutes of a day.
const DAY: u32 = 1_440;

/// How far back a low and the usual price look, in days.
const MONTH: u32 = 30;

/// Under so many full days of known prices a comparison with the past says little.
pub const FEW_DAYS: u32 = 14;

/// Listings that are looked at in one go, and cards that are then made: a short read and a short write.
const LISTINGS: usize = 2_000;
const CARDS: usize = 50;

/// The lanes in which something is taken off.
const LANES: [Lane; 3] = [Lane::Automatic, Lane::Public, Lane::Code];

/// What a go came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refreshed {
    /// Cards that were made, or taken off.
    pub cards: usize,
    /// After which listing to go on; `None` where all were looked at.
    pub next: Option<ListingId>,
}

impl Card {
    /// Whether so little is known of its past that a comparison says little.
    pub const fn is_young(&self) -> bool {
        self.days < FEW_DAYS
    }
}

impl Offer {
    /// Whether no lower price is known of any time.
    pub fn is_lowest(&self) -> bool {
        self.total <= self.low.price
    }
}

impl App {
    /// Brings the cards of some listings up to their newest prices: those with numbers above `after`. Prices that are no
    /// longer present leave the board. A call takes a moment, and is made again and again.
    pub fn refresh_board(&self, after: ListingId, now: Instant) -> Result<Refreshed, StoreError> {
        let old = Minute::of(now).minus(FRESH);
        let (due, next) = self.store.board_due(after, old, LISTINGS, CARDS)?;
        let mut posts = Vec::with_capacity(due.len());
        for due in due {
            let card = match self.card(&due, Minute::of(now)) {
                // What is damaged has no price: an examination names it.
                Err(StoreError::Damaged { .. }) => None,
                other => other?,
            };
            posts.push(Post {
                variant: due.variant,
                mark: due.mark,
                card,
            });
        }
        if !posts.is_empty() {
            self.store.put_on_board(&posts)?;
        }
        Ok(Refreshed {
            cards: posts.len(),
            next,
        })
    }

    /// The card of a variant; none where its price is not known now, or does not count.
    fn card(&self, due: &Due, now: Minute) -> Result<Option<Card>, StoreError> {
        let Some(state) = self.store.listing(&due.key)? else {
            return Ok(None);
        };
        let variant = state.tracked.variants.iter().find(|one| one.id == due.variant);
        let Some((variant, latest)) = variant.and_then(|one| Some((one, one.latest.as_ref()?))) else {
            return Ok(None);
        };
        let Some(sticker) = Price::new(latest.lanes.sticker.minor()) else {
            return Ok(None);
        };
        let mut card = Card {
            key: due.key.clone(),
            sku: variant.sku.clone(),
            title: None,
            name: None,
            sticker,
            warehouse: None,
            categories: Vec::new(),
            free_shipping: false,
            newcomers: false,
            voided: false,
            days: 0,
            confirmed: latest.confirmed,
            offers: Vec::with_capacity(LANES.len()),
        };
        for lane in LANES {
            let series = self.store.series(variant.id, lane, &latest.terms)?;
            let offer = series.as_ref().and_then(|series| offer(series, lane, sticker, now));
            let (Some(series), Some(offer)) = (series, offer) else {
                return Ok(None);
            };
            if lane == Lane::Public {
                card.days = series.clone().fresh_for(FRESH).known_minutes(now) / DAY;
                let month = now.minus(MONTH * DAY);
                card.voided = series.voids().iter().any(|void| void.until > month && void.from <= now);
            }
            card.offers.push(offer);
        }
        if let Some(seen) = state.snapshot {
            let shown = seen
                .variants
                .iter()
                .find(|one| one.sku.is_some() && one.sku == variant.sku);
            describe(&mut card, variant, shown, &latest.terms);
            card.categories = seen.categories;
            card.title = seen.title;
        }
        Ok(Some(card))
    }
}

/// What the last reading says of the thing itself.
fn describe(card: &mut Card, variant: &TrackedVariant, shown: Option<&Variant>, terms: &Terms) {
    let line: Option<&Line> = variant.checkout.as_ref().and_then(|checkout| checkout.lines.first());
    card.free_shipping = terms.delivered && line.is_some_and(|line| line.shipping.is_zero() && line.pool.is_none());
    let shipped = line.and_then(|line| line.warehouse.clone());
    card.warehouse = shipped.or_else(|| shown.and_then(|shown| shown.warehouse.clone()));
    card.name = shown.and_then(|shown| shown.name.clone());
    card.newcomers = shown.is_some_and(|shown| shown.new_shopper_price.is_some());
}

/// Where the present price of a lane stands against its past; nothing where it is not known now, or does not count.
fn offer(series: &Series, lane: Lane, sticker: Price, now: Minute) -> Option<Offer> {
    let total = Standing::of(series, now).price()?;
    let series = series.clone().fresh_for(FRESH);
    // A past that was put before the first reading may end at the same price.
    let runs = series.prices().iter().rev().skip_while(|run| run.start > now);
    let began = runs.take_while(|run| run.value == total).last()?.start;
    let windows = series.windows(now);
    let window = |period| windows.iter().find(|window| window.period == period)?.figures;
    let (month, ever) = (window(Period::Days(MONTH))?, window(Period::All)?);
    // A price that has held for so long is the usual one: nothing fell lately.
    let is_lately = now.since(began) <= MONTH * DAY;
    let former = is_lately
        .then(|| series.figures_between(began.minus(MONTH * DAY), began))
        .flatten();
    let former = former.map(|former| former.low.price);
    let nothing = BasisPoints::new(0)?;
    Some(Offer {
        lane,
        total,
        saved: total.drop_against(sticker),
        began,
        low_30: month.low.price,
        former,
        usual: month.average,
        low: ever.low,
        below_low: former.map_or(nothing, |former| total.drop_against(former)),
        below_usual: total.drop_against(month.average),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;
    use proptest::prelude::*;
    use tillwatch_core::history::{Run, Void};
    use tillwatch_core::snapshot::Outcome;

    fn price(minor: i64) -> Price {
        Price::new(minor).unwrap()
    }

    /// Prices, each from its day on; the last is confirmed for a day.
    fn series(days: &[(u32, i64)]) -> Series {
        let ends = days
            .iter()
            .skip(1)
            .map(|(day, _)| day * DAY - 1)
            .chain([days[days.len() - 1].0 * DAY + DAY]);
        let runs = days.iter().zip(ends).map(|((day, minor), end)| Run {
            start: Minute::new(day * DAY),
            confirmed: end - day * DAY,
            value: price(*minor),
        });
        let checks = vec![Run {
            start: Minute::new(0),
            confirmed: 9,
            value: Outcome::Ok,
        }];
        Series::new(runs.collect(), checks).unwrap()
    }

    fn told(series: &Series, day: u32) -> Option<(i64, Option<i64>, u16, u16)> {
        let offer = offer(series, Lane::Public, price(4_000), Minute::new(day * DAY + 60))?;
        let former = offer.former.map(Price::minor);
        Some((
            offer.total.minor(),
            former,
            offer.below_low.points(),
            offer.below_usual.points(),
        ))
    }

    #[test]
    fn a_fall_to_a_new_low_is_a_drop_against_the_low_before_it() {
        // 20.00 for 40 days, of which one at 18.00; then 16.20: a tenth under the low before it.
        let fell = series(&[(0, 2_000), (20, 1_800), (21, 2_000), (40, 1_620)]);
        let (total, former, below_low, below_usual) = told(&fell, 40).unwrap();
        assert_eq!((total, former, below_low), (1_620, Some(1_800), 1_000));
        assert!(below_usual > 1_800, "the usual price is near 20.00");
        // The same price while the former low is older than 30 days.
        let later = series(&[(0, 2_000), (5, 1_600), (6, 2_000), (40, 1_620)]);
        assert_eq!(told(&later, 40).unwrap().1, Some(2_000));
        let offer = offer(&later, Lane::Public, price(4_000), Minute::new(40 * DAY)).unwrap();
        assert_eq!(
            (offer.is_lowest(), offer.low.price.minor(), offer.saved.points()),
            (false, 1_600, 5_950)
        );
    }

    #[test]
    fn a_price_that_has_held_for_a_month_has_not_fallen() {
        let held = series(&[(0, 2_000), (40, 1_620), (71, 1_620)]);
        assert_eq!(told(&held, 71), Some((1_620, None, 0, 0)));
    }

    #[test]
    fn an_old_a_hidden_and_a_voided_price_are_on_no_card() {
        let fell = series(&[(0, 2_000), (40, 1_620)]);
        assert!(told(&fell, 42).is_some());
        assert_eq!(told(&fell, 43), None, "nobody looked for more than a day and a half");
        let void = Void {
            from: Minute::new(40 * DAY),
            until: Minute::new(50 * DAY),
            reason: "a slip".into(),
        };
        assert_eq!(told(&fell.clone().voided(vec![void]), 40), None);
        let blocked = Run {
            start: Minute::new(40 * DAY + 5),
            confirmed: 0,
            value: Outcome::Blocked,
        };
        let hidden = Series::new(fell.prices().to_vec(), vec![blocked]).unwrap();
        assert_eq!(told(&hidden, 40), None);
    }

    proptest! {
        /// Against the definition, minute by minute.
        #[test]
        fn a_drop_is_what_the_low_of_the_thirty_days_before_says(steps in prop::collection::vec((1_u32..20, 100_i64..5_000), 2..12)) {
            let mut day = 0;
            let mut days: Vec<(u32, i64)> = Vec::new();
            for (pause, minor) in steps {
                if days.last().is_none_or(|(_, last)| *last != minor) {
                    days.push((day, minor));
                }
                day += pause;
            }
            let (began, now) = days[days.len() - 1];
            let from = began.saturating_sub(30);
            let at = |day: u32| days.iter().rev().find(|(start, _)| *start <= day).map(|(_, minor)| *minor);
            let former = (from..began).filter_map(at).min();
            let told = told(&series(&days), began).unwrap();
            prop_assert_eq!((told.0, told.1), (now, former));
            let drop = former.map_or(0, |former| ((former - now).max(0) * 20_000 + former) / (2 * former));
            prop_assert_eq!(i64::from(told.2), drop);
        }
    }
}
