//! The channels against a mail server and a Bot API that others have written, where `scripts/peers run` has started
//! them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]
#![expect(clippy::indexing_slicing, reason = "a test that finds nothing must stop")]

use std::path::PathBuf;

use serde_json::{Value, json};
use tillwatch_app::ports::notifier::{
    Action, ActionKind, Address, Delivery, Link, LinkKind, Mailbox, Message, Notifier, Paragraph, Payload,
};
use tillwatch_core::instant::Instant;
use tillwatch_net::http::{Call, Client, Place, Reach};
use tillwatch_net::notifiers::email::{Email, Server, Settings};
use tillwatch_net::notifiers::telegram::Telegram;
use tillwatch_net::notifiers::telegram::updates::Kind;
use tillwatch_net::secret::Secret;
use url::Url;

const TITLE: &str = "Lampe <b>für</b> 5 €\r\nBcc: eve@example.net\r\n\r\n.\r\nMAIL FROM:<eve@example.net> \u{202e}👩‍🔧";

/// What is left of the title in one line.
const SEEN: &str = "Lampe <b>für</b> 5 € Bcc: eve@example.net . MAIL FROM:<eve@example.net> 👩‍🔧";

/// What the environment says of a peer; without it a test has nobody to speak to, and says so.
fn peer(name: &str) -> Option<String> {
    let place = std::env::var(name).ok();
    if place.is_none() {
        eprintln!("skipped: {name} is not set; scripts/peers run COMMAND starts the peers and sets it");
    }
    place
}

fn now() -> Instant {
    Instant::parse("2026-11-22T12:00:00Z").unwrap()
}

fn alert(reference: &str) -> Message {
    Message {
        reference: reference.into(),
        subject: format!("12.20 USD: {TITLE}"),
        paragraphs: vec![
            Paragraph::plain("Now ").strong("12.20 USD").then(" for"),
            Paragraph::plain(TITLE),
        ],
        links: vec![Link {
            kind: LinkKind::Receipt,
            label: "Receipt".into(),
            url: Url::parse("https://till.example/r/1?a=1&b=2").unwrap(),
        }],
        actions: vec![Action {
            kind: ActionKind::Stop,
            label: "Stop".into(),
            payload: Payload::parse("x:17").unwrap(),
            page: None,
        }],
        stop: Some(Url::parse(&format!("https://till.example/stop/{}", "k3y".repeat(40))).unwrap()),
        picture: None,
        event: "{}".into(),
    }
}

fn mailer(scheme: &str, place: &str, certificate: Option<Vec<u8>>) -> Email {
    let settings = Settings {
        server: Server::parse(&format!("{scheme}://{place}")).unwrap(),
        name: "Tillwatch für alle".into(),
        from: Mailbox::parse("alerts@till.example").unwrap(),
        certificate,
    };
    Email::new(settings).unwrap()
}

fn room() -> PathBuf {
    std::env::var("TILLWATCH_SMTP_PEER_ROOM").unwrap().into()
}

/// The letters to a mailbox, as the server's own reader of mail understands them.
fn letters(to: &str) -> Vec<Value> {
    let files = std::fs::read_dir(room().join("letters"))
        .unwrap()
        .map(|file| file.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let letters = files.map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap());
    letters.filter(|letter: &Value| letter["to"] == json!([to])).collect()
}

fn header<'a>(letter: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = letter["headers"].as_array().unwrap().iter();
    let named = headers.filter(|pair| pair[0].as_str().unwrap().eq_ignore_ascii_case(name));
    named.map(|pair| pair[1].as_str().unwrap()).collect()
}

async fn mailed(email: &Email, to: &str, message: &Message) -> Delivery {
    email
        .deliver(&Address::parse(&format!("mailto:{to}")).unwrap(), message, now())
        .await
}

#[tokio::test]
async fn a_letter_is_understood_by_a_mail_server_of_others() {
    let Some(place) = peer("TILLWATCH_SMTP_PEER") else {
        return;
    };
    let to = "ann@example.com";
    let message = Message {
        picture: Some(b"\x89PNG\x00\xff".to_vec()),
        ..alert("1")
    };
    let delivery = mailed(&mailer("smtp+plain", &place, None), to, &message).await;
    let Delivery::Delivered { id: Some(id), .. } = delivery else {
        panic!("{delivery:?}")
    };
    let letters = letters(to);
    assert_eq!(letters.len(), 1, "{letters:?}");
    let letter = &letters[0];
    assert_eq!(
        (&letter["from"], &letter["defects"]),
        (&json!("alerts@till.example"), &json!([]))
    );
    for (name, value) in [
        ("Subject", format!("12.20 USD: {SEEN}")),
        ("From", "Tillwatch für alle <alerts@till.example>".into()),
        ("To", to.into()),
        ("Message-ID", id),
        ("Date", "Sun, 22 Nov 2026 12:00:00 +0000".into()),
        ("Auto-Submitted", "auto-generated".into()),
        ("List-Unsubscribe", format!("<{}>", message.stop.unwrap())),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()),
    ] {
        assert_eq!(header(letter, name), [value], "{name}");
    }
    assert!(header(letter, "Bcc").is_empty());
    let parts = letter["parts"].as_array().unwrap();
    let kinds: Vec<_> = parts.iter().map(|part| part[0].as_str().unwrap()).collect();
    assert_eq!(kinds, ["text/plain", "text/html", "image/png"]);
    let text = |at: usize| parts[at][1].as_str().unwrap().replace("\r\n", "\n");
    let plain = text(0);
    assert!(
        plain.starts_with(&format!(
            "Now 12.20 USD for\n{SEEN}\nReceipt: https://till.example/r/1?a=1&b=2\n"
        )),
        "{plain}"
    );
    let html = text(1);
    let escaped = SEEN.replace('<', "&lt;").replace('>', "&gt;");
    assert!(
        html.contains(&format!(
            "<p>Now <strong>12.20 USD</strong> for</p>\n<p>{escaped}</p>\n"
        )),
        "{html}"
    );
    assert!(
        html.contains("<a href=\"https://till.example/r/1?a=1&amp;b=2\">Receipt</a>"),
        "{html}"
    );
    assert_eq!(parts[2][1], "89504e4700ff");
}

#[tokio::test]
async fn a_repeat_has_the_same_message_id_for_others_too() {
    let Some(place) = peer("TILLWATCH_SMTP_PEER") else {
        return;
    };
    let (email, to) = (mailer("smtp+plain", &place, None), "twice@example.com");
    let first = mailed(&email, to, &alert("2")).await;
    assert_eq!(mailed(&email, to, &alert("2")).await, first);
    let letters = letters(to);
    assert_eq!(letters.len(), 2);
    assert_eq!(header(&letters[0], "Message-ID"), header(&letters[1], "Message-ID"));
}

#[tokio::test]
async fn letters_go_encrypted_to_who_is_trusted_and_to_nobody_else() {
    let Some(place) = peer("TILLWATCH_SMTP_PEER") else {
        return;
    };
    let certificate = std::fs::read(room().join("certificate.pem")).unwrap();
    let to = "safe@example.com";
    let delivery = mailed(&mailer("smtp", &place, None), to, &alert("3")).await;
    assert!(matches!(delivery, Delivery::Unreachable { .. }), "{delivery:?}");
    assert_eq!(letters(to).len(), 0);
    let delivery = mailed(&mailer("smtp", &place, Some(certificate)), to, &alert("3")).await;
    assert!(matches!(delivery, Delivery::Delivered { .. }), "{delivery:?}");
    assert_eq!(letters(to)[0]["encrypted"], true);
}

#[tokio::test]
async fn nobody_and_later_are_told_apart() {
    let Some(place) = peer("TILLWATCH_SMTP_PEER") else {
        return;
    };
    let email = mailer("smtp+plain", &place, None);
    let gone = mailed(&email, "gone@example.com", &alert("4")).await;
    assert!(
        matches!(&gone, Delivery::Gone { why } if why.contains("5.1.1 <g…@example.com>")),
        "{gone:?}"
    );
    let later = mailed(&email, "later@example.com", &alert("4")).await;
    assert!(matches!(&later, Delivery::Later { seconds: None, .. }), "{later:?}");
    let fine = mailed(&email, "fine@example.com", &alert("4")).await;
    assert!(
        matches!(&fine, Delivery::Delivered { .. }),
        "a refusal does not spoil the next letter: {fine:?}"
    );
}

#[tokio::test]
async fn a_bot_is_heard_and_answers_through_a_bot_api_of_others() {
    let Some(place) = peer("TILLWATCH_BOT_PEER") else {
        return;
    };
    let reach = Reach {
        private: vec![Place::parse(&place).unwrap()],
        ..Reach::default()
    };
    let client = Client::new(None, reach).unwrap();
    let base = Url::parse(&format!("http://{place}/")).unwrap();
    let token = "123:peer";
    let bot = Telegram::new(base.clone(), Secret::new(token.into()), client.clone()).unwrap();
    let says = async |method: &str, body: Value| {
        let answer = client
            .send(&Call::json(base.join(method).unwrap(), &body))
            .await
            .unwrap();
        assert_eq!(answer.status, 200);
        serde_json::from_slice::<Value>(&answer.body).unwrap()
    };
    let chat = json!({"id": 7, "type": "private"});
    let from = json!({"id": 7, "first_name": "Ann"});
    says(
        "sendMessage",
        json!({"botToken": token, "chat": chat, "from": from, "text": "/start t0k-en"}),
    )
    .await;
    let message = json!({"chat": chat, "from": from, "message_id": 1});
    says(
        "sendCallback",
        json!({"botToken": token, "from": from, "message": message, "data": "x:17"}),
    )
    .await;

    let updates = bot.updates(0, 0, now()).await.unwrap();
    let [start, press] = updates.incoming.as_slice() else {
        panic!("{updates:?}")
    };
    assert_eq!(
        start.kind,
        Kind::Start {
            token: Some("t0k-en".into())
        }
    );
    let Kind::Button { payload, press, .. } = &press.kind else {
        panic!("{press:?}")
    };
    assert_eq!(payload.as_str(), "x:17");
    bot.answer(press, "Stopped", now()).await.unwrap();

    let delivery = bot.deliver(&start.chat, &alert("5"), now()).await;
    let Delivery::Delivered { id: Some(id), .. } = delivery else {
        panic!("{delivery:?}")
    };
    let history = says("getUpdatesHistory", json!({"token": token})).await;
    let sent = history["result"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["message"]["parse_mode"] == "HTML");
    let sent = &sent.unwrap()["message"];
    assert_eq!(sent["chat_id"], 7);
    let escaped = SEEN.replace('<', "&lt;").replace('>', "&gt;");
    assert_eq!(
        sent["text"],
        format!(
            "<b>12.20 USD: {escaped}</b>\nNow <b>12.20 USD</b> for\n{escaped}\n\
             <a href=\"https://till.example/r/1?a=1&amp;b=2\">Receipt</a>"
        )
    );
    let keyboard = json!({"inline_keyboard": [[{"text": "Stop", "callback_data": "x:17"}]]});
    assert_eq!(sent["reply_markup"], keyboard);

    let changed = Message {
        subject: "It was bought".into(),
        ..alert("5")
    };
    let edited = bot.edit(&start.chat, id.parse().unwrap(), &changed, now()).await;
    assert!(matches!(edited, Delivery::Delivered { .. }), "{edited:?}");
    let history = says("getUpdatesHistory", json!({"token": token})).await;
    let mut all = history["result"].as_array().unwrap().iter();
    let one = all.find(|one| one["message"]["parse_mode"] == "HTML").unwrap();
    let text = one["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("<b>It was bought</b>\n"), "{text}");
    bot.keep_for_asking(now()).await.unwrap();
}
