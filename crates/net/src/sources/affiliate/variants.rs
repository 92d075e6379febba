//! Prices of each variant and the fee of shipping, where the app has the permission to ask for them.
//!
//! The prices of variants contain the tax of the ship-to country. Where a storefront shows its prices without tax they are
//! another kind of amount, and never take the place of the ones that it shows.

use tillwatch_app::ports::source::{Ask, Reading, SourceError};
use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{Outcome, Snapshot};

use super::refusal::{Verdict, verdict};
use super::sign::Parameters;
use super::{Affiliate, by_status, call, found, marketplace_code, no_answer, refused, too_many};
use crate::http::Answer;
use crate::readers;

/// The method with the prices of all variants of a listing.
pub const VARIANTS: &str = "aliexpress.affiliate.product.sku.detail.get";

/// The method with the fee of shipping of one variant.
pub const SHIPPING: &str = "aliexpress.affiliate.product.shipping.get";

const SHAPE: &str = "affiliate_sku_detail";

/// One piece that is to be shipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The listing.
    pub item: ItemId,
    /// Its variant.
    pub sku: SkuId,
    /// What it costs, in the currency that the fee is wanted in.
    pub price: Money,
    /// Where to.
    pub market: Country,
}

impl Affiliate {
    /// All variants of one listing, with prices that contain tax and with the fees of shipping that are told beside them.
    pub async fn variants(&self, ask: &Ask, now: Instant) -> Result<Vec<Reading>, SourceError> {
        too_many(ask, 1)?;
        let Some(wanted) = ask.items.first() else {
            return Ok(Vec::new());
        };
        let business = Parameters::from([
            ("product_id", wanted.item.as_str()),
            ("ship_to_country", marketplace_code(&ask.market)),
            ("target_currency", ask.currency.code()),
            ("target_language", &self.settings.language),
            ("need_deliver_info", "Yes"),
        ]);
        let answer = self
            .client
            .send(&call::signed(&self.settings, VARIANTS, &business, now))
            .await?;
        let nothing = format!("The official API has no variants of this listing for {}.", ask.market);
        let missing = refused(ask, SHAPE, Outcome::ApiRefused, &nothing);
        let Some(seen) = opened(&answer, now)? else {
            return Ok(missing);
        };
        let seen = seen
            .into_iter()
            .filter_map(|one| Some((one.item.clone()?, one)))
            .collect();
        Ok(missing.into_iter().map(|missing| found(ask, &seen, missing)).collect())
    }

    /// How one piece is shipped; nothing where no way is told. The answer names no currency: it is the one that was asked
    /// for, and a note says so.
    pub async fn shipping(&self, parcel: &Parcel, now: Instant) -> Result<Option<Snapshot>, SourceError> {
        let price = parcel.price.to_string();
        let currency = parcel.price.currency();
        let business = Parameters::from([
            ("product_id", parcel.item.as_str()),
            ("sku_id", parcel.sku.as_str()),
            ("ship_to_country", marketplace_code(&parcel.market)),
            ("target_currency", currency.code()),
            ("target_sale_price", &price),
            ("target_language", &self.settings.language),
        ]);
        let answer = self
            .client
            .send(&call::signed(&self.settings, SHIPPING, &business, now))
            .await?;
        if opened(&answer, now)?.is_none() {
            return Ok(None);
        }
        Ok(readers::affiliate::shipping_in(&answer.body, currency))
    }
}

/// What an answer shows; `None` where there is nothing for this listing and country.
fn opened(answer: &Answer, now: Instant) -> Result<Option<Vec<Snapshot>>, SourceError> {
    if let Some(error) = by_status(answer, now) {
        return Err(error);
    }
    if let Some(refusal) = readers::refusal_in(&answer.body) {
        return match verdict(&refusal, now) {
            Verdict::Call(error) => Err(error),
            Verdict::Nothing => Ok(None),
        };
    }
    let seen = readers::read(&answer.body);
    if seen.iter().any(|one| one.shape.starts_with("affiliate_")) {
        Ok(Some(seen))
    } else {
        Err(no_answer(answer, &seen))
    }
}

/// A listing with the prices of each variant in place of the one that was shown.
#[must_use]
pub fn with_variants(shown: Snapshot, detailed: Snapshot) -> Snapshot {
    let mut notes = shown.notes;
    notes.extend(detailed.notes);
    Snapshot {
        variants: detailed.variants,
        shipping: if detailed.shipping.is_empty() {
            shown.shipping
        } else {
            detailed.shipping
        },
        notes,
        ..shown
    }
}
