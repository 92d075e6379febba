//! What a sentence on a coupon or a tag offers: so much off from so much on, off for every so much, or a share.

use tillwatch_core::discount::{Benefit, Percent, PieceTier};
use tillwatch_core::money::{BasisPoints, Currency, Money};

use super::figures::{self, Figure};
use super::marks::is_blank;
use super::{LONGEST, Seen, seen_in};

/// What a sentence offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What it takes.
    pub benefit: Benefit,
    /// What the spend must reach; for an amount per spend it is in the benefit.
    pub min_spend: Option<Money>,
}

/// Words of repetition that are never anything else. "each order over" stands only on single amounts and never in a
/// ladder, where the same store's tiers say "orders over" (recorded pages of December 2022 and March 2024).
const EVERY: &[&str] = &[
    "every",
    "each",
    "cada",
    "tous les",
    "toutes les",
    "chaque",
    "par tranche",
    "jede",
    "jeden",
    "ogni",
    "każde",
    "każdych",
    "каждые",
    "каждых",
    "каждый",
    "каждую",
    "кожні",
    "elke",
    "iedere",
];

/// Words of repetition right before an amount; elsewhere they mean other things (`per` is Italian for "for").
const EVERY_BEFORE: &[&str] = &["per", "je", "pro", "alle", "co", "za", "כל", "her", "لكل", "كل", "每"];

/// Words right before the most that is taken.
const AT_MOST: &[&str] = &[
    "max",
    "maximum",
    "up to",
    "máx",
    "máximo",
    "hasta",
    "maximal",
    "jusqu'à",
    "jusqu’à",
    "bis zu",
    "höchstens",
    "massimo",
    "fino a",
    "até",
    "maks",
    "maksymalnie",
    "do",
    "макс",
    "максимум",
    "до",
    "עד",
    "tot",
    "حتى",
];

/// Beginnings of words that say that an amount is taken off. "Save" is not among them: that amount is in the price.
const OFF: &[&str] = &[
    "off",
    "dto",
    "descuento",
    "remise",
    "réduction",
    "rabatt",
    "rabat",
    "sconto",
    "desconto",
    "zniżk",
    "скидк",
    "знижк",
    "הנחה",
    "korting",
    "indirim",
    "خصم",
    "割引",
    "할인",
];

/// Beginnings of words on shipping: such a sentence offers nothing off the goods.
const SHIPPING: &[&str] = &[
    "shipping",
    "delivery",
    "envío",
    "entrega",
    "livraison",
    "versand",
    "lieferung",
    "spedizione",
    "consegna",
    "frete",
    "envio",
    "dostaw",
    "wysyłk",
    "доставк",
    "משלוח",
    "verzend",
    "شحن",
    "kargo",
];

/// Beginnings of words for buying pieces: `Buy 2 get 3% off`.
const BUY: &[&str] = &[
    "buy", "compra", "achet", "kauf", "acquist", "compr", "kup", "купи", "קנה", "koop",
];

/// Reads what a sentence offers; `None` where it offers nothing for certain.
///
/// Two amounts are the value and the minimum, whichever way round: the smaller is the value. A word of repetition makes
/// it an amount for every so much. "Up to 60% off" is no offer, and neither is a saving that is already in the price.
pub fn offer(text: &str, currency: Currency) -> Option<Offer> {
    let small = text.to_lowercase();
    if text.len() > LONGEST || SHIPPING.iter().any(|word| begins(&small, word)) {
        return None;
    }
    let (caps, amounts): (Vec<Seen>, Vec<Seen>) = seen_in(text, currency)
        .into_iter()
        .partition(|seen| follows(text.get(..seen.from), AT_MOST));
    let cap = match caps.as_slice() {
        [] => None,
        [cap] => Some(cap.money).filter(|cap| cap.is_positive()),
        _ => return None,
    };
    if small.contains(['%', '٪', '％']) {
        return share(text, &small, &amounts, cap);
    }
    let repeats = EVERY.iter().any(|word| stands(&small, word))
        || amounts.iter().any(|seen| follows(text.get(..seen.from), EVERY_BEFORE));
    match (amounts.as_slice(), cap) {
        ([only], None) if !repeats && only.money.is_positive() && OFF.iter().any(|word| begins(&small, word)) => {
            Some(Offer {
                benefit: Benefit::Fixed { amount: only.money },
                min_spend: None,
            })
        }
        ([one, other], _) => {
            let (value, minimum) = if one.money.minor() <= other.money.minor() {
                (one.money, other.money)
            } else {
                (other.money, one.money)
            };
            pair(value, minimum, cap, repeats)
        }
        _ => None,
    }
}

fn pair(amount: Money, minimum: Money, cap: Option<Money>, repeats: bool) -> Option<Offer> {
    if !amount.is_positive() || (cap.is_some() && !repeats) {
        return None;
    }
    Some(if repeats {
        Offer {
            benefit: Benefit::PerSpend {
                every: minimum,
                amount,
                cap,
            },
            min_spend: None,
        }
    } else {
        Offer {
            benefit: Benefit::Fixed { amount },
            min_spend: Some(minimum),
        }
    })
}

fn share(text: &str, small: &str, amounts: &[Seen], cap: Option<Money>) -> Option<Offer> {
    let figures = figures::scan(text);
    let is_share = |figure: &&Figure| {
        let after = text.get(figure.to..).unwrap_or("").trim_start_matches(is_blank);
        after.starts_with(['%', '٪', '％']) || text.get(..figure.from).is_some_and(|before| before.ends_with('%'))
    };
    let mut shares = figures.iter().filter(is_share);
    let (figure, None) = (shares.next()?, shares.next()) else {
        return None;
    };
    if follows(text.get(..figure.from), AT_MOST) {
        return None;
    }
    let points = BasisPoints::parse(&figure.hundredths()?).ok()?;
    let percent = (points.points() > 0).then_some(Percent(points))?;
    if BUY.iter().any(|word| begins(small, word)) {
        let mut counts = figures.iter().filter(|other| other.from != figure.from);
        let (Some(pieces), None, []) = (counts.next()?.count(), counts.next(), amounts) else {
            return None;
        };
        let tiers = vec![PieceTier { pieces, percent }];
        return (pieces > 0 && cap.is_none()).then_some(Offer {
            benefit: Benefit::Pieces { tiers },
            min_spend: None,
        });
    }
    let min_spend = match amounts {
        [] => None,
        [minimum] => Some(minimum.money).filter(|minimum| minimum.is_positive()),
        _ => return None,
    };
    Some(Offer {
        benefit: Benefit::Percent { percent, cap },
        min_spend,
    })
}

/// Whether a text ends with one of the words.
fn follows(before: Option<&str>, words: &[&str]) -> bool {
    let small = before.unwrap_or("").to_lowercase();
    let end = small.trim_end_matches(|char| is_blank(char) || matches!(char, '.' | ':' | '('));
    words.iter().any(|word| {
        end.strip_suffix(word)
            .is_some_and(|rest| !rest.ends_with(char::is_alphabetic))
    })
}

/// Whether a word begins with this.
fn begins(small: &str, beginning: &str) -> bool {
    small.match_indices(beginning).any(|(at, _)| {
        !small
            .get(..at)
            .is_some_and(|before| before.ends_with(char::is_alphabetic))
    })
}

/// Whether this stands as a whole word.
fn stands(small: &str, word: &str) -> bool {
    small.match_indices(word).any(|(at, _)| {
        let after = at.saturating_add(word.len());
        let before = small.get(..at).unwrap_or("");
        let after = small.get(after..).unwrap_or("");
        !before.ends_with(char::is_alphabetic) && !after.starts_with(char::is_alphabetic)
    })
}
