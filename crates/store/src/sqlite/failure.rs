//! Why a method did not succeed: what SQLite said, or what the store itself found.

use std::fmt::Display;

use rusqlite::ErrorCode;
use tillwatch_app::ports::store::StoreError;

/// What a part of a transaction answers.
pub(crate) type Answer<T> = Result<T, Failure>;

/// Why a transaction is given up.
#[derive(Debug)]
pub(crate) enum Failure {
    Sql(rusqlite::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Store(StoreError::Unusable(error.to_string()))
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => error,
            Failure::Sql(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged {
                    place: "the file".into(),
                    why: error.to_string(),
                },
                _ => Self::Unusable(error.to_string()),
            },
        }
    }
}

/// What is kept and cannot be read.
pub(crate) fn damaged(place: impl Display, why: impl Display) -> Failure {
    Failure::Store(StoreError::Damaged {
        place: place.to_string(),
        why: why.to_string(),
    })
}

/// What was named and is not there.
pub(crate) fn not_there(what: impl Display) -> Failure {
    Failure::Store(StoreError::NotThere(what.to_string()))
}

/// What does not fit what is kept.
pub(crate) fn refused(why: impl Display) -> Failure {
    Failure::Store(StoreError::Refused(why.to_string()))
}
