//! Public codes: what each takes, whether it works as far as visitors say, and two buttons to say so.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;
use tillwatch_app::codes::{Bound, Code, Time};
use tillwatch_core::country::Country;
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Rounding;

use super::home::{Choice, choices};
use super::html;
use crate::limits::Kind;
use crate::reader::{Frame, Reader};
use crate::receipt::Teller;
use crate::sought::encoded;
use crate::visitor::Visitor;
use crate::words::fill;
use crate::words::known::Said;
use crate::{Problem, Site};

/// How long a code that is over is still shown, in seconds: thirty days.
const AFTER: i64 = 30 * 86_400;

/// The most codes of single listings of a group that are shown.
const BOUND: usize = 100;

#[derive(Template)]
#[template(path = "codes.html")]
struct Page<'a> {
    frame: Frame<'a>,
    markets: Vec<Choice>,
    market: Country,
    groups: Vec<Group<'a>>,
    /// That a report was taken in.
    told: Option<String>,
}

/// Codes that hold, that come or that are over.
struct Group<'a> {
    heading: &'a str,
    rows: Vec<Row>,
    /// How many codes of single listings are not shown.
    more: Option<String>,
}

/// A code.
struct Row {
    code: String,
    report: String,
    can_report: bool,
    offer: String,
    /// Absent of a code of single listings, which says for which.
    campaign: Option<Said>,
    /// Addresses and titles of its listings, and how many there are besides.
    listings: Vec<(String, String)>,
    others: Option<String>,
    left: Option<String>,
    /// Words and a moment, as a machine and as a person reads it.
    moment: Option<(String, String, String)>,
    regions: Option<String>,
    percent: i64,
    likely: String,
    tries: String,
    last_proven: Option<String>,
    few: Option<String>,
    of_source: Option<String>,
    source: Said,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    told: String,
}

/// `GET /codes`
pub(crate) async fn show(
    State(site): State<Site>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let frame = reader.frame(&site);
    let (words, market, now) = (frame.words, reader.market(), (site.clock)());
    let codes = site.ask(move |app, now| Ok(app.codes(Some(market), now)?)).await?;
    let shown = |heading, time| {
        let recent = |code: &&Code| {
            let ended = code.discount.valid_until;
            code.time == time && (time != Time::Over || ended.is_some_and(|ended| ended > now.plus_seconds(-AFTER)))
        };
        let teller = Teller {
            words,
            now: Minute::of(now),
        };
        let (bound, general): (Vec<&Code>, Vec<&Code>) =
            codes.iter().filter(recent).partition(|code| !code.listings.is_empty());
        // The listings that are read here come first.
        let (known, unknown): (Vec<&Code>, Vec<&Code>) = bound
            .into_iter()
            .partition(|code| code.listings.iter().any(|listing| listing.title.is_some()));
        let bound = known.into_iter().chain(unknown);
        let count = bound.clone().count().saturating_sub(BOUND);
        Group {
            heading,
            rows: general
                .into_iter()
                .chain(bound.take(BOUND))
                .map(|code| row(&teller, market, code))
                .collect(),
            more: (count > 0).then(|| fill(&words.codes.more, &[("count", &count.to_string())])),
        }
    };
    let texts = &words.codes;
    let groups = [
        shown(texts.holds_heading.as_str(), Time::Holds),
        shown(texts.coming_heading.as_str(), Time::Coming),
        shown(texts.over_heading.as_str(), Time::Over),
    ];
    let groups = groups.into_iter().filter(|group| !group.rows.is_empty());
    let told = codes.iter().find(|code| code.text == asked.told);
    let page = Page {
        groups: groups.collect(),
        told: told.map(|code| fill(&texts.told, &[("code", &code.text)])),
        markets: choices(&site, frame.words, market),
        market,
        frame,
    };
    Ok(html(&reader, &page))
}

fn row(teller: &Teller<'_>, market: Country, code: &Code) -> Row {
    let (texts, form) = (&teller.words.codes, &teller.words.site.form);
    let ledger = &code.ledger;
    let moment = |words: &str, at: Option<Instant>| {
        at.map(|at| {
            (
                words.to_owned(),
                Minute::of(at).instant().to_string(),
                form.instant(at, teller.now),
            )
        })
    };
    let regions = teller.words.countries.all_of(&code.discount.regions);
    let others = match code.listings.len() {
        0 => 0,
        named => code.discount.scope.items.len().saturating_sub(named),
    };
    let count = |count: u32| count.to_string();
    let tenths = Rounding::HalfUp.divide(i128::from(ledger.likelihood.points()), 10);
    let (proven, tried) = ledger.of_source;
    let last = ledger.last_proven.map(|at| form.ago(Minute::of(at), teller.now));
    Row {
        report: format!("/codes/{}/report", encoded(&code.text)),
        code: code.text.clone(),
        can_report: code.time == Time::Holds,
        offer: teller.offer(&code.discount),
        campaign: code
            .listings
            .is_empty()
            .then(|| teller.words.campaign(&code.ladder, &code.campaign)),
        listings: code
            .listings
            .iter()
            .map(|Bound { item, title }| {
                let unnamed = || fill(&texts.unnamed, &[("item", item.as_str())]);
                let title = title.clone().unwrap_or_else(unnamed);
                (format!("/i/{item}?market={market}"), title)
            })
            .collect(),
        others: (others > 0).then(|| fill(&texts.others, &[("count", &others.to_string())])),
        left: code.discount.provenance.left.map(|left| match left {
            0 => texts.none_left.clone(),
            _ => fill(&texts.left, &[("count", &left.to_string())]),
        }),
        moment: match code.time {
            Time::Holds => moment(&texts.until, code.discount.valid_until),
            Time::Coming => moment(&texts.begins, code.discount.valid_from),
            Time::Over => moment(&texts.ended, code.discount.valid_until),
        },
        regions: (!regions.is_empty()).then(|| fill(&texts.regions, &[("regions", &regions)])),
        percent: Rounding::HalfUp.divide(i128::from(ledger.likelihood.points()), 100),
        likely: fill(&texts.likely, &[("percent", &form.tenths(tenths))]),
        tries: match ledger.tries() {
            0 => texts.untried.clone(),
            _ => fill(
                &texts.tries,
                &[("proven", &count(ledger.proven)), ("refused", &count(ledger.refused))],
            ),
        },
        last_proven: last.map(|ago| fill(&texts.last_proven, &[("ago", &ago)])),
        few: (ledger.tries() > 0 && ledger.is_of_few()).then(|| texts.few.clone()),
        of_source: (tried > 0).then(|| {
            fill(
                &texts.of_source,
                &[("proven", &count(proven)), ("tried", &count(tried))],
            )
        }),
        source: {
            let said = teller.words.source(&code.source);
            Said {
                text: fill(&texts.source, &[("source", &said.text)]),
                ..said
            }
        },
    }
}

#[derive(Deserialize)]
pub(crate) struct Report {
    /// `yes` or `no`.
    worked: String,
    market: Option<String>,
}

/// `POST /codes/{code}/report`: one voice for each network and code; the last one counts.
pub(crate) async fn report(
    State(site): State<Site>,
    Path(code): Path<String>,
    Extension(visitor): Extension<Visitor>,
    Form(report): Form<Report>,
) -> Result<Response, Problem> {
    let proven = match report.worked.as_str() {
        "yes" => true,
        "no" => false,
        other => {
            return Err(Problem::bad_value(
                "worked",
                format!("{other:?} is neither \"yes\" nor \"no\""),
            ));
        }
    };
    let market = report.market.as_deref().and_then(|market| Country::parse(market).ok());
    let place = market.map(|market| format!("market={market}&")).unwrap_or_default();
    site.may(Kind::Report, visitor)?;
    let network = visitor.voice();
    let told = encoded(&code);
    let known = site.ask(move |app, now| Ok(app.hear_of_code(&code, &network, proven, now)?));
    if !known.await? {
        return Err(Problem::not_found("there is no such public code"));
    }
    let back = format!("/codes?{place}told={told}");
    Ok((StatusCode::SEE_OTHER, Redirect::to(&back)).into_response())
}
