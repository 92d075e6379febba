//! Several alerts for one address as one message: a line each, in their order.

use url::Url;

use super::{Link, Message, Paragraph};

/// The name of the format in which programs get several alerts.
const SCHEMA: &str = "tillwatch/alerts/1";

/// One message of several; of one it is that one. What can be done about a single alert is done on its own page; `stop`
/// is where all of them are stopped.
pub fn together(mut messages: Vec<Message>, stop: Option<Url>) -> Option<Message> {
    if messages.len() < 2 {
        return messages.pop();
    }
    let count = messages.len();
    let (first, last) = (messages.first()?, messages.last()?);
    let reference = format!("{}+{count}+{}", first.reference, last.reference);
    let events: Vec<&str> = messages.iter().map(|message| message.event.as_str()).collect();
    let event = format!(r#"{{"schema":"{SCHEMA}","alerts":[{}]}}"#, events.join(","));
    let numbered = || (1..).zip(&messages);
    let paragraphs =
        numbered().map(|(number, message)| Paragraph::plain(format!("{number}. ")).strong(message.subject.clone()));
    let links = numbered().flat_map(|(number, message)| {
        message.links.iter().map(move |link| Link {
            label: format!("{number}. {}", link.label),
            ..link.clone()
        })
    });
    Some(Message {
        reference,
        subject: format!("{count} alerts"),
        paragraphs: paragraphs.collect(),
        links: links.collect(),
        actions: Vec::new(),
        stop,
        picture: None,
        event,
    })
}
