//! The site as a browser and a program see it, over a store in memory.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod house;
mod languages;
mod lists;
mod owner;
mod pictures;
mod receipts;
mod style;
mod tills;
