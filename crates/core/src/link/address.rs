//! One address to what it names, through the links that it may be wrapped in.

use alloc::string::String;

use super::host::{self, Site};
use super::number::{self, Number};
use super::path::{self, Path};
use super::pin::{self, Pin};
use super::reason::{Page, Reason};
use super::redirect;
use super::url::{Scheme, Url};
use crate::country::Country;
use crate::id::SkuId;

/// Share pages wrap a link once, an affiliate network around one twice. Beyond this somebody is playing.
const DEPTH: u8 = 4;

/// What one address was found to be.
#[derive(Debug)]
pub(super) enum Finding {
    /// A listing.
    Item {
        number: Number,
        pin: Option<Pin>,
        country: Option<Country>,
    },
    /// A short link, cleaned.
    Short { link: String },
    /// Nothing that names a listing.
    Refused(Reason),
}

/// Reads an address that starts at the text's first character.
pub(super) fn read(link: &str) -> Finding {
    within(&redirect::laid_bare(link), DEPTH)
}

fn within(link: &str, depth: u8) -> Finding {
    let url = match Url::split(link) {
        Ok(url) => url,
        Err(reason) => return Finding::Refused(reason),
    };
    let found = match host::site(&url.host) {
        Site::AliExpress(below) => storefront(&url, below, depth),
        _ if url.scheme == Scheme::App => app(&url, depth),
        Site::Wrapper(parameter) => wrapper(&url, parameter, depth),
        Site::Elsewhere => Finding::Refused(host::refusal(&url, link)),
    };
    match (found, url.port) {
        (Finding::Refused(reason), _) => Finding::Refused(reason),
        (found, None | Some("80" | "443")) => found,
        (_, Some(port)) => Finding::Refused(Reason::Port { port: port.into() }),
    }
}

fn storefront(url: &Url<'_>, below: &str, depth: u8) -> Finding {
    let page = if redirect::is_short(below) {
        Page::Other
    } else {
        match path::read(below, &url.path) {
            Path::Listing(number) => return item(url, below, number, None),
            Path::Broken(Reason::NoItemNumber) => {
                return product(url, below, &["x_object_id", "productIds", "productId"])
                    .unwrap_or(Finding::Refused(Reason::NoItemNumber));
            }
            Path::Broken(reason) => return Finding::Refused(reason),
            Path::Page(page) => page,
        }
    };
    let nested = redirect::target(&url.query, &redirect::TARGETS).map(|target| nested(&target, depth));
    let refused = match nested {
        Some(Finding::Refused(reason)) => Some(reason),
        Some(found) => return found,
        None => None,
    };
    let names: &[&str] = if page.may_be_about_a_product() {
        &["productIds", "x_object_id", "productId"]
    } else {
        &["productIds"]
    };
    if let Some(found) = product(url, below, names) {
        return found;
    }
    match redirect::short_link(url).filter(|_| redirect::is_short(below)) {
        Some(link) => Finding::Short { link },
        None => Finding::Refused(refused.unwrap_or(Reason::Page(page))),
    }
}

fn app(url: &Url<'_>, depth: u8) -> Finding {
    product(url, "", &["productId", "productIds"])
        .or_else(|| redirect::target(&url.query, &redirect::TARGETS).map(|target| nested(&target, depth)))
        .unwrap_or(Finding::Refused(Reason::Page(Page::Other)))
}

fn wrapper(url: &Url<'_>, parameter: &str, depth: u8) -> Finding {
    let elsewhere = || Finding::Refused(Reason::WrapperElsewhere { host: url.host.clone() });
    match redirect::target(&url.query, &[parameter]).map(|target| nested(&target, depth)) {
        None | Some(Finding::Refused(Reason::ForeignSite { .. })) => elsewhere(),
        Some(found) => found,
    }
}

fn nested(target: &str, depth: u8) -> Finding {
    match depth.checked_sub(1) {
        Some(depth) => within(target, depth),
        None => Finding::Refused(Reason::NestedTooDeep),
    }
}

/// The first parameter of these names that holds a number. `productIds` may list several items: the first is meant.
fn product(url: &Url<'_>, below: &str, names: &[&str]) -> Option<Finding> {
    let found = names.iter().find_map(|name| {
        let value = url.query.value(name)?;
        number::read_with_variant(value.split(',').next()?.trim())
    })?;
    Some(match found {
        Ok((number, suffix)) => item(url, below, number, suffix),
        Err(reason) => Finding::Refused(reason),
    })
}

fn item(url: &Url<'_>, below: &str, number: Number, suffix: Option<SkuId>) -> Finding {
    Finding::Item {
        number,
        pin: pin::of(&url.query, suffix),
        country: host::country(url, below),
    }
}
