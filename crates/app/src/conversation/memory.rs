//! What is kept of a chat: where it has things shipped to, under a name that does not tell which chat it is.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use tillwatch_core::country::Country;

use crate::ports::notifier::Address;
use crate::ports::store::{Store, StoreError};

/// Under which name the salt is kept.
const SALT: &str = "bot:salt";

/// Where a chat has things shipped to until it says so.
const USUAL: Country = Country::US;

/// The names of chats.
pub(super) struct Memory {
    salt: String,
}

impl Memory {
    /// With the salt that is kept, or with a fresh one that is kept from now on.
    pub(super) fn open(store: &dyn Store, fresh: [u8; 16]) -> Result<Self, StoreError> {
        if let Some(salt) = store.recall(SALT)? {
            return Ok(Self { salt });
        }
        let salt = hexadecimal(&fresh);
        store.remember(SALT, &salt)?;
        Ok(Self { salt })
    }

    /// The country that a chat has named, else the usual one.
    pub(super) fn market(&self, store: &dyn Store, chat: &Address) -> Result<Country, StoreError> {
        let kept = store.recall(&self.name(chat))?;
        Ok(kept.and_then(|kept| Country::parse(&kept).ok()).unwrap_or(USUAL))
    }

    /// Keeps the country that a chat names.
    pub(super) fn keep_market(&self, store: &dyn Store, chat: &Address, market: Country) -> Result<(), StoreError> {
        store.remember(&self.name(chat), market.code())
    }

    fn name(&self, chat: &Address) -> String {
        let hash = Sha256::new()
            .chain_update(&self.salt)
            .chain_update(chat.kept())
            .finalize();
        format!("bot:market:{}", hexadecimal(&hash[..16]))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
