//! `watch add`: from pasted texts to watches, each answered in its place.

use std::io::BufRead;
use std::sync::Arc;

use serde::Serialize;
use tillwatch_app::ports::store::{Latest, ListingKey, NewChannel};
use tillwatch_app::{App, Roll, Wanted};
use tillwatch_core::alert::{Rule, Settings};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Minute};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::Identity;
use tillwatch_core::money::{Currency, Money};

use tillwatch_net::links::FollowError;

use super::telling::Telling;
use crate::commands::following::{Following, Guide};
use crate::commands::{Refusal, which};
use crate::failure::{Status, Usage};
use crate::home::Home;
use crate::input::open;
use crate::output::Output;
use crate::page::Ink;
use crate::words;

/// Watch listings, from links, share texts, ids or lines of them
///
/// Without a text, each line of standard input is one. A line that is refused is named, and the others are still added.
/// The same watch is never added twice.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch watch add https://www.aliexpress.com/item/1005006367324382.html --market US --target 31.50
  tillwatch watch add 1005006367324382 --target 31.50 --rule new-low --tell telegram:123456 --quiet 22:00-07:00
  tillwatch watch add --follow https://a.aliexpress.com/_mNhKQOm --market DE
  tillwatch watch add --market DE --lane code < links.txt")]
pub(crate) struct Arguments {
    /// What was pasted, one text each; without any, each line of standard input is one
    #[arg(value_name = "LINK-OR-TEXT")]
    texts: Vec<String>,
    /// The ship-to country, such as US [default: US, with a note]
    #[arg(long, value_name = "CC", value_parser = Country::parse)]
    market: Option<Country>,
    /// The currency that you pay in, such as USD [default: the market's]
    #[arg(long, value_name = "CUR", value_parser = Currency::parse)]
    currency: Option<Currency>,
    /// The variant [default: the link's, else the one that the page selects]
    #[arg(long, value_name = "ID", value_parser = SkuId::parse)]
    sku: Option<SkuId>,
    /// Which discounts count: sticker, automatic, public or code
    #[arg(long, value_name = "LANE", default_value = "public", value_parser = which::lane)]
    lane: Lane,
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    following: Following,
}

/// What all watches of one call have in common.
struct Terms {
    market: Country,
    currency: Currency,
    target: Option<Money>,
    rules: Vec<Rule>,
    settings: Settings,
    channels: Vec<NewChannel>,
    guide: Guide,
    notes: Vec<String>,
}

/// What became of one text.
#[derive(Serialize)]
struct Answer {
    watch: i64,
    done: &'static str,
    item: ItemId,
    sku: Option<SkuId>,
    market: Country,
    currency: Currency,
    lane: &'static str,
    target: Option<Money>,
    /// The price as last recorded, and when it was confirmed.
    last: Option<Money>,
    last_at: Option<Instant>,
    met: bool,
    notes: Vec<String>,
}

/// Adds a watch for each text.
pub(crate) fn run(arguments: &Arguments, home: &Home, output: &mut Output) -> anyhow::Result<Status> {
    if arguments.sku.is_some() && arguments.texts.len() != 1 {
        return Err(Usage("--sku: one variant belongs to one listing; give one text with it".to_owned()).into());
    }
    let now = crate::clock::now()?;
    // All that is the same for each text is looked at before anything is made.
    let almanac = home.almanac()?;
    let market = arguments.market.unwrap_or(Country::US);
    let currency = arguments
        .currency
        .or_else(|| almanac.markets.get(market).map(|row| row.currency));
    let currency = currency.ok_or_else(|| {
        InputError::missing(
            "--currency",
            format_args!("nothing is known of the currency of {market}"),
        )
    })?;
    let terms = Terms {
        market,
        currency,
        target: arguments.telling.target(currency)?,
        rules: arguments.telling.rules(currency)?,
        settings: arguments.telling.settings(),
        channels: arguments.telling.channels()?,
        guide: arguments.following.guide()?,
        notes: Vec::from_iter(
            arguments
                .market
                .is_none()
                .then(|| format!("no --market was given: prices are those of shipping to {market}, in {currency}")),
        ),
    };
    let app = home.app(Arc::new(home.store()?), now)?;
    let mut roll = app.roll()?;
    let (mut all, mut reached) = (true, true);
    let mut one = |text: &str, place: String, output: &mut Output| -> anyhow::Result<()> {
        match add(&app, arguments, &terms, text, &place, now, &mut roll) {
            Ok(answer) => tell(&answer, now, output),
            Err(error) => {
                let led_nowhere = error
                    .downcast_ref::<FollowError>()
                    .map(|why| InputError::wrong(&place, why));
                reached &= led_nowhere.is_none();
                let Some(refused) = led_nowhere.as_ref().or_else(|| error.downcast_ref::<InputError>()) else {
                    return Err(error);
                };
                all = false;
                if output.json {
                    return output.value(&Refusal { error: refused });
                }
                eprintln!("tillwatch: {refused}");
                Ok(())
            }
        }
    };
    if !output.json {
        for note in &terms.notes {
            eprintln!("tillwatch: {note}");
        }
    }
    if arguments.texts.is_empty() {
        for (number, line) in (1..).zip(open(None)?.split(b'\n')) {
            let line = line?;
            // Blank lines count, so that a refused one is found where an editor shows it.
            if !line.trim_ascii().is_empty() {
                one(&String::from_utf8_lossy(&line), format!("line {number}"), output)?;
            }
        }
    } else {
        for (number, text) in (1..).zip(&arguments.texts) {
            one(text, format!("text {number}"), output)?;
        }
    }
    Ok(if reached {
        Status::all_answered(all)
    } else {
        Status::Outside
    })
}

fn add(
    app: &App,
    arguments: &Arguments,
    terms: &Terms,
    text: &str,
    place: &str,
    now: Instant,
    roll: &mut Roll,
) -> anyhow::Result<Answer> {
    let identity = terms.guide.identify(text)?;
    let item = which::item(&identity, place)?;
    let wanted = Wanted {
        key: ListingKey {
            item,
            market: terms.market,
            currency: terms.currency,
        },
        sku: arguments.sku.clone().or_else(|| identity.pinned().cloned()),
        lane: arguments.lane,
        rules: terms.rules.clone(),
        settings: terms.settings.clone(),
        channels: terms.channels.clone(),
    };
    let watched = app.watch_once(&wanted, roll, now)?;
    let price = |latest: &Latest| latest.lanes.get(wanted.lane);
    let last = watched.latest.as_ref().map(price);
    Ok(Answer {
        watch: watched.id.0,
        done: if watched.is_new { "added" } else { "was_there" },
        notes: terms.notes.iter().cloned().chain(hints(&identity, arguments)).collect(),
        item: wanted.key.item,
        sku: wanted.sku,
        market: terms.market,
        currency: terms.currency,
        lane: wanted.lane.name(),
        target: terms.target,
        last,
        last_at: watched.latest.map(|latest| latest.confirmed.instant()),
        met: super::met(last, terms.target),
    })
}

/// What the text may have meant, which nothing is decided by.
fn hints(identity: &Identity, arguments: &Arguments) -> Vec<String> {
    let mut hints = Vec::new();
    let elsewhere = identity.country_hint.filter(|country| *country != Country::US);
    if let Some(country) = elsewhere.filter(|_| arguments.market.is_none()) {
        hints.push(format!(
            "the link was probably shared from {country}; --market {country} watches it there"
        ));
    }
    if let (Some(sku), None, None) = (&identity.sku, identity.pinned(), &arguments.sku) {
        hints.push(format!("the link may mean variant {sku}; --sku {sku} watches that one"));
    }
    hints.extend(identity.reason.as_ref().map(ToString::to_string));
    hints
}

fn tell(answer: &Answer, now: Instant, output: &mut Output) -> anyhow::Result<()> {
    if output.json {
        return output.value(answer);
    }
    let mut page = output.page();
    let done = match answer.done {
        "added" => "watch",
        _ => "is there already: watch",
    };
    let sku = answer
        .sku
        .as_ref()
        .map(|sku| format!(" variant {sku}"))
        .unwrap_or_default();
    let target = answer
        .target
        .map(|target| format!(", target {target} {}", answer.currency));
    let line = format!(
        "{done} {}: item {}{sku}, to {}, lane {}{}",
        answer.watch,
        answer.item,
        answer.market,
        answer.lane,
        target.unwrap_or_default()
    );
    page.line(Ink::Plain, &line);
    if let (true, Some(last), Some(at)) = (answer.met, answer.last, answer.last_at) {
        let ago = words::ago(Minute::of(at), Minute::of(now));
        page.paragraph(
            2,
            Ink::Good,
            &format!(
                "The target is met already: {last} {}, confirmed {ago}.",
                answer.currency
            ),
        );
    }
    for note in answer.notes.iter().filter(|note| !note.starts_with("no --market")) {
        page.paragraph(2, Ink::Dim, note);
    }
    output.show(&page)
}
