//! A Bot API that keeps Telegram's limits as people who run bots name them: thirty messages in any second, one in a second
//! to a chat; beyond that it answers 429, and so to everybody until the wait that it names is over.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;

/// Messages in any second, of all chats together.
const OVERALL: usize = 30;

/// Seconds that are named in a refusal.
const WAIT: u32 = 3;

/// What it has taken and refused. Moments are milliseconds of whichever clock asks.
#[derive(Default)]
pub(crate) struct Limits {
    latest: VecDeque<i64>,
    of_chat: HashMap<i64, i64>,
    closed_until: i64,
    pub(crate) taken: Vec<i64>,
    pub(crate) refused: u64,
}

impl Limits {
    /// A message to a chat: taken, or how many seconds to wait.
    pub(crate) fn message(&mut self, chat: i64, now: i64) -> Result<(), u32> {
        while self.latest.front().is_some_and(|first| *first <= now - 1_000) {
            self.latest.pop_front();
        }
        let too_many = self.latest.len() >= OVERALL;
        let too_soon = self.of_chat.get(&chat).is_some_and(|last| *last > now - 1_000);
        if now < self.closed_until {
            self.refused += 1;
            return Err(u32::try_from((self.closed_until - now) / 1_000 + 1).unwrap());
        }
        if too_many || too_soon {
            self.refused += 1;
            self.closed_until = now + i64::from(WAIT) * 1_000;
            return Err(WAIT);
        }
        self.latest.push_back(now);
        self.of_chat.insert(chat, now);
        self.taken.push(now);
        Ok(())
    }
}

/// Opens it on a port of this machine.
pub(crate) async fn open() -> (String, Arc<Mutex<Limits>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let limits = Arc::new(Mutex::new(Limits::default()));
    let kept = Arc::clone(&limits);
    let take = move |body: String| {
        let body: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        let chat = body["chat_id"].to_string().trim_matches('"').parse().unwrap_or(0);
        let now = crate::machine_now().moment().as_millisecond();
        let answer = match kept.lock().unwrap().message(chat, now) {
            Ok(()) => (StatusCode::OK, r#"{"ok":true,"result":{"message_id":1}}"#.to_owned()),
            Err(seconds) => (
                StatusCode::TOO_MANY_REQUESTS,
                format!(
                    r#"{{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{{"retry_after":{seconds}}}}}"#
                ),
            ),
        };
        std::future::ready(answer)
    };
    let router = Router::new().route("/{bot}/{method}", post(take));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, limits)
}
