//! Texts in a chat: commands, listings, and words that are neither.

use tillwatch_core::country::Country;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::{Identity, IdentityKind};

use super::links::{Named, named};
use super::press::Place;
use super::receipt::Size;
use super::words::{help, note, sentence};
use super::{Answer, Conversation};
use crate::ports::notifier::{Address, Link, LinkKind, Paragraph};
use crate::ports::store::{ListingKey, StoreError};
use crate::token::Token;

impl Conversation {
    /// What is answered to a text.
    pub(super) async fn text(&self, chat: &Address, text: &str, now: Instant) -> Result<Answer, StoreError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        if let [command, rest @ ..] = words.as_slice()
            && command.starts_with('/')
            && !command.starts_with("//")
        {
            return self.command(chat, command, rest, now);
        }
        match named(text) {
            Named::One(identity) => self.one(chat, *identity, Size::Whole, now).await,
            Named::Several(found, more) => {
                let mut all = Answer::default();
                for identity in found {
                    all.replies
                        .extend(self.one(chat, identity, Size::Short, now).await?.replies);
                }
                if more > 0 {
                    let text = format!("{more} more were left out: send them by themselves, at most 20 at a time.");
                    all.replies
                        .extend(Answer::of(sentence("more", "Not all of them", text, now)).replies);
                }
                Ok(all)
            }
        }
    }

    /// A command. In groups the bot's name stands behind it.
    fn command(&self, chat: &Address, command: &str, rest: &[&str], now: Instant) -> Result<Answer, StoreError> {
        let plain = command.split('@').next().unwrap_or(command);
        match plain.to_ascii_lowercase().as_str() {
            "/help" | "/start" => Ok(Answer::of(help(now))),
            "/list" => {
                let page = rest.first().and_then(|page| page.parse().ok()).unwrap_or(1);
                self.listed(chat, page, now)
            }
            "/lists" => self.lists(chat, now),
            "/market" => self.market(chat, rest.first().copied(), now),
            "/target" => self.retarget(chat, rest, now),
            "/stop" => self.stop_question(chat, now),
            _ => {
                let mut message = help(now);
                let told = Paragraph::plain("I know no command ").code(plain.chars().take(32).collect::<String>());
                message.paragraphs.insert(0, told.then("."));
                Ok(Answer::of(message))
            }
        }
    }

    /// The links of the lists that tell this chat: for whoever lost one.
    fn lists(&self, chat: &Address, now: Instant) -> Result<Answer, StoreError> {
        let links = self.app.links_for(chat, now)?;
        if links.is_empty() {
            let text = "No list with a page of its own tells this chat. What this chat watches: /list";
            return Ok(Answer::of(sentence("lists", "Your lists", text, now)));
        }
        let text = "Whoever has such a link sees the list and can change it.";
        let mut message = note("lists", "Your lists", vec![Paragraph::plain(text)], now);
        message.links.extend((1..).zip(links).map(|(number, url)| Link {
            kind: LinkKind::Page,
            label: format!("List {number}"),
            url,
        }));
        Ok(Answer::of(message))
    }

    /// Where things are shipped to: said, and changed where a country is named.
    fn market(&self, chat: &Address, named: Option<&str>, now: Instant) -> Result<Answer, StoreError> {
        let almanac = self.app.almanac();
        let store = self.app.store();
        let own = self.memory.market(store, chat)?;
        let Some(named) = named else {
            let text = Paragraph::plain(format!("Prices are those of shipping to {own}. Another country: "));
            let message = note("market", "Your country", vec![text.code("/market DE").then(".")], now);
            return Ok(Answer::of(message));
        };
        let country = Country::parse(&named.to_ascii_uppercase());
        let known = country.ok().and_then(|country| almanac.markets.get(country));
        let Some(market) = known else {
            let text = format!(
                "I know no country by that name, so it stays {own}. A country is two letters, such as DE, FR or BR."
            );
            return Ok(Answer::of(sentence("market", "Which country?", text, now)));
        };
        self.memory.keep_market(store, chat, market.country)?;
        let text = format!(
            "From now on prices are those of shipping to {}, in {}.",
            market.name, market.currency
        );
        Ok(Answer::of(sentence("market", &market.name, text, now)))
    }

    /// A text that names one listing, or why it names none.
    async fn one(&self, chat: &Address, identity: Identity, size: Size, now: Instant) -> Result<Answer, StoreError> {
        let identity = match &identity.redirect {
            Some(link) if identity.kind == IdentityKind::NeedsRedirect => match self.follow.follow(link).await {
                Ok(identity) => identity,
                Err(why) => {
                    let text = format!("{why}.");
                    return Ok(Answer::of(sentence(
                        "short",
                        "This short link leads nowhere",
                        text,
                        now,
                    )));
                }
            },
            _ => identity,
        };
        let Some(item) = identity.item.clone() else {
            let why = identity.reason.as_ref().map(ToString::to_string).unwrap_or_default();
            let text = Paragraph::plain(format!("{why}."))
                .then(" What I can do: ")
                .code("/help");
            return Ok(Answer::of(note("text", "That is no listing", vec![text], now)));
        };
        let market = self.memory.market(self.app.store(), chat)?;
        let almanac = self.app.almanac();
        let currency = almanac.markets.get(market).map(|known| known.currency);
        let Some(currency) = currency else {
            return self.market(chat, Some(""), now);
        };
        let key = ListingKey { item, market, currency };
        let mut answer = self.listing(chat, key, identity.pinned().cloned(), size, now).await?;
        let hints = hints(&identity, market);
        if let (Some(super::Reply::New(message)), false) = (answer.replies.first_mut(), hints.is_empty()) {
            message.paragraphs.extend(hints.into_iter().map(Paragraph::plain));
        }
        Ok(answer)
    }

    /// A listing in a market that a button names.
    pub(super) async fn at_place(&self, chat: &Address, place: Place, now: Instant) -> Result<Answer, StoreError> {
        let almanac = self.app.almanac();
        let is_known = almanac
            .markets
            .get(place.market)
            .is_some_and(|known| known.currency == place.currency);
        if !is_known {
            return Ok(Answer::toast("This button is no longer understood"));
        }
        let key = place.key();
        self.listing(chat, key, place.sku, Size::Whole, now).await
    }

    /// The receipt of a listing that was read, or the word that it is being read.
    async fn listing(
        &self,
        chat: &Address,
        key: ListingKey,
        sku: Option<SkuId>,
        size: Size,
        now: Instant,
    ) -> Result<Answer, StoreError> {
        match self.app.look(&key, sku.as_ref(), now)? {
            Some(look) if look.till.is_some() => Ok(Answer::of(self.pictured(chat, &look, size, now).await?)),
            _ => self.wait(chat, key, sku, size, now).await,
        }
    }

    /// The bot was started: with a token its watches tell this chat from now on.
    pub(super) fn start(&self, chat: &Address, token: Option<&str>, now: Instant) -> Result<Answer, StoreError> {
        let Some(token) = token else {
            return Ok(Answer::of(help(now)));
        };
        let bound = match Token::parse(token) {
            Some(token) => self.app.bind(&token, chat, now)?,
            None => None,
        };
        let Some(watches) = bound else {
            let text = "This link has been used or is older than an hour. Open your list again for a fresh one.";
            return Ok(Answer::of(sentence("start", "The link is no longer good", text, now)));
        };
        let mut answer = Answer::of(sentence(
            "start",
            "This chat is told from now on",
            format!("{} of your watches write here.", watches.len()),
            now,
        ));
        answer.replies.extend(self.listed(chat, 1, now)?.replies);
        Ok(answer)
    }
}

/// What a text may have meant, which nothing is decided by.
fn hints(identity: &Identity, market: Country) -> Vec<String> {
    let mut hints = Vec::new();
    if let Some(country) = identity.country_hint.filter(|country| *country != market) {
        hints.push(format!(
            "The link was probably shared from {country}: /market {country} shows prices there."
        ));
    }
    if let (Some(sku), None) = (&identity.sku, identity.pinned()) {
        hints.push(format!(
            "The link may mean variant {sku}; this is the one that the page selects."
        ));
    }
    hints.extend(identity.reason.as_ref().map(|reason| format!("Note: {reason}.")));
    hints
}
