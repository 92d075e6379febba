//! Mailboxes: one address as plain as mail servers agree on, with no room for a second one or for a header.

/// The longest part before the `@` (RFC 5321), in bytes.
const LONGEST_LOCAL: usize = 64;

/// The longest address that fits into a path of SMTP, in bytes.
const LONGEST: usize = 254;

/// A mailbox, such as `ann@example.com`. The domain is in small letters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Mailbox {
    local: String,
    domain: String,
}

/// Why a text is no mailbox. The text is left out: it may be a person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailboxError {
    /// No `@`.
    #[error("it has no @")]
    NoAt,
    /// Longer than mail allows.
    #[error("it is longer than {LONGEST} characters, or has more than {LONGEST_LOCAL} before the @")]
    TooLong,
    /// Something else than one plain name: a quote, a blank, a comma, a line break, two dots.
    #[error(
        "the part before the @ is not one plain name of letters, digits and !#$%&'*+-/=?^_`{{|}}~ with single dots"
    )]
    Local,
    /// Something else than a domain.
    #[error(
        "the part after the @ is no domain such as example.com; one with other letters is written in its xn-- form"
    )]
    Domain,
}

impl Mailbox {
    /// Reads one mailbox, without a name before it or brackets around it.
    pub fn parse(text: &str) -> Result<Self, MailboxError> {
        let (local, domain) = text.rsplit_once('@').ok_or(MailboxError::NoAt)?;
        if text.len() > LONGEST || local.len() > LONGEST_LOCAL {
            return Err(MailboxError::TooLong);
        }
        if !local.split('.').all(is_atom) {
            return Err(MailboxError::Local);
        }
        if !is_domain(domain) {
            return Err(MailboxError::Domain);
        }
        Ok(Self {
            local: local.to_owned(),
            domain: domain.to_ascii_lowercase(),
        })
    }

    /// The whole address.
    pub fn reveal(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// What may be told of it: its first character and its domain.
    pub fn label(&self) -> String {
        let first: String = self.local.chars().take(1).collect();
        format!("{first}…@{}", self.domain)
    }
}

/// Its label alone.
impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.label())
    }
}

fn is_atom(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    !text.is_empty() && text.chars().all(is_allowed)
}

/// Two labels at least: mail to a bare name leads into the operator's own network.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let plain = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        plain && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let last_is_a_name = |last: &str| last.chars().any(|c| c.is_ascii_alphabetic());
    text.split('.').all(is_label) && text.rsplit_once('.').is_some_and(|(_, last)| last_is_a_name(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_mailboxes_are_read_and_only_their_domain_is_folded() {
        for (text, read) in [
            ("ann@example.com", "ann@example.com"),
            ("Ann.Lee+tills@Example.COM", "Ann.Lee+tills@example.com"),
            ("o'neil@mail.example.co.uk", "o'neil@mail.example.co.uk"),
            ("x@xn--bcher-kva.example", "x@xn--bcher-kva.example"),
        ] {
            assert_eq!(Mailbox::parse(text).map(|one| one.reveal()), Ok(read.to_owned()));
        }
    }

    #[test]
    fn a_second_mailbox_a_header_or_markup_is_no_mailbox() {
        let long = format!("{}@example.com", "a".repeat(65));
        for (text, error) in [
            ("ann", MailboxError::NoAt),
            ("", MailboxError::NoAt),
            (long.as_str(), MailboxError::TooLong),
            ("ann@example.com\r\nBcc: eve@example.net", MailboxError::Local),
            ("ann\r\nBcc:eve@example.com", MailboxError::Local),
            ("ann@example.com,eve@example.net", MailboxError::Local),
            ("\"<script>\"@example.com", MailboxError::Local),
            ("Ann <ann@example.com>", MailboxError::Local),
            (".ann@example.com", MailboxError::Local),
            ("a..b@example.com", MailboxError::Local),
            ("@example.com", MailboxError::Local),
            ("ann@localhost", MailboxError::Domain),
            ("ann@127.0.0.1", MailboxError::Domain),
            ("ann@[127.0.0.1]", MailboxError::Domain),
            ("ann@-a.example", MailboxError::Domain),
            ("ann@bücher.example", MailboxError::Domain),
            ("ann@example.com?subject=x", MailboxError::Domain),
        ] {
            assert_eq!(Mailbox::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn its_name_is_not_printed() {
        let mailbox = Mailbox::parse("ann.lee@example.com").expect("a mailbox");
        assert_eq!(format!("{mailbox:?}"), "a…@example.com");
    }
}
