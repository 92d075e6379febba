//! What a notice is told as: the words of a message, before any channel's markup.

mod together;

use tillwatch_core::alert::{Fall, Kind, Notice, Rule};
use tillwatch_core::history::{Lane, Period};
use tillwatch_core::instant::Instant;
use tillwatch_core::link::clean_url;
use tillwatch_core::money::Money;
use url::Url;

use crate::ports::notifier::{Action, ActionKind, Link, LinkKind, Message, Paragraph, Payload};
use crate::ports::store::WatchId;
pub use together::together;

/// The title that stands for one that was never read.
const UNTITLED: &str = "a listing";

/// So many characters of a title are enough to know a thing by.
const LONGEST_TITLE: usize = 90;

/// What a message needs beside its notice.
#[derive(Debug, Clone)]
pub struct Envelope<'a> {
    /// The watch.
    pub watch: WatchId,
    /// Where its messages are stopped by a POST; absent without a public address.
    pub stop: Option<Url>,
    /// The notice as JSON.
    pub event: &'a str,
}

/// The message of an alert.
pub fn alert(notice: &Notice, envelope: &Envelope<'_>) -> Message {
    compose(notice, headline(notice), first(notice), envelope)
}

/// The message of an alert that comes too late: the price has left its target meanwhile. `now` is what is paid now,
/// absent where nobody can see it.
pub fn missed(notice: &Notice, now: Option<Money>, envelope: &Envelope<'_>) -> Message {
    let title = title(notice);
    let was = notice
        .price
        .map_or_else(|| "it".to_owned(), |price| price_of(notice, price));
    let present = now.map_or_else(
        || "nobody can see the price now".to_owned(),
        |now| format!("now it is {}", price_of(notice, now)),
    );
    let text = Paragraph::default()
        .then(format!("{was} at {}; ", moment(notice.at)))
        .strong(present)
        .then(". This could not be delivered in time.");
    compose(notice, format!("Missed: {title}"), text, envelope)
}

/// The letter that asks a mailbox whether it agrees to be told, by the page that `link` leads to.
pub fn question(reference: &str, link: Url) -> Message {
    let paragraphs = [
        "Somebody, most likely you, has asked for price alerts to this mailbox. Nothing but this letter is sent before you \
         agree.",
        "To agree, open the page below within a day and press its button. If it was not you, do nothing: you will not be \
         asked again today, and never more than three times in thirty days.",
    ];
    Message {
        reference: reference.to_owned(),
        subject: "Do you want price alerts here?".to_owned(),
        paragraphs: paragraphs.map(Paragraph::plain).into(),
        links: vec![Link {
            kind: LinkKind::Page,
            label: "Yes, send them".to_owned(),
            url: link,
        }],
        actions: Vec::new(),
        stop: None,
        picture: None,
        event: "{}".to_owned(),
    }
}

/// The letter that brings the link of a list.
pub fn link_of_list(reference: &str, link: Url) -> Message {
    let paragraphs = [
        "Here is the link of a list that sends its price alerts to this mailbox. Somebody, most likely you, has asked for it.",
        "Whoever has the link sees the list and can change it, so pass it on to nobody. On the page of the list you can give it \
         another address, and the old ones stop working.",
    ];
    Message {
        reference: reference.to_owned(),
        subject: "The link of your list".to_owned(),
        paragraphs: paragraphs.map(Paragraph::plain).into(),
        links: vec![Link {
            kind: LinkKind::Page,
            label: "Open the list".to_owned(),
            url: link,
        }],
        actions: Vec::new(),
        stop: None,
        picture: None,
        event: "{}".to_owned(),
    }
}

fn compose(notice: &Notice, subject: String, first: Paragraph, envelope: &Envelope<'_>) -> Message {
    let mut paragraphs = vec![first];
    if !notice.stack.is_empty() {
        paragraphs.push(stack(notice));
    }
    if let Some(until) = notice.earliest_expiry {
        paragraphs.push(Paragraph::plain(format!("Valid until {}.", moment(until))));
    }
    let links = Url::parse(&clean_url(&notice.item, notice.sku.as_ref())).map(|url| Link {
        kind: LinkKind::Clean,
        label: "Open the listing".to_owned(),
        url,
    });
    Message {
        reference: notice.reference.clone(),
        subject,
        paragraphs,
        links: links.into_iter().collect(),
        actions: actions(notice, envelope.watch),
        stop: envelope.stop.clone(),
        picture: None,
        event: envelope.event.to_owned(),
    }
}

/// What happened, in one line.
pub fn headline(notice: &Notice) -> String {
    let title = title(notice);
    let price = notice.price.map(|price| price_of(notice, price));
    let price = price.as_deref().unwrap_or("no price");
    match (notice.kind, notice.rule) {
        (Kind::Recovered, Rule::Broken) => format!("Seen again: {title}"),
        (_, Rule::Broken) => format!("The price cannot be seen: {title}"),
        (Kind::AlreadyMet, _) => format!("{price} already: {title}"),
        (Kind::Further, _) => format!("{price}, further down: {title}"),
        (_, Rule::NewLow(_)) => format!("{price}, a new low: {title}"),
        (_, Rule::BackInStock) => format!("In stock again at {price}: {title}"),
        (_, Rule::StackGone) => format!("{price}, a discount is gone: {title}"),
        (_, Rule::Below(_) | Rule::AboveLow { .. } | Rule::Drop(_)) => format!("{price}: {title}"),
    }
}

/// The price beside what was asked for and what is known.
fn first(notice: &Notice) -> Paragraph {
    let mut text = Paragraph::default();
    if let Some(price) = notice.price {
        let lane = if notice.stack.is_empty() {
            ""
        } else {
            lane_words(notice)
        };
        // Notices of an older version do not say it.
        let shipping = match notice.delivered {
            Some(true) => ", shipping included",
            Some(false) => ", without shipping",
            None => "",
        };
        text = text
            .strong(price_of(notice, price))
            .then(format!(" to {}{lane}{shipping}", notice.market));
        if let Some(sticker) = notice.sticker.filter(|sticker| *sticker != price) {
            text = text.then(format!(", instead of {}", price_of(notice, sticker)));
        }
        text = text.then(". ");
    }
    text = text.then(asked(notice));
    if let Some(low) = notice.low {
        text = text.then(format!(" Lowest before: {}.", price_of(notice, low)));
    }
    text
}

/// What was asked for, as a sentence.
fn asked(notice: &Notice) -> String {
    match notice.rule {
        Rule::Below(target) => format!("Your target: {}.", price_of(notice, target)),
        Rule::AboveLow { period, share } => {
            format!(
                "You asked for the low of {} and up to {share} % above it.",
                span(period)
            )
        }
        Rule::NewLow(period) => format!("You asked for new lows of {}.", span(period)),
        Rule::Drop(Fall::By(amount)) => format!("You asked for drops of {}.", price_of(notice, amount)),
        Rule::Drop(Fall::Share(share)) => format!("You asked for drops of {share} %."),
        Rule::BackInStock => "You asked when it can be bought again.".to_owned(),
        Rule::StackGone => notice.former.map_or_else(
            || "Less is taken off than before.".to_owned(),
            |former| format!("Less is taken off than before: it was {}.", price_of(notice, former)),
        ),
        Rule::Broken if notice.kind == Kind::Recovered => "Its price is read again.".to_owned(),
        Rule::Broken => "Checks have failed several times. Your targets wait until it is seen again.".to_owned(),
    }
}

fn stack(notice: &Notice) -> Paragraph {
    let offs = notice.stack.iter();
    taken(offs.map(|off| (off.amount, off.kind.as_str(), off.name.as_str())))
}

/// "-5.00 store, -2.00 CODE", of what each discount takes, its kind and its name.
pub(crate) fn taken<'a>(offs: impl Iterator<Item = (Money, &'a str, &'a str)>) -> Paragraph {
    let mut text = Paragraph::default();
    for (place, (amount, kind, name)) in offs.enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        text = text.then(format!("{comma}-{amount} "));
        text = match kind {
            "code" => text.code(name),
            kind => text.then(kind.replace('_', " ")),
        };
    }
    text
}

fn actions(notice: &Notice, watch: WatchId) -> Vec<Action> {
    let action = |kind, letter: &str, label: &str| {
        let payload = Payload::parse(&format!("{letter}{}", watch.0)).ok()?;
        Some(Action {
            kind,
            label: label.to_owned(),
            payload,
            page: None,
        })
    };
    let lower = matches!(notice.rule, Rule::Below(_)).then(|| action(ActionKind::Lower, "l", "Lower the target"));
    let all = [
        action(ActionKind::Bought, "b", "Bought it"),
        action(ActionKind::Snooze, "z", "Snooze 7 days"),
        lower.flatten(),
        action(ActionKind::Stop, "x", "Stop"),
    ];
    all.into_iter().flatten().collect()
}

fn lane_words(notice: &Notice) -> &'static str {
    match notice.lane {
        Lane::Sticker => " with no discount",
        Lane::Automatic => " with what is taken off by itself",
        Lane::Public => " with public coupons",
        Lane::Code => " with public coupons and a code",
    }
}

fn title(notice: &Notice) -> String {
    short(notice.title.as_deref())
}

/// As much of a title as a thing is known by.
pub(crate) fn short(title: Option<&str>) -> String {
    let title = title.unwrap_or(UNTITLED);
    if title.chars().count() <= LONGEST_TITLE {
        return title.to_owned();
    }
    title.chars().take(LONGEST_TITLE - 1).chain(['…']).collect()
}

fn price_of(notice: &Notice, price: Money) -> String {
    format!("{price} {}", notice.currency)
}

fn span(period: Period) -> String {
    match period {
        Period::Days(days) => format!("{days} days"),
        Period::All => "all time".to_owned(),
    }
}

/// "18:00 UTC on 24 Nov 2026".
pub(crate) fn moment(at: Instant) -> String {
    at.moment().strftime("%H:%M UTC on %-d %b %Y").to_string()
}
