//! A receipt of any minute that was watched, at an address that says all it is computed from.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tillwatch_app::receipts::{Kept, ReceiptName};
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::stack::{self, Receipt};

use super::{html, listing, tills, wrong};
use crate::reader::{Frame, Reader};
use crate::receipt::{Teller, View};
use crate::typed::Typed;
use crate::words::fill;
use crate::{Problem, Site};

/// The name of the format.
const SCHEMA: &str = "tillwatch/receipt/1";

#[derive(Template)]
#[template(path = "kept.html")]
pub(super) struct Page<'a> {
    frame: Frame<'a>,
    title: String,
    lead: String,
    /// How it stands beside the history, and whether it is the same.
    compared: String,
    agrees: bool,
    listing: String,
    json: String,
    receipt: View,
    /// What the till showed, where one can be held against it.
    ask: Option<tills::Ask>,
}

/// `GET /r/{receipt}`, and with `.json` what it is computed from and what it comes to.
pub(crate) async fn show(State(site): State<Site>, reader: Reader, Path(name): Path<String>) -> Response {
    let (here, asking) = (site.clone(), reader.clone());
    let answer = site.ask(move |app, now| {
        let (name, as_json) = name
            .strip_suffix(".json")
            .map_or((name.as_str(), false), |name| (name, true));
        let unknown = || Problem::not_found("no receipt of that name can be made of what is kept");
        let name = ReceiptName::parse(name).ok_or_else(unknown)?;
        if name.at > Minute::of(now) {
            return Err(Problem::not_found("that minute has not come yet"));
        }
        let kept = app.receipt(&name)?.ok_or_else(unknown)?;
        Ok(if as_json {
            written(&name, &kept)
        } else {
            html(
                &asking,
                &page(asking.frame(&here), &name, &kept, &Typed::default(), now),
            )
        })
    });
    let mut response = answer.await.unwrap_or_else(|problem| wrong(&site, &reader, &problem));
    let headers = response.headers_mut();
    // What it says may still change, where a ladder of codes is corrected.
    headers.insert(CACHE_CONTROL, axum::http::HeaderValue::from_static("no-cache"));
    let robots = HeaderName::from_static("x-robots-tag");
    headers.insert(robots, axum::http::HeaderValue::from_static("noindex"));
    response
}

/// The page, with what was typed of its till.
pub(super) fn page<'a>(frame: Frame<'a>, name: &ReceiptName, kept: &Kept, typed: &Typed, now: Instant) -> Page<'a> {
    let (words, form) = (&frame.words.kept, &frame.words.site.form);
    let (minute, total) = (Minute::of(now), kept.stack.total());
    let title = kept.checkout.lines.first().and_then(|line| line.title.as_deref());
    let title = title.map_or_else(|| name.key.item.to_string(), listing::shortened);
    let agrees = kept.recorded.is_none_or(|recorded| recorded == total);
    let compared = match kept.recorded {
        None => &words.unrecorded,
        Some(_) if agrees => &words.agrees,
        Some(_) => &words.differs,
    };
    let recorded = kept.recorded.map(|recorded| form.amount(recorded)).unwrap_or_default();
    let teller = Teller {
        words: frame.words,
        now: minute,
    };
    let receipt = Receipt {
        near_misses: &stack::near_misses(&kept.checkout, &kept.rules, &kept.stack),
        ..Receipt::new(&kept.checkout, &kept.rules, &kept.stack)
    };
    Page {
        title: fill(&words.title, &[("moment", &form.moment(name.at, minute))]),
        lead: fill(
            &words.lead,
            &[("title", &title), ("lane", frame.words.listing.lanes.of(name.lane))],
        ),
        compared: fill(compared, &[("price", &recorded)]),
        agrees,
        listing: format!(
            "{}&lane={}",
            listing::address(&name.key, name.sku.as_ref()),
            name.lane.name()
        ),
        json: format!("/r/{name}.json"),
        receipt: teller.tell(&receipt, None, kept.delivered),
        ask: tills::ask(name, &receipt, kept.delivered, frame.words, typed),
        frame,
    }
}

fn written(name: &ReceiptName, kept: &Kept) -> Response {
    let receipt = Receipt {
        near_misses: &stack::near_misses(&kept.checkout, &kept.rules, &kept.stack),
        ..Receipt::new(&kept.checkout, &kept.rules, &kept.stack)
    };
    let body = json!({
        "schema": SCHEMA,
        "receipt": name.to_string(),
        "with_shipping": kept.delivered,
        "recorded": kept.recorded,
        "checkout": kept.checkout,
        "stack": receipt,
    });
    Json(body).into_response()
}
