//! The texts of the site in each language. A language is complete or the program does not start: every text is a field.

pub(crate) mod about;
pub(crate) mod address;
pub(crate) mod basket;
pub(crate) mod board;
pub(crate) mod browser;
pub(crate) mod checkout;
pub(crate) mod codes;
pub(crate) mod countries;
pub(crate) mod drawer;
mod fill;
pub(crate) mod form;
pub(crate) mod guide;
pub(crate) mod home;
pub(crate) mod kept;
pub(crate) mod known;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod listing;
pub(crate) mod promotions;
pub(crate) mod receipt;
pub(crate) mod site;
pub(crate) mod status;
pub(crate) mod tills;

use serde::de::DeserializeOwned;

pub(crate) use fill::{Plural, fill};

/// Why the texts cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the texts {file}: {why}")]
pub struct WordsError {
    file: String,
    why: String,
}

/// The pages, each of which has a file of texts in every language and a module of that name here.
macro_rules! pages {
    ($($page:ident),+ $(,)?) => {
        /// All texts in one language.
        #[derive(Debug)]
        pub(crate) struct Words {
            /// Its code, as `lang` attributes write it.
            pub(crate) code: &'static str,
            $(pub(crate) $page: $page::Words,)+
        }

        /// The files of one language, by page.
        struct Files {
            code: &'static str,
            $($page: &'static str,)+
        }

        macro_rules! files {
            ($code:literal) => {
                Files {
                    code: $code,
                    $($page: include_str!(concat!("../lang/", $code, "/", stringify!($page), ".json")),)+
                }
            };
        }

        impl Words {
            fn read(files: &Files) -> Result<Self, WordsError> {
                Ok(Self {
                    code: files.code,
                    $($page: read(files.code, stringify!($page), files.$page)?,)+
                })
            }
        }

        #[cfg(test)]
        impl Files {
            fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($page), self.$page),)+]
            }
        }
    };
}

pages!(
    about, address, basket, board, browser, checkout, codes, countries, drawer, guide, home, kept, known, link, list,
    listing, promotions, receipt, site, status, tills,
);

/// Every language; the first one is for whoever reads none of them.
const ALL: [Files; 6] = [
    files!("en"),
    files!("es"),
    files!("pt"),
    files!("fr"),
    files!("de"),
    files!("pl"),
];

/// The languages of the site.
#[derive(Debug)]
pub(crate) struct Tongues(Vec<Words>);

impl Tongues {
    /// The languages that are built in.
    pub(crate) fn built_in() -> Result<Self, WordsError> {
        ALL.iter().map(Words::read).collect::<Result<_, _>>().map(Self)
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Words] {
        &self.0
    }

    /// The one for whoever reads none of the others.
    pub(crate) fn usual(&self) -> &Words {
        self.0.first().unwrap_or_else(|| unreachable!("there is a language"))
    }

    /// The language of this code.
    pub(crate) fn get(&self, code: &str) -> Option<&Words> {
        self.0.iter().find(|words| words.code.eq_ignore_ascii_case(code))
    }

    /// The best for a reader: what an `Accept-Language` header asks for first, else the first one.
    pub(crate) fn accepted(&self, header: &str) -> Option<&Words> {
        let mut wishes: Vec<(u16, &str)> = header.split(',').filter_map(wish).collect();
        // The header's order counts among equals.
        wishes.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        let known = wishes.into_iter().filter(|(weight, _)| *weight > 0);
        known.into_iter().find_map(|(_, code)| self.get(code))
    }
}

/// `de-AT;q=0.8` is 800 thousandths of `de`.
fn wish(part: &str) -> Option<(u16, &str)> {
    let mut parts = part.split(';');
    let code = parts.next()?.trim().split('-').next()?;
    let weight = parts.find_map(|part| part.trim().strip_prefix("q="));
    let weight = weight.map_or(Some(1_000), |weight| {
        let (whole, part) = weight.trim().split_once('.').unwrap_or((weight.trim(), ""));
        let thousandths = format!("{part:0<3}");
        let part: u16 = thousandths.get(..3)?.parse().ok()?;
        Some(whole.parse::<u16>().ok()?.min(1) * 1_000 + part)
    })?;
    (!code.is_empty()).then_some((weight.min(1_000), code))
}

fn read<T: DeserializeOwned>(code: &str, page: &str, text: &str) -> Result<T, WordsError> {
    serde_json::from_str(text).map_err(|error| WordsError {
        file: format!("{code}/{page}.json"),
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    fn texts(value: &Value, place: &str, found: &mut BTreeMap<String, String>) {
        match value {
            Value::String(text) => drop(found.insert(place.to_owned(), text.clone())),
            Value::Array(all) => {
                for (number, one) in all.iter().enumerate() {
                    texts(one, &format!("{place}[{number}]"), found);
                }
            }
            Value::Object(all) => {
                for (name, one) in all {
                    texts(one, &format!("{place}.{name}"), found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn all_of(files: &Files) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (page, text) in files.all() {
            texts(&serde_json::from_str(text).unwrap(), page, &mut found);
        }
        found
    }

    /// The names in braces of a text, in alphabetical order.
    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
            .collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn every_language_has_every_text_with_the_same_places_to_fill() {
        assert_eq!(Tongues::built_in().unwrap().all().len(), ALL.len());
        let english = all_of(&ALL[0]);
        for files in &ALL {
            // What is known of the data is English in the data; `known` has tests of its own.
            for (place, text) in all_of(files)
                .into_iter()
                .filter(|(place, _)| !place.starts_with("known."))
            {
                // Some languages part thousands with a space.
                let is_empty = text.trim().is_empty() && (text.is_empty() || place != "site.form.group");
                assert!(!is_empty, "{}/{place} is empty", files.code);
                let other = &english[&place];
                assert_eq!(
                    places(&text),
                    places(other),
                    "{}/{place}: {text:?} for {other:?}",
                    files.code
                );
            }
        }
    }

    #[test]
    fn no_text_is_left_in_english() {
        let english = all_of(&ALL[0]);
        for files in ALL.iter().skip(1) {
            for (place, text) in all_of(files)
                .into_iter()
                .filter(|(place, _)| !place.starts_with("known."))
            {
                // How a line of the drawer is written is the same everywhere.
                let is_form = place.starts_with("drawer.forms") && place.rsplit('.').next() == Some("name");
                let words = text.split(['{', '}']).step_by(2).map(str::len).sum::<usize>();
                let same = !is_form && words > 12 && english[&place] == text;
                assert!(!same, "{}/{place}: {text:?}", files.code);
            }
        }
    }

    #[test]
    fn a_header_is_answered_with_the_language_it_likes_best() {
        let tongues = Tongues::built_in().unwrap();
        let code = |header| tongues.accepted(header).map(|words| words.code);
        assert_eq!(code("xx, en-GB;q=0.7"), Some("en"));
        assert_eq!(code("en;q=0"), None);
        for odd in ["", ";;", "en;q=x", ",,,", "*"] {
            assert_eq!(code(odd), None, "{odd:?}");
        }
    }
}
