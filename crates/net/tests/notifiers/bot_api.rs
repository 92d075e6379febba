//! A Bot API with the limits and the errors of the real one.

use serde_json::{Value, json};
use tillwatch_net::http::Client;
use tillwatch_net::notifiers::telegram::Telegram;
use tillwatch_net::secret::Secret;

use crate::peer::json as reply;
use crate::peer::{Mood, Peer, Reply, Seen};
use crate::support::{client, url};

/// A token that must never be seen anywhere but here.
pub(crate) const TOKEN: &str = "123456:AAE-s3cr3t_k3y";

/// The chat that exists.
pub(crate) const CHAT: i64 = 5_550_001;

/// A group that has become another one.
pub(crate) const OLD_GROUP: i64 = -77;

/// What it has become.
pub(crate) const NEW_GROUP: i64 = -100_077;

/// A chat of someone who has stopped the bot.
pub(crate) const BLOCKED: i64 = 5_550_403;

/// A bot that speaks to a peer.
pub(crate) fn bot(peer: &Peer) -> Telegram {
    with(&peer.place, client(&peer.place))
}

/// A bot at a place.
pub(crate) fn with(place: &str, client: Client) -> Telegram {
    let base = url(&format!("http://{place}/api/"));
    Telegram::new(base, Secret::new(TOKEN.into()), client).unwrap()
}

pub(crate) async fn start() -> Peer {
    Peer::start(answer).await
}

fn error(code: u16, description: &str, parameters: &Value) -> Reply {
    let body = json!({"ok": false, "error_code": code, "description": description, "parameters": parameters});
    reply(code, &body)
}

fn answer(mood: Mood, seen: &Seen) -> Reply {
    let Some(method) = seen.target.strip_prefix(&format!("/api/bot{TOKEN}/")) else {
        return error(401, "Unauthorized", &json!({}));
    };
    match mood {
        Mood::Busy(seconds) => {
            let words = format!("Too Many Requests: retry after {seconds}");
            return error(429, &words, &json!({"retry_after": seconds}));
        }
        Mood::Gone => return error(400, "Bad Request: chat not found", &json!({})),
        Mood::Fine | Mood::Broken | Mood::Elsewhere => {}
    }
    match method {
        "sendMessage" => message(&seen.json()),
        "sendPhoto" => photo(seen),
        "editMessageText" => edit(&seen.json()),
        "editMessageCaption" => caption(&seen.json()),
        "getMe" => reply(
            200,
            &json!({"ok": true, "result": {"id": 1, "username": "tillwatch_bot"}}),
        ),
        "answerCallbackQuery" | "setWebhook" | "deleteWebhook" => reply(200, &json!({"ok": true, "result": true})),
        "getUpdates" => updates(&seen.json()),
        _ => error(404, "Not Found", &json!({})),
    }
}

fn message(body: &Value) -> Reply {
    assert_eq!(body["parse_mode"], "HTML");
    let html = body["text"].as_str().unwrap();
    taken(body["chat_id"].as_i64().unwrap(), html, &body["reply_markup"])
}

/// The message 41 can be changed, 42 is what it is to become, 44 is a picture, no other one is there.
fn edit(body: &Value) -> Reply {
    match body["message_id"].as_i64() {
        Some(41) => message(body),
        Some(42) => error(400, "Bad Request: message is not modified: it is the same", &json!({})),
        Some(44) => error(400, "Bad Request: there is no text in the message to edit", &json!({})),
        _ => error(400, "Bad Request: message to edit not found", &json!({})),
    }
}

fn caption(body: &Value) -> Reply {
    assert_eq!(
        (body["message_id"].as_i64(), &body["parse_mode"]),
        (Some(44), &json!("HTML"))
    );
    let html = body["caption"].as_str().unwrap();
    taken(body["chat_id"].as_i64().unwrap(), html, &body["reply_markup"])
}

/// A photo needs a few real bytes; one that is empty is refused as a broken picture is.
fn photo(seen: &Seen) -> Reply {
    let text = seen.text();
    let field = |name: &str| {
        let start = format!("name=\"{name}\"\r\n\r\n");
        let value = text
            .split_once(&start)
            .map(|(_, rest)| rest.split("\r\n--").next().unwrap().to_owned());
        value.unwrap_or_default()
    };
    let is_png = text.contains("name=\"photo\"; filename=\"chart.png\"\r\ncontent-type: image/png\r\n\r\n");
    if !is_png || !seen.body.windows(4).any(|four| four == b"\x89PNG") {
        return error(400, "Bad Request: IMAGE_PROCESS_FAILED", &json!({}));
    }
    let keyboard = serde_json::from_str(&field("reply_markup")).unwrap_or_default();
    taken(field("chat_id").parse().unwrap(), &field("caption"), &keyboard)
}

fn taken(chat: i64, html: &str, keyboard: &Value) -> Reply {
    if let Some(why) = broken(html) {
        return error(400, &format!("Bad Request: can't parse entities: {why}"), &json!({}));
    }
    if html.encode_utf16().count() > 4_096 {
        return error(400, "Bad Request: message is too long", &json!({}));
    }
    let buttons = keyboard["inline_keyboard"].as_array().into_iter().flatten();
    for button in buttons.flat_map(|row| row.as_array().unwrap()) {
        let data = button["callback_data"].as_str().unwrap();
        if !(1..=64).contains(&data.len()) || button["text"].as_str().unwrap().is_empty() {
            return error(400, "Bad Request: BUTTON_DATA_INVALID", &json!({}));
        }
    }
    match chat {
        CHAT | NEW_GROUP => reply(
            200,
            &json!({"ok": true, "result": {"message_id": 41, "chat": {"id": chat}}}),
        ),
        OLD_GROUP => {
            let parameters = json!({"migrate_to_chat_id": NEW_GROUP});
            error(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                &parameters,
            )
        }
        BLOCKED => error(403, "Forbidden: bot was blocked by the user", &json!({})),
        _ => error(400, "Bad Request: chat not found", &json!({})),
    }
}

/// What is wrong with a text of Telegram's HTML: only its own tags, closed in their order, and no other bracket.
pub(crate) fn broken(html: &str) -> Option<String> {
    let mut open = Vec::new();
    let mut pieces = html.split('<');
    if pieces.next().is_some_and(|text| text.contains('>')) {
        return Some("a bracket in the text".into());
    }
    for piece in pieces {
        let Some((tag, text)) = piece.split_once('>') else {
            return Some("a tag without an end".into());
        };
        if text.contains('>') {
            return Some("a bracket in the text".into());
        }
        match tag.strip_prefix('/') {
            Some(name) if open.pop() == Some(name.to_owned()) => {}
            Some(name) => return Some(format!("unexpected end tag {name}")),
            None => {
                let name = tag.split(' ').next().unwrap();
                if !["b", "i", "s", "u", "a", "code", "pre"].contains(&name) {
                    return Some(format!("unsupported start tag {name:?}"));
                }
                open.push(name.to_owned());
            }
        }
    }
    open.pop().map(|name| format!("no end tag for {name}"))
}

/// Three updates from 10 on, one of which nobody can read.
fn updates(body: &Value) -> Reply {
    let all = json!([
        {"update_id": 10, "message": {"message_id": 1, "chat": {"id": CHAT}, "text": "/start t0k-en"}},
        {"update_id": 11, "message": {"chat": "nonsense", "text": {"a": []}}},
        {"update_id": 12, "callback_query": {"id": "c9", "data": "s7:17", "message": {"message_id": 41, "chat": {"id": CHAT}}}},
    ]);
    let from = body["offset"].as_i64().unwrap();
    if from > 99 {
        let words = "Conflict: terminated by other getUpdates request";
        return error(409, words, &json!({}));
    }
    let asked = all
        .as_array()
        .unwrap()
        .iter()
        .filter(|update| update["update_id"].as_i64().unwrap() >= from);
    reply(200, &json!({"ok": true, "result": asked.collect::<Vec<_>>()}))
}
