//! Chats that say too much: they are told so once, and then not answered until they calm down.

use std::collections::{HashMap, VecDeque};

use tillwatch_core::instant::Instant;

/// Messages that a chat may send within [`SPAN`].
const MOST: usize = 20;

/// A minute, in seconds.
const SPAN: i64 = 60;

/// More chats than this are looked through for those that are calm.
const MANY: usize = 10_000;

/// Whether something is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// It is.
    Well,
    /// It is one too many, which is said.
    TooMuch,
    /// It is not, and nothing is said.
    Ignored,
}

/// When each chat said its last messages, and whether it was told that these are too many.
#[derive(Debug, Default)]
pub(super) struct Flood(HashMap<String, (VecDeque<i64>, bool)>);

impl Flood {
    /// Counts a message. What is ignored counts as well, so that only who pauses is heard again.
    pub(super) fn hear(&mut self, chat: &str, now: Instant) -> Heard {
        let now = now.moment().as_second();
        let is_past = |at: &i64| now.saturating_sub(*at) >= SPAN;
        if self.0.len() >= MANY && !self.0.contains_key(chat) {
            self.0.retain(|_, (said, _)| !said.back().is_none_or(is_past));
        }
        let (said, told) = self.0.entry(chat.to_owned()).or_default();
        while said.front().is_some_and(is_past) {
            said.pop_front();
        }
        said.push_back(now);
        if said.len() <= MOST {
            *told = false;
            return Heard::Well;
        }
        // One more than allowed is enough to know.
        said.pop_front();
        if std::mem::replace(told, true) {
            Heard::Ignored
        } else {
            Heard::TooMuch
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

    use super::*;

    #[test]
    fn a_chat_is_told_once_that_it_says_too_much_and_heard_again_when_it_paused() {
        let at = |second: i64| Instant::from_millis(1_780_000_000_000 + second * 1_000).unwrap();
        let mut flood = Flood::default();
        let heard: Vec<Heard> = (0..30).map(|_| flood.hear("a", at(0))).collect();
        assert!(heard.iter().take(20).all(|one| *one == Heard::Well));
        assert_eq!(heard.get(20), Some(&Heard::TooMuch));
        assert!(heard.iter().skip(21).all(|one| *one == Heard::Ignored));
        assert_eq!(flood.hear("b", at(0)), Heard::Well, "another chat");
        assert_eq!(flood.hear("a", at(59)), Heard::Ignored);
        assert_eq!(flood.hear("a", at(120)), Heard::Well);
        let again: Vec<Heard> = (0..20).map(|_| flood.hear("a", at(121))).collect();
        assert_eq!(again.last(), Some(&Heard::TooMuch), "and told anew");
    }
}
