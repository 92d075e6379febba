//! One call: where, with what, and how much time and how many bytes it may take.

use std::fmt;
use std::time::Duration;

use reqwest::Method;
use url::{Url, form_urlencoded};

use super::host;

/// What a call asks, and its limits. The default is ten seconds and four megabytes.
#[derive(Clone)]
pub struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<(&'static str, Vec<u8>)>,
    pub(super) follows: bool,
    pub(super) deadline: Duration,
    pub(super) most_bytes: usize,
}

impl Call {
    /// Asks for what is at an address, following redirects.
    pub fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            headers: Vec::new(),
            body: None,
            follows: true,
            deadline: Duration::from_secs(10),
            most_bytes: 4 * 1024 * 1024,
        }
    }

    /// Sends bytes of a kind, such as `application/json`. A redirect is an answer here, since the bytes were meant for
    /// the first address.
    pub fn post(url: Url, kind: &'static str, body: Vec<u8>) -> Self {
        Self {
            method: Method::POST,
            body: Some((kind, body)),
            follows: false,
            ..Self::get(url)
        }
    }

    /// Sends a form.
    pub fn form<'a>(url: Url, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let kind = "application/x-www-form-urlencoded;charset=utf-8";
        Self::post(url, kind, body.into_bytes())
    }

    /// With a header, which goes to the address's own site only.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Takes a redirect for the answer.
    #[must_use]
    pub fn staying(self) -> Self {
        Self { follows: false, ..self }
    }

    /// With so much time in all: looking up, connecting, redirects and the body.
    #[must_use]
    pub fn within(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// With so many bytes at most, decompressed.
    #[must_use]
    pub fn up_to(self, most_bytes: usize) -> Self {
        Self { most_bytes, ..self }
    }
}

/// The host alone: addresses, headers and bodies may hold keys.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({} {})", self.method, host(&self.url))
    }
}
