//! The API: public data as JSON, and lists for whoever has their secret.

pub(crate) mod board;
pub(crate) mod body;
pub(crate) mod discounts;
pub(crate) mod document;
pub(crate) mod export;
pub(crate) mod history;
pub(crate) mod listing;
pub(crate) mod lists;
pub(crate) mod promotions;
pub(crate) mod quotes;
mod shapes;
pub(crate) mod table;
pub(crate) mod till;
pub(crate) mod tills;

use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, delete, get, post};
use serde::Deserialize;
use tillwatch_app::App;
use tillwatch_app::ports::store::ListingKey;
use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::link::identify;
use utoipa::IntoParams;

use crate::{Problem, Site};

/// An address and what answers it.
pub(crate) type Route = (&'static str, MethodRouter<Site>);

/// What is public, or keeps nothing.
pub(crate) fn public() -> Vec<Route> {
    let long = || DefaultBodyLimit::max(till::MOST_BYTES);
    vec![
        ("/api/v1/quotes", post(quotes::quote)),
        ("/api/v1/stacks", post(till::stack).layer(long())),
        ("/api/v1/diagnoses", post(till::diagnosis).layer(long())),
        ("/api/v1/baskets", post(till::basket).layer(long())),
        ("/api/v1/listings/{item}", get(listing::show)),
        ("/api/v1/listings/{item}/history", get(history::show)),
        ("/api/v1/listings/{item}/history.csv", get(table::show)),
        ("/api/v1/export", get(export::export)),
        ("/api/v1/deals", get(board::deals)),
        ("/api/v1/search", get(board::search)),
        ("/api/v1/promotions", get(promotions::show)),
        ("/api/v1/discounts", get(discounts::show)),
        ("/api/v1/receipts/{receipt}/tills", post(tills::hear)),
        ("/api/v1/agreement", get(tills::agreement)),
    ]
}

/// What a list's secret opens.
pub(crate) fn of_lists() -> Vec<Route> {
    vec![
        ("/api/v1/lists", post(lists::open)),
        (
            "/api/v1/lists/{secret}",
            get(lists::show).patch(lists::change).delete(lists::remove),
        ),
        ("/api/v1/lists/{secret}/watches", post(lists::watch)),
        ("/api/v1/lists/{secret}/watches/{id}", delete(lists::unwatch)),
    ]
}

/// Which listing an address means.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// The ship-to country; it may be left out where the listing is tracked in one only.
    #[param(example = "US")]
    market: Option<String>,
    /// One variant only.
    sku: Option<String>,
}

/// The listing of an address: an item's number and nothing else.
pub(crate) fn item(text: &str) -> Result<ItemId, Problem> {
    let identity = identify(text);
    identity.item.ok_or_else(|| {
        let reason = identity.reason.as_ref().map(ToString::to_string);
        Problem::bad_value("item", reason.unwrap_or_else(|| "it leads to no listing".to_owned()))
    })
}

impl Which {
    /// The tracked listing; its market may be left out where it is tracked in one only.
    fn find(&self, app: &App, item: &str) -> Result<(ListingKey, Option<SkuId>), Problem> {
        let item = self::item(item)?;
        let market = self.market.as_deref().map(Country::parse).transpose();
        let market = market.map_err(|error| Problem::bad_value("market", error.to_string()))?;
        let sku = self.sku.as_deref().map(SkuId::parse).transpose();
        let sku = sku.map_err(|error| Problem::bad_value("sku", error.to_string()))?;
        let mut keys = app.store().markets_of(&item)?;
        keys.retain(|key| market.is_none_or(|market| key.market == market));
        match keys.len() {
            0 => Err(Problem::not_found(format!("listing {item} is not tracked there"))),
            1 => Ok((keys.remove(0), sku)),
            _ => {
                let markets: Vec<String> = keys.iter().map(|key| key.market.to_string()).collect();
                let detail = format!("the listing is tracked in {}: name one", markets.join(", "));
                Err(Problem::bad_value("market", detail))
            }
        }
    }
}
