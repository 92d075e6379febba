//! Texts with places to fill, and texts that depend on a count.

use serde::Deserialize;

/// A text with its places filled: `{name}` becomes the value of that name.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            filled.push_str(value);
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// A text for each form that a language has for counts; the forms are those of CLDR.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plural {
    one: String,
    few: String,
    many: String,
    other: String,
}

impl Plural {
    /// The text for a count, with `{count}` filled.
    pub(crate) fn of(&self, code: &str, count: usize) -> String {
        self.filled(code, count, &[])
    }

    /// The same with other places filled, too.
    pub(crate) fn filled(&self, code: &str, count: usize, values: &[(&str, &str)]) -> String {
        let text = match (code, count) {
            ("fr" | "pt", 0 | 1) | (_, 1) => &self.one,
            ("pl", count) => match (count % 10, count % 100) {
                (2..=4, ..12 | 15..) => &self.few,
                _ => &self.many,
            },
            _ => &self.other,
        };
        let count = count.to_string();
        fill(text, &[&[("count", count.as_str())], values].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_what_is_no_place_stays() {
        let values = [("price", "{low}"), ("low", "2")];
        assert_eq!(fill("{price} and {low}, {nothing}.", &values), "{low} and 2, .");
        assert_eq!(fill("no place", &values), "no place");
    }

    #[test]
    fn polish_counts_as_poles_do() {
        let text = |form: &str| format!("{{count}} {form}");
        let plural = Plural {
            one: text("one"),
            few: text("few"),
            many: text("many"),
            other: text("other"),
        };
        for (count, form) in [
            (1, "one"),
            (2, "few"),
            (4, "few"),
            (5, "many"),
            (12, "many"),
            (22, "few"),
            (112, "many"),
        ] {
            assert_eq!(plural.of("pl", count), format!("{count} {form}"));
        }
        assert_eq!(plural.of("en", 0), "0 other");
        assert_eq!(plural.of("fr", 0), "0 one");
    }
}
