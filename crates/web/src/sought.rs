//! What is asked of the board, by the form of a page or by a program: each value is taken in or named.

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Deserialize;
use tillwatch_app::App;
use tillwatch_app::find::Text;
use tillwatch_app::ports::store::{Order, Place, Sought, VariantId};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Price};
use tillwatch_core::id::{CategoryId, Warehouse};
use tillwatch_core::money::{BasisPoints, Currency, Money};

use crate::Problem;

/// What the public stack takes off at least, where a search says nothing else: 20 %.
const USUAL_PERCENT: &str = "20";

/// The lanes in which something is taken off.
pub(crate) const LANES: [Lane; 3] = [Lane::Automatic, Lane::Public, Lane::Code];

/// The parameters as they came; an empty one is as good as none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub(crate) q: String,
    pub(crate) market: String,
    pub(crate) lane: String,
    pub(crate) sort: String,
    pub(crate) min_percent: String,
    pub(crate) min_price: String,
    pub(crate) max_price: String,
    pub(crate) warehouse: String,
    pub(crate) category: String,
    pub(crate) free_shipping: String,
    pub(crate) cursor: String,
    /// What became of asking the marketplace, where that was done.
    pub(crate) answer: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &S) -> Result<Self, Problem> {
        let asked = Query::<Self>::from_request_parts(parts, site).await;
        let Query(asked) =
            asked.map_err(|error: QueryRejection| Problem::bad_value("query", format!("the parameters: {error}")))?;
        Ok(asked)
    }
}

/// Which page asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Deals,
    Search,
}

impl Kind {
    /// The orders that it offers, by name; the first is the usual one.
    pub(crate) const fn orders(self) -> &'static [(&'static str, Order)] {
        match self {
            Self::Deals => &[
                ("drop", Order::Drop),
                ("usual", Order::BelowUsual),
                ("saved", Order::Saved),
                ("newest", Order::Newest),
            ],
            Self::Search => &[
                ("saved", Order::Saved),
                ("drop", Order::Drop),
                ("price", Order::Price),
                ("newest", Order::Newest),
            ],
        }
    }

    fn usual_percent(self) -> &'static str {
        match self {
            Self::Deals => "0",
            Self::Search => USUAL_PERCENT,
        }
    }
}

/// A value that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) field: &'static str,
    pub(crate) value: String,
    /// What is allowed, in English; pages say it in the reader's words.
    allowed: String,
}

impl Wrong {
    fn new(field: &'static str, value: &str, allowed: impl Into<String>) -> Self {
        Self {
            field,
            value: shortened(value),
            allowed: allowed.into(),
        }
    }
}

impl From<Wrong> for Problem {
    fn from(wrong: Wrong) -> Self {
        Self::bad_value(wrong.field, format!("{:?} is not {}", wrong.value, wrong.allowed))
    }
}

/// What is asked for, once all of it is understood.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) text: Text,
    pub(crate) sought: Sought,
}

impl Asked {
    /// The market that is named, else the reader's.
    pub(crate) fn market(&self, usual: Country) -> Result<Country, Wrong> {
        let named = named(&self.market).map(Country::parse).transpose();
        let wrong = |_| Wrong::new("market", &self.market, "a country of two letters, such as US");
        Ok(named.map_err(wrong)?.unwrap_or(usual))
    }

    /// What is asked for; for a market that is not named, the reader's.
    pub(crate) fn read(&self, kind: Kind, app: &App, usual: Country, count: usize) -> Result<Wish, Wrong> {
        let market = self.market(usual)?;
        let currency = currency(app, market);
        let percent = named(&self.min_percent).unwrap_or_else(|| kind.usual_percent());
        let percent = BasisPoints::parse(percent)
            .map_err(|_| Wrong::new("min_percent", percent, "a percentage from 0 to 100, such as 20 or 7.5"))?;
        let long = |_| Wrong::new("q", &self.q, "a text of up to 200 letters in up to 12 words");
        let text = Text::parse(self.q.trim()).map_err(long)?;
        let (least, most) = (
            price("min_price", &self.min_price, currency)?,
            price("max_price", &self.max_price, currency)?,
        );
        let sought = Sought {
            market,
            currency,
            lane: self.lane()?,
            words: Vec::new(),
            dropped: kind == Kind::Deals,
            saved: percent,
            least,
            most,
            warehouse: id("warehouse", &self.warehouse, "a warehouse, such as US", |text| {
                Warehouse::parse(text).ok()
            })?,
            category: id("category", &self.category, "the number of a category", |text| {
                CategoryId::parse(text).ok()
            })?,
            free_shipping: self.free_shipping()?,
            order: self.order(kind)?,
            after: self.after()?,
            count,
        };
        Ok(Wish { text, sought })
    }

    fn lane(&self) -> Result<Lane, Wrong> {
        let Some(name) = named(&self.lane) else {
            return Ok(Lane::Public);
        };
        let lane = LANES.into_iter().find(|lane| lane.name() == name);
        lane.ok_or_else(|| Wrong::new("lane", name, "one of automatic, public and code"))
    }

    fn order(&self, kind: Kind) -> Result<Order, Wrong> {
        let orders = kind.orders();
        let name = named(&self.sort);
        let found = orders.iter().find(|(known, _)| name.is_none_or(|name| name == *known));
        let names: Vec<&str> = orders.iter().map(|(name, _)| *name).collect();
        let wrong = || Wrong::new("sort", &self.sort, format!("one of {}", names.join(", ")));
        found.map(|(_, order)| *order).ok_or_else(wrong)
    }

    fn free_shipping(&self) -> Result<bool, Wrong> {
        match self.free_shipping.as_str() {
            "" | "0" | "false" => Ok(false),
            "1" | "true" | "on" => Ok(true),
            other => Err(Wrong::new("free_shipping", other, "true or false")),
        }
    }

    fn after(&self) -> Result<Option<Place>, Wrong> {
        let Some(cursor) = named(&self.cursor) else {
            return Ok(None);
        };
        let place = cursor.split_once('.').and_then(|(value, variant)| {
            Some(Place {
                value: value.parse().ok()?,
                variant: VariantId(variant.parse().ok()?),
            })
        });
        let wrong = || Wrong::new("cursor", cursor, "the \"next\" of an answer");
        place.map(Some).ok_or_else(wrong)
    }

    /// The same parameters after a page, as the end of an address.
    pub(crate) fn next(&self, next: Place) -> String {
        let cursor = format!("cursor={}", cursor(next));
        let parts = [self.address(), cursor];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("&")
    }

    /// The same parameters from the first page on, as the end of an address.
    pub(crate) fn address(&self) -> String {
        let fields = [
            ("q", &self.q),
            ("market", &self.market),
            ("lane", &self.lane),
            ("sort", &self.sort),
            ("min_percent", &self.min_percent),
            ("min_price", &self.min_price),
            ("max_price", &self.max_price),
            ("warehouse", &self.warehouse),
            ("category", &self.category),
            ("free_shipping", &self.free_shipping),
        ];
        let named = fields.into_iter().filter(|(_, value)| !value.trim().is_empty());
        let pairs = named.map(|(name, value)| format!("{name}={}", encoded(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// Where a page goes on, as one word.
pub(crate) fn cursor(place: Place) -> String {
    format!("{}.{}", place.value, place.variant.0)
}

/// The currency that a market pays in.
pub(crate) fn currency(app: &App, market: Country) -> Currency {
    app.almanac()
        .markets
        .get(market)
        .map_or(Currency::USD, |row| row.currency)
}

fn named(value: &str) -> Option<&str> {
    Some(value.trim()).filter(|value| !value.is_empty())
}

fn price(field: &'static str, text: &str, currency: Currency) -> Result<Option<Price>, Wrong> {
    let Some(text) = named(text) else { return Ok(None) };
    let read = Money::parse(text, currency).ok().and_then(|money| match money.minor() {
        // Nothing is a bound that bounds nothing.
        0 => Some(None),
        minor => Price::new(minor).map(Some),
    });
    read.ok_or_else(|| Wrong::new(field, text, format!("an amount in {currency}, such as 12 or 12.50")))
}

fn id<T>(
    field: &'static str,
    text: &str,
    allowed: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Wrong> {
    let wrong = || Wrong::new(field, text, allowed);
    named(text).map(|text| parse(text).ok_or_else(wrong)).transpose()
}

/// As a value of an address.
pub(crate) fn encoded(value: &str) -> String {
    let letter = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    value.bytes().map(letter).collect()
}

fn shortened(value: &str) -> String {
    const MOST: usize = 60;
    if value.chars().count() <= MOST {
        return value.to_owned();
    }
    value.chars().take(MOST - 1).chain(['…']).collect()
}
