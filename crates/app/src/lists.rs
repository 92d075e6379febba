//! Lists without an account: whoever has the secret of one sees and changes it.

use tillwatch_core::alert::Rule;
use tillwatch_core::instant::Instant;
use url::Url;

use crate::App;
use crate::ports::notifier::{Address, Channel};
use crate::ports::store::{Former, ListId, ListOf, Listed, Logged, NewChannel, StoreError, Watch, WatchId};
use crate::token::Token;
use crate::verbs::{Wanted, Watched};

/// Seconds for which an invitation holds.
const INVITATION: i64 = 3_600;

/// So many characters of a name are enough for a list.
const LONGEST_NAME: usize = 100;

impl App {
    /// Opens an empty list to whoever has this secret.
    pub fn open_list(&self, fresh: &Token, now: Instant) -> Result<ListId, StoreError> {
        self.store.open_list(&fresh.hash(), now)
    }

    /// The list that a secret opens, with its watches, their prices and channels.
    pub fn list(&self, secret: &Token) -> Result<Option<ListOf>, StoreError> {
        self.store.list(&secret.hash())
    }

    /// Watches a variant of a listing for a list. The very same watch of the list is taken for this one. An error names
    /// the limit where the list is full.
    ///
    /// Anybody may open a list, so that a mailbox is sent nothing before its owner agrees, whatever the wish says.
    pub fn watch_in_list(&self, list: ListId, wanted: &Wanted, now: Instant) -> Result<Watched, StoreError> {
        let (listing, variant) = self.store.track(&wanted.key, wanted.sku.as_ref(), now)?;
        let mut wish = wanted.of(variant);
        for channel in &mut wish.channels {
            channel.confirmed = Address::parse(&channel.address).is_ok_and(|address| needs_no_question(&address));
        }
        match self.store.add_to_list(list, &wish, now)? {
            (id, true) => self.tell_at_once(id, true, listing, variant, now),
            (id, false) => Ok(Watched {
                id,
                is_new: false,
                latest: self.known(listing, variant)?.and_then(|(_, one)| one.latest),
                told: Vec::new(),
            }),
        }
    }

    /// Removes a watch of a list; its history stays. Whether the list had it.
    pub fn unwatch_in_list(&self, list: ListId, watch: WatchId) -> Result<bool, StoreError> {
        self.store.remove_from_list(list, watch)
    }

    /// Names a list; nothing but blanks takes its name. Whether it was there.
    pub fn name_list(&self, list: ListId, name: &str) -> Result<bool, StoreError> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let count = name.chars().count();
        if count > LONGEST_NAME || name.chars().any(char::is_control) {
            let told = format!("a name of {count} characters: at most {LONGEST_NAME} are allowed, all of them visible");
            return Err(StoreError::Refused(told));
        }
        self.store
            .name_list(list, Some(name.as_str()).filter(|name| !name.is_empty()))
    }

    /// Removes a list with its watches and the addresses that nothing else tells to. Histories stay. Whether it was there.
    pub fn remove_list(&self, list: ListId) -> Result<bool, StoreError> {
        self.store.remove_list(list)
    }

    /// Opens a list to another secret, beside those that it has or in their place. Whether it was there.
    pub fn renew_list(&self, list: ListId, fresh: &Token, former: Former) -> Result<bool, StoreError> {
        self.store.add_secret(list, &fresh.hash(), former)
    }

    /// Sends the link of a list to a mailbox that its watches tell, and to no other. Whether a letter is on its way: one a
    /// day for a list and a mailbox.
    pub fn mail_link(&self, list: ListId, mailbox: &Address, now: Instant) -> Result<bool, StoreError> {
        let kept = mailbox.kept();
        let secret = self.public().and_then(|_| self.list_secret(list, &kept, now));
        match (mailbox.channel(), secret) {
            (Channel::Email, Some(secret)) => self.store.mail_link(&kept, list, &secret, now),
            _ => Ok(false),
        }
    }

    /// The same for all lists that tell a mailbox: what somebody asks for who lost a link. Nothing tells whether there
    /// were any.
    pub fn mail_lost(&self, mailbox: &Address, now: Instant) -> Result<(), StoreError> {
        for list in self.store.lists_telling(&mailbox.kept())? {
            self.mail_link(list, mailbox, now)?;
        }
        Ok(())
    }

    /// New links of the lists that tell an address which is its own secret, such as a chat.
    pub(crate) fn links_for(&self, address: &Address, now: Instant) -> Result<Vec<Url>, StoreError> {
        let kept = address.kept();
        let mut links = Vec::new();
        for list in self.store.lists_telling(&kept)? {
            let Some(secret) = self.list_secret(list, &kept, now) else {
                continue;
            };
            self.store.lend_secret(list, &secret.hash(), now)?;
            links.extend(self.list_link(&secret));
        }
        Ok(links)
    }

    /// The alerts of a list's watches and what became of them, the newest first and not more than `most`.
    pub fn list_log(&self, list: ListId, most: usize) -> Result<Vec<Logged>, StoreError> {
        self.store.list_log(list, most)
    }

    /// Has a token make watches tell whoever brings it within an hour, once: by [`App::bind`].
    pub fn invite(&self, fresh: &Token, watches: &[WatchId], now: Instant) -> Result<(), StoreError> {
        let until = now.plus_seconds(INVITATION);
        self.store.invite(&fresh.hash(), watches, until, now)
    }

    /// Takes an invitation: its watches tell this address from now on. `None` where the token invites nobody, or nobody
    /// any more. What was decided before and told to nobody is told.
    pub fn bind(&self, token: &Token, address: &Address, now: Instant) -> Result<Option<Vec<WatchId>>, StoreError> {
        let channel = NewChannel {
            address: address.kept(),
            confirmed: needs_no_question(address),
        };
        self.store.accept(&token.hash(), &channel, now)
    }

    /// Gives a watch these rules in place of those that it has, and tells what the new ones mean already. One that is the
    /// same keeps where it stands. `None` where there is no such watch.
    pub fn change_rules(&self, id: WatchId, rules: &[Rule], now: Instant) -> Result<Option<Watched>, StoreError> {
        let Some(watch) = self.store.watch(id)? else {
            return Ok(None);
        };
        if !self.store.change_rules(id, rules)? {
            return Ok(None);
        }
        self.tell_at_once(id, false, watch.listing, watch.variant, now)
            .map(Some)
    }

    /// The watches that tell an address, the oldest first.
    pub fn watches_telling(&self, address: &Address) -> Result<Vec<Watch>, StoreError> {
        self.store.watches_telling(&address.kept())
    }
}

impl ListOf {
    /// A watch of the list by its number; one of another list is not there.
    pub fn watch(&self, id: WatchId) -> Option<&Listed> {
        self.watches.iter().find(|listed| listed.watch.id == id)
    }
}

/// Whether whoever names an address may be taken to agree: a mailbox is anybody's to name, the others have a secret in
/// them.
fn needs_no_question(address: &Address) -> bool {
    !matches!(address.channel(), Channel::Email)
}
