//! Texts of deals and search: the form, the cards.

use serde::Deserialize;
use tillwatch_app::beyond::Refusal;
use tillwatch_core::history::Lane;

use super::{Plural, fill};
use crate::sought;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) deals_title: String,
    pub(crate) deals_lead: String,
    pub(crate) deals_none: String,
    pub(crate) search_title: String,
    pub(crate) search_lead: String,
    pub(crate) search_none: String,
    pub(crate) loosen: Vec<String>,
    pub(crate) read_as: String,
    pub(crate) results_heading: String,
    pub(crate) q: String,
    pub(crate) market: String,
    pub(crate) lane: String,
    pub(crate) sort: String,
    pub(crate) min_percent: String,
    pub(crate) min_price: String,
    pub(crate) max_price: String,
    pub(crate) warehouse: String,
    pub(crate) warehouse_any: String,
    pub(crate) warehouse_us: String,
    pub(crate) category: String,
    pub(crate) category_hint: String,
    pub(crate) category_named: String,
    pub(crate) category_any: String,
    pub(crate) free_only: String,
    pub(crate) more_filters: String,
    pub(crate) deals_button: String,
    pub(crate) search_button: String,
    pub(crate) next: String,
    pub(crate) feed: String,
    pub(crate) lanes: Lanes,
    pub(crate) orders: Orders,
    pub(crate) below_low: String,
    pub(crate) below_usual: String,
    pub(crate) lowest: String,
    pub(crate) without_discounts: String,
    pub(crate) ships_from: String,
    pub(crate) free_shipping: String,
    pub(crate) young: Plural,
    pub(crate) voided: String,
    pub(crate) newcomers: String,
    pub(crate) checked: String,
    pub(crate) wrong: Wrong,
    pub(crate) beyond: Beyond,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lanes {
    automatic: String,
    public: String,
    code: String,
}

impl Lanes {
    /// What a lane is called; the sticker is none of those that are offered.
    pub(crate) fn of(&self, lane: Lane) -> &str {
        match lane {
            Lane::Sticker | Lane::Automatic => &self.automatic,
            Lane::Public => &self.public,
            Lane::Code => &self.code,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Orders {
    drop: String,
    usual: String,
    saved: String,
    newest: String,
    price: String,
}

impl Orders {
    /// What an order is called.
    pub(crate) fn of(&self, name: &str) -> &str {
        match name {
            "drop" => &self.drop,
            "usual" => &self.usual,
            "newest" => &self.newest,
            "price" => &self.price,
            _ => &self.saved,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wrong {
    q: String,
    market: String,
    percent: String,
    price: String,
    other: String,
}

impl Wrong {
    /// A sentence on a value that is not accepted, with what is.
    pub(crate) fn of(&self, wrong: &sought::Wrong) -> String {
        let text = match wrong.field {
            "q" => &self.q,
            "market" => &self.market,
            "min_percent" => &self.percent,
            "min_price" | "max_price" => &self.price,
            _ => &self.other,
        };
        fill(text, &[("value", &wrong.value)])
    }
}

/// Of listings that nobody watches here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Beyond {
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) button: String,
    pub(crate) unpriced: String,
    pub(crate) prices: String,
    pub(crate) none: String,
    pub(crate) watch: String,
    spent: String,
    busy: String,
    not_permitted: String,
    failed: String,
}

impl Beyond {
    /// Why there is no answer.
    pub(crate) fn of(&self, refusal: Refusal) -> &str {
        match refusal {
            Refusal::Spent => &self.spent,
            Refusal::Busy => &self.busy,
            Refusal::NotPermitted => &self.not_permitted,
            Refusal::Failed => &self.failed,
        }
    }
}
