//! `doctor`: whether the store and everything around it is well, one line for each thing that was looked at.

mod key;
mod look;

use std::path::Path;

use serde::Serialize;
use tillwatch_core::instant::Instant;

use crate::failure::Status;
use crate::home::Home;
use crate::output::Output;
use crate::page::Ink;

/// Examine the store and everything around it
///
/// Each line is ok, look (worth a look) or bad. Every segment of every history is read. Where your app's key is set and no
/// server runs, the official API is asked once whether it works. The exit status is 1 if anything is bad.
#[derive(clap::Args)]
#[command(after_help = "Example:
  tillwatch doctor --json")]
pub(crate) struct Arguments {
    /// The moment, such as 2026-06-03T12:00:00Z [default: now]
    #[arg(long, value_name = "T", value_parser = Instant::parse)]
    at: Option<Instant>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Health {
    /// As it should be.
    Ok,
    /// Worth a look.
    Look,
    /// Not as it must be.
    Bad,
}

/// One thing that was looked at.
#[derive(Serialize)]
struct Finding {
    health: Health,
    what: &'static str,
    told: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    at: Instant,
    health: Health,
    findings: &'a [Finding],
}

/// What was found so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn note(&mut self, health: Health, what: &'static str, told: impl Into<String>) {
        self.0.push(Finding {
            health,
            what,
            told: told.into(),
        });
    }

    fn ok(&mut self, what: &'static str, told: impl Into<String>) {
        self.note(Health::Ok, what, told);
    }

    fn look(&mut self, what: &'static str, told: impl Into<String>) {
        self.note(Health::Look, what, told);
    }

    fn bad(&mut self, what: &'static str, told: impl Into<String>) {
        self.note(Health::Bad, what, told);
    }
}

/// Looks at everything, and tells it.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let now = arguments.at.map_or_else(crate::clock::now, Ok)?;
    let mut findings = Findings::default();
    let home = Home::find(data);
    look::at_everything(&home, now, &mut findings)?;
    // Another moment's signature would be refused.
    if arguments.at.is_none() {
        key::look(&home, now, &mut findings)?;
    }
    let worst = findings.0.iter().map(|one| one.health).max().unwrap_or(Health::Ok);
    if output.json {
        output.value(&Answer {
            schema: "tillwatch/doctor/1",
            at: now,
            health: worst,
            findings: &findings.0,
        })?;
    } else {
        let mut page = output.page();
        for finding in &findings.0 {
            let (sign, ink) = match finding.health {
                Health::Ok => ("ok  ", Ink::Good),
                Health::Look => ("look", Ink::Bold),
                Health::Bad => ("bad ", Ink::Bold),
            };
            let lines = crate::page::wrapped(&finding.told, page.width().saturating_sub(INDENT));
            for (number, line) in lines.iter().enumerate() {
                let (sign, what) = if number == 0 {
                    (sign, finding.what)
                } else {
                    ("    ", "")
                };
                page.piece(ink, sign);
                page.piece(Ink::Dim, &format!("  {what:<12}"));
                page.piece(Ink::Plain, line);
                page.end();
            }
        }
        output.show(&page)?;
    }
    Ok(Status::all_answered(worst != Health::Bad))
}

/// Columns before the text of a finding.
const INDENT: usize = 18;
