//! What somebody is told, before any channel's markup: texts with emphasis, links and buttons by what they are for.
//!
//! Texts may hold titles of listings, which are anybody's words. No channel takes markup, a line break or a control
//! character from them.

use url::Url;

/// A message to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// A name of it for people and machines. A repeat has the same one, and no other message ever has it: mail programs
    /// and receivers of webhooks take two messages of one name for one.
    pub reference: String,
    /// What happened, in one line.
    pub subject: String,
    /// The rest of the text.
    pub paragraphs: Vec<Paragraph>,
    /// Where it leads.
    pub links: Vec<Link>,
    /// What can be done about it.
    pub actions: Vec<Action>,
    /// Where such messages are stopped, by a POST and without a login.
    pub stop: Option<Url>,
    /// A chart as PNG, where the channel shows pictures.
    pub picture: Option<Vec<u8>>,
    /// The same as JSON, for programs.
    pub event: String,
}

/// A paragraph: pieces of text in a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paragraph(pub Vec<Span>);

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The text, as it is and without markup.
    pub text: String,
    /// How it stands out.
    pub emphasis: Emphasis,
}

/// How a piece of text stands out, where a channel can show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emphasis {
    /// Not at all.
    Plain,
    /// As the main thing, such as a total.
    Strong,
    /// As something to copy, such as a code.
    Code,
}

/// A labelled link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is for.
    pub kind: LinkKind,
    /// Its words.
    pub label: String,
    /// Where it leads.
    pub url: Url,
}

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// The frozen receipt of the price.
    Receipt,
    /// The listing, with nobody's tracking.
    Clean,
    /// The listing, with a commission for the operator; its label says so.
    Affiliate,
    /// A page of ours.
    Page,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it is for.
    pub kind: ActionKind,
    /// Its words.
    pub label: String,
    /// What comes back when it is pressed in a chat.
    pub payload: Payload,
    /// The page that does the same, for channels that only have links.
    pub page: Option<Url>,
}

/// What a button is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// It was bought: the watch is done.
    Bought,
    /// Not for some days.
    Snooze,
    /// Only at a lower price.
    Lower,
    /// Never again.
    Stop,
    /// Which discounts did not apply, and why.
    WhyNot,
    /// Watch it.
    Watch,
    /// At a higher price too.
    Raise,
    /// Tell again.
    Resume,
    /// The same in another country.
    Market,
    /// More of it.
    Show,
}

/// What a button brings back: 1 to 64 visible ASCII characters, which is all that Telegram takes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Payload(String);

/// A text that no button can bring back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no payload: allowed are 1 to 64 visible ASCII characters")]
pub struct PayloadError(String);

impl Payload {
    /// The most bytes.
    pub const LONGEST: usize = 64;

    /// Reads a payload.
    pub fn parse(text: &str) -> Result<Self, PayloadError> {
        let fits = (1..=Self::LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(PayloadError(text.chars().take(Self::LONGEST).collect()))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Paragraph {
    /// A paragraph in which nothing stands out.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::default().then(text)
    }

    /// With more text.
    #[must_use]
    pub fn then(self, text: impl Into<String>) -> Self {
        self.with(text, Emphasis::Plain)
    }

    /// With text that is the main thing.
    #[must_use]
    pub fn strong(self, text: impl Into<String>) -> Self {
        self.with(text, Emphasis::Strong)
    }

    /// With text that is to be copied.
    #[must_use]
    pub fn code(self, text: impl Into<String>) -> Self {
        self.with(text, Emphasis::Code)
    }

    fn with(mut self, text: impl Into<String>, emphasis: Emphasis) -> Self {
        let text = text.into();
        self.0.push(Span { text, emphasis });
        self
    }
}

impl Message {
    /// The first link of a kind.
    pub fn link(&self, kind: LinkKind) -> Option<&Link> {
        self.links.iter().find(|link| link.kind == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_short_and_visible() {
        assert_eq!(
            Payload::parse("s7:4f0c").map(|payload| payload.0),
            Ok("s7:4f0c".to_owned())
        );
        for text in ["", "a b", "a\nb", "é", &"a".repeat(65)] {
            assert!(Payload::parse(text).is_err(), "{text:?}");
        }
    }
}
