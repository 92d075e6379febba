//! HAR files: what a browser recorded while it loaded a page. The answers with listings in them are read one by one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::snapshot::{Outcome, Snapshot};

use crate::base64;

const SHAPE: &str = "har";

/// The most answers of one recording that are looked at.
const MOST: usize = 2_000;

/// Parts of the addresses whose answers hold listings, cards or their coupons.
const ADDRESSES: [&str; 8] = [
    "/item/",
    "/i/",
    "mtop.aliexpress.pdp",
    "mtop.aliexpress.itemdetail",
    "mtop.relationrecommend",
    "/fn/search-pc",
    "/w/wholesale",
    "aliexpress.affiliate.",
];

/// Parts of those whose answers hold what is an account's own: its cart and its coupons.
const OWN_ADDRESSES: [&str; 3] = ["mtop.aliexpress.trade.cart", "/shoppingcart", "coupon"];

#[derive(Deserialize)]
struct Har<'a> {
    #[serde(borrow)]
    log: Log<'a>,
}

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow)]
    entries: Entries<'a>,
}

/// The entries worth a look; the rest is dropped while it is read.
struct Entries<'a>(Vec<Entry<'a>>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow, default)]
    started_date_time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    request: Request<'a>,
    #[serde(borrow)]
    response: Response<'a>,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    url: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow, default)]
    content: Option<Content<'a>>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    encoding: Option<Cow<'a, str>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Kept<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Kept<'a> {
            type Value = Entries<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of entries")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut kept = Vec::new();
                while kept.len() < MOST {
                    match list.next_element::<Entry<'a>>()? {
                        Some(entry) if entry.is_of(&ADDRESSES) || entry.is_of(&OWN_ADDRESSES) => kept.push(entry),
                        Some(_) => {}
                        None => return Ok(Entries(kept)),
                    }
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Entries(kept))
            }
        }
        from.deserialize_seq(Kept(PhantomData))
    }
}

impl Entry<'_> {
    fn is_of(&self, addresses: &[&str]) -> bool {
        let host = self.request.url.split('/').nth(2).unwrap_or("");
        let has_text = self
            .response
            .content
            .as_ref()
            .is_some_and(|content| content.text.is_some());
        has_text && host.contains("aliexpress.") && addresses.iter().any(|part| self.request.url.contains(part))
    }

    fn body(&self) -> Option<Cow<'_, str>> {
        let content = self.response.content.as_ref()?;
        let text = content.text.as_deref()?;
        if content.encoding.as_deref() == Some("base64") {
            let bytes = base64::decode(text)?;
            return Some(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()));
        }
        Some(Cow::Borrowed(text))
    }
}

/// Whether a text begins as a HAR does.
pub(super) fn is_har(text: &str) -> bool {
    let head: String = text.chars().take(400).filter(|c| !c.is_whitespace()).collect();
    head.starts_with("{\"log\":{")
}

/// Reads a recording: one snapshot for each listing, the fullest of those that the recording has of it.
pub(super) fn read(text: &str) -> Vec<Snapshot> {
    let har: Har<'_> = match serde_json::from_str(text) {
        Ok(har) => har,
        Err(error) => {
            let detail = format!("This HAR is broken ({error}): export it once more.");
            return vec![Snapshot::refused(SHAPE, Outcome::ParseFailed, detail)];
        }
    };
    let mut best: BTreeMap<Option<ItemId>, Snapshot> = BTreeMap::new();
    for entry in har.log.entries.0.iter().filter(|entry| entry.is_of(&ADDRESSES)) {
        let Some(body) = entry.body() else { continue };
        let at = entry
            .started_date_time
            .as_deref()
            .and_then(|at| Instant::parse(at).ok());
        for mut seen in super::read_body(&body) {
            seen.seen_at = seen.seen_at.or(at);
            seen.item = seen
                .item
                .take()
                .or_else(|| super::jsonld::item_in_link(&entry.request.url));
            match best.get(&seen.item) {
                Some(other) if fullness(other) >= fullness(&seen) => {}
                _ => {
                    best.insert(seen.item.clone(), seen);
                }
            }
        }
    }
    if best.len() > 1 {
        best.remove(&None);
    }
    if best.is_empty() {
        let detail = "No answer in this HAR holds a listing. Record a fresh load of the page, and export it with the answers' \
             contents.";
        return vec![Snapshot::refused(SHAPE, Outcome::NotAListing, detail)];
    }
    best.into_values().collect()
}

/// The answers of a recording that hold what is an account's own.
pub(super) fn own(text: &str) -> Vec<String> {
    let Ok(har) = serde_json::from_str::<Har<'_>>(text) else {
        return Vec::new();
    };
    let own = har.log.entries.0.iter().filter(|entry| entry.is_of(&OWN_ADDRESSES));
    own.filter_map(|entry| entry.body().map(Cow::into_owned)).collect()
}

/// What makes one reading of a listing better than another.
pub(super) fn fullness(seen: &Snapshot) -> (u8, bool, usize, usize) {
    let outcome = match seen.outcome {
        Outcome::Ok => 4,
        Outcome::SoldOut | Outcome::OtherRegion | Outcome::Removed | Outcome::NoPrice => 3,
        Outcome::Blocked => 2,
        Outcome::EmptyShell => 1,
        _ => 0,
    };
    let has_skus = seen.variants.iter().any(|variant| variant.sku.is_some());
    (
        outcome,
        has_skus,
        seen.variants.len(),
        seen.discounts.len().saturating_add(seen.shipping.len()),
    )
}
