//! What somebody typed into a form: kept as it came, so that a form that is shown again is as it was, with a sentence
//! beside each value that is not accepted.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::rejection::FormRejection;
use tillwatch_core::money::{Currency, Money};

use crate::words::fill;

/// A form as it was sent.
pub(crate) type Sent = Result<Form<Vec<(String, String)>>, FormRejection>;

/// A form's fields by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    texts: BTreeMap<String, String>,
    wrong: BTreeMap<String, String>,
    /// What is wrong with the form as a whole.
    pub(crate) refused: Vec<String>,
}

/// One field, to be shown.
#[derive(Debug, Default)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) wrong: Option<String>,
}

impl Typed {
    /// Of a form's pairs; of two with one name the first counts.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, text) in pairs {
            typed.texts.entry(name).or_insert(text);
        }
        typed
    }

    /// A field's text without blanks around it; empty where it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", |text| text.trim())
    }

    /// Fills a field.
    pub(crate) fn set(&mut self, name: &str, text: impl Into<String>) {
        self.texts.insert(name.to_owned(), text.into());
    }

    /// The names and texts of all fields that are filled.
    pub(crate) fn filled(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.texts.iter().map(|(name, text)| (name.as_str(), text.trim()));
        all.filter(|(_, text)| !text.is_empty())
    }

    /// Says what is wrong with a field; the first sentence stands.
    pub(crate) fn refuse(&mut self, name: &str, sentence: String) {
        self.wrong.entry(name.to_owned()).or_insert(sentence);
    }

    /// Whether everything was accepted so far.
    pub(crate) fn is_accepted(&self) -> bool {
        self.wrong.is_empty() && self.refused.is_empty()
    }

    /// How many fields are not accepted.
    pub(crate) fn wrongs(&self) -> usize {
        self.wrong.len()
    }

    /// A field as it is shown.
    pub(crate) fn field(&self, name: impl Into<String>) -> Field {
        let name = name.into();
        Field {
            text: self.texts.get(&name).cloned().unwrap_or_default(),
            wrong: self.wrong.get(&name).cloned(),
            name,
        }
    }

    /// An amount of a field; nothing where it is empty, and a sentence (`{value}`, `{currency}`) where it is none.
    pub(crate) fn amount(&mut self, name: &str, currency: Currency, sentence: &str) -> Option<Money> {
        let text = self.text(name).to_owned();
        if text.is_empty() {
            return None;
        }
        let amount = Money::parse(&pointed(&text), currency).ok();
        if amount.is_none() {
            let value = crate::pages::shortened(&text);
            let told = fill(sentence, &[("value", &value), ("currency", currency.code())]);
            self.refuse(name, told);
        }
        amount
    }
}

/// An amount with a point before the cents, where it was typed with a comma and nothing else could be meant by it.
pub(crate) fn pointed(text: &str) -> String {
    match text.split_once(',') {
        Some((whole, cents)) if !text.contains('.') && cents.len() <= 3 && !cents.contains(',') => {
            format!("{whole}.{cents}")
        }
        _ => text.to_owned(),
    }
}
