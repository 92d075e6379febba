//! The link of a list by mail: to a mailbox that the list tells already, and to nobody else.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::{Extension, Form};
use serde::Deserialize;
use tillwatch_app::ports::notifier::{Address, Mailbox};
use tillwatch_app::ports::store::{ChannelOf, ListOf};

use super::change::find;
use crate::Site;
use crate::limits::Kind;
use crate::pages::{html, message, wrong};
use crate::reader::{Frame, Reader};
use crate::secret::unknown;
use crate::visitor::Visitor;
use crate::words::fill;

/// The confirmed mailboxes that a list tells, each once.
pub(super) fn mailboxes(list: &ListOf) -> Vec<Address> {
    let told = |channel: &&ChannelOf| channel.confirmed && channel.paused.is_none();
    let channels = list
        .watches
        .iter()
        .flat_map(|listed| &listed.watch.channels)
        .filter(told);
    let mut all: Vec<Address> = Vec::new();
    for address in channels.filter_map(|channel| Address::parse(&channel.address).ok()) {
        if matches!(address, Address::Email { .. }) && !all.contains(&address) {
            all.push(address);
        }
    }
    all
}

#[derive(Deserialize)]
pub(crate) struct Which {
    /// The place of the mailbox among those of the list: its address stands nowhere.
    mailbox: usize,
}

/// `POST /l/{secret}/mail`
pub(crate) async fn send(
    State(site): State<Site>,
    reader: Reader,
    Path(secret): Path<String>,
    Form(which): Form<Which>,
) -> Response {
    let answer = site.ask(move |app, now| {
        let list = find(app, &secret)?;
        let mailbox = mailboxes(&list).into_iter().nth(which.mailbox).ok_or_else(unknown)?;
        Ok((app.mail_link(list.id, &mailbox, now)?, mailbox.label()))
    });
    match answer.await {
        Ok((is_sent, label)) => {
            let words = &reader.words(&site.tongues).list;
            let text = if is_sent { &words.mail_sent } else { &words.mail_wait };
            message(
                &site,
                &reader,
                &words.lost_sent_title,
                &fill(text, &[("mailbox", &label)]),
            )
        }
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

#[derive(Template)]
#[template(path = "lost.html")]
struct Page<'a> {
    frame: Frame<'a>,
    typed: String,
    wrong: String,
}

/// `GET /lost`: where somebody asks for the link of a list.
pub(crate) async fn ask_lost(State(site): State<Site>, reader: Reader) -> Response {
    let page = Page {
        frame: reader.frame(&site),
        typed: String::new(),
        wrong: String::new(),
    };
    html(&reader, &page)
}

#[derive(Deserialize)]
pub(crate) struct Lost {
    email: String,
}

/// `POST /lost`: the answer is the same whoever is told by a list, so that nobody learns who is.
pub(crate) async fn lost(
    State(site): State<Site>,
    reader: Reader,
    Extension(visitor): Extension<Visitor>,
    Form(lost): Form<Lost>,
) -> Response {
    let mailbox = match Mailbox::parse(lost.email.trim()) {
        Ok(mailbox) => mailbox,
        Err(error) => {
            let frame = reader.frame(&site);
            let wrong = frame.words.address.no_mailbox(error).to_owned();
            let page = Page {
                frame,
                typed: lost.email,
                wrong,
            };
            let mut response = html(&reader, &page);
            *response.status_mut() = axum::http::StatusCode::BAD_REQUEST;
            return response;
        }
    };
    if let Err(problem) = site.may(Kind::Mailbox, visitor) {
        return wrong(&site, &reader, &problem);
    }
    let answer = site.ask(move |app, now| Ok(app.mail_lost(&Address::Email { mailbox }, now)?));
    match answer.await {
        Ok(()) => {
            let words = &reader.words(&site.tongues).list;
            message(&site, &reader, &words.lost_sent_title, &words.lost_sent_text)
        }
        Err(problem) => wrong(&site, &reader, &problem),
    }
}
