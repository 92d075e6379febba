//! What a mail server receives.

use tillwatch_app::ports::notifier::{Delivery, Mailbox, Message, Notifier};
use tillwatch_net::notifiers::email::{Email, Server, Settings};

use crate::rigs::{address, mailer};
use crate::smtp::{Arrived, MailServer};
use crate::support::{HOSTILE, alert, now, picture, sent, url};

const TO: &str = "mailto:ann.lee@example.com";

async fn arrived(message: &Message) -> (Option<String>, Arrived) {
    let server = MailServer::start().await;
    let id = sent(&mailer(&server.place), &address(TO), message).await;
    let mut arrived = server.arrived();
    assert_eq!(arrived.len(), 1, "{arrived:?}");
    (id, arrived.remove(0))
}

#[tokio::test]
async fn a_letter_names_its_sender_its_way_to_stop_it_and_that_a_machine_wrote_it() {
    let (id, letter) = arrived(&alert("Nail lamp")).await;
    assert!(
        letter.from.starts_with("MAIL FROM:<alerts@till.example>"),
        "{}",
        letter.from
    );
    assert_eq!(letter.to, "<ann.lee@example.com>");
    for (name, value) in [
        ("To", "ann.lee@example.com"),
        ("Subject", "12.20 USD: Nail lamp"),
        ("Date", "Sun, 22 Nov 2026 12:00:00 +0000"),
        ("Message-ID", id.as_deref().unwrap()),
        ("Auto-Submitted", "auto-generated"),
        ("List-Unsubscribe", "<https://till.example/stop/k3y-of-17>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ] {
        assert_eq!(letter.headers(name), [value], "{name}");
    }
    // The name's quotes and its break stand in an encoded word: `Till "watch" Bcc: eve@example.net`.
    let name = "=?utf-8?b?VGlsbCAid2F0Y2giIEJjYzogZXZlQGV4YW1wbGUubmV0?=";
    assert_eq!(letter.headers("From"), [format!("{name} <alerts@till.example>")]);
    assert!(letter.headers("Content-Type")[0].starts_with("multipart/alternative"));
    let id = id.unwrap();
    assert!(id.ends_with("@till.example>") && !id.contains("ann"), "{id}");
}

#[tokio::test]
async fn a_letter_says_the_same_as_text_and_as_html() {
    let (_, letter) = arrived(&alert("<b>lamp</b>")).await;
    for line in [
        "Now 12.20 USD, you asked for 12.50 USD.",
        "<b>lamp</b>",
        "<p>Now <strong>12.20 USD</strong>, you asked for 12.50 USD.</p>",
        "<p>&lt;b&gt;lamp&lt;/b&gt;</p>",
        "<p>Type <code>TILL5</code> at the till.</p>",
    ] {
        assert!(letter.lines.iter().any(|found| found == line), "{line}: {letter:#?}");
    }
}

/// H115.
#[tokio::test]
async fn no_title_makes_a_header_or_a_second_letter() {
    for title in HOSTILE {
        let (_, letter) = arrived(&alert(title)).await;
        assert_eq!(letter.headers("Bcc"), Vec::<String>::new());
        assert_eq!(letter.headers("Subject").len(), 1);
        let head = letter.lines.iter().take_while(|line| !line.is_empty());
        for line in head {
            assert!(line.is_ascii() && line.len() <= 998, "{line}");
            assert!(line.starts_with([' ', '\t']) || line.contains(": "), "{line}");
        }
        assert!(letter.lines.iter().all(|line| line.len() <= 998), "{letter:?}");
    }
}

#[tokio::test]
async fn a_repeat_is_the_same_letter_and_another_mailbox_gets_another() {
    let server = MailServer::start().await;
    let (mailer, message) = (mailer(&server.place), alert("Nail lamp"));
    let first = sent(&mailer, &address(TO), &message).await;
    assert_eq!(sent(&mailer, &address(TO), &message).await, first);
    assert_ne!(sent(&mailer, &address("mailto:bob@example.com"), &message).await, first);
    let ids: Vec<_> = server
        .arrived()
        .iter()
        .flat_map(|letter| letter.headers("Message-ID"))
        .collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn one_click_is_promised_of_encrypted_addresses_alone() {
    let message = Message {
        stop: Some(url("http://till.lan/stop/k3y")),
        ..alert("Nail lamp")
    };
    let (_, letter) = arrived(&message).await;
    assert_eq!(letter.headers("List-Unsubscribe"), ["<http://till.lan/stop/k3y>"]);
    assert!(letter.headers("List-Unsubscribe-Post").is_empty());
    let (_, letter) = arrived(&Message {
        stop: None,
        ..alert("Nail lamp")
    })
    .await;
    assert!(letter.headers("List-Unsubscribe").is_empty());
}

#[tokio::test]
async fn a_very_long_way_to_stop_is_not_broken_up() {
    let long = format!("https://till.example/stop/{}", "k3y".repeat(60));
    let (_, letter) = arrived(&Message {
        stop: Some(url(&long)),
        ..alert("Nail lamp")
    })
    .await;
    assert_eq!(letter.headers("List-Unsubscribe"), [format!("<{long}>")]);
}

#[tokio::test]
async fn a_picture_is_inside_the_letter() {
    let (_, letter) = arrived(&Message {
        picture: Some(picture()),
        ..alert("Nail lamp")
    })
    .await;
    assert!(letter.headers("Content-Type")[0].starts_with("multipart/related"));
    assert!(
        letter.lines.iter().any(|line| line.starts_with("Content-ID: <chart>")),
        "{letter:#?}"
    );
    assert!(
        letter.lines.iter().any(|line| line.contains("src=3D\"cid:chart\"")),
        "{letter:#?}"
    );
    assert!(
        !letter.lines.iter().any(|line| line.contains("src=3D\"http")),
        "nothing is loaded from elsewhere"
    );
}

/// A sender with a login.
fn with_login(server: &str) -> Email {
    let settings = Settings {
        server: Server::parse(server).unwrap(),
        name: "Till".into(),
        from: Mailbox::parse("alerts@till.example").unwrap(),
        certificate: None,
    };
    Email::new(settings).unwrap()
}

/// H122.
#[tokio::test]
async fn without_the_encryption_that_is_asked_for_nothing_is_sent() {
    let server = MailServer::start().await;
    let mailer = with_login(&format!("smtp://ann:s3cr3t@{}", server.place));
    let delivery = mailer.deliver(&address(TO), &alert("Nail lamp"), now()).await;
    assert!(matches!(delivery, Delivery::Unreachable { .. }), "{delivery:?}");
    assert!(server.arrived().is_empty());
}

#[tokio::test]
async fn a_login_that_the_server_does_not_offer_is_the_operators_to_mend_and_no_password_is_printed() {
    let server = MailServer::start().await;
    let mailer = with_login(&format!("smtp+plain://ann:s3cr3t@{}", server.place));
    let delivery = mailer.deliver(&address(TO), &alert("Nail lamp"), now()).await;
    assert!(matches!(delivery, Delivery::Unreachable { .. }), "{delivery:?}");
    let printed = format!("{mailer:?} {delivery:?}");
    assert!(!printed.contains("s3cr3t"), "{printed}");
}
