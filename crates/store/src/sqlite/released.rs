//! Files as the programs of each version left them, so that anybody can see that an upgrade keeps what is in them.

use std::path::Path;

use rusqlite::Connection;
use tillwatch_app::ports::store::StoreError;

use super::failure::{Answer, Failure};
use super::schema::{self, VERSION};

/// The rows that each version was released with, the first of version 1.
const ROWS: [&str; VERSION as usize] = [
    include_str!("../../tests/samples/0001.sql"),
    include_str!("../../tests/samples/0002.sql"),
    include_str!("../../tests/samples/0003.sql"),
    include_str!("../../tests/samples/0004.sql"),
    include_str!("../../tests/samples/0005.sql"),
    include_str!("../../tests/samples/0006.sql"),
];

/// The versions that there were, this one included.
pub fn released() -> impl Iterator<Item = u32> {
    1..=VERSION
}

/// Writes the file of a version with the rows of its release, where no file is.
///
/// # Errors
///
/// Where the file cannot be written, or is no new one, or there was no such version.
pub fn write_released(version: u32, to: &Path) -> Result<(), StoreError> {
    Ok(write(version, to)?)
}

fn write(version: u32, to: &Path) -> Answer<()> {
    let no_version = || Failure::Store(StoreError::NotThere(format!("version {version}")));
    let rows = (1..).zip(ROWS).find(|(number, _)| *number == version);
    let (_, rows) = rows.ok_or_else(no_version)?;
    let mut connection = Connection::open(to)?;
    schema::migrate(&mut connection, version)?;
    connection.execute_batch(rows)?;
    Ok(())
}
