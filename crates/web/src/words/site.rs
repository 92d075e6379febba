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
    pub(crate) form: Form,
}
