//! Texts of the start page.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) field: String,
    pub(crate) button: String,
    pub(crate) market: String,
    pub(crate) how_heading: String,
    pub(crate) how: Vec<How>,
    pub(crate) refused: String,
    pub(crate) accepted: String,
    pub(crate) watch_all: String,
    pub(crate) too_many: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct How {
    pub(crate) title: String,
    pub(crate) text: String,
}
