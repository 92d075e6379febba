//! Lists without an account: opened by anybody, seen and changed by whoever has the secret.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tillwatch_app::ports::notifier::{Address, AddressError, Channel};
use tillwatch_app::ports::store::{
    Asked, ChannelOf, Fate, Former, ListOf, Listed, ListingKey, NewChannel, Rest, Ruled, WatchId,
};
use tillwatch_app::token::Token;
use tillwatch_app::{App, Wanted};
use tillwatch_core::alert::{Rule, Settings, read_rule, read_settings};
use tillwatch_core::country::Country;
use tillwatch_core::history::Lane;
use tillwatch_core::id::SkuId;
use tillwatch_core::link::identify;
use tillwatch_core::money::{Currency, Money};
use utoipa::ToSchema;

use super::body::{Body, Path};
use super::shapes;
use crate::limits::Kind;
use crate::secret::{token, unknown};
use crate::visitor::Visitor;
use crate::{Problem, Site, problem};

/// The names of the formats.
const LIST: &str = "tillwatch/list/1";
const WATCH: &str = "tillwatch/watch/1";

/// A list to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListAsked)]
pub(crate) struct New {
    /// What its owner calls it.
    #[schema(example = "Workshop")]
    name: Option<String>,
}

/// What is to change of a list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListChange)]
pub(crate) struct Change {
    /// Its new name.
    name: Option<String>,
    /// `replace` ends the secrets that there are, `add` keeps them.
    secret: Option<Secret>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ListSecret)]
enum Secret {
    Replace,
    Add,
}

/// What is to be watched, and whom to tell.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WatchAsked)]
pub(crate) struct Wish {
    /// A listing's link or id; a short link is not followed.
    #[schema(example = "1005006367324382")]
    link: String,
    /// The ship-to country; without it the United States.
    market: Option<String>,
    /// The variant; without it the one that the link pins, else the one that the page selects.
    sku: Option<String>,
    /// `sticker`, `automatic`, `public` or `code`; without it `public`.
    lane: Option<String>,
    /// Tells when the price is at or below it.
    #[schema(example = "19.50")]
    target: Option<String>,
    /// Other rules.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    rules: Vec<Box<RawValue>>,
    /// How often, and when not.
    #[schema(value_type = Option<Object>)]
    settings: Option<Box<RawValue>>,
    /// Whom to tell, such as `mailto:ann@example.org`.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    channels: Vec<String>,
}

/// Open a list
///
/// Nobody needs an account. The answer has the list's address, which is a secret and is told this once.
#[utoipa::path(
    post, path = "/api/v1/lists", operation_id = "open_list", tag = "lists",
    request_body(content = New),
    responses((
        status = 201, description = "The list's address", body = shapes::ListAddress,
        headers(("Location" = String, description = "Where the list is"))
    )),
)]
pub(crate) async fn open(State(site): State<Site>, Body(new): Body<New>) -> Result<Response, Problem> {
    let fresh = site.fresh()?;
    let answer = site.ask(move |app, now| {
        // A name that is refused opens nothing.
        let list = app.open_list(&fresh, now)?;
        if let Some(Err(error)) = new.name.map(|name| app.name_list(list, &name)) {
            app.remove_list(list)?;
            return Err(error.into());
        }
        Ok(addressed(StatusCode::CREATED, app, &fresh))
    });
    answer.await
}

/// The list's address, in the answer and where programs look for it.
fn addressed(status: StatusCode, app: &App, secret: &Token) -> Response {
    let secret = secret.text();
    let path = format!("l/{secret}");
    let address = app.page(&path).map_or_else(|| format!("/{path}"), Into::into);
    let location = format!("/api/v1/lists/{secret}");
    let body = json!({"schema": LIST, "secret": secret, "address": address});
    (status, [(LOCATION, location)], Json(body)).into_response()
}

/// A list with its watches
#[utoipa::path(
    get, path = "/api/v1/lists/{secret}", operation_id = "list", tag = "lists",
    params(("secret" = String, Path, description = "The secret of the list")),
    responses((status = 200, description = "The list", body = shapes::List)),
)]
pub(crate) async fn show(State(site): State<Site>, Path(secret): Path<String>) -> Result<Json<Value>, Problem> {
    let answer = site.ask(move |app, _| Ok(listed(&find(app, &secret)?)));
    Ok(Json(answer.await?))
}

/// Another name, another secret
#[utoipa::path(
    patch, path = "/api/v1/lists/{secret}", operation_id = "change_list", tag = "lists",
    params(("secret" = String, Path, description = "The secret of the list")),
    request_body(content = Change),
    responses((
        status = 200, description = "The list, or its new address where a secret was asked for",
        body = inline(shapes::ListOrAddress)
    )),
)]
pub(crate) async fn change(
    State(site): State<Site>,
    Path(secret): Path<String>,
    Body(change): Body<Change>,
) -> Result<Response, Problem> {
    let fresh = change.secret.map(|_| site.fresh()).transpose()?;
    let answer = site.ask(move |app, _| {
        let list = find(app, &secret)?.id;
        if let Some(name) = &change.name {
            app.name_list(list, name)?;
        }
        let (Some(kind), Some(fresh)) = (change.secret, fresh) else {
            return Ok(Json(listed(&find(app, &secret)?)).into_response());
        };
        let former = match kind {
            Secret::Replace => Former::End,
            Secret::Add => Former::Stay,
        };
        app.renew_list(list, &fresh, former)?;
        Ok(addressed(StatusCode::OK, app, &fresh))
    });
    answer.await
}

/// Remove a list with its watches
#[utoipa::path(
    delete, path = "/api/v1/lists/{secret}", operation_id = "remove_list", tag = "lists",
    params(("secret" = String, Path, description = "The secret of the list")),
    responses((status = 204, description = "It is gone")),
)]
pub(crate) async fn remove(State(site): State<Site>, Path(secret): Path<String>) -> Result<StatusCode, Problem> {
    let answer = site.ask(move |app, _| {
        app.remove_list(find(app, &secret)?.id)?;
        Ok(StatusCode::NO_CONTENT)
    });
    answer.await
}

/// Watch a listing
///
/// Mailboxes that it is to tell are asked by a letter whether they agree; nothing is told before.
#[utoipa::path(
    post, path = "/api/v1/lists/{secret}/watches", operation_id = "watch", tag = "lists",
    params(("secret" = String, Path, description = "The secret of the list")),
    request_body(content = Wish),
    responses(
        (status = 201, description = "The watch", body = shapes::WatchMade),
        (status = 200, description = "The watch that was there already", body = shapes::WatchMade),
    ),
)]
pub(crate) async fn watch(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Path(secret): Path<String>,
    Body(wish): Body<Wish>,
) -> Result<Response, Problem> {
    let here = site.clone();
    let answer = site.ask(move |app, now| {
        let list = find(app, &secret)?.id;
        let (wanted, addresses) = wanted(app, &wish)?;
        addresses.iter().try_for_each(|address| may_name(&here, address))?;
        let is_mailbox = |address: &&Address| matches!(address, Address::Email { .. });
        if addresses.iter().any(|address| is_mailbox(&address)) && app.public().is_none() {
            let told = "no mailbox can be asked whether it agrees: the site has no public address";
            return Err(Problem::bad_value("channels", told));
        }
        addresses
            .iter()
            .filter(is_mailbox)
            .try_for_each(|_| here.may(Kind::Mailbox, visitor))?;
        let watched = app.watch_in_list(list, &wanted, now)?;
        let mut asked = Vec::new();
        for mailbox in addresses.iter().filter(is_mailbox) {
            let answer = app.ask_to_confirm(mailbox, &here.fresh()?, now)?;
            let (answer, not_before) = match answer {
                Asked::Ask => ("asked", None),
                Asked::NotBefore(until) => ("asked_before", Some(until.to_string())),
                Asked::Confirmed => ("agreed", None),
                Asked::Unwanted => ("wants_nothing", None),
            };
            asked.push(json!({"channel": mailbox.label(), "answer": answer, "not_before": not_before}));
        }
        let price = watched.latest.as_ref().map(|latest| latest.lanes.get(wanted.lane));
        let body = json!({
            "schema": WATCH,
            "id": watched.id.0,
            "is_new": watched.is_new,
            "price": price,
            "is_met": !watched.told.is_empty(),
            "asked": asked,
        });
        let status = if watched.is_new {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        Ok((status, Json(body)).into_response())
    });
    answer.await
}

/// Remove a watch
#[utoipa::path(
    delete, path = "/api/v1/lists/{secret}/watches/{id}", operation_id = "unwatch", tag = "lists",
    params(
        ("secret" = String, Path, description = "The secret of the list"),
        ("id" = i64, Path, description = "The watch"),
    ),
    responses((status = 204, description = "It is gone")),
)]
pub(crate) async fn unwatch(
    State(site): State<Site>,
    Path((secret, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let answer = site.ask(move |app, _| {
        let list = find(app, &secret)?.id;
        let id = id.parse().map(WatchId).map_err(|_| unknown())?;
        if app.unwatch_in_list(list, id)? {
            return Ok(StatusCode::NO_CONTENT);
        }
        Err(unknown())
    });
    answer.await
}

fn find(app: &App, secret: &str) -> Result<ListOf, Problem> {
    app.list(&token(secret)?)?.ok_or_else(unknown)
}

/// What a wish means, and the addresses that it names.
fn wanted(app: &App, wish: &Wish) -> Result<(Wanted, Vec<Address>), Problem> {
    let identity = identify(&wish.link);
    let pinned = identity.pinned().cloned();
    let item = identity.item.ok_or_else(|| {
        let reason = identity.reason.as_ref().map(ToString::to_string);
        Problem::bad_value("link", reason.unwrap_or_else(|| "it leads to no listing".to_owned()))
    })?;
    let market = Country::parse(wish.market.as_deref().unwrap_or("US"));
    let market = market.map_err(|error| Problem::bad_value("market", error.to_string()))?;
    let almanac = app.almanac();
    let currency = almanac.markets.get(market).map(|row| row.currency);
    let currency = currency.ok_or_else(|| Problem::bad_value("market", format!("nothing is known of {market}")))?;
    let sku = wish.sku.as_deref().map(SkuId::parse).transpose();
    let sku = sku.map_err(|error| Problem::bad_value("sku", error.to_string()))?;
    let lane = wish.lane.as_deref().unwrap_or(Lane::Public.name());
    let lane = Lane::from_name(lane).ok_or_else(|| {
        let names = Lane::ALL.map(Lane::name).join(", ");
        Problem::bad_value("lane", format!("{lane:?} is no lane; there are {names}"))
    })?;
    let settings = wish
        .settings
        .as_ref()
        .map(|value| read_settings(value.get().as_bytes()));
    let settings = settings.transpose();
    let settings = settings.map_err(|error| Problem::from(error).within("settings"))?;
    let addresses = wish
        .channels
        .iter()
        .map(|text| Address::parse(text))
        .collect::<Result<Vec<_>, _>>();
    let addresses = addresses.map_err(|error| no_address("channels", &error))?;
    let channel = |address: &Address| NewChannel {
        address: address.kept(),
        confirmed: false,
    };
    let wanted = Wanted {
        key: ListingKey { item, market, currency },
        sku: sku.or(pinned),
        lane,
        rules: rules(wish, currency)?,
        settings: settings.unwrap_or_else(Settings::default),
        channels: addresses.iter().map(channel).collect(),
    };
    Ok((wanted, addresses))
}

/// Whether a visitor may name an address: nobody knows whose chat a number is, and what is called is the operator's matter.
pub(crate) fn may_name(site: &Site, address: &Address) -> Result<(), Problem> {
    let told = match (address.channel(), &site.calls) {
        (Channel::Email, _) => return Ok(()),
        (Channel::Telegram, _) => "a chat is bound from within it: by the Telegram button on the page of the list",
        (_, Some(may)) => {
            return may(address).map_err(|why| {
                Problem::new(problem::Kind::Refused, format!("{address} is not called: {why}")).at("channels")
            });
        }
        (_, None) => "this site calls no programs that visitors name; mailboxes and Telegram are what it has",
    };
    Err(Problem::bad_value("channels", told))
}

/// What is wrong with a text that is to be an address. One that can be read and may not be used is understood and refused.
pub(crate) fn no_address(field: &'static str, error: &AddressError) -> Problem {
    match error {
        AddressError::Login(_) => Problem::new(problem::Kind::Refused, error.to_string()).at(field),
        _ => Problem::bad_value(field, error.to_string()),
    }
}

fn rules(wish: &Wish, currency: Currency) -> Result<Vec<Rule>, Problem> {
    let target = wish
        .target
        .as_deref()
        .map(|text| Money::parse(text, currency))
        .transpose();
    let target = target.map_err(|error| Problem::bad_value("target", error.to_string()))?;
    let read = |(place, rule): (usize, &str)| {
        let read = read_rule(rule.as_bytes());
        read.map_err(|error| Problem::from(error).within(&format!("rules[{place}]")))
    };
    let others = wish.rules.iter().map(|rule| rule.get()).enumerate().map(read);
    let others = others.collect::<Result<Vec<_>, _>>()?;
    Ok(target.map(Rule::Below).into_iter().chain(others).collect())
}

pub(crate) fn listed(list: &ListOf) -> Value {
    json!({
        "schema": LIST,
        "name": list.name,
        "since": list.since.to_string(),
        "watches": list.watches.iter().map(watch_of).collect::<Vec<_>>(),
    })
}

fn watch_of(listed: &Listed) -> Value {
    let watch = &listed.watch;
    let (latest, check) = (listed.latest.as_ref(), listed.last_check.as_ref());
    let (rest, until) = match watch.rest {
        Rest::Awake => ("awake", None),
        Rest::Until(moment) => ("silent", Some(moment.to_string())),
        Rest::Stopped => ("stopped", None),
    };
    json!({
        "id": watch.id.0,
        "item": watch.key.item,
        "market": watch.key.market,
        "currency": watch.key.currency,
        "sku": watch.sku,
        "title": watch.title,
        "lane": watch.lane.name(),
        "target": watch.target(),
        "rules": watch.rules.iter().map(rule).collect::<Vec<_>>(),
        "state": rest,
        "silent_until": until,
        "since": watch.since.to_string(),
        "price": latest.map(|latest| latest.lanes.get(watch.lane)),
        "sticker": latest.map(|latest| latest.lanes.sticker),
        "confirmed_at": latest.map(|latest| latest.confirmed.instant().to_string()),
        "checked_at": check.map(|check| check.at.to_string()),
        "outcome": check.map(|check| check.outcome.name()),
        "channels": watch.channels.iter().map(channel).collect::<Vec<_>>(),
    })
}

/// A rule as it was asked for.
fn rule(ruled: &Ruled) -> Value {
    serde_json::from_str(&ruled.rule.to_json()).unwrap_or_default()
}

/// A channel by what may be told of it; a list may be shared.
fn channel(channel: &ChannelOf) -> Value {
    let label = Address::parse(&channel.address).map(|address| address.label());
    let asked = channel.asked.as_ref().map(|fate| match fate {
        Fate::Waiting { .. } => "on_its_way",
        Fate::Delivered { .. } => "asked",
        Fate::Dead { .. } => "failed",
    });
    json!({
        "channel": label.unwrap_or_default(),
        "agreed": channel.confirmed,
        "asked": asked,
        "paused": channel.paused,
    })
}
