//! The client and its sources against a peer on this machine; no test leaves it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]
#![expect(clippy::indexing_slicing, reason = "a test that finds nothing must stop")]

mod affiliate;
mod codes;
mod feed;
mod find;
mod http;
mod ladder;
mod links;
mod page;
mod support;
mod variants;
