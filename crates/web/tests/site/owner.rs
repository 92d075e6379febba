//! What the owner of a list does on its page, and how a lost link comes back.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;
use tillwatch_app::conversation::{Conversation, Follow, LedNowhere, Nowhere, Reply, Said, Words};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::Address;
use tillwatch_app::ports::store::{Rest, WatchId};
use tillwatch_app::token::Token;
use tillwatch_core::alert::Rule;
use tillwatch_core::history::Period;
use tillwatch_core::link::Identity;
use tillwatch_core::money::{Currency, Money};

use crate::house::{Answer, House, ITEM, MAIL, at};

/// A house whose list has one watch, at 19.00.
async fn owned() -> (House, String) {
    let house = House::new();
    let secret = house.open().await;
    house.watch(&secret, "19.00", &[]).await;
    (house, secret)
}

fn target(house: &House) -> Option<Money> {
    house.store.watches().unwrap().remove(0).target()
}

#[track_caller]
fn leads_to(answer: &Answer, place: &str) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(answer.headers["location"], place);
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_watch_gets_another_target_is_silenced_stopped_taken_up_again_and_removed() {
    let (house, secret) = owned().await;
    let id = house.store.watches().unwrap()[0].id.0;
    let place = format!("/l/{secret}/watch/{id}");
    let page = format!("/l/{secret}");
    leads_to(
        &house.post(&place, "what=target&target=17,50").await,
        &format!("{page}#w{id}"),
    );
    assert_eq!(target(&house), Some(Money::new(1_750, Currency::USD)));
    house.get(&page).await.has("at 17.50\u{a0}USD or below");

    leads_to(&house.post(&place, "what=snooze").await, &format!("{page}#w{id}"));
    assert_eq!(house.rest(), Rest::Until(at(1).plus_seconds(7 * 86_400)));
    leads_to(&house.post(&place, "what=stop").await, &format!("{page}#w{id}"));
    assert_eq!(house.rest(), Rest::Stopped);
    leads_to(&house.post(&place, "what=resume").await, &format!("{page}#w{id}"));
    assert_eq!(house.rest(), Rest::Awake);
    leads_to(&house.post(&place, "what=remove").await, &page);
    assert_eq!(house.store.watches().unwrap(), []);
    // What is gone is not there, and neither is a watch of somebody else.
    assert_eq!(house.post(&place, "what=stop").await.status, StatusCode::NOT_FOUND);
    house.watch(&secret, "19.00", &[]).await;
    let other = house.open().await;
    let foreign = format!("/l/{other}/watch/{}", house.store.watches().unwrap()[0].id.0);
    assert_eq!(house.post(&foreign, "what=remove").await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.store.watches().unwrap().len(), 1);
}

#[tokio::test]
async fn a_change_that_makes_no_sense_or_comes_from_another_site_changes_nothing() {
    let (house, secret) = owned().await;
    let place = format!("/l/{secret}/watch/{}", house.store.watches().unwrap()[0].id.0);
    for odd in [
        "what=target&target=",
        "what=target&target=0",
        "what=target&target=1e3",
        "what=target",
    ] {
        assert_eq!(house.post(&place, odd).await.status, StatusCode::BAD_REQUEST, "{odd}");
    }
    assert!(house.post(&place, "what=everything").await.status.is_client_error());
    for path in [
        place.clone(),
        format!("/l/{secret}/delete"),
        format!("/l/{secret}/renew"),
    ] {
        let answer = house.post_from_elsewhere(&path, "what=remove").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(target(&house), Some(Money::new(1_900, Currency::USD)));
}

#[tokio::test]
async fn a_list_is_named_moved_downloaded_and_deleted_by_its_owner() {
    let (house, secret) = owned().await;
    let page = format!("/l/{secret}");
    leads_to(
        &house.post(&format!("{page}/name"), "name=For+the+kitchen").await,
        &page,
    );
    let shown = house.get(&page).await;
    shown.has("<h1>For the kitchen</h1>");
    // The code leads to the public address.
    shown.has("<svg class=\"qr\"");
    let file = house.get(&format!("{page}.json")).await;
    assert!(
        file.headers["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    assert_eq!(
        (&file.json()["name"], &file.json()["watches"][0]["target"]),
        (&json!("For the kitchen"), &json!("19.00"))
    );

    let moved = house.post(&format!("{page}/renew"), "").await;
    let page = moved.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(house.get(&format!("/l/{secret}")).await.status, StatusCode::NOT_FOUND);
    // Opening the question deletes nothing.
    house
        .get(&format!("{page}/delete"))
        .await
        .has("Delete this list for good?");
    assert_eq!(house.store.watches().unwrap().len(), 1);
    house
        .post(&format!("{page}/delete"), "")
        .await
        .has("The list is deleted");
    assert_eq!(house.store.watches().unwrap(), []);
    assert_eq!(house.get(&page).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn many_lines_go_onto_a_list_and_what_is_no_listing_is_said() {
    let (house, secret) = owned().await;
    let lines = format!("market=US&text={ITEM}%0A1005001111111111%0Ahello+%3Cb%3E%0A");
    let added = house.post(&format!("/l/{secret}/add"), &lines).await;
    added.has("2 listings are watched now.");
    added.has("hello &#60;b&#62;");
    let rules: Vec<Rule> = house
        .store
        .watches()
        .unwrap()
        .iter()
        .map(|watch| watch.rules[0].rule)
        .collect();
    // The known one at 5 % above its low of 20.00, the unknown one for any new low.
    let suggested = Rule::Below(Money::new(2_100, Currency::USD));
    assert_eq!(rules[1..], [suggested, Rule::NewLow(Period::All)]);
    let many = format!("market=US&text={}", "1%0A".repeat(501));
    for path in [format!("/l/{secret}/add"), "/watch".to_owned(), "/".to_owned()] {
        let refused = house.post(&path, &many).await;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        refused.has("501 lines; 500");
    }
    assert_eq!(house.store.watches().unwrap().len(), 3);
    // From the start page a new list is opened.
    house.post("/watch", &lines).await.has("2 listings are watched now.");
    let lists: Vec<_> = house.store.watches().unwrap().iter().map(|watch| watch.list).collect();
    assert_eq!(lists.len(), 5);
    assert_ne!(lists[0], lists[4]);
}

#[tokio::test]
async fn a_lost_link_goes_to_the_mailbox_that_the_list_tells_and_nobody_learns_which_that_is() {
    let house = House::new();
    let secret = house.open().await;
    house.watch(&secret, "21.00", &[MAIL]).await;
    let lost = async |mail: &str| house.post("/lost", &format!("email={mail}")).await;
    // Not before it agreed.
    let before = lost("ann%40example.org").await;
    house.deliver().await;
    let asked = house.letters();
    assert_eq!(asked.len(), 1);
    let link = asked[0].links[0].url.path().to_owned();
    house.post(&link, "").await.has("Confirmed");
    house.deliver().await;
    let count = house.letters().len();

    let after = lost("ann%40example.org").await;
    let stranger = lost("bob%40example.org").await;
    assert_eq!((&before.text, &after.text), (&stranger.text, &stranger.text));
    house.deliver().await;
    let letters = house.letters();
    let [letter] = &letters[count..] else {
        panic!("{letters:?}");
    };
    assert_eq!(letter.subject, "The link of your list");
    let place = letter.links[0].url.path().to_owned();
    assert_ne!(place, format!("/l/{secret}"));
    assert_eq!(house.get(&place).await.status, StatusCode::OK);
    // Once a day; and its own page says so.
    lost("ann%40example.org").await;
    house
        .post(&format!("{place}/mail"), "mailbox=0")
        .await
        .has("a short while ago");
    house.deliver().await;
    assert_eq!(house.letters().len(), count + 1);
    *house.now.lock().unwrap() = at(25 * 60);
    house
        .post(&format!("{place}/mail"), "mailbox=0")
        .await
        .has("The link is on its way to ");
    house.deliver().await;
    assert_eq!(house.letters().len(), count + 2);
    assert_eq!(
        house.post(&format!("{place}/mail"), "mailbox=1").await.status,
        StatusCode::NOT_FOUND
    );
    for odd in [
        "",
        "ann",
        "a%40b.example%2Cc%40d.example",
        "a%40example.org%0D%0ABcc%3A+x%40y.example",
    ] {
        let wrong = lost(odd).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{odd}");
        wrong.has("aria-invalid");
    }
}

#[tokio::test]
async fn a_watch_form_that_fails_shows_what_was_typed_with_what_is_wrong() {
    let house = House::with(|site| site);
    let place = format!("/i/{ITEM}/watch");
    let form = |target: &str, email: &str, call: &str| {
        format!("market=US&sku=1200&lane=public&target={target}&email={email}&call={call}")
    };
    for (body, field) in [
        (form("0", "ann%40example.org", ""), "target-wrong"),
        (form("19,555", "", ""), "target-wrong"),
        (form("19", "ann", ""), "email-wrong"),
        (form("19", "%22%3Cscript%3E%22%40example.com", ""), "email-wrong"),
        (form("19", "", "http%3A%2F%2F127.0.0.1%3A6379%2F"), "target"),
    ] {
        let again = house.post(&place, &body).await;
        assert_eq!(again.status, StatusCode::BAD_REQUEST, "{body}");
        again.has(field);
        assert!(!again.text.contains("<script>\"@"), "{}", again.text);
    }
    let again = house.post(&place, &form("0", "ann%40example.org", "")).await;
    again.has("value=\"ann@example.org\"");
    assert_eq!(house.store.watches().unwrap(), []);
    // Where programs may be called, one is named there.
    let house = House::new();
    let added = house
        .post(&place, &form("19", "", "ntfys%3A%2F%2Fntfy.example%2Fone"))
        .await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    let watch = house.store.watch(WatchId(1)).unwrap().unwrap();
    assert_eq!(watch.channels[0].address, "ntfys://ntfy.example/one");
}

/// Follows nothing.
struct NoGuide;

impl Follow for NoGuide {
    fn follow<'a>(&'a self, _: &'a str) -> Later<'a, Result<Identity, LedNowhere>> {
        Box::pin(std::future::ready(Err(LedNowhere {
            how: Nowhere::NoAnswer,
            sentence: "it leads nowhere".to_owned(),
        })))
    }
}

#[tokio::test]
async fn a_chat_that_a_list_tells_gets_its_link_and_another_chat_gets_none() {
    let (house, secret) = owned().await;
    let bot = Conversation::open(Arc::clone(&house.app), Arc::new(NoGuide), [7; 16]).unwrap();
    let ask = async |chat: i64| {
        let said = Said {
            chat: Address::telegram(chat),
            words: Words::Text("/lists".to_owned()),
        };
        let answer = bot.hear(&said, at(3)).await.unwrap();
        let [Reply::New(message)] = answer.replies.as_slice() else {
            panic!("{answer:?}");
        };
        message.links.clone()
    };
    assert_eq!(ask(1).await, []);
    let list = house.app.list(&Token::parse(&secret).unwrap()).unwrap().unwrap();
    let invitation = Token::new([77; 16]);
    house
        .app
        .invite(&invitation, &[list.watches[0].watch.id], at(2))
        .unwrap();
    house.app.bind(&invitation, &Address::telegram(1), at(2)).unwrap();
    let links = ask(1).await;
    let [link] = links.as_slice() else {
        panic!("{links:?}");
    };
    assert_ne!(link.url.path(), format!("/l/{secret}"));
    assert_eq!(house.get(link.url.path()).await.status, StatusCode::OK);
    assert_eq!(
        house.get(&format!("/l/{secret}")).await.status,
        StatusCode::OK,
        "the old one stays"
    );
    assert_eq!(ask(2).await, []);
}
