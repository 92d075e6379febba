//! Texts about what tills showed: the form beside a receipt, the thanks for it, and how far tills agree.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) same: String,
    pub(crate) total: String,
    pub(crate) total_hint: String,
    pub(crate) total_hint_bare: String,
    pub(crate) more: String,
    pub(crate) more_hint: String,
    pub(crate) price: String,
    pub(crate) shipping: String,
    pub(crate) own: String,
    pub(crate) own_hint: String,
    pub(crate) send: String,
    pub(crate) private: String,
    pub(crate) title: String,
    pub(crate) thanks: Thanks,
    pub(crate) back: String,
    pub(crate) see: String,
    pub(crate) wrong: Wrong,
    pub(crate) agreement: Agreement,
}

/// For what it counts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Thanks {
    pub(crate) same: String,
    pub(crate) other: String,
    pub(crate) price: String,
    pub(crate) nothing: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wrong {
    pub(crate) no_total: String,
    pub(crate) amount: String,
    pub(crate) beyond: String,
    pub(crate) no_such_part: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Agreement {
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) none: String,
    pub(crate) rules: String,
    pub(crate) market: String,
    pub(crate) what: String,
    pub(crate) networks: String,
    pub(crate) share: String,
    pub(crate) few: String,
    pub(crate) total: String,
    pub(crate) apart: String,
    pub(crate) json: String,
}
