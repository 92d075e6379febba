//! Chats that wait for the first reading of a listing.

use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;

use super::receipt::Size;
use super::words::{self, sentence};
use super::{Answer, Conversation};
use crate::ports::notifier::{Address, Message};
use crate::ports::store::{ListingId, ListingKey, StoreError};

/// Seconds after which nobody waits any more.
const PATIENCE: i64 = 600;

/// The most that may be waited for at a time, in all and by one chat.
const MOST: usize = 1_000;
const MOST_OF_ONE: usize = 40;

/// Something that a chat waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) chat: Address,
    pub(super) listing: ListingId,
    pub(super) key: ListingKey,
    pub(super) sku: Option<SkuId>,
    pub(super) size: Size,
    pub(super) since: Instant,
}

/// All that is waited for, in memory alone: after a restart nobody is left to wait.
#[derive(Debug, Default)]
pub(super) struct Waiting(Vec<Asked>);

impl Waiting {
    pub(super) fn all(&self) -> Vec<Asked> {
        self.0.clone()
    }

    pub(super) fn done(&mut self, asked: &Asked) {
        self.0.retain(|other| other != asked);
    }

    /// Takes one more; not if it is too much. Who waits for the same already waits on.
    fn add(&mut self, asked: Asked) -> bool {
        let of_chat = self.0.iter().filter(|other| other.chat == asked.chat);
        if self.0.len() >= MOST || of_chat.clone().count() >= MOST_OF_ONE {
            return false;
        }
        let same = |other: &Asked| other.listing == asked.listing && other.sku == asked.sku;
        if !of_chat.clone().any(same) {
            self.0.push(asked);
        }
        true
    }
}

impl Conversation {
    /// Has a listing read, and lets the chat wait for it.
    pub(super) async fn wait(
        &self,
        chat: &Address,
        key: ListingKey,
        sku: Option<SkuId>,
        size: Size,
        now: Instant,
    ) -> Result<Answer, StoreError> {
        let about = format!("checking.{}", key.item);
        if self.app.sources.is_empty() {
            let text = "Nobody has set up a source of prices here, so that I cannot look at it.";
            return Ok(Answer::of(sentence(&about, "No prices are read here", text, now)));
        }
        let listing = self.app.ask(&key, sku.as_ref(), now)?;
        // The page may have been read for another variant.
        let look = self.app.look(&key, sku.as_ref(), now)?;
        if let Some(look) = look.filter(|look| look.till.is_some()) {
            return Ok(Answer::of(self.pictured(chat, &look, size, now).await?));
        }
        let asked = Asked {
            chat: chat.clone(),
            listing,
            sku,
            size,
            since: now,
            key,
        };
        let text = format!(
            "I have not seen item {} for {} yet. I look at it now and answer here, within ten minutes.",
            asked.key.item, asked.key.market
        );
        if !self.state().waiting.add(asked) {
            let text = "Too many listings are waited for just now. Please send it again in a few minutes.";
            return Ok(Answer::of(sentence(&about, "One after another, please", text, now)));
        }
        Ok(Answer::of(sentence(&about, "Checking…", text, now)))
    }

    /// What there is to say to a chat that waits; nothing while its listing is not read.
    pub(super) async fn outcome(&self, asked: &Asked, now: Instant) -> Result<Option<Message>, StoreError> {
        let since = asked.since.moment().as_second();
        let tried = self.app.store().tracked_one(asked.listing)?;
        let is_read = tried.is_some_and(|one| one.schedule.last_try.is_some_and(|at| at >= since));
        let about = format!("unread.{}", asked.key.item);
        if is_read && let Some(look) = self.app.look(&asked.key, asked.sku.as_ref(), now)? {
            if look.till.is_some() {
                return self.pictured(&asked.chat, &look, asked.size, now).await.map(Some);
            }
            let why = look.failed().map_or("it does not show this variant", words::outcome);
            let text = format!(
                "I looked at item {}, and {why}. I try it again later: send the link again to see what came of it.",
                asked.key.item
            );
            return Ok(Some(sentence(&about, "No price yet", text, now)));
        }
        let is_over = now.moment().as_second().saturating_sub(since) >= PATIENCE;
        Ok(is_over.then(|| {
            let text = format!(
                "Ten minutes have passed and item {} could not be looked at: its sources rest or are used up for today. It \
                 stays on my list; send the link again later.",
                asked.key.item
            );
            sentence(&about, "Not in time", text, now)
        }))
    }
}
