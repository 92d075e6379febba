//! The alerts of a list as an Atom feed, for readers that look by themselves.

use atom_syndication::{Entry, Feed, FixedDateTime, Generator, Link, Person, Text};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use tillwatch_app::App;
use tillwatch_app::message::{self, Envelope};
use tillwatch_app::ports::store::{ListOf, Logged};
use tillwatch_core::alert::read_notice;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::clean_url;

use crate::Problem;

/// The feed as it is sent.
pub(super) fn answer(app: &App, secret: &str, list: &ListOf, log: &[Logged]) -> Result<Response, Problem> {
    let place = format!("l/{secret}");
    let here = |end: &str| {
        app.page(&format!("{place}{end}"))
            .map_or_else(|| format!("/{place}{end}"), Into::into)
    };
    let newest = log.first().map_or(list.since, |logged| logged.at);
    let feed = Feed {
        id: format!("urn:tillwatch:list:{}", list.id.0),
        title: Text::plain(visible(list.name.as_deref().unwrap_or("tillwatch"))),
        updated: moment(newest)?,
        authors: vec![Person {
            name: "tillwatch".to_owned(),
            ..Person::default()
        }],
        generator: Some(Generator {
            value: "tillwatch".to_owned(),
            ..Generator::default()
        }),
        links: vec![link("self", here(".atom")), link("alternate", here(""))],
        entries: log
            .iter()
            .filter_map(|logged| entry(logged).transpose())
            .collect::<Result<_, _>>()?,
        ..Feed::default()
    };
    Ok((
        [(CONTENT_TYPE, "application/atom+xml; charset=utf-8")],
        feed.to_string(),
    )
        .into_response())
}

/// One alert; nothing where its notice cannot be read.
fn entry(logged: &Logged) -> Result<Option<Entry>, Problem> {
    let Ok(notice) = read_notice(logged.notice.as_bytes()) else {
        return Ok(None);
    };
    let envelope = Envelope {
        watch: logged.watch,
        stop: None,
        event: "",
    };
    let message = message::alert(&notice, &envelope);
    let paragraphs: Vec<String> = message
        .paragraphs
        .iter()
        .map(|paragraph| paragraph.0.iter().map(|span| span.text.as_str()).collect())
        .collect();
    Ok(Some(Entry {
        id: format!("urn:tillwatch:alert:{}", notice.reference),
        title: Text::plain(visible(&message.subject)),
        updated: moment(logged.at)?,
        summary: Some(Text::plain(visible(&paragraphs.join("\n")))),
        links: vec![link("alternate", clean_url(&notice.item, notice.sku.as_ref()))],
        ..Entry::default()
    }))
}

pub(crate) fn link(rel: &str, href: String) -> Link {
    Link {
        href,
        rel: rel.to_owned(),
        ..Link::default()
    }
}

/// XML has no way to write most control characters.
pub(crate) fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').collect()
}

pub(crate) fn moment(at: Instant) -> Result<FixedDateTime, Problem> {
    FixedDateTime::parse_from_rfc3339(&at.to_string()).map_err(|_| Problem::internal())
}
