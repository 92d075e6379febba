//! What a page without data is: a challenge, a listing that is gone, a store, a search, a cart, an empty frame.

use memchr::memmem;
use tillwatch_core::snapshot::{Outcome, Snapshot};

/// Texts that only stand on challenge pages (recorded in July and October 2025, named by others until 2026).
const CHALLENGE: [&str; 9] = [
    "_____tmd_____/punish",
    "x5secdata",
    "punish-component",
    "rgv587_flag",
    "\"action\":\"captcha\"",
    "captcharecaptcha",
    "NCTOKENSTR",
    "id=\"nocaptcha\"",
    "AE国内ip封禁用户模板",
];

/// A picture that stands for a listing which is gone.
const GONE_PICTURE: &str = "HTB18eCBQXXXXXXfXXXX760XFXXXa";

/// Marks of a frame whose data the browser loads afterwards (since July 2024).
const SHELL: [&str; 4] = ["isCSR = true", "isCSR=true", "runParams = {}", "runParams={}"];

/// Below this an answer is no page of the shop but a piece of its start-up or an error.
const TINY: usize = 5_000;

/// Tells what a page without readable data is.
pub(super) fn tell(html: &str) -> Snapshot {
    let (outcome, detail) = signs(html);
    Snapshot::refused("page", outcome, detail)
}

fn signs(html: &str) -> (Outcome, &'static str) {
    let has = |sign: &str| memmem::find(html.as_bytes(), sign.as_bytes()).is_some();
    if CHALLENGE.into_iter().any(has) {
        return (Outcome::Blocked, "a challenge page; nothing is worked around");
    }
    let title = meta(html, "og:title").unwrap_or("").to_lowercase();
    if title.contains("404 page") || meta(html, "og:image").is_some_and(|image| image.contains(GONE_PICTURE)) {
        return (Outcome::Removed, "the page says that the listing is not there");
    }
    let link = meta(html, "og:url").or_else(|| canonical(html)).unwrap_or("");
    if let Some(what) = elsewhere(link) {
        return (Outcome::NotAListing, what);
    }
    if SHELL.into_iter().any(has) {
        let why = "the page's frame without its data; save the answer that it loads, or a HAR of the page";
        return (Outcome::EmptyShell, why);
    }
    if has("baxia") {
        // On ordinary pages too, so it tells something only where nothing else is.
        return (Outcome::Blocked, "nothing but the marketplace's guard script");
    }
    if html.len() < TINY && html.contains("aliexpress") {
        return (Outcome::EmptyShell, "too short for a page of the shop");
    }
    (Outcome::ParseFailed, "a page without any data that is known")
}

/// A page of the marketplace that is no listing, by its address.
fn elsewhere(link: &str) -> Option<&'static str> {
    let path = link.split(['?', '#']).next().unwrap_or("");
    let forms = [
        ("/item/", None),
        ("/i/", None),
        ("/store/", Some("the page of a store")),
        ("/w/wholesale", Some("a search without readable cards")),
        ("/wholesale", Some("a search without readable cards")),
        ("/category/", Some("a category without readable cards")),
        ("shoppingcart", Some("a cart, which is no listing")),
        ("/cart", Some("a cart, which is no listing")),
        ("/gcp/", Some("a campaign page")),
        ("/p/my-coupons", Some("a page of coupons")),
    ];
    forms
        .into_iter()
        .find(|(form, _)| path.contains(form))
        .and_then(|(_, what)| what)
}

/// The content of a `<meta property="…" content="…">`, the two in either order.
pub(super) fn meta<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    let wanted = format!("\"{name}\"");
    memmem::find_iter(html.as_bytes(), &wanted).take(4).find_map(|found| {
        let tag = tag_around(html, found)?;
        tag.starts_with("<meta").then(|| attribute(tag, "content")).flatten()
    })
}

/// The address in `<link rel="canonical" href="…">`.
pub(super) fn canonical(html: &str) -> Option<&str> {
    memmem::find_iter(html.as_bytes(), "\"canonical\"")
        .take(4)
        .find_map(|found| attribute(tag_around(html, found)?, "href"))
}

/// The tag that a place is in, if it is of a usual length.
fn tag_around(html: &str, place: usize) -> Option<&str> {
    let from = memchr::memrchr(b'<', html.as_bytes().get(place.saturating_sub(2_000)..place)?)?;
    let start = place.saturating_sub(2_000).saturating_add(from);
    let after = html
        .as_bytes()
        .get(place..place.saturating_add(4_000).min(html.len()))?;
    let end = place.saturating_add(memchr::memchr(b'>', after)?);
    html.get(start..end)
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = tag.split_once(&format!("{name}=\""))?;
    after.split_once('"').map(|(value, _)| value)
}
