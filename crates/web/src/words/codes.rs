//! Texts of the codes.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) market: String,
    pub(crate) market_button: String,
    pub(crate) none: String,
    pub(crate) told: String,
    pub(crate) holds_heading: String,
    pub(crate) coming_heading: String,
    pub(crate) over_heading: String,
    pub(crate) until: String,
    pub(crate) begins: String,
    pub(crate) ended: String,
    pub(crate) regions: String,
    pub(crate) only_for: String,
    pub(crate) others: String,
    pub(crate) left: String,
    pub(crate) none_left: String,
    pub(crate) unnamed: String,
    pub(crate) more: String,
    pub(crate) likely: String,
    pub(crate) tries: String,
    pub(crate) untried: String,
    pub(crate) last_proven: String,
    pub(crate) few: String,
    pub(crate) of_source: String,
    pub(crate) source: String,
    pub(crate) ask: String,
    pub(crate) worked: String,
    pub(crate) refused: String,
    pub(crate) how_heading: String,
    pub(crate) how: Vec<String>,
}
