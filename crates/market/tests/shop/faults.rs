//! Faults: each is taken by the readers for what it is, and none for a price.

use std::time::Duration;

use tillwatch_core::snapshot::Outcome;
use tillwatch_market::faults::{Fault, Faults, Surface};
use tillwatch_net::readers;

use crate::pages::{asked, read};
use crate::support::{Answer, Open, free_key};

async fn page(open: &Open) -> Answer {
    let listing = open.first("DE");
    open.get_from(&format!("/item/{}.html?era=c", listing.item), "DE", "EUR")
        .await
}

async fn product(open: &Open) -> Answer {
    let id = open.first("DE").item;
    let parameters = [
        ("product_ids", id.as_str()),
        ("country", "DE"),
        ("target_currency", "EUR"),
    ];
    open.api("aliexpress.affiliate.productdetail.get", &parameters).await
}

#[tokio::test]
async fn each_fault_of_a_page_is_taken_for_what_it_is() {
    let open = Open::of(60).await;
    let asked = asked(&open.first("DE"));
    for (fault, wanted) in [
        (Fault::Challenge, Outcome::Blocked),
        (Fault::Challenge, Outcome::Blocked),
        (Fault::Challenge, Outcome::Blocked),
        (Fault::Hollow, Outcome::EmptyShell),
        (Fault::OtherCurrency, Outcome::OtherCurrency),
        (Fault::OtherMarket, Outcome::OtherRegion),
        (Fault::ZeroPrice, Outcome::NoPrice),
        (Fault::Slow, Outcome::Ok),
    ] {
        open.shop.faults().next(fault);
        let answer = page(&open).await;
        let seen = read(&answer.body, &asked);
        assert_eq!(
            (answer.status, seen.outcome),
            (200, wanted),
            "{fault:?}: {:?}",
            seen.detail
        );
        assert!(answer.whole, "{fault:?}");
        assert!(seen.outcome == Outcome::Ok || (seen.variants.is_empty() && seen.discounts.is_empty()));
        // The next answer is itself again.
        assert_eq!(read(&page(&open).await.body, &asked).outcome, Outcome::Ok);
    }
    let counts = open.shop.counts();
    assert_eq!(
        (counts.faults_of(Fault::Challenge), counts.faults_of(Fault::Slow)),
        (3, 1)
    );
    assert_eq!(counts.faults.values().sum::<u64>(), 8);
}

#[tokio::test]
async fn half_a_page_has_no_price_and_its_connection_is_gone() {
    let open = Open::of(60).await;
    open.shop.faults().next(Fault::Cut);
    let half = page(&open).await;
    assert!(!half.whole && half.text().contains("runParams"));
    let seen = read(&half.body, &asked(&open.first("DE")));
    // What is left of it besides the broken data decides for what else it is taken.
    assert!(
        seen.outcome != Outcome::Ok && seen.variants.is_empty(),
        "{:?}",
        seen.outcome
    );
    assert!(page(&open).await.whole);
}

#[tokio::test]
async fn a_refusal_by_status_says_how_long_to_wait_or_does_not() {
    let open = Open::of(60).await;
    for (fault, status, told) in [
        (Fault::TooMany, 429, true),
        (Fault::TooManyUntold, 429, false),
        (Fault::ServerError, 500, false),
    ] {
        open.shop.faults().next(fault);
        let answer = page(&open).await;
        let seconds = answer.header("retry-after").map(|text| text.parse::<u64>().unwrap());
        assert_eq!((answer.status, seconds.is_some()), (status, told));
        assert!(
            readers::read(&answer.body)
                .iter()
                .all(|seen| seen.outcome != Outcome::Ok && seen.variants.is_empty())
        );
    }
}

#[tokio::test]
async fn each_fault_of_the_api_is_taken_for_what_it_is() {
    let open = Open::of(60).await;
    let asked = asked(&open.first("DE"));
    for (fault, wanted) in [
        (Fault::OtherCurrency, Outcome::OtherCurrency),
        (Fault::ZeroPrice, Outcome::NoPrice),
        (Fault::Truncated, Outcome::ParseFailed),
        (Fault::Cut, Outcome::ParseFailed),
    ] {
        open.shop.faults().next(fault);
        let answer = product(&open).await;
        assert_eq!(read(&answer.body, &asked).outcome, wanted, "{fault:?}");
        assert_eq!(read(&product(&open).await.body, &asked).outcome, Outcome::Ok);
    }
}

#[tokio::test]
async fn a_product_call_can_want_its_user_validated() {
    let open = Open::of(10).await;
    for (fault, wanted) in [
        (Fault::Validate, Outcome::Blocked),
        (Fault::Truncated, Outcome::ParseFailed),
    ] {
        open.shop.faults().next(fault);
        let answer = open
            .get("/h5/mtop.aliexpress.pdp.pc.query/1.0/?appKey=12574478&data=%7B%7D")
            .await;
        assert_eq!(readers::read(&answer.body)[0].outcome, wanted, "{}", answer.text());
    }
}

#[tokio::test]
async fn a_slow_body_pauses_and_is_whole() {
    let pause = Duration::from_millis(20);
    let open = Open::with(60, |shop| shop.with_key(free_key()).with_slowness(pause)).await;
    open.shop.faults().next(Fault::Slow);
    let slow = page(&open).await;
    let whole = page(&open).await;
    assert!(slow.whole && slow.body == whole.body);
}

#[tokio::test]
async fn shares_are_kept_and_counted_by_kind() {
    let open = Open::with(60, |shop| {
        let faults = Faults::seeded(3)
            .share(Surface::Page, Fault::Challenge, 300)
            .share_everywhere(Fault::TooMany, 200);
        shop.with_faults(faults)
    })
    .await;
    let (mut blocked, mut busy) = (0, 0);
    for _ in 0..200 {
        let answer = page(&open).await;
        busy += u64::from(answer.status == 429);
        blocked += u64::from(readers::read(&answer.body)[0].outcome == Outcome::Blocked);
    }
    let counts = open.shop.counts();
    assert_eq!(
        (counts.faults_of(Fault::Challenge), counts.faults_of(Fault::TooMany)),
        (blocked, busy)
    );
    assert!(
        (35..85).contains(&blocked) && (20..62).contains(&busy),
        "{blocked} {busy}"
    );
    assert_eq!(open.shop.counts().to_json()["faults"]["challenge"], blocked);
}
