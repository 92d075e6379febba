//! A history as text and as JSON, from the same facts.

use serde_json::{Value, json};
use tillwatch_app::HistoryOf;
use tillwatch_app::standing::{FRESH, Standing};
use tillwatch_core::history::{Figures, Known, Minute, Period, Series, Span, Window};
use tillwatch_core::instant::Instant;
use tillwatch_core::link::clean_url;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Outcome;

use crate::curve::{Curve, Line};
use crate::output::Output;
use crate::page::{Ink, Page};
use crate::table::{Align, Table};
use crate::words;

/// The name of the format.
const SCHEMA: &str = "tillwatch/history/1";

/// Minutes of a day.
const DAY: u32 = 1_440;

/// What is shown: one variant in one lane or two.
pub(super) struct View<'a> {
    /// The lanes, the bold one first.
    pub(super) lanes: &'a [HistoryOf],
    /// The rule set of the readings, where another one computed these prices.
    pub(super) recorded_under: Option<&'a str>,
    /// How many days are drawn; absent is everything.
    pub(super) days: Option<u32>,
    /// The moment.
    pub(super) now: Instant,
}

impl View<'_> {
    /// Shows all of it.
    pub(super) fn tell(&self, output: &mut Output) -> anyhow::Result<()> {
        if output.json {
            return self.lanes.iter().try_for_each(|lane| output.value(&self.facts(lane)));
        }
        let mut page = output.page();
        if let Some(first) = self.lanes.first() {
            self.write(first, &mut page);
        }
        output.show(&page)
    }

    fn minute(&self) -> Minute {
        Minute::of(self.now)
    }

    fn sentence(&self, of: &HistoryOf) -> String {
        let check = of.state.last_check.as_ref().map(|check| (check.at, check.outcome));
        // Where only the runs were brought here, they say when somebody looked.
        let check = check.or_else(|| {
            let last = of.series.checks().last()?;
            Some((last.end().instant(), last.value))
        });
        let standing = Standing::of(&of.series, self.minute());
        words::sentence(&standing, of.state.tracked.key.currency, check, self.minute())
    }

    /// What is drawn begins with the first observation, and never before it.
    fn view(&self, series: &Series) -> (Minute, Minute) {
        let until = self.minute().plus(1);
        let begins = [
            series.prices().first().map(|run| run.start),
            series.checks().first().map(|run| run.start),
        ];
        let begins = begins.into_iter().flatten().min().unwrap_or(until);
        let from = self
            .days
            .map_or(begins, |days| until.minus(days.saturating_mul(DAY)).max(begins));
        (from.min(until.minus(1)), until)
    }

    fn write(&self, first: &HistoryOf, page: &mut Page) {
        let key = &first.state.tracked.key;
        let title = first
            .state
            .snapshot
            .as_ref()
            .and_then(|snapshot| snapshot.title.clone());
        page.paragraph(0, Ink::Bold, title.as_deref().unwrap_or(key.item.as_str()));
        page.line(Ink::Dim, &clean_url(&key.item, first.variant.sku.as_ref()));
        let shipping = if first.terms.delivered {
            "with shipping"
        } else {
            "without shipping"
        };
        let facts = format!(
            "to {}, {}, {shipping}, rules {}",
            key.market, key.currency, first.terms.rules
        );
        page.paragraph(0, Ink::Dim, &facts);
        if let Some(recorded) = self.recorded_under {
            let text = format!(
                "Computed under {} from the checkouts that were kept and the discounts that are known today; what was \
                 recorded is under {recorded} and stays as it is.",
                first.terms.rules
            );
            page.paragraph(0, Ink::Bold, &text);
        }
        page.end();
        page.paragraph(0, Ink::Plain, &self.sentence(first));
        page.end();
        let fresh: Vec<Series> = self
            .lanes
            .iter()
            .map(|lane| lane.series.clone().fresh_for(FRESH))
            .collect();
        let (from, until) = self.view(&first.series);
        let buckets = u32::try_from(page.width()).unwrap_or(u32::MAX).saturating_mul(4);
        let lines = self.lanes.iter().zip(&fresh).map(|(lane, series)| Line {
            name: lane.lane.name(),
            spans: series.chart(from, until, buckets),
        });
        Curve {
            from,
            until,
            currency: key.currency,
            lines: lines.collect(),
        }
        .write(page);
        for (lane, series) in self.lanes.iter().zip(&fresh) {
            page.heading(&format!("Lane {}", lane.lane));
            page.table(&self.windows(series, key.currency));
        }
    }

    fn windows(&self, series: &Series, currency: Currency) -> Table {
        let columns = [
            ("DAYS", Align::Left),
            ("LOW", Align::Right),
            ("ON", Align::Left),
            ("AVERAGE", Align::Right),
            ("HIGH", Align::Right),
            ("ON", Align::Left),
            ("NOT SEEN", Align::Left),
        ];
        let mut table = Table::new(2, columns);
        let amount = |minor: i64| Money::new(minor, currency).to_string();
        let day = |at: Minute| words::day(at, self.minute());
        for window in series.windows(self.minute()) {
            let period = match window.period {
                Period::Days(days) => days.to_string(),
                Period::All => "all".to_owned(),
            };
            let blind = if window.blind == 0 {
                "-".to_owned()
            } else {
                words::length(window.blind)
            };
            table.row(match window.figures {
                None => [
                    period,
                    "-".into(),
                    String::new(),
                    "-".into(),
                    "-".into(),
                    String::new(),
                    blind,
                ],
                Some(of) => [
                    period,
                    amount(of.low.price.minor()),
                    day(of.low.at),
                    amount(of.average.minor()),
                    amount(of.high.price.minor()),
                    day(of.high.at),
                    blind,
                ],
            });
        }
        table
    }

    /// The same as JSON; its fields are those that the API answers with, and some more.
    fn facts(&self, of: &HistoryOf) -> Value {
        let key = &of.state.tracked.key;
        let currency = key.currency;
        let amount = |minor: i64| Money::new(minor, currency);
        let series = of.series.clone().fresh_for(FRESH);
        let (from, until) = self.view(&series);
        let points: Vec<Value> = series
            .spans(from, until)
            .iter()
            .map(|span| point(span, currency))
            .collect();
        let windows = series.windows(self.minute()).map(|one| window(&one, currency));
        let standing = Standing::of(&series, self.minute());
        let voids: Vec<Value> = series
            .voids()
            .iter()
            .map(|void| json!({"from": void.from.to_string(), "until": void.until.to_string(), "reason": void.reason}))
            .collect();
        let check = of.state.last_check.as_ref();
        json!({
            "schema": SCHEMA,
            "item": key.item,
            "sku": of.variant.sku,
            "title": of.state.snapshot.as_ref().and_then(|snapshot| snapshot.title.as_deref()),
            "market": key.market,
            "currency": currency,
            "lane": of.lane.name(),
            "rules": of.terms.rules,
            "computed": self.recorded_under.is_some(),
            "recorded_under": self.recorded_under.unwrap_or(&of.terms.rules),
            "with_shipping": of.terms.delivered,
            "at": self.now,
            "sentence": self.sentence(of),
            "now": standing.price().map(|price| amount(price.minor())),
            "checked_at": check.map(|check| check.at),
            "outcome": check.map(|check| check.outcome),
            "windows": windows,
            "points": points,
            "voids": voids,
        })
    }
}

fn point(span: &Span<'_>, currency: Currency) -> Value {
    let (price, outcome, voided): (_, Option<Outcome>, _) = match span.known {
        Known::Price { price, void, .. } => (Some(Money::new(price.minor(), currency)), None, void),
        Known::Gap(outcome) => (None, Some(outcome), None),
    };
    json!({
        "from": span.from.to_string(),
        "until": span.until.to_string(),
        "price": price,
        "outcome": outcome,
        "voided": voided.map(|void| void.reason.as_str()),
    })
}

fn window(window: &Window, currency: Currency) -> Value {
    let days = match window.period {
        Period::Days(days) => Some(days),
        Period::All => None,
    };
    let amount = |minor: i64| Money::new(minor, currency);
    let figures = window.figures.map(|of: Figures| {
        json!({
            "low": amount(of.low.price.minor()),
            "low_at": of.low.at.to_string(),
            "high": amount(of.high.price.minor()),
            "high_at": of.high.at.to_string(),
            "average": amount(of.average.minor()),
            "at_low": of.at_low,
        })
    });
    json!({"days": days, "blind_minutes": window.blind, "figures": figures})
}
