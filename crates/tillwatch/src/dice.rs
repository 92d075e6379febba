//! The only randomness: that of the machine, for secrets that nobody can guess.

use anyhow::Context;
use tillwatch_app::token::Token;

/// Random bytes.
pub(crate) fn bytes<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).context("this machine has no randomness")?;
    Ok(bytes)
}

/// A secret; `None` where the machine has no randomness.
pub(crate) fn token() -> Option<Token> {
    bytes().ok().map(Token::new)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn no_two_secrets_are_the_same() {
        let secrets: std::collections::BTreeSet<[u8; 16]> = (0..100).filter_map(|_| bytes().ok()).collect();
        assert_eq!(secrets.len(), 100);
    }
}
