//! Links and words in what people paste: share messages, tables, page source, a number alone.
//!
//! Every character is looked at a fixed number of times, whatever the text.

use super::number::{self, is_invisible};
use super::url::is_of_a_scheme;

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// From a link's first character to its last.
    Link(&'t str),
    /// Anything between blanks without a link in it.
    Word(&'t str),
}

/// Texts that run, embed or open something and have no host to judge.
const OPAQUE: [&str; 6] = ["javascript", "vbscript", "data", "file", "blob", "mailto"];

/// The scheme of a text that is one such link.
pub(super) fn opaque_scheme(text: &str) -> Option<&'static str> {
    let (scheme, rest) = text.split_once(':')?;
    let known = OPAQUE.into_iter().find(|known| scheme.eq_ignore_ascii_case(known));
    // "File: 1234" is a remark.
    known.filter(|_| !rest.starts_with(char::is_whitespace))
}

/// The links and words of a text, in their order.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let alone = !text.contains(char::is_whitespace);
    text.split(ends_a_word).flat_map(move |word| {
        let mut rest = Some((word, true));
        core::iter::from_fn(move || {
            let (from, fresh) = rest.take()?;
            let from = from.trim_start_matches(opens);
            let found = link_start(from, fresh.then_some(alone)).and_then(|start| from.split_at_checked(start));
            let Some((before, link)) = found else {
                let word = from.trim_start_matches(is_quote).trim_end_matches(closes);
                return (fresh && !word.is_empty()).then_some(Piece::Word(word));
            };
            let quote = before
                .trim_end_matches('/')
                .chars()
                .next_back()
                .filter(|c| is_quote(*c));
            let (link, after) = match quote.and_then(|quote| link.split_once(quote)) {
                Some((link, after)) => (link, Some((after, false))),
                None => (link, None),
            };
            rest = after;
            Some(Piece::Link(link.trim_end_matches(closes)))
        })
    })
}

fn is_quote(c: char) -> bool {
    "\"'`".contains(c)
}

fn ends_a_word(c: char) -> bool {
    let full_width = |c| "，。！？、；：（）【】「」『』《》“”".contains(c);
    c.is_whitespace() || matches!(c, '<' | '>') || (!c.is_ascii() && full_width(c))
}

fn opens(c: char) -> bool {
    is_invisible(c) || "([{*_#«‘".contains(c)
}

fn closes(c: char) -> bool {
    is_invisible(c) || ".,;:!?)]}*|»’…\"'`".contains(c)
}

/// Where the first link of a word starts. `at_start` is set at a word's beginning, to whether the word is all there is.
fn link_start(word: &str, at_start: Option<bool>) -> Option<usize> {
    if at_start.is_some_and(|alone| word.starts_with("//") || starts_with_a_host(word, alone)) {
        return Some(0);
    }
    for (at, byte) in word.bytes().enumerate() {
        let start = match byte {
            b':' => scheme_start(word, at),
            b'a' | b'A' => storefront_start(word, at),
            b'h' | b'H' if at == 0 => is_encoded(word).then_some(0),
            _ => None,
        };
        if start.is_some() {
            return start;
        }
    }
    None
}

/// `https` of `看https://`, or of `Linkhttps://`; what stands before it is no part of the link.
fn scheme_start(word: &str, colon: usize) -> Option<usize> {
    let (before, after) = word.split_at_checked(colon)?;
    if !after.starts_with("://") {
        return None;
    }
    let scheme = before
        .len()
        .checked_sub(before.trim_end_matches(is_of_a_scheme).len())?;
    let ends_with = |known: &str| {
        let start = colon.checked_sub(known.len())?;
        before.get(start..)?.eq_ignore_ascii_case(known).then_some(known.len())
    };
    let length = ends_with("https").or_else(|| ends_with("http")).unwrap_or(scheme);
    // Without any scheme the slashes alone remain: `://www…`.
    colon
        .checked_sub(length)
        .map(|start| if length == 0 { start.saturating_add(1) } else { start })
}

/// The host's first character where a storefront's name was written without a scheme.
fn storefront_start(word: &str, at: usize) -> Option<usize> {
    let (before, after) = word.split_at_checked(at)?;
    let named = ["aliexpress.com", "aliexpress.us", "aliexpress.ru"]
        .iter()
        .any(|name| starts_with(after, name));
    if !named {
        return None;
    }
    let outside = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || ".-_".contains(c));
    // A mail address is no link.
    (!outside.ends_with('@')).then_some(outside.len())
}

/// `host.tld/…`, so that an address inside another site's link is not taken for the link itself.
fn starts_with_a_host(word: &str, alone: bool) -> bool {
    let end = word.find(['/', '?', ':', '#', '@']).unwrap_or(word.len());
    let Some((host, after)) = word.split_at_checked(end) else {
        return false;
    };
    let host = host.trim_end_matches(closes);
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let ends_well = host
        .rsplit_once('.')
        .is_some_and(|(_, end)| end.chars().count() > 1 && end.chars().all(char::is_alphabetic));
    let goes_on = match after.strip_prefix(':') {
        Some(port) => port.starts_with(|c: char| c.is_ascii_digit()),
        None => after.starts_with(['/', '?']) || (alone && after.is_empty()),
    };
    ends_well && goes_on && host.split('.').all(is_label) && number::read(host).is_none()
}

fn is_encoded(word: &str) -> bool {
    starts_with(word, "http%") || starts_with(word, "https%")
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|front| front.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Piece::{Link, Word};
    use super::*;

    fn check(text: &str, expected: &[Piece<'_>]) {
        assert_eq!(pieces(text).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn links_are_cut_out_of_their_surroundings() {
        check("Look!https://a.b/c.", &[Link("https://a.b/c")]);
        check("看看https://a.b/c，好", &[Link("https://a.b/c"), Word("好")]);
        check("[x](https://a.b/c)", &[Link("https://a.b/c")]);
        check(
            "<a href=\"//www.aliexpress.com/c\"class=\"e\">",
            &[Word("a"), Link("www.aliexpress.com/c")],
        );
        check(
            "{'u':'http://a.b','v':'http://c.d'}",
            &[Link("http://a.b"), Link("http://c.d")],
        );
        check(
            "xhttp://a.b ftp://c.d ://e.f",
            &[Link("http://a.b"), Link("ftp://c.d"), Link("//e.f")],
        );
    }

    #[test]
    fn storefronts_are_found_without_a_scheme() {
        check("see:www.aliexpress.com/item/1", &[Link("www.aliexpress.com/item/1")]);
        check("on AliExpress. Bye", &[Word("on"), Word("AliExpress"), Word("Bye")]);
        check("me@aliexpress.com", &[Word("me@aliexpress.com")]);
        check("https%3A%2F%2Fa.b", &[Link("https%3A%2F%2Fa.b")]);
    }

    #[test]
    fn an_address_inside_another_sites_link_stays_inside() {
        check("a.bc/?u=www.aliexpress.com", &[Link("a.bc/?u=www.aliexpress.com")]);
        check(
            "a.bc:80/https://www.aliexpress.com",
            &[Link("a.bc:80/https://www.aliexpress.com")],
        );
    }

    #[test]
    fn words_with_points_are_hosts_only_when_nothing_else_is_there() {
        check("hello.world", &[Link("hello.world")]);
        check("nice.deal today", &[Word("nice.deal"), Word("today")]);
        check("1005006367324382.html", &[Word("1005006367324382.html")]);
    }

    #[test]
    fn only_texts_that_are_one_opaque_link_have_an_opaque_scheme() {
        assert_eq!(opaque_scheme("JavaScript:alert(1)"), Some("javascript"));
        assert_eq!(opaque_scheme("Data: see below"), None);
        assert_eq!(opaque_scheme("id:5"), None);
    }
}
