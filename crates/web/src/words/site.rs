//! Texts of every page's frame.

use serde::Deserialize;

use super::form::Form;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) name: String,
    pub(crate) direction: String,
    pub(crate) skip: String,
    pub(crate) menu: String,
    pub(crate) not_connected: String,
    pub(crate) demonstration: String,
    pub(crate) missing_title: String,
    pub(crate) missing_text: String,
    pub(crate) failed_title: String,
    pub(crate) home: String,
    /// The name of the footer's menu.
    pub(crate) more: String,
    pub(crate) places: Places,
    pub(crate) typed_too_long: String,
    pub(crate) busy: String,
    pub(crate) wrong: Wrong,
    pub(crate) form: Form,
}

/// What went wrong with a whole request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wrong {
    pub(crate) too_many: String,
    pub(crate) not_now: String,
    pub(crate) too_large: String,
    pub(crate) unreadable: String,
    pub(crate) elsewhere: String,
    pub(crate) value: String,
    pub(crate) refused: String,
    pub(crate) too_slow: String,
    pub(crate) fault: String,
}

/// The pages as menus name them: short.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Places {
    pub(crate) deals: String,
    pub(crate) search: String,
    pub(crate) promotions: String,
    pub(crate) codes: String,
    pub(crate) basket: String,
    pub(crate) checkout: String,
    pub(crate) drawer: String,
    pub(crate) guide: String,
    pub(crate) about: String,
    pub(crate) status: String,
    pub(crate) api: String,
}
