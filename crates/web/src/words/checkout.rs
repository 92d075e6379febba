//! Texts of the checkout calculator.

use serde::Deserialize;
use tillwatch_core::discount::Kind;
use tillwatch_core::stack::diagnose::Cause;

use super::Plural;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) market: String,
    pub(crate) lines_heading: String,
    pub(crate) line: String,
    pub(crate) price: String,
    pub(crate) pieces: String,
    pub(crate) shipping: String,
    pub(crate) store: String,
    pub(crate) link: String,
    pub(crate) lines_hint: String,
    pub(crate) more_lines: String,
    pub(crate) coupons_heading: String,
    pub(crate) coupons_hint: String,
    pub(crate) coupon: String,
    pub(crate) kind: String,
    pub(crate) kinds: Kinds,
    pub(crate) off: String,
    pub(crate) offs: Offs,
    pub(crate) value: String,
    pub(crate) from: String,
    pub(crate) cap: String,
    pub(crate) code: String,
    pub(crate) of: String,
    pub(crate) more_coupons: String,
    pub(crate) known: String,
    pub(crate) known_hint: String,
    pub(crate) shown: String,
    pub(crate) shown_hint: String,
    pub(crate) json_heading: String,
    pub(crate) json: String,
    pub(crate) json_hint: String,
    pub(crate) button: String,
    pub(crate) private: String,
    pub(crate) total: String,
    pub(crate) own_saves: String,
    pub(crate) own_same: String,
    pub(crate) old: String,
    pub(crate) notes_heading: String,
    pub(crate) diagnosis: Diagnosis,
    pub(crate) wrong: Wrong,
}

/// The kinds of discount as a shopper meets them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kinds {
    code: String,
    platform: String,
    store: String,
    seller: String,
    welcome: String,
    category: String,
    free_shipping: String,
    store_discount: String,
    spend_and_save: String,
}

impl Kinds {
    /// All kinds with their texts, the commonest first.
    pub(crate) fn all(&self) -> [(Kind, &str); 9] {
        [
            (Kind::Code, &self.code),
            (Kind::Platform, &self.platform),
            (Kind::Store, &self.store),
            (Kind::Seller, &self.seller),
            (Kind::Welcome, &self.welcome),
            (Kind::Category, &self.category),
            (Kind::FreeShipping, &self.free_shipping),
            (Kind::StoreDiscount, &self.store_discount),
            (Kind::SpendAndSave, &self.spend_and_save),
        ]
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Offs {
    pub(crate) amount: String,
    pub(crate) percent: String,
    pub(crate) every: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Diagnosis {
    pub(crate) heading: String,
    pub(crate) agrees: String,
    pub(crate) agrees_nearly: String,
    pub(crate) cheaper: String,
    pub(crate) dearer: String,
    pub(crate) unexplained: String,
    pub(crate) dropped: String,
    pub(crate) also: String,
    pub(crate) why: Causes,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Causes {
    pub(crate) minimum_after_discounts: String,
    pub(crate) minimum_without_tax: String,
    pub(crate) window_edge: String,
    pub(crate) fell_with: String,
    pub(crate) does_not_combine: String,
    pub(crate) not_on_the_list: String,
    pub(crate) not_collected: String,
    pub(crate) no_longer_runs: String,
}

impl Causes {
    pub(crate) const fn of(&self, cause: &Cause) -> &String {
        match cause {
            Cause::MinimumAfterDiscounts { .. } => &self.minimum_after_discounts,
            Cause::MinimumWithoutTax { .. } => &self.minimum_without_tax,
            Cause::WindowEdge { .. } => &self.window_edge,
            Cause::FellWith { .. } => &self.fell_with,
            Cause::DoesNotCombine { .. } => &self.does_not_combine,
            Cause::NotOnTheList => &self.not_on_the_list,
            Cause::NotCollected => &self.not_collected,
            Cause::NoLongerRuns => &self.no_longer_runs,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wrong {
    pub(crate) entries: Plural,
    pub(crate) market: String,
    pub(crate) amount: String,
    pub(crate) no_price: String,
    pub(crate) free: String,
    pub(crate) too_dear: String,
    pub(crate) pieces: String,
    pub(crate) percent: String,
    pub(crate) choice: String,
    pub(crate) link: String,
    pub(crate) unread: String,
    pub(crate) name: String,
    pub(crate) no_value: String,
    pub(crate) no_every: String,
    pub(crate) many_lines: String,
    pub(crate) many_coupons: String,
    pub(crate) nothing: String,
    pub(crate) json: String,
    pub(crate) sum: String,
}
