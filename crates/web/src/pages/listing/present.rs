//! The present of a listing: one sentence, the receipt, the four lanes, the other variants, what to know.

use std::collections::BTreeSet;

use tillwatch_app::advice::{Advice, Verdict, minutes_until};
use tillwatch_app::claim::Claim;
use tillwatch_app::look::Look;
use tillwatch_app::standing::{Last, Present as Known};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::checkout::Checkout;
use tillwatch_core::history::{Lane, Minute};
use tillwatch_core::instant::Instant;
use tillwatch_core::link::clean_url;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::quote::{Wish, alternatives};
use tillwatch_core::rules::RuleSet;
use tillwatch_core::stack::{self, Receipt, Stack};

use super::address;
use crate::pages::notes::Note;
use crate::receipt::{Teller, View};
use crate::words::{Words, fill};

/// No more variants stand in the table; the cheapest first.
const MOST_VARIANTS: usize = 40;

/// Sellers write whole sentences into titles.
const LONGEST_TITLE: usize = 160;

/// What is known now, and in whose words it is told.
pub(super) struct Present<'a> {
    pub(super) look: &'a Look,
    pub(super) almanac: &'a Almanac,
    pub(super) rules: &'a RuleSet,
    pub(super) words: &'a Words,
    pub(super) now: Instant,
}

/// The head of the page.
pub(super) struct Head {
    pub(super) title: String,
    /// The price of this moment, where there is one.
    pub(super) price: Option<String>,
    pub(super) currency: Currency,
    pub(super) sticker: Option<String>,
    /// All of it in one sentence.
    pub(super) sentence: String,
    /// What follows the price in that sentence.
    pub(super) rest: String,
    pub(super) void: Option<String>,
    pub(super) store: Option<String>,
    pub(super) variant: Option<String>,
    pub(super) link: String,
}

/// One lane's price.
pub(super) struct LanePrice {
    pub(super) name: String,
    pub(super) price: String,
    pub(super) href: String,
    pub(super) is_shown: bool,
}

/// A variant at the till.
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) warehouse: String,
    pub(super) price: String,
    pub(super) total: String,
    pub(super) difference: String,
    pub(super) is_cheaper: bool,
    pub(super) is_this: bool,
    /// What it gains and loses beside the one that is shown.
    pub(super) change: String,
    pub(super) href: Option<String>,
}

impl Present<'_> {
    fn minute(&self) -> Minute {
        Minute::of(self.now)
    }

    fn currency(&self) -> Currency {
        self.look.state.tracked.key.currency
    }

    pub(super) fn head(&self) -> Head {
        let (look, words, form) = (self.look, &self.words.listing, &self.words.site.form);
        let key = &look.state.tracked.key;
        let snapshot = look.state.snapshot.as_ref();
        let till = look.till.as_ref().filter(|_| look.is_present());
        let total = till.map(|till| till.stack.total());
        let rest = self.rest();
        let price = total.map(|total| form.amount(total));
        let sentence = match &price {
            Some(price) => format!("{} {rest}", fill(&words.now, &[("price", price)])),
            None => rest.clone(),
        };
        let title = look
            .title()
            .map_or_else(|| fill(&words.untitled, &[("item", key.item.as_str())]), shortened);
        let sticker = till.and_then(|till| {
            let before = till.stack.before.total();
            (before.minor() > till.stack.total().minor()).then(|| form.number(before))
        });
        Head {
            title,
            price: total.map(|total| form.number(total)),
            currency: self.currency(),
            sticker,
            sentence,
            rest,
            void: match &look.standing.present {
                Known::Holds { void: Some(reason), .. } => Some(fill(&words.voided, &[("reason", reason)])),
                _ => None,
            },
            store: snapshot.and_then(|seen| seen.store_name.clone()),
            variant: look.shown().and_then(|variant| variant.name.clone()),
            link: clean_url(&key.item, look.variant.sku.as_ref()),
        }
    }

    /// "with 3 discounts; 4 % above its low of 31.49 on 11 Nov; checked 6 min ago."
    fn rest(&self) -> String {
        let (look, words, form) = (self.look, &self.words.listing, &self.words.site.form);
        let now = self.minute();
        let amount = |minor| form.number(Money::new(minor, self.currency()));
        let last = |last: &Last| {
            let price = form.amount(Money::new(last.price.minor(), self.currency()));
            let ago = form.ago(last.confirmed, now);
            fill(&words.last_seen, &[("price", &price), ("ago", &ago)])
        };
        match &look.standing.present {
            Known::Hidden {
                outcome, last: seen, ..
            } => {
                let hidden = fill(&words.hidden, &[("outcome", words.outcomes.of(*outcome))]);
                seen.iter()
                    .map(last)
                    .fold(hidden, |text, last| format!("{text} {last}"))
            }
            Known::Old(seen) => {
                let price = form.amount(Money::new(seen.price.minor(), self.currency()));
                let moment = form.moment(seen.confirmed, now);
                fill(&words.old, &[("moment", &moment), ("price", &price)])
            }
            Known::Holds { .. } | Known::Nothing => {
                let with = look.till.as_ref().map(|till| match till.stack.applied.len() {
                    0 => words.with_none.clone(),
                    count => words.with_discounts.of(self.words.code, count),
                });
                let low = match (look.standing.above_low(), look.standing.low) {
                    (Some(..=0), Some(_)) => words.at_low.clone(),
                    (Some(above), Some(low)) => fill(
                        &words.above_low,
                        &[
                            ("percent", &form.tenths(above)),
                            ("low", &amount(low.price.minor())),
                            ("day", &form.day(low.at, now)),
                        ],
                    ),
                    _ => words.no_low.clone(),
                };
                let checked = look
                    .confirmed()
                    .map(|at| fill(&words.checked, &[("ago", &form.ago(at, now))]));
                let parts: Vec<String> = [with, Some(low), checked].into_iter().flatten().collect();
                format!("{}.", parts.join("; "))
            }
        }
    }

    pub(super) fn receipt(&self) -> Option<View> {
        let till = self.look.till.as_ref()?;
        let near_misses = stack::near_misses(&till.checkout, self.rules, &till.stack);
        let receipt = Receipt {
            near_misses: &near_misses,
            ..Receipt::new(&till.checkout, self.rules, &till.stack)
        };
        let variant = self.look.shown().and_then(|variant| variant.name.as_deref());
        Some(self.teller().tell(&receipt, variant, till.delivered))
    }

    /// What the struck-out price is worth, in sentences.
    pub(super) fn claim(&self, claim: &Claim) -> Vec<String> {
        let (words, form) = (&self.words.listing, &self.words.site.form);
        let amount = |minor| form.amount(Money::new(minor, self.currency()));
        let told = if claim.is_earned() {
            &words.claim_earned
        } else {
            &words.claim_empty
        };
        let first = fill(
            told,
            &[
                ("struck", &form.amount(claim.struck)),
                ("off", &form.tenths(claim.off)),
                ("high", &amount(claim.highest.price.minor())),
                ("day", &form.day(claim.highest.at, self.minute())),
            ],
        );
        let really = match claim.really_off {
            1.. => &words.claim_below,
            0 => &words.claim_same,
            _ => &words.claim_above,
        };
        let second = fill(
            really,
            &[
                ("percent", &form.tenths(claim.really_off.abs())),
                ("average", &amount(claim.average.minor())),
            ],
        );
        vec![first, second]
    }

    /// Whether to wait, and why, in sentences.
    pub(super) fn advice(&self, advice: &Advice) -> Vec<String> {
        let (words, form) = (&self.words.listing, &self.words.site.form);
        let moment = |at: Option<Instant>| at.map(|at| form.instant(at, self.minute())).unwrap_or_default();
        let verdict = match advice.verdict {
            Verdict::Wait => &words.advice_wait,
            Verdict::Buy => &words.advice_buy,
            Verdict::Unsure => &words.advice_unsure,
        };
        let on = advice.on.as_ref().map(|sale| {
            let until = moment(sale.ends);
            fill(
                &words.sale_on,
                &[("name", &self.words.sale(sale).text), ("moment", &until)],
            )
        });
        let next = advice.next.as_ref().map(|sale| {
            let span = form.span(minutes_until(sale, self.now));
            let label = self.words.promotions.labels.of(sale.label);
            let name = self.words.sale(sale).text;
            let values = [
                ("name", name.as_str()),
                ("span", &span),
                ("moment", &moment(sale.starts)),
                ("label", label),
            ];
            fill(&words.sale_soon, &values)
        });
        let past = match advice.past.listings {
            0 => words.past_sales_none.clone(),
            count => {
                let (better, count) = (advice.past.cheaper.to_string(), count.to_string());
                let sign = if advice.past.median < 0 { "−" } else { "" };
                let percent = format!("{sign}{}", form.tenths(i64::from(advice.past.median).abs()));
                let values = [("better", better.as_str()), ("count", &count), ("percent", &percent)];
                fill(&words.past_sales, &values)
            }
        };
        [Some(verdict.clone()), on, next, Some(past)]
            .into_iter()
            .flatten()
            .collect()
    }

    pub(super) fn lanes(&self) -> Vec<LanePrice> {
        let Some(till) = &self.look.till else {
            return Vec::new();
        };
        let names = &self.words.listing.lanes;
        let key = &self.look.state.tracked.key;
        let lanes = Lane::ALL.into_iter().map(|lane| LanePrice {
            name: names.of(lane).to_owned(),
            price: self.words.site.form.number(till.lanes.get(lane)),
            href: format!("{}&lane={}", address(key, self.look.variant.sku.as_ref()), lane.name()),
            is_shown: lane == self.look.lane,
        });
        lanes.collect()
    }

    /// Every variant at the till, the cheapest first, beside the one that is shown.
    pub(super) fn variants(&self) -> Vec<Variant> {
        let (Some(snapshot), Some(till)) = (&self.look.state.snapshot, &self.look.till) else {
            return Vec::new();
        };
        if snapshot.salable().count() < 2 {
            return Vec::new();
        }
        let key = &self.look.state.tracked.key;
        let wish = Wish {
            market: Some(key.market),
            currency: Some(key.currency),
            sku: None,
            quantity: 1,
            at: self.now,
        };
        let all = alternatives(snapshot, self.almanac, self.rules, &wish);
        let own = self.names(&till.checkout, &till.stack);
        let form = &self.words.site.form;
        let rows = all.iter().take(MOST_VARIANTS).filter_map(|other| {
            let variant = snapshot.variants.get(other.variant)?;
            let total = other.stack.total();
            let difference = total.checked_sub(till.stack.total())?;
            let is_this = variant.sku.is_some() && variant.sku == self.look.variant.sku;
            Some(Variant {
                name: variant
                    .name
                    .clone()
                    .or_else(|| variant.sku.as_ref().map(ToString::to_string))?,
                warehouse: variant
                    .warehouse
                    .as_ref()
                    .map(|warehouse| self.words.countries.of_warehouse(warehouse))
                    .unwrap_or_default(),
                price: variant.price.map(|price| form.number(price)).unwrap_or_default(),
                total: form.number(total),
                difference: match difference.minor() {
                    0 => String::new(),
                    1.. => format!("+{}", form.number(difference)),
                    _ => form.number(difference),
                },
                is_cheaper: difference.minor() < 0,
                change: if is_this {
                    String::new()
                } else {
                    self.change(&own, &self.names(&other.checkout, &other.stack))
                },
                is_this,
                href: variant
                    .sku
                    .as_ref()
                    .filter(|_| !is_this)
                    .map(|sku| address(key, Some(sku))),
            })
        });
        rows.collect()
    }

    /// What applied, by the names that people know.
    fn names(&self, checkout: &Checkout, stack: &Stack) -> BTreeSet<String> {
        let teller = self.teller();
        stack
            .discounts(checkout)
            .map(|discount| teller.label(discount))
            .collect()
    }

    fn teller(&self) -> Teller<'_> {
        Teller {
            words: self.words,
            now: self.minute(),
        }
    }

    /// What another variant gains and loses.
    fn change(&self, own: &BTreeSet<String>, other: &BTreeSet<String>) -> String {
        let words = &self.words.listing;
        let told =
            |text: &str, names: Vec<&str>| (!names.is_empty()).then(|| fill(text, &[("names", &names.join(", "))]));
        let gained = other.difference(own).map(String::as_str).collect();
        let lost = own.difference(other).map(String::as_str).collect();
        let parts = [told(&words.gains, gained), told(&words.loses, lost)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    pub(super) fn notes(&self) -> Vec<Note> {
        let goods = self.look.till.as_ref().map(|till| till.stack.after.merchandise);
        let warehouse = self.look.shown().and_then(|variant| variant.warehouse.as_ref());
        let market = self.look.state.tracked.key.market;
        let notes = self.almanac.markets.notes_for(market, goods, warehouse, self.now);
        notes.iter().map(|note| Note::of(note, self.words)).collect()
    }
}

pub(crate) fn shortened(title: &str) -> String {
    if title.chars().count() <= LONGEST_TITLE {
        return title.to_owned();
    }
    title.chars().take(LONGEST_TITLE - 1).chain(['…']).collect()
}
