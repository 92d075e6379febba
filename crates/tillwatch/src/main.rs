//! The command line: parse the arguments, run one command.

mod channels;
mod clock;
mod commands;
mod curve;
mod dice;
mod environment;
mod errand;
mod failure;
mod home;
mod input;
mod output;
mod page;
mod portable;
mod progress;
mod receipt;
mod rules;
mod selftest;
mod service;
mod sources;
mod table;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    alerts, backup, basket, calendar, demo, diagnose, discount, doctor, export, history, import, quote, resolve, serve,
    snapshot, stack, tills, watch,
};
use failure::{Status, reader_left};
use output::Output;

/// The price you really pay at the AliExpress till, with its working to the cent.
///
/// Results go to standard output, everything else to standard error. The exit status is 0 when all was answered, 1 when
/// some input was refused (the rest is still answered), 2 when the command was written wrongly, 3 when the outside failed.
#[derive(Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
struct Arguments {
    /// Print JSON in place of text; several answers come one a line
    #[arg(long, global = true)]
    json: bool,
    /// The data directory, with the discounts that you added [default: that of the variable `TILLWATCH_DATA`, or tillwatch in the user's data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say which listing and variant a link, a share text or a bare id means
    Resolve(resolve::Arguments),
    /// Say what a saved page, API answer, HAR file or search result shows
    Snapshot(snapshot::Arguments),
    /// Find the cheapest total that a checkout's discounts allow, with the receipt
    Stack(stack::Arguments),
    /// Find which discounts a till must have dropped to show a total
    Diagnose(diagnose::Arguments),
    /// Split a wishlist into the checkouts that cost least together
    Basket(basket::Arguments),
    /// Work out what a listing costs at the till, with the public discounts that are known
    Quote(quote::Arguments),
    /// List, add and remove the public discounts that quotes know
    Discount(discount::Arguments),
    /// Show the named sales of a year
    Calendar(calendar::Arguments),
    /// Watch prices and answer over HTTP, until it is stopped
    Serve(serve::Arguments),
    /// Watch a simulated marketplace, to see how everything works
    Demo(demo::Arguments),
    /// Watch listings, and list or remove what is watched
    Watch(watch::Arguments),
    /// Show what was told and what became of it; send again what was given up
    Alerts(alerts::Arguments),
    /// Show what a watched listing cost over time, as a curve and in figures
    History(history::Arguments),
    /// Show how far real tills agree with receipts, and write out where they do not
    Tills(tills::Arguments),
    /// Write out all that is watched with its history, as JSON or CSV
    Export(export::Arguments),
    /// Take in what was exported
    Import(import::Arguments),
    /// Copy the whole store to a file while it is in use
    Backup(backup::Arguments),
    /// Put a backup in the place of the store
    Restore(backup::RestoreArguments),
    /// Examine the store and everything around it
    Doctor(doctor::Arguments),
    /// Try on this tillwatch what is known to go wrong with price trackers
    Selftest(commands::selftest::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut output = Output::new(arguments.json);
    let data = arguments.data.as_deref();
    let run = match arguments.command {
        Command::Resolve(arguments) => resolve::run(&arguments, &mut output),
        Command::Snapshot(arguments) => snapshot::run(&arguments, &mut output),
        Command::Stack(arguments) => stack::run(&arguments, &mut output),
        Command::Diagnose(arguments) => diagnose::run(&arguments, &mut output),
        Command::Basket(arguments) => basket::run(&arguments, &mut output),
        Command::Quote(arguments) => quote::run(&arguments, data, &mut output),
        Command::Discount(arguments) => discount::run(&arguments, data, &mut output),
        Command::Calendar(arguments) => calendar::run(&arguments, data, &mut output),
        Command::Serve(arguments) => serve::run(&arguments, data, &mut output),
        Command::Demo(arguments) => demo::run(&arguments, data, &mut output),
        Command::Watch(arguments) => watch::run(&arguments, data, &mut output),
        Command::Alerts(arguments) => alerts::run(&arguments, data, &mut output),
        Command::History(arguments) => history::run(&arguments, data, &mut output),
        Command::Tills(arguments) => tills::run(&arguments, data, &mut output),
        Command::Export(arguments) => export::run(&arguments, data, &mut output),
        Command::Import(arguments) => import::run(&arguments, data, &mut output),
        Command::Backup(arguments) => backup::run(&arguments, data, &mut output),
        Command::Restore(arguments) => backup::restore(&arguments, data, &mut output),
        Command::Doctor(arguments) => doctor::run(&arguments, data, &mut output),
        Command::Selftest(arguments) => commands::selftest::run(&arguments, &mut output),
    };
    // What was answered before a failure is still an answer.
    let flushed = output.flush();
    let status = run.and_then(|status| flushed.map(|()| status)).unwrap_or_else(|error| {
        if !reader_left(&error) {
            eprintln!("tillwatch: {error:#}");
        }
        Status::of(&error)
    });
    status.into()
}
