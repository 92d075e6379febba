//! A basket in sentences. People count lines and checkouts from one.

use alloc::format;
use alloc::string::{String, ToString};

use super::{Add, Answer, Drawn, Keep, Proof, Shift};
use crate::money::Money;
use crate::stack::explain::{amount, offer};

/// What the total is worth: proven, or how far it may be from the best.
pub fn proof(answer: &Answer<'_>) -> String {
    match answer.basket.proof() {
        Proof::Optimal => "No other split is cheaper; every one was ruled out.".into(),
        Proof::Bounded => format!(
            "The search ended before every split was ruled out: none is cheaper than {}, so at most {} ({} %) is left.",
            amount(answer.basket.lower_bound),
            amount(answer.gap()),
            answer.gap_percent()
        ),
    }
}

/// What the split gains against another total.
pub fn against(answer: &Answer<'_>, other: Money) -> String {
    let less = other.minor().saturating_sub(answer.basket.total.minor());
    let by = Money::new(less.saturating_abs(), other.currency());
    match less {
        0 => "the same".into(),
        less if less > 0 => format!("{} less", amount(by)),
        _ => format!("{} more", amount(by)),
    }
}

/// What a little more in a checkout would unlock.
pub fn add(answer: &Answer<'_>, add: &Add) -> String {
    let name = answer.id(add.miss.discount);
    let what = format!(
        "{} more in checkout {} unlocks {name}: it would come to {}",
        amount(add.miss.add),
        counted(add.part),
        amount(add.miss.total_if_met)
    );
    if add.miss.pays {
        format!("{what}, so the addition costs nothing.")
    } else {
        format!("{what}, so {} of the addition need not be paid.", amount(add.miss.gain))
    }
}

/// What moving a line would unlock.
pub fn shift(answer: &Answer<'_>, shift: &Shift) -> String {
    let pays = if shift.pays { "which pays" } else { "which does not pay" };
    format!(
        "Line {} in checkout {} in place of {} would unlock {}: {} for everything, {pays}.",
        counted(shift.line),
        counted(shift.to),
        counted(shift.from),
        answer.id(shift.discount),
        amount(shift.total)
    )
}

/// Which coupon can wait.
pub fn keep(answer: &Answer<'_>, keep: &Keep) -> String {
    let name = answer.id(keep.discount);
    let until = keep.until.map_or_else(
        || "without a stated end".to_string(),
        |until| format!("good until {until}"),
    );
    match keep.instead {
        Some((part, other)) => format!(
            "Keep {name} ({until}): in checkout {} {} takes its place at the same total and lapses sooner.",
            counted(part),
            answer.id(other)
        ),
        None => format!("Keep {name} ({until}): nothing here needs it."),
    }
}

/// A coupon of the drawer.
pub fn drawn(answer: &Answer<'_>, drawn: &Drawn) -> String {
    let terms = answer.discount(drawn.discount).map(offer).unwrap_or_default();
    let place = match (drawn.used_in, drawn.best_line) {
        (Some(part), _) => format!("used in checkout {}", counted(part)),
        (None, Some((line, saves))) => format!("best on line {}, where it takes {}", counted(line), amount(saves)),
        (None, None) => "of no use on any single line".into(),
    };
    format!("{}, {terms}: {place}.", answer.id(drawn.discount))
}

fn counted(place: usize) -> usize {
    place.saturating_add(1)
}
