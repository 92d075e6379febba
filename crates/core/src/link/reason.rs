//! Why a text names no listing: what it was taken for, and what is accepted instead.

use alloc::string::String;

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
}

/// Why an answer is no plain listing. Its [`Display`](core::fmt::Display) is one sentence for the person who pasted the text.
#[derive(Debug, Clone, PartialEq, Eq)]
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
