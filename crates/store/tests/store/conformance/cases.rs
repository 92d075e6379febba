//! One case for each method of the port, under its name. A test of the tree sees to it that none is missing.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use tillwatch_app::ports::store::{
    Check, LastCheck, ListingId, ListingKey, ListingPast, NewWatch, Priced, Repriced, Schedule, SeriesPast, Store,
    StoreError, Terms, VariantId, VariantPast, WatchId, WatchPast,
};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Minute, Run, Series, Void};
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Outcome;

use crate::common::track as tracked_listing;
use crate::common::{
    at, check, checkout, coupon, item, key, lanes, minute, outcome, priced, reading, run, sku, snapshot, terms, usd,
};

fn series_of(store: &dyn Store, variant: VariantId, lane: Lane) -> Series {
    store.series(variant, lane, &terms()).unwrap().unwrap()
}

/// A series with these prices and checks, and nothing voided.
fn plain(prices: &[Run], checks: &[Run<Outcome>]) -> Series {
    Series::new(prices.to_vec(), checks.to_vec()).unwrap()
}

#[track_caller]
fn refused<T>(answer: Result<T, StoreError>) {
    assert!(matches!(answer.err(), Some(StoreError::Refused(_))));
}

#[track_caller]
fn not_there<T>(answer: Result<T, StoreError>) {
    assert!(matches!(answer.err(), Some(StoreError::NotThere(_))));
}

pub(crate) fn track(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    assert_eq!(tracked_listing(store, 1), (listing, variant));
    let (same, other) = store.track(&key(1), Some(&sku("1201")), at(0)).unwrap();
    assert_eq!(same, listing);
    assert_ne!(other, variant);
    let germany = ListingKey {
        market: Country::parse("DE").unwrap(),
        ..key(1)
    };
    assert_ne!(store.track(&germany, Some(&sku("1200")), at(0)).unwrap().0, listing);

    // The one that the page selects keeps its number once it has a name, and answers to both.
    let (_, selected) = store.track(&key(2), None, at(0)).unwrap();
    assert_eq!(store.track(&key(2), None, at(0)).unwrap().1, selected);
    let (listing, _) = store.track(&key(2), None, at(0)).unwrap();
    let mut named = reading(listing, selected, 0, 500);
    named.prices[0].sku = Some(sku("77"));
    store.record_checks(&[named]).unwrap();
    assert_eq!(store.track(&key(2), None, at(0)).unwrap().1, selected);
    assert_eq!(store.track(&key(2), Some(&sku("77")), at(0)).unwrap().1, selected);
    assert_eq!(
        store.tracked_one(listing).unwrap().unwrap().variants[0].sku,
        Some(sku("77"))
    );
}

pub(crate) fn track_all(store: &dyn Store) {
    let one = tracked_listing(store, 1);
    let wanted = [
        (key(2), None),
        (key(1), None),
        (key(1), Some(sku("1201"))),
        (key(2), None),
    ];
    let numbers = store.track_all(&wanted, at(0)).unwrap();
    let singly = wanted.map(|(key, sku)| store.track(&key, sku.as_ref(), at(0)).unwrap());
    assert_eq!(
        numbers, singly,
        "the numbers are those that each would have had, in the order of what was wanted"
    );
    assert_eq!(numbers[1].0, one.0);
    assert_eq!(store.track_all(&[], at(0)).unwrap(), []);
}

pub(crate) fn tracked(store: &dyn Store) {
    let ids: Vec<ListingId> = (1..=5).map(|number| tracked_listing(store, number).0).collect();
    let first = store.tracked(ListingId(0), 3).unwrap();
    let rest = store.tracked(first[2].id, 3).unwrap();
    let numbers: Vec<ListingId> = first.iter().chain(&rest).map(|one| one.id).collect();
    assert_eq!((first.len(), numbers), (3, ids.clone()));
    assert_eq!(store.tracked(ids[4], 3).unwrap(), []);

    let variant = rest[0].variants[0].id;
    store
        .add_watch(&NewWatch::of(variant, Lane::Public, Some(usd(900))), at(0))
        .unwrap();
    store
        .add_watch(&NewWatch::of(variant, Lane::Code, None), at(0))
        .unwrap();
    let full = Check {
        prices: vec![Priced {
            checkout: Some(checkout(3, 1_000, &[coupon("A", 100)])),
            ..priced(variant, 1_000)
        }],
        ..check(ids[3], 3, Outcome::Ok)
    };
    store.record_checks(&[full]).unwrap();
    let found = store.tracked(ids[2], 1).unwrap().remove(0);
    assert_eq!(found.key, key(4));
    let one = &found.variants[0];
    assert_eq!(
        (one.watchers(), one.targets().collect()),
        (2, vec![(Lane::Public, usd(900))])
    );
    assert_eq!(one.checkout, Some(checkout(3, 1_000, &[coupon("A", 100)])));
    let latest = one.latest.clone().unwrap();
    assert_eq!(
        (latest.lanes, latest.terms, latest.confirmed),
        (lanes(1_000), terms(), minute(3))
    );
    let bare = &store.tracked(ids[3], 1).unwrap()[0].variants[0];
    assert_eq!((bare.watchers(), &bare.checkout, &bare.latest), (0, &None, &None));
}

pub(crate) fn each_tracked(store: &dyn Store) {
    let ids: Vec<ListingId> = (1..=5).map(|number| tracked_listing(store, number).0).collect();
    let after = |after: ListingId| {
        let mut all = Vec::new();
        store.each_tracked(after, &mut |one| all.push(one)).unwrap();
        all
    };
    assert_eq!(after(ListingId(0)), store.tracked(ListingId(0), 9).unwrap());
    let numbers: Vec<ListingId> = after(ids[2]).iter().map(|one| one.id).collect();
    assert_eq!(numbers, ids[3..]);
    assert_eq!(after(ids[4]), []);
}

pub(crate) fn tracked_one(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 7);
    let found = store.tracked_one(listing).unwrap().unwrap();
    assert_eq!((found.id, found.key, found.variants[0].id), (listing, key(7), variant));
    assert_eq!(found.schedule, Schedule::default());
    assert_eq!(store.tracked_one(ListingId(listing.0 + 1)).unwrap(), None);
    assert_eq!(store.tracked_one(ListingId(listing.0 - 1)).unwrap(), None);
}

pub(crate) fn take_touched(store: &dyn Store) {
    let (first, variant) = tracked_listing(store, 1);
    let (second, other) = tracked_listing(store, 2);
    assert_eq!(store.take_touched().unwrap(), []);
    store
        .add_watch(&NewWatch::of(other, Lane::Sticker, None), at(0))
        .unwrap();
    let watch = store
        .add_watch(&NewWatch::of(variant, Lane::Sticker, None), at(0))
        .unwrap();
    store
        .add_watch(&NewWatch::of(variant, Lane::Code, None), at(0))
        .unwrap();
    assert_eq!(store.take_touched().unwrap(), [first, second]);
    assert_eq!(store.take_touched().unwrap(), []);
    store.remove_watch(watch).unwrap();
    assert_eq!(store.take_touched().unwrap(), [first]);
}

pub(crate) fn listing(store: &dyn Store) {
    assert_eq!(store.listing(&key(1)).unwrap(), None);
    let (id, variant) = tracked_listing(store, 1);
    let state = store.listing(&key(1)).unwrap().unwrap();
    assert_eq!((state.tracked.id, state.snapshot, state.last_check), (id, None, None));

    let seen = Check {
        snapshot: Some(snapshot(1, 1_000)),
        ..reading(id, variant, 1, 1_000)
    };
    store.record_checks(&[seen, check(id, 2, Outcome::Blocked)]).unwrap();
    let state = store.listing(&key(1)).unwrap().unwrap();
    assert_eq!(state.snapshot, Some(snapshot(1, 1_000)));
    let last = LastCheck {
        at: at(2),
        source: "affiliate".into(),
        outcome: Outcome::Blocked,
        detail: Some("it was blocked".into()),
    };
    assert_eq!(state.last_check, Some(last.clone()));
    assert_eq!(state.tracked.schedule.last_try, Some(at(2).moment().as_second()));

    // One that was delayed on its way says nothing new.
    let late = Check {
        snapshot: Some(snapshot(0, 70)),
        ..reading(id, variant, 0, 70)
    };
    store.record_checks(&[late]).unwrap();
    let state = store.listing(&key(1)).unwrap().unwrap();
    assert_eq!(
        (state.snapshot, state.last_check),
        (Some(snapshot(1, 1_000)), Some(last))
    );
}

pub(crate) fn markets_of(store: &dyn Store) {
    assert_eq!(store.markets_of(&item(1)).unwrap(), []);
    let germany = ListingKey {
        market: Country::parse("DE").unwrap(),
        currency: Currency::parse("EUR").unwrap(),
        ..key(1)
    };
    tracked_listing(store, 1);
    tracked_listing(store, 2);
    store.track(&germany, None, at(0)).unwrap();
    assert_eq!(store.markets_of(&item(1)).unwrap(), [germany, key(1)]);
}

pub(crate) fn record_checks(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    let schedule = Schedule {
        last_good: Some(1),
        last_try: Some(2),
        not_before: Some(3),
        last_full: Some(4),
        failures: 5,
        readings: 6,
        changes: 7,
        exposure: 8,
    };
    let last = Check {
        schedule,
        ..reading(listing, variant, 40, 1_100)
    };
    let checks = [
        reading(listing, variant, 0, 1_000),
        reading(listing, variant, 10, 1_000),
        check(listing, 20, Outcome::Blocked),
        reading(listing, variant, 30, 1_000),
        last,
    ];
    store.record_checks(&checks).unwrap();
    let seen = [
        outcome(0, 10, Outcome::Ok),
        outcome(20, 0, Outcome::Blocked),
        outcome(30, 10, Outcome::Ok),
    ];
    for (lane, less) in Lane::ALL.into_iter().zip([0, 10, 20, 30]) {
        let prices = [run(0, 30, 1_000 - less), run(40, 0, 1_100 - less)];
        assert_eq!(series_of(store, variant, lane), plain(&prices, &seen), "{lane}");
    }
    assert_eq!(store.tracked_one(listing).unwrap().unwrap().schedule, schedule);

    // An older reading changes nothing, neither alone nor under other terms.
    let before = store.tracked_one(listing).unwrap().unwrap().variants;
    let mut late = reading(listing, variant, 35, 900);
    late.schedule = schedule;
    store.record_checks(std::slice::from_ref(&late)).unwrap();
    late.prices[0].terms.rules = "other".into();
    store.record_checks(&[late]).unwrap();
    assert_eq!(store.tracked_one(listing).unwrap().unwrap().variants, before);

    // Of readings that cannot be recorded none is.
    let euros = Money::new(500, Currency::parse("EUR").unwrap());
    let mut foreign = reading(listing, variant, 50, 1_000);
    foreign.prices[0].lanes.code = euros;
    let mut free = reading(listing, variant, 50, 30);
    free.prices[0].lanes.code = usd(0);
    let mut priced_gap = reading(listing, variant, 50, 1_000);
    priced_gap.outcome = Outcome::SoldOut;
    for wrong in [foreign, free, priced_gap] {
        refused(store.record_checks(&[reading(listing, variant, 45, 1), wrong]));
    }
    not_there(store.record_checks(&[
        check(listing, 45, Outcome::Removed),
        check(ListingId(99), 45, Outcome::Ok),
    ]));
    not_there(store.record_checks(&[reading(listing, VariantId(99), 45, 1_000)]));
    let (other, _) = tracked_listing(store, 2);
    not_there(store.record_checks(&[reading(other, variant, 45, 1_000)]));
    assert_eq!(store.tracked_one(listing).unwrap().unwrap().variants, before);
    assert_eq!(store.listing(&key(1)).unwrap().unwrap().last_check.unwrap().at, at(40));
}

pub(crate) fn record_prices(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    let repriced = |code| Repriced {
        variant,
        terms: terms(),
        lanes: tillwatch_app::ports::store::Lanes {
            code: usd(code),
            ..lanes(1_000)
        },
        alerts: Vec::new(),
    };
    not_there(store.record_prices(at(5), &[repriced(500)]));
    store.record_checks(&[reading(listing, variant, 0, 1_000)]).unwrap();
    store.record_prices(at(5), &[repriced(500)]).unwrap();
    // It confirms nothing, and changes nothing of what is later than it.
    store.record_prices(at(6), &[repriced(500)]).unwrap();
    store.record_prices(at(4), &[repriced(600)]).unwrap();
    let checks = [outcome(0, 0, Outcome::Ok)];
    assert_eq!(
        series_of(store, variant, Lane::Code),
        plain(&[run(0, 0, 970), run(5, 0, 500)], &checks)
    );
    assert_eq!(
        series_of(store, variant, Lane::Sticker),
        plain(&[run(0, 0, 1_000)], &checks)
    );
    let latest = store.tracked_one(listing).unwrap().unwrap().variants[0]
        .latest
        .clone()
        .unwrap();
    assert_eq!((latest.lanes.code, latest.confirmed), (usd(500), minute(0)));
    let unknown = Repriced {
        variant: VariantId(99),
        ..repriced(400)
    };
    not_there(store.record_prices(at(7), &[repriced(400), unknown]));
    refused(store.record_prices(at(7), &[repriced(400), repriced(0)]));
    assert_eq!(
        series_of(store, variant, Lane::Code),
        plain(&[run(0, 0, 970), run(5, 0, 500)], &checks)
    );
}

pub(crate) fn series(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    assert_eq!(store.series(variant, Lane::Code, &terms()).unwrap(), None);
    // More than two segments of each lane, and of the checks.
    let mut checks = Vec::new();
    let (mut prices, mut outcomes) = (Vec::new(), Vec::new());
    for number in 0..150 {
        let (good, bad) = (number * 20, number * 20 + 10);
        checks.push(reading(listing, variant, good, 1_000 + i64::from(number)));
        checks.push(check(listing, bad, Outcome::NoPrice));
        prices.push(run(good, 0, 1_000 + i64::from(number)));
        outcomes.push(outcome(good, 0, Outcome::Ok));
        outcomes.push(outcome(bad, 0, Outcome::NoPrice));
    }
    store.record_checks(&checks).unwrap();
    assert_eq!(series_of(store, variant, Lane::Sticker), plain(&prices, &outcomes));
    let other = Terms {
        delivered: false,
        ..terms()
    };
    assert_eq!(store.series(variant, Lane::Sticker, &other).unwrap(), None);
    assert_eq!(store.series(VariantId(99), Lane::Sticker, &terms()).unwrap(), None);
}

pub(crate) fn terms_of(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    assert_eq!(store.terms_of(variant).unwrap(), []);
    let under = |rules: &str, after| {
        let mut reading = reading(listing, variant, after, 1_000);
        reading.prices[0].terms.rules = rules.into();
        reading
    };
    store.record_checks(&[under("a", 0), under("b", 1)]).unwrap();
    let rules = |store: &dyn Store| -> Vec<String> {
        store
            .terms_of(variant)
            .unwrap()
            .into_iter()
            .map(|terms| terms.rules)
            .collect()
    };
    assert_eq!(rules(store), ["b", "a"]);
    store.record_checks(&[under("a", 2)]).unwrap();
    assert_eq!(rules(store), ["a", "b"]);
    let latest = store.tracked_one(listing).unwrap().unwrap().variants[0]
        .latest
        .clone()
        .unwrap();
    assert_eq!(latest.terms.rules, "a");
    let computed = Terms {
        rules: "c".into(),
        delivered: true,
    };
    store
        .put_past(variant, Lane::Code, &computed, &[run(0, 1, 900)])
        .unwrap();
    assert_eq!(rules(store), ["a", "b", "c"]);
}

pub(crate) fn put_past(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    store
        .record_checks(&[reading(listing, variant, 10_000, 1_000)])
        .unwrap();
    let past: Vec<Run> = (0..100)
        .map(|number| run(number * 10 + 1_000, 5, 500 + i64::from(number)))
        .collect();
    let older: Vec<Run> = (0..100)
        .map(|number| run(number * 10, 5, 700 + i64::from(number)))
        .collect();
    store.put_past(variant, Lane::Code, &terms(), &past).unwrap();
    store.put_past(variant, Lane::Code, &terms(), &older).unwrap();
    store.put_past(variant, Lane::Code, &terms(), &[]).unwrap();
    let whole = [&older[..], &past[..], &[run(10_000, 0, 970)]].concat();
    let checks = [outcome(10_000, 0, Outcome::Ok)];
    assert_eq!(series_of(store, variant, Lane::Code), plain(&whole, &checks));
    assert_eq!(
        series_of(store, variant, Lane::Public),
        plain(&[run(10_000, 0, 980)], &checks)
    );

    refused(store.put_past(variant, Lane::Code, &terms(), &[run(0, 1, 1)]));
    refused(store.put_past(variant, Lane::Public, &terms(), &[run(9_999, 2, 1)]));
    refused(store.put_past(variant, Lane::Public, &terms(), &[run(5, 2, 1), run(4, 1, 2)]));
    let crossed: Vec<Run> = (0..65)
        .map(|number| run(if number == 0 { 9 } else { number }, 0, 1))
        .collect();
    refused(store.put_past(variant, Lane::Public, &terms(), &crossed));
    not_there(store.put_past(VariantId(99), Lane::Code, &terms(), &past));
    assert_eq!(
        series_of(store, variant, Lane::Public),
        plain(&[run(10_000, 0, 980)], &checks)
    );

    // A reading from within a past that was put is older than what is kept.
    let (listing, variant) = tracked_listing(store, 2);
    store.put_past(variant, Lane::Code, &terms(), &past).unwrap();
    store.record_checks(&[reading(listing, variant, 1_500, 1_000)]).unwrap();
    assert_eq!(
        series_of(store, variant, Lane::Code),
        plain(&past, &[outcome(1_500, 0, Outcome::Ok)])
    );
}

pub(crate) fn put_checks(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    store.record_checks(&[reading(listing, variant, 1_000, 1_000)]).unwrap();
    let past = [
        outcome(0, 50, Outcome::Ok),
        outcome(60, 30, Outcome::Blocked),
        outcome(100, 5, Outcome::Ok),
    ];
    store.put_checks(listing, &past).unwrap();
    let whole = [&past[..], &[outcome(1_000, 0, Outcome::Ok)]].concat();
    assert_eq!(
        series_of(store, variant, Lane::Sticker),
        plain(&[run(1_000, 0, 1_000)], &whole)
    );
    refused(store.put_checks(listing, &[outcome(0, 1, Outcome::Ok)]));
    not_there(store.put_checks(ListingId(99), &past));
}

pub(crate) fn checks(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    assert_eq!(store.checks(listing).unwrap(), []);
    let readings = [
        check(listing, 0, Outcome::Blocked),
        reading(listing, variant, 5, 1_000),
        reading(listing, variant, 9, 1_000),
    ];
    store.record_checks(&readings).unwrap();
    let told = [outcome(0, 0, Outcome::Blocked), outcome(5, 4, Outcome::Ok)];
    assert_eq!(store.checks(listing).unwrap(), told);
    not_there(store.checks(ListingId(99)));
}

pub(crate) fn put_listing(store: &dyn Store) {
    let series = |lane, runs: &[Run]| SeriesPast {
        terms: terms(),
        lane,
        runs: runs.to_vec(),
    };
    let past = ListingPast {
        key: key(1),
        checks: vec![outcome(0, 5, Outcome::Ok), outcome(7, 0, Outcome::Removed)],
        variants: vec![
            VariantPast {
                sku: Some(sku("1200")),
                series: vec![series(Lane::Sticker, &[run(0, 3, 1_000), run(4, 1, 900)])],
                voids: vec![slip(0, 2, "a slip")],
                watches: vec![WatchPast {
                    lane: Lane::Code,
                    target: Some(usd(800)),
                    since: at(0),
                }],
                ..VariantPast::default()
            },
            VariantPast {
                sku: Some(sku("77")),
                selected: true,
                ..VariantPast::default()
            },
        ],
    };
    store.put_listing(&past).unwrap();
    let tracked = store.listing(&key(1)).unwrap().unwrap().tracked;
    let [named, selected] = tracked.variants.as_slice() else {
        panic!("{:?}", tracked.variants);
    };
    assert_eq!((named.selected, selected.selected), (false, true));
    assert_eq!((&named.sku, &selected.sku), (&Some(sku("1200")), &Some(sku("77"))));
    assert_eq!(named.targets().collect::<Vec<_>>(), [(Lane::Code, usd(800))]);
    let whole = plain(&[run(0, 3, 1_000), run(4, 1, 900)], &past.checks).voided(past.variants[0].voids.clone());
    assert_eq!(series_of(store, named.id, Lane::Sticker), whole);

    // What overlaps is refused, and nothing of the listing is written.
    let mut again = past.clone();
    again.variants.push(VariantPast {
        sku: Some(sku("1300")),
        ..VariantPast::default()
    });
    refused(store.put_listing(&again));
    assert_eq!(store.listing(&key(1)).unwrap().unwrap().tracked, tracked);
    assert_eq!(store.watches().unwrap().len(), 1);
}

pub(crate) fn checkouts(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    assert_eq!(store.checkouts(variant, Minute::FIRST, Minute::LAST).unwrap(), []);
    let mut odd = coupon("B", 50);
    odd.valid_from = Some(at(9));
    odd.valid_until = Some(at(8));
    let mut kept = vec![
        (minute(0), checkout(0, 1_000, &[coupon("A", 100), odd.clone()])),
        (minute(1), checkout(1, 990, &[coupon("A", 100), odd.clone()])),
        (minute(2), checkout(2, 990, &[odd, coupon("C", 1)])),
        (minute(3), checkout(3, 1_200, &[])),
    ];
    // Not every discount was seen at the same moment.
    kept[1].1.discounts[1].provenance.seen_at = None;
    kept[2].1.discounts[0].provenance.seen_at = Some(at(1));
    for (after, (_, checkout)) in (0..).zip(&kept) {
        let mut reading = reading(listing, variant, after, 1_000);
        reading.prices[0].checkout = Some(checkout.clone());
        store.record_checks(&[reading]).unwrap();
    }
    assert_eq!(store.checkouts(variant, Minute::FIRST, Minute::LAST).unwrap(), kept);
    // Within a minute the last one counts; one that was delayed does not.
    let again = checkout(3, 1_300, &[coupon("D", 2)]);
    for (after, checkout) in [(3, again.clone()), (2, checkout(2, 5, &[]))] {
        let mut reading = reading(listing, variant, after, 1_000);
        reading.prices[0].checkout = Some(checkout);
        store.record_checks(&[reading]).unwrap();
    }
    kept[3].1 = again.clone();
    assert_eq!(store.checkouts(variant, Minute::FIRST, Minute::LAST).unwrap(), kept);
    assert_eq!(
        store.tracked_one(listing).unwrap().unwrap().variants[0].checkout,
        Some(again)
    );
    // A span has the one that was in force when it began.
    let between = |from, until| store.checkouts(variant, minute(from), minute(until)).unwrap();
    assert_eq!(between(1, 3), kept[1..3]);
    assert_eq!(between(2, 2), []);
    assert_eq!(between(9, 10), kept[3..]);
    assert_eq!(store.checkouts(variant, Minute::FIRST, minute(0)).unwrap(), []);
    not_there(store.checkouts(VariantId(99), Minute::FIRST, Minute::LAST));
}

pub(crate) fn put_checkouts(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    let all = |store: &dyn Store| store.checkouts(variant, Minute::FIRST, Minute::LAST).unwrap();
    let mut reading = reading(listing, variant, 5, 1_000);
    let read = checkout(5, 1_000, &[coupon("A", 100)]);
    reading.prices[0].checkout = Some(read.clone());
    store.record_checks(&[reading]).unwrap();
    let past = [
        (minute(1), checkout(1, 900, &[coupon("A", 100)])),
        (minute(3), checkout(3, 950, &[])),
        (minute(5), checkout(5, 1, &[])),
    ];
    store.put_checkouts(variant, &past).unwrap();
    let [first, second, _] = past.clone();
    assert_eq!(all(store), [first, second, (minute(5), read.clone())]);
    // What was read last is still the present one.
    assert_eq!(
        store.tracked_one(listing).unwrap().unwrap().variants[0].checkout,
        Some(read)
    );
    not_there(store.put_checkouts(VariantId(99), &past));
}

fn slip(from: u32, until: u32, reason: &str) -> Void {
    Void {
        from: minute(from),
        until: minute(until),
        reason: reason.into(),
    }
}

pub(crate) fn void(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    store.record_checks(&[reading(listing, variant, 0, 1_000)]).unwrap();
    store.void(variant, &slip(5, 9, "x")).unwrap();
    store.void(variant, &slip(0, 9, "a slip")).unwrap();
    store.void(variant, &slip(5, 9, "another slip")).unwrap();
    let voids = vec![slip(0, 9, "a slip"), slip(5, 9, "another slip")];
    for (lane, price) in [(Lane::Sticker, 1_000), (Lane::Code, 970)] {
        let whole = plain(&[run(0, 0, price)], &[outcome(0, 0, Outcome::Ok)]).voided(voids.clone());
        assert_eq!(series_of(store, variant, lane), whole);
    }
    assert_eq!(store.take_touched().unwrap(), [listing], "its lows are others now");
    refused(store.void(variant, &slip(5, 5, "nothing")));
    not_there(store.void(VariantId(99), &slip(0, 9, "a slip")));
}

pub(crate) fn unvoid(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    store.record_checks(&[reading(listing, variant, 0, 1_000)]).unwrap();
    store.void(variant, &slip(0, 9, "a slip")).unwrap();
    not_there(store.unvoid(variant, &slip(0, 8, "a slip")));
    store.take_touched().unwrap();
    store.unvoid(variant, &slip(0, 9, "whatever it was")).unwrap();
    assert_eq!(store.take_touched().unwrap(), [listing], "its lows are others now");
    not_there(store.unvoid(variant, &slip(0, 9, "a slip")));
    let whole = plain(&[run(0, 0, 1_000)], &[outcome(0, 0, Outcome::Ok)]);
    assert_eq!(series_of(store, variant, Lane::Sticker), whole);
}

pub(crate) fn voids(store: &dyn Store) {
    let (_, variant) = tracked_listing(store, 1);
    assert_eq!(store.voids(variant).unwrap(), []);
    store.void(variant, &slip(5, 9, "late")).unwrap();
    store.void(variant, &slip(0, 2, "early")).unwrap();
    assert_eq!(store.voids(variant).unwrap(), [slip(0, 2, "early"), slip(5, 9, "late")]);
}

pub(crate) fn add_watch(store: &dyn Store) {
    let (_, variant) = tracked_listing(store, 1);
    let watch = store
        .add_watch(&NewWatch::of(variant, Lane::Public, Some(usd(900))), at(1))
        .unwrap();
    assert_ne!(
        store
            .add_watch(&NewWatch::of(variant, Lane::Public, Some(usd(900))), at(1))
            .unwrap(),
        watch
    );
    let euros = Money::new(500, Currency::parse("EUR").unwrap());
    refused(store.add_watch(&NewWatch::of(variant, Lane::Public, Some(euros)), at(1)));
    refused(store.add_watch(&NewWatch::of(variant, Lane::Public, Some(usd(0))), at(1)));
    not_there(store.add_watch(&NewWatch::of(VariantId(99), Lane::Public, None), at(1)));
    assert_eq!(store.watches().unwrap().len(), 2);
}

pub(crate) fn watches(store: &dyn Store) {
    assert_eq!(store.watches().unwrap(), []);
    let (_, second) = tracked_listing(store, 2);
    let (_, first) = tracked_listing(store, 1);
    let ids = [(second, Lane::Code), (first, Lane::Sticker)]
        .map(|(variant, lane)| store.add_watch(&NewWatch::of(variant, lane, None), at(1)).unwrap());
    let found: Vec<WatchId> = store.watches().unwrap().into_iter().map(|watch| watch.id).collect();
    assert_eq!(found, ids);
}

pub(crate) fn watch(store: &dyn Store) {
    let (listing, variant) = store.track(&key(1), None, at(0)).unwrap();
    let id = store
        .add_watch(&NewWatch::of(variant, Lane::Public, Some(usd(900))), at(1))
        .unwrap();
    let watch = store.watch(id).unwrap().unwrap();
    assert_eq!((watch.id, watch.listing, watch.variant), (id, listing, variant));
    assert_eq!((&watch.key, &watch.sku, &watch.title), (&key(1), &None, &None));
    assert_eq!(
        (watch.lane, watch.target(), watch.since),
        (Lane::Public, Some(usd(900)), at(1))
    );
    let mut seen = reading(listing, variant, 2, 1_000);
    seen.prices[0].sku = Some(sku("77"));
    seen.snapshot = Some(snapshot(2, 1_000));
    store.record_checks(&[seen]).unwrap();
    let watch = store.watch(id).unwrap().unwrap();
    assert_eq!((watch.sku, watch.title.as_deref()), (Some(sku("77")), Some("A lamp")));
    assert_eq!(store.watch(WatchId(id.0 + 1)).unwrap(), None);
}

pub(crate) fn remove_watch(store: &dyn Store) {
    let (listing, variant) = tracked_listing(store, 1);
    store.record_checks(&[reading(listing, variant, 0, 1_000)]).unwrap();
    let watch = store
        .add_watch(&NewWatch::of(variant, Lane::Code, None), at(0))
        .unwrap();
    assert!(store.remove_watch(watch).unwrap());
    assert!(!store.remove_watch(watch).unwrap());
    assert_eq!(store.watch(watch).unwrap(), None);
    assert!(store.series(variant, Lane::Code, &terms()).unwrap().is_some());
    // An alert may still name the old one.
    assert_ne!(
        store
            .add_watch(&NewWatch::of(variant, Lane::Code, None), at(0))
            .unwrap(),
        watch
    );
}

pub(crate) fn remember(store: &dyn Store) {
    store.remember("budget/affiliate", "100").unwrap();
    store.remember("budget/affiliate", "99").unwrap();
    store.remember("budget/page", "").unwrap();
    assert_eq!(store.recall("budget/affiliate").unwrap().as_deref(), Some("99"));
    assert_eq!(store.recall("budget/page").unwrap().as_deref(), Some(""));
}

pub(crate) fn recall(store: &dyn Store) {
    assert_eq!(store.recall("budget").unwrap(), None);
    store.remember("budget", "a \"text\" of any kind \u{1F4A1}").unwrap();
    assert_eq!(
        store.recall("budget").unwrap().as_deref(),
        Some("a \"text\" of any kind \u{1F4A1}")
    );
    assert_eq!(store.recall("Budget").unwrap(), None);
}

pub(crate) fn recall_all(store: &dyn Store) {
    for name in ["budget:page", "budget:affiliate", "budge", "Budget:x"] {
        store.remember(name, "1").unwrap();
    }
    let pair = |name: &str| (name.to_owned(), "1".to_owned());
    let both = [pair("budget:affiliate"), pair("budget:page")];
    assert_eq!(store.recall_all("budget:").unwrap(), both);
    assert_eq!(store.recall_all("%").unwrap(), []);
}

pub(crate) fn counts(store: &dyn Store) {
    let empty = store.counts().unwrap();
    assert_eq!(
        (empty.listings, empty.variants, empty.watches, empty.series, empty.runs),
        (0, 0, 0, 0, 0)
    );
    assert_eq!(empty.version, 6);
    let (listing, variant) = tracked_listing(store, 1);
    store
        .add_watch(&NewWatch::of(variant, Lane::Code, None), at(0))
        .unwrap();
    let readings = [0, 1, 2].map(|after| reading(listing, variant, after, 1_000 + i64::from(after)));
    store.record_checks(&readings).unwrap();
    let computed = Terms {
        rules: "c".into(),
        delivered: true,
    };
    store
        .put_past(variant, Lane::Code, &computed, &[run(0, 1, 900)])
        .unwrap();
    let found = store.counts().unwrap();
    assert_eq!(
        (found.listings, found.variants, found.watches, found.series, found.runs),
        (1, 1, 1, 5, 13)
    );
    assert!(found.segment_bytes > 0 && found.file_bytes > 0);
}
