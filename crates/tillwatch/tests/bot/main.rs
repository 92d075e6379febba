//! What the bot knows of a listing, what it answers, and a whole conversation over a Bot API.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod api;
mod look;
mod pictures;
mod shelf;
mod story;
mod talk;
