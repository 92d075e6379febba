//! What a refusal of the official API means for the schedule.

use std::time::Duration;

use tillwatch_app::ports::source::SourceError;
use tillwatch_core::instant::Instant;

use super::DAY_OFFSET;
use crate::readers::{Refusal, fold};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A ban this long is no matter of speed: the day's calls are gone.
const LONG_BAN: Duration = Duration::from_hours(1);

/// What a refusal is of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The whole call, and this is what to do.
    Call(SourceError),
    /// Each of its listings: nothing is in the programme for this country.
    Nothing,
}

/// Tells what a refusal means. One that is not known is taken for a passing one.
pub(super) fn verdict(refusal: &Refusal, now: Instant) -> Verdict {
    let said = refusal.said.join(" ");
    let why = fold(&format!("{}: {said}", refusal.code), 300);
    let all = format!("{} {said}", refusal.code).to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| all.contains(word));
    let ban = ban(&all);
    let quota = has(&["quota", "per day", "a day", "daily", "app-access-count", "today"]);
    let limited = has(&[
        "calllimit",
        "call limit",
        "flow-control",
        "flowcontrol",
        "too many requests",
    ]);
    let setup = [
        "signature",
        "sign check",
        "missingparameter",
        "missing-parameter",
        "invalidparameter",
        "invalid-parameter",
        "accesstoken",
        "access-token",
        "session",
        "appkey",
        "app-key",
        "app key",
        "timestamp",
        "account-migration",
    ];
    // Either the app has not been granted the method, or its kind of app has no such method at all.
    let permission = ["permission", "invalidapipath", "invalid-method"];
    Verdict::Call(match &*refusal.code {
        "405" => return Verdict::Nothing,
        _ if quota || ban.is_some_and(|ban| ban >= LONG_BAN) => SourceError::Spent {
            until: ban.map_or_else(|| day_after(now), |ban| later(now, ban)),
        },
        _ if limited || ban.is_some() => SourceError::Later { after: ban, why },
        // The old platform's numbers, and those of the methods themselves.
        "7" => SourceError::Later { after: ban, why },
        "11006" => SourceError::NotPermitted { why },
        "401" | "402" | "15" | "27" => SourceError::Misconfigured { why },
        _ if has(&permission) => SourceError::NotPermitted { why },
        _ if has(&setup) => SourceError::Misconfigured { why },
        _ => SourceError::Later { after: None, why },
    })
}

/// The seconds of `this ban will last 1 seconds`, also of `will last for 1 more seconds`.
fn ban(all: &str) -> Option<Duration> {
    let (_, rest) = all.split_once("will last")?;
    let digits = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let seconds: u64 = digits.get(..end)?.parse().ok()?;
    Some(Duration::from_secs(seconds.min(DAY.unsigned_abs())))
}

/// When the API's next day begins: 24:00 in Beijing.
fn day_after(now: Instant) -> Instant {
    let there = now.moment().as_second().saturating_add(i64::from(DAY_OFFSET));
    now.plus_seconds(DAY.saturating_sub(there.rem_euclid(DAY)))
}

fn later(now: Instant, ban: Duration) -> Instant {
    now.plus_seconds(i64::try_from(ban.as_secs()).unwrap_or(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: &str, said: &str) -> Verdict {
        let refusal = Refusal {
            code: code.into(),
            said: vec![said.into()],
        };
        verdict(&refusal, Instant::parse("2026-11-22T17:00:00Z").expect("an instant"))
    }

    fn spent_until(code: &str, said: &str) -> String {
        match told(code, said) {
            Verdict::Call(SourceError::Spent { until }) => until.to_string(),
            other => panic!("{other:?}"),
        }
    }

    fn wait(code: &str, said: &str) -> Option<u64> {
        match told(code, said) {
            Verdict::Call(SourceError::Later { after, .. }) => after.map(|after| after.as_secs()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_short_ban_is_waited_out() {
        let said = "Api access frequency exceeds the limit. this ban will last 1 seconds";
        assert_eq!(wait("ApiCallLimit", said), Some(1));
        let old = "accesscontrol.limited-by-api-access-count This ban will last for 3 more seconds";
        assert_eq!(wait("7", old), Some(3));
        assert_eq!(wait("7", "App Call Limited"), None);
        assert_eq!(wait("404", "system error"), None);
        assert_eq!(wait("isp.unknown", "no sentence that is known"), None);
    }

    #[test]
    fn calls_that_are_used_up_come_back_at_midnight_in_beijing() {
        // 17:00 UTC is 01:00 of the 23rd there.
        assert_eq!(
            spent_until("ApiCallLimit", "the quota of the app is used up"),
            "2026-11-23T16:00:00Z"
        );
        let old = "accesscontrol.limited-by-app-access-count This ban will last for 49603 more seconds";
        assert_eq!(spent_until("7", old), "2026-11-23T06:46:43Z");
        let endless = "this ban will last 99999999999999999999 seconds, daily limit";
        assert_eq!(spent_until("ApiCallLimit", endless), "2026-11-23T16:00:00Z");
    }

    #[test]
    fn a_wrong_set_up_is_not_tried_again() {
        for (code, said) in [
            (
                "IncompleteSignature",
                "The request signature does not conform to platform standards",
            ),
            ("25", "Invalid signature: sign check fail"),
            ("IllegalAccessToken", "The specified access token is invalid or expired"),
            ("MissingParameter", "The input parameter app_key is missing"),
            ("15", "isv.account-migration-check-fail"),
            ("402", "TrackingId input parameter error"),
            ("401", "the publisher is not registered"),
            ("27", "Invalid session"),
        ] {
            let verdict = told(code, said);
            assert!(
                matches!(&verdict, Verdict::Call(SourceError::Misconfigured { why }) if why.contains(code)),
                "{code}: {verdict:?}"
            );
        }
    }

    #[test]
    fn a_method_that_the_app_may_not_call_is_told_from_a_wrong_set_up() {
        for (code, said) in [
            (
                "InsufficientPermission",
                "App does not have permission to access this api",
            ),
            ("11006", "no right to call"),
            ("InvalidApiPath", "The specified API path is invalid"),
        ] {
            let verdict = told(code, said);
            assert!(
                matches!(&verdict, Verdict::Call(SourceError::NotPermitted { why }) if why.contains(code)),
                "{code}: {verdict:?}"
            );
        }
    }

    #[test]
    fn no_result_is_about_the_listings_and_not_the_call() {
        assert_eq!(told("405", "The result is empty"), Verdict::Nothing);
    }
}
