//! The past of a listing: the chart, its figures and its gaps, all from one walk over one series.

use std::collections::BTreeMap;

use serde::Serialize;
use tillwatch_app::App;
use tillwatch_app::look::Look;
use tillwatch_app::receipts::{ReceiptName, Turn, Turns};
use tillwatch_app::standing::FRESH;
use tillwatch_core::calendar::{Phase, events_between};
use tillwatch_core::discount::Discount;
use tillwatch_core::history::{Figures, Known, Lane, Minute, Period, Series, Span};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;

use super::{Asked, address};
use crate::Problem;
use crate::chart::{BUCKETS, Band, Chart, Dress, Mark, MarkKind, Tick};
use crate::reader::Frame;
use crate::receipt::Teller;
use crate::words::{Words, fill};

/// Turns of the stack that are told one by one, the latest.
const MOST_TURNS: usize = 12;

/// Days whose turns are looked for: what is older is told by the line alone.
const TURNS_OF_DAYS: u32 = 365;

/// Gaps that are told one by one, the longest first.
const MOST_GAPS: usize = 5;

const DAY: u32 = 1_440;

/// The past as the page shows it.
pub(super) struct Past {
    pub(super) svg: String,
    /// For the script's read-out.
    pub(super) steps: String,
    pub(super) plot: String,
    pub(super) ranges: Vec<Range>,
    pub(super) has_bands: bool,
    pub(super) has_gaps: bool,
    pub(super) windows: Vec<WindowRow>,
    pub(super) gaps: Vec<String>,
    /// What entered and left the stack, the latest first.
    pub(super) turns: Vec<TurnRow>,
}

/// A moment at which something entered or left the stack.
pub(super) struct TurnRow {
    pub(super) when: String,
    pub(super) receipt: String,
    pub(super) total: String,
    pub(super) what: String,
}

/// A range of the chart, as a link.
pub(super) struct Range {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) is_shown: bool,
}

/// The figures of a window.
pub(super) struct WindowRow {
    pub(super) name: String,
    pub(super) low: String,
    pub(super) low_on: String,
    pub(super) average: String,
    pub(super) high: String,
    pub(super) high_on: String,
}

/// What the script is told of the picture.
#[derive(Serialize)]
struct Plot<'a> {
    from: u32,
    until: u32,
    digits: u8,
    currency: String,
    said: &'a str,
    gap: &'a str,
    outcomes: BTreeMap<&'static str, &'a str>,
    /// The name of a receipt with `{at}` for its minute, and from when on there are any.
    receipt: String,
    receipts_from: Option<u32>,
    /// What a link to a receipt says.
    working: &'a str,
}

/// The past of what is looked at; nothing before its first reading.
pub(super) fn past(
    app: &App,
    look: &Look,
    frame: &Frame<'_>,
    asked: &Asked,
    now: Instant,
) -> Result<Option<Past>, Problem> {
    let words = frame.words;
    let minute = Minute::of(now);
    let days = days(asked.range.as_deref())?;
    drawn(app, look, words, days, minute, |chart, turns, alt| {
        let gaps = gaps(chart.effective, words, minute);
        let key = &look.state.tracked.key;
        let plot = Plot {
            from: chart.from.number(),
            until: chart.until.number(),
            digits: key.currency.digits(),
            currency: key.currency.to_string(),
            said: &words.listing.readout,
            gap: &words.listing.readout_gap,
            outcomes: outcomes(chart.effective, words),
            receipt: receipts(look, app),
            receipts_from: turns.since.map(Minute::number),
            working: &words.receipt.heading,
        };
        Ok(Past {
            svg: chart.svg(words, &words.listing.chart_heading, alt),
            steps: chart.steps(),
            plot: serde_json::to_string(&plot).map_err(|_| Problem::internal())?,
            ranges: ranges(look, words, days),
            has_bands: !chart.bands.is_empty(),
            has_gaps: !gaps.is_empty(),
            windows: windows(look, words, minute),
            gaps,
            turns: turn_rows(&turns.turns, look, app, words, minute),
        })
    })
}

/// The picture alone; nothing before the first reading.
pub(crate) fn picture(
    app: &App,
    look: &Look,
    words: &Words,
    days: Option<u32>,
    dress: Dress,
    now: Instant,
) -> Result<Option<String>, Problem> {
    let title = look.title().unwrap_or(&words.listing.chart_heading);
    drawn(app, look, words, days, Minute::of(now), |chart, _, alt| {
        Ok(chart.alone(words, title, alt, dress))
    })
}

/// Makes the chart and lets somebody draw it, with what it says in words.
fn drawn<T>(
    app: &App,
    look: &Look,
    words: &Words,
    days: Option<u32>,
    now: Minute,
    draw: impl FnOnce(&Chart<'_>, &Turns, &str) -> Result<T, Problem>,
) -> Result<Option<T>, Problem> {
    let key = &look.state.tracked.key;
    let series = |lane| -> Result<Option<Series>, Problem> {
        let found = app.history(key, look.variant.sku.as_ref(), lane, None)?;
        Ok(found.map(|found| found.series.fresh_for(FRESH)))
    };
    let Some(bold) = series(look.lane)? else {
        return Ok(None);
    };
    let thin = match look.lane {
        Lane::Sticker => None,
        _ => series(Lane::Sticker)?,
    };
    let until = now.plus(1);
    let first = bold.prices().first().map_or(now, |run| run.start);
    let from = days.map_or(first, |days| until.minus(days * DAY).max(first.min(until.minus(DAY))));
    let effective = bold.chart(from, until, BUCKETS);
    let sticker: Vec<Span<'_>> = thin.iter().flat_map(|thin| thin.chart(from, until, BUCKETS)).collect();
    let turns_from = from.max(until.minus(TURNS_OF_DAYS * DAY));
    let turns = app.turns(&look.variant, look.lane, turns_from, until)?;
    let chart = Chart {
        from,
        until,
        now,
        currency: key.currency,
        effective: &effective,
        sticker: &sticker,
        marks: marks(look, words),
        bands: bands(app, words, from, until),
        ticks: ticks(&turns.turns, words, now),
    };
    draw(&chart, &turns, &alt(&effective, look, words, now)).map(Some)
}

/// The days of a range; `None` is everything.
pub(super) fn days(asked: Option<&str>) -> Result<Option<u32>, Problem> {
    match asked.unwrap_or("90") {
        "30" => Ok(Some(30)),
        "90" => Ok(Some(90)),
        "365" => Ok(Some(365)),
        "all" => Ok(None),
        other => Err(Problem::bad_value(
            "range",
            format!("{other:?} is no range; there are 30, 90, 365, all"),
        )),
    }
}

fn ranges(look: &Look, words: &Words, shown: Option<u32>) -> Vec<Range> {
    let names = &words.listing.ranges;
    let here = address(&look.state.tracked.key, look.variant.sku.as_ref());
    let lane = look.lane.name();
    let all = [
        (&names.d30, "30", Some(30)),
        (&names.d90, "90", Some(90)),
        (&names.d365, "365", Some(365)),
        (&names.all, "all", None),
    ];
    all.into_iter()
        .map(|(name, range, days)| Range {
            name: name.clone(),
            href: format!("{here}&lane={lane}&range={range}#chart"),
            is_shown: days == shown,
        })
        .collect()
}

/// The lows and the target to begin with.
fn marks(look: &Look, words: &Words) -> Vec<Mark> {
    let currency = look.state.tracked.key.currency;
    let label = |name: &str, price: i64| format!("{name} {}", words.site.form.number(Money::new(price, currency)));
    let low = look.standing.low.map(|low| low.price.minor());
    let recent = look
        .window(Period::Days(30))
        .and_then(|window| window.figures)
        .map(|figures| figures.low.price.minor());
    let recent = recent.filter(|recent| Some(*recent) != low);
    let thirty = fill(&words.listing.days, &[("days", "30")]);
    let target = look.target.filter(|_| look.lane == Lane::Public);
    let all = [
        low.map(|price| (MarkKind::Low, words.listing.low.clone(), price)),
        recent.map(|price| (MarkKind::RecentLow, format!("{} {thirty}", words.listing.low), price)),
        target.map(|target| {
            (
                MarkKind::Target,
                words.listing.chart_legend_target.clone(),
                target.minor(),
            )
        }),
    ];
    let marks = all.into_iter().flatten().map(|(kind, name, price)| Mark {
        kind,
        price,
        label: label(&name, price),
    });
    marks.collect()
}

fn ticks(turns: &[Turn], words: &Words, now: Minute) -> Vec<Tick> {
    let tick = |turn: &Turn| Tick {
        at: turn.at,
        text: format!(
            "{}: {}",
            words.site.form.moment(turn.at, now),
            changed(turn, words, now)
        ),
    };
    turns.iter().map(tick).collect()
}

/// What came and went, by the names that people know.
fn changed(turn: &Turn, words: &Words, now: Minute) -> String {
    let teller = Teller { words, now };
    let told = |text: &str, discounts: &[Discount]| {
        let names: Vec<String> = discounts.iter().map(|discount| teller.label(discount)).collect();
        (!names.is_empty()).then(|| fill(text, &[("names", &names.join(", "))]))
    };
    let parts = [
        told(&words.listing.came, &turn.entered),
        told(&words.listing.went, &turn.left),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn turn_rows(turns: &[Turn], look: &Look, app: &App, words: &Words, now: Minute) -> Vec<TurnRow> {
    let row = |turn: &Turn| TurnRow {
        when: words.site.form.moment(turn.at, now),
        receipt: format!("/r/{}", name(look, app, turn.at)),
        total: words.site.form.number(turn.total),
        what: changed(turn, words, now),
    };
    turns.iter().rev().take(MOST_TURNS).map(row).collect()
}

/// The name of the receipt of a minute.
pub(super) fn name(look: &Look, app: &App, at: Minute) -> ReceiptName {
    ReceiptName {
        key: look.state.tracked.key.clone(),
        sku: look.variant.sku.clone(),
        lane: look.lane,
        at,
        rules: app.rules().id.clone(),
    }
}

/// Where receipts are, with a place for their minute.
fn receipts(look: &Look, app: &App) -> String {
    let first = name(look, app, Minute::FIRST).to_string();
    format!("/r/{}", first.replace("19700101T0000Z", "{at}"))
}

/// The named sales in view, their warm-ups left out.
fn bands(app: &App, words: &Words, from: Minute, until: Minute) -> Vec<Band> {
    let events = events_between(&app.almanac(), from.instant(), until.instant());
    let main = events.into_iter().filter(|event| event.phase == Phase::Main);
    let bands = main.filter_map(|event| {
        Some(Band {
            name: words.sale(&event).text,
            from: Minute::of(event.starts?),
            until: Minute::of(event.ends?),
        })
    });
    bands.collect()
}

/// The picture in one sentence.
fn alt(spans: &[Span<'_>], look: &Look, words: &Words, now: Minute) -> String {
    let currency = look.state.tracked.key.currency;
    let form = &words.site.form;
    let prices = spans.iter().filter_map(|span| match span.known {
        Known::Price { price, void: None, .. } => Some(price.minor()),
        _ => None,
    });
    let (Some(low), Some(high), Some(first)) = (prices.clone().min(), prices.max(), spans.first()) else {
        return words.listing.chart_empty.clone();
    };
    let amount = |minor| form.amount(Money::new(minor, currency));
    fill(
        &words.listing.chart_alt,
        &[
            ("from", &form.day(first.from, now)),
            ("until", &form.day(now, now)),
            ("low", &amount(low)),
            ("high", &amount(high)),
        ],
    )
}

fn windows(look: &Look, words: &Words, now: Minute) -> Vec<WindowRow> {
    let currency = look.state.tracked.key.currency;
    let form = &words.site.form;
    let amount = |minor| form.number(Money::new(minor, currency));
    let rows = look.windows.iter().flatten().filter_map(|window| {
        let Figures { low, high, average, .. } = window.figures?;
        Some(WindowRow {
            name: match window.period {
                Period::Days(days) => fill(&words.listing.days, &[("days", &days.to_string())]),
                Period::All => words.listing.all_time.clone(),
            },
            low: amount(low.price.minor()),
            low_on: form.day(low.at, now),
            average: amount(average.minor()),
            high: amount(high.price.minor()),
            high_on: form.day(high.at, now),
        })
    });
    rows.collect()
}

/// Each gap in view with its reason; of many, the longest.
fn gaps(spans: &[Span<'_>], words: &Words, now: Minute) -> Vec<String> {
    let mut gaps: Vec<(&Span<'_>, &str)> = spans
        .iter()
        .filter_map(|span| match span.known {
            Known::Gap(outcome) => Some((span, words.listing.outcomes.of(outcome))),
            Known::Price { .. } => None,
        })
        .collect();
    gaps.sort_by_key(|(gap, _)| std::cmp::Reverse(gap.until.since(gap.from)));
    gaps.truncate(MOST_GAPS);
    gaps.sort_by_key(|(gap, _)| gap.from);
    let told = gaps.into_iter().map(|(gap, outcome)| {
        let form = &words.site.form;
        let (from, length) = (form.moment(gap.from, now), form.span(gap.until.since(gap.from)));
        fill(
            &words.listing.gap,
            &[("from", &from), ("length", &length), ("outcome", outcome)],
        )
    });
    told.collect()
}

/// The outcomes in view by their names, for the script.
fn outcomes<'a>(spans: &[Span<'_>], words: &'a Words) -> BTreeMap<&'static str, &'a str> {
    let gaps = spans.iter().filter_map(|span| match span.known {
        Known::Gap(outcome) => Some((outcome.name(), words.listing.outcomes.of(outcome))),
        Known::Price { .. } => None,
    });
    gaps.collect()
}
