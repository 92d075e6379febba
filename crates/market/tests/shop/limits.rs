//! Limits on a clock in the hand: spacing, bans, a day's quota, and what is counted of them.

use jiff::SignedDuration;
use jiff::civil::date;
use tillwatch_core::snapshot::Outcome;
use tillwatch_market::shop::Key;
use tillwatch_net::readers;

use crate::support::{Answer, Open, SECRET};

async fn call(open: &Open) -> Answer {
    let id = open.first("US").item;
    open.api(
        "aliexpress.affiliate.productdetail.get",
        &[("product_ids", id.as_str())],
    )
    .await
}

fn refused(answer: &Answer) -> Option<String> {
    answer.json()["error_response"]["msg"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn a_call_that_comes_too_soon_bans_its_key_for_a_second() {
    let open = Open::with(10, |shop| {
        shop.with_key(Key::new("512345", SECRET).every(SignedDuration::from_millis(1_600)))
    })
    .await;
    assert_eq!(refused(&call(&open).await), None);
    open.clock.forward(SignedDuration::from_millis(1_599));
    let soon = call(&open).await;
    let words = "Api access frequency exceeds the limit. this ban will last 1 seconds";
    assert_eq!(refused(&soon).as_deref(), Some(words));
    assert_eq!(readers::read(&soon.body)[0].outcome, Outcome::ApiRefused);
    // The spacing is over by now, the ban is not.
    open.clock.forward(SignedDuration::from_millis(999));
    assert!(refused(&call(&open).await).is_some());
    open.clock.forward(SignedDuration::from_millis(1));
    assert_eq!(refused(&call(&open).await), None);

    let counts = open.shop.counts();
    let day = &counts.keys[&("512345".to_owned(), date(2026, 11, 18))];
    assert_eq!(
        (day.calls, day.answered, day.refused["ApiCallLimit"], day.items),
        (4, 2, 2, 2)
    );
    assert_eq!(day.closest, Some(SignedDuration::from_millis(1)));
}

#[tokio::test]
async fn a_days_quota_ends_with_the_day_of_utc_plus_eight() {
    let open = Open::with(10, |shop| shop.with_key(Key::new("512345", SECRET).a_day(3))).await;
    let second = SignedDuration::from_secs(1);
    for _ in 0..3 {
        assert_eq!(refused(&call(&open).await), None);
        open.clock.forward(second);
    }
    // It is 12:00:03 in UTC, and 20:00:03 there.
    let left = 4 * 3_600 - 3;
    assert_eq!(
        refused(&call(&open).await),
        Some(format!(
            "Api access frequency exceeds the limit. this ban will last {left} seconds"
        ))
    );
    open.clock.forward(SignedDuration::from_secs(left - 1));
    assert!(refused(&call(&open).await).is_some());
    open.clock.forward(second);
    assert_eq!(refused(&call(&open).await), None);

    let counts = open.shop.counts();
    let of = |day| &counts.keys[&("512345".to_owned(), day)];
    let (first, next) = (of(date(2026, 11, 18)), of(date(2026, 11, 19)));
    assert_eq!((first.calls, first.answered, first.refused["ApiCallLimit"]), (5, 3, 2));
    assert_eq!((next.calls, next.answered, next.items), (1, 1, 1));
}

#[tokio::test]
async fn each_key_has_limits_of_its_own_and_counters_are_readable() {
    let open = Open::with(10, |shop| {
        let other = Key::new("777", SECRET).every(SignedDuration::from_secs(60));
        shop.with_key(Key::new("512345", SECRET)).with_key(other)
    })
    .await;
    assert_eq!(refused(&call(&open).await), None);
    let counters = open.get("/counters").await.json();
    assert_eq!(counters["calls"]["api"], 1);
    assert_eq!(counters["keys"][0]["key"], "512345");
    assert_eq!(counters["keys"][0]["day"], "2026-11-18");
    assert_eq!(counters["keys"][0]["answered"], 1);
    assert_eq!(
        (counters["items"].clone(), counters["keys"].as_array().map(Vec::len)),
        (1.into(), Some(1))
    );
}
