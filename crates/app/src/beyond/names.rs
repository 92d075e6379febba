//! The names of categories: asked for once a week, after a question, and kept over a restart as a line each with an id,
//! the wider one and the name, under the moment they are of.

use std::sync::Arc;

use tillwatch_core::cadence::Share;
use tillwatch_core::id::CategoryId;
use tillwatch_core::instant::Instant;

use super::held;
use crate::account::Account;
use crate::ports::finder::{Category, Finder};
use crate::ports::source::SourceError;
use crate::ports::store::{Store, StoreError};
use crate::{App, permits};

/// How long names are not asked for again, in seconds: a week.
const FRESH: i64 = 7 * 86_400;

/// How long they are not asked for after a call that failed: an hour.
const REST: i64 = 60 * 60;

/// The most that are kept.
const MOST: usize = 2_000;

/// The names, and when they are asked for.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: Arc<[Category]>,
    /// When they were told, as a second.
    told: Option<i64>,
    /// Whether somebody asked a question since then.
    wanted: bool,
    /// The second before which they are not asked for.
    not_before: i64,
}

impl Names {
    /// Those of an answer.
    pub(super) fn told(mut all: Vec<Category>, now: Instant) -> Self {
        all.truncate(MOST);
        Self {
            known: all.into(),
            told: Some(now.moment().as_second()),
            ..Self::default()
        }
    }

    /// Those that a store keeps. What cannot be read is asked for anew.
    pub(super) fn kept(store: &dyn Store, finder: &dyn Finder) -> Result<Self, StoreError> {
        let kept = store.recall(&name(finder))?;
        Ok(kept.as_deref().and_then(read).unwrap_or_default())
    }

    /// Keeps them.
    pub(super) fn keep(&self, store: &dyn Store, finder: &dyn Finder) -> Result<(), StoreError> {
        store.remember(&name(finder), &self.written())
    }

    fn written(&self) -> String {
        let line = |category: &Category| {
            let parent = category.parent.as_ref().map_or("", CategoryId::as_str);
            // A name has no line break and no other control character: whoever reads an answer folds them.
            format!("\n{}\t{parent}\t{}", category.id, category.name)
        };
        let lines: String = self.known.iter().map(line).collect();
        format!("{}{lines}", self.told.unwrap_or_default())
    }

    pub(super) fn known(&self) -> Arc<[Category]> {
        Arc::clone(&self.known)
    }

    /// Somebody asks a question.
    pub(super) fn want(&mut self, now: Instant) {
        let since = self.told.map(|told| now.moment().as_second().saturating_sub(told));
        self.wanted |= since.is_none_or(|since| !(0..FRESH).contains(&since));
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        let wait = self.not_before.saturating_sub(now.moment().as_second());
        // A longer one was noted by a clock that was set back since.
        self.wanted && !(1..=REST).contains(&wait)
    }

    /// They could not be had.
    pub(super) fn rest(&mut self, now: Instant) {
        self.not_before = now.moment().as_second().saturating_add(REST);
    }
}

impl App {
    /// The categories of the marketplace by name, as far as they were asked for.
    pub fn categories(&self) -> Arc<[Category]> {
        let known = self.beyond.as_ref().map(|beyond| held(&beyond.names).known());
        known.unwrap_or_default()
    }

    /// Asks for the names of categories, where somebody asked a question and they are not known or older than a week: one
    /// call, charged as a question is, when its turn comes. How many there are, or why there are none; `None` where
    /// nothing is to be asked now.
    pub async fn learn_categories(
        &self,
        clock: &(dyn Fn() -> Instant + Sync),
    ) -> Result<Option<Result<usize, SourceError>>, StoreError> {
        let now = clock();
        let Some(beyond) = self.beyond.as_ref().filter(|beyond| held(&beyond.names).is_due(now)) else {
            return Ok(None);
        };
        let (store, finder) = (self.store(), &beyond.finder);
        let method = finder.naming();
        if !permits::may_ask(store, finder.app(), method, now)? {
            held(&beyond.names).rest(now);
            return Ok(None);
        }
        let spend = |account: &mut Account, second| account.spend(Share::Background, second);
        if self.charge_beyond(beyond, now, spend)?.is_err() {
            return Ok(None);
        }
        let answer = finder.categories(now).await;
        let now = clock();
        match answer {
            Ok(all) => {
                permits::granted(store, finder.app(), method, now)?;
                let names = Names::told(all, now);
                let count = names.known().len();
                names.keep(store, finder.as_ref())?;
                *held(&beyond.names) = names;
                Ok(Some(Ok(count)))
            }
            Err(error) => {
                held(&beyond.names).rest(now);
                self.refused_beyond(beyond, method, &error, now)?;
                Ok(Some(Err(error)))
            }
        }
    }
}

fn read(kept: &str) -> Option<Names> {
    let mut lines = kept.lines();
    let told = lines.next()?.parse().ok()?;
    let known: Option<Arc<[Category]>> = lines.map(category).collect();
    Some(Names {
        known: known?,
        told: Some(told),
        ..Names::default()
    })
}

fn category(line: &str) -> Option<Category> {
    let (id, rest) = line.split_once('\t')?;
    let (parent, name) = rest.split_once('\t')?;
    let parent = Some(parent).filter(|parent| !parent.is_empty());
    Some(Category {
        id: CategoryId::parse(id).ok()?,
        name: name.to_owned(),
        parent: parent.map(CategoryId::parse).transpose().ok()?,
    })
}

/// Under which name they are kept.
fn name(finder: &dyn Finder) -> String {
    format!("categories:{}", finder.account())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::parse("2026-06-10T12:00:00Z").unwrap().plus_seconds(seconds)
    }

    #[test]
    fn names_are_asked_for_when_somebody_asks_once_a_week() {
        let mut names = Names::default();
        assert!(!names.is_due(at(0)), "nobody asked");
        names.want(at(0));
        assert!(names.is_due(at(0)));
        names.rest(at(0));
        assert!(!names.is_due(at(REST - 1)) && names.is_due(at(REST)));
        assert!(names.is_due(at(-2 * REST)), "a clock that was set back");
        let mut names = Names::told(Vec::new(), at(0));
        names.want(at(FRESH - 1));
        assert!(!names.is_due(at(FRESH - 1)));
        names.want(at(FRESH));
        assert!(names.is_due(at(FRESH)));
    }

    #[test]
    fn what_is_no_list_of_names_is_none() {
        for odd in ["", "x", "7\n15", "7\n\t\tHome", "7\n15\t\u{1}\tHome"] {
            assert!(read(odd).is_none(), "{odd:?}");
        }
    }

    proptest! {
        #[test]
        fn names_are_read_back_as_they_were_kept(
            all in prop::collection::vec(("[1-9][0-9]{0,8}", "[1-9]?", "[^\\pC]{1,60}"), 0..30),
        ) {
            let all: Vec<Category> = all
                .into_iter()
                .map(|(id, parent, name)| Category {
                    id: CategoryId::parse(&id).unwrap(),
                    name,
                    parent: CategoryId::parse(&parent).ok(),
                })
                .collect();
            let names = Names::told(all, at(0));
            let back = read(&names.written()).unwrap();
            prop_assert_eq!(back.known(), names.known());
            prop_assert_eq!(back.told, names.told);
        }
    }
}
