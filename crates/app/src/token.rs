//! Secrets that open something to whoever has them: a list, an invitation, an answer of a mailbox.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::base64url;

/// 128 random bits. Whoever runs the program makes them; what is kept of them is their hash. Nothing of it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 16]);

impl Token {
    /// Of random bytes.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Reads what [`Token::text`] wrote; `None` of any other text.
    pub fn parse(text: &str) -> Option<Self> {
        base64url::decode(text).map(Self)
    }

    /// 22 letters, digits, `-` and `_`, as they stand in an address.
    pub fn text(&self) -> String {
        base64url::encode(&self.0)
    }

    /// SHA-256 of the bytes, by which it is found again. There is no guessing 128 bits, so that no salt is needed.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// The bytes, for a store that has to hand the token on.
    pub const fn reveal(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_one_text_and_shows_nothing() {
        let token = Token::new([0xab; 16]);
        assert_eq!(token.text().len(), 22);
        assert_eq!(Token::parse(&token.text()), Some(token.clone()));
        assert_eq!(format!("{token:?}"), "Token");
        for text in [
            "",
            "abc",
            &"a".repeat(22),
            &"A".repeat(21),
            &"A".repeat(23),
            "../../../../../etc/pass",
        ] {
            assert_eq!(Token::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_hash_is_that_of_the_standard() {
        let hash = Token::new(*b"0123456789abcdef").hash();
        assert_eq!(hash[..8], [0x9f, 0x9f, 0x51, 0x11, 0xf7, 0xb2, 0x7a, 0x78]);
    }
}
