//! From a list to a chat: a link that the bot takes once, within an hour.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use tillwatch_app::ports::store::WatchId;

use crate::pages::{html, wrong};
use crate::reader::{Frame, Reader};
use crate::secret::{token, unknown};
use crate::{Problem, Site};

#[derive(Template)]
#[template(path = "telegram.html")]
struct Page<'a> {
    frame: Frame<'a>,
    link: String,
    back: String,
}

impl Site {
    /// What the bot is called, where there is one that has said so.
    pub(crate) fn bot_name(&self) -> Option<&str> {
        self.bot.as_ref()?.get().map(String::as_str)
    }
}

/// `POST /l/{secret}/telegram`
pub(crate) async fn invite(State(site): State<Site>, reader: Reader, Path(secret): Path<String>) -> Response {
    let here = site.clone();
    let back = format!("/l/{secret}");
    let answer = site.ask(move |app, now| {
        let bot = here
            .bot_name()
            .ok_or_else(|| Problem::not_found("there is no bot here"))?;
        let list = app.list(&token(&secret)?)?.ok_or_else(unknown)?;
        let watches: Vec<WatchId> = list.watches.iter().map(|listed| listed.watch.id).collect();
        let fresh = here.fresh()?;
        app.invite(&fresh, &watches, now)?;
        Ok(format!("https://t.me/{bot}?start={}", fresh.text()))
    });
    match answer.await {
        Ok(link) => {
            let frame = reader.frame(&site);
            html(&reader, &Page { frame, link, back })
        }
        Err(problem) => wrong(&site, &reader, &problem),
    }
}
