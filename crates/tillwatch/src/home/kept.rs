//! The store in the data directory, as commands open it beside a server or without one.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use tillwatch_app::App;
use tillwatch_app::ports::store::Store;
use tillwatch_core::instant::Instant;
use tillwatch_core::rules::RuleBook;
use tillwatch_store::Sqlite;

use super::Home;

impl Home {
    /// Where the store lies, whether or not it is there.
    pub(crate) fn place_of_store(&self) -> anyhow::Result<PathBuf> {
        Ok(self.folder()?.join("tillwatch.db"))
    }

    /// The store, made with its folder where it is not there.
    pub(crate) fn store(&self) -> anyhow::Result<Sqlite> {
        let file = self.store_file()?;
        Sqlite::open(&file).with_context(|| file.display().to_string())
    }

    /// The store, if there is one.
    pub(crate) fn existing_store(&self) -> anyhow::Result<Option<Sqlite>> {
        if self.place_of_store()?.exists() {
            self.store().map(Some)
        } else {
            Ok(None)
        }
    }

    /// The watch over a store, with the operator's ladders and without any source.
    pub(crate) fn app(&self, store: Arc<dyn Store>, now: Instant) -> anyhow::Result<App> {
        let rules = RuleBook::built_in()?.get(None)?.clone();
        Ok(App::new(store, Vec::new(), rules, self.almanac()?, now)?)
    }

    /// Whether a program holds the data directory: a server, or a restore.
    pub(crate) fn is_held(&self) -> anyhow::Result<bool> {
        let lock = self.place_of_store()?.with_extension("lock");
        let name = || lock.display().to_string();
        if !lock.exists() {
            return Ok(false);
        }
        match File::open(&lock).with_context(name)?.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error).with_context(name),
        }
    }
}
