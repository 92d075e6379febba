//! What is kept: one method is one transaction. An error means that nothing of it happened.

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file, the disk or the database: nothing was written.
    #[error("the store cannot be used: {0}")]
    Unusable(String),
    /// Something in it is damaged and was not read as prices.
    #[error("{place} is damaged: {why}")]
    Damaged {
        /// Which part, in words that an operator can look up.
        place: String,
        /// How it was noticed.
        why: String,
    },
    /// It was written by a newer program.
    #[error("the store has version {found}; this program knows up to {known}")]
    Newer {
        /// Its version.
        found: u32,
        /// The last one known here.
        known: u32,
    },
}
