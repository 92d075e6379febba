//! From whatever was pasted to one listing: links of every form, share texts, short links, numbers.
//!
//! Text goes in, an [`Identity`] comes out, for any text; nothing is fetched. Where a text holds several candidates,
//! the first listing's link wins, then the first short link, then the first number that can hardly be anything but
//! an item's. A weaker number among words (an order's, a parcel's, a phone's) is named and refused rather than guessed.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::country::Country;
use crate::id::{ItemId, SkuId};

mod address;
mod host;
mod number;
mod path;
mod percent;
mod pin;
mod reason;
mod redirect;
mod sentence;
mod text;
mod url;

pub use pin::PinSource;
pub use reason::{Page, Reason};

use address::Finding;
use text::Piece;

/// The format's name.
const SCHEMA: &str = "tillwatch/identity/1";

/// So many bytes of the input are given back; an answer stays small whatever was pasted.
const ECHO: usize = 4096;

/// What kind of answer an [`Identity`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityKind {
    /// A listing, known without asking anybody.
    Item,
    /// A short link; only following it tells where it leads.
    NeedsRedirect,
    /// Understood, and not a listing.
    NotAListing,
    /// Not usable: no link, no number, or a malformed one.
    Invalid,
}

impl IdentityKind {
    /// The kind's name in the format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::NeedsRedirect => "needs_redirect",
            Self::NotAListing => "not_a_listing",
            Self::Invalid => "invalid",
        }
    }
}

/// What a pasted text was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The text as it came, cut with an ellipsis after 4096 bytes.
    pub input: String,
    /// The kind of answer.
    pub kind: IdentityKind,
    /// The item number as it was written, perhaps the US storefront's.
    pub item_as_written: Option<String>,
    /// The listing, by its canonical number.
    pub item: Option<ItemId>,
    /// The variant that the text points at.
    pub sku: Option<SkuId>,
    /// What named the variant; [`PinSource::is_hint`] tells whether to ask.
    pub sku_source: Option<PinSource>,
    /// The country that the link was probably shared from. A hint: it fixes neither ship-to nor currency.
    pub country_hint: Option<Country>,
    /// For [`IdentityKind::NeedsRedirect`], the link to follow: `https`, an AliExpress host and a code.
    pub redirect: Option<String>,
    /// Why there is no item, or a caution about the one there is.
    pub reason: Option<Reason>,
}

/// Identifies one pasted text, which may be a whole share message.
pub fn identify(text: &str) -> Identity {
    let identity = Identity::of(text);
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if trimmed.is_empty() {
        return identity.refused(Reason::Empty);
    }
    if let Some(scheme) = text::opaque_scheme(trimmed) {
        return identity.refused(Reason::UnsupportedScheme { scheme: scheme.into() });
    }
    let alone = !trimmed.contains(char::is_whitespace);
    let (mut short, mut likely, mut refused_link, mut refused_word) = (None, None, None, None);
    for piece in text::pieces(trimmed) {
        match piece {
            Piece::Link(link) => match address::read(link) {
                found @ Finding::Item { .. } => return identity.found(found),
                found @ Finding::Short { .. } => _ = short.get_or_insert(found),
                Finding::Refused(reason) => _ = refused_link.get_or_insert(reason),
            },
            Piece::Word(word) => match number::read_with_variant(word) {
                Some(Ok((number, sku))) if alone || number.is_unmistakable() => {
                    _ = likely.get_or_insert((number, sku));
                }
                Some(Ok((number, _))) => {
                    _ = refused_word.get_or_insert(Reason::AmongWords { digits: number.written });
                }
                // Among words a price or a count is no failed item number; these two are too long to be either.
                Some(Err(reason)) if alone || matches!(reason, Reason::SkuAlone { .. } | Reason::TooLong { .. }) => {
                    _ = refused_word.get_or_insert(reason);
                }
                _ => {}
            },
        }
    }
    if let Some(found) = short {
        return identity.found(found);
    }
    if let Some((number, sku)) = likely {
        let unusual = !number.is_of_a_known_family();
        let caution = unusual.then(|| Reason::OutsideFamilies {
            digits: number.written.clone(),
        });
        let pin = sku.map(|sku| (sku, PinSource::ProductIdsSuffix));
        let found = identity.found(Finding::Item {
            number,
            pin,
            country: None,
        });
        return Identity {
            reason: caution,
            ..found
        };
    }
    identity.refused(refused_link.or(refused_word).unwrap_or(Reason::NoLink))
}

/// Identifies each line of a text by itself, lines of blanks left out.
pub fn identify_lines(text: &str) -> impl Iterator<Item = Identity> {
    text.lines().filter(|line| !line.trim().is_empty()).map(identify)
}

/// The listing's own address, with the variant and nothing else: no affiliate, no campaign, no trace of who shared it.
///
/// The variant is written as `skuId`, as the storefront's own search results write it.
pub fn clean_url(item: &ItemId, sku: Option<&SkuId>) -> String {
    let mut url = format!(
        "https://www.aliexpress.com/item/{}.html",
        percent::encoded(item.as_str())
    );
    if let Some(sku) = sku {
        url.push_str("?skuId=");
        url.push_str(&percent::encoded(sku.as_str()));
    }
    url
}

impl Identity {
    /// The variant that the text points at for sure; one that it only hints at is left out.
    pub fn pinned(&self) -> Option<&SkuId> {
        let is_sure = self.sku_source.is_some_and(|source| !source.is_hint());
        self.sku.as_ref().filter(|_| is_sure)
    }

    fn of(text: &str) -> Self {
        let end = text.floor_char_boundary(ECHO);
        let input = match text.get(..end) {
            Some(front) if end < text.len() => format!("{front}…"),
            _ => text.to_owned(),
        };
        Self {
            input,
            kind: IdentityKind::Invalid,
            item_as_written: None,
            item: None,
            sku: None,
            sku_source: None,
            country_hint: None,
            redirect: None,
            reason: None,
        }
    }

    fn refused(self, reason: Reason) -> Self {
        let kind = if reason.leads_elsewhere() {
            IdentityKind::NotAListing
        } else {
            IdentityKind::Invalid
        };
        Self {
            kind,
            reason: Some(reason),
            ..self
        }
    }

    fn found(self, finding: Finding) -> Self {
        match finding {
            Finding::Item { number, pin, country } => {
                let (sku, sku_source) = pin.unzip();
                Self {
                    kind: IdentityKind::Item,
                    item_as_written: Some(number.written),
                    item: Some(number.item),
                    sku,
                    sku_source,
                    country_hint: country,
                    ..self
                }
            }
            Finding::Short { link } => Self {
                kind: IdentityKind::NeedsRedirect,
                redirect: Some(link),
                ..self
            },
            Finding::Refused(reason) => self.refused(reason),
        }
    }
}

impl Serialize for Identity {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut fields = to.serialize_struct("Identity", 11)?;
        fields.serialize_field("schema", SCHEMA)?;
        fields.serialize_field("input", &self.input)?;
        fields.serialize_field("kind", self.kind.name())?;
        fields.serialize_field("item_as_written", &self.item_as_written)?;
        fields.serialize_field("item", &self.item)?;
        fields.serialize_field("sku", &self.sku)?;
        fields.serialize_field("reason", &self.reason.as_ref().map(ToString::to_string))?;
        fields.serialize_field("reason_name", &self.reason.as_ref().map(Reason::name))?;
        fields.serialize_field("sku_source", &self.sku_source.map(PinSource::name))?;
        fields.serialize_field("country_hint", &self.country_hint)?;
        fields.serialize_field("redirect", &self.redirect)?;
        fields.end()
    }
}
