//! What ntfy, Gotify, Discord and Apprise receive.

use serde_json::json;
use tillwatch_app::ports::notifier::{Delivery, Message};

use crate::peer::{Peer, Seen};
use crate::rigs::{self, Far, Rig};
use crate::support::{HOSTILE, alert, now, picture, sent};

/// What the peer of a channel receives for a message.
async fn received(rig: Rig, message: &Message) -> (Option<String>, Seen) {
    let Far::Web(peer) = &rig.far else {
        panic!("a peer of the web")
    };
    let id = sent(
        &*(rig.notifier)(&peer.place),
        &rigs::address(&(rig.address)(&peer.place)),
        message,
    )
    .await;
    (id, peer.only())
}

#[tokio::test]
async fn ntfy_gets_a_title_a_text_a_click_and_views() {
    let (id, seen) = received(rigs::ntfy().await, &alert("Nail lamp")).await;
    assert_eq!(id.as_deref(), Some("hwQ2YpKdmg"));
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/"));
    assert_eq!(seen.header("authorization"), "Bearer tk_s3cr3t");
    let receipt = "https://till.example/r/7F3A?a=1&b=2";
    let listing = "https://www.aliexpress.com/item/1005000222222222.html";
    let expected = json!({
        "topic": "tills_7f",
        "title": "12.20 USD: Nail lamp",
        "message": "Now 12.20 USD, you asked for 12.50 USD.\nNail lamp\nType TILL5 at the till.",
        "priority": 4,
        "click": receipt,
        "actions": [
            {"action": "view", "label": "Receipt", "url": receipt},
            {"action": "view", "label": "Listing", "url": listing},
        ],
    });
    assert_eq!(seen.json(), expected);
}

#[tokio::test]
async fn an_ntfy_text_stays_a_text_however_long_the_titles_are() {
    let (_, seen) = received(rigs::ntfy().await, &alert(&"😀".repeat(10_000))).await;
    assert!(seen.json()["message"].as_str().unwrap().len() < 4_096);
}

#[tokio::test]
async fn a_403_that_is_not_ntfys_own_is_tried_again() {
    let peer = Peer::start(|_, _| (403, Vec::new(), "<html>proxy</html>".into())).await;
    let rig = rigs::ntfy().await;
    let to = rigs::address(&(rig.address)(&peer.place));
    let delivery = (rig.notifier)(&peer.place)
        .deliver(&to, &alert("Nail lamp"), now())
        .await;
    assert!(matches!(delivery, Delivery::Unreachable { .. }), "{delivery:?}");
}

#[tokio::test]
async fn gotify_gets_plain_text_under_its_own_folder_with_its_key_in_a_header() {
    let (id, seen) = received(rigs::gotify().await, &alert("<b>Nail lamp</b>")).await;
    assert_eq!(id.as_deref(), Some("25"));
    assert_eq!(seen.target, "/below/message");
    assert_eq!(seen.header("x-gotify-key"), "A.s3cr3t");
    let body = seen.json();
    assert_eq!(body["title"], "12.20 USD: <b>Nail lamp</b>");
    assert_eq!(body["extras"]["client::display"]["contentType"], "text/plain");
    assert_eq!(
        body["extras"]["client::notification"]["click"]["url"],
        "https://till.example/r/7F3A?a=1&b=2"
    );
    let text = body["message"].as_str().unwrap();
    assert!(
        text.ends_with(
            "Receipt: https://till.example/r/7F3A?a=1&b=2\n\
        Listing: https://www.aliexpress.com/item/1005000222222222.html\n\
        Stop: https://till.example/stop/k3y-of-17"
        ),
        "{text}"
    );
}

#[tokio::test]
async fn discord_gets_an_embed_that_pings_nobody_and_links_nowhere_by_a_title() {
    let (id, seen) = received(rigs::discord().await, &alert(HOSTILE[4])).await;
    assert_eq!(id.as_deref(), Some("1196000000000000001"));
    assert_eq!(seen.target, "/api/webhooks/119/t0k-s3cr3t?wait=true");
    let body = seen.json();
    assert_eq!(body["allowed_mentions"], json!({"parse": []}));
    let embed = &body["embeds"][0];
    assert_eq!(embed["url"], "https://till.example/r/7F3A?a=1&b=2");
    let text = embed["description"].as_str().unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "Now **12\\.20 USD**, you asked for 12\\.50 USD\\.");
    assert!(
        lines[1].starts_with("\\*\\_\\[Lamp\\]\\(tg\\://user?id=1\\)\\`\\~\\>"),
        "{text}"
    );
    assert!(lines[1].ends_with("\\@everyone https\\://evil\\.example"), "{text}");
    assert_eq!(lines[2], "Type `TILL5` at the till\\.");
    assert_eq!(lines[3], "[Receipt](<https://till.example/r/7F3A?a=1&b=2>)");
}

#[tokio::test]
async fn discord_gets_a_picture_beside_its_embed() {
    let message = Message {
        picture: Some(picture()),
        ..alert("Nail lamp")
    };
    let (_, seen) = received(rigs::discord().await, &message).await;
    assert!(
        seen.header("content-type")
            .starts_with("multipart/form-data; boundary=tillwatch-")
    );
    let text = seen.text();
    assert!(
        text.contains("name=\"payload_json\"\r\n\r\n{\"allowed_mentions\":{\"parse\":[]}"),
        "{text}"
    );
    assert!(
        text.contains("\"image\":{\"url\":\"attachment://chart.png\"}"),
        "{text}"
    );
    assert!(
        text.contains("name=\"files[0]\"; filename=\"chart.png\"\r\ncontent-type: image/png"),
        "{text}"
    );
}

#[tokio::test]
async fn apprise_gets_title_body_type_and_format() {
    let (_, seen) = received(rigs::apprise().await, &alert("Nail lamp")).await;
    assert_eq!(seen.target, "/notify/k3y-of-ann");
    let body = seen.json();
    assert_eq!(body["title"], "12.20 USD: Nail lamp");
    assert_eq!((&body["type"], &body["format"]), (&json!("info"), &json!("text")));
    assert!(
        body["body"]
            .as_str()
            .unwrap()
            .starts_with("Now 12.20 USD, you asked for 12.50 USD.\nNail lamp\n")
    );
    assert_eq!(body.as_object().unwrap().len(), 4);
}

#[tokio::test]
async fn no_title_gets_a_line_of_its_own_anywhere() {
    for title in HOSTILE {
        let (_, ntfy) = received(rigs::ntfy().await, &alert(title)).await;
        let (_, gotify) = received(rigs::gotify().await, &alert(title)).await;
        let (_, apprise) = received(rigs::apprise().await, &alert(title)).await;
        for (body, text, lines) in [
            (ntfy.json(), "message", 3),
            (gotify.json(), "message", 6),
            (apprise.json(), "body", 6),
        ] {
            assert_eq!(body[text].as_str().unwrap().lines().count(), lines, "{body}");
            let whole = format!("{}{}", body["title"].as_str().unwrap(), body[text].as_str().unwrap());
            assert!(
                !whole.contains(['\u{202e}', '\u{2066}', '\u{1b}', '\u{0}', '\r']),
                "{whole:?}"
            );
            assert!(!body["title"].as_str().unwrap().contains('\n'), "{body}");
        }
    }
}
