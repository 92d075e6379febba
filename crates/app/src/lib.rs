//! The watch: what is tracked, when it is read, what a reading means. It knows no SQL, no HTTP and no channel.

pub mod book;
pub mod ports;
