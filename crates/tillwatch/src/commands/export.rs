//! `export`: all that is watched, with its history, in a file that outlives the program.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tillwatch_app::transfer::Outgoing;

use crate::failure::Status;
use crate::home::Home;
use crate::output::Output;
use crate::portable::{Format, Writer};
use crate::progress::Progress;

/// So much is collected before it is handed on.
const BUFFER: usize = 256 * 1024;

/// Write out all that is watched with its history, as JSON or CSV
///
/// Watches, listings, variants, each series run by run, checks and voids: nothing of them is lost, and `import` takes
/// either format back. Kept pages and checkouts are not in it; `backup` has those too.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch export prices.json
  tillwatch export --format csv > prices.csv")]
pub(crate) struct Arguments {
    /// Where to; a file that is there is replaced once the export is whole [default: standard output]
    file: Option<PathBuf>,
    /// The format [default: that of the file's ending, else json]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Writes each listing as it is read.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let store = Home::find(data).existing_store()?;
    let ending = arguments.file.as_ref().and_then(|file| file.extension());
    let by_ending = if ending.is_some_and(|ending| ending == "csv") {
        Format::Csv
    } else {
        Format::Json
    };
    let format = arguments.format.unwrap_or(by_ending);
    let Some(file) = arguments.file.as_ref().filter(|file| file.as_os_str() != "-") else {
        let mut hand_on = |bytes: &mut Vec<u8>| {
            output.buffer.append(bytes);
            output.flush()
        };
        return write(store.as_ref(), format, &mut hand_on).map(|()| Status::Done);
    };
    let name = || file.display().to_string();
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let beside = folder
        .unwrap_or(Path::new("."))
        .join(format!(".tillwatch-{}.part", std::process::id()));
    let mut to = std::fs::File::create(&beside).with_context(name)?;
    let mut hand_on = |bytes: &mut Vec<u8>| {
        to.write_all(bytes)?;
        bytes.clear();
        Ok(())
    };
    let written = write(store.as_ref(), format, &mut hand_on)
        .and_then(|()| Ok(to.sync_all()?))
        .and_then(|()| Ok(std::fs::rename(&beside, file)?));
    if written.is_err() {
        // What is half written has no reader.
        drop(std::fs::remove_file(&beside));
    }
    written.with_context(name).map(|()| Status::Done)
}

fn write(
    store: Option<&tillwatch_store::Sqlite>,
    format: Format,
    hand_on: &mut dyn FnMut(&mut Vec<u8>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    let mut writer = Writer::begin(format, &mut bytes);
    if let Some(store) = store {
        let outgoing = Outgoing::of(store)?;
        let all = u64::try_from(outgoing.len()).unwrap_or(u64::MAX);
        let mut progress = Progress::new("exporting");
        for (done, past) in (1..).zip(outgoing.each()) {
            writer.listing(&past?, &mut bytes)?;
            if bytes.len() >= BUFFER {
                hand_on(&mut bytes)?;
            }
            progress.at(done, all);
        }
    }
    writer.end(&mut bytes);
    hand_on(&mut bytes)
}
