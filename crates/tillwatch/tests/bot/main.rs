//! What the bot knows of a listing, and what it answers.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod look;
mod shelf;
