//! `quote`: the main job in one go, from a saved page to the receipt.

mod fetch;
mod show;

use std::path::{Path, PathBuf};

use tillwatch_app::harvest;
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::id::SkuId;
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::{Identity, IdentityKind, PinSource, identify};
use tillwatch_core::money::Currency;
use tillwatch_core::quote::{Quote, Wish, Worked, quote};
use tillwatch_core::snapshot::Snapshot;
use tillwatch_net::readers::{Asked, read_asked};

use super::{Refusal, Shape};
use crate::failure::{Status, Usage};
use crate::home::Home;
use crate::input::read_all;
use crate::output::Output;
use crate::receipt::moment;
use crate::rules::Rules;

/// Work out what a listing costs at the till, with the public discounts that are known
///
/// Give it a page that your browser saved, an API answer, a HAR file, a search result or a feed: no connection is opened,
/// and it answers for the moment at which the page was seen, where the page says that, and otherwise for now. Give it a
/// link and a country alone, and the official API is asked once with your own app's key.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch quote page.html --market US
  TILLWATCH_APP_KEY=512345 TILLWATCH_APP_SECRET=... tillwatch quote 1005006367324382 --market US
  tillwatch quote https://www.aliexpress.com/item/1005006367324382.html --page page.html
  tillwatch quote --json page.html --sku 12000036904138213 --at 2026-06-03T12:00:00Z")]
pub(crate) struct Arguments {
    /// A file, `-` for standard input, or a link; with --page the file that shows it
    #[arg(value_name = "LINK-OR-FILE")]
    what: String,
    /// The file with what the link shows
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// The ship-to country, such as US [default: the page's]
    #[arg(long, value_name = "CC", value_parser = Country::parse)]
    market: Option<Country>,
    /// The currency that you pay in, such as USD; a page in another one makes no quote [default: the page's]
    #[arg(long, value_name = "CUR", value_parser = Currency::parse)]
    currency: Option<Currency>,
    /// The moment, such as 2026-06-03T12:00:00Z [default: when the page was seen, else now]
    #[arg(long, value_name = "T", value_parser = Instant::parse)]
    at: Option<Instant>,
    /// The variant [default: the link's, else the one that the page had selected, else the cheapest]
    #[arg(long, value_name = "ID", value_parser = SkuId::parse)]
    sku: Option<SkuId>,
    /// How many pieces
    #[arg(long, value_name = "N", default_value_t = 1)]
    quantity: u32,
    /// A rule set by name or a file with one
    #[arg(long, value_name = "ID|FILE")]
    rules: Option<String>,
}

/// What is the same for every listing of a file.
struct Known<'a> {
    arguments: &'a Arguments,
    identity: Option<&'a Identity>,
    almanac: &'a Almanac,
    rules: &'a Rules,
}

/// Quotes each listing of the file.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let home = Home::find(data);
    let (identity, file) = source(arguments)?;
    let now = crate::clock::now()?;
    let mut almanac = home.almanac()?;
    if file.is_none()
        && let Some(store) = home.existing_store()?
    {
        for ladder in harvest::kept(&store)? {
            almanac.add(ladder);
        }
    }
    let known = Known {
        arguments,
        identity: identity.as_ref(),
        almanac: &almanac,
        rules: &Rules::load(arguments.rules.as_deref())?,
    };
    let asked = Asked {
        item: identity.as_ref().and_then(|identity| identity.item.clone()),
        market: arguments.market,
        currency: arguments.currency,
    };
    let seen = match file {
        Some(file) => read_asked(&read_all(&file)?, &asked),
        None => fetch::seen(&asked, named(arguments, known.identity), &home, known.almanac, now)?,
    };
    let mut all = true;
    for (number, one) in seen.iter().enumerate() {
        let wish = wish(arguments, identity.as_ref(), one, now);
        match quote(one, known.almanac, &wish) {
            Ok(quoted) => {
                if number > 0 && !output.json {
                    let mut page = output.page().at_most(crate::receipt::WIDTH);
                    page.end();
                    page.rule();
                    page.end();
                    output.show(&page)?;
                }
                answer(one, quoted, &wish, &known, output)?;
            }
            Err(error) => {
                all = false;
                let error = InputError::wrong(title(one), error);
                if output.json {
                    output.value(&Refusal { error: &error })?;
                } else {
                    eprintln!("tillwatch: {error}");
                }
            }
        }
    }
    Ok(Status::all_answered(all))
}

/// The variant that was asked for, by itself or by a link that says so and does not only hint at it.
fn named<'a>(arguments: &'a Arguments, identity: Option<&'a Identity>) -> Option<&'a SkuId> {
    let linked = || {
        let identity = identity?;
        identity
            .sku
            .as_ref()
            .filter(|_| !identity.sku_source.is_some_and(PinSource::is_hint))
    };
    arguments.sku.as_ref().or_else(linked)
}

/// What a refusal is about.
fn title(seen: &Snapshot) -> String {
    let item = seen.item.as_ref().map(|item| format!("item {item}"));
    item.unwrap_or_default()
}

/// The file to read, if there is one, and what the link says where one was given.
fn source(arguments: &Arguments) -> anyhow::Result<(Option<Identity>, Option<PathBuf>)> {
    let what = &arguments.what;
    if arguments.page.is_none() && (what == "-" || Path::new(what).exists()) {
        return Ok((None, Some(what.into())));
    }
    let identity = identify(what);
    if identity.item.is_none() {
        let reason = identity.reason.as_ref().map(ToString::to_string);
        let short = "this is a short link; `tillwatch resolve --follow` says which listing it leads to";
        let detail = match identity.kind {
            IdentityKind::NeedsRedirect => short.to_owned(),
            _ => format!("no such file, and no listing's link: {}", reason.unwrap_or_default()),
        };
        return Err(InputError::wrong(what, detail).into());
    }
    if arguments.page.is_none() && arguments.at.is_some() {
        return Err(Usage("--at is for a file: a price that is asked for now is one of now".into()).into());
    }
    Ok((Some(identity), arguments.page.clone()))
}

fn wish(arguments: &Arguments, identity: Option<&Identity>, seen: &Snapshot, now: Instant) -> Wish {
    Wish {
        market: arguments.market,
        currency: arguments.currency,
        sku: arguments.sku.clone().or_else(|| pinned(identity?, seen)),
        quantity: arguments.quantity,
        at: arguments.at.or(seen.seen_at).unwrap_or(now),
    }
}

/// The variant of the link; one that the link only hints at counts where the page has it.
fn pinned(identity: &Identity, seen: &Snapshot) -> Option<SkuId> {
    let sku = identity.sku.as_ref()?;
    let hint = identity.sku_source.is_some_and(PinSource::is_hint);
    let there = || seen.variants.iter().any(|variant| variant.sku.as_ref() == Some(sku));
    (!hint || there()).then(|| sku.clone())
}

fn answer(seen: &Snapshot, quoted: Quote, wish: &Wish, known: &Known<'_>, output: &mut Output) -> anyhow::Result<()> {
    let Known {
        arguments,
        identity,
        almanac,
        rules,
    } = known;
    let set = rules.of(&quoted.checkout)?;
    let worked = Worked::new(seen, quoted, almanac, set, wish, when(seen, arguments, wish));
    let others = rules.others(&worked.checkout, &worked.best);
    let answer = worked.answer(seen, *identity, set, &others);
    match Shape::of(output) {
        Shape::Json => output.value(&answer),
        Shape::Text => {
            let mut page = output.page().at_most(crate::receipt::WIDTH);
            show::write(&mut page, &answer);
            output.show(&page)
        }
    }
}

/// For which moment the total is, where that is not plain.
fn when(seen: &Snapshot, arguments: &Arguments, wish: &Wish) -> Option<String> {
    match (arguments.at, seen.seen_at) {
        (None, None) => Some("The page does not say when it was seen; discounts are judged as of now.".to_owned()),
        (Some(_), Some(at)) if at != wish.at => Some(format!(
            "The page was seen at {}; its prices are taken to hold at the moment that was asked for.",
            moment(at)
        )),
        _ => None,
    }
}
