//! Texts of the guide.

use serde::Deserialize;

use super::drawer::Explained;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) contents: String,
    pub(crate) steps_heading: String,
    pub(crate) steps_lead: String,
    pub(crate) steps: Vec<Explained>,
    pub(crate) steps_more: Vec<String>,
    pub(crate) example_heading: String,
    pub(crate) example_lead: String,
    pub(crate) example_line: String,
    pub(crate) reasons_heading: String,
    pub(crate) reasons_lead: String,
    pub(crate) reasons: Vec<Explained>,
    pub(crate) lanes_heading: String,
    pub(crate) lanes_lead: String,
    /// Of the sticker, automatic, public and code lane, in this order.
    pub(crate) lanes: [String; 4],
    pub(crate) differ_heading: String,
    pub(crate) differ: Vec<String>,
    pub(crate) differ_more: String,
    pub(crate) differ_link: String,
    pub(crate) chart_heading: String,
    pub(crate) chart: Vec<String>,
    pub(crate) glossary_heading: String,
    pub(crate) glossary: Vec<Explained>,
}
