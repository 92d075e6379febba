//! What the outside sends, read into the core's snapshots. No connection is opened here yet: files and texts come in.

pub mod readers;
