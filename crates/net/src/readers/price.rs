//! Amounts as the page's data writes them: an object with its currency, a local form in parts, or only words.

use serde_json::Value;
use tillwatch_core::money::{Currency, Money};

use super::amount::{self, money_value};
use super::value::{at, currency, first};

/// The currency that an amount object names itself.
pub(super) fn own_currency(value: &Value) -> Option<Currency> {
    currency(first(value, &["currency", "currencyCode"]))
}

/// An amount that may be zero, such as a fee: a plain number, or words.
pub(super) fn amount(value: &Value, currency: Currency) -> Option<Money> {
    money_value(value, currency).or_else(|| words(value, currency))
}

/// An amount that is more than nothing.
pub(super) fn price(value: &Value, currency: Currency) -> Option<Money> {
    amount(value, currency).filter(|money| money.is_positive())
}

/// An amount object such as `{"currency": "MXN", "formatedAmount": "MXN$8,52", "value": 8.52}`.
///
/// The digits of `value` count. Where they are no amount of the currency, as 6.700000001 is none of USD, the words
/// do; where these are none either, nothing was read. The currency is the amount's own, then the page's, and never
/// told by the symbol: "$" is that of a dozen countries.
pub(super) fn amount_object(value: &Value, page: Option<Currency>) -> Option<Money> {
    let currency = own_currency(value).or(page)?;
    money_value(at(value, "value"), currency)
        .or_else(|| words(first(value, &["formatedAmount", "formattedAmount"]), currency))
        .filter(|money| money.minor() >= 0)
}

/// An amount in words, such as `US $1,192.72`.
pub(super) fn words(value: &Value, currency: Currency) -> Option<Money> {
    amount::parse(value.as_str()?, currency)
}

/// The local form `MXN$18.995,11|18995|11`: the words, the whole units and the part, which no locale can confuse
/// (seen on recorded pages of March 2024).
pub(super) fn local_parts(value: &Value, currency: Currency) -> Option<Money> {
    let mut parts = value.as_str()?.split('|').skip(1);
    let (whole, part) = (parts.next()?.trim(), parts.next().unwrap_or("").trim());
    if part.is_empty() || currency.digits() == 0 {
        return Money::parse(whole, currency).ok();
    }
    Money::parse(&format!("{whole}.{part}"), currency).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    fn read(json: &str, page: Option<&str>) -> Option<String> {
        let value: Value = serde_json::from_str(json).unwrap();
        let page = page.map(|code| Currency::parse(code).unwrap());
        amount_object(&value, page).map(|money| format!("{money} {}", money.currency()))
    }

    #[test]
    fn the_amounts_own_currency_comes_before_the_pages() {
        assert_eq!(
            read(r#"{"currency": "MXN", "value": 8.5}"#, Some("USD")),
            Some("8.50 MXN".into())
        );
        assert_eq!(read(r#"{"value": 8.52}"#, Some("USD")), Some("8.52 USD".into()));
        assert_eq!(read(r#"{"value": 8.52, "formatedAmount": "$8.52"}"#, None), None);
    }

    #[test]
    fn a_number_that_went_through_a_float_falls_back_to_the_words() {
        let json = r#"{"currency": "USD", "value": 6.700000001, "formatedAmount": "US $6.70"}"#;
        assert_eq!(read(json, None), Some("6.70 USD".into()));
        assert_eq!(read(r#"{"currency": "USD", "value": 6.700000001}"#, None), None);
        assert_eq!(
            read(r#"{"currency": "JPY", "value": 1200.0}"#, None),
            Some("1200 JPY".into())
        );
        assert_eq!(read(r#"{"currency": "USD", "value": -3}"#, None), None);
    }

    #[test]
    fn the_local_form_is_read_by_its_parts() {
        let mxn = Currency::parse("MXN").unwrap();
        let parts = Value::from("MXN$18.995,11|18995|11");
        assert_eq!(
            local_parts(&parts, mxn).map(|m| m.to_string()).as_deref(),
            Some("18995.11")
        );
        assert_eq!(local_parts(&Value::from("MXN$18"), mxn), None);
    }
}
