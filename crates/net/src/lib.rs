//! The border: the only HTTP client, the sources and the channels behind it, and the readers of what comes in.

mod base64;
pub mod http;
pub mod links;
pub mod notifiers;
pub mod readers;
pub mod secret;
pub mod sources;
