//! Texts of where alerts go: the channels, what is wrong with an address, why something was not delivered.

use serde::Deserialize;
use tillwatch_app::ports::notifier::{Address, AddressError, Channel, MailboxError, Why};

use super::fill;
use super::known::Said;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    channels: Channels,
    /// A channel at a server.
    at: String,
    /// A channel to a mailbox.
    to: String,
    why: Whys,
    mailbox: Mailbox,
    call: Call,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Channels {
    telegram: String,
    email: String,
    ntfy: String,
    gotify: String,
    discord: String,
    webhook: String,
    apprise: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whys {
    earlier_first: String,
    not_set_up: String,
    no_public_address: String,
    status: String,
}

/// What is wrong with a mailbox.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mailbox {
    no_at: String,
    too_long: String,
    local: String,
    domain: String,
    nobody_asks: String,
}

/// What is wrong with the address of a program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    too_long: String,
    blank: String,
    no_channel: String,
    mailbox: String,
    page: String,
    unknown: String,
    login: String,
    wrong: String,
    telegram: String,
    none: String,
    refused: String,
}

impl Words {
    /// What may be told of an address.
    pub(crate) fn label(&self, address: &Address) -> String {
        let channel = self.channel(address.channel());
        let form = if address.channel() == Channel::Email {
            &self.to
        } else {
            &self.at
        };
        address.place().map_or_else(
            || channel.to_owned(),
            |place| fill(form, &[("channel", channel), ("place", &place)]),
        )
    }

    /// Why something was not delivered; a channel's own words are mostly English.
    pub(crate) fn why(&self, words: &super::Words, why: &str) -> Said {
        match Why::of(why) {
            Why::EarlierFirst => Said::plain(self.why.earlier_first.clone()),
            Why::NoPublicAddress => Said::plain(self.why.no_public_address.clone()),
            Why::NotSetUp(channel) => Said::plain(fill(&self.why.not_set_up, &[("channel", self.channel(channel))])),
            Why::Status(status) => Said::plain(fill(&self.why.status, &[("status", &status.to_string())])),
            Why::Said(text) => words.said(None, &text),
        }
    }

    /// What is wrong with a text that is to be a mailbox.
    pub(crate) fn no_mailbox(&self, error: MailboxError) -> &str {
        match error {
            MailboxError::NoAt => &self.mailbox.no_at,
            MailboxError::TooLong => &self.mailbox.too_long,
            MailboxError::Local => &self.mailbox.local,
            MailboxError::Domain => &self.mailbox.domain,
        }
    }

    /// That no mailbox can be asked whether it agrees.
    pub(crate) fn nobody_asks(&self) -> &str {
        &self.mailbox.nobody_asks
    }

    /// What is wrong with a text that is to be an address.
    pub(crate) fn no_address(&self, error: &AddressError) -> String {
        let call = &self.call;
        let forms = || CALLED.map(form).join(" · ");
        let taken = |text: &str, channel| fill(text, &[("channel", self.channel(channel)), ("form", form(channel))]);
        match error {
            AddressError::TooLong(_) => call.too_long.clone(),
            AddressError::Blank => call.blank.clone(),
            AddressError::NoChannel => fill(&call.no_channel, &[("forms", &forms())]),
            AddressError::BareMailbox => call.mailbox.clone(),
            AddressError::BarePage => fill(
                &call.page,
                &[("webhook", form(Channel::Webhook)), ("apprise", form(Channel::Apprise))],
            ),
            AddressError::UnknownChannel(name) => fill(&call.unknown, &[("value", name), ("forms", &forms())]),
            AddressError::Login(channel) => taken(&call.login, *channel),
            AddressError::Wrong { channel, .. } => taken(&call.wrong, *channel),
            AddressError::Mailbox(error) => self.no_mailbox(*error).to_owned(),
        }
    }

    /// Why an address that can be read may not be named here; `calls` says whether any program may.
    pub(crate) fn not_called(&self, address: &Address, calls: bool) -> String {
        match (address.channel(), calls) {
            (Channel::Telegram, _) => self.call.telegram.clone(),
            (_, false) => self.call.none.clone(),
            (channel, true) => fill(&self.call.refused, &[("channel", self.channel(channel))]),
        }
    }

    fn channel(&self, channel: Channel) -> &str {
        let names = &self.channels;
        match channel {
            Channel::Telegram => &names.telegram,
            Channel::Email => &names.email,
            Channel::Ntfy => &names.ntfy,
            Channel::Gotify => &names.gotify,
            Channel::Discord => &names.discord,
            Channel::Webhook => &names.webhook,
            Channel::Apprise => &names.apprise,
        }
    }
}

/// The channels whose addresses are written by hand.
const CALLED: [Channel; 5] = [
    Channel::Ntfy,
    Channel::Gotify,
    Channel::Discord,
    Channel::Webhook,
    Channel::Apprise,
];

/// How an address is written, without words of any language.
const fn form(channel: Channel) -> &'static str {
    match channel {
        Channel::Telegram => "telegram:CHAT",
        Channel::Email => "mailto:NAME@DOMAIN",
        Channel::Ntfy => "ntfys://HOST/TOPIC",
        Channel::Gotify => "gotifys://HOST/TOKEN",
        Channel::Discord => "https://discord.com/api/webhooks/ID/TOKEN",
        Channel::Webhook => "webhook+https://HOST/PATH#SECRET",
        Channel::Apprise => "apprise+https://HOST/notify/KEY",
    }
}
