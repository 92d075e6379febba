//! What is kept: the store that the watch asks for, in one SQLite file.

mod sqlite;

pub use sqlite::Sqlite;
pub use sqlite::backup::{Existing, Restored, restore};
pub use sqlite::examine::{Examination, Problem};
pub use sqlite::released::{released, write_released};
