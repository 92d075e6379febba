//! What a receiver of events checks: the signature, the time, the id.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tillwatch_app::ports::notifier::{Address, Delivery, Notifier};
use tillwatch_core::instant::Instant;
use tillwatch_net::http::{Client, Reach};
use tillwatch_net::notifiers::webhook::Webhook;

use crate::peer::{Mood, Peer, Seen};
use crate::support::{alert, client, now};

/// The bytes of `whsec_czNjcjN0LW9mLXdlYmhvb2tz`.
const KEY: &[u8] = b"s3cr3t-of-webhooks";

/// How old an event may be, in seconds.
const WINDOW: i64 = 300;

fn address(peer: &Peer) -> Address {
    let text = format!("webhook+http://{}/in?v=1#whsec_czNjcjN0LW9mLXdlYmhvb2tz", peer.place);
    Address::parse(&text).unwrap()
}

/// What a careful receiver does.
fn verify(key: &[u8], seen: &Seen, now: Instant) -> bool {
    let (id, timestamp) = (seen.header("webhook-id"), seen.header("webhook-timestamp"));
    let age = now.moment().as_second() - timestamp.parse::<i64>().unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(&seen.body);
    let signature = format!("v1,{}", base64(&mac.finalize().into_bytes()));
    let signatures = seen.header("webhook-signature");
    age.abs() <= WINDOW && signatures.split(' ').any(|one| one == signature)
}

/// Bit by bit, so that it shares nothing with the code that it checks.
fn base64(bytes: &[u8]) -> String {
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| (byte >> bit) & 1))
        .collect();
    let digits: Vec<char> = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['+', '/'])
        .collect();
    let sixes = bits
        .chunks(6)
        .map(|six| (0..6).fold(0, |value, at| value * 2 + usize::from(*six.get(at).unwrap_or(&0))));
    let mut text: String = sixes.map(|six| digits[six]).collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

#[tokio::test]
async fn an_event_is_posted_as_it_is_with_a_signature_that_a_receiver_can_check() {
    let peer = Peer::start(|_, _| (202, Vec::new(), String::new())).await;
    let message = alert("Nail lamp");
    let delivery = Webhook::new(client(&peer.place))
        .deliver(&address(&peer), &message, now())
        .await;
    assert_eq!(delivery, Delivery::Delivered { id: None, moved: None });
    let seen = peer.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/in?v=1"));
    assert_eq!(seen.header("content-type"), "application/json");
    assert_eq!(seen.body, message.event.as_bytes());
    assert_eq!(seen.header("webhook-timestamp"), "1795348800");
    assert!(verify(KEY, &seen, now()));
    assert!(verify(KEY, &seen, now().plus_seconds(WINDOW)));
    assert!(
        !verify(KEY, &seen, now().plus_seconds(WINDOW + 1)),
        "a replay after the window"
    );
    assert!(!verify(b"another secret", &seen, now()));
    let forged = Seen {
        body: b"{}".to_vec(),
        ..seen
    };
    assert!(!verify(KEY, &forged, now()));
}

/// H136.
#[tokio::test]
async fn a_repeat_has_the_same_id_at_its_own_time_and_another_event_another_id() {
    let peer = Peer::start(|_, _| (200, Vec::new(), String::new())).await;
    let (webhook, to, message) = (Webhook::new(client(&peer.place)), address(&peer), alert("Nail lamp"));
    webhook.deliver(&to, &message, now()).await;
    webhook.deliver(&to, &message, now().plus_seconds(600)).await;
    let other = tillwatch_app::ports::notifier::Message {
        reference: "8B\r\nx: y".into(),
        ..message
    };
    webhook.deliver(&to, &other, now()).await;
    let seen = peer.seen();
    let ids: Vec<&str> = seen.iter().map(|seen| seen.header("webhook-id")).collect();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
    assert!(
        ids.iter()
            .all(|id| id.len() == 36 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    );
    assert!(verify(KEY, &seen[1], now().plus_seconds(600)));
    assert!(!seen[2].headers.contains_key("x"));
}

/// H071.
#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let peer = Peer::start(|_, _| (200, Vec::new(), String::new())).await;
    peer.feel(Mood::Elsewhere);
    let delivery = Webhook::new(client(&peer.place))
        .deliver(&address(&peer), &alert("Nail lamp"), now())
        .await;
    let why = "it answered with status 302, a redirect, which is not followed".to_owned();
    assert_eq!(delivery, Delivery::Unreachable { why });
    assert_eq!(peer.seen().len(), 1);
}

/// H069.
#[tokio::test]
async fn an_address_of_the_operators_network_is_not_asked() {
    let peer = Peer::start(|_, _| (200, Vec::new(), String::new())).await;
    let webhook = Webhook::new(Client::new(None, Reach::default()).unwrap());
    for text in [
        format!("webhook+http://{}/#s", peer.place),
        "webhook+http://127.0.0.1/#s".into(),
        "webhook+http://169.254.169.254/latest/#s".into(),
        "webhook+https://[::1]/#s".into(),
    ] {
        let delivery = webhook
            .deliver(&Address::parse(&text).unwrap(), &alert("Nail lamp"), now())
            .await;
        assert!(
            matches!(&delivery, Delivery::Unreachable { why } if why.contains("is not asked")),
            "{delivery:?}"
        );
    }
    assert_eq!(peer.seen().len(), 0);
}
