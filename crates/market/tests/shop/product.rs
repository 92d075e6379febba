//! The storefront's product call: its handshake, and its answers read back to the facts of the world.

use std::fmt::Write;

use md5::{Digest, Md5};
use tillwatch_core::snapshot::Outcome;
use tillwatch_market::faults::Surface;
use tillwatch_market::view::Listing;
use tillwatch_market::world::MARKETS;
use tillwatch_net::readers::{self, Asked};

use crate::pages::{LISTINGS, asked, read, same_listing};
use crate::support::{Answer, Open, encoded};

const PATH: &str = "/h5/mtop.aliexpress.pdp.pc.query/1.0/";

fn data(id: &str, country: &str, currency: &str) -> String {
    format!(
        r#"{{"productId":"{id}","_lang":"en_US","_currency":"{currency}","country":"{country}","clientType":"pc"}}"#
    )
}

fn signature(token: &str, time: &str, data: &str) -> String {
    let digest = Md5::digest(format!("{token}&{time}&12574478&{data}").as_bytes());
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// One call with what the last answer set as cookies.
async fn call(open: &Open, data: &str, cookie: &str) -> Answer {
    let time = open.clock.now().as_millisecond().to_string();
    let token = cookie
        .split_once('=')
        .and_then(|(_, value)| value.split_once('_'))
        .map_or("", |(token, _)| token);
    let path = format!(
        "{PATH}?jsv=2.5.1&appKey=12574478&t={time}&sign={}&type=originaljsonp&dataType=jsonp&callback=mtopjsonp1&data={}",
        signature(token, &time, data),
        encoded(data)
    );
    open.get_with(&path, &[("cookie", cookie)]).await
}

/// The cookie that a first call without one is given.
async fn token(open: &Open) -> String {
    let first = call(open, "{}", "").await;
    assert!(first.text().starts_with("mtopjsonp1({") && first.text().contains("FAIL_SYS_TOKEN_EMPTY"));
    first
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

fn outcome(answer: &Answer) -> Outcome {
    readers::read(&answer.body)[0].outcome
}

#[tokio::test]
async fn product_answers_are_read_back_to_the_facts_of_the_world() {
    let open = Open::of(LISTINGS).await;
    let token = token(&open).await;
    let mut there = 0;
    for market in &MARKETS {
        for item in open.world.items() {
            let Ok(listing) = open.world.listing(item, market.country, open.clock.now()) else {
                continue;
            };
            let answer = call(
                &open,
                &data(item.as_str(), market.country, market.currency().code()),
                &token,
            )
            .await;
            let seen = read(&answer.body, &asked(&listing));
            assert_eq!(
                (&*seen.shape, seen.discounts.len()),
                ("mtop_product", freight_offers(&listing, &seen))
            );
            same_listing(&seen, &listing, &listing.title);
            there += 1;
        }
    }
    assert!(there > 500, "{there}");
}

/// Only the freight's own words tell of a discount in these answers.
fn freight_offers(listing: &Listing, seen: &tillwatch_core::snapshot::Snapshot) -> usize {
    let told = crate::facts::discounts_shown(listing, crate::support::noon());
    let told = told
        .iter()
        .filter(|discount| discount.starts_with("free_shipping"))
        .count();
    if seen.outcome == Outcome::Ok { told } else { 0 }
}

#[tokio::test]
async fn a_token_is_handed_out_checked_and_renewed() {
    let open = Open::of(20).await;
    let listing = open.first("US");
    let wanted = data(listing.item.as_str(), "US", "USD");
    let good = token(&open).await;
    assert_eq!(outcome(&call(&open, &wanted, &good).await), Outcome::Ok);

    let (name, value) = good.split_once('=').unwrap();
    let flipped = if value.starts_with('0') { "1" } else { "0" };
    let forged = call(&open, &wanted, &format!("{name}={flipped}{}", &value[1..])).await;
    assert!(forged.text().contains("FAIL_SYS_TOKEN_EXOIRED") && forged.header("set-cookie").is_some());

    open.clock.forward(jiff::SignedDuration::from_hours(3));
    let old = call(&open, &wanted, &good).await;
    assert!(old.text().contains("FAIL_SYS_TOKEN_EXOIRED"));
    let renewed = old.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(outcome(&call(&open, &wanted, &renewed).await), Outcome::Ok);

    let other_app = open.get(&format!("{PATH}?appKey=24815441&data=%7B%7D")).await;
    assert!(other_app.text().contains("FAIL_SYS_ILLEGAL_ACCESS"));
    assert_eq!(outcome(&other_app), Outcome::ApiRefused);
    assert_eq!(open.shop.counts().calls_to(Surface::Product), 6);
}

#[tokio::test]
async fn data_that_is_changed_after_its_signature_is_refused() {
    let open = Open::of(20).await;
    let good = token(&open).await;
    let value = good.split_once('=').unwrap().1;
    let sign = signature(value.split_once('_').unwrap().0, "1", "{}");
    let path = format!("{PATH}?appKey=12574478&t=1&sign={sign}&data=%7B%20%7D");
    let answer = open.get_with(&path, &[("cookie", &good)]).await;
    assert!(answer.text().contains("FAIL_SYS_TOKEN_EXOIRED"), "{}", answer.text());
}

#[tokio::test]
async fn a_listing_that_is_not_sold_there_says_so_and_one_that_is_gone_says_nothing() {
    let open = Open::of(LISTINGS).await;
    let token = token(&open).await;
    let banned = open.world.items().iter().find(|item| {
        let seen = open.world.listing(item, "MX", open.clock.now());
        seen.err() == Some(tillwatch_market::world::Absence::NotSoldThere)
    });
    let answer = call(&open, &data(banned.unwrap().as_str(), "MX", "MXN"), &token).await;
    assert_eq!(read(&answer.body, &Asked::default()).outcome, Outcome::OtherRegion);
    let answer = call(&open, &data("1005009999999999", "MX", "MXN"), &token).await;
    assert_eq!(outcome(&answer), Outcome::EmptyShell);
}
