//! What people find without a link: the biggest drops, and what they search for.

use crate::App;
use crate::ports::store::{Found, Place, Sought, StoreError};
use crate::spelling::Meant;

/// The most letters and words of a search.
const LETTERS: usize = 200;
const WORDS: usize = 12;

/// Parts of fewer letters are not in the index, and are taken as they are.
const INDEXED: usize = 3;

/// What somebody typed to search for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(Vec<String>);

/// Why a text is not searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{letters} letters in {words} words are more than the 200 letters and 12 words that are searched for")]
pub struct TooLong {
    letters: usize,
    words: usize,
}

impl Text {
    /// The only door: up to 200 letters in up to 12 words. No sign in it has a meaning of its own.
    pub fn parse(text: &str) -> Result<Self, TooLong> {
        let parts = text.split(|c: char| c.is_whitespace() || c.is_control());
        let all: Vec<String> = parts.filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect();
        let (letters, words) = (text.chars().count(), all.len());
        if letters > LETTERS || words > WORDS {
            return Err(TooLong { letters, words });
        }
        Ok(Self(all))
    }

    /// The words with single blanks between them; `None` where there are none.
    pub fn words(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(" "))
    }
}

/// A page of cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The cards.
    pub found: Vec<Found>,
    /// Where to go on; `None` where there are no more.
    pub next: Option<Place>,
    /// What was searched for, where no card has what was typed.
    pub read_as: Option<String>,
}

impl App {
    /// Cards whose price lies under its usual one or its former low, as far as they fit.
    pub fn deals(&self, sought: &Sought) -> Result<Finding, StoreError> {
        let sought = Sought {
            dropped: true,
            ..sought.clone()
        };
        self.page_of(sought, None)
    }

    /// Cards that have every word of a text, as far as they fit; a word that is on no card is read as the nearest that
    /// is. Without a text, all that fit.
    pub fn search(&self, text: &Text, sought: &Sought) -> Result<Finding, StoreError> {
        let mut words = Vec::with_capacity(text.0.len());
        let mut is_read_otherwise = false;
        for word in &text.0 {
            if word.chars().count() < INDEXED || self.store.board_has(word)? {
                words.push(vec![word.clone()]);
                continue;
            }
            let mut meant = Meant::by(word);
            if !meant.is_exact() {
                self.store
                    .board_words(&mut |known, cards| meant.consider(known, cards))?;
            }
            let meant = meant.words();
            if meant.is_empty() {
                return Ok(Finding {
                    found: Vec::new(),
                    next: None,
                    read_as: None,
                });
            }
            is_read_otherwise = true;
            words.push(meant);
        }
        let read: Vec<&str> = words
            .iter()
            .filter_map(|group| group.first())
            .map(String::as_str)
            .collect();
        let read_as = is_read_otherwise.then(|| read.join(" "));
        let sought = Sought {
            words,
            ..sought.clone()
        };
        self.page_of(sought, read_as)
    }

    fn page_of(&self, mut sought: Sought, read_as: Option<String>) -> Result<Finding, StoreError> {
        let count = sought.count.max(1);
        sought.count = count.saturating_add(1);
        let mut found = self.store.board(&sought)?;
        let more = found.len() > count;
        found.truncate(count);
        let last = found.last().map(|last| last.place);
        Ok(Finding {
            next: last.filter(|_| more),
            found,
            read_as,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_searched_for_up_to_its_length() {
        assert_eq!(
            Text::parse("  red   lamp "),
            Ok(Text(vec!["red".to_owned(), "lamp".to_owned()]))
        );
        assert_eq!(Text::parse(""), Ok(Text::default()));
        assert!(Text::parse(&"%".repeat(200)).is_ok());
        let refused = Text::parse(&"%".repeat(5_000));
        assert_eq!(
            refused,
            Err(TooLong {
                letters: 5_000,
                words: 1
            })
        );
        assert!(Text::parse(&"a ".repeat(13)).is_err());
    }
}
