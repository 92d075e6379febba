//! What people say to the bot: asked for by long polling, or sent to a webhook. Whatever an update holds is a
//! stranger's words; one that cannot be read is passed over.

use std::time::Duration;

use serde_json::{Value, json};
use tillwatch_app::ports::notifier::{Address, Payload};
use tillwatch_core::instant::Instant;

use super::{BotError, Telegram};

/// The kinds of update that concern us.
pub(super) const KINDS: [&str; 2] = ["message", "callback_query"];

/// The most characters of one message, which is Telegram's own limit.
const LONGEST: usize = 4_096;

/// What somebody said in a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The number of the update. A later one is larger, until a week has passed without any; 0 where it has none.
    pub update: i64,
    /// The chat, to answer to.
    pub chat: Address,
    /// What was said.
    pub kind: Kind,
}

/// How it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A message, or what stands under a picture: a link or a command.
    Text(String),
    /// The bot was started, by a link with a token in it or without one.
    Start {
        /// The token: 1 to 64 letters, digits, `-` and `_`.
        token: Option<String>,
    },
    /// A button was pressed.
    Button {
        /// What the button brings back. It may be of a message to another chat.
        payload: Payload,
        /// The number of the message with the button, where Telegram still knows it.
        message: Option<i64>,
        /// The press, to be answered.
        press: Press,
    },
}

/// A press of a button, for [`Telegram::answer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press(String);

impl Press {
    pub(super) fn id(&self) -> &str {
        &self.0
    }
}

/// A batch of updates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updates {
    /// The offset for the next call, which also says that these were received.
    pub next: i64,
    /// What could be read, in order.
    pub incoming: Vec<Incoming>,
}

impl Telegram {
    /// Waits up to so many seconds for updates from an offset on; the first offset is 0. The caller keeps
    /// [`Updates::next`] after it has dealt with them: until it is asked for, they come again.
    pub async fn updates(&self, offset: i64, wait: u16, now: Instant) -> Result<Updates, BotError> {
        let body = json!({
            "offset": offset,
            "timeout": wait,
            "limit": 100,
            "allowed_updates": KINDS,
        });
        let limit = Duration::from_secs(u64::from(wait) + 10);
        let batch = self.call("getUpdates", &body, limit, now).await?;
        let batch = batch.as_array().ok_or_else(|| BotError::Unreachable {
            why: "what came back is no list of updates".to_owned(),
        })?;
        let ids = batch.iter().filter_map(|update| update["update_id"].as_i64());
        Ok(Updates {
            next: ids.map(|id| id.saturating_add(1)).fold(offset, i64::max),
            incoming: batch.iter().filter_map(incoming).collect(),
        })
    }
}

/// Reads the body of a call to a webhook. `None` is nothing that concerns us, or nothing that can be read; Telegram is to
/// be told that it arrived in either case.
pub fn read(body: &[u8]) -> Option<Incoming> {
    incoming(&serde_json::from_slice(body).ok()?)
}

fn incoming(update: &Value) -> Option<Incoming> {
    let number = update["update_id"].as_i64().unwrap_or(0);
    let press = &update["callback_query"];
    if press.is_object() {
        return pressed(press, number);
    }
    let message = &update["message"];
    let words = message["text"].as_str().or(message["caption"].as_str())?;
    let words: String = words.trim().chars().take(LONGEST).collect();
    Some(Incoming {
        update: number,
        chat: chat(message)?,
        kind: started(&words).unwrap_or(Kind::Text(words)),
    })
}

fn pressed(press: &Value, update: i64) -> Option<Incoming> {
    let message = &press["message"];
    let id = press["id"].as_str().filter(|id| (1..=64).contains(&id.len()))?;
    let kind = Kind::Button {
        payload: Payload::parse(press["data"].as_str()?).ok()?,
        message: message["message_id"].as_i64().filter(|id| *id > 0),
        press: Press(id.to_owned()),
    };
    let chat = chat(message)?;
    Some(Incoming { update, chat, kind })
}

fn chat(message: &Value) -> Option<Address> {
    let chat = message["chat"]["id"].as_i64().filter(|id| *id != 0)?;
    Some(Address::telegram(chat))
}

/// `/start`, `/start TOKEN` and, in groups, `/start@NAME TOKEN`.
fn started(words: &str) -> Option<Kind> {
    let mut words = words.split_whitespace();
    let command = words.next()?;
    if command != "/start" && !command.starts_with("/start@") {
        return None;
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let token = words
        .next()
        .filter(|token| token.len() <= 64 && token.chars().all(is_plain));
    Some(Kind::Start {
        token: token.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(words: &str) -> Value {
        json!({"update_id": 1, "message": {"message_id": 2, "chat": {"id": 7, "type": "private"}, "text": words}})
    }

    fn kind(update: &Value) -> Option<Kind> {
        read(update.to_string().as_bytes()).map(|incoming| incoming.kind)
    }

    #[test]
    fn words_and_starts_are_told_apart() {
        let start = |token: Option<&str>| {
            Some(Kind::Start {
                token: token.map(str::to_owned),
            })
        };
        for (words, expected) in [
            ("/start", start(None)),
            ("/start a-B_9", start(Some("a-B_9"))),
            ("/start@tillwatch_bot x", start(Some("x"))),
            ("/start <x>", start(None)),
            ("/started", Some(Kind::Text("/started".into()))),
            (
                "  look: https://example.com  ",
                Some(Kind::Text("look: https://example.com".into())),
            ),
        ] {
            assert_eq!(kind(&message(words)), expected, "{words}");
        }
    }

    #[test]
    fn a_press_names_its_chat_its_message_and_its_payload() {
        let update = json!({"update_id": 7, "callback_query": {"id": "99", "data": "s7:1",
            "message": {"message_id": 5, "chat": {"id": -100}}}});
        let expected = Incoming {
            update: 7,
            chat: Address::telegram(-100),
            kind: Kind::Button {
                payload: Payload::parse("s7:1").expect("a payload"),
                message: Some(5),
                press: Press("99".into()),
            },
        };
        assert_eq!(incoming(&update), Some(expected));
    }

    #[test]
    fn what_concerns_nobody_is_passed_over() {
        for update in [
            json!({}),
            json!([1]),
            json!({"message": {"chat": {"id": 7}}}),
            json!({"message": {"text": "x"}}),
            json!({"message": {"chat": {"id": "7"}, "text": "x"}}),
            json!({"message": {"chat": {"id": 1e300}, "text": "x"}}),
            json!({"callback_query": {"id": "1", "data": "a b", "message": {"chat": {"id": 7}}}}),
            json!({"callback_query": {"id": "", "data": "a", "message": {"chat": {"id": 7}}}}),
            json!({"callback_query": {"id": "1", "data": "a"}}),
            json!({"edited_message": {"chat": {"id": 7}, "text": "x"}}),
        ] {
            assert_eq!(kind(&update), None, "{update}");
        }
        assert_eq!(read(b"\xff{"), None);
        assert_eq!(read("[".repeat(100_000).as_bytes()), None);
    }

    #[test]
    fn no_message_is_longer_than_telegrams_longest() {
        let Some(Kind::Text(words)) = kind(&message(&"😀".repeat(20_000))) else {
            panic!("a text is a text");
        };
        assert_eq!(words.chars().count(), LONGEST);
    }

    proptest! {
        #[test]
        fn no_update_stops_the_bot(body in prop_oneof![
            any::<Vec<u8>>(),
            "[\\[\\]{}\":,a-z0-9]{0,80}".prop_map(String::into_bytes),
            ("\\PC{0,30}", any::<i64>()).prop_map(|(words, id)| {
                json!({"update_id": id, "message": {"chat": {"id": id}, "text": words}}).to_string().into_bytes()
            }),
        ]) {
            read(&body);
        }
    }
}
