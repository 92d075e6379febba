//! The whole site, asked without a socket: what it answers, and what it refuses.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod api;
mod document;
mod hostile;
mod house;
