//! What an entry of a panel says in words, and when it holds.

use serde_json::Value;
use tillwatch_core::instant::Instant;

use crate::readers::value::{at, fold, list, shown, whole};

/// From when on it holds.
pub(super) fn valid_from(entry: &Value) -> Option<Instant> {
    stamp(whole(at(entry, "startTime"))?)
}

/// Until when.
pub(super) fn valid_until(entry: &Value) -> Option<Instant> {
    end(whole(at(entry, "endTime"))?)
}

/// The first moment at which a window is over. Ends are written as the last second that counts, 23:59:59 in Los
/// Angeles (518 of 520 stamps of December 2022); one on the full minute is the end itself.
fn end(millis: i64) -> Option<Instant> {
    let last_second = millis.checked_div(1000)?.checked_rem(60) == Some(59);
    stamp(millis).map(|end| if last_second { end.plus_seconds(1) } else { end })
}

/// A moment of the page, as the marketplace's clocks show it; -1 and 0 stand for none.
fn stamp(millis: i64) -> Option<Instant> {
    (millis > 0)
        .then(|| Instant::from_millis(millis))
        .flatten()
        .map(Instant::in_marketplace_zone)
}

/// The lines that say what is given: a list, or one text.
pub(super) fn lines_of(entry: &Value) -> Vec<String> {
    let lines: Vec<String> = list(at(entry, "promotionDetailList"))
        .iter()
        .take(20)
        .filter_map(|line| shown(line, 300))
        .collect();
    if !lines.is_empty() {
        return lines;
    }
    let said = [at(entry, "promotionDesc"), at(entry, "promotionDetail")];
    let one: Vec<String> = said.into_iter().filter_map(|said| shown(said, 300)).collect();
    if one.is_empty() { one } else { vec![one.join(" ")] }
}

/// Everything that the page says of a discount.
pub(super) fn words_of(entry: &Value) -> String {
    let mut parts: Vec<String> = [at(entry, "promotionDesc"), at(entry, "promotionDetail")]
        .into_iter()
        .filter_map(|part| shown(part, 300))
        .collect();
    parts.extend(
        list(at(entry, "promotionDetailList"))
            .iter()
            .take(20)
            .filter_map(|line| shown(line, 300)),
    );
    fold(&parts.join(" · "), 600)
}
