//! Ship-to countries by their two letters (ISO 3166-1 alpha-2).

use alloc::string::String;
use core::fmt;

/// A country by its two capitals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// A text that is no country.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a country of two letters such as \"US\" or \"DE\"")]
pub struct CountryError(String);

impl Country {
    /// The United States.
    pub const US: Self = Self(*b"US");

    /// Two letters, in any case; `UK`, which the marketplace writes, is `GB`.
    pub fn parse(text: &str) -> Result<Self, CountryError> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                let code = [a.to_ascii_uppercase(), b.to_ascii_uppercase()];
                Ok(Self(if code == *b"UK" { *b"GB" } else { code }))
            }
            _ => Err(CountryError(text.chars().take(16).collect())),
        }
    }

    /// The two letters.
    pub fn code(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or("??")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl serde::Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marketplaces_uk_is_gb() {
        assert_eq!(Country::parse("uk"), Country::parse("GB"));
    }

    #[test]
    fn anything_but_two_letters_is_refused() {
        for text in ["", "U", "USA", "U1", "Ü"] {
            assert!(Country::parse(text).is_err(), "{text:?}");
        }
    }
}
