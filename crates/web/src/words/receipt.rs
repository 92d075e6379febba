//! Texts of a receipt: its steps, and why the rest did not apply.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) heading: String,
    pub(crate) listed: String,
    pub(crate) pieces: String,
    pub(crate) shipping: String,
    pub(crate) shipping_unknown: String,
    pub(crate) goods: String,
    pub(crate) total: String,
    pub(crate) total_without_shipping: String,
    pub(crate) saved: String,
    pub(crate) tax_added: String,
    pub(crate) total_with_tax: String,
    pub(crate) of: String,
    pub(crate) valid_until: String,
    pub(crate) valid_until_plain: String,
    pub(crate) bounded: String,
    pub(crate) rules: String,
    pub(crate) steps: Steps,
    pub(crate) kinds: Kinds,
    pub(crate) offers: Offers,
    pub(crate) refused_heading: String,
    pub(crate) refused_nothing: String,
    pub(crate) refused_none: String,
    pub(crate) refused_elsewhere: String,
    pub(crate) reasons: Reasons,
    pub(crate) near_heading: String,
    pub(crate) near: String,
    pub(crate) near_pays: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Steps {
    pub(crate) store_discount: String,
    pub(crate) spend_and_save: String,
    pub(crate) platform: String,
    pub(crate) store: String,
    pub(crate) seller: String,
    pub(crate) code: String,
    pub(crate) free_shipping: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kinds {
    pub(crate) store_discount: String,
    pub(crate) spend_and_save: String,
    pub(crate) platform: String,
    pub(crate) category: String,
    pub(crate) welcome: String,
    pub(crate) store: String,
    pub(crate) seller: String,
    pub(crate) code: String,
    pub(crate) free_shipping: String,
    pub(crate) unknown: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Offers {
    pub(crate) fixed: String,
    pub(crate) fixed_from: String,
    pub(crate) percent: String,
    pub(crate) percent_from: String,
    pub(crate) capped: String,
    pub(crate) tier: String,
    pub(crate) per_spend: String,
    pub(crate) pieces: String,
    pub(crate) shipping: String,
    pub(crate) shipping_from: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reasons {
    pub(crate) not_started: String,
    pub(crate) expired: String,
    pub(crate) expired_assumed: String,
    pub(crate) currency_mismatch: String,
    pub(crate) region_locked: String,
    pub(crate) personal: String,
    pub(crate) exhausted: String,
    pub(crate) other_store: String,
    pub(crate) other_seller: String,
    pub(crate) other_category: String,
    pub(crate) other_item: String,
    pub(crate) excluded: String,
    pub(crate) other_warehouse: String,
    pub(crate) below_minimum: String,
    pub(crate) below_minimum_net: String,
    pub(crate) too_few_pieces: String,
    pub(crate) exclusive_conflict: String,
    pub(crate) slot_taken: String,
    pub(crate) no_effect: String,
    pub(crate) no_effect_loses: String,
    pub(crate) unknown_kind: String,
}
