//! The layout of the file: its version, and the way from each older one to this one.
//!
//! Migrations go forward only, each in one transaction with its number. One that was released is never edited.

use rusqlite::{Connection, TransactionBehavior};
use tillwatch_app::ports::store::StoreError;

use super::failure::{Answer, Failure};

/// What makes each version of the one before.
const MIGRATIONS: [&str; 6] = [
    include_str!("../../migrations/sqlite/0001_start.sql"),
    include_str!("../../migrations/sqlite/0002_alerts.sql"),
    include_str!("../../migrations/sqlite/0003_lists.sql"),
    include_str!("../../migrations/sqlite/0004_letters.sql"),
    include_str!("../../migrations/sqlite/0005_board.sql"),
    include_str!("../../migrations/sqlite/0006_tills.sql"),
];

/// The version that this program writes.
pub(crate) const VERSION: u32 = 6;

/// "till" in ASCII: whose file it is.
const APPLICATION: u32 = 0x7469_6C6C;

/// Makes a new file ours, brings an older one up to this version, refuses what is newer or not ours.
pub(crate) fn prepare(connection: &mut Connection) -> Answer<()> {
    // Looked at first without writing, so that nothing is done to a file that is not ours.
    if version(connection)? == VERSION {
        return Ok(());
    }
    // Outside of a transaction, where SQLite heeds it; stays with the file.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    migrate(connection, VERSION)
}

pub(crate) fn migrate(connection: &mut Connection, target: u32) -> Answer<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another program may have been faster.
    let from = version(&transaction)?;
    for (number, migration) in (1..=target).zip(MIGRATIONS).filter(|(number, _)| *number > from) {
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", number)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    Ok(transaction.commit()?)
}

/// The version of a file: 0 of a new one.
pub(crate) fn version(connection: &Connection) -> Answer<u32> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
    let (application, found) = (number("application_id")?, number("user_version")?);
    let tables: u32 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION && (application, found, tables) != (0, 0, 0) {
        return Err(Failure::Store(StoreError::Unusable(
            "it is the database of another program".into(),
        )));
    }
    if found > VERSION {
        return Err(Failure::Store(StoreError::Newer { found, known: VERSION }));
    }
    Ok(found)
}
