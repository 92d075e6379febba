//! The data directory: the operator's own ladders of codes, and the store.

mod kept;

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;
use tillwatch_core::almanac::{Almanac, Ladder, read_ladder};
use tillwatch_core::input::InputError;

use crate::failure::Usage;

/// The folder of the operator's ladders.
const DISCOUNTS: &str = "discounts";

/// Names, lengths and times of files.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stamp(Vec<(PathBuf, u64, Option<SystemTime>)>);

/// The right to be the only one; given up when it is dropped, also by a crash.
#[derive(Debug)]
pub(crate) struct Held(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

/// The data directory; none where neither the command nor this machine names one.
pub(crate) struct Home(Option<PathBuf>);

impl Home {
    /// The one that was asked for, or the usual one. It need not be there yet.
    pub(crate) fn find(asked: Option<&Path>) -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Self(choose(
            asked,
            set("TILLWATCH_DATA"),
            set("XDG_DATA_HOME"),
            set("HOME").or_else(|| set("USERPROFILE")),
        ))
    }

    /// The one of the demonstration with a seed, apart from everything real.
    pub(crate) fn of_the_demonstration(self, seed: u64) -> anyhow::Result<Self> {
        Ok(Self(Some(self.folder()?.join(format!("demo-{seed}")))))
    }

    /// The store's file; its folder is there afterwards.
    pub(crate) fn store_file(&self) -> anyhow::Result<PathBuf> {
        let folder = self.folder()?;
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        self.place_of_store()
    }

    /// Makes this the only program that watches from the directory, until what is returned is dropped.
    pub(crate) fn hold(&self) -> anyhow::Result<Held> {
        let file = self.store_file()?.with_extension("lock");
        let lock = File::create(&file).with_context(|| file.display().to_string())?;
        match lock.try_lock() {
            Ok(()) => Ok(Held(lock)),
            Err(TryLockError::WouldBlock) => {
                anyhow::bail!(
                    "another tillwatch watches from {} already",
                    file.with_file_name("").display()
                )
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(|| file.display().to_string()),
        }
    }

    /// What can be told of the operator's ladders without reading them: it differs when one was changed.
    pub(crate) fn stamp(&self) -> Stamp {
        let files = self.ladder_files().unwrap_or_default();
        let stamped = files.into_iter().map(|file| {
            let about = std::fs::metadata(&file).ok();
            let changed = about.as_ref().and_then(|about| about.modified().ok());
            (file, about.map_or(0, |about| about.len()), changed)
        });
        Stamp(stamped.collect())
    }

    /// The data directory, whether or not it is there.
    pub(crate) fn folder(&self) -> anyhow::Result<&Path> {
        let unknown = "no data directory is known: name one with --data or TILLWATCH_DATA";
        Ok(self.0.as_deref().ok_or_else(|| Usage(unknown.to_owned()))?)
    }

    fn discounts(&self) -> Option<PathBuf> {
        self.0.as_ref().map(|data| data.join(DISCOUNTS))
    }

    /// The file of a ladder. Its id becomes the file's name, so it can hold nothing that leads elsewhere.
    pub(crate) fn ladder_file(&self, id: &str) -> anyhow::Result<PathBuf> {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if id.starts_with('.') || !id.chars().all(fine) {
            let allowed = "letters, digits, - _ and ., the last not in front";
            let detail = format!("{id:?} cannot name a file; allowed: {allowed}");
            return Err(InputError::wrong("id", detail).into());
        }
        Ok(self.folder()?.join(DISCOUNTS).join(format!("{id}.json")))
    }

    /// The almanac of the program with the operator's ladders in it. A file that cannot be read is named and passed over.
    pub(crate) fn almanac(&self) -> anyhow::Result<Almanac> {
        self.almanac_telling(|error| eprintln!("tillwatch: passed over: {error:#}"))
    }

    /// The same, with what is passed over told to the caller.
    pub(crate) fn almanac_telling(&self, mut passed_over: impl FnMut(anyhow::Error)) -> anyhow::Result<Almanac> {
        let mut almanac = Almanac::built_in()?;
        let files = self.ladder_files().map_err(&mut passed_over).unwrap_or_default();
        for file in files {
            match read_file(&file) {
                Ok((ladder, _)) => almanac.add(ladder),
                Err(error) => passed_over(error),
            }
        }
        Ok(almanac)
    }

    /// The files of the operator's ladders, by name; none where the folder is not there.
    fn ladder_files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let Some(folder) = self.discounts() else {
            return Ok(Vec::new());
        };
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error).with_context(|| folder.display().to_string()),
        };
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .with_context(|| folder.display().to_string())?;
        files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
        files.sort();
        Ok(files)
    }
}

/// A ladder of a file, with its bytes. Warnings go to standard error.
pub(crate) fn read_file(file: &Path) -> anyhow::Result<(Ladder, Vec<u8>)> {
    let name = || file.display().to_string();
    let bytes = std::fs::read(file).with_context(name)?;
    let read = read_ladder(&bytes).with_context(name)?;
    for warning in read.warnings {
        eprintln!("tillwatch: {}: {warning}", name());
    }
    Ok((read.value, bytes))
}

/// Writes a file whole or not at all: beside its place first, then moved there.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let name = || file.display().to_string();
    let folder = file.parent().with_context(name)?;
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let beside = file.with_extension(format!("json.{}.part", std::process::id()));
    let written = File::create(&beside)
        .and_then(|mut to| to.write_all(bytes).and_then(|()| to.sync_all()))
        .and_then(|()| std::fs::rename(&beside, file));
    if written.is_err() {
        // What is half written has no other reader; that it cannot be removed changes nothing.
        let _ = std::fs::remove_file(&beside);
    }
    written.with_context(name)
}

/// A flag before a variable before the usual place; a relative `XDG_DATA_HOME` counts for nothing, as its standard says.
fn choose(
    asked: Option<&Path>,
    own: Option<OsString>,
    xdg: Option<OsString>,
    home: Option<OsString>,
) -> Option<PathBuf> {
    let xdg = || xdg.map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || home.map(|home| PathBuf::from(home).join(".local").join("share"));
    asked
        .map(Path::to_owned)
        .or_else(|| own.map(PathBuf::from))
        .or_else(|| xdg().or_else(home).map(|share| share.join("tillwatch")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_wins_over_the_variable_and_that_over_the_usual_place() {
        let text = |text: &str| Some(OsString::from(text));
        let at = |asked: Option<&str>, own, xdg| choose(asked.map(Path::new), own, xdg, text("/h"));
        assert_eq!(at(Some("a"), text("b"), text("/c")), Some("a".into()));
        assert_eq!(at(None, text("b"), text("/c")), Some("b".into()));
        assert_eq!(at(None, None, text("/c")), Some("/c/tillwatch".into()));
        assert_eq!(at(None, None, text("c")), Some("/h/.local/share/tillwatch".into()));
        assert_eq!(choose(None, None, None, None), None);
    }

    #[test]
    fn a_ladder_cannot_be_written_elsewhere() {
        let home = Home(Some("data".into()));
        for id in ["../up", "a/b", ".hidden", "a b", "ä"] {
            assert!(
                home.ladder_file(id).is_err_and(|error| error.is::<InputError>()),
                "{id:?}"
            );
        }
        assert_eq!(
            home.ladder_file("us-2026-06").ok(),
            Some("data/discounts/us-2026-06.json".into())
        );
    }
}
