//! Telegram: a bot that tells people, and that people talk to.

mod api;
mod markup;
pub mod updates;

use serde_json::{Value, json};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Message, Notifier};
use tillwatch_core::instant::Instant;
use url::Url;

use super::{DEADLINE, delivered, misdirected, stable_id, text};
use crate::http::{Client, Part};
use crate::secret::Secret;

pub use api::{BotError, TokenError};

/// Telegram's own Bot API.
pub const OFFICIAL: &str = "https://api.telegram.org/";

/// What Telegram says of a message that is to become what it is.
const SAME: &str = "message is not modified";

/// What it says of a picture that is to become a text.
const NO_TEXT: &str = "no text in the message";

/// A bot. Its token is part of every address that it calls, so that no address is ever printed.
#[derive(Debug)]
pub struct Telegram {
    base: Url,
    token: Secret,
    client: Client,
}

impl Telegram {
    /// A bot by its token, at [`OFFICIAL`] or at a Bot API of the operator's own.
    pub fn new(base: Url, token: Secret, client: Client) -> Result<Self, TokenError> {
        api::check(token.reveal())?;
        Ok(Self { base, token, client })
    }

    /// The bot's name without the `@`, for links such as `https://t.me/NAME?start=TOKEN`. Also shows that it is there.
    pub async fn name(&self, now: Instant) -> Result<String, BotError> {
        let me = self.call("getMe", &json!({}), DEADLINE, now).await?;
        let name = me["username"].as_str().map(|name| text::line(name, 64));
        name.ok_or_else(|| BotError::Refused {
            why: "it does not say what it is called".to_owned(),
        })
    }

    /// Tells whoever pressed a button that it was heard, with a few words that may be empty.
    pub async fn answer(&self, press: &updates::Press, words: &str, now: Instant) -> Result<(), BotError> {
        let body = json!({"callback_query_id": press.id(), "text": text::line(words, 200)});
        self.call("answerCallbackQuery", &body, DEADLINE, now).await.map(drop)
    }

    /// Answers in a chat. An answer may be longer than an alert.
    pub async fn reply(&self, to: &Address, message: &Message, now: Instant) -> Delivery {
        self.tell(to, message, markup::ANSWER, now).await
    }

    /// Makes a message of the bot, by its number, another one. A message that it was already is no error.
    pub async fn edit(&self, to: &Address, number: i64, message: &Message, now: Instant) -> Delivery {
        let Address::Telegram { chat } = to else {
            return misdirected(Channel::Telegram, to);
        };
        let mut body = written(*chat.reveal(), message, markup::ANSWER);
        body["message_id"] = number.into();
        let mut edited = self.call("editMessageText", &body, DEADLINE, now).await;
        if matches!(&edited, Err(BotError::Refused { why }) if why.contains(NO_TEXT)) {
            // It has a picture, which stays.
            body["caption"] = markup::text(message, markup::CAPTION).into();
            edited = self.call("editMessageCaption", &body, DEADLINE, now).await;
        }
        match edited {
            Ok(sent) => delivered(id(&sent)),
            Err(BotError::Refused { why }) if why.contains(SAME) => delivered(Some(number.to_string())),
            Err(error) => error.into(),
        }
    }

    /// What whoever brings an update has to say, so that it is known to come from Telegram. It follows from the token.
    pub fn watchword(&self) -> String {
        stable_id(&["tillwatch webhook", self.token.reveal()])
    }

    /// Has updates brought to an address from now on, each with the watchword, one at a time.
    pub async fn bring_to(&self, address: &Url, now: Instant) -> Result<(), BotError> {
        let body = json!({
            "url": address.as_str(),
            "secret_token": self.watchword(),
            "max_connections": 1,
            "allowed_updates": updates::KINDS,
        });
        self.call("setWebhook", &body, DEADLINE, now).await.map(drop)
    }

    /// Has updates kept until they are asked for.
    pub async fn keep_for_asking(&self, now: Instant) -> Result<(), BotError> {
        self.call("deleteWebhook", &json!({}), DEADLINE, now).await.map(drop)
    }

    /// Sends a message to where it belongs, following one move of the chat.
    async fn tell(&self, to: &Address, message: &Message, most: usize, now: Instant) -> Delivery {
        let Address::Telegram { chat } = to else {
            return misdirected(Channel::Telegram, to);
        };
        match self.send(*chat.reveal(), message, most, now).await {
            Ok(id) => delivered(id),
            Err(BotError::Moved { to }) => match self.send(to, message, most, now).await {
                Ok(id) => Delivery::Delivered {
                    id,
                    moved: Some(Address::telegram(to)),
                },
                Err(error) => error.into(),
            },
            Err(error) => error.into(),
        }
    }

    /// The picture with the text under it, or the text alone: where there is no picture, where the text does not fit under
    /// one, and, once, where the picture came to nothing. Only a chat that is gone or moved and a bot that is to wait do no
    /// better without it.
    async fn send(&self, chat: i64, message: &Message, most: usize, now: Instant) -> Result<Option<String>, BotError> {
        let body = written(chat, message, most);
        let caption = markup::text(message, most.min(markup::CAPTION));
        if let Some(picture) = message.picture.as_ref().filter(|_| body["text"] == caption) {
            let keyboard = markup::keyboard(message);
            match self.send_photo(chat, &caption, keyboard.as_ref(), picture, now).await {
                Err(BotError::Refused { .. } | BotError::Conflict { .. } | BotError::Unreachable { .. }) => {}
                answer => return answer,
            }
        }
        self.call("sendMessage", &body, DEADLINE, now)
            .await
            .map(|sent| id(&sent))
    }

    async fn send_photo(
        &self,
        chat: i64,
        caption: &str,
        keyboard: Option<&Value>,
        bytes: &[u8],
        now: Instant,
    ) -> Result<Option<String>, BotError> {
        let (chat, keyboard) = (chat.to_string(), keyboard.map(ToString::to_string));
        let mut parts = vec![
            Part::Text {
                name: "chat_id",
                value: &chat,
            },
            Part::Text {
                name: "caption",
                value: caption,
            },
            Part::Text {
                name: "parse_mode",
                value: "HTML",
            },
        ];
        parts.extend(keyboard.iter().map(|value| Part::Text {
            name: "reply_markup",
            value,
        }));
        parts.push(Part::File {
            name: "photo",
            file: "chart.png",
            kind: "image/png",
            bytes,
        });
        self.upload("sendPhoto", &parts, now).await.map(|sent| id(&sent))
    }
}

impl Notifier for Telegram {
    fn channel(&self) -> Channel {
        Channel::Telegram
    }

    fn deliver<'a>(&'a self, to: &'a Address, message: &'a Message, now: Instant) -> Later<'a, Delivery> {
        Box::pin(self.tell(to, message, markup::ALERT, now))
    }
}

/// A message of at most so many UTF-16 units, with its buttons.
fn written(chat: i64, message: &Message, most: usize) -> Value {
    let mut body = json!({
        "chat_id": chat,
        "text": markup::text(message, most),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": true},
    });
    if let Some(keyboard) = markup::keyboard(message) {
        body["reply_markup"] = keyboard;
    }
    body
}

fn id(sent: &Value) -> Option<String> {
    sent["message_id"].as_i64().map(|id| id.to_string())
}
