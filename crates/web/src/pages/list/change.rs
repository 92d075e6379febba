//! What the owner of a list does to it: name it, change or remove a watch, give it another address, delete it.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillwatch_app::App;
use tillwatch_app::ports::store::{Former, ListOf, WatchId};
use tillwatch_core::alert::Rule;
use tillwatch_core::instant::Instant;

use crate::pages::listing::watch::amount;
use crate::pages::{Question, html, message, wrong};
use crate::reader::Reader;
use crate::secret::{token, unknown};
use crate::words::Words;
use crate::{Problem, Site};

/// How long "silent for 7 days" is, in seconds.
const WEEK: i64 = 7 * 86_400;

/// The list that a secret opens.
pub(super) fn find(app: &App, secret: &str) -> Result<ListOf, Problem> {
    app.list(&token(secret)?)?.ok_or_else(unknown)
}

fn back(secret: &str) -> Response {
    Redirect::to(&format!("/l/{secret}")).into_response()
}

#[derive(Deserialize)]
pub(crate) struct Named {
    name: String,
}

/// `POST /l/{secret}/name`
pub(crate) async fn name(
    State(site): State<Site>,
    reader: Reader,
    Path(secret): Path<String>,
    Form(named): Form<Named>,
) -> Response {
    let answer = site.ask(move |app, _| {
        app.name_list(find(app, &secret)?.id, &named.name)?;
        Ok(back(&secret))
    });
    answer.await.unwrap_or_else(|problem| wrong(&site, &reader, &problem))
}

/// `POST /l/{secret}/renew`: another address in place of all that it has.
pub(crate) async fn renew(State(site): State<Site>, reader: Reader, Path(secret): Path<String>) -> Response {
    let here = site.clone();
    let answer = site.ask(move |app, _| {
        let fresh = here.fresh()?;
        app.renew_list(find(app, &secret)?.id, &fresh, Former::End)?;
        Ok(back(&fresh.text()))
    });
    answer.await.unwrap_or_else(|problem| wrong(&site, &reader, &problem))
}

/// `GET /l/{secret}/delete`: the question.
pub(crate) async fn ask_delete(State(site): State<Site>, reader: Reader, Path(secret): Path<String>) -> Response {
    match site.ask(move |app, _| find(app, &secret).map(drop)).await {
        Ok(()) => {
            let frame = reader.frame(&site);
            let words = &frame.words.list;
            let question = Question::new(frame, &words.delete_title, &words.delete_text, &words.delete_button);
            html(&reader, &question)
        }
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

/// `POST /l/{secret}/delete`
pub(crate) async fn delete(State(site): State<Site>, reader: Reader, Path(secret): Path<String>) -> Response {
    let answer = site.ask(move |app, _| Ok(app.remove_list(find(app, &secret)?.id)?));
    match answer.await {
        Ok(_) => {
            let words = &reader.words(&site.tongues).list;
            message(&site, &reader, &words.deleted_title, &words.deleted_text)
        }
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

#[derive(Deserialize)]
pub(crate) struct Change {
    what: What,
    target: Option<String>,
}

/// What is done to a watch.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// Another first target, beside the rules that it has.
    Target,
    Snooze,
    Stop,
    Resume,
    Remove,
}

/// `POST /l/{secret}/watch/{id}`
pub(crate) async fn watch(
    State(site): State<Site>,
    reader: Reader,
    Path((secret, id)): Path<(String, String)>,
    Form(change): Form<Change>,
) -> Response {
    let (here, asking) = (site.clone(), reader.clone());
    let answer = site.ask(move |app, now| {
        let list = find(app, &secret)?;
        let id = id.parse().map(WatchId).map_err(|_| unknown())?;
        carry_out(app, asking.words(&here.tongues), &list, id, &change, now)?;
        let place = match change.what {
            What::Remove => String::new(),
            _ => format!("#w{}", id.0),
        };
        Ok(Redirect::to(&format!("/l/{secret}{place}")).into_response())
    });
    answer.await.unwrap_or_else(|problem| wrong(&site, &reader, &problem))
}

fn carry_out(
    app: &App,
    words: &Words,
    list: &ListOf,
    id: WatchId,
    change: &Change,
    now: Instant,
) -> Result<(), Problem> {
    // A watch of another list is not there.
    let watch = &list.watch(id).ok_or_else(unknown)?.watch;
    let was_there = match change.what {
        What::Target => {
            let typed = change.target.as_deref().unwrap_or_default();
            let target = Rule::Below(amount(words, typed, watch.key.currency)?);
            let rules = watch.rules.iter().map(|ruled| ruled.rule);
            let mut rules: Vec<Rule> = rules.collect();
            match rules.iter_mut().find(|rule| matches!(rule, Rule::Below(_))) {
                Some(first) => *first = target,
                None => rules.insert(0, target),
            }
            app.change_rules(id, &rules, now).map(|watched| watched.is_some())
        }
        What::Snooze => app.snooze(id, now.plus_seconds(WEEK)),
        What::Stop => app.stop(id),
        What::Resume => app.resume(id),
        What::Remove => app.unwatch_in_list(list.id, id),
    };
    was_there?.then_some(()).ok_or_else(unknown)
}
