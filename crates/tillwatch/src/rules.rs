//! Which rule set counts: that of the command line, else that of the checkout, else the default.

use std::path::Path;

use anyhow::Context;
use tillwatch_core::checkout::Checkout;
use tillwatch_core::input::InputError;
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::stack::{self, OtherRules, Stack};

use crate::failure::Usage;

/// The rule sets at hand, and the one that was asked for.
pub(crate) struct Rules {
    book: RuleBook,
    asked: Option<RuleSet>,
}

impl Rules {
    /// The built-in ones; `asked` is the name of one or a file with another.
    pub(crate) fn load(asked: Option<&str>) -> anyhow::Result<Self> {
        let book = RuleBook::built_in()?;
        let asked = asked.map(|asked| find(&book, asked)).transpose()?;
        Ok(Self { book, asked })
    }

    /// The one that was asked for, else the default.
    pub(crate) fn usual(&self) -> Result<&RuleSet, InputError> {
        match &self.asked {
            Some(asked) => Ok(asked),
            None => self.book.get(None),
        }
    }

    /// The one for a checkout.
    pub(crate) fn of(&self, checkout: &Checkout) -> Result<&RuleSet, InputError> {
        match &self.asked {
            Some(asked) => Ok(asked),
            None => self.book.get(checkout.rules.as_deref()),
        }
    }

    /// The other rule sets that come to another total than this stack.
    pub(crate) fn others(&self, checkout: &Checkout, stack: &Stack) -> Vec<OtherRules<'_>> {
        stack::other_rules(&self.book, checkout, stack)
    }
}

/// A rule set by its name or its file.
pub(crate) fn find(book: &RuleBook, asked: &str) -> anyhow::Result<RuleSet> {
    let unknown = match book.get(Some(asked)) {
        Ok(rules) => return Ok(rules.clone()),
        Err(unknown) => unknown,
    };
    if !Path::new(asked).exists() {
        return Err(Usage(format!("--rules: {}; or the path of a file", unknown.detail)).into());
    }
    let json = std::fs::read(asked).with_context(|| asked.to_owned())?;
    tillwatch_core::rules::read(&json).with_context(|| asked.to_owned())
}
