//! Short links: followed by their redirects, never to their end and never elsewhere.

use tillwatch_core::link::{Identity, IdentityKind};
use tillwatch_net::http::HttpError;
use tillwatch_net::links::{FollowError, Follower};

use crate::support::{Peer, Reply, now, ok, status, to};

async fn follow(peer: &Peer, path: &str) -> Result<Identity, FollowError> {
    Follower::new(&peer.client())
        .follow(peer.url(path).as_str(), now())
        .await
}

#[tokio::test]
async fn the_first_redirect_to_a_listing_is_the_answer_and_its_page_is_not_fetched() {
    let peer = Peer::start(|seen| match seen.target.as_str() {
        "/e/_short" => to("/s/second?aff=1"),
        "/s/second?aff=1" => {
            to("https://www.aliexpress.us/item/3256807990906987.html?sku_id=12000039999999999&aff_fcid=x")
        }
        other => panic!("{other} was fetched"),
    })
    .await;
    let text = peer.url("/e/_short").to_string();
    let found = follow(&peer, "/e/_short").await.unwrap();
    assert_eq!((found.kind, found.input), (IdentityKind::Item, text));
    assert_eq!(found.item.unwrap().as_str(), "1005008177221739");
    assert_eq!(found.sku.unwrap().as_str(), "12000039999999999");
    assert_eq!(peer.seen().len(), 2);
}

#[tokio::test]
async fn a_listing_of_a_marketplace_on_this_machine_is_one_too() {
    let peer = Peer::start(|seen| match seen.target.as_str() {
        "/e/_short" => to("/item/1005006367324382.html?skuId=12000036815593862"),
        other => panic!("{other} was fetched"),
    })
    .await;
    let found = follow(&peer, "/e/_short").await.unwrap();
    assert_eq!(found.item.unwrap().as_str(), "1005006367324382");
}

#[tokio::test]
async fn what_a_link_leads_to_instead_of_a_listing_is_named_and_not_fetched() {
    let victim = Peer::always(ok("secret")).await;
    for (location, name) in [
        ("https://www.aliexpress.com/store/1101234567", "store_page"),
        ("https://evil.example/item/1005006367324382.html", "foreign_site"),
        ("https://www.aliexpress.com.evil.example/", "look_alike_host"),
        (
            "https://www.aliexpress.com:8443/item/1005006123456789.html",
            "port_not_allowed",
        ),
        ("http://169.254.169.254/latest/meta-data/", "foreign_site"),
        (victim.url("/").as_str(), "foreign_site"),
        ("file:///etc/passwd", "unsupported_scheme"),
    ] {
        let peer = Peer::always(to(location)).await;
        let found = follow(&peer, "/e/_short").await.unwrap();
        let reason = found.reason.map(|reason| reason.name());
        assert_eq!((found.item, reason), (None, Some(name)), "{location}");
        assert_eq!(peer.seen().len(), 1, "{location}");
    }
    assert_eq!(victim.connections(), 0);
}

#[tokio::test]
async fn a_loop_ends_after_five_hops() {
    let peer = Peer::always(to("/e/_loop")).await;
    assert_eq!(follow(&peer, "/e/_loop").await, Err(FollowError::TooManyRedirects));
    assert_eq!(peer.seen().len(), 5);
}

/// A shop's short links: `_lamp` leads to a listing, and anything else nowhere.
async fn shop() -> (Peer, Follower) {
    let peer = Peer::start(|seen| match seen.target.as_str() {
        "/e/_lamp" => to("https://www.aliexpress.com/item/1005006367324382.html"),
        _ => status(404, &[]),
    })
    .await;
    let follower = Follower::new(&peer.client());
    (peer, follower)
}

#[tokio::test]
async fn a_wishlist_that_is_pasted_twice_asks_nobody_twice() {
    let (peer, follower) = shop().await;
    let links = ["/e/_lamp", "/e/_gone"].map(|path| peer.url(path).to_string());
    for minutes in 0..3 {
        let at = now().plus_seconds(60 * minutes);
        let found = follower.clone().follow(&links[0], at).await.unwrap();
        assert_eq!(found.item.unwrap().as_str(), "1005006367324382");
        assert_eq!(found.input, links[0]);
        assert!(follower.follow(&links[1], at).await.is_err());
    }
    assert_eq!(peer.seen().len(), 2);
}

#[tokio::test]
async fn a_link_is_asked_again_after_minutes_where_it_led_nowhere_and_after_days_where_it_led_to_a_listing() {
    let (peer, follower) = shop().await;
    let links = ["/e/_lamp", "/e/_gone"].map(|path| peer.url(path).to_string());
    let mut asked = Vec::new();
    for seconds in [0, 299, 300, 86_400, 7 * 86_400 - 1, 7 * 86_400] {
        for link in &links {
            _ = follower.follow(link, now().plus_seconds(seconds)).await;
        }
        asked.push(peer.seen().len());
    }
    assert_eq!(asked, [2, 2, 3, 4, 5, 6]);
    // A clock that was set back makes nothing last longer.
    _ = follower.follow(&links[0], now()).await;
    assert_eq!(peer.seen().len(), 7);
}

#[tokio::test]
async fn two_people_at_once_ask_once() {
    let (peer, follower) = shop().await;
    let link = peer.url("/e/_lamp").to_string();
    let (one, other, third) = tokio::join!(
        follower.follow(&link, now()),
        follower.follow(&link, now()),
        follower.follow(&link, now().plus_seconds(1)),
    );
    assert_eq!((&one, &one), (&other, &third));
    assert!(one.unwrap().item.is_some());
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn a_challenge_and_an_answer_without_a_redirect_are_told_apart() {
    let punish = "<html><body><script src=\"https://www.aliexpress.com/_____tmd_____/punish?x5secdata=1\"></script></body></html>";
    for reply in [
        ok(punish),
        to("https://www.aliexpress.com/_____tmd_____/punish?x5secdata=1"),
    ] {
        let peer = Peer::always(reply).await;
        let host = "127.0.0.1".to_owned();
        assert_eq!(follow(&peer, "/e/_short").await, Err(FollowError::Challenged { host }));
    }
    let refresh = "<meta http-equiv=\"refresh\" content=\"0; url=http://127.0.0.1:9/\">";
    for (reply, code) in [
        (ok(refresh), 200),
        (ok(""), 200),
        (status(404, &[]), 404),
        (status(302, &[]), 302),
    ] {
        let peer = Peer::always(reply).await;
        let host = "127.0.0.1".to_owned();
        assert_eq!(
            follow(&peer, "/e/_short").await,
            Err(FollowError::NoRedirect { host, status: code })
        );
    }
}

#[tokio::test]
async fn no_answer_is_an_error() {
    let peer = Peer::always(Reply::Raw(Vec::new())).await;
    let cut = follow(&peer, "/e/_short").await;
    assert!(
        matches!(cut, Err(FollowError::NoAnswer(HttpError::Unreachable { .. }))),
        "{cut:?}"
    );
}

#[tokio::test]
async fn a_text_that_needs_no_following_is_answered_without_a_call() {
    let peer = Peer::always(ok("")).await;
    let follower = Follower::new(&peer.client());
    let local = peer.url("/item/1005006367324382.html").to_string();
    for text in [
        "https://www.aliexpress.com/item/1005006367324382.html",
        "1005006367324382",
        &local,
    ] {
        let found = follower.follow(text, now()).await.unwrap();
        assert_eq!((found.kind, found.input.as_str()), (IdentityKind::Item, text));
    }
    for text in ["hello", "http://127.0.0.1:1/e/_short"] {
        let found = follower.follow(text, now()).await.unwrap();
        assert!(found.item.is_none() && found.reason.is_some(), "{found:?}");
    }
    assert_eq!(peer.connections(), 0);
}
