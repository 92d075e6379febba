//! Why a call had no answer. Only the host is told of an address, since the rest may hold a key or a person's link.

use std::error::Error;
use std::time::Duration;

use url::Url;

use super::host;
use super::reach::Forbidden;

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A contact that cannot stand in a header.
    #[error("the contact {0:?} has characters that no header can have")]
    Contact(String),
    /// The encryption could not be set up.
    #[error("the encryption cannot be set up: {0}")]
    Encryption(#[from] rustls::Error),
    /// The connections could not be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Connections(#[source] reqwest::Error),
}

/// Why a call had no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// An address that is not reached, at first or on a redirect.
    #[error("{host} is not asked: {why}")]
    Forbidden {
        /// The host.
        host: String,
        /// What is against it.
        why: Forbidden,
    },
    /// No whole answer in time.
    #[error("{host} did not answer within {} s", limit.as_secs())]
    TooSlow {
        /// The host that was asked first.
        host: String,
        /// The time that it had.
        limit: Duration,
    },
    /// More bytes than the call takes in.
    #[error("{host} answered with more than {most} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The limit.
        most: usize,
    },
    /// A redirect after the last one that is followed.
    #[error("{host} redirects more than {} times", super::MOST_HOPS)]
    TooManyRedirects {
        /// The host that was asked first.
        host: String,
    },
    /// A redirect without a place to go to.
    #[error("{host} redirects to no address")]
    LostRedirect {
        /// The host.
        host: String,
    },
    /// No connection, or one that broke off, or bytes that are no HTTP.
    #[error("{host} cannot be reached: {why}")]
    Unreachable {
        /// The host.
        host: String,
        /// What happened on the way.
        why: String,
    },
}

impl HttpError {
    /// What the library's error comes down to. Its own words have the whole address, so that only its last cause is kept.
    pub(super) fn of(error: &reqwest::Error, url: &Url) -> Self {
        let host = host(url);
        if let Some(why) = causes(error).find_map(|cause| cause.downcast_ref::<Forbidden>()) {
            return Self::Forbidden { host, why: why.clone() };
        }
        let why = match causes(error).last() {
            Some(cause) => cause.to_string(),
            None => "the call could not be made".to_owned(),
        };
        Self::Unreachable { host, why }
    }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
