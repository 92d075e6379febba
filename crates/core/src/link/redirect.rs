//! Links that lead to another link: short ones, to be followed by whoever may, and those that carry their target.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use super::percent::decoded_until;
use super::url::{Query, Url};

/// Hosts of short links, as what stands before a storefront's name.
const SHORT: [&str; 3] = ["a", "s.click", "click"];

/// Parameters of AliExpress's own pages that hold the page to go on to.
pub(super) const TARGETS: [&str; 4] = ["redirectUrl", "dl_target_url", "return_url", "returnUrl"];

/// Whether links of this host only forward.
pub(super) fn is_short(below: &str) -> bool {
    SHORT.contains(&below)
}

/// The short link itself: `https`, the host and the code. Parameters only tell who shared it, so they are dropped.
pub(super) fn short_link(url: &Url<'_>) -> Option<String> {
    let mut link = format!("https://{}", url.host);
    let mut code = "";
    for segment in url.path.split('/').filter(|segment| !segment.is_empty()) {
        let end = segment.find(|c: char| !c.is_ascii_alphanumeric() && !"_-".contains(c));
        let (kept, junk) = segment.split_at_checked(end.unwrap_or(segment.len()))?;
        // Two links that a paste glued together: `_mNhKQOmhttps://…`.
        let glued = || kept.strip_suffix("https").or_else(|| kept.strip_suffix("http"));
        code = if junk.starts_with(':') {
            glued().unwrap_or(kept)
        } else {
            kept
        };
        link.push('/');
        link.push_str(code);
        if !junk.is_empty() {
            break;
        }
    }
    let is_page = url.path.contains(".htm");
    // One letter is the folder that codes live in.
    (code.len() > 1 && !is_page).then_some(link)
}

/// The link within a link, under the first of these names that has one.
pub(super) fn target(query: &Query<'_>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        match query.tail(name) {
            // Put in raw, its own parameters can't be told from the outer ones; nearly always they are its own.
            Some((value, tail)) if is_bare(value) => Some(tail.into()),
            _ => query.value(name).map(|value| laid_bare(&value).into_owned()),
        }
    })
}

/// A link that was encoded as a whole, decoded as often as it takes.
pub(super) fn laid_bare(text: &str) -> Cow<'_, str> {
    decoded_until(text, is_bare)
}

/// An escape before the first slash is one of the whole link; those further on belong to its parts.
fn is_bare(text: &str) -> bool {
    text.split('/').next().is_none_or(|front| !front.contains('%'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expected: Option<&str>) {
        let link = Url::split(address).ok().and_then(|url| short_link(&url));
        assert_eq!(link.as_deref(), expected, "{address}");
    }

    #[test]
    fn a_short_link_is_its_host_and_its_code() {
        check(
            "A.aliexpress.com./_mNhKQOm?aff=1#x",
            Some("https://a.aliexpress.com/_mNhKQOm"),
        );
        check(
            "//s.click.aliexpress.com//e/_omRiewZ",
            Some("https://s.click.aliexpress.com/e/_omRiewZ"),
        );
        check("a.aliexpress.com/_mNhKQOm看", Some("https://a.aliexpress.com/_mNhKQOm"));
        check(
            "a.aliexpress.com/_mNhKQOmhttps://b",
            Some("https://a.aliexpress.com/_mNhKQOm"),
        );
    }

    #[test]
    fn a_short_link_without_a_code_leads_nowhere() {
        check("a.aliexpress.com", None);
        check("s.click.aliexpress.com/e/", None);
        check("s.click.aliexpress.com/deep_link.htm", None);
    }
}
