//! Looking into JSON of others: paths, lists, texts, switches and ids, without a word about what is missing.
//!
//! A field of a wrong type is an absent one, never an error and never a zero. Each look takes the value itself, so that
//! a place is named in one way only: `text(at(answer, "store.name"))`.

mod ids;

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::amount;

pub(super) use ids::{categories, country, currency, item, seller, sku, store, warehouse};

/// The most elements that are read of one list of an answer; the API gives 50 and a search page 60.
pub(super) const MOST: usize = 1_000;

/// The most memory that one JSON text may need, by [`cost`]. Recorded pages need about five megabytes.
const MOST_MEMORY: usize = 256 * 1024 * 1024;

/// What a parsed value costs beside its text, at most: in a list or a map about 64 bytes, and a map about 700 more,
/// since it is made for eleven entries at once (measured on this parser).
const VALUE: usize = 64;
const MAP: usize = 700;

/// Why a JSON text was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum JsonError {
    /// So many values that reading them would take all memory.
    #[error("more values than are read of one input")]
    TooMuch,
    /// No JSON, cut off, or nested past the parser's limit of 128.
    #[error("{0}")]
    Broken(String),
}

/// One whole JSON text.
pub(super) fn parse(text: &str) -> Result<Value, JsonError> {
    bounded(text)?;
    serde_json::from_str(text).map_err(|error| JsonError::Broken(error.to_string()))
}

/// The JSON value at the start of a text that goes on as something else, such as a script.
pub(super) fn parse_head(text: &str) -> Result<Value, JsonError> {
    serde_json::Deserializer::from_str(text)
        .into_iter::<Value>()
        .next()
        .unwrap_or(Ok(Value::Null))
        .map_err(|error| JsonError::Broken(error.to_string()))
}

/// Whether the text can be parsed in bounded memory.
pub(super) fn bounded(text: &str) -> Result<(), JsonError> {
    if cost(text) > MOST_MEMORY {
        return Err(JsonError::TooMuch);
    }
    Ok(())
}

/// What parsing costs at most, told by the marks that separate values. Those inside texts count too.
fn cost(text: &str) -> usize {
    let marks = |mark| memchr::memchr_iter(mark, text.as_bytes()).count();
    let (values, maps) = (marks(b',').saturating_add(marks(b'[')), marks(b'{'));
    values.saturating_mul(VALUE).saturating_add(maps.saturating_mul(MAP))
}

/// The value at a path of keys and indices with dots between; `Null` if there is none.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    static NOTHING: Value = Value::Null;
    let mut found = value;
    for key in path.split('.') {
        let next = match found {
            Value::Object(map) => map.get(key),
            Value::Array(list) => key.parse().ok().and_then(|index: usize| list.get(index)),
            _ => None,
        };
        let Some(next) = next else { return &NOTHING };
        found = next;
    }
    found
}

/// The first of several paths that leads to something.
pub(super) fn first<'a>(value: &'a Value, paths: &[&str]) -> &'a Value {
    paths
        .iter()
        .map(|path| at(value, path))
        .find(|found| !found.is_null())
        .unwrap_or_else(|| at(value, ""))
}

/// The object in which something stands: the value itself, or what its `data` or `result` wraps, a few times over.
pub(super) fn inside(value: &Value, is_there: impl Fn(&Map<String, Value>) -> bool) -> Option<&Map<String, Value>> {
    const DEEPEST: usize = 5;
    let mut found = value;
    for _ in 0..DEEPEST {
        let map = found.as_object()?;
        if is_there(map) {
            return Some(map);
        }
        found = first(found, &["data", "result"]);
    }
    None
}

/// The elements of an array; of anything else none.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The elements of an array that an answer may wrap (`products: {product: [...]}`): flat, or the only array inside of an
/// object; `None` where there is no such array.
pub(super) fn wrapped(value: &Value) -> Option<&[Value]> {
    let array = match value {
        Value::Array(array) => array,
        Value::Object(fields) => {
            let mut arrays = fields.values().filter_map(Value::as_array);
            let (only, None) = (arrays.next()?, arrays.next()) else {
                return None;
            };
            only
        }
        _ => return None,
    };
    Some(array.get(..MOST).unwrap_or(array))
}

/// The elements of an array or the values of a map: the same lists come as either.
pub(super) fn each(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(list) => Box::new(list.iter()),
        Value::Object(map) => Box::new(map.values()),
        _ => Box::new(std::iter::empty()),
    }
}

/// A text that is not blank, or the digits of a number.
pub(super) fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            (!text.is_empty()).then_some(Cow::Borrowed(text))
        }
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// A text for people, with blanks folded and at most `most` characters.
pub(super) fn shown(value: &Value, most: usize) -> Option<String> {
    text(value)
        .map(|text| fold(&text, most))
        .filter(|text| !text.is_empty())
}

/// A text with its blanks and control characters folded, cut to `most` characters.
pub(crate) fn fold(text: &str, most: usize) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .take(most)
        .collect();
    words.join(" ").chars().take(most).collect()
}

/// Yes, in any of the ways in which it is written.
pub(super) fn yes(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::String(text) => text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("yes"),
        _ => false,
    }
}

/// Said and no: absent is not no.
pub(super) fn no(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => !yes,
        Value::String(text) => text.eq_ignore_ascii_case("false") || text.eq_ignore_ascii_case("no"),
        _ => false,
    }
}

/// The digits of a whole number that is not negative, as a number or as a text, and never through a float.
pub(super) fn digits(value: &Value) -> Option<String> {
    amount::number(value).filter(|number| !number.contains('.'))
}

/// A whole number that is not negative.
pub(super) fn count(value: &Value) -> Option<u64> {
    digits(value)?.parse().ok()
}

/// A number of milliseconds or the like, which may be negative.
pub(super) fn whole(value: &Value) -> Option<i64> {
    text(value)?.parse().ok()
}

/// A number of days.
pub(super) fn days(value: &Value) -> Option<u16> {
    count(value)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_through_maps_and_lists_and_ends_in_nothing() {
        let value = serde_json::json!({"a": [{"b": 7}]});
        assert_eq!(at(&value, "a.0.b"), &serde_json::json!(7));
        assert!(at(&value, "a.1.b").is_null() && at(&value, "a.x").is_null());
    }

    #[test]
    fn a_number_keeps_the_digits_that_were_written() {
        let value = parse("[6.70, 12000000000000000001]").unwrap_or_default();
        let texts: Vec<_> = list(&value).iter().filter_map(text).collect();
        assert_eq!(texts, ["6.70", "12000000000000000001"]);
    }

    #[test]
    fn a_bomb_of_brackets_and_a_flood_of_values_are_refused() {
        assert!(matches!(parse(&"[".repeat(100_000)), Err(JsonError::Broken(_))));
        assert_eq!(parse(&",".repeat(5_000_000)), Err(JsonError::TooMuch));
        assert_eq!(parse(&"{},".repeat(400_000)), Err(JsonError::TooMuch));
    }

    #[test]
    fn a_value_before_a_script_is_read_alone() {
        let head = parse_head("  {\"a\": \"};\"}, csrfToken: 'x' };");
        assert_eq!(head, Ok(serde_json::json!({"a": "};"})));
    }
}
