//! A published feed: asked every five minutes, sent when it changed, and believed only of what was seen lately.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tillwatch_app::ports::source::{Ask, Depth, Reading, Source, SourceError};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::snapshot::Outcome;
use tillwatch_net::sources::feed::{Feed, NAMES};

use crate::support::{Peer, Reply, ask, bomb, compressed, now, ok, status};

const ITEM: &str = "1005000000000001";

/// A line of one variant at a price, seen so many minutes before the tests' moment.
fn line(price: &str, minutes: i64) -> String {
    let seen_at = now().plus_seconds(-60 * minutes);
    format!(
        r#"{{"schema":"tillwatch/snapshot/1","outcome":"ok","item":"{ITEM}","title":"Lamp","market":"US","currency":"USD","seen_at":"{seen_at}","variants":[{{"sku":"12","price":"{price}","salable":true}}]}}"#
    ) + "\n"
}

fn feed(peer: &Peer) -> Feed {
    Feed::new(NAMES[0], peer.url("/feed.ndjson?key=s3cr3t"), peer.client())
}

async fn of(body: &str) -> (Peer, Feed) {
    let peer = Peer::always(ok(body)).await;
    let feed = feed(&peer);
    (peer, feed)
}

fn usual() -> Ask {
    ask("US", "USD", &[ITEM])
}

/// The outcome and the price of the only reading, or nothing.
fn told(readings: &[Reading]) -> Option<(Outcome, Option<String>)> {
    assert!(readings.len() <= 1, "{readings:?}");
    let seen = &readings.first()?.snapshot;
    let price = seen.salable().next().and_then(|one| one.price);
    Some((seen.outcome, price.map(|price| price.to_string())))
}

fn at(price: &str) -> Option<(Outcome, Option<String>)> {
    Some((Outcome::Ok, Some(price.to_owned())))
}

fn without(outcome: Outcome) -> Option<(Outcome, Option<String>)> {
    Some((outcome, None))
}

async fn only(body: &str, ask: &Ask) -> Option<(Outcome, Option<String>)> {
    let (_peer, feed) = of(body).await;
    told(&feed.read(ask, now()).await.unwrap())
}

#[tokio::test]
async fn a_feed_is_asked_every_five_minutes_and_sent_when_it_changed() {
    let current = Arc::new(Mutex::new(("\"v1\"", line("9.99", 10))));
    let shown = Arc::clone(&current);
    let peer = Peer::start(move |seen| {
        let (version, body) = shown.lock().unwrap().clone();
        match seen.headers.get("if-none-match") {
            Some(known) if known == version => Reply::Whole(304, Vec::new(), Vec::new()),
            _ => Reply::Whole(200, vec![("etag", version.into())], body.into()),
        }
    })
    .await;
    let feed = feed(&peer);
    let later = |seconds| now().plus_seconds(seconds);
    assert_eq!(told(&feed.read(&usual(), now()).await.unwrap()), at("9.99"));
    assert_eq!(
        told(&feed.read(&usual(), later(299)).await.unwrap()),
        None,
        "it is told once"
    );
    assert_eq!(peer.seen().len(), 1, "and not asked anew");
    assert_eq!(told(&feed.read(&usual(), later(300)).await.unwrap()), None, "unchanged");
    assert_eq!(peer.seen().len(), 2);
    *current.lock().unwrap() = ("\"v2\"", line("8.99", 2));
    assert_eq!(told(&feed.read(&usual(), later(599)).await.unwrap()), None);
    assert_eq!(told(&feed.read(&usual(), later(600)).await.unwrap()), at("8.99"));
    let versions: Vec<_> = peer
        .seen()
        .iter()
        .map(|seen| seen.headers.get("if-none-match").cloned())
        .collect();
    assert_eq!(versions, [None, Some("\"v1\"".to_owned()), Some("\"v1\"".to_owned())]);
    assert_eq!(
        (feed.name(), feed.account(), feed.depth()),
        ("feed_1", "feed_1", Depth::Brief)
    );
}

#[tokio::test]
async fn the_latest_line_counts_and_none_that_is_stale_or_yet_to_come() {
    assert_eq!(
        only(&[line("7", 30), line("9", 5), line("8", 20)].concat(), &usual()).await,
        at("9.00")
    );
    assert_eq!(only(&line("9", 59), &usual()).await, at("9.00"));
    assert_eq!(only(&line("9", 61), &usual()).await, without(Outcome::NoPrice));
    assert_eq!(only(&line("9", -1), &usual()).await, at("9.00"), "clocks differ");
    assert_eq!(only(&line("9", -5), &usual()).await, without(Outcome::NoPrice));
    assert_eq!(
        only(&[line("9", -5), line("8", 5)].concat(), &usual()).await,
        at("8.00")
    );
}

#[tokio::test]
async fn another_market_or_currency_makes_no_price_and_an_unlisted_listing_is_nothing() {
    let line = line("9", 5);
    let told = |market, currency| {
        let ask = ask(market, currency, &[ITEM]);
        let line = line.clone();
        async move { only(&line, &ask).await }
    };
    assert_eq!(told("US", "EUR").await, without(Outcome::OtherCurrency));
    assert_eq!(told("DE", "USD").await, without(Outcome::OtherRegion));
    assert_eq!(only(&line, &ask("US", "USD", &["1005000000000002"])).await, None);
}

#[tokio::test]
async fn what_another_source_read_since_is_not_overruled() {
    let since = |minutes: i64| {
        let mut ask = usual();
        ask.items[0].since = Some(now().plus_seconds(-60 * minutes));
        ask
    };
    assert_eq!(only(&line("9", 10), &since(5)).await, None);
    assert_eq!(only(&line("9", 10), &since(10)).await, None);
    assert_eq!(only(&line("9", 10), &since(15)).await, at("9.00"));
    assert_eq!(
        only(&line("9", 90), &since(30)).await,
        None,
        "a stale line is no gap where others see"
    );
    assert_eq!(only(&line("9", 90), &since(120)).await, without(Outcome::NoPrice));
    let mut elsewhere = ask("DE", "USD", &[ITEM]);
    elsewhere.items[0].since = since(5).items[0].since;
    assert_eq!(only(&line("9", 1), &elsewhere).await, None);
}

#[tokio::test]
async fn a_line_without_the_watched_variant_or_a_publisher_who_saw_nothing_is_nothing() {
    let mut watched = usual();
    watched.items[0].skus = vec![SkuId::parse("13").unwrap()];
    assert_eq!(only(&line("9", 5), &watched).await, None);
    let blocked = line("9", 5).replace("\"ok\"", "\"blocked\"");
    assert_eq!(only(&blocked, &usual()).await, None);
    let gone = line("9", 5).replace("\"ok\"", "\"sold_out\"");
    assert_eq!(only(&gone, &usual()).await, without(Outcome::SoldOut));
}

#[tokio::test]
async fn a_line_that_is_cut_off_or_hostile_leaves_the_others() {
    let whole = line("9", 5);
    let cut = format!("{whole}{}", &whole[..whole.len() / 2]);
    assert_eq!(only(&cut, &usual()).await, at("9.00"));
    let hostile = whole.replace("Lamp", "<script>alert(1)</script>\\u001b[31m\\u0000");
    let (_peer, feed) = of(&hostile).await;
    let readings = feed.read(&usual(), now()).await.unwrap();
    let title = readings[0].snapshot.title.clone().unwrap();
    assert!(!title.chars().any(char::is_control), "{title:?}");
}

/// How long a failure keeps from asking again, in seconds.
async fn wait(reply: Reply) -> (u64, String) {
    let peer = Peer::always(reply).await;
    let feed = feed(&peer);
    let error = feed.read(&usual(), now()).await.unwrap_err();
    let SourceError::Later {
        after: Some(after),
        why,
    } = error
    else {
        panic!("{error:?}");
    };
    assert!(!why.contains("s3cr3t"), "{why}");
    let asked = peer.connections();
    let almost = now().plus_seconds(i64::try_from(after.as_secs()).unwrap() - 1);
    let again = feed.read(&usual(), almost).await;
    let one = Some(Duration::from_secs(1));
    assert!(
        matches!(&again, Err(SourceError::Later { after, .. }) if *after == one),
        "{again:?}"
    );
    assert_eq!(peer.connections(), asked, "it is left in peace");
    (after.as_secs(), why)
}

#[tokio::test]
async fn every_failure_is_a_wait_and_no_gap() {
    assert_eq!(wait(status(429, &[("retry-after", "900")])).await.0, 900);
    assert_eq!(wait(status(503, &[("retry-after", "5")])).await.0, 300);
    assert_eq!(wait(status(500, &[])).await.0, 300);
    assert_eq!(wait(status(304, &[])).await.0, 300);
    assert_eq!(wait(status(404, &[])).await.0, 3_600);
    assert_eq!(wait(Reply::Raw(Vec::new())).await.0, 300);
    let half = b"HTTP/1.1 200 So\r\ncontent-length: 900\r\n\r\n{\"schema\"";
    assert_eq!(wait(Reply::Raw(half.to_vec())).await.0, 300);
    for body in ["", "<html>login</html>", "{}", "[1,2]"] {
        let (seconds, why) = wait(ok(body)).await;
        assert_eq!((seconds, &*why), (300, "what was published is no feed"), "{body}");
    }
    let (_, why) = wait(ok(line("nine", 5))).await;
    assert!(
        why.starts_with("what was published is no feed: line 1, variants[0].price"),
        "{why}"
    );
}

#[tokio::test]
async fn a_feed_without_an_end_is_not_taken_in() {
    for reply in [ok(vec![b' '; 9 * 1024 * 1024]), compressed(bomb(9))] {
        let (_, why) = wait(reply).await;
        assert!(why.contains("more than"), "{why}");
    }
}

#[tokio::test]
async fn what_was_had_is_told_while_the_publisher_does_not_answer() {
    let body = Arc::new(Mutex::new(Some(line("9", 5))));
    let shown = Arc::clone(&body);
    let peer = Peer::start(move |_| match shown.lock().unwrap().clone() {
        Some(body) => ok(body),
        None => status(500, &[]),
    })
    .await;
    let feed = feed(&peer);
    let later = |seconds| -> Instant { now().plus_seconds(seconds) };
    assert_eq!(feed.read(&ask("US", "USD", &[]), now()).await, Ok(Vec::new()));
    *body.lock().unwrap() = None;
    assert!(feed.read(&usual(), later(300)).await.is_err());
    assert_eq!(told(&feed.read(&usual(), later(310)).await.unwrap()), at("9.00"));
}
