//! The methods beside the product lists: links, promotions, all variants, shipping.

use jiff::Timestamp;
use serde_json::{Value, json};
use tillwatch_core::id::{CategoryId, ItemId};

use super::Request;
use super::answer::Refusal;
use crate::shop::asked::Asked;
use crate::shop::links::{affiliate_link, item_in};
use crate::shop::prices::default_variant;
use crate::shop::skus;
use crate::view::{Listing, Offer, Shipping, Takes, Variant};
use crate::world::World;

/// The most listings whose promotions one call asks for.
const MOST_IDS: usize = 10;

/// The most links of one call.
const MOST_LINKS: usize = 50;

impl Request<'_> {
    /// `link.generate`: one link for each address that is a listing's.
    pub(super) fn links(&self) -> Result<Value, Refusal> {
        self.needed("promotion_link_type")?;
        self.needed("tracking_id")?;
        let sources: Vec<&str> = self.needed("source_values")?.split(',').map(str::trim).collect();
        if sources.len() > MOST_LINKS {
            return Err(Refusal::wrong("source_values"));
        }
        let links: Vec<Value> = sources
            .into_iter()
            .filter_map(|source| Some((source, item_in(source)?)))
            .map(|(source, item)| json!({"promotion_link": affiliate_link(&item), "source_value": source}))
            .collect();
        Ok(self.named(&json!({
            "promotion_links": self.list("promotion_link", links.clone()),
            "total_result_count": links.len(),
            "tracking_id": self.get("tracking_id"),
        })))
    }

    /// `category.get`: every category with its name in English, whoever asks. Numbers are numbers here.
    pub(super) fn categories(&self) -> Value {
        let number = |id: &CategoryId| id.as_str().parse::<u64>().unwrap_or(0);
        let all: Vec<Value> = World::categories()
            .into_iter()
            .map(|(category, wide)| {
                let mut row = json!({"category_id": number(&category.id), "category_name": category.name});
                if let Some(wide) = wide {
                    row["parent_category_id"] = number(&wide.id).into();
                }
                row
            })
            .collect();
        self.named(&json!({
            "total_result_count": all.len(),
            "categories": self.list("category", all),
        }))
    }

    /// `promotion.info.get`: the public codes of listings, without a method's name around them.
    pub(super) fn promotions(&self) -> Result<Value, Refusal> {
        let ids: Vec<&str> = self.needed("product_id")?.split(',').map(str::trim).collect();
        if ids.len() > MOST_IDS {
            return Err(Refusal::wrong("product_id"));
        }
        let asked = Asked::new(self.get("ship_to_country"), self.get("currency"));
        let results: Vec<Value> = ids
            .into_iter()
            .filter_map(|id| ItemId::parse(id).ok())
            .filter_map(|item| self.visit.listing(&item, &asked).ok())
            .filter_map(|listing| {
                let promotions: Vec<Value> = self.codes_of(&listing).iter().map(promotion).collect();
                (!promotions.is_empty()).then(|| json!({"product_id": listing.item.as_str(), "promotions": promotions}))
            })
            .collect();
        Ok(json!({
            "code": "0",
            "msg": "success",
            "request_id": self.visit.trace(),
            "result": {"promotion_results": results},
            "success": "true",
        }))
    }

    /// `product.sku.detail.get`: every variant that can be bought, with its tax and its own fee.
    pub(super) fn variants(&self) -> Result<Value, Refusal> {
        let Some(listing) = self.one_listing()? else {
            return Ok(self.nothing());
        };
        let wanted: Vec<&str> = self
            .get("sku_ids")
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .collect();
        let rows: Vec<Value> = listing
            .variants
            .iter()
            .filter(|variant| variant.salable && (wanted == [""] || wanted.contains(&variant.sku.as_str())))
            .map(|variant| row(&listing, variant))
            .collect();
        Ok(self.named(&json!({
            "ae_item_info": {
                "product_id": listing.item.as_str(),
                "store_name": listing.store_name,
                "title": listing.title,
            },
            "ae_item_sku_info": self.list("traffic_sku_info_list", rows),
        })))
    }

    /// `product.shipping.get`: one fee, in the currency that the call named and the answer does not.
    pub(super) fn shipping(&self) -> Result<Value, Refusal> {
        let Some(listing) = self.one_listing()? else {
            return Ok(self.nothing());
        };
        let named = self.get("sku_id");
        let variant = listing
            .variants
            .iter()
            .find(|variant| named == Some(variant.sku.as_str()));
        let variant = variant.or_else(|| default_variant(&listing));
        let Some(way) = variant.and_then(|variant| cheapest(&listing, variant)) else {
            return Ok(self.nothing());
        };
        Ok(json!({
            "code": "0",
            "request_id": self.visit.trace(),
            "resp_result": {
                "resp_code": "200",
                "resp_msg": "success",
                "result": {
                    "delivery_days": way.days.0.midpoint(way.days.1).to_string(),
                    "max_delivery_days": way.days.1.to_string(),
                    "min_delivery_days": way.days.0.to_string(),
                    "ship_from_country": way.from.as_str(),
                    "shipping_fee": way.fee.to_string(),
                },
            },
        }))
    }

    fn one_listing(&self) -> Result<Option<Listing>, Refusal> {
        let item = ItemId::parse(self.needed("product_id")?).map_err(|_| Refusal::wrong("product_id"))?;
        Ok(self.visit.listing(&item, &self.asked()).ok())
    }
}

/// The cheapest way from the warehouse of a variant.
fn cheapest<'a>(listing: &'a Listing, variant: &Variant) -> Option<&'a Shipping> {
    let ways = listing.shipping.iter().filter(|way| way.from == variant.warehouse);
    ways.min_by_key(|way| way.fee.minor())
}

fn row(listing: &Listing, variant: &Variant) -> Value {
    let mut row = json!({
        "sku_id": variant.sku.as_str(),
        "currency": variant.price.currency().code(),
        "price_with_tax": variant.list_price.to_string(),
        "sale_price_with_tax": variant.price.to_string(),
        "tax_rate": "0.00",
        "color": skus::colour(variant),
        "ship_from_country": variant.warehouse.as_str(),
    });
    if let Some(way) = cheapest(listing, variant) {
        row["shipping_fees"] = way.fee.to_string().into();
        row["min_delivery_days"] = way.days.0.into();
        row["max_delivery_days"] = way.days.1.into();
    }
    row
}

/// A promotion in the words of the shopping ads: amounts with their currency behind them, a window in UTC.
fn promotion(offer: &Offer) -> Value {
    let with_code = |money: tillwatch_core::money::Money| format!("{money} {}", money.currency());
    let mut promotion = json!({
        "generic_redemption_code": offer.code,
        "offer_type": "generic_code",
        "product_applicability": if offer.items.is_empty() { "all_products" } else { "specific_products" },
        "promotion_effective_dates": format!("{}/{}", seconds(offer.starts, 0), seconds(offer.ends, -1)),
        "redemption_channel": "online",
        "long_title": offer.id.as_str(),
    });
    match &offer.takes {
        Takes::Fixed(amount) => {
            promotion["coupon_value_type"] = "money_off".into();
            promotion["money_off_amount"] = with_code(*amount).into();
        }
        Takes::Percent(share, _) => {
            promotion["coupon_value_type"] = "percent_off".into();
            promotion["percent_off"] = share.to_string().into();
        }
        _ => {}
    }
    if !offer.minimum.is_zero() {
        promotion["minimum_purchase_amount"] = with_code(offer.minimum).into();
    }
    promotion
}

fn seconds(at: Timestamp, plus: i64) -> String {
    Timestamp::from_second(at.as_second() + plus).unwrap_or(at).to_string()
}
