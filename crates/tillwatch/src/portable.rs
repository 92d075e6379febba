//! Histories as files: JSON for programs, CSV for spreadsheets, both without loss and both read back.

mod csv;
mod json;

use anyhow::Context;
use tillwatch_app::ports::store::ListingPast;
use tillwatch_core::history::{Minute, Run};
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;

/// How a file of histories is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// One JSON value, a listing a line
    Json,
    /// One row a run
    Csv,
}

/// A file that is being written.
pub(crate) struct Writer {
    format: Format,
    any: bool,
}

impl Writer {
    /// Begins a file.
    pub(crate) fn begin(format: Format, to: &mut Vec<u8>) -> Self {
        match format {
            Format::Json => to.extend_from_slice(json::BEGIN),
            Format::Csv => to.extend_from_slice(csv::BEGIN),
        }
        Self { format, any: false }
    }

    /// Adds a listing.
    pub(crate) fn listing(&mut self, past: &ListingPast, to: &mut Vec<u8>) -> anyhow::Result<()> {
        match self.format {
            Format::Json => {
                let between: &[u8] = if self.any { b",\n" } else { b"\n" };
                to.extend_from_slice(between);
                serde_json::to_writer(to, &json::listing(past)).context("a listing cannot be written")?;
            }
            Format::Csv => csv::listing(past, to),
        }
        self.any = true;
        Ok(())
    }

    /// Ends the file.
    pub(crate) fn end(self, to: &mut Vec<u8>) {
        if self.format == Format::Json {
            to.extend_from_slice(json::END);
        }
    }
}

/// A listing that was read, or why it was not, with its place in the file.
pub(crate) type Read = Result<(String, ListingPast), InputError>;

/// Reads a file of either format. What is not even a file of ours is refused as a whole.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Read>, InputError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii_start().starts_with(b"{") {
        json::read(bytes)
    } else {
        csv::read(bytes)
    }
}

/// A run from its three fields; `None` of a value that no line holds.
fn run<V>(start: &str, confirmed: u32, value: Option<V>) -> Result<Run<V>, String> {
    Ok(Run {
        start: minute(start)?,
        confirmed,
        value: value.ok_or_else(|| "that is no value of such a run".to_owned())?,
    })
}

/// A minute that was written as its beginning; seconds within it would be lost and are refused.
fn minute(text: &str) -> Result<Minute, String> {
    let moment = Instant::parse(text).map_err(|why| why.to_string())?;
    let minute = Minute::of(moment);
    if minute.instant() == moment {
        Ok(minute)
    } else {
        Err(format!("{text:?} is not the beginning of a minute"))
    }
}

/// An amount as it is written in every format.
fn amount(minor: i64, past: &ListingPast) -> Money {
    Money::new(minor, past.key.currency)
}

#[cfg(test)]
mod tests;
