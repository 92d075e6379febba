//! Addresses of ours that stand in messages, and what is known of an address of somebody without keeping it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tillwatch_core::instant::Instant;
use url::Url;

use crate::App;
use crate::base64url;
use crate::ports::notifier::{Address, Mailbox};
use crate::ports::store::{Hash, ListId, Rest, StoreError, Watch, WatchId};
use crate::token::Token;

/// Under which name the key is kept.
const KEY: &str = "key:links";

/// What the way to stop a watch is made with: whoever has it can make them all. Nothing of it is printed.
#[derive(Clone)]
pub(crate) struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// Where the pages are, and the key.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    public: Option<Url>,
    key: Key,
}

/// What a way to stop leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stoppable {
    /// The watch.
    pub watch: Watch,
    /// Whose message it stood in; absent where the watch tells that address no more.
    pub address: Option<Address>,
    /// Whether it stood in a message of several watches, so that it stops all that tell that address.
    pub all: bool,
}

impl Stoppable {
    /// The mailbox whose letter it stood in, which may also want nothing at all.
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        match &self.address {
            Some(Address::Email { mailbox }) => Some(mailbox),
            _ => None,
        }
    }
}

/// What a way to stop says: the watch, and the first bytes of the hash of the address whose message it stands in. The
/// number of a watch that is less than zero stands for all watches that tell the address, as the one of that number does.
type Said = (WatchId, [u8; 8]);

impl Key {
    fn mac(&self) -> Hmac<Sha256> {
        // A key shorter than a block is filled with zeros: that is the standard's own way.
        let mut block = [0; 64];
        block.split_at_mut(self.0.len()).0.copy_from_slice(&self.0);
        Hmac::new(&block.into())
    }

    fn keyed(&self, about: &str, bytes: &[u8]) -> Hash {
        let mut mac = self.mac();
        mac.update(about.as_bytes());
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    fn mark(&self, address: &str) -> [u8; 8] {
        let mut mark = [0; 8];
        mark.copy_from_slice(self.keyed("address", address.as_bytes()).split_at(8).0);
        mark
    }

    fn stop(&self, watch: WatchId, address: &str) -> String {
        let mut bytes = [0; 32];
        let (said, seal) = bytes.split_at_mut(16);
        let (number, mark) = said.split_at_mut(8);
        number.copy_from_slice(&watch.0.to_be_bytes());
        mark.copy_from_slice(&self.mark(address));
        seal.copy_from_slice(self.keyed("stop", said).split_at(16).0);
        base64url::encode(&bytes)
    }

    /// What a text says, if this key made it. Takes as long for a wrong seal as for a right one.
    fn read_stop(&self, text: &str) -> Option<Said> {
        let bytes: [u8; 32] = base64url::decode(text)?;
        let (said, seal) = bytes.split_at(16);
        let mut mac = self.mac();
        mac.update(b"stop");
        mac.update(said);
        mac.verify_truncated_left(seal).ok()?;
        let (number, mark) = said.split_at(8);
        Some((
            WatchId(i64::from_be_bytes(number.try_into().ok()?)),
            mark.try_into().ok()?,
        ))
    }

    /// The same for all addresses that lead to one mailbox: what follows a plus, and the size of letters, change nothing.
    fn mailbox(&self, mailbox: &Mailbox) -> Hash {
        let local = mailbox.local();
        let name = local.split_once('+').map_or(local, |(name, _)| name);
        let name = if name.is_empty() { local } else { name };
        let folded = format!("{}@{}", name.to_ascii_lowercase(), mailbox.domain());
        self.keyed("mailbox", folded.as_bytes())
    }
}

impl App {
    /// The same with links of its own in what it tells: below `public`, where its pages are reached from everywhere, if
    /// they are. The key of the links is the one that the store has; a store without one keeps `fresh`.
    pub fn with_links(mut self, public: Option<Url>, fresh: [u8; 32]) -> Result<Self, StoreError> {
        let key = match self.store.recall(KEY)? {
            None => {
                self.store.remember(KEY, &base64url::encode(&fresh))?;
                fresh
            }
            // Another one would let every way to stop that was sent lead nowhere.
            Some(kept) => base64url::decode(&kept).ok_or_else(|| StoreError::Damaged {
                place: "the key of links".to_owned(),
                why: "it is not what was kept".to_owned(),
            })?,
        };
        self.links = Some(Links { public, key: Key(key) });
        Ok(self)
    }

    /// Where the pages are reached from everywhere, if they are.
    pub fn public(&self) -> Option<&Url> {
        self.links.as_ref()?.public.as_ref()
    }

    /// An address below the public one.
    pub fn page(&self, path: &str) -> Option<Url> {
        self.public()?.join(path).ok()
    }

    /// Where messages of a watch to an address are stopped.
    pub(crate) fn stop_link(&self, watch: WatchId, address: &str) -> Option<Url> {
        let token = self.links.as_ref()?.key.stop(watch, address);
        self.page(&format!("stop/{token}"))
    }

    /// Where messages of several watches to an address are stopped, all of them; one of the watches vouches for it.
    pub(crate) fn stop_all_link(&self, watch: WatchId, address: &str) -> Option<Url> {
        self.stop_link(WatchId(watch.0.checked_neg()?), address)
    }

    /// The page on which a mailbox agrees.
    pub(crate) fn confirm_link(&self, token: &Token) -> Option<Url> {
        self.page(&format!("confirm/{}", token.text()))
    }

    /// What a network's voice on a code is kept under; `None` where this program has no key.
    pub(crate) fn voice_hash(&self, code: &str, network: &str) -> Option<Hash> {
        let links = self.links.as_ref()?;
        Some(links.key.keyed("voice", format!("{code}\n{network}").as_bytes()))
    }

    /// What a network's word on tills is kept under. It is the same for all receipts, so that a network counts once
    /// however much it says.
    pub(crate) fn till_hash(&self, network: &str) -> Option<Hash> {
        Some(self.links.as_ref()?.key.keyed("till", network.as_bytes()))
    }

    /// The page of a list.
    pub(crate) fn list_link(&self, secret: &Token) -> Option<Url> {
        self.page(&format!("l/{}", secret.text()))
    }

    /// A secret of a list that nobody can guess who has not the key: for letters and chats that its watches tell.
    pub(crate) fn list_secret(&self, list: ListId, address: &str, now: Instant) -> Option<Token> {
        let about = format!("{}\n{address}\n{now}", list.0);
        let keyed = self.links.as_ref()?.key.keyed("list", about.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(keyed.split_at(16).0);
        Some(Token::new(bytes))
    }

    /// The keyed hash of the mailbox behind an address.
    pub(crate) fn mailbox_hash(&self, mailbox: &Mailbox) -> Option<Hash> {
        Some(self.links.as_ref()?.key.mailbox(mailbox))
    }

    /// What a way to stop leads to, by the last part of its address. Nothing is changed. `None` where nobody made it, or
    /// its watch is gone.
    pub fn stoppable(&self, token: &str) -> Result<Option<Stoppable>, StoreError> {
        let read = |links: &Links| links.key.read_stop(token).map(|said| (links.key.clone(), said));
        let Some((key, (id, mark))) = self.links.as_ref().and_then(read) else {
            return Ok(None);
        };
        let all = id.0 < 0;
        let Some(watch) = self.store.watch(WatchId(id.0.saturating_abs()))? else {
            return Ok(None);
        };
        let told = watch.channels.iter().find(|channel| key.mark(&channel.address) == mark);
        let address = told.and_then(|channel| Address::parse(&channel.address).ok());
        Ok(Some(Stoppable { watch, address, all }))
    }

    /// Stops what a way to stop leads to: its watch, or all that tell the address whose message it stood in. Whether
    /// there was one.
    pub fn stop_by(&self, token: &str) -> Result<bool, StoreError> {
        let Some(found) = self.stoppable(token)? else {
            return Ok(false);
        };
        let mut stopped = self.store.rest_watch(found.watch.id, Rest::Stopped)?;
        if let (true, Some(address)) = (found.all, &found.address) {
            for watch in self.store.watches_telling(&address.kept())? {
                stopped |= self.store.rest_watch(watch.id, Rest::Stopped)?;
            }
        }
        Ok(stopped)
    }

    /// Sends nothing more at all to the mailbox in whose letter a way to stop stood, and asks it nothing. Whether it led
    /// to one. The watch itself goes on for whoever else it tells.
    pub fn silence_by(&self, token: &str) -> Result<bool, StoreError> {
        let found = self.stoppable(token)?;
        let Some((address, mailbox)) = found
            .as_ref()
            .and_then(|one| Some((one.address.as_ref()?, one.mailbox()?)))
        else {
            return Ok(false);
        };
        let Some(hash) = self.mailbox_hash(mailbox) else {
            return Ok(false);
        };
        self.store.suppress(&address.kept(), &hash)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

    use proptest::prelude::*;

    use super::*;

    const MAIL: &str = "mailto:ann@example.org";

    fn key() -> Key {
        Key([7; 32])
    }

    proptest! {
        #[test]
        fn a_way_to_stop_leads_to_its_own_watch_and_one_that_was_altered_nowhere(
            watch: i64,
            address in "[a-z:@.]{1,30}",
            place in 0_usize..43,
            letter in "[A-Za-z0-9_-]",
        ) {
            let token = key().stop(WatchId(watch), &address);
            prop_assert_eq!(key().read_stop(&token), Some((WatchId(watch), key().mark(&address))));
            let mut altered = token.clone();
            altered.replace_range(place..=place, &letter);
            prop_assert_eq!(key().read_stop(&altered).is_some(), altered == token);
        }

        #[test]
        fn a_way_to_stop_of_another_key_leads_nowhere(watch: i64, bytes: [u8; 32]) {
            prop_assume!(bytes != key().0);
            prop_assert_eq!(key().read_stop(&Key(bytes).stop(WatchId(watch), MAIL)), None);
        }
    }

    #[test]
    fn ways_to_stop_differ_by_watch_and_by_address_and_other_texts_are_none() {
        let tokens = [(1, MAIL), (2, MAIL), (1, "telegram:1")].map(|(id, address)| key().stop(WatchId(id), address));
        assert_eq!(tokens.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
        assert!(tokens.iter().all(|token| token.len() == 43 && !token.contains("ann")));
        for text in ["", "x", &"A".repeat(43), &tokens[0][..42], &format!("{}A", tokens[0])] {
            assert_eq!(key().read_stop(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_of_one_mailbox_are_one() {
        let hash = |text| key().mailbox(&Mailbox::parse(text).unwrap());
        let ann = hash("ann@example.org");
        for same in [
            "ann+1@example.org",
            "Ann+a+b@Example.org",
            "ANN@example.org",
            "ann+@example.org",
        ] {
            assert_eq!(hash(same), ann, "{same}");
        }
        for other in ["an@example.org", "ann@example.com", "+ann@example.org"] {
            assert_ne!(hash(other), ann, "{other}");
        }
        assert_ne!(hash("+a@example.org"), hash("+b@example.org"));
    }

    #[test]
    fn a_key_shows_nothing() {
        let links = Links {
            public: None,
            key: key(),
        };
        assert_eq!(format!("{links:?}"), "Links { public: None, key: Key }");
    }
}
