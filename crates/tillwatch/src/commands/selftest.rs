//! `selftest`: known faults of price trackers, tried on this one.

use anyhow::Context;
use serde::Serialize;

use crate::failure::{Status, Usage};
use crate::output::Output;
use crate::page::Ink;
use crate::progress::Progress;
use crate::selftest::{self, Group, Rig, Trial};

/// Try on this tillwatch what is known to go wrong with price trackers
///
/// Eight scenarios in which another tracker was measured, and thirty complaints from the issues of others. Each is lived
/// through against the simulated marketplace, with a store of its own and a clock that is moved; nothing leaves this
/// machine and nothing of yours is touched.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch selftest
  tillwatch selftest zero-between receiver-down
  tillwatch --json selftest")]
pub(crate) struct Arguments {
    /// Only these, by name; all without one
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Say what there is, and try nothing
    #[arg(long)]
    list: bool,
}

/// A trial and what became of it.
#[derive(Serialize)]
struct Done {
    name: &'static str,
    group: Group,
    source: &'static str,
    about: &'static str,
    passed: bool,
    expected: &'static str,
    seen: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    passed: usize,
    failed: usize,
    trials: &'a [Done],
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    group: Group,
    source: &'static str,
    about: &'static str,
    expected: &'static str,
}

/// Columns before what a trial is about.
const INDENT: usize = 6;

/// Runs the trials, and tells what became of each.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> anyhow::Result<Status> {
    let trials = chosen(&arguments.names)?;
    if arguments.list {
        return list(&trials, output);
    }
    let mut done = Vec::new();
    let mut progress = Progress::new("trials");
    for (number, trial) in (0..).zip(&trials) {
        progress.at(number, u64::try_from(trials.len()).context("the trials")?);
        done.push(tried(trial));
    }
    drop(progress);
    let passed = done.iter().filter(|one| one.passed).count();
    let failed = done.len() - passed;
    if output.json {
        output.value(&Answer {
            schema: "tillwatch/selftest/1",
            passed,
            failed,
            trials: &done,
        })?;
    } else {
        let mut page = output.page();
        for one in &done {
            let (ink, sign) = if one.passed {
                (Ink::Good, "pass  ")
            } else {
                (Ink::Bold, "FAIL  ")
            };
            page.piece(ink, sign);
            page.piece(Ink::Bold, one.name);
            page.piece(Ink::Dim, &format!("  {}", one.source));
            page.end();
            page.paragraph(INDENT, Ink::Plain, one.about);
            page.paragraph(INDENT, Ink::Dim, &format!("expected: {}", one.expected));
            page.paragraph(INDENT, Ink::Plain, &format!("seen: {}", one.seen));
        }
        page.end();
        page.line(Ink::Bold, &format!("{passed} of {} passed", done.len()));
        output.show(&page)?;
    }
    Ok(Status::all_answered(failed == 0))
}

fn tried(trial: &Trial) -> Done {
    // One that breaks off is a failure like any other, and the rest are tried all the same.
    let (passed, seen) = match std::panic::catch_unwind(|| trial.run(&Rig::HONEST)) {
        Ok(Ok(seen)) => (true, seen),
        Ok(Err(seen)) => (false, format!("{seen:#}")),
        Err(_) => (false, "it broke off; standard error says where".to_owned()),
    };
    Done {
        name: trial.name,
        group: trial.group,
        source: trial.source,
        about: trial.about,
        passed,
        expected: trial.expected,
        seen,
    }
}

/// The trials of these names, in their own order.
fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Trial>> {
    let all = selftest::all();
    if let Some(name) = names.iter().find(|name| all.iter().all(|trial| trial.name != **name)) {
        return Err(Usage(format!(
            "there is no trial {name:?}; `tillwatch selftest --list` names them"
        ))
        .into());
    }
    let wanted = |trial: &&Trial| names.is_empty() || names.iter().any(|name| name == trial.name);
    Ok(all.into_iter().filter(wanted).collect())
}

fn list(trials: &[&'static Trial], output: &mut Output) -> anyhow::Result<Status> {
    let mut page = output.page();
    for trial in trials {
        if output.json {
            output.value(&Listed {
                name: trial.name,
                group: trial.group,
                source: trial.source,
                about: trial.about,
                expected: trial.expected,
            })?;
            continue;
        }
        page.piece(Ink::Bold, trial.name);
        page.piece(Ink::Dim, &format!("  {}", trial.source));
        page.end();
        page.paragraph(INDENT, Ink::Plain, trial.about);
        page.paragraph(INDENT, Ink::Dim, &format!("expected: {}", trial.expected));
    }
    output.show(&page)?;
    Ok(Status::Done)
}
