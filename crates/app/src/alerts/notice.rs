//! The notice of a crossing: what is known now, frozen with its receipt.

use tillwatch_core::alert::{Crossing, Facts, Notice, Rule};
use tillwatch_core::checkout::Checkout;
use tillwatch_core::instant::Instant;
use tillwatch_core::observation::counts_in;
use tillwatch_core::rules::RuleSet;
use tillwatch_core::stack::{self, Receipt};

use super::Followed;
use crate::ports::store::WatchId;

/// What a crossing is of.
pub(super) struct Subject<'a> {
    pub(super) followed: &'a Followed,
    pub(super) watch: WatchId,
    pub(super) number: u32,
    pub(super) rule: &'a Rule,
    /// Whether the prices are with shipping, where there are any.
    pub(super) delivered: Option<bool>,
}

/// The notice as JSON. The checkout is of one piece, with all discounts that are known.
pub(super) fn notice(
    of: &Subject<'_>,
    facts: &Facts,
    crossing: &Crossing,
    checkout: Option<Checkout>,
    rules: &RuleSet,
    now: Instant,
) -> String {
    let lane = facts.lane;
    let key = &of.followed.key;
    // A first reading names what nobody has taken in yet.
    let first = checkout.as_ref().and_then(|checkout| checkout.lines.first());
    let named = first.and_then(|line| line.sku.clone());
    let title = first.and_then(|line| line.title.clone());
    let notice = Notice {
        reference: format!("{}.{}.{}", of.watch.0, of.number, crossing.number),
        kind: crossing.kind,
        rule: *of.rule,
        item: key.item.clone(),
        sku: of.followed.sku.clone().or(named),
        title: title.or_else(|| of.followed.title.as_deref().map(Into::into)),
        market: key.market,
        currency: key.currency,
        lane,
        price: crossing.price,
        delivered: of.delivered,
        sticker: facts.prices.map(|prices| prices.sticker),
        former: facts.former.map(|former| former.get(lane)),
        target: crossing.target,
        low: facts.low,
        stack: Vec::new(),
        earliest_expiry: None,
        at: now,
    };
    let Some(mut checkout) = checkout else {
        return notice.to_json(None);
    };
    checkout.discounts.retain(|discount| counts_in(&discount.kind, lane));
    let best = stack::best(&checkout, rules);
    let receipt = Receipt::new(&checkout, rules, &best);
    notice.with(&receipt).to_json(Some(&receipt))
}
