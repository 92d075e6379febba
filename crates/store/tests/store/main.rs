//! The store: the cases that every store passes, any sequence against plain lists, deaths in the middle, old files, and
//! what only SQLite promises.

mod common;
mod conformance;
mod crash;
mod migrations;
mod model;
mod sqlite;
mod weighing;
