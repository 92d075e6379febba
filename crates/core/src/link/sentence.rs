//! The sentence for each reason: what the text was taken for, and what is accepted instead.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use core::fmt;

use super::number::is_invisible;
use super::reason::{Page, Reason};

/// So many characters of what was pasted stand in a sentence.
const QUOTED: usize = 60;

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = self.sentence();
        let Some((before, after)) = sentence.split_once("{}") else {
            return f.write_str(sentence);
        };
        f.write_str(before)?;
        f.write_str(&self.subject())?;
        f.write_str(after)
    }
}

impl Reason {
    /// The sentence, with `{}` where its subject stands.
    fn sentence(&self) -> &'static str {
        match self {
            Self::Page(page) => page.sentence(),
            Self::ForeignSite { .. } => {
                "{} is not AliExpress; links of aliexpress.com, aliexpress.us and aliexpress.ru are accepted"
            }
            Self::LookAlike { .. } => {
                "{} only looks like AliExpress; links of aliexpress.com, aliexpress.us and aliexpress.ru are accepted"
            }
            Self::Userinfo { .. } => {
                "what stands before the @ is not the site: this link leads to {}, which is not AliExpress"
            }
            Self::UnknownWrapper { .. } => {
                "{} is not known to forward to AliExpress; paste the AliExpress link inside it by itself"
            }
            Self::WrapperElsewhere { .. } => {
                "this link of {} does not lead to AliExpress; paste the link of one listing"
            }
            Self::Empty => {
                "there is nothing here; paste a listing's link, a short link, a share text or an item number"
            }
            Self::NoLink => {
                "these words have no link and no item number; paste a listing's link, a short link or 9 to 16 digits"
            }
            Self::UnsupportedScheme { .. } => {
                "links that start with {}: are not read; http, https and aliexpress:// app links are accepted"
            }
            Self::BadHost => "the site's name in this link is malformed; copy the link again from where it came",
            Self::Port { .. } => "AliExpress is not served on port {}; only 80 and 443 are accepted",
            Self::ControlCharacter => "the link has control characters inside; copy it again from where it came",
            Self::NoItemNumber => "this looks like a listing's link, but its item number of 9 to 16 digits is missing",
            Self::Zero => "zero is not an item number; one has 9 to 16 digits",
            Self::LeadingZero => "an item number does not start with a zero; it has 9 to 16 digits",
            Self::TooShort { .. } => "too few digits for an item number: {}; one has 9 to 16",
            Self::TooLong { .. } => "too many digits for an item number: {}; one has 9 to 16",
            Self::UsRange { .. } => "{} is in the number range of the US storefront but stands for no listing there",
            Self::SkuAlone { .. } => {
                "{} is the number of a variant (SKU), which does not tell its listing; paste the listing's link"
            }
            Self::ForeignDigits => "the number has full-width digits or those of another script; use the digits 0 to 9",
            Self::Invisible => "the number has invisible characters inside; type its 9 to 16 digits anew",
            Self::Signed => "a number with a sign is not an item number; one is 9 to 16 plain digits",
            Self::Exponent => "the number is rounded to an exponent, as spreadsheets do; all its digits are needed",
            Self::Separated => "the number has points or other marks inside; an item number is 9 to 16 plain digits",
            Self::AmongWords { .. } => {
                "{} among words may be an order, parcel or phone number; paste it alone if it is an item number"
            }
            Self::OutsideFamilies { .. } => {
                "{} is taken for an item number of unusual shape; if it is an order number, paste the listing's link"
            }
            Self::NestedTooDeep => "too many links are nested in this one; paste the innermost by itself",
        }
    }

    /// What the sentence is about, such as the host of a foreign link, short and fit to be shown; else empty.
    pub fn subject(&self) -> String {
        let subject = match self {
            Self::ForeignSite { host: text }
            | Self::LookAlike { host: text }
            | Self::Userinfo { host: text }
            | Self::UnknownWrapper { host: text }
            | Self::WrapperElsewhere { host: text }
            | Self::UnsupportedScheme { scheme: text }
            | Self::Port { port: text }
            | Self::UsRange { digits: text }
            | Self::SkuAlone { digits: text }
            | Self::AmongWords { digits: text }
            | Self::OutsideFamilies { digits: text } => Cow::Borrowed(text.as_str()),
            Self::TooShort { digits } | Self::TooLong { digits } => Cow::Owned(digits.to_string()),
            Self::Page(_)
            | Self::Empty
            | Self::NoLink
            | Self::BadHost
            | Self::ControlCharacter
            | Self::NoItemNumber
            | Self::Zero
            | Self::LeadingZero
            | Self::ForeignDigits
            | Self::Invisible
            | Self::Signed
            | Self::Exponent
            | Self::Separated
            | Self::NestedTooDeep => Cow::Borrowed(""),
        };
        quoted(&subject)
    }
}

impl Page {
    fn sentence(self) -> &'static str {
        match self {
            Self::Home => "this is the front page of AliExpress; paste the link of one listing",
            Self::Store => "this is a store's page; paste the link of one listing",
            Self::Cart => "this is the shopping cart; paste the link of one listing",
            Self::Search => "this is a page of search results; paste the link of one listing",
            Self::Category => "this is a category page; paste the link of one listing",
            Self::Coupons => "this is a coupon page; paste the link of one listing",
            Self::Campaign => "this is a campaign page; paste the link of one listing",
            Self::Snapshot => "this is an order's snapshot, and its number is no item number; paste the listing's link",
            Self::Order => "this is an order page; paste the link of one listing",
            Self::Account => "this is an account page; paste the link of one listing",
            Self::Message => "this is a message or feedback page that names no item; paste the link of one listing",
            Self::Other => "this page of AliExpress is not a listing; paste the link of one",
        }
    }
}

/// Foreign text within our sentence: short, and without anything that could move the cursor or hide.
fn quoted(text: &str) -> String {
    let mut rest = text.chars();
    let shown = rest.by_ref().take(QUOTED);
    let mut quoted: String = shown.map(|c| if is_invisible(c) { '\u{FFFD}' } else { c }).collect();
    if rest.next().is_some() {
        quoted.push('…');
    }
    quoted
}
