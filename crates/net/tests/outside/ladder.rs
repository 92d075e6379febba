//! A published ladder: sent once, then only when it changes, and refused where it is none.

use std::time::Duration;

use tillwatch_net::http::HttpError;
use tillwatch_net::sources::ladder::{Feed, LadderError, Polled};

use crate::support::{Peer, Reply, now, ok, status, to};

const LADDER: &str = r#"{"schema": "tillwatch/ladder/1", "id": "invented-2026-11", "name": "Invented", "kind": "code",
  "currency": "USD", "starts": "2026-11-01", "ends": "2026-11-30", "zone": "America/Los_Angeles",
  "source": "https://example.com/codes", "confidence": "medium",
  "tiers": [{"code": "MADEUP2", "off": "2.00", "min_spend": "15.00"}, {"code": "MADEUP5", "off": "5.00", "min_spend": "39.00"}]}"#;

fn feed(peer: &Peer) -> Feed {
    Feed::new(peer.url("/codes.json?key=s3cr3t"), peer.client())
}

async fn failure(reply: Reply) -> LadderError {
    let peer = Peer::always(reply).await;
    feed(&peer).poll(Some("\"v1\""), now()).await.unwrap_err()
}

#[tokio::test]
async fn a_ladder_is_sent_once_and_afterwards_named_by_its_version() {
    let peer = Peer::start(|seen| match seen.headers.get("if-none-match").map(String::as_str) {
        Some("\"v1\"") => Reply::Whole(304, Vec::new(), Vec::new()),
        _ => Reply::Whole(200, vec![("etag", "\"v1\"".into())], LADDER.into()),
    })
    .await;
    let feed = feed(&peer);
    let Polled::Ladder { read, version } = feed.poll(None, now()).await.unwrap() else {
        panic!("the first poll has a ladder")
    };
    assert_eq!((read.value.discounts.len(), version.as_deref()), (2, Some("\"v1\"")));
    assert_eq!(feed.poll(version.as_deref(), now()).await, Ok(Polled::Unchanged));
    let other = feed.poll(Some("\"v0\""), now()).await.unwrap();
    assert!(matches!(other, Polled::Ladder { .. }), "{other:?}");
}

#[tokio::test]
async fn what_is_no_ladder_is_refused_with_its_place() {
    let wrong = LADDER.replace("\"2.00\"", "\"two\"");
    let told = failure(ok(wrong)).await;
    assert!(
        told.to_string()
            .starts_with("what was published is no ladder: tiers[0].off"),
        "{told}"
    );
    for body in ["", "<html>login</html>", "{}", "[]"] {
        let told = failure(ok(body)).await;
        assert!(matches!(told, LadderError::NotALadder(_)), "{body}: {told:?}");
    }
}

#[tokio::test]
async fn every_other_answer_is_an_error_of_its_own() {
    let after = Some(Duration::from_mins(1));
    assert_eq!(
        failure(status(429, &[("retry-after", "60")])).await,
        LadderError::Later { after }
    );
    assert_eq!(
        failure(status(503, &[("retry-after", "60")])).await,
        LadderError::Later { after }
    );
    assert_eq!(failure(status(500, &[])).await, LadderError::Status(500));
    assert_eq!(failure(status(404, &[])).await, LadderError::Status(404));
    for reply in [
        Reply::Raw(Vec::new()),
        ok(vec![b' '; 1_100_000]),
        to("/"),
        to("http://127.0.0.1:1/"),
    ] {
        let told = failure(reply).await;
        assert!(matches!(told, LadderError::NoAnswer(_)), "{told:?}");
        assert!(!format!("{told} {told:?}").contains("s3cr3t"), "{told:?}");
    }
    let near = failure(to("http://169.254.169.254/")).await;
    assert!(
        matches!(near, LadderError::NoAnswer(HttpError::Forbidden { .. })),
        "{near:?}"
    );
}

#[tokio::test]
async fn unchanged_without_a_version_to_compare_is_no_answer() {
    let peer = Peer::always(Reply::Whole(304, Vec::new(), Vec::new())).await;
    assert_eq!(feed(&peer).poll(None, now()).await, Err(LadderError::Status(304)));
}
