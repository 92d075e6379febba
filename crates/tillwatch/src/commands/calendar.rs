//! `calendar`: the named sales of a year.

use std::path::Path;

use serde::Serialize;
use tillwatch_core::calendar::{Event, Label, Phase, events_between};
use tillwatch_core::instant::{Instant, MARKETPLACE_ZONE};

use crate::failure::Status;
use crate::home::Home;
use crate::output::Output;
use crate::page::Ink;
use crate::table::{Align, Table};

/// Show the named sales of a year
///
/// Announced: a source dates it. Observed: coupons were live then. Computed: a rule that fitted the dated years gives it.
/// Usual: said to be so, without a dated year.
#[derive(clap::Args)]
#[command(after_help = "Example:
  tillwatch calendar --year 2026")]
pub(crate) struct Arguments {
    /// The year, as the marketplace's clocks count it [default: this year]
    #[arg(long, value_parser = clap::value_parser!(u16).range(2010..=2100))]
    year: Option<u16>,
}

#[derive(Serialize)]
struct Written<'a> {
    schema: &'static str,
    year: u16,
    events: &'a [Event],
    rotations: &'a [Event],
}

/// Prints the events that touch the year.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let year = match arguments.year {
        Some(year) => year,
        None => crate::clock::now()?
            .in_marketplace_zone()
            .to_string()
            .get(..4)
            .unwrap_or_default()
            .parse()?,
    };
    let start = |year: u16| Instant::local(&format!("{year}-01-01T00:00:00"), MARKETPLACE_ZONE);
    let (from, until) = (start(year)?, start(year + 1)?);
    let almanac = Home::find(data).almanac()?;
    let events = events_between(&almanac, from, until);
    let rotations = almanac.events.rotations_between(from, until);
    if output.json {
        output.value(&Written {
            schema: "tillwatch/calendar/1",
            year,
            events: &events,
            rotations: &rotations,
        })?;
        return Ok(Status::Done);
    }
    let mut page = output.page();
    page.line(
        Ink::Bold,
        &format!("Named sales of {year}, on the marketplace's clocks (Pacific Time)"),
    );
    page.end();
    let columns = [
        ("FROM", Align::Left),
        ("UNTIL", Align::Left),
        ("SALE", Align::Left),
        ("KNOWN", Align::Left),
        ("SURE", Align::Left),
    ];
    let mut table = Table::new(2, columns);
    for event in &events {
        table.inked(ink(event.label), cells(event));
    }
    page.table(&table);
    let mut told: Vec<&str> = Vec::new();
    for weekly in &rotations {
        if told.contains(&weekly.name.as_str()) {
            continue;
        }
        if told.is_empty() {
            page.heading("Usual, every week");
        }
        told.push(&weekly.name);
        page.paragraph(2, Ink::Plain, &weekly.name);
    }
    output.show(&page)?;
    Ok(Status::Done)
}

const fn ink(label: Label) -> Ink {
    match label {
        Label::Announced | Label::Observed => Ink::Plain,
        Label::Computed | Label::Usual => Ink::Dim,
    }
}

fn cells(event: &Event) -> [String; 5] {
    let moment = |at: Option<Instant>| {
        let at = at.map(|at| at.in_marketplace_zone().to_string().replace('T', " "));
        at.and_then(|at| at.get(..16).map(ToOwned::to_owned))
            .unwrap_or_else(|| "not known".to_owned())
    };
    let phase = match event.phase {
        Phase::WarmUp => ", warm-up",
        Phase::Main => "",
    };
    let label = match event.label {
        Label::Announced => "announced",
        Label::Observed => "observed",
        Label::Computed => "computed",
        Label::Usual => "usual",
    };
    [
        moment(event.starts),
        moment(event.ends),
        format!("{}{phase}", event.name),
        label.to_owned(),
        event.confidence.to_string(),
    ]
}
