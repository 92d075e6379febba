//! The client against a peer that means ill: limits, redirects, private addresses, and what it tells of itself.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::{Peer, Reply, bomb, compressed, gzip, ok, status, to};
use tillwatch_app::ports::Later;
use tillwatch_net::http::{Call, Client, ClientError, Forbidden, HttpError, Lookup, Reach};
use url::Url;

async fn get(peer: &Peer, path: &str) -> Result<String, HttpError> {
    let answer = peer.client().send(&Call::get(peer.url(path))).await?;
    Ok(String::from_utf8(answer.body).unwrap())
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[tokio::test]
async fn the_client_says_who_it_is_and_keeps_its_connection() {
    let peer = Peer::always(ok("fine")).await;
    let client = peer.client();
    for _ in 0..3 {
        let answer = client.send(&Call::get(peer.url("/a?b=c"))).await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (200, &b"fine"[..]));
    }
    let seen = &peer.seen()[0];
    let agent = concat!("tillwatch/", env!("CARGO_PKG_VERSION"), " (+tests@example.com)");
    assert_eq!(seen.headers["user-agent"], agent);
    assert_eq!(
        (seen.target.as_str(), seen.headers["accept-encoding"].as_str()),
        ("/a?b=c", "gzip")
    );
    assert_eq!((peer.seen().len(), peer.connections()), (3, 1));
}

#[test]
fn a_contact_that_would_break_a_header_is_refused() {
    let broken = Client::new(Some("me\r\nhost: evil.example"), Reach::default());
    assert!(matches!(broken, Err(ClientError::Contact(_))), "{broken:?}");
}

#[tokio::test]
async fn a_compressed_body_is_read_and_a_bomb_is_counted_as_it_unfolds() {
    let peer = Peer::start(|seen| match seen.target.as_str() {
        "/text" => compressed(gzip("a price")),
        _ => compressed(bomb(16)),
    })
    .await;
    assert_eq!(get(&peer, "/text").await.as_deref(), Ok("a price"));
    assert!(bomb(16).len() < 200_000, "it is small on the wire");
    let refused = get(&peer, "/bomb").await;
    let most = 4 * 1024 * 1024;
    assert_eq!(
        refused,
        Err(HttpError::TooLarge {
            host: "127.0.0.1".into(),
            most
        })
    );
}

/// H057, H073.
#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_whatever_its_header_says() {
    let long = [&b"HTTP/1.1 200 So\r\n\r\n"[..], &[b'x'; 3000]].concat();
    let peer = Peer::start(move |seen| match seen.target.as_str() {
        "/endless" => Reply::Raw(long.clone()),
        "/exact" => ok([b'x'; 2000]),
        _ => Reply::Raw([&b"HTTP/1.1 200 So\r\ncontent-length: 5\r\n\r\nhello"[..], &[b'x'; 3000]].concat()),
    })
    .await;
    let ask = async |path| peer.client().send(&Call::get(peer.url(path)).up_to(2000)).await;
    assert!(matches!(
        ask("/endless").await,
        Err(HttpError::TooLarge { most: 2000, .. })
    ));
    assert_eq!(ask("/exact").await.unwrap().body.len(), 2000);
    assert_eq!(ask("/smuggled").await.unwrap().body, b"hello", "only the framed bytes");
}

/// H053.
#[tokio::test(start_paused = true)]
async fn a_body_that_drips_and_an_answer_that_never_comes_end_at_the_deadline() {
    let peer = Peer::start(|seen| match seen.target.as_str() {
        "/drip" => Reply::Drip,
        _ => Reply::Silence,
    })
    .await;
    for path in ["/drip", "/silence"] {
        let started = tokio::time::Instant::now();
        let late = get(&peer, path).await;
        let limit = Duration::from_secs(10);
        assert_eq!(
            late,
            Err(HttpError::TooSlow {
                host: "127.0.0.1".into(),
                limit
            })
        );
        assert_eq!(started.elapsed().as_secs(), 10, "{path}");
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_or_speaks_something_else_is_unreachable() {
    let peer = Peer::start(|seen| match seen.target.as_str() {
        "/cut" => Reply::Raw(b"HTTP/1.1 200 So\r\ncontent-length: 50\r\n\r\nhalf".to_vec()),
        "/closed" => Reply::Raw(Vec::new()),
        "/gzip" => compressed(b"no gzip at all".to_vec()),
        _ => Reply::Raw(b"220 mail.example ready\r\n".to_vec()),
    })
    .await;
    for path in ["/cut", "/closed", "/gzip", "/mail"] {
        let broken = get(&peer, path).await;
        assert!(
            matches!(broken, Err(HttpError::Unreachable { .. })),
            "{path}: {broken:?}"
        );
    }
}

#[tokio::test]
async fn five_redirects_are_followed_and_a_sixth_is_not() {
    let peer = Peer::start(|seen| match seen.target[1..].parse() {
        Ok(0) => ok("there"),
        Ok(n) => to(&format!("/{}", n - 1)),
        Err(_) => to("/loop"),
    })
    .await;
    assert_eq!(get(&peer, "/5").await.as_deref(), Ok("there"));
    let asked = peer.seen().len();
    let refused = Err(HttpError::TooManyRedirects {
        host: "127.0.0.1".into(),
    });
    assert_eq!(get(&peer, "/loop").await, refused);
    assert_eq!(peer.seen().len() - asked, 6);
    assert_eq!(get(&peer, "/6").await, refused);
}

#[tokio::test]
async fn a_redirect_to_a_private_place_is_never_connected_to() {
    let victim = Peer::always(ok("secret")).await;
    let port = victim.place.rsplit_once(':').unwrap().1.to_owned();
    for location in [
        format!("http://{}/", victim.place),
        format!("http://localhost:{port}/"),
        "http://localhost/".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[::ffff:127.0.0.1]/".to_owned(),
        "http://2130706433/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1:6379/_SET%20a%20b".to_owned(),
        "//10.0.0.1/".to_owned(),
        "http://user:pass@example.com/".to_owned(),
    ] {
        let peer = Peer::always(to(&location)).await;
        let refused = get(&peer, "/").await;
        assert!(
            matches!(refused, Err(HttpError::Forbidden { .. })),
            "{location}: {refused:?}"
        );
    }
    assert_eq!(victim.connections(), 0);
}

#[tokio::test]
async fn a_redirect_without_a_place_leads_nowhere() {
    for location in [&[][..], &[("location", "http://[")]] {
        let peer = Peer::always(status(302, location)).await;
        let lost = get(&peer, "/").await;
        assert!(
            matches!(lost, Err(HttpError::LostRedirect { .. })),
            "{location:?}: {lost:?}"
        );
    }
}

#[tokio::test]
async fn a_header_goes_to_its_own_site_only() {
    let other = Peer::always(ok("other")).await;
    let there = other.url("/").to_string();
    let peer = Peer::start(move |seen| match seen.target.as_str() {
        "/here" => to("/there"),
        "/there" => to(&there),
        _ => ok(""),
    })
    .await;
    let reach = Reach {
        private: [peer.reach().private, other.reach().private].concat(),
        ..Reach::default()
    };
    let client = Client::new(None, reach).unwrap();
    let call = Call::get(peer.url("/here")).header("cookie", "a=b");
    assert_eq!(client.send(&call).await.unwrap().body, b"other");
    assert!(peer.seen().iter().all(|seen| seen.headers["cookie"] == "a=b"));
    assert!(!other.seen()[0].headers.contains_key("cookie"));
}

#[tokio::test]
async fn what_is_posted_is_not_sent_on() {
    let victim = Peer::always(ok("")).await;
    let peer = Peer::always(status(307, &[("location", victim.url("/").as_str())])).await;
    let answer = peer
        .client()
        .send(&Call::form(peer.url("/"), [("a", "b c&d")]))
        .await
        .unwrap();
    assert_eq!((answer.status, victim.connections()), (307, 0));
    assert_eq!(
        (peer.seen()[0].method.as_str(), peer.seen()[0].body.as_str()),
        ("POST", "a=b+c%26d")
    );
}

/// A look-up that says the same of every name, and counts.
struct Says(&'static [&'static str], Arc<AtomicUsize>);

impl Lookup for Says {
    fn addresses(&self, _: &str) -> Later<'static, io::Result<Vec<IpAddr>>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        let addresses = self.0.iter().map(|text| text.parse().unwrap()).collect();
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

/// A look-up that never answers.
struct Silent;

impl Lookup for Silent {
    fn addresses(&self, _: &str) -> Later<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_name_that_stands_for_a_private_address_is_not_connected_to() {
    let told = [
        (&["127.0.0.1"][..], "127.0.0.1"),
        (&["::ffff:10.0.0.1"], "::ffff:10.0.0.1"),
        (&["47.246.0.1", "192.168.0.1"], "192.168.0.1"),
        (&["100.100.100.200"], "100.100.100.200"),
    ];
    for (says, near) in told {
        let asked = Arc::new(AtomicUsize::new(0));
        let lookup: Arc<dyn Lookup> = Arc::new(Says(says, Arc::clone(&asked)));
        let client = Client::with_lookup(None, Reach::default(), &lookup).unwrap();
        let refused = client
            .send(&Call::get(url("http://www.aliexpress.com/item/1.html")))
            .await;
        let why = Forbidden::Private(near.parse().unwrap());
        let host = "www.aliexpress.com".to_owned();
        assert_eq!(refused.unwrap_err(), HttpError::Forbidden { host, why });
        assert_eq!(asked.load(Ordering::Relaxed), 1, "one look-up, and no second opinion");
    }
}

/// H051.
#[tokio::test(start_paused = true)]
async fn a_look_up_that_never_answers_ends_after_three_seconds() {
    let lookup: Arc<dyn Lookup> = Arc::new(Silent);
    let client = Client::with_lookup(None, Reach::default(), &lookup).unwrap();
    let started = tokio::time::Instant::now();
    let late = client.send(&Call::get(url("http://www.aliexpress.com/"))).await;
    assert!(matches!(late, Err(HttpError::Unreachable { .. })), "{late:?}");
    assert_eq!(started.elapsed().as_secs(), 3);
}

#[test]
fn a_call_is_printed_without_what_may_be_a_key() {
    let call =
        Call::form(url("https://example.com/bot-s3cr3t?sign=s3cr3t"), [("key", "s3cr3t")]).header("cookie", "s3cr3t");
    assert_eq!(format!("{call:?}"), "Call(POST example.com)");
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_an_error() {
    let peer = Peer::always(ok("")).await;
    let split = Call::get(peer.url("/")).header("if-none-match", "\"v1\"\r\nhost: evil.example");
    let refused = peer.client().send(&split).await;
    assert!(matches!(refused, Err(HttpError::Unreachable { .. })), "{refused:?}");
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn an_error_tells_the_host_and_nothing_else_of_the_address() {
    let peer = Peer::always(Reply::Raw(Vec::new())).await;
    let errors = [
        get(&peer, "/path-s3cr3t?sign=s3cr3t").await.unwrap_err(),
        peer.client()
            .send(&Call::get(url("http://127.0.0.1:9/s3cr3t?s3cr3t")))
            .await
            .unwrap_err(),
        peer.client()
            .send(&Call::get(url("http://s3cr3t:s3cr3t@example.com/")))
            .await
            .unwrap_err(),
    ];
    for error in errors {
        let told = format!("{error} {error:?}");
        assert!(!told.contains("s3cr3t"), "{told}");
    }
}
