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
