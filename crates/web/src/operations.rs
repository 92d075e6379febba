//! For whoever runs it: alive, ready, and figures in Prometheus' text form.

use std::fmt::Write;

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use tillwatch_app::App;
use tillwatch_app::ports::store::StoreError;
use tillwatch_core::instant::Instant;

use crate::visitor::Visitor;
use crate::{Problem, Site};

/// Alive.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready: the store answers.
pub(crate) async fn readyz(State(site): State<Site>) -> Result<&'static str, Problem> {
    site.ask(|app, _| Ok(app.store().counts()?)).await?;
    Ok("ready\n")
}

/// Figures, for this machine itself and for networks that the operator named; to anybody else there is no such address. No
/// label holds what a person could be known by.
pub(crate) async fn metrics(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
) -> Result<impl IntoResponse, Problem> {
    if !visitor.is_operator(&site.operators) {
        return Err(Problem::not_found("there is no such address"));
    }
    let text = site
        .ask(|app, now| {
            let counts = app.store().counts()?;
            let figures = app.figures();
            let mut page = Page::default();
            page.one(
                "tillwatch_listings",
                "gauge",
                "Listings that are tracked.",
                counts.listings,
            );
            page.one(
                "tillwatch_variants",
                "gauge",
                "Variants that are tracked.",
                counts.variants,
            );
            page.one("tillwatch_watches", "gauge", "Watches.", counts.watches);
            page.one("tillwatch_runs", "gauge", "Runs of history.", counts.runs);
            page.one(
                "tillwatch_store_bytes",
                "gauge",
                "Bytes of the store's file.",
                counts.file_bytes,
            );
            page.head("tillwatch_calls_total", "counter", "Calls, by source.");
            for (source, count) in figures.calls() {
                page.row("tillwatch_calls_total", &[("source", source)], count);
            }
            page.head(
                "tillwatch_refused_calls_total",
                "counter",
                "Calls refused as a whole, by source.",
            );
            for (source, count) in figures.refusals() {
                page.row("tillwatch_refused_calls_total", &[("source", source)], count);
            }
            page.head("tillwatch_checks_total", "counter", "Readings, by source and outcome.");
            for ((source, outcome), count) in figures.checks() {
                let labels = [("source", source), ("outcome", outcome.name())];
                page.row("tillwatch_checks_total", &labels, count);
            }
            page.head("tillwatch_calls_left", "gauge", "Calls that a source's day still has.");
            for desk in app.desks(now) {
                page.row(
                    "tillwatch_calls_left",
                    &[("source", desk.source)],
                    u64::from(desk.remaining),
                );
            }
            page.head(
                "tillwatch_source_troubled",
                "gauge",
                "Whether a source refused the last call.",
            );
            for desk in app.desks(now) {
                let troubled = u64::from(desk.trouble.is_some());
                page.row("tillwatch_source_troubled", &[("source", desk.source)], troubled);
            }
            alerts(&mut page, app, now)?;
            let repriced = figures.repriced_variants();
            page.one(
                "tillwatch_repriced_total",
                "counter",
                "Prices that changed without a reading.",
                repriced,
            );
            let failing = u64::from(app.is_failing());
            page.one("tillwatch_shop_failing", "gauge", "Whether most checks fail.", failing);
            let alerts = figures.operator_alerts();
            page.one(
                "tillwatch_operator_alerts_total",
                "counter",
                "How often most checks began to fail.",
                alerts,
            );
            Ok(page.0)
        })
        .await?;
    Ok((
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    ))
}

fn alerts(page: &mut Page, app: &App, now: Instant) -> Result<(), StoreError> {
    page.head(
        "tillwatch_alerts_total",
        "counter",
        "Tries to hand an alert over, by channel and result.",
    );
    for ((channel, sent), count) in app.figures().sent_by_channel() {
        let labels = [("channel", channel), ("result", sent.name())];
        page.row("tillwatch_alerts_total", &labels, count);
    }
    let outbox = app.store().outbox(now)?;
    for (name, help, value) in [
        (
            "tillwatch_alerts_waiting",
            "Alerts that wait for a channel.",
            outbox.waiting,
        ),
        ("tillwatch_alerts_due", "Those of them that are due.", outbox.due),
        ("tillwatch_alerts_dead", "Alerts that were given up.", outbox.dead),
    ] {
        page.one(name, "gauge", help, value);
    }
    Ok(())
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn row(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        let labels = if labels.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", labels.join(","))
        };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: u64) {
        self.head(name, kind, help);
        self.row(name, &[], value);
    }
}
