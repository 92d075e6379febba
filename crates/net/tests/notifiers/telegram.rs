//! What Telegram receives, and what the bot makes of what it hears.

use serde_json::json;
use tillwatch_app::ports::notifier::{Address, Delivery, Message, Notifier};
use tillwatch_net::notifiers::telegram::updates::Kind;
use tillwatch_net::notifiers::telegram::{BotError, Telegram};
use tillwatch_net::secret::Secret;

use crate::bot_api::{self, BLOCKED, CHAT, NEW_GROUP, OLD_GROUP, bot};
use crate::peer::{Mood, Peer};
use crate::support::{HOSTILE, alert, client, now, picture, sent, url};

/// H125, H126.
#[tokio::test]
async fn an_alert_is_html_with_its_titles_escaped_its_links_and_its_buttons() {
    let peer = bot_api::start().await;
    let id = sent(&bot(&peer), &Address::telegram(CHAT), &alert("<script> & co")).await;
    assert_eq!(id.as_deref(), Some("41"));
    let expected = json!({
        "chat_id": CHAT,
        "text": "<b>12.20 USD: &lt;script&gt; &amp; co</b>\n\
            Now <b>12.20 USD</b>, you asked for 12.50 USD.\n\
            &lt;script&gt; &amp; co\n\
            Type <code>TILL5</code> at the till.\n\
            <a href=\"https://till.example/r/7F3A?a=1&amp;b=2\">Receipt</a> · \
            <a href=\"https://www.aliexpress.com/item/1005000222222222.html\">Listing</a>",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": true},
        "reply_markup": {"inline_keyboard": [
            [{"text": "Bought it", "callback_data": "b:17"}, {"text": "Snooze 7 d", "callback_data": "s7:17"}],
            [{"text": "Stop", "callback_data": "x:17"}],
        ]},
    });
    assert_eq!(peer.only().json(), expected);
}

/// H125, H126, H127.
#[tokio::test]
async fn no_title_breaks_the_markup_or_pushes_the_price_out() {
    let long = "😀".repeat(10_000);
    for title in HOSTILE.into_iter().chain([long.as_str()]) {
        let peer = bot_api::start().await;
        sent(&bot(&peer), &Address::telegram(CHAT), &alert(title)).await;
        let text = peer.only().json()["text"].as_str().unwrap().to_owned();
        assert!(
            text.contains("Now <b>12.20 USD</b>, you asked for 12.50 USD.\n"),
            "{text}"
        );
        assert!(text.contains("<code>TILL5</code>"), "{text}");
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(
            !text.contains(['\u{202e}', '\u{2066}', '\u{1b}', '\u{0}', '\r']),
            "{text:?}"
        );
    }
}

#[tokio::test]
async fn a_picture_is_sent_with_the_text_under_it() {
    let peer = bot_api::start().await;
    let message = Message {
        picture: Some(picture()),
        ..alert("Nail lamp")
    };
    assert_eq!(
        sent(&bot(&peer), &Address::telegram(CHAT), &message).await.as_deref(),
        Some("41")
    );
    let seen = peer.only();
    assert!(seen.target.ends_with("/sendPhoto"));
    assert!(
        seen.text()
            .contains("name=\"caption\"\r\n\r\n<b>12.20 USD: Nail lamp</b>\nNow <b>12.20 USD</b>")
    );
    assert!(seen.body.windows(10).any(|bytes| bytes == b"\x89PNG\r\n\x1a\n\x00\xff"));
}

#[tokio::test]
async fn an_answer_may_be_longer_than_an_alert() {
    let peer = bot_api::start().await;
    let message = alert(&"lamp ".repeat(200));
    let delivery = bot(&peer).reply(&Address::telegram(CHAT), &message, now()).await;
    assert!(matches!(delivery, Delivery::Delivered { .. }), "{delivery:?}");
    let text = peer.only().json()["text"].as_str().unwrap().to_owned();
    assert!(text.contains(&"lamp ".repeat(200)), "{text}");
}

#[tokio::test]
async fn a_picture_that_telegram_does_not_take_is_left_out() {
    let peer = bot_api::start().await;
    let message = Message {
        picture: Some(b"no picture".to_vec()),
        ..alert("Nail lamp")
    };
    assert_eq!(
        sent(&bot(&peer), &Address::telegram(CHAT), &message).await.as_deref(),
        Some("41")
    );
    let methods: Vec<_> = peer
        .seen()
        .iter()
        .map(|seen| seen.target.rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(methods, ["sendPhoto", "sendMessage"]);
}

#[tokio::test]
async fn an_alert_does_not_depend_on_its_picture() {
    let broken = |_, seen: &crate::peer::Seen| {
        if seen.target.ends_with("/sendPhoto") {
            (500, Vec::new(), "<html>no such thing here</html>".into())
        } else {
            crate::peer::json(200, &json!({"ok": true, "result": {"message_id": 7}}))
        }
    };
    let peer = Peer::start(broken).await;
    let message = Message {
        picture: Some(picture()),
        ..alert("Nail lamp")
    };
    let id = sent(&bot(&peer), &Address::telegram(CHAT), &message).await;
    assert_eq!((id.as_deref(), peer.seen().len()), (Some("7"), 2));

    let peer = bot_api::start().await;
    for (chat, why) in [
        (BLOCKED, "Forbidden: bot was blocked by the user"),
        (1, "Bad Request: chat not found"),
    ] {
        let delivery = bot(&peer).deliver(&Address::telegram(chat), &message, now()).await;
        assert_eq!(delivery, Delivery::Gone { why: why.into() });
    }
    assert_eq!(peer.seen().len(), 2, "nobody is there for the text either");
}

#[tokio::test]
async fn a_text_that_does_not_fit_under_a_picture_goes_without_it() {
    let peer = bot_api::start().await;
    let message = Message {
        picture: Some(picture()),
        ..alert(&"lamp ".repeat(200))
    };
    let delivery = bot(&peer).reply(&Address::telegram(CHAT), &message, now()).await;
    assert!(matches!(delivery, Delivery::Delivered { .. }), "{delivery:?}");
    let seen = peer.only();
    assert!(seen.target.ends_with("/sendMessage") && seen.json()["text"].as_str().unwrap().len() > 1_000);
}

#[tokio::test]
async fn what_stands_under_a_picture_is_changed_and_the_picture_stays() {
    let peer = bot_api::start().await;
    let message = alert("Nail lamp");
    let edited = bot(&peer).edit(&Address::telegram(CHAT), 44, &message, now()).await;
    let expected = Delivery::Delivered {
        id: Some("41".into()),
        moved: None,
    };
    assert_eq!(edited, expected);
    let seen = peer.seen().pop().unwrap();
    assert!(seen.target.ends_with("/editMessageCaption"));
    assert!(seen.json()["caption"].as_str().unwrap().contains("<b>12.20 USD</b>"));
}

#[tokio::test]
async fn a_picture_that_must_wait_is_not_sent_as_text_meanwhile() {
    let peer = bot_api::start().await;
    peer.feel(Mood::Busy(30));
    let message = Message {
        picture: Some(picture()),
        ..alert("Nail lamp")
    };
    let delivery = bot(&peer).deliver(&Address::telegram(CHAT), &message, now()).await;
    assert!(
        matches!(delivery, Delivery::Later { seconds: Some(30), .. }),
        "{delivery:?}"
    );
    assert_eq!(peer.seen().len(), 1);
}

async fn deliver(peer: &Peer, chat: i64) -> Delivery {
    bot(peer)
        .deliver(&Address::telegram(chat), &alert("Nail lamp"), now())
        .await
}

/// H137.
#[tokio::test]
async fn a_group_that_moved_is_followed_once_and_its_new_address_told() {
    let peer = bot_api::start().await;
    let moved = Some(Address::telegram(NEW_GROUP));
    assert_eq!(
        deliver(&peer, OLD_GROUP).await,
        Delivery::Delivered {
            id: Some("41".into()),
            moved
        }
    );
    let chats: Vec<_> = peer.seen().iter().map(|seen| seen.json()["chat_id"].clone()).collect();
    assert_eq!(chats, [OLD_GROUP, NEW_GROUP]);
}

#[tokio::test]
async fn a_group_that_moves_in_circles_is_not_followed() {
    let peer = Peer::start(|_, _| {
        crate::peer::json(
            400,
            &json!({"ok": false, "error_code": 400, "parameters": {"migrate_to_chat_id": -5}}),
        )
    });
    let peer = peer.await;
    assert!(matches!(deliver(&peer, OLD_GROUP).await, Delivery::Unreachable { .. }));
    assert_eq!(peer.seen().len(), 2);
}

/// H135.
#[tokio::test]
async fn who_has_stopped_the_bot_is_gone_and_so_is_a_chat_that_is_not_there() {
    let peer = bot_api::start().await;
    for (chat, why) in [
        (BLOCKED, "Forbidden: bot was blocked by the user"),
        (1, "Bad Request: chat not found"),
    ] {
        assert_eq!(deliver(&peer, chat).await, Delivery::Gone { why: why.into() });
    }
}

#[tokio::test]
async fn a_403_that_is_not_telegrams_is_nobodys_word() {
    let peer = Peer::start(|_, _| (403, Vec::new(), "<html>proxy</html>".into())).await;
    assert!(matches!(deliver(&peer, CHAT).await, Delivery::Unreachable { .. }));
}

#[tokio::test]
async fn the_token_is_in_no_error_even_if_telegram_repeats_it() {
    let echo = |_, seen: &crate::peer::Seen| {
        let body = json!({"ok": false, "error_code": 404, "description": format!("Not Found: {}", seen.target)});
        crate::peer::json(404, &body)
    };
    let peer = Peer::start(echo).await;
    let delivery = deliver(&peer, CHAT).await;
    let error = bot(&peer).name(now()).await.unwrap_err();
    let printed = format!("{delivery:?} {error} {error:?} {:?}", bot(&peer));
    assert!(printed.contains("Not Found: /api/bot…/sendMessage"), "{printed}");
    assert!(!printed.contains("s3cr3t"), "{printed}");
}

#[tokio::test]
async fn a_wrong_token_is_a_refusal_that_says_so() {
    let peer = bot_api::start().await;
    let base = url(&format!("http://{}/api", peer.place));
    let bot = Telegram::new(base, Secret::new("1:wrong".into()), client(&peer.place)).unwrap();
    assert_eq!(
        bot.name(now()).await,
        Err(BotError::Refused {
            why: "Unauthorized".into()
        })
    );
    assert!(Telegram::new(url("http://x/"), Secret::new("no token".into()), client(&peer.place)).is_err());
}

#[tokio::test]
async fn updates_are_read_in_order_and_one_that_nobody_can_read_does_not_come_again() {
    let peer = bot_api::start().await;
    let bot = bot(&peer);
    assert_eq!(bot.name(now()).await.as_deref(), Ok("tillwatch_bot"));
    let updates = bot.updates(0, 0, now()).await.unwrap();
    assert_eq!(updates.next, 13);
    let [start, press] = updates.incoming.as_slice() else {
        panic!("{updates:?}")
    };
    assert_eq!(start.chat, Address::telegram(CHAT));
    assert_eq!(
        start.kind,
        Kind::Start {
            token: Some("t0k-en".into())
        }
    );
    let Kind::Button {
        payload,
        message,
        press,
    } = &press.kind
    else {
        panic!("{press:?}")
    };
    assert_eq!((payload.as_str(), *message), ("s7:17", Some(41)));
    bot.answer(press, "Until Sunday", now()).await.unwrap();
    let answered = peer.seen().pop().unwrap().json();
    assert_eq!(answered, json!({"callback_query_id": "c9", "text": "Until Sunday"}));
    let updates = bot.updates(13, 0, now()).await.unwrap();
    assert_eq!((updates.next, updates.incoming.len()), (13, 0));
}

#[tokio::test]
async fn a_message_is_changed_and_one_that_is_the_same_already_is_no_error() {
    let peer = bot_api::start().await;
    let chat = Address::telegram(CHAT);
    let edit = async |number| bot(&peer).edit(&chat, number, &alert("Nail lamp"), now()).await;
    let delivered = |id: &str| Delivery::Delivered {
        id: Some(id.into()),
        moved: None,
    };
    assert_eq!((edit(41).await, edit(42).await), (delivered("41"), delivered("42")));
    let gone = edit(43).await;
    assert!(
        matches!(&gone, Delivery::Unreachable { why } if why.contains("not found")),
        "{gone:?}"
    );
    let seen = peer.seen().remove(0).json();
    assert_eq!((&seen["message_id"], &seen["parse_mode"]), (&json!(41), &json!("HTML")));
    assert!(seen["reply_markup"]["inline_keyboard"].is_array());
}

#[tokio::test]
async fn updates_are_brought_with_a_watchword_that_does_not_tell_the_token() {
    let peer = bot_api::start().await;
    let bot = bot(&peer);
    let address = url("https://till.example/telegram/updates");
    bot.bring_to(&address, now()).await.unwrap();
    let seen = peer.only().json();
    let watchword = seen["secret_token"].as_str().unwrap();
    assert_eq!(
        (&seen["url"], watchword),
        (&json!(address.as_str()), bot.watchword().as_str())
    );
    assert!(watchword.len() >= 32 && !bot_api::TOKEN.contains(watchword));
    bot.keep_for_asking(now()).await.unwrap();
    assert!(peer.seen().last().unwrap().target.ends_with("/deleteWebhook"));
}

#[tokio::test]
async fn another_program_that_hears_for_the_same_bot_is_named() {
    let peer = bot_api::start().await;
    let conflict = bot(&peer).updates(100, 0, now()).await;
    assert!(
        matches!(&conflict, Err(BotError::Conflict { why }) if why.contains("other getUpdates")),
        "{conflict:?}"
    );
}
