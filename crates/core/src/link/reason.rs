//! Why a text names no listing: what it was taken for, and what is accepted instead.

use alloc::string::String;
use core::fmt;

/// A page of AliExpress that is no listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The front page of a storefront.
    Home,
    /// A store, its groups of goods or its feedback.
    Store,
    /// The shopping cart.
    Cart,
    /// Search results.
    Search,
    /// A category of goods.
    Category,
    /// Coupons, the shopper's own or a coupon centre.
    Coupons,
    /// A campaign, sale or bundle page.
    Campaign,
    /// A listing frozen at the time of an order; its number is its own and no item's.
    Snapshot,
    /// Orders, their tracking and payment.
    Order,
    /// The shopper's account or its login.
    Account,
    /// Messages and feedback.
    Message,
    /// A page that is not known.
    Other,
}

impl Page {
    const fn name(self) -> &'static str {
        match self {
            Self::Home => "home_page",
            Self::Store => "store_page",
            Self::Cart => "cart",
            Self::Search => "search_page",
            Self::Category => "category_page",
            Self::Coupons => "coupon_page",
            Self::Campaign => "campaign_page",
            Self::Snapshot => "order_snapshot",
            Self::Order => "order_page",
            Self::Account => "account_page",
            Self::Message => "message_page",
            Self::Other => "other_page",
        }
    }

    const fn phrase(self) -> &'static str {
        match self {
            Self::Home => "the front page of AliExpress",
            Self::Store => "a store's page",
            Self::Cart => "the shopping cart",
            Self::Search => "a page of search results",
            Self::Category => "a category page",
            Self::Coupons => "a coupon page",
            Self::Campaign => "a campaign page",
            Self::Snapshot => "an order's snapshot, whose number is not an item number",
            Self::Order => "an order page",
            Self::Account => "an account page",
            Self::Message => "a message or feedback page without an item",
            Self::Other => "a page of AliExpress that is not a listing",
        }
    }
}

/// Why an answer is no plain listing. Its [`Display`](fmt::Display) is one sentence for the person who pasted the text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A page of AliExpress that is no listing.
    Page(Page),
    /// A site that is not AliExpress.
    ForeignSite {
        /// The host of the link.
        host: String,
    },
    /// A host that is dressed up as AliExpress.
    LookAlike {
        /// The host of the link.
        host: String,
    },
    /// What looks like the host stands before an `@`; the link leads elsewhere.
    Userinfo {
        /// Where the link really leads.
        host: String,
    },
    /// A site that is not known to forward, with an AliExpress address inside its link.
    UnknownWrapper {
        /// The host of the link.
        host: String,
    },
    /// A known forwarding site that leads to another shop or nowhere.
    WrapperElsewhere {
        /// The host of the link.
        host: String,
    },
    /// Nothing, or only blanks.
    Empty,
    /// Words without any link or number.
    NoLink,
    /// A link that is neither `http`, `https` nor an app link.
    UnsupportedScheme {
        /// The scheme of the link.
        scheme: String,
    },
    /// A host that two programs could read in two ways.
    BadHost,
    /// A port that no storefront is served on.
    Port {
        /// The port as it is written.
        port: String,
    },
    /// Control characters, such as line ends, in the address.
    ControlCharacter,
    /// A listing's link without its number.
    NoItemNumber,
    /// A number of nothing but zeros.
    Zero,
    /// A number that starts with a zero.
    LeadingZero,
    /// Fewer digits than an item number has.
    TooShort {
        /// How many digits were found.
        digits: usize,
    },
    /// More digits than an item number has.
    TooLong {
        /// How many digits were found.
        digits: usize,
    },
    /// A number in the range of the US storefront whose global number would be too short to be one.
    UsRange {
        /// The number.
        digits: String,
    },
    /// The number of a variant, which does not lead to its listing.
    SkuAlone {
        /// The number.
        digits: String,
    },
    /// Digits of another script or full-width digits.
    ForeignDigits,
    /// Zero-width or other invisible characters within a number.
    Invisible,
    /// A plus or minus sign before a number.
    Signed,
    /// A number that a spreadsheet rounded, such as `1.005E+15`.
    Exponent,
    /// Points, commas or other marks within a number.
    Separated,
    /// A number among words, of a shape that order, parcel and phone numbers have as well.
    AmongWords {
        /// The number.
        digits: String,
    },
    /// A bare number of the right length in no known family: taken for an item, with this as a caution.
    OutsideFamilies {
        /// The number.
        digits: String,
    },
    /// Links within links, more than anyone shares.
    NestedTooDeep,
}

impl Reason {
    /// The reason's name for programs; it does not change between releases.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Page(page) => page.name(),
            Self::ForeignSite { .. } => "foreign_site",
            Self::LookAlike { .. } => "look_alike_host",
            Self::Userinfo { .. } => "userinfo_host",
            Self::UnknownWrapper { .. } => "unknown_wrapper",
            Self::WrapperElsewhere { .. } => "wrapper_elsewhere",
            Self::Empty => "empty",
            Self::NoLink => "no_link",
            Self::UnsupportedScheme { .. } => "unsupported_scheme",
            Self::BadHost => "bad_host",
            Self::Port { .. } => "port_not_allowed",
            Self::ControlCharacter => "control_character",
            Self::NoItemNumber => "no_item_number",
            Self::Zero => "zero_id",
            Self::LeadingZero => "leading_zero",
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::UsRange { .. } => "us_range",
            Self::SkuAlone { .. } => "sku_alone",
            Self::ForeignDigits => "foreign_digits",
            Self::Invisible => "invisible_characters",
            Self::Signed => "signed",
            Self::Exponent => "exponent",
            Self::Separated => "separated",
            Self::AmongWords { .. } => "number_among_words",
            Self::OutsideFamilies { .. } => "outside_families",
            Self::NestedTooDeep => "nested_too_deep",
        }
    }

    /// Whether the text was understood and merely leads elsewhere, as opposed to not being usable at all.
    pub(super) fn leads_elsewhere(&self) -> bool {
        matches!(
            self,
            Self::Page(_)
                | Self::ForeignSite { .. }
                | Self::LookAlike { .. }
                | Self::Userinfo { .. }
                | Self::UnknownWrapper { .. }
                | Self::WrapperElsewhere { .. }
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(page) => write!(
                f,
                "this is {}; paste the link of one listing",
                page.phrase()
            ),
            Self::ForeignSite { host } => write!(
                f,
                "{} is not AliExpress; links of aliexpress.com, aliexpress.us and aliexpress.ru are accepted",
                Short(host)
            ),
            Self::LookAlike { host } => write!(
                f,
                "{} only looks like AliExpress; links of aliexpress.com, aliexpress.us and aliexpress.ru are accepted",
                Short(host)
            ),
            Self::Userinfo { host } => write!(
                f,
                "what stands before the @ is not the site: this link leads to {}, which is not AliExpress",
                Short(host)
            ),
            Self::UnknownWrapper { host } => write!(
                f,
                "{} is not known to forward to AliExpress; paste the AliExpress link inside it by itself",
                Short(host)
            ),
            Self::WrapperElsewhere { host } => write!(
                f,
                "this link of {} does not lead to AliExpress; paste the link of one listing",
                Short(host)
            ),
            Self::Empty => write!(f, "there is nothing here; {WANTED}"),
            Self::NoLink => write!(
                f,
                "there is no link and no item number in these words; {WANTED}"
            ),
            Self::UnsupportedScheme { scheme } => write!(
                f,
                "links that start with {}: are not read; http, https and aliexpress:// app links are accepted",
                Short(scheme)
            ),
            Self::BadHost => write!(
                f,
                "the site's name in this link is malformed; copy the link again from the address bar or the app"
            ),
            Self::Port { port } => write!(
                f,
                "port {} is not one that AliExpress is served on; only 80 and 443 are accepted",
                Short(port)
            ),
            Self::ControlCharacter => write!(
                f,
                "the link has control characters inside; copy it again from the address bar or the app"
            ),
            Self::NoItemNumber => write!(
                f,
                "this looks like a listing's link, but its item number is missing"
            ),
            Self::Zero => write!(f, "zero is not an item number; one has 9 to 16 digits"),
            Self::LeadingZero => write!(
                f,
                "an item number does not start with a zero; it has 9 to 16 digits"
            ),
            Self::TooShort { digits } => {
                write!(
                    f,
                    "{digits} digits are too few for an item number; one has 9 to 16"
                )
            }
            Self::TooLong { digits } => {
                write!(
                    f,
                    "{digits} digits are too many for an item number; one has 9 to 16"
                )
            }
            Self::UsRange { digits } => write!(
                f,
                "{} is in the number range of the US storefront but stands for no listing there",
                Short(digits)
            ),
            Self::SkuAlone { digits } => write!(
                f,
                "{} is the number of a variant (SKU), which does not tell its listing; paste the listing's link",
                Short(digits)
            ),
            Self::ForeignDigits => write!(
                f,
                "the number is written with full-width digits or those of another script; use the digits 0 to 9"
            ),
            Self::Invisible => write!(
                f,
                "the number has invisible characters inside; type its 9 to 16 digits anew"
            ),
            Self::Signed => write!(
                f,
                "a number with a sign is not an item number; one is 9 to 16 plain digits"
            ),
            Self::Exponent => write!(
                f,
                "the number is rounded to an exponent, as spreadsheets do; all 9 to 16 digits are needed"
            ),
            Self::Separated => write!(
                f,
                "the number has points, commas or other marks inside; an item number is 9 to 16 plain digits"
            ),
            Self::AmongWords { digits } => write!(
                f,
                "{} among words may be an order, parcel or phone number; paste it alone if it is an item number",
                Short(digits)
            ),
            Self::OutsideFamilies { digits } => write!(
                f,
                "{} is taken for an item number of unusual shape; if it is an order number, paste the listing's link",
                Short(digits)
            ),
            Self::NestedTooDeep => write!(
                f,
                "too many links are nested in this one; paste the innermost by itself"
            ),
        }
    }
}

const WANTED: &str = "paste a listing's link, a short link, the app's share text or an item number of 9 to 16 digits";

/// Foreign text within our sentence: short, and without anything that could move the cursor or hide.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 60;
        let mut rest = self.0.chars();
        for c in rest.by_ref().take(MOST) {
            let shown = if super::number::is_invisible(c) {
                '\u{FFFD}'
            } else {
                c
            };
            fmt::Write::write_char(f, shown)?;
        }
        if rest.next().is_some() {
            f.write_str("…")
        } else {
            Ok(())
        }
    }
}
