//! The border: the only HTTP client, the sources behind it, and the readers of what they send.

pub mod http;
pub mod links;
pub mod readers;
pub mod secret;
pub mod sources;
