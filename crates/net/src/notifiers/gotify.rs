//! Gotify: an application on somebody's own server.

use serde_json::{Value, json};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, LinkKind, Message, Notifier};
use tillwatch_core::instant::Instant;

use super::{DEADLINE, by_status, delivered, misdirected, text};
use crate::http::{Answer, Call, Client};

/// From 4 on it makes a sound.
const PRIORITY: u8 = 5;

/// The most UTF-16 units of paragraphs.
const TEXT: usize = 2_000;

/// Gotify as a channel.
#[derive(Debug)]
pub struct Gotify {
    client: Client,
}

impl Gotify {
    /// The channel, for any server that the client may reach.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    async fn push(&self, to: &Address, message: &Message, now: Instant) -> Delivery {
        let Address::Gotify { server, token } = to else {
            return misdirected(Channel::Gotify, to);
        };
        let mut url = server.clone();
        url.set_path(&format!("{}message", server.path()));
        let call = Call::json(url, &body(message)).header("x-gotify-key", token.reveal());
        match self.client.send(&call.within(DEADLINE)).await {
            Ok(answer) => read(&answer, now),
            Err(error) => error.into(),
        }
    }
}

impl Notifier for Gotify {
    fn channel(&self) -> Channel {
        Channel::Gotify
    }

    fn deliver<'a>(&'a self, to: &'a Address, message: &'a Message, now: Instant) -> Later<'a, Delivery> {
        Box::pin(self.push(to, message, now))
    }
}

fn body(message: &Message) -> Value {
    let mut extras = json!({"client::display": {"contentType": "text/plain"}});
    let click = message.link(LinkKind::Receipt).or(message.links.first());
    if let (Some(extras), Some(link)) = (extras.as_object_mut(), click) {
        let click = json!({"click": {"url": link.url.as_str()}});
        extras.insert("client::notification".to_owned(), click);
    }
    json!({
        "title": text::subject(message, 200),
        "message": text::plain(message, TEXT),
        "priority": PRIORITY,
        "extras": extras,
    })
}

/// A refusal counts only in the server's own words: a 401 may also be of something before it.
fn read(answer: &Answer, now: Instant) -> Delivery {
    let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.is_fine() {
        return delivered(told["id"].as_i64().map(|id| id.to_string()));
    }
    match told["errorCode"].as_i64() {
        Some(401 | 403) => Delivery::Gone {
            why: "the server does not know this token".to_owned(),
        },
        _ => by_status(answer, now),
    }
}
