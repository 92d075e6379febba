//! A message as Telegram's HTML, and its buttons.

use serde_json::{Value, json};
use tillwatch_app::ports::notifier::{Action, Emphasis, Message, Span};

use super::super::text;

/// The most that is seen of an alert, in UTF-16 units: longer ones run into the limits of sending sooner.
pub(super) const ALERT: usize = 500;

/// The most that is seen of an answer, which nobody gets unasked; Telegram takes 4,096.
pub(super) const ANSWER: usize = 4_000;

/// The most that is seen under a picture; Telegram takes 1,024.
pub(super) const CAPTION: usize = 1_000;

/// The most of the subject.
const SUBJECT: usize = 120;

/// The most links in the line under the text.
const LINKS: usize = 4;

/// Buttons in a row.
const ROW: usize = 2;

const BETWEEN: &str = " · ";

/// The whole text with its markup, of which at most so many UTF-16 units are seen.
pub(super) fn text(message: &Message, most: usize) -> String {
    let subject = text::subject(message, SUBJECT);
    let links: Vec<_> = text::links(message).take(LINKS).collect();
    let labels: usize = links
        .iter()
        .map(|(label, _)| text::length(label) + BETWEEN.chars().count())
        .sum();
    // Each line break counts.
    let taken = text::length(&subject) + labels + 2;
    let mut whole = format!("<b>{}</b>", text::html(&subject));
    for paragraph in text::paragraphs(message, most.saturating_sub(taken)) {
        whole.push('\n');
        whole.extend(paragraph.0.iter().map(span));
    }
    if !links.is_empty() {
        let links = links.iter().map(|(label, url)| {
            let (url, label) = (text::html(url.as_str()), text::html(label));
            format!("<a href=\"{url}\">{label}</a>")
        });
        whole.push('\n');
        whole.push_str(&links.collect::<Vec<_>>().join(BETWEEN));
    }
    whole
}

fn span(span: &Span) -> String {
    let text = text::html(&span.text);
    match span.emphasis {
        Emphasis::Plain => text,
        Emphasis::Strong => format!("<b>{text}</b>"),
        Emphasis::Code => format!("<code>{text}</code>"),
    }
}

/// The buttons under the message, if it has any.
pub(super) fn keyboard(message: &Message) -> Option<Value> {
    let button =
        |action: &Action| json!({"text": text::line(&action.label, 40), "callback_data": action.payload.as_str()});
    let rows = message
        .actions
        .chunks(ROW)
        .map(|row| row.iter().map(button).collect::<Value>());
    (!message.actions.is_empty()).then(|| json!({"inline_keyboard": rows.collect::<Value>()}))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tillwatch_app::ports::notifier::{Link, LinkKind, Paragraph};
    use url::Url;

    use super::*;

    /// What is seen of a text: no tags, and the four names read back.
    fn seen(html: &str) -> String {
        let mut seen = String::new();
        for (at, piece) in html.split('<').enumerate() {
            let text = if at == 0 {
                piece
            } else {
                piece.split_once('>').expect("a whole tag").1
            };
            seen.push_str(text);
        }
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
            .iter()
            .fold(seen, |seen, (name, c)| seen.replace(name, c))
    }

    /// Whether all tags are ours, and closed in their order.
    fn is_balanced(html: &str) -> bool {
        let mut open: Vec<&str> = Vec::new();
        for piece in html.split('<').skip(1) {
            let tag = piece.split_once('>').expect("a whole tag").0;
            match tag.strip_prefix('/') {
                Some(name) if open.pop() != Some(name) => return false,
                Some(_) => {}
                None if ["b", "code"].contains(&tag) => open.push(tag),
                None if tag.starts_with("a href=\"") && tag.ends_with('"') && tag.matches('"').count() == 2 => {
                    open.push("a");
                }
                None => return false,
            }
        }
        open.is_empty()
    }

    fn hostile() -> impl Strategy<Value = String> {
        let title = prop::sample::select(vec![
            "<script>alert(1)</script>",
            "</b></a></code>",
            "a & b &amp; c",
            "\"><b>",
            "gpj.\u{202e}exe",
            "one\r\n\r\ntwo",
            "*_[x](tg://user?id=1)`~",
        ]);
        prop_oneof![
            title.prop_map(str::to_owned),
            "\\PC{0,60}",
            "[<>&\"/ab]{0,300}",
            Just("😀".repeat(5_000)),
            Just("x".repeat(10_000)),
        ]
    }

    proptest! {
        #[test]
        fn whatever_the_texts_are_the_markup_is_ours_and_no_more_is_seen_than_is_allowed(
            most in prop::sample::select(vec![ALERT, CAPTION, ANSWER]),
            subject in hostile(),
            lines in prop::collection::vec((hostile(), hostile(), hostile()), 0..6),
            labels in prop::collection::vec(hostile(), 0..6),
        ) {
            let paragraph = |(plain, strong, code)| Paragraph::plain(plain).strong(strong).code(code);
            let url = Url::parse("https://till.example/r/1?a=1&b=\"<>").expect("an address");
            let link = |label| Link { kind: LinkKind::Page, label, url: url.clone() };
            let message = Message {
                reference: "A1".into(),
                subject,
                paragraphs: lines.into_iter().map(paragraph).collect(),
                links: labels.into_iter().map(link).collect(),
                actions: Vec::new(),
                stop: None,
                picture: None,
                event: String::new(),
            };
            let html = text(&message, most);
            prop_assert!(is_balanced(&html), "{html}");
            let seen = seen(&html);
            prop_assert!(text::length(&seen) <= most, "{} of {seen}", text::length(&seen));
            prop_assert!(seen.lines().count() <= 2 + message.paragraphs.len());
            let breaks_or_turns = seen.contains(['\r', '\u{202e}']);
            prop_assert!(!breaks_or_turns);
        }
    }
}
