//! Where a short link leads, found out by its redirects alone: the page at its end is never fetched.

mod known;

use std::sync::Arc;

use tillwatch_app::conversation::{LedNowhere, Nowhere};
use tillwatch_core::instant::Instant;
use tillwatch_core::link::{Identity, IdentityKind, identify};
use tillwatch_core::snapshot::Outcome;
use url::Url;

use self::known::Known;
use crate::http::{Call, Client, HttpError, MOST_HOPS};
use crate::readers;

/// The marketplace's sites.
pub(crate) const STOREFRONTS: [&str; 3] = ["aliexpress.com", "aliexpress.us", "aliexpress.ru"];

/// The pages of a redirect are small, and a challenge is told by its first words.
const MOST_BYTES: usize = 1024 * 1024;

/// Why a short link led nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// No answer on the way, or a place that is not asked.
    #[error(transparent)]
    NoAnswer(#[from] HttpError),
    /// A challenge in place of a redirect. Nothing is worked around.
    #[error("{host} wants to know whether a person is there; open the link in a browser")]
    Challenged {
        /// The host.
        host: String,
    },
    /// An answer without a redirect: the link has expired, or needs a browser.
    #[error("{host} does not say where the link leads (status {status}); open it in a browser")]
    NoRedirect {
        /// The host.
        host: String,
        /// The status of its answer.
        status: u16,
    },
    /// A chain of short links that does not end.
    #[error("the link redirects more than {MOST_HOPS} times")]
    TooManyRedirects,
}

impl From<FollowError> for LedNowhere {
    fn from(error: FollowError) -> Self {
        let how = match error {
            FollowError::NoAnswer(_) => Nowhere::NoAnswer,
            FollowError::Challenged { .. } => Nowhere::Challenged,
            FollowError::NoRedirect { .. } => Nowhere::NoRedirect,
            FollowError::TooManyRedirects => Nowhere::TooManyRedirects,
        };
        Self {
            how,
            sentence: error.to_string(),
        }
    }
}

/// Follows short links, and remembers for a while where each led.
#[derive(Debug, Clone)]
pub struct Follower {
    client: Client,
    known: Arc<Known>,
}

impl Follower {
    /// A follower that asks the marketplace's hosts and the places that the client's operator has named, no others.
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.only(&STOREFRONTS),
            known: Arc::default(),
        }
    }

    /// The listing that a text's short link leads to, or what else it leads to; a text without one is only identified.
    /// Each redirect is looked at before it is followed, and the first one to a listing is the answer. A link that led to
    /// a listing is not asked again for a week, and any other not for five minutes.
    pub async fn follow(&self, text: &str, now: Instant) -> Result<Identity, FollowError> {
        let found = self.identify(text);
        let Some(link) = short(&found) else {
            return Ok(found);
        };
        let end = self.known.or_ask(&link, now, self.end(link.clone())).await?;
        Ok(Identity {
            input: found.input,
            ..end
        })
    }

    /// Where a short link leads, by asking.
    async fn end(&self, mut link: Url) -> Result<Identity, FollowError> {
        for _ in 0..MOST_HOPS {
            let found = self.identify(self.step(&link).await?.as_str());
            match short(&found) {
                Some(next) => link = next,
                None => return Ok(found),
            }
        }
        Err(FollowError::TooManyRedirects)
    }

    /// The redirect that a short link answers with.
    async fn step(&self, link: &Url) -> Result<Url, FollowError> {
        let answer = self
            .client
            .send(&Call::get(link.clone()).staying().up_to(MOST_BYTES))
            .await?;
        let host = || link.host_str().unwrap_or_default().to_owned();
        let location = answer.header("location").and_then(|location| link.join(location).ok());
        match location.filter(|_| (300..400).contains(&answer.status)) {
            Some(place) if is_challenge(&place) => Err(FollowError::Challenged { host: host() }),
            Some(place) => Ok(place),
            None if blocks(&answer.body) => Err(FollowError::Challenged { host: host() }),
            None => Err(FollowError::NoRedirect {
                host: host(),
                status: answer.status,
            }),
        }
    }

    /// What a text names. A place that the operator has named stands for the marketplace: its listings have the
    /// marketplace's paths, and whatever else is there is a short link.
    fn identify(&self, text: &str) -> Identity {
        let Some(own) = Url::parse(text.trim())
            .ok()
            .filter(|url| self.client.reach().is_private(url))
        else {
            return identify(text);
        };
        let query = own.query().map(|query| format!("?{query}")).unwrap_or_default();
        let found = identify(&format!("https://www.aliexpress.com{}{query}", own.path()));
        let is_item = found.kind == IdentityKind::Item;
        Identity {
            input: text.to_owned(),
            kind: if is_item {
                found.kind
            } else {
                IdentityKind::NeedsRedirect
            },
            redirect: (!is_item).then(|| own.into()),
            reason: found.reason.filter(|_| is_item),
            ..found
        }
    }
}

fn short(identity: &Identity) -> Option<Url> {
    Url::parse(identity.redirect.as_deref()?).ok()
}

fn is_challenge(place: &Url) -> bool {
    place.path().contains("/punish") || place.query().is_some_and(|query| query.contains("x5secdata"))
}

fn blocks(body: &[u8]) -> bool {
    !body.is_empty() && readers::read(body).iter().any(|seen| seen.outcome == Outcome::Blocked)
}
