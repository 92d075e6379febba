//! `quote`: the main job in one go, from a saved page to the receipt.

mod show;

use std::path::{Path, PathBuf};

use anyhow::bail;
use serde::Serialize;
use tillwatch_core::almanac::Almanac;
use tillwatch_core::checkout::Checkout;
use tillwatch_core::country::Country;
use tillwatch_core::id::{SkuId, Warehouse};
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::{Identity, IdentityKind, PinSource, clean_url, identify};
use tillwatch_core::market::MarketNote;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::quote::{Quote, Wish, alternatives, quote};
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};
use tillwatch_core::stack::{self, Receipt};
use tillwatch_net::readers::{Asked, read_asked};

use super::{Refusal, Shape};
use crate::failure::Status;
use crate::home::Home;
use crate::input::read_all;
use crate::output::Output;
use crate::receipt::moment;
use crate::rules::Rules;

/// The name of the quote format.
const SCHEMA: &str = "tillwatch/quote/1";

/// Work out what a listing costs at the till, with the public discounts that are known
///
/// Give it a page that your browser saved, an API answer, a HAR file or a search result. No connection is opened: it
/// answers for the moment at which the page was seen, where the page says that, and otherwise for now.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch quote page.html --market US
  tillwatch quote https://www.aliexpress.com/item/1005006367324382.html --page page.html
  tillwatch quote --json page.html --sku 12000036904138213 --at 2026-06-03T12:00:00Z")]
pub(crate) struct Arguments {
    /// A file, `-` for standard input, or a link together with --page
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

/// Everything that is said of one listing.
#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    link: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<&'a Identity>,
    snapshot: Reading<'a>,
    variant: Option<&'a Variant>,
    shipping_known: bool,
    checkout: &'a Checkout,
    stack: &'a Receipt<'a>,
    other_variants: Vec<Other<'a>>,
    notes: Vec<String>,
    market_notes: Vec<MarketNote>,
}

/// What the reading was, without all that the checkout already has.
#[derive(Serialize)]
struct Reading<'a> {
    outcome: Outcome,
    shape: &'a str,
    title: Option<&'a str>,
    store_name: Option<&'a str>,
    seen_at: Option<Instant>,
}

/// Another variant of the listing at the till.
#[derive(Serialize)]
struct Other<'a> {
    sku: Option<&'a SkuId>,
    name: Option<&'a str>,
    warehouse: Option<&'a Warehouse>,
    total: Money,
    difference: Option<Money>,
}

/// Quotes each listing of the file.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let (identity, file) = source(arguments)?;
    let known = Known {
        arguments,
        identity: identity.as_ref(),
        almanac: &Home::find(data).almanac()?,
        rules: &Rules::load(arguments.rules.as_deref())?,
    };
    let asked = Asked {
        item: identity.as_ref().and_then(|identity| identity.item.clone()),
        market: arguments.market,
        currency: arguments.currency,
    };
    let seen = read_asked(&read_all(&file)?, &asked);
    let now = crate::clock::now()?;
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

/// What a refusal is about.
fn title(seen: &Snapshot) -> String {
    let item = seen.item.as_ref().map(|item| format!("item {item}"));
    item.unwrap_or_default()
}

/// The file to read, and what the link says where one was given.
fn source(arguments: &Arguments) -> anyhow::Result<(Option<Identity>, PathBuf)> {
    let what = &arguments.what;
    if arguments.page.is_none() && (what == "-" || Path::new(what).exists()) {
        return Ok((None, what.into()));
    }
    let identity = identify(what);
    let Some(item) = &identity.item else {
        let reason = identity.reason.as_ref().map(ToString::to_string);
        let short = "this is a short link; `tillwatch resolve --follow` says which listing it leads to";
        let detail = match identity.kind {
            IdentityKind::NeedsRedirect => short.to_owned(),
            _ => format!("no such file, and no listing's link: {}", reason.unwrap_or_default()),
        };
        return Err(InputError::wrong(what, detail).into());
    };
    match &arguments.page {
        Some(page) => Ok((Some(identity), page.clone())),
        None => bail!(
            "this is listing {item}, and no source of prices is configured yet. Open {} in your browser, save the page \
             and run: tillwatch quote {what} --page FILE",
            clean_url(item, identity.sku.as_ref())
        ),
    }
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
    let mut checkout = quoted.checkout;
    let set = rules.of(&checkout)?;
    checkout.rules = Some(set.id.clone());
    let best = stack::best(&checkout, set);
    let near_misses = stack::near_misses(&checkout, set, &best);
    let others = rules.others(&checkout, &best);
    let receipt = Receipt {
        near_misses: &near_misses,
        other_rules: &others,
        ..Receipt::new(&checkout, set, &best)
    };
    let variant = seen.variants.get(quoted.variant);
    let mut notes = quoted.assumed;
    notes.extend(beside(seen, variant, arguments, wish));
    notes.extend(seen.notes.iter().cloned());
    let all = alternatives(seen, almanac, set, wish);
    let other_variants = all.iter().filter(|other| other.variant != quoted.variant).map(|other| {
        let variant = seen.variants.get(other.variant);
        let total = other.stack.total();
        Other {
            sku: variant.and_then(|variant| variant.sku.as_ref()),
            name: variant.and_then(|variant| variant.name.as_deref()),
            warehouse: variant.and_then(|variant| variant.warehouse.as_ref()),
            total,
            difference: total.checked_sub(best.total()),
        }
    });
    let warehouse = variant.and_then(|variant| variant.warehouse.as_ref());
    let goods = best.after.merchandise;
    let line = checkout.lines.first();
    let answer = Answer {
        schema: SCHEMA,
        link: line
            .map(|line| clean_url(&line.item, line.sku.as_ref()))
            .unwrap_or_default(),
        identity: *identity,
        snapshot: Reading {
            outcome: seen.outcome,
            shape: &seen.shape,
            title: seen.title.as_deref(),
            store_name: seen.store_name.as_deref(),
            seen_at: seen.seen_at,
        },
        variant,
        shipping_known: quoted.shipping_known,
        checkout: &checkout,
        stack: &receipt,
        other_variants: other_variants.collect(),
        notes,
        market_notes: almanac
            .markets
            .notes_for(checkout.market, Some(goods), warehouse, wish.at),
    };
    match Shape::of(output) {
        Shape::Json => output.value(&answer),
        Shape::Text => {
            let mut page = output.page().at_most(crate::receipt::WIDTH);
            show::write(&mut page, &answer);
            output.show(&page)
        }
    }
}

/// What to know beside the total: for which moment it is, and which price is not for everybody.
fn beside(seen: &Snapshot, variant: Option<&Variant>, arguments: &Arguments, wish: &Wish) -> Vec<String> {
    let when = match (arguments.at, seen.seen_at) {
        (None, None) => Some("The page does not say when it was seen; discounts are judged as of now.".to_owned()),
        (Some(_), Some(at)) if at != wish.at => Some(format!(
            "The page was seen at {}; its prices are taken to hold at the moment that was asked for.",
            moment(at)
        )),
        _ => None,
    };
    let first = variant.and_then(|variant| variant.new_shopper_price).map(|price| {
        format!(
            "A first order is shown {price} {}; that is no price for everybody and is not counted.",
            price.currency()
        )
    });
    when.into_iter().chain(first).collect()
}
