//! A Bot API that a test writes the script of: it hands out updates, and passes on what the bot does.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub(crate) const TOKEN: &str = "123456:AAE-x_y9";

/// How long a bot may take for its next call.
const PATIENCE: Duration = Duration::from_mins(1);

/// A call of the bot, but for those that ask for updates.
#[derive(Debug, Clone)]
pub(crate) struct Called {
    pub(crate) method: String,
    pub(crate) body: Value,
}

impl Called {
    pub(crate) fn text(&self) -> &str {
        self.body["text"].as_str().unwrap_or_default()
    }

    /// What the button with this label brings back.
    pub(crate) fn button(&self, label: &str) -> String {
        let rows = self.body["reply_markup"]["inline_keyboard"].as_array().unwrap().iter();
        let mut buttons = rows.flat_map(|row| row.as_array().unwrap());
        let found = buttons.find(|button| button["text"] == label);
        let found = found.unwrap_or_else(|| panic!("no {label:?} in {self:?}"));
        found["callback_data"].as_str().unwrap().to_owned()
    }
}

struct Script {
    updates: Mutex<Vec<Value>>,
    calls: Mutex<Sender<Called>>,
}

/// The server, for as long as its runtime lives.
pub(crate) struct Api {
    pub(crate) place: String,
    script: Arc<Script>,
    calls: Receiver<Called>,
}

impl Api {
    pub(crate) fn start(runtime: &Runtime) -> Self {
        let (sender, calls) = channel();
        let script = Arc::new(Script {
            updates: Mutex::default(),
            calls: Mutex::new(sender),
        });
        let router = Router::new()
            .route("/{bot}/{method}", post(answer))
            .with_state(Arc::clone(&script));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let place = listener.local_addr().unwrap().to_string();
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { place, script, calls }
    }

    /// What is handed out from now on, whatever was asked for; nothing is ever taken off.
    pub(crate) fn hands_out(&self, updates: Vec<Value>) {
        *self.script.updates.lock().unwrap() = updates;
    }

    /// The bot's next call.
    pub(crate) fn next(&self) -> Called {
        self.calls.recv_timeout(PATIENCE).unwrap()
    }

    /// The next message that the bot writes or changes.
    pub(crate) fn written(&self) -> Called {
        loop {
            let called = self.next();
            if ["sendMessage", "editMessageText"].contains(&called.method.as_str()) {
                return called;
            }
        }
    }

    /// Calls that nobody looked at yet.
    pub(crate) fn rest(&self) -> Vec<Called> {
        self.calls.try_iter().collect()
    }
}

async fn answer(
    State(script): State<Arc<Script>>,
    Path((bot, method)): Path<(String, String)>,
    body: Json<Value>,
) -> Json<Value> {
    assert_eq!(bot, format!("bot{TOKEN}"));
    if method == "getUpdates" {
        let asked = (body["offset"].as_i64().unwrap(), body["timeout"].as_i64().unwrap());
        let updates = script.updates.lock().unwrap().clone();
        let is_new = |update: &Value| update["update_id"].as_i64().unwrap() >= asked.0;
        // Whoever asks again for what it was given is kept waiting, as by the real one.
        if asked.1 > 0 && asked.0 > 0 && !updates.iter().any(is_new) {
            std::future::pending::<()>().await;
        }
        return Json(json!({"ok": true, "result": updates}));
    }
    let called = Called { method, body: body.0 };
    let result = match called.method.as_str() {
        "sendMessage" | "editMessageText" => json!({"message_id": 55}),
        "getMe" => json!({"username": "tillwatch_bot"}),
        _ => json!(true),
    };
    // A test that has ended listens no more.
    let _ = script.calls.lock().unwrap().send(called);
    Json(json!({"ok": true, "result": result}))
}

/// Somebody says something in a chat.
pub(crate) fn says(update: i64, chat: i64, text: &str) -> Value {
    json!({"update_id": update, "message": {"message_id": update, "chat": {"id": chat, "type": "private"}, "text": text}})
}

/// Somebody presses a button.
pub(crate) fn presses(update: i64, chat: i64, data: &str) -> Value {
    json!({"update_id": update, "callback_query": {"id": update.to_string(), "data": data,
        "message": {"message_id": 55, "chat": {"id": chat}}}})
}
