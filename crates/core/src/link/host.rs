//! Whose site a host is. Three storefronts are ours, at a label's boundary; everything else leads elsewhere.

use super::reason::Reason;
use super::url::Url;
use crate::country::Country;

const STOREFRONTS: [&str; 3] = ["aliexpress.com", "aliexpress.us", "aliexpress.ru"];

/// Affiliate networks that forward to AliExpress, and the parameter that holds the target.
const WRAPPERS: [(&str, &str); 3] = [("awin1.com", "ued"), ("wextap.com", "ulp"), ("alitems.com", "ulp")];

/// Languages of storefronts that are spoken in one country for the most part; `es`, `pt` and `ar` are not.
const LANGUAGES: [(&str, &str); 12] = [
    ("de", "DE"),
    ("fr", "FR"),
    ("he", "IL"),
    ("id", "ID"),
    ("it", "IT"),
    ("ja", "JP"),
    ("ko", "KR"),
    ("nl", "NL"),
    ("pl", "PL"),
    ("th", "TH"),
    ("tr", "TR"),
    ("vi", "VN"),
];

/// The countries of `gatewayAdapt=glo2usa`, which writes them with three letters.
const GATEWAYS: [(&str, &str); 22] = [
    ("ara", "SA"),
    ("aus", "AU"),
    ("bra", "BR"),
    ("can", "CA"),
    ("chl", "CL"),
    ("deu", "DE"),
    ("esp", "ES"),
    ("fra", "FR"),
    ("gbr", "GB"),
    ("idn", "ID"),
    ("isr", "IL"),
    ("ita", "IT"),
    ("jpn", "JP"),
    ("kor", "KR"),
    ("mex", "MX"),
    ("nld", "NL"),
    ("pol", "PL"),
    ("rus", "RU"),
    ("tha", "TH"),
    ("tur", "TR"),
    ("usa", "US"),
    ("vnm", "VN"),
];

/// What a host stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Site<'h> {
    /// AliExpress, with what stands before the storefront's name: `www`, `s.click` or nothing.
    AliExpress(&'h str),
    /// A forwarding site, with the parameter that holds its target.
    Wrapper(&'static str),
    /// Any other site.
    Elsewhere,
}

/// The site that a host belongs to.
pub(super) fn site(host: &str) -> Site<'_> {
    if let Some(below) = STOREFRONTS.iter().find_map(|domain| below(host, domain)) {
        return Site::AliExpress(below);
    }
    WRAPPERS
        .iter()
        .find(|(domain, _)| below(host, domain).is_some())
        .map_or(Site::Elsewhere, |(_, parameter)| Site::Wrapper(parameter))
}

/// The labels before the domain, empty for the domain itself.
fn below<'h>(host: &'h str, domain: &str) -> Option<&'h str> {
    let labels = host.strip_suffix(domain)?;
    if labels.is_empty() {
        Some(labels)
    } else {
        labels.strip_suffix('.')
    }
}

/// Why a link to a site that is not AliExpress is refused; the sentence names the trick where there is one.
pub(super) fn refusal(url: &Url<'_>, link: &str) -> Reason {
    let host = url.host.clone();
    if url.userinfo.is_some_and(names_aliexpress) {
        Reason::Userinfo { host }
    } else if names_aliexpress(&host) || host.split('.').any(is_aliexpress_in_other_letters) {
        Reason::LookAlike { host }
    } else if holds(link, "aliexpress.") {
        Reason::UnknownWrapper { host }
    } else {
        Reason::ForeignSite { host }
    }
}

fn names_aliexpress(text: &str) -> bool {
    holds(text, NAME)
}

fn holds(text: &str, word: &str) -> bool {
    let word = word.as_bytes();
    text.as_bytes()
        .windows(word.len())
        .any(|window| window.eq_ignore_ascii_case(word))
}

const NAME: &str = "aliexpress";

/// The name with letters of other scripts in it. Which of them look alike is not asked: no site of ours has any.
fn is_aliexpress_in_other_letters(label: &str) -> bool {
    label.chars().count() == NAME.len()
        && label
            .chars()
            .zip(NAME.chars())
            .all(|(c, own)| c == own || !c.is_ascii())
}

/// The country that a link was probably shared from. It fixes no price: that is up to ship-to and currency.
pub(super) fn country(url: &Url<'_>, below: &str) -> Option<Country> {
    let find = |table: &[(&str, &'static str)], key: &str| {
        table
            .iter()
            .find(|(name, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, country)| *country)
    };
    let gateway = url.query.value("gatewayAdapt");
    let gateway = gateway
        .as_deref()
        .and_then(|value| value.split('4').next()?.strip_prefix("glo2"));
    let storefront = || match url.host.rsplit('.').next() {
        Some("us") => Some("US"),
        Some("ru") => Some("RU"),
        _ => None,
    };
    let code = gateway
        .and_then(|country| find(&GATEWAYS, country))
        .or_else(|| find(&LANGUAGES, below))
        .or_else(storefront);
    Country::parse(code?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storefront_counts_only_at_a_labels_boundary() {
        assert_eq!(site("aliexpress.com"), Site::AliExpress(""));
        assert_eq!(site("s.click.aliexpress.com"), Site::AliExpress("s.click"));
        assert_eq!(site("m.aliexpress.ru"), Site::AliExpress("m"));
        assert_eq!(site("www.awin1.com"), Site::Wrapper("ued"));
        for host in [
            "notaliexpress.com",
            "aliexpress.com.evil.example",
            "aliexpress.co",
            "com",
            "xawin1.com",
        ] {
            assert_eq!(site(host), Site::Elsewhere, "{host}");
        }
    }
}
