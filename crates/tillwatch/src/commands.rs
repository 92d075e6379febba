//! The commands, one file each: turn the arguments into one question to the core, and print its answer.

pub(crate) mod alerts;
pub(crate) mod backup;
pub(crate) mod basket;
pub(crate) mod calendar;
pub(crate) mod demo;
pub(crate) mod diagnose;
pub(crate) mod discount;
pub(crate) mod doctor;
pub(crate) mod export;
mod following;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod quote;
pub(crate) mod resolve;
pub(crate) mod selftest;
pub(crate) mod serve;
pub(crate) mod snapshot;
pub(crate) mod stack;
pub(crate) mod tills;
pub(crate) mod watch;
mod which;

use serde::Serialize;
use tillwatch_core::checkout::Checkout;
use tillwatch_core::input::InputError;
use tillwatch_core::market::Markets;

use crate::failure::Status;
use crate::input::{Form, form};
use crate::output::Output;

/// An error as a line's answer.
#[derive(Serialize)]
struct Refusal<'a> {
    error: &'a InputError,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A line of JSON.
    Json,
    /// Text for people.
    Text,
}

impl Shape {
    /// What was asked for one answer.
    const fn of(output: &Output) -> Self {
        if output.json { Self::Json } else { Self::Text }
    }
}

/// Reads one checkout, or one a line, and answers each in its place.
///
/// One value is answered as text or, with `--json`, as JSON; one a line is always answered with one a line.
fn each_checkout(
    path: Option<&std::path::Path>,
    output: &mut Output,
    mut answer: impl FnMut(&Checkout, &[String], Shape, &mut Output) -> anyhow::Result<()>,
) -> anyhow::Result<Status> {
    let markets = Markets::built_in()?;
    each_value(path, output, |json, shape, output| {
        let read = tillwatch_core::checkout::read(json, |market| markets.tax(market))?;
        answer(&read.value, &read.warnings, shape, output)
    })
}

/// Reads one value, or one a line, and answers each in its place. What is refused is answered with its error.
fn each_value(
    path: Option<&std::path::Path>,
    output: &mut Output,
    mut answer: impl FnMut(&[u8], Shape, &mut Output) -> anyhow::Result<()>,
) -> anyhow::Result<Status> {
    let mut one = |json: &[u8], shape, output: &mut Output| -> anyhow::Result<bool> {
        match answer(json, shape, output) {
            Ok(()) => Ok(true),
            Err(error) if shape == Shape::Json => match error.downcast_ref() {
                Some(refused) => output.value(&Refusal { error: refused }).map(|()| false),
                None => Err(error),
            },
            Err(error) => Err(error),
        }
    };
    match form(path)? {
        Form::One(json) => {
            let shape = Shape::of(output);
            one(&json, shape, output).map(Status::all_answered)
        }
        Form::Lines(mut lines) => {
            let mut all = true;
            while let Some(line) = lines.next()? {
                all &= one(line, Shape::Json, output)?;
                if lines.would_wait() {
                    output.flush()?;
                }
            }
            Ok(Status::all_answered(all))
        }
    }
}
