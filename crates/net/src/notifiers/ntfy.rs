//! ntfy: a topic that a phone listens to.

use serde_json::{Value, json};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, LinkKind, Message, Notifier};
use tillwatch_core::instant::Instant;

use super::{DEADLINE, by_status, delivered, misdirected, text};
use crate::http::{Answer, Call, Client};

/// ntfy turns a message of more than 4,096 bytes into a file; this many UTF-16 units stay below with room for links.
const TEXT: usize = 900;

/// The most buttons that ntfy shows.
const BUTTONS: usize = 3;

/// High: it makes a sound.
const PRIORITY: u8 = 4;

/// ntfy as a channel.
#[derive(Debug)]
pub struct Ntfy {
    client: Client,
}

impl Ntfy {
    /// The channel, for any server that the client may reach.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    async fn publish(&self, to: &Address, message: &Message, now: Instant) -> Delivery {
        let Address::Ntfy { server, topic, token } = to else {
            return misdirected(Channel::Ntfy, to);
        };
        let mut call = Call::json(server.clone(), &body(topic.reveal(), message)).within(DEADLINE);
        if let Some(token) = token {
            call = call.header("authorization", format!("Bearer {}", token.reveal()));
        }
        match self.client.send(&call).await {
            Ok(answer) => read(&answer, now),
            Err(error) => error.into(),
        }
    }
}

impl Notifier for Ntfy {
    fn channel(&self) -> Channel {
        Channel::Ntfy
    }

    fn deliver<'a>(&'a self, to: &'a Address, message: &'a Message, now: Instant) -> Later<'a, Delivery> {
        Box::pin(self.publish(to, message, now))
    }
}

fn body(topic: &str, message: &Message) -> Value {
    let plain = Message {
        links: Vec::new(),
        actions: Vec::new(),
        stop: None,
        ..message.clone()
    };
    let buttons = text::links(message).chain(text::pages(message)).take(BUTTONS);
    let buttons = buttons.map(|(label, url)| json!({"action": "view", "label": label, "url": url.as_str()}));
    let mut body = json!({
        "topic": topic,
        "title": text::subject(message, 120),
        "message": text::plain(&plain, TEXT),
        "priority": PRIORITY,
        "actions": buttons.collect::<Vec<_>>(),
    });
    let click = message.link(LinkKind::Receipt).or(message.links.first());
    if let (Some(fields), Some(link)) = (body.as_object_mut(), click) {
        fields.insert("click".to_owned(), link.url.as_str().into());
    }
    body
}

/// A refusal counts only in the server's own words: a 403 may also be of something before it.
fn read(answer: &Answer, now: Instant) -> Delivery {
    let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.is_fine() {
        return delivered(told["id"].as_str().map(|id| text::line(id, 64)));
    }
    match told["code"].as_i64() {
        Some(40_101..=40_199 | 40_301..=40_399) => Delivery::Gone {
            why: "the server does not let anybody write to this topic with this token".to_owned(),
        },
        _ => by_status(answer, now),
    }
}
