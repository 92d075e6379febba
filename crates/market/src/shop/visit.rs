//! One call: counted, answered, and perhaps befallen by a fault.

use std::sync::PoisonError;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::Value;
use tillwatch_core::id::ItemId;

use super::asked::Asked;
use super::body::{Pace, Paced};
use super::{Marketplace, prices};
use crate::faults::{Fault, Surface};
use crate::view::Listing;
use crate::world::{Absence, MARKETS, World};

/// What is sent back.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    body: String,
}

impl Reply {
    fn new(status: StatusCode, kind: &str, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![(header::CONTENT_TYPE, kind.to_owned())],
            body: body.into(),
        }
    }

    pub(super) fn html(body: impl Into<String>) -> Self {
        Self::new(StatusCode::OK, "text/html;charset=UTF-8", body)
    }

    pub(super) fn text(body: impl Into<String>) -> Self {
        Self::new(StatusCode::OK, "text/plain;charset=UTF-8", body)
    }

    pub(super) fn script(body: impl Into<String>) -> Self {
        Self::new(StatusCode::OK, "application/javascript;charset=UTF-8", body)
    }

    pub(super) fn json(body: &Value) -> Self {
        Self::new(StatusCode::OK, "application/json;charset=UTF-8", body.to_string())
    }

    /// On to another address.
    pub(super) fn redirect(to: impl Into<String>) -> Self {
        Self::text("").status(StatusCode::FOUND).header(header::LOCATION, to)
    }

    pub(super) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(super) fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn into_response(self, pace: Pace) -> Response {
        let body = match pace {
            Pace::AtOnce => Body::from(self.body),
            pace => Body::new(Paced::new(self.body, pace)),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

/// A call while it is answered.
pub(super) struct Visit<'a> {
    pub(super) shop: &'a Marketplace,
    pub(super) now: Timestamp,
    /// How many calls the surface had before this one.
    pub(super) nth: u64,
    /// What befalls the answer.
    pub(super) fault: Option<Fault>,
}

impl Marketplace {
    /// Answers a call: the gate of all surfaces.
    pub(super) fn visit(&self, surface: Surface, answer: impl FnOnce(&Visit<'_>) -> Reply) -> Response {
        let now = (self.clock)();
        let mut nth = 0;
        self.count(|counts| {
            let calls = counts.calls.entry(surface).or_default();
            nth = *calls;
            *calls += 1;
        });
        let fault = self.faults.befall(surface, nth);
        if let Some(fault) = fault {
            self.count(|counts| *counts.faults.entry(fault).or_default() += 1);
        }
        let visit = Visit {
            shop: self,
            now,
            nth,
            fault,
        };
        let reply = visit.refusal().unwrap_or_else(|| answer(&visit));
        match fault {
            Some(Fault::Truncated) => reply.truncated().into_response(Pace::AtOnce),
            Some(Fault::Slow) => reply.into_response(Pace::Slow(self.slowness)),
            Some(Fault::Cut) => reply.into_response(Pace::Cut),
            _ => reply.into_response(Pace::AtOnce),
        }
    }
}

impl Reply {
    /// Two thirds of the text, with the length of what is left.
    fn truncated(mut self) -> Self {
        let mut end = self.body.len() * 2 / 3;
        while !self.body.is_char_boundary(end) {
            end -= 1;
        }
        self.body.truncate(end);
        self
    }
}

impl Visit<'_> {
    /// The answers of faults that leave nothing of the real one.
    fn refusal(&self) -> Option<Reply> {
        const BUSY: &str =
            "<html><head><title>429 Too Many Requests</title></head><body>Too Many Requests</body></html>";
        const ERROR: &str = "<html><head><title>500 Internal Server Error</title></head><body>Sorry</body></html>";
        let busy = || Reply::html(BUSY).status(StatusCode::TOO_MANY_REQUESTS);
        match self.fault? {
            Fault::TooMany => Some(busy().header(header::RETRY_AFTER, (20 + self.nth % 60).to_string())),
            Fault::TooManyUntold => Some(busy()),
            Fault::ServerError => Some(Reply::html(ERROR).status(StatusCode::INTERNAL_SERVER_ERROR)),
            Fault::Challenge => Some(Reply::html(super::page::challenge(self.nth))),
            Fault::Validate => Some(Reply::json(&super::mtop::validate())),
            _ => None,
        }
    }

    /// Looks into the world.
    pub(super) fn world<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.shop.world.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A listing as it is asked for, and as a fault turns it. One that is there is counted as served.
    pub(super) fn listing(&self, item: &ItemId, asked: &Asked) -> Result<Listing, Absence> {
        let found = self.glance(item, asked);
        self.shop.count(|counts| match &found {
            Ok(_) => counts.items += 1,
            Err(absence) => *counts.refusals.entry(prices::word(*absence)).or_default() += 1,
        });
        found
    }

    /// The same without being counted.
    pub(super) fn glance(&self, item: &ItemId, asked: &Asked) -> Result<Listing, Absence> {
        self.world(|world| {
            let listing = prices::listing(world, item, asked, self.now)?;
            let elsewhere = || {
                MARKETS
                    .iter()
                    .filter(|other| other.country != listing.market && other.currency() != listing.currency)
                    .find_map(|other| world.listing(item, other.country, self.now).ok())
            };
            Ok(match self.fault {
                Some(Fault::OtherMarket) => elsewhere().unwrap_or(listing),
                Some(Fault::OtherCurrency) => elsewhere().map_or_else(
                    || listing.clone(),
                    |other| Listing {
                        market: listing.market,
                        ..other
                    },
                ),
                Some(Fault::ZeroPrice) => prices::without(listing),
                _ => listing,
            })
        })
    }

    /// An id as traces have it: eight digits of a host, the milliseconds of now, and a number of the call.
    pub(super) fn trace(&self) -> String {
        format!("2140aa01{:013}{:08x}", self.now.as_millisecond(), self.nth)
    }
}
