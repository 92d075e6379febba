//! Currencies: the codes of ISO 4217 and how many digits each has after the point.

use alloc::string::String;
use core::fmt;

/// A currency by its three letters, with its number of digits after the point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    digits: u8,
}

/// A text that is no currency in use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an ISO 4217 currency code such as \"USD\", \"EUR\" or \"JPY\"")]
pub struct CurrencyError(String);

impl Currency {
    /// Not a currency: lets percentages be read by the one reader of decimal texts.
    pub(super) const HUNDREDTHS: Self = Self {
        code: *b"%  ",
        digits: 2,
    };

    /// The United States dollar.
    pub const USD: Self = Self {
        code: *b"USD",
        digits: 2,
    };

    /// Reads a code in capitals; any other text, also in small letters, is refused.
    pub fn parse(text: &str) -> Result<Self, CurrencyError> {
        let unknown = || CurrencyError(text.chars().take(16).collect());
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| unknown())?;
        let digits = if TWO_DIGITS.binary_search(&code).is_ok() {
            2
        } else if NO_DIGITS.binary_search(&code).is_ok() {
            0
        } else if THREE_DIGITS.binary_search(&code).is_ok() {
            3
        } else {
            return Err(unknown());
        };
        Ok(Self { code, digits })
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        core::str::from_utf8(&self.code).unwrap_or("???")
    }

    /// Digits after the point: 0, 2 or 3.
    pub const fn digits(self) -> u8 {
        self.digits
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

/// Sorted, for the binary search.
const NO_DIGITS: &[[u8; 3]] = &[
    *b"BIF", *b"CLP", *b"DJF", *b"GNF", *b"ISK", *b"JPY", *b"KMF", *b"KRW", *b"PYG", *b"RWF", *b"UGX", *b"VND",
    *b"VUV", *b"XAF", *b"XOF", *b"XPF",
];

/// Sorted, for the binary search.
const THREE_DIGITS: &[[u8; 3]] = &[*b"BHD", *b"IQD", *b"JOD", *b"KWD", *b"LYD", *b"OMR", *b"TND"];

/// Sorted, for the binary search.
const TWO_DIGITS: &[[u8; 3]] = &[
    *b"AED", *b"AFN", *b"ALL", *b"AMD", *b"ANG", *b"AOA", *b"ARS", *b"AUD", *b"AWG", *b"AZN", *b"BAM", *b"BBD",
    *b"BDT", *b"BGN", *b"BMD", *b"BND", *b"BOB", *b"BRL", *b"BSD", *b"BTN", *b"BWP", *b"BYN", *b"BZD", *b"CAD",
    *b"CDF", *b"CHF", *b"CNY", *b"COP", *b"CRC", *b"CUP", *b"CVE", *b"CZK", *b"DKK", *b"DOP", *b"DZD", *b"EGP",
    *b"ERN", *b"ETB", *b"EUR", *b"FJD", *b"FKP", *b"GBP", *b"GEL", *b"GHS", *b"GIP", *b"GMD", *b"GTQ", *b"GYD",
    *b"HKD", *b"HNL", *b"HTG", *b"HUF", *b"IDR", *b"ILS", *b"INR", *b"IRR", *b"JMD", *b"KES", *b"KGS", *b"KHR",
    *b"KPW", *b"KYD", *b"KZT", *b"LAK", *b"LBP", *b"LKR", *b"LRD", *b"LSL", *b"MAD", *b"MDL", *b"MGA", *b"MKD",
    *b"MMK", *b"MNT", *b"MOP", *b"MRU", *b"MUR", *b"MVR", *b"MWK", *b"MXN", *b"MYR", *b"MZN", *b"NAD", *b"NGN",
    *b"NIO", *b"NOK", *b"NPR", *b"NZD", *b"PAB", *b"PEN", *b"PGK", *b"PHP", *b"PKR", *b"PLN", *b"QAR", *b"RON",
    *b"RSD", *b"RUB", *b"SAR", *b"SBD", *b"SCR", *b"SDG", *b"SEK", *b"SGD", *b"SHP", *b"SLE", *b"SOS", *b"SRD",
    *b"SSP", *b"STN", *b"SVC", *b"SYP", *b"SZL", *b"THB", *b"TJS", *b"TMT", *b"TOP", *b"TRY", *b"TTD", *b"TWD",
    *b"TZS", *b"UAH", *b"USD", *b"UYU", *b"UZS", *b"VES", *b"WST", *b"XCD", *b"XCG", *b"YER", *b"ZAR", *b"ZMW",
    *b"ZWG",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_so_that_every_code_is_found() {
        for table in [NO_DIGITS, TWO_DIGITS, THREE_DIGITS] {
            assert!(table.is_sorted());
        }
        for code in ["USD", "EUR", "MXN", "ILS", "UAH", "SEK", "AED", "ZWG"] {
            assert_eq!(Currency::parse(code).map(Currency::digits), Ok(2), "{code}");
        }
        for code in ["JPY", "KRW", "CLP", "VND"] {
            assert_eq!(Currency::parse(code).map(Currency::digits), Ok(0), "{code}");
        }
        for code in ["BHD", "KWD", "TND"] {
            assert_eq!(Currency::parse(code).map(Currency::digits), Ok(3), "{code}");
        }
    }

    #[test]
    fn small_letters_symbols_and_unknown_codes_are_refused() {
        for text in ["usd", "$", "US", "USDT", "XXX", "", "ЕUR"] {
            assert!(Currency::parse(text).is_err(), "{text:?}");
        }
    }
}
