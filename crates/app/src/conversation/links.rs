//! What a text in a chat names: one listing, several, or none.

use tillwatch_core::link::{Identity, IdentityKind, identify};

/// So many listings of one text are answered.
pub(super) const MOST: usize = 20;

/// What a text names.
pub(super) enum Named {
    /// One listing or short link, or why it is none.
    One(Box<Identity>),
    /// Several, and how many more were left out.
    Several(Vec<Identity>, usize),
}

/// Reads a text. Links are looked for one by one, numbers only where they have a line of their own: among words they are
/// too often an order's or a parcel's.
pub(super) fn named(text: &str) -> Named {
    let mut found: Vec<Identity> = Vec::new();
    for line in text.lines() {
        let alone = line.split_whitespace().count() == 1;
        for word in line.split_whitespace().filter(|word| alone || word.contains('/')) {
            let identity = identify(word);
            let leads = matches!(identity.kind, IdentityKind::Item | IdentityKind::NeedsRedirect);
            let same = |other: &Identity| {
                (&other.item, other.pinned(), &other.redirect)
                    == (&identity.item, identity.pinned(), &identity.redirect)
            };
            if leads && !found.iter().any(same) {
                found.push(identity);
            }
        }
    }
    if found.len() < 2 {
        return Named::One(Box::new(identify(text)));
    }
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    Named::Several(found, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> (usize, usize) {
        match named(text) {
            Named::One(_) => (1, 0),
            Named::Several(found, more) => (found.len(), more),
        }
    }

    #[test]
    fn links_and_numbers_on_lines_of_their_own_are_counted_each_once() {
        let link = |last: u32| format!("https://www.aliexpress.com/item/10050063673243{last:02}.html");
        assert_eq!(count(&format!("Look: {} and {}", link(1), link(2))), (2, 0));
        assert_eq!(count(&format!("{}\n{}", link(1), link(1))), (1, 0));
        assert_eq!(count("1005006367324382\n1005006367324383"), (2, 0));
        assert_eq!(count("order 8130000000000001\nfrom 8130000000000002"), (1, 0));
        assert_eq!(
            count("https://a.aliexpress.com/_mNhKQOm https://a.aliexpress.com/_mNhKQOx"),
            (2, 0)
        );
        let many: Vec<String> = (0..33).map(link).collect();
        assert_eq!(count(&many.join(" ")), (20, 13));
        assert_eq!(count("hello"), (1, 0));
    }
}
