//! What a page without data is: a challenge, a login, a listing that is gone, a store, a cart, an empty frame, another
//! site's. Each is told in a sentence that says what to do.

use memchr::memmem;
use tillwatch_core::snapshot::{Outcome, Snapshot};

/// Texts that only stand on challenge pages (recorded in July and October 2025, named by others until 2026).
const CHALLENGE: [&str; 8] = [
    "_____tmd_____/punish",
    "x5secdata",
    "punish-component",
    "rgv587_flag",
    "\"action\":\"captcha\"",
    "captcharecaptcha",
    "NCTOKENSTR",
    "id=\"nocaptcha\"",
];

/// The name of the page that mainland China's networks get. A recorded challenge of July 2025 carries it too, so that it
/// tells something only where no challenge does.
const MAINLAND: &str = "AE国内ip封禁用户模板";

/// The hosts of the login page. Other pages link to them too, so that they tell something only where nothing else does.
const LOGIN: [&str; 2] = ["login.aliexpress.", "passport.aliexpress."];

const LOGIN_WANTED: &str = "This is the login page and not the listing. Log in, or leave the account out, open the \
                            listing itself, and save that page.";

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

/// Why a page or an answer is a challenge, if it is one.
pub(in crate::readers) fn challenge(text: &str) -> Option<&'static str> {
    let has = |sign: &str| memmem::find(text.as_bytes(), sign.as_bytes()).is_some();
    if CHALLENGE.into_iter().any(has) {
        let why = "The marketplace asks whether a person is there, and nothing is worked around. Answer it in the \
                   browser, wait for the listing, and save that page.";
        return Some(why);
    }
    let why = "The marketplace refuses the network's address (its page for mainland China). Open the listing over \
               another network and save it there.";
    has(MAINLAND).then_some(why)
}

/// Whether a page says that its place is not the marketplace, or never names it.
pub(super) fn is_of_another_site(html: &str) -> bool {
    match meta(html, "og:url").or_else(|| canonical(html)) {
        Some(link) => is_foreign(link),
        None => memmem::find(html.as_bytes(), b"aliexpress").is_none(),
    }
}

/// Whether a link leads to another host than the marketplace's; one without a host leads to nowhere else.
pub(in crate::readers) fn is_foreign(link: &str) -> bool {
    let host = link.split_once("//").map(|(_, rest)| rest);
    let host = host.and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| !host.to_ascii_lowercase().contains("aliexpress."))
}

fn signs(html: &str) -> (Outcome, &'static str) {
    let has = |sign: &str| memmem::find(html.as_bytes(), sign.as_bytes()).is_some();
    if let Some(why) = challenge(html) {
        return (Outcome::Blocked, why);
    }
    let link = meta(html, "og:url").or_else(|| canonical(html)).unwrap_or("");
    if LOGIN.into_iter().any(|host| link.contains(host)) {
        return (Outcome::Blocked, LOGIN_WANTED);
    }
    if is_of_another_site(html) {
        let why = "This is no page of the marketplace. Open the listing on AliExpress and save that page as HTML only.";
        return (Outcome::ParseFailed, why);
    }
    let named = meta(html, "og:title")
        .or_else(|| title(html))
        .unwrap_or("")
        .to_lowercase();
    if named.contains("404 page") || meta(html, "og:image").is_some_and(|image| image.contains(GONE_PICTURE)) {
        let why =
            "The page says that the listing is not there. Check the link; if it is the right one, the listing is gone.";
        return (Outcome::Removed, why);
    }
    if let Some(what) = elsewhere(link) {
        return (Outcome::NotAListing, what);
    }
    if SHELL.into_iter().any(has) {
        let why = "This is the page's frame without its data. Save the answer that it loads (mtop.aliexpress.pdp), or a \
                   HAR of the page.";
        return (Outcome::EmptyShell, why);
    }
    if LOGIN.into_iter().any(has) {
        return (Outcome::Blocked, LOGIN_WANTED);
    }
    if has("baxia") {
        // On ordinary pages too, so it tells something only where nothing else is.
        let why = "This is nothing but the marketplace's guard script. Open the listing in a browser, wait until it \
                   shows, and save it then.";
        return (Outcome::Blocked, why);
    }
    if html.len() < TINY {
        let why = "This is too short for a page of the shop. Load the listing to its end and save it once more.";
        return (Outcome::EmptyShell, why);
    }
    let why = "This page has no data that is known. Save the listing's own page as HTML only, or a HAR of it.";
    (Outcome::ParseFailed, why)
}

/// What stands in the `<title>`.
fn title(html: &str) -> Option<&str> {
    let from = memmem::find(html.as_bytes(), b"<title")?;
    let (_, rest) = html.get(from..)?.split_once('>')?;
    rest.get(..rest.find('<')?)
}

/// A page of the marketplace that is no listing, by its address.
fn elsewhere(link: &str) -> Option<&'static str> {
    let path = link.split(['?', '#']).next().unwrap_or("");
    let forms = [
        ("/item/", None),
        ("/i/", None),
        (
            "/store/",
            Some("This is the page of a store. Open the listing itself and save that page."),
        ),
        (
            "/w/wholesale",
            Some("This is a search without readable cards. Open the listing itself and save that page."),
        ),
        (
            "/wholesale",
            Some("This is a search without readable cards. Open the listing itself and save that page."),
        ),
        (
            "/category/",
            Some("This is a category without readable cards. Open the listing itself and save that page."),
        ),
        (
            "shoppingcart",
            Some("This is a cart and no listing. Its total can be typed in for a diagnosis."),
        ),
        (
            "/cart",
            Some("This is a cart and no listing. Its total can be typed in for a diagnosis."),
        ),
        (
            "/gcp/",
            Some("This is a campaign page. Open the listing itself and save that page."),
        ),
        (
            "/p/my-coupons",
            Some("This is a page of coupons. Open the listing itself and save that page."),
        ),
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
