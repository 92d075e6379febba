//! Readers of what the marketplace sends: one entry that tells the shape, one file a shape.

pub mod affiliate;
pub mod amount;
pub mod ds;
mod envelope;
mod json;
mod npi;
pub mod search;

use tillwatch_core::snapshot::{Outcome, Snapshot};

/// Reads anything that a shopper saved or an API answered: one snapshot for each listing in it.
pub fn read(_bytes: &[u8]) -> Vec<Snapshot> {
    vec![Snapshot::refused(
        "unknown",
        Outcome::ParseFailed,
        "nothing that is known",
    )]
}
