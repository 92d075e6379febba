//! What a till showed beside a receipt: the form for it, what becomes of it, and how far tills agree.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;
use tillwatch_app::App;
use tillwatch_app::ports::store::Compared;
use tillwatch_app::receipts::{Kept, ReceiptName};
use tillwatch_app::tills::{Agreement, Amounts, Counts, PRICE, SHIPPING, Shown, Unheard, has_till, parts};
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Money, Rounding};
use tillwatch_core::stack::Receipt;

use super::checkout::{Diagnosis, diagnosed, with};
use super::{html, kept, wrong};
use crate::limits::Kind;
use crate::reader::{Frame, Reader};
use crate::receipt::{Teller, View};
use crate::typed::{Field, Typed};
use crate::visitor::Visitor;
use crate::words::{Words, fill};
use crate::{Problem, Site};

/// The form beside a receipt.
pub(crate) struct Ask {
    pub(crate) action: String,
    pub(crate) refused: Option<String>,
    pub(crate) total: Field,
    pub(crate) total_label: String,
    pub(crate) delivered: bool,
    /// Whether the parts are shown at once: something stands in them.
    pub(crate) is_open: bool,
    /// Fields with their labels.
    pub(crate) parts: Vec<(Field, String)>,
    pub(crate) own: bool,
}

/// The form beside a receipt, with what was typed; none where no till can be held against it.
pub(crate) fn ask(
    name: &ReceiptName,
    receipt: &Receipt<'_>,
    delivered: bool,
    words: &Words,
    typed: &Typed,
) -> Option<Ask> {
    if !has_till(name.lane) {
        return None;
    }
    let parts = parts(receipt.checkout, receipt.rules, receipt.stack, delivered);
    let fields: Vec<(Field, String)> = parts
        .iter()
        .map(|(part, _)| (typed.field(field(part)), called(part, words)))
        .collect();
    let label = fill(&words.tills.total, &[("currency", name.key.currency.code())]);
    Some(Ask {
        action: format!("/r/{name}/till"),
        refused: typed.refused.first().cloned(),
        total: typed.field("total"),
        total_label: label,
        delivered,
        is_open: fields.iter().any(|(field, _)| !field.text.is_empty()),
        parts: fields,
        own: !typed.text("own").is_empty(),
    })
}

/// The field of a part.
fn field(part: &str) -> String {
    if part == PRICE || part == SHIPPING {
        part.to_owned()
    } else {
        format!("steps.{part}")
    }
}

/// What people call a part.
fn called(part: &str, words: &Words) -> String {
    let step = || words.receipt.steps.of(part).unwrap_or(part);
    match part {
        PRICE => words.tills.price.clone(),
        SHIPPING => words.tills.shipping.clone(),
        _ => step().to_owned(),
    }
}

/// `POST /r/{receipt}/till`: one verdict for each network and receipt; the last one counts.
pub(crate) async fn hear(
    State(site): State<Site>,
    reader: Reader,
    Path(name): Path<String>,
    Extension(visitor): Extension<Visitor>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Err(problem) = site.may(Kind::Report, visitor) {
        return problem.into_response();
    }
    let (here, asking) = (site.clone(), reader.clone());
    let network = visitor.voice();
    let answer = site.ask(move |app, now| {
        let name = ReceiptName::parse(&name).ok_or_else(unknown)?;
        let words = asking.words(&here.tongues);
        let mut typed = Typed::of(pairs);
        if let Some(said) = said(&name, words, &mut typed) {
            match app.hear_of_till(&name, &network, &said, now) {
                Ok(heard) => {
                    let (shown, counts) = (heard.shown, heard.counts.name());
                    let to = format!("/r/{name}/till?shown={shown}&counts={counts}");
                    return Ok((StatusCode::SEE_OTHER, Redirect::to(&to)).into_response());
                }
                Err(why) => refuse(why, words, &mut typed)?,
            }
        }
        let kept = app.receipt(&name)?.ok_or_else(unknown)?;
        let page = kept::page(asking.frame(&here), &name, &kept, &typed, now);
        Ok(with(html(&asking, &page), StatusCode::UNPROCESSABLE_ENTITY))
    });
    let response = answer.await.unwrap_or_else(|problem| wrong(&site, &reader, &problem));
    unindexed(response)
}

fn unknown() -> Problem {
    Problem::not_found("no receipt of that name can be made of what is kept")
}

/// What a form says; nothing where something in it is not accepted.
fn said(name: &ReceiptName, words: &Words, typed: &mut Typed) -> Option<Shown> {
    if typed.text("said") == "same" {
        return Some(Shown::Same);
    }
    let sentences = &words.tills.wrong;
    let amount = |typed: &mut Typed, field: &str| typed.amount(field, name.key.currency, &sentences.amount);
    let total = amount(typed, "total");
    if total.is_none() {
        typed.refuse("total", sentences.no_total.clone());
    }
    let filled: Vec<String> = typed.filled().map(|(field, _)| field.to_owned()).collect();
    let steps = filled
        .iter()
        .filter_map(|field| Some((field, field.strip_prefix("steps.")?)));
    let steps = steps.filter_map(|(field, step)| Some((step.to_owned(), amount(typed, field)?)));
    let amounts = Amounts {
        steps: steps.collect(),
        total: total?,
        price: amount(typed, PRICE),
        shipping: amount(typed, SHIPPING),
        own_coupons: !typed.text("own").is_empty(),
    };
    typed.is_accepted().then(|| Shown::Other(Box::new(amounts)))
}

/// Says beside a field why it was not accepted.
fn refuse(why: Unheard, words: &Words, typed: &mut Typed) -> Result<(), Problem> {
    let (form, sentences) = (&words.site.form, &words.tills.wrong);
    match why {
        Unheard::Beyond {
            field,
            value,
            least,
            most,
        } => {
            let amounts = [("value", value), ("least", least), ("most", most)];
            let amounts = amounts.map(|(name, amount)| (name, form.amount(amount)));
            let amounts = amounts.each_ref().map(|(name, amount)| (*name, amount.as_str()));
            typed.refuse(&field, fill(&sentences.beyond, &amounts));
        }
        Unheard::NoSuchPart { .. } => typed.refused.push(sentences.no_such_part.clone()),
        Unheard::NoReceipt => return Err(unknown()),
        Unheard::NoTill => return Err(Problem::new(crate::problem::Kind::Refused, why.to_string())),
        Unheard::Store(error) => return Err(error.into()),
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "till.html")]
struct Page<'a> {
    frame: Frame<'a>,
    thanks: String,
    diagnosis: Diagnosis,
    back: String,
    receipt: View,
}

#[derive(Deserialize)]
pub(crate) struct Told {
    shown: String,
    counts: String,
}

/// `GET /r/{receipt}/till?shown=&counts=`: thanks, and what the total tells. Nothing is kept by it.
pub(crate) async fn thank(
    State(site): State<Site>,
    reader: Reader,
    Path(name): Path<String>,
    Query(told): Query<Told>,
) -> Response {
    let (here, asking) = (site.clone(), reader.clone());
    let answer = site.ask(move |app, now| {
        let name = ReceiptName::parse(&name).ok_or_else(unknown)?;
        let counts = Counts::from_name(&told.counts).ok_or_else(unknown)?;
        let shown = Money::parse(&told.shown, name.key.currency).map_err(|_| unknown())?;
        let kept = app.receipt(&name)?.ok_or_else(unknown)?;
        let page = page(asking.frame(&here), &name, &kept, (shown, counts), now);
        Ok(html(&asking, &page))
    });
    let response = answer.await.unwrap_or_else(|problem| wrong(&site, &reader, &problem));
    unindexed(response)
}

fn page<'a>(
    frame: Frame<'a>,
    name: &ReceiptName,
    kept: &Kept,
    (shown, counts): (Money, Counts),
    now: Instant,
) -> Page<'a> {
    let (texts, form) = (&frame.words.tills.thanks, &frame.words.site.form);
    let total = kept.stack.total();
    let thanks = match counts {
        Counts::Rules if shown == total => &texts.same,
        Counts::Rules => &texts.other,
        Counts::Price => &texts.price,
        Counts::Nothing => &texts.nothing,
    };
    let receipt = Receipt::new(&kept.checkout, &kept.rules, &kept.stack);
    let teller = Teller {
        words: frame.words,
        now: Minute::of(now),
    };
    Page {
        thanks: fill(
            thanks,
            &[("shown", &form.amount(shown)), ("total", &form.amount(total))],
        ),
        diagnosis: diagnosed(teller, &receipt, &kept.rules, shown),
        back: format!("/r/{name}"),
        receipt: teller.tell(&receipt, None, kept.delivered),
        frame,
    }
}

/// The same, which no search engine lists.
fn unindexed(mut response: Response) -> Response {
    let robots = HeaderName::from_static("x-robots-tag");
    response
        .headers_mut()
        .insert(robots, HeaderValue::from_static("noindex"));
    response
}

/// How far tills agree with a rule set in a market, in words.
pub(crate) struct Row {
    pub(crate) rules: String,
    pub(crate) market: String,
    pub(crate) what: String,
    pub(crate) share: String,
    pub(crate) networks: u32,
    pub(crate) is_of_few: bool,
}

/// How far tills agree, in words.
pub(crate) fn agreement(app: &App, words: &Words, now: Instant) -> Result<Vec<Row>, Problem> {
    let texts = &words.tills.agreement;
    let row = |one: &Agreement| Row {
        rules: one.rules.clone(),
        market: words.countries.of(one.market),
        what: match &one.of {
            Compared::Total => texts.total.clone(),
            Compared::TotalApart => texts.apart.clone(),
            Compared::Part(part) => called(part, words),
        },
        share: words
            .site
            .form
            .tenths(Rounding::HalfUp.divide(i128::from(one.share.points()), 10)),
        networks: one.networks,
        is_of_few: one.is_of_few(),
    };
    Ok(app.agreement(now)?.iter().map(row).collect())
}
