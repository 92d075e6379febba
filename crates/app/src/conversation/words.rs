//! Sentences that need nothing but themselves.

use tillwatch_core::instant::Instant;
use tillwatch_core::snapshot::Outcome;

use crate::ports::notifier::{Message, Paragraph};

/// A message without links and buttons. Its name tells what it is about and when it was said.
pub(super) fn note(about: &str, subject: impl Into<String>, paragraphs: Vec<Paragraph>, now: Instant) -> Message {
    Message {
        reference: format!("{about}.{}", now.moment().as_millisecond()),
        subject: subject.into(),
        paragraphs,
        links: Vec::new(),
        actions: Vec::new(),
        stop: None,
        picture: None,
        event: String::new(),
    }
}

/// A message of one sentence under its subject.
pub(super) fn sentence(about: &str, subject: &str, text: impl Into<String>, now: Instant) -> Message {
    note(about, subject, vec![Paragraph::plain(text)], now)
}

/// What the bot does.
pub(super) fn help(now: Instant) -> Message {
    let line = |command: &str, what: &str| Paragraph::default().code(command).then(format!(" {what}"));
    let lines = vec![
        Paragraph::plain(
            "Send a link of an AliExpress listing, a short link, the app's share text or an item number. You get the price \
             that is really paid, after the coupons that anyone can have, and a button to be told when it falls.",
        ),
        line("/list", "what this chat watches"),
        line("/market DE", "the country that you have things shipped to"),
        line("/target 17 31.50", "another target for watch 17"),
        line("/lists", "send the links of the lists that tell this chat"),
        line("/stop", "tell this chat nothing more"),
    ];
    note("help", "What a listing costs at the till", lines, now)
}

/// To a chat that says more than is answered.
pub(super) fn too_much(now: Instant) -> Message {
    let text = "That is more than I can answer in a minute. Please wait a minute, then write again.";
    sentence("slow", "A little slower, please", text, now)
}

/// Why a reading saw no price, for the person who waits for it.
pub(super) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "its price was read",
        Outcome::Blocked => "a challenge stood in the way, and none is worked around",
        Outcome::Removed => "the listing is gone",
        Outcome::OtherRegion => "it is not sold to this country",
        Outcome::OtherCurrency => "its prices came in another currency",
        Outcome::OtherListing => "another listing was shown in its place",
        Outcome::SoldOut => "it is sold out",
        Outcome::NotAListing => "the page is no listing",
        Outcome::EmptyShell => "the page came without its data",
        Outcome::ApiRefused => "the marketplace's API refused the call",
        Outcome::NoPrice => "it has no price that everybody pays",
        Outcome::TooLarge => "the page is too large to be read",
        Outcome::ParseFailed => "the page could not be understood",
        Outcome::Unreachable => "the marketplace did not answer",
        Outcome::Doubtful => "its price fell so far that a second reading has to confirm it",
    }
}
