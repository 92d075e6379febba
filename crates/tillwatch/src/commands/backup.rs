//! `backup` and `restore`: the whole store to a file and back.

use std::path::{Path, PathBuf};

use anyhow::bail;
use tillwatch_core::input::InputError;
use tillwatch_store::Existing;

use crate::failure::Status;
use crate::home::Home;
use crate::output::Output;
use crate::page::Ink;
use crate::progress::Progress;

/// Copy the whole store to a file while it is in use
///
/// The copy is the store as it was at one moment, and its SHA-256 lies beside it. A file that is there is never replaced.
#[derive(clap::Args)]
#[command(after_help = "Example:
  tillwatch backup tillwatch-2026-06-03.db")]
pub(crate) struct Arguments {
    /// Where to
    file: PathBuf,
}

/// Put a backup in the place of the store
///
/// The backup is compared with the checksum beside it and read through before anything is moved. A store that is replaced
/// is kept beside the new one. Refused while a server runs on the store.
#[derive(clap::Args)]
#[command(after_help = "Example:
  tillwatch restore tillwatch-2026-06-03.db --replace")]
pub(crate) struct RestoreArguments {
    /// The backup
    file: PathBuf,
    /// Let it take the place of a store that is there
    #[arg(long)]
    replace: bool,
}

/// Backs the store up.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let home = Home::find(data);
    let Some(store) = home.existing_store()? else {
        bail!("there is no store at {} to back up", home.place_of_store()?.display());
    };
    let file = &arguments.file;
    {
        let mut progress = Progress::new("copying");
        store.backup(file, |done, all| progress.at(done, all))?;
    }
    if output.json {
        output.value(&serde_json::json!({ "done": "backed_up", "file": file }))?;
        return Ok(Status::Done);
    }
    let mut page = output.page();
    let name = file.display();
    page.line(
        Ink::Plain,
        &format!("backed up to {name}, with its checksum in {name}.sha256"),
    );
    output.show(&page)?;
    Ok(Status::Done)
}

/// Restores a backup.
pub(crate) fn restore(
    arguments: &RestoreArguments,
    data: Option<&Path>,
    output: &mut Output,
) -> anyhow::Result<Status> {
    let home = Home::find(data);
    let place = home.place_of_store()?;
    // Held to the end, so that no server opens what is being replaced.
    let _hold = home.hold()?;
    if place.exists() && !arguments.replace {
        let detail = format!("{} is there; --replace keeps it aside and restores", place.display());
        return Err(InputError::conflict("--replace", detail).into());
    }
    let existing = if arguments.replace {
        Existing::Replace
    } else {
        Existing::Keep
    };
    let restored = {
        let mut progress = Progress::new("restoring");
        tillwatch_store::restore(&arguments.file, &place, existing, |done, all| progress.at(done, all))?
    };
    // Brought up to this version at once, so that what cannot be is told now.
    home.store()?;
    if output.json {
        let told = serde_json::json!({
            "done": "restored", "file": place, "version": restored.version, "aside": restored.aside,
        });
        output.value(&told)?;
        return Ok(Status::Done);
    }
    let mut page = output.page();
    page.line(Ink::Plain, &format!("restored to {}", place.display()));
    if let Some(aside) = restored.aside {
        page.line(
            Ink::Plain,
            &format!("the store that was there is now {}", aside.display()),
        );
    }
    output.show(&page)?;
    Ok(Status::Done)
}
