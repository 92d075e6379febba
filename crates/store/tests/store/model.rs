//! Any sequence of readings, re-pricings and voids, against a model that keeps plain lists.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use crate::common::{at, check, key, lanes, minute, reading, sku, terms};
use proptest::prelude::*;
use tillwatch_app::ports::store::{ListingId, Repriced, Store, Terms, VariantId};
use tillwatch_core::history::{Lane, Minute, Price, Run, Series, Void};
use tillwatch_core::snapshot::Outcome;
use tillwatch_store::Sqlite;

/// Something that happens so many minutes after the one before, or earlier than it.
#[derive(Debug, Clone)]
enum Event {
    Read { rules: usize, sticker: i64 },
    Fail(Outcome),
    Reprice { rules: usize, sticker: i64 },
    Void { from: u32, length: u32 },
    Unvoid(usize),
}

fn events() -> impl Strategy<Value = Vec<(i32, Event)>> {
    let sticker = || 100..104_i64;
    let outcome = prop_oneof![Just(Outcome::Blocked), Just(Outcome::SoldOut)];
    let event = prop_oneof![
        8 => (0..2_usize, sticker()).prop_map(|(rules, sticker)| Event::Read { rules, sticker }),
        2 => outcome.prop_map(Event::Fail),
        2 => (0..2_usize, sticker()).prop_map(|(rules, sticker)| Event::Reprice { rules, sticker }),
        1 => (0..500_u32, 1..50_u32).prop_map(|(from, length)| Event::Void { from, length }),
        1 => (0..4_usize).prop_map(Event::Unvoid),
    ];
    let wait = prop_oneof![9 => 0..20_i32, 1 => -30..0_i32];
    prop::collection::vec((wait, event), 0..300)
}

/// Lists of runs, changed by the words of the port.
#[derive(Default)]
struct Model {
    prices: [[Vec<Run>; 4]; 2],
    checks: Vec<Run<Outcome>>,
    voids: Vec<Void>,
}

fn put<V: Copy + PartialEq>(runs: &mut Vec<Run<V>>, at: Minute, value: V, confirms: bool) {
    match runs.last_mut() {
        Some(last) if at < last.end() => {}
        Some(last) if last.value == value => {
            if confirms {
                last.confirmed = at.since(last.start);
            }
        }
        _ => runs.push(Run {
            start: at,
            confirmed: 0,
            value,
        }),
    }
}

impl Model {
    fn price(&mut self, rules: usize, at: Minute, sticker: i64, confirms: bool) {
        for (lane, runs) in Lane::ALL.into_iter().zip(&mut self.prices[rules]) {
            let price = Price::new(lanes(sticker).get(lane).minor()).unwrap();
            put(runs, at, price, confirms);
        }
    }

    fn series(&self, rules: usize, lane: usize) -> Option<Series> {
        let prices = self.prices[rules][lane].clone();
        (!prices.is_empty()).then(|| {
            let mut voids = self.voids.clone();
            voids.sort_by_key(|void| (void.from, void.until));
            Series::new(prices, self.checks.clone()).unwrap().voided(voids)
        })
    }
}

fn under(rules: usize) -> Terms {
    Terms {
        rules: ["seed-2026", "other"][rules].into(),
        ..terms()
    }
}

struct Both {
    store: Sqlite,
    listing: ListingId,
    variant: VariantId,
    model: Model,
}

impl Both {
    fn happen(&mut self, after: u32, event: &Event) {
        let (listing, variant) = (self.listing, self.variant);
        match *event {
            Event::Read { rules, sticker } => {
                let mut read = reading(listing, variant, after, sticker);
                read.prices[0].terms = under(rules);
                self.store.record_checks(&[read]).unwrap();
                put(&mut self.model.checks, minute(after), Outcome::Ok, true);
                self.model.price(rules, minute(after), sticker, true);
            }
            Event::Fail(outcome) => {
                self.store.record_checks(&[check(listing, after, outcome)]).unwrap();
                put(&mut self.model.checks, minute(after), outcome, true);
            }
            Event::Reprice { rules, sticker } => {
                let repriced = Repriced {
                    variant,
                    terms: under(rules),
                    lanes: lanes(sticker),
                };
                let done = self.store.record_prices(at(after), &[repriced]);
                assert_eq!(done.is_ok(), !self.model.prices[rules][0].is_empty());
                if done.is_ok() {
                    self.model.price(rules, minute(after), sticker, false);
                }
            }
            Event::Void { from, length } => {
                let void = Void {
                    from: minute(from),
                    until: minute(from + length),
                    reason: format!("at {after}"),
                };
                self.store.void(variant, &void).unwrap();
                self.model
                    .voids
                    .retain(|one| (one.from, one.until) != (void.from, void.until));
                self.model.voids.push(void);
            }
            Event::Unvoid(place) => {
                if place < self.model.voids.len() {
                    let void = self.model.voids.remove(place);
                    self.store.unvoid(variant, &void).unwrap();
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_series_is_the_one_that_plain_lists_would_hold(events in events()) {
        let store = Sqlite::in_memory().unwrap();
        let (listing, variant) = store.track(&key(1), Some(&sku("1200")), at(0)).unwrap();
        let mut both = Both { store, listing, variant, model: Model::default() };
        let mut after = 0;
        for (wait, event) in &events {
            after = u32::saturating_add_signed(after, *wait);
            both.happen(after, event);
        }
        for rules in 0..2 {
            for (place, lane) in Lane::ALL.into_iter().enumerate() {
                let kept = both.store.series(variant, lane, &under(rules)).unwrap();
                prop_assert_eq!(kept, both.model.series(rules, place), "{} under {}", lane, rules);
            }
        }
        prop_assert_eq!(both.store.examine().unwrap().problems, vec![]);
    }
}
