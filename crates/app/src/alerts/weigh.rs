//! What is known of a variant against the rules of its watches: the steps that they take, with notices where they tell.

use std::cell::RefCell;
use std::collections::HashMap;

use tillwatch_core::alert::{Crossing, Facts, State, decide};
use tillwatch_core::almanac::{Almanac, Known};
use tillwatch_core::checkout::Checkout;
use tillwatch_core::country::Country;
use tillwatch_core::history::{Minute, Period};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::rules::RuleSet;

use super::low::Low;
use super::notice::{Subject, notice};
use super::{Followed, Held, Kept, Sight};
use crate::ports::store::{Alert, Decided, Store, VariantId};

/// What everything of one moment is weighed with.
pub(crate) struct Scales<'a> {
    store: &'a dyn Store,
    rules: &'a RuleSet,
    almanac: &'a Almanac,
    now: Instant,
    /// The known discounts of each market, looked up once.
    known: RefCell<HashMap<Country, Known>>,
}

impl<'a> Scales<'a> {
    /// Those of a moment.
    pub(crate) fn new(store: &'a dyn Store, rules: &'a RuleSet, almanac: &'a Almanac, now: Instant) -> Self {
        Self {
            store,
            rules,
            almanac,
            now,
            known: RefCell::default(),
        }
    }

    /// The steps that the rules of a variant take. `own` is its checkout with the discounts that the listing showed.
    pub(crate) fn weigh(
        &self,
        variant: VariantId,
        followed: &Followed,
        sight: &Sight<'_>,
        own: impl Fn() -> Option<Checkout>,
    ) -> Vec<Decided> {
        let mut decided = Vec::new();
        for watch in followed.watches.iter().filter(|watch| watch.rest.is_awake(self.now)) {
            for held in &watch.rules {
                let Some((facts, state, crossing)) = self.step(variant, watch, held, sight) else {
                    continue;
                };
                let alert = crossing.map(|crossing| {
                    let subject = Subject {
                        followed,
                        watch: watch.id,
                        number: held.number,
                        rule: &held.rule,
                        delivered: sight.prices.map(|(_, terms)| terms.delivered),
                    };
                    let checkout = facts.prices.and_then(|_| own()).map(|own| self.joined(own));
                    Alert {
                        crossing: crossing.number,
                        at: self.now,
                        due: watch.settings.hold_until(self.now).unwrap_or(self.now),
                        notice: notice(&subject, &facts, &crossing, checkout, self.rules, self.now),
                    }
                });
                decided.push(Decided {
                    watch: watch.id,
                    rule: held.number,
                    state,
                    alert,
                });
            }
        }
        decided
    }

    /// The step of one rule, with the facts that it was taken on; `None` where it stays.
    fn step(
        &self,
        variant: VariantId,
        watch: &Kept,
        held: &Held,
        sight: &Sight<'_>,
    ) -> Option<(Facts, State, Option<Crossing>)> {
        let mut facts = Facts {
            lane: watch.lane,
            prices: sight.prices.map(|(lanes, _)| lanes),
            former: sight.former,
            low: None,
            stock: sight.stock,
            misses: sight.misses,
        };
        if let (Some(period), Some(price)) = (held.rule.period(), facts.price()) {
            let low = self.low(variant, watch, held, period, sight, price)?;
            let former = sight.former.map(|former| former.get(watch.lane));
            facts.low = low.with(former.filter(|former| *former != price));
        }
        let (state, crossing) = decide(&held.rule, &watch.settings, &held.state, &facts, self.now);
        (state != held.state || crossing.is_some()).then_some((facts, state, crossing))
    }

    /// The low of a rule's period: the one in mind, or that of the whole past. `None` where the past cannot be read.
    fn low(
        &self,
        variant: VariantId,
        watch: &Kept,
        held: &Held,
        period: Period,
        sight: &Sight<'_>,
        price: Money,
    ) -> Option<Low> {
        let now = Minute::of(self.now);
        if let Some(low) = held.low.get().filter(|low| low.holds(now)) {
            return Some(low);
        }
        let (_, terms) = sight.prices?;
        let series = self.store.series(variant, watch.lane, terms).ok()?;
        let low = Low::of(series.as_ref(), period, price.currency(), now);
        held.low.set(Some(low));
        Some(low)
    }

    /// A checkout at this moment, with the known discounts besides its own.
    fn joined(&self, own: Checkout) -> Checkout {
        let mut known = self.known.borrow_mut();
        let of_market = known
            .entry(own.market)
            .or_insert_with(|| self.almanac.discounts_for(own.market, self.now));
        let mut checkout = own;
        checkout.at = self.now;
        tillwatch_core::quote::join(&mut checkout.discounts, of_market.of_lines(&checkout.lines).into_iter());
        checkout
    }
}
