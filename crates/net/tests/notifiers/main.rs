//! Every channel against a peer on this machine: one contract for all of them, and what each peer received.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]
#![expect(clippy::indexing_slicing, reason = "a test that finds nothing must stop")]

mod bot_api;
mod contract;
mod email;
mod peer;
mod rigs;
mod smtp;
mod support;
mod telegram;
mod web;
mod webhook;
