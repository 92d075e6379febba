//! The store in the data directory, and who has it to themselves.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use tillwatch_app::App;
use tillwatch_app::ports::store::Store;
use tillwatch_core::instant::Instant;
use tillwatch_core::rules::RuleBook;
use tillwatch_store::Sqlite;

use super::Home;
use crate::failure::Usage;

/// The store's file.
const STORE: &str = "tillwatch.db";

/// The file whose lock says that a server runs on the store.
const LOCK: &str = "tillwatch.lock";

/// The data directory held by this program alone, until this is dropped or the program ends in any way.
#[derive(Debug)]
pub(crate) struct Hold(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

impl Home {
    /// The data directory, whether or not it is there.
    pub(crate) fn folder(&self) -> anyhow::Result<&PathBuf> {
        let unknown = "no data directory is known: name one with --data or TILLWATCH_DATA";
        self.0.as_ref().ok_or_else(|| Usage(unknown.to_owned()).into())
    }

    /// Where the store lies, whether or not it is there.
    pub(crate) fn store_file(&self) -> anyhow::Result<PathBuf> {
        Ok(self.folder()?.join(STORE))
    }

    /// The store, made with its folder where it is not there.
    pub(crate) fn store(&self) -> anyhow::Result<Sqlite> {
        self.make_folder()?;
        let file = self.store_file()?;
        Sqlite::open(&file).with_context(|| file.display().to_string())
    }

    /// The store, if there is one.
    pub(crate) fn existing_store(&self) -> anyhow::Result<Option<Sqlite>> {
        Ok(if self.store_file()?.exists() {
            Some(self.store()?)
        } else {
            None
        })
    }

    /// The watch over a store, with the operator's ladders and without any source.
    pub(crate) fn app(&self, store: Arc<dyn Store>, now: Instant) -> anyhow::Result<App> {
        let rules = RuleBook::built_in()?.get(None)?.clone();
        Ok(App::new(store, Vec::new(), rules, self.almanac()?, now)?)
    }

    /// Holds the data directory for this program: a server that runs on it, or whoever replaces the store under it.
    pub(crate) fn hold(&self) -> anyhow::Result<Hold> {
        self.make_folder()?;
        let path = self.folder()?.join(LOCK);
        let name = || path.display().to_string();
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.with_context(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Hold(file)),
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "another tillwatch serves from {}; stop it first",
                    self.folder()?.display()
                )
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(name),
        }
    }

    /// Whether a program holds the data directory.
    pub(crate) fn is_held(&self) -> anyhow::Result<bool> {
        let path = self.folder()?.join(LOCK);
        let name = || path.display().to_string();
        if !path.exists() {
            return Ok(false);
        }
        match File::open(&path).with_context(name)?.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error).with_context(name),
        }
    }

    fn make_folder(&self) -> anyhow::Result<()> {
        let folder = self.folder()?;
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())
    }
}
