//! From a listing to a watch, in one form: a target, perhaps a mailbox. What comes of it stands on a list's page.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;
use tillwatch_app::Wanted;
use tillwatch_app::look::Look;
use tillwatch_app::ports::notifier::{Address, Mailbox};
use tillwatch_app::ports::store::{ListOf, Listed, NewChannel};
use tillwatch_app::token::Token;
use tillwatch_core::alert::{Rule, Settings};
use tillwatch_core::money::{Currency, Money};

use super::{Asked, lane, meant};
use crate::limits::Kind;
use crate::pages::wrong;
use crate::reader::Reader;
use crate::visitor::Visitor;
use crate::words::{Words, fill};
use crate::{Problem, Site};

/// The form as it is shown.
pub(super) struct Ask {
    pub(super) item: String,
    /// What is filled in.
    pub(super) target: String,
    pub(super) label: String,
    pub(super) hint: String,
    /// Whether a mailbox can be asked to agree.
    pub(super) by_mail: bool,
    pub(super) market: String,
    pub(super) sku: Option<String>,
    pub(super) lane: &'static str,
}

/// A form with the target to begin with: what is suggested, else a tenth less than now.
pub(super) fn ask(look: &Look, words: &Words, by_mail: bool) -> Ask {
    let key = &look.state.tracked.key;
    let now = look.till.as_ref().map(|till| till.stack.total());
    let tenth_less = |now: Money| Money::new(now.minor() - now.minor() / 10, now.currency());
    let (target, hint) = match (look.target, now) {
        (Some(target), _) => (Some(target), &words.listing.target_hint),
        (None, now) => (now.map(tenth_less), &words.listing.target_hint_none),
    };
    Ask {
        item: key.item.to_string(),
        target: target.map(|target| target.to_string()).unwrap_or_default(),
        label: fill(&words.listing.target_label, &[("currency", &key.currency.to_string())]),
        hint: hint.clone(),
        by_mail,
        market: key.market.to_string(),
        sku: look.variant.sku.as_ref().map(ToString::to_string),
        lane: look.lane.name(),
    }
}

#[derive(Deserialize)]
pub(crate) struct Wish {
    market: String,
    sku: Option<String>,
    lane: Option<String>,
    target: String,
    email: Option<String>,
    /// The secret of a list that the watch joins; without one a new list is opened.
    list: Option<String>,
}

/// `POST /i/{item}/watch`
pub(crate) async fn add(
    State(site): State<Site>,
    reader: Reader,
    Extension(visitor): Extension<Visitor>,
    Path(item): Path<String>,
    Form(wish): Form<Wish>,
) -> Response {
    let (here, asking) = (site.clone(), reader.clone());
    let answer = site.ask(move |app, now| {
        let asked = Asked {
            market: Some(wish.market.clone()),
            sku: wish.sku.clone().filter(|sku| !sku.is_empty()),
            lane: wish.lane.clone(),
            range: None,
            dark: None,
            width: None,
        };
        let meant = meant(app, &asking, &item, &asked)?;
        let target = amount(&wish.target, meant.key.currency)?;
        let mailbox = wish.email.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let mailbox = mailbox.map(Mailbox::parse).transpose();
        let mailbox = mailbox.map_err(|error| Problem::bad_value("email", error.to_string()))?;
        if mailbox.is_some() && app.public().is_none() {
            let told = "no mailbox can be asked whether it agrees: the site has no public address";
            return Err(Problem::bad_value("email", told));
        }
        if mailbox.is_some() {
            here.may(Kind::Mailbox, visitor)?;
        }
        let address = mailbox.map(|mailbox| Address::Email { mailbox });
        // A browser may remember a list that is gone.
        let known = wish.list.as_deref().and_then(Token::parse);
        let known = known.and_then(|secret| Some((app.list(&secret).transpose()?, secret)));
        let (list, told, secret) = if let Some((list, secret)) = known {
            let list = list?;
            (list.id, told_by_all(&list), secret)
        } else {
            let secret = here.fresh()?;
            (app.open_list(&secret, now)?, BTreeSet::new(), secret)
        };
        let named = address.as_ref().map(Address::kept);
        let channels = told.into_iter().chain(named).collect::<BTreeSet<String>>();
        let wanted = Wanted {
            key: meant.key,
            sku: meant.sku,
            lane: lane(wish.lane.as_deref())?,
            rules: vec![Rule::Below(target)],
            settings: Settings::default(),
            channels: channels
                .into_iter()
                .map(|address| NewChannel {
                    address,
                    confirmed: false,
                })
                .collect(),
        };
        app.watch_in_list(list, &wanted, now)?;
        if let Some(address) = &address {
            app.ask_to_confirm(address, &here.fresh()?, now)?;
        }
        // The address is a secret: nobody keeps this answer.
        let place = format!("/l/{}", secret.text());
        Ok(([(CACHE_CONTROL, "no-store")], Redirect::to(&place)).into_response())
    });
    match answer.await {
        Ok(response) => response,
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

/// Where every watch of a list tells: a chat that was bound to it, a mailbox that was named each time.
fn told_by_all(list: &ListOf) -> BTreeSet<String> {
    let channels = |listed: &Listed| -> BTreeSet<String> {
        let channels = listed.watch.channels.iter().filter(|channel| channel.paused.is_none());
        channels.map(|channel| channel.address.clone()).collect()
    };
    let all = list.watches.iter().map(channels);
    all.reduce(|one, other| &one & &other).unwrap_or_default()
}

/// An amount as people type it: with a point or, where that is theirs, a comma before the cents.
fn amount(text: &str, currency: Currency) -> Result<Money, Problem> {
    let text = text.trim();
    let pointed = match text.split_once(',') {
        Some((whole, cents)) if !text.contains('.') && cents.len() <= 3 && !cents.contains(',') => {
            format!("{whole}.{cents}")
        }
        _ => text.to_owned(),
    };
    let target = Money::parse(&pointed, currency).map_err(|error| Problem::bad_value("target", error.to_string()))?;
    if target.is_positive() {
        return Ok(target);
    }
    Err(Problem::bad_value(
        "target",
        "a price of nothing is never reached; name one that is more than zero",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_may_have_a_comma_and_is_never_guessed_at() {
        let read = |text| amount(text, Currency::USD).ok().map(Money::minor);
        for (text, minor) in [("9.50", 950), (" 9,50 ", 950), ("9", 900), ("1234,5", 123_450)] {
            assert_eq!(read(text), Some(minor), "{text:?}");
        }
        for text in [
            "", "0", "0,00", "-1", "1,234.50", "1.234,50", "1,2,3", "9,505", "abc", "1e3",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
