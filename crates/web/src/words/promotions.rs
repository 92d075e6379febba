//! Texts of the promotions.

use serde::Deserialize;
use tillwatch_core::calendar::Label;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) now_heading: String,
    pub(crate) next_heading: String,
    pub(crate) past_heading: String,
    pub(crate) weekly_heading: String,
    pub(crate) until: String,
    pub(crate) begins: String,
    pub(crate) ended: String,
    pub(crate) unknown_start: String,
    pub(crate) unknown_end: String,
    pub(crate) warm_up: String,
    pub(crate) top_coupon: String,
    pub(crate) source: String,
    pub(crate) effect: String,
    pub(crate) effect_few: String,
    pub(crate) calendar: String,
    pub(crate) labels: Labels,
    pub(crate) sure: Sure,
    pub(crate) labels_heading: String,
    pub(crate) label_texts: Vec<LabelText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Labels {
    pub(crate) announced: String,
    pub(crate) observed: String,
    pub(crate) computed: String,
    pub(crate) usual: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sure {
    pub(crate) high: String,
    pub(crate) medium: String,
    pub(crate) low: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelText {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Labels {
    /// How a sale's dates are known.
    pub(crate) fn of(&self, label: Label) -> &str {
        match label {
            Label::Announced => &self.announced,
            Label::Observed => &self.observed,
            Label::Computed => &self.computed,
            Label::Usual => &self.usual,
        }
    }
}
