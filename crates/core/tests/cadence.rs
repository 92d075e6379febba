//! Laws and cases of the cadence: what the queue takes, what a budget grants, when a breaker opens.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tillwatch_core::cadence::{
    Breaker, Budget, Call, Category, Health, Limits, Profile, Queue, Rate, Second, Seen, Share, Terms, Turn, Urgency,
};

const HOUR: u32 = 3_600;
const DAY: u32 = 24 * HOUR;
const NOW: Second = Second::new(1_800_000_000);

fn urgency(weight: u64) -> Urgency {
    Urgency::new(1, Rate::from_billionths(weight))
}

fn queue() -> Queue<u32, u8> {
    Queue::new(Limits::default(), 7)
}

// Rates

#[test]
fn a_listing_that_changes_often_has_a_higher_rate_than_one_that_does_not() {
    let category = Category::default();
    let seen = |changes| Seen {
        readings: 360,
        changes,
        exposure: u64::from(90 * DAY),
    };
    let rate = |changes| seen(changes).changes(&category).billionths();
    // 6.6 changes in 95 days, with the prior's 0.6 in 5 days.
    assert!(rate(6).abs_diff(69_500_000) < 1_000_000, "{}", rate(6));
    assert!((0..360).all(|changes| rate(changes) < rate(changes + 1)));
}

#[test]
fn an_unread_listing_has_the_usual_rate() {
    let rate = Seen::default().changes(&Category::default()).billionths();
    assert!(rate.abs_diff(120_000_000) < 1_000, "{rate}");
}

#[test]
fn polls_slower_than_the_changes_are_made_up_for() {
    // 2 changes a day, read once a day: a day differs with chance 1 - exp(-2) = 0.865.
    let seen = Seen {
        readings: 1_000,
        changes: 865,
        exposure: u64::from(DAY) * 1_000,
    };
    let rate = seen.changes(&Category::default()).billionths();
    assert!(rate.abs_diff(2_000_000_000) < 30_000_000, "{rate}");
}

#[test]
fn a_target_further_off_is_crossed_less_often() {
    let (seen, category) = (Seen::default(), Category::default());
    let crossings = |distance| seen.crossings(&category, distance).billionths();
    // Half of 0.12 changes a day, times exp(-distance / 6 %).
    for (distance, expected) in [(0, 60_000_000), (600, 22_072_766), (1_200, 8_120_117), (6_000, 2_724)] {
        let got = crossings(Some(distance));
        assert!(got.abs_diff(expected) <= expected / 2_000 + 1, "{distance}: {got}");
    }
    assert_eq!(crossings(None), crossings(Some(600)));
    assert_eq!(crossings(Some(u32::MAX)), 0);
}

#[test]
fn a_category_with_deeper_drops_reaches_further() {
    let deep = Category {
        drops: 1_000,
        rises: 1_000,
        dropped: 1_000 * 2_000,
        exposure: 1_000 * u64::from(DAY),
    };
    let of = |category| Seen::default().crossings(category, Some(1_200));
    assert!(of(&deep) > of(&Category::default()));
}

#[test]
fn what_is_half_a_year_old_fades() {
    let mut seen = Seen::default();
    for _ in 0..1_000 {
        seen.count(DAY, true);
    }
    assert!(seen.exposure <= u64::from(180 * DAY) && seen.changes <= seen.readings);
    let before = seen.changes(&Category::default());
    for _ in 0..360 {
        seen.count(DAY, false);
    }
    assert!(seen.changes(&Category::default()).billionths() < before.billionths() / 8);
}

// Queue

#[test]
fn a_call_has_listings_of_one_group_and_no_more_than_fifty() {
    let mut queue = queue();
    for key in 0..500 {
        let group = u8::try_from(key % 3).unwrap();
        queue.insert(key, group, urgency(1_000_000), Some(NOW.minus(HOUR + key)), NOW);
    }
    let mut left: BTreeSet<u32> = (0..500).collect();
    while let Some(Call { group, listings }) = queue.next_call(&Profile::flat(), NOW) {
        assert!((1..=50).contains(&listings.len()));
        for key in listings {
            assert_eq!(key % 3, u32::from(group));
            assert!(left.remove(&key), "{key} was handed out twice");
        }
    }
    assert!(left.is_empty(), "{left:?} were never handed out");
}

#[test]
fn a_listing_that_nobody_reported_on_comes_back() {
    let mut queue = queue();
    queue.insert(1, 0, urgency(5), Some(NOW.minus(HOUR)), NOW);
    assert!(queue.next_call(&Profile::flat(), NOW).is_some());
    assert!(queue.next_call(&Profile::flat(), NOW.plus(599)).is_none());
    assert!(queue.next_call(&Profile::flat(), NOW.plus(600)).is_some());
}

#[test]
fn no_listing_is_read_twice_in_a_minute() {
    let mut queue = queue();
    queue.insert(1, 0, urgency(u64::MAX), Some(NOW), NOW);
    assert!(queue.next_call(&Profile::flat(), NOW.plus(59)).is_none());
    assert!(queue.next_call(&Profile::flat(), NOW.plus(60)).is_some());
}

#[test]
fn failures_rest_longer_and_longer_up_to_six_hours_and_as_long_as_they_ask() {
    let mut queue = queue();
    queue.insert(1, 0, urgency(5), Some(NOW), NOW);
    let mut longest = 60;
    for failure in 0..20 {
        let rest = queue.failed(&1, NOW, None).unwrap().since(NOW);
        assert!(rest > longest / 2 && rest <= longest, "failure {failure}: {rest} s");
        longest = (longest * 2).min(6 * HOUR);
    }
    let until = queue.failed(&1, NOW, Some(2 * DAY)).unwrap();
    assert_eq!(until, NOW.plus(2 * DAY));
    assert!(queue.next_call(&Profile::flat(), until.minus(1)).is_none());
    assert!(queue.next_call(&Profile::flat(), until).is_some());
    assert_eq!(queue.failed(&1, NOW, Some(u32::MAX)), Some(NOW.plus(7 * DAY)));
    assert!(queue.read(&1, NOW));
    assert!(
        queue.failed(&1, NOW, None).unwrap() <= NOW.plus(60),
        "a good reading did not make it well"
    );
}

#[test]
fn a_new_watcher_moves_a_listing_forward() {
    let mut queue = Queue::new(
        Limits {
            call: 1,
            ..Limits::default()
        },
        7,
    );
    for key in 0..10 {
        queue.insert(key, 0, urgency(1_000_000), Some(NOW.minus(HOUR)), NOW);
    }
    assert!(queue.set_urgency(&9, urgency(2_000_000)));
    assert_eq!(queue.next_call(&Profile::flat(), NOW).unwrap().listings, [9]);
    assert!(!queue.set_urgency(&99, urgency(1)));
}

#[test]
fn a_listing_that_was_taken_out_is_not_read() {
    let mut queue = queue();
    for key in 0..3 {
        queue.insert(key, 0, urgency(5), Some(NOW.minus(HOUR)), NOW);
    }
    queue.failed(&1, NOW, None);
    assert!(queue.remove(&1) && queue.remove(&2) && !queue.remove(&2));
    assert_eq!(queue.next_call(&Profile::flat(), NOW.plus(DAY)).unwrap().listings, [0]);
    assert_eq!(queue.len(), 1);
}

#[test]
fn listings_that_nobody_crosses_are_still_read_in_time_and_charted_ones_in_three_days() {
    let mut queue: Queue<u32, u8> = Queue::new(
        Limits {
            call: 5,
            ..Limits::default()
        },
        7,
    );
    // A crowd that would take every call by index, and a few without any hope, in a group of their own.
    for key in 0..200 {
        queue.insert(key, 0, urgency(50_000_000_000), Some(NOW), NOW);
    }
    for key in 200..210 {
        queue.insert(key, 1, urgency(0), Some(NOW), NOW);
    }
    for key in 210..220 {
        queue.insert(key, 1, Urgency::new(0, Rate::from_billionths(9)), Some(NOW), NOW);
    }
    let mut last: BTreeMap<u32, Second> = (0..220).map(|key| (key, NOW)).collect();
    let mut counts = BTreeMap::<u32, u32>::new();
    for call in 0..6 * DAY / 120 {
        let now = NOW.plus((call + 1) * 120);
        for key in queue.next_call(&Profile::flat(), now).unwrap().listings {
            let floor = if key < 210 { DAY } else { 3 * DAY };
            let waited = now.since(last.insert(key, now).unwrap());
            assert!(waited <= floor, "{key} waited {waited} s");
            *counts.entry(key).or_default() += 1;
            queue.read(&key, now);
        }
    }
    assert!((0..220).all(|key| counts.contains_key(&key)));
    assert!(
        (0..200).all(|key| counts[&key] > 90),
        "the floor took the calls of the others"
    );
}

#[test]
fn with_far_too_many_listings_for_the_floor_each_is_read_all_the_same() {
    let mut queue: Queue<u32, u8> = Queue::new(
        Limits {
            call: 5,
            ..Limits::default()
        },
        7,
    );
    for key in 0..1_000 {
        queue.insert(key, 0, urgency(u64::from(key % 10).pow(9)), Some(NOW), NOW);
    }
    // 500 readings a day where the floor alone needs 1,000.
    let mut read = BTreeSet::new();
    for call in 0..600 {
        let now = NOW.plus((call + 1) * 864);
        for key in queue.next_call(&Profile::flat(), now).unwrap().listings {
            read.insert(key);
            queue.read(&key, now);
        }
    }
    assert_eq!(read.len(), 1_000);
}

#[test]
fn the_interval_of_a_listing_is_what_such_listings_wait() {
    let mut queue: Queue<u32, u8> = Queue::new(Limits::default(), 7);
    for key in 0..1_000 {
        // Half of them 16 times as urgent: they wait a quarter as long.
        queue.insert(
            key,
            0,
            urgency(if key % 2 == 0 { 16_000_000 } else { 1_000_000 }),
            Some(NOW),
            NOW,
        );
    }
    assert_eq!(queue.interval(&0, NOW), None);
    let mut now = NOW;
    for _ in 0..400 {
        now = now.plus(300);
        for key in queue.next_call(&Profile::flat(), now).unwrap().listings {
            queue.read(&key, now);
        }
    }
    // 500 (1 / T + 1 / 4T) readings a second are 50 in 300 s: T = 3,750 s for the urgent.
    let (urgent, other) = (queue.interval(&0, now).unwrap(), queue.interval(&1, now).unwrap());
    assert!(urgent.abs_diff(3_750) < 600, "{urgent}");
    assert!(other.abs_diff(15_000) < 2_400, "{other}");
}

#[test]
fn a_clock_that_is_set_back_leaves_no_listing_in_the_future() {
    let mut queue = queue();
    for key in 0..3 {
        queue.insert(key, 0, urgency(5), Some(NOW.minus(HOUR)), NOW);
    }
    let far = NOW.plus(400 * DAY);
    assert!(queue.next_call(&Profile::flat(), far).is_some());
    queue.read(&0, far);
    queue.failed(&1, far, Some(100));
    let mut read = BTreeSet::new();
    for minute in 0..20 {
        if let Some(call) = queue.next_call(&Profile::flat(), NOW.plus(60 * minute)) {
            read.extend(call.listings);
        }
    }
    assert_eq!(read, BTreeSet::from([0, 1, 2]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_call_takes_those_whose_reading_saves_the_most(
        listings in prop::collection::vec((1_000_u64..1_000_000_000_000, 60_u32..80_000), 1..200),
        call in 1_usize..60,
    ) {
        let mut queue: Queue<usize, ()> = Queue::new(Limits { call, ..Limits::default() }, 1);
        for (key, (weight, ago)) in listings.iter().enumerate() {
            queue.insert(key, (), urgency(*weight), Some(NOW.minus(*ago)), NOW);
        }
        let taken = queue.next_call(&Profile::flat(), NOW).unwrap().listings;
        prop_assert_eq!(taken.len(), call.min(listings.len()));
        let worth = |key: usize| u128::from(listings[key].0) * u128::from(listings[key].1).pow(2);
        let least = taken.iter().map(|key| worth(*key)).min().unwrap();
        let left = (0..listings.len()).filter(|key| !taken.contains(key)).map(worth).max().unwrap_or(0);
        // Within a step of urgency they count as one.
        prop_assert!(left * 100 <= least * 110, "{left} was left and {least} taken");
    }

    #[test]
    fn whatever_happens_a_call_has_only_listings_that_may_be_read_and_is_the_same_again(
        steps in prop::collection::vec((0_u8..7, 0_u32..40, 0_u32..5_000), 1..300),
    ) {
        let limits = Limits { call: 7, ..Limits::default() };
        let (mut one, mut two): (Queue<u32, u32>, Queue<u32, u32>) = (Queue::new(limits, 3), Queue::new(limits, 3));
        // Of each listing, the group and before when it may not be handed out.
        let mut model: BTreeMap<u32, (u32, Second)> = BTreeMap::new();
        let mut now = NOW;
        for (step, key, number) in steps {
            match step {
                0 => {
                    one.insert(key, key % 3, urgency(u64::from(number)), None, now);
                    two.insert(key, key % 3, urgency(u64::from(number)), None, now);
                    model.insert(key, (key % 3, now));
                }
                1 => {
                    let there = model.remove(&key).is_some();
                    prop_assert_eq!((one.remove(&key), two.remove(&key)), (there, there));
                }
                2 => {
                    let there = model.get_mut(&key).map(|entry| entry.1 = now.plus(60)).is_some();
                    prop_assert_eq!((one.read(&key, now), two.read(&key, now)), (there, there));
                }
                3 => {
                    let rest = one.failed(&key, now, Some(number));
                    prop_assert_eq!(rest, two.failed(&key, now, Some(number)));
                    prop_assert_eq!(rest.is_some(), model.contains_key(&key));
                    if let (Some(entry), Some(rest)) = (model.get_mut(&key), rest) {
                        prop_assert!(rest >= now.plus(number));
                        entry.1 = rest;
                    }
                }
                4 => now = now.plus(number),
                _ => {
                    let call = one.next_call(&Profile::flat(), now);
                    prop_assert_eq!(&call, &two.next_call(&Profile::flat(), now));
                    let ready = model.values().filter(|entry| entry.1 <= now).count();
                    prop_assert_eq!(call.is_some(), ready > 0);
                    for key in call.iter().flat_map(|call| &call.listings) {
                        let entry = model.get_mut(key).unwrap();
                        prop_assert_eq!(entry.0, call.as_ref().unwrap().group);
                        prop_assert!(entry.1 <= now, "{} was handed out too early", key);
                        entry.1 = now.plus(limits.answer);
                    }
                }
            }
            prop_assert_eq!(one.len(), model.len());
        }
    }
}

// Budget

/// 00:00 UTC+8.
const TURN: Second = Second::new(1_800_028_800);

fn spend_all(budget: &mut Budget, terms: &Terms, share: Share, from: Second, until: Second) -> u32 {
    let (mut now, mut calls) = (from, 0);
    while now < until {
        match budget.spend(terms, share, now) {
            Ok(()) => calls += 1,
            Err(later) => {
                assert!(later > now);
                assert_eq!(budget.next_allowed(terms, share, now), later);
                now = later;
            }
        }
    }
    calls
}

#[test]
fn a_day_of_background_calls_uses_the_day_evenly_and_not_more() {
    let terms = Terms::official(5_000);
    let mut budget = Budget::default();
    let first = spend_all(&mut budget, &terms, Share::Background, TURN, TURN.plus(12 * HOUR));
    let second = spend_all(
        &mut budget,
        &terms,
        Share::Background,
        TURN.plus(12 * HOUR),
        TURN.plus(DAY),
    );
    assert!((1_800..=2_500).contains(&first), "{first} in the first half");
    assert!((4_300..=5_000).contains(&(first + second)), "{first} and {second}");
}

#[test]
fn nobody_pasting_leaves_their_share_to_the_background_of_later_hours() {
    let terms = Terms::official(5_000);
    let mut budget = Budget::default();
    let hour = |budget: &mut Budget, share, hour: u32| {
        spend_all(
            budget,
            &terms,
            share,
            TURN.plus(hour * HOUR),
            TURN.plus((hour + 1) * HOUR),
        )
    };
    let first = hour(&mut budget, Share::Background, 0);
    let last = hour(&mut budget, Share::Background, 20);
    assert!((150..=160).contains(&first), "{first} of 208");
    assert!(last > 4 * first, "{last} in an hour of the evening");
    assert!(hour(&mut budget, Share::Pasted, 21) > 41);
}

#[test]
fn people_who_paste_do_not_wait_for_the_background() {
    let terms = Terms::official(5_000);
    let mut budget = Budget::default();
    for second in 0..41 {
        assert_eq!(budget.spend(&terms, Share::Pasted, TURN.plus(second)), Ok(()));
    }
    assert_eq!(budget.spend(&terms, Share::Pasted, TURN.plus(41)), Err(TURN.plus(HOUR)));
    assert_eq!(budget.spend(&terms, Share::Background, TURN.plus(41)), Ok(()));
}

#[test]
fn background_calls_are_spread_after_a_small_burst() {
    let terms = Terms::official(5_000);
    let mut budget = Budget::default();
    let mut now = TURN;
    for _ in 0..3 {
        assert_eq!(budget.spend(&terms, Share::Background, now), Ok(()));
        now = now.plus(1);
    }
    let next = budget.spend(&terms, Share::Background, now).unwrap_err();
    assert!((20..=26).contains(&next.since(TURN)), "{next:?}");
}

/// H173.
#[test]
fn the_quota_answer_closes_the_day_and_retry_after_until_then() {
    let terms = Terms::official(5_000);
    let mut budget = Budget::default();
    budget.retry_after(&terms, TURN, 500);
    assert_eq!(budget.spend(&terms, Share::Pasted, TURN.plus(499)), Err(TURN.plus(500)));
    assert_eq!(budget.spend(&terms, Share::Pasted, TURN.plus(500)), Ok(()));
    budget.quota_spent(&terms, TURN.plus(600));
    assert_eq!(budget.remaining(&terms, TURN.plus(600)), 0);
    assert_eq!(budget.spend(&terms, Share::Pasted, TURN.plus(700)), Err(TURN.plus(DAY)));
    assert_eq!(budget.spend(&terms, Share::Pasted, TURN.plus(DAY)), Ok(()));
}

#[test]
fn a_clock_that_was_a_year_ahead_does_not_close_the_budget_for_a_year() {
    let terms = Terms::official(100);
    let mut budget = Budget::default();
    budget.spend(&terms, Share::Pasted, TURN).unwrap();
    budget.spend(&terms, Share::Pasted, TURN.plus(365 * DAY)).unwrap();
    budget.retry_after(&terms, TURN.plus(365 * DAY), 300);
    assert_eq!(
        budget.spend(&terms, Share::Pasted, TURN.plus(HOUR)),
        Err(TURN.plus(HOUR + 300))
    );
    assert_eq!(budget.remaining(&terms, TURN.plus(HOUR)), 99);
    assert_eq!(budget.spend(&terms, Share::Pasted, TURN.plus(DAY)), Ok(()));
}

#[test]
fn without_calls_in_the_terms_none_is_ever_allowed() {
    let budget = Budget::default();
    assert_eq!(
        budget.next_allowed(&Terms::official(0), Share::Pasted, TURN),
        Second::NEVER
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_order_of_calls_restarts_and_clock_jumps_grants_more_than_the_day_or_sooner_than_the_spacing(
        calls in 1_u32..40,
        spacing in 0_u32..30,
        steps in prop::collection::vec((0_u8..12, 0_u32..3, 0_u32..100_000), 1..400),
    ) {
        let terms = Terms { spacing, ..Terms::official(calls) };
        let mut budget = Budget::default();
        let mut kept = budget.kept();
        let mut granted: BTreeMap<u32, u32> = BTreeMap::new();
        let mut now = TURN;
        // Seconds that the clock went forward since the last call.
        let mut since = u32::MAX;
        for (step, share, number) in steps {
            let forward = match step {
                0 => {
                    now = now.minus(number * 3);
                    0
                }
                1 => number * 3,
                2 => {
                    budget = Budget::from_kept(kept);
                    0
                }
                3 => number % 4_000,
                4..6 => number % 40,
                _ => {
                    let share = [Share::Background, Share::Pasted, Share::Unknown][usize::try_from(share).unwrap()];
                    if budget.spend(&terms, share, now).is_ok() {
                        kept = budget.kept();
                        *granted.entry((now.get() + 8 * HOUR) / DAY).or_default() += 1;
                        prop_assert!(since >= spacing, "{since} s after the one before");
                        since = 0;
                    }
                    number % 3
                }
            };
            now = now.plus(forward);
            since = since.saturating_add(forward);
        }
        prop_assert!(granted.values().all(|granted| *granted <= calls), "{granted:?} of {calls}");
    }
}

// Breaker and health

#[test]
fn a_breaker_opens_after_five_failures_in_a_row_and_lets_one_call_through_after_a_pause() {
    let mut breaker = Breaker::default();
    for _ in 0..4 {
        breaker.failed(NOW);
    }
    breaker.succeeded();
    for _ in 0..4 {
        breaker.failed(NOW);
        assert!(breaker.allows(NOW));
    }
    breaker.failed(NOW);
    assert!(breaker.is_open() && !breaker.allows(NOW.plus(59)));
    assert!(breaker.allows(NOW.plus(60)));
    assert!(!breaker.allows(NOW.plus(60)), "a second call went through");
    breaker.failed(NOW.plus(61));
    assert!(!breaker.allows(NOW.plus(61 + 119)) && breaker.allows(NOW.plus(61 + 120)));
    breaker.succeeded();
    assert!(!breaker.is_open() && breaker.allows(NOW.plus(200)));
}

#[test]
fn an_open_breaker_asks_once_an_hour_at_least_and_again_if_nothing_was_heard() {
    let mut breaker = Breaker::default();
    for _ in 0..100 {
        breaker.failed(NOW);
    }
    assert!(!breaker.allows(NOW.plus(HOUR - 1)) && breaker.allows(NOW.plus(HOUR)));
    assert!(!breaker.allows(NOW.plus(2 * HOUR - 1)) && breaker.allows(NOW.plus(2 * HOUR)));
    assert!(!breaker.allows(NOW), "the clock was set back");
    assert!(breaker.allows(NOW.plus(HOUR)));
}

#[test]
fn a_shop_that_fails_says_so_once_and_once_more_when_it_is_well() {
    let mut health = Health::default();
    let turns: Vec<_> = (0..30).filter_map(|listing| health.check(listing, false)).collect();
    assert_eq!(turns, [Turn::Failing]);
    assert!(health.is_failing());
    let turns: Vec<_> = (0..30).filter_map(|listing| health.check(listing, true)).collect();
    assert_eq!(turns, [Turn::Recovered]);
    assert!(!health.is_failing());
}

#[test]
fn few_broken_listings_are_no_fault_of_the_shop() {
    let mut health = Health::default();
    assert!(
        (0..100).all(|check| health.check(check % 4, false).is_none()),
        "four listings alone"
    );
    let mut health = Health::default();
    let mixed = (0..100).all(|check| health.check(check, check % 10 < 3).is_none());
    assert!(mixed, "seven of ten");
}
