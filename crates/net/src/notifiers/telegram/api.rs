//! Calls of the Bot API, and what its refusals mean.

use std::time::Duration;

use serde_json::Value;
use tillwatch_app::ports::notifier::Delivery;
use tillwatch_core::instant::Instant;
use url::Url;

use super::super::{DEADLINE, WORDS, text, whole_seconds};
use super::Telegram;
use crate::http::{Answer, Call, Part};

/// A text that is no bot's token. It is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no token of a bot: one is digits, a colon, then letters, digits, - and _")]
pub struct TokenError;

/// Why a call of the bot did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BotError {
    /// Too many calls: again after so many seconds.
    #[error("Telegram asks to wait: {why}")]
    Later {
        /// The wait.
        seconds: Option<u32>,
        /// Its words.
        why: String,
    },
    /// The person has stopped the bot, or the chat is gone.
    #[error("nobody is there: {why}")]
    Gone {
        /// Its words.
        why: String,
    },
    /// The group has another number now.
    #[error("the group has another number now")]
    Moved {
        /// The new number.
        to: i64,
    },
    /// Somebody else hears for this bot: another program that asks for its updates, or a webhook.
    #[error("somebody else hears for this bot: {why}")]
    Conflict {
        /// Its words.
        why: String,
    },
    /// A no to this call: a wrong token, a wrong message.
    #[error("Telegram refuses it: {why}")]
    Refused {
        /// Its words.
        why: String,
    },
    /// No answer, or one that is not of the Bot API.
    #[error("Telegram cannot be reached: {why}")]
    Unreachable {
        /// What happened.
        why: String,
    },
}

impl From<BotError> for Delivery {
    fn from(error: BotError) -> Self {
        let words = error.to_string();
        match error {
            BotError::Later { seconds, why } => Self::Later { seconds, why },
            BotError::Gone { why } => Self::Gone { why },
            BotError::Moved { .. } | BotError::Refused { .. } | BotError::Conflict { .. } => {
                Self::Unreachable { why: words }
            }
            BotError::Unreachable { why } => Self::Unreachable { why },
        }
    }
}

/// Words in the description of a 400 that mean that nobody can be told there any more.
const GONE: [&str; 4] = [
    "chat not found",
    "user is deactivated",
    "group chat was deactivated",
    "peer_id_invalid",
];

/// Checks the form of a token, so that it can be a part of an address.
pub(super) fn check(token: &str) -> Result<(), TokenError> {
    let (number, key) = token.split_once(':').ok_or(TokenError)?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if digits && plain { Ok(()) } else { Err(TokenError) }
}

impl Telegram {
    pub(super) async fn call(
        &self,
        method: &str,
        body: &Value,
        limit: Duration,
        now: Instant,
    ) -> Result<Value, BotError> {
        self.ask(Call::json(self.address(method), body).within(limit), now)
            .await
    }

    pub(super) async fn upload(&self, method: &str, parts: &[Part<'_>], now: Instant) -> Result<Value, BotError> {
        self.ask(Call::multipart(self.address(method), parts).within(DEADLINE), now)
            .await
    }

    fn address(&self, method: &str) -> Url {
        let mut url = self.base.clone();
        let folder = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{folder}/bot{}/{method}", self.token.reveal()));
        url
    }

    async fn ask(&self, call: Call, now: Instant) -> Result<Value, BotError> {
        let answer = self.client.send(&call).await;
        let answer = answer.map_err(|error| BotError::Unreachable { why: error.to_string() })?;
        let clean = |words: &str| text::line(&words.replace(self.token.reveal(), "…"), WORDS);
        read(&answer, now, clean)
    }
}

/// What an answer says. Only the API's own form counts: a 403 may also be of something before it.
fn read(answer: &Answer, now: Instant, clean: impl Fn(&str) -> String) -> Result<Value, BotError> {
    let mut told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let Some(ok) = told["ok"].as_bool() else {
        let why = format!("it answered with status {} and no words of the Bot API", answer.status);
        return Err(BotError::Unreachable { why });
    };
    if ok {
        return Ok(told["result"].take());
    }
    let why = clean(told["description"].as_str().unwrap_or("no reason was given"));
    let code = told["error_code"].as_i64().unwrap_or_else(|| i64::from(answer.status));
    let parameters = &told["parameters"];
    if let Some(to) = parameters["migrate_to_chat_id"].as_i64() {
        return Err(BotError::Moved { to });
    }
    let wait = parameters["retry_after"].as_u64().map(Duration::from_secs);
    let small = why.to_ascii_lowercase();
    Err(match code {
        429 => BotError::Later {
            seconds: wait.or_else(|| answer.wait(now)).map(whole_seconds),
            why,
        },
        403 => BotError::Gone { why },
        409 => BotError::Conflict { why },
        400 if GONE.iter().any(|words| small.contains(words)) => BotError::Gone { why },
        400..500 => BotError::Refused { why },
        _ => BotError::Unreachable { why },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_nothing_that_could_lead_an_address_elsewhere() {
        assert_eq!(check("123456:AAE-x_y9"), Ok(()));
        for text in ["", "123456", "123456:", ":AAE", "12a:AAE", "1:A/../B", "1:A?x", "1:A B"] {
            assert_eq!(check(text), Err(TokenError), "{text:?}");
        }
    }
}
