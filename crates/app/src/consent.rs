//! Mailboxes agree before anything is sent to them: one letter with one link, and nothing else.

use tillwatch_core::instant::Instant;

use crate::App;
use crate::ports::notifier::Address;
use crate::ports::store::{Asked, StoreError};
use crate::token::Token;

/// A question to a mailbox as whoever has its token sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The address that was asked.
    pub address: Address,
    /// Whether it agreed already.
    pub given: bool,
    /// Whether it can be answered no more.
    pub over: bool,
}

impl App {
    /// Asks a mailbox that some watch tells whether it agrees, by a letter with this token: at most once a day and three
    /// times in thirty days, whichever of its addresses is named. An error where this program has no public address that
    /// the letter could lead to.
    pub fn ask_to_confirm(&self, address: &Address, fresh: &Token, now: Instant) -> Result<Asked, StoreError> {
        let Address::Email { mailbox } = address else {
            return Ok(Asked::Confirmed);
        };
        let without = || StoreError::Refused("no mailbox can be asked: the site has no public address".to_owned());
        self.public().ok_or_else(without)?;
        let hash = self.mailbox_hash(mailbox).ok_or_else(without)?;
        self.store.ask_confirmation(&address.kept(), &hash, fresh, now)
    }

    /// The question that a token answers. Nothing is changed. `None` where nobody was asked with it, or nobody tells that
    /// address any more.
    pub fn consent(&self, token: &Token, now: Instant) -> Result<Option<Consent>, StoreError> {
        let Some(asking) = self.store.question(&token.hash())? else {
            return Ok(None);
        };
        Ok(Address::parse(&asking.address).ok().map(|address| Consent {
            address,
            given: asking.confirmed,
            over: asking.until <= now,
        }))
    }

    /// The mailbox agrees: it is told from now on, and what it missed within the last day. `None` where the token is of
    /// no question, or of one that is over.
    pub fn confirm(&self, token: &Token, now: Instant) -> Result<Option<Address>, StoreError> {
        let address = self.store.confirm(&token.hash(), now)?;
        Ok(address.and_then(|address| Address::parse(&address).ok()))
    }
}
