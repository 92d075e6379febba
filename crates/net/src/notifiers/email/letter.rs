//! A message as a letter: text and HTML, and the headers by which mail programs let people stop it.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, MultiPart, SinglePart};
use lettre::message::{Mailbox as Named, Message as Letter};
use tillwatch_app::ports::notifier::{Emphasis, Mailbox, Message, Span};
use tillwatch_core::instant::Instant;
use url::Url;

use super::super::{stable_id, text};
use super::{EmailError, Settings};

/// The most UTF-16 units of a subject.
const SUBJECT: usize = 150;

/// The most UTF-16 units of paragraphs.
const TEXT: usize = 20_000;

/// The name of the picture within the letter.
const PICTURE: &str = "chart";

/// The sender with the name that people see.
pub(super) fn sender(settings: &Settings) -> Result<Named, EmailError> {
    let refused = || EmailError::Sender(settings.from.label());
    let name = text::line(&settings.name, 100);
    let address = lettre::Address::new(settings.from.local(), settings.from.domain()).map_err(|_| refused())?;
    Ok(Named::new(Some(name).filter(|name| !name.is_empty()), address))
}

/// The same for a repeat to the same mailbox, so that mail programs show one letter.
pub(super) fn id(settings: &Settings, to: &Mailbox, message: &Message) -> String {
    let name = stable_id(&[&message.reference, &to.reveal()]);
    format!("<{name}@{}>", settings.from.domain())
}

/// The whole letter.
pub(super) fn write(
    settings: &Settings,
    to: &Mailbox,
    message: &Message,
    id: &str,
    now: Instant,
) -> Result<Letter, Box<dyn std::error::Error + Send + Sync>> {
    let to = Named::new(None, lettre::Address::new(to.local(), to.domain())?);
    let mut letter = Letter::builder()
        .from(sender(settings)?)
        .to(to)
        .subject(text::subject(message, SUBJECT))
        .date(date(now))
        .message_id(Some(id.to_owned()))
        .raw_header(ascii("Auto-Submitted", "auto-generated"));
    if let Some(stop) = &message.stop {
        letter = letter.raw_header(ascii("List-Unsubscribe", &format!("<{stop}>")));
        // One click is promised of encrypted addresses alone (RFC 8058).
        if stop.scheme() == "https" {
            letter = letter.raw_header(ascii("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
    }
    Ok(letter.multipart(body(message)?)?)
}

/// Whole seconds, which is all that a letter's date has; never before 1970.
fn date(now: Instant) -> SystemTime {
    let seconds = u64::try_from(now.moment().as_second()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A header whose value is one ASCII word without blanks, as an address is; folding would break it.
fn ascii(name: &'static str, value: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), value.to_owned())
}

fn body(message: &Message) -> Result<MultiPart, Box<dyn std::error::Error + Send + Sync>> {
    let texts = MultiPart::alternative_plain_html(text::plain(message, TEXT), html(message));
    let Some(picture) = &message.picture else {
        return Ok(texts);
    };
    let picture: SinglePart =
        Attachment::new_inline(PICTURE.to_owned()).body(picture.clone(), ContentType::parse("image/png")?);
    Ok(MultiPart::related().multipart(texts).singlepart(picture))
}

fn html(message: &Message) -> String {
    let mut lines = vec![format!(
        "<h1 style=\"font-size:1.2em\">{}</h1>",
        text::html(&text::subject(message, SUBJECT))
    )];
    for paragraph in text::paragraphs(message, TEXT) {
        let spans: String = paragraph.0.iter().map(span).collect();
        lines.push(format!("<p>{spans}</p>"));
    }
    if message.picture.is_some() {
        lines.push(format!(
            "<p><img src=\"cid:{PICTURE}\" alt=\"\" style=\"max-width:100%\"></p>"
        ));
    }
    let link = |(label, url): (String, &Url)| {
        let url = text::html(url.as_str());
        format!("<p><a href=\"{url}\">{}</a></p>", text::html(&label))
    };
    lines.extend(text::links(message).chain(text::pages(message)).map(link));
    lines.extend(text::stop(message).map(|url| link(("Stop".to_owned(), url))));
    let body = lines.join("\n");
    format!("<!doctype html>\n<html>\n<head><meta charset=\"utf-8\"></head>\n<body>\n{body}\n</body>\n</html>\n")
}

fn span(span: &Span) -> String {
    let text = text::html(&span.text);
    match span.emphasis {
        Emphasis::Plain => text,
        Emphasis::Strong => format!("<strong>{text}</strong>"),
        Emphasis::Code => format!("<code>{text}</code>"),
    }
}
