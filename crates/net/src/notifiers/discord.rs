//! Discord: a webhook of one channel. Nobody is pinged by a title.

use serde_json::{Value, json};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Emphasis, LinkKind, Message, Notifier, Span};
use tillwatch_core::instant::Instant;
use url::Url;

use super::{DEADLINE, WORDS, by_status, delivered, later, misdirected, text};
use crate::http::{Answer, Call, Client, Part};

/// Where Discord is.
pub const OFFICIAL: &str = "https://discord.com/";

/// The most UTF-16 units of paragraphs; escaped and with links they stay below the 4,096 of a description.
const TEXT: usize = 1_000;

/// Discord as a channel.
#[derive(Debug)]
pub struct Discord {
    base: Url,
    client: Client,
}

impl Discord {
    /// The channel, at [`OFFICIAL`] or at another address of the same kind.
    pub const fn new(base: Url, client: Client) -> Self {
        Self { base, client }
    }

    async fn execute(&self, to: &Address, message: &Message, now: Instant) -> Delivery {
        let Address::Discord { id, token } = to else {
            return misdirected(Channel::Discord, to);
        };
        let mut url = self.base.clone();
        url.set_path(&format!("/api/webhooks/{}/{}", id.reveal(), token.reveal()));
        url.set_query(Some("wait=true"));
        match self.client.send(&call(url, message).within(DEADLINE)).await {
            Ok(answer) => read(&answer, now),
            Err(error) => error.into(),
        }
    }
}

impl Notifier for Discord {
    fn channel(&self) -> Channel {
        Channel::Discord
    }

    fn deliver<'a>(&'a self, to: &'a Address, message: &'a Message, now: Instant) -> Later<'a, Delivery> {
        Box::pin(self.execute(to, message, now))
    }
}

fn call(url: Url, message: &Message) -> Call {
    let mut embed = json!({
        // A title is shown without markup, as it is.
        "title": text::subject(message, 200),
        "description": description(message),
    });
    if let (Some(embed), Some(link)) = (embed.as_object_mut(), message.link(LinkKind::Receipt)) {
        embed.insert("url".to_owned(), link.url.as_str().into());
    }
    let Some(picture) = &message.picture else {
        return Call::json(url, &body(&embed));
    };
    embed["image"] = json!({"url": "attachment://chart.png"});
    let payload = body(&embed).to_string();
    let value = payload.as_str();
    let file = Part::File {
        name: "files[0]",
        file: "chart.png",
        kind: "image/png",
        bytes: picture,
    };
    Call::multipart(
        url,
        &[
            Part::Text {
                name: "payload_json",
                value,
            },
            file,
        ],
    )
}

fn body(embed: &Value) -> Value {
    json!({"embeds": [embed], "allowed_mentions": {"parse": []}})
}

fn description(message: &Message) -> String {
    let lines = text::paragraphs(message, TEXT).into_iter();
    let mut lines: Vec<String> = lines
        .map(|paragraph| paragraph.0.iter().map(markdown).collect())
        .collect();
    let link = |(label, url): (String, &Url)| {
        // A closing bracket would end the address early.
        let url = url.as_str().replace('(', "%28").replace(')', "%29");
        format!("[{}](<{url}>)", escaped(&label))
    };
    lines.extend(text::links(message).chain(text::pages(message)).map(link));
    lines.join("\n")
}

fn markdown(span: &Span) -> String {
    let bare = span.text.trim();
    match span.emphasis {
        Emphasis::Strong if !bare.is_empty() => format!("**{}**", escaped(&span.text)),
        Emphasis::Code if !bare.is_empty() => format!("`{}`", span.text.replace('`', "'")),
        Emphasis::Plain | Emphasis::Strong | Emphasis::Code => escaped(&span.text),
    }
}

/// A backslash before all that could be markup. The colon of an address too, so that no title becomes a link.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\*_~`|<>[]()#-+:@.!".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn read(answer: &Answer, now: Instant) -> Delivery {
    let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let why = || text::line(told["message"].as_str().unwrap_or("no reason was given"), WORDS);
    match (answer.status, told["code"].as_i64()) {
        (200..300, _) => delivered(told["id"].as_str().map(|id| text::line(id, 32))),
        // Unknown webhook, or its token is not valid any more.
        (_, Some(10_015 | 50_027)) => Delivery::Gone { why: why() },
        // The wait is in the body too, in seconds with a fraction.
        (429, _) => {
            let seconds = told["retry_after"].as_f64();
            let wait = seconds.and_then(|seconds| std::time::Duration::try_from_secs_f64(seconds).ok());
            later(wait.or_else(|| answer.wait(now)), why())
        }
        _ => by_status(answer, now),
    }
}
