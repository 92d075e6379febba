//! A message as the watch sends it, with or without a title that means harm.

use tillwatch_app::ports::notifier::{
    Action, ActionKind, Address, Delivery, Link, LinkKind, Message, Notifier, Paragraph, Payload,
};
use tillwatch_core::instant::Instant;
use tillwatch_net::http::{Client, Place, Reach};
use url::Url;

/// Titles that somebody could give a listing.
pub(crate) const HOSTILE: [&str; 9] = [
    "Lamp\r\nBcc: eve@example.net\r\n\r\n<b>hello",
    "<script>alert(1)</script>",
    "</b></p><a href=\"https://evil.example\">Lamp</a>",
    "Lamp \u{202e}gpj.exe\u{2066}",
    "*_[Lamp](tg://user?id=1)`~>#+-=|{}.! @everyone https://evil.example",
    "\r\n.\r\nMAIL FROM:<eve@example.net>",
    "Lampe für 5 € 👩‍🔧 \u{1f4a1}",
    "\u{0}\u{1b}[31mLamp\u{7}",
    "&lt;b&gt; &amp; \\",
];

/// The moment of the tests.
pub(crate) fn now() -> Instant {
    Instant::parse("2026-11-22T12:00:00Z").unwrap()
}

pub(crate) fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// A client that may reach one place, and nothing else that is private.
pub(crate) fn client(place: &str) -> Client {
    let reach = Reach {
        hosts: Vec::new(),
        private: vec![Place::parse(place).unwrap()],
    };
    Client::new(Some("tests@example.com"), reach).unwrap()
}

/// A port of this machine where nobody is.
pub(crate) fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// An alert of a listing with this title.
pub(crate) fn alert(title: &str) -> Message {
    let link = |kind, label: &str, to: &str| Link {
        kind,
        label: label.into(),
        url: url(to),
    };
    let action = |kind, label: &str, payload: &str| Action {
        kind,
        label: label.into(),
        payload: Payload::parse(payload).unwrap(),
        page: None,
    };
    Message {
        reference: "7F3A".into(),
        subject: format!("12.20 USD: {title}"),
        paragraphs: vec![
            Paragraph::plain("Now ")
                .strong("12.20 USD")
                .then(", you asked for 12.50 USD."),
            Paragraph::plain(title),
            Paragraph::plain("Type ").code("TILL5").then(" at the till."),
        ],
        links: vec![
            link(LinkKind::Receipt, "Receipt", "https://till.example/r/7F3A?a=1&b=2"),
            link(
                LinkKind::Clean,
                "Listing",
                "https://www.aliexpress.com/item/1005000222222222.html",
            ),
        ],
        actions: vec![
            action(ActionKind::Bought, "Bought it", "b:17"),
            action(ActionKind::Snooze, "Snooze 7 d", "s7:17"),
            action(ActionKind::Stop, "Stop", "x:17"),
        ],
        stop: Some(url("https://till.example/stop/k3y-of-17")),
        picture: None,
        event: format!(
            "{{\"schema\":\"tillwatch/alert/1\",\"reference\":\"7F3A\",\"n\":{}}}",
            title.len()
        ),
    }
}

/// The smallest bytes that begin like a PNG.
pub(crate) fn picture() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\n\x00\xff".to_vec()
}

/// Hands a message over and wants it taken; gives the channel's name for it.
pub(crate) async fn sent(notifier: &dyn Notifier, to: &Address, message: &Message) -> Option<String> {
    match notifier.deliver(to, message, now()).await {
        Delivery::Delivered { id, .. } => id,
        other => panic!("{other:?}"),
    }
}
