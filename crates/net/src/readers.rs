//! Readers of what the marketplace sends: one entry that tells the shape, one file a shape.
//!
//! Nothing here fails: whatever comes in, each listing in it becomes a snapshot with its outcome, and an input that is
//! nothing at all becomes one that says so. Memory is bounded by the size of the input and the number of values in it;
//! nesting is bounded by the JSON parser at 128.

mod accept;
pub mod affiliate;
pub mod amount;
mod browser;
mod cart;
mod components;
mod coupon_id;
mod coupons;
mod dida;
mod drawer;
pub mod ds;
mod envelope;
pub mod feed;
mod flat;
mod freight;
mod har;
mod jsonld;
mod listing;
mod mistaken;
mod modules;
mod mtop;
mod npi;
mod page;
mod price;
mod priced;
pub mod search;
mod skus;
mod texts;
mod value;

use std::borrow::Cow;

use serde_json::Value;
use tillwatch_core::snapshot::{Outcome, Snapshot};

pub use accept::Asked;
pub use browser::{Browser, unpack};
pub use coupon_id::discounts_of;
pub(crate) use envelope::{Refusal, refusal_in};
pub(crate) use value::fold;

/// The largest input. A page has up to half a megabyte and a long browser recording a dozen or two.
pub const MOST_BYTES: usize = 32 * 1024 * 1024;

/// The most listings of one input.
const MOST_LISTINGS: usize = 10_000;

/// Reads anything that a shopper saved, an API answered or a feed says: one snapshot for each listing in it, at least one.
pub fn read(bytes: &[u8]) -> Vec<Snapshot> {
    if bytes.len() > MOST_BYTES {
        let detail = format!(
            "The file has {} bytes and at most {MOST_BYTES} are read. {}",
            bytes.len(),
            mistaken::INSTEAD
        );
        return vec![Snapshot::refused("unknown", Outcome::TooLarge, detail)];
    }
    if let Some(detail) = mistaken::no_text(bytes) {
        return vec![Snapshot::refused("unknown", Outcome::ParseFailed, detail)];
    }
    // Broken UTF-8 is replaced: it stands in texts for people, while keys, digits and codes are ASCII.
    let text: Cow<'_, str> = String::from_utf8_lossy(bytes);
    let text = trimmed(&text);
    if let Some(seen) = feed::snapshots(text) {
        return seen;
    }
    if har::is_har(text) {
        return har::read(text);
    }
    read_body(text)
}

/// [`read`] for a listing, country and currency: what answers something else keeps no price.
pub fn read_asked(bytes: &[u8], asked: &Asked) -> Vec<Snapshot> {
    asked.check(read(bytes))
}

/// One page or one answer.
fn read_body(text: &str) -> Vec<Snapshot> {
    let text = trimmed(text);
    if page::is_page(text) {
        return page::read(text);
    }
    let refused = |outcome, detail| vec![Snapshot::refused("unknown", outcome, detail)];
    match value::parse(unwrapped(text)) {
        Ok(value) => shapes(&value)
            .or_else(|| each_of(&value))
            .unwrap_or_else(|| match page::challenge(text) {
                Some(why) => refused(Outcome::Blocked, why.to_owned()),
                None => refused(
                    Outcome::ParseFailed,
                    format!("This JSON is of a shape that is not known. {}", mistaken::INSTEAD),
                ),
            }),
        Err(error @ value::JsonError::TooMuch) => {
            refused(Outcome::TooLarge, format!("There are {error}. {}", mistaken::INSTEAD))
        }
        Err(error) if text.starts_with(['{', '[']) => refused(
            Outcome::ParseFailed,
            format!("This JSON is broken ({error}): save it once more."),
        ),
        Err(_) if text.contains("</") => page::read(text),
        Err(_) => refused(Outcome::ParseFailed, mistaken::no_data(text)),
    }
}

/// Reads a JSON value if it is of its shape.
type Reader = fn(&Value) -> Option<Vec<Snapshot>>;

/// The readers of JSON shapes, in the order in which they are asked; each answers only for its own.
const SHAPES: [Reader; 9] = [
    mtop::read,
    modules::read,
    components::read,
    dida::read,
    affiliate::read,
    ds::read,
    search::read,
    flat::read,
    jsonld::read,
];

/// Asks the readers, with the value and with what its `data` wraps.
fn shapes(value: &Value) -> Option<Vec<Snapshot>> {
    let inner = ["data", "runParams.data"].map(|path| value::at(value, path));
    std::iter::once(value)
        .chain(inner.into_iter().filter(|inner| inner.is_object()))
        .find_map(|value| SHAPES.iter().find_map(|read| read(value)))
        .filter(|seen| !seen.is_empty())
}

/// A list of answers: those that are known.
fn each_of(value: &Value) -> Option<Vec<Snapshot>> {
    let seen: Vec<Snapshot> = value::list(value)
        .iter()
        .filter(|one| one.is_object())
        .take(MOST_LISTINGS)
        .filter_map(shapes)
        .flatten()
        .take(MOST_LISTINGS)
        .collect();
    (!seen.is_empty()).then_some(seen)
}

/// Without the byte order mark, blanks and NULs around it.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0')
}

/// JSON out of `mtopjsonp1({…})`, which script answers are wrapped in.
fn unwrapped(text: &str) -> &str {
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.');
    match text.split_once('(') {
        Some((callback, rest))
            if !callback.is_empty() && callback.len() <= 100 && callback.trim_end().chars().all(name) =>
        {
            rest.trim_end_matches(|c: char| c.is_whitespace() || c == ';' || c == ')')
        }
        _ => text,
    }
}
