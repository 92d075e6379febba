//! Texts of the coupon drawer.

use serde::Deserialize;

use super::Plural;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) coupons: String,
    pub(crate) coupons_hint: String,
    pub(crate) kept: String,
    pub(crate) form_heading: String,
    pub(crate) forms: Vec<Explained>,
    pub(crate) wishes: String,
    pub(crate) wishes_hint: String,
    pub(crate) button: String,
    pub(crate) reminders: String,
    pub(crate) reminders_hint: String,
    pub(crate) nothing: String,
    pub(crate) table: String,
    pub(crate) coupon: String,
    pub(crate) ends: String,
    pub(crate) best: String,
    pub(crate) open_end: String,
    pub(crate) assumed: String,
    pub(crate) lapsed: String,
    pub(crate) today: String,
    pub(crate) soon: Plural,
    pub(crate) of_store: String,
    pub(crate) best_on: String,
    pub(crate) best_none: String,
    pub(crate) no_wishes: String,
    pub(crate) reminder: String,
    pub(crate) lives_heading: String,
    pub(crate) lives_lead: String,
    pub(crate) life_days: String,
    pub(crate) life_exact: String,
    pub(crate) life_sale: String,
    pub(crate) triggers_heading: String,
    pub(crate) triggers_lead: String,
    pub(crate) triggers: Vec<Explained>,
}

/// Something with what it means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Explained {
    pub(crate) name: String,
    pub(crate) text: String,
}
