//! Named sales and weekly rounds: what is announced, what is computed, what is merely usual.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tillwatch_app::effects::Effect;
use tillwatch_core::almanac::Confidence;
use tillwatch_core::calendar::{Event, Phase, events_between};
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;

use super::html;
use crate::reader::{Frame, Reader};
use crate::words::known::Said;
use crate::words::{Words, fill};
use crate::{Problem, Site, ical};

/// How far back and ahead it looks, in seconds: two months, a year.
const BACK: i64 = 60 * 86_400;
const AHEAD: i64 = 366 * 86_400;

#[derive(Template)]
#[template(path = "promotions.html")]
struct Page<'a> {
    frame: Frame<'a>,
    groups: Vec<(&'a str, Vec<Row>)>,
    weekly: Vec<Row>,
}

/// A sale.
struct Row {
    name: Said,
    label: String,
    sure: String,
    starts: Moment,
    ends: Moment,
    /// What it did to the prices that are tracked.
    effect: Option<String>,
    facts: Vec<Said>,
}

/// A moment, with its words before it; or only words where it is not known.
struct Moment {
    words: String,
    /// As a machine and as a person reads it.
    at: Option<(String, String)>,
}

/// `GET /promotions`
pub(crate) async fn show(State(site): State<Site>, reader: Reader) -> Result<Response, Problem> {
    let now = (site.clock)();
    let frame = reader.frame(&site);
    let words = frame.words;
    let almanac = site.app.almanac();
    let effects = site.ask(|app, _| Ok(app.effects()?)).await?;
    let events = events_between(&almanac, now.plus_seconds(-BACK), now.plus_seconds(AHEAD));
    let (mut on, mut coming, mut over) = (Vec::new(), Vec::new(), Vec::new());
    for event in &events {
        let row = row(event, effects.get(&event.id), words, now);
        match (event.starts, event.ends) {
            (_, Some(ends)) if ends <= now => over.push(row),
            (Some(starts), _) if starts > now => coming.push(row),
            _ => on.push(row),
        }
    }
    over.reverse();
    let mut weekly: Vec<Row> = Vec::new();
    for event in almanac.events.rotations_between(now, now.plus_seconds(14 * 86_400)) {
        if weekly.iter().all(|known| known.name != words.sale(&event)) {
            weekly.push(row(&event, None, words, now));
        }
    }
    let texts = &words.promotions;
    let groups = [
        (&texts.now_heading, on),
        (&texts.next_heading, coming),
        (&texts.past_heading, over),
    ];
    let groups = groups.into_iter().filter(|(_, rows)| !rows.is_empty());
    let groups = groups.map(|(heading, rows)| (heading.as_str(), rows)).collect();
    Ok(html(&reader, &Page { frame, groups, weekly }))
}

/// `GET /promotions.ics`
pub(crate) async fn calendar(State(site): State<Site>) -> Response {
    let now = (site.clock)();
    let events = events_between(&site.app.almanac(), now.plus_seconds(-BACK), now.plus_seconds(AHEAD));
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CONTENT_DISPOSITION, "inline; filename=\"tillwatch-promotions.ics\""),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, ical::calendar(&events, now)).into_response()
}

fn row(event: &Event, effect: Option<&Effect>, words: &Words, now: Instant) -> Row {
    let texts = &words.promotions;
    let form = &words.site.form;
    let moment = |before: &str, at: Option<Instant>, unknown: &str| match at {
        Some(at) => Moment {
            words: before.to_owned(),
            at: Some((Minute::of(at).instant().to_string(), form.instant(at, Minute::of(now)))),
        },
        None => Moment {
            words: unknown.to_owned(),
            at: None,
        },
    };
    let is_over = event.ends.is_some_and(|ends| ends <= now);
    let end = if is_over { &texts.ended } else { &texts.until };
    let coupon = event
        .top_coupon
        .as_ref()
        .map(|coupon| within(&texts.top_coupon, "coupon", &words.top_coupon(event, coupon)));
    let source = event
        .source
        .as_ref()
        .map(|source| within(&texts.source, "source", &words.source(source)));
    Row {
        name: match event.phase {
            Phase::Main => words.sale(event),
            Phase::WarmUp => within(&texts.warm_up, "name", &words.sale(event)),
        },
        label: texts.labels.of(event.label).to_owned(),
        sure: match event.confidence {
            Confidence::High => texts.sure.high.clone(),
            Confidence::Medium => texts.sure.medium.clone(),
            Confidence::Low => texts.sure.low.clone(),
        },
        starts: moment(&texts.begins, event.starts, &texts.unknown_start),
        ends: moment(end, event.ends, &texts.unknown_end),
        effect: effect
            .filter(|effect| effect.listings > 0)
            .map(|effect| told(effect, words)),
        facts: coupon
            .into_iter()
            .chain(words.sale_notes(event))
            .chain(source)
            .collect(),
    }
}

/// A sentence of ours with a text of the data in it.
fn within(sentence: &str, name: &str, said: &Said) -> Said {
    Said {
        text: fill(sentence, &[(name, &said.text)]),
        ..*said
    }
}

/// What a sale did, in one sentence or two.
fn told(effect: &Effect, words: &Words) -> String {
    let texts = &words.promotions;
    let sign = match effect.median {
        ..0 => "\u{2212}",
        0 => "",
        1.. => "+",
    };
    let median = words.site.form.tenths(i64::from(effect.median.unsigned_abs()));
    let effect_of = fill(
        &texts.effect,
        &[
            ("listings", &effect.listings.to_string()),
            ("cheaper", &effect.cheaper.to_string()),
            ("lows", &effect.lows.to_string()),
            ("median", &format!("{sign}{median}")),
        ],
    );
    if effect.is_of_few() {
        format!("{effect_of} {}", texts.effect_few)
    } else {
        effect_of
    }
}
