//! Prices that browsers show: none of them is recorded unless a reading of ours shows the same.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use tillwatch_app::check::{Bench, Doubts};
use tillwatch_app::hearsay::{Heard, Hearsay, Known, SOURCE};
use tillwatch_app::ports::source::{Depth, Reading};
use tillwatch_app::ports::store::{
    Check, LastCheck, Latest, ListingId, ListingKey, ListingState, Schedule, Tracked, TrackedVariant, VariantId,
};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Benefit, Discount, Kind};
use tillwatch_core::history::Minute;
use tillwatch_core::id::{DiscountId, ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

const HOUR: i64 = 3_600;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn at(second: i64) -> Instant {
    Instant::parse("2026-06-05T00:00:00Z").unwrap().plus_seconds(second)
}

fn rules() -> RuleSet {
    RuleBook::built_in().unwrap().get(None).unwrap().clone()
}

fn almanac() -> Almanac {
    Almanac {
        ladders: Vec::new(),
        ..Almanac::built_in().unwrap()
    }
}

/// A page that shows the variants `1200`, `1201` and so on at these prices.
fn page(prices: &[i64]) -> Snapshot {
    let variant = |(place, price): (usize, &i64)| Variant {
        sku: SkuId::parse(&(1_200 + place).to_string()).ok(),
        ..Variant::at(usd(*price))
    };
    Snapshot {
        item: ItemId::parse("1005006367324382").ok(),
        market: Some(Country::US),
        currency: Some(Currency::USD),
        variants: prices.iter().enumerate().map(variant).collect(),
        ..Snapshot::empty("test")
    }
}

/// A listing with the variant `1200` tracked, what waits for it, and the doubts of steep falls.
struct House {
    state: ListingState,
    hearsay: Hearsay,
    doubts: Doubts,
}

impl House {
    /// Read at midnight, at 20.00.
    fn new() -> Self {
        let variant = TrackedVariant {
            id: VariantId(1),
            selected: false,
            sku: SkuId::parse("1200").ok(),
            watches: Vec::new(),
            checkout: None,
            latest: None,
        };
        let key = ListingKey {
            item: ItemId::parse("1005006367324382").unwrap(),
            market: Country::US,
            currency: Currency::USD,
        };
        let state = ListingState {
            tracked: Tracked {
                id: ListingId(1),
                key,
                schedule: Schedule::default(),
                variants: vec![variant],
            },
            snapshot: None,
            last_check: None,
        };
        let mut house = Self {
            state,
            hearsay: Hearsay::default(),
            doubts: Doubts::new(),
        };
        assert!(house.read(page(&[2_000]), 0).is_empty());
        house
    }

    fn hear(&mut self, seen: &Snapshot, second: i64) -> Heard {
        let sku = SkuId::parse("1200").ok();
        self.hearsay.hear(&self.state, seen, sku.as_ref(), at(second))
    }

    /// A reading of ours: what is recorded before it.
    fn read(&mut self, seen: Snapshot, second: i64) -> Vec<Check> {
        let (almanac, rules) = (almanac(), rules());
        let bench = Bench {
            almanac: &almanac,
            rules: &rules,
            now: at(second),
            source: "test",
            depth: Depth::Full,
        };
        let item = self.state.tracked.key.item.clone();
        let reading = Reading { item, snapshot: seen };
        let check = bench.check(&self.state, &reading, &mut self.doubts);
        let known = Known {
            almanac: &almanac,
            rules: &rules,
        };
        let confirmed = self.hearsay.settle(&self.state, &check, &known);
        self.state.tracked.schedule = check.schedule;
        self.state.last_check = Some(LastCheck {
            at: check.at,
            source: check.source,
            outcome: check.outcome,
            detail: check.detail,
        });
        for priced in check.prices {
            let variant = &mut self.state.tracked.variants[0];
            variant.latest = Some(Latest {
                lanes: priced.lanes,
                terms: priced.terms,
                confirmed: Minute::of(check.at),
            });
            variant.checkout = priced.checkout.or(variant.checkout.take());
        }
        confirmed
    }
}

#[test]
fn a_price_that_the_next_reading_shows_is_recorded_from_when_a_browser_showed_it() {
    let mut house = House::new();
    let schedule = house.state.tracked.schedule;
    assert_eq!(house.hear(&page(&[1_500]), HOUR), Heard::Waits);
    assert_eq!(house.hear(&page(&[1_500]), HOUR + 600), Heard::Waits);
    let confirmed = house.read(page(&[1_500]), 2 * HOUR);
    let [one] = confirmed.as_slice() else {
        panic!("{confirmed:?}")
    };
    assert_eq!(
        (one.at, one.source.as_str(), one.outcome),
        (at(HOUR), SOURCE, Outcome::Ok)
    );
    assert_eq!(one.prices[0].lanes.sticker, usd(1_500));
    assert!(one.snapshot.is_none() && one.prices[0].checkout.is_none() && one.alerts.is_empty());
    assert_eq!(one.schedule, schedule, "a stranger's page moves no reading of ours");
    assert!(house.read(page(&[1_500]), 3 * HOUR).is_empty(), "it is recorded once");
}

#[test]
fn a_price_that_the_next_reading_does_not_show_is_never_recorded() {
    let mut house = House::new();
    for forged in [1, 1_499, 1_501, 2_500, 999_999] {
        assert_eq!(house.hear(&page(&[forged]), HOUR), Heard::Waits);
    }
    assert!(house.read(page(&[1_500]), 2 * HOUR).is_empty());
    // Nor by a later one that shows it.
    assert!(house.read(page(&[1_499]), 3 * HOUR).is_empty());
}

#[test]
fn what_is_recorded_is_the_readings_own_checkout_and_nothing_of_the_page() {
    let mut house = House::new();
    let mut forged = page(&[1_500]);
    let id = DiscountId::parse("all of it").unwrap();
    let all = Benefit::Fixed { amount: usd(1_499) };
    forged.discounts = vec![Discount::new(id, Kind::Platform, all, Some(Currency::USD))];
    assert_eq!(house.hear(&forged, HOUR), Heard::Waits);
    let confirmed = house.read(page(&[1_500]), 2 * HOUR);
    assert_eq!(confirmed[0].prices[0].lanes.public, usd(1_500));
}

#[test]
fn a_price_of_a_first_order_or_of_another_variant_does_not_even_wait() {
    let mut house = House::new();
    let mut newcomer = page(&[1_500]);
    newcomer.variants[0].new_shopper_price = Some(usd(99));
    let mut other = page(&[1_500]);
    other.variants[0].sku = SkuId::parse("1201").ok();
    let mut unnamed = page(&[1_500]);
    unnamed.variants[0].sku = None;
    let mut gone = page(&[1_500]);
    gone.variants[0].salable = false;
    let mut twice = page(&[1_500, 1_600]);
    twice.variants[1].sku = SkuId::parse("1200").ok();
    for seen in [newcomer, other, unnamed, gone, twice, page(&[0]), page(&[])] {
        assert_eq!(house.hear(&seen, HOUR), Heard::NotTracked, "{seen:?}");
    }
    assert!(house.read(page(&[1_500]), 2 * HOUR).is_empty());
}

#[test]
fn what_a_reading_of_the_last_minutes_shows_agrees_at_once() {
    let mut house = House::new();
    assert_eq!(house.hear(&page(&[2_000]), 600), Heard::Agrees(Minute::of(at(0))));
    assert_eq!(
        house.hear(&page(&[2_000]), 700),
        Heard::Waits,
        "that was another reading"
    );
    assert_eq!(house.hear(&page(&[1_900]), 60), Heard::Waits);
}

#[test]
fn a_reading_without_a_price_settles_nothing_and_after_a_day_nobody_waits() {
    let mut house = House::new();
    assert_eq!(house.hear(&page(&[1_500]), HOUR), Heard::Waits);
    let failed = Snapshot::refused("test", Outcome::Blocked, "a challenge");
    assert!(house.read(failed, 2 * HOUR).is_empty());
    assert_eq!(house.read(page(&[1_500]), 3 * HOUR).len(), 1);

    let mut house = House::new();
    assert_eq!(house.hear(&page(&[1_500]), HOUR), Heard::Waits);
    assert!(house.read(page(&[1_500]), 26 * HOUR).is_empty());
}

#[test]
fn nothing_is_known_of_a_time_before_the_first_reading() {
    let mut house = House::new();
    house.state.tracked.variants[0].latest = None;
    assert_eq!(house.hear(&page(&[1_500]), HOUR), Heard::Waits);
    assert!(house.read(page(&[1_500]), 2 * HOUR).is_empty());
}

#[test]
fn whoever_sends_many_prices_takes_no_memory_and_the_first_ones_stand() {
    let mut house = House::new();
    assert_eq!(house.hear(&page(&[1_500]), HOUR), Heard::Waits);
    for forged in 1..10_000 {
        house.hear(&page(&[forged]), HOUR + 60);
    }
    let size = format!("{:?}", house.hearsay).len();
    assert!(size < 10_000, "{size}");
    assert_eq!(house.read(page(&[1_500]), 2 * HOUR)[0].at, at(HOUR));
}
