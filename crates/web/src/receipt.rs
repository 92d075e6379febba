//! A receipt for people: each step with what it took, and each discount that did not apply with its reason.

use tillwatch_core::discount::{Benefit, Discount, Kind};
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::stack::{Applied, By, NearMiss, Reason, Receipt, Refused};

use crate::pages::shortened;
use crate::words::{Words, fill};

/// No more near misses are told, the nearest first.
const MOST_MISSES: usize = 4;

/// A receipt in words.
#[derive(Debug, Default)]
pub(crate) struct View {
    /// The goods of each line, before any discount.
    pub(crate) lines: Vec<Row>,
    pub(crate) shipping_before: String,
    pub(crate) steps: Vec<Row>,
    pub(crate) goods: String,
    pub(crate) shipping: String,
    pub(crate) total_name: String,
    pub(crate) total: String,
    /// What is saved, and its percentage.
    pub(crate) saved: Option<(String, String)>,
    /// Tax that the till adds: its name, its amount, and the total with it.
    pub(crate) tax: Option<(String, String, String)>,
    pub(crate) valid_until: Option<String>,
    pub(crate) is_bounded: bool,
    pub(crate) rules: String,
    pub(crate) refused: Vec<NotApplied>,
    /// What is for other countries or other currencies, and how much of it there is.
    pub(crate) elsewhere: Vec<NotApplied>,
    pub(crate) elsewhere_count: String,
    pub(crate) near: Vec<String>,
}

/// A line of the receipt.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) amount: String,
}

/// Discounts that did not apply for the same reason.
#[derive(Debug)]
pub(crate) struct NotApplied {
    pub(crate) names: Vec<String>,
    pub(crate) reason: String,
}

/// Tells receipts in one language at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Teller<'a> {
    pub(crate) words: &'a Words,
    pub(crate) now: Minute,
}

impl Teller<'_> {
    /// A whole receipt. `variant` names the variant of its only line.
    pub(crate) fn tell(&self, receipt: &Receipt<'_>, variant: Option<&str>, shipping_known: bool) -> View {
        let (words, form) = (&self.words.receipt, &self.words.site.form);
        let (checkout, stack) = (receipt.checkout, receipt.stack);
        let fee = |amount: Money| {
            if shipping_known {
                form.number(amount)
            } else {
                words.shipping_unknown.clone()
            }
        };
        let elsewhere = |reason: &Reason| matches!(reason, Reason::CurrencyMismatch { .. } | Reason::RegionLocked);
        let here = |reason: &Reason| !elsewhere(reason);
        let away = stack
            .refused
            .iter()
            .filter(|refused| elsewhere(&refused.reason))
            .count();
        let saved = stack.saved();
        let total = stack.total();
        View {
            lines: self.lines(receipt, variant),
            shipping_before: fee(stack.before.shipping),
            steps: stack
                .applied
                .iter()
                .map(|applied| self.step(receipt, applied))
                .collect(),
            goods: form.number(stack.after.merchandise),
            shipping: fee(stack.after.shipping),
            total_name: if shipping_known {
                words.total.clone()
            } else {
                words.total_without_shipping.clone()
            },
            total: form.amount(total),
            saved: saved
                .is_positive()
                .then(|| (form.amount(saved), form.percent(&receipt.saved_percent().to_string()))),
            tax: receipt.tax_added().map(|(rate, tax)| {
                let name = fill(&words.tax_added, &[("percent", &form.percent(&rate.to_string()))]);
                (
                    name,
                    form.number(tax),
                    form.amount(total.checked_add(tax).unwrap_or(total)),
                )
            }),
            valid_until: stack.earliest_expiry.map(|end| self.expiry(receipt, end)),
            is_bounded: !stack.proven,
            rules: fill(
                &words.rules,
                &[
                    ("rules", &stack.rules),
                    ("moment", &form.instant(checkout.at, self.now)),
                ],
            ),
            refused: self.refused(receipt, here),
            elsewhere: self.refused(receipt, elsewhere),
            elsewhere_count: fill(&words.refused_elsewhere, &[("count", &away.to_string())]),
            near: self.near(receipt),
        }
    }

    fn lines(&self, receipt: &Receipt<'_>, variant: Option<&str>) -> Vec<Row> {
        let (words, form) = (&self.words.receipt, &self.words.site.form);
        let lines = receipt.checkout.lines.iter().map(|line| {
            let pieces = [
                ("count", line.quantity.to_string()),
                ("price", form.number(line.unit_price)),
            ];
            let pieces = pieces.each_ref().map(|(name, value)| (*name, value.as_str()));
            let facts = [
                (line.quantity > 1).then(|| fill(&words.pieces, &pieces)),
                variant.map(ToOwned::to_owned),
                line.warehouse
                    .as_ref()
                    .map(|one| self.words.countries.of_warehouse(one)),
            ];
            // A single line is what the page is about; several are told apart by their titles.
            let title = line.title.as_deref().filter(|_| receipt.checkout.lines.len() > 1);
            Row {
                name: title.map_or_else(|| words.listed.clone(), shortened),
                note: facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
                amount: form.number(line.listed()),
            }
        });
        lines.collect()
    }

    fn step(&self, receipt: &Receipt<'_>, applied: &Applied) -> Row {
        let (words, form) = (&self.words.receipt, &self.words.site.form);
        let step = receipt.step(applied);
        let offer = receipt.discount(applied.discount).map(|discount| self.offer(discount));
        let base = fill(&words.of, &[("base", &form.number(applied.base))]);
        let code = receipt
            .discount(applied.discount)
            .and_then(|discount| discount.code.clone());
        let facts = [code, offer, Some(base)];
        Row {
            name: words.steps.of(step).unwrap_or(step).to_owned(),
            note: facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            amount: format!("−{}", form.number(applied.amount)),
        }
    }

    fn expiry(&self, receipt: &Receipt<'_>, end: Instant) -> String {
        let words = &self.words.receipt;
        let moment = self.words.site.form.instant(end, self.now);
        let ends = |applied: &&Applied| {
            let discount = receipt.discount(applied.discount);
            discount.is_some_and(|discount| discount.valid_until == Some(end))
        };
        match receipt.stack.applied.iter().find(ends) {
            Some(first) => {
                let name = self.name(receipt, first.discount);
                fill(&words.valid_until, &[("moment", &moment), ("name", &name)])
            }
            None => fill(&words.valid_until_plain, &[("moment", &moment)]),
        }
    }

    /// Each discount that was refused for such a reason; neighbours that share one stand together.
    fn refused(&self, receipt: &Receipt<'_>, is_such: impl Fn(&Reason) -> bool) -> Vec<NotApplied> {
        let mut told: Vec<NotApplied> = Vec::new();
        for refused in receipt.stack.refused.iter().filter(|refused| is_such(&refused.reason)) {
            let offer = receipt.discount(refused.discount).map(|discount| self.offer(discount));
            let name = self.name(receipt, refused.discount);
            let name = offer.map_or_else(|| name.clone(), |offer| format!("{name}: {offer}"));
            let reason = self.reason(receipt, refused);
            match told.iter_mut().find(|one| one.reason == reason) {
                Some(one) => one.names.push(name),
                None => told.push(NotApplied {
                    names: vec![name],
                    reason,
                }),
            }
        }
        told
    }

    /// The near misses that save something, the nearest first.
    fn near(&self, receipt: &Receipt<'_>) -> Vec<String> {
        let words = &self.words.receipt;
        let amount = |money| self.words.site.form.amount(money);
        let mut nearest: Vec<&NearMiss> = receipt
            .near_misses
            .iter()
            .filter(|miss| miss.gain.is_positive())
            .collect();
        nearest.sort_by_key(|miss| miss.add.minor());
        let told = nearest.into_iter().take(MOST_MISSES).map(|miss| {
            let text = if miss.pays { &words.near_pays } else { &words.near };
            let values = [
                ("add", amount(miss.add)),
                ("name", self.name(receipt, miss.discount)),
                ("total", amount(miss.total_if_met)),
                ("gain", amount(miss.gain)),
            ];
            filled(text, &values)
        });
        told.collect()
    }

    /// A discount's name: what is typed, or its kind.
    pub(crate) fn name(&self, receipt: &Receipt<'_>, place: usize) -> String {
        let Some(discount) = receipt.discount(place) else {
            return String::new();
        };
        let kind = self.words.receipt.kinds.of(&discount.kind);
        match &discount.code {
            Some(code) => code.clone(),
            // Ids that a reader made up say nothing to people; one that was written down by hand does.
            None if receipt.id(place).contains('~') || receipt.id(place).contains(':') => kind.to_owned(),
            None => format!("{kind} {}", receipt.name(place)),
        }
    }

    /// What people call a discount that stands alone: its code, or its kind and what it offers.
    pub(crate) fn label(&self, discount: &Discount) -> String {
        let kind = self.words.receipt.kinds.of(&discount.kind);
        let code = discount.code.clone();
        code.unwrap_or_else(|| format!("{kind} {}", self.offer(discount)))
    }

    /// What a discount offers, in a few words.
    pub(crate) fn offer(&self, discount: &Discount) -> String {
        let (offers, form) = (&self.words.receipt.offers, &self.words.site.form);
        let amount = |money| form.amount(money);
        let capped = |offer: String, cap: Option<Money>| match cap {
            Some(cap) => filled(&offers.capped, &[("offer", offer), ("cap", amount(cap))]),
            None => offer,
        };
        let from = |plain: &str, with_minimum: &str, name: &'static str, value: String| match discount.min_spend {
            Some(minimum) => filled(with_minimum, &[(name, value), ("minimum", amount(minimum))]),
            None => filled(plain, &[(name, value)]),
        };
        match &discount.benefit {
            Benefit::Fixed { amount: off } => from(&offers.fixed, &offers.fixed_from, "amount", amount(*off)),
            Benefit::Percent { percent, cap } => {
                let percent = form.percent(&percent.to_string());
                capped(from(&offers.percent, &offers.percent_from, "percent", percent), *cap)
            }
            Benefit::Tiers { tiers } => {
                let tier =
                    |minimum, off| filled(&offers.tier, &[("amount", amount(off)), ("minimum", amount(minimum))]);
                let tiers = tiers.iter().map(|one| tier(one.min_spend, one.amount));
                tiers.collect::<Vec<_>>().join(", ")
            }
            Benefit::PerSpend {
                every,
                amount: off,
                cap,
            } => capped(
                filled(
                    &offers.per_spend,
                    &[("amount", amount(*off)), ("every", amount(*every))],
                ),
                *cap,
            ),
            Benefit::Pieces { tiers } => {
                let tiers = tiers.iter().map(|one| {
                    let percent = form.percent(&one.percent.to_string());
                    filled(
                        &offers.pieces,
                        &[("percent", percent), ("pieces", one.pieces.to_string())],
                    )
                });
                tiers.collect::<Vec<_>>().join(", ")
            }
            Benefit::Shipping { cap } => capped(from(&offers.shipping, &offers.shipping_from, "", String::new()), *cap),
            Benefit::Unknown { name } => name.to_string(),
        }
    }

    /// Why a discount did not apply, in one sentence.
    fn reason(&self, receipt: &Receipt<'_>, refused: &Refused) -> String {
        let (words, form) = (&self.words.receipt.reasons, &self.words.site.form);
        let amount = |money: &Money| form.amount(*money);
        let moment = |at: &Instant| form.instant(*at, self.now);
        let names = |places: &[usize]| {
            let names: Vec<String> = places.iter().map(|place| self.name(receipt, *place)).collect();
            names.join(", ")
        };
        let discount = receipt.discount(refused.discount);
        match &refused.reason {
            Reason::NotStarted { from } => filled(&words.not_started, &[("moment", moment(from))]),
            Reason::Expired { at } => {
                let assumed = discount.is_some_and(|discount| discount.provenance.expiry_assumed);
                let text = if assumed {
                    &words.expired_assumed
                } else {
                    &words.expired
                };
                filled(text, &[("moment", moment(at))])
            }
            Reason::CurrencyMismatch { discount, checkout } => filled(
                &words.currency_mismatch,
                &[("discount", discount.to_string()), ("checkout", checkout.to_string())],
            ),
            Reason::RegionLocked => {
                let regions = discount.map_or(&[][..], |discount| &discount.regions);
                let countries = &self.words.countries;
                let market = countries.of(receipt.checkout.market);
                filled(
                    &words.region_locked,
                    &[("regions", countries.all_of(regions)), ("market", market)],
                )
            }
            Reason::Personal => words.personal.clone(),
            Reason::Exhausted => words.exhausted.clone(),
            Reason::NotEligible { by } => words.not_eligible(*by).to_owned(),
            Reason::BelowMinimum { needs, has, short } => {
                let net = receipt.checkout.tax.taken_out().is_some();
                let text = if net {
                    &words.below_minimum_net
                } else {
                    &words.below_minimum
                };
                filled(
                    text,
                    &[("needs", amount(needs)), ("has", amount(has)), ("short", amount(short))],
                )
            }
            Reason::TooFewPieces { needs, has } => filled(
                &words.too_few_pieces,
                &[("needs", needs.to_string()), ("has", has.to_string())],
            ),
            Reason::ExclusiveConflict { with, total_alone } => filled(
                &words.exclusive_conflict,
                &[("others", names(with)), ("total", amount(total_alone))],
            ),
            Reason::SlotTaken { by, total_with } => {
                let other = self.name(receipt, *by);
                filled(&words.slot_taken, &[("other", other), ("total", amount(total_with))])
            }
            Reason::NoEffect { total_with, loses } if loses.is_empty() => {
                filled(&words.no_effect, &[("total", amount(total_with))])
            }
            Reason::NoEffect { total_with, loses } => filled(
                &words.no_effect_loses,
                &[("others", names(loses)), ("total", amount(total_with))],
            ),
            Reason::UnknownKind => words.unknown_kind.clone(),
        }
    }
}

fn filled<const N: usize>(text: &str, values: &[(&str, String); N]) -> String {
    fill(text, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
}

impl crate::words::receipt::Steps {
    /// The name of a rule set's step.
    pub(crate) fn of(&self, step: &str) -> Option<&str> {
        Some(match step {
            "store_discount" => &self.store_discount,
            "spend_and_save" => &self.spend_and_save,
            "platform" => &self.platform,
            "store" => &self.store,
            "seller" => &self.seller,
            "code" => &self.code,
            "free_shipping" => &self.free_shipping,
            _ => return None,
        })
    }
}

impl crate::words::receipt::Kinds {
    /// The name of a kind.
    pub(crate) fn of(&self, kind: &Kind) -> &str {
        match kind {
            Kind::StoreDiscount => &self.store_discount,
            Kind::SpendAndSave => &self.spend_and_save,
            Kind::Platform => &self.platform,
            Kind::Category => &self.category,
            Kind::Welcome => &self.welcome,
            Kind::Store => &self.store,
            Kind::Seller => &self.seller,
            Kind::Code => &self.code,
            Kind::FreeShipping => &self.free_shipping,
            Kind::Unknown(_) => &self.unknown,
        }
    }
}

impl crate::words::receipt::Reasons {
    const fn not_eligible(&self, by: By) -> &String {
        match by {
            By::Store => &self.other_store,
            By::Seller => &self.other_seller,
            By::Category => &self.other_category,
            By::Item => &self.other_item,
            By::Excluded => &self.excluded,
            By::Warehouse => &self.other_warehouse,
        }
    }
}
