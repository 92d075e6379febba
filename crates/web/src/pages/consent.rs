//! A mailbox agrees: a page with one button, since mail programs open links by themselves.

use axum::extract::{Path, State};
use axum::response::Response;
use tillwatch_app::Consent;
use tillwatch_app::ports::notifier::Address;

use super::{Question, html, message, wrong};
use crate::reader::Reader;
use crate::secret::{token, unknown};
use crate::words::fill;
use crate::{Problem, Site};

/// `GET /confirm/{token}`
pub(crate) async fn show(State(site): State<Site>, reader: Reader, Path(secret): Path<String>) -> Response {
    let found = site.ask(move |app, now| app.consent(&token(&secret)?, now)?.ok_or_else(unknown));
    match found.await {
        Ok(consent) if consent.given => agreed(&site, &reader, &consent.address),
        Ok(consent) if consent.over => over(&site, &reader),
        Ok(consent) => question(&site, &reader, &consent),
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

/// `POST /confirm/{token}`
pub(crate) async fn agree(State(site): State<Site>, reader: Reader, Path(secret): Path<String>) -> Response {
    let done = site.ask(move |app, now| {
        let token = token(&secret)?;
        app.consent(&token, now)?.ok_or_else(unknown)?;
        app.confirm(&token, now)?
            .ok_or_else(|| Problem::gone("the link held for a day"))
    });
    match done.await {
        Ok(address) => agreed(&site, &reader, &address),
        Err(problem) if problem.status().as_u16() == 410 => over(&site, &reader),
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

fn question(site: &Site, reader: &Reader, consent: &Consent) -> Response {
    let frame = reader.frame(site);
    let words = &frame.words.list;
    let title = fill(&words.confirm_title, &[("mailbox", &mailbox(&consent.address))]);
    html(
        reader,
        &Question::new(frame, &title, &words.confirm_text, &words.confirm_button),
    )
}

fn agreed(site: &Site, reader: &Reader, address: &Address) -> Response {
    let words = &reader.words(&site.tongues).list;
    let text = fill(&words.confirmed_text, &[("mailbox", &mailbox(address))]);
    message(site, reader, &words.confirmed_title, &text)
}

fn over(site: &Site, reader: &Reader) -> Response {
    let words = &reader.words(&site.tongues).list;
    let mut page = message(site, reader, &words.confirm_over_title, &words.confirm_over_text);
    *page.status_mut() = axum::http::StatusCode::GONE;
    page
}

/// What may be shown of a mailbox: whoever has the link need not be its owner.
pub(super) fn mailbox(address: &Address) -> String {
    match address {
        Address::Email { mailbox } => mailbox.label(),
        other => other.label(),
    }
}
