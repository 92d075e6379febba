//! Where somebody is told: one channel, one message, a typed answer. The watch says what; each channel knows how.

mod address;
mod mailbox;
mod message;
mod why;

use std::fmt;

use tillwatch_core::instant::Instant;

use super::Later;

pub use address::{Address, AddressError, Hidden};
pub use mailbox::{Mailbox, MailboxError};
pub use message::{Action, ActionKind, Emphasis, Link, LinkKind, Message, Paragraph, Payload, PayloadError, Span};
pub use why::Why;

/// A way to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// A chat with the operator's Telegram bot.
    Telegram,
    /// A mailbox.
    Email,
    /// A topic on an ntfy server.
    Ntfy,
    /// An application on a Gotify server.
    Gotify,
    /// A channel of Discord, by its webhook.
    Discord,
    /// A program that takes signed events.
    Webhook,
    /// An Apprise API, and whatever lies behind it.
    Apprise,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Telegram,
        Self::Email,
        Self::Ntfy,
        Self::Gotify,
        Self::Discord,
        Self::Webhook,
        Self::Apprise,
    ];

    /// Its name in metrics and logs, such as `email`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::Email => "email",
            Self::Ntfy => "ntfy",
            Self::Gotify => "gotify",
            Self::Discord => "discord",
            Self::Webhook => "webhook",
            Self::Apprise => "apprise",
        }
    }

    /// Whether a message's picture is shown there.
    pub const fn shows_pictures(self) -> bool {
        match self {
            Self::Telegram | Self::Email | Self::Discord => true,
            Self::Ntfy | Self::Gotify | Self::Webhook | Self::Apprise => false,
        }
    }

    /// How its addresses are written, for who has to write one.
    pub const fn form(self) -> &'static str {
        match self {
            Self::Telegram => "telegram:CHAT, with the chat's number",
            Self::Email => "mailto:NAME@DOMAIN",
            Self::Ntfy => "ntfys://HOST/TOPIC or ntfys://HOST/TOPIC#TOKEN, with ntfy:// where there is no encryption",
            Self::Gotify => "gotifys://HOST/TOKEN, with gotify:// where there is no encryption",
            Self::Discord => "https://discord.com/api/webhooks/ID/TOKEN",
            Self::Webhook => "webhook+https://HOST/PATH#SECRET",
            Self::Apprise => "apprise+https://HOST/notify/KEY",
        }
    }
}

/// Its name for people.
impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Telegram => "Telegram",
            Self::Email => "e-mail",
            Self::Ntfy => "ntfy",
            Self::Gotify => "Gotify",
            Self::Discord => "Discord",
            Self::Webhook => "webhook",
            Self::Apprise => "Apprise",
        })
    }
}

/// What became of a message. No reason has a secret or a whole address in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The channel has taken it.
    Delivered {
        /// The channel's own name for it, such as the number of a Telegram message.
        id: Option<String>,
        /// Where it went instead, from now on: a Telegram group got another number.
        moved: Option<Address>,
    },
    /// Too fast, or briefly out of order: again after this time, or after the usual wait where none was named.
    Later {
        /// The wait that was asked for, in seconds.
        seconds: Option<u32>,
        /// The channel's words.
        why: String,
    },
    /// Nobody is there any more, or nobody wants to be told: no later message will do better.
    Gone {
        /// The channel's words.
        why: String,
    },
    /// No answer, a broken one, or one that is no yes: again after the usual wait.
    Unreachable {
        /// What happened on the way, or the channel's words.
        why: String,
    },
}

/// A channel that messages are handed to.
pub trait Notifier: Send + Sync {
    /// Which one.
    fn channel(&self) -> Channel;

    /// Hands over one message, once. `now` is what it is dated and signed with. An address of another channel is
    /// unreachable.
    fn deliver<'a>(&'a self, to: &'a Address, message: &'a Message, now: Instant) -> Later<'a, Delivery>;
}
