//! Saved pages: the data that scripts carry, and what the page is where they carry none.
//!
//! No HTML parser: the data stands in scripts after known names, and JSON knows itself where it ends. Each search is
//! for a fixed text and each kind of find is tried a few times only, so that no page makes this slow.

mod signs;

pub(super) use signs::{challenge, is_foreign};

use memchr::memmem;
use serde_json::Value;
use tillwatch_core::snapshot::{Outcome, Snapshot};

use super::jsonld::item_in_link;
use super::{jsonld, shapes, value};

const SHAPE: &str = "page";

/// How often one kind of script data is tried.
const TRIES: usize = 8;

/// How many bytes of data are tried in all; half a hundred pages' worth.
const BUDGET: usize = 2 * super::MOST_BYTES;

/// How far after a name its data may begin.
const REACH: usize = 4_096;

/// The names after which page data stands: product pages of 2022 to 2024, and search pages.
const NAMES: [&str; 3] = ["runParams", "_init_data_", "__INIT_DATA__"];

/// Whether a text is a page, or a script cut out of one.
pub(super) fn is_page(text: &str) -> bool {
    let head = text.get(..text.len().min(512)).unwrap_or_else(|| head_of(text, 512));
    let json = head.starts_with(['{', '[']);
    head.starts_with('<') || (!json && NAMES.iter().any(|name| head.contains(name)))
}

/// Reads a page.
pub(super) fn read(html: &str) -> Vec<Snapshot> {
    if let Err(error @ value::JsonError::TooMuch) = value::bounded(html) {
        return vec![Snapshot::refused(
            SHAPE,
            Outcome::TooLarge,
            format!("There are {error}. {}", super::mistaken::INSTEAD),
        )];
    }
    let mut broken = None;
    for name in NAMES {
        match script_data(html, name) {
            Ok(Some(seen)) => return seen,
            Ok(None) => {}
            Err(error) => broken = broken.or(Some(error)),
        }
    }
    let mut seen = match summary(html).filter(|_| !signs::is_of_another_site(html)) {
        Some(seen) => return seen,
        None => signs::tell(html),
    };
    // Ordinary pages carry the guard's script too: where data began, only a challenge's own marks make it one.
    let guessed = matches!(seen.outcome, Outcome::ParseFailed | Outcome::Blocked) && challenge(html).is_none();
    if let (true, Some(error)) = (guessed, broken) {
        let detail = format!("The page's data is broken ({error}): load the page to its end and save it once more.");
        seen = Snapshot::refused(SHAPE, Outcome::ParseFailed, detail);
    }
    seen.item = item_of(html);
    vec![seen]
}

/// The listing that the page says it is.
fn item_of(html: &str) -> Option<tillwatch_core::id::ItemId> {
    ["og:url", "al:ios:url"]
        .into_iter()
        .filter_map(|name| signs::meta(html, name))
        .chain(signs::canonical(html))
        .find_map(item_in_link)
}

/// All the data that stands after those names, whatever its shape.
pub(super) fn values(html: &str) -> Vec<Value> {
    if value::bounded(html).is_err() {
        return Vec::new();
    }
    let after = NAMES.iter().flat_map(|name| {
        let found = memmem::find_iter(html.as_bytes(), name).take(TRIES * 8);
        found.filter_map(|found| assigned(html.get(found.saturating_add(name.len())..)?))
    });
    let mut budget = BUDGET;
    after
        .take(TRIES)
        .take_while(|data| {
            budget = budget.saturating_sub(data.len());
            budget > 0
        })
        .filter_map(|data| value::parse_head(data).ok())
        .collect()
}

/// The data after a name: `window.runParams = { data: {…} }`, with the key bare or in quotes.
fn script_data(html: &str, name: &str) -> Result<Option<Vec<Snapshot>>, value::JsonError> {
    let mut broken = None;
    let (mut tried, mut budget) = (0, BUDGET);
    for found in memmem::find_iter(html.as_bytes(), name).take(TRIES * 8) {
        let after = html.get(found.saturating_add(name.len())..).unwrap_or("");
        let Some(data) = assigned(after) else { continue };
        tried += 1;
        budget = budget.saturating_sub(data.len());
        if tried > TRIES || budget == 0 {
            break;
        }
        match value::parse_head(data) {
            Ok(value) => {
                // Moved and not copied: a page's data is large.
                let wrapped: serde_json::Map<String, Value> = [("data".to_owned(), value)].into_iter().collect();
                if let Some(seen) = shapes(&Value::Object(wrapped)) {
                    return Ok(Some(seen));
                }
            }
            Err(error) => broken = broken.or(Some(error)),
        }
    }
    broken.map_or(Ok(None), Err)
}

/// The object that is assigned right after a name: of `= { data: {…}`, `={"data":{…}` the inner, of `= {…}` itself.
fn assigned(after: &str) -> Option<&str> {
    let head = head_of(after, REACH);
    let object = head
        .trim_start()
        .strip_prefix('=')?
        .trim_start()
        .strip_prefix('{')?
        .trim_start();
    let keyed = ["data", "\"data\"", "'data'"]
        .into_iter()
        .find_map(|key| object.strip_prefix(key)?.trim_start().strip_prefix(':'));
    let offset = match keyed {
        Some(rest) => head.len().saturating_sub(rest.trim_start().len()),
        // Back to the brace itself: plain JSON without a `data` key.
        None => head.find('{')?,
    };
    after
        .get(offset..)
        .filter(|data| data.starts_with('{') && !data.starts_with("{}"))
}

/// The page's summary for search engines.
fn summary(html: &str) -> Option<Vec<Snapshot>> {
    memmem::find_iter(html.as_bytes(), "application/ld+json")
        .take(TRIES)
        .find_map(|found| {
            let after = html.get(found..)?;
            let (_, body) = head_of(after, REACH)
                .split_once('>')
                .map(|(tag, _)| after.split_at(tag.len()))?;
            let value: Value = value::parse_head(body.get(1..)?.trim_start()).ok()?;
            let mut seen = jsonld::read(&value)?;
            if let [one] = seen.as_mut_slice() {
                one.item = one.item.take().or_else(|| item_of(html));
            }
            Some(seen)
        })
}

/// The first bytes of a text, cut before a character that would not fit whole.
fn head_of(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or("")
}
