//! Stopping a watch without a login: a page with one button, and the one click of mail programs (RFC 8058).

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use tillwatch_app::Stoppable;

use super::consent::mailbox;
use super::{Question, html, message, wrong};
use crate::reader::Reader;
use crate::secret::unknown;
use crate::words::fill;
use crate::{Problem, Site};

/// `GET /stop/{token}`
pub(crate) async fn show(State(site): State<Site>, reader: Reader, Path(token): Path<String>) -> Response {
    match site.ask(move |app, _| app.stoppable(&token)?.ok_or_else(unknown)).await {
        Ok(found) => question(&site, &reader, &found),
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

/// `POST /stop/{token}`: `what=all` wants nothing more to the mailbox; any other body, that of mail programs too, stops
/// the watch.
pub(crate) async fn stop(State(site): State<Site>, reader: Reader, Path(token): Path<String>, body: Bytes) -> Response {
    let all = body.as_ref() == b"what=all";
    let done = site.ask(move |app, _| {
        let found = app.stoppable(&token)?.ok_or_else(unknown)?;
        if all {
            let told = Problem::bad_value("what", "this is not the link of a mailbox");
            app.silence_by(&token)?.then_some(found).ok_or(told)
        } else {
            app.stop_by(&token)?.then_some(found).ok_or_else(unknown)
        }
    });
    match done.await {
        Ok(found) => stopped(&site, &reader, &found, all),
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

fn question(site: &Site, reader: &Reader, found: &Stoppable) -> Response {
    let frame = reader.frame(site);
    let words = &frame.words.list;
    let title = if found.all {
        words.stop_all_title.clone()
    } else {
        fill(&words.stop_title, &[("thing", &thing(found))])
    };
    let address = found.address.as_ref().filter(|_| found.mailbox().is_some());
    let silence = address.map(|address| fill(&words.silence_text, &[("mailbox", &mailbox(address))]));
    let mut page = Question::new(frame, &title, &words.stop_text, &words.stop_button);
    page.other = silence.as_deref().map(|text| (text, words.silence_button.as_str()));
    html(reader, &page)
}

fn stopped(site: &Site, reader: &Reader, found: &Stoppable, all: bool) -> Response {
    let words = &reader.words(&site.tongues).list;
    if let Some(address) = found.address.as_ref().filter(|_| all) {
        let text = fill(&words.silenced_text, &[("mailbox", &mailbox(address))]);
        return message(site, reader, &words.silenced_title, &text);
    }
    if found.all {
        return message(site, reader, &words.stopped_title, &words.stopped_all_text);
    }
    let text = fill(&words.stopped_text, &[("thing", &thing(found))]);
    message(site, reader, &words.stopped_title, &text)
}

fn thing(found: &Stoppable) -> String {
    let watch = &found.watch;
    watch.title.clone().unwrap_or_else(|| watch.key.item.to_string())
}
