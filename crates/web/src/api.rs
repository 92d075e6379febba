//! The API: public data as JSON.

pub(crate) mod history;
pub(crate) mod listing;
pub(crate) mod lists;

use serde::Deserialize;
use tillwatch_app::App;
use tillwatch_app::ports::store::ListingKey;
use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::link::identify;

use crate::Problem;

/// Which listing an address means.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Which {
    market: Option<String>,
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
