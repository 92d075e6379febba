//! A signed call of the official API: the system's parameters in the address, the method's own in the body.

use std::time::Duration;

use tillwatch_core::instant::Instant;

use super::Settings;
use super::sign::Parameters;
use crate::http::Call;

/// As long as the official library waits for an answer.
const DEADLINE: Duration = Duration::from_secs(30);

/// Fifty listings are about 200 KB.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Makes a call of a method ready to be sent, stamped with a moment that the server accepts for two hours.
pub(super) fn signed(settings: &Settings, method: &str, business: &Parameters<'_>, now: Instant) -> Call {
    let timestamp = now.moment().as_millisecond().to_string();
    let system = [
        ("app_key", settings.app_key.as_str()),
        ("format", "json"),
        ("method", method),
        ("sign_method", settings.sign_method.name()),
        ("timestamp", &timestamp),
        ("v", "2.0"),
    ];
    let mut all = business.clone();
    all.extend(system);
    let sign = settings.sign_method.sign(&settings.app_secret, "", &all);
    let mut url = settings.gateway.clone();
    url.query_pairs_mut().extend_pairs(system).append_pair("sign", &sign);
    let filled = business.iter().filter(|(_, value)| !value.trim().is_empty());
    Call::form(url, filled.map(|(name, value)| (*name, *value)))
        .within(DEADLINE)
        .up_to(MOST_BYTES)
}
