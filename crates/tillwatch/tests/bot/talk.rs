//! What is answered to what is said in a chat.

use std::sync::Arc;

use tillwatch_app::conversation::{Answer, Conversation, Follow, LedNowhere, Nowhere, Reply, Said, Words};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Message, Payload};
use tillwatch_app::ports::store::{Rest, Watch};
use tillwatch_app::token::Token;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::{Identity, identify};

use crate::shelf::{ITEM, Shelf, at, blocked, key, lamp, usd};

/// A short link that leads to the lamp; every other one leads nowhere.
struct Guide;

impl Follow for Guide {
    fn follow<'a>(&'a self, link: &'a str) -> Later<'a, Result<Identity, LedNowhere>> {
        let lamp = link.ends_with("_lamp1").then(|| identify(ITEM));
        Box::pin(std::future::ready(lamp.ok_or_else(|| LedNowhere {
            how: Nowhere::NoRedirect,
            sentence: "it has expired".to_owned(),
        })))
    }
}

/// Chats with the bot, over one listing.
struct Talk {
    shelf: Shelf,
    bot: Conversation,
}

const ANN: i64 = 4_711;
const BEN: i64 = -100_077;

fn wait<T>(answer: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(answer)
}

impl Talk {
    fn new() -> Self {
        let shelf = Shelf::new();
        let bot = Conversation::open(Arc::clone(&shelf.app), Arc::new(Guide), [7; 16]).unwrap();
        Self { shelf, bot }
    }

    /// The lamp was read at 20.00.
    fn read() -> Self {
        let mut talk = Self::new();
        talk.shelf.app.store().track(&key(), None, talk.shelf.now).unwrap();
        talk.shelf.read(lamp(2_000));
        talk
    }

    fn hear(&self, chat: i64, words: Words) -> Answer {
        let said = Said {
            chat: Address::telegram(chat),
            words,
        };
        wait(self.bot.hear(&said, self.shelf.now)).unwrap()
    }

    fn due(&self, now: Instant) -> Vec<(Address, Message)> {
        wait(self.bot.due(now)).unwrap()
    }

    fn says(&self, chat: i64, text: &str) -> Vec<Message> {
        messages(self.hear(chat, Words::Text(text.to_owned())))
    }

    fn one(&self, chat: i64, text: &str) -> Message {
        let mut all = self.says(chat, text);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    /// Presses the button with this label.
    fn presses(&self, chat: i64, message: &Message, label: &str) -> Answer {
        let button = message.actions.iter().find(|action| action.label == label);
        let button = button.unwrap_or_else(|| panic!("no {label:?} under {message:?}"));
        self.brings(chat, button.payload.as_str())
    }

    fn brings(&self, chat: i64, payload: &str) -> Answer {
        let payload = Payload::parse(payload).unwrap();
        let message = Some(55);
        self.hear(chat, Words::Press { payload, message })
    }

    fn watches(&self, chat: i64) -> Vec<Watch> {
        self.shelf.app.watches_telling(&Address::telegram(chat)).unwrap()
    }

    /// The only watch of Ann's.
    fn watch(&self) -> Watch {
        let mut all = self.watches(ANN);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    fn target(&self) -> i64 {
        self.watch().target().unwrap().minor()
    }
}

fn messages(answer: Answer) -> Vec<Message> {
    let replies = answer.replies.into_iter();
    let message = |reply| match reply {
        Reply::New(message) | Reply::Edit { with: message, .. } => message,
    };
    replies.map(message).collect()
}

/// What a press made of the message that bore the button.
fn edited(answer: &Answer) -> &Message {
    match answer.replies.as_slice() {
        [Reply::Edit { message: 55, with }] => with,
        other => panic!("{other:?}"),
    }
}

fn lines(message: &Message) -> Vec<String> {
    let paragraphs = message.paragraphs.iter();
    let text = |paragraph: &tillwatch_app::ports::notifier::Paragraph| {
        paragraph.0.iter().map(|span| span.text.as_str()).collect::<String>()
    };
    paragraphs.map(text).collect()
}

fn labels(message: &Message) -> Vec<&str> {
    message.actions.iter().map(|action| action.label.as_str()).collect()
}

#[test]
fn a_link_is_answered_at_once_and_with_its_receipt_when_it_was_read() {
    let mut talk = Talk::new();
    let link = format!("Look! A lamp https://www.aliexpress.com/item/{ITEM}.html?aff=1");
    assert_eq!(talk.one(ANN, &link).subject, "Checking…");
    assert_eq!(talk.due(talk.shelf.now), []);
    talk.shelf.read(lamp(2_000));
    talk.shelf.tend("2026-06-05T12:00:00Z");
    let due = talk.due(talk.shelf.now);
    let [(chat, receipt)] = due.as_slice() else {
        panic!("{due:?}")
    };
    assert_eq!(*chat, Address::telegram(ANN));
    assert_eq!(receipt.subject, "16.99 USD: A <b>lamp</b> & more");
    assert_eq!(
        lines(receipt),
        [
            "16.99 USD to US with coupons that anyone can have, instead of 21.99 USD. With a public code: 14.99 USD.",
            "-5.00 store",
            "Shipping of 1.99 USD is in it.",
            "Valid until 00:00 UTC on 6 Jun 2026.",
            "Lowest so far: 16.99 USD, first on 5 Jun 2026.",
            "For shipping to US; another country: /market CC.",
        ]
    );
    assert_eq!(
        labels(receipt),
        ["Watch at 17.84 USD", "Why not more?", "Other country"]
    );
    let clean = receipt.links.first().unwrap().url.as_str();
    assert_eq!(
        clean,
        format!("https://www.aliexpress.com/item/{ITEM}.html?skuId=12000036893609536")
    );
    assert_eq!(talk.due(talk.shelf.now), [], "answered once");
    assert_eq!(talk.one(BEN, &link).subject, receipt.subject, "and at once from now on");
}

#[test]
fn a_reading_that_saw_no_price_is_told_in_plain_words() {
    let mut talk = Talk::new();
    talk.one(ANN, ITEM);
    talk.shelf.read(blocked());
    let due = talk.due(talk.shelf.now);
    let told = lines(&due.first().unwrap().1);
    assert!(
        told.first()
            .unwrap()
            .contains("a challenge stood in the way, and none is worked around"),
        "{told:?}"
    );
    assert_eq!(talk.due(talk.shelf.now), []);
}

#[test]
fn nobody_waits_longer_than_ten_minutes() {
    let talk = Talk::new();
    talk.one(ANN, ITEM);
    assert_eq!(talk.due(talk.shelf.now.plus_seconds(599)), []);
    let due = talk.due(talk.shelf.now.plus_seconds(600));
    assert_eq!(
        due.first().map(|(_, message)| message.subject.as_str()),
        Some("Not in time")
    );
}

#[test]
fn one_press_watches_and_a_second_one_changes_nothing() {
    let talk = Talk::read();
    let receipt = talk.one(ANN, ITEM);
    let answer = talk.presses(ANN, &receipt, "Watch at 23.09 USD");
    assert_eq!(answer.toast, "You are told at 23.09 USD or below");
    let own = edited(&answer);
    assert!(
        lines(own).contains(&"This chat watches it below 23.09 USD.".to_owned()),
        "{own:?}"
    );
    let buttons = [
        "Lower the target",
        "Target +5 %",
        "Snooze 7 days",
        "Stop",
        "Why not more?",
        "Other country",
    ];
    assert_eq!(labels(own), buttons);
    talk.presses(ANN, &receipt, "Watch at 23.09 USD");
    let watch = talk.watch();
    assert_eq!(watch.target(), Some(usd(2_309)));
    assert_eq!(watch.channels.len(), 1);
    talk.presses(BEN, &receipt, "Watch at 23.09 USD");
    assert_eq!(
        (talk.watches(ANN).len(), talk.watches(BEN).len()),
        (1, 1),
        "each chat has its own"
    );
}

/// A chat that watches the lamp at 23.09, and the list's entry of that.
fn watching() -> (Talk, Message) {
    let talk = Talk::read();
    let receipt = talk.one(ANN, ITEM);
    talk.presses(ANN, &receipt, "Watch at 23.09 USD");
    let list = talk.one(ANN, "/list");
    let number = format!("#{}", talk.watch().id.0);
    let entry = messages(talk.presses(ANN, &list, &number)).remove(0);
    (talk, entry)
}

#[test]
fn each_button_of_a_watch_does_what_it_says() {
    let (talk, entry) = watching();
    assert!(entry.subject.ends_with("A <b>lamp</b> & more"), "{}", entry.subject);
    assert_eq!(
        lines(&entry),
        ["Target 23.09 USD, now 21.99 USD, to US.", "You are told of it."]
    );
    // A twentieth below the price, which is lower than the target: 20.8905, rounded down.
    let answer = talk.presses(ANN, &entry, "Lower the target");
    assert_eq!(
        (answer.toast.as_str(), talk.target()),
        ("The target is now 20.89 USD", 2_089)
    );
    // A twentieth above that: 21.9345, rounded up.
    talk.presses(ANN, &entry, "Target +5 %");
    assert_eq!(talk.target(), 2_194);
    let answer = talk.presses(ANN, &entry, "Snooze 7 days");
    let until = talk.shelf.now.plus_seconds(7 * 86_400);
    assert_eq!(talk.watch().rest, Rest::Until(until));
    assert!(labels(edited(&answer)).contains(&"Tell me again"));
    let stopped = talk.presses(ANN, &entry, "Stop");
    assert_eq!(
        (talk.watch().rest, labels(edited(&stopped))),
        (Rest::Stopped, vec!["Watch again"])
    );
    talk.presses(ANN, edited(&stopped), "Watch again");
    assert_eq!(talk.watch().rest, Rest::Awake);
    talk.presses(ANN, &entry, "Bought it");
    assert_eq!(talk.watch().rest, Rest::Stopped);
}

/// H133.
#[test]
fn a_button_of_another_chats_watch_changes_nothing() {
    let (talk, entry) = watching();
    let before = talk.watch();
    for action in &entry.actions {
        let answer = talk.brings(BEN, action.payload.as_str());
        assert_eq!(answer.toast, "This is not a watch of this chat", "{}", action.label);
        assert_eq!(answer.replies, []);
    }
    for payload in ["x999", "l.999", "w:", "q", "x1;drop"] {
        assert_eq!(talk.brings(ANN, payload).replies, [], "{payload}");
    }
    assert_eq!(talk.watch(), before);
}

/// H128, H130.
#[test]
fn a_typed_target_is_taken_exactly_or_not_at_all() {
    let (talk, _) = watching();
    let id = talk.watch().id.0;
    for words in ["", "NaN", "5; rm -rf ~", "17", "x 5", "999 5.00"] {
        talk.one(ANN, &format!("/target {words}"));
        assert_eq!(talk.target(), 2_309, "{words}");
    }
    for amount in ["NaN", "-5", "0", "1e3", "5.001", "5;rm"] {
        let told = talk.one(ANN, &format!("/target {id} {amount}"));
        assert_eq!(
            (told.subject.as_str(), talk.target()),
            ("Which target?", 2_309),
            "{amount}"
        );
    }
    talk.one(BEN, &format!("/target {id} 1.00"));
    assert_eq!(talk.target(), 2_309);
    talk.shelf.app.tend(talk.shelf.now).unwrap();
    let mut later = talk;
    later.shelf.now = later.shelf.now.plus_seconds(120);
    later.one(ANN, &format!("/target {id} 12.5"));
    assert_eq!(later.target(), 1_250);
}

#[test]
fn all_watches_of_a_chat_are_stopped_after_one_question() {
    let (talk, _) = watching();
    assert_eq!(talk.one(BEN, "/stop").subject, "Nothing to stop");
    let question = talk.one(ANN, "/stop@tillwatch_bot");
    assert_eq!((talk.watch().rest, labels(&question)), (Rest::Awake, vec!["Stop all"]));
    talk.presses(BEN, &question, "Stop all");
    assert_eq!(talk.watch().rest, Rest::Awake);
    let answer = talk.presses(ANN, &question, "Stop all");
    assert_eq!(edited(&answer).subject, "Stopped");
    assert_eq!(talk.watch().rest, Rest::Stopped);
}

#[test]
fn a_chats_country_is_kept_and_its_number_is_not() {
    let talk = Talk::read();
    assert!(lines(&talk.one(ANN, "/market")).concat().contains("shipping to US"));
    assert_eq!(talk.one(ANN, "/market ../etc").subject, "Which country?");
    let told = lines(&talk.one(ANN, "/market de")).concat();
    assert!(told.contains("Germany, in EUR"), "{told}");
    assert!(lines(&talk.one(ANN, ITEM)).concat().contains("for DE yet"));
    assert!(lines(&talk.one(BEN, ITEM)).concat().contains("For shipping to US"));
    let kept = talk.shelf.app.store().recall_all("bot:").unwrap();
    assert!(kept.len() > 1);
    for (name, value) in kept {
        assert!(!name.contains("4711") && !value.contains("4711"), "{name}: {value}");
    }
    // What was kept is found again by whoever starts later, with other fresh bytes.
    let again = Conversation::open(Arc::clone(&talk.shelf.app), Arc::new(Guide), [9; 16]).unwrap();
    let later = Talk {
        bot: again,
        shelf: talk.shelf,
    };
    assert!(lines(&later.one(ANN, "/market")).concat().contains("shipping to DE"));
}

#[test]
fn words_are_answered_with_what_they_were_taken_for() {
    let talk = Talk::new();
    for (text, told) in [
        ("hello there", "these words have no link and no item number"),
        (
            "order 8130000000000001 is late",
            "among words may be an order, parcel or phone number",
        ),
        ("https://example.com/item/5.html", "is not AliExpress"),
        ("https://www.aliexpress.com/store/1102345678", "this is a store's page"),
        ("https://a.aliexpress.com/_mNhKQOm", "it has expired"),
        ("javascript:alert(1)", "are not read"),
        ("", "there is nothing here"),
    ] {
        let said = lines(&talk.one(ANN, text)).concat();
        assert!(said.contains(told), "{text}: {said}");
    }
    assert!(
        lines(&talk.one(ANN, "/nonsense"))
            .concat()
            .contains("I know no command /nonsense")
    );
    for text in ["/help", "/START"] {
        assert_eq!(
            talk.one(ANN, text).subject,
            "What a listing costs at the till",
            "{text}"
        );
    }
}

#[test]
fn a_short_link_is_followed_and_a_pinned_variant_is_priced_from_the_page_that_was_read() {
    let talk = Talk::read();
    assert!(
        talk.one(ANN, "https://a.aliexpress.com/_lamp1")
            .subject
            .starts_with("21.99 USD: ")
    );
    let pinned = format!("https://www.aliexpress.com/item/{ITEM}.html?skuId=12000036893609537");
    assert!(talk.one(ANN, &pinned).subject.starts_with("31.99 USD: "));
}

#[test]
fn several_links_have_a_short_answer_each_and_the_rest_is_counted() {
    let talk = Talk::read();
    let links: Vec<String> = (0..24)
        .map(|last| format!("aliexpress.com/item/10050063673243{last:02}.html"))
        .collect();
    let text = format!("{}\nhttps://www.aliexpress.com/item/{ITEM}.html", links.join("\n"));
    let answers = talk.says(ANN, &text);
    assert_eq!(answers.len(), 21);
    assert_eq!(answers.last().unwrap().subject, "Not all of them");
    assert!(
        lines(answers.last().unwrap())
            .concat()
            .starts_with("5 more were left out")
    );
    let two = talk.says(BEN, &format!("{}\n{ITEM}", links.first().unwrap()));
    assert_eq!(two.first().unwrap().subject, "Checking…");
    assert_eq!(labels(two.last().unwrap()), ["Watch at 23.09 USD"]);
}

#[test]
fn why_not_more_names_each_discount_that_did_not_apply() {
    let talk = Talk::read();
    let receipt = talk.one(ANN, ITEM);
    let answer = talk.presses(ANN, &receipt, "Why not more?");
    let why = messages(answer).remove(0);
    assert!(
        why.subject.starts_with("Why not less than 19.99 USD?"),
        "{}",
        why.subject
    );
    let told = lines(&why).concat();
    assert!(
        told.contains("COUPON, 5.00 USD off: It starts on 2026-06-05T12:00:00Z."),
        "{told}"
    );
}

#[test]
fn another_country_is_offered_and_looked_at_without_becoming_the_usual_one() {
    let talk = Talk::read();
    let receipt = talk.one(ANN, ITEM);
    let offer = messages(talk.presses(ANN, &receipt, "Other country")).remove(0);
    assert!(
        !labels(&offer).contains(&"United States") && labels(&offer).contains(&"Germany"),
        "{offer:?}"
    );
    let answer = messages(talk.presses(ANN, &offer, "Germany")).remove(0);
    assert!(lines(&answer).concat().contains("for DE yet"));
    assert!(lines(&talk.one(ANN, "/market")).concat().contains("shipping to US"));
}

#[test]
fn a_chat_that_floods_is_told_so_once() {
    let talk = Talk::new();
    let answers: Vec<usize> = (0..30).map(|_| talk.says(ANN, "/help").len()).collect();
    assert_eq!(answers.iter().sum::<usize>(), 21);
    assert_eq!(talk.says(BEN, "/help").len(), 1);
    let mut later = talk;
    later.shelf.now = later.shelf.now.plus_seconds(90);
    assert_eq!(later.says(ANN, "/help").len(), 1);
}

#[test]
fn a_token_binds_its_watches_to_the_chat_that_brings_it_once() {
    let (talk, _) = watching();
    let token = Token::new([3; 16]);
    let id = talk.watch().id;
    talk.shelf.app.invite(&token, &[id], talk.shelf.now).unwrap();
    let start = |chat| messages(talk.hear(chat, Words::Start(Some(token.text()))));
    let told = start(BEN);
    assert_eq!(told.first().unwrap().subject, "This chat is told from now on");
    assert!(lines(told.last().unwrap()).concat().contains("A <b>lamp</b> & more"));
    assert_eq!(talk.watches(BEN).len(), 1);
    assert_eq!(start(5).first().unwrap().subject, "The link is no longer good");
    assert_eq!(talk.watches(5).len(), 0);
    let bare = messages(talk.hear(5, Words::Start(None)));
    assert_eq!(bare.first().unwrap().subject, "What a listing costs at the till");
}

#[test]
fn an_old_price_is_told_as_old() {
    let mut talk = Talk::read();
    talk.shelf.now = at("2026-06-09T12:00:00Z");
    let receipt = talk.one(ANN, ITEM);
    assert!(
        receipt.subject.starts_with("Last seen at 21.99 USD: "),
        "{}",
        receipt.subject
    );
    assert!(
        lines(&receipt)
            .concat()
            .contains("Nobody has looked for some time. It was last seen 4 days ago.")
    );
}
