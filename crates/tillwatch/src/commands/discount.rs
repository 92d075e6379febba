//! `discount`: the public discounts that quotes know, and the operator's own among them.

use std::path::{Path, PathBuf};

use serde::Serialize;
use tillwatch_core::almanac::{Almanac, Ladder};
use tillwatch_core::country::Country;
use tillwatch_core::discount::Discount;
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;
use tillwatch_core::stack::explain::offer;

use crate::failure::Status;
use crate::home::{Home, read_file, write_whole};
use crate::output::Output;
use crate::page::Ink;
use crate::receipt::moment;
use crate::table::{Align, Table};

/// List, add and remove the public discounts that quotes know
///
/// A ladder is a file of discounts that were published together, in the format tillwatch/ladder/1. Those that come with
/// the program are always there; yours lie in the data directory, and one with the same id takes the other's place.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch discount list --market US
  tillwatch discount add my-ladder.json")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// List the discounts that hold at a moment
    #[command(after_help = "Example:\n  tillwatch discount list --market US --at 2026-06-03T12:00:00Z")]
    List {
        /// Only what can be used when shipping to this country, such as US
        #[arg(long, value_name = "CC", value_parser = Country::parse)]
        market: Option<Country>,
        /// The moment, such as 2026-06-03T12:00:00Z [default: now]
        #[arg(long, value_name = "T", value_parser = Instant::parse)]
        at: Option<Instant>,
        /// Also what is over or has not begun
        #[arg(long)]
        all: bool,
    },
    /// Add a ladder of your own
    #[command(after_help = "Example:\n  tillwatch discount add my-ladder.json --replace")]
    Add {
        /// The ladder
        file: PathBuf,
        /// Let it take the place of one with the same id
        #[arg(long)]
        replace: bool,
    },
    /// Add several ladders, all or none
    #[command(after_help = "Example:\n  tillwatch discount import ladders/*.json")]
    Import {
        /// The ladders
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Let them take the place of those with the same ids
        #[arg(long)]
        replace: bool,
    },
    /// Remove a ladder of your own by its id
    #[command(after_help = "Example:\n  tillwatch discount remove my-ladder")]
    Remove {
        /// The ladder's id
        id: String,
    },
}

/// Runs one of the actions.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let home = Home::find(data);
    match &arguments.action {
        Action::List { market, at, all } => {
            let at = at.map_or_else(crate::clock::now, Ok)?;
            list(&home.almanac()?, *market, at, *all, output)
        }
        Action::Add { file, replace } => add(&home, std::slice::from_ref(file), *replace, output),
        Action::Import { files, replace } => add(&home, files, *replace, output),
        Action::Remove { id } => remove(&home, id, output),
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    schema: &'static str,
    at: Instant,
    market: Option<Country>,
    discounts: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    ladder: &'a str,
    state: &'static str,
    #[serde(flatten)]
    discount: &'a Discount,
}

/// Where a moment lies to a discount's window.
fn state(discount: &Discount, at: Instant) -> &'static str {
    if discount.valid_from.is_some_and(|from| at < from) {
        "not_started"
    } else if discount.valid_until.is_some_and(|until| at >= until) {
        "ended"
    } else {
        "holds"
    }
}

fn list(
    almanac: &Almanac,
    market: Option<Country>,
    at: Instant,
    all: bool,
    output: &mut Output,
) -> anyhow::Result<Status> {
    let here = |one: &Discount| market.is_none_or(|market| one.regions.is_empty() || one.regions.contains(&market));
    let rows = almanac.ladders.iter().flat_map(|ladder| {
        ladder.discounts.iter().map(|discount| Row {
            ladder: &ladder.id,
            state: state(discount, at),
            discount,
        })
    });
    let discounts: Vec<Row<'_>> = rows
        .filter(|row| here(row.discount) && (all || row.state == "holds"))
        .collect();
    if output.json {
        output.value(&Listed {
            schema: "tillwatch/discounts/1",
            at,
            market,
            discounts,
        })?;
        return Ok(Status::Done);
    }
    let mut page = output.page();
    let place = market
        .map(|market| format!(" when shipping to {market}"))
        .unwrap_or_default();
    let head = match (all, discounts.is_empty()) {
        (_, true) => format!("No public discount is known{place} at {}", moment(at)),
        (true, false) => format!("Public discounts{place}; what does not hold at {} is named", moment(at)),
        (false, false) => format!("Public discounts{place} that hold at {}", moment(at)),
    };
    page.paragraph(0, Ink::Bold, &head);
    for ladder in &almanac.ladders {
        let mut table = Table::new(2, [("", Align::Left), ("", Align::Left), ("", Align::Left)]);
        for row in discounts.iter().filter(|row| row.ladder == ladder.id) {
            let ink = if row.state == "holds" { Ink::Plain } else { Ink::Dim };
            table.inked(ink, [row.discount.id.to_string(), offer(row.discount), window(row)]);
        }
        if table.is_empty() {
            continue;
        }
        let regions: Vec<&str> = ladder.regions.iter().map(Country::code).collect();
        let regions = if regions.is_empty() {
            String::new()
        } else {
            format!(" · {}", regions.join(", "))
        };
        page.end();
        page.paragraph(0, Ink::Plain, &ladder.name);
        let facts = format!("{}{regions} · {} confidence", ladder.id, ladder.confidence);
        page.paragraph(0, Ink::Dim, &facts);
        page.line(Ink::Dim, &ladder.source);
        page.table(&table);
    }
    output.show(&page)?;
    Ok(Status::Done)
}

fn window(row: &Row<'_>) -> String {
    let assumed = if row.discount.provenance.expiry_assumed {
        " (assumed)"
    } else {
        ""
    };
    match (row.state, row.discount.valid_from, row.discount.valid_until) {
        ("not_started", Some(from), _) => format!("starts {}", moment(from)),
        ("ended", _, Some(until)) => format!("ended {}{assumed}", moment(until)),
        (_, _, Some(until)) => format!("until {}{assumed}", moment(until)),
        _ => "no end is stated".to_owned(),
    }
}

/// Adds ladders; nothing is written before all of them are read and found well.
fn add(home: &Home, files: &[PathBuf], replace: bool, output: &mut Output) -> anyhow::Result<Status> {
    let known = Almanac::built_in()?;
    let mut read: Vec<(Ladder, Vec<u8>, PathBuf)> = Vec::new();
    for file in files {
        let (ladder, bytes) = read_file(file)?;
        let place = home.ladder_file(&ladder.id)?;
        let there = place.exists() || known.ladders.iter().any(|known| known.id == ladder.id);
        let conflict = |detail: &str| InputError::conflict("id", format_args!("{:?} {detail}", ladder.id));
        if there && !replace {
            return Err(conflict("is there already; --replace lets this one take its place").into());
        }
        if read.iter().any(|(other, ..)| other.id == ladder.id) {
            return Err(conflict("stands in two of the files").into());
        }
        read.push((ladder, bytes, place));
    }
    for (ladder, bytes, place) in &read {
        write_whole(place, bytes)?;
        done(output, "added", &ladder.id, Some(ladder.discounts.len()))?;
    }
    Ok(Status::Done)
}

fn remove(home: &Home, id: &str, output: &mut Output) -> anyhow::Result<Status> {
    let file = home.ladder_file(id)?;
    if !file.exists() {
        let detail = format!("{id:?} is none of your own ladders; those that come with the program stay");
        return Err(InputError::wrong("id", detail).into());
    }
    std::fs::remove_file(&file)?;
    done(output, "removed", id, None)?;
    Ok(Status::Done)
}

fn done(output: &mut Output, what: &'static str, ladder: &str, discounts: Option<usize>) -> anyhow::Result<()> {
    if output.json {
        return output.value(&serde_json::json!({ "ladder": ladder, "done": what, "discounts": discounts }));
    }
    let mut page = output.page();
    let count = discounts
        .map(|count| format!(", {count} discounts"))
        .unwrap_or_default();
    page.line(Ink::Plain, &format!("{what} {ladder}{count}"));
    output.show(&page)
}
