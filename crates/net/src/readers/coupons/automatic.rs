//! Automatic discounts of a promotion panel: off an order, off every so much, by pieces, across stores.

use serde_json::Value;
use tillwatch_core::discount::{Benefit, Discount, Kind, PieceTier, Scope, Tier};

use super::entry::lines_of;
use super::{Page, unknown_benefit};
use crate::readers::amount::amounts_in;
use crate::readers::coupon_id::unnamed;
use crate::readers::npi::parameter;
use crate::readers::texts::{pieces_and_percent, repeats};
use crate::readers::value::{at, text};

impl Page<'_> {
    /// "Get 4 off orders over 40", in one tier or several.
    ///
    /// The panel's own words decide whether a single tier comes again and again: "each order over", "cada pedido". The
    /// link says "per" of every such discount, of ladders too, whose words say "orders over" (12 of 12 on recorded pages
    /// of December 2022 and March 2024), so that it alone proves nothing; and a ladder of tiers never repeats. Where
    /// words and link differ the amount is taken once, which promises less, and the difference is told.
    pub(super) fn store_discount(&self, entry: &Value, words: &str) -> Discount {
        let lines = lines_of(entry);
        let tiers: Option<Vec<Tier>> = lines.iter().map(|line| self.tier(line)).collect();
        let again = |text: &str| self.currency.is_some_and(|currency| repeats(text, currency));
        let in_words = lines.iter().any(|line| again(line));
        let in_link = parameter_of(entry, "campBannerText").map(|banner| again(&banner.replace("%20", " ")));
        let (benefit, minimum) = match tiers.as_deref() {
            Some([tier]) if in_words && in_link != Some(false) => (
                Benefit::PerSpend {
                    every: tier.min_spend,
                    amount: tier.amount,
                    cap: None,
                },
                None,
            ),
            Some([tier]) => (Benefit::Fixed { amount: tier.amount }, Some(tier.min_spend)),
            Some([_, ..]) => {
                let tiers = rising(tiers.unwrap_or_default(), |tier| tier.min_spend.minor());
                (Benefit::Tiers { tiers }, None)
            }
            _ => (unknown_benefit(words), None),
        };
        let doubt = match (&benefit, in_link) {
            (Benefit::Fixed { .. }, Some(true)) => Some("the link says that it repeats, the words do not: taken once"),
            (Benefit::Fixed { .. }, Some(false)) if in_words => {
                Some("the words say that it repeats, the link does not: taken once")
            }
            _ => None,
        };
        let read = !matches!(benefit, Benefit::Unknown { .. });
        let mut discount = Discount {
            min_spend: minimum,
            scope: self.own_store(),
            ..unnamed(Kind::StoreDiscount, benefit, self.currency.filter(|_| read))
        };
        discount.provenance.text = doubt.map(str::to_owned);
        discount
    }

    /// "Buy 2 get 1% off": a share by pieces.
    pub(super) fn buy_more(&self, entry: &Value, words: &str) -> Discount {
        let tiers: Option<Vec<PieceTier>> = lines_of(entry).iter().map(|line| pieces_and_percent(line)).collect();
        let benefit = match tiers {
            Some(tiers) if !tiers.is_empty() => Benefit::Pieces {
                tiers: rising(tiers, |tier| i64::from(tier.pieces)),
            },
            _ => unknown_benefit(words),
        };
        Discount {
            scope: self.own_store(),
            ..unnamed(Kind::StoreDiscount, benefit, None)
        }
    }

    /// "US $5 off every US $40 spent (max US $15 off)": across stores, but of eligible items only, of which the page
    /// vouches for its own.
    pub(super) fn spend_and_save(&self, entry: &Value, words: &str) -> Discount {
        let said = lines_of(entry).join(" ");
        let found = self
            .currency
            .map(|currency| amounts_in(&said, currency))
            .unwrap_or_default();
        let benefit = match found.as_slice() {
            [a, b, rest @ ..] if rest.len() <= 1 && a != b && a.is_positive() && b.is_positive() => {
                let (amount, every) = if a.minor() < b.minor() { (*a, *b) } else { (*b, *a) };
                Benefit::PerSpend {
                    every,
                    amount,
                    cap: rest.first().copied(),
                }
            }
            _ => unknown_benefit(words),
        };
        let read = !matches!(benefit, Benefit::Unknown { .. });
        Discount {
            scope: Scope {
                items: self.item.cloned().into_iter().collect(),
                ..Scope::default()
            },
            ..unnamed(Kind::SpendAndSave, benefit, self.currency.filter(|_| read))
        }
    }

    /// Two amounts of a line: the smaller is taken off, the larger must be spent.
    fn tier(&self, line: &str) -> Option<Tier> {
        match amounts_in(line, self.currency?).as_slice() {
            [a, b] if a.minor() != b.minor() && a.is_positive() && b.is_positive() => {
                let (amount, min_spend) = if a.minor() < b.minor() { (*a, *b) } else { (*b, *a) };
                Some(Tier { min_spend, amount })
            }
            _ => None,
        }
    }
}

/// The number of the campaign in the link of an automatic discount.
pub(super) fn campaign_of(entry: &Value) -> Option<String> {
    parameter_of(entry, "campId").filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A value in the link of an automatic discount, as it is written there: a banner may hold a bare `%`.
fn parameter_of(entry: &Value, name: &str) -> Option<String> {
    parameter(&text(at(entry, "collectLink"))?, name).filter(|value| !value.is_empty())
}

/// In rising order, none twice: of two tiers of one minimum the first stays.
fn rising<T>(mut tiers: Vec<T>, key: impl Fn(&T) -> i64) -> Vec<T> {
    tiers.sort_by_key(|tier| key(tier));
    tiers.dedup_by_key(|tier| key(tier));
    tiers
}
