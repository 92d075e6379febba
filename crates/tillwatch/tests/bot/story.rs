//! A whole conversation over a Bot API, and what the program itself makes of one.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};
use tillwatch_app::conversation::{self, Conversation, Follow, LedNowhere, Reply, Said, Words};
use tillwatch_app::outbox::{Post, Sent};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Delivery};
use tillwatch_core::link::Identity;
use tillwatch_net::http::{Call, Client, Place, Reach};
use tillwatch_net::notifiers::telegram::Telegram;
use tillwatch_net::notifiers::telegram::updates::Kind;
use tillwatch_net::secret::Secret;
use tokio::runtime::Runtime;

use crate::api::{Api, Called, TOKEN, presses, says};
use crate::shelf::{ITEM, Shelf, lamp};

const ANN: i64 = 4_711;

/// Nobody is asked where a link leads.
struct Nowhere;

impl Follow for Nowhere {
    fn follow<'a>(&'a self, _: &'a str) -> Later<'a, Result<Identity, LedNowhere>> {
        Box::pin(std::future::ready(Err(LedNowhere {
            how: conversation::Nowhere::NoAnswer,
            sentence: "nobody is asked".to_owned(),
        })))
    }
}

/// The watch, the bot and its API, on a clock that only the test moves.
struct Story {
    runtime: Runtime,
    telegram: Arc<Telegram>,
    shelf: Shelf,
    talk: Conversation,
    post: Post,
    /// The first update that was not heard.
    next: i64,
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
}

/// A client that may reach a place on this machine.
fn client(place: &str) -> Client {
    let reach = Reach {
        private: vec![Place::parse(place).unwrap()],
        ..Reach::default()
    };
    Client::new(None, reach).unwrap()
}

impl Story {
    fn over(runtime: Runtime, place: &str, token: &str) -> Self {
        let base = format!("http://{place}/").parse().unwrap();
        let bot = Telegram::new(base, Secret::new(token.into()), client(place)).unwrap();
        let (telegram, shelf) = (Arc::new(bot), Shelf::new());
        Self {
            talk: Conversation::open(Arc::clone(&shelf.app), Arc::new(Nowhere), [1; 16]).unwrap(),
            post: Post::new(Arc::clone(&shelf.app), vec![telegram.clone()]),
            runtime,
            telegram,
            shelf,
            next: 0,
        }
    }

    /// Hears what is new and writes what is answered to it.
    fn hear(&mut self) {
        let now = self.shelf.now;
        let heard = self.runtime.block_on(self.telegram.updates(self.next, 0, now)).unwrap();
        assert!(!heard.incoming.is_empty());
        self.next = heard.next;
        for incoming in heard.incoming {
            let (words, press) = match incoming.kind {
                Kind::Text(text) => (Words::Text(text), None),
                Kind::Start { token } => (Words::Start(token), None),
                Kind::Button {
                    payload,
                    message,
                    press,
                } => (Words::Press { payload, message }, Some(press)),
            };
            let said = Said {
                chat: incoming.chat,
                words,
            };
            let answer = self.runtime.block_on(self.talk.hear(&said, now)).unwrap();
            if let Some(press) = press {
                self.runtime
                    .block_on(self.telegram.answer(&press, &answer.toast, now))
                    .unwrap();
            }
            for reply in answer.replies {
                self.write(&said.chat, &reply);
            }
        }
    }

    /// Writes what there is to say to those who wait.
    fn remind(&self) {
        for (chat, message) in self.runtime.block_on(self.talk.due(self.shelf.now)).unwrap() {
            self.write(&chat, &Reply::New(message));
        }
    }

    fn write(&self, chat: &Address, reply: &Reply) {
        let now = self.shelf.now;
        let delivery = match reply {
            Reply::New(message) => self.runtime.block_on(self.telegram.reply(chat, message, now)),
            Reply::Edit { message, with } => self.runtime.block_on(self.telegram.edit(chat, *message, with, now)),
        };
        assert!(matches!(delivery, Delivery::Delivered { .. }), "{delivery:?}");
    }

    /// Sends the alerts that are due.
    fn send(&self) -> Vec<Sent> {
        let now = self.shelf.now;
        let parcels = self.post.collect(now, 100).unwrap();
        let send = |parcel| self.runtime.block_on(self.post.send(parcel, &|| now)).unwrap().sent;
        parcels.iter().map(send).collect()
    }

    fn target(&self) -> i64 {
        let watches = self.shelf.app.watches_telling(&Address::telegram(ANN)).unwrap();
        watches.first().unwrap().target().unwrap().minor()
    }
}

/// Somebody's side of a conversation: what is said, what is pressed, what is read.
trait Person {
    fn says(&mut self, text: &str);
    /// Presses a button of what was read last.
    fn presses(&mut self, label: &str);
    /// The text and the buttons of the message that was written or changed last.
    fn reads(&mut self) -> String;
}

/// What happens in any conversation, to the cent.
fn a_whole_conversation(story: &mut Story, ann: &mut dyn Person) {
    ann.says(&format!("https://www.aliexpress.com/item/{ITEM}.html"));
    story.hear();
    assert!(ann.reads().starts_with("<b>Checking…</b>"));
    story.shelf.read(lamp(2_000));
    story.remind();
    let receipt = ann.reads();
    let begins = "<b>21.99 USD: A &lt;b&gt;lamp&lt;/b&gt; &amp; more</b>\n<b>21.99 USD</b> to US.";
    assert!(receipt.starts_with(begins), "{receipt}");
    ann.presses("Watch at 23.09 USD");
    story.hear();
    let own = ann.reads();
    assert!(own.contains("This chat watches it below 23.09 USD."), "{own}");
    assert_eq!(story.send(), [Sent::Delivered]);
    assert!(ann.reads().starts_with("<b>21.99 USD already: A &lt;b&gt;"));
    ann.presses("Lower the target");
    story.hear();
    assert!(ann.reads().contains("<b>20.89 USD</b>"));

    story.shelf.tend("2026-06-05T12:00:00Z");
    assert_eq!(story.send(), [Sent::Delivered]);
    let alert = ann.reads();
    assert!(alert.starts_with("<b>16.99 USD: A &lt;b&gt;"), "{alert}");
    assert!(
        alert.contains("instead of 21.99 USD. Your target: 20.89 USD."),
        "{alert}"
    );
    ann.presses("Lower the target");
    story.hear();
    assert!(ann.reads().contains("<b>16.14 USD</b>"));
    assert_eq!(story.target(), 1_614);
    ann.presses("Stop");
    story.hear();
    assert!(ann.reads().contains("You are told nothing of it."));
    story.shelf.tend("2026-06-05T13:00:00Z");
    story.shelf.read(lamp(1_000));
    assert_eq!(story.send(), []);
}

/// Somebody on a scripted API.
struct Scripted {
    api: Api,
    update: i64,
    last: Option<Called>,
}

impl Scripted {
    fn hands_out(&mut self, update: impl Fn(i64) -> Value) {
        self.update += 1;
        self.api.hands_out(vec![update(self.update)]);
    }
}

impl Person for Scripted {
    fn says(&mut self, text: &str) {
        self.hands_out(|update| says(update, ANN, text));
    }

    fn presses(&mut self, label: &str) {
        let data = self.last.as_ref().unwrap().button(label);
        self.hands_out(|update| presses(update, ANN, &data));
    }

    fn reads(&mut self) -> String {
        let called = self.api.written();
        let text = called.text().to_owned();
        self.last = Some(called);
        text
    }
}

#[test]
fn a_link_becomes_a_receipt_a_watch_an_alert_and_silence() {
    let runtime = runtime();
    let api = Api::start(&runtime);
    let mut story = Story::over(runtime, &api.place, TOKEN);
    let mut ann = Scripted {
        api,
        update: 0,
        last: None,
    };
    a_whole_conversation(&mut story, &mut ann);
}

/// Somebody on the Bot API that others have written.
struct Peer {
    runtime: Runtime,
    client: Client,
    place: String,
    /// How many messages of the bot were read.
    read: usize,
    last: Value,
}

impl Peer {
    const TOKEN: &str = "321:story";

    fn does(&self, method: &str, body: &Value) -> Value {
        let url = format!("http://{}/{method}", self.place).parse().unwrap();
        let answer = self.runtime.block_on(self.client.send(&Call::json(url, body))).unwrap();
        assert_eq!(answer.status, 200);
        serde_json::from_slice(&answer.body).unwrap()
    }
}

impl Person for Peer {
    fn says(&mut self, text: &str) {
        let chat = json!({"id": ANN, "type": "private"});
        let from = json!({"id": ANN, "first_name": "Ann"});
        let said = json!({"botToken": Self::TOKEN, "chat": chat, "from": from, "text": text});
        self.does("sendMessage", &said);
    }

    fn presses(&mut self, label: &str) {
        let rows = self.last["message"]["reply_markup"]["inline_keyboard"]
            .as_array()
            .unwrap();
        let mut buttons = rows.iter().flat_map(|row| row.as_array().unwrap());
        let button = buttons.find(|button| button["text"] == label).unwrap();
        let bearer = json!({"chat": {"id": ANN, "type": "private"}, "message_id": self.last["messageId"]});
        let from = json!({"id": ANN, "first_name": "Ann"});
        let press = json!({"botToken": Self::TOKEN, "from": from, "message": bearer, "data": button["callback_data"]});
        self.does("sendCallback", &press);
    }

    fn reads(&mut self) -> String {
        let history = self.does("getUpdatesHistory", &json!({"token": Self::TOKEN}));
        let all = history["result"].as_array().unwrap().iter();
        let of_bot: Vec<&Value> = all.filter(|one| one["message"]["parse_mode"] == "HTML").collect();
        // Without a new one, the one before was changed.
        let number = self.last["messageId"].clone();
        let last = if of_bot.len() > self.read {
            of_bot.last()
        } else {
            of_bot.iter().find(|one| one["messageId"] == number)
        };
        self.read = of_bot.len();
        self.last = (*last.unwrap()).clone();
        self.last["message"]["text"].as_str().unwrap().to_owned()
    }
}

#[test]
fn the_same_conversation_goes_through_a_bot_api_of_others() {
    let Ok(place) = std::env::var("TILLWATCH_BOT_PEER") else {
        eprintln!("skipped: TILLWATCH_BOT_PEER is not set; scripts/peers run COMMAND starts the peer and sets it");
        return;
    };
    let mut story = Story::over(runtime(), &place, Peer::TOKEN);
    let mut ann = Peer {
        runtime: runtime(),
        client: client(&place),
        place,
        read: 0,
        last: Value::Null,
    };
    a_whole_conversation(&mut story, &mut ann);
}

/// The program itself; it ends with the test.
struct Program(Child);

impl Program {
    fn start(data: &std::path::Path, api: &Api) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_tillwatch"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("TILLWATCH_TELEGRAM_TOKEN", TOKEN)
            .env("TILLWATCH_TELEGRAM_API", format!("http://{}/", api.place))
            .env("TILLWATCH_REACH", &api.place)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn a_program_that_was_killed_answers_nothing_twice() {
    let runtime = runtime();
    let (api, folder) = (Api::start(&runtime), tempfile::tempdir().unwrap());
    let (first, second) = (says(7, ANN, "/market"), says(8, ANN, "/list"));
    api.hands_out(vec![first.clone()]);
    {
        let _program = Program::start(folder.path(), &api);
        assert_eq!(
            [api.next().method, api.next().method],
            ["getMe", "deleteWebhook"].map(str::to_owned)
        );
        assert!(api.written().text().starts_with("<b>Your country</b>"));
    }
    assert!(api.rest().is_empty());
    // The API has forgotten that the first one was received.
    api.hands_out(vec![first, second]);
    let _program = Program::start(folder.path(), &api);
    assert!(api.written().text().starts_with("<b>Nothing is watched</b>"));
    assert!(api.rest().is_empty());
}
