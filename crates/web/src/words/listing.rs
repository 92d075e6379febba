//! Texts of a listing's page.

use serde::Deserialize;
use tillwatch_core::history::Lane;

use super::Plural;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) untitled: String,
    pub(crate) now: String,
    pub(crate) with_discounts: Plural,
    pub(crate) with_none: String,
    pub(crate) at_low: String,
    pub(crate) above_low: String,
    pub(crate) no_low: String,
    pub(crate) checked: String,
    pub(crate) hidden: String,
    pub(crate) last_seen: String,
    pub(crate) old: String,
    pub(crate) first_check: String,
    pub(crate) failed: String,
    pub(crate) not_tracked: String,
    pub(crate) start: String,
    pub(crate) voided: String,
    pub(crate) market: String,
    pub(crate) market_button: String,
    pub(crate) other_markets: String,
    pub(crate) open: String,
    pub(crate) lanes: Lanes,
    pub(crate) lanes_heading: String,
    pub(crate) chart_heading: String,
    pub(crate) chart_alt: String,
    pub(crate) chart_empty: String,
    pub(crate) chart_legend_effective: String,
    pub(crate) chart_legend_sticker: String,
    pub(crate) chart_legend_gap: String,
    pub(crate) chart_legend_sale: String,
    pub(crate) chart_legend_target: String,
    pub(crate) readout: String,
    pub(crate) readout_gap: String,
    pub(crate) readout_hint: String,
    pub(crate) range: String,
    pub(crate) ranges: Ranges,
    pub(crate) low: String,
    pub(crate) average: String,
    pub(crate) high: String,
    pub(crate) window: String,
    pub(crate) windows_heading: String,
    pub(crate) days: String,
    pub(crate) all_time: String,
    pub(crate) gap: String,
    pub(crate) variants_heading: String,
    pub(crate) variants_note: String,
    pub(crate) variant: String,
    pub(crate) from_warehouse: String,
    pub(crate) price: String,
    pub(crate) difference: String,
    pub(crate) gains: String,
    pub(crate) loses: String,
    pub(crate) as_of: String,
    pub(crate) target_heading: String,
    pub(crate) target_label: String,
    pub(crate) target_hint: String,
    pub(crate) target_hint_none: String,
    pub(crate) email_label: String,
    pub(crate) email_hint: String,
    pub(crate) watch_button: String,
    pub(crate) watch_hint: String,
    pub(crate) outcomes: Outcomes,
    pub(crate) chart_legend_turn: String,
    pub(crate) turns_heading: String,
    pub(crate) turns_when: String,
    pub(crate) turns_what: String,
    pub(crate) came: String,
    pub(crate) went: String,
    pub(crate) receipt_link: String,
    pub(crate) own_coupons: String,
    pub(crate) partner: String,
    pub(crate) partner_hint: String,
    pub(crate) partner_off: String,
    pub(crate) partner_on: String,
    pub(crate) claim_heading: String,
    pub(crate) claim_earned: String,
    pub(crate) claim_empty: String,
    pub(crate) claim_below: String,
    pub(crate) claim_above: String,
    pub(crate) claim_same: String,
    pub(crate) watch_telegram: String,
    pub(crate) call_label: String,
    pub(crate) call_hint: String,
    pub(crate) advice_heading: String,
    pub(crate) advice_wait: String,
    pub(crate) advice_buy: String,
    pub(crate) advice_unsure: String,
    pub(crate) sale_on: String,
    pub(crate) sale_soon: String,
    pub(crate) past_sales: String,
    pub(crate) past_sales_none: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lanes {
    pub(crate) sticker: String,
    pub(crate) automatic: String,
    pub(crate) public: String,
    pub(crate) code: String,
}

impl Lanes {
    /// A lane's name.
    pub(crate) fn of(&self, lane: Lane) -> &str {
        match lane {
            Lane::Sticker => &self.sticker,
            Lane::Automatic => &self.automatic,
            Lane::Public => &self.public,
            Lane::Code => &self.code,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ranges {
    pub(crate) d30: String,
    pub(crate) d90: String,
    pub(crate) d365: String,
    pub(crate) all: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outcomes {
    pub(crate) ok: String,
    pub(crate) blocked: String,
    pub(crate) removed: String,
    pub(crate) other_region: String,
    pub(crate) other_currency: String,
    pub(crate) other_listing: String,
    pub(crate) sold_out: String,
    pub(crate) not_a_listing: String,
    pub(crate) empty_shell: String,
    pub(crate) api_refused: String,
    pub(crate) no_price: String,
    pub(crate) too_large: String,
    pub(crate) parse_failed: String,
    pub(crate) unreachable: String,
    pub(crate) doubtful: String,
}
