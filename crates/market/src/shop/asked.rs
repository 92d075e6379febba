//! What a call asks for: the ship-to country and the currency, out of the region cookie.

use axum::http::{HeaderMap, header};
use tillwatch_core::money::Currency;

/// A ship-to country and a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// Two capital letters; any country, also one that nothing is shipped to.
    pub(super) country: String,
    /// The country's own where none is named.
    pub(super) currency: Option<Currency>,
}

impl Asked {
    pub(super) fn new(country: Option<&str>, currency: Option<&str>) -> Self {
        Self {
            // The marketplace writes UK where the standard says GB, and takes both.
            country: match country.unwrap_or("US").to_ascii_uppercase() {
                uk if uk == "UK" => "GB".to_owned(),
                country => country,
            },
            currency: currency.and_then(|code| Currency::parse(code).ok()),
        }
    }

    /// Out of `aep_usuc_f=site=glo&c_tp=USD&region=US&b_locale=en_US`; the United States without one.
    pub(super) fn of_cookie(headers: &HeaderMap) -> Self {
        let region = cookie(headers, "aep_usuc_f").unwrap_or_default();
        let field = |name: &str| {
            region
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find_map(|(key, value)| (key == name).then_some(value))
        };
        Self::new(field("region"), field("c_tp"))
    }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_region_cookie_names_country_and_currency() {
        let read = |cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(cookie));
            Asked::of_cookie(&headers)
        };
        let asked = read("a=b; aep_usuc_f=site=glo&c_tp=MXN&region=MX&b_locale=es_MX; c=d");
        assert_eq!(
            (asked.country.as_str(), asked.currency.map(|c| c.to_string())),
            ("MX", Some("MXN".into()))
        );
        assert_eq!(read("a=b"), Asked::new(None, None));
    }
}
