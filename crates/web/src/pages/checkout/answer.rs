//! The calculator's answer: the receipt, what the shopper's own coupons add, what a checkout dropped.

use tillwatch_app::App;
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::rules::RuleSet;
use tillwatch_core::stack::diagnose::{self, Cause, Explanation, diagnose};
use tillwatch_core::stack::{self, Receipt, near_misses};

use super::rows::Bought;
use crate::pages::notes::{Note, said};
use crate::receipt::{self, Teller};
use crate::words::{Words, fill};

/// No more explanations are told, those with the fewest dropped first.
const MOST_EXPLANATIONS: usize = 4;

/// With more lines than so many no near misses are looked for: each is a search of its own.
const FEW_LINES: usize = 20;

/// The answer in words.
pub(in crate::pages) struct View {
    pub(in crate::pages) total: String,
    /// What the shopper's own coupons change on top of the public ones.
    pub(in crate::pages) own: Option<String>,
    pub(in crate::pages) old: Vec<String>,
    pub(in crate::pages) receipt: receipt::View,
    pub(in crate::pages) diagnosis: Option<Diagnosis>,
    pub(in crate::pages) notes: Vec<Note>,
}

/// What a shown total tells.
pub(in crate::pages) struct Diagnosis {
    pub(in crate::pages) verdict: String,
    pub(in crate::pages) explanations: Vec<Dropped>,
}

/// One set of dropped discounts.
pub(in crate::pages) struct Dropped {
    pub(in crate::pages) title: String,
    pub(in crate::pages) why: Vec<(String, String)>,
}

impl View {
    pub(in crate::pages) fn of(app: &App, words: &Words, bought: &Bought, now: Instant) -> Self {
        let checkout = &bought.checkout;
        let rules = &bought.rules;
        let best = stack::best(checkout, rules);
        let misses = if checkout.lines.len() <= FEW_LINES {
            near_misses(checkout, rules, &best)
        } else {
            Vec::new()
        };
        let receipt = Receipt {
            near_misses: &misses,
            ..Receipt::new(checkout, rules, &best)
        };
        let teller = Teller {
            words,
            now: Minute::of(now),
        };
        let amount = |money: Money| words.site.form.amount(money);
        let texts = &words.checkout;
        let own = bought.public.as_ref().map(|public| {
            let public = stack::least(public, rules).total;
            let saved = public.checked_sub(best.total()).filter(|saved| saved.is_positive());
            saved.map_or_else(
                || fill(&texts.own_same, &[("total", &amount(public))]),
                |saved| {
                    fill(
                        &texts.own_saves,
                        &[("public", &amount(public)), ("saved", &amount(saved))],
                    )
                },
            )
        });
        let told = said(
            &app.almanac().markets,
            checkout,
            checkout.lines.iter(),
            best.after.merchandise,
        );
        Self {
            total: fill(&texts.total, &[("total", &amount(best.total()))]),
            own,
            old: bought
                .old
                .iter()
                .map(|line| fill(&texts.old, &[("line", line)]))
                .collect(),
            receipt: teller.tell(&receipt, None, bought.shipping_known),
            diagnosis: bought.shown.map(|shown| diagnosed(teller, &receipt, rules, shown)),
            notes: told.iter().map(|note| Note::of(note, words)).collect(),
        }
    }
}

/// What a total that was shown means for a receipt.
pub(in crate::pages) fn diagnosed(
    teller: Teller<'_>,
    receipt: &Receipt<'_>,
    rules: &RuleSet,
    shown: Money,
) -> Diagnosis {
    Diagnosing { teller, receipt }.told(rules, shown)
}

/// Tells what a total that was shown means for a receipt.
struct Diagnosing<'a> {
    teller: Teller<'a>,
    receipt: &'a Receipt<'a>,
}

impl Diagnosing<'_> {
    fn told(&self, rules: &RuleSet, shown: Money) -> Diagnosis {
        let found = diagnose(self.receipt.checkout, rules, shown);
        let amount = |money: Money| self.teller.words.site.form.amount(money);
        let texts = &self.teller.words.checkout.diagnosis;
        let values = [("shown", amount(shown)), ("best", amount(found.best))];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        let only = |sentence: &str| Diagnosis {
            verdict: fill(sentence, &values),
            explanations: Vec::new(),
        };
        match found.explanations.as_slice() {
            [first, ..] if first.dropped.is_empty() && first.difference.is_zero() => only(&texts.agrees),
            [first, ..] if first.dropped.is_empty() => only(&texts.agrees_nearly),
            [first, rest @ ..] => Diagnosis {
                verdict: self.dropped(&texts.dropped, first),
                explanations: [self.explained(None, first)]
                    .into_iter()
                    .chain(
                        rest.iter()
                            .take(MOST_EXPLANATIONS - 1)
                            .map(|one| self.explained(Some(&texts.also), one)),
                    )
                    .collect(),
            },
            [] => only(self.unexplained(&found)),
        }
    }

    fn unexplained(&self, found: &diagnose::Diagnosis) -> &str {
        let texts = &self.teller.words.checkout.diagnosis;
        if found.paid.minor() < found.best.minor() {
            &texts.cheaper
        } else if found.paid.minor() > self.receipt.stack.before.total().minor() {
            &texts.dearer
        } else {
            &texts.unexplained
        }
    }

    fn explained(&self, title: Option<&str>, one: &Explanation) -> Dropped {
        let why = one
            .dropped
            .iter()
            .map(|(place, cause)| (self.teller.name(self.receipt, *place), self.cause(*cause)));
        Dropped {
            title: title.map(|title| self.dropped(title, one)).unwrap_or_default(),
            why: why.collect(),
        }
    }

    fn dropped(&self, sentence: &str, one: &Explanation) -> String {
        let names = one
            .dropped
            .iter()
            .map(|(place, _)| self.teller.name(self.receipt, *place));
        let names = names.collect::<Vec<_>>().join(", ");
        fill(
            sentence,
            &[
                ("names", &names),
                ("total", &self.teller.words.site.form.amount(one.total)),
            ],
        )
    }

    /// What most likely blocked a discount, in one sentence.
    fn cause(&self, cause: Cause) -> String {
        let form = &self.teller.words.site.form;
        let (mut needs, mut has, mut moment, mut other) = Default::default();
        match cause {
            Cause::MinimumAfterDiscounts {
                needs: least,
                has: left,
            }
            | Cause::MinimumWithoutTax {
                needs: least,
                has: left,
            } => {
                (needs, has) = (form.amount(least), form.amount(left));
            }
            Cause::WindowEdge { edge } => moment = form.instant(edge, self.teller.now),
            Cause::FellWith { other: place } | Cause::DoesNotCombine { with: place } => {
                other = self.teller.name(self.receipt, place);
            }
            Cause::NotOnTheList | Cause::NotCollected | Cause::NoLongerRuns => {}
        }
        let values: [(&str, &String); 4] = [("needs", &needs), ("has", &has), ("moment", &moment), ("other", &other)];
        let values = values.map(|(name, value)| (name, value.as_str()));
        fill(self.teller.words.checkout.diagnosis.why.of(&cause), &values)
    }
}
