//! The only HTTP client. Every connection to the outside goes through it, and through its guard.
//!
//! An address is checked before each hop, and what its name stands for when the connection is made. Redirects are
//! followed here and never by the library. Time and bytes are capped for the whole call, redirects and decompression
//! included. No error carries more of an address than its host.

mod address;
mod call;
mod error;
mod lookup;
mod reach;
mod tls;
mod wait;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Response;
use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
use tillwatch_core::instant::Instant;
use url::Url;

pub use call::Call;
pub use error::{ClientError, HttpError};
pub use lookup::Lookup;
pub use reach::{Forbidden, Place, PlaceError, Reach};

use lookup::{Checked, System};
use reach::Way;

/// The most redirects of one call.
pub const MOST_HOPS: u8 = 5;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// A client; its clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    public: reqwest::Client,
    private: reqwest::Client,
    reach: Reach,
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status, such as 200.
    pub status: u16,
    /// The body, decompressed.
    pub body: Vec<u8>,
    pub(crate) headers: HeaderMap,
}

impl Client {
    /// A client that says who it is: the project, its version, and where its operator can be reached, such as a mail
    /// address or a page.
    pub fn new(contact: Option<&str>, reach: Reach) -> Result<Self, ClientError> {
        let lookup: Arc<dyn Lookup> = Arc::new(System);
        Self::with_lookup(contact, reach, &lookup)
    }

    /// A client that looks up names in its own way.
    pub fn with_lookup(contact: Option<&str>, reach: Reach, lookup: &Arc<dyn Lookup>) -> Result<Self, ClientError> {
        let agent = agent(contact)?;
        let connections = |private| {
            let lookup = Arc::clone(lookup);
            reqwest::Client::builder()
                .user_agent(agent.clone())
                .dns_resolver(Checked { lookup, private })
                .connect_timeout(CONNECT)
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .no_proxy()
                .tls_backend_preconfigured(tls::config()?)
                .build()
                .map_err(ClientError::Connections)
        };
        Ok(Self {
            public: connections(false)?,
            private: connections(true)?,
            reach,
        })
    }

    /// The same client for some hosts only, each with everything below it. The places that the operator named stay.
    #[must_use]
    pub fn only(&self, hosts: &[&str]) -> Self {
        Self {
            reach: Reach {
                hosts: hosts.iter().map(ToString::to_string).collect(),
                private: self.reach.private.clone(),
            },
            ..self.clone()
        }
    }

    /// What it may reach.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Makes a call. Any status is an answer; an error is that there was none.
    pub async fn send(&self, call: &Call) -> Result<Answer, HttpError> {
        let hops = self.hops(call);
        let late = |_| HttpError::TooSlow {
            host: host(&call.url),
            limit: call.deadline,
        };
        tokio::time::timeout(call.deadline, hops).await.map_err(late)?
    }

    async fn hops(&self, call: &Call) -> Result<Answer, HttpError> {
        let mut url = call.url.clone();
        let mut hops = 0;
        loop {
            let response = self.hop(call, &url).await?;
            let Some(next) = next(call, &response, &url)? else {
                return read(response, &url, call.most_bytes).await;
            };
            if hops == MOST_HOPS {
                return Err(HttpError::TooManyRedirects { host: host(&call.url) });
            }
            hops += 1;
            url = next;
        }
    }

    async fn hop(&self, call: &Call, url: &Url) -> Result<Response, HttpError> {
        let forbidden = |why| HttpError::Forbidden { host: host(url), why };
        let client = match self.reach.way(url).map_err(forbidden)? {
            Way::Public => &self.public,
            Way::Private => &self.private,
        };
        let mut request = client.request(call.method.clone(), url.clone());
        // A cookie or a validator is for the site that it was meant for.
        if self.reach.is_same_site(&call.url, url) {
            request = call
                .headers
                .iter()
                .fold(request, |request, (name, value)| request.header(*name, value));
        }
        if let Some((kind, body)) = &call.body {
            request = request.header("content-type", *kind).body(body.clone());
        }
        request.send().await.map_err(|error| HttpError::of(&error, url))
    }
}

impl Answer {
    /// A header's value, if it is there and is a text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the status says that all went well.
    pub fn is_fine(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// How long the server asks to wait, up to a day.
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        wait::read(self.header("retry-after")?, now)
    }
}

/// Who is asking, in full honesty.
fn agent(contact: Option<&str>) -> Result<HeaderValue, ClientError> {
    let name = concat!("tillwatch/", env!("CARGO_PKG_VERSION"));
    let text = match contact {
        Some(contact) => format!("{name} (+{contact})"),
        None => name.to_owned(),
    };
    let refused = || ClientError::Contact(contact.unwrap_or_default().to_owned());
    HeaderValue::from_str(&text).map_err(|_| refused())
}

/// The host of an address, which is all that errors and logs may say of it.
fn host(url: &Url) -> String {
    url.host_str().unwrap_or(url.scheme()).to_owned()
}

/// Where an answer leads on to, for a call that follows.
fn next(call: &Call, response: &Response, url: &Url) -> Result<Option<Url>, HttpError> {
    if !call.follows || !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let lost = || HttpError::LostRedirect { host: host(url) };
    let location = response.headers().get(LOCATION).ok_or_else(lost)?;
    let location = location.to_str().map_err(|_| lost())?;
    let next = url.join(location).map_err(|_| lost())?;
    if url.scheme() == "https" && next.scheme() == "http" {
        let why = Forbidden::Downgrade;
        return Err(HttpError::Forbidden { host: host(&next), why });
    }
    Ok(Some(next))
}

/// Reads the body, counted as it comes out of the decompression.
async fn read(mut response: Response, url: &Url, most: usize) -> Result<Answer, HttpError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| HttpError::of(&error, url))? {
        if chunk.len() > most.saturating_sub(body.len()) {
            return Err(HttpError::TooLarge { host: host(url), most });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status: response.status().as_u16(),
        headers: std::mem::take(response.headers_mut()),
        body,
    })
}
