//! What is known before any page is read, in another language than the data's own, which is English.

use std::collections::BTreeMap;

use serde::Deserialize;
use tillwatch_core::calendar::Event;
use tillwatch_core::market::MarketNote;

/// By the ids of the data. In English there is nothing: the data say it themselves.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(super) sales: BTreeMap<String, Sale>,
    pub(super) campaigns: BTreeMap<String, String>,
    pub(super) notes: BTreeMap<String, String>,
    /// Sources that are neither an address nor a name, by their English text.
    pub(super) sources: BTreeMap<String, String>,
}

/// A sale or a weekly round; a dated one is called as its rule is where it has no name of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sale {
    pub(super) name: Option<String>,
    pub(super) coupon: Option<String>,
    #[serde(default)]
    pub(super) notes: Vec<String>,
}

/// A text for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) text: String,
    /// Its language, where it is not the reader's.
    pub(crate) lang: Option<&'static str>,
}

impl Said {
    /// In the reader's language, or a name that is the same in all of them.
    pub(crate) const fn plain(text: String) -> Self {
        Self { text, lang: None }
    }
}

impl super::Words {
    /// A text that exists in English, in the reader's language where it has words.
    pub(crate) fn said(&self, own: Option<&String>, english: &str) -> Said {
        let lang = (own.is_none() && self.code != ENGLISH).then_some(ENGLISH);
        Said {
            text: own.map_or(english, String::as_str).to_owned(),
            lang,
        }
    }

    /// What a sale is called.
    pub(crate) fn sale(&self, event: &Event) -> Said {
        let name = |id: &str| self.known.sales.get(id)?.name.as_ref();
        let own = name(&event.id).or_else(|| name(event.rule.as_deref()?));
        self.said(own, &event.name)
    }

    /// The largest coupon that was mentioned with a sale.
    pub(crate) fn top_coupon(&self, event: &Event, english: &str) -> Said {
        self.said(self.facts(event).and_then(|sale| sale.coupon.as_ref()), english)
    }

    /// What else there is to say of a sale.
    pub(crate) fn sale_notes(&self, event: &Event) -> Vec<Said> {
        let own = self.facts(event).map_or(&[][..], |sale| &sale.notes);
        let all = event.notes.iter().enumerate();
        all.map(|(place, english)| self.said(own.get(place), english)).collect()
    }

    /// What is said beside a total.
    pub(crate) fn note(&self, note: &MarketNote) -> Said {
        self.said(self.known.notes.get(&note.id), &note.text)
    }

    /// What a ladder of codes is called. An operator's own one has its own name in whatever language that is.
    pub(crate) fn campaign(&self, ladder: &str, english: &str) -> Said {
        self.said(self.known.campaigns.get(ladder), english)
    }

    /// Who says so. Addresses and names are the same everywhere.
    pub(crate) fn source(&self, source: &str) -> Said {
        if source.contains(' ') {
            self.said(self.known.sources.get(source), source)
        } else {
            Said::plain(source.to_owned())
        }
    }

    /// The facts of a computed sale are its rule's; those of a dated one are its own.
    fn facts(&self, event: &Event) -> Option<&Sale> {
        let id = match (&event.source, &event.rule) {
            (None, Some(rule)) => rule,
            _ => &event.id,
        };
        self.known.sales.get(id)
    }
}

/// The language of the data.
const ENGLISH: &str = "en";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use std::collections::BTreeSet;

    use tillwatch_core::almanac::Almanac;
    use tillwatch_core::calendar::events_between;
    use tillwatch_core::instant::Instant;

    use super::*;
    use crate::words::{Tongues, Words as Language};

    /// Each sale that is dated or computed somewhere in ten years, and the weekly rounds.
    fn sales(almanac: &Almanac) -> Vec<Event> {
        let (from, until) = (day("2017-01-01"), day("2027-12-31"));
        let mut all = almanac.events.dated().to_vec();
        all.extend(almanac.events.computed_between(from, until));
        all.extend(events_between(almanac, from, until));
        all.extend(almanac.events.rotations_between(day("2026-11-01"), day("2026-12-01")));
        all
    }

    fn day(text: &str) -> Instant {
        Instant::parse(&format!("{text}T00:00:00Z")).unwrap()
    }

    /// Every text of the data that pages show, beside what a reader of a language is told.
    fn told(words: &Language, almanac: &Almanac) -> Vec<(String, Said)> {
        let mut told = Vec::new();
        let mut sources = BTreeSet::new();
        for sale in sales(almanac) {
            told.push((sale.name.clone(), words.sale(&sale)));
            told.extend(
                sale.top_coupon
                    .iter()
                    .map(|text| (text.clone(), words.top_coupon(&sale, text))),
            );
            told.extend(sale.notes.iter().cloned().zip(words.sale_notes(&sale)));
            sources.extend(sale.source);
        }
        for note in almanac.markets.notes() {
            told.push((note.text.clone(), words.note(note)));
            sources.insert(note.source.clone());
        }
        for ladder in &almanac.ladders {
            told.push((ladder.name.clone(), words.campaign(&ladder.id, &ladder.name)));
            sources.insert(ladder.source.clone());
        }
        sources.extend(almanac.lifetimes.all().iter().map(|life| life.source.clone()));
        told.extend(sources.into_iter().map(|source| {
            let said = words.source(&source);
            (source, said)
        }));
        told
    }

    /// The numbers of a text, in no order: a day may stand before or after its month.
    fn numbers(text: &str) -> Vec<&str> {
        let mut numbers: Vec<&str> = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|digits| !digits.is_empty())
            .collect();
        numbers.sort_unstable();
        numbers
    }

    #[test]
    fn whatever_the_data_say_has_words_in_every_language_with_the_same_numbers() {
        let (tongues, almanac) = (Tongues::built_in().unwrap(), Almanac::built_in().unwrap());
        for words in tongues.all() {
            for (english, said) in told(words, &almanac) {
                assert_eq!(said.lang, None, "{}: {english:?} has no words", words.code);
                assert_eq!(numbers(&said.text), numbers(&english), "{}: {}", words.code, said.text);
                if words.code == ENGLISH {
                    assert_eq!(said.text, english);
                }
            }
        }
    }

    #[test]
    fn every_market_and_every_country_of_a_code_has_a_name_and_english_names_are_those_of_the_data() {
        let (tongues, almanac) = (Tongues::built_in().unwrap(), Almanac::built_in().unwrap());
        let markets = almanac.markets.all().iter().map(|market| market.country);
        let codes = almanac.ladders.iter().flat_map(|ladder| &ladder.discounts);
        let countries: BTreeSet<_> = markets
            .chain(codes.flat_map(|code| code.regions.iter().copied()))
            .collect();
        for words in tongues.all() {
            for country in &countries {
                assert_ne!(words.countries.of(*country), country.code(), "{}", words.code);
            }
        }
        for market in almanac.markets.all() {
            assert_eq!(tongues.usual().countries.of(market.country), market.name);
        }
    }

    #[test]
    fn no_words_are_left_of_data_that_are_gone() {
        let (tongues, almanac) = (Tongues::built_in().unwrap(), Almanac::built_in().unwrap());
        let ids = |event: &Event| [Some(event.id.clone()), event.rule.clone()];
        let sales: BTreeSet<String> = sales(&almanac).iter().flat_map(ids).flatten().collect();
        let notes: BTreeSet<&str> = almanac.markets.notes().iter().map(|note| note.id.as_str()).collect();
        let ladders: BTreeSet<&str> = almanac.ladders.iter().map(|ladder| ladder.id.as_str()).collect();
        for words in tongues.all() {
            let known = &words.known;
            assert!(known.sales.keys().all(|id| sales.contains(id)), "{}", words.code);
            assert!(
                known.notes.keys().all(|id| notes.contains(id.as_str())),
                "{}",
                words.code
            );
            assert!(
                known.campaigns.keys().all(|id| ladders.contains(id.as_str())),
                "{}",
                words.code
            );
        }
    }

    #[test]
    fn a_ladder_of_an_operator_is_called_as_its_file_calls_it() {
        let tongues = Tongues::built_in().unwrap();
        let lang = |code| tongues.get(code).unwrap().campaign("ours", "Our own codes").lang;
        assert_eq!((lang("de"), lang("en")), (Some("en"), None));
    }
}
