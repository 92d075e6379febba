//! A splitter for addresses as people paste them: two `?`, `&amp;`, no scheme, whole addresses as parameters.
//!
//! A strict parser would refuse half of what is shared, and a browser's parser repairs what here must be refused
//! (a backslash before the host's end). Only the parts that a rule looks at are kept.

use alloc::borrow::Cow;
use alloc::string::String;

use super::percent::decoded;
use super::reason::Reason;

/// Longer addresses are cut here. The path comes first and a pin rarely after the first thousand characters.
const LONGEST: usize = 64 * 1024;

/// The limit of the domain name system, so that a reason never carries a novel.
const LONGEST_HOST: usize = 253;
const LONGEST_SCHEME: usize = 32;

/// Who opens the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// A browser: `http`, `https` or nothing written.
    Web,
    /// The shopping app: `aliexpress://`.
    App,
}

/// The parts of an address.
#[derive(Debug)]
pub(super) struct Url<'a> {
    pub(super) scheme: Scheme,
    /// Lower case, without the root's dot.
    pub(super) host: String,
    /// What stands before an `@`; a browser sends it as a login, and it never decides where the link leads.
    pub(super) userinfo: Option<&'a str>,
    pub(super) port: Option<&'a str>,
    /// Decoded once.
    pub(super) path: Cow<'a, str>,
    pub(super) query: Query<'a>,
}

impl<'a> Url<'a> {
    /// Splits an address that starts at the text's first character.
    pub(super) fn split(text: &'a str) -> Result<Self, Reason> {
        let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
        let (scheme, rest) = scheme(text)?;
        let rest = rest.trim_start_matches('/');
        let (authority, tail) = rest
            .split_at_checked(rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len()))
            .unwrap_or((rest, ""));
        // A browser takes the backslash for a slash, others for a part of the login: the host would be in doubt.
        if tail.starts_with('\\') {
            return Err(Reason::BadHost);
        }
        let (userinfo, site) = match authority.rsplit_once('@') {
            Some((userinfo, site)) => (Some(userinfo), site),
            None => (None, authority),
        };
        let (host, port) = host_and_port(site)?;
        let (path, query) = path_and_query(tail);
        if path.contains(char::is_control) {
            return Err(Reason::ControlCharacter);
        }
        Ok(Self {
            scheme,
            host,
            userinfo,
            port,
            path,
            query: Query(query),
        })
    }
}

fn scheme(text: &str) -> Result<(Scheme, &str), Reason> {
    match text.split_once("://") {
        Some((name, rest)) if is_scheme(name) => {
            if name.eq_ignore_ascii_case("https") || name.eq_ignore_ascii_case("http") {
                Ok((Scheme::Web, rest))
            } else if name.eq_ignore_ascii_case("aliexpress") {
                Ok((Scheme::App, rest))
            } else {
                Err(Reason::UnsupportedScheme { scheme: name.into() })
            }
        }
        _ => Ok((Scheme::Web, text)),
    }
}

fn is_scheme(name: &str) -> bool {
    name.len() <= LONGEST_SCHEME
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(is_of_a_scheme)
}

/// Whether a character may stand in a scheme.
pub(super) fn is_of_a_scheme(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+-.".contains(c)
}

fn host_and_port(site: &str) -> Result<(String, Option<&str>), Reason> {
    // The colons of a bracketed address are its own.
    let after_bracket = site.rfind(']').unwrap_or(0);
    let (host, port) = match site.rfind(':').filter(|colon| *colon > after_bracket) {
        Some(colon) => (
            site.get(..colon),
            site.get(colon..).and_then(|port| port.strip_prefix(':')),
        ),
        None => (Some(site), None),
    };
    let host = host.unwrap_or(site);
    let host = host.strip_suffix('.').unwrap_or(host).to_lowercase();
    let fits = |c: char| c.is_alphanumeric() || "-._[]:".contains(c);
    let is_name = (1..=LONGEST_HOST).contains(&host.len()) && !host.starts_with('.') && !host.contains("..");
    let port = port.filter(|port| !port.is_empty());
    let is_port = |port: &str| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    if !is_name || !host.chars().all(fits) || !port.is_none_or(is_port) {
        return Err(Reason::BadHost);
    }
    Ok((host, port))
}

/// Some apps encode the `?` together with the rest, so that it only shows after decoding.
fn path_and_query(tail: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    let tail = tail.split_once('#').map_or(tail, |(tail, _)| tail);
    match tail.split_once('?') {
        Some((path, query)) => (decoded(path), Cow::Borrowed(query)),
        None => match decoded(tail) {
            Cow::Owned(text) => match text.split_once('?') {
                Some((path, query)) => (Cow::Owned(path.into()), Cow::Owned(query.into())),
                None => (Cow::Owned(text), Cow::Borrowed("")),
            },
            path @ Cow::Borrowed(_) => (path, Cow::Borrowed("")),
        },
    }
}

/// The parameters of an address, undecoded.
#[derive(Debug)]
pub(super) struct Query<'a>(Cow<'a, str>);

impl Query<'_> {
    /// The first value of that name, not empty, decoded once.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.pairs(name).find_map(|pair| {
            if pair.is(name) {
                return Some(decoded(pair.value).into_owned());
            }
            // `?a%3D1%26b%3D2`: the separators were encoded too.
            if !pair.value.is_empty() || !pair.key.contains('%') {
                return None;
            }
            let text = decoded(pair.key);
            pairs(&text)
                .find(|pair| pair.is(name))
                .map(|pair| decoded(pair.value).into_owned())
        })
    }

    /// The first value of that name as it is written, and the same with everything after it, not empty.
    pub(super) fn tail(&self, name: &str) -> Option<(&str, &str)> {
        let pair = self.pairs(name).find(|pair| pair.is(name))?;
        let (_, tail) = pair.from.split_once('=')?;
        Some((pair.value, tail))
    }

    /// No pairs at all where the name does not occur: most addresses are asked for names that they don't have.
    fn pairs(&self, name: &str) -> impl Iterator<Item = Pair<'_>> {
        pairs(if self.0.contains(name) { &self.0 } else { "" })
    }
}

struct Pair<'q> {
    key: &'q str,
    value: &'q str,
    /// From the key to the end of the address.
    from: &'q str,
}

impl Pair<'_> {
    /// A parameter without a value is as good as absent.
    fn is(&self, name: &str) -> bool {
        self.key == name && !self.value.is_empty()
    }
}

/// A second `?` separates as an `&` does, and `&amp;` is an `&` that a page escaped, perhaps twice.
fn pairs(query: &str) -> impl Iterator<Item = Pair<'_>> {
    let mut rest = Some(query);
    core::iter::from_fn(move || {
        let from = rest?;
        let (chunk, after) = match from.split_once(['&', '?']) {
            Some((chunk, after)) => (chunk, Some(after)),
            None => (from, None),
        };
        rest = after;
        let (key, value) = chunk.split_once('=').unwrap_or((chunk, ""));
        Some(Pair {
            key: key.trim_start_matches("amp;"),
            value,
            from,
        })
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn a_missing_scheme_a_port_and_a_dot_are_taken_in_stride() {
        for text in [
            "www.aliexpress.com/a",
            "//WWW.aliexpress.com./a",
            "http:///www.aliexpress.com:/a",
        ] {
            let url = Url::split(text).unwrap();
            assert_eq!(
                (url.host.as_str(), url.port, &*url.path),
                ("www.aliexpress.com", None, "/a")
            );
        }
        assert_eq!(Url::split("//[::1]:80/").unwrap().port, Some("80"));
        assert_eq!(Url::split("//[::1]/").unwrap().host, "[::1]");
    }

    #[test]
    fn what_stands_before_the_last_at_sign_is_no_host() {
        let url = Url::split("https://www.aliexpress.com@a@evil.example/item").unwrap();
        assert_eq!(
            (url.host.as_str(), url.userinfo),
            ("evil.example", Some("www.aliexpress.com@a"))
        );
    }

    #[test]
    fn hosts_that_could_be_read_in_two_ways_are_refused() {
        for text in ["//a\\@b/", "//a%2eb/", "//a b/", "//", "//a..b/", "//.a/", "?x", "//@/"] {
            assert_eq!(Url::split(text).unwrap_err(), Reason::BadHost, "{text}");
        }
    }

    #[test]
    fn parameters_are_found_behind_every_separator() {
        let url = Url::split("a.b/?x=1?y=2&amp;z=3&amp;amp;w=%34&v%3D5%26u%3D%256").unwrap();
        for (name, value) in [("x", "1"), ("y", "2"), ("z", "3"), ("w", "4"), ("v", "5"), ("u", "%6")] {
            assert_eq!(url.query.value(name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(url.query.value("t"), None);
        assert_eq!(url.query.tail("z").unwrap().1, "3&amp;amp;w=%34&v%3D5%26u%3D%256");
    }

    #[test]
    fn an_encoded_question_mark_still_starts_the_parameters() {
        let url = Url::split("a.b/c%3Fd=1").unwrap();
        assert_eq!((&*url.path, url.query.value("d").as_deref()), ("/c", Some("1")));
    }
}
