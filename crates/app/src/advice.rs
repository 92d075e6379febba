//! Wait or buy: the next named sale, and what such sales did to this listing before.

use tillwatch_core::calendar::{Event, Phase, events_between};
use tillwatch_core::history::{Lane, Minute};
use tillwatch_core::instant::Instant;

use crate::App;
use crate::effects::{BACK, Effect, Sale, Tally};
use crate::look::Look;
use crate::ports::store::StoreError;

/// A sale that is further ahead is no reason to wait, in seconds: thirty days.
const AHEAD: i64 = 30 * 86_400;

/// Fewer past sales tell nothing.
const ENOUGH: u32 = 2;

/// What speaks for waiting, and what does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The sale that is on now, the one that ends first.
    pub on: Option<Event>,
    /// The next one that begins within thirty days.
    pub next: Option<Event>,
    /// What past sales did to this listing: one of [`Effect::listings`] is one sale.
    pub past: Effect,
    /// What it comes to.
    pub verdict: Verdict,
}

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A sale is near, and most of those that were seen made the listing cheaper.
    Wait,
    /// It is at its lowest price yet, or most sales that were seen changed nothing.
    Buy,
    /// Too few sales of this listing were seen.
    Unsure,
}

impl Advice {
    fn of(on: Option<Event>, next: Option<Event>, past: Effect, is_at_low: bool) -> Option<Self> {
        // Without a sale in sight there is nothing to wait for.
        if on.is_none() && next.is_none() {
            return None;
        }
        let is_helped = past.cheaper.saturating_mul(2) > past.listings;
        let verdict = match &next {
            _ if is_at_low => Verdict::Buy,
            _ if past.listings < ENOUGH => Verdict::Unsure,
            Some(_) if is_helped => Verdict::Wait,
            _ => Verdict::Buy,
        };
        Some(Self {
            on,
            next,
            past,
            verdict,
        })
    }
}

impl App {
    /// Whether to wait with what is looked at. `None` where nothing counts as its present price, or no named sale is on
    /// or begins within thirty days.
    pub fn advice(&self, look: &Look, now: Instant) -> Result<Option<Advice>, StoreError> {
        if !look.is_present() {
            return Ok(None);
        }
        let events = events_between(&self.almanac(), now.plus_seconds(-BACK), now.plus_seconds(AHEAD));
        let main = events.into_iter().filter(|event| event.phase == Phase::Main);
        let (coming, begun): (Vec<Event>, Vec<Event>) =
            main.partition(|event| event.starts.is_some_and(|starts| starts > now));
        let on = begun.iter().filter(|event| event.ends.is_some_and(|ends| ends > now));
        let on = on.min_by_key(|event| event.ends).cloned();
        let next = coming.into_iter().min_by_key(|event| event.starts);
        let mut tally = Tally::default();
        if let Some(series) = self.past(&look.variant, Lane::Public)? {
            for sale in begun.iter().filter_map(|event| Sale::of(event, now)) {
                tally.take(&series, &sale);
            }
        }
        let is_at_low = look.standing.above_low().is_some_and(|above| above <= 0);
        Ok(Advice::of(on, next, tally.effect(), is_at_low))
    }
}

/// The minutes until an event begins; none where that is not known.
pub fn minutes_until(event: &Event, now: Instant) -> u32 {
    event
        .starts
        .map_or(0, |starts| Minute::of(starts).since(Minute::of(now)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;
    use tillwatch_core::almanac::Almanac;

    fn sale() -> Event {
        let almanac = Almanac::built_in().unwrap();
        let at = |text| Instant::parse(text).unwrap();
        let events = events_between(&almanac, at("2025-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        events.into_iter().next().unwrap()
    }

    fn past(listings: u32, cheaper: u32) -> Effect {
        Effect {
            listings,
            cheaper,
            lows: 0,
            median: 0,
        }
    }

    #[test]
    fn a_near_sale_argues_for_waiting_only_where_sales_helped_before() {
        let verdict = |next: Option<Event>, past, is_at_low| {
            Advice::of(Some(sale()), next, past, is_at_low).map(|advice| advice.verdict)
        };
        assert_eq!(verdict(Some(sale()), past(4, 3), false), Some(Verdict::Wait));
        assert_eq!(verdict(Some(sale()), past(4, 3), true), Some(Verdict::Buy));
        assert_eq!(verdict(Some(sale()), past(4, 2), false), Some(Verdict::Buy));
        assert_eq!(verdict(Some(sale()), past(1, 1), false), Some(Verdict::Unsure));
        assert_eq!(verdict(None, past(4, 4), false), Some(Verdict::Buy));
        assert_eq!(Advice::of(None, None, past(4, 4), false), None);
    }
}
