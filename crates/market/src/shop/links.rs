//! Short links, and the hops from them to a listing.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use tillwatch_core::id::ItemId;

use super::Marketplace;
use super::visit::{Reply, Visit};
use crate::faults::Surface;

/// The path of a short link that leads nowhere any more.
pub const DEAD_LINK: &str = "/e/_DEAD000";

/// The path of a short link that leads to another site.
pub const FOREIGN_LINK: &str = "/e/_AWAY000";

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The path of a listing's short link. It reaches the listing in one to three hops, by its id.
pub fn short_link(item: &ItemId) -> String {
    format!("/e/_{}", code(item))
}

/// The same as the programme's link.
pub(super) fn affiliate_link(item: &ItemId) -> String {
    format!("https://s.click.aliexpress.com{}", short_link(item))
}

/// `/e/_…`: the link as it is shared.
pub(super) async fn short(
    State(shop): State<Arc<Marketplace>>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Response {
    shop.visit(Surface::Link, |visit| match code.as_str() {
        code if DEAD_LINK.strip_prefix("/e/") == Some(code) => dead(visit),
        code if FOREIGN_LINK.strip_prefix("/e/") == Some(code) => {
            Reply::redirect("https://www.example.com/somewhere/else")
        }
        code => match code.strip_prefix('_').and_then(item_of) {
            Some((item, 1)) => on_to(&item, &headers),
            Some((_, more)) => Reply::redirect(format!("/s/{}?left={}", &code[1..], more - 1)),
            None => dead(visit),
        },
    })
}

/// `/s/…`: a hop on the way, and with `left` further ones after it.
pub(super) async fn hop(
    State(shop): State<Arc<Marketplace>>,
    Path(code): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let left = query.get("left").map_or("1", String::as_str);
    shop.visit(Surface::Link, |visit| match (item_of(&code), left) {
        (Some(_), "2") => Reply::redirect(format!("/s/{code}?left=1")),
        (Some((item, _)), _) => on_to(&item, &headers),
        (None, _) => dead(visit),
    })
}

fn dead(visit: &Visit<'_>) -> Reply {
    visit
        .shop
        .count(|counts| *counts.refusals.entry("dead_link").or_default() += 1);
    Reply::text("Not Found").status(StatusCode::NOT_FOUND)
}

/// To the listing, with what affiliate links carry: on the host that was called, unless that is the programme's own,
/// which has no listings and leads on to the shop's.
fn on_to(item: &ItemId, headers: &HeaderMap) -> Reply {
    let called = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let shop = if called.ends_with(".aliexpress.com") {
        "https://www.aliexpress.com"
    } else {
        ""
    };
    let code = code(item);
    Reply::redirect(format!(
        "{shop}/item/{item}.html?aff_fcid=none&aff_fsk=_{code}&aff_platform=api-new-link-generate&sk=_{code}\
         &aff_trace_key=none&terminal_id=none&afSmartRedirect=y"
    ))
}

/// A listing's id in base 36; nothing where it is no number.
fn code(item: &ItemId) -> String {
    let mut rest: u64 = item.as_str().parse().unwrap_or(0);
    let mut digits = Vec::new();
    while rest > 0 {
        digits.push(DIGITS[usize::try_from(rest % 36).unwrap_or(0)]);
        rest /= 36;
    }
    digits.into_iter().rev().map(char::from).collect()
}

/// The listing of a code and the hops of its link.
fn item_of(code: &str) -> Option<(ItemId, u64)> {
    let number = u64::from_str_radix(code, 36)
        .ok()
        .filter(|number| *number >= 100_000_000)?;
    Some((ItemId::from_number(number), number % 3 + 1))
}

/// The listing in an address: the last digits behind `/item/` or `/i/`.
pub(super) fn item_in(address: &str) -> Option<ItemId> {
    let path = address.split(['?', '#']).next()?;
    let behind = path
        .rsplit_once("/item/")
        .or_else(|| path.rsplit_once("/i/"))
        .map(|(_, behind)| behind)?;
    let id = behind
        .rsplit('/')
        .find(|part| !part.is_empty())?
        .trim_end_matches(".html");
    let digits = id.len() >= 9 && id.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| ItemId::parse(id).ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    #[test]
    fn a_code_is_its_listing_again() {
        for id in ["1005004000012345", "32800000123", "4000100004099"] {
            let item = ItemId::parse(id).unwrap();
            let (back, hops) = item_of(&code(&item)).unwrap();
            assert!(back == item && (1..=3).contains(&hops));
        }
        assert!(item_of("!").is_none() && item_of("zz").is_none());
    }

    #[test]
    fn a_listing_is_found_in_its_addresses() {
        let read = |address| item_in(address).map(|item| item.to_string());
        for address in [
            "https://www.aliexpress.com/item/1005004000012345.html?x=1",
            "https://www.aliexpress.us/item/3256803813697593.html",
            "https://de.aliexpress.com/i/1005004000012345.html",
            "//aliexpress.com/item/a-slug/1005004000012345.html",
        ] {
            assert_eq!(read(address).as_deref(), Some("1005004000012345"), "{address}");
        }
        assert_eq!(read("https://www.aliexpress.com/store/1101234567"), None);
    }
}
