//! Apprise: one address of somebody's own, and behind it any of a hundred services.

use serde_json::json;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Message, Notifier};
use tillwatch_core::instant::Instant;

use super::{DEADLINE, by_status, misdirected, text};
use crate::http::{Answer, Call, Client};

/// The most UTF-16 units of paragraphs: the narrowest services behind it cut at about a thousand.
const TEXT: usize = 900;

/// An Apprise API as a channel.
#[derive(Debug)]
pub struct Apprise {
    client: Client,
}

impl Apprise {
    /// The channel, for any server that the client may reach.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    async fn notify(&self, to: &Address, message: &Message, now: Instant) -> Delivery {
        let Address::Apprise { url } = to else {
            return misdirected(Channel::Apprise, to);
        };
        let body = json!({
            "title": text::subject(message, 200),
            "body": text::plain(message, TEXT),
            "type": "info",
            "format": "text",
        });
        match self
            .client
            .send(&Call::json(url.reveal().clone(), &body).within(DEADLINE))
            .await
        {
            Ok(answer) => read(&answer, now),
            Err(error) => error.into(),
        }
    }
}

impl Notifier for Apprise {
    fn channel(&self) -> Channel {
        Channel::Apprise
    }

    fn deliver<'a>(&'a self, to: &'a Address, message: &'a Message, now: Instant) -> Later<'a, Delivery> {
        Box::pin(self.notify(to, message, now))
    }
}

/// The API answers 204 where nothing is kept under the key, and 424 where a service behind it did not take the message.
fn read(answer: &Answer, now: Instant) -> Delivery {
    match answer.status {
        204 => Delivery::Gone {
            why: "nothing is kept under this key".to_owned(),
        },
        424 => Delivery::Unreachable {
            why: "a service behind it did not take the message".to_owned(),
        },
        _ => by_status(answer, now),
    }
}
