//! Reasons as sentences. No arithmetic happens here: a reason is data, and this is its plain English.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::diagnose::Cause;
use super::{By, NearMiss, Reason, Receipt, Refused};
use crate::country::Country;
use crate::discount::{Benefit, Discount};
use crate::money::Money;

/// Why a discount did not apply, in one sentence.
pub fn refusal(receipt: &Receipt<'_>, refused: &Refused) -> String {
    let discount = receipt.discount(refused.discount);
    match &refused.reason {
        Reason::NotStarted { from } => format!("It starts on {from}."),
        Reason::Expired { at } if discount.is_some_and(|discount| discount.provenance.expiry_assumed) => {
            format!("It is taken to have ended on {at}: the usual life of its kind, none was stated.")
        }
        Reason::Expired { at } => format!("It ended on {at}."),
        Reason::CurrencyMismatch { discount, checkout } => {
            format!("It is for checkouts in {discount}; this one is in {checkout}, and the till converts nothing.")
        }
        Reason::RegionLocked => {
            let regions: Vec<&str> = discount
                .iter()
                .flat_map(|d| d.regions.iter().map(Country::code))
                .collect();
            format!(
                "It is only for orders shipped to {}; this one ships to {}.",
                or(&regions),
                receipt.checkout.market
            )
        }
        Reason::Personal => "It is personal: it counts only for a shopper who holds it.".into(),
        Reason::Exhausted => "No use of it is left.".into(),
        Reason::NotEligible { by } => not_eligible(*by).into(),
        Reason::BelowMinimum { needs, has, short } => {
            let net = if receipt.checkout.tax.taken_out().is_some() {
                ", tested without tax"
            } else {
                ""
            };
            format!(
                "It needs {} of eligible spend; there is {}, so {} is missing{net}.",
                amount(*needs),
                amount(*has),
                amount(*short)
            )
        }
        Reason::TooFewPieces { needs, has } => format!(
            "It needs {needs} pieces; there {} {has}.",
            if *has == 1 { "is" } else { "are" }
        ),
        Reason::ExclusiveConflict { with, total_alone } => {
            let others: Vec<&str> = with.iter().map(|place| receipt.name(*place)).collect();
            format!(
                "It cannot stand beside {}; alone it would make the total {}.",
                and(&others),
                amount(*total_alone)
            )
        }
        Reason::SlotTaken { by, total_with } => {
            format!(
                "{} has its place; with it instead the total would be {}.",
                receipt.name(*by),
                amount(*total_with)
            )
        }
        Reason::NoEffect { total_with, loses } if loses.is_empty() => {
            format!("It would not lower the total of {}.", amount(*total_with))
        }
        Reason::NoEffect { total_with, loses } => {
            let lost: Vec<&str> = loses.iter().map(|place| receipt.name(*place)).collect();
            format!(
                "With it {} would apply no more, and the total would be {}.",
                and(&lost),
                amount(*total_with)
            )
        }
        Reason::UnknownKind => {
            let shown = discount.and_then(|discount| discount.provenance.text.as_deref());
            let shown = shown
                .map(|text| format!(" It was shown as \"{text}\"."))
                .unwrap_or_default();
            format!("This version cannot tell what it takes, and does not guess.{shown}")
        }
    }
}

const fn not_eligible(by: By) -> &'static str {
    match by {
        By::Store => "It is for another store.",
        By::Seller => "It is for another seller.",
        By::Category => "It is for other categories.",
        By::Item => "It is for other listings.",
        By::Excluded => "It excludes these listings.",
        By::Warehouse => "It is for goods from another warehouse.",
    }
}

/// What a little more would do, in one sentence.
pub fn near_miss(receipt: &Receipt<'_>, miss: &NearMiss) -> String {
    let name = receipt.name(miss.discount);
    let (add, total) = (amount(miss.add), amount(miss.total_if_met));
    if miss.pays {
        format!("Add {add} and {name} applies: the total becomes {total}, so the addition costs nothing.")
    } else {
        format!(
            "Add {add} and {name} applies: the total becomes {total}, so the addition is {} cheaper.",
            amount(miss.gain)
        )
    }
}

/// What most likely blocked a discount, in one sentence.
pub fn cause(receipt: &Receipt<'_>, cause: Cause) -> String {
    match cause {
        Cause::MinimumAfterDiscounts { needs, has } => format!(
            "Its minimum of {} is met by the listed prices, but the discounts before it leave only {}.",
            amount(needs),
            amount(has)
        ),
        Cause::MinimumWithoutTax { needs, has } => {
            format!(
                "Its minimum of {} is met with tax, but without it there is only {}.",
                amount(needs),
                amount(has)
            )
        }
        Cause::WindowEdge { edge } => format!("Its window has an edge at {edge}, within a day of the checkout."),
        Cause::FellWith { other } => format!("It fell because {} did.", receipt.name(other)),
        Cause::DoesNotCombine { with } => {
            format!(
                "Some campaigns do not let a code combine with a coupon such as {}.",
                receipt.name(with)
            )
        }
        Cause::NotOnTheList => "A code works for a list of eligible listings and until it is used up.".into(),
        Cause::NotCollected => "A coupon must be collected before it attaches, and it may be used up.".into(),
        Cause::NoLongerRuns => "It applies by itself, so it has ended or changed since it was seen.".into(),
    }
}

/// What a discount offers, in a few words.
pub fn offer(discount: &Discount) -> String {
    let words = match &discount.benefit {
        Benefit::Fixed { amount: off } => format!("{} off", amount(*off)),
        Benefit::Percent { percent, cap } => format!("{percent} % off{}", up_to(*cap)),
        Benefit::Tiers { tiers } => {
            let tiers: Vec<String> = tiers
                .iter()
                .map(|t| format!("{} from {}", amount(t.amount), amount(t.min_spend)))
                .collect();
            tiers.join(", ")
        }
        Benefit::PerSpend {
            every,
            amount: off,
            cap,
        } => format!("{} off every {}{}", amount(*off), amount(*every), up_to(*cap)),
        Benefit::Pieces { tiers } => {
            let tiers: Vec<String> = tiers
                .iter()
                .map(|t| format!("{} % from {} pieces", t.percent, t.pieces))
                .collect();
            tiers.join(", ")
        }
        Benefit::Shipping { cap } => format!("free shipping{}", up_to(*cap)),
        Benefit::Unknown { name } => name.to_string(),
    };
    match discount.min_spend {
        Some(min) => format!("{words} from {}", amount(min)),
        None => words,
    }
}

fn up_to(cap: Option<Money>) -> String {
    cap.map(|cap| format!(", at most {}", amount(cap))).unwrap_or_default()
}

/// An amount as people read it: `12.20 USD`.
pub fn amount(money: Money) -> String {
    format!("{money} {}", money.currency())
}

fn and(names: &[&str]) -> String {
    listed(names, "and")
}

fn or(names: &[&str]) -> String {
    listed(names, "or")
}

fn listed(names: &[&str], word: &str) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).into(),
        [most @ .., last] => format!("{} {word} {last}", most.join(", ")),
    }
}
