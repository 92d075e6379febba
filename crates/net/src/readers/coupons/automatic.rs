//! Automatic discounts of a promotion panel: off an order, off every so much, by pieces, across stores.

use serde_json::Value;
use tillwatch_core::discount::{Benefit, Discount, Kind, PieceTier, Scope, Tier};
use tillwatch_core::money::{Currency, Money};

use super::{Page, lines_of, plain, plain_id, unknown_benefit};
use crate::readers::amount::amounts_in;
use crate::readers::texts::{pieces_and_percent, repeats};
use crate::readers::value::{at, text};

impl Page<'_> {
    /// "Get 4 off orders over 40", in one tier or several; repeating if the words of the campaign say "per".
    pub(super) fn store_discount(&self, entry: &Value, words: &str) -> Discount {
        let tiers: Option<Vec<Tier>> = lines_of(entry).iter().map(|line| self.tier(line)).collect();
        let banner = banner_of(entry);
        let again = |text: &str| self.currency.is_some_and(|currency| repeats(text, currency));
        let benefit = match tiers.as_deref() {
            Some([tier]) if again(&banner) || again(words) => Benefit::PerSpend {
                every: tier.min_spend,
                amount: tier.amount,
                cap: None,
            },
            Some([tier]) => Benefit::Fixed { amount: tier.amount },
            Some([_, ..]) => Benefit::Tiers {
                tiers: rising(tiers.unwrap_or_default(), |tier| tier.min_spend.minor()),
            },
            _ => unknown_benefit(words),
        };
        let (currency, minimum) = match &benefit {
            Benefit::Fixed { amount } => (Some(amount.currency()), tiers_minimum(self, entry)),
            Benefit::Unknown { .. } => (None, None),
            _ => (self.currency, None),
        };
        Discount {
            min_spend: minimum,
            scope: self.own_store(),
            ..named(Kind::StoreDiscount, benefit, currency, entry)
        }
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
            ..named(Kind::StoreDiscount, benefit, None, entry)
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
            ..named(Kind::SpendAndSave, benefit, self.currency.filter(|_| read), entry)
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

fn tiers_minimum(page: &Page<'_>, entry: &Value) -> Option<Money> {
    lines_of(entry)
        .first()
        .and_then(|line| page.tier(line))
        .map(|tier| tier.min_spend)
}

/// A discount without a code, named by its campaign.
fn named(kind: Kind, benefit: Benefit, currency: Option<Currency>, entry: &Value) -> Discount {
    let mut discount = plain(kind, benefit, currency);
    let link = text(at(entry, "collectLink")).unwrap_or_default();
    if let Some(campaign) = query(&link, "campId").filter(|id| id.bytes().all(|b| b.is_ascii_digit())) {
        discount.id = plain_id(&format!("{}-{campaign}", discount.kind.name()));
    }
    discount
}

/// In rising order, none twice: of two tiers of one minimum the first stays.
fn rising<T>(mut tiers: Vec<T>, key: impl Fn(&T) -> i64) -> Vec<T> {
    tiers.sort_by_key(|tier| key(tier));
    tiers.dedup_by_key(|tier| key(tier));
    tiers
}

/// The words of the campaign in the link of an automatic discount.
fn banner_of(entry: &Value) -> String {
    let link = text(at(entry, "collectLink")).unwrap_or_default();
    query(&link, "campBannerText")
        .map(|banner| banner.replace("%20", " "))
        .unwrap_or_default()
}

/// A value in the query of a link, as it is written there. A banner may hold a bare `%` and is not decoded.
fn query<'a>(link: &'a str, key: &str) -> Option<&'a str> {
    let (_, query) = link.split_once('?')?;
    query.split('&').find_map(|pair| {
        pair.split_once('=')
            .filter(|(name, _)| *name == key)
            .map(|(_, value)| value)
    })
}
