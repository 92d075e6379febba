//! From a list to a chat: a link that the bot takes once, within an hour.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use tillwatch_app::App;
use tillwatch_app::ports::store::WatchId;
use tillwatch_app::token::Token;
use tillwatch_core::instant::Instant;

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
    let (here, asking) = (site.clone(), reader.clone());
    let answer = site.ask(move |app, now| invited(&here, &asking, app, &token(&secret)?, now));
    answer.await.unwrap_or_else(|problem| wrong(&site, &reader, &problem))
}

/// The page that leads a list's owner to the bot, with a link that is taken once.
pub(crate) fn invited(
    site: &Site,
    reader: &Reader,
    app: &App,
    secret: &Token,
    now: Instant,
) -> Result<Response, Problem> {
    let bot = site
        .bot_name()
        .ok_or_else(|| Problem::not_found("there is no bot here"))?;
    let list = app.list(secret)?.ok_or_else(unknown)?;
    let watches: Vec<WatchId> = list.watches.iter().map(|listed| listed.watch.id).collect();
    let fresh = site.fresh()?;
    app.invite(&fresh, &watches, now)?;
    let page = Page {
        frame: reader.frame(site),
        link: format!("https://t.me/{bot}?start={}", fresh.text()),
        back: format!("/l/{}", secret.text()),
    };
    Ok(html(reader, &page))
}
