//! Texts of the page that reads what a shopper's own browser shows.

use serde::Deserialize;

use super::Plural;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    /// Its name in menus.
    pub(crate) menu: String,
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) form_heading: String,
    pub(crate) file: String,
    pub(crate) file_hint: String,
    pub(crate) drop: String,
    pub(crate) page: String,
    pub(crate) page_hint: String,
    pub(crate) button: String,
    pub(crate) private: String,
    pub(crate) bookmark_heading: String,
    pub(crate) bookmark: String,
    pub(crate) bookmark_steps: Vec<String>,
    pub(crate) extension_heading: String,
    pub(crate) extension_lead: String,
    pub(crate) extension_steps: Vec<String>,
    pub(crate) saved_heading: String,
    pub(crate) saved_steps: Vec<String>,
    pub(crate) taken_heading: String,
    pub(crate) taken: Vec<String>,
    pub(crate) more: String,
    pub(crate) unnamed: String,
    pub(crate) no_price: String,
    pub(crate) first_order: String,
    pub(crate) agrees: String,
    pub(crate) waits: String,
    pub(crate) not_tracked: String,
    pub(crate) open: String,
    pub(crate) cart_heading: String,
    pub(crate) cart_empty: String,
    pub(crate) cart_unread: String,
    pub(crate) cart_no_total: String,
    pub(crate) coupons_heading: String,
    pub(crate) coupons_text: String,
    pub(crate) coupons_button: String,
    pub(crate) coupons_unread: Plural,
    pub(crate) wrong: Wrong,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wrong {
    pub(crate) too_large: String,
    pub(crate) unreadable: String,
    pub(crate) nothing: String,
}
