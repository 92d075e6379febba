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
use tillwatch_app::ports::store::{ListId, ListOf, Listed, NewChannel};
use tillwatch_app::token::Token;
use tillwatch_core::alert::{Rule, Settings};
use tillwatch_core::history::Lane;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};

use super::{Asked, Meant, lane, meant, page};
use crate::api::lists::{may_name, no_address};
use crate::limits::Kind;
use crate::pages::list::telegram;
use crate::pages::{html, shortened, wrong};
use crate::reader::Reader;
use crate::typed::pointed;
use crate::visitor::Visitor;
use crate::words::{Words, fill};
use crate::{Problem, Site};

/// The form as it is shown.
pub(super) struct Ask {
    pub(super) item: String,
    /// What is filled in.
    pub(super) target: String,
    pub(super) email: String,
    pub(super) call: String,
    pub(super) label: String,
    pub(super) hint: String,
    /// Whether a mailbox can be asked to agree.
    pub(super) by_mail: bool,
    /// Whether there is a bot that tells.
    pub(super) by_telegram: bool,
    /// Whether a visitor may name a program that is called.
    pub(super) by_call: bool,
    pub(super) market: String,
    pub(super) sku: Option<String>,
    pub(super) lane: &'static str,
    pub(super) wrong: Wrong,
}

/// What is wrong with a field, in a sentence; empty where nothing is.
#[derive(Default)]
pub(super) struct Wrong {
    pub(super) target: String,
    pub(super) email: String,
    pub(super) call: String,
}

/// A form with the target to begin with: what is suggested, else a tenth less than now.
pub(super) fn ask(look: &Look, words: &Words, site: &Site) -> Ask {
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
        email: String::new(),
        call: String::new(),
        label: fill(&words.listing.target_label, &[("currency", &key.currency.to_string())]),
        hint: hint.clone(),
        by_mail: site.app.public().is_some(),
        by_telegram: site.bot_name().is_some(),
        by_call: site.calls.is_some(),
        market: key.market.to_string(),
        sku: look.variant.sku.as_ref().map(ToString::to_string),
        lane: look.lane.name(),
        wrong: Wrong::default(),
    }
}

#[derive(Deserialize)]
pub(crate) struct Wish {
    market: String,
    sku: Option<String>,
    lane: Option<String>,
    target: String,
    email: Option<String>,
    /// The address of a program that is called.
    call: Option<String>,
    /// The secret of a list that the watch joins; without one a new list is opened.
    list: Option<String>,
    /// `telegram` leads on to the bot.
    tell: Option<String>,
}

impl Wish {
    /// The same form with what was typed, and what is wrong with it.
    fn again(self, ask: Ask, problem: &Problem) -> Ask {
        let mut wrong = Wrong::default();
        let place = match problem.field() {
            Some("email") => &mut wrong.email,
            Some("call") => &mut wrong.call,
            _ => &mut wrong.target,
        };
        problem.detail().clone_into(place);
        Ask {
            target: self.target,
            email: self.email.unwrap_or_default(),
            call: self.call.unwrap_or_default(),
            wrong,
            ..ask
        }
    }
}

/// What a form comes to.
struct Read {
    target: Money,
    /// Where it is told besides.
    address: Option<Address>,
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
        let meant = meant(
            app,
            asking.words(&here.tongues),
            &asking,
            &item,
            Some(&wish.market),
            wish.sku.as_deref(),
        )?;
        let lane = lane(wish.lane.as_deref())?;
        let read = match read(&here, asking.words(&here.tongues), &wish, meant.key.currency) {
            Ok(read) => read,
            Err(problem) => return again(&here, &asking, &meant, lane, wish, &problem, now),
        };
        if matches!(read.address, Some(Address::Email { .. })) {
            here.may(Kind::Mailbox, visitor)?;
        }
        let (list, told, secret) = joined(&here, wish.list.as_deref(), now)?;
        let named = read.address.as_ref().map(Address::kept);
        let channels = told.into_iter().chain(named).collect::<BTreeSet<String>>();
        let unconfirmed = |address| NewChannel {
            address,
            confirmed: false,
        };
        let wanted = Wanted {
            key: meant.key,
            sku: meant.sku,
            lane,
            rules: vec![Rule::Below(read.target)],
            settings: Settings::default(),
            channels: channels.into_iter().map(unconfirmed).collect(),
        };
        app.watch_in_list(list, &wanted, now)?;
        if let Some(address @ Address::Email { .. }) = &read.address {
            app.ask_to_confirm(address, &here.fresh()?, now)?;
        }
        // The address is a secret: nobody keeps this answer.
        let no_store = [(CACHE_CONTROL, "no-store")];
        if wish.tell.as_deref() == Some("telegram") && here.bot_name().is_some() {
            return Ok((no_store, telegram::invited(&here, &asking, app, &secret, now)?).into_response());
        }
        let place = format!("/l/{}", secret.text());
        Ok((no_store, Redirect::to(&place)).into_response())
    });
    match answer.await {
        Ok(response) => response,
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

/// The page once more, with what was typed.
fn again(
    site: &Site,
    reader: &Reader,
    meant: &Meant,
    lane: Lane,
    wish: Wish,
    problem: &Problem,
    now: Instant,
) -> Result<Response, Problem> {
    let look = site.app.look_in(&meant.key, meant.sku.as_ref(), lane, now)?;
    let look = look.ok_or_else(|| problem.clone())?;
    let asked = Asked {
        lane: wish.lane.clone(),
        ..Asked::default()
    };
    let mut page = page(site, reader, &site.app, &look, &asked, now)?;
    page.ask = wish.again(page.ask, problem);
    let mut response = html(reader, &page);
    *response.status_mut() = problem.status();
    Ok(response)
}

/// What was typed, as values; a problem is told in the reader's words.
fn read(site: &Site, words: &Words, wish: &Wish, currency: Currency) -> Result<Read, Problem> {
    let wrong = |field, detail: &str| Problem::bad_value(field, "not accepted").told(detail.to_owned());
    let target = amount(words, &wish.target, currency)?;
    let typed = |field: &Option<String>| {
        field
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let mailbox = typed(&wish.email).map(|text| Mailbox::parse(&text)).transpose();
    let mailbox = mailbox.map_err(|error| wrong("email", words.address.no_mailbox(error)))?;
    if mailbox.is_some() && site.app.public().is_none() {
        return Err(wrong("email", words.address.nobody_asks()));
    }
    let call = typed(&wish.call).map(|text| Address::parse(&text)).transpose();
    let call = call.map_err(|error| no_address("call", &error).told(words.address.no_address(&error)))?;
    if let Some(call) = &call {
        let not_called = |problem: Problem| {
            let told = words.address.not_called(call, site.calls.is_some());
            problem.at("call").told(told)
        };
        may_name(site, call).map_err(not_called)?;
    }
    Ok(Read {
        target,
        address: mailbox.map(|mailbox| Address::Email { mailbox }).or(call),
    })
}

/// The list that a browser remembers, where it is still there, with where all its watches tell; else a new one.
pub(crate) fn joined(
    site: &Site,
    known: Option<&str>,
    now: Instant,
) -> Result<(ListId, BTreeSet<String>, Token), Problem> {
    if let Some(secret) = known.and_then(Token::parse)
        && let Some(list) = site.app.list(&secret)?
    {
        return Ok((list.id, told_by_all(&list), secret));
    }
    let secret = site.fresh()?;
    Ok((site.app.open_list(&secret, now)?, BTreeSet::new(), secret))
}

/// Where every watch of a list tells: a chat that was bound to it, a mailbox that was named each time.
pub(crate) fn told_by_all(list: &ListOf) -> BTreeSet<String> {
    let channels = |listed: &Listed| -> BTreeSet<String> {
        let channels = listed.watch.channels.iter().filter(|channel| channel.paused.is_none());
        channels.map(|channel| channel.address.clone()).collect()
    };
    let all = list.watches.iter().map(channels);
    all.reduce(|one, other| &one & &other).unwrap_or_default()
}

/// An amount as people type it: with a point or, where that is theirs, a comma before the cents.
pub(crate) fn amount(words: &Words, text: &str, currency: Currency) -> Result<Money, Problem> {
    let said = &words.checkout.wrong;
    let wrong = |detail: String| Problem::bad_value("target", "no amount").told(detail);
    let target = Money::parse(&pointed(text.trim()), currency).map_err(|_| {
        let values = [("value", shortened(text)), ("currency", currency.to_string())];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        wrong(fill(&said.amount, &values))
    })?;
    if target.is_positive() {
        return Ok(target);
    }
    Err(wrong(said.free.clone()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;
    use crate::words::Tongues;

    #[test]
    fn an_amount_may_have_a_comma_and_is_never_guessed_at() {
        let tongues = Tongues::built_in().unwrap();
        let read = |text| amount(tongues.usual(), text, Currency::USD).ok().map(Money::minor);
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
