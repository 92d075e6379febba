//! The texts of the page of a receipt.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) agrees: String,
    pub(crate) differs: String,
    pub(crate) unrecorded: String,
    pub(crate) listing: String,
    pub(crate) json: String,
}
