//! The bot's loop: what people say to it is asked for, heard and answered, as fast as Telegram takes answers.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use tillwatch_app::App;
use tillwatch_app::conversation::{Answer, Conversation, Follow, LedNowhere, Reply, Said, Words};
use tillwatch_app::outbox::Post;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery};
use tillwatch_app::ports::painter::Painter;
use tillwatch_app::ports::store::StoreError;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::Identity;
use tillwatch_net::http::Client;
use tillwatch_net::links::Follower;
use tillwatch_net::notifiers::telegram::updates::{self, Incoming, Kind, Press};
use tillwatch_net::notifiers::telegram::{BotError, Telegram};
use tillwatch_web::Clock;
use tillwatch_web::telegram::{self, Hear};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use url::Url;

use super::Stop;

/// For how many seconds a question for updates stays open.
const WAIT: u16 = 25;

/// How often those are looked at who wait for a reading.
const LOOK: Duration = Duration::from_secs(1);

/// The longest pause after questions that failed.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Chats that are answered at once; with more of them no updates are asked for.
const MOST_CHATS: usize = 200;

/// How often an answer is tried.
const TRIES: u32 = 2;

/// How long answers under way are waited for at the end.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Under which name it is kept which updates were heard.
const HEARD: &str = "bot:heard";

/// Seconds after which nothing is concluded from the number of the last update: after a week of silence Telegram begins
/// anew, at any number.
const NUMBERS_HOLD: i64 = 6 * 86_400;

/// The bot as the operator has set it up.
pub(crate) struct Bot {
    pub(crate) telegram: Arc<Telegram>,
    /// Where Telegram brings its updates; without it they are asked for.
    pub(crate) webhook: Option<Url>,
}

/// Short links are asked where they lead, and nothing else is.
pub(crate) struct Guide {
    follower: Follower,
    clock: Clock,
}

impl Guide {
    /// One that asks with this client.
    pub(crate) fn new(client: &Client, clock: &Clock) -> Self {
        Self {
            follower: Follower::new(client),
            clock: Arc::clone(clock),
        }
    }
}

impl Follow for Guide {
    fn follow<'a>(&'a self, link: &'a str) -> Later<'a, Result<Identity, LedNowhere>> {
        Box::pin(async { Ok(self.follower.follow(link, (self.clock)()).await?) })
    }
}

/// All that answering needs.
pub(super) struct Desk {
    app: Arc<App>,
    telegram: Arc<Telegram>,
    talk: Conversation,
    post: Arc<Post>,
    clock: Clock,
    /// What is under way in each chat; what comes later waits for it.
    chats: Mutex<HashMap<String, JoinHandle<()>>>,
    heard: Mutex<Heard>,
    webhook: Option<Url>,
    /// What it is called, once Telegram has said so.
    name: Arc<OnceLock<String>>,
}

impl Bot {
    /// What answers for it.
    pub(super) fn desk(
        &self,
        app: &Arc<App>,
        post: &Arc<Post>,
        painter: Arc<dyn Painter>,
        follow: Arc<dyn Follow>,
        clock: &Clock,
    ) -> anyhow::Result<Arc<Desk>> {
        Ok(Arc::new(Desk {
            talk: Conversation::open(Arc::clone(app), follow, crate::dice::bytes()?)?.with_painter(painter),
            app: Arc::clone(app),
            telegram: Arc::clone(&self.telegram),
            post: Arc::clone(post),
            clock: Arc::clone(clock),
            chats: Mutex::default(),
            heard: Mutex::new(Heard::recall(app)?),
            webhook: self.webhook.clone(),
            name: Arc::default(),
        }))
    }
}

impl Desk {
    /// What the bot is called; empty until Telegram has said so.
    pub(super) fn name(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.name)
    }

    /// The site with the address that Telegram brings updates to, where it does.
    pub(super) fn beside(self: &Arc<Self>, site: Router) -> Router {
        if self.webhook.is_none() {
            return site;
        }
        let watchword = self.telegram.watchword();
        site.merge(telegram::router(&watchword, Arc::new(Brought(Arc::clone(self)))))
    }

    /// Asks for updates and answers them, until it is told to stop; answers under way are then waited for, for a while.
    pub(super) fn run(self: &Arc<Self>, runtime: &Runtime, stop: &Stop) {
        runtime.block_on(async {
            tokio::select! {
                () = self.listen() => {}
                () = self.remind() => {}
                () = stopped(stop) => {}
            }
            let under_way: Vec<JoinHandle<()>> = self.chats().drain().map(|(_, task)| task).collect();
            let all = async {
                for task in under_way {
                    // One that failed has nothing more to say.
                    let _ = task.await;
                }
            };
            if tokio::time::timeout(LAST_WORDS, all).await.is_err() {
                tracing::warn!("some answers of the bot were not sent");
            }
        });
    }

    /// Long polling.
    async fn listen(self: &Arc<Self>) {
        let mut failed: u32 = 0;
        let mut is_set_up = false;
        loop {
            self.chats().retain(|_, task| !task.is_finished());
            if self.chats().len() >= MOST_CHATS {
                tokio::time::sleep(LOOK).await;
                continue;
            }
            match self.ask(&mut is_set_up).await {
                // From now on Telegram comes by itself.
                Ok(()) if self.webhook.is_some() => return std::future::pending().await,
                Ok(()) => failed = 0,
                Err(error) => {
                    let pause = error.pause(failed);
                    failed = failed.saturating_add(1);
                    tracing::warn!(%error, seconds = pause.as_secs(), "the bot heard nothing; trying again");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    /// One question for updates, or the word where to bring them.
    async fn ask(self: &Arc<Self>, is_set_up: &mut bool) -> Result<(), Deaf> {
        let now = (self.clock)();
        if self.name.get().is_none() {
            let name = self.telegram.name(now).await?;
            self.name.get_or_init(|| name);
        }
        if let Some(address) = &self.webhook {
            return Ok(self.telegram.bring_to(address, now).await?);
        }
        if !*is_set_up {
            // A webhook of an earlier set-up would keep every update for itself.
            self.telegram.keep_for_asking(now).await?;
            *is_set_up = true;
        }
        let offset = self.heard().offset(now);
        let updates = self.telegram.updates(offset, WAIT, now).await?;
        for incoming in updates.incoming {
            self.take_once(incoming)?;
        }
        let mut heard = self.heard();
        heard.next = heard.next.max(updates.next);
        Ok(())
    }

    /// Answers an update unless it was heard before. That is kept before it is acted on, so that no restart acts twice.
    fn take_once(self: &Arc<Self>, incoming: Incoming) -> Result<(), StoreError> {
        let now = (self.clock)();
        {
            let mut heard = self.heard();
            if incoming.update < heard.offset(now) {
                return Ok(());
            }
            let next = Heard {
                next: incoming.update.saturating_add(1),
                at: now.moment().as_second(),
            };
            next.keep(&self.app)?;
            *heard = next;
        }
        self.take(incoming);
        Ok(())
    }

    /// Answers what somebody said, after whatever is still under way in that chat.
    fn take(self: &Arc<Self>, incoming: Incoming) {
        let desk = Arc::clone(self);
        let chat = incoming.chat.clone();
        self.queue(&chat, async move {
            let (words, press) = match incoming.kind {
                Kind::Text(text) => (Words::Text(text), None),
                Kind::Start { token } => (Words::Start(token), None),
                Kind::Button {
                    payload,
                    message,
                    press,
                } => (Words::Press { payload, message }, Some(press)),
            };
            let chat = incoming.chat;
            let said = Said {
                chat: chat.clone(),
                words,
            };
            let answer = match desk.talk.hear(&said, (desk.clock)()).await {
                Ok(answer) => answer,
                Err(error) => {
                    tracing::error!(%error, "what was said to the bot could not be done");
                    Answer::not_kept(&said, (desk.clock)())
                }
            };
            desk.tell(&chat, press.as_ref(), answer).await;
        });
    }

    /// Tells those who wait for a reading what came of it.
    async fn remind(self: &Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK).await;
            match self.talk.due((self.clock)()).await {
                Ok(due) => {
                    for (chat, message) in due {
                        let desk = Arc::clone(self);
                        let to = chat.clone();
                        self.queue(&chat, async move {
                            let answer = Answer {
                                toast: String::new(),
                                replies: vec![Reply::New(message)],
                            };
                            desk.tell(&to, None, answer).await;
                        });
                    }
                }
                Err(error) => tracing::error!(%error, "those who wait for a reading could not be answered"),
            }
        }
    }

    /// Does something in a chat once everything before it is done there.
    fn queue(&self, chat: &Address, deed: impl Future<Output = ()> + Send + 'static) {
        let mut chats = self.chats();
        let before = chats.remove(&chat.kept());
        let task = tokio::spawn(async move {
            if let Some(before) = before {
                // Whatever became of it, it is over.
                let _ = before.await;
            }
            deed.await;
        });
        chats.insert(chat.kept(), task);
    }

    /// Answers in a chat.
    async fn tell(&self, chat: &Address, press: Option<&Press>, answer: Answer) {
        let now = (self.clock)();
        if let Some(press) = press
            && let Err(error) = self.telegram.answer(press, &answer.toast, now).await
        {
            tracing::debug!(%error, "a press of a button was not answered");
        }
        for reply in answer.replies {
            if !self.write(chat, &reply).await {
                break;
            }
        }
    }

    /// Writes one message; whether somebody is there to read more.
    async fn write(&self, chat: &Address, reply: &Reply) -> bool {
        for _ in 0..TRIES {
            let at = self.post.answer_turn(chat, (self.clock)());
            tokio::time::sleep(super::post::until(at, (self.clock)())).await;
            let now = (self.clock)();
            let mut delivery = match reply {
                Reply::New(message) => self.telegram.reply(chat, message, now).await,
                Reply::Edit { message, with } => self.telegram.edit(chat, *message, with, now).await,
            };
            if let (Reply::Edit { with, .. }, Delivery::Unreachable { .. }) = (reply, &delivery) {
                // The message may be too old to be changed, or gone.
                delivery = self.telegram.reply(chat, with, now).await;
            }
            match delivery {
                Delivery::Delivered { .. } => return true,
                Delivery::Gone { why } => {
                    tracing::debug!(why, "an answer of the bot reached nobody");
                    return false;
                }
                Delivery::Later { seconds, why } => {
                    let until = now.plus_seconds(seconds.map_or(1, i64::from));
                    self.post.asked_to_wait(Channel::Telegram, until);
                    tracing::info!(why, "an answer of the bot waits");
                }
                Delivery::Unreachable { why } => tracing::warn!(why, "an answer of the bot could not be sent"),
            }
        }
        true
    }

    fn chats(&self) -> MutexGuard<'_, HashMap<String, JoinHandle<()>>> {
        self.chats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What Telegram brings, where it was told to.
struct Brought(Arc<Desk>);

impl Hear for Brought {
    fn hear(&self, body: &[u8]) -> bool {
        let Some(incoming) = updates::read(body) else {
            return true;
        };
        let taken = self.0.take_once(incoming);
        if let Err(error) = &taken {
            tracing::error!(%error, "what was brought to the bot could not be kept");
        }
        taken.is_ok()
    }
}

/// Which updates were heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Heard {
    /// The first number that was not.
    next: i64,
    /// When the last one was, in seconds since 1970.
    at: i64,
}

impl Heard {
    fn recall(app: &App) -> Result<Self, StoreError> {
        let kept = app.store().recall(HEARD)?;
        let numbers = kept.as_deref().and_then(|kept| kept.split_once(' '));
        let read = numbers.and_then(|(next, at)| Some((next.parse().ok()?, at.parse().ok()?)));
        let (next, at) = read.unwrap_or((0, 0));
        Ok(Self { next, at })
    }

    fn keep(self, app: &App) -> Result<(), StoreError> {
        app.store().remember(HEARD, &format!("{} {}", self.next, self.at))
    }

    /// The first number that is new, as far as the numbers hold.
    fn offset(self, now: Instant) -> i64 {
        let age = now.moment().as_second().saturating_sub(self.at);
        if age < NUMBERS_HOLD { self.next } else { 0 }
    }
}

/// Why nothing was heard.
#[derive(Debug)]
enum Deaf {
    Bot(BotError),
    Store(StoreError),
}

impl From<BotError> for Deaf {
    fn from(error: BotError) -> Self {
        Self::Bot(error)
    }
}

impl From<StoreError> for Deaf {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for Deaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bot(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl Deaf {
    /// The pause after so many failures in a row; as long as was asked for, where something was.
    fn pause(&self, failed: u32) -> Duration {
        match self {
            Self::Bot(BotError::Later {
                seconds: Some(seconds), ..
            }) => Duration::from_secs(u64::from(*seconds)),
            // Nothing gets better by asking soon: the token or another program has to be looked at.
            Self::Bot(BotError::Refused { .. } | BotError::Gone { .. } | BotError::Conflict { .. }) => LONGEST_PAUSE,
            _ => Duration::from_secs(1 << failed.min(6)).min(LONGEST_PAUSE),
        }
    }
}

/// Returns once a stop is set.
async fn stopped(stop: &Stop) {
    while !stop.is_set() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

    use super::*;

    #[test]
    fn numbers_of_updates_hold_for_less_than_a_week() {
        let now = Instant::parse("2026-06-05T12:00:00Z").unwrap();
        let heard = Heard {
            next: 17,
            at: now.moment().as_second(),
        };
        assert_eq!(heard.offset(now), 17);
        assert_eq!(heard.offset(now.plus_seconds(5 * 86_400)), 17);
        assert_eq!(heard.offset(now.plus_seconds(7 * 86_400)), 0);
    }

    #[test]
    fn pauses_grow_unless_one_was_asked_for() {
        let none = Deaf::Bot(BotError::Unreachable { why: String::new() });
        let pauses: Vec<u64> = [0, 1, 5, 6, 99].map(|failed| none.pause(failed).as_secs()).into();
        assert_eq!(pauses, [1, 2, 32, 60, 60]);
        let asked = Deaf::Bot(BotError::Later {
            seconds: Some(7),
            why: String::new(),
        });
        assert_eq!(asked.pause(99), Duration::from_secs(7));
    }
}
