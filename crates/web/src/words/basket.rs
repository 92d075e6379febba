//! Texts of the basket, and of what is pasted into it and into the drawer.

use serde::Deserialize;

use super::Plural;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) wishes: String,
    pub(crate) wishes_hint: String,
    pub(crate) coupons: String,
    pub(crate) coupons_hint: String,
    pub(crate) most_checkouts: String,
    pub(crate) most_goods: String,
    pub(crate) most_goods_hint: String,
    pub(crate) json: String,
    pub(crate) json_hint: String,
    pub(crate) button: String,
    pub(crate) split: Plural,
    pub(crate) proven: String,
    pub(crate) bounded: String,
    pub(crate) compared: String,
    pub(crate) way: String,
    pub(crate) difference: String,
    pub(crate) this_split: String,
    pub(crate) one_checkout: String,
    pub(crate) each_alone: String,
    pub(crate) by_hand: String,
    pub(crate) saves: String,
    pub(crate) costs: String,
    pub(crate) same: String,
    pub(crate) checkout: String,
    pub(crate) checkout_total: String,
    pub(crate) import: String,
    pub(crate) unread: String,
    pub(crate) check: String,
    pub(crate) wrong_most: String,
    pub(crate) nothing: String,
    pub(crate) too_much: String,
    pub(crate) refused: String,
    pub(crate) pasted: Pasted,
}

/// What is wrong with a pasted line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pasted {
    pub(crate) link: String,
    pub(crate) pieces: String,
    pub(crate) no_list: String,
    pub(crate) many_lines: String,
    pub(crate) many_coupons: String,
    pub(crate) offer: String,
    pub(crate) amount: String,
    pub(crate) percent: String,
    pub(crate) day: String,
    pub(crate) word: String,
    pub(crate) twice: String,
    pub(crate) missing: String,
}
