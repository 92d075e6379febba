//! Addresses that are secrets: what they open, what they refuse, and that looking changes nothing.

use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;
use tillwatch_app::conversation::{Follow, LedNowhere, Nowhere};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::Address;
use tillwatch_app::ports::store::{Rest, WatchId};
use tillwatch_app::token::Token;
use tillwatch_core::link::{Identity, identify};

use crate::house::{House, ITEM, MAIL, TITLE, at};

/// Knows one short link.
struct Guide;

impl Follow for Guide {
    fn follow<'a>(&'a self, link: &'a str) -> Later<'a, Result<Identity, LedNowhere>> {
        let end = format!("https://www.aliexpress.com/item/{ITEM}.html");
        let known = link.contains("_mNhKQOm").then(|| identify(&end));
        Box::pin(std::future::ready(known.ok_or_else(|| LedNowhere {
            how: Nowhere::NoRedirect,
            sentence: "it ends at a shop".to_owned(),
        })))
    }
}

#[tokio::test]
async fn a_short_link_in_share_text_leads_to_its_listing_and_one_that_leads_nowhere_is_said() {
    let house = House::with(|site| site.with_follow(Arc::new(Guide)));
    let paste = async |text: &str| {
        let request = Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        house
            .send(request.body(Body::from(format!("market=US&text={text}"))).unwrap())
            .await
    };
    let shared = paste("Look+at+this%0Ahttps%3A%2F%2Fa.aliexpress.com%2F_mNhKQOm").await;
    assert_eq!(shared.status, StatusCode::SEE_OTHER, "{}", shared.text);
    assert_eq!(shared.headers["location"], format!("/i/{ITEM}?market=US").as_str());
    let variants =
        || async { house.get(&format!("/api/v1/listings/{ITEM}?market=US")).await.json()["variants"].clone() };
    let before = variants().await;
    paste(ITEM).await;
    assert_eq!(variants().await, before, "a paste of what is tracked adds no variant");
    // Nobody had asked for this one; who pastes it waits for it, without another press.
    let fresh = paste("1005000999999999").await;
    assert_eq!(fresh.headers["location"], "/i/1005000999999999?market=US");
    let waiting = house.get("/i/1005000999999999?market=US").await;
    assert!(waiting.headers.contains_key("refresh"), "{}", waiting.text);
    let lost = paste("https%3A%2F%2Fa.aliexpress.com%2F_mother").await;
    assert_eq!(lost.status, StatusCode::OK);
    lost.has("It is not said where this short link leads");
    assert!(!lost.text.contains("it ends at a shop"), "the sentence of a program");
}

#[tokio::test]
async fn a_list_is_opened_filled_named_moved_and_removed_by_whoever_has_its_secret() {
    let house = House::new();
    let opened = house.call("POST", "/api/v1/lists", &json!({"name": "Kitchen"})).await;
    let secret = Token::new([1; 16]).text();
    assert_eq!(
        (opened.status, &opened.json()["secret"]),
        (StatusCode::CREATED, &json!(secret))
    );
    assert_eq!(opened.json()["address"], format!("https://till.example/l/{secret}"));

    let added = house.watch(&secret, "19.00", &["ntfys://ntfy.example/one"]).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
    assert_eq!(
        (&added.json()["price"], &added.json()["is_met"]),
        (&json!("20.00"), &json!(false))
    );
    assert_eq!(
        house
            .watch(&secret, "19.00", &["ntfys://ntfy.example/one"])
            .await
            .status,
        StatusCode::OK
    );
    let place = format!("/api/v1/lists/{secret}");
    let shown = house.get(&place).await.json();
    assert_eq!(
        (&shown["name"], shown["watches"].as_array().unwrap().len()),
        (&json!("Kitchen"), 1)
    );
    let watch = &shown["watches"][0];
    assert_eq!((&watch["target"], &watch["title"]), (&json!("19.00"), &json!(TITLE)));
    assert_eq!(
        watch["rules"],
        json!([{"type": "below", "amount": "19.00", "currency": "USD"}])
    );
    assert_eq!(watch["channels"][0]["channel"], "ntfy at ntfy.example");

    let named = house.call("PATCH", &place, &json!({"name": "Bath"})).await;
    assert_eq!(named.json()["name"], "Bath");
    let moved = house.call("PATCH", &place, &json!({"secret": "replace"})).await.json();
    assert_eq!(house.get(&place).await.status, StatusCode::NOT_FOUND);
    let place = format!("/api/v1/lists/{}", moved["secret"].as_str().unwrap());
    assert_eq!(house.get(&place).await.json()["name"], "Bath");

    let id = &watch["id"];
    let gone = house.call("DELETE", &format!("{place}/watches/{id}"), &json!({})).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(house.get(&place).await.json()["watches"], json!([]));
    assert_eq!(
        house.call("DELETE", &place, &json!({})).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(house.get(&place).await.status, StatusCode::NOT_FOUND);
}

/// H100, H101.
#[tokio::test]
async fn a_secret_that_opens_nothing_and_a_text_that_is_none_are_answered_alike() {
    let house = House::new();
    let secret = house.open().await;
    house.watch(&secret, "19.00", &[]).await;
    let unknown = Token::new([99; 16]).text();
    for form in ["/l/{}", "/l/{}.atom", "/confirm/{}", "/stop/{}", "/api/v1/lists/{}"] {
        let [right, wrong] = [&unknown, "x"].map(|text| form.replace("{}", text));
        let (unknown, none) = (house.get(&right).await, house.get(&wrong).await);
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{form}");
        // A page leads to itself in other languages, by the address that was asked for.
        let text = unknown.text.replace(&right, &wrong);
        assert_eq!((unknown.status, text), (none.status, none.text), "{form}");
    }
    // Nor is a watch of another list there.
    let other = house.open().await;
    let theirs = house
        .call("DELETE", &format!("/api/v1/lists/{other}/watches/1"), &json!({}))
        .await;
    let nobodys = house
        .call("DELETE", &format!("/api/v1/lists/{other}/watches/99"), &json!({}))
        .await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    assert_eq!(theirs.text, nobodys.text);
    assert_eq!(house.store.watches().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_with_its_field_and_nothing_is_kept() {
    let house = House::new();
    let secret = house.open().await;
    let place = format!("/api/v1/lists/{secret}/watches");
    for (wish, field) in [
        (json!({"link": "nothing"}), "link"),
        (json!({"link": ITEM, "target": "cheap"}), "target"),
        (json!({"link": ITEM, "lane": "fast"}), "lane"),
        (json!({"link": ITEM, "market": "XXX"}), "market"),
        (json!({"link": ITEM, "rules": [{"type": "soon"}]}), "rules[0].type"),
        (
            json!({"link": ITEM, "channels": ["mailto:a@example.org\r\nBcc: b@example.org"]}),
            "channels",
        ),
        (
            json!({"link": ITEM, "channels": ["mailto:a@example.org,b@example.org"]}),
            "channels",
        ),
        // H109: nothing is taken from outside that is not asked for.
        (json!({"link": ITEM, "confirmed": true, "owner": 1}), "confirmed"),
    ] {
        let answer = house.call("POST", &place, &wish).await;
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (StatusCode::BAD_REQUEST, &json!(field)),
            "{wish}"
        );
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    let crowd: Vec<String> = (1..=21).map(|chat| format!("ntfys://ntfy.example/{chat}")).collect();
    let crowd: Vec<&str> = crowd.iter().map(String::as_str).collect();
    let answer = house.watch(&secret, "19.00", &crowd).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.has("at most 20 channels");
    assert_eq!(house.store.watches().unwrap(), []);
    let long = house
        .call("POST", "/api/v1/lists", &json!({"name": "a".repeat(200)}))
        .await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn no_answer_of_a_secret_address_is_kept_found_by_searching_or_told_to_the_next_site() {
    let house = House::new();
    let secret = house.open().await;
    for path in [
        format!("/l/{secret}"),
        format!("/l/{secret}.atom"),
        format!("/api/v1/lists/{secret}"),
        "/stop/x".into(),
    ] {
        let headers = house.get(&path).await.headers;
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert_eq!(headers["x-robots-tag"], "noindex, nofollow", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn a_list_shows_price_target_and_what_could_not_be_delivered() {
    let house = House::new();
    let secret = house.open().await;
    house
        .get(&format!("/l/{secret}"))
        .await
        .has("Nothing is watched here yet.");
    house.watch(&secret, "20.00", &["ntfys://ntfy.example/one", MAIL]).await;
    house.deliver().await;
    let page = house.get(&format!("/l/{secret}")).await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [
        "A &#60;b&#62;lamp&#60;/b&#62; &#38; more",
        "20.00\u{a0}USD",
        "at 20.00\u{a0}USD or below",
        "ntfy at ntfy.example: nothing more is sent (blocked by the user)",
        "ntfy at ntfy.example: could not be delivered (blocked by the user)",
        "E-mail to a…@example.org: asked to confirm, no answer yet",
        "20.00\u{a0}USD already",
    ] {
        page.has(text);
    }
    assert!(!page.text.contains("ann@"), "a list may be shared");
}

/// H091.
#[tokio::test]
async fn the_feed_of_a_list_has_its_alerts_with_whatever_a_title_says_as_text() {
    let house = House::new();
    let secret = house.open().await;
    let feed = format!("/l/{secret}.atom");
    assert!(!house.get(&feed).await.text.contains("<entry>"));
    house.watch(&secret, "20.00", &[]).await;
    let answer = house.get(&feed).await;
    assert_eq!(answer.headers["content-type"], "application/atom+xml; charset=utf-8");
    for text in [
        "<title>20.00 USD already: A &lt;b&gt;lamp&lt;/b&gt; &amp; more</title>",
        "<id>urn:tillwatch:alert:1.0.1</id>",
        "<updated>2026-06-03T12:01:00+00:00</updated>",
        "https://www.aliexpress.com/item/1005006367324382.html",
        &format!("href=\"https://till.example/l/{secret}.atom\" rel=\"self\""),
    ] {
        answer.has(text);
    }
}

/// H106, H119.
#[tokio::test]
async fn a_mailbox_agrees_by_a_button_and_not_by_opening_its_link() {
    let house = House::new();
    let secret = house.open().await;
    let added = house.watch(&secret, "20.00", &[MAIL]).await.json();
    assert_eq!(
        added["asked"],
        json!([{"channel": "e-mail to a…@example.org", "answer": "asked", "not_before": null}])
    );
    let again = house.watch(&secret, "19.00", &[MAIL]).await.json();
    assert_eq!(again["asked"][0]["answer"], "asked_before");
    house.deliver().await;
    let letters = house.letters();
    assert_eq!(letters.len(), 1);
    let link = letters[0].links[0].url.path().to_owned();
    for _ in 0..2 {
        let page = house.get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        page.has("Price alerts to a…@example.org?");
        page.has("<form method=\"post\">");
    }
    assert_eq!(house.post_from_elsewhere(&link, "").await.status, StatusCode::FORBIDDEN);
    house.deliver().await;
    assert_eq!(house.letters().len(), 1);
    // A day later it is over, and says so.
    *house.now.lock().unwrap() = at(25 * 60);
    assert_eq!(house.get(&link).await.status, StatusCode::GONE);
    assert_eq!(house.post(&link, "").await.status, StatusCode::GONE);
    *house.now.lock().unwrap() = at(2);
    house
        .post(&link, "")
        .await
        .has("Alerts go to a…@example.org from now on.");
    house.get(&link).await.has("Alerts go to");
    house.deliver().await;
    assert_eq!(house.letters().len(), 2);
}

/// A site whose mailbox has agreed, and the way to stop of its alert.
async fn told() -> (House, String) {
    let house = House::new();
    let secret = house.open().await;
    house.watch(&secret, "20.00", &[MAIL]).await;
    house.deliver().await;
    let link = house.letters()[0].links[0].url.path().to_owned();
    house.post(&link, "").await;
    house.deliver().await;
    let stop = house.letters()[1].stop.clone().unwrap();
    assert_eq!(stop.host_str(), Some("till.example"));
    (house, stop.path().to_owned())
}

/// H098, H099.
#[tokio::test]
async fn one_click_of_a_mail_program_stops_and_opening_the_page_does_not() {
    for body in [
        "List-Unsubscribe=One-Click",
        "",
        "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
    ] {
        let (house, stop) = told().await;
        let page = house.get(&stop).await;
        page.has("Stop alerts for A &#60;b&#62;lamp");
        page.has("Nothing more to this mailbox");
        assert_eq!(house.rest(), Rest::Awake);
        let stopped = house.post_from_elsewhere(&stop, body).await;
        assert_eq!(stopped.status, StatusCode::OK, "{}", stopped.text);
        stopped.has("No more alerts for");
        assert_eq!(house.rest(), Rest::Stopped);
    }
}

#[tokio::test]
async fn a_mailbox_that_wants_nothing_more_is_asked_nothing_more_either() {
    let (house, stop) = told().await;
    house
        .post(&stop, "what=all")
        .await
        .has("a…@example.org gets nothing more from this site");
    assert_eq!(house.rest(), Rest::Awake);
    let other = house.open().await;
    let asked = house
        .watch(&other, "18.00", &["mailto:ann+new@example.org"])
        .await
        .json();
    assert_eq!(asked["asked"][0]["answer"], "wants_nothing");
}

#[tokio::test]
async fn nobody_names_a_chat_of_others_and_programs_are_called_only_where_the_operator_lets_them() {
    for (house, channel, is_taken) in [
        (House::new(), "telegram:4711", false),
        (House::new(), "webhook+https://hook.example/in#secret", true),
        (
            House::with(|site| site),
            "webhook+https://hook.example/in#secret",
            false,
        ),
        (House::with(|site| site), "ntfys://ntfy.example/topic", false),
        (House::with(|site| site), MAIL, true),
    ] {
        let secret = house.open().await;
        let answer = house.watch(&secret, "19.00", &[channel]).await;
        let expected = if is_taken {
            StatusCode::CREATED
        } else {
            StatusCode::BAD_REQUEST
        };
        assert_eq!(answer.status, expected, "{channel}: {}", answer.text);
        assert_eq!(house.store.watches().unwrap().len(), usize::from(is_taken), "{channel}");
    }
}

#[tokio::test]
async fn a_list_invites_a_chat_by_a_link_that_is_taken_once() {
    let house = House::with(|site| {
        let name = OnceLock::new();
        name.get_or_init(|| "till_bot".to_owned());
        site.with_bot(Arc::new(name))
    });
    let secret = house.open().await;
    let place = format!("/l/{secret}/telegram");
    assert!(
        !house.get(&format!("/l/{secret}")).await.text.contains(&place),
        "nothing is to be told yet"
    );
    house.watch(&secret, "19.00", &[]).await;
    house.get(&format!("/l/{secret}")).await.has(&place);
    let page = house.post(&place, "").await;
    let (_, rest) = page.text.split_once("https://t.me/till_bot?start=").unwrap();
    let invitation = Token::parse(rest.get(..22).unwrap()).unwrap();
    let (ann, bob) = (
        Address::parse("telegram:1").unwrap(),
        Address::parse("telegram:2").unwrap(),
    );
    let taken = house.app.bind(&invitation, &ann, at(2)).unwrap();
    assert_eq!(taken.map(|watches| watches.len()), Some(1));
    assert_eq!(house.app.bind(&invitation, &bob, at(2)).unwrap(), None);
    house.get(&format!("/l/{secret}")).await.has("Telegram");
    assert_eq!(house.get(&place).await.status, StatusCode::METHOD_NOT_ALLOWED);
    let without = House::new();
    let secret = without.open().await;
    assert_eq!(
        without.post(&format!("/l/{secret}/telegram"), "").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_listing_is_watched_from_its_page_in_a_list_of_its_own_or_the_one_that_is_named() {
    let house = House::new();
    let page = house.get(&format!("/i/{ITEM}?market=US&sku=1200")).await;
    page.has(&format!("action=\"/i/{ITEM}/watch\""));
    let form = |rest: &str| format!("market=US&sku=1200&target=19%2C50&{rest}");
    let send = async |body: &str| {
        let request = Request::post(format!("/i/{ITEM}/watch"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        house.send(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    let watched = send(&form("email=ann%40example.org")).await;
    assert_eq!(watched.status, StatusCode::SEE_OTHER, "{}", watched.text);
    let list = watched.headers["location"].to_str().unwrap().to_owned();
    house.get(&list).await.has("at 19.50");
    house.deliver().await;
    assert_eq!(house.letters().len(), 1, "the mailbox is asked whether it agrees");
    let again = send(&form(&format!("list={}", list.strip_prefix("/l/").unwrap()))).await;
    assert_eq!(again.headers["location"], list.as_str());
    // What the list tells by one channel for all, it tells so of the next one too.
    let chat = Address::parse("telegram:7").unwrap();
    let all: Vec<WatchId> = house.store.watches().unwrap().iter().map(|watch| watch.id).collect();
    let invitation = Token::new([77; 16]);
    house.app.invite(&invitation, &all, at(2)).unwrap();
    house.app.bind(&invitation, &chat, at(2)).unwrap();
    let secret = list.strip_prefix("/l/").unwrap();
    let next = format!("market=US&sku=1200&target=18&list={secret}");
    assert_eq!(send(&next).await.headers["location"], list.as_str());
    let kept = house.store.watches().unwrap();
    let newest = kept.last().unwrap();
    assert!(
        newest
            .channels
            .iter()
            .any(|channel| channel.address == "telegram:7" && channel.confirmed),
        "{newest:?}"
    );
    let gone = send(&form(&format!("list={}", Token::new([99; 16]).text()))).await;
    assert_ne!(
        gone.headers["location"],
        list.as_str(),
        "a list that is gone gives way to a new one"
    );
    for wrong in [
        "target=0",
        "target=19.999",
        "target=19.50&email=nobody",
        "target=19.50&lane=gold",
    ] {
        let answer = send(&format!("market=US&sku=1200&{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_listing_that_nobody_asked_for_is_read_only_after_a_press_of_the_button() {
    let house = House::new();
    let other = "/i/1005001111111111?market=US";
    let tracked = || house.store.counts().unwrap().listings;
    house.get(other).await.has("Nobody has asked");
    assert_eq!(tracked(), 1, "looking asks for nothing");
    let request = Request::post("/i/1005001111111111")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    let pressed = house.send(request.body(Body::from("market=US")).unwrap()).await;
    assert_eq!((pressed.status, tracked()), (StatusCode::SEE_OTHER, 2));
    let waiting = house.get(other).await;
    assert_eq!(waiting.headers["refresh"], "3");
    let foreign = house.post_from_elsewhere("/i/1005002222222222", "market=US").await;
    assert_eq!((foreign.status, tracked()), (StatusCode::FORBIDDEN, 2));
}
