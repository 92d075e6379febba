//! `tills`: how far real tills agree with receipts, and where they do not as cases for whoever corrects the rules.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use serde::Serialize;
use tillwatch_app::App;
use tillwatch_app::tills::{Agreement, Correction};
use tillwatch_core::checkout::Checkout;
use tillwatch_core::country::Country;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;

use crate::failure::Status;
use crate::home::{Home, write_whole};
use crate::output::Output;
use crate::page::Ink;
use crate::table::{Align, Table};

/// The name of the format of a case.
const SCHEMA: &str = "tillwatch/case/1";

/// Show how far real tills agree with receipts, and write out where they do not
///
/// Shoppers say beside a receipt what their till showed. Each network weighs the same, however much it says, and after
/// half a year it is forgotten. Where the rule sets differ, the table shows which of them is right.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch tills
  tillwatch tills export cases/")]
pub(crate) struct Arguments {
    /// The moment, such as 2026-06-03T12:00:00Z [default: now]
    #[arg(long, value_name = "T", value_parser = Instant::parse, global = true)]
    at: Option<Instant>,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Write each receipt that a till did not agree with as a case: its checkout, its rule set, the till's total
    ///
    /// A case names the rule sets that do come to that total. Put among the core's cases with the rule set that is to
    /// give it, it holds for good. Nothing in a case tells who said it.
    #[command(after_help = "Examples:
  tillwatch tills export
  tillwatch tills export crates/core/tests/cases --least 3")]
    Export {
        /// The folder to write a file for each case into [default: standard output, one a line]
        folder: Option<PathBuf>,
        /// Only what at least so many networks say
        #[arg(long, value_name = "N", default_value_t = 1)]
        least: u32,
        /// Not more than so many, those that most networks say
        #[arg(long, value_name = "N", default_value_t = 1_000)]
        most: usize,
    },
}

/// Runs one of the actions.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let home = Home::find(data);
    let now = arguments.at.map_or_else(crate::clock::now, Ok)?;
    let app = match home.existing_store()? {
        Some(store) => Some(home.app(Arc::new(store), now)?),
        None => None,
    };
    match &arguments.action {
        None => {
            let agreement = app.map_or(Ok(Vec::new()), |app| app.agreement(now))?;
            show(&agreement, output)
        }
        Some(Action::Export { folder, least, most }) => {
            let all = app
                .as_ref()
                .map_or(Ok(Vec::new()), |app: &App| app.corrections(*most, now))?;
            let told: Vec<&Correction> = all.iter().filter(|one| one.networks >= *least).collect();
            export(&told, folder.as_deref(), output)
        }
    }
}

/// A row of the table.
#[derive(Serialize)]
struct Row<'a> {
    rules: &'a str,
    market: Country,
    of: &'a str,
    networks: u32,
    share_percent: String,
    low_confidence: bool,
}

fn row(one: &Agreement) -> Row<'_> {
    Row {
        rules: &one.rules,
        market: one.market,
        of: one.of.name(),
        networks: one.networks,
        share_percent: one.share.to_string(),
        low_confidence: one.is_of_few(),
    }
}

fn show(agreement: &[Agreement], output: &mut Output) -> anyhow::Result<Status> {
    let rows: Vec<Row<'_>> = agreement.iter().map(row).collect();
    if output.json {
        output.value(&serde_json::json!({ "schema": "tillwatch/agreement/1", "agreement": rows }))?;
        return Ok(Status::Done);
    }
    let mut page = output.page();
    if rows.is_empty() {
        page.line(
            Ink::Plain,
            "Nobody has said yet what a till showed. Every receipt on the site asks for it.",
        );
        output.show(&page)?;
        return Ok(Status::Done);
    }
    let columns = [
        ("RULES", Align::Left),
        ("MARKET", Align::Left),
        ("COMPARED", Align::Left),
        ("AGREE", Align::Right),
        ("NETWORKS", Align::Right),
        ("", Align::Left),
    ];
    let mut table = Table::new(0, columns);
    for row in rows {
        table.row([
            row.rules.to_owned(),
            row.market.to_string(),
            row.of.replace('_', " "),
            format!("{} %", row.share_percent),
            row.networks.to_string(),
            if row.low_confidence { "few" } else { "" }.to_owned(),
        ]);
    }
    page.table(&table);
    output.show(&page)?;
    Ok(Status::Done)
}

/// A receipt that a till did not agree with, as the core's tests read it.
#[derive(Serialize)]
struct Case<'a> {
    schema: &'static str,
    receipt: String,
    /// The receipt's rule set; whoever keeps the case writes the one here that is to give the total.
    rules: &'a str,
    checkout: &'a Checkout,
    /// What the till showed.
    total: Money,
    /// What that rule set comes to.
    computed: Money,
    /// Rule sets that come to what the till showed.
    given_by: &'a [String],
    networks: u32,
}

fn case(one: &Correction) -> Case<'_> {
    Case {
        schema: SCHEMA,
        receipt: one.name.to_string(),
        rules: &one.kept.rules.id,
        checkout: &one.kept.checkout,
        total: one.shown,
        computed: one.kept.stack.total(),
        given_by: &one.given_by,
        networks: one.networks,
    }
}

fn export(told: &[&Correction], folder: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let Some(folder) = folder else {
        for one in told {
            output.value(&case(one))?;
        }
        return Ok(Status::Done);
    };
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for one in told {
        // A receipt's name is of letters, digits, dots and dashes, so that it leads nowhere else.
        let file = folder.join(format!("{}.{}.json", one.name, one.shown));
        let mut json = serde_json::to_string_pretty(&case(one))?;
        json.push('\n');
        write_whole(&file, json.as_bytes())?;
    }
    if output.json {
        output.value(&serde_json::json!({ "cases": told.len() }))?;
    } else {
        let mut page = output.page();
        let noun = if told.len() == 1 { "case" } else { "cases" };
        page.line(
            Ink::Plain,
            &format!("{} {noun} written to {}", told.len(), folder.display()),
        );
        output.show(&page)?;
    }
    Ok(Status::Done)
}
