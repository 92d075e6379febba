//! How often a key may call: so much time between two calls, and so many calls a day.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::answer::Refusal;
use super::app::Key;
use crate::shop::Marketplace;

/// How long a call that came too soon bans its key.
const BAN: SignedDuration = SignedDuration::from_secs(1);

/// What is remembered of each key.
#[derive(Debug, Default)]
pub(in crate::shop) struct Limits(Mutex<BTreeMap<String, Pace>>);

#[derive(Debug, Default)]
struct Pace {
    last: Option<Timestamp>,
    banned_until: Option<Timestamp>,
}

/// The API's day of a moment: that of UTC+8.
pub(super) fn day_of(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::fixed(Offset::constant(8))).date()
}

/// Counts a call of a key, and lets it in or says for how long it is banned.
pub(super) fn admit(shop: &Marketplace, key: &Key, now: Timestamp) -> Result<(), Refusal> {
    // Held to the end, so that two calls at once cannot both be the day's last.
    let mut paces = shop.limits.0.lock().unwrap_or_else(PoisonError::into_inner);
    let mut answered = 0;
    shop.count(|counts| {
        let day = counts.keys.entry((key.id.clone(), day_of(now))).or_default();
        day.call(now);
        answered = day.answered;
    });
    if answered >= key.a_day {
        return Err(Refusal::too_often(until_tomorrow(now)));
    }
    let pace = paces.entry(key.id.clone()).or_default();
    if let Some(left) = pace
        .banned_until
        .map(|until| until.duration_since(now))
        .filter(SignedDuration::is_positive)
    {
        return Err(Refusal::too_often(left));
    }
    if pace.last.is_some_and(|last| now.duration_since(last) < key.spacing) {
        pace.banned_until = now.checked_add(BAN).ok();
        return Err(Refusal::too_often(BAN));
    }
    pace.last = Some(now);
    shop.count(|counts| counts.keys.entry((key.id.clone(), day_of(now))).or_default().answered += 1);
    Ok(())
}

fn until_tomorrow(now: Timestamp) -> SignedDuration {
    let zone = TimeZone::fixed(Offset::constant(8));
    let tomorrow = day_of(now).tomorrow().ok().and_then(|day| day.to_zoned(zone).ok());
    tomorrow.map_or(BAN, |tomorrow| tomorrow.timestamp().duration_since(now))
}
