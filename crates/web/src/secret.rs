//! Addresses that are secrets: who has one may do what it says. No answer tells a wrong one from one that never was.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use axum::routing::{get, post};
use tillwatch_app::token::Token;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{Problem, Site, api, pages};

/// Makes a secret, as whoever runs the program can; `None` where there is no randomness.
pub type Dice = Arc<dyn Fn() -> Option<Token> + Send + Sync>;

/// The addresses with a secret in them. No answer of theirs is kept by anybody, or found by searching.
pub(crate) fn routes() -> Router<Site> {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    let pages = Router::new()
        .route("/l/{secret}", get(pages::list::show))
        .route("/l/{secret}/telegram", post(pages::list::telegram::invite))
        .route("/l/{secret}/mail", post(pages::list::mail::send))
        .route("/lost", get(pages::list::mail::ask_lost).post(pages::list::mail::lost))
        .route("/l/{secret}/name", post(pages::list::change::name))
        .route("/l/{secret}/renew", post(pages::list::change::renew))
        .route(
            "/l/{secret}/delete",
            get(pages::list::change::ask_delete).post(pages::list::change::delete),
        )
        .route("/l/{secret}/watch/{id}", post(pages::list::change::watch))
        .route(
            "/l/{secret}/add",
            post(pages::list::bulk::add).layer(pages::home::size()),
        )
        .route("/watch", post(pages::list::bulk::start).layer(pages::home::size()))
        .route(
            "/confirm/{token}",
            get(pages::consent::show).post(pages::consent::agree),
        )
        .route("/stop/{token}", get(pages::stop::show).post(pages::stop::stop));
    let all = api::of_lists()
        .into_iter()
        .fold(pages, |all, (path, answers)| all.route(path, answers));
    all.layer(header(CACHE_CONTROL, "no-store"))
        .layer(header(HeaderName::from_static("x-robots-tag"), "noindex, nofollow"))
}

impl Site {
    /// A new secret.
    pub(crate) fn fresh(&self) -> Result<Token, Problem> {
        let dice = self.dice.as_ref().and_then(|dice| dice());
        dice.ok_or_else(Problem::internal)
    }
}

/// The secret of an address.
pub(crate) fn token(text: &str) -> Result<Token, Problem> {
    Token::parse(text).ok_or_else(unknown)
}

/// What is said of a secret that opens nothing.
pub(crate) fn unknown() -> Problem {
    Problem::not_found("there is no such address")
}
