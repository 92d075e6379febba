//! Where somebody wants to be told, as a text that is kept. Most of them hold a key, so that none is ever printed.

use std::fmt;

use url::Url;

use super::{Channel, Mailbox, MailboxError};

/// The longest text that is read as an address, in bytes.
const LONGEST: usize = 2_000;

/// Hosts of Discord's webhooks.
const DISCORD: [&str; 4] = ["discord.com", "discordapp.com", "ptb.discord.com", "canary.discord.com"];

/// A part of an address that is shown to nobody.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Hidden<T>(T);

impl<T> Hidden<T> {
    /// The part, for the channel that it is of.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Hidden<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden")
    }
}

/// Where somebody wants to be told. What is printed of it is its label.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A chat with the bot, or a group that it is in.
    Telegram {
        /// The chat's number; a group's is negative.
        chat: Hidden<i64>,
    },
    /// A mailbox.
    Email {
        /// Which.
        mailbox: Mailbox,
    },
    /// A topic of an ntfy server. Who knows the topic reads along.
    Ntfy {
        /// The server's root.
        server: Url,
        /// The topic.
        topic: Hidden<String>,
        /// An access token, where the topic is protected.
        token: Option<Hidden<String>>,
    },
    /// An application of a Gotify server.
    Gotify {
        /// The server's root, or the folder that it runs under.
        server: Url,
        /// The application's token.
        token: Hidden<String>,
    },
    /// A webhook of Discord.
    Discord {
        /// The webhook's number.
        id: Hidden<String>,
        /// Its token.
        token: Hidden<String>,
    },
    /// A program that takes signed events.
    Webhook {
        /// Where it listens.
        url: Hidden<Url>,
        /// What events are signed with: bytes in Base64 after `whsec_`, or the text itself.
        secret: Hidden<String>,
    },
    /// An Apprise API.
    Apprise {
        /// Where it takes notifications, with its key.
        url: Hidden<Url>,
    },
}

/// Why a text is no address. Nothing of it is repeated but the word before its first colon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// More than an address can be.
    #[error("an address of {0} bytes: at most {LONGEST} are allowed")]
    TooLong(usize),
    /// A line break, a blank or another character that no address has.
    #[error("an address has no blanks, line breaks or control characters")]
    Blank,
    /// Nothing that says which channel is meant.
    #[error("no channel is named at the beginning; allowed are {}", forms())]
    NoChannel,
    /// A mailbox without its beginning.
    #[error("it looks like a mailbox: {} is how one is written", Channel::Email.form())]
    BareMailbox,
    /// A page of the web.
    #[error(
        "it looks like a page of the web: a program there that takes events is written as {}, an Apprise API as {}",
        Channel::Webhook.form(), Channel::Apprise.form()
    )]
    BarePage,
    /// A beginning that is none of ours.
    #[error("{0:?} is no channel; allowed are {allowed}", allowed = forms())]
    UnknownChannel(String),
    /// A name and a password in the address.
    #[error("taken for {0}: it has a login in it; allowed is {allowed}", allowed = .0.form())]
    Login(Channel),
    /// An address of a channel with something wrong in it.
    #[error("taken for {channel}: {why}; allowed is {}", channel.form())]
    Wrong {
        /// The channel that it was taken for.
        channel: Channel,
        /// What is wrong.
        why: &'static str,
    },
    /// A mailbox with something wrong in it.
    #[error("taken for e-mail: {0}; allowed is {allowed}", allowed = Channel::Email.form())]
    Mailbox(#[from] MailboxError),
}

fn forms() -> String {
    Channel::ALL.map(Channel::form).join(" · ")
}

impl Address {
    /// Reads an address as somebody writes it, or as it was kept.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(AddressError::TooLong(text.len()));
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(AddressError::Blank);
        }
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(if text.contains('@') {
                AddressError::BareMailbox
            } else {
                AddressError::NoChannel
            });
        };
        match scheme.to_ascii_lowercase().as_str() {
            "telegram" => telegram(rest),
            "mailto" => Ok(Self::Email {
                mailbox: Mailbox::parse(rest)?,
            }),
            "ntfy" => ntfy(&web(Channel::Ntfy, "http", rest)?),
            "ntfys" => ntfy(&web(Channel::Ntfy, "https", rest)?),
            "gotify" => gotify(&web(Channel::Gotify, "http", rest)?),
            "gotifys" => gotify(&web(Channel::Gotify, "https", rest)?),
            "webhook+http" => webhook("http", rest),
            "webhook+https" => webhook("https", rest),
            "apprise+http" => apprise(web(Channel::Apprise, "http", rest)?),
            "apprise+https" => apprise(web(Channel::Apprise, "https", rest)?),
            "https" => discord(&web(Channel::Discord, "https", rest)?),
            "http" => Err(AddressError::BarePage),
            other => Err(AddressError::UnknownChannel(other.chars().take(32).collect())),
        }
    }

    /// A chat of Telegram by its number, as the bot's updates name it.
    pub const fn telegram(chat: i64) -> Self {
        Self::Telegram { chat: Hidden(chat) }
    }

    /// The text that is kept, and read again by [`Address::parse`]. It holds the secret.
    pub fn kept(&self) -> String {
        match self {
            Self::Telegram { chat } => format!("telegram:{}", chat.0),
            Self::Email { mailbox } => format!("mailto:{}", mailbox.reveal()),
            Self::Ntfy { server, topic, token } => {
                let token = token.as_ref().map(|token| format!("#{}", token.0)).unwrap_or_default();
                format!("{}{}{token}", under("ntfy", server), topic.0)
            }
            Self::Gotify { server, token } => format!("{}{}", under("gotify", server), token.0),
            Self::Discord { id, token } => format!("https://discord.com/api/webhooks/{}/{}", id.0, token.0),
            Self::Webhook { url, secret } => format!("webhook+{}#{}", url.0, secret.0),
            Self::Apprise { url } => format!("apprise+{}", url.0),
        }
    }

    /// Its channel.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Telegram { .. } => Channel::Telegram,
            Self::Email { .. } => Channel::Email,
            Self::Ntfy { .. } => Channel::Ntfy,
            Self::Gotify { .. } => Channel::Gotify,
            Self::Discord { .. } => Channel::Discord,
            Self::Webhook { .. } => Channel::Webhook,
            Self::Apprise { .. } => Channel::Apprise,
        }
    }

    /// What may be told of it, in logs too: the channel, and the host or the domain.
    pub fn label(&self) -> String {
        let channel = self.channel();
        match (channel, self.place()) {
            (_, None) => channel.to_string(),
            (Channel::Email, Some(place)) => format!("{channel} to {place}"),
            (_, Some(place)) => format!("{channel} at {place}"),
        }
    }

    /// What may be told of where it is: a mailbox's label, a server's host, nothing of a chat.
    pub fn place(&self) -> Option<String> {
        let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
        match self {
            Self::Telegram { .. } | Self::Discord { .. } => None,
            Self::Email { mailbox } => Some(mailbox.label()),
            Self::Ntfy { server, .. } | Self::Gotify { server, .. } => Some(host(server)),
            Self::Webhook { url, .. } | Self::Apprise { url } => Some(host(&url.0)),
        }
    }

    /// Whom a message is brought to, where the address says so by itself; it may hold the secret.
    pub const fn called(&self) -> Option<&Url> {
        match self {
            Self::Ntfy { server, .. } | Self::Gotify { server, .. } => Some(server),
            Self::Webhook { url, .. } | Self::Apprise { url } => Some(&url.0),
            Self::Telegram { .. } | Self::Email { .. } | Self::Discord { .. } => None,
        }
    }

    /// Whether several people read there, for which Telegram has a tighter limit.
    pub const fn is_group(&self) -> bool {
        matches!(self, Self::Telegram { chat } if chat.0 < 0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.label())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label())
    }
}

const fn wrong(channel: Channel, why: &'static str) -> AddressError {
    AddressError::Wrong { channel, why }
}

/// The scheme of a kept text in place of `http` or `https`.
fn under(channel: &str, server: &Url) -> String {
    server.as_str().replacen("http", channel, 1)
}

fn telegram(rest: &str) -> Result<Address, AddressError> {
    match rest.parse() {
        Ok(chat) if chat != 0 => Ok(Address::telegram(chat)),
        _ => Err(wrong(Channel::Telegram, "what follows is no number of a chat")),
    }
}

/// Reads `//HOST/PATH` under a scheme of the web.
fn web(channel: Channel, scheme: &str, rest: &str) -> Result<Url, AddressError> {
    let rest = rest
        .strip_prefix("//")
        .filter(|rest| !rest.starts_with(['/', '?', '#']));
    let url = rest.and_then(|rest| Url::parse(&format!("{scheme}://{rest}")).ok());
    let url = url.ok_or(wrong(channel, "it has no host that can be read"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Login(channel));
    }
    Ok(url)
}

/// The last part of a path, and the address without it.
fn parted(channel: Channel, url: &Url, why: &'static str) -> Result<(Url, String), AddressError> {
    if url.query().is_some() {
        return Err(wrong(channel, "it has a ? in it"));
    }
    let is_plain = |last: &&str| last.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let (folder, last) = url.path().rsplit_once('/').unwrap_or_default();
    if last.is_empty() || !is_plain(&last) {
        return Err(wrong(channel, why));
    }
    let mut server = url.clone();
    server.set_path(&format!("{folder}/"));
    server.set_fragment(None);
    Ok((server, last.to_owned()))
}

fn ntfy(url: &Url) -> Result<Address, AddressError> {
    let why = "it has no topic of letters, digits, - and _";
    let (server, topic) = parted(Channel::Ntfy, url, why)?;
    if topic.len() > 64 || topic.contains('.') {
        return Err(wrong(Channel::Ntfy, "a topic is 1 to 64 letters, digits, - and _"));
    }
    let token = match url.fragment() {
        Some(token) if !is_token(token) => return Err(wrong(Channel::Ntfy, "what follows # is no access token")),
        token => token.map(|token| Hidden(token.to_owned())),
    };
    let topic = Hidden(topic);
    Ok(Address::Ntfy { server, topic, token })
}

fn gotify(url: &Url) -> Result<Address, AddressError> {
    let (server, token) = parted(Channel::Gotify, url, "it has no token of an application")?;
    if url.fragment().is_some() {
        return Err(wrong(Channel::Gotify, "it has a # in it"));
    }
    let token = Hidden(token);
    Ok(Address::Gotify { server, token })
}

fn discord(url: &Url) -> Result<Address, AddressError> {
    if !url.host_str().is_some_and(|host| DISCORD.contains(&host)) {
        return Err(AddressError::BarePage);
    }
    let parts: Vec<&str> = url.path_segments().into_iter().flatten().collect();
    let (id, token) = match parts.as_slice() {
        ["api", "webhooks", id, token] => (*id, *token),
        ["api", version, "webhooks", id, token] if version.starts_with('v') => (*id, *token),
        _ => return Err(wrong(Channel::Discord, "it is not a webhook")),
    };
    let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || !is_token(token) || url.query().is_some() {
        return Err(wrong(Channel::Discord, "its number or its token cannot be read"));
    }
    Ok(Address::Discord {
        id: Hidden(id.to_owned()),
        token: Hidden(token.to_owned()),
    })
}

/// The secret is taken as it was written: an address would write some of its characters in another way.
fn webhook(scheme: &str, rest: &str) -> Result<Address, AddressError> {
    let (rest, secret) = rest.split_once('#').unwrap_or((rest, ""));
    let url = web(Channel::Webhook, scheme, rest)?;
    if secret.is_empty() {
        return Err(wrong(Channel::Webhook, "it has no secret after #"));
    }
    if secret.strip_prefix("whsec_").is_some_and(|bytes| !is_base64(bytes)) {
        return Err(wrong(Channel::Webhook, "what follows whsec_ is not Base64"));
    }
    Ok(Address::Webhook {
        url: Hidden(url),
        secret: Hidden(secret.to_owned()),
    })
}

fn apprise(url: Url) -> Result<Address, AddressError> {
    let has_key = url
        .path()
        .rsplit_once("/notify/")
        .is_some_and(|(_, key)| is_token(key.trim_end_matches('/')));
    if !has_key {
        return Err(wrong(Channel::Apprise, "it does not end with /notify/ and a key"));
    }
    if url.fragment().is_some() {
        return Err(wrong(Channel::Apprise, "it has a # in it"));
    }
    Ok(Address::Apprise { url: Hidden(url) })
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn is_base64(text: &str) -> bool {
    let bytes = text.trim_end_matches('=');
    let plain = bytes.chars().all(|c| c.is_ascii_alphanumeric() || "+/".contains(c));
    !bytes.is_empty() && plain && text.len().is_multiple_of(4) && text.len() - bytes.len() <= 2
}

#[cfg(test)]
mod tests;
