//! When an alert that could not be delivered is tried again, and when it is given up.

use tillwatch_core::instant::Instant;

use crate::ports::notifier::Channel;
use crate::ports::store::Parcel;

/// Seconds after each try; the last one holds from then on.
const WAITS: [i64; 7] = [5, 30, 120, 600, 1_800, 7_200, 21_600];

/// So many tries every alert has, however old it is.
const TRIES: u32 = 5;

/// The most seconds that a channel can ask to wait: what it says beyond that is taken for a mistake.
const LONGEST_ASKED: i64 = 6 * 3_600;

/// How long an alert is worth delivering, in seconds: mail is read later than a chat.
const LIFE: i64 = 12 * 3_600;
const LIFE_OF_MAIL: i64 = 24 * 3_600;

/// A try at something that is to be sent.
pub(super) struct Attempt {
    /// The number of what is sent.
    pub(super) seed: i64,
    /// How often it was tried before.
    pub(super) number: u32,
    /// When it happened.
    pub(super) since: Instant,
}

impl Attempt {
    /// At an alert.
    pub(super) const fn of(parcel: &Parcel) -> Self {
        Self {
            seed: parcel.id.0,
            number: parcel.attempts,
            since: parcel.at,
        }
    }
}

/// The next try, or `None` where the alert would be too old by then. One that was held for a digest or a night is old at
/// its first try, and has [`TRIES`] all the same.
///
/// What the channel asked for holds; otherwise the waits grow, each times a random 0.5 to 1.5, so that alerts that failed
/// together do not come back together.
pub(super) fn next(of: &Attempt, channel: Option<Channel>, asked: Option<u32>, now: Instant) -> Option<Instant> {
    let attempt = usize::try_from(of.number).unwrap_or(usize::MAX).min(WAITS.len() - 1);
    let usual = || {
        let wait = WAITS.get(attempt).copied().unwrap_or(LONGEST_ASKED);
        wait.saturating_mul(dice(of)) / 1_000
    };
    let wait = asked.map_or_else(usual, |seconds| i64::from(seconds).clamp(1, LONGEST_ASKED));
    let life = if channel == Some(Channel::Email) {
        LIFE_OF_MAIL
    } else {
        LIFE
    };
    let at = now.plus_seconds(wait.max(1));
    let is_early = of.number < TRIES;
    (is_early || at <= of.since.plus_seconds(life)).then_some(at)
}

/// From 500 to 1,499 thousandths, the same for the same try of the same thing (splitmix64).
fn dice(of: &Attempt) -> i64 {
    let seed = of.seed.cast_unsigned() ^ (u64::from(of.number) << 48);
    let seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    500 + i64::try_from((mixed ^ (mixed >> 31)) % 1_000).unwrap_or(500)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

    use tillwatch_core::instant::Instant;

    use super::*;

    fn attempt(seed: i64, number: u32) -> Attempt {
        Attempt {
            seed,
            number,
            since: moment(0),
        }
    }

    fn moment(seconds: i64) -> Instant {
        Instant::parse("2026-06-03T12:00:00Z").unwrap().plus_seconds(seconds)
    }

    #[test]
    fn waits_grow_and_are_spread() {
        for (number, usual) in (0..).zip(WAITS) {
            let waits: Vec<i64> = (0..200)
                .map(|id| {
                    let at = next(&attempt(id, number), None, None, moment(0)).unwrap();
                    at.moment().as_second() - moment(0).moment().as_second()
                })
                .collect();
            assert!(
                waits.iter().all(|wait| (usual / 2..=usual * 3 / 2).contains(wait)),
                "{usual}"
            );
            assert!(usual < 30 || waits.iter().collect::<std::collections::BTreeSet<_>>().len() > 20);
        }
    }

    #[test]
    fn what_the_channel_asks_for_holds() {
        let asked = |seconds| next(&attempt(1, 3), Some(Channel::Telegram), Some(seconds), moment(0));
        assert_eq!((asked(7), asked(0)), (Some(moment(7)), Some(moment(1))));
        assert_eq!(asked(u32::MAX), Some(moment(LONGEST_ASKED)));
    }

    #[test]
    fn an_alert_is_given_up_when_it_would_come_too_late_and_mail_later() {
        let late = moment(LIFE - 10);
        let of = |channel| next(&attempt(1, 9), Some(channel), Some(60), late);
        assert_eq!(of(Channel::Telegram), None);
        let held = next(&attempt(1, 0), Some(Channel::Telegram), Some(60), late);
        assert_eq!(held, Some(late.plus_seconds(60)), "the first try of one that was held");
        assert_eq!(of(Channel::Email), Some(late.plus_seconds(60)));
    }
}
