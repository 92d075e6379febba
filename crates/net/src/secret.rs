//! Keys and tokens: shown to nobody, by no accident.

use std::fmt;

/// A text that is never printed. Only who sends or signs with it sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for its one purpose.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_in_what_is_printed_of_it() {
        let printed = format!(
            "{:?} {:#?}",
            Secret::new("s3cr3t".into()),
            Some(Secret::new("s3cr3t".into()))
        );
        assert!(!printed.contains("s3cr3t"), "{printed}");
    }
}
