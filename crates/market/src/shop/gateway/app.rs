//! Apps that may call the API.

use jiff::SignedDuration;

/// An app: its key, its secret, and what it is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) extra: bool,
    pub(super) denied: Vec<&'static str>,
    pub(super) spacing: SignedDuration,
    pub(super) a_day: u64,
}

impl Key {
    /// An app with the usual rights: 5,000 calls a day, one a second, and none of the methods that need more.
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
            extra: false,
            denied: Vec::new(),
            spacing: SignedDuration::from_secs(1),
            a_day: 5_000,
        }
    }

    /// Allows `hotproduct.query`, `promotion.info.get`, `product.sku.detail.get` and `product.shipping.get`.
    #[must_use]
    pub fn with_extra_methods(self) -> Self {
        Self { extra: true, ..self }
    }

    /// Takes the permission for one method away.
    #[must_use]
    pub fn without(mut self, method: &'static str) -> Self {
        self.denied.push(method);
        self
    }

    /// Sets the least time between two calls.
    #[must_use]
    pub fn every(self, spacing: SignedDuration) -> Self {
        Self { spacing, ..self }
    }

    /// Sets how many calls a day are answered; the days are those of UTC+8.
    #[must_use]
    pub fn a_day(self, calls: u64) -> Self {
        Self { a_day: calls, ..self }
    }
}
