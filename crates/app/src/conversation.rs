//! The bot's side of a conversation: what somebody says in a chat, and what is answered. It knows no Bot API.

mod command;
mod flood;
mod links;
mod memory;
mod press;
mod receipt;
mod wait;
mod watched;
mod why;
mod words;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tillwatch_core::instant::Instant;
use tillwatch_core::link::Identity;

use crate::App;
use crate::ports::Later;
use crate::ports::notifier::{Address, Message, Payload};
use crate::ports::painter::Painter;
use crate::ports::store::StoreError;
use flood::{Flood, Heard};
use memory::Memory;
use wait::Waiting;

/// What somebody said in a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The chat.
    pub chat: Address,
    /// What was said there.
    pub words: Words,
}

/// How it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// A text: a link, a command, anything else.
    Text(String),
    /// The bot was started, perhaps by a link with a token in it.
    Start(Option<String>),
    /// A button was pressed.
    Press {
        /// What it brings back, which may be of a message to another chat.
        payload: Payload,
        /// The number of the message that bore it.
        message: Option<i64>,
    },
}

/// What is answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// A few words for whoever pressed a button; none where nothing is to be said.
    pub toast: String,
    /// What is written in the chat, in order.
    pub replies: Vec<Reply>,
}

/// What is written in a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// A new message.
    New(Message),
    /// The message of this number becomes another one.
    Edit {
        /// The number.
        message: i64,
        /// What it becomes.
        with: Message,
    },
}

impl Answer {
    /// Where the store refused: nothing was done.
    pub fn not_kept(said: &Said, now: Instant) -> Self {
        let text = "That could not be kept. Please try again in a minute.";
        match said.words {
            Words::Press { .. } => Self::toast(text),
            Words::Text(_) | Words::Start(_) => {
                Self::of(words::sentence("trouble", "Something is wrong here", text, now))
            }
        }
    }

    fn of(message: Message) -> Self {
        Self {
            toast: String::new(),
            replies: vec![Reply::New(message)],
        }
    }

    fn toast(words: impl Into<String>) -> Self {
        Self {
            toast: words.into(),
            replies: Vec::new(),
        }
    }

    /// In place of the message that bore the button, where its number is known.
    fn instead(toast: impl Into<String>, message: Option<i64>, with: Message) -> Self {
        let reply = match message {
            Some(message) => Reply::Edit { message, with },
            None => Reply::New(with),
        };
        Self {
            toast: toast.into(),
            replies: vec![reply],
        }
    }
}

/// Whoever asks a short link where it leads.
pub trait Follow: Send + Sync {
    /// The identity at its end, or why it led nowhere.
    fn follow<'a>(&'a self, link: &'a str) -> Later<'a, Result<Identity, LedNowhere>>;
}

/// Why a short link led nowhere, with an English sentence on it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct LedNowhere {
    /// What happened.
    pub how: Nowhere,
    /// The sentence.
    pub sentence: String,
}

/// What became of a short link that led nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nowhere {
    /// No answer on the way, or a place that is not asked.
    NoAnswer,
    /// A challenge in place of a redirect.
    Challenged,
    /// An answer without a redirect.
    NoRedirect,
    /// A chain that does not end.
    TooManyRedirects,
}

/// The bot's side of all its conversations.
pub struct Conversation {
    app: Arc<App>,
    follow: Arc<dyn Follow>,
    painter: Option<Arc<dyn Painter>>,
    memory: Memory,
    state: Mutex<State>,
}

/// What is in mind of the chats; a restart forgets it.
#[derive(Default)]
struct State {
    flood: Flood,
    waiting: Waiting,
}

impl Conversation {
    /// Over a watch. The fresh bytes are random: chats are remembered by a hash that is salted with the first such bytes
    /// that were ever given here.
    pub fn open(app: Arc<App>, follow: Arc<dyn Follow>, fresh: [u8; 16]) -> Result<Self, StoreError> {
        Ok(Self {
            memory: Memory::open(app.store(), fresh)?,
            app,
            follow,
            painter: None,
            state: Mutex::default(),
        })
    }

    /// The same with charts in its receipts.
    #[must_use]
    pub fn with_painter(self, painter: Arc<dyn Painter>) -> Self {
        Self {
            painter: Some(painter),
            ..self
        }
    }

    /// What is answered to something that was said. An error of the store leaves it undone and unanswered.
    pub async fn hear(&self, said: &Said, now: Instant) -> Result<Answer, StoreError> {
        let heard = self.state().flood.hear(&said.chat.kept(), now);
        match heard {
            Heard::Well => {}
            Heard::TooMuch => return Ok(Answer::of(words::too_much(now))),
            Heard::Ignored => return Ok(Answer::default()),
        }
        match &said.words {
            Words::Text(text) => self.text(&said.chat, text, now).await,
            Words::Start(token) => self.start(&said.chat, token.as_deref(), now),
            Words::Press { payload, message } => self.press(&said.chat, payload, *message, now).await,
        }
    }

    /// What there is to say by now to those who wait for a first reading. Each is answered once.
    pub async fn due(&self, now: Instant) -> Result<Vec<(Address, Message)>, StoreError> {
        let mut answers = Vec::new();
        let waiting = self.state().waiting.all();
        for asked in waiting {
            let message = match self.outcome(&asked, now).await {
                Ok(Some(message)) => message,
                Ok(None) => continue,
                Err(error) if answers.is_empty() => return Err(error),
                // What was found so far is told; the rest stays for the next look.
                Err(_) => break,
            };
            self.state().waiting.done(&asked);
            answers.push((asked.chat, message));
        }
        Ok(answers)
    }

    /// Nobody who holds the state leaves it half changed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
